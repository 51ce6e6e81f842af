"""Lists as OpenAI's: a page of them, and whether more come behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from server.errors import NotFoundError

Order = Literal["asc", "desc"]
Item = dict[str, Any]


def listed(found: Sequence[Item], limit: int) -> dict[str, Any]:
    """The first `limit` of what was found; more than that says that there is more."""
    data = list(found[:limit])
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": len(found) > limit,
    }


def paged(items: Sequence[Item], limit: int, order: Order, after: str | None) -> dict[str, Any]:
    """`listed` of items, given the first one first, behind the one of id `after`.

    Raises:
        NotFoundError: there is none of that id.
    """
    items = items if order == "asc" else items[::-1]
    if after is None:
        return listed(items, limit)
    at = next((index for index, item in enumerate(items) if item["id"] == after), None)
    if at is None:
        raise NotFoundError(f"there is no item {after[:80]!r}", param="after")
    return listed(items[at + 1 :], limit)
