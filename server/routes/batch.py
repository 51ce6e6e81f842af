"""`/v1/batch`: many questions in one request; each answer is a line as soon as it is there.

    {"id": 1, "image": "data:image/png;base64,…", "question": "What is the total?"}

The rows and lines are the command line's (`vqa-agent batch`, docs/usage.md). One bad row spoils no
other. Few of a batch are asked at once, each as a question of its own: it is counted, waits for its
place behind others', and has its own deadline.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import from_json

from agent.answer import failed_json
from agent.errors import PlannerError
from agent.files import dumps
from agent.loop.tool_schemas import plain_schema
from agent.preferences import Preferences
from agent.session import MAX_QUESTION
from server.access.caller import Asking, Mine
from server.access.identity import Caller
from server.engine.opening import Ask
from server.errors import BadRequestError, as_api_error
from server.logs import log
from server.routes.preferences import known
from server.services import Services, Serving
from server.sse import Coming, EventStream
from server.store import Owned

router = APIRouter(prefix="/v1/batch", tags=["ask"])
AT_ONCE = 2
"""Questions of one batch that are asked at once: others' find places between them."""
LINES = "application/x-ndjson"
_KINDS = {429: "limit", 503: "busy", 504: "busy"}
"""Kinds of errors that come of the service, by status."""

Id = StrictInt | Annotated[StrictStr, Field(max_length=200)]
Record = dict[str, Any]


class Row(BaseModel):
    """A question of a batch."""

    model_config = ConfigDict(extra="forbid")

    id: Id | None = Field(default=None, description="Of its line; unset: its place.")
    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    image: str | None = Field(default=None, description="One picture, as those of /v1/ask.")
    images: list[str] | None = Field(default=None, description="Several.")
    pictures: list[str] | None = Field(default=None, description="The same, as /v1/ask calls them.")
    preferences: Preferences = Preferences()

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        given = [self.image, self.images, self.pictures]
        if sum(one is not None for one in given) != 1 or not self.sources:
            raise ValueError("give either image, images or pictures")
        return self

    @property
    def sources(self) -> list[str]:
        """What its pictures are named by."""
        return [self.image] if self.image is not None else self.images or self.pictures or []


class Rows(BaseModel):
    """A batch as JSON; each of the requests is looked at by itself."""

    model_config = ConfigDict(extra="forbid")

    requests: list[Any]


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be asked, and why."""

    id: int | str
    problem: str


class _Documented(BaseModel):
    requests: list[Row]


_BODIES = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": plain_schema(_Documented)},
            LINES: {"schema": {"type": "string"}},
        },
    }
}
_LINES: dict[int | str, Any] = {200: {"content": {LINES: {"schema": {"type": "string"}}}}}


@router.post("", response_class=StreamingResponse, responses=_LINES, openapi_extra=_BODIES)
async def batch(request: Request, services: Serving, caller: Asking, mine: Mine) -> EventStream:
    """Ask many questions; a line of JSON with its `id` for each, in the order they are done.

    A line is the answer, or has `error` and `error_kind` (input, planner, limit, busy, internal).
    """
    rows = list(_read(await request.body(), _kind(request)))
    if not 1 <= len(rows) <= services.settings.max_batch:
        raise BadRequestError(
            f"a batch has 1 to {services.settings.max_batch} questions, not {len(rows)}",
            param="requests",
        )
    records = _answered(rows, services, caller, mine)
    return EventStream(_lines(records), Coming(records), None, LINES)


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _read(body: bytes, kind: str) -> Iterator[Row | BadRow]:
    """The rows, each with an id that no other has.

    Raises:
        BadRequestError: it is neither JSON nor lines of it.
        RequestValidationError: the JSON is something else.
    """
    if kind == "application/json":
        try:
            given = [(f"row {n}", row) for n, row in enumerate(_rows(body).requests, 1)]
        except ValidationError as error:
            raise RequestValidationError(error.errors(include_input=False)) from None
    elif kind in (LINES, "application/jsonl"):
        lines = enumerate(body.splitlines(), 1)
        given = [(f"line {n}", _parsed(line)) for n, line in lines if line.strip()]
    else:
        raise BadRequestError(f"send application/json or {LINES}", param="content-type")
    seen: set[str] = set()
    for name, data in given:
        row = _row(data, name)
        if (key := json.dumps(row.id)) in seen:
            row = BadRow(row.id or name, f"{name}: the id {row.id!r} is used before")
        seen.add(key)
        yield row


def _rows(body: bytes) -> Rows:
    return Rows.model_validate(_parsed(body))


def _parsed(text: bytes) -> Any:
    """The JSON; None where it is none."""
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        return None


def _row(data: Any, name: str) -> Row | BadRow:
    if not isinstance(data, dict):
        return BadRow(name, "not an object with id, image and question")
    try:
        row = Row.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        row_id = data.get("id", name)
        is_id = isinstance(row_id, str | int) and not isinstance(row_id, bool) and place != "id"
        return BadRow(
            row_id if is_id else name, f"{place}: {first['msg']}" if place else first["msg"]
        )
    return row if row.id is not None else row.model_copy(update={"id": name})


async def _answered(
    rows: Sequence[Row | BadRow], services: Services, caller: Caller, mine: Owned
) -> AsyncGenerator[Record]:
    """The record of each row as soon as it is there; closing it early cancels the rest."""
    waiting = iter(rows)
    done: asyncio.Queue[Record] = asyncio.Queue()

    async def work() -> None:
        for row in waiting:
            done.put_nowait(await _record(row, services, caller, mine, counts=row is not rows[0]))

    workers = [asyncio.create_task(work()) for _ in range(AT_ONCE)]
    try:
        for _ in rows:
            yield await done.get()
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _record(
    row: Row | BadRow, services: Services, caller: Caller, mine: Owned, *, counts: bool
) -> Record:
    """The record of one row; the first is not counted, because the request was."""
    row_id = row.id if row.id is not None else ""
    if isinstance(row, BadRow):
        return failed_json(row_id, "input", row.problem)
    try:
        if counts:
            services.quotas.request(caller)
        ask = await asyncio.to_thread(_ask, row, services, caller, mine)
        done = await services.engine.answer(ask)
    except Exception as error:  # the row is told as failed: one bad row never ends the others
        return failed_json(row_id, *_told(error))
    where = {"conversation": done.conversation, "turn": done.turn}
    return {"id": row_id, **done.answer.to_json(), **where}


def _ask(row: Row, services: Services, caller: Caller, mine: Owned) -> Ask:
    most = services.settings.max_pictures
    if len(row.sources) > most:
        raise BadRequestError(f"{most} pictures are the most for one question")
    wanted = known(services, row.preferences)
    pictures = tuple(services.intake.named(mine, source) for source in row.sources)
    return Ask(caller, row.question, pictures, preferences=wanted)


def _told(error: Exception) -> tuple[str, str]:
    """The kind of an error, and its message."""
    known_error = as_api_error(error)
    if known_error is None:
        log.error("unexpected error", exc_info=error)
        return "internal", "something went wrong here"
    if isinstance(error, PlannerError):
        log.error("planner failed", extra={"fields": {"error": type(error).__name__}})
        return "planner", known_error.message
    return _KINDS.get(known_error.status, "input"), known_error.message


async def _lines(records: AsyncGenerator[Record]) -> AsyncGenerator[str]:
    async for record in records:
        yield dumps(record) + "\n"
