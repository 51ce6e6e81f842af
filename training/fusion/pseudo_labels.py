"""Semi-supervised learning: a trained network's sure answers about pictures, taken for people's.

Questions that were made for other photographs are asked about each training photograph; what is
answered with a high probability is learnt from as if it were known (Lee: Pseudo-Label, ICML
workshop 2013).
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np

from training.fusion.data import Question
from training.fusion.model import FusionModel
from training.fusion.scoring import probabilities
from training.fusion.setting import Setting

EACH = 6
"""Questions asked about a photograph."""
SURE = 0.9


def labelled(model: FusionModel, setting: Setting, seed: int) -> list[Question]:
    """Questions about the training photographs, with the answers that the network is sure of."""
    chance = random.Random(seed)
    training = setting.questions.training
    pictures = sorted({q.picture for q in training if q.picture is not None})
    asked = [
        replace(question, picture=picture, answers={})
        for picture in pictures
        for question in chance.sample(training, min(EACH, len(training)))
        if question.picture != picture
    ]
    if not asked:
        return []
    found = probabilities(model, asked)
    best = found.argmax(1)
    sure = np.flatnonzero(found[np.arange(len(asked)), best] >= SURE)
    return [replace(asked[at], answers={setting.answers[best[at]]: 1.0}) for at in sure]
