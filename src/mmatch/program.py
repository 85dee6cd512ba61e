"""The program: the policy under which a cohort is matched. Immutable, written to JSON and read back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.aims._base import Aim
from mmatch.arrays import NONE
from mmatch.cohort.validation import group_fault
from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.formats import Format, format_of
from mmatch.formats._json import format_from_json, format_to_json
from mmatch.registry import closest, find
from mmatch.rules._base import Rule
from mmatch.text import nfc, note_unknown

if TYPE_CHECKING:
    from mmatch.cohort import Cohort

SCHEMA = "mmatch/program"
VERSION = 1
Group = tuple[int, int]
TierSpec = tuple[Aim, ...]


@dataclass(frozen=True)
class Program(Shown):
    """How people are matched: the session format, the group size, what must hold, and what is wanted in which order.

    Args:
        format: the name of a format that ships, such as "single" or "two_session_plan", or of one of ``formats``; or a
            `mm.formats.Format` of its own, which joins ``formats`` and is then called by its name.
        formats: formats of its own, which programs and requests call by their names.
        exceptions: (mentor, mentee, rule, why): the rule, one of ``rules`` or its name, does not hold for the pair;
            they become `mm.rules.Exempt` among the rules, where every report shows them.
        group: (least, most) mentees in one match, or {topic: (least, most), None: default}.
        rules: what must hold.
        aims: what is wanted, most important first; an inner tuple is one tier of weighted aims. None takes the usual
            ones for the cohort (`resolve` shows them).

    Raises:
        InputError: arguments of another form, contradicting rules.

    Example:
        >>> program = mm.Program(rules=[mm.rules.Differs("department")], aims=[mm.aims.Coverage(), mm.aims.EvenLoad()])
        >>> [str(aim) for tier in program.tiers for aim in tier]
        ['Coverage()', 'EvenLoad()']
        >>> mm.Program.from_json(program.to_json()) == program
        True
    """

    _: KW_ONLY
    format: str | Format = "single"
    group: Group | Mapping[str | None, Group] = (1, 1)
    rules: Sequence[Rule] = ()
    aims: Sequence[Aim | Sequence[Aim]] | None = None
    formats: Sequence[Format] = field(default=(), repr=False)
    exceptions: Sequence[Any] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        problems = Problems()
        self._put("formats", _formats(self.formats, problems))
        if isinstance(self.format, Format):
            others = [form for form in self.formats if form != self.format]
            self._put("formats", (*others, self.format))
            self._put("format", self.format.name)
        if len(self.own_formats) < len(self.formats):
            problems.add("format", "Program.formats", "two different formats have one name: give one another name")
        try:
            format_of(self.format_name, self.own_formats)
        except InputError as error:
            problems.found.extend(replace(problem, where="Program.format") for problem in error.problems)
        self._put("group", _group(self.group, problems))
        self._put("rules", _excepted(_rules(self.rules, problems), self.exceptions, problems))
        self._put("exceptions", ())
        self._put("aims", None if self.aims is None else _aims(self.aims, problems))
        problems.raise_any()

    def __reduce__(self) -> tuple[Any, ...]:
        group = dict(self.group) if isinstance(self.group, Mapping) else self.group
        parts = {"rules": self.rules, "aims": self.aims, "formats": self.formats}
        return _program, ({"format": self.format, "group": group, **parts},)

    def tables(self) -> Iterator[Table]:
        """The rules, and the aims in order."""
        yield Table(("what", "how"), [("format", self.format), ("group size", self.group)])
        yield Table(("rule",), [(rule.title,) for rule in self.rules], "Rules: must hold", len(self.rules))
        if self.aims is None:
            yield Table(("aim",), [("the usual ones for the cohort",)], "Aims: wanted, in order")
            return
        rows = [(k, " + ".join(aim.title for aim in tier)) for k, tier in enumerate(self.tiers, 1)]
        yield Table(("", "aim"), rows, "Aims: wanted, in order", len(rows))

    def __hash__(self) -> int:
        return hash(self.canonical)

    def _put(self, field: str, value: Any) -> None:
        object.__setattr__(self, field, value)

    @property
    def format_name(self) -> str:
        """What its format is called."""
        return self.format.name if isinstance(self.format, Format) else self.format

    @property
    def own_formats(self) -> dict[str, Format]:
        """The formats of its own by their names."""
        return {form.name: form for form in self.formats}

    def group_of(self, topic: str) -> Group:
        """(least, most) mentees in one match on a topic, where the offer states nothing itself."""
        if isinstance(self.group, Mapping):
            return self.group.get(topic, self.group.get(None, (1, 1)))
        return self.group

    @property
    def tiers(self) -> tuple[TierSpec, ...]:
        """The aims, every tier as a tuple.

        Raises:
            InputError: where aims is None: `resolve` first.
        """
        if self.aims is None:
            raise InputError(Problem("unresolved", "Program.aims", "aims=None: call Program.resolve(cohort) first"))
        return tuple(tier if isinstance(tier, tuple) else (tier,) for tier in self.aims)

    def named_aims(self) -> Iterator[tuple[str, Aim]]:
        """Every aim with its key in `Result.by_aim`: the class name, then ``Fit#2``."""
        seen: dict[str, int] = {}
        for tier in self.tiers:
            for aim in tier:
                seen[aim.name] = seen.get(aim.name, 0) + 1
                yield aim.name + (f"#{seen[aim.name]}" if seen[aim.name] > 1 else ""), aim

    def resolve(self, cohort: Cohort, solver: Any = "auto", seed: int | str = 0) -> Program:
        """The same program with all that a solver follows: ``aims=None`` replaced, and stability where it is stable.

        Coverage, then fit where scores are given, else topic fit where any topic is named, else preferences where
        anybody stated ranks; then even load. With a stable solver: `rules.Stable` with its notion, with the lottery's
        seed where ties are broken, and coverage, then the ranks of its side; "auto" takes it where everybody ranks,
        there are no scores, and nothing else is asked for.

        Args:
            cohort: the facts.
            solver: "auto", the name of one, or a configured one.
            seed: of the lottery that breaks ties.
        """
        name = solver if isinstance(solver, str) else solver.name
        if name == "stable" or (name == "auto" and self.prefers_stable(cohort)):
            return self._stable(cohort, solver, seed)
        if self.aims is not None:
            return self
        names = ["Coverage"]
        if cohort.score_table is not None:
            names.append("Fit")
        elif any(cohort.topic_tree.names):
            names.append("TopicFit")
        elif cohort.people.ranks is not None or cohort.people.mentee_ranks is not None:
            names.append("Preference")
        return replace(self, aims=tuple(find("mmatch.aims", name)() for name in [*names, "EvenLoad"]))

    def _stable(self, cohort: Cohort, solver: Any, seed: int | str) -> Program:
        """The program that a stable solver follows."""
        kind, ties = getattr(solver, "kind", "weak"), getattr(solver, "ties", "lottery")
        side = getattr(solver, "side", "mentee")
        stable = find("mmatch.rules", "Stable")
        broken = kind == "weak" and ties == "lottery" and not cohort.strict_lists
        stated = [rule for rule in self.rules if isinstance(rule, stable) and rule.kind == kind]
        rules = self.rules
        if not any(rule.lottery is not None or not broken for rule in stated):
            rules = (*rules, stable(kind, lottery=seed if broken else None))
        aims = self.aims
        if aims is None:
            aims = (find("mmatch.aims", "Coverage")(), find("mmatch.aims", "Preference")(f"{side}s"))
        return replace(self, rules=rules, aims=aims)

    def prefers_stable(self, cohort: Cohort) -> bool:
        """Whether ``solver="auto"`` matches stably: both sides rank, no scores, no aims, pairs of single requests."""
        people, requests = cohort.people, cohort.requests
        if self.aims is not None or cohort.score_table is not None or self.group != (1, 1):
            return False
        if people.ranks is None or people.mentee_ranks is None or any(rule.bounds_matching for rule in self.rules):
            return False
        wishes, orders = people.wishes, people.orders
        rank = wishes is not None and wishes.stated[requests.owner].all()
        rank = rank and orders is not None and orders.stated[cohort.offers.owner].all()
        plain = not people.min_load.any() and (requests.mentors <= 1).all() and (cohort.offers.most == NONE).all()
        return bool(rank and plain)

    def check(self, cohort: Cohort) -> None:
        """Raise one InputError with everything in the policy that cannot be meant for this cohort."""
        problems = Problems()
        topics = self.group if isinstance(self.group, Mapping) else {}
        for topic in topics:
            if topic is not None and topic not in cohort.topic_tree.index:
                where, text = f"Program.group[{excerpt(topic)}]", "nobody names this topic"
                note_unknown(problems, where, topic, cohort.topic_tree.index, code="unknown-topic", text=text)
        parts: list[Rule | Aim] = [*self.rules, *(aim for tier in self.tiers for aim in tier)]
        for part in parts:
            try:
                part.check(cohort)
            except InputError as error:
                problems.found.extend(error.problems)
        problems.raise_any()

    @property
    def canonical(self) -> str:
        """A text that is the same exactly for the same policy."""
        group = sorted(self.group.items(), key=str) if isinstance(self.group, Mapping) else self.group
        rules = [rule.canonical() for rule in self.rules]
        aims = None if self.aims is None else [[aim.canonical() for aim in tier] for tier in self.tiers]
        own = (self.formats,) if self.formats else ()
        return repr(("mmatch program 1", self.format, group, rules, aims, *own))

    def to_json(self) -> dict[str, Any]:
        """The program as plain data.

        Raises:
            UnsupportedError: where a rule or an aim is a plain function.
        """
        group: Any = self.group
        if isinstance(group, Mapping):
            topics = {topic: list(bounds) for topic, bounds in group.items() if topic is not None}
            group = {"default": list(group.get(None, (1, 1))), "topics": topics}
        data = {"schema": SCHEMA, "version": VERSION, "format": self.format, "group": group}
        aims = None if self.aims is None else [[aim.to_json() for aim in tier] for tier in self.tiers]
        own = {"formats": [format_to_json(form) for form in self.formats]} if self.formats else {}
        return {**data, "rules": [rule.to_json() for rule in self.rules], "aims": aims, **own}

    @classmethod
    def from_json(cls, data: Any) -> Program:
        """A program from plain data, as `to_json` writes it.

        Raises:
            InputError: unknown fields, rules or aims, each named with its place.
        """
        problems = Problems()
        if not isinstance(data, dict):
            problems.add("type", "program", f"found {type(data).__name__}, expected an object")
            problems.raise_any()
        if data.get("schema", SCHEMA) != SCHEMA:
            problems.add("schema", "program.schema", f"found {excerpt(data['schema'])}, expected {SCHEMA}")
        version = data.get("version", VERSION)
        if type(version) is not int or version > VERSION:
            problems.add("version", "program.version", f"found {excerpt(version)}: made by a newer version of mmatch")
        for name in data.keys() - {"schema", "version", "format", "formats", "group", "rules", "aims"}:
            text = "unknown field, expected format, formats, group, rules, aims"
            problems.add("unknown-field", f"program.{name}", text)
        own = [format_from_json(item, f"formats[{k}]") for k, item in enumerate(_list(data, "formats", problems))]
        rules = [
            _part("mmatch.rules", item, f"rules[{k}]", problems)
            for k, item in enumerate(_list(data, "rules", problems))
        ]
        aims = None
        if data.get("aims") is not None:
            tiers = [t if isinstance(t, list) else [t] for t in _list(data, "aims", problems)]
            aims = [
                tuple(_part("mmatch.aims", a, f"aims[{k}]", problems) for a in tier) for k, tier in enumerate(tiers)
            ]
        group = _group_from_json(data.get("group", [1, 1]))
        problems.raise_any()
        return cls(format=data.get("format", "single"), group=group, rules=rules, aims=aims, formats=own)


