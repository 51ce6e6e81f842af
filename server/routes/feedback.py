"""`/v1/feedback`: what somebody thinks of an answer."""

from __future__ import annotations

import time
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from server.access.caller import Mine
from server.store.records import FeedbackRecord

router = APIRouter(prefix="/v1/feedback", tags=["feedback"])


class Body(BaseModel):
    """A thumb, and why."""

    model_config = ConfigDict(extra="forbid")

    turn: str
    rating: Literal[1, -1] = Field(description="1: good. -1: bad.")
    comment: str = Field(default="", max_length=2000)


@router.post("")
def rate(body: Body, mine: Mine) -> dict[str, Any]:
    """Say that an answer was good or bad; of one answer the last word counts."""
    mine.feedback.put(FeedbackRecord(body.turn, body.rating, body.comment, time.time()))
    return {"object": "feedback"} | body.model_dump()
