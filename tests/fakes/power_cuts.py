"""A machine that goes off while it trains."""

from __future__ import annotations

import argparse
from collections.abc import Callable


class PowerCutError(Exception):
    """The machine went off."""


def interrupted(train: Callable[..., object], options: argparse.Namespace, stops: int) -> list[str]:
    """Train with a power cut after each `stops` lines of the log, until the end; the lines."""
    lines: list[str] = []
    while True:
        told = 0

        def log(line: str) -> None:
            nonlocal told
            lines.append(line)
            told += 1
            if told == stops:
                raise PowerCutError

        try:
            train(options, log)
        except PowerCutError:
            continue
        return lines
