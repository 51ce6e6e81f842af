"""Which questions and pairs make the batch of a step: chance, by seed and step alone."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from training.fusion.answers import shares_of
from training.fusion.data import Question
from training.fusion.model import Batch, changed_batch
from training.fusion.paraphrases import paraphrases
from training.fusion.questions import mirrored
from training.fusion.recipe import Recipe

EACH = 4
"""Questions about a picture of a batch."""
PRIOR = 1.0
"""Questions without a picture, for each one with a picture."""


def wordings(question: str) -> list[str]:
    """The ways in which an augmented training may ask a question."""
    return [question, *paraphrases(question)]


@dataclass(frozen=True)
class Pairs:
    """Pictures, and a sentence that holds of each."""

    pictures: list[str]
    mirrored: list[bool]
    sentences: list[str]


@dataclass(frozen=True)
class Step:
    """What a step learns from."""

    batch: Batch
    shares: torch.Tensor
    """float32 (questions, answers)."""
    pairs: Pairs | None
    """For the shared space, where there is one."""


class Drawing:
    """Draws steps.

    Args:
        recipe: of the run.
        with_pictures: questions to learn from.
        prior: those without pictures.
        pairs: sentences of each picture; empty where no shared space is learnt.
        numbers: answer → column.
    """

    def __init__(
        self, recipe: Recipe, with_pictures: Sequence[Question], prior: Sequence[Question],
        pairs: Mapping[str, Sequence[str]], numbers: Mapping[str, int],
    ) -> None:  # fmt: skip
        self._recipe, self._numbers, self._pairs = recipe, numbers, pairs
        self._about = defaultdict[str | None, list[Question]](list)
        for question in with_pictures:
            self._about[question.picture].append(question)
        self._asked = sorted(self._about, key=str)
        self._prior = [] if recipe.sees == "image" else prior

    def step(self, number: int) -> Step:
        """What the step of this number learns from."""
        chance = random.Random(f"{self._recipe.seed} {number}")
        few = min(self._recipe.pictures, len(self._asked))
        questions: list[Question] = []
        for picture in chance.sample(self._asked, few):
            about = self._about[picture]
            questions += chance.sample(about, min(EACH, len(about)))
        turned = self._turned(questions, chance)
        blind = min(len(self._prior), round(PRIOR * len(questions)))
        questions += chance.sample(self._prior, blind)
        if self._recipe.augment:
            questions = [replace(q, text=chance.choice(wordings(q.text))) for q in questions]
        answers = [
            {mirrored(word): share for word, share in q.answers.items()}
            if q.picture in turned
            else q.answers
            for q in questions
        ]
        generator = torch.Generator().manual_seed(chance.getrandbits(40))
        return Step(
            changed_batch(questions, turned, generator if self._recipe.augment else None),
            shares_of(answers, self._numbers),
            self._drawn_pairs(chance),
        )

    def _turned(self, questions: Sequence[Question], chance: random.Random) -> frozenset[str]:
        """The pictures whose mirror images are looked at."""
        if not self._recipe.augment:
            return frozenset()
        pictures = dict.fromkeys(q.picture for q in questions if q.picture is not None)
        return frozenset(picture for picture in pictures if chance.random() < 0.5)

    def _drawn_pairs(self, chance: random.Random) -> Pairs | None:
        """As many pictures as questions about pictures; no sentence twice."""
        if not self._pairs:
            return None
        many = min(self._recipe.pictures * EACH, len(self._pairs))
        told: dict[str, str] = {}
        for picture in chance.sample(sorted(self._pairs), many):
            told.setdefault(chance.choice(self._pairs[picture]), picture)
        turned = [self._recipe.augment and chance.random() < 0.5 for _ in told]
        sentences = [mirrored(s) if turn else s for s, turn in zip(told, turned, strict=True)]
        return Pairs(list(told.values()), turned, sentences)
