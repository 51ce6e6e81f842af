"""Train the built-in detector: YOLO26n from nothing, first on crops, then on growing photographs.

The learning rate is constant after a warm-up and falls to zero over the last fifth
(warmup-stable-decay): `checkpoint.pt` is what a stopped run resumes from, bit for bit;
`stable.pt` is the state before the fall, from which a longer training goes on another day.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch

from evaluation.products import read_products
from tools.torch_runtime import import_ultralytics
from training import checkpoints, crops
from training.detector.batches import Mixture, batches, draws, repeats
from training.detector.data import split
from training.detector.finish import finish
from training.progress import resumable, say
from training.stages import describe, parse_stages

import_ultralytics()

from ultralytics.cfg import get_cfg  # noqa: E402 - after its environment is set
from ultralytics.nn.tasks import DetectionModel  # noqa: E402
from ultralytics.optim import MuSGD  # noqa: E402
from ultralytics.utils.loss import E2ELoss, v8DetectionLoss  # noqa: E402
from ultralytics.utils.torch_utils import ModelEMA  # noqa: E402

ARCHITECTURE = "yolo26n.yaml"
BACKBONE_LAYERS = 11
BACKBONE_CHANNELS = 256
BATCH = 32
PEAK = 0.01
WARM_UP, WARM_UP_SHARE = 300, 0.1
"""Steps over which the learning rate rises, at most, and at most that share of all."""
FALL = 0.2
"""The last share of the steps, over which the learning rate falls and mosaics end."""
STAGES = "160:14,224:30,320:8"


class CoveredLoss(v8DetectionLoss):  # type: ignore[misc]
    """The detection loss, blind to classes that a photograph's folder does not label."""

    def loss(self, preds: Any, batch: dict[str, Any]) -> Any:
        self.class_weights = batch["covered"][:, None, :].to(self.device)
        return super().loss(preds, batch)


def build(names: tuple[str, ...]) -> Any:
    """YOLO26n with random weights for these classes."""
    model = DetectionModel(ARCHITECTURE, nc=len(names), verbose=False)
    model.names = dict(enumerate(names))
    model.args = get_cfg(overrides={"task": "detect"})
    return model


def optimizer_for(model: Any) -> Any:
    """MuSGD as ultralytics sets it up for YOLO26: Muon and SGD for filters, SGD for the rest."""
    head = model.model[-1]
    boosted = {id(p) for part in (head.cv3, head.one2one_cv3) for p in part.parameters()}
    groups: dict[tuple[bool, bool], list[Any]] = {}
    for parameter in model.parameters():
        if parameter.requires_grad:
            kind = (parameter.ndim in {2, 4}, id(parameter) in boosted)
            groups.setdefault(kind, []).append(parameter)
    return MuSGD(
        [
            {
                "params": parameters,
                "use_muon": is_filter,
                "weight_decay": 5e-4 if is_filter else 0.0,
                "lr": PEAK * (3 if is_boosted else 1),
                "momentum": 0.9,
                "nesterov": True,
            }
            for (is_filter, is_boosted), parameters in groups.items()
        ],
        muon=0.2,
        sgd=1.0,
    )