def _program(values: dict[str, Any]) -> Program:
    return Program(**values)


def check_question(cohort: object, program: object) -> None:
    """Raise an InputError where these are not a cohort and a program."""
    from mmatch.candidates import facts_of
    from mmatch.cohort import Cohort

    for value, kind in ((cohort, Cohort), (program, Program)):
        if not isinstance(value, kind):
            text = f"found {type(value).__name__} {excerpt(value)}, expected a {kind.__name__}"
            raise InputError(Problem("type", kind.__name__.lower(), text))
    if isinstance(cohort, Cohort):
        facts_of(cohort).forget()


def _group(group: Any, problems: Problems) -> Any:
    if not isinstance(group, Mapping):
        fault = group_fault(group)
        if fault:
            problems.add("group", "Program.group", fault)
        return _bounds(group)
    for topic, bounds in group.items():
        fault = group_fault(bounds)
        if topic is not None and type(topic) is not str:
            fault = f"found the key {excerpt(topic)}, expected a topic or None"
        if fault:
            problems.add("group", f"Program.group[{excerpt(topic)}]", fault)
    named = {nfc(topic) if type(topic) is str else topic: bounds for topic, bounds in group.items()}
    return MappingProxyType({topic: _bounds(bounds) for topic, bounds in named.items()})


