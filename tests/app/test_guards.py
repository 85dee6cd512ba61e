"""Who is answered: one browser on this machine, its own forms, and no more than is taken."""

import asyncio
import re
import time
import tracemalloc
import warnings

import pytest

from mmatch.app.guards import MOST_BYTES
from mmatch.app.signups import safe_name
from mmatch.errors import InputError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HOST = "http://127.0.0.1:8000"
PAGES = ["/signups", "/columns", "/readiness", "/policy", "/match", "/review", "/release", "/later", "/versions"]
OFFERS = ("mentors.csv", b"id,topic\nann,data\n", "text/csv")


@pytest.mark.parametrize(
    "host", ["evil.example:8000", "127.0.0.1:8001", "127.0.0.1", "localhost:8000", "127.0.0.1:8000.evil.example", ""]
)
def test_another_host_is_refused(page, host):
    answer = page.client.get("/signups", headers={"host": host})
    assert (answer.status_code, "under its own address" in answer.text) == (403, True)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:8001", "https://127.0.0.1:8000", "null"])
def test_forms_of_other_sites_are_refused(page, origin):
    hidden = page.hidden(page.get("/signups").text)
    answer = page.client.post("/signups", data=hidden, files={"files": OFFERS}, headers={"origin": origin})
    assert answer.status_code == 403
    assert page.session.folder.number == 0


def test_a_form_without_an_origin_is_refused(page):
    bare = TestClient(page.app, base_url=HOST, cookies=dict(page.client.cookies))
    assert bare.get("/signups").status_code == 200
    assert bare.post("/signups", data={}).status_code == 403


def test_without_the_token_nobody_comes_in(page):
    stranger = TestClient(page.app, base_url=HOST, headers={"origin": HOST})
    for path in ("/", "/?token=", "/?token=kez", "/signups?token=key", "/static/app.css", "/download/matches.csv"):
        assert stranger.get(path).status_code == 403, path
    stranger.cookies.set("mmatch-8000", "guess")
    assert stranger.get("/signups").status_code == 403
    answer = stranger.get("/", params={"token": "key"}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    assert cookie.startswith("mmatch-8000=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "key" not in cookie


@pytest.mark.parametrize("fields", [{}, {"csrf": "guess"}])
def test_a_form_without_our_field_changes_nothing(page, fields):
    step = page.hidden(page.get("/signups").text)["step"]
    answer = page.client.post("/signups", data={"step": step, **fields}, files={"files": OFFERS})
    assert answer.status_code == 422
    assert page.session.folder.number == 0


def test_every_page_says_what_may_run_and_is_not_kept(matched):
    for path in PAGES:
        answer = matched.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=", answer.text), path
    report = matched.get("/report.html").headers["content-security-policy"]
    assert "sandbox" in report
    assert "default-src 'none'" in report


def test_names_of_files_and_people_stay_text(page):
    hostile = '<img src=x onerror=alert(1)>"'
    rows = f'id,name,topic\nann,"{hostile.replace(chr(34), chr(34) * 2)}",data\n'
    page.upload(("mentors.csv", rows.encode()), ("mentees.csv", b"id,name,topic\nbo,Bo,data\n"))
    assert page.match().url.path == "/review"
    for path in ("/review", "/review?view=mentors", "/person?id=ann", "/columns", "/letters", "/report.html"):
        assert "<img" not in page.get(path).text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\users\\mia\\mentors.csv", "mentors.csv"),
        ("..csv", None),
        ("a\0b.csv", "a_b.csv"),
        (".hidden.csv", "hidden.csv"),
        ("con.csv", "_con.csv"),
        ("x" * 500 + ".csv", "x" * 76 + ".csv"),
        ("program.exe", None),
        ("", None),
    ],
)
def test_no_path_of_the_browser_is_a_path(given, kept):
    if kept is None:
        with pytest.raises(InputError, match="expected a file that ends in"):
            safe_name(given)
    else:
        assert safe_name(given) == kept


@pytest.mark.parametrize("name", ["../cohort.json", "..%2fcohort.json", "cohort.json", "%2e%2e/current", "a/../b"])
def test_only_what_is_listed_can_be_taken_away(matched, name):
    assert matched.get(f"/download/{name}").status_code in {404, 422}
    assert matched.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("stated", [None, 10**12, MOST_BYTES + 1])
def test_an_upload_without_end_is_refused_before_all_of_it_came(page, stated):
    sent, answer = [], []
    begin = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'

    async def receive():
        body = b"a" * 2**16 if sent else begin
        sent.append(len(body))
        return {"type": "http.request", "body": body, "more_body": True}

    async def send(message):
        answer.append(message)

    cookie = f"mmatch-8000={page.client.cookies['mmatch-8000']}"
    headers = {"host": HOST[7:], "origin": HOST, "cookie": cookie, "content-type": "multipart/form-data; boundary=x"}
    headers |= {} if stated is None else {"content-length": str(stated)}
    scope = {"type": "http", "method": "POST", "path": "/signups", "raw_path": b"/signups", "query_string": b""}
    scope |= {"headers": [(name.encode(), value.encode()) for name, value in headers.items()], "root_path": ""}
    began = time.monotonic()
    tracemalloc.start()
    asyncio.run(page.app(scope, receive, send))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer[0]["status"] == 413
    assert b"MB together" in answer[1]["body"]
    assert sum(sent) <= (MOST_BYTES + 2**17 if stated is None else 0)
    assert peak < 20 * 2**20
    assert time.monotonic() - began < 5
    assert page.session.folder.number == 0
