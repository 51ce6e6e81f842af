"""The detector's and the classifier's recipes: a split that is kept, a training that resumes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.boxes import find_folders
from evaluation.detector import Looks, Seen, Truth
from evaluation.products import read_products
from tests.fakes.labelled import photographs, products
from training import crops
from training.classifier import train as classifier
from training.classifier.finish import best_bar, temperature
from training.common.stages import parse_stages
from training.detector import batches
from training.detector import train as detector
from training.detector.data import is_validation, split
from training.detector.finish import choose_bars

FINE, COARSE_OF = ["Gala", "Fuji", "Oat-Milk"], ["Apple", "Apple", "Milk"]


class PowerCutError(Exception):
    """The machine went off."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    generator = np.random.default_rng(0)

    def things() -> list[Any]:
        x, y = generator.uniform(0.3, 0.7, 2)
        return [(int(generator.integers(3)), float(x), float(y), 0.5, 0.5)]

    photographs(root / "first", [things() for _ in range(48)])
    photographs(root / "more" / "second", [[(4, 0.5, 0.5, 0.4, 0.4)] for _ in range(24)])
    products(root / "grocery", FINE, COARSE_OF, each=16)
    return root


def test_what_is_kept_for_validation_is_never_trained_on(data: Path) -> None:
    training, kept = split(data)
    files = [{p.file for folder in part for p in folder.photographs} for part in (training, kept)]
    assert not files[0] & files[1]
    assert len(files[0]) + len(files[1]) == 72
    assert all(is_validation(file) for file in files[1])
    assert [folder.covered for folder in training] == [{0, 1, 2}, {4}]


def test_about_a_tenth_is_kept() -> None:
    kept = sum(is_validation(Path(f"{number:06}.jpg")) for number in range(5000))
    assert 400 < kept < 600


@given(epoch=st.integers(0, 10**6), count=st.integers(1, 300))
@settings(max_examples=30, deadline=None)
def test_draws_are_places_and_the_same_each_time(epoch: int, count: int) -> None:
    factors = [[1.0, 2.5], [1.5, 1.0, 4.0]]
    drawn = batches.draws(factors, epoch, count)
    assert drawn == batches.draws(factors, epoch, count)
    assert len(drawn) == count
    assert all(0 <= at < len(factors[folder]) for folder, at, _ in drawn)


def test_rare_classes_are_drawn_more_often(data: Path) -> None:
    folders = find_folders(data)
    factors = batches.repeats(folders)
    assert factors[0] == [1.0] * 48, "each class is in a third of the pictures"
    drawn = batches.draws([[1.0, 3.0]], 0, 4000)
    share = sum(at == 1 for _, at, _ in drawn) / len(drawn)
    assert share == pytest.approx(0.75, abs=0.05)


def test_the_loss_is_blind_to_what_is_not_labelled(data: Path) -> None:
    training = detector.Training(detector.build(("a", "b", "c")), data / "none", "cpu")
    training.model.train()
    batch = {
        "img": torch.randint(0, 255, (2, 3, 64, 64), dtype=torch.uint8),
        "batch_idx": torch.tensor([0.0]),
        "cls": torch.tensor([[0.0]]),
        "bboxes": torch.tensor([[0.5, 0.5, 0.4, 0.4]]),
        "covered": torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]]),
    }
    predictions = training.model.predict(batch["img"].float() / 255)
    scores = predictions["one2many"]["scores"]
    scores.retain_grad()
    training.criterion(predictions, batch)[0].sum().backward()
    assert scores.grad is not None
    assert scores.grad[:, :2].abs().sum() > 0
    assert scores.grad[:, 2].abs().sum() == 0


@pytest.mark.parametrize("step", range(3))
def test_the_rate_rises_stays_and_falls(step: int) -> None:
    steps = 10_000
    assert detector.rate(step, steps) < detector.rate(detector.WARM_UP, steps) == 1
    assert detector.rate(int(steps * (1 - detector.FALL)) - 1, steps) == 1
    assert detector.rate(steps - 1 - step, steps) < 0.01


def test_augmented_crops_stay_pictures() -> None:
    pixels = torch.randint(0, 256, (8, 3, 128, 128), dtype=torch.uint8)
    once = crops.augment(pixels, 96, torch.Generator().manual_seed(1))
    again = crops.augment(pixels, 96, torch.Generator().manual_seed(1))
    assert once.shape == (8, 3, 96, 96)
    assert once.min() >= 0
    assert once.max() <= 1
    assert torch.equal(once, again)
    assert not torch.equal(once, crops.augment(pixels, 96, torch.Generator().manual_seed(2)))


