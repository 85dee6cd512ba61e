"""What stands before every page: who may ask, from where, and how much they may send."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 32 * 2**20  # of one upload, all its files together
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",  # to others nothing; with no-referrer browsers hide the Origin of our own forms
    b"cache-control": b"no-store",
    b"x-frame-options": b"SAMEORIGIN",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
}


class TooLargeError(Exception):
    """An upload that goes on beyond what is taken."""


class Guard:
    """Answers only this machine's browser, once it has shown the token of the first address.

    Args:
        app: what is guarded.
        port: on which the page is served.
        token: of the first address; a cookie takes its place.
    """

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self.app, self.host, self.token = app, f"127.0.0.1:{port}", token
        self.cookie = f"mmatch-{port}"
        self.session = secrets.token_urlsafe(32)
        self.csrf = hmac.new(self.session.encode(), b"forms", hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it in one sentence."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower(), value) for name, value in message.get("headers", ())]
                stated = {name for name, _ in own}
                message["headers"] = own + [item for item in HEADERS.items() if item[0] not in stated]
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal:
            await _plain(answer, 403, refusal)
        elif self._enters(scope):
            value = f"{self.cookie}={self.session}; Path=/; HttpOnly; SameSite=Strict".encode()
            await _plain(answer, 303, "", [(b"set-cookie", value), (b"location", b"/")])
        elif not self._known(headers):
            text = "Open the address that mmatch app printed when it began: it holds the key of this page.\n"
            await _plain(answer, 403, text)
        elif int(headers.get(b"content-length", b"0") or 0) > MOST_BYTES:
            await _plain(answer, 413, _too_large(), [(b"connection", b"close")])
        else:
            scope.setdefault("state", {})["csrf"] = self.csrf
            await self.app(scope, _counted(receive), answer)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """Why a request is refused: another host (a rebound name), or another site's form."""
        if headers.get(b"host", b"").decode("latin-1") != self.host:
            return "This page answers only under its own address.\n"
        origin = headers.get(b"origin")
        foreign = origin is not None and origin.decode("latin-1") != f"http://{self.host}"
        if foreign or (scope["method"] not in {"GET", "HEAD"} and origin is None):
            return "This form was sent from another site.\n"
        length = headers.get(b"content-length", b"0")
        return "" if length.isdigit() or not length else "The length of the request is no number.\n"

    def _enters(self, scope: Scope) -> bool:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return scope["path"] == "/" and hmac.compare_digest(given.encode(), self.token.encode())

    def _known(self, headers: dict[bytes, bytes]) -> bool:
        jar = SimpleCookie()
        try:
            jar.load(headers.get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return False
        found = jar.get(self.cookie)
        return found is not None and hmac.compare_digest(found.value.encode(), self.session.encode())


def _counted(receive: Receive) -> Receive:
    """The body of a request as it streams in, up to what is taken."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BYTES:
            raise TooLargeError(_too_large())
        return message

    return counted


def _too_large() -> str:
    return (
        f"These files have more than {MOST_BYTES // 2**20} MB together: split them, or leave out what is no sign-up.\n"
    )


async def _plain(send: Send, status: int, text: str, headers: Any = ()) -> None:
    body = text.encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*kind, *headers]})
    await send({"type": "http.response.body", "body": body})
