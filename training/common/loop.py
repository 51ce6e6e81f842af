"""The loop of every training: steps that are counted, said, and kept.

It resumes from `checkpoint.pt` in its work folder, bit for bit: a batch depends on its step alone.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from training.common import checkpoints
from training.common.progress import say

CHECKPOINT = "checkpoint.pt"


def run(
    batches: Callable[[int], Iterable[Any]],
    update: Callable[[int, Any], Mapping[str, float]],
    *,
    steps: int,
    pictures: int,
    work: Path,
    parts: Mapping[str, checkpoints.Stateful],
    log: Callable[[str], None] = say,
    every: int = 50,
    unit: str = "pictures",
) -> int:
    """Take the steps that are still to be taken; the number of the last.

    Args:
        batches: the batches from a step on, the first for that step; the training is over, too,
            where they end. They are asked for once the parts are read.
        update: takes a step with its batch; gives named losses.
        steps: how many there are in all.
        pictures: how many a batch holds (or how much of another `unit`), for the speed that is
            said.
        work: where the checkpoint lies.
        parts: whatever a step changes.
        log: is told a line every `every` steps, when a checkpoint is written.
        every: that many.
        unit: what the speed is said in.
    """
    file = work / CHECKPOINT
    done = checkpoints.load(file, **parts)
    began, taken, sums = time.monotonic(), 0, defaultdict[str, float](float)

    def keep() -> None:
        nonlocal began, taken
        checkpoints.save(file, done, **parts)
        means = " ".join(f"{name} {total / taken:.3f}" for name, total in sums.items())
        speed = taken * pictures / (time.monotonic() - began)
        log(f"step {done}/{steps} {means} {speed:.0f} {unit}/s")
        began, taken = time.monotonic(), 0
        sums.clear()

    if done >= steps:
        return done
    for step, batch in zip(range(done, steps), batches(done), strict=False):
        for name, value in update(step, batch).items():
            sums[name] += value
        done, taken = step + 1, taken + 1
        if done % every == 0:
            keep()
    if taken:
        keep()
    return done


def cosine(step: int, steps: int, warm_up: int) -> float:
    """The learning rate as a share of its peak: up in a line, then down by half a cosine."""
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def averaged(network: torch.nn.Module, decay: float) -> torch.optim.swa_utils.AveragedModel:
    """An exponential moving average of a network, buffers as well."""
    ema = torch.optim.swa_utils.get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
    return torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=ema, use_buffers=True)
