"""`/v1/models`: the one model that there is, in OpenAI's form."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from server.access.caller import Asking
from server.openai.parameters import MODEL, check_model

router = APIRouter(prefix="/v1/models", tags=["models"])
_THE_ONE = {"id": MODEL, "object": "model", "created": 1_767_225_600, "owned_by": MODEL}


@router.get("")
def list_models(_caller: Asking) -> dict[str, Any]:
    """List the models."""
    return {"object": "list", "data": [_THE_ONE]}


@router.get("/{model}")
def get_model(model: str, _caller: Asking) -> dict[str, Any]:
    """Get one model."""
    check_model(model)
    return dict(_THE_ONE)
