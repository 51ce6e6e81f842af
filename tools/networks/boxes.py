"""Boxes as rows of numbers: suppression within a network, fusion of networks, joining of looks.

A row is left, top, right, bottom in pixels, score in [0, 1], class number; float32. Rows stand best
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

SUPPRESS = 0.6
"""Boxes of one class and one network that overlap (IoU) more are one thing: the best one stays."""
SAME = 0.55
"""Boxes of one class and two networks that overlap (IoU) more are one thing: they are averaged."""
MOST = 300
"""So many boxes of a picture are kept."""
_CANDIDATES = 3000


def suppress(
    scores: NDArray[np.float32], boxes_xyxy: NDArray[np.float32], wanted: Sequence[int] | None,
    floor: float,
) -> Rows:  # fmt: skip
    """The boxes of one network on one picture, by class, without doubles.

    Args:
        scores: shape (anchors, classes).
        boxes_xyxy: shape (anchors, 4).
        wanted: class numbers; all if None.
        floor: the least score.

    Returns:
        Rows, shape (n, 6).
    """
    import cv2

    if wanted is not None:
        hidden = np.setdiff1d(np.arange(scores.shape[1]), wanted)
        scores = scores.copy()
        scores[:, hidden] = 0
    anchors, classes = np.nonzero(scores >= max(floor, 1e-6))
    values = scores[anchors, classes]
    order = np.argsort(-values, kind="stable")[:_CANDIDATES]
    rows = _rows(boxes_xyxy[anchors[order]], values[order], classes[order])
    if not len(rows):
        return rows
    left_top_size = np.concatenate([rows[:, :2], rows[:, 2:4] - rows[:, :2]], 1)
    kept = cv2.dnn.NMSBoxesBatched(
        left_top_size.tolist(), rows[:, 4].tolist(), rows[:, 5].astype(int).tolist(), 0.0, SUPPRESS
    )  # fmt: skip
    found: Rows = rows[np.sort(np.asarray(kept, dtype=int))[:MOST]]
    return found


def fuse(seen: Sequence[Rows]) -> Rows:
    """What several networks saw on one picture: boxes of one class that agree, averaged.

    A fused box has the mean of the networks' scores, 0 for one that did not see it, and the
    score-weighted mean of their edges (weighted boxes fusion: Solovyev, Wang, Gabruseva, 2021).
    Each network has at most one box in a fused one.
    """
    if len(seen) == 1:
        return seen[0]
    every = np.concatenate(seen)
    owner = np.repeat(np.arange(len(seen)), [len(rows) for rows in seen])
    order = np.argsort(-every[:, 4], kind="stable")
    every, owner = every[order], owner[order]
    agree = overlaps(every, every) * (every[:, 5:6] == every[None, :, 5]) >= SAME
    free = np.ones(len(every), dtype=bool)
    rows, kept = every.copy(), []
    rows[:, 4] /= len(seen)
    for at in range(len(every)):
        if not free[at]:
            continue
        free[at] = False
        kept.append(at)
        mates = np.flatnonzero(agree[at] & free & (owner != owner[at]))
        if len(mates):
            _, first = np.unique(owner[mates], return_index=True)  # the best of each network
            group = np.array([at, *mates[first]])
            free[group] = False
            scores = every[group, 4:5]
            rows[at, :4] = (every[group, :4] * scores).sum(0) / scores.sum()
            rows[at, 4] = scores.sum() / len(seen)
    rows = rows[kept]
    return rows[np.argsort(-rows[:, 4], kind="stable")][:MOST]


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


def _rows(boxes: Any, scores: Any, classes: Any) -> Rows:
    return np.concatenate([boxes, scores[:, None], classes[:, None]], 1).astype(np.float32)
