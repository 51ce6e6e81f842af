"""Which photographs are drawn, and what a batch holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.labelled import photographs
from training.detector import batches
from training.detector import data as labels_of
from training.detector.data import UNKNOWN, WEIGHTS

PERSON, BICYCLE, CAR = 0, 1, 2


@given(epoch=st.integers(0, 10**6), count=st.integers(1, 300))
@settings(max_examples=30, deadline=None)
def test_draws_are_places_and_the_same_each_time(epoch: int, count: int) -> None:
    factors = [[1.0, 2.5], [1.5, 1.0, 4.0]]
    drawn = batches.draws(factors, epoch, count)
    assert drawn == batches.draws(factors, epoch, count)
    assert len(drawn) == count
    assert all(0 <= at < len(factors[folder]) for folder, at, _ in drawn)


def test_rare_classes_are_drawn_more_often() -> None:
    def row(number: int, level: int = 0) -> labels_of.Labels:
        return labels_of.Labels(
            Path("x.png"), np.array([number]), np.array([level]), np.full((1, 4), 0.5),
            frozenset(range(4)),
        )  # fmt: skip

    rows = [row(PERSON)] * 97 + [row(BICYCLE), row(CAR), row(CAR, level=3)]
    (factors,) = batches.repeats([rows], 4)
    assert factors[0] == 1.0
    assert factors[97] == pytest.approx(np.sqrt(batches.RARE * 100))
    assert factors[99] == 1.0, "what is probably none does not count as one"
    drawn = batches.draws([[1.0, 3.0]], 0, 4000)
    share = sum(at == 1 for _, at, _ in drawn) / len(drawn)
    assert share == pytest.approx(0.75, abs=0.05)


def test_class_and_level_travel_as_one_number() -> None:
    classes, levels = np.array([0, 3, 79]), np.array([0, 2, UNKNOWN])
    code = labels_of.coded(classes, levels)
    assert (code // len(WEIGHTS)).tolist() == classes.tolist()
    assert (code % len(WEIGHTS)).tolist() == levels.tolist()


def mixture(tmp_path: Path, mosaic: float) -> batches.Mixture:
    """Ten photographs of a person in the middle, and ten that only a teacher labelled."""
    people = photographs(tmp_path / "people", [[(PERSON, 0.5, 0.5, 0.5, 0.5)]] * 10)
    others = photographs(tmp_path / "others", [[(CAR, 0.5, 0.5, 0.5, 0.5)]] * 10)

    def rows(
        folder: Path, number: int, level: int, covered: frozenset[int]
    ) -> list[labels_of.Labels]:
        box = np.array([[0.5, 0.5, 0.5, 0.5]])
        return [
            labels_of.Labels(file, np.array([number]), np.array([level]), box, covered)
            for file in sorted((folder / "images").iterdir())
        ]

    groups = [
        rows(people, PERSON, 0, frozenset({PERSON})),
        rows(others, CAR, 2, frozenset(range(4))),
    ]
    return batches.Mixture(groups, 4, 64, mosaic)


@pytest.mark.parametrize("mosaic", [0.0, 1.0])
def test_labels_come_through_the_augmentation_with_class_and_level(
    tmp_path: Path, mosaic: float
) -> None:
    items = [(at % 2, at, 100 + at) for at in range(8)]
    (batch,) = batches.batches(mixture(tmp_path, mosaic), items, 8, workers=0)
    assert batch["img"].shape == (8, 3, 64, 64)
    assert batch["covered"].tolist() == [[1, 0, 0, 0], [1, 1, 1, 1]] * 4
    owners = batch["batch_idx"].long()
    assert len(owners) > (0 if mosaic else 4), "a mosaic may leave a thing outside"
    for owner, code in zip(owners.tolist(), batch["cls"].view(-1).long().tolist(), strict=True):
        expected = (CAR, 2) if owner % 2 else (PERSON, 0)
        assert divmod(code, len(WEIGHTS)) == expected, "a mosaic is of one group"
    assert ((batch["bboxes"] >= 0) & (batch["bboxes"] <= 1)).all()


def test_a_draw_is_the_same_each_time_whatever_came_before(tmp_path: Path) -> None:
    mix = mixture(tmp_path, 0.5)
    items = [(0, 1, 7), (1, 3, 8), (0, 5, 9), (1, 0, 10)]
    first = list(batches.batches(mix, items, 2, workers=0))
    (again,) = batches.batches(mix, items[2:], 2, workers=0)
    assert torch.equal(first[1]["img"], again["img"])
    assert torch.equal(first[1]["bboxes"], again["bboxes"])


def test_the_last_ones_too_few_for_a_batch_are_left_out(tmp_path: Path) -> None:
    items = [(0, at, at) for at in range(5)]
    assert len(list(batches.batches(mixture(tmp_path, 0.0), items, 2, workers=0))) == 2
