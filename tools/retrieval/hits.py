"""What a search found, as the documented JSON (docs/retrieval.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tools.retrieval.index_file import IndexedPicture
from tools.retrieval.searching import Hit


def picture_json(picture: IndexedPicture) -> dict[str, Any]:
    """A picture by the paths of its files."""
    first, *copies = picture.paths
    page = {"page": picture.page} if picture.page else {}
    return {"picture": first, **page, "copies": copies}


def hit_json(
    hit: Hit, shown: Callable[[IndexedPicture], Mapping[str, Any]] = picture_json
) -> dict[str, Any]:
    """A hit with its reasons and near-duplicates; `shown` says how its pictures are told."""
    reasons = {
        by: {name: rounded(value) for name, value in vars(reason).items() if value is not None}
        for by, reason in hit.reasons.items()
    }
    return {
        **shown(hit.picture),
        "score": rounded(hit.score),
        "reasons": reasons,
        "near_duplicates": [dict(shown(picture)) for picture in hit.near_duplicates],
    }


def rounded(value: Any) -> Any:
    """A score to six places; anything else as it is."""
    return round(value, 6) if isinstance(value, float) else value