def rate(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its peak."""
    warm_up = min(WARM_UP, WARM_UP_SHARE * steps)
    return min(1.0, (step + 1) / warm_up, (steps - step) / (FALL * steps))


class Training:
    """Everything that a step changes, and where it is kept."""

    def __init__(self, model: Any, work: Path, device: str) -> None:
        self.model = model.to(device, memory_format=torch.channels_last)
        self.optimizer = optimizer_for(self.model)
        self.ema = ModelEMA(self.model, decay=0.9995)
        self.criterion = E2ELoss(self.model, CoveredLoss)
        self.work, self.device = work, device
        self._peaks = [group["lr"] for group in self.optimizer.param_groups]

    def step(self, batch: dict[str, Any], share: float, progress: float) -> tuple[float, ...]:
        """One update; `share` of the peak rate, at `progress` of the whole training."""
        for group, peak in zip(self.optimizer.param_groups, self._peaks, strict=True):
            group["lr"] = peak * share
        self.criterion.o2m = 0.8 - 0.4 * progress
        self.criterion.o2o = 1 - self.criterion.o2m
        pictures = batch["img"].to(self.device, torch.float32).div_(255)
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.partition(":")[0], torch.bfloat16):
            predictions = self.model.predict(pictures)
        loss, parts = self.criterion(_float(predictions), batch)
        self.optimizer.zero_grad()
        loss.sum().backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 10.0)
        self.optimizer.step()
        self.ema.update(self.model)
        return tuple(float(value) for value in parts.values())

    def save(self, step: int) -> None:
        """Keep the state in `checkpoint.pt`."""
        checkpoints.save(
            self.work / "checkpoint.pt",
            step,
            model=self.model,
            optimizer=self.optimizer,
            average=self.ema.ema,
            updates=_Updates(self.ema),
        )

    def resume(self) -> int:
        """The step that training stands at, with its state."""
        return checkpoints.load(
            self.work / "checkpoint.pt",
            model=self.model,
            optimizer=self.optimizer,
            average=self.ema.ema,
            updates=_Updates(self.ema),
        )


class _Updates:
    """How many updates an average has seen, as a part of a checkpoint."""

    def __init__(self, ema: Any) -> None:
        self._ema = ema

    def state_dict(self) -> dict[str, Any]:
        return {"updates": self._ema.updates}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._ema.updates = state_dict["updates"]


def _float(predictions: Any) -> Any:
    """Predictions as float32, in whatever they are nested."""
    if isinstance(predictions, dict):
        return {name: _float(value) for name, value in predictions.items()}
    if isinstance(predictions, (list, tuple)):
        return [_float(value) for value in predictions]
    return predictions.float() if torch.is_tensor(predictions) else predictions


def export(average: Any, size: int, file: Path) -> None:
    """Write the averaged weights as ultralytics reads them, in half precision."""
    model = deepcopy(average).cpu().half().eval()
    model.args = {"task": "detect", "imgsz": size}
    model.criterion = None
    for parameter in model.parameters():
        parameter.requires_grad = False
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model, "train_args": model.args, "epoch": -1}, file)


def train(arguments: argparse.Namespace, log: Callable[[str], None] = say) -> None:
    """Train to the end of the stages, from wherever the work folder stands."""
    torch.set_num_threads(arguments.threads or torch.get_num_threads())
    folders, _ = split(arguments.data)
    torch.manual_seed(0)
    training = Training(build(folders[0].names), arguments.work, arguments.device)
    factors = repeats(folders)
    plan = [size for size, epochs in parse_stages(arguments.stages) for _ in range(epochs)]
    per_epoch = max(1, int(sum(map(sum, factors))) // BATCH)
    steps = per_epoch * len(plan)
    done = training.resume()
    if not done:
        backbone = torch.nn.Sequential(*list(training.model.model[:BACKBONE_LAYERS]))
        products = read_products(arguments.data / "grocery", "train")
        crops.pretrain(
            backbone,
            BACKBONE_CHANNELS,
            crops.cut(folders, products),
            arguments.work,
            epochs=arguments.crop_epochs,
            log=log,
        )
        training.ema.ema.load_state_dict(training.model.state_dict())
    mixture: Mixture | None = None
    size = 0
    for epoch in range(done // per_epoch, len(plan)):
        if plan[epoch] != size:
            size = plan[epoch]
            mixture = Mixture(folders, size, arguments.mosaic)
        assert mixture is not None
        is_falling = epoch * per_epoch >= steps * (1 - FALL)
        mixture.set_mosaic(0.0 if is_falling else arguments.mosaic)
        first = done - epoch * per_epoch
        items = draws(factors, epoch, per_epoch * BATCH)[first * BATCH :]
        training.model.train()
        began, summed = time.monotonic(), torch.zeros(3)
        for taken, batch in enumerate(batches(mixture, items, BATCH, arguments.workers), 1):
            step = epoch * per_epoch + first + taken - 1
            if step == int(steps * (1 - FALL)):
                training.save(step)
                shutil.copy(arguments.work / "checkpoint.pt", arguments.work / "stable.pt")
            summed += torch.tensor(training.step(batch, rate(step, steps), step / steps))
            if taken % 50 == 0 or taken + first == per_epoch:
                speed = taken * BATCH / (time.monotonic() - began)
                box, names, edge = (summed / taken).tolist()
                training.save(step + 1)
                log(
                    f"epoch {epoch} step {step + 1}/{steps} {size} px: box {box:.3f} "
                    f"class {names:.3f} edge {edge:.3f} {speed:.0f} pictures/s"
                )
        done = (epoch + 1) * per_epoch
        export(training.ema.ema, size, arguments.work / "detector.pt")
    how = (
        f"{arguments.crop_epochs:g} epochs of crops at 96 px; then photographs, {steps:,} steps of "
        f"{BATCH}: {describe(arguments.stages)}"
    )
    arguments.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(arguments.work / "detector.pt", arguments.out / "detector.pt")
    finish(arguments.out / "detector.pt", arguments.data, how)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("build/detector"))
    parser.add_argument("--out", type=Path, default=Path("models/detector"))
    parser.add_argument("--stages", default=STAGES, help="picture size : epochs, ...")
    parser.add_argument("--crop-epochs", type=float, default=14)
    parser.add_argument("--mosaic", type=float, default=0.5)
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    say(f"reading the pictures below {arguments.data} …")
    with resumable(arguments.work):
        train(arguments)


if __name__ == "__main__":
    main()
