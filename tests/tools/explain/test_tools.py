"""What the tools say stands behind their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fakes.encoders import ColourSpace, ScriptedAnswerer
from tests.fakes.small_networks import RED, red_thing
from tools import answer_by_fusion, classify_image, detect_objects, match_text
from tools.evidence import Evidence, PictureRef
from tools.explain.explanation import Request, explain, methods_for, view_of
from tools.kinds.networks import KindNetworks
from tools.networks.classifier import Classifier
from tools.networks.detectors import Box, Detector, Look
from tools.pictures.store import Picture, PictureStore
from tools.weights.sidefiles import Bars


@pytest.fixture
def picture() -> Picture:
    return PictureStore().add(red_thing())


def seen(picture: PictureRef, tool: str, label: str, **fields: Any) -> Evidence:
    return Evidence(
        id="e1", call_id="call", picture=picture, tool=tool, label=label, score=0.9, **fields
    )


class SeesRed(Detector):
    """A box around what is red, as sure as the share of it that is left; and one that never moves."""

    side = 640

    def labels(self) -> list[str]:
        return ["kite", "dog"]

    def detect_many(self, looks: Sequence[Look], floor: float) -> list[list[Box]]:
        return [self._boxes(np.asarray(pixels).astype(int)) for pixels, _ in looks]

    def _boxes(self, pixels: Any) -> list[Box]:
        rows, columns = np.nonzero(pixels[..., 0] - pixels[..., 1] > 120)
        boxes: list[Box] = [("kite", 0.95, (0.0, 0.0, 10.0, 10.0))]
        if len(rows):
            area = (RED[2] - RED[0]) * (RED[3] - RED[1])
            box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            left, top, right, bottom = map(float, box)
            boxes.append(("kite", len(rows) / area, (left, top, right, bottom)))
        return boxes


def test_a_box_is_explained_by_what_lies_in_it(picture):
    tool = detect_objects.make_tool(SeesRed(Path(__file__)), ["kite", "dog"], Bars(0.5, 0.1))
    assert tool.explains is not None
    found = seen(picture.ref, "detect_objects", "kite", box_xyxy=RED, group="kite")
    subject = tool.explains(found, {"picture": "img_1", "labels": ["kite"], "region": None})
    assert subject is not None
    assert subject.score([picture.pixels]) == pytest.approx([1.0])
    assert subject.score([np.zeros((96, 128, 3), np.uint8)]) == pytest.approx([0.0])
    half = np.asarray(picture.pixels)[::2, ::2]
    assert subject.score([half])[0] == pytest.approx(0.25), "the box moves with the picture's size"
    best = explain(subject, view_of(picture, None), Request("lime", "grid", samples=150)).ranked[0][
        0
    ]
    assert RED[0] <= (best[0] + best[2]) / 2 <= RED[2]
    assert RED[1] <= (best[1] + best[3]) / 2 <= RED[3]


def test_without_a_box_the_surest_one_counts(picture):
    tool = detect_objects.make_tool(SeesRed(Path(__file__)), ["kite", "dog"], Bars(0.5, 0.1))
    assert tool.explains is not None
    none = seen(picture.ref, "detect_objects", "kite", status="none", value=0)
    subject = tool.explains(none, {})
    assert subject is not None
    assert subject.score([np.zeros((96, 128, 3), np.uint8)]) == pytest.approx([0.95])
    assert tool.explains(seen(picture.ref, "detect_objects", "object", status="none"), {}) is None


@pytest.mark.parametrize("method", ["gradcam", "shap"])
def test_a_kind_is_explained_by_its_probability(folder, picture, method):
    networks = KindNetworks(Classifier(folder))
    tool = classify_image.make_tool(networks, 0.6)
    assert tool.explains is not None
    subject = tool.explains(seen(picture.ref, "classify_image", "apple"), {})
    assert subject is not None
    assert methods_for(subject) == ("lime", "shap", "gradcam")
    found = explain(subject, view_of(picture, None), Request(method, samples=20))
    (look,) = networks.looks([picture.pixels])
    apple = networks.find("apple")
    assert apple is not None
    assert found.whole == pytest.approx(look.score(apple.key), abs=1e-6)
    assert found.heat.shape == (96, 128)
    if method == "gradcam":
        assert found.regions.count == 4, "ResNet's last feature map of 64 pixels has 2 x 2 cells"
        assert (found.scores >= 0).all()


def test_what_is_no_kind_has_no_score(folder, picture):
    tool = classify_image.make_tool(KindNetworks(Classifier(folder)), 0.6)
    assert tool.explains is not None
    nothing = seen(picture.ref, "classify_image", "class that I know", status="none", value=0)
    assert tool.explains(nothing, {}) is None


def test_estimates_are_explained_by_their_probability(picture):
    texts = match_text.make_tool(ColourSpace())
    answers = answer_by_fusion.make_tool(
        ScriptedAnswerer({"Is it red?": [("2", 0.7), ("no", 0.1)]})
    )
    assert texts.explains is not None
    assert answers.explains is not None
    text = texts.explains(seen(picture.ref, "match_text", "a red thing", kind="estimate"), {})
    assert text is not None
    assert (
        text.score([np.full((9, 9, 3), (255, 0, 0), np.uint8)])[0]
        > 0.9
        > text.score([picture.pixels])[0]
    )
    said = seen(picture.ref, "answer_by_fusion", "Is it red?", value=2, value_type="number")
    answer = answers.explains(said, {"picture": "img_1", "question": "Is it red?"})
    assert answer is not None
    assert (answer.what, answer.score([picture.pixels, picture.pixels]).tolist()) == (
        "2",
        [0.7, 0.7],
    )
