"""Figures of a classifier that says what the test says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.classifier import calibration_error, evaluate, macro_f1
from evaluation.products import read_products
from tests.fakes.labelled import products
from tools.errors import InputError
from tools.networks.classifier import Classifier

FINE, COARSE_OF = ["Gala", "Fuji", "Oat-Milk"], ["Apple", "Apple", "Milk"]


class Scripted(Classifier):
    """Gives each picture the next row of probabilities."""

    def __init__(self, folder: Path, rows: Sequence[list[float]], bar: float = 0.0) -> None:
        folder.mkdir(exist_ok=True)
        config = {"architecture": "resnet18", "input_size": 8, "coarse_of": COARSE_OF,
                  "has_other": True, "known_threshold": bar}  # fmt: skip
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "labels.json").write_text(json.dumps(FINE))
        super().__init__(folder)
        self._rows = list(rows)

    def scores(self, pictures: Sequence[Any]) -> list[list[float]]:
        mine, self._rows = self._rows[: len(pictures)], self._rows[len(pictures) :]
        return mine


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return products(tmp_path / "shop", FINE, COARSE_OF, each=1)


def test_fine_coarse_and_unknown(shop: Path, tmp_path: Path) -> None:
    rows = [
        [0.8, 0.1, 0.0, 0.1],  # right
        [0.45, 0.4, 0.1, 0.05],  # wrong, but an apple
        [0.1, 0.05, 0.25, 0.6],  # taken for no product
        [0.0, 0.1, 0.0, 0.9],  # an other, refused
        [0.9, 0.0, 0.0, 0.1],  # an other, taken for a product
    ]
    others = [shop / "images" / "val_0_0.png"] * 2
    found = evaluate(
        Scripted(tmp_path / "model", rows, bar=0.5),
        read_products(shop),
        threshold=0.5,
        others=others,
        plots_to=tmp_path / "plots",
    )
    assert found.fine_top1 == pytest.approx(2 / 3)
    assert found.coarse_top1 == found.fine_top5 == 1
    assert (found.answered_fine, found.answered_fine_right) == (pytest.approx(1 / 3), 1)
    assert (found.answered_coarse, found.answered_coarse_right) == (pytest.approx(1 / 3), 1)
    assert found.refused == pytest.approx(1 / 3)
    assert (found.others, found.others_refused, found.others_claimed) == (2, 0.5, 0.5)
    for name in ("confusion.png", "confusion_fine.png"):
        assert (tmp_path / "plots" / name).read_bytes().startswith(b"\x89PNG")


def test_the_order_of_the_labels_does_not_matter(shop: Path, tmp_path: Path) -> None:
    class Turned(Scripted):
        def __init__(self, folder: Path, rows: Sequence[list[float]]) -> None:
            super().__init__(folder, rows)
            self.labels = FINE[::-1]

    rows = [[0.0, 0.1, 0.8, 0.1], [0.1, 0.8, 0.0, 0.1], [0.8, 0.1, 0.0, 0.1]]
    found = evaluate(Turned(tmp_path / "m", rows), read_products(shop), threshold=0.5)
    assert found.fine_top1 == found.coarse_top1 == 1


def test_a_split_is_chosen(shop: Path) -> None:
    assert read_products(shop).products == read_products(shop, "val").products
    assert read_products(shop, "train").products[0].file.name == "train_0_0.png"


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda shop: (shop / "classes.csv").unlink(), "not in the layout"),
        (lambda shop: (shop / "val.csv").write_text("image,fine\na.png,0\n"), "not in the layout"),
        (lambda shop: (shop / "images" / "val_1_0.png").unlink(), "val_1_0.png, which is not"),
        (lambda shop: [(shop / f"{s}.csv").unlink() for s in ("val", "train")], "no test.csv"),
    ],
)
def test_a_folder_that_is_none(shop: Path, break_it: Any, message: str) -> None:
    break_it(shop)
    with pytest.raises(InputError, match=message):
        read_products(shop)


def test_a_classifier_of_other_things(tmp_path: Path) -> None:
    other = products(tmp_path / "other", ["Pear"], ["Pear"], each=1)
    with pytest.raises(InputError, match="does not know Pear"):
        evaluate(Scripted(tmp_path / "m", []), read_products(other), threshold=0.5)


def test_calibration_of_scores_that_mean_what_they_say() -> None:
    scores = np.array([0.75] * 4 + [0.5] * 2)
    assert calibration_error(scores, np.array([1, 1, 1, 0, 1, 0], bool)) == pytest.approx(0)
    assert calibration_error(scores, np.zeros(6, bool)) == pytest.approx(4 / 6)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_the_calibration_error_is_a_share(rows: list[tuple[float, bool]]) -> None:
    scores, right = (np.array(column) for column in zip(*rows, strict=True))
    assert 0 <= calibration_error(scores, right) <= 1


def test_macro_f1_by_hand() -> None:
    said, true = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    assert macro_f1(true, said) == pytest.approx((2 / 3 + 4 / 5) / 2)
