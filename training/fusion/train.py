"""Train a network that answers questions about pictures: a fusion function, a strategy, a seed.

End to end, the backbone's last stages, the text encoder, the fusion and the head learn together
from the answers. Joint learning of parts leaves the encoders as they are: projections of both sides
learn a shared space from pairs (and, if wanted, from a teacher's vectors) while the fusion and the
head learn the answers.

It resumes bit for bit from its folder below `--work`, and stops when the answers about photographs
that are kept for it get no better. What it learnt is measured by `training.fusion.measure`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from training.common import checkpoints, device, loop
from training.common.board import Board
from training.common.progress import resumable, say
from training.common.stopping import EarlyStopping
from training.fusion import pseudo_labels, recipe
from training.fusion.data import Question
from training.fusion.drawing import Drawing, Step
from training.fusion.losses import SoftAnswerLoss, TeacherLoss, contrastive_losses
from training.fusion.model import FusionModel
from training.fusion.recipe import Recipe
from training.fusion.scoring import scores_of
from training.fusion.setting import Setting, add_places, open_setting
from training.fusion.teachers import Teacher

PEAK = 1e-3
WARM_UP = 50
DECAY = 0.05
PATIENCE = 5
SHARED = 0.2
"""Weight of the shared space's losses beside that of the answers."""
SCALE = 14.3
"""1 / 0.07, where CLIP's logit scale starts."""
WEIGHTS, RUN, ANSWERS = "model.safetensors", "run.json", "answers.json"


class Training(torch.nn.Module):
    """Everything that a step changes, but the optimizer.

    Args:
        run: the recipe.
        model: on the device.
        teacher: whose vectors are distilled, if any.
    """

    def __init__(self, run: Recipe, model: FusionModel, teacher: Teacher | None = None) -> None:
        super().__init__()
        self.model = model
        width = model.answering.shape.width
        where = next(model.answering.parameters()).device
        self.contrast = contrastive_losses[run.contrastive]().to(where)
        self.log_scale = torch.nn.Parameter(torch.tensor(SCALE, device=where).log())
        self._teacher = teacher
        self.taught = TeacherLoss(width, teacher.width).to(where) if teacher else None
        self.optimizer = torch.optim.AdamW(self._groups())
        self._where = where

    def _groups(self) -> list[dict[str, object]]:
        """The sides learn more slowly than what is new; vectors and numbers do not decay."""
        sides = {id(p) for p in self.model.sides.parameters()}
        groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
        for parameter in self.parameters():
            if parameter.requires_grad:
                share = self.model.sides.rate if id(parameter) in sides else 1.0
                decay = DECAY if parameter.ndim > 1 else 0.0
                groups.setdefault((share, decay), []).append(parameter)
        return [
            {"params": chosen, "weight_decay": decay, "lr": share * PEAK, "peak": share * PEAK}
            for (share, decay), chosen in groups.items()
        ]

    def update(self, step: Step, seed: int, share: float) -> dict[str, torch.Tensor]:
        """One step at a share of the peak rates; the losses.

        Args:
            step: what it learns from.
            seed: what is dropped depends on it alone.
            share: of the peaks.
        """
        torch.manual_seed(seed)
        self.train()
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * share
        with device.half_precision(self._where):
            logits = self.model(step.batch)
        losses = {"answers": SoftAnswerLoss()(logits.float(), step.shares.to(self._where))}
        losses |= self._shared(step)
        loss = losses["answers"] + SHARED * sum(
            value for name, value in losses.items() if name != "answers"
        )
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters(), 5.0)
        self.optimizer.step()
        return {name: value.detach() for name, value in losses.items()}

    def _shared(self, step: Step) -> dict[str, torch.Tensor]:
        """The losses of the space that both sides share."""
        if step.pairs is None:
            return {}
        pairs, answering = step.pairs, self.model.answering
        rows = self.model.sides.images(pairs.pictures, pairs.mirrored, step.batch.chance)
        images = answering.image_vectors(*rows)
        texts = answering.text_vectors(*self.model.sides.texts(pairs.sentences))
        losses = {"pairs": self.contrast(images, texts, self.log_scale.exp().clamp(max=100))}
        if self.taught is not None and self._teacher is not None:
            known = self._teacher.of(pairs.pictures, self._where)
            if len(known.places):
                losses["teacher"] = self.taught(images[known.places], known.vectors)
        return losses


