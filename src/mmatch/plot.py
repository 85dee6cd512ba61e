"""Pictures of cohorts, matchings, comparisons, schedules and runs, as Matplotlib Axes.

Each function draws into ``ax``, or into new Axes, and returns them; nothing is shown or saved. People appear by id.
New figures grow with the data; in Axes that are given, writing gets smaller where there is little room, and what would
overlap is left out.
"""

from __future__ import annotations

import datetime as dt
import io
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.availability import DAYS, date_of, day_of, local_time
from mmatch.candidates import pairs_of
from mmatch.cohort import Cohort
from mmatch.comparison.comparison import Comparison, Run
from mmatch.errors import ExtraError, InputError, Problem, excerpt
from mmatch.matching import Matching
from mmatch.progress import Progress
from mmatch.scheduling.plans import Plan, Schedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mmatch.events import Event

__all__ = [
    "Recorder",
    "anytime",
    "bipartite",
    "figure",
    "fits",
    "loads",
    "pareto",
    "ranks",
    "rounds",
    "supply",
    "timeline",
    "week",
]

BLUE, ORANGE, GREY = "#2166ac", "#b35806", "#8c8c8c"
MOST_LABELS = 80  # on one side of a picture; beyond that nobody reads ids
WIDTH, HEIGHT = 6.4, 4.8  # inches, of a small new figure
LINE = 1.35  # of the size of letters: from one line of writing to the next


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

    Mentees stand beside their mentors, so that lines hardly cross. Ids are written up to 80 people on a side, where
    there is room; long ones are cut in the middle.

    Raises:
        ExtraError: where Matplotlib is not installed.

    Example:
        >>> cohort = mm.datasets.load("shortage", capacity=2).cohort
        >>> ax = mm.plot.bipartite(cohort, mm.solve(cohort).matching)
        >>> ax.get_title()
        '82 of 113 seats filled'
    """
    mentors, mentees = _sides(cohort, matching)
    height = max(len(mentors), len(mentees), 1)
    ax = _axes(ax, height=0.17 * height + 1 if height <= MOST_LABELS else 8)
    left, right = (
        {name: (k + 0.5) * height / len(side) - 0.5 for k, name in enumerate(side)} for side in (mentors, mentees)
    )
    seats = matching.seats
    for mentor, mentee in zip(seats.mentor, seats.mentee, strict=True):
        ax.plot([0, 1], [left[mentor], right[mentee]], color=BLUE, linewidth=0.8, alpha=0.6, zorder=1)
    point = height / _points(ax.bbox.height, ax)  # in rows
    above, widest = -0.5 - 8 * point, 0.0
    sides = ((0, left, set(seats.mentor), "right", "mentors"), (1, right, set(seats.mentee), "left", "mentees"))
    for x, places, used, align, title in sides:
        colours = [BLUE if name in used else GREY for name in places]
        ax.scatter([x] * len(places), list(places.values()), s=max(min(900 / height, 40), 4), c=colours, zorder=2)
        head = ax.text(x, above, f"{len(places):,} {title}", ha="center", va="bottom", fontsize=9)
        widest = max(widest, head.get_window_extent().width / 2)
        size = _letters(ax, len(places) + 2)
        shown = places if size and len(places) <= MOST_LABELS else ()
        for y, name in zip(places.values(), _fitting(shown, ax, size, ax.bbox.width * 0.3), strict=False):
            at = x + (0.03 if x else -0.03)
            text = ax.text(at, y, name, ha=align, va="center", fontsize=size, parse_math=False)
            widest = max(widest, text.get_window_extent().width + 8)
    margin = widest / (ax.bbox.width - 2 * widest) if ax.bbox.width > 3 * widest else 1.0
    ax.set_xlim(-0.03 - margin, 1.03 + margin)
    ax.set_ylim(height - 0.5, above - 14 * point)
    ax.set_axis_off()
    ax.set_title(f"{len(seats):,} of {len(seats) + len(matching.unmatched):,} seats filled")
    return ax


def loads(cohort: Cohort, matching: Matching, ax: Axes | None = None) -> Axes:
    """How many mentors have no mentee, how many one, how many two, and so on."""
    mentors = [person.id for person in cohort if person.offers]
    load = Counter(matching.seats.mentor)
    ax = _bars(ax, Counter(load[name] for name in mentors), 0)
    ax.set(xlabel="mentees of a mentor", ylabel="mentors", title="Load of mentors")
    return ax


def ranks(cohort: Cohort, matching: Matching, ax: Axes | None = None) -> Axes:
    """How many seats of mentees who rank mentors went to a first wish, how many to a second one, and so on.

    Raises:
        InputError: where no mentee ranks mentors.
    """
    if cohort.people.ranks is None:
        raise InputError(Problem("no-ranks", "plot.ranks", "no mentee ranks mentors"))
    seats = pairs_of(cohort, matching)
    facts = seats.facts.ranks
    given = seats.mentee_rank if facts is None else seats.mentee_rank[facts.stated[seats.mentee]]
    ax = _bars(ax, Counter(rank for rank in given.tolist() if rank > 0), 1)
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

    Example:
        >>> mm.plot.supply(mm.datasets.load("informational").cohort).get_title()
        'Demand and supply'
    """
    topics = cohort.summary()
    rows = topics[:most]
    ax = _axes(ax, height=0.3 * len(rows) + 1)
    size = _letters(ax, len(rows) + 2, 10)
    y = np.arange(len(rows))
    ax.barh(y - 0.2, [row.wanted for row in rows], 0.4, color=ORANGE, label="asked for")
    ax.barh(y + 0.2, [row.seats or 0 for row in rows], 0.4, color=BLUE, label="offered")
    for k, row in enumerate(rows):
        if row.seats is None and row.offers and size:
            ax.text(0, k + 0.2, f" {row.offers} mentors, no limit stated", va="center", fontsize=min(8, size * 0.7))
    shown = [row.topic or "any" for row in rows] if size else []
    ax.set_yticks(y[: len(shown)], _fitting(shown, ax, size, ax.bbox.width / 2), parse_math=False, fontsize=size)
    ax.invert_yaxis()
    ax.locator_params(axis="x", integer=True)
    ax.set(xlabel="seats", ylabel="topics", title="Demand and supply")
    if len(rows) < len(topics):
        ax.set_title(f"Demand and supply: {len(rows)} of {len(topics):,} topics")
    ax.legend(loc="upper right", bbox_to_anchor=(1, 0), borderaxespad=3.5, ncols=2, frameon=False)  # below all bars
    return ax


