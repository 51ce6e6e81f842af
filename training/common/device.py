"""Where a training runs, and at which precision: the one place that decides."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def add_options(parser: argparse.ArgumentParser) -> None:
    """`--device` and `--threads`."""
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, meta …")
    parser.add_argument("--threads", type=int, default=0, help="of the CPU; all if 0")


def choose(options: argparse.Namespace) -> torch.device:
    """The device of the options, with the CPU's threads set."""
    torch.set_num_threads(options.threads or torch.get_num_threads())
    if options.device != "auto":
        return torch.device(options.device)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextmanager
def half_precision(device: torch.device) -> Iterator[None]:
    """bfloat16 for what is worth it: wide enough for gradients that nobody has to scale."""
    if device.type not in {"cpu", "cuda"}:
        yield
        return
    with torch.autocast(device.type, torch.bfloat16):
        yield
