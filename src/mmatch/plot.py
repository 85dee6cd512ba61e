"""Pictures of cohorts, matchings, comparisons, schedules and runs, as Matplotlib Axes.

Each function draws into ``ax``, or into new Axes, and returns them; nothing is shown or saved. People appear by id.
"""

from __future__ import annotations

import datetime as dt
import io
import time
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.availability import DAYS, date_of, day_of
from mmatch.candidates import pairs_of
from mmatch.cohort import Cohort
from mmatch.comparison.comparison import Comparison, Run
from mmatch.errors import ExtraError, InputError, Problem, excerpt
from mmatch.matching import Matching
from mmatch.progress import Progress
from mmatch.scheduling.plans import Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "Recorder",
    "anytime",
    "bipartite",
    "figure",
    "fits",
    "loads",
    "pareto",
    "ranks",
    "supply",
    "week",
]

BLUE, ORANGE, GREY = "#2166ac", "#b35806", "#8c8c8c"
MOST_LABELS = 40  # on one side of a picture; beyond that ids cannot be read


def figure(**options: Any) -> Figure:
    """An empty figure for several pictures; a notebook shows it as it is, no window is opened anywhere.

    Args:
        options: as Matplotlib's Figure takes them, such as figsize=(10, 4) in inches.

    Raises:
        ExtraError: where Matplotlib is not installed.
    """
    return _shown_figure()(**{"layout": "constrained", **options})


def bipartite(cohort: Cohort, matching: Matching, ax: Axes | None = None) -> Axes:
    """Mentors on the left, mentees on the right, a line for each filled seat; who is left out stands below in grey.

    Mentees stand beside their mentors, so that lines hardly cross. Ids are written up to 40 people on a side.

    Raises:
        ExtraError: where Matplotlib is not installed.
    """
    ax = _axes(ax)
    mentors, mentees = _sides(cohort, matching)
    height = max(len(mentors), len(mentees), 1)
    left, right = (
        {name: (k + 0.5) * height / len(side) - 0.5 for k, name in enumerate(side)} for side in (mentors, mentees)
    )
    seats = matching.seats
    for mentor, mentee in zip(seats.mentor, seats.mentee, strict=True):
        ax.plot([0, 1], [left[mentor], right[mentee]], color=BLUE, linewidth=0.8, alpha=0.6, zorder=1)
    sides = ((0, left, set(seats.mentor), "right"), (1, right, set(seats.mentee), "left"))
    for x, places, used, align in sides:
        colours = [BLUE if name in used else GREY for name in places]
        ax.scatter([x] * len(places), list(places.values()), s=max(900 / height, 4), c=colours, zorder=2)
        for name, y in places.items() if len(places) <= MOST_LABELS else ():
            ax.text(x + (0.03 if x else -0.03), y, name, ha=align, va="center", fontsize=8, parse_math=False)
    ax.set_xlim(-0.5, 1.5)
    ax.set_ylim(height - 0.5, -0.5)
    ax.set_axis_off()
    ax.set_title(f"{len(seats):,} of {len(seats) + len(matching.unmatched):,} seats filled")
    return ax


def loads(cohort: Cohort, matching: Matching, ax: Axes | None = None) -> Axes:
    """How many mentors have no mentee, how many one, how many two, and so on."""
    ax = _axes(ax)
    mentors = [person.id for person in cohort if person.offers]
    load = Counter(matching.seats.mentor)
    _bars(ax, Counter(load[name] for name in mentors), 0)
    ax.set(xlabel="mentees of a mentor", ylabel="mentors", title="Load of mentors")
    return ax


def ranks(cohort: Cohort, matching: Matching, ax: Axes | None = None) -> Axes:
    """How many seats went to a first wish, how many to a second one, and so on.

    Raises:
        InputError: where no mentee ranks mentors.
    """
    ax = _axes(ax)
    if cohort.people.ranks is None:
        raise InputError(Problem("no-ranks", "plot.ranks", "no mentee ranks mentors"))
    _bars(ax, Counter(rank for rank in pairs_of(cohort, matching).mentee_rank.tolist() if rank > 0), 1)
    ax.set(xlabel="rank of the mentor on the mentee's list", ylabel="filled seats", title="Wishes that came true")
    return ax


