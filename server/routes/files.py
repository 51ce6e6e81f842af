"""`/v1/files`: upload a picture once, ask about it often; OpenAI's shapes."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Response, UploadFile

from server.access.caller import Mine
from server.pictures.intake import Handle
from server.routes.listing import Order, listed
from server.services import Services, Serving
from server.store import Owned
from server.store.records import FileRecord

router = APIRouter(prefix="/v1/files", tags=["files"])
Purpose = Literal["vision", "user_data", "assistants"]


@router.post("")
async def upload(
    file: UploadFile,
    services: Serving,
    mine: Mine,
    purpose: Annotated[Purpose, Form()] = "vision",
    expires_s: Annotated[
        int | None, Form(alias="expires_after[seconds]", ge=3_600, le=2_592_000)
    ] = None,
) -> dict[str, Any]:
    """Upload a picture or a PDF; what it is, its content says."""
    data, name = await file.read(), file.filename or ""
    record = await asyncio.to_thread(services.intake.upload, mine, data, name, purpose, expires_s)
    services.engine.ahead.show(mine.owner, [Handle(record.sha256, record.filename)])
    return shape(record)


@router.get("")
def list_files(
    mine: Mine,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    order: Order = "desc",
    after: str | None = None,
    purpose: Purpose | None = None,
) -> dict[str, Any]:
    """List the caller's files, all or those of a purpose."""
    newest_first = order == "desc"
    found = mine.files.page(
        limit=limit + 1, after=after, newest_first=newest_first, purpose=purpose
    )
    return listed([shape(record) for record in found], limit)


@router.get("/{file_id}")
def get_file(file_id: str, mine: Mine) -> dict[str, Any]:
    """Say what is known of a file."""
    return shape(mine.files.get(file_id))


@router.get("/{file_id}/content", response_class=Response)
def get_content(file_id: str, services: Serving, mine: Mine) -> Response:
    """Give a file back as it came."""
    record = mine.files.get(file_id)
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    content = services.intake.content(record.sha256)
    return Response(content, media_type=record.media_type, headers=headers)


@router.delete("/{file_id}")
async def delete_file(file_id: str, services: Serving, mine: Mine) -> dict[str, Any]:
    """Delete a file; conversations about it keep their picture until they are deleted."""
    services.engine.ahead.forget(mine.owner)
    await asyncio.to_thread(_delete, file_id, services, mine)
    return {"id": file_id, "object": "file", "deleted": True}


def _delete(file_id: str, services: Services, mine: Owned) -> None:
    record = mine.files.delete(file_id)
    services.agent.forget(mine.owner)
    services.intake.release([record.sha256])


def shape(record: FileRecord) -> dict[str, Any]:
    """A file as OpenAI shows one."""
    return {
        "id": record.id,
        "object": "file",
        "bytes": record.bytes,
        "created_at": int(record.created_at),
        "expires_at": int(record.expires_at),
        "filename": record.filename,
        "purpose": record.purpose,
        "status": "processed",
    }