def _bounds(group: Any) -> Any:
    """Group bounds as a tuple of plain ints, where they are sound."""
    return group if group_fault(group) else (int(group[0]), int(group[1]))


def _formats(formats: Any, problems: Problems) -> tuple[Format, ...]:
    given = [formats] if isinstance(formats, str) or not isinstance(formats, Sequence) else formats
    for form in given:
        if not isinstance(form, Format):
            problems.add("format", "Program.formats", f"found {type(form).__name__}, expected mm.formats.Format(…)")
    return tuple(form for form in given if isinstance(form, Format))


def _rules(rules: Any, problems: Problems) -> tuple[Rule, ...]:
    if isinstance(rules, Rule) or not isinstance(rules, Sequence):
        problems.add("type", "Program.rules", f"found {excerpt(rules)}, expected a list of rules")
        return ()
    for k, rule in enumerate(rules):
        if not isinstance(rule, Rule):
            problems.add(
                "type", f"Program.rules[{k}]", f"found {excerpt(rule)}, expected a rule such as rules.Differs(…)"
            )
    good = tuple(rule for rule in rules if isinstance(rule, Rule))
    locked = {pair for rule in good if rule.name == "Lock" for pair in rule.pairs}  # type: ignore[attr-defined]
    forbidden = {pair for rule in good if rule.name == "Forbid" for pair in rule.pairs}  # type: ignore[attr-defined]
    for pair in sorted(locked):
        if pair in forbidden or pair[:2] in forbidden:
            problems.add("contradiction", "Program.rules", f"{pair[0]} and {pair[1]} are both locked and forbidden")
    return good


