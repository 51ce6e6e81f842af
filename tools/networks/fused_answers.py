"""Answers to questions about pictures by the built-in fused model, in NumPy.

Three voices are added as logits: what people answer to such a question without looking (learnt from
questions whose pictures nobody had), a low-rank bilinear form of question and picture (Kim et al.:
Hadamard Product for Low-rank Bilinear Pooling, ICLR 2017), and how well "question answer" fits the
picture in the shared space. The latter two are nil for the mean picture, so that only looking moves
them; how they were trained is `training/fusion`'s.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.explain.subjects import Differentiable
from tools.networks import fused_gradients
from tools.networks.encoders import Guess, Rgb, Vectors
from tools.networks.fusion_config import ANSWERS
from tools.networks.openvino_runtime import Runtime
from tools.networks.shared_space import FusedSpace, linear, open_fused
from tools.networks.text_encoder import gelu

Floats = NDArray[np.float32]


def open_answerer(folder: Path, device: str = "auto", runtime: Runtime = "auto") -> FusedAnswerer:
    """The answerer of a folder; it shares its networks with the folder's space.

    Raises:
        OSError: a file is not there.
        ValueError: the configuration is another one's.
    """
    return FusedAnswerer(open_fused(folder, device, runtime))


@dataclass(frozen=True)
class Candidates:
    """Answers that may be given to n questions: all of shape (n, candidates)."""

    answers: NDArray[np.int64]
    """Places in the vocabulary."""
    logits: Floats
    fits: Floats
    """How much better "question answer" fits the picture than the mean picture."""


class FusedAnswerer:
    """An `Answerer` of `models/fusion`'s form."""

    def __init__(self, space: FusedSpace) -> None:
        self.space = space

    @property
    def version(self) -> str:
        """That of the space: they are one file."""
        return self.space.version

    @property
    def bar(self) -> float:
        """From this probability on an answer is said."""
        return self.space.config.answer_bar

    @cached_property
    def vocabulary(self) -> list[str]:
        """The answers, in the order of the logits."""
        names: list[str] = json.loads((self.space.folder / ANSWERS).read_text(encoding="utf-8"))
        return names

    def answers(
        self, pictures: Sequence[Rgb], questions: Sequence[str], top_k: int = 5
    ) -> list[list[Guess]]:
        """For each picture with its question the likeliest answers, best first."""
        return self.answers_to(questions, self.space.seen(pictures), top_k)

    def answers_to(
        self, questions: Sequence[str], seen: Vectors, top_k: int = 5
    ) -> list[list[Guess]]:
        """The answers to questions about pictures that the image encoder has seen already."""
        if not questions:
            return []
        found = self.candidates(questions, seen)
        config = self.space.config
        scores = found.logits + config.space_strength * found.fits
        sure = np.exp(log_softmax(np.asarray(scores / config.temperature, np.float32)))
        return [
            [
                Guess(self.vocabulary[found.answers[row, at]], float(sure[row, at]))
                for at in np.argsort(-sure[row])[:top_k]
            ]
            for row in range(len(questions))
        ]

    def candidates(self, questions: Sequence[str], seen: Vectors) -> Candidates:
        """The likeliest answers by question and fused features, each read with its question."""
        config = self.space.config
        asked, images = self.space.text.encode(questions), self.space.project(seen)
        logits = self.without_looking(asked) + np.float32(config.fused_strength) * self.fused(
            asked, seen
        )
        best = np.argsort(-logits, axis=1)[:, : config.candidates]
        read = [
            f"{question} {self.vocabulary[at]}"
            for question, row in zip(questions, best, strict=True)
            for at in row
        ]
        texts = self.space.texts(read).reshape(*best.shape, -1)
        fits = np.einsum("nd,nkd->nk", self.space.above_mean(images), texts)
        return Candidates(best, np.take_along_axis(logits, best, 1), np.asarray(fits, np.float32))

    def explainable(self, question: str, answer: str) -> Differentiable | None:
        """How the logit of an answer can be looked into; None for one that is never given."""
        space, weights = self.space, self.space.weights
        if answer not in self.vocabulary:
            return None
        asked = self._of_question(space.text.encode([question]))[0]
        row = asked * weights["fused.answers.weight"][self.vocabulary.index(answer)]
        text = space.texts([f"{question} {answer}"])[0]
        strength = space.config.space_strength
        form = (row, space.config.fused_strength)
        return fused_gradients.of_answer(space.built_in, weights, form, text, strength)

    def attention(self, picture: Rgb, question: str) -> Floats:
        """How much the question with its likeliest answer attends to each cell of the picture."""
        space = self.space
        ((best,),) = self.answers([picture], [question], 1)
        text = space.texts([f"{question} {best.answer}"])[0]
        slope = space.config.slope
        return fused_gradients.attention(space.built_in, space.weights, text, slope, picture)

    def without_looking(self, asked: Vectors) -> Floats:
        """Log-probabilities by the question alone, float32 (n, answers)."""
        weights = self.space.weights
        hidden = gelu(linear(weights, "prior.first", asked))
        hidden = hidden + gelu(linear(weights, "prior.second", hidden))
        return log_softmax(linear(weights, "prior.answers", hidden))

    def fused(self, asked: Vectors, seen: Vectors) -> Floats:
        """`W (A gelu(B T) ∘ C I)`: what the picture adds, float32 (n, answers).

        Args:
            asked: the questions' vectors, of the text encoder.
            seen: the pictures', of the image encoder.
        """
        weights, question = self.space.weights, self._of_question(asked)
        return linear(weights, "fused.answers", question * linear(weights, "fused.image", seen))

    def _of_question(self, asked: Vectors) -> Floats:
        weights = self.space.weights
        return linear(weights, "fused.second", gelu(linear(weights, "fused.first", asked)))


def log_softmax(x: NDArray[Any]) -> NDArray[Any]:
    """Over the last axis, in the precision of `x`."""
    shifted = x - x.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))