def fits(cohort: Cohort, matching: Matching, ax: Axes | None = None) -> Axes:
    """The score of every filled seat, the best first; how far the curve drops is what the last ones pay.

    Raises:
        InputError: where the cohort has no scores.
    """
    ax = _axes(ax)
    table = cohort.score_table
    if table is None:
        raise InputError(Problem("no-scores", "plot.fits", "the cohort has no scores"))
    values = sorted((float(table.values[row]) for row in pairs_of(cohort, matching).score_row.tolist()), reverse=True)
    ax.step(np.arange(1, len(values) + 1), values, where="mid", color=BLUE)
    ax.set(xlabel="filled seats, the best first", ylabel="score", title="Fit of all seats")
    return ax


def supply(cohort: Cohort, ax: Axes | None = None, most: int = 30) -> Axes:
    """For each topic the seats that are asked for beside those that its mentors offer, the greatest demand first.

    A request for any one of several topics counts on each of them.
    """
    ax = _axes(ax)
    rows = cohort.summary()[:most]
    y = np.arange(len(rows))
    ax.barh(y - 0.2, [row.wanted for row in rows], 0.4, color=ORANGE, label="asked for")
    ax.barh(y + 0.2, [row.seats or 0 for row in rows], 0.4, color=BLUE, label="offered")
    for k, row in enumerate(rows):
        if row.seats is None and row.offers:
            ax.text(0, k + 0.2, f" {row.offers} mentors, no limit stated", va="center", fontsize=8)
    ax.set_yticks(y, [row.topic or "any" for row in rows], parse_math=False)
    ax.invert_yaxis()
    ax.set(xlabel="seats", title="Demand and supply")
    ax.legend()
    return ax


def pareto(comparison: Comparison, x: str, y: str, ax: Axes | None = None) -> Axes:
    """Every strategy by what it reaches in two aims, up and to the right is better; those worth a thought in blue.

    Args:
        comparison: of several strategies.
        x: an aim, as in `Comparison.aims`.
        y: another one.
        ax: where to draw.

    Raises:
        InputError: no comparison, aims that were not measured or have several numbers.
    """
    ax = _axes(ax)
    if not isinstance(comparison, Comparison):
        raise InputError(Problem("type", "comparison", f"found {excerpt(comparison)}, expected a Comparison"))
    for name, aim in (("x", x), ("y", y)):
        if aim not in comparison.aims:
            text = f"found {excerpt(aim)}, expected one of {', '.join(comparison.aims)}"
            raise InputError(Problem("argument", name, text))
    found: dict[Any, list[Run]] = {}
    for run in comparison:
        place: Any = (run.measures.get(x), run.measures.get(y))
        if any(isinstance(value, tuple) for value in place):
            raise InputError(Problem("argument", "x or y", "an aim with several numbers has no place on an axis"))
        if None not in place:
            found.setdefault(place, []).append(run)
    for place, runs in found.items():
        ax.scatter(*place, color=GREY if all(map(comparison.dominated_by, runs)) else BLUE, zorder=2)
        names = ", ".join(map(comparison.label, runs))
        ax.annotate(names, place, xytext=(5, 4), textcoords="offset points", fontsize=8, parse_math=False)
    ax.margins(0.15)
    ax.set(xlabel=x, ylabel=y, title="What strategies reach")
    return ax


