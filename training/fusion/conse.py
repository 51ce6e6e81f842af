"""ConSE: class probabilities as a bridge into the space of texts; nothing is trained.

A picture's vector is the mean of the text vectors of its ten likeliest classes, weighted by their
probabilities (Norouzi et al.: Zero-Shot Learning by Convex Combination of Semantic Embeddings, ICLR
2014, eq. 3). Answers are ranked by it as the shared space ranks them: a prior of the question's
answers, each multiplied by how well "question answer" fits the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.networks.encoders import Encoder, Rgb, Tokens, Vectors
from tools.networks.imagenet import ImageNet
from tools.words.kinds import imagenet

CLASSES = 10
LIKELIEST = 12
"""Answers that are ranked anew."""
SHARPNESS = 10.0
"""What cosines are multiplied by before they count as log-odds."""


class ClassProbabilities:
    """Probabilities of ImageNet's classes as an encoder's one token."""

    def __init__(self) -> None:
        self._network = ImageNet("cpu")

    @property
    def version(self) -> str:
        """Of the weights that `tools.networks.imagenet` runs."""
        from tools.networks import backbone

        return f"imagenet-{backbone.SHA256[:16]}"

    def tokens(self, batch: Sequence[Rgb]) -> Tokens:
        """Shape (n, 1, 1000)."""
        rows = np.asarray(self._network.scores(batch), np.float32)[:, None]
        return Tokens(rows, np.ones(rows.shape[:2], bool))


def bridged(probabilities: NDArray[np.float32], classes: Vectors) -> Vectors:
    """Pictures in the space of texts: (n, classes) and (classes, d) → (n, d), unit length."""
    top = np.argsort(-probabilities, axis=1)[:, :CLASSES]
    share = np.take_along_axis(probabilities, top, 1)
    mixed = np.einsum("nk,nkd->nd", share, classes[top])
    length = np.linalg.norm(mixed, axis=1, keepdims=True)
    return np.asarray(mixed / np.maximum(length, 1e-9), np.float32)


def reranked(
    prior: NDArray[np.float32], pictures: Vectors, questions: Sequence[str],
    answers: Sequence[str], text: Encoder[str],
) -> NDArray[np.float32]:  # fmt: skip
    """Probabilities (n, answers): the prior's likeliest twelve, as they fit the pictures.

    Args:
        prior: probabilities of the answers without a look, (n, answers).
        pictures: of each question, (n, d), in the space of `text`.
        questions: what is asked.
        answers: of the columns.
        text: the encoder whose space it is.
    """
    likeliest = np.argsort(-prior, axis=1)[:, :LIKELIEST]
    said = [
        f"{question} {answers[number]}"
        for question, row in zip(questions, likeliest, strict=True)
        for number in row
    ]
    vectors = text.encode(said).reshape(*likeliest.shape, -1)
    fit = np.einsum("nd,nkd->nk", pictures, vectors)
    odds = np.take_along_axis(prior, likeliest, 1) * np.exp(SHARPNESS * fit)
    found = np.zeros_like(prior)
    np.put_along_axis(found, likeliest, odds / odds.sum(1, keepdims=True), 1)
    return found


def class_vectors(text: Encoder[str]) -> Vectors:
    """The names of ImageNet's classes in the space of texts, (1000, d)."""
    return text.encode([name.partition(" (")[0] for name in imagenet()])
