"""How a page is answered: its language, its template, sentences for what goes wrong."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mmatch.app.guards import TooLargeError
from mmatch.app.session import OutOfDateError
from mmatch.display import visible
from mmatch.errors import InputError, MmatchError, NoMatchingError, Problem
from mmatch.texts import gettext_noop, languages, translator

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from jinja2 import Environment
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from mmatch.app.running import Runs
    from mmatch.app.session import Session
    from mmatch.texts import Translations

MOST_SHOWN = 20  # problems on one page
NAMES = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
WAY = (
    ("/signups", gettext_noop("Sign-ups")),
    ("/columns", gettext_noop("Columns")),
    ("/readiness", gettext_noop("Readiness")),
    ("/policy", gettext_noop("Policy")),
    ("/match", gettext_noop("Match")),
    ("/review", gettext_noop("Review")),
    ("/release", gettext_noop("Release")),
    ("/later", gettext_noop("Later changes")),
)
DONE = {  # what made a step, as `versions` lists it
    "": gettext_noop("As the folder was"),
    "upload": gettext_noop("Files uploaded"),
    "remove": gettext_noop("A file left out"),
    "answers": gettext_noop("Questions answered"),
    "policy": gettext_noop("Policy changed"),
    "match": gettext_noop("Matched"),
    "release": gettext_noop("Released"),
    "dates": gettext_noop("Dates planned"),
    "event": gettext_noop("Event planned"),
    "away": gettext_noop("Somebody has not come"),
    "changes": gettext_noop("Changes made"),
    "left": gettext_noop("Somebody left"),
    "joined": gettext_noop("Late sign-ups"),
    "seats": gettext_noop("Places changed"),
    "place": gettext_noop("A place given"),
    "apart": gettext_noop("Two kept apart"),
    "not a fit": gettext_noop("Two kept apart"),
    "declined": gettext_noop("Two kept apart"),
    "swap": gettext_noop("Two swapped"),
    "asks": gettext_noop("Another topic asked for"),
    "except": gettext_noop("An exception made"),
}


@cache
def environment() -> Environment:
    """The templates."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["visible"] = visible
    return made


class View:
    """One request, with the session behind it and the language of the reader."""

    def __init__(self, request: Request, session: Session, runs: Runs) -> None:
        self.request, self.session, self.runs = request, session, runs
        self.texts = self._texts()

    def _texts(self) -> Translations:
        stated = [self.request.query_params.get("lang", ""), self.request.cookies.get("mmatch-language", "")]
        accepted = self.request.headers.get("accept-language", "")
        stated += [part.partition(";")[0].strip() for part in accepted.split(",")[:10]]
        for tag in stated:
            short = tag.partition("-")[0].lower()
            if short in languages():
                return translator(short)
        return translator()

    def query(self, name: str, usual: str = "") -> str:
        """A field of the address."""
        return self.request.query_params.get(name, usual)

    def page(self, name: str, status: int = 200, /, **given: Any) -> Response:
        """A page from a template, with what every page shows."""
        session, query = self.session, dict(self.request.query_params)
        query.pop("lang", None)
        shown = {
            "_": self.texts.gettext,
            "language": self.texts.language,
            "languages": [(tag, NAMES[tag], f"?{urlencode({**query, 'lang': tag})}") for tag in languages()],
            "csrf": self.request.state.csrf,
            "step": session.folder.number,
            "undo": session.folder.before(),
            "redo": session.folder.after(),
            "way": [(path, title, self._reached(path)) for path, title in WAY],
            "here": self.request.url.path,
            "problems": (),
            "notice": "",
            "refresh": 0,
        }
        html = environment().get_template(f"{name}.html").render({**shown, **given})
        response = HTMLResponse(html, status)
        if self.query("lang") in languages():
            response.set_cookie("mmatch-language", self.query("lang"), httponly=True, samesite="strict")
        return response

    def page_of(self, total: int, rows: int) -> tuple[int, int]:
        """The number of the page that the address asks for, within those that there are, and the last one."""
        given, last = self.query("page", "1"), max(-(-total // rows), 1)
        return min(max(int(given), 1), last) if given.isdecimal() and len(given) < 10 else 1, last

    def _reached(self, path: str) -> bool:
        """Whether a step of the way can be taken by now."""
        if path == "/signups":
            return True
        if path == "/columns":
            return self.session.has("signups")
        return self.session.has("result.json" if path in {"/review", "/release", "/later"} else "cohort.json")

    def to(self, path: str, **query: Any) -> Response:
        """Go on to another page."""
        return RedirectResponse(path + (f"?{urlencode(query)}" if query else ""), 303)

    def check(self, form: FormData) -> None:
        """Refuse a form that this page did not make for the step that counts.

        Raises:
            OutOfDateError: it belongs to another step.
            InputError: it lacks what every form of ours has.
        """
        if form.get("csrf") != self.request.state.csrf:
            raise InputError(Problem("form", "form", "this form was not made by this page", "load the page again"))
        step = str(form.get("step", ""))
        self.session.check(int(step) if step.isascii() and step.isdigit() and len(step) < 10 else -1)

    def trouble(self, error: MmatchError) -> Response:
        """An error of the library as sentences."""
        if isinstance(error, OutOfDateError):
            return self.page("stale", 409)
        problems = [str(problem) for problem in getattr(error, "problems", ())] or [str(error)]
        more = len(problems) - MOST_SHOWN
        return self.page("trouble", 422, problems=problems[:MOST_SHOWN], more=max(more, 0), back=self._back())

    def _back(self) -> str:
        """Where to go on after an error: the page that the form stood on, as far as it is one of ours."""
        path = self.request.url.path
        found = [page for page, _ in WAY if path.startswith(page)]
        return found[0] if found else "/"


def answered(
    session: Session, runs: Runs, get: Callable[[View], Response], post: Callable[[View, FormData], Response] | None
) -> Callable[[Request], Awaitable[Response]]:
    """A page that shows something, and takes a form."""

    async def endpoint(request: Request) -> Response:
        view = View(request, session, runs)
        try:
            if request.method == "POST" and post is not None:
                async with request.form(max_files=100, max_fields=5_000) as form:
                    view.check(form)
                    return await run_in_threadpool(_alone, session, post, view, form)
            return await run_in_threadpool(get, view)
        except TooLargeError as error:
            return Response(str(error), 413, {"connection": "close"}, "text/plain")
        except (MmatchError, NoMatchingError) as error:
            return await run_in_threadpool(view.trouble, error)

    return endpoint


def _alone(
    session: Session, post: Callable[[View, FormData], Response], view: View, form: Mapping[str, Any]
) -> Response:
    """One form after another: whoever waited may be out of date by then."""
    with session.guard:
        session.check(int(str(form["step"])))
        return post(view, form)  # type: ignore[arg-type]
