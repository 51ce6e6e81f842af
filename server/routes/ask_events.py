"""A streamed answer of `/v1/ask`: the engine's events as server-sent events (docs/service.md).

    event: tool_started
    data: {"id": "call00001", "name": "read_text", "arguments": {"picture": "img_1"}}

What is refused before it begins is an ordinary error; an error after that is the last event.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import Request

from agent.answer import evidence_json
from agent.events import Answered, Event, Sentence, ToolFinished, ToolStarted
from server.engine.engine import Began
from server.routes.conversations import picture_json
from server.sse import MEDIA_TYPE, Coming, EventStream, as_told, begun, line


def is_wanted(request: Request) -> bool:
    """Whether the client asks for events rather than one JSON."""
    return MEDIA_TYPE in request.headers.get("accept", "")


async def streamed(
    request: Request, source: AsyncGenerator[Began | Event], heartbeat_s: float
) -> EventStream:
    """The response; it ends, and with it the work, when the client goes away.

    Raises:
        ApiError, InputError, PlannerError: what ends the question before its first event.
    """
    events = await begun(request, source, heartbeat_s)
    return EventStream(_lines(events), events, heartbeat_s)


async def _lines(events: Coming[Began | Event]) -> AsyncGenerator[str]:
    where: dict[str, str] = {}
    try:
        async for event in events:
            match event:
                case Began():
                    where = {"conversation": event.conversation, "turn": event.turn}
                    pictures = [picture_json(picture) for picture in event.pictures]
                    yield line(where | {"pictures": pictures}, "began")
                case Answered():
                    yield line(event.answer.to_json() | where, "answered")
                case ToolStarted() | ToolFinished() | Sentence():
                    yield line(*_told(event))
                case _:  # no business of a client's
                    pass
    except Exception as error:  # the response has begun: it is told in the stream
        yield line(as_told(error).body(), "error")


def _told(event: ToolStarted | ToolFinished | Sentence) -> tuple[dict[str, Any], str]:
    """What is told of a step, and the event's name."""
    match event:
        case ToolStarted():
            started = {"id": event.call_id, "name": event.name, "arguments": event.arguments}
            return started, "tool_started"
        case ToolFinished():
            found = [evidence_json(evidence) for evidence in event.evidence]
            return event.call.model_dump(mode="json") | {"evidence": found}, "tool_finished"
        case Sentence():
            return {"text": event.text}, "sentence"
