"""Every match has one time at which everybody in it is free."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.availability import DAY, Window, day_of, parse_week, zone_of
from mmatch.constraints import FREE, GroupRows, Slots
from mmatch.errors import InputError, excerpt
from mmatch.exact import count_fault, short
from mmatch.rules._base import Rule
from mmatch.rules.shared_time import unreadable_weeks
from mmatch.text import note_unknown

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import Groups
    from mmatch.matching import Match, Matching, Violation


WEEK = 7 * DAY


@dataclass(frozen=True, repr=False)
class CommonSlot(Rule):
    """Every match is given one of these times, at which its mentor and all its mentees are free.

    Nobody is in two places at once. `Match.slot` holds the time that was chosen.

    Args:
        slots: weekly times such as "Mon 9-10"; they may overlap.
        timezone: whose wall clock the slots are; needed where people live in different zones.
        week: a date in the week that is meant ("2027-01-11"); needed there too, for clocks change.
        quorum: the share of the mentees of a match who must be free, from 0 to 1.
        rooms: {site: rooms}: at one time no more matches led by mentors of a site than it has rooms. Sites that are
            not named have no limit; mentors who meet only virtually need no room.
        missing: "forbid" or "allow": what holds for a person who states no availability.
    """

    slots: Sequence[str] = ()
    _: KW_ONLY
    timezone: str | None = None
    week: str | None = None
    quorum: float = 1
    rooms: Mapping[str, int] | Sequence[tuple[str, int]] = ()
    missing: str = "forbid"

    def __post_init__(self) -> None:
        if not isinstance(self.slots, list | tuple) or not self.slots:
            raise self.refuse("slots", f'found {excerpt(self.slots)}, expected a list of times such as "Mon 9-10"')
        self.put("slots", tuple(dict.fromkeys(str(self._window(k)) for k in range(len(self.slots)))))
        self.number("quorum", lambda share: 0 <= share <= 1, "a share from 0 to 1")
        self.choice("missing", ("forbid", "allow"))
        self._check_zone()
        self._check_rooms()

    def _window(self, k: int) -> Window:
        text = self.slots[k]
        try:
            found = parse_week(text) if type(text) is str else ()
        except InputError as error:
            raise self.refuse(f"slots[{k}]", error.problems[0].message) from None
        if len(found) != 1:
            raise self.refuse(f"slots[{k}]", f"found {excerpt(text)}, expected one time such as Mon 9-10")
        return found[0]

    def _check_zone(self) -> None:
        try:
            if self.timezone is not None:
                zone_of(self.timezone)
            day_of("2000-01-01" if self.week is None else self.week)
        except InputError as error:
            field = "timezone" if error.problems[0].code == "timezone" else "week"
            raise self.refuse(field, error.problems[0].message) from None

    def _check_rooms(self) -> None:
        given: Any = self.rooms
        pairs = list(given.items() if isinstance(given, Mapping) else given if isinstance(given, list | tuple) else [0])
        if any(not isinstance(pair, tuple | list) or len(pair) != 2 or type(pair[0]) is not str for pair in pairs):
            raise self.refuse("rooms", f"found {excerpt(given)}, expected {{site: number of rooms}}")
        for site, rooms in pairs:
            fault = count_fault(rooms, "rooms", optional=False)
            if fault:
                raise self.refuse(f"rooms[{excerpt(site)}]", fault)
        self.put("rooms", tuple(sorted((site, int(rooms)) for site, rooms in pairs)))

    @property
    def limits(self) -> dict[str, int]:
        """Rooms by site."""
        return dict(self.rooms)

    # -- who is free --------------------------------------------------------------------------------------------------

    def check(self, cohort: Cohort) -> None:
        """All availability can be read, zones can be compared, and the sites with rooms exist.

        Raises:
            InputError: one problem for each.
        """
        problems = unreadable_weeks(cohort)
        zones = {zone for zone in [*(cohort.people.timezones or ()), self.timezone] if zone is not None}
        if len(zones) > 1 and (self.timezone is None or self.week is None):
            text = f"people live in {len(zones)} time zones, such as {' and '.join(sorted(zones)[:2])}"
            problems.add("timezone", self.title, text, "say whose clock the slots are: timezone=, and when: week=")
        sites = set(cohort.people.sites or ())
        for site in self.limits:
            if site not in sites:
                text = f"nobody is at {excerpt(site)}"
                note_unknown(problems, self.title, site, sites, code="unknown-site", text=text)
        problems.raise_any()

    def times(self, cohort: Cohort) -> Slots:
        """The slots, and who can lead and sit at each."""
        windows = [_window(text) for text in self.slots]
        free = self._free(cohort, windows)
        start, end = np.array([_span(window) for window in windows], dtype=np.int64).T
        sits = free if self.quorum == 1 else np.ones_like(free)
        return Slots(tuple(self.slots), start, end, free, sits, plain=self.quorum == 1 and not self.rooms)

    def _free(self, cohort: Cohort, windows: Sequence[Window]) -> Bools:
        """Whether each person is free at each slot."""
        n = len(cohort)
        stated = cohort.people.availability or (None,) * n
        zones = cohort.people.timezones or (None,) * n

        @cache
        def row(text: str | tuple[str, ...] | None, zone: str | None) -> tuple[bool, ...]:
            if text is None or text in {"", ()}:
                return (self.missing == "allow",) * len(windows)
            week = parse_week(text)
            return tuple(_covered(week, *self._local(window, zone)) for window in windows)

        free = [row(text, zone) for text, zone in zip(stated, zones, strict=True)]
        return np.array(free, dtype=bool).reshape(n, len(windows))

    def _local(self, window: Window, zone: str | None) -> tuple[int, int]:
        """A slot in minutes of the week on the clock of a zone."""
        if zone is None or zone == self.timezone or self.timezone is None or self.week is None:
            return _span(window)
        day = dt.date.fromisoformat(self.week)
        monday = dt.datetime.combine(day - dt.timedelta(days=day.weekday()), dt.time())
        home, away = zoneinfo.ZoneInfo(self.timezone), zoneinfo.ZoneInfo(zone)
        begin = (monday + dt.timedelta(minutes=_span(window)[0])).replace(tzinfo=home).astimezone(dt.UTC)
        local = begin.astimezone(away)
        start = local.weekday() * 1440 + local.hour * 60 + local.minute
        return start, start + (window.end - window.start)

    # -- what solvers and the judge see -------------------------------------------------------------------------------

    def together(self, edges: Edges, groups: Groups) -> Iterable[GroupRows]:
        """Enough of the mentees of each group are free, and each group in person has a room."""
        slots, none = groups.slots, np.zeros(0, dtype=np.int64)
        if slots is None:
            return
        if self.quorum < 1:
            share, n = short(self.quorum), len(groups)
            free = slots.leads[edges.pairs.mentee[groups.edge], groups.slot[groups.group]]
            places = (groups.group, np.arange(len(free)), np.where(free, share.denominator, 0) - share.numerator)
            yield GroupRows("quorum", places, (none, none, none), np.zeros(n, np.int64), np.full(n, FREE), self.title)
        home = np.array(
            [_room_at(edges.cohort, row) for row in edges.mentor_rows[groups.leader].tolist()], dtype=object
        )
        for members in slots.moments() if self.rooms else ():
            at_site = np.isin(groups.slot, members)
            for site, rooms in self.limits.items():
                used = np.flatnonzero(at_site & (home == site))
                entries = (np.zeros_like(used), used, np.ones_like(used))
                limit = np.array([rooms])
                if len(used):
                    yield GroupRows("room", (none,) * 3, entries, limit * 0 - FREE, limit, f"the rooms of {site}")

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:
        """Matches without a slot, people who are not free, people in two places, too few rooms."""
        windows = {name: _window(name) for name in self.slots}
        free = self._free(cohort, list(windows.values()))
        found = []
        for match in matching:
            if match.slot not in windows:
                text = f"the match of {match.mentor} has the slot {match.slot!r}, which the program does not name"
                found.append(self.violation(text, (match.mentor,)))
            else:
                found += self._absent(cohort, match, free[:, list(windows).index(match.slot)])
        timed = [match for match in matching if match.slot in windows]
        return [*found, *self._twice(timed, windows), *self._roomless(cohort, timed, windows)]

    def _absent(self, cohort: Cohort, match: Match, free: Bools) -> Iterator[Violation]:
        index = cohort.people.index
        for mentor in (match.mentor,):
            if not free[index[mentor]]:
                yield self.violation(f"{mentor} is not free at {match.slot}", (mentor,))
        absent = [mentee for mentee in match.mentees if not free[index[mentee]]]
        if len(match.mentees) - len(absent) < short(self.quorum) * len(match.mentees):
            text = f"{', '.join(absent)} cannot come at {match.slot}, where {match.mentor} meets them"
            yield self.violation(text, tuple(absent))

    def _twice(self, matches: Sequence[Match], windows: Mapping[str, Window]) -> Iterator[Violation]:
        """People in two matches at one time."""
        meetings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for match in matches:
            for person in (match.mentor, *match.mentees):
                meetings[person].append(_span(windows[match.slot]))
        for person, spans in meetings.items():
            if any(a[0] < b[1] and b[0] < a[1] for a, b in combinations(spans, 2)):
                yield self.violation(f"{person} is in two matches at one time", (person,))

    def _roomless(self, cohort: Cohort, matches: Sequence[Match], windows: Mapping[str, Window]) -> Iterator[Violation]:
        for site, rooms in self.limits.items():
            at_site = [m for m in matches if _room_at(cohort, cohort.people.index[m.mentor]) == site]
            for match in at_site:
                start = _span(windows[match.slot])[0]
                busy = [m for m in at_site if _span(windows[m.slot])[0] <= start < _span(windows[m.slot])[1]]
                if len(busy) > rooms:
                    text = f"{len(busy)} matches at {site} at {match.slot}, which has {rooms} rooms"
                    yield self.violation(text, tuple(m.mentor for m in busy))


def _window(text: str) -> Window:
    return parse_week(text)[0]


def _span(window: Window) -> tuple[int, int]:
    """(first, last) minute of the week from Monday midnight, the last left out."""
    return window.day * DAY + window.start, window.day * DAY + window.end


def _covered(windows: Iterable[Window], start: int, end: int) -> bool:
    """Whether weekly windows cover the minutes of the week from ``start`` to ``end``, over midnight and Sunday too."""
    spans = sorted((a + k * WEEK, b + k * WEEK) for a, b in map(_span, windows) for k in (0, 1))
    reach = start
    for first, last in spans:
        if first <= reach < last:
            reach = last
    return reach >= end


def _room_at(cohort: Cohort, row: int) -> str:
    """The site where somebody needs a room for a match; empty where they meet virtually."""
    people = cohort.people
    if people.modes is not None and "in_person" not in people.modes[row]:
        return ""
    return people.sites[row] if people.sites is not None else ""
