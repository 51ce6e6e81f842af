"""What the whole agent says about photographs that training never saw, asked in plain English.

    python -m benchmarks.seeing [--data ../shared/data] [--each 100] [--json out.json]

To the built-in planner, detector and classifier: "How many dogs are there?" (of a thing that the
photograph shows), "Is there a dog?" (of one that it shows, and of one that it does not), "What
animal is this?" (where one kind of animal is large in it), "What product is this?". Only things
that the detector offers are asked for, on photographs of sets that label them. A count is right
when it is at most one off; an animal, when it is the labelled one or a kind of it (a collie is a
dog); a product, when the label (or, where only the kind is said, the kind) is the labelled one.
"Wrong" is what was said and is not so: what a person would be misled by.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from agent import Answer, VisualAgent
    from evaluation.boxes import LabelledFolder

Kind = Literal["count", "present", "absent", "animal", "product"]
Outcome = Literal["right", "wrong", "abstained"]
LARGE = 0.15
"""Of the picture's area: an animal that takes so much is what the picture shows."""


@dataclass(frozen=True)
class Question:
    """One question, and what is so."""

    kind: Kind
    picture: Path
    text: str
    truth: tuple[str, ...]
    """The number, yes or no, or the product and its kind."""


@dataclass(frozen=True)
class Row:
    """One question and what came of it."""

    kind: Kind
    picture: str
    text: str
    said: str
    outcome: Outcome
    confidence: float


def questions(data: Path, offered: list[str], each: int) -> Iterator[Question]:
    """Of each kind up to `each`, drawn by a fixed seed."""
    from evaluation.products import read_products
    from tools.words.labels import plural
    from training.detector.data import split

    rng = random.Random(0)  # noqa: S311 - the same questions each time
    shown = []
    for folder in split(data)[1]:
        names = {number: folder.names[number] for number in folder.covered}
        for photograph in folder.photographs:
            counts = Counter(names[int(number)] for number in photograph.classes)
            asked = [name for name in names.values() if name in offered]
            if asked:
                shown.append((photograph.file, counts, asked))
    rng.shuffle(shown)
    there = [(f, c, [a for a in asked if c[a]]) for f, c, asked in shown]
    missing = [(f, [a for a in asked if not c[a]]) for f, c, asked in shown]
    present = [(file, counts, rng.choice(labels)) for file, counts, labels in there if labels]
    absent = [(file, rng.choice(labels)) for file, labels in missing if labels]
    for file, counts, label in present[:each]:
        text = f"How many {plural(label, 2)} are there?"
        yield Question("count", file, text, (str(counts[label]),))
        yield Question("present", file, f"Is there {_a(label)}?", ("yes",))
    for file, label in absent[:each]:
        yield Question("absent", file, f"Is there {_a(label)}?", ("no",))
    for file, label in _animals(split(data)[1], rng)[:each]:
        yield Question("animal", file, "What animal is this?", (label,))
    shop = read_products(data / "grocery", "val")
    for product in rng.sample(shop.products, min(each, len(shop.products))):
        truth = (shop.fine[product.fine], shop.coarse[product.coarse])
        yield Question("product", product.file, "What product is this?", truth)


def _animals(folders: list[LabelledFolder], rng: random.Random) -> list[tuple[Path, str]]:
    """Photographs with one kind of animal, large, and its label."""
    from tools.words.groups import members_of

    found: list[tuple[Path, str]] = []
    for folder in folders:
        for photograph in folder.photographs:
            labels = [folder.names[int(number)] for number in photograph.classes]
            areas = photograph.boxes_cxcywh[:, 2:].prod(1)
            animals = {label for label in labels if label in members_of("animal")}
            large = {label for label, area in zip(labels, areas, strict=True) if area >= LARGE}
            if len(animals) == 1 and animals <= large:
                found.append((photograph.file, animals.pop()))
    return rng.sample(found, len(found))


def _is_kind_of(said: str, label: str) -> bool:
    from tools.words.kinds import standard

    kind, wanted = standard().find(said), standard().find(label)
    if kind is None or wanted is None:
        return said.casefold() == label
    return standard().is_a(kind.key, wanted.key)


def outcome_of(question: Question, answer: Answer) -> Outcome:
    """Whether the answer is right, wrong, or none."""
    said = answer.short_answer.strip()
    if answer.abstained or not said:
        return "abstained"
    if question.kind == "count":
        is_right = said.isdigit() and abs(int(said) - int(question.truth[0])) <= 1
    elif question.kind == "animal":
        is_right = _is_kind_of(said, question.truth[0])
    elif question.kind == "product":
        if "that I know" in answer.answer:
            return "abstained"
        is_right = said in question.truth
    else:
        is_right = said.casefold() == question.truth[0]
    return "right" if is_right else "wrong"


def measure(agent: VisualAgent, asked: list[Question]) -> Iterator[Row]:
    """Ask them all."""
    for question in asked:
        answer = agent.ask(question.picture, question.text)
        outcome = outcome_of(question, answer)
        yield Row(question.kind, question.picture.name, question.text, str(answer), outcome,
                  answer.confidence)  # fmt: skip


def table(rows: list[Row]) -> str:
    """Shares by kind, and how often a confident answer is wrong."""
    lines = [f"{'':10}{'asked':>7}{'right':>8}{'abstained':>11}{'wrong':>8}"]
    for kind in get_args(Kind):
        mine = [row for row in rows if row.kind == kind]
        if mine:
            shares = [
                100 * sum(row.outcome == name for row in mine) / len(mine)
                for name in ("right", "abstained", "wrong")
            ]
            lines.append("{:10}{:7}{:8.1f}{:11.1f}{:8.1f}".format(kind, len(mine), *shares))
    sure = [row for row in rows if row.outcome != "abstained" and row.confidence >= 0.5]
    wrong = sum(row.outcome == "wrong" for row in sure)
    lines.append(f"confidence of 0.5 and more: {wrong} of {len(sure)} wrong")
    return "\n".join(lines)


def _a(label: str) -> str:
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label}"


def main() -> None:
    """Ask, print, and write the rows if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    from agent import VisualAgent
    from tools.detect_objects import detector_weights
    from tools.toolset import ToolConfig
    from tools.weights.sidefiles import offered_labels

    config = ToolConfig()
    weights = detector_weights(config)
    if not isinstance(weights, Path):
        raise SystemExit(weights.why)
    offered = offered_labels(weights, config.detect_min_ap) or []
    rows = list(measure(VisualAgent(), list(questions(options.data, offered, options.each))))
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
