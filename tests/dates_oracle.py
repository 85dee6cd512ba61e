"""Every choice of dates, judged by plain definitions: the oracle of schedules, and small questions for it."""

import datetime as dt
from itertools import combinations, pairwise, product
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

import mmatch as mm
from dated import planned
from mmatch.availability import Window, starts, week_text
from mmatch.formats import Format, Gap, SessionSpec, Touchpoint, format_of
from mmatch.scheduling.free_time import FreeTime, shared_time
from mmatch.scheduling.schedule_settings import format_name

FORMATS = [
    Format("meet", (SessionSpec(60, "in_person"),)),
    Format(
        "blend",
        (SessionSpec(60, "in_person"), SessionSpec(60, "virtual")),
        (Gap(0, 1, 2),),
    ),
    Format("weekly", (SessionSpec(60), SessionSpec(60)), (Gap(6, 7, 8),)),
    Format("twice", (SessionSpec(60), SessionSpec(60)), (Gap(1, 1, 3, working=True),)),
    Format(
        "talk",
        (SessionSpec(60), SessionSpec(60)),
        (Gap(0, 1, 3, (Touchpoint(answer_days=1, lead_days=1),)),),
    ),
]
SITES = ("Rome", "Oslo")
START = dt.date(2026, 3, 26)  # a Thursday; clocks change in Europe on the 29th
HALF = 30


@st.composite
def questions(draw):
    """A few people with few hours, and some of everything that dates must keep or should."""
    hours = st.sampled_from([(9, 10), (9, 11), (9, 11), (10, 12), (20, 22)])
    window = st.builds(
        lambda day, span: Window(day, span[0] * 60, span[1] * 60), st.sampled_from([0, 1, 2, 3, 4, 6]), hours
    )
    pool = draw(st.lists(window, min_size=3, max_size=4, unique=True))
    zone = st.sampled_from(draw(st.sampled_from([["UTC"], ["Europe/Berlin"], ["Europe/Berlin", "Africa/Casablanca"]])))

    def person(name, **facts):
        left_out = draw(st.sampled_from([None, None, None, *pool]))
        week = [window for window in pool if window != left_out]
        return mm.Participant(name, availability=week_text(week), timezone=draw(zone), site=draw(site), **facts)

    travel = draw(st.booleans())
    site = st.sampled_from(["Rome", "Rome", "Oslo"] if travel else ["Rome"])
    people = [person(f"m{k}", offers=[mm.Offer()], capacity=3) for k in range(2)]
    names = st.sampled_from(["meet", "blend", "weekly", "twice", "talk"])
    people += [person(f"e{k}", requests=[mm.Request(format=draw(names))]) for k in range(draw(st.integers(2, 3)))]
    pairs = [(draw(st.sampled_from(["m0", "m1"])), e.id) for e in people[2:]]
    cohort = mm.Cohort(people)
    used = sorted({person.site for person in people})
    most = st.sampled_from([None, None, None, None, 1, 1, 2, 2, 0])
    diaries = {
        person: mm.scheduling.Diary(
            per_day=draw(most),
            per_week=draw(most),
            per_month=draw(most),
            hours_per_month=draw(st.sampled_from([None, None, None, 1, 1.5, 2])),
            buffer=draw(st.sampled_from([None, 0, 45])),
            preferred=draw(st.sampled_from(["", "Mon-Sun 9-10"])),
            blackout=draw(st.sampled_from([(), (), ("2026-03-27",)])),
            dates=draw(st.sampled_from([{}, {}, {"2026-03-30": "9-10"}, {"2026-03-28": ""}])),
        )
        for person in draw(st.lists(st.sampled_from([person.id for person in people]), unique=True, max_size=3))
    }
    wishes = mm.scheduling.Wishes(
        gap=draw(st.sampled_from([0, 1440])),
        same_time=draw(st.sampled_from([0, 100, 3000])),
        preferred=draw(st.sampled_from([0, 3000])),
        evening=draw(st.sampled_from([0, 1440])),
        adjacent=draw(st.sampled_from([0, 500, 5000])),
    )
    options = {
        "diaries": diaries,
        "wishes": wishes,
        "buffer": draw(st.sampled_from([0, 30])),
        "rooms": {used[0]: draw(st.sampled_from([1, 1, 1, 2, 0]))} if draw(st.booleans()) else None,
        "travel": {tuple(used): draw(st.sampled_from([30, 90]))} if len(used) == 2 else None,
    }
    return cohort, mm.matching_from_pairs(cohort, pairs), options


def scheduled(cohort, matching, **options):
    return planned(
        cohort, mm.Program(), matching, start=START, end="2026-04-04", hours="", grain=60, formats=FORMATS, **options
    )


