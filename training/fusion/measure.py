"""Measure all runs of a folder on photographs that none of them saw; a table, and figures as JSON.

Each run answers generated questions about those photographs, and people's own (`vqa_dev`); beside
them stand ConSE, which learnt from no picture, and, where they were trained, runs that see only the
question or only the picture.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from evaluation import plots
from evaluation.figures import plain
from evaluation.fusion import FusionFigures, answer_score, figures_of, table
from evaluation.pictures import pixels_of
from evaluation.selective import risk_coverage
from tools.errors import InputError
from training.common import device
from training.fusion import conse, features
from training.fusion.data import Question
from training.fusion.model import FusionModel
from training.fusion.recipe import Recipe
from training.fusion.scoring import probabilities
from training.fusion.setting import Setting, add_places, open_setting
from training.fusion.train import ANSWERS, RUN, WEIGHTS

FIGURES = "figures.json"
TIMES = 20


@dataclass(frozen=True)
class Run:
    """A trained network and what it was trained as."""

    recipe: Recipe
    model: FusionModel
    answers: list[str]

    @property
    def name(self) -> str:
        """The recipe's, without the seed."""
        return self.recipe.name.rpartition("-seed")[0]


@dataclass(frozen=True)
class Said:
    """The likeliest answers to some questions."""

    confidences: NDArray[np.float64]
    scores: NDArray[np.float64]


def said_to(
    found: NDArray[np.float32], questions: Sequence[Question], answers: Sequence[str]
) -> Said:
    """The likeliest answers of probabilities (n, answers), and how right they are."""
    best = found.argmax(1)
    pairs = zip(questions, best, strict=True)
    scores = [answer_score(answers[number], question.answers) for question, number in pairs]
    return Said(found.max(1).astype(np.float64), np.array(scores, np.float64))


def measure(
    settings: Callable[[Recipe], Setting], work: Path, log: Callable[[str], None]
) -> tuple[list[FusionFigures], dict[str, Said]]:
    """The figures of all runs and of ConSE; what was said to generated questions, by name.

    Args:
        settings: gives the setting of a recipe.
        work: the folder of the runs.
        log: is told which run is measured.

    Raises:
        InputError: there are none.
    """
    figures, said = list[FusionFigures](), dict[str, Said]()
    for folder in sorted(file.parent for file in work.glob(f"*/{RUN}")):
        log(f"measuring {folder.name} …")
        recipe = Recipe(**json.loads((folder / RUN).read_text(encoding="utf-8"))["recipe"])
        setting = settings(recipe)
        run = _read(folder, recipe, setting)
        for row, words in _measured(run, setting):
            figures.append(row)
            said.setdefault(row.name, words)
    if not figures:
        raise InputError(f"no runs in {work}: vqa-agent train fusion makes one")
    return figures, said


def _read(folder: Path, recipe: Recipe, setting: Setting) -> Run:
    answers = json.loads((folder / ANSWERS).read_text(encoding="utf-8"))
    model = setting.model(recipe, len(answers))
    model.load_state_dict(load_file(folder / WEIGHTS))
    return Run(recipe, model.eval(), answers)


def _measured(run: Run, setting: Setting) -> Iterator[tuple[FusionFigures, Said]]:
    """The run's figures; of one that sees only the question, ConSE's on top of it as well."""
    groups = (setting.questions.measured, setting.questions.people)
    found = [probabilities(run.model, group) if group else None for group in groups]
    parameters = sum(p.numel() for p in run.model.answering.parameters())
    yield _figures(run.name, run, groups, found, parameters, latency_ms(run.model))
    if run.recipe.sees == "question":
        looked = [
            None if prior is None else _conse(prior, group, run.answers, setting)
            for prior, group in zip(found, groups, strict=True)
        ]
        yield _figures(f"ConSE on {run.name}", run, groups, looked, None, None)


def _figures(
    name: str, run: Run, groups: Sequence[Sequence[Question]],
    found: Sequence[NDArray[np.float32] | None], parameters: int | None, milliseconds: float | None,
) -> tuple[FusionFigures, Said]:  # fmt: skip
    made, people = (
        None if rows is None else said_to(rows, group, run.answers)
        for rows, group in zip(found, groups, strict=True)
    )
    if made is None:
        raise InputError("no photographs are kept from training: nothing can be measured")
    row = FusionFigures(
        name,
        run.recipe.seed,
        figures_of(made.confidences, made.scores),
        figures_of(people.confidences, people.scores) if people else None,
        parameters,
        milliseconds,
    )
    return row, made


def _conse(
    prior: NDArray[np.float32], questions: Sequence[Question], answers: Sequence[str],
    setting: Setting,
) -> NDArray[np.float32]:  # fmt: skip
    pictures = [str(question.picture) for question in questions]
    keys = {name: features.content_key(setting.data / name) for name in pictures}
    inputs = {key: partial(pixels_of, setting.data / name) for name, key in keys.items()}
    kept = features.cached(conse.ClassProbabilities(), inputs, setting.cache, setting.log)
    rows, _ = kept.of([keys[name] for name in pictures], torch.device("cpu"))
    seen = conse.bridged(rows[:, 0].numpy(), conse.class_vectors(setting.text))
    return conse.reranked(prior, seen, [q.text for q in questions], answers, setting.text)


def latency_ms(model: FusionModel) -> float:
    """CPU time that projections, fusion and head take for one question: the median of some."""
    shape = model.answering.shape
    where = next(model.answering.parameters()).device
    image = torch.zeros(1, 10, shape.image_width, device=where)
    text = torch.zeros(1, 10, shape.text_width, device=where)
    masks = [torch.ones(1, 10, dtype=torch.bool, device=where)] * 2
    times = []
    with torch.inference_mode():
        for _ in range(TIMES):
            began = time.process_time()
            model.answering(image, masks[0], text, masks[1])
            times.append(1000 * (time.process_time() - began))
    return statistics.median(times)


def settings_of(
    options: argparse.Namespace, log: Callable[[str], None]
) -> Callable[[Recipe], Setting]:
    """Gives the setting that a recipe is measured in: the same questions for all of them."""
    opened: dict[str, Setting] = {}

    def of(recipe: Recipe) -> Setting:
        if recipe.image not in opened:
            usual = Recipe(image=recipe.image)
            opened[recipe.image] = open_setting(usual, options, log, measuring=True)
        return opened[recipe.image]

    return of


def note(line: str) -> None:
    """Say what is done where it is not taken for the figures."""
    print(line, file=sys.stderr, flush=True)


def main(words: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_places(parser)
    parser.add_argument("--json", action="store_true", help="figures instead of the table")
    parser.add_argument("--plots", type=Path, help="a folder for risk_coverage.png")
    device.add_options(parser)
    options = parser.parse_args(words)
    figures, said = measure(settings_of(options, note), options.work, note)
    rows = [plain(row) for row in figures]
    (options.work / FIGURES).write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    print(json.dumps(rows, ensure_ascii=False, indent=2) if options.json else table(figures))
    if options.plots is not None:
        options.plots.mkdir(parents=True, exist_ok=True)
        curves = {name: risk_coverage(s.confidences, s.scores) for name, s in said.items()}
        plots.risk_coverage(curves, options.plots / "risk_coverage.png")


if __name__ == "__main__":
    main()
