"""What a network says to questions, and how right that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from evaluation.fusion import answer_score
from training.fusion.data import Question
from training.fusion.model import FusionModel, batch_of

TOGETHER = 128


def probabilities(model: FusionModel, questions: Sequence[Question]) -> NDArray[np.float32]:
    """Of each answer to each question, float32 (questions, answers); leaves eval mode on."""
    model.eval()
    # By picture, so that one is encoded once; the rows come back in the order of the questions.
    order = sorted(range(len(questions)), key=lambda at: str(questions[at].picture))
    rows = []
    with torch.inference_mode():
        for start in range(0, len(order), TOGETHER):
            few = [questions[at] for at in order[start : start + TOGETHER]]
            rows.append(model(batch_of(few)).float().softmax(1).cpu().numpy())
    found = np.concatenate(rows)
    return np.asarray(found[np.argsort(order)], np.float32)


def scores_of(
    model: FusionModel, questions: Sequence[Question], answers: Sequence[str]
) -> NDArray[np.float64]:
    """How right the likeliest answer to each question is, in [0, 1]."""
    best = probabilities(model, questions).argmax(1)
    pairs = zip(questions, best, strict=True)
    return np.array([answer_score(answers[number], q.answers) for q, number in pairs])
