"""Rankings of pictures, and one made of several: reciprocal rank fusion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RANK_CONSTANT = 60
"""Keeps the first places from settling everything; the value of the paper below."""


@dataclass(frozen=True)
class Ranking:
    """Pictures by how well they fit, the best first.

    `ids` is int64 (n,), `scores` float32 (n,), descending. Each score is in [0, 1] or a cosine.
    `shares` is what each place counts in a fusion, float32 (n,) in [0, 1]; None: all count fully.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    shares: NDArray[np.float32] | None = None

    @classmethod
    def by_score(cls, ids: NDArray[np.int64], scores: NDArray[np.float32]) -> Ranking:
        """All of the pictures."""
        order = np.argsort(-scores)
        return cls(ids[order], scores[order])


def fused(rankings: Sequence[tuple[Ranking, float]]) -> Ranking:
    """One ranking of several with their weights; one alone, or alone with a weight, is it.

    A picture's score is `Σ weight · share / (60 + rank)`, ranks from 1, over the rankings that
    have it; divided by what the first of all would have, so that 1 is the most. (Cormack, Clarke
    and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods", SIGIR 2009; there without weights and shares.)
    """
    counting = [(ranking, weight) for ranking, weight in rankings if weight and len(ranking.ids)]
    if not counting:
        return Ranking(np.zeros(0, np.int64), np.zeros(0, np.float32))
    if len(counting) == 1:
        return counting[0][0]
    summed = np.zeros(1 + max(int(ranking.ids.max()) for ranking, _ in counting))
    for ranking, weight in counting:
        places = weight / (RANK_CONSTANT + np.arange(1, len(ranking.ids) + 1))
        summed[ranking.ids] += places if ranking.shares is None else places * ranking.shares
    ids = np.flatnonzero(summed)
    most = sum(weight for _, weight in counting) / (RANK_CONSTANT + 1)
    return Ranking.by_score(ids, np.asarray(summed[ids] / most, np.float32))
