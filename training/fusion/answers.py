"""The answers that a network chooses from, and people's answers as what it learns from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import torch


def vocabulary(answers: Iterable[Mapping[str, float]], most: int) -> list[str]:
    """The answers that were given most, at most so many; ties in the order of the alphabet.

    Args:
        answers: of each question, with how many people (or which share) gave each.
        most: that many.
    """
    shares = defaultdict[str, float](float)
    for given in answers:
        total = sum(given.values())
        for answer, count in given.items():
            shares[answer] += count / total
    ranked = sorted(shares, key=lambda answer: (-round(shares[answer], 6), answer))
    return ranked[:most]


def shares_of(answers: Sequence[Mapping[str, float]], numbers: Mapping[str, int]) -> torch.Tensor:
    """Which share of the people gave each answer of the vocabulary: float32 (n, answers).

    Args:
        answers: of each question, with how many gave each.
        numbers: answer → column.
    """
    shares = torch.zeros(len(answers), len(numbers))
    for row, given in enumerate(answers):
        total = sum(given.values())
        for answer, count in given.items():
            if answer in numbers:
                shares[row, numbers[answer]] = count / total
    return shares
