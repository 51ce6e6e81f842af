"""Around every request: its id, its body's limit, headers, the last net; the observer sees it.

Plain ASGI, so that streams pass through as they come.
"""

from __future__ import annotations

import json
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import TooLargeError, UnexpectedError
from server.logs import log
from server.observing.observer import Observer
from server.settings import MB
from tools.execution.origins import origins

HEADER = "x-request-id"
PROTECTING = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Headers of every response that does not set them itself."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestScope:
    """ASGI middleware, the outermost.

    Args:
        app: what answers.
        max_body_mb: megabytes that a request may have; more are not read.
        observer: hears of each request.
    """

    def __init__(self, app: ASGIApp, max_body_mb: float, observer: Observer) -> None:
        self._app = app
        self._observer = observer
        self._most = int(max_body_mb * MB)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        current = given if _ID.fullmatch(given) else f"req_{secrets.token_hex(12)}"
        token = origins.set((current,))
        try:
            await self._answer(scope, receive, send, current)
        finally:
            origins.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, current: str) -> None:
        scope.setdefault("state", {})

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                watch.began(message)
                headers = MutableHeaders(scope=message)
                headers[HEADER] = current
                for name, value in (PROTECTING | scope["state"].get("headers", {})).items():
                    headers.setdefault(name, value)
            await send(message)

        with self._observer.request(scope) as watch:
            try:
                length = Headers(scope=scope).get("content-length", "")
                if length.isdecimal() and int(length) > self._most:
                    await _respond(sending, 413, _too_large(self._most).body())
                else:
                    await self._app(scope, self._limited(receive), sending)
            except Exception:
                log.exception("unexpected error")
                if watch.status:  # the response has begun: all that is left is to break it off
                    raise
                await _respond(sending, 500, UnexpectedError().body())

    def _limited(self, receive: Receive) -> Receive:
        """Counts what comes; a length need not be said in the header, or be true."""
        got = 0

        async def receiving() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._most:
                raise _too_large(self._most)
            return message

        return receiving


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"the request has more than {most / MB:g} MB", code="too_large")


async def _respond(send: Send, status: int, body: object) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