def pareto(comparison: Comparison, x: str, y: str, ax: Axes | None = None) -> Axes:
    """Every strategy by what it reaches in two aims, up and to the right is better; those worth a thought in blue.

    A grey cross is a strategy that another one beats in some aim, and equals or beats in all.

    Args:
        comparison: of several strategies.
        x: an aim, as in `Comparison.aims`.
        y: another one.
        ax: where to draw.

    Raises:
        InputError: no comparison, aims that were not measured or have several numbers.
    """
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
    ax = _axes(ax, height=0.3 * len(found) + 3)
    ax.margins(0.15)
    ax.set(xlabel=x, ylabel=y, title="What strategies reach")
    for place, runs in found.items():
        beaten = all(map(comparison.dominated_by, runs))
        ax.scatter(*place, color=GREY if beaten else BLUE, marker="X" if beaten else "o", zorder=2)
    _spread(ax, {place: fill(", ".join(map(comparison.label, runs)), 32) for place, runs in found.items()})
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
    hours = []
    for plan in schedule.plans:
        for meeting in plan.sessions:
            begins = meeting.begins(zone)
            day = (begins.date() - first).days
            if 0 <= day < len(DAYS):
                hour = begins.hour + begins.minute / 60
                ax.bar(day, meeting.minutes / 60, 0.9, bottom=hour, color=BLUE, alpha=0.25, edgecolor=BLUE)
                hours += [hour, hour + meeting.minutes / 60]
    dates = [(first + dt.timedelta(days=k)).day for k in range(len(DAYS))]
    ax.set_xticks(range(len(DAYS)), [f"{name}\n{number}" for name, number in zip(DAYS, dates, strict=True)])
    ax.set_xlim(-0.6, 6.6)
    ax.set_ylim(min(max(hours, default=17) + 1, 24), max(min(hours, default=9) - 1, 0))
    ax.locator_params(axis="y", integer=True)
    ax.set(ylabel=f"hour ({zone})", title=f"Week of {first}")
    return ax


