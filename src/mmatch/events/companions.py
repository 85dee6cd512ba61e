"""Tables at which people sit with others than before: as few mentees as possible sit together twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.aims import Coverage, EvenLoad, EvenSeats, NewMentors
from mmatch.aims._base import PairAim
from mmatch.arrays import NONE, Bools, Ints
from mmatch.candidates.edges import candidates
from mmatch.events.rotations import circle_rotation, rotation

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.values import Rounds
    from mmatch.program import Program
    from mmatch.progress import Watch

MOST_MENTEES = 1_000  # beyond which tables are left as they are: memory grows with their square
TURNS = 3_000  # exchanges without a better plan, after which a search ends where no time limit is given
PATIENCE = 20  # the same for each place, where that is less
TENURE = 4  # turns for which whoever moved stays, at least
FAR = 10**9

Seated = list[tuple[tuple[str, str], int]]


def mixed(cohort: Cohort, program: Program, rounds: Rounds, seated: Seated, watch: Watch[Any]) -> Seated:
    """The same tables with people exchanged, so that fewer mentees sit together twice, and no aim reaches less.

    Two exchange their tables in a round where both may meet the other's mentor, do so in no other round, and all four
    pairs count the same in sum; or several exchange two of their own rounds with each other, so that nobody's mentors
    change. Where an aim looks at more than pairs and loads, only rounds are exchanged; where somebody stays at a table,
    or more than 1,000 mentees come, nothing.
    """
    edges = candidates(cohort, program.rules)
    ids = cohort.people.ids
    pairs = [(ids[a], ids[b]) for a, b in zip(edges.pairs.mentor.tolist(), edges.pairs.mentee.tolist(), strict=True)]
    mentors = sorted({mentor for (mentor, _), _ in seated})
    mentees = sorted({mentee for (_, mentee), _ in seated})
    if not seated or rounds.fixed or len(mentees) > MOST_MENTEES:
        return seated
    host, guest = ({name: k for k, name in enumerate(names)} for names in (mentors, mentees))
    aims = [aim for _, aim in program.named_aims()]
    sums = [np.broadcast_to(aim.scores(edges.pairs)[0], len(pairs)) for aim in aims if isinstance(aim, PairAim)]
    counts = dict(zip(pairs, zip(*(column.tolist() for column in sums), strict=True), strict=True)) if sums else {}
    plain = all(isinstance(aim, PairAim | Coverage | EvenLoad | EvenSeats | NewMentors) for aim in aims)
    plain &= (
        all(counts[pair] == own for pair, own in zip(pairs, zip(*sums, strict=True), strict=True)) if sums else True
    )
    may = np.zeros((len(mentees), len(mentors)), dtype=bool)
    worth = np.zeros((len(sums), len(mentees), len(mentors)), dtype=np.int64)
    for mentor, mentee in pairs if plain else ():
        if mentor in host and mentee in guest:
            may[guest[mentee], host[mentor]] = True
            worth[:, guest[mentee], host[mentor]] = counts.get((mentor, mentee), 0)
    starts = [seated]
    if rounds.breaks is None and rounds.tables is None and not rounds.absent and (worth == worth[:, :1, :1]).all():
        starts += filter(None, [_rotated(set(pairs), seated, rounds.count)])
    mixings = [_Mixing(_tables(start, mentors, mentees), may, watch, worth=worth) for start in starts]
    best = min(mixings, key=_Mixing.cost)
    best = _Mixing(best.exchanged(), may, watch, worth=worth)
    if not rounds.absent and rounds.breaks is None:
        best.take_turns()
    return [
        ((mentors[table], mentees[k]), r)
        for r, row in enumerate(best.table.tolist(), 1)
        for k, table in enumerate(row)
        if table != NONE
    ]


def _tables(seated: Seated, mentors: list[str], mentees: list[str]) -> Ints:
    """The mentor of each mentee in each round, by number; `NONE` where somebody sits out."""
    host = {name: k for k, name in enumerate(mentors)}
    guest = {name: k for k, name in enumerate(mentees)}
    found = np.full((max(number for _, number in seated), len(mentees)), NONE)
    for (mentor, mentee), number in seated:
        found[number - 1, guest[mentee]] = host[mentor]
    return found


def _rotated(allowed: set[tuple[str, str]], seated: Seated, rounds: int) -> Seated | None:
    """A rotation by arithmetic, where everybody may meet everybody and all tables are as large."""
    mentors = sorted({mentor for (mentor, _), _ in seated})
    mentees = sorted({mentee for (_, mentee), _ in seated})
    g, n = len(mentors), len(mentees)
    whole = g and n % g == 0 and len(seated) == n * rounds and len(allowed) >= g * n
    if not whole or any((mentor, mentee) not in allowed for mentor in mentors for mentee in mentees):
        return None
    found = rotation(g, n // g, rounds)
    if found is None:
        return None
    return [((mentors[table], mentees[k]), r) for r, row in enumerate(found, 1) for k, table in enumerate(row)]


def circles(apart: Bools, number: int, rounds: int, watch: Watch[Any]) -> tuple[Ints, int]:
    """(the circle of everybody in each round, how many meet again): circles without a host.

    Args:
        apart: who must not or need not meet (again); such a pair counts as one that meets again.
        number: of circles in each round.
        rounds: how many rounds.
        watch: when to stop.
    """
    n = len(apart)
    starts = [np.array([np.random.default_rng(k).permutation(n) % number for k in range(rounds)])]
    found = None if n % number else circle_rotation(number, n // number, rounds)
    starts += [np.array(found)] if found is not None else []
    mixings = [_Mixing.of(table, np.ones((n, number), dtype=bool), watch, apart) for table in starts]
    best = min(mixings, key=_Mixing.cost)
    table = best.exchanged()
    return table, _Mixing.of(table, best.may, watch, apart).cost()


class _Mixing:
    """Exchanges of two mentees in one round: the best one each time, never soon back (tabu search: Glover 1989)."""

    def __init__(
        self,
        table: Ints,
        may: Bools,
        watch: Watch[Any],
        *,
        worth: Ints | None = None,
        apart: Bools | None = None,
    ) -> None:
        n, g = may.shape
        self.table, self.may, self.watch, self.draw = table.copy(), may, watch, np.random.default_rng(0)
        self.worth = worth  # of each mentee with each host, tier after tier; None where tables have no host
        self.at = np.array([row[:, None] == np.arange(g) for row in table], dtype=np.int64).reshape(-1, n, g)
        self.met = self.at.sum(axis=0)
        before = np.zeros((n, n), dtype=np.int64) if apart is None else apart.astype(np.int64)
        self.together = sum((one @ one.T for one in self.at), before)
        np.fill_diagonal(self.together, 0)
        self.before = before

    @classmethod
    def of(cls, table: Ints, may: Bools, watch: Watch[Any], apart: Bools) -> _Mixing:
        """Circles without a host."""
        return cls(table, may, watch, apart=apart)

    def cost(self) -> int:
        """How many times mentees sit together again."""
        return int((np.maximum(self.together - 1, 0) - np.maximum(self.before - 1, 0)).sum()) // 2

    def exchanged(self) -> Ints:
        """The tables after exchanges, until nobody sits together twice, or nothing helps any more."""
        best, cost = self.table.copy(), self.cost()
        lowest, turn, until = cost, 0, np.zeros(self.table.shape, dtype=np.int64)
        last, patience = 0, min(TURNS, PATIENCE * self.table.size)
        while cost and not self.watch.reason() and (self.watch.deadline is not None or turn - last < patience):
            turn += 1
            found = [self._best(r, until[r] > turn, lowest - cost) for r in range(len(self.table))]
            gain, x, y, r = min((*item, r) for r, item in enumerate(found))
            if gain >= FAR:
                until[:] = 0
                continue
            self._exchange(r, x, y)
            until[r, [x, y]] = turn + TENURE + self.draw.integers(TENURE, size=2)
            cost += gain
            if cost < lowest:
                best, lowest, last = self.table.copy(), cost, turn
        return best

    def take_turns(self) -> None:
        """Exchange two rounds among two or three people whose tables go round, while fewer meet again by it."""
        better = True
        while better and self.cost() and not self.watch.reason():
            better = False
            for r, s in combinations(range(len(self.table)), 2):
                for people in self._cycles(r, s):
                    table = self.table.copy()
                    table[r, people], table[s, people] = self.table[s, people], self.table[r, people]
                    other = _Mixing(table, self.may, self.watch, worth=self.worth)
                    if other.cost() < self.cost():
                        self.__dict__.update(other.__dict__)
                        better = True
                        break

    def _cycles(self, r: int, s: int) -> Iterator[list[int]]:
        """Two or three people of whom each sits in one round where the next one sits in the other."""
        ways: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for who, (first, second) in enumerate(zip(self.table[r].tolist(), self.table[s].tolist(), strict=True)):
            if NONE not in {first, second}:
                ways[first, second].append(who)
        again = {*np.flatnonzero((self.together > 1).sum(axis=1)).tolist()}
        for (a, b), movers in ways.items():
            for x in (who for who in movers if who in again):
                for c in {second for first, second in ways if first == b}:
                    for y in ways[b, c]:
                        if c == a:
                            yield [x, y]
                        for z in ways.get((c, a), ()) if c != a else ():
                            yield [x, y, z]

    def _best(self, r: int, tabu: Bools, wanted: int) -> tuple[int, int, int]:
        """(what the best exchange in a round changes, the two) among those of whoever sits with somebody again."""
        at, row = self.at[r], self.table[r]
        again, known = (self.together > 1).astype(np.int64), (self.together > 0).astype(np.int64)
        mates_again, mates_known = again @ at, known @ at  # of each mentee at each table
        xs = np.flatnonzero((row != NONE) & (mates_again[np.arange(len(row)), row] > 0))
        ys = np.flatnonzero(row != NONE)
        if not len(xs):
            return FAR, 0, 0
        a, b = row[xs][:, None], row[ys][None, :]
        x, y = xs[:, None], ys[None, :]
        change = mates_known[x, b] + mates_known[y, a] - 2 * known[x, y] - mates_again[x, a] - mates_again[y, b]
        free = (a != b) & self.may[x, b] & self.may[y, a]
        if self.worth is not None:
            free &= (self.met[x, b] == 0) & (self.met[y, a] == 0)
            worth = self.worth
            free &= (worth[:, x, b] + worth[:, y, a] == worth[:, x, a] + worth[:, y, b]).all(axis=0)
        free &= ~(tabu[x] | tabu[y]) | (change < wanted)
        change = np.where(free, change, FAR)
        ties = np.flatnonzero(change == change.min())
        place = int(ties[self.draw.integers(len(ties))])
        return int(change.flat[place]), int(xs[place // len(ys)]), int(ys[place % len(ys)])

    def _exchange(self, r: int, x: int, y: int) -> None:
        """Make an exchange."""
        at, a, b = self.at[r], int(self.table[r, x]), int(self.table[r, y])
        for who, old, new in ((x, a, b), (y, b, a)):
            self.met[who, old] -= 1
            self.met[who, new] += 1
        for who in (x, y):
            mates = np.flatnonzero(at[:, self.table[r, who]])
            self.together[who, mates] -= 1
            self.together[mates, who] -= 1
        self.table[r, [x, y]] = b, a
        at[[x, y]] = at[[y, x]]
        for who in (x, y):
            mates = np.flatnonzero(at[:, self.table[r, who]])
            self.together[who, mates] += 1
            self.together[mates, who] += 1
        self.together[[x, y], [x, y]] = 0