def _excepted(rules: tuple[Rule, ...], exceptions: Any, problems: Problems) -> tuple[Rule, ...]:
    """The rules, with those pairs exempt that exceptions name."""
    found = list(rules)
    for k, row in enumerate(exceptions if isinstance(exceptions, Sequence) else [exceptions]):
        where = f"Program.exceptions[{k}]"
        if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != 4 or type(row[3]) is not str:
            problems.add("type", where, f"found {excerpt(row)}, expected (mentor, mentee, rule, why)")
            continue
        *pair, rule, why = row
        meant = [n for n, one in enumerate(found) if rule in {one.name, one} or getattr(one, "rule", None) == rule]
        if len(meant) != 1:
            many = "none of the rules" if not meant else "several rules: give the rule itself"
            problems.add("argument", where, f"{excerpt(rule)} is {many}")
            continue
        try:
            found[meant[0]] = _exempt(found[meant[0]], tuple(pair), why)
        except InputError as error:
            problems.found.extend(replace(problem, where=where) for problem in error.problems)
    return tuple(found)


def _exempt(rule: Any, pair: tuple[str, ...], why: str) -> Rule:
    """A rule with one exception more."""
    exempt = find("mmatch.rules", "Exempt")
    if isinstance(rule, exempt):
        whys = "; ".join(dict.fromkeys(filter(None, (rule.why, why))))
        return exempt(rule.rule, [*rule.pairs, pair], why=whys)  # type: ignore[no-any-return]
    return exempt(rule, [pair], why=why)  # type: ignore[no-any-return]


