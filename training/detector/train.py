"""Fine-tune the built-in detector: YOLO26n, taught by people's labels and a teacher's.

`training.detector.finish` puts its weights together with the published ones, measures, and writes
what `detect_objects` loads.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from tools.words.labels import CLASSES
from training.common import checkpoints, device, loop
from training.common.progress import resumable, say
from training.common.stages import describe, parse_stages
from training.detector import parts
from training.detector.batches import Mixture, batches, draws, repeats
from training.detector.data import known_boxes, labelled
from training.detector.loss import SoftDetectionLoss

BATCH = 16
PEAK = 1e-4
"""The highest learning rate."""
WARM_UP = 150
CLEAN = 0.25
"""The last share of the steps, without mosaics."""
WEIGHTS = "network.safetensors"
"""The averaged weights in a network's work folder, written after each epoch."""
HOW = "training.txt"
"""How they were trained, in words, beside them."""
STAGES = "512:3"


class Training:
    """Everything that a step changes.

    Args:
        network: as `parts.start` gives it. Its batch normalisation keeps the statistics that it
            has.
        where: the device.
    """

    def __init__(self, network: torch.nn.Module, where: torch.device) -> None:
        self.where = where
        self.network = network.to(where, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = loop.averaged(self.network, 0.998)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=PEAK, weight_decay=5e-4)
        self._loss = SoftDetectionLoss(self.network)
        self.network.train()
        for module in self.network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.eval()

    @property
    def parts(self) -> dict[str, checkpoints.Stateful]:
        """What a checkpoint holds."""
        return {"model": self.network, "optimizer": self.optimizer, "average": self.average}

    def update(self, batch: dict[str, Any], share: float) -> dict[str, float]:
        """One step at a share of the peak rate; the parts of the loss."""
        self.optimizer.param_groups[0]["lr"] = PEAK * share
        pictures = batch["img"].to(self.where, torch.float32) / 255
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        with device.half_precision(self.where):
            maps = self.network(pictures)
        loss, said = self._loss(maps, batch)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        return {name: float(part) for name, part in said.items()}


def train(
    options: argparse.Namespace, network: torch.nn.Module, log: Callable[[str], None] = say
) -> Path:
    """Train a network to the end, from wherever the work folder stands; the weights' file."""
    where = device.choose(options)
    groups = labelled(options.data)
    photographs = sum(map(len, groups))
    log(f"{photographs} photographs, {sum(map(known_boxes, groups))} labels")
    torch.manual_seed(0)
    training = Training(network, where)
    factors = repeats(groups, len(CLASSES))
    plan = [size for size, epochs in parse_stages(options.stages) for _ in range(epochs)]
    per_epoch = max(1, int(sum(map(sum, factors))) // BATCH)
    steps = per_epoch * len(plan)
    work: Path = options.work
    file = work / WEIGHTS

    def drawn(first: int) -> Iterator[dict[str, Any]]:
        mixture, size = None, 0
        for epoch in range(first // per_epoch, len(plan)):
            if plan[epoch] != size or mixture is None:
                size = plan[epoch]
                mixture = Mixture(groups, len(CLASSES), size, options.mosaic)
            is_clean = epoch * per_epoch >= steps * (1 - CLEAN)
            mixture.set_mosaic(0.0 if is_clean else options.mosaic)
            skipped = max(first - epoch * per_epoch, 0)
            items = draws(factors, epoch, per_epoch * BATCH)[skipped * BATCH :]
            yield from batches(mixture, items, BATCH, options.workers)
            write(training.average.module, file)

    def update(step: int, batch: dict[str, Any]) -> dict[str, float]:
        return training.update(batch, loop.cosine(step, steps, min(WARM_UP, steps // 10 + 1)))

    loop.run(
        drawn, update, steps=steps, pictures=BATCH, work=work, parts=training.parts, log=log
    )  # fmt: skip
    write(training.average.module, file)
    (work / HOW).write_text(f"{steps:,} steps of {BATCH}, {describe(options.stages)}\n")
    return file


def write(network: torch.nn.Module, file: Path) -> None:
    """Keep a network's weights as float16 safetensors, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous().cpu()
        for name, value in network.state_dict().items()
    }
    save_file(state, partial)
    partial.replace(file)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--parts", type=Path, default=Path("build/parts"))
    parser.add_argument("--work", type=Path, default=Path("build/detector"))
    parser.add_argument("--stages", default=STAGES, help="picture size : epochs, ...")
    parser.add_argument("--mosaic", type=float, default=0.5)
    parser.add_argument("--workers", type=int, default=1)
    device.add_options(parser)
    options = parser.parse_args()
    say(f"reading the pictures below {options.data} …")
    with resumable(options.work):
        say(f"weights: {train(options, parts.start(options.parts))}")


if __name__ == "__main__":
    main()
