"""A picture that is shown: upright, a JPEG, not larger than a screen."""

from __future__ import annotations

from fastapi import Response

from server.errors import NotFoundError
from tools.pictures.store import PictureStore

SHOWN_SIDE = 2000
"""Pixels of the longer side."""


def shown(store: PictureStore, data: bytes, page: int | None, otherwise: NotFoundError) -> Response:
    """The picture of a file, or of one of its pages; blocks.

    Args:
        store: an empty one, with the pixels that are known.
        data: the file.
        page: from 1, where it has several.
        otherwise: raised where it has no such page.
    """
    pages = [p for p in store.add_all(data) if p.ref.page == page]
    if not pages:
        raise otherwise
    headers = {"Cache-Control": "private, max-age=3600", "Vary": "Authorization"}
    headers["X-Content-Type-Options"] = "nosniff"
    return Response(pages[0].jpeg(SHOWN_SIDE), media_type="image/jpeg", headers=headers)
