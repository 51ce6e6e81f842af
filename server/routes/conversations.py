"""`/v1/conversations`: begin, read and delete conversations."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter

from server.access.caller import Mine
from server.pictures.intake import DAY_S
from server.services import Services, Serving
from server.store import Owned

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


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
    turns = [
        {
            "id": turn.id,
            "created_at": int(turn.created_at),
            "question": turn.question,
            "answer": turn.answer,
        }
        for turn in mine.conversations.turns(conversation_id)
    ]
    return {
        "id": record.id,
        "object": "conversation",
        "created_at": int(record.created_at),
        "expires_at": int(record.expires_at),
        "turns": turns,
    }


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
