"""The judge of events, which runs no solver: places, repeats, seats, absences, rules, value and bound."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mmatch.events.measuring import measured
from mmatch.events.questions import question_of, room_for
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.matching import Match, Violation
from mmatch.proof import judge_matching, judge_result
from mmatch.proof.well_formed import malformed

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.values import Event
    from mmatch.program import Program


def judge_event(cohort: Cohort, program: Program, event: Event) -> list[Violation]:
    """Everything that is wrong with an event, as an event of this cohort and program."""
    people, policy = question_of(cohort, program, event.rounds)
    if event.best.program.rules != policy.rules or event.best.program.aims != policy.aims:
        return [Violation("digest", "the event was planned from another cohort or program")]
    found = [*_unknown(cohort, event)] or [*_places(event), *_tables(event), *_breaks(event), *_repeats(event)]
    if found:
        return found
    pairs = [Match(one.mentor, (who,), topic) for one in event for who, topic in one.guests()]
    found = judge_matching(people, policy, matching_from_pairs(people, pairs))
    if found:
        return found
    value = measured(people, policy, list(event))
    if value != event.value:
        return [Violation("value", f"claims value {event.value}, found {value}")]
    room = room_for(cohort, event.rounds)
    if event.room not in {None, room}:
        return [Violation("bound", f"claims room for {event.room} meetings, found {room}")]
    return [*malformed(event.best)] or judge_result(people, event.best)


def _unknown(cohort: Cohort, event: Event) -> Iterator[Violation]:
    for one in event:
        for who in one.people:
            if who not in cohort.people.index:
                yield Violation("unknown-id", f"nobody is called {who}", (who,))
        if len(one.topics) != len(one.mentees):
            yield Violation("malformed", f"round {one.round}, table {one.table}: as many topics as mentees are needed")


def _places(event: Event) -> Iterator[Violation]:
    """Everybody is in at most one place a round, and there."""
    rounds = event.rounds
    places = Counter((who, one.round) for one in event for who in one.people)
    for (who, number), n in places.items():
        if n > 1:
            yield Violation("place", f"{who} is in {n} places in round {number}", (who,))
        if not 1 <= number <= rounds.count or number not in rounds.present(who):
            yield Violation("absent", f"{who} is not there in round {number}", (who,))


def _tables(event: Event) -> Iterator[Violation]:
    """Each table is used once a round, has the right size, and those who stay somewhere sit there."""
    rounds = event.rounds
    least, most = rounds.seats
    used = Counter((one.round, one.table) for one in event)
    for (number, table), n in used.items():
        if n > 1:
            yield Violation("table", f"table {table} is used {n} times in round {number}")
    for number, n in Counter(one.round for one in event).items():
        if rounds.tables is not None and n > rounds.tables:
            yield Violation("tables", f"round {number} has {n} tables, at most {rounds.tables}")
    for one in event:
        if not least <= len(one.mentees) <= most:
            text = f"table {one.table} in round {one.round} seats {len(one.mentees)}, not {least} to {most}"
            yield Violation("seats", text, one.people)
        for who in one.people:
            if rounds.fixed.get(who, one.table) != one.table:
                text = f"{who} stays at table {rounds.fixed[who]}, and is at {one.table} in round {one.round}"
                yield Violation("fixed", text, (who,))


def _breaks(event: Event) -> Iterator[Violation]:
    """No mentor has more rounds in a row than they are to have."""
    if event.rounds.breaks is None:
        return
    busy: defaultdict[str, set[int]] = defaultdict(set)
    for one in event:
        busy[one.mentor].add(one.round)
    for who, numbers in busy.items():
        for first in numbers:
            if all(first + k in numbers for k in range(event.rounds.breaks + 1)):
                text = f"{who} has more than {event.rounds.breaks} rounds in a row from round {first} on"
                yield Violation("breaks", text, (who,))


def _repeats(event: Event) -> Iterator[Violation]:
    """Nobody meets a mentor twice, whoever of the two is the mentor."""
    met = Counter(frozenset((one.mentor, who)) for one in event for who in one.mentees)
    for pair, n in met.items():
        if n > 1:
            people = tuple(sorted(pair))
            yield Violation("repeat", f"{' and '.join(people)} meet {n} times", people)
