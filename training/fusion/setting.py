"""What all runs on one data folder share: questions, answers, pairs, the text encoder, vectors."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import torch

from tools.errors import InputError
from tools.networks.fusion.answer_network import AnswerNetwork, AnswerShape
from tools.networks.text_config import WEIGHTS
from tools.networks.text_encoder import TextEncoder
from training.common import device
from training.fusion.answers import vocabulary
from training.fusion.data import Question, Questions, read_pairs, read_questions
from training.fusion.drawing import wordings
from training.fusion.model import FusionModel
from training.fusion.questions import mirrored
from training.fusion.recipe import Recipe
from training.fusion.sides import LearningSides, Sides, frozen_sides
from training.fusion.teachers import Teacher

MOST_ANSWERS = 1500
PAIRS_EACH = 3
"""Sentences of a picture that the shared space is learnt from."""


@dataclass(frozen=True)
class Setting:
    """Everything of a run but its network; `sides` are made on first use."""

    data: Path
    questions: Questions
    answers: list[str]
    """What networks choose from."""
    pairs: dict[str, list[str]]
    teacher: Teacher | None
    text: TextEncoder
    cache: Path
    where: torch.device
    log: Callable[[str], None]
    is_augmented: bool
    image: str

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Answer → column."""
        return {answer: number for number, answer in enumerate(self.answers)}

    @property
    def text_version(self) -> str:
        """Names the text encoder's weights."""
        return self.text.version

    @cached_property
    def frozen(self) -> Sides:
        """Vectors of all pictures and of whatever may be asked or said."""
        pictures = dict.fromkeys([*self.questions.pictures, *self.pairs])
        return frozen_sides(
            self.data, self.image, self.text, pictures, dict.fromkeys(self._texts()), self.cache,
            self.where, self.log, mirrored=self.is_augmented,
        )  # fmt: skip

    def _texts(self) -> Iterator[str]:
        asked: tuple[list[Question], ...] = (
            self.questions.training, self.questions.stopping, self.questions.measured,
            self.questions.prior, self.questions.people,
        )  # fmt: skip
        said = [sentence for sentences in self.pairs.values() for sentence in sentences]
        for text in [*(q.text for group in asked for q in group), *said]:
            yield text
            if self.is_augmented:
                for wording in wordings(text):
                    yield from (wording, mirrored(wording))

    def model(self, run: Recipe, answers: int) -> FusionModel:
        """A network for a recipe with so many answers, its new parts with random weights."""
        is_joint = run.strategy == "joint"
        sides = self.frozen if is_joint else LearningSides(self.data, self.text, self.where)
        shape = AnswerShape(run.fusion, sides.image_width, sides.text_width, answers, run.width)
        return FusionModel(sides, AnswerNetwork(shape).to(self.where), run.sees)


def add_places(parser: argparse.ArgumentParser) -> None:
    """`--data`, `--work`, `--text`."""
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("build/fusion"))
    parser.add_argument(
        "--text", type=Path, default=Path("models/fusion"), help="folder of the text encoder"
    )


def open_setting(
    run: Recipe,
    options: argparse.Namespace,
    log: Callable[[str], None],
    *,
    measuring: bool = False,
) -> Setting:
    """Read what a recipe needs.

    Args:
        run: the recipe.
        options: `add_places`' and the device's.
        log: is told what takes its time.
        measuring: whether nothing is to be learnt: no more is read then than measuring takes.

    Raises:
        InputError: the data or the text encoder are not there.
    """
    if not (options.text / WEIGHTS).is_file():
        raise InputError(f"no text encoder in {options.text}: {WEIGHTS} is not there")
    log(f"making the questions about the photographs below {options.data} …")
    questions = read_questions(options.data, run.questions, run.prior, run.kept)
    if measuring:
        questions = replace(questions, training=[], prior=[], stopping=[])
    learnt = [*questions.training, *questions.prior]
    pictures = dict.fromkeys(q.picture for q in questions.training if q.picture is not None)
    pairs = read_pairs(options.data, pictures)
    return Setting(
        data=options.data,
        questions=questions,
        answers=vocabulary((q.answers for q in learnt), MOST_ANSWERS),
        pairs={picture: sentences[:PAIRS_EACH] for picture, sentences in pairs.items()},
        teacher=Teacher(Path(run.teacher)) if run.teacher else None,
        text=TextEncoder(options.text, "cpu"),
        cache=options.work / "features",
        where=device.choose(options),
        log=log,
        is_augmented=run.augment and not measuring,
        image=run.image,
    )
