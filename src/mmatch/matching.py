"""What comes out: matches, matchings, results, proofs and violations, as plain immutable data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Protocol, runtime_checkable

from mmatch.display import MOST_ROWS, Shown, Table
from mmatch.errors import ExtraError, InputError, Problem, choice, excerpt
from mmatch.exact import Exact

__all__ = [
    "BlockingPair",
    "Match",
    "Matching",
    "Proof",
    "Reason",
    "Stability",
    "Status",
    "Trust",
    "Violation",
]


class Status(StrEnum):
    """How an attempt ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class Trust(StrEnum):
    """How well the claim of optimality or infeasibility is supported, strongest first. Only the judge grades."""

    PROVED = "proved"
    CORROBORATED = "corroborated"
    CLAIMED = "claimed"
    HEURISTIC = "heuristic"


@dataclass(frozen=True, slots=True)
class Match:
    """One mentor, one or more mentees, one topic. A pair is a match with one mentee.

    ``topic`` is the offer's; ``requested`` holds each mentee's own topic, in the order of ``mentees``. ``slot`` is when
    they meet, in the words of `rules.CommonSlot`, where the program has one.
    """

    mentor: str
    mentees: tuple[str, ...]
    topic: str = ""
    offer: str = ""
    requested: tuple[str, ...] = ()
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Seats:
    """The filled seats of a matching, one row a seat, as columns of the same length.

    ``match`` numbers the match that a seat belongs to; ``slot`` is empty where no match has one.
    """

    mentor: tuple[str, ...] = ()
    mentee: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    offer: tuple[str, ...] = ()
    requested: tuple[str, ...] = ()
    match: tuple[int, ...] = ()
    slot: tuple[str, ...] = ()

    @property
    def extras(self) -> tuple[str, ...]:
        """The columns beyond the usual ones that say something here."""
        return ("slot",) if self.slot else ()

    def __len__(self) -> int:
        return len(self.mentor)


class Matching(Shown, Sequence[Match]):
    """All matches, and the seats of requests left unfilled. Iterates over `Match`."""

    def __init__(self, matches: Sequence[Match] = (), unmatched: Sequence[tuple[str, str]] = ()) -> None:
        self._seats = _seats_of(matches)
        self._unmatched = tuple(sorted((str(mentee), str(topic)) for mentee, topic in unmatched))
        self.__dict__["_matches"] = tuple(matches)

    @classmethod
    def from_seats(cls, seats: Seats, unmatched: Sequence[tuple[str, str]] = ()) -> Matching:
        """A matching from its columns; the Match objects are made when they are first looked at."""
        self = cls.__new__(cls)
        self._seats = seats
        self._unmatched = tuple(sorted(unmatched))
        return self

    @property
    def seats(self) -> Seats:
        """The filled seats as columns."""
        return self._seats

    @property
    def without_mentees(self) -> list[Match]:
        """Matches in which nobody is mentored: there are none but by mistake."""
        return [match for match in self.__dict__.get("_matches", ()) if not match.mentees]

    @property
    def unmatched(self) -> list[tuple[str, str]]:
        """(mentee, topic) of each seat that was asked for and not filled, one entry a seat."""
        return list(self._unmatched)

    def pairs(self) -> list[tuple[str, str, str]]:
        """(mentor, mentee, topic) of each filled seat; the topic is the offer's."""
        return list(zip(self._seats.mentor, self._seats.mentee, self._seats.topic, strict=True))

    def to_frame(self, backend: Any = "pandas", *, wide: bool = False, of: str = "seats") -> Any:
        """The filled seats as a data frame with one row a seat, or those that stay unfilled.

        Args:
            backend: the installed library to use: "pandas", "polars" or "pyarrow".
            wide: one row a mentee and one column a mentor instead, with the number of seats that they share.
            of: "seats", or "unmatched" for the mentees and topics of unfilled seats.

        Raises:
            ExtraError: where it is not installed.
            InputError: where it is none of these.
        """
        if choice(of, "of", ("seats", "unmatched")) == "unmatched":
            return frame_of(
                {"mentee": [who for who, _ in self._unmatched], "topic": [t for _, t in self._unmatched]}, backend
            )
        if wide:
            return frame_of(self._wide(), backend)
        columns = ("match", "mentor", "mentee", "topic", "offer", "requested", *self._seats.extras)
        return frame_of({name: list(getattr(self._seats, name)) for name in columns}, backend)

    def _wide(self) -> dict[str, list[Any]]:
        """A column of mentees, then one for each mentor; those without a match are left out."""
        s = self._seats
        row = {name: k for k, name in enumerate(sorted(set(s.mentee)))}
        columns: dict[str, list[Any]] = {"mentee": list(row)}
        columns |= {name: [0] * len(row) for name in sorted(set(s.mentor))}
        for mentor, mentee in zip(s.mentor, s.mentee, strict=True):
            columns[mentor][row[mentee]] += 1
        return columns

    @cached_property
    def _matches(self) -> tuple[Match, ...]:
        rows: dict[int, list[int]] = {}
        for row, number in enumerate(self._seats.match):
            rows.setdefault(number, []).append(row)
        return tuple(self._match(rows[number]) for number in sorted(rows))

    def _match(self, rows: list[int]) -> Match:
        s = self._seats
        rows = sorted(rows, key=lambda row: (s.mentee[row], s.requested[row]))
        first = rows[0]
        mentees, requested = tuple(s.mentee[r] for r in rows), tuple(s.requested[r] for r in rows)
        extras = {name: getattr(s, name)[first] for name in s.extras}
        return Match(s.mentor[first], mentees, s.topic[first], s.offer[first], requested, **extras)

    def __iter__(self) -> Iterator[Match]:
        return iter(self._matches)

    def __len__(self) -> int:
        return len(self._matches)

    def __getitem__(self, index: Any) -> Any:
        return self._matches[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matching):
            return NotImplemented
        return sorted(self._matches, key=_order) == sorted(other._matches, key=_order) and (
            self._unmatched == other._unmatched
        )

    def __hash__(self) -> int:
        return hash((frozenset(self._matches), self._unmatched))

    def __repr__(self) -> str:
        return f"<Matching: {len(self)} matches, {len(self._seats)} seats filled, {len(self._unmatched)} unfilled>"

    def tables(self) -> Iterator[Table]:
        """Who meets whom, and which seats stay unfilled."""
        s = self._seats
        rows = self._matches[:MOST_ROWS]
        heads = ("mentor", "mentees", "topic", *s.extras)
        cells = [(m.mentor, ", ".join(m.mentees), m.topic, *(getattr(m, name) for name in s.extras)) for m in rows]
        yield Table(heads, cells, total=len(self))
        if self._unmatched:
            yield Table(("mentee", "topic"), self._unmatched[:MOST_ROWS], "Unfilled seats", len(self._unmatched))