def _aims(aims: Any, problems: Problems) -> tuple[Aim | TierSpec, ...]:
    if isinstance(aims, Aim) or not isinstance(aims, Sequence) or not aims:
        problems.add("type", "Program.aims", f"found {excerpt(aims)}, expected a list of aims, most important first")
        return ()
    tiers = [tuple(tier) if isinstance(tier, tuple | list) else tier for tier in aims]
    for k, tier in enumerate(tiers):
        for aim in tier if isinstance(tier, tuple) else (tier,):
            if not isinstance(aim, Aim):
                problems.add(
                    "type", f"Program.aims[{k}]", f"found {excerpt(aim)}, expected an aim such as aims.Coverage()"
                )
        if tier == ():
            problems.add("type", f"Program.aims[{k}]", "found an empty tier")
    _order([tier if isinstance(tier, tuple) else (tier,) for tier in tiers], problems)
    return tuple(tier[0] if isinstance(tier, tuple) and len(tier) == 1 else tier for tier in tiers)


def _order(tiers: Sequence[TierSpec], problems: Problems) -> None:
    """What an aim asks of its tier, and of the tiers before it."""
    covered = False
    for k, tier in enumerate(tiers):
        for aim in tier:
            if not isinstance(aim, Aim):
                continue
            if (aim.vector or aim.alone) and len(tier) > 1:
                text = f"{aim.title} cannot share a tier with other aims: it is no sum"
                problems.add("tier", f"Program.aims[{k}]", text, "give it a tier of its own")
            if aim.after_coverage and not covered:
                text = f"{aim.title} needs a tier Coverage() before it: without one it would be best to match nobody"
                problems.add("tier", f"Program.aims[{k}]", text, "put aims.Coverage() first")
        covered = covered or (len(tier) == 1 and getattr(tier[0], "name", "") == "Coverage")


def _list(data: dict[str, Any], name: str, problems: Problems) -> list[Any]:
    value = data.get(name) or []
    if not isinstance(value, list):
        problems.add("type", f"program.{name}", f"found {type(value).__name__}, expected a list")
        return []
    return value


def _part(package: str, item: Any, where: str, problems: Problems) -> Any:
    """A rule or an aim from {"name": …, arguments}."""
    name = item.get("name") if isinstance(item, dict) else item
    if not isinstance(name, str):
        text = f"found {excerpt(item)}, expected a name, or an object that holds one"
        problems.add("unknown-part", f"program.{where}", text, 'such as {"name": "Coverage"}')
        return None
    kind = find(package, name)
    if kind is None:
        problems.add("unknown-part", f"program.{where}", f"unknown: {excerpt(name)}", closest(package, name))
        return None
    arguments = {key: value for key, value in item.items() if key != "name"} if isinstance(item, dict) else {}
    known = {field.name: field for field in fields(kind)}
    for key in arguments.keys() - known.keys():
        problems.add("unknown-field", f"program.{where}.{key}", f"{name} takes {', '.join(known)}")
        return None
    try:
        return kind(**arguments)
    except InputError as error:
        problems.found.extend(Problem(p.code, f"program.{where}: {p.where}", p.message, p.hint) for p in error.problems)
    except TypeError:
        problems.add("argument", f"program.{where}", f"{name} needs more arguments, it takes {', '.join(known)}")
    return None


def _group_from_json(data: Any) -> Any:
    if isinstance(data, dict) and data.keys() <= {"default", "topics"} and isinstance(data.get("topics", {}), dict):
        return {None: data.get("default", (1, 1)), **data.get("topics", {})}
    return data


def question_digest(cohort: Cohort, program: Program) -> str:
    """SHA-256 of the facts and the policy: the question that a result answers."""
    return hashlib.sha256(f"{cohort.digest}\n{program.canonical}".encode()).hexdigest()
