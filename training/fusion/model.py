"""Sides, fusion and head in one network; the batches that it learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from tools.networks.fusion.answer_network import AnswerNetwork
from training.fusion.data import Question
from training.fusion.questions import mirrored
from training.fusion.recipe import Sees
from training.fusion.sides import Rows, Sides


@dataclass(frozen=True)
class Batch:
    """Questions about pictures; a picture that is asked about often is encoded once."""

    pictures: list[str]
    """Paths below the data folder, each once."""
    mirrored: list[bool]
    """Of each picture, whether its mirror image is asked about."""
    questions: list[str]
    picture_of: torch.Tensor
    """int64 (questions,): the place in `pictures`; -1 where there is no picture."""
    chance: torch.Generator | None = None
    """For other changes of the pictures; None where there are to be none."""


class FusionModel(nn.Module):
    """Questions about pictures → logits of answers.

    Args:
        sides: what gives vectors.
        answering: what fuses them.
        sees: one side is hidden from it, or none.
    """

    def __init__(self, sides: Sides, answering: AnswerNetwork, sees: Sees = "both") -> None:
        super().__init__()
        self.sides, self.answering, self.sees = sides, answering, sees

    def forward(self, batch: Batch) -> torch.Tensor:
        """Logits, float (questions, answers)."""
        text, text_mask = self.sides.texts(batch.questions)
        if self.sees == "image":
            text_mask = torch.zeros_like(text_mask)
        image, image_mask = self._image(batch, text.device)
        logits: torch.Tensor = self.answering(image, image_mask, text, text_mask)
        return logits

    def _image(self, batch: Batch, where: torch.device) -> Rows:
        """What is seen of each question's picture."""
        if self.sees == "question" or not batch.pictures:
            shape = (len(batch.questions), 1, self.sides.image_width)
            nothing = torch.zeros(shape, device=where)
            return nothing, torch.zeros(shape[:2], dtype=torch.bool, device=where)
        rows, mask = self.sides.images(batch.pictures, batch.mirrored, batch.chance)
        place = batch.picture_of.to(where)
        there = (place >= 0)[:, None]
        place = place.clamp(min=0)
        return rows[place], mask[place] & there


def batch_of(questions: Sequence[Question]) -> Batch:
    """Questions as they are, nothing changed."""
    return changed_batch(questions, frozenset(), None)


def changed_batch(
    questions: Sequence[Question], turned: frozenset[str], chance: torch.Generator | None
) -> Batch:
    """Questions, some of them about mirror images: left and right are exchanged in those.

    Args:
        questions: what is asked.
        turned: the pictures whose mirror images are looked at.
        chance: for other changes.
    """
    pictures = list(dict.fromkeys(q.picture for q in questions if q.picture is not None))
    places = {picture: at for at, picture in enumerate(pictures)}
    return Batch(
        pictures,
        [picture in turned for picture in pictures],
        [mirrored(q.text) if q.picture in turned else q.text for q in questions],
        torch.tensor([-1 if q.picture is None else places[q.picture] for q in questions]),
        chance,
    )
