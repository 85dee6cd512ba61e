"""A strategy: a program, the solver that answers it, and a seed; and names for several of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, is_dataclass
from typing import TYPE_CHECKING, Any

from mmatch.engine import known_solvers
from mmatch.errors import InputError, Problem, UnsupportedError, excerpt
from mmatch.program import Program
from mmatch.registry.plugins import elsewhere

if TYPE_CHECKING:
    from mmatch.solvers._base import Solver

LONGEST = 60  # characters of a name that we make
Seed = int | str


@dataclass(frozen=True)
class Strategy:
    """One way to match a cohort: what is wanted, which solver looks for it, and a seed of its own.

    Args:
        program: the policy.
        solver: "auto", the name of one, or a configured one.
        seed: instead of the comparison's seeds.

    Raises:
        InputError: arguments of another form.

    Example:
        >>> from mmatch.comparison import Strategy
        >>> Strategy(mm.Program(aims=[mm.aims.Fit()]), solver="greedy").solver
        'greedy'
    """

    program: Program = field(default_factory=Program)
    _: KW_ONLY
    solver: str | Solver = "auto"
    seed: Seed | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.program, Program):
            raise _wrong("Strategy.program", self.program, "a Program")
        if not isinstance(self.solver, str) and (isinstance(self.solver, type) or not hasattr(self.solver, "solve")):
            raise _wrong("Strategy.solver", self.solver, "a name or a solver such as solvers.Greedy()")
        if self.seed is not None and type(self.seed) not in {int, str}:
            raise _wrong("Strategy.seed", self.seed, "a whole number or a text")

    @property
    def title(self) -> str:
        """What makes the strategy what it is: its aims, its rules, its group size, its solver."""
        program = self.program
        aims = "usual aims" if program.aims is None else ", ".join(_tier(tier) for tier in program.tiers)
        rules = "".join(f", {rule.title}" for rule in program.rules)
        group = "" if program.group == (1, 1) else ", groups"
        solver = self.solver if isinstance(self.solver, str) else self.solver.name
        text = f"{aims}{rules}{group}" + ("" if solver == "auto" else f", by {solver}")
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

    @property
    def canonical(self) -> str | None:
        """A text that is the same exactly for the same strategy; None where plain functions or foreign parts take part.

        Such parts may mean something else tomorrow under the same name, so what they gave is never kept.
        """
        try:
            self.program.to_json()
        except UnsupportedError:
            return None
        solver = _solver_text(self.solver)
        return None if solver is None else f"{self.program.canonical}\n{solver}"


def _tier(aims: Sequence[Any]) -> str:
    return " + ".join(aim.title.removesuffix("()") for aim in aims)


def _solver_text(solver: str | Solver) -> str | None:
    """A solver with its settings; None for one that is no part of this installation."""
    if isinstance(solver, str):
        return repr(solver)
    settings = vars(solver) if hasattr(solver, "__dict__") else {}
    known = known_solvers().get(solver.name) or elsewhere("mmatch.solvers", solver.name)
    if type(solver) is not known or (settings and not is_dataclass(solver)):
        return None
    return f"{solver.name} {sorted(settings.items())!r}"


def named_strategies(strategies: Any) -> dict[str, Strategy]:
    """Strategies by name: as given, else by what makes them what they are.

    Raises:
        InputError: none at all, or an entry that is no program, (program, solver) or Strategy.
    """
    if isinstance(strategies, Mapping):
        for name in strategies:
            if type(name) is not str or not name or not name.isprintable():
                raise _wrong("strategies", name, "a name, as text")
        found = {name: _strategy(item, f"strategies[{excerpt(name)}]") for name, item in strategies.items()}
    elif isinstance(strategies, Iterable) and not isinstance(strategies, str):
        items = [_strategy(item, f"strategies[{k}]") for k, item in enumerate(strategies)]
        found = dict(zip(unique([item.title for item in items]), items, strict=True))
    else:
        raise _wrong("strategies", strategies, "a list of programs, or {name: program}")
    if not found:
        raise InputError(Problem("argument", "strategies", "found none, expected at least one"))
    return found


def _strategy(item: Any, where: str) -> Strategy:
    if isinstance(item, Strategy):
        return item
    if isinstance(item, Program):
        return Strategy(item)
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], Program):
        return Strategy(item[0], solver=item[1])
    raise _wrong(where, item, "a Program, (Program, solver) or a Strategy")


def _wrong(where: str, found: object, expected: str) -> InputError:
    return InputError(Problem("argument", where, f"found {excerpt(found)}, expected {expected}"))


def unique(names: Iterable[str]) -> list[str]:
    """Names with #2, #3, … behind those that come again."""
    seen: set[str] = set()
    found = []
    for name in names:
        fresh, k = name, 1
        while fresh in seen:
            k += 1
            fresh = f"{name} #{k}"
        seen.add(fresh)
        found.append(fresh)
    return found
