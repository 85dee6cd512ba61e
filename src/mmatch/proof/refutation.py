"""The judge of refutations: clauses, each of which unit propagation shows, down to one that nothing can keep.

A constraint asks that the weights of its true literals add up to so much. Where they could not without some literal,
this one is forced. A clause follows where it would be impossible that all its literals are false: then so much is
forced, one thing after another, that a constraint is broken. It may be used from then on. Where something breaks by
itself, no values keep the constraints.

Goldberg, Novikov: Verification of proofs of unsatisfiability for CNF formulas (2003). Gocht, Nordström: Certifying
parity reasoning efficiently using pseudo-Boolean proofs (2021), for propagation over such constraints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmatch.instance.unblocked import Constraints


def refuted(constraints: Constraints, given: Iterable[int], clauses: Sequence[Sequence[int]]) -> bool:
    """Whether no values keep some constraints in which some literals are true, as the clauses show, in order."""
    known = _Known(constraints.size)
    for row in constraints.rows:
        if not known.told(row.literals, row.weights, row.least):
            return True
    for literal in given:
        if not known.learned([literal]):
            return True
    for clause in clauses:
        if not all(0 < abs(literal) <= constraints.size for literal in clause):
            return False
        if not known.impossible([-literal for literal in clause]):
            return False
        if not known.learned(clause):
            return True
    return False


class _Known:
    """What must be true, and by how much each constraint is kept if all that is not known were true.

    A clause is looked at only where one of two of its literals becomes false: the first two, which are changed for
    others while there are any (Moskewicz and others: Chaff, 2001).
    """

    def __init__(self, size: int) -> None:
        self.true: set[int] = set()
        self.rows: list[list[tuple[int, int]]] = []  # (weight, literal), the heaviest first
        self.room: list[int] = []
        self.among: list[list[tuple[int, int]]] = [[] for _ in range(2 * size + 1)]  # (row, weight) of each literal
        self.watched: list[list[list[int]]] = [[] for _ in range(2 * size + 1)]  # clauses with a literal in front

    def told(self, literals: Sequence[int], weights: Sequence[int], least: int) -> bool:
        """Take one more constraint as true; False where it cannot be."""
        number = len(self.rows)
        self.rows.append(sorted(zip(weights, literals, strict=True), reverse=True))
        for weight, literal in self.rows[-1]:
            self.among[literal].append((number, weight))
        self.room.append(sum(weight for weight, literal in self.rows[-1] if -literal not in self.true) - least)
        forced: list[int] = []
        return self._looked_at(number, forced) and self._follow(forced, 0)

    def learned(self, clause: Sequence[int]) -> bool:
        """Take one more clause as true; False where it cannot be."""
        if any(literal in self.true for literal in clause):
            return True
        left = [literal for literal in dict.fromkeys(clause) if -literal not in self.true]
        if len(left) > 1:
            self.watched[left[0]].append(left)
            self.watched[left[1]].append(left)
            return True
        forced: list[int] = []
        return bool(left) and self._take(left[0], forced) and self._follow(forced, 0)

    def impossible(self, literals: Sequence[int]) -> bool:
        """Whether some literals cannot all be true; what follows from them is forgotten again."""
        forced: list[int] = []
        possible = all(self._take(literal, forced) for literal in literals) and self._follow(forced, 0)
        for literal in forced:
            self.true.discard(literal)
            for row, weight in self.among[-literal]:
                self.room[row] += weight
        return not possible

    def _take(self, literal: int, forced: list[int]) -> bool:
        """Make a literal true; False where it is false."""
        if -literal in self.true:
            return False
        if literal not in self.true:
            self.true.add(literal)
            forced.append(literal)
            for row, weight in self.among[-literal]:
                self.room[row] -= weight
        return True

    def _follow(self, forced: list[int], start: int) -> bool:
        """Make true whatever follows from what was forced; False where a constraint or a clause is broken."""
        while start < len(forced):
            false = -forced[start]
            start += 1
            if not all(self._looked_at(row, forced) for row, _ in self.among[false]):
                return False
            if not self._passed_on(false, forced):
                return False
        return True

    def _looked_at(self, number: int, forced: list[int]) -> bool:
        """Make true what a constraint needs; False where it is broken."""
        if self.room[number] < 0:
            return False
        for weight, literal in self.rows[number]:
            if weight <= self.room[number]:
                return True
            if -literal not in self.true:
                self._take(literal, forced)
        return True

    def _passed_on(self, false: int, forced: list[int]) -> bool:
        """Look at the clauses that have a literal in front that became false; False where one is broken."""
        waiting, self.watched[false] = self.watched[false], []
        for k, clause in enumerate(waiting):
            if clause[0] == false:
                clause[0], clause[1] = clause[1], false
            other = next((j for j in range(2, len(clause)) if -clause[j] not in self.true), None)
            if clause[0] not in self.true and other is not None:
                clause[1], clause[other] = clause[other], false
                self.watched[clause[1]].append(clause)
                continue
            self.watched[false].append(clause)
            if not self._take(clause[0], forced):
                self.watched[false] += waiting[k + 1 :]
                return False
        return True
