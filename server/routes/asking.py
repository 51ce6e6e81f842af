"""`/v1/ask`: a question, pictures, an answer as the command line's JSON (docs/json.md)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json
from starlette.datastructures import FormData, UploadFile

from agent.loop.tool_schemas import plain_schema
from agent.preferences import Preferences
from agent.session import MAX_QUESTION
from server.access.caller import Asking, Mine
from server.engine.leaving import while_connected
from server.engine.opening import Ask
from server.errors import BadRequestError
from server.pictures.intake import Handle, Intake
from server.routes import ask_events
from server.routes.preferences import known
from server.services import Serving
from server.store import Owned

router = APIRouter(prefix="/v1/ask", tags=["ask"])


def _parsed(value: Any) -> Any:
    return from_json(value) if isinstance(value, str) else value


class Body(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    pictures: list[str] = Field(
        default=[], description="data: URLs, or ids of uploaded files (multipart: files, too)."
    )
    conversation: str | None = Field(default=None, description="One to go on with.")
    preferences: Annotated[Preferences, BeforeValidator(_parsed)] = Field(
        default=Preferences(),
        description="For this question, over those of /v1/preferences (in a form: as JSON).",
    )


class Upload(NamedTuple):
    """A file of a form."""

    data: bytes
    name: str


_SCHEMA = plain_schema(Body)
_DOCUMENTED = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _SCHEMA},
            "multipart/form-data": {"schema": _SCHEMA},
        },
    }
}


@router.post("", response_model=dict[str, Any], openapi_extra=_DOCUMENTED)
async def ask(request: Request, services: Serving, caller: Asking, mine: Mine) -> Any:
    """Ask about pictures, or go on with a conversation; `abstained` is an answer, no error.

    With `Accept: text/event-stream` each step comes as an event as soon as it happens.
    """
    settings = services.settings
    body, uploads = await _read(request, settings.max_pictures)
    if len(body.pictures) + len(uploads) > settings.max_pictures:
        raise BadRequestError(
            f"{settings.max_pictures} pictures are the most for one question", param="pictures"
        )
    pictures = await asyncio.to_thread(_taken, services.intake, mine, body.pictures, uploads)
    wanted = await asyncio.to_thread(known, services, body.preferences)
    asked = Ask(caller, body.question, pictures, body.conversation, preferences=wanted)
    if ask_events.is_wanted(request):
        events = services.engine.ask(replace(asked, sentences=True))
        return await ask_events.streamed(request, events, settings.heartbeat_s)
    done = await while_connected(request, services.engine.answer(asked))
    where = {"conversation": done.conversation, "turn": done.turn}
    return done.answer.to_json() | where


async def _read(request: Request, most: int) -> tuple[Body, list[Upload]]:
    """The body of either form, and the files that it carries, at most so many.

    Raises:
        BadRequestError: it is neither.
        RequestValidationError: a field is wrong.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            async with request.form(
                max_files=most, max_fields=most + len(Body.model_fields)
            ) as form:
                return await _read_form(form)
        if kind == "application/json":
            return Body.model_validate_json(await request.body()), []
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from None
    raise BadRequestError("send application/json or multipart/form-data", param="content-type")


async def _read_form(form: FormData) -> tuple[Body, list[Upload]]:
    given = form.getlist("pictures")
    files = [part for part in given if isinstance(part, UploadFile)]
    fields = {name: form[name] for name in form if name != "pictures"}
    named = [part for part in given if isinstance(part, str)]
    body = Body.model_validate(fields | {"pictures": named})
    return body, [Upload(await file.read(), file.filename or "") for file in files]


def _taken(
    intake: Intake, mine: Owned, named: list[str], uploads: list[Upload]
) -> tuple[Handle, ...]:
    handles = [intake.named(mine, source) for source in named]
    handles += [intake.inline(mine, upload.data, upload.name) for upload in uploads]
    return tuple(handles)
