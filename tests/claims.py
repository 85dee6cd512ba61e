"""The campaign of judged reasons: python tests/claims.py pairs 0 10000; kinds are pairs, wide, groups and stable."""

import sys
from collections import Counter

import mmatch as mm
from claims_of_groups import GroupJudge
from claims_of_pairs import Judge
from claims_of_stable import StableJudge
from claims_questions import question_of_groups, question_of_pairs, question_of_stability, wide_question_of_pairs

KINDS = {
    "pairs": question_of_pairs,
    "wide": wide_question_of_pairs,
    "groups": question_of_groups,
    "stable": question_of_stability,
}


def told(kind, seed):
    """(judge, reason) of all reasons of one random question; no judge where none can tell."""
    try:
        cohort, program, options = KINDS[kind](seed)
        result = mm.solve(cohort, program, **options)
    except (mm.InputError, mm.errors.UnsupportedError, mm.errors.SolverError):  # there is no answer to give reasons for
        return
    if result.found is None:
        return
    judges = [judge(cohort, result.program, result) for judge in (GroupJudge, StableJudge, Judge)]
    for reason in mm.reasons(cohort, result):
        yield next((judge for judge in judges if judge.knows(reason)), None), reason


def judged(kind, seed):
    """(how many reasons of one random question were judged, what was false about them)."""
    found = list(told(kind, seed))
    false = [
        (kind, seed, reason.kind, reason.message, fault)
        for judge, reason in found
        for fault in (judge.faults(reason) if judge else ())
    ]
    return Counter(reason.kind if judge else "not judged" for judge, reason in found), false


def campaign(kind, first, last):
    """Judge the questions of some seeds, print what is false, and return whether anything is."""
    kinds, false = Counter(), []
    for seed in range(first, last):
        some, wrong = judged(kind, seed)
        kinds += some
        false += wrong
    lines, left = [*(" ".join(map(str, line)) for line in false)], kinds.pop("not judged", 0)
    text = f"{kind}: {sum(kinds.values())} reasons judged ({dict(kinds)}), {left} not, {len(false)} false claims"
    sys.stdout.write("\n".join([*lines, text]) + "\n")
    return bool(false)


if __name__ == "__main__":
    sys.exit(campaign(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
