"""Inside a host: threads, processes and event loops, nothing global changed, and no name where it does not belong."""

from __future__ import annotations

import asyncio
import contextlib
import io
import locale
import logging
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import mmatch as mm
from mmatch import datasets

CANARY = "Zzcanaryzz"


def questions():
    """A few of every kind: pairs, groups, stable, dates."""
    scored = mm.Cohort.from_scores(np.random.default_rng(1).integers(0, 9, (12, 6)), capacity=2)
    ranked = mm.Cohort.from_rankings(
        {f"e{k}": ["m0", "m1"] for k in range(4)}, {m: [f"e{k}" for k in range(4)] for m in ("m0", "m1")}
    )
    groups = mm.Cohort(
        [mm.Participant(f"m{k}", offers=[mm.Offer("r")]) for k in range(2)]
        + [mm.Participant(f"e{k}", requests=[mm.Request("r")]) for k in range(7)]
    )
    return [(scored, mm.Program()), (ranked, mm.Program()), (groups, mm.Program(group=(3, 4)))]


def solved(number):
    """The answer as text: what crosses a process is data."""
    return mm.io.to_json(mm.solve(*questions()[number]))


def answers():
    return [plain(solved(k)) for k in range(3)]


def plain(text):
    """An answer without how long it took."""
    found = mm.io.from_json(text)
    return found.matching, found.value, found.trust, found.proof


def test_forty_threads_give_what_one_gives():
    with ThreadPoolExecutor(8) as executor:
        found = list(executor.map(solved, [k % 3 for k in range(40)]))
    alone = answers()
    assert all(plain(text) == alone[k % 3] for k, text in enumerate(found))


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_other_processes_give_the_same(method):
    """Cohort and program go there, a result comes back: data of our own, no live solver."""
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        found = [executor.submit(mm.solve, *question).result() for question in questions()]
    assert [plain(mm.io.to_json(result)) for result in found] == answers()


def test_an_event_loop_gives_the_same():
    async def all_at_once():
        return await asyncio.gather(*(asyncio.to_thread(solved, k) for k in range(3)))

    assert [plain(text) for text in asyncio.run(all_at_once())] == answers()


def everything_global():
    """What a library must leave as it was."""
    return {
        "floats": np.geterr(),
        "warnings": list(warnings.filters),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "locale": locale.setlocale(locale.LC_ALL),
        "recursion": sys.getrecursionlimit(),
        "digits": sys.get_int_max_str_digits(),
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109 - what the process has
        "handlers": list(logging.getLogger().handlers),
        "level": logging.getLogger().level,
        "random": np.random.get_state()[1].tolist(),  # noqa: NPY002 - the global one on purpose
    }


def everything_used(folder):
    """Most verbs once."""
    example = datasets.load("two-sessions")
    result = mm.solve(example.cohort, example.program)
    schedule = mm.schedule(example.cohort, result, example.dates)
    mm.report(example.cohort, result, schedule=schedule).write(folder / "report.html")
    mm.io.write_calendars(example.cohort, schedule, folder / "calendars", now="2027-01-01T00:00Z")
    mm.plot.bipartite(example.cohort, result.matching)
    mm.compare(example.cohort, {"a": example.program, "b": (example.program, "greedy")})
    for cohort, program in questions():
        for solver in ("auto", "milp", "cpsat"):
            with contextlib.suppress(mm.errors.UnsupportedError):
                mm.reasons(cohort, mm.solve(cohort, program, solver=solver))


def test_nothing_global_is_changed_and_no_thread_is_left(tmp_path):
    everything_used(tmp_path)  # the first use may import what changes something by itself
    before, threads = everything_global(), set(threading.enumerate())
    everything_used(tmp_path)
    after = everything_global()
    assert {name for name in before if before[name] != after[name]} == set()
    assert set(threading.enumerate()) <= threads


def test_names_and_attributes_stay_out_of_logs_errors_and_output(caplog, capfd):
    facts = {"name": CANARY, "attributes": {"note": CANARY, "unit": "x"}}
    people = [mm.Participant(f"m{k}", offers=[mm.Offer("r")], **facts) for k in range(2)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request("r")], **facts) for k in range(7)]
    cohort = mm.Cohort(people)
    texts = []
    with caplog.at_level(logging.DEBUG):
        for program in (
            mm.Program(),
            mm.Program(group=(3, 4)),
            mm.Program(rules=[mm.rules.Differs("unit"), mm.rules.Everyone()]),
        ):
            for solver in ("auto", "flow", "milp", "cpsat", "greedy"):
                try:
                    result = mm.solve(cohort, program, solver=solver)
                except mm.MmatchError as error:
                    texts.append(everything_of(error))
                    continue
                texts += [repr(result), repr(result.proof), repr(mm.reasons(cohort, result))]
                texts += [str(v) for v in mm.verify(cohort, program, result)]
        for wrong in (
            lambda: mm.solve(cohort, mm.Program(rules=[mm.rules.Same("shoe size")])),
            lambda: mm.schedule(cohort, mm.solve(cohort), start="x", end="y"),
            lambda: mm.read_cohort("nowhere.csv"),
            lambda: mm.Cohort([*people, people[0]]),
        ):
            with pytest.raises(mm.MmatchError) as caught:
                wrong()
            texts.append(everything_of(caught.value))
    printed = capfd.readouterr()
    for text in (*texts, caplog.text, printed.out, printed.err, repr(cohort), repr(list(cohort))):
        assert CANARY not in text


def everything_of(error):
    """An error as a log would show it, with its causes."""
    import traceback

    shown = io.StringIO()
    traceback.print_exception(error, file=shown)
    return shown.getvalue()
