"""The questions that a fused model learns from and is measured on.

With pictures: those that `training.fusion.questions` makes, split by photograph. Without: people's
own, which teach what is asked and answered. Only for measuring: people's own about the pictures of
`vqa_dev`.
"""

from __future__ import annotations

import gzip
import json
import posixpath
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tools.errors import InputError
from training.detector.data import is_validation
from training.fusion.questions import Asked, generate, statements
from training.fusion.questions.wording import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")
SEED = 0
"""Of the questions: runs with other seeds learn from the same ones."""


@dataclass(frozen=True)
class Question:
    """A question, the picture it is about, and what people answer."""

    text: str
    answers: Mapping[str, float]
    """With how many people, or which share of them, gave each."""
    picture: str | None = None
    """Its path below the data folder; None where there is none to look at."""
    kind: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Questions:
    """All questions, by what they are for; no photograph is in two of the three."""

    training: list[Question]
    stopping: list[Question]
    """When to stop, and nothing else."""
    measured: list[Question]
    prior: list[Question]
    """People's own, without pictures."""
    people: list[Question]
    """People's own with pictures: for measuring."""

    @property
    def pictures(self) -> list[str]:
        """Every picture that is asked about, once."""
        every = (self.training, self.stopping, self.measured, self.people)
        return sorted({q.picture for group in every for q in group if q.picture is not None})


@cache
def read_questions(data: Path, most: int, prior: int, kept: int) -> Questions:
    """Read, make and sort the questions below a data folder.

    Args:
        data: in the layout of training/README.md.
        most: of training questions with pictures; as many of each photograph as of the others.
        prior: of questions without.
        kept: of those for stopping, and of those that are measured.

    Raises:
        InputError: there are no photographs to ask about.
    """
    groups: dict[str, list[Question]] = defaultdict(list)
    for language in LANGUAGES:
        for asked in generate(data, language, SEED):
            groups[_use_of(asked)].append(
                Question(asked.question, asked.answers, asked.image, asked.kind, asked.language)
            )
    if not groups["training"]:
        raise InputError(f"no photographs with captions or labels for training below {data}")
    return Questions(
        training=evenly(groups["training"], most),
        stopping=evenly(groups["stopping"], kept),
        measured=evenly(groups["measured"], kept),
        prior=random.Random(SEED).sample(rows := list(unseen(data)), min(prior, len(rows))),
        people=list(people(data)),
    )


def read_pairs(data: Path, pictures: Iterable[str]) -> dict[str, list[str]]:
    """Sentences that hold of each of the pictures: people's captions, and labels put into words."""
    wanted, found = set(pictures), defaultdict[str, list[str]](list)
    if not wanted:
        return {}
    for folder in ("captions", "photos"):
        for row in _lines(data / folder / "captions.jsonl"):
            found[f"{folder}/{row['image']}"] += row["captions"]
    for language in LANGUAGES:
        for stated in statements(data, language, SEED):
            found[stated.image].append(stated.text)
    return {picture: found[picture] for picture in sorted(wanted & found.keys())}


def evenly(questions: Sequence[Question], most: int) -> list[Question]:
    """At most so many, a round after the other of one from each picture, chosen by chance."""
    chance = random.Random(SEED)
    shuffled = chance.sample(list(questions), len(questions))
    rounds, turn = list[tuple[int, int]](), Counter[str | None]()
    for at, question in enumerate(shuffled):
        rounds.append((turn[question.picture], at))
        turn[question.picture] += 1
    return [shuffled[at] for _, at in sorted(rounds)[:most]]


def _use_of(asked: Asked) -> str:
    """What a photograph's split is for; what the detector never saw is measured on."""
    if asked.split == "train":
        return "training"
    return "measured" if is_validation(Path(asked.image)) else "stopping"


def unseen(data: Path) -> Iterator[Question]:
    """People's own questions without pictures."""
    file = data / "questions" / "vqa.jsonl.gz"
    if file.is_file():
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                yield Question(row["question"], row["answers"], kind=row["type"])


def people(data: Path) -> Iterator[Question]:
    """People's own questions about pictures that nothing learns from."""
    for row in _lines(data / "vqa_dev" / "questions.jsonl"):
        picture = posixpath.normpath(f"vqa_dev/{row['image']}")
        yield Question(row["question"], Counter(row["answers"]), picture, row["type"])


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if file.is_file():
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())
