"""Answers that are meant to differ from the record, each kind with its reason; the record itself stays as it was."""

from __future__ import annotations

import re

from mmatch.instance.compiled import Compiled
from mmatch.solvers.flow import Flow
from recorded import questions

OWN = {"pairs 113 reasons"}  # it said of one place of two that there may be no more
TIED = {"dates 25 reschedule", "dates 116 reschedule"}  # of dates that cost the same the first plan has others now
COUNTED = {"groups 376", "pairs 353"}  # by who may sit together, and by the groups that one mentor must lead


def meant(question: str, before: str, now: str) -> bool:
    """Whether a difference is one of those that the changelog tells."""
    if any(
        check(question, before, now)
        for check in (_tied, _on_the_wall, _chains, _clauses, _counts, _least_loads, _limits, _met, _nash, _worst_off)
    ):
        return True
    if not _asks_more(question):
        return False
    before, now = (line.rpartition(" ")[0] for line in (before, now))
    return before == now or _clauses(question, before, now)


def _asks_more(question: str) -> bool:
    """Whether the program now says more, so that the digest of the question is another one: stability, own formats."""
    kind, number, *_ = question.split()
    if question in {"examples 13 office-hours auto", "examples 16 two-sessions auto"} or kind == "ranks":
        return True
    if kind != "pairs":
        return False
    cohort, program = questions.of_pairs(int(number))
    return "Stable" in str(program.rules) or (question.endswith("auto") and program.prefers_stable(cohort))


def _clauses(question: str, before: str, now: str) -> bool:
    """That nothing keeps `rules.Stable` is corroborated by two solvers and no longer proved by clauses."""
    return question.rpartition(" ")[0] not in COUNTED and _corroborated(question, before, now)


def _chains(question: str, before: str, now: str) -> bool:
    """Who gives way for whom is told only where chains of swaps price all aims; and see `OWN`."""
    kind, number, *_, what = question.split()
    if kind != "pairs" or what != "reasons" or not re.fullmatch("[0-9a-f]{16} [0-9a-f]{16}", f"{before} {now}"):
        return False
    cohort, program = questions.of_pairs(int(number))
    return question in OWN or not Compiled(cohort, program.resolve(cohort)).untimed[0].kinds <= Flow.takes


def _counts(question: str, before: str, now: str) -> bool:
    """That no groups can be formed is proved by plain counts only; else the reason is a smallest conflicting set."""
    number, _, what = question.rpartition(" ")
    return number in COUNTED and (what == "reasons" or _corroborated(question, before, now))


def _corroborated(question: str, before: str, now: str) -> bool:
    """Whether "infeasible" lost its proof and nothing else: two solvers corroborate it, one alone leaves it unknown."""
    one = question.rsplit(maxsplit=1)[-1] in {"milp", "cpsat", "flow"}
    after = "unknown -" if one else "infeasible corroborated"
    return before.startswith("infeasible proved") and now == before.replace("infeasible proved", after)


def _least_loads(question: str, before: str, now: str) -> bool:
    """Reasons of such an answer were an error where nobody has stated ranks."""
    return question.endswith("reasons") and before == "InputError no-ranks" and " " not in now


def _limits(question: str, before: str, now: str) -> bool:
    """Under rules that limit a mentee, or that are no flow, reasons say what stands in the way of one more seat."""
    kind, number, *_, what = question.split()
    if kind != "pairs" or what != "reasons" or not re.fullmatch("[0-9a-f]{16} [0-9a-f]{16}", f"{before} {now}"):
        return False
    rules = questions.of_pairs(int(number))[1].rules
    return any(rule.name in {"AtMost", "Linked"} or getattr(rule, "within", False) for rule in rules)


def _met(question: str, before: str, now: str) -> bool:
    """Two who met the other way round have met, too."""
    kind, number, *_ = question.split()
    if kind not in {"pairs", "groups"}:
        return False
    cohort, program = getattr(questions, f"of_{kind}")(int(number))
    return bool(cohort.history) and any(rule.name == "NoRepeat" for rule in program.rules)


def _nash(question: str, before: str, now: str) -> bool:
    """A product of fits is a sum of logarithms rounded once: every solver takes it, and searchers claim its optimum."""
    kind, number, *_ = question.split()
    if kind != "pairs" or "Nash" not in str(questions.of_pairs(int(number))[1].aims):
        return False
    if before == "UnsupportedError" or question.endswith("reasons"):
        return before == "UnsupportedError" and now != before
    better = before.split()[:2] == now.split()[:2] or now.startswith("optimal claimed")
    (*_, matching, digest), (*_, same_matching, same_digest) = before.split(), now.split()
    same = matching == same_matching and (digest == same_digest or _asks_more(question))
    return better and same and _numbers(before) == _numbers(now)


def _numbers(line: str) -> list[float]:
    """The numbers of a value, rounded: the sum of rounded logarithms is a hair below the logarithm of the product."""
    value = re.split(r"\)+ \(", line.partition("(")[2])[0]
    return [round(float(text), 6) for text in re.findall(r"-?[0-9.]+", value)]


def _tied(question: str, before: str, now: str) -> bool:
    """As many are dated, and as surely; what moves is counted from a first plan that cost the same."""
    return question in TIED and before.split(",", maxsplit=1)[0] == now.split(",", maxsplit=1)[0]


def _on_the_wall(question: str, before: str, now: str) -> bool:
    """Sessions begin at full hours on the wall in Kathmandu, too: as many are dated, and at better times."""
    kind, number, *_ = question.split()
    if kind != "dates" or "Asia/Kathmandu" not in {person.timezone for person in questions.of_dates(int(number))[0]}:
        return False
    (placed, price, *rest), (as_many, better, *others) = (_whole_numbers(line) for line in (before, now))
    return before.startswith("optimal") and (placed, rest[2:]) == (as_many, others[2:]) and better > price


def _whole_numbers(line: str) -> list[int]:
    return [int(text) for text in re.findall(r"-?[0-9]+", line)]


def _worst_off(question: str, before: str, now: str) -> bool:
    """The worst-off of several seats in a shortage is bounded by counting: what was claimed is proved."""
    kind, number, *_ = question.split()
    if kind != "pairs" or "WorstOff" not in str(questions.of_pairs(int(number))[1].aims):
        return False
    return now == before.replace("optimal claimed", "optimal proved")
