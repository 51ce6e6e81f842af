"""`/v1/preferences`: how the caller wants answers, whichever way they are asked for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from agent.preferences import Preferences
from server.access.caller import Mine
from server.errors import BadRequestError
from server.services import Services, Serving
from tools.errors import InputError

router = APIRouter(prefix="/v1/preferences", tags=["preferences"])


@router.get("")
def get(services: Serving, mine: Mine) -> dict[str, Any]:
    """Say how answers are wanted; what was not set is as the service has it."""
    return _shape(Preferences.model_validate(mine.preferences.get()), services)


@router.put("")
def put(body: Preferences, services: Serving, mine: Mine) -> dict[str, Any]:
    """Set all preferences; what is left out is as the service has it."""
    wanted = known(services, body)
    mine.preferences.put(wanted.model_dump(exclude_unset=True))
    return _shape(wanted, services)


@router.delete("")
def delete(mine: Mine) -> dict[str, Any]:
    """Forget the preferences."""
    mine.preferences.delete()
    return {"object": "preferences", "deleted": True}


def known(services: Services, preferences: Preferences) -> Preferences:
    """Preferences whose names are of labels; blocks.

    Raises:
        BadRequestError: a name is of no thing that the tools know.
    """
    try:
        return services.agent.known(preferences)
    except InputError as error:
        raise BadRequestError(str(error), param="names", code="unknown_thing") from None


def _shape(preferences: Preferences, services: Services) -> dict[str, Any]:
    return {"object": "preferences"} | preferences.over(services.agent.preferences).model_dump()
