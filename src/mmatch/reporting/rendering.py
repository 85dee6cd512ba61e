"""Pages as HTML: one file that needs nothing else, in which every name stays text. Needs the extra ``report``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from mmatch.display import visible

if TYPE_CHECKING:
    from jinja2 import Template

    from mmatch.reporting.sections import Page


def rendered(page: Page) -> str:
    """A page as one HTML file: no script, nothing loaded from anywhere, readable on a phone, on paper, in the dark."""
    return _template().render(page=page)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("mmatch.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("page.html")


def _visible(value: Any) -> Any:
    return visible(value) if type(value) is str else value
