"""A page over a folder, without a server: forms are read from the page and sent back, as a browser does."""

import re
import warnings
from html import unescape

import pytest

import mmatch as mm
from mmatch.app.serving import application, begin_with
from mmatch.app.session import Session

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the client itself, about another library that it may use
    from starlette.testclient import TestClient

HOST = "http://127.0.0.1:8000"


class Page:
    """A reader of the page who follows links and sends forms."""

    def __init__(self, folder):
        self.session = Session(folder)
        self.app = application(self.session, 8000, "key")
        self.client = TestClient(self.app, base_url=HOST, headers={"origin": HOST})
        self.client.get("/", params={"token": "key"})

    def get(self, path, **query):
        return self.client.get(path, params=query or None)

    def hidden(self, html):
        return {name: re.search(rf'name="{name}" value="([^"]*)"', html)[1] for name in ("csrf", "step")}

    def post(self, path, files=None, *, source=None, **fields):
        hidden = self.hidden(self.client.get(source or path).text)
        return self.client.post(path, data={**hidden, **fields}, files=files)

    def upload(self, *files, **fields):
        return self.post("/signups", [("files", item) for item in files], **fields)

    def match(self):
        """Match, and wait for the answer, however busy the machine is."""
        answer = self.post("/match")
        while 'http-equiv="refresh"' in answer.text:
            answer = self.get("/match", begun="now")
        return answer

    def accept(self, answer):
        """Accept the proposal that a page shows."""
        proposal = re.search(r'name="proposal" value="([^"]*)"', answer.text)
        assert proposal, text(answer)
        return self.client.post("/change", data={**self.hidden(answer.text), "proposal": proposal[1]})

    def pairs(self):
        return {pair[:2] for pair in self.session.result.matching.pairs()}

    def sound(self):
        """The answer in the folder, judged."""
        session = self.session
        return mm.verify(session.cohort, session.program, session.result) == []


def text(answer):
    """What a reader sees of a page."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture
def open_page(tmp_path):
    """Opens the page of a folder."""
    opened = []

    def opener(name="state"):
        opened.append(Page(tmp_path / name))
        return opened[-1]

    yield opener
    for page in opened:
        page.session.folder.close()
        page.client.close()


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def matched(page):
    """The page of an example, matched."""
    begin_with(page.session, "informational")
    assert page.match().url.path == "/review"
    return page
