"""Answering or abstaining: what is gained by saying nothing where one is not sure.

Confidences and scores are float arrays of shape (n,): how sure the model was of its answer to each
question, and how right the answer was, both in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RiskCoverage:
    """Risk over coverage, the surest answers first (El-Yaniv, Wiener, JMLR 2010)."""

    coverage: Floats
    """Share of the questions that are answered, rising to 1; shape (n,)."""
    risk: Floats
    """1 - mean score of those; shape (n,)."""

    @property
    def area(self) -> float:
        """The mean risk over all coverages; smaller is better."""
        return float(self.risk.mean())

    def coverage_at(self, risk: float) -> float:
        """The largest coverage at which the risk is no higher; 0 where there is none."""
        good = self.coverage[self.risk <= risk + 1e-12]
        return float(good.max()) if len(good) else 0.0


def risk_coverage(confidences: Floats, scores: Floats) -> RiskCoverage:
    """The curve; questions of one confidence are answered together, in the order that they come."""
    order = np.argsort(-confidences, kind="stable")
    answered = np.arange(1, len(order) + 1)
    return RiskCoverage(answered / len(order), 1 - np.cumsum(scores[order]) / answered)


def reliability_at(threshold: float, confidences: Floats, scores: Floats, cost: float) -> float:
    """Effective reliability Φ: an answer counts its score, a wrong one -cost, none at all nothing.

    Whitehead et al.: Reliable Visual Question Answering, ECCV 2022, eq. 5.

    Args:
        threshold: the confidence from which on an answer is given.
        confidences: how sure.
        scores: how right; wrong is what scores 0.
        cost: of a wrong answer.
    """
    gained = np.where(scores > 0, scores, -cost)
    return float(np.where(confidences >= threshold, gained, 0.0).mean())


def best_threshold(confidences: Floats, scores: Floats, cost: float) -> float:
    """The confidence from which on answering is worth most; above all of them where none is."""
    order = np.argsort(-confidences, kind="stable")
    gained = np.cumsum(np.where(scores > 0, scores, -cost)[order])
    sure = confidences[order]
    is_last = np.append(sure[1:] < sure[:-1], True)  # equal confidences are answered together
    gained = np.where(is_last, gained, -np.inf)
    return float(sure[gained.argmax()]) if gained.max() > 0 else float("inf")


def effective_reliability(confidences: Floats, scores: Floats, cost: float = 1.0) -> float:
    """Φ with the threshold that is best for one half of the questions, measured on the other.

    Halves are every other question, both ways, so that the figure is not that of a fit to itself.
    """
    halves = [np.arange(len(scores)) % 2 == side for side in (0, 1)]
    if not all(half.any() for half in halves):
        return float("nan")
    found = [
        reliability_at(
            best_threshold(confidences[fit], scores[fit], cost),
            confidences[measured], scores[measured], cost,
        ) * measured.mean()
        for fit, measured in (halves, halves[::-1])
    ]  # fmt: skip
    return float(sum(found))
