"""Teach the heads, calibrate, measure, and write the folder that the tools load.

The image encoder is `student`'s, the text encoder lies in the folder already. Figures are of
photographs that the heads never saw; those with captions the student never saw either.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from evaluation.pictures import pixels_of
from models import catalog
from tools.networks.fused_answers import FusedAnswerer
from tools.networks.fusion_config import ANSWERS, CONFIG, WEIGHTS, FusionConfig
from tools.networks.shared_space import IMAGE, FusedSpace
from tools.networks.text_encoder import TextEncoder
from training.common.progress import say
from training.fusion.built_in import calibration, card, student
from training.fusion.built_in.heads import Heads
from training.fusion.built_in.learning import Lessons, Vectors, learn, read_lessons, vectors_of
from training.fusion.built_in.measuring import Measured, measure
from training.fusion.built_in.teacher import centred, open_teacher, photographs, taught
from training.fusion.data import people

SIDE = 224
TOGETHER = 32
CANDIDATES = 12
TUNED = 1500
"""Generated questions that the strengths are fitted on."""
FIRST = {
    "side": SIDE, "image_width": 512, "slope": 10.0, "offset": 0.0, "match_bar": 0.5,
    "candidates": CANDIDATES, "fused_strength": 1.0, "space_strength": 10.0, "temperature": 1.0,
    "answer_bar": 0.0,
}  # fmt: skip
"""Before they are fitted."""


def finish(data: Path, work: Path, out: Path, table: Path) -> Measured:
    """Everything after the student; the figures. `table` goes into the card, if it is there.

    Raises:
        InputError: the teacher's package is not installed.
    """
    names = photographs(data)
    said = taught(data, names, 0, work, say)[1]
    mean = said.mean(0)
    asked = list(people(data))
    shown = sorted({str(question.picture) for question in asked})
    text = TextEncoder(out, "cpu")
    lessons = read_lessons(data, names)
    seen = torch.from_numpy(centred(said, mean))
    vectors = vectors_of(list(lessons.texts()), text, names, seen)
    heads, answers = learn(lessons, vectors)
    _write(heads, answers, mean, work / student.WEIGHTS, out)
    config = _calibrated(FusedAnswerer(FusedSpace(out)), lessons, vectors)
    (out / CONFIG).write_text(config.model_dump_json(indent=1) + "\n", encoding="utf-8")
    answerer = FusedAnswerer(FusedSpace(out, clip=open_teacher()))
    every = [*shown, *dict.fromkeys(_kept(lessons))]
    towers = dict(_towers(answerer.space, data, every))
    figures = measure(answerer, lessons, asked, towers)
    catalog.record(out / WEIGHTS, figures.recorded, SIDE)
    card.write(out, config, figures, len(answers), table)
    return figures


def _kept(lessons: Lessons) -> Iterator[str]:
    yield from lessons.kept_said
    yield from lessons.kept_stated
    yield from (str(question.picture) for question in lessons.kept_made)


def _towers(space: FusedSpace, data: Path, names: list[str]) -> Iterator[tuple[str, Vectors]]:
    """What each image encoder sees of these photographs."""
    pixels = [pixels_of(data / name) for name in names]
    rows = {name: at for at, name in enumerate(names)}
    for name, looks in (("CLIP", space), ("built-in", FusedSpace(space.folder))):
        few = [pixels[at : at + TOGETHER] for at in range(0, len(pixels), TOGETHER)]
        seen = torch.from_numpy(np.concatenate([looks.seen(some) for some in few]))
        yield name, Vectors({}, torch.zeros(0), rows, seen)


def _write(
    heads: Heads, answers: list[str], mean: NDArray[np.float32], image: Path, out: Path
) -> None:
    """The weights in half precision, the answers, a first configuration."""
    state = {f"{IMAGE}{name}": value for name, value in load_file(image).items()}
    state |= heads.folded() | {"image_mean": torch.from_numpy(mean)}
    state["space.mean"] = heads.mean_image
    half = {n: v.half() if v.is_floating_point() else v for n, v in state.items()}
    save_file({name: value.contiguous() for name, value in half.items()}, out / WEIGHTS)
    (out / WEIGHTS).chmod(0o644)
    (out / ANSWERS).write_text(json.dumps(answers, ensure_ascii=False) + "\n", encoding="utf-8")
    first = FusionConfig.model_validate(FIRST)
    (out / CONFIG).write_text(first.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _calibrated(answerer: FusedAnswerer, lessons: Lessons, vectors: Vectors) -> FusionConfig:
    space = answerer.space
    pictures, texts, holds = calibration.pairs_of(lessons.kept_stated)
    images = space.project(vectors.pictures(pictures).numpy())
    fits = (space.above_mean(images) * space.texts(texts)).sum(1).astype(np.float64)
    slope, offset = calibration.logistic(fits, holds)
    english = [q for q in lessons.kept_made if q.language == "en"]
    chosen = np.random.RandomState(0).permutation(len(english))[:TUNED]
    fused, strength = calibration.strengths(answerer, [english[i] for i in chosen], vectors)
    without = answerer.without_looking(space.text.encode([q.text for q in lessons.kept_prior]))
    temperature, bar = calibration.temperature_and_bar(
        without.astype(np.float64), lessons.kept_prior, answerer.vocabulary, CANDIDATES
    )
    fitted = {
        "slope": slope, "offset": offset, "fused_strength": fused, "space_strength": strength,
        "temperature": temperature, "answer_bar": bar,
        "match_bar": calibration.bar_of(1 / (1 + np.exp(-slope * fits - offset)), holds),
    }  # fmt: skip
    say(f"fitted: {fitted}")
    return space.config.model_copy(update=fitted)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("build/fusion/student"))
    parser.add_argument("--out", type=Path, default=Path("models/fusion"))
    parser.add_argument(
        "--table", type=Path, default=Path("build/fusion/table.md"),
        help="Markdown for the card: how fusion functions compare (make train-fusion)",
    )  # fmt: skip
    options = parser.parse_args()
    say(str(finish(options.data, options.work, options.out, options.table)))


if __name__ == "__main__":
    main()
