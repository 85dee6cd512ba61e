"""The report of a match: one page for coordinators, and one for each person."""

from __future__ import annotations

import html as markup
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem, excerpt
from mmatch.explanations import PolicyEffects, reasons
from mmatch.io.calendars import slug
from mmatch.io.contacts import check_contact
from mmatch.io.files import atomic_write, made_folder
from mmatch.reporting.overview import Material, overview
from mmatch.reporting.personal import personal
from mmatch.reporting.sections import Page, rendered
from mmatch.result import Result, check_answer
from mmatch.scheduling.plans import Schedule
from mmatch.texts import gettext_noop, translator

TITLE = gettext_noop("Mentoring program")


def report(  # noqa: PLR0913 - what stands on the page, and for whom
    cohort: Cohort,
    result: Result,
    schedule: Schedule | None = None,
    *,
    effects: PolicyEffects | None = None,
    by: str | None = None,
    title: str = TITLE,
    language: str = "en",
    contact: str = "partner",
) -> Report:
    """Put everything on one page that a coordinator can read, print and pass on: who meets whom, why, and how sure.

    The page needs nothing else: no script, no network. People appear by name and id; `Report.person` gives pages that
    show only what one person may see.

    Args:
        cohort: the facts.
        result: the answer.
        schedule: dates for the matches.
        effects: from `policy`, for a section on what would change under another policy.
        by: an attribute of mentees by which shares matched are compared; of fewer than 5 people nothing is told.
        title: of the pages.
        language: of the pages of people who state none, as a tag such as "de"; the coordinator's page is in English.
        contact: whose addresses the page of a person shows: "partner", "all" (in a group the other mentees', too) or
            "none".

    Raises:
        InputError: parts that do not belong together, an attribute that nobody has, a language that is not translated.
    """
    check_parts(cohort, result, schedule, effects, title)
    translator(language)
    check_contact(contact)
    material = Material(cohort, result, reasons(cohort, result), schedule, effects, by, title, language, contact)
    return Report(material, overview(material))


def check_parts(
    cohort: Cohort, result: Result, schedule: Schedule | None, effects: PolicyEffects | None, title: str
) -> None:
    """Raise an InputError where the parts of a page or a letter do not belong together."""
    check_answer(cohort, result)
    for name, value, kind in (("schedule", schedule, Schedule), ("effects", effects, PolicyEffects)):
        if value is not None and not isinstance(value, kind):
            raise InputError(Problem("type", name, f"found {type(value).__name__}, expected {kind.__name__}"))
    if type(title) is not str:
        raise InputError(Problem("type", "title", f"found {excerpt(title)}, expected a text"))
    known = set(result.found or ())
    dated = [] if schedule is None else [plan.match for plan in schedule.plans]
    dated += [] if schedule is None else [item.match for item in schedule.unplaced]
    for match in dated:
        if match not in known:
            pair = excerpt(f"{match.mentor} with {', '.join(match.mentees)}")
            text = f"it is about {pair}, and the result has no such match"
            raise InputError(Problem("other-matches", "schedule", text))


@dataclass(frozen=True, eq=False)
class Report:
    """A report, ready to be looked at, written, or cut to what one person may see."""

    material: Material
    page: Page

    @cached_property
    def html(self) -> str:
        """The page for coordinators."""
        return rendered(self.page)

    def person(self, who: str) -> str:
        """The page of one person: their own matches, dates and tasks; nothing about people whom they do not meet.

        Raises:
            InputError: an unknown id.
        """
        _ = self.material.cohort[who]
        return rendered(personal(self.material, who))

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the page for coordinators to a file that only its owner may read.

        Raises:
            ExportError: the place cannot be written; what stood there is intact.
        """
        atomic_write(path, self.html)
        return Path(path)

    def write_people(self, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
        """Write a page for everybody who offers or requests something, in files named after their ids.

        Raises:
            ExportError: the folder cannot be made or written.
        """
        place = Path(folder)
        made_folder(place)
        written = []
        for number, who in enumerate(sorted(self._people()), 1):
            path = place / f"{number:04}-{slug(who)}.html"
            atomic_write(path, self.person(who))
            written.append(path)
        return tuple(written)

    def _people(self) -> set[str]:
        cohort = self.material.cohort
        rows = {*cohort.offers.owner.tolist(), *cohort.requests.owner.tolist()}
        return {cohort.people.ids[row] for row in rows}

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that its style stays with it."""
        page: Any = markup.escape(self.html)
        return f'<iframe srcdoc="{page}" sandbox style="width:100%;height:40em;border:1px solid #8888"></iframe>'

    def __repr__(self) -> str:
        dated = "" if self.material.schedule is None else f", {len(self.material.schedule.plans)} plans"
        return f"<Report: {len(self._people())} people, {self.material.result.status}{dated}>"
