"""Server-sent events: one line of JSON each; what is asked ends when nobody listens any more."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from server.engine.leaving import while_connected
from server.errors import ApiError, UnexpectedError, as_api_error
from server.logs import log

T = TypeVar("T")
DONE = "data: [DONE]\n\n"
"""How chat completions end."""


def line(data: Any, event: str | None = None) -> str:
    """An event; without a name every client reads it."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


class EventStream(StreamingResponse):
    """Sends lines as they come; they are closed when they end or the client has gone.

    Args:
        lines: what to send.
        source: what the lines are made of, closed with them even if they never began.
        media_type: of the lines.
    """

    def __init__(
        self,
        lines: AsyncGenerator[str],
        source: AsyncGenerator[Any],
        media_type: str = "text/event-stream",
    ) -> None:
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        super().__init__(lines, media_type=media_type, headers=headers)
        self._closing = (lines, source)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            for generator in self._closing:
                await generator.aclose()


async def begun(request: Request, source: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """`source` after its first item has come: what fails before has a status of its own.

    Raises:
        ClientGoneError: the client did not wait for it; what `source` raises.
    """

    async def one() -> T:
        return await anext(source)

    first = await while_connected(request, one())

    async def all_of_it() -> AsyncGenerator[T]:
        yield first
        async for item in source:
            yield item

    return all_of_it()


def as_told(error: Exception) -> ApiError:
    """An error that comes when the response has begun, as the client is told it."""
    known = as_api_error(error)
    if known is None or known.status >= 500:
        log.error("stream failed", exc_info=error)
    return known or UnexpectedError()