def train(
    run: Recipe, setting: Setting, work: Path, log: Callable[[str], None] = say
) -> FusionModel:
    """Train to the end, from wherever the run's folder stands, and write the run down.

    Args:
        run: what to train.
        setting: questions, sides and the device.
        work: the folder of all runs.
        log: is told how it goes.
    """
    learnt_from = setting.questions.training
    if run.pseudo_labels:
        teaching = train(replace(run, pseudo_labels=False), setting, work, log)
        more = pseudo_labels.labelled(teaching, setting, run.seed)
        log(f"{len(more)} questions labelled by the first run")
        learnt_from = [*learnt_from, *more]
    folder = work / run.name
    torch.manual_seed(run.seed)
    model = setting.model(run, len(setting.answers))
    trained, best = _loop(run, setting, model, learnt_from, folder, log)
    best.restore(model)
    _write(run, setting, model, folder, {"steps": best.step, "of": trained, "stopping": best.best})
    return model


def _loop(
    run: Recipe, setting: Setting, model: FusionModel, learnt_from: list[Question], folder: Path,
    log: Callable[[str], None],
) -> tuple[int, EarlyStopping]:  # fmt: skip
    """Take the steps that are still to be taken; how many there were, and the best weights."""
    training = Training(run, model, setting.teacher)
    pairs = setting.pairs if run.strategy == "joint" else {}
    drawing = Drawing(run, learnt_from, setting.questions.prior, pairs, setting.numbers)
    stopping, board = EarlyStopping(PATIENCE), Board(folder)

    def drawn(first: int) -> Iterator[Step]:
        for number in range(first, run.steps):
            if stopping.is_over:
                log(f"no better since step {stopping.step}")
                return
            yield drawing.step(number)

    def update(number: int, step: Step) -> Mapping[str, float]:
        share = loop.cosine(number, run.steps, min(WARM_UP, run.steps // 10 + 1))
        seed = 1_000_003 * run.seed + number
        losses = {n: float(v) for n, v in training.update(step, seed, share).items()}
        board.scalars(number + 1, {f"loss/{name}": value for name, value in losses.items()})
        if (number + 1) % run.every == 0 or number + 1 == run.steps:
            right = float(scores_of(model, setting.questions.stopping, setting.answers).mean())
            stopping.tell(number + 1, right, model)
            board.scalars(number + 1, {"stopping/accuracy": right, "rate": share * PEAK})
        return losses

    parts: dict[str, checkpoints.Stateful] = {
        "training": training, "optimizer": training.optimizer, "stopping": stopping,
    }  # fmt: skip
    done = loop.run(
        drawn, update, steps=run.steps, pictures=run.pictures, work=folder, parts=parts, log=log,
        every=run.every,
    )  # fmt: skip
    board.close()
    return done, stopping


def _write(
    run: Recipe, setting: Setting, model: FusionModel, folder: Path, how: Mapping[str, float]
) -> None:
    """The run's weights, answers and options, which `training.fusion.measure` reads."""
    state = {name: value.contiguous().cpu() for name, value in model.state_dict().items()}
    save_file(state, folder / WEIGHTS)
    (folder / ANSWERS).write_text(json.dumps(setting.answers, ensure_ascii=False, indent=1) + "\n")
    row = {"recipe": run.to_json(), "text": setting.text_version, "trained": dict(how)}
    (folder / RUN).write_text(json.dumps(row, indent=1) + "\n")


def main(words: Sequence[str] | None = None) -> None:
    """The command line; of these words, or of the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_places(parser)
    recipe.add_options(parser)
    device.add_options(parser)
    options = parser.parse_args(words)
    run = recipe.recipe_of(options)
    with resumable(options.work):
        setting = open_setting(run, options, say)
        train(run, setting, options.work)
        say(f"{options.work / run.name}: measure it with vqa-agent eval fusion")


if __name__ == "__main__":
    main()
