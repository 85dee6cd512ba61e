"""The documentation site: Markdown pages, executed notebooks, and a reference made from docstrings. Builds offline."""

from __future__ import annotations

import importlib
import operator
import shutil
import sys
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer

import mmatch

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # for the figures of benchmarks
NOTEBOOKS = HERE.parent / "notebooks"
MADE = HERE / "_made"  # pages that are written by each build

project = "mmatch"
author = "The mmatch developers"
copyright = "the mmatch developers, Apache-2.0"  # noqa: A001 - Sphinx reads this name
version = release = mmatch.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build"]
source_suffix = {".md": "myst-nb", ".rst": "restructuredtext"}
default_role = "literal"
suppress_warnings = ["mystnb.unknown_mime_type"]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 100
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_use_rtype = False

copybutton_selector = "div:not(.highlight-output) > div.highlight > pre"
copybutton_prompt_text = r"\$ |>>> |\.\.\. "  # copied without it, and without the output
copybutton_prompt_is_regexp = True

html_theme = "pydata_sphinx_theme"
html_title = "mmatch"
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "navbar_end": ["theme-switcher"],
}


def write_pages(_app: Sphinx) -> None:
    """Notebooks where Sphinx finds them, pages of docstrings, and the figures of benchmarks."""
    shutil.rmtree(MADE, ignore_errors=True)
    MADE.mkdir()
    for path in sorted(NOTEBOOKS.glob("*.md")):
        shutil.copy(path, MADE / path.name)
    names = [name for name in mmatch.__all__ if name not in mmatch._ROOMS]
    for room in mmatch._ROOMS:
        if room in {"aims", "rules"}:  # they have pages of their own
            continue
        module = importlib.import_module(f"mmatch.{room}")
        names += [f"{room}.{name}" for name in getattr(module, "__all__", dir(module)) if name not in names]
    names += [f"{room}.{name}" for room, found in mmatch._TYPES.items() for name in found]
    found = {name: operator.attrgetter(name)(mmatch) for name in names}
    functions = [name for name, value in found.items() if isinstance(value, FunctionType)]
    classes = [name for name, value in found.items() if isinstance(value, type)]
    (MADE / "functions.md").write_text(_page("Functions", "function", functions), encoding="utf-8")
    (MADE / "classes.md").write_text(_page("Classes", "class", classes), encoding="utf-8")
    from benchmarks import figures

    figures.draw(figures.latest()).savefig(MADE / "benchmarks.svg")
    (MADE / "benchmarks.inc").write_text(figures.tables(figures.latest()), encoding="utf-8")


def _page(title: str, kind: str, names: list[str]) -> str:
    """A page of docstrings; what a class inherits is not repeated."""
    parts = []
    for name in names:
        options = "\n   :members:" if kind == "class" else ""
        parts.append(f"```{{eval-rst}}\n.. auto{kind}:: mmatch.{name}{options}\n```\n")
    return f"# {title}\n\nIn examples `mm` is mmatch: `import mmatch as mm`.\n\n" + "\n".join(parts)


def setup(app: Sphinx) -> None:
    """Register what is ours."""
    app.add_lexer("output", TextLexer)
    app.add_lexer("csv", TextLexer)
    app.connect("builder-inited", write_pages)
