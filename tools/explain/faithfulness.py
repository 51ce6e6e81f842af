"""Whether an explanation is true of the network: deletion and insertion (Petsiuk, BMVC 2018).

Pixels are hidden, or shown, the most important first. If they are what the score rests on, it falls
early, or rises early; a random order of the same regions is what that is compared with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.explain.perturbation import TOGETHER, Masked
from tools.explain.regions import Regions
from tools.explain.subjects import Score
from tools.networks.encoders import Rgb

STEPS = 20
RANDOM_ORDERS = 4


@dataclass(frozen=True)
class Faithfulness:
    """Areas under the curves of the score, in [0, 1], over the share of pixels gone or shown."""

    deletion_auc: float
    """Of an explanation that is true: below the random one."""
    insertion_auc: float
    """Above the random one."""
    random_deletion_auc: float
    random_insertion_auc: float


def faithfulness(
    pixels: Rgb, score: Score, heat: NDArray[np.float64], regions: Regions, seed: int = 0
) -> Faithfulness:
    """Measure a map (height, width) by the score, beside random orders of the regions."""
    chance = np.random.default_rng(seed)
    deletion, insertion = _areas(pixels, score, heat, regions)
    orders = [regions.painted(chance.random(regions.count)) for _ in range(RANDOM_ORDERS)]
    random = np.mean([_areas(pixels, score, order, regions) for order in orders], 0)
    return Faithfulness(deletion, insertion, float(random[0]), float(random[1]))


def _areas(
    pixels: Rgb, score: Score, heat: NDArray[np.float64], regions: Regions
) -> tuple[float, float]:
    masked = Masked(pixels, regions)
    ranks = np.empty(heat.shape)
    ranks.flat[np.argsort(-heat, axis=None, kind="stable")] = np.arange(heat.size)
    bounds = [heat.size * step / STEPS for step in range(STEPS + 1)]
    deleted = [masked.where(ranks >= bound) for bound in bounds]
    inserted = [masked.where(ranks < bound) for bound in bounds]
    shown = deleted + inserted
    scores = np.concatenate(
        [score(shown[at : at + TOGETHER]) for at in range(0, len(shown), TOGETHER)]
    )
    curves = scores.reshape(2, STEPS + 1)
    areas = np.trapezoid(curves, dx=1 / STEPS, axis=1)
    return float(areas[0]), float(areas[1])
