"""Boxes as rows of numbers: how far they overlap, and the joining of two looks.

A row is left, top, right, bottom in pixels, score in [0, 1], class number; float32. Rows stand best
first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

SAME = 0.55
"""Boxes of one class and two looks that overlap (IoU) more are one thing."""
MOST = 300
"""So many boxes of a picture are kept."""


def join(rows: Rows, more: Rows) -> Rows:
    """The boxes of two looks at the same pixels, each thing once.

    Where a box of `more` overlaps one of `rows` of its class (`SAME`), the better of the two stays.
    """
    kept = list(rows)
    for row in more[np.argsort(-more[:, 4], kind="stable")]:
        shared = overlaps(row[None], np.array(kept, dtype=np.float32).reshape(-1, 6))[0]
        mates = [at for at, other in enumerate(kept) if other[5] == row[5] and shared[at] >= SAME]
        if not mates:
            kept.append(row)
        elif row[4] > kept[best := max(mates, key=lambda at: shared[at])][4]:
            kept[best] = row
    joined = np.array(kept, dtype=np.float32).reshape(-1, 6)
    return joined[np.argsort(-joined[:, 4], kind="stable")][:MOST]


def overlaps(rows: Rows, others: Rows) -> NDArray[np.float32]:
    """Intersection over union of each with each, shape (n, m)."""
    shared = _shared(rows, others)
    union = areas(rows)[:, None] + areas(others)[None] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), dtype=np.float32)


def areas(rows: Rows) -> NDArray[np.float32]:
    """Of the boxes, in square pixels."""
    size = (rows[:, 2:4] - rows[:, :2]).clip(min=0)
    return np.asarray(size.prod(1), dtype=np.float32)


def _shared(rows: Rows, others: Rows) -> Any:
    corner = np.maximum(rows[:, None, :2], others[None, :, :2])
    size = np.minimum(rows[:, None, 2:4], others[None, :, 2:4]) - corner
    return size.clip(min=0).prod(2)
