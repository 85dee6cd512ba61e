"""What a page is made of, and how it becomes one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mmatch.cohort import Cohort
from mmatch.display import visible
from mmatch.reporting.charts import Bars
from mmatch.texts import translator

if TYPE_CHECKING:
    from jinja2 import Template

Cell = str | int | float


class Link(str):
    """A text in a cell that is an address of the web, and can be followed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CellGrid:
    """A table: a caption, heads, rows of cells; ``numbers`` are the columns to be aligned right."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: its anchor and title, sentences, points in a list, charts, tables."""

    anchor: str
    title: str
    sentences: Sequence[str] = ()
    points: Sequence[str] = ()
    grids: Sequence[CellGrid] = ()
    charts: Sequence[Bars] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: its title, the sentence that matters most, figures to see at once, sections.

    ``apart`` prints each section on a sheet of its own, to be handed out.
    """

    title: str
    headline: str
    figures: Sequence[tuple[str, str]] = ()
    sections: Sequence[Section] = ()
    language: str = "en"
    apart: bool = False


class ShownNames:
    """People as pages show them: by name, with the id where two share it and pages of several people would mix them."""

    def __init__(self, cohort: Cohort) -> None:
        self._names, self._called = cohort.people.name_of, cohort.people.called

    def full(self, who: str) -> str:
        """The name, with the id where two people share it."""
        return self._called[who]

    def short(self, who: str) -> str:
        """The name; the id where there is none."""
        return self._names.get(who, "") or who

    def listed(self, people: tuple[str, ...]) -> str:
        """Several people."""
        return ", ".join(map(self.full, people))


def rendered(page: Page) -> str:
    """A page as one HTML file: no script, nothing loaded from anywhere, readable on a phone, on paper, in the dark."""
    return _template().render(page=page, _=translator(page.language).gettext, is_link=lambda cell: type(cell) is Link)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("mmatch.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("page.html")