def week(schedule: Schedule, week: dt.date | str, zone: str = "UTC", ax: Axes | None = None) -> Axes:
    """All sessions of one week as blocks on a calendar, on the clocks of one zone; deeper colour is more at one time.

    Args:
        schedule: dates.
        week: any date in the week, which runs from Monday to Sunday.
        zone: whose clocks.
        ax: where to draw.

    Raises:
        InputError: no date.
    """
    ax = _axes(ax)
    date = date_of(day_of(week, "week"))
    first = date - dt.timedelta(days=date.weekday())
    for plan in schedule.plans:
        for meeting in plan.sessions:
            begins = meeting.begins(zone)
            day = (begins.date() - first).days
            if 0 <= day < len(DAYS):
                hour = begins.hour + begins.minute / 60
                ax.bar(day, meeting.minutes / 60, 0.9, bottom=hour, color=BLUE, alpha=0.25, edgecolor=BLUE)
    ax.set_xticks(range(len(DAYS)), DAYS)
    ax.set_xlim(-0.6, 6.6)
    ax.set_ylim(24, 0)
    ax.set_yticks(range(0, 25, 3))
    ax.set(ylabel=f"hour ({zone})", title=f"Week of {first}")
    return ax


class Recorder:
    """Notes value and bound of a run over time: give it to ``solve(progress=…)``, then draw it with `anytime`.

    ``rows`` holds (seconds, value, bound) of the first tier.
    """

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.rows: list[tuple[float, float | None, float | None]] = []

    def __call__(self, progress: Progress) -> None:
        """Note one step."""
        firsts = (found[0] if found else None for found in (progress.value, progress.bound))
        value, bound = (float(first) if isinstance(first, int | float) else None for first in firsts)
        if value is not None or bound is not None:
            self.rows.append((time.monotonic() - self.began, value, bound))


def anytime(recorder: Recorder, ax: Axes | None = None) -> Axes:
    """Value and bound of the first aim over time: where the two lines meet, the best is found and proved.

    Raises:
        InputError: where nothing was recorded.
    """
    ax = _axes(ax)
    if not recorder.rows:
        raise InputError(Problem("argument", "recorder", "nothing was recorded: give it to solve(progress=…)"))
    for place, label, colour in ((1, "value", BLUE), (2, "bound", ORANGE)):
        points = [(row[0], row[place]) for row in recorder.rows if row[place] is not None]
        if points:
            seconds, values = zip(*points, strict=True)
            ax.step(seconds, values, where="post", label=label, color=colour, marker="o", markersize=3)
    ax.set(xlabel="seconds", ylabel="first aim", title="Value and bound")
    ax.legend()
    return ax


def _bars(ax: Axes, counted: Counter[int], least: int) -> None:
    """A bar for each number from the least on, with how often it occurs."""
    shown = list(range(least, max(counted, default=least) + 1))
    ax.bar_label(ax.bar(shown, [counted[n] for n in shown], color=BLUE))
    ax.set_xticks(shown)


def _axes(ax: Axes | None) -> Axes:
    return figure().subplots() if ax is None else ax


@cache
def _shown_figure() -> type[Figure]:
    """A figure that notebooks show, also where pyplot was never imported."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ExtraError('plots need Matplotlib: pip install "mmatch[plot]"') from None

    class ShownFigure(Figure):
        def _repr_png_(self) -> bytes:
            picture = io.BytesIO()
            self.savefig(picture, format="png")
            return picture.getvalue()

    return ShownFigure


def _sides(cohort: Cohort, matching: Matching) -> tuple[list[str], list[str]]:
    """Mentors and mentees from top to bottom: matches first, mentees by their mentors, then who is left out."""
    used = list(dict.fromkeys(matching.seats.mentor))
    mentors = used + sorted(p.id for p in cohort if p.offers and p.id not in set(used))
    row = {name: k for k, name in enumerate(mentors)}
    places: dict[str, list[int]] = {}
    for mentor, mentee in zip(matching.seats.mentor, matching.seats.mentee, strict=True):
        places.setdefault(mentee, []).append(row[mentor])
    mentees = sorted(places, key=lambda name: (sum(places[name]) / len(places[name]), name))
    return mentors, mentees + sorted(p.id for p in cohort if p.requests and p.id not in places)
