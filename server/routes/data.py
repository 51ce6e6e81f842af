"""`/v1/data`: delete all that is kept of the caller."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter

from server.access.caller import Mine
from server.services import Services, Serving
from server.store import Owned

router = APIRouter(prefix="/v1/data", tags=["data"])


@router.delete("")
async def delete_my_data(services: Serving, mine: Mine) -> dict[str, Any]:
    """Delete all of the caller: files, conversations, responses, feedback, preferences, results."""
    async with services.engine.deleting(mine.owner):
        await asyncio.to_thread(_delete, services, mine)
    return {"object": "data", "deleted": True}


def _delete(services: Services, mine: Owned) -> None:
    conversations, contents = mine.delete_everything()
    for conversation in conversations:
        services.engine.forget(conversation)
    services.agent.forget(mine.owner)
    services.intake.release(contents)
