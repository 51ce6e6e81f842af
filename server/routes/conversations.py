"""`/v1/conversations`: begin, read and delete conversations."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from server.access.caller import Mine
from server.errors import NotFoundError
from server.pictures.intake import DAY_S
from server.services import Services, Serving
from server.store import Owned
from tools.evidence import PictureRef, number_and_page
from tools.pictures.store import PictureStore

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
SHOWN_SIDE = 2000
"""Pixels of the longer side of a picture that is shown."""


@router.post("")
def begin(services: Serving, mine: Mine) -> dict[str, Any]:
    """Begin a conversation without a question; asking without one begins one, too."""
    lives = time.time() + services.settings.conversation_days * DAY_S
    record = mine.conversations.begin(lives)
    return {"id": record.id, "object": "conversation", "created_at": int(record.created_at)}


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
    return {
        "id": record.id,
        "object": "conversation",
        "created_at": int(record.created_at),
        "expires_at": int(record.expires_at),
        "pictures": list(pictures.values()),
        "turns": turns,
    }


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
    pages = [
        picture
        for file in files
        for picture in PictureStore(pixels=services.agent.pixels, owner=mine.owner).add_all(
            services.intake.content(file.sha256)
        )
        if picture.ref.page == page
    ]
    if not pages:
        raise NotFoundError(f"there is no picture {picture_id!r}", param="picture_id")
    headers = {"Cache-Control": "private, max-age=3600", "Vary": "Authorization"}
    headers["X-Content-Type-Options"] = "nosniff"
    return Response(pages[0].jpeg(SHOWN_SIDE), media_type="image/jpeg", headers=headers)


@router.delete("/{conversation_id}")
def delete(conversation_id: str, services: Serving, mine: Mine) -> dict[str, Any]:
    """Delete a conversation with its turns, and its pictures unless they are needed elsewhere."""
    forget(conversation_id, services, mine)
    return {"id": conversation_id, "object": "conversation.deleted", "deleted": True}


def forget(conversation_id: str, services: Services, mine: Owned) -> None:
    """Delete a conversation, and what only it needed.

    Raises:
        NotFoundError: there is none of this owner.
    """
    pictures = [picture.sha256 for picture in mine.conversations.pictures(conversation_id)]
    mine.conversations.delete(conversation_id)
    services.engine.forget(conversation_id)
    services.agent.forget(mine.owner)
    services.intake.release(pictures)


def picture_json(ref: PictureRef) -> dict[str, Any]:
    """A picture of a conversation; boxes are in pixels of this size."""
    shown = {"id": ref.id, "name": ref.name, "page": ref.page}
    return shown | {"width": ref.width, "height": ref.height}
