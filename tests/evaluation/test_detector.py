"""Figures of a detector that sees what the test says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.boxes import LabelledFolder, read_folder
from evaluation.detector import DetectorFigures, evaluate
from evaluation.figures import plain
from tests.fakes.labelled import SIDE, photographs
from tools.errors import InputError
from tools.networks.detectors import Box, Detector
from tools.weights.sidefiles import Bars

PERSON, BICYCLE, CAR = 0, 1, 2
ROWS = [
    [(PERSON, 0.3, 0.3, 0.25, 0.25), (CAR, 0.75, 0.75, 0.25, 0.25)],
    [(PERSON, 0.5, 0.5, 0.5, 0.5)],
    [],
]


class Scripted(Detector):
    """Sees the boxes that it is given, one list a photograph, in order; too large for tiles."""

    side = 10_000

    def __init__(self, seen: Sequence[list[Box]]) -> None:
        super().__init__(Path("none.pt"))
        self._seen = list(seen)
        self._last: list[list[Box]] = []
        self.asked: list[list[str]] = []

    def labels(self) -> list[str]:
        return ["person", "bicycle", "car", "giraffe"]

    def detect_many(self, looks: Any, floor: float) -> list[list[Box]]:
        if self._last:  # the tool's look at what the network saw before
            mine, self._last = self._last, []
        else:
            mine, self._seen = self._seen[: len(looks)], self._seen[len(looks) :]
            self._last = mine
            self.asked += [list(labels) for _, labels in looks]
        return [
            sorted((box for box in boxes if box[0] in labels), key=lambda box: -box[1])
            for boxes, (_, labels) in zip(mine, looks, strict=True)
        ]


def truth(rows: Sequence[Any], score: float = 0.9) -> list[list[Box]]:
    """The labels as a perfect detector gives them."""
    names = ("person", "bicycle", "car")
    return [
        [
            (names[n], score, ((x - w / 2) * SIDE, (y - h / 2) * SIDE,
                               (x + w / 2) * SIDE, (y + h / 2) * SIDE))
            for n, x, y, w, h in things
        ]
        for things in rows
    ]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> LabelledFolder:
    return read_folder(photographs(tmp_path_factory.mktemp("set"), ROWS))


def figures(folder: LabelledFolder, seen: list[list[Box]], **more: Any) -> DetectorFigures:
    return evaluate(Scripted(seen), [folder], bars=Bars(0.5, 0.2), **more)


def test_all_seen_is_all_right(folder: LabelledFolder) -> None:
    found = figures(folder, truth(ROWS))
    assert (found.map50, found.map50_95) == pytest.approx((1, 1), abs=0.01)
    assert (found.presence_accuracy, found.count_within_1, found.confident_wrong) == (1, 1, 0)
    assert [(row.label, row.pictures, row.things) for row in found.classes] == [
        ("person", 2, 2),
        ("car", 1, 1),
    ]


def test_only_classes_that_are_labelled_are_asked_for(folder: LabelledFolder) -> None:
    detector = Scripted(truth(ROWS))
    evaluate(detector, [folder], bars=Bars(0.5, 0.2))
    assert detector.asked == [["person", "car"]] * 3


def test_nothing_seen_is_no_figure_of_boxes_and_no_crash(folder: LabelledFolder) -> None:
    found = figures(folder, [[], [], []])
    assert found.map50 == 0
    assert plain(found)["confident_wrong"] is None
    assert found.presence_accuracy == pytest.approx(3 / 6)
    assert found.count_within_1 == 1  # none said, one there: one off


def test_a_box_of_another_class_or_place_is_wrong(folder: LabelledFolder) -> None:
    seen = truth(ROWS)
    seen[2] = [("car", 0.95, (1.0, 1.0, 20.0, 20.0))]
    found = figures(folder, seen)
    car = next(row for row in found.classes if row.label == "car")
    assert car.ap50 == pytest.approx(0.5, abs=0.01)  # the wrong one is the surer one
    assert found.confident_wrong == pytest.approx(1 / 4)
    assert car.presence_accuracy == pytest.approx(2 / 3)


def test_a_second_box_on_the_same_thing_is_wrong(folder: LabelledFolder) -> None:
    seen = truth(ROWS)
    seen[1] = [*seen[1], ("person", 0.8, seen[1][0][2])]
    assert figures(folder, seen).confident_wrong == pytest.approx(1 / 4)


@given(shift=st.floats(0, 1), score=st.floats(0.01, 0.89))
@settings(max_examples=25, deadline=None)
def test_surer_boxes_that_are_right_keep_ap_from_falling(
    folder: LabelledFolder, shift: float, score: float
) -> None:
    seen = truth(ROWS)
    seen[2] = [("person", score, (shift, shift, shift + 9, shift + 9))]
    assert figures(folder, seen).map50 == pytest.approx(1, abs=0.01)


def test_each_folder_counts_for_what_it_covers(folder: LabelledFolder, tmp_path: Path) -> None:
    bicycles = read_folder(photographs(tmp_path, [[(BICYCLE, 0.5, 0.5, 0.5, 0.5)]]))
    seen = [*truth(ROWS), [("person", 0.9, (0.0, 0.0, 30.0, 30.0))]]
    detector = Scripted(seen)
    found = evaluate(detector, [folder, bicycles], bars=Bars(0.5, 0.2))
    assert detector.asked == [["person", "car"]] * 3 + [["bicycle"]]
    by_label = {row.label: row for row in found.classes}
    assert by_label["person"].presence_accuracy == 1
    assert by_label["bicycle"].ap50 == 0


def test_pictures_are_drawn(folder: LabelledFolder, tmp_path: Path) -> None:
    seen = truth(ROWS)
    seen[0][1] = ("person", 0.7, seen[0][1][2])
    figures(folder, seen, plots_to=tmp_path / "plots")
    for name in ("confusion.png", "precision_recall.png"):
        assert (tmp_path / "plots" / name).read_bytes().startswith(b"\x89PNG")


def test_what_a_folder_covers(tmp_path: Path) -> None:
    plain_folder = photographs(tmp_path / "a", ROWS)
    assert read_folder(plain_folder).covered == {PERSON, CAR}
    (plain_folder / "source.json").write_text('{"covered_classes": ["person", "dog"]}')
    assert read_folder(plain_folder).covered == {PERSON, 16}
    named = photographs(tmp_path / "b", ROWS)
    (named / "classes.txt").write_text("tree\nhouse\nroad\n")
    assert read_folder(named).names == ("tree", "house", "road")
    assert read_folder(named).covered == {0, 1, 2}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 0.5 0.5 0.2", "a line is not"),
        ("a 0.5 0.5 0.2 0.2", "a line is not"),
        ("80 0.5 0.5 0.2 0.2", "class number"),
        ("-1 0.5 0.5 0.2 0.2", "class number"),
        ("0 0.5 0.5 1.2 0.2", "coordinate"),
        ("0 nan 0.5 0.2 0.2", "coordinate"),
    ],
)
def test_a_label_file_that_is_none(tmp_path: Path, line: str, message: str) -> None:
    folder = photographs(tmp_path / "set", ROWS)
    (folder / "labels" / "001.txt").write_text(line)
    with pytest.raises(InputError, match=message):
        read_folder(folder)


def test_a_folder_without_pictures_or_labels(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no pictures"):
        read_folder(tmp_path)
    folder = photographs(tmp_path / "set", ROWS)
    (folder / "labels" / "002.txt").unlink()
    with pytest.raises(InputError, match=r"002.png has no .*empty file"):
        read_folder(folder)


def test_boxes_are_in_pixels_of_each_picture(tmp_path: Path) -> None:
    from PIL import Image

    folder = photographs(tmp_path / "set", [ROWS[1]])
    Image.fromarray(np.zeros((50, 200, 3), np.uint8)).save(folder / "images" / "000.png")
    seen: list[list[Box]] = [[("person", 0.9, (50.0, 12.5, 150.0, 37.5))]]
    assert figures(read_folder(folder), seen).map50 == pytest.approx(1, abs=0.01)
