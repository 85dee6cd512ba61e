"""What connects people: the topic tree, past meetings, given scores, each checked against the people themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import numpy as np

from mmatch.arrays import NONE, frozen_ints, sealed
from mmatch.cohort.columns import Meetings, Scores, Topics
from mmatch.cohort.participants import Meeting
from mmatch.cohort.validation import Builder
from mmatch.errors import excerpt
from mmatch.exact import number_fault, score_column
from mmatch.text import clean_ids, nfc, note_unknown


class Relations:
    """Checks what connects the people of a builder; problems go into the builder's notebook."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.problems = builder.problems

    def topics(self, tree: Mapping[str, str] | None) -> Topics:
        """All topics that anybody names, with the tree over them."""
        codes = self.builder.topic_codes
        pairs: list[tuple[str, str]] = []
        if tree is not None and not isinstance(tree, Mapping):
            self.problems.add("type", "topics", f"found {type(tree).__name__}, expected {{child: parent}}")
        elif tree:
            children = clean_ids(list(tree), lambda _: "topics", self.problems)
            parents = clean_ids(list(tree.values()), lambda row: f"topics[{children[row]!r}]", self.problems)
            pairs = list(zip(children, parents, strict=True))
        for name in chain.from_iterable(pairs):
            codes.setdefault(name, len(codes))
        parent = np.full(len(codes), NONE, dtype=np.int64)
        for child, above in pairs:
            parent[codes[child]] = codes[above]
        names = tuple(codes)
        loop = _loop(parent)
        if loop:
            text = " > ".join(excerpt(names[c]) for c in loop)
            self.problems.add("topic-cycle", "topics", f"the tree runs in a circle: {text}")
            parent[:] = NONE
        return Topics(names, frozen_ints(parent), tuple(self.builder.choices))

    def meetings(self, history: Iterable[Meeting]) -> Meetings:
        """The past meetings as columns."""
        rows = list(history)
        good = [m for m in rows if type(m) is Meeting]
        for k, item in enumerate(rows):
            if type(item) is not Meeting:
                self.problems.add(
                    "type", f"history[{k}]", f"found {type(item).__name__} {excerpt(item)}, expected a Meeting"
                )
        mentors = clean_ids([m.mentor for m in good], lambda k: f"history[{k}].mentor", self.problems)
        mentees = clean_ids([m.mentee for m in good], lambda k: f"history[{k}].mentee", self.problems)
        topics = clean_ids([m.topic for m in good], lambda k: f"history[{k}].topic", self.problems, empty=True)
        for k, m in enumerate(good):
            if m.date is not None and type(m.date) is not str:
                text = f"found {type(m.date).__name__}, expected text such as 2026-03-01, or None"
                self.problems.add("type", f"history[{k}].date", text)
        return Meetings(tuple(mentors), tuple(mentees), tuple(topics), tuple(m.date for m in good))

    def scores(self, scores: Mapping[tuple[str, str], Any] | None) -> Scores | None:
        """The given scores as columns sorted by (mentee, mentor)."""
        if scores is None:
            return None
        if not isinstance(scores, Mapping):
            text = f"found {type(scores).__name__}, expected {{(mentor, mentee): number}}"
            self.problems.add("type", "scores", text, "Cohort.from_scores reads matrices")
            return None
        named = {_normal(pair): value for pair, value in scores.items()}
        rows = [row for row in named.items() if self._score_is_good(*row)]
        index = self.builder.people.index
        mentor = np.array([index[pair[0]] for pair, _ in rows], dtype=np.int64)
        mentee = np.array([index[pair[1]] for pair, _ in rows], dtype=np.int64)
        order = np.lexsort((mentor, mentee))
        values = score_column([rows[k][1] for k in order])
        return Scores(sealed(mentee[order]), sealed(mentor[order]), sealed(values))

    def _plainly_good(self, pair: Any, value: Any) -> bool:
        """The common case, without a word: two known people and a finite number."""
        if type(pair) is not tuple or len(pair) != 2 or pair[0] == pair[1] or set(map(type, pair)) != {str}:
            return False
        known = self.builder.people.index
        finite = (type(value) is int and abs(value) < 2**63) or (type(value) is float and math.isfinite(value))
        return finite and pair[0] in known and pair[1] in known

    def _score_is_good(self, pair: Any, value: Any) -> bool:
        if self._plainly_good(pair, value):
            return True
        where = f"scores[{excerpt(pair)}]"
        if not (type(pair) is tuple and len(pair) == 2 and all(type(p) is str for p in pair)):
            self.problems.add("type", where, "the key must be (mentor, mentee), both ids")
            return False
        unknown = [name for name in pair if name not in self.builder.people.index]
        for name in unknown:
            note_unknown(self.problems, where, name, self.builder.people.ids)
        fault = number_fault(value, "a score")
        if fault:
            self.problems.add("number", where, fault)
        if pair[0] == pair[1]:
            self.problems.add("self", where, "nobody is matched with themselves")
        return not (unknown or fault or pair[0] == pair[1])


def _normal(pair: Any) -> Any:
    """A (mentor, mentee) key with its ids as they are kept."""
    texts = type(pair) is tuple and all(isinstance(name, str) for name in pair)
    return tuple(map(nfc, pair)) if texts else pair


def _loop(parent: Any) -> list[int]:
    """A circle in a parent array, first node repeated at the end; empty where there is none."""
    done: set[int] = set()
    for start in range(len(parent)):
        path: dict[int, None] = {}
        node = start
        while node != NONE and node not in done and node not in path:
            path[node] = None
            node = int(parent[node])
        if node in path:
            nodes = list(path)
            return [*nodes[nodes.index(node) :], node]
        done.update(path)
    return []
