"""Encoders without weights: what a picture or a text is mapped to follows from what it is.

`ColourSpace` holds one vector a colour: pictures by their mean colour, texts by the colours that
they name, so that "a red square" fits a red picture. `ScriptedAnswerer` answers from a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tools.networks.encoders import Guess, Rgb, Vectors

COLOURS = {
    "red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0),
    "white": (255, 255, 255), "红": (255, 0, 0), "绿": (0, 255, 0), "蓝": (0, 0, 255),
}  # fmt: skip


@dataclass
class ColourSpace:
    """A shared space of four dimensions: red, green, blue, and a constant."""

    version: str = "colours-1"
    dimensions: int = 4
    bar: float = 0.5
    floor: float = 0.5
    seen: int = 0
    """How many pictures were encoded."""

    def images(self, batch: Sequence[Rgb]) -> Vectors:
        """By the pictures' mean colours."""
        self.seen += len(batch)
        return _unit([np.asarray(pixels, float).mean((0, 1)) for pixels in batch])

    def texts(self, batch: Sequence[str]) -> Vectors:
        """By the first colour that a text names; by none, the constant alone."""
        named = ([rgb for name, rgb in COLOURS.items() if name in text.lower()] for text in batch)
        return _unit([colours[0] if colours else (127.5, 127.5, 127.5) for colours in named])

    def probabilities(self, images: Vectors, texts: Vectors) -> NDArray[np.float32]:
        """A steep logistic of the cosine: 0.5 where it is 0.9."""
        return np.asarray(1 / (1 + np.exp(-40 * (images @ texts.T - 0.9))), np.float32)


@dataclass
class ScriptedAnswerer:
    """Answers a question with what the table has for it, whatever the picture shows."""

    table: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    version: str = "scripted-1"
    bar: float = 0.5
    asked: list[str] = field(default_factory=list)

    def answers(
        self, pictures: Sequence[Rgb], questions: Sequence[str], top_k: int = 5
    ) -> list[list[Guess]]:
        """What the table says; nothing for a question that it does not have."""
        self.asked += questions
        return [[Guess(*row) for row in self.table.get(q, ())][:top_k] for q in questions]


def _unit(colours: Sequence[object]) -> Vectors:
    centred = np.array([[*(np.asarray(c, float) - 127.5) / 127.5, 0.1] for c in colours])
    return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True), np.float32)
