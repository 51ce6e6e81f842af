"""The boxes that `--annotate` draws, and the files that it writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from agent.cli.annotate import annotate
from tools.explain.drawing import draw, label_of
from tools.pictures.store import PictureStore


@pytest.fixture
def pictures() -> list:
    store = PictureStore()
    for colour in ("white", "gray"):
        store.add(Image.new("RGB", (200, 100), colour))
    return list(store)


def read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def changed(before: Any, after: Any) -> np.ndarray:
    return (np.asarray(before) != np.asarray(after)).any(axis=2)


def test_a_box_is_drawn_where_it_lies(make):
    blank = Image.new("RGB", (200, 100), "white")
    difference = changed(
        blank, draw(blank, [make.evidence(label="total", box_xyxy=(50, 60, 150, 90))])
    )
    assert difference[75, 48:53].any()
    assert difference[88:93, 100].any()
    assert not difference[70:80, 90:110].any()
    assert not difference[:, 160:].any()
    assert np.asarray(blank).min() == 255


def test_several_pictures_become_several_files(make, pictures, tmp_path):
    seen = make.evidence(label="b", picture=make.ref(2, ""), box_xyxy=(50, 60, 150, 90))
    written = annotate(make.answer(evidence=[seen]), pictures, tmp_path / "out.png")
    assert [p.name for p in written] == ["out-1.png", "out-2.png"]
    assert not changed(pictures[0].pixels, read(written[0])).any()
    assert changed(pictures[1].pixels, read(written[1])).any()


def test_only_what_is_cited_is_drawn_and_never_what_is_not_there(make, pictures, tmp_path):
    seen = [
        make.evidence(2, label="other", box_xyxy=(50, 60, 150, 90)),
        make.evidence(1, label="cat", status="none", value=0),
    ]
    (path, *_) = annotate(make.answer(evidence=seen), pictures, tmp_path / "out.png")
    assert not changed(pictures[0].pixels, read(path)).any()


@pytest.mark.parametrize(
    ("name", "kind"), [("out.png", "PNG"), ("o.jpg", "JPEG"), ("o.webp", "WEBP")]
)
def test_the_suffix_is_the_format(make, pictures, tmp_path, name, kind):
    (path,) = annotate(make.answer(), pictures[:1], tmp_path / name)
    with Image.open(path) as image:
        assert image.format == kind


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"label": "dog", "score": 0.91}, "e1 dog 0.91"),
        ({"label": "total", "value": "39.10"}, "e1 total = 39.10 0.98"),
        ({"label": "text", "value": 812, "value_type": "characters"}, "e1 text 0.98"),
        ({"label": "苹果"}, "e1 0.98"),
        ({"text": "only text"}, "e1 0.98"),
    ],
)
def test_labels(make, fields, label):
    assert label_of(make.evidence(**fields), short=False) == label
    assert label_of(make.evidence(**fields), short=True) == "e1"


def test_a_member_of_a_group_is_named_with_it(make):
    dog = make.evidence(label="animal", group="animal", value="dog", value_type="label", score=0.9)
    assert label_of(dog, short=False) == "e1 animal: dog 0.90"


def test_an_estimate_has_only_the_corners_of_a_box(make):
    blank = Image.new("RGB", (200, 100), "white")
    seen = [
        make.evidence(1, label="cat", box_xyxy=(5, 20, 95, 95)),
        make.evidence(
            2, label="Is it wet?", value="yes", kind="estimate", box_xyxy=(105, 20, 195, 95)
        ),
    ]
    difference = changed(blank, draw(blank, seen))
    assert difference[58, 3:8].any()
    assert not difference[58, 100:].any()
    assert difference[90:97, 103:110].any()


def test_the_label_of_an_estimate_says_so(make):
    text = {"label": "a kitchen", "kind": "estimate", "score": 0.62}
    assert label_of(make.evidence(1, **text), short=False) == "e1 estimate: a kitchen 0.62"
    answer = text | {"label": "Is it wet?", "value": "yes"}
    assert label_of(make.evidence(1, **answer), short=False) == "e1 estimate: yes 0.62"
