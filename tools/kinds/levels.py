"""Probabilities on the tree of kinds: the deepest level that is sure; yes or no to a kind.

The probability of a kind is its own (where a network has an output for it) and the sum of those
below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tools.words.kinds import Kinds

Answer = Literal["found", "none", "unsure"]

DENIED, FIRM = 0.01, 0.8
"""A named kind of at most this probability is denied, where one that excludes it has at least that.

Of cut-out animals and vehicles 3.9 and 1.6 % were denied to be what they are, and 70 % of what they
are not was denied (VOC and COCO, boxes of at least 64 px)."""


class Levels:
    """What one look shows.

    Args:
        kinds: the tree.
        own: the probability of each kind that a network names, in [0, 1], at most 1 together; what
            is left belongs to none of them.
        nothing: how sure it is that the look shows none of them, where that is what it shows.
    """

    def __init__(
        self, kinds: Kinds, own: Mapping[str, float], nothing: float | None = None
    ) -> None:
        self.kinds = kinds
        self.nothing = nothing
        self._own = dict(own)
        self._totals: dict[str, float] = {}
        for key, score in own.items():
            for above in kinds.above(key):
                self._totals[above] = self._totals.get(above, 0.0) + score

    def score(self, key: str) -> float:
        """The probability of a kind, everything below it included."""
        return min(self._totals.get(key, 0.0), 1.0)

    def candidates(self) -> list[str]:
        """The kinds that the networks name, the most probable first."""
        return sorted(self._own, key=lambda key: self._own[key], reverse=True)

    def own(self, key: str) -> float:
        """The probability of this very kind, nothing below it included."""
        return min(self._own.get(key, 0.0), 1.0)

    def deepest(self, threshold: float) -> str | None:
        """The deepest kind that is sure, on the way of the most probable ones from the top.

        A lower threshold never gives a kind higher up; None where not even the top is sure.
        """
        sure, at = None, None
        while below := self.kinds.below.get(at):
            at = max(below, key=self.score)
            if self.score(at) < threshold:
                break
            sure = at
        return sure

    def judge(self, key: str, threshold: float) -> tuple[Answer, float]:
        """Whether it is of a kind, and how sure that is.

        "None" takes another kind that is sure and excludes it: what the networks do not know looks
        improbable as well. A kind and one above or below it do not exclude each other.
        """
        if self.nothing is not None:
            return "none", self.nothing
        score = self.score(key)
        if score >= threshold:
            return "found", score
        sure = self.deepest(FIRM)
        excludes = sure is not None and not (
            self.kinds.is_a(sure, key) or self.kinds.is_a(key, sure)
        )
        if sure is not None and excludes and score <= DENIED:
            return "none", min(self.score(sure), 1 - score)
        return "unsure", score
