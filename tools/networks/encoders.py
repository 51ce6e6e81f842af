"""What turns pictures and texts into vectors: the protocols of tools and training.

No network lives here. Vectors of two encoders may be compared where they are of one `SharedSpace`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""Pixels of shape (height, width, 3)."""
Vectors = NDArray[np.float32]
"""Shape (n, dimensions), each row of unit length."""
Input_contra = TypeVar("Input_contra", contravariant=True)


@dataclass(frozen=True)
class Tokens:
    """A sequence of vectors for each of n inputs: words of a text, cells or boxes of a picture.

    `vectors` is float32 (n, tokens, dimensions); `mask` is bool (n, tokens), False where a row is
    padding, whose vectors mean nothing.
    """

    vectors: NDArray[np.float32]
    mask: NDArray[np.bool_]


class Encoder(Protocol[Input_contra]):
    """Encodes a batch of pictures, or of texts."""

    @property
    def version(self) -> str:
        """Names the weights and whatever else changes a vector: what an index is keyed by."""

    @property
    def dimensions(self) -> int:
        """Of a vector of `encode`."""

    def encode(self, batch: Sequence[Input_contra]) -> Vectors:
        """One vector of unit length for each input."""

    def tokens(self, batch: Sequence[Input_contra]) -> Tokens:
        """The vectors of each input's parts, of any number of dimensions."""


class SharedSpace(Protocol):
    """Pictures and texts (English, Chinese) in one space; the cosine says how well they fit."""

    @property
    def version(self) -> str:
        """Names the weights: what an index is keyed by."""

    @property
    def dimensions(self) -> int:
        """Of every vector."""

    @property
    def bar(self) -> float:
        """The probability from which on a text may be said to fit: fitted for a stated risk."""

    @property
    def floor(self) -> float:
        """The probability up to which a text may be said not to fit."""

    def images(self, batch: Sequence[Rgb]) -> Vectors:
        """The pictures' vectors."""

    def texts(self, batch: Sequence[str]) -> Vectors:
        """The texts' vectors."""

    def probabilities(self, images: Vectors, texts: Vectors) -> NDArray[np.float32]:
        """Calibrated scores in [0, 1], shape (images, texts).

        How likely it is that the text, on its own, says something true of the picture.
        """


@dataclass(frozen=True)
class Guess:
    """An answer that a fused model gives, and how likely it is right (calibrated, in [0, 1])."""

    answer: str
    probability: float


class Answerer(Protocol):
    """A fused model: a picture and a question, in English or Chinese, to answers."""

    @property
    def version(self) -> str:
        """Names the weights."""

    @property
    def bar(self) -> float:
        """The probability from which on an answer may be given: fitted for a stated risk."""

    def answers(
        self, pictures: Sequence[Rgb], questions: Sequence[str], top_k: int = 5
    ) -> list[list[Guess]]:
        """For each picture with its question the likeliest answers, best first, in English words
        as people answered ("yes", "2", "living room")."""


def unit(rows: NDArray[Any]) -> Vectors:
    """Rows, shape (n, dimensions), brought to unit length."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