class Oracle:
    """Every choice of dates, judged by definitions that stand here."""

    def __init__(self, cohort, matching, settings):
        self.cohort, self.settings = cohort, settings
        self.matches, self.calendars = list(matching), FreeTime(cohort, settings)
        self.forms = [format_of(format_name(cohort, mm.Program(), m), settings.formats) for m in self.matches]

    def choices(self):
        """For each match the dates that it could have by itself, and None."""
        return [[None, *self.alone(k)] for k in range(len(self.matches))]

    def alone(self, k):
        match, form = self.matches[k], self.forms[k]
        free = shared_time((match.mentor, *match.mentees), self.calendars)
        if any(self.place(k, j) is None for j in range(len(form.sessions))):
            return
        for dates in product(*(starts(free, s.minutes, self.settings.grain).tolist() for s in form.sessions)):
            if all(self.gap_kept(k, j, *pair) for j, pair in enumerate(pairwise(dates))):
                yield dates

    def wall(self, minute, person):
        zone = self.cohort[person].timezone
        return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)).astimezone(ZoneInfo(zone))

    def gap_days(self, k, j, one, other):
        mentor, gap = self.matches[k].mentor, self.forms[k].gaps[j]
        first, last = self.wall(one, mentor).date(), self.wall(other, mentor).date()
        between = [first + dt.timedelta(days=d) for d in range(1, (last - first).days + 1)]
        return sum(day.weekday() < 5 for day in between) if gap.working else (last - first).days

    def gap_kept(self, k, j, one, other):
        mentor, gap = self.matches[k].mentor, self.forms[k].gaps[j]
        first, last = self.wall(one, mentor).date(), self.wall(other, mentor).date()
        for touch in gap.touchpoints:
            day, left = first, touch.answer_days
            while left:
                day += dt.timedelta(days=1)
                left -= day.weekday() < 5
            if day + dt.timedelta(days=touch.lead_days) > last:
                return False
        return other > one and gap.least <= self.gap_days(k, j, one, other) <= gap.most

    def place(self, k, j):
        """Where session j is: "" for virtual, None where it cannot be."""
        mode, match = self.forms[k].sessions[j].mode, self.matches[k]
        if mode != "in_person":
            return ""
        sites = [self.cohort[person].site for person in (match.mentor, *match.mentees)]
        if len(set(sites)) == 1:
            return sites[0]
        return sites[0] if self.settings.travel else None  # with two sites both ways are as long: the mentor's

    def sessions(self, chosen):
        for k, dates in enumerate(chosen):
            for j, at in enumerate(dates or ()):
                yield k, at, at + self.forms[k].sessions[j].minutes, self.place(k, j)

    def kept(self, chosen):
        rows = list(self.sessions(chosen))
        for site, names in self.settings.rooms.items():
            for _, at, _, _ in rows:
                if sum(place == site and low <= at < high for _, low, high, place in rows) > len(names):
                    return False
        return all(self.kept_by(person, rows) for person in self.cohort.people.ids)

    def kept_by(self, person, rows):
        own = [row for row in rows if person in (self.matches[row[0]].mentor, *self.matches[row[0]].mentees)]
        diary, home = self.calendars.diary(person), self.cohort[person].site
        buffer = self.settings.buffer if diary.buffer is None else diary.buffer
        for one, other in combinations(sorted(own, key=lambda row: row[1]), 2):
            way = self.settings.travel.get((one[3] or home, other[3] or home), 0)
            if other[1] < one[2] + max(buffer, way):
                return False
        dates = [(self.wall(row[1], person).date(), row[2] - row[1]) for row in own]
        for most, period in (
            (diary.per_day, lambda d: d),
            (diary.per_week, lambda d: d - dt.timedelta(days=d.weekday())),
            (diary.per_month, lambda d: d.replace(day=1)),
        ):
            if most is not None and any(sum(period(d) == period(e) for e, _ in dates) > most for d, _ in dates):
                return False
        hours = diary.hours_per_month
        months = {d.month for d, _ in dates}
        return hours is None or all(sum(n for d, n in dates if d.month == m) <= hours * 60 for m in months)

    def cost(self, chosen):
        """Minutes by which the wishes are missed."""
        wishes, total = self.settings.wishes, 0
        for k, dates in enumerate(chosen):
            if dates is None:
                continue
            mentor, form = self.matches[k].mentor, self.forms[k]
            total += dates[0] - self.settings.start * 1440
            for j, (one, other) in enumerate(pairwise(dates)):
                total += wishes.gap * abs(self.gap_days(k, j, one, other) - form.gaps[j].target)
                walls = [(w.weekday(), w.hour, w.minute) for w in (self.wall(t, mentor) for t in (one, other))]
                total += wishes.same_time * (walls[0] != walls[1])
            for at, person in product(dates, (mentor, *self.matches[k].mentees)):
                wall = self.wall(at, person)
                total += wishes.evening * (wall.hour < 7 or wall.hour + 1 > 21)
                likes = self.calendars.diary(person).preferred
                total += wishes.preferred * (bool(likes) and wall.hour != 9)
        return total + wishes.adjacent * self.loose(chosen)

    def loose(self, chosen):
        """Sessions of mentors that do not begin within the hour after another one, pauses left aside."""
        count, rows = 0, list(self.sessions(chosen))
        for mentor in {self.matches[k].mentor for k, *_ in rows}:
            own = sorted((row for row in rows if self.matches[row[0]].mentor == mentor), key=lambda row: row[1])
            count += len(own)
            for one, other in pairwise(own):
                pause = max(self.pause(person, one, other) for person in self.both(one, other))
                count -= 0 <= other[1] - one[2] - pause < self.settings.grain
        return count

    def both(self, one, other):
        people = [{self.matches[row[0]].mentor, *self.matches[row[0]].mentees} for row in (one, other)]
        return people[0] & people[1]

    def pause(self, person, one, other):
        diary, home = self.calendars.diary(person), self.cohort[person].site
        buffer = self.settings.buffer if diary.buffer is None else diary.buffer
        return max(buffer, self.settings.travel.get((one[3] or home, other[3] or home), 0))

    def best(self):
        found = (0, 0)
        for chosen in product(*self.choices()):
            value = (sum(dates is not None for dates in chosen), -self.cost(chosen))
            if value > found and self.kept(chosen):
                found = value
        return found