class Framed(Shown):
    """Something that becomes a data frame: a class says its columns in `columns`."""

    __slots__ = ()

    def columns(self) -> Mapping[str, list[Any]]:
        """The columns of the frame, by name."""
        raise NotImplementedError

    def to_frame(self, backend: Any = "pandas") -> Any:
        """The same as a data frame.

        Args:
            backend: the installed library to use: "pandas", "polars" or "pyarrow".

        Raises:
            ExtraError: where it is not installed.
            InputError: where it is none of these.
        """
        return frame_of(self.columns(), backend)


def frame_of(columns: Mapping[str, list[Any]], backend: Any) -> Any:
    """Columns as a data frame of an installed library.

    Raises:
        ExtraError: where it is not installed.
        InputError: where it is none of pandas, polars and pyarrow.
    """
    import narwhals as nw

    try:
        return nw.from_dict(columns, backend=backend).to_native()
    except ModuleNotFoundError as error:
        raise ExtraError(f"a data frame needs {error.name}: pip install {error.name}") from None
    except ValueError:
        text = f"found {excerpt(backend)}, expected pandas, polars or pyarrow"
        raise InputError(Problem("backend", "to_frame", text)) from None


def _order(match: Match) -> tuple[str, str, tuple[str, ...], str]:
    return match.mentor, match.offer, match.mentees, match.slot


def _seats_of(matches: Sequence[Match]) -> Seats:
    rows = [
        (match.mentor, mentee, match.topic, match.offer, requested, number, match.slot)
        for number, match in enumerate(matches)
        for mentee, requested in zip(match.mentees, match.requested or ("",) * len(match.mentees), strict=True)
    ]
    columns = list(zip(*rows, strict=True))
    return Seats(*columns[:6], *(column if any(column) else () for column in columns[6:]))


