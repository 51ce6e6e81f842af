"""`/v1/search`: the operator's indexed pictures, by what they show, how they look, what they say.

What is found may be asked about: its id is a picture for `/v1/ask` and everything else.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from server.access.caller import Asking, Mine
from server.access.identity import Caller
from server.engine.leaving import while_connected
from server.errors import DeadlineError, NotFoundError
from server.pictures.collection import Collection
from server.routes.showing import shown
from server.services import Services, Serving
from server.settings import MB
from server.store import Owned
from tools.pictures.store import PictureStore
from tools.retrieval.searching import Query as Wanted

router = APIRouter(prefix="/v1/search", tags=["search"])
MOST = 50
"""Pictures that one search gives."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Body(BaseModel):
    """What is looked for; several together."""

    model_config = ConfigDict(extra="forbid")

    query: Words | None = Field(default=None, description='What it shows, or says: "a red car".')
    image: str | None = Field(default=None, description="Like this picture, as /v1/ask takes one.")
    text: Words | None = Field(default=None, description="With these words on it.")
    top: int = Field(default=10, ge=1, le=MOST, description="How many are wanted.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.query is None and self.image is None and self.text is None:
            raise ValueError("give a query, an image or a text")
        return self


@router.post("")
async def search(
    body: Body, request: Request, services: Serving, caller: Asking, mine: Mine
) -> dict[str, Any]:
    """Find pictures of the index; the best first, with the reasons for each."""
    collection = _served(services)
    found = await while_connected(request, _found(body, collection, services, caller, mine))
    return {"results": found}


@router.get("/pictures/{picture_id}", response_class=Response)
def get_picture(
    picture_id: str,
    services: Serving,
    _caller: Asking,
    page: Annotated[int | None, Query(ge=1, le=100_000)] = None,
) -> Response:
    """Show a picture that was found: upright, as a JPEG of 2,000 pixels at most."""
    data, _name = _served(services).read(picture_id, services.settings.max_picture_mb * MB)
    store = PictureStore(pixels=services.agent.pixels)
    return shown(store, data, page, NotFoundError("there is no such page", param="page"))


def _served(services: Services) -> Collection:
    if services.collection is None:
        raise NotFoundError(
            "no index of pictures is served here (VQA_SERVER_INDEX)", code="search_not_served"
        )
    return services.collection


async def _found(
    body: Body, collection: Collection, services: Services, caller: Caller, mine: Owned
) -> list[dict[str, Any]]:
    """Search when it is this caller's turn."""
    try:
        async with asyncio.timeout(services.settings.deadline_s):
            async with services.admission.place(caller):
                return await asyncio.to_thread(_search, body, collection, services, mine)
    except TimeoutError:
        raise DeadlineError("this took too long; search again", code="timeout") from None


def _search(
    body: Body, collection: Collection, services: Services, mine: Owned
) -> list[dict[str, Any]]:
    pixels = None
    if body.image is not None:
        handle = services.intake.named(mine, body.image, param="image")
        pixels = PictureStore().add(services.intake.content(handle.sha256)).pixels
    return collection.search(Wanted(body.query, pixels, body.text), body.top)
