"""A streamed answer of `/v1/ask`: the engine's events as server-sent events (docs/service.md).

    event: tool_started
    data: {"id": "call00001", "name": "read_text", "arguments": {"picture": "img_1"}}

What is refused before it begins is an ordinary error; an error after that is the last event.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from agent.answer import evidence_json
from agent.events import Answered, Event, Sentence, ToolFinished, ToolStarted
from agent.files import dumps
from server.engine.engine import Began
from server.engine.leaving import while_connected
from server.errors import as_api_error, error_body
from server.logs import log
from server.routes.conversations import picture_json

MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Proxies are told to pass events on as they come."""

Events = AsyncGenerator[Began | Event]


def is_wanted(request: Request) -> bool:
    """Whether the client asks for events rather than one JSON."""
    return MEDIA_TYPE in request.headers.get("accept", "")


async def streamed(request: Request, events: Events) -> StreamingResponse:
    """The response; it ends, and with it the work, when the client goes away.

    Raises:
        ApiError, InputError, PlannerError: what ends the question before its first event.
    """
    try:
        first = await while_connected(request, anext(events))
    except BaseException:
        await events.aclose()
        raise
    return StreamingResponse(_lines(first, events), media_type=MEDIA_TYPE, headers=HEADERS)


async def _lines(first: Began | Event, events: Events) -> AsyncGenerator[str]:
    assert isinstance(first, Began)
    where = {"conversation": first.conversation, "turn": first.turn}
    async with aclosing(events):
        try:
            yield _line("began", where | {"pictures": [picture_json(p) for p in first.pictures]})
            async for event in events:
                if (named := _named(event, where)) is not None:
                    yield _line(*named)
        except Exception as error:
            known = as_api_error(error)
            if known is None:
                log.exception("unexpected error")
            elif known.status >= 500:
                log.error("stream failed", extra={"fields": {"error": type(error).__name__}})
            unknown = error_body("something went wrong here", "server_error")
            yield _line("error", known.body() if known else unknown)


def _named(event: Began | Event, where: dict[str, str]) -> tuple[str, dict[str, Any]] | None:
    """An event's name and data; None for what is no business of a client's."""
    match event:
        case ToolStarted():
            started = {"id": event.call_id, "name": event.name, "arguments": event.arguments}
            return "tool_started", started
        case ToolFinished():
            found = [evidence_json(evidence) for evidence in event.evidence]
            return "tool_finished", event.call.model_dump(mode="json") | {"evidence": found}
        case Sentence():
            return "sentence", {"text": event.text}
        case Answered():
            return "answered", event.answer.to_json() | where
        case _:
            return None


def _line(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {dumps(data)}\n\n"
