"""The picture sizes that a training goes through."""

from __future__ import annotations


def parse_stages(text: str) -> list[tuple[int, int]]:
    """ "160:20,320:10" → [(160, 20), (320, 10)]: picture size and epochs."""
    return [
        (int(size), int(epochs)) for size, _, epochs in (s.partition(":") for s in text.split(","))
    ]


def describe(stages: str) -> str:
    """ "160:20,320:10" → "20 epochs at 160 px, 10 epochs at 320 px"."""
    return ", ".join(f"{epochs} epochs at {size} px" for size, epochs in parse_stages(stages))
