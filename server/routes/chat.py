"""`/v1/chat/completions`: as OpenAI's, answered from evidence; the rest stands under `vqa`."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from server.access.caller import Asking, Mine
from server.access.identity import Caller
from server.engine.leaving import while_connected
from server.engine.opening import Ask
from server.openai.asking import last, read, replies
from server.openai.chat import ChatRequest, chunks, completion
from server.openai.chores import chore
from server.openai.cutting import Cutter
from server.openai.fields import fields_of
from server.openai.parameters import well_formed
from server.openai.reply import Replies, at_once
from server.routes.preferences import known
from server.services import Services, Serving
from server.sse import EventStream, begun
from server.store import Owned

router = APIRouter(
    prefix="/v1/chat/completions", tags=["OpenAI"], dependencies=[Depends(well_formed)]
)


@router.post("")
async def complete(
    body: ChatRequest, request: Request, services: Serving, caller: Asking, mine: Mine
) -> Response:
    """Ask as OpenAI's chat completions are asked; `stream` for server-sent events."""
    body.check()
    coming = await _replies(body, services, caller, mine)
    if not body.stream:
        return JSONResponse(completion(await while_connected(request, last(coming))))
    usage = body.stream_options is not None and body.stream_options.include_usage
    heartbeat_s = services.settings.heartbeat_s
    replies = await begun(request, coming, heartbeat_s)
    return EventStream(chunks(replies, include_usage=usage), replies, heartbeat_s)


async def _replies(body: ChatRequest, services: Services, caller: Caller, mine: Owned) -> Replies:
    cutter = Cutter(body.stop, body.most_tokens)
    messages = body.spoken()
    if (told := chore(messages)) is not None:
        return at_once(told, cutter)
    schema = body.fields()
    param = "response_format.json_schema.schema"
    fields = () if schema is None else fields_of(schema, param=param)
    said = await read(messages, services.intake, mine, param="messages")
    ask = Ask(
        caller,
        said.question,
        said.pictures,
        history=said.history,
        sentences=bool(body.stream) and not fields,
        talks=True,
        stores=body.store is not False,
        preferences=await asyncio.to_thread(known, services, body.vqa.preferences),
    )
    return replies(services.engine, ask, fields, cutter)
