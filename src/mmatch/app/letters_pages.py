"""What leaves the page: release, dates, letters, and the files to take away."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mmatch.errors import InputError, Problem

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from mmatch.app.views import View

ROWS = 50
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
FILES = {  # what can be taken away: the name that the browser is told, and where it stands in the folder
    "result.xlsx": ("result.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "matches.csv": ("matches.csv", "text/csv"),
    "unmatched.csv": ("unmatched.csv", "text/csv"),
    "mail_merge.csv": ("mail_merge.csv", "text/csv"),
    "changes.csv": ("changes.csv", "text/csv"),
    "rejected.csv": ("rejected.csv", "text/csv"),
    "event.xlsx": ("event/event.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "cards.html": ("event/cards.html", "text/html"),
    "tables.html": ("event/tables.html", "text/html"),
    "chart.csv": ("event/chart.csv", "text/csv"),
    "itineraries.csv": ("event/itineraries.csv", "text/csv"),
    "sessions.csv": ("schedule/sessions.csv", "text/csv"),
    "unplaced.csv": ("schedule/unplaced.csv", "text/csv"),
}


def release(view: View) -> Response:
    """What is released, and what can be taken away."""
    cohort, result = view.session.answer()
    called, schedule = cohort.people.called, view.session.schedule
    missing = [] if schedule is None else schedule.unplaced
    return view.page(
        "release",
        n_pairs=len(result.matching.pairs()),
        n_released=len(result.released),
        schedule=schedule,
        n_plans=0 if schedule is None else len(schedule.plans),
        missing=[
            (
                called[item.match.mentor],
                ", ".join(called[who] for who in item.match.mentees),
                item.reason,
                item.relaxation,
            )
            for item in missing[:ROWS]
        ],
        n_missing=len(missing),
        no_address=[called[p.id] for p in cohort if not p.email][:10],
        files=[name for name, (place, _) in FILES.items() if view.session.has(place)],
    )


def take_release(view: View, form: FormData) -> Response:
    """Release matches, or plan their dates."""
    from mmatch.app.review_pages import person_in
    from mmatch.scheduling import Dates

    cohort, _result = view.session.answer()
    if form.get("do") == "dates":
        zone = str(form.get("zone", "")).strip() or "UTC"
        view.session.plan_dates(Dates(start=str(form.get("start", "")), end=str(form.get("end", "")), zone=zone))
    else:
        names = [line for line in str(form.get("who", "")).replace(";", "\n").splitlines() if line.strip()]
        if form.get("do") == "some" and not names:
            raise InputError(Problem("value", "who", "nobody was named", "write one name on each line"))
        who = [person_in(cohort, name) for name in names] if form.get("do") == "some" else None
        view.session.release(who)
    return view.to("/release")


def letters(view: View) -> Response:
    """The letters, to be read before they are taken away."""
    found = _letters(view)
    at, last = view.page_of(len(found), ROWS)
    shown = [(k, letter) for k, letter in enumerate(found)][(at - 1) * ROWS : at * ROWS]
    one = view.query("letter")
    chosen = found[int(one)] if one.isdecimal() and int(one) < len(found) else None
    return view.page(
        "letters",
        rows=[(k, letter.name, letter.subject, letter.email) for k, letter in shown],
        chosen=chosen,
        total=len(found),
        page=at,
        last=last,
        sender=view.query("sender"),
    )


def _letters(view: View) -> Any:
    from mmatch.reporting import letters as written

    cohort, result = view.session.answer()
    sender, tag = view.query("sender"), view.texts.language
    return view.session.once(
        f"letters {tag} {sender}", lambda: written(cohort, result, view.session.schedule, language=tag, sender=sender)
    )


def report(view: View) -> Response:
    """The report in a frame of its own, in which nothing can run."""
    view.session.answer()
    return view.page("report")


def report_page(view: View) -> Response:
    """The report itself."""
    return Response(_report(view), 200, {"content-security-policy": REPORT_POLICY}, "text/html")


def _report(view: View) -> str:
    from mmatch.reporting import report as made

    cohort, result = view.session.answer()
    html: str = view.session.once("report", lambda: made(cohort, result, view.session.schedule).html)
    return html


def download(view: View) -> Response:
    """A file to take away; which ones there are is fixed."""
    name = view.request.path_params["name"]
    if name == "report.html":
        return _attached(name, _report(view).encode(), "text/html")
    if name == "letters.zip":
        return _attached(name, _written_letters(view), "application/zip")
    if name == "calendars.zip" and view.session.has("schedule/calendars"):
        return _attached(name, _packed(view.session.folder.place / "schedule" / "calendars"), "application/zip")
    place, kind = FILES.get(name, ("", ""))
    if not place or not view.session.has(place):
        raise InputError(Problem("file-missing", "download", "there is no such file in this version"))
    return _attached(name, (view.session.folder.place / place).read_bytes(), kind)


def _attached(name: str, data: bytes, kind: str) -> Response:
    return Response(data, 200, {"content-disposition": f'attachment; filename="{name}"'}, kind)


def _written_letters(view: View) -> bytes:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="mmatch-") as made:
        _letters(view).write(made)
        return _packed(Path(made))


def _packed(folder: Path) -> bytes:
    """The files of a folder as one archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                package.write(path, path.relative_to(folder).as_posix())
    return stream.getvalue()


PAGES = (
    ("/release", release, take_release),
    ("/letters", letters, None),
    ("/report", report, None),
    ("/report.html", report_page, None),
    ("/download/{name}", download, None),
)
