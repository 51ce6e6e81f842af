"""`/v1/conversations`: begin, list, read and delete conversations; OpenAI's shapes, and more."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from server.access.caller import Mine
from server.errors import NotFoundError
from server.openai.parameters import unsupported, well_formed
from server.openai.saying import said
from server.pictures.intake import DAY_S
from server.routes.listing import Order, listed, paged
from server.routes.showing import shown
from server.services import Services, Serving
from server.store import Owned
from server.store.records import ConversationRecord, ConversationSummary
from tools.evidence import PictureRef, number_and_page
from tools.pictures.store import PictureStore

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
Name = Annotated[str, StringConstraints(max_length=64)]
Note = Annotated[str, StringConstraints(max_length=512)]
Metadata = Annotated[dict[Name, Note], Field(max_length=16)]
TITLE_CHARACTERS = 120


class Beginning(BaseModel):
    """What a conversation begins with."""

    metadata: Metadata | None = None
    items: Annotated[list[Any] | None, Field(description="None may be: ask in it instead.")] = None


class Noted(BaseModel):
    """What is noted on a conversation from now on."""

    metadata: Metadata


@router.post("", dependencies=[Depends(well_formed)])
def begin(services: Serving, mine: Mine, body: Beginning | None = None) -> dict[str, Any]:
    """Begin a conversation without a question; asking without one begins one, too."""
    body = body or Beginning()
    if body.items:
        raise unsupported("items", "a conversation begins empty; ask in it")
    lives = time.time() + services.settings.conversation_days * DAY_S
    return shape(mine.conversations.begin(lives, body.metadata))


@router.get("")
def list_conversations(
    mine: Mine, limit: Annotated[int, Query(ge=1, le=100)] = 20, after: str | None = None
) -> dict[str, Any]:
    """List the caller's conversations, the one that was asked in last first."""
    found = mine.conversations.page(limit=limit + 1, after=after)
    return listed([_told(summary) for summary in found], limit)


@router.get("/{conversation_id}")
def get(conversation_id: str, mine: Mine) -> dict[str, Any]:
    """Read a conversation: its turns with their answers (docs/json.md)."""
    record = mine.conversations.get(conversation_id)
    ratings = mine.feedback.ratings(conversation_id)
    turns: list[dict[str, Any]] = []
    pictures: dict[str, dict[str, Any]] = {}
    for turn in mine.conversations.turns(conversation_id):
        refs = [PictureRef.model_validate(ref) for ref in turn.snapshot["pictures"]]
        new = {ref.id: picture_json(ref) for ref in refs if ref.id not in pictures}
        pictures |= new
        turns.append(
            {
                "id": turn.id,
                "created_at": int(turn.created_at),
                "question": turn.question,
                "pictures": list(new),
                "answer": turn.answer,
                "rating": ratings.get(turn.id),
            }
        )
    return shape(record) | {"pictures": list(pictures.values()), "turns": turns}


@router.post("/{conversation_id}", dependencies=[Depends(well_formed)])
def note(conversation_id: str, body: Noted, mine: Mine) -> dict[str, Any]:
    """Note something else on a conversation."""
    return shape(mine.conversations.note(conversation_id, body.metadata))


@router.get("/{conversation_id}/items")
def list_items(
    conversation_id: str,
    mine: Mine,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Order = "desc",
    after: str | None = None,
) -> dict[str, Any]:
    """List what was said, as OpenAI's messages."""
    mine.conversations.get(conversation_id)
    items = [item for turn in mine.conversations.turns(conversation_id) for item in said(turn)]
    return paged(items, limit, order, after)


@router.get("/{conversation_id}/items/{item_id}")
def get_item(conversation_id: str, item_id: str, mine: Mine) -> dict[str, Any]:
    """Read one message."""
    mine.conversations.get(conversation_id)
    for turn in mine.conversations.turns(conversation_id):
        for item in said(turn):
            if item["id"] == item_id:
                return item
    raise NotFoundError(f"there is no item {item_id[:80]!r}", param="item_id")


@router.get("/{conversation_id}/pictures/{picture_id}", response_class=Response)
def get_picture(
    conversation_id: str,
    picture_id: Annotated[str, Path(pattern=r"^img_[1-9][0-9]{0,5}(p[1-9][0-9]{0,5})?$")],
    services: Serving,
    mine: Mine,
) -> Response:
    """Show a picture (or page) of a conversation: upright, as a JPEG of 2,000 pixels at most."""
    mine.conversations.get(conversation_id)
    number, page = number_and_page(picture_id)
    files = mine.conversations.pictures(conversation_id)[number - 1 : number]
    missing = NotFoundError(f"there is no picture {picture_id!r}", param="picture_id")
    if not files:
        raise missing
    store = PictureStore(pixels=services.agent.pixels, owner=mine.owner)
    return shown(store, services.intake.content(files[0].sha256), page, missing)


@router.delete("/{conversation_id}")
async def delete(conversation_id: str, services: Serving, mine: Mine) -> dict[str, Any]:
    """Delete a conversation with its turns, and its pictures unless they are needed elsewhere.

    A question that is being answered in it ends with 410.
    """
    await forget(conversation_id, services, mine)
    return {"id": conversation_id, "object": "conversation.deleted", "deleted": True}


async def forget(conversation_id: str, services: Services, mine: Owned) -> None:
    """Delete a conversation, and what only it needed.

    Raises:
        NotFoundError: there is none of this owner.
    """
    async with services.engine.deleting(mine.owner, conversation_id) as was_under_way:
        await asyncio.to_thread(_delete, conversation_id, services, mine, was_under_way)


def _delete(conversation_id: str, services: Services, mine: Owned, was_under_way: bool) -> None:
    pictures = [picture.sha256 for picture in mine.conversations.pictures(conversation_id)]
    try:
        mine.conversations.delete(conversation_id)
    except NotFoundError:
        if not was_under_way:  # else it was to be stored with the question that was ended
            raise
    services.engine.forget(conversation_id)
    services.agent.forget(mine.owner)
    services.intake.release(pictures)


def shape(record: ConversationRecord) -> dict[str, Any]:
    """A conversation as OpenAI shows one, and until when it is kept."""
    return {
        "id": record.id,
        "object": "conversation",
        "created_at": int(record.created_at),
        "expires_at": int(record.expires_at),
        "metadata": record.metadata,
    }


def _told(summary: ConversationSummary) -> dict[str, Any]:
    """A conversation in a list."""
    question = " ".join((summary.question or "").split())
    return shape(summary.record) | {
        "title": question[:TITLE_CHARACTERS] or None,
        "turns": summary.turns,
        "updated_at": int(summary.updated_at),
    }


def picture_json(ref: PictureRef) -> dict[str, Any]:
    """A picture of a conversation; boxes are in pixels of this size."""
    shown = {"id": ref.id, "name": ref.name, "page": ref.page}
    return shown | {"width": ref.width, "height": ref.height}
