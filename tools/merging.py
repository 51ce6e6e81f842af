"""Boxes that mean one thing, made one: what several looks or several labels give of it."""

from __future__ import annotations

from collections.abc import Sequence

from tools.evidence import BoxXyxy

SAME = 0.6
"""Boxes that overlap more than this (intersection over union) are one thing."""

Labelled = tuple[str, float, BoxXyxy]
"""Label, score, box_xyxy in pixels."""


def one_each(boxes: Sequence[Labelled]) -> list[Labelled]:
    """The boxes without those of another label that lie on a better one; best first.

    A cow that is also seen as a horse counts once. Boxes of one label stay as they are: the
    detector has already told those apart.
    """
    kept: list[Labelled] = []
    for label, score, box in sorted(boxes, key=lambda b: -b[1]):
        if not any(other != label and iou(box, mine) > SAME for other, _, mine in kept):
            kept.append((label, score, box))
    return kept


def iou(first: BoxXyxy, second: BoxXyxy) -> float:
    """Intersection over union of two boxes, in [0, 1]."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(width, 0.0) * max(height, 0.0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second))
    return shared / (areas - shared) if areas > shared else 0.0
