"""`/v1/responses`: as OpenAI's, answered from evidence; stored unless told otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from server.access.caller import Asking, Mine
from server.access.identity import Caller
from server.engine.leaving import while_connected
from server.engine.opening import Ask
from server.errors import BadRequestError, DeletedError, NotFoundError
from server.openai.asking import read, replies
from server.openai.building import Building, Event
from server.openai.cutting import Cutter
from server.openai.fields import fields_of
from server.openai.parameters import unsupported, well_formed
from server.openai.reply import Delta, Replies, Reply, Step
from server.openai.responses import ResponsesRequest
from server.pictures.intake import DAY_S
from server.routes.conversations import forget
from server.routes.listing import Order, paged
from server.routes.preferences import known
from server.services import Services, Serving
from server.sse import EventStream, as_told, begun, line
from server.store import Owned
from server.store.records import ResponseRecord

router = APIRouter(prefix="/v1/responses", tags=["OpenAI"], dependencies=[Depends(well_formed)])


@router.post("")
async def create(
    body: ResponsesRequest, request: Request, services: Serving, caller: Asking, mine: Mine
) -> Response:
    """Ask as OpenAI's Responses are asked; `stream` for server-sent events."""
    body.check()
    coming = await _replies(body, services, caller, mine)
    building = Building(body)

    async def keep(reply: Reply) -> None:
        if body.store is not False:
            await asyncio.to_thread(_keep, body, building, reply, services, mine)

    if body.stream:
        heartbeat_s = services.settings.heartbeat_s
        items = await begun(request, coming, heartbeat_s)
        return EventStream(_lines(_events(items, building, keep), building), items, heartbeat_s)
    whole = _whole(_events(coming, building, keep), coming)
    await while_connected(request, whole)
    return JSONResponse(building.body)


async def _replies(
    body: ResponsesRequest, services: Services, caller: Caller, mine: Owned
) -> Replies:
    schema = body.fields()
    fields = () if schema is None else fields_of(schema, param="text.format.schema")
    after = await asyncio.to_thread(_turn, mine, body.previous_response_id)
    said = await read(body.spoken(), services.intake, mine, param="input")
    conversation = body.conversation.id if body.conversation else None
    if said.history and (after or conversation):
        raise BadRequestError(
            "earlier answers stand in the input; send them, or where to go on, not both",
            param="input",
        )
    ask = Ask(
        caller,
        said.question,
        said.pictures,
        conversation=conversation,
        after=after,
        history=said.history,
        sentences=bool(body.stream) and not fields,
        talks=True,
        stores=body.store is not False,
        preferences=await asyncio.to_thread(known, services, body.vqa.preferences),
    )
    return replies(services.engine, ask, fields, Cutter((), body.max_output_tokens))


def _turn(mine: Owned, response_id: str | None) -> str | None:
    """The turn of an earlier response."""
    if response_id is None:
        return None
    try:
        return mine.responses.get(response_id).turn
    except NotFoundError:
        raise BadRequestError(
            f"Previous response with id '{response_id[:80]}' not found.",
            param="previous_response_id",
            code="previous_response_not_found",
        ) from None


async def _events(
    coming: AsyncIterator[Step | Delta | Reply],
    building: Building,
    keep: Callable[[Reply], Awaitable[None]],
) -> AsyncGenerator[Event]:
    """The events of a response; the last one comes when it is kept."""
    for event in building.begin():
        yield event
    async for item in coming:
        if not isinstance(item, Reply):
            for event in building.take(item):
                yield event
            continue
        for event in building.finish(item):
            yield event
        await keep(item)
        yield building.closed()


async def _whole(events: AsyncGenerator[Event], coming: Replies) -> None:
    """Let all of it happen."""
    async with aclosing(coming), aclosing(events):
        async for _ in events:
            pass


async def _lines(events: AsyncGenerator[Event], building: Building) -> AsyncGenerator[str]:
    try:
        async for event in events:
            yield line(event, event["type"])
    except Exception as error:  # the response has begun: it is told in the stream
        event = building.failed(as_told(error))
        yield line(event, event["type"])


def _keep(
    body: ResponsesRequest, building: Building, reply: Reply, services: Services, mine: Owned
) -> None:
    lives = services.settings.conversation_days * DAY_S
    kept = {"response": building.body, "input": body.kept_items()}
    record = ResponseRecord(
        building.id, reply.conversation, reply.turn, kept, building.created_at,
        building.created_at + lives,
    )  # fmt: skip
    try:
        mine.responses.put(record)
    except NotFoundError:  # it was there when its turn was stored
        raise DeletedError from None


@router.get("/{response_id}")
def get(response_id: str, mine: Mine, stream: bool = False) -> dict[str, Any]:
    """Read a stored response."""
    if stream:
        raise unsupported("stream", "a stored response is whole; read it without stream")
    response: dict[str, Any] = mine.responses.get(response_id).body["response"]
    return response


@router.get("/{response_id}/input_items")
def list_input_items(
    response_id: str,
    mine: Mine,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Order = "desc",
    after: str | None = None,
) -> dict[str, Any]:
    """List the messages that a stored response answered; inline pictures are not repeated."""
    items: list[dict[str, Any]] = mine.responses.get(response_id).body["input"]
    return paged(items, limit, order, after)


@router.delete("/{response_id}")
async def delete(response_id: str, services: Serving, mine: Mine) -> dict[str, Any]:
    """Delete a stored response; with the last one goes a conversation that nobody asked for."""
    conversation = await asyncio.to_thread(_deleted, response_id, mine)
    if conversation is not None:
        await forget(conversation, services, mine)
    return {"id": response_id, "object": "response", "deleted": True}


def _deleted(response_id: str, mine: Owned) -> str | None:
    """Delete it; the conversation that goes with it."""
    record = mine.responses.get(response_id)
    mine.responses.delete(response_id)
    conversation = record.conversation
    if conversation is None or record.body["response"]["conversation"] is not None:
        return None
    last = mine.conversations.last_turn(conversation)
    is_last = last is not None and last.id == record.turn
    return conversation if is_last and not mine.responses.any_of(conversation) else None
