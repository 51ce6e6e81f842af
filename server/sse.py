"""Server-sent events: one line of JSON each; what is asked ends when nobody listens any more.

While nothing happens a comment line comes every few seconds, which clients skip: proxies cut
connections that say nothing (https://html.spec.whatwg.org/multipage/server-sent-events.html).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from agent.files import dumps
from server.engine.leaving import while_connected
from server.errors import ApiError, UnexpectedError, as_api_error
from server.logs import log

T = TypeVar("T")
MEDIA_TYPE = "text/event-stream"
DONE = "data: [DONE]\n\n"
"""How chat completions end."""
HEARTBEAT = ": \n\n"
SILENT_BEATS = 3
"""How many heartbeats long a stream may wait for its first item before it begins without one."""


def line(data: Any, event: str | None = None) -> str:
    """An event; without a name every client reads it."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {dumps(data)}\n\n"


class Coming(Generic[T]):
    """The items of a source, one after the other; who waits may stop waiting and loses none."""

    def __init__(self, source: AsyncGenerator[T]) -> None:
        self._source = source
        self._next: asyncio.Task[T] | None = None
        self._context = copy_context()

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        await self.comes()
        assert self._next is not None
        came, self._next = self._next, None
        return came.result()

    async def comes(self, within_s: float | None = None) -> bool:
        """Whether the next item, or the error or end instead, is there; waits so long for it."""
        if self._next is None:
            self._next = asyncio.create_task(self._one(), context=self._context)
        await asyncio.wait({self._next}, timeout=within_s)
        return self._next.done()

    def check(self) -> None:
        """Raise the error that came instead of the next item, if one did."""
        if self._next is not None and self._next.done():
            self._next.result()

    async def aclose(self) -> None:
        """End the source, whatever it waits for."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        await self._source.aclose()

    async def _one(self) -> T:
        return await anext(self._source)


class EventStream(StreamingResponse):
    """Sends lines as they come; they are closed when they end or the client has gone.

    Args:
        lines: what to send.
        source: what the lines are made of, closed with them even if they never began.
        heartbeat_s: the longest that nothing is sent, in seconds; None where the lines have no
            comments.
        media_type: of the lines.
    """

    def __init__(
        self,
        lines: AsyncGenerator[str],
        source: Coming[Any],
        heartbeat_s: float | None,
        media_type: str = MEDIA_TYPE,
    ) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        coming = Coming(lines)
        sent = _with_heartbeats(coming, heartbeat_s)
        super().__init__(sent, media_type=media_type, headers=headers)
        self._closing = (sent, coming, source)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            for part in self._closing:
                await part.aclose()


async def _with_heartbeats(lines: Coming[str], heartbeat_s: float | None) -> AsyncGenerator[str]:
    while True:
        while not await lines.comes(heartbeat_s):
            yield HEARTBEAT
        try:
            yield await anext(lines)
        except StopAsyncIteration:
            return


async def begun(request: Request, source: AsyncGenerator[T], heartbeat_s: float) -> Coming[T]:
    """`source` when its first item has come: what fails before has a status of its own.

    After `SILENT_BEATS` it begins without one, so that proxies hear of it.

    Raises:
        ClientGoneError: the client did not wait for it; what `source` raises.
    """
    coming = Coming(source)
    try:
        await while_connected(request, coming.comes(SILENT_BEATS * heartbeat_s))
        coming.check()
    except BaseException:
        await coming.aclose()
        raise
    return coming


def as_told(error: Exception) -> ApiError:
    """An error that comes when the response has begun, as the client is told it."""
    known = as_api_error(error)
    if known is None:
        log.error("unexpected error", exc_info=error)
        return UnexpectedError()
    if known.status >= 500:
        log.error("stream failed", extra={"fields": {"error": type(error).__name__}})
    return known