def test_crops_are_cut_around_each_thing(data: Path) -> None:
    folders = find_folders(data)
    cut = crops.cut(folders, read_products(data / "grocery", "train"))
    assert len(cut.classes) == 48 + 24 + 3 * 16
    assert cut.names[-3:] == tuple(FINE)
    thing = folders[1].photographs[0]
    pixels = cut.pixels[48].float()
    middle = pixels[:, 60:68, 60:68].mean((1, 2))
    assert thing.classes[0] == 4
    assert torch.allclose(middle, torch.tensor([90.0, 250.0, 128.0]), atol=3), middle


def test_the_coarse_loss_sees_the_sum_of_the_fine(data: Path) -> None:
    belongs = classifier.membership(read_products(data / "grocery", "train"))
    assert belongs.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    targets = torch.tensor([[1.0, 0, 0, 0]])
    torn = torch.tensor([[4.0, 4.0, 0, 0]])
    elsewhere = torch.tensor([[4.0, 0, 4.0, 0]])
    assert classifier.loss_of(torn, targets, belongs) < classifier.loss_of(
        elsewhere, targets, belongs
    )


def test_temperature_and_bar() -> None:
    generator = torch.Generator().manual_seed(0)
    classes = torch.randint(0, 5, (2000,), generator=generator)
    logits = torch.nn.functional.one_hot(classes, 5) * 2.0
    logits = logits + torch.randn(2000, 5, generator=generator)
    right = temperature(logits, classes)
    assert temperature(logits * 2, classes) == pytest.approx(2 * right, abs=0.03)
    assert best_bar(np.array([0.6, 0.7, 0.9]), np.array([0.1, 0.5])) == pytest.approx(0.6)


def test_stages_are_read() -> None:
    assert parse_stages("160:20,320:10") == [(160, 20), (320, 10)]


def interrupted(train: Callable[..., None], arguments: argparse.Namespace, stops: int) -> list[str]:
    """Train with a power cut after each `stops` lines of the log; the lines."""
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
            train(arguments, log)
        except PowerCutError:
            continue
        return lines


def numbers(lines: list[str], name: str) -> list[float]:
    return [float(value) for line in lines for value in re.findall(rf"{name} ([\d.]+)", line)]


@pytest.mark.slow
def test_the_detector_learns_and_resumes_bit_for_bit(data: Path, tmp_path: Path) -> None:
    def options(name: str) -> argparse.Namespace:
        return argparse.Namespace(
            data=data, work=tmp_path / name, out=tmp_path / f"{name}_out", stages="64:10,96:2",
            crop_epochs=3.0, mosaic=0.5, device="cpu", threads=1, workers=1,
        )  # fmt: skip

    whole: list[str] = []
    detector.train(options("whole"), whole.append)
    pieces = interrupted(detector.train, options("pieces"), stops=3)
    one, other = (
        torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)
        for name in ("whole", "pieces")
    )
    assert one["step"] == other["step"]
    for part in ("model", "average"):
        for name, value in one[part].items():
            assert torch.equal(value, other[part][name]), (part, name)
    found = numbers(whole, "class")
    assert found[-1] < 0.9 * found[0]
    assert numbers(pieces, "class")[-1] == found[-1]
    assert (tmp_path / "whole" / "stable.pt").is_file()


@pytest.mark.slow
def test_the_classifier_learns_and_resumes_bit_for_bit(data: Path, tmp_path: Path) -> None:
    def options(name: str) -> argparse.Namespace:
        return argparse.Namespace(
            data=data, work=tmp_path / name, out=tmp_path / f"{name}_out", stages="64:80,96:30",
            crop_epochs=3.0, threads=1,
        )  # fmt: skip

    whole: list[str] = []
    classifier.train(options("whole"), whole.append)
    interrupted(classifier.train, options("pieces"), stops=2)
    for file in ("model.safetensors", "config.json", "labels.json"):
        one, other = ((tmp_path / f"{n}_out" / file).read_bytes() for n in ("whole", "pieces"))
        assert one == other, file
    found = numbers([line for line in whole if line.startswith("step")], "loss")
    assert found[-1] < 0.8 * found[0]


def test_bars_of_a_detector_that_is_sometimes_wrong() -> None:
    truths = [
        Truth(Path(f"{n}.jpg"), (0,), np.zeros(n % 2, np.int64), np.ones((n % 2, 4)))
        for n in range(100)
    ]
    scores = np.linspace(0.99, 0.01, 100)
    boxes = [[("dog", float(scores[n]), (0.0, 0.0, 1.0, 1.0))] if n % 2 else [] for n in range(100)]
    right = np.repeat(scores[:, None] > 0.5, 10, axis=1)
    seen = Seen(scores, np.zeros(100, np.int64), right)
    found = choose_bars(Looks(("dog",), tuple(truths), tuple(boxes), seen), ["dog"])
    assert found["threshold"] == pytest.approx(0.5, abs=0.02)
    assert 0.05 <= found["floor"] < 0.2
