"""What a page is made of, and how it becomes one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mmatch.cohort import Cohort
from mmatch.display import visible
from mmatch.texts import translator

if TYPE_CHECKING:
    from jinja2 import Template

Cell = str | int | float


class Link(str):
    """A text in a cell that is an address of the web, and can be followed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CellGrid:
    """A table: a caption, heads, rows of cells; ``numbers`` are the columns to be aligned right.

    ``shares`` has for each row what part of a full bar it gets, from 0 to 1; empty where no bars are wanted.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numbers: Sequence[int] = ()
    shares: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: its anchor and title, sentences, points in a list, tables."""

    anchor: str
    title: str
    sentences: Sequence[str] = ()
    points: Sequence[str] = ()
    grids: Sequence[CellGrid] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: its title, the sentence that matters most, figures to see at once, sections."""

    title: str
    headline: str
    figures: Sequence[tuple[str, str]] = ()
    sections: Sequence[Section] = ()
    language: str = "en"


class ShownNames:
    """People as pages show them: the name with the id, or the id alone."""

    def __init__(self, cohort: Cohort) -> None:
        self._names = cohort.people.name_of

    def full(self, who: str) -> str:
        """The name and the id."""
        name = self._names.get(who, "")
        return f"{name} ({who})" if name and name != who else who

    def short(self, who: str) -> str:
        """The name; the id where there is none."""
        return self._names.get(who, "") or who

    def listed(self, people: tuple[str, ...]) -> str:
        """Several people, with their ids."""
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
