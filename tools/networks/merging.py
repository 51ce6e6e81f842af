"""Boxes that mean one thing, made one: what several labels give of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.networks.boxes import overlaps
from tools.networks.detectors import Box

SAME = 0.6
"""Boxes that overlap more than this (intersection over union) are one thing."""


def one_each(boxes: Sequence[Box]) -> list[Box]:
    """The boxes without those of another label that lie on a better one; best first.

    A cow that is also seen as a horse counts once. Boxes of one label stay as they are: the
    detector has already told those apart.
    """
    best_first = sorted(boxes, key=lambda box: -box[1])
    edges = np.array([[*box, 0, 0] for _, _, box in best_first], dtype=np.float32).reshape(-1, 6)
    same = overlaps(edges, edges) > SAME
    kept: list[int] = []
    for at, (label, _, _) in enumerate(best_first):
        if not any(same[at, other] and best_first[other][0] != label for other in kept):
            kept.append(at)
    return [best_first[at] for at in kept]
