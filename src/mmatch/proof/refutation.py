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
        if not known.told([literal], [1], 1):
            return True
    for clause in clauses:
        if not all(0 < abs(literal) <= constraints.size for literal in clause):
            return False
        if not known.impossible([-literal for literal in clause]):
            return False
        if not known.told(clause, [1] * len(clause), 1):
            return True
    return False


class _Known:
    """What must be true, and by how much each constraint is kept if all that is not known were true."""

    def __init__(self, size: int) -> None:
        self.true: set[int] = set()
        self.rows: list[list[tuple[int, int]]] = []  # (weight, literal), the heaviest first
        self.room: list[int] = []
        self.among: list[list[tuple[int, int]]] = [[] for _ in range(2 * size + 1)]  # (row, weight) of each literal

    def told(self, literals: Sequence[int], weights: Sequence[int], least: int) -> bool:
        """Take one more constraint as true; False where it cannot be."""
        number = len(self.rows)
        self.rows.append(sorted(zip(weights, literals, strict=True), reverse=True))
        for weight, literal in self.rows[-1]:
            self.among[literal].append((number, weight))
        self.room.append(sum(weight for weight, literal in self.rows[-1] if -literal not in self.true) - least)
        return self._follow([number], [])

    def impossible(self, literals: Sequence[int]) -> bool:
        """Whether some literals cannot all be true; what follows from them is forgotten again."""
        forced: list[int] = []
        possible = True
        for literal in literals:
            possible = possible and -literal not in self.true and self._follow(self._take(literal, forced), forced)
        for literal in forced:
            self.true.discard(literal)
            for row, weight in self.among[-literal]:
                self.room[row] += weight
        return not possible

    def _take(self, literal: int, forced: list[int]) -> list[int]:
        """Make a literal true; the constraints that lose by it."""
        if literal in self.true:
            return []
        self.true.add(literal)
        forced.append(literal)
        for row, weight in self.among[-literal]:
            self.room[row] -= weight
        return [row for row, _ in self.among[-literal]]

    def _follow(self, rows: list[int], forced: list[int]) -> bool:
        """Make true whatever is forced; False where a constraint is broken."""
        while rows:
            number = rows.pop()
            room = self.room[number]
            if room < 0:
                return False
            for weight, literal in self.rows[number]:
                if weight <= room:
                    break
                if literal not in self.true and -literal not in self.true:
                    rows += self._take(literal, forced)
        return True
