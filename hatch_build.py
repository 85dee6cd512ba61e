"""The description on a package index: README.md with links that lead to the site, not to the files beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

PAGES = {  # files outside docs/ that the site shows
    "notebooks/": "notebooks.html",
    "benchmarks/README.md": "benchmarks.html",
    "CHANGELOG.md": "project/changelog.html",
    "CONTRIBUTING.md": "project/contributing.html",
    "SECURITY.md": "project/security.html",
}


class CustomMetadataHook(MetadataHookInterface):
    """Sets the description; hatchling finds this class by its base."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Put the text of README.md into the metadata."""
        site = metadata["urls"]["Documentation"].rstrip("/") + "/en/latest/"
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        linked = re.sub(r"\]\((?!https?://)([^)\s]+)\)", lambda found: f"]({site}{page(found[1])})", text)
        metadata["readme"] = {"content-type": "text/markdown", "text": linked}


def page(link: str) -> str:
    """Where the site shows a file of the repository."""
    if link in PAGES:
        return PAGES[link]
    if not link.startswith("docs/"):
        raise ValueError(f"README.md links to {link}, which the site does not show: hatch_build.py")
    path = link.removeprefix("docs/")
    if path.startswith("_static/"):
        return path.replace("_static/", "_images/")
    return f"{path}index.html" if path.endswith("/") else re.sub(r"\.md(?=#|$)", ".html", path)
