"""The server of the page: routes, the port, the browser."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import python_multipart  # noqa: F401 - forms need it: say so before anything is written
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mmatch.app import change_pages, event_pages, letters_pages, policy_pages, review_pages, signup_pages
from mmatch.app.guards import Guard
from mmatch.app.running import Runs
from mmatch.app.session import Session
from mmatch.app.views import View, answered

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def application(session: Session, port: int, token: str) -> Guard:
    """All pages over one folder, behind the guard."""
    runs = Runs(session)
    routes: list[Route | Mount] = [
        Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"))),
    ]
    for module in (signup_pages, policy_pages, review_pages, change_pages, letters_pages, event_pages):
        for path, get, post in module.PAGES:
            methods = ["GET"] if post is None else ["GET", "POST"]
            routes.append(Route(path, answered(session, runs, get, post), methods=methods))

    async def missing(request: Request, _error: Exception) -> Response:
        return View(request, session, runs).page("missing", 404)

    async def broken(_request: Request, _error: Exception) -> Response:
        return PlainTextResponse("Something went wrong inside mmatch; what was written before is intact.\n", 500)

    app = Starlette(routes=routes, exception_handlers={404: missing, 500: broken})
    return Guard(app, port, token)


def serve(
    folder: Path, *, example: str | None = None, browser: bool = True, port: int = 0, say: Callable[[str], None] = print
) -> None:
    """Serve the page of a folder on this machine until Ctrl-C.

    Args:
        folder: made where it does not exist.
        example: an example cohort to begin with, where the folder is new.
        browser: whether to open the browser.
        port: on which to listen; 0 is a free one.
        say: where the address is told.

    Raises:
        InUseError: another process has the folder open.
        InputError: an unknown example, a port that is taken.
    """
    from mmatch.errors import InputError, Problem

    session = Session(folder)
    try:
        if example is not None and not session.folder.numbers():
            begin_with(session, example)
        listener = socket.socket()
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            listener.close()
            text = f"cannot be used: {error.strerror}"
            raise InputError(Problem("argument", f"port {port}", text, "leave it out: a free one is taken")) from None
        port, token = listener.getsockname()[1], secrets.token_urlsafe(24)
        address = f"http://127.0.0.1:{port}/?token={token}"
        say(f"The page of {folder} is open on this machine only: {address}")
        say("Ctrl-C ends it; everything is in the folder.")
        if browser:
            webbrowser.open(address)
        config = uvicorn.Config(
            application(session, port, token),
            access_log=False,
            log_level="critical",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        session.folder.close()


def begin_with(session: Session, name: str) -> None:
    """Upload the sign-up files of an example, with its policy."""
    from tempfile import TemporaryDirectory

    from mmatch import datasets

    example = datasets.load(name)
    with TemporaryDirectory(prefix="mmatch-") as made:
        *sheets, _ = datasets.write_example(example, Path(made))
        session.take_files([(path.name, path.read_bytes()) for path in sheets], again=True)
    if session.cohort is not None:
        session.set_policy(example.program)
