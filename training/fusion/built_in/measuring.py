"""Figures of the built-in fused model, with either image encoder, on what no head saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.classifier import calibration_error
from evaluation.fusion import answer_score
from evaluation.selective import effective_reliability
from tools.networks.fused_answers import FusedAnswerer
from tools.networks.shared_space import FusedSpace
from training.fusion.built_in import calibration
from training.fusion.built_in.learning import Lessons, Vectors
from training.fusion.data import Question

RECALLS = (1, 5, 10)
MOST = 4000
"""Generated questions that are asked."""


@dataclass(frozen=True)
class Measured:
    """By image encoder: a table of figures, shares in [0, 1]."""

    rows: Mapping[str, Mapping[str, float]]
    photographs: int
    """That captions are searched among."""
    generated: int
    people: int

    @property
    def recorded(self) -> dict[str, float]:
        """What the catalogue shows."""
        names = {"caption finds photograph, R@1": "R@1", "people's questions": "VQA v2"}
        return {
            f"{short}, {encoder}": round(row[name], 3)
            for encoder, row in self.rows.items()
            for name, short in names.items()
        }


def measure(
    answerer: FusedAnswerer, lessons: Lessons, people: Sequence[Question],
    encoders: Mapping[str, Vectors],
) -> Measured:  # fmt: skip
    """The figures of every image encoder.

    Args:
        answerer: the model.
        lessons: with what was kept from it.
        people: their questions about pictures that nothing here saw.
        encoders: what each image encoder sees of these photographs, by its name.
    """
    made = [
        q for q in lessons.kept_made if q.language == "en" and str(q.picture) in lessons.kept_said
    ]
    order = np.random.RandomState(1).permutation(len(made))[:MOST]
    made = [made[at] for at in order]
    rows = {}
    for name, vectors in encoders.items():
        rows[name] = {
            **recalls(answerer.space, lessons.kept_said, vectors),
            **_answers("generated questions", answerer, made, vectors),
            **_answers("people's questions", answerer, people, vectors),
        }
    return Measured(rows, len(lessons.kept_said), len(made), len(people))


def recalls(space: FusedSpace, said: Mapping[str, list[str]], vectors: Vectors) -> dict[str, float]:
    """How often a caption finds its own photograph first, or among the first so many."""
    names = sorted(said)
    images = space.project(vectors.pictures(names).numpy())
    own = np.array([at for at, name in enumerate(names) for _ in said[name]])
    found = space.texts([text for name in names for text in said[name]]) @ images.T
    before = (found > found[np.arange(len(own)), own][:, None]).sum(1)
    return {f"caption finds photograph, R@{n}": float((before < n).mean()) for n in RECALLS}


def _answers(
    what: str, answerer: FusedAnswerer, questions: Sequence[Question], vectors: Vectors
) -> dict[str, float]:
    sure, right = calibration.scores(answerer, questions, vectors)
    without = answerer.without_looking(answerer.space.text.encode([q.text for q in questions]))
    is_said = sure >= answerer.bar
    return {
        what: float(right.mean()),
        f"{what}, without looking": _accuracy(without, questions, answerer.vocabulary),
        f"{what}, answered": float(is_said.mean()),
        f"{what}, wrong among answered": float((right[is_said] == 0).mean()),
        f"{what}, ECE": calibration_error(sure, right),
        f"{what}, effective reliability": effective_reliability(sure, right),
    }


def _accuracy(
    logits: NDArray[np.float32], questions: Sequence[Question], answers: Sequence[str]
) -> float:
    said = [answers[at] for at in logits.argmax(1)]
    return float(
        np.mean([answer_score(a, q.answers) for a, q in zip(said, questions, strict=True)])
    )
