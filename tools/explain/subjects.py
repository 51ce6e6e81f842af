"""What is explained: how sure a network is of something, as a function of the picture.

A tool says by `VisionTool.explains` what stands behind one of its findings. Who has a network with
more to show than its scores implements a protocol of this file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tools.evidence import BoxXyxy
from tools.networks.boxes import overlaps
from tools.networks.detectors import Box, Detector
from tools.networks.encoders import Answerer, Rgb, SharedSpace

Score = Callable[[Sequence[Rgb]], NDArray[Any]]
"""Pictures of one size to a number in [0, 1] for each, shape (n,)."""

ALL = 50
"""So many guesses of a fused model are asked for; what is not among them scores 0."""
FLOOR = 0.001
"""Boxes below this score count as no box."""


@dataclass(frozen=True)
class Differentiable:
    """A network that can be looked into.

    Args:
        network: a torch module, float32 (n, 3, height, width) → (n,): how sure it is, before a
            softmax or sigmoid flattens it (a logit, a log-probability, a cosine).
        layer: the module in it whose output (n, channels, rows, columns) is the last with places.
        inputs: a picture as float32 (3, height, width), squeezed, not cropped.
    """

    network: Any
    layer: Any
    inputs: Callable[[Rgb], NDArray[np.float32]]


Attention = NDArray[np.float32]
"""Weights over a grid that lies on the whole picture, shape (rows, columns), not negative."""


@dataclass(frozen=True)
class Subject:
    """How sure a network is of `what`; how to look into it, where that can be done."""

    what: str
    score: Score
    differentiable: Callable[[Rgb], Differentiable] | None = None
    attention: Callable[[Rgb], Attention] | None = None


@runtime_checkable
class ExplainsTexts(Protocol):
    """A shared space whose image encoder can be looked into."""

    def explainable(self, text: str) -> Differentiable | None:
        """Its cosine with a text; None where what looks has no gradients."""


@runtime_checkable
class ExplainsAnswers(Protocol):
    """A fused model that can be looked into."""

    def explainable(self, question: str, answer: str) -> Differentiable | None:
        """Its logit of an answer to a question; None where what looks has no gradients."""


@runtime_checkable
class Attends(Protocol):
    """A fused model that weighs the parts of a picture."""

    def attention(self, picture: Rgb, question: str) -> Attention:
        """How much each part counts for the question, over all heads and layers."""


def of_answer(answerer: Answerer, question: str, answer: str) -> Subject:
    """That a fused model gives this answer to the question."""

    def score(pictures: Sequence[Rgb]) -> NDArray[Any]:
        guesses = answerer.answers(pictures, [question] * len(pictures), ALL)
        return np.array([sum(g.probability for g in row if g.answer == answer) for row in guesses])

    return Subject(
        answer,
        score,
        _whatever(answerer.explainable(question, answer))
        if isinstance(answerer, ExplainsAnswers)
        else None,
        (lambda pixels: answerer.attention(pixels, question))
        if isinstance(answerer, Attends)
        else None,
    )


def of_text(space: SharedSpace, text: str) -> Subject:
    """That a text fits the picture, in a shared space."""
    vectors = space.texts([text])

    def score(pictures: Sequence[Rgb]) -> NDArray[Any]:
        return np.asarray(space.probabilities(space.images(pictures), vectors)[:, 0])

    return Subject(
        text,
        score,
        _whatever(space.explainable(text)) if isinstance(space, ExplainsTexts) else None,
    )


def of_label(
    detector: Detector, label: str, members: Sequence[str], box: BoxXyxy | None = None
) -> Subject:
    """That a detector sees one of `members`: at all, or in that very box.

    `box` is in shares of the picture. The score is that of the surest box; with `box` it is the
    best product of score and overlap (IoU) with it (D-RISE: Petsiuk et al., CVPR 2021).
    """

    def score(pictures: Sequence[Rgb]) -> NDArray[Any]:
        found = detector.detect_many([(pixels, members) for pixels in pictures], FLOOR)
        return np.array([best(boxes, p) for boxes, p in zip(found, pictures, strict=True)])

    def best(boxes: list[Box], pixels: Rgb) -> float:
        if not boxes:
            return 0.0
        scores = np.array([found[1] for found in boxes])
        if box is not None:
            target = np.array([box], np.float32) * [*pixels.shape[1::-1], *pixels.shape[1::-1]]
            rows = np.array([found[2] for found in boxes], np.float32)
            scores = scores * overlaps(rows, target.astype(np.float32))[:, 0]
        return float(scores.max())

    return Subject(label, score)


def _whatever(differentiable: Differentiable | None) -> Callable[[Rgb], Differentiable] | None:
    """The same whatever the picture shows."""
    return None if differentiable is None else lambda _pixels: differentiable