def rounds(event: Event, ax: Axes | None = None) -> Axes:
    """Who sits with whom in each round: a row for each mentor, a column for each round, grey where a mentor is free.

    Names are written while there is room for them; long ones are cut in the middle.

    Args:
        event: a planned event.
        ax: where to draw.
    """
    hosts = sorted({one.mentor for one in event}, key=lambda who: event.names[who])
    count = event.rounds.count
    ax = _axes(ax, width=1.6 * (count + 1), height=min(0.3 * len(hosts) + 1, 40))
    at = {(one.mentor, one.round): one for one in event}
    size, room = _letters(ax, len(hosts)), ax.bbox.width / (count + 1)
    for row, host in enumerate(hosts):
        for number in range(1, count + 1):
            one = at.get((host, number))
            colour = GREY if one is None else BLUE
            ax.barh(row, 0.94, 0.86, left=number - 0.47, color=colour, alpha=0.18)
            if one is not None and size:
                (text,) = _fitting([", ".join(event.names[who] for who in one.mentees)], ax, size, room)
                ax.text(number, row, text, ha="center", va="center", fontsize=size, parse_math=False)
    names = _fitting([event.names[who] for who in hosts], ax, size, room) if size else []
    ax.set_yticks(range(len(names)), names, fontsize=size or None, parse_math=False)
    begins = [event.rounds.begins(number) for number in range(1, count + 1)]
    labels = [f"{k}" + (f"\n{when:%H:%M}" if when else "") for k, when in enumerate(begins, 1)]
    ax.set_xticks(range(1, count + 1), labels)
    ax.set_xlim(0.5, count + 0.5)
    ax.set_ylim(len(hosts) - 0.5, -0.5)
    ax.set(xlabel="round", ylabel="mentor", title=f"Who meets whom in {count} rounds")
    return ax


def timeline(plan: Plan, zone: str = "UTC", ax: Axes | None = None) -> Axes:
    """The course of one match: its sessions, and what is due from whom before, between and after them.

    Args:
        plan: one of `Schedule.plans`.
        zone: whose dates.
        ax: where to draw.
    """
    held = [(session.start, session.mode.replace("_", " ")) for session in plan.sessions]
    sessions = [(start, "both", f"session {k}, {mode}") for k, (start, mode) in enumerate(held, 1)]
    rows = sorted([*sessions, *((due.by, due.who, f"{due.who}: {due.what}") for due in plan.dues)])
    texts = [fill(what, 44, max_lines=2, placeholder=" …") for _, _, what in rows]
    lines = sum(text.count("\n") + 1 for text in texts)
    ax = _axes(ax, width=8, height=0.2 * lines + 0.1 * len(rows) + 1)
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

    size = _letters(ax, 2 * len(rows) + 2, 9)
    days = [date2num(local_time(at, zone).replace(tzinfo=None)) for at, _, _ in rows]  # type: ignore[no-untyped-call]
    for who, shape, colour in (("both", "s", BLUE), ("mentee", "o", ORANGE), ("mentor", "^", GREY)):
        found = [k for k, row in enumerate(rows) if row[1] == who]
        ax.scatter([days[k] for k in found], found, marker=shape, color=colour, s=60, zorder=2, label=who)
    ax.set_yticks(range(len(rows)) if size else [], texts if size else [], fontsize=size or None, parse_math=False)
    ax.invert_yaxis()
    ax.margins(0.08)
    ax.grid(visible=True, color=GREY, alpha=0.25)
    ax.tick_params(axis="x", labelsize=8)
    locator: Any = AutoDateLocator(maxticks=6)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    ax.set_title(f"{plan.match.mentor} with {', '.join(plan.match.mentees)}", parse_math=False)
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


