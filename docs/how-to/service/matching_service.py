"""A web service that matches: POST /matches takes a cohort and a program, and answers with a proven matching.

Run it with: uvicorn matching_service:app
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response

import mmatch as mm

MOST_BYTES = 5_000_000  # of a request
MOST_PEOPLE = 20_000
LONGEST = 30.0  # seconds of one solve
AT_ONCE = 2  # solves at a time; others wait
PATIENCE = 0.1  # seconds between two looks at whether the client is still there

log = logging.getLogger("matching_service")
places = asyncio.Semaphore(AT_ONCE)
running: set[threading.Event] = set()


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """When the server stops, so do all solves."""
    yield
    for cancel in running:
        cancel.set()


app = FastAPI(title="Matching", lifespan=lifespan)


@app.get("/schemas/{name}")
def schema(name: str) -> dict[str, Any]:
    """What a cohort or a program looks like."""
    try:
        return mm.io.json_schema(name)
    except mm.InputError as error:
        raise HTTPException(404, str(error)) from None


@app.post("/matches")
async def match(request: Request) -> Response:
    """Decide who meets whom: {"cohort": …, "program": …, "seed": 0, "time_limit": 10}."""
    cohort, program, seed, limit = asked(await body(request))
    cancel = threading.Event()
    running.add(cancel)
    try:
        async with places:
            result = await watched(request, cancel, cohort, program, seed=seed, time_limit=limit)
    except mm.InputError as error:
        raise HTTPException(422, [asdict(problem) for problem in error.problems]) from None
    except mm.errors.UnsupportedError as error:
        raise HTTPException(422, str(error)) from None
    finally:
        running.discard(cancel)
    log.info("%d people: %s, %s, %.2f s", len(cohort), result.status, result.trust, result.runtime)
    told = [asdict(reason) for reason in mm.reasons(cohort, result)]
    return Response(
        f'{{"result": {mm.io.to_json(result)}, "reasons": {json.dumps(told)}}}', media_type="application/json"
    )


async def body(request: Request) -> dict[str, Any]:
    """The request, read up to a limit, whatever its header says of its length."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise HTTPException(413, f"more than {MOST_BYTES:,} bytes")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise HTTPException(422, "the body is no JSON") from None
    if not isinstance(found, dict) or not found.keys() <= {"cohort", "program", "seed", "time_limit"}:
        raise HTTPException(422, "expected an object with cohort, program, seed, time_limit")
    return found


def asked(found: dict[str, Any]) -> tuple[mm.Cohort, mm.Program, int | str, float]:
    """The question, checked by mmatch itself: what is wrong is named by its place in the JSON."""
    try:
        cohort = mm.io.from_json(json.dumps(found.get("cohort")))
        program = mm.io.from_json(json.dumps(found["program"])) if "program" in found else mm.Program()
    except mm.InputError as error:
        raise HTTPException(422, [asdict(problem) for problem in error.problems]) from None
    if not isinstance(cohort, mm.Cohort) or not isinstance(program, mm.Program):
        raise HTTPException(422, "expected a cohort and a program")
    if len(cohort) > MOST_PEOPLE:
        raise HTTPException(413, f"more than {MOST_PEOPLE:,} people")
    limit = found.get("time_limit", LONGEST)
    if type(limit) not in {int, float}:
        raise HTTPException(422, "time_limit: expected seconds")
    return cohort, program, found.get("seed", 0), min(limit, LONGEST)


async def watched(request: Request, cancel: threading.Event, *question: Any, **options: Any) -> mm.Result:
    """Solve in a thread; a client that goes away cancels it."""
    solving = asyncio.create_task(asyncio.to_thread(mm.solve, *question, cancel=cancel, **options))
    while not solving.done():
        await asyncio.wait([solving], timeout=PATIENCE)
        if await request.is_disconnected():
            cancel.set()
    return await solving