@runtime_checkable
class HasMatching(Protocol):
    """Whatever holds a matching, such as a `Result`."""

    @property
    def matching(self) -> Matching:
        """The matching."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a matching or a claim is wrong: a code, a sentence, and who is concerned."""

    code: str
    message: str
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockingPair:
    """A mentor and a mentee who would both rather be together, on the offer's topic."""

    mentor: str
    mentee: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is: its kind, whom it concerns, the topic, and a sentence for a coordinator.

    ``facts`` are what the sentence claims, by name: how many ask, how many seats there are, with whom, at what price.
    The sentence has people's names, so ``repr`` leaves it out; ``str`` gives it.
    """

    kind: str
    who: tuple[str, ...]
    topic: str
    message: str = field(repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        return self.message


Rows = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Prices:
    """Evidence of a best flow: a price for each node, for each cost that the tiers fold into.

    Behind a worst-off of several seats, no flow, ``multipliers`` of mentees beside the prices bound the tiers.
    """

    prices: Rows
    multipliers: Rows = ()
    kind: Literal["prices"] = "prices"


@dataclass(frozen=True, slots=True)
class Branches:
    """Evidence of the best groups: for each stage a tree of branches on openings, prices for each leaf in order.

    ``counts`` are counting cuts that the leaves may use.
    """

    branches: Rows
    prices: Rows
    counts: Rows = ()
    kind: Literal["groups"] = "groups"


@dataclass(frozen=True, slots=True)
class Cut:
    """Evidence that no matching exists: nodes of the network that must take in more than they can let out."""

    nodes: tuple[int, ...]
    kind: Literal["cut"] = "cut"


@dataclass(frozen=True, slots=True)
class Shortage:
    """That groups cannot seat all who must sit: the judge finds so by counting alone."""

    kind: Literal["counting"] = "counting"


@dataclass(frozen=True, slots=True)
class Stability:
    """What a stable matching claims of itself, and the evidence for it.

    Args:
        side: whose best stable matching it is, "mentee" or "mentor"; empty where nothing of the kind is claimed.
        notion: what no pair may do: "weak", "strong", "super" or "envy".
        seed: of the lottery that broke ties; None where no tie was broken.
        steps: candidate edges in the order in which an argument uses them, where offers share a mentor or of
            super-stability: each pair that no stable matching has (side "mentee"), or each seat below which no stable
            matching lets the mentee fall ("mentor").
        prices: where aims of one's own are best over all stable matchings, a flow for each stage of the aims that shows
            it: what each rotation passes on to each one that must come before it.
        rotations: there, circles of candidate edges: each mentee moves on and sends the mentee of the next edge on. In
            order they lead from the mentees' best stable matching to the mentors' best.
    """

    side: str = ""
    notion: str = "weak"
    seed: int | str | None = None
    steps: tuple[int, ...] = ()
    prices: Rows = ()
    rotations: Rows = ()
    kind: Literal["stability"] = "stability"

    def __repr__(self) -> str:
        side = f", side {self.side}" if self.side else ""
        names = ("steps", "prices", "rotations")
        held = [(len(getattr(self, name)), name) for name in names]
        found = [f"{n} {name if n > 1 else name[:-1]}" for n, name in held if n]
        return f"<Stability: {', '.join([self.notion + side, f'seed {self.seed}', *found])}>"


Evidence = Prices | Branches | Cut | Shortage | Stability


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence for what a result claims; the judge checks it without any solver.

    ``digest`` binds it to the cohort and the program, ``totals`` are the exact totals of the tiers as fractions, and
    ``agreement`` records runs of different solvers: (solver, what it claims).
    """

    digest: str
    evidence: Evidence | None = None
    totals: tuple[Exact, ...] = ()
    agreement: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        """The kind of evidence in a word; "none" where there is none."""
        return "none" if self.evidence is None else self.evidence.kind

    @property
    def stability(self) -> Stability | None:
        """What a stable matching claims; None where the evidence is of another kind."""
        return self.evidence if isinstance(self.evidence, Stability) else None

    @property
    def leaves(self) -> int:
        """How many leaves the trees of branches have."""
        return len(self.evidence.prices) if isinstance(self.evidence, Branches) else 0

    def __repr__(self) -> str:
        held = () if self.evidence is None else (f.name for f in fields(self.evidence))
        values = [(name, getattr(self.evidence, name)) for name in held]
        found = [f"{len(value)} {name}" for name, value in values if isinstance(value, tuple) and value]
        found += [f"{len(self.agreement)} agreement"] if self.agreement else []
        return f"<Proof: {', '.join([self.kind, *found])}, of question {self.digest[:12]}>"
