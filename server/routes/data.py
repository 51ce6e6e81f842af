"""`/v1/data`: delete all that is kept of the caller."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from server.access.caller import Mine
from server.services import Serving

router = APIRouter(prefix="/v1/data", tags=["data"])


@router.delete("")
def delete_my_data(services: Serving, mine: Mine) -> dict[str, Any]:
    """Delete all of the caller: files, conversations, responses, feedback, preferences, results."""
    conversations, contents = mine.delete_everything()
    for conversation in conversations:
        services.engine.forget(conversation)
    services.agent.forget(mine.owner)
    services.intake.release(contents)
    return {"object": "data", "deleted": True}