def _bars(ax: Axes | None, counted: Counter[int], least: int) -> Axes:
    """A bar for each number from the least on, with how often it occurs; numbers are written where there is room."""
    shown = list(range(least, max(counted, default=least) + 1))
    ax = _axes(ax, width=min(0.35 * len(shown) + 1, 16))
    bars = ax.bar(shown, [counted[n] for n in shown], color=BLUE)
    ax.locator_params(axis="y", integer=True)
    digits = len(f"{max(*shown, *counted.values(), 0)}")
    if _points(ax.bbox.width, ax) / len(shown) > 8 * digits:
        ax.bar_label(bars)
        ax.margins(y=0.1)
        ax.set_xticks(shown)
    else:
        ax.locator_params(axis="x", integer=True)
    return ax


def _axes(ax: Axes | None, *, width: float = 0, height: float = 0) -> Axes:
    """The Axes given, or those of a new figure of at least the size asked for, in inches."""
    return figure(figsize=(max(width, WIDTH), max(height, HEIGHT))).subplots() if ax is None else ax


def _points(pixels: float, ax: Axes) -> float:
    return pixels * 72 / float(ax.figure.dpi)


def _letters(ax: Axes, lines: int, most: float = 8) -> float:
    """The size of letters, in points, with which so many lines stand below each other; 0 where nobody could read it."""
    size = _points(ax.bbox.height, ax) / lines / LINE
    return 0 if size < 4.5 else min(size, most)


def _fitting(texts: Iterable[str], ax: Axes, size: float, most: float) -> list[str]:
    """The same texts; those wider than so many pixels are cut in the middle."""
    ruler, found = ax.text(0, 0, "", fontsize=size, parse_math=False), []
    for text in texts:
        ruler.set_text(text)
        kept = int(len(text) * most / max(ruler.get_window_extent().width, 1) / 2)
        while ruler.get_window_extent().width > most and kept > 0:
            ruler.set_text(f"{text[:kept]}…{text[-kept:]}")
            kept -= 1
        found.append(ruler.get_text())
    ruler.remove()
    return found


def _spread(ax: Axes, texts: dict[Any, str]) -> None:
    """Write a text beside each point, on the nearest free place, with a thin line to its point where that is far."""
    ax.figure.canvas.figure.draw_without_rendering()  # from here on it is known where points lie
    dots = {place: tuple(ax.transData.transform(place)) for place in texts}
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in dots.values()]
    scale = ax.figure.dpi / 72
    for place in sorted(texts, key=lambda place: (*dots[place], texts[place])):
        note = ax.annotate(texts[place], place, (0, 0), textcoords="offset points", va="center", fontsize=8)
        note.set_parse_math(False)
        size = note.get_window_extent()
        spot = _free(dots[place], (size.width + 4, size.height + 2), ax.bbox.extents, taken)
        if spot is None:
            note.remove()
            continue
        taken.append(spot)
        offset = ((spot[0] + 2 - dots[place][0]) / scale, ((spot[1] + spot[3]) / 2 - dots[place][1]) / scale)
        note.set_position(offset)
        if abs(offset[1]) > 8:
            thin = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkA": 0}
            ax.annotate("", place, offset, textcoords="offset points", arrowprops=thin, zorder=1)


def _free(
    dot: tuple[float, ...], size: tuple[float, float], frame: Sequence[float], taken: list[Any]
) -> tuple[float, float, float, float] | None:
    """The nearest place beside a point, inside a frame, where nothing stands; boxes are left, low, right, high."""
    (x, y), (width, height) = dot, size
    for step in range(100):
        low = y - height / 2 + (step + 1) // 2 * (-1) ** step * height / 2
        for left in (x + 6, x - 6 - width):
            box = (left, low, left + width, low + height)
            inside = frame[0] <= box[0] and frame[1] <= box[1] and box[2] <= frame[2] and box[3] <= frame[3]
            if inside and all(box[2] <= o[0] or o[2] <= box[0] or box[3] <= o[1] or o[3] <= box[1] for o in taken):
                return box
    return None


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
