"""The example service under a real server and a real client: limits, errors, cancellation, and logs without names."""

from __future__ import annotations

import importlib.util
import json
import logging
import threading
import time
from pathlib import Path

import httpx
import pytest
import uvicorn

import mmatch as mm

PATH = Path(__file__).parent.parent / "docs/how-to/service/matching_service.py"
CANARY = "Zzcanary"


@pytest.fixture(scope="module")
def service():
    found = importlib.util.spec_from_file_location("matching_service", PATH)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client(service):
    server = uvicorn.Server(uvicorn.Config(service.app, host="127.0.0.1", port=0, log_level="info", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as made:
        yield made
    server.should_exit = True
    thread.join(10)


def people():
    return mm.Cohort(
        [
            mm.Participant("ann", name=CANARY, offers=[mm.Offer("data")], attributes={"note": CANARY}),
            mm.Participant("cy", name=CANARY, requests=[mm.Request("data")]),
            mm.Participant("di", requests=[mm.Request("data"), mm.Request("law")]),
        ]
    )


def plain(value):
    return json.loads(mm.io.to_json(value))


def test_an_answer_can_be_verified_by_the_client(client):
    cohort, program = people(), mm.Program(aims=[mm.aims.Coverage()])
    answer = client.post("/matches", json={"cohort": plain(cohort), "program": plain(program), "seed": 3})
    assert answer.status_code == 200
    result = mm.io.from_json(json.dumps(answer.json()["result"]))
    assert mm.verify(cohort, program, result) == []
    assert (result.status, result.trust, result.seed) == ("optimal", "proved", 3)
    assert {reason["kind"] for reason in answer.json()["reasons"]} >= {"score", "no_offer"}


def test_the_same_client_gets_the_same_answer_from_many_threads(client):
    question = {"cohort": plain(people())}
    answers = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(client.post("/matches", json=question).json()["result"]["matches"])
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)


def test_problems_are_named_by_their_place(client):
    wrong = plain(people())
    wrong["participants"][0]["capactiy"] = 2
    answer = client.post("/matches", json={"cohort": wrong})
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    assert "/participants/0/capactiy" in problem["where"]
    assert "capacity" in problem["hint"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"[" * 100_000, b'{"cohort": 3}', b'{"x": 1}', b"\xff", b'{"cohort": null}']
)
def test_other_bodies_are_refused(client, body):
    assert client.post("/matches", content=body).status_code == 422


@pytest.mark.parametrize(
    "more", [{"time_limit": "soon"}, {"time_limit": -1}, {"seed": [1]}, {"program": {"schema": "mmatch/cohort"}}]
)
def test_other_options_are_refused(client, more):
    answer = client.post("/matches", json={"cohort": plain(people()), **more})
    assert answer.status_code == 422, answer.text


def test_large_bodies_are_cut_off_while_they_are_read(client, service):
    def endless():
        for _ in range(2 * service.MOST_BYTES // 100_000):
            yield b" " * 100_000

    assert client.post("/matches", content=endless()).status_code == 413


def test_a_program_that_nobody_can_keep_is_an_answer(client):
    program = mm.Program(rules=[mm.rules.Everyone()])
    answer = client.post("/matches", json={"cohort": plain(people()), "program": plain(program)})
    assert answer.status_code == 200
    assert answer.json()["result"]["status"] == "infeasible"
    assert answer.json()["reasons"]


def test_time_limits_end_a_solve(client, monkeypatch, service):
    monkeypatch.setattr(service, "LONGEST", 1.0)
    cohort, program = long_question()
    start = time.monotonic()
    answer = client.post("/matches", json={"cohort": plain(cohort), "program": plain(program), "time_limit": 1000})
    assert answer.status_code == 200
    assert answer.json()["result"]["stopped"] == "time_limit"
    assert time.monotonic() - start < 15


def test_a_client_that_goes_away_ends_its_solve(client, service):
    cohort, program = long_question()
    with pytest.raises(httpx.ReadTimeout):
        client.post("/matches", json={"cohort": plain(cohort), "program": plain(program)}, timeout=1.5)
    deadline = time.monotonic() + 15
    while service.running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not service.running


def long_question():
    """Groups that no solver finishes in a second."""
    import random

    draw = random.Random(5)
    topics = [f"t{k}" for k in range(12)]
    experts = [
        mm.Participant(f"m{k}", offers=[mm.Offer(t) for t in draw.sample(topics, 3)], groups=2, availability=week(draw))
        for k in range(25)
    ]
    learners = [
        mm.Participant(
            f"e{k}",
            requests=[mm.Request(t, priority=draw.randint(1, 99)) for t in draw.sample(topics, 3)],
            availability=week(draw),
        )
        for k in range(200)
    ]
    slots = [f"{day} {hour}-{hour + 1}" for day in ("Mon", "Tue") for hour in (9, 10, 11)]
    rules = [mm.rules.AtMost(1), mm.rules.CommonSlot(slots)]
    return mm.Cohort(experts + learners), mm.Program(group=(3, 6), rules=rules, aims=[mm.aims.Priority()])


def week(draw):
    return (
        "; ".join(f"{day} {hour}-{hour + 1}" for day in ("Mon", "Tue") for hour in (9, 10, 11) if draw.random() < 0.5)
        or "Mon 9-10"
    )


def test_neither_names_nor_attributes_are_logged(client, caplog):
    with caplog.at_level(logging.DEBUG):
        client.post("/matches", json={"cohort": plain(people())})
        client.post("/matches", json={"cohort": {**plain(people()), "x": CANARY}})
        client.post("/matches", json={"cohort": plain(people()), "time_limit": CANARY})
    assert "3 people: optimal, proved" in caplog.text
    assert CANARY not in caplog.text


def test_schemas_are_served(client):
    assert client.get("/schemas/cohort").json() == mm.io.json_schema("cohort")
    assert client.get("/schemas/other").status_code == 404
