"""What is written beside trained weights: bars, labels, card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.detector import Looks, Seen, Sight, Truth
from training.detector.finish import ABSENT, LOWEST, choose_bars


def test_bars_of_a_detector_that_is_sometimes_wrong() -> None:
    truths = [
        Truth(Path(f"{n}.jpg"), (0,), np.zeros(n % 2, np.int64), np.ones((n % 2, 4)))
        for n in range(100)
    ]
    scores = np.linspace(0.99, 0.01, 100)
    boxes = [[("dog", float(scores[n]), (0.0, 0.0, 1.0, 1.0))] if n % 2 else [] for n in range(100)]
    right = np.repeat(scores[:, None] > 0.5, 10, axis=1)
    sight = Sight(tuple(boxes), Seen(scores, np.zeros(100, np.int64), right))
    found = choose_bars(Looks(("dog",), tuple(truths), sight, sight), ["dog"])
    assert found.threshold == pytest.approx(0.5, abs=0.02)
    assert found.floor == LOWEST, "nothing was seen where there is none"
    assert found.missed == pytest.approx(0.06, abs=0.02), "the shares of scores below the floor"
    assert found.missed_of == {"dog": pytest.approx(found.missed, abs=0.01)}


def test_the_floor_lets_most_pictures_without_the_thing_be_told_so() -> None:
    truths = [
        Truth(Path(f"{n}.jpg"), (0,), np.zeros(int(n < 100), np.int64), np.ones((int(n < 100), 4)))
        for n in range(200)
    ]
    tops = [0.9] * 100 + [n / 200 for n in range(100)]
    boxes = tuple([("dog", top, (0.0, 0.0, 1.0, 1.0))] for top in tops)
    right = np.repeat(np.arange(200)[:, None] < 100, 10, axis=1)
    sight = Sight(boxes, Seen(np.array(tops), np.zeros(200, np.int64), right))
    found = choose_bars(Looks(("dog",), tuple(truths), sight, sight), ["dog"])
    absent = [top < found.floor for top in tops[100:]]
    assert sum(absent) / 100 == pytest.approx(ABSENT, abs=0.02)
    assert found.missed == 0


def test_weights_that_see_nothing_get_bars_all_the_same() -> None:
    sight = Sight(((),), Seen(np.zeros(0), np.zeros(0, np.int64), np.zeros((0, 10), bool)))  # type: ignore[arg-type]
    truth = Truth(Path("a.jpg"), (0,), np.zeros(1, np.int64), np.ones((1, 4)))
    assert choose_bars(Looks(("dog",), (truth,), sight, sight), ["dog"]).missed == 1
