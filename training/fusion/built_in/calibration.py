"""Fits the few numbers of the fused model on what its heads never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.fusion import answer_score
from tools.networks.fused_answers import FusedAnswerer, log_softmax
from training.fusion.built_in.learning import Vectors
from training.fusion.data import Question

Floats = NDArray[np.float64]
RISK = 0.45
"""Wrong among the answers to people's questions, at most."""
PRECISION = 0.8
"""Right among the texts that are said to fit, at least, half of those that are asked about."""
STRENGTHS = ((0.0, 0.25, 0.5, 0.75), (0.0, 5.0, 10.0))
"""Of the fused form, and of the space. They are fitted on generated questions, of which more would
be better; people's are less like those than those are like each other, hence the ends."""


def logistic(fits: Floats, holds: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of the logistic that makes probabilities of fits (Platt, 1999)."""
    from scipy.optimize import minimize  # type: ignore[import-untyped, unused-ignore]

    def loss(numbers: Floats) -> float:
        logits = np.where(holds, 1, -1) * (numbers[0] * fits + numbers[1])
        return float(np.logaddexp(0, -logits).mean())

    slope, offset = minimize(loss, np.array([10.0, 0.0]), method="Nelder-Mead").x
    return float(slope), float(offset)


def pairs_of(
    stated: Mapping[str, list[str]], seed: int = 0
) -> tuple[list[str], list[str], NDArray[np.bool_]]:
    """Photographs, statements and whether they hold: each that does, and as many of others."""
    chance, every = np.random.RandomState(seed), sorted(stated)
    pictures, texts, holds = list[str](), list[str](), list[bool]()
    for name in every:
        own = set(stated[name])
        for text in sorted(own):
            other = stated[every[chance.randint(len(every))]]
            strange = other[chance.randint(len(other))]
            pictures, texts, holds = [*pictures, name], [*texts, text], [*holds, True]
            if strange not in own:
                pictures, texts, holds = [*pictures, name], [*texts, strange], [*holds, False]
    return pictures, texts, np.array(holds)


def bar_of(probabilities: Floats, holds: NDArray[np.bool_]) -> float:
    """The smallest probability from which on so many are right as is wanted."""
    return _smallest(probabilities, holds, PRECISION)


def strengths(
    answerer: FusedAnswerer, questions: Sequence[Question], vectors: Vectors
) -> tuple[float, float]:
    """What looking weighs beside what people say without: best on generated questions."""
    config, best, chosen = answerer.space.config, -1.0, (1.0, 0.0)
    seen = vectors.pictures([str(question.picture) for question in questions]).numpy()
    for fused in STRENGTHS[0]:
        answerer.space.config = config.model_copy(update={"fused_strength": fused})
        found = answerer.candidates([q.text for q in questions], seen)
        for space in STRENGTHS[1]:
            at = (found.logits + space * found.fits).argmax(1)
            said = found.answers[np.arange(len(at)), at]
            score = np.mean(
                [answer_score(answerer.vocabulary[a], q.answers)
                 for a, q in zip(said, questions, strict=True)]
            )  # fmt: skip
            if score > best:
                best, chosen = float(score), (fused, space)
    answerer.space.config = config
    return chosen


def scores(
    answerer: FusedAnswerer, questions: Sequence[Question], vectors: Vectors
) -> tuple[Floats, Floats]:
    """How sure the answerer is of its answer to each question, and how right it is."""
    seen = vectors.pictures([str(question.picture) for question in questions]).numpy()
    said = [few[0] for few in answerer.answers_to([q.text for q in questions], seen, 1)]
    right = [answer_score(g.answer, q.answers) for g, q in zip(said, questions, strict=True)]
    return np.array([guess.probability for guess in said]), np.array(right)


def temperature_and_bar(
    logits: Floats, questions: Sequence[Question], answers: Sequence[str], candidates: int
) -> tuple[float, float]:
    """The temperature of the least loss, and the confidence from which on few are wrong.

    Both on people's questions, by log-probabilities (n, answers) without looking: who looks is
    right more often, so that the bar errs on the safe side.
    """
    best = np.argsort(-logits, 1)[:, :candidates]
    chosen = np.take_along_axis(logits, best, 1)
    right = np.array(
        [[answer_score(answers[i], q.answers) for i in row]
         for row, q in zip(best, questions, strict=True)]
    )  # fmt: skip
    share = right / np.maximum(right.sum(1, keepdims=True), 1e-9)
    losses = {t: -(share * log_softmax(chosen / t)).sum(1).mean() for t in np.arange(0.6, 2, 0.05)}
    temperature = min(losses, key=lambda t: losses[t])
    sure = np.exp(log_softmax(chosen / temperature)).max(1)
    return float(temperature), _smallest(sure, right[:, 0] > 0, 1 - RISK)


def _smallest(sure: Floats, right: NDArray[np.bool_], share: float) -> float:
    """The smallest confidence from which on this share is right; 1.0 where there is none."""
    order = np.argsort(-sure)
    falling, shares = sure[order], np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    is_last = np.append(falling[1:] < falling[:-1], True)  # of those that are equally sure
    good = np.flatnonzero((shares >= share) & is_last)
    return float(falling[good.max()]) if len(good) else 1.0
