"""Detection and classification on small weights that the tests build: real loading, real running."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tools import PictureStore, Region, ToolError
from tools.classify_image import Classifier
from tools.classify_image import make_tool as make_classify
from tools.detect_objects import Detector, detect_objects_tool, offered_labels
from tools.detect_objects import make_tool as make_detect
from tools.errors import InputError
from tools.toolset import ToolConfig, load_toolset
from tools.weights import Missing, find

NOISE = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
PICTURE = PictureStore().add(NOISE)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """YOLO26n with random weights and names of our own, saved as ultralytics saves it."""
    from tools.torch_runtime import import_ultralytics

    folder = tmp_path_factory.mktemp("detector")
    ultralytics = import_ultralytics()
    import torch

    torch.manual_seed(0)
    model = ultralytics.YOLO("yolo26n.yaml")
    names = {index: f"thing {index}" for index in range(80)} | {0: "dog", 1: "cat"}
    model.model.names = names
    model.save(str(folder / "detector.pt"))
    (folder / "labels.json").write_text(json.dumps({"dog": 0.8, "cat": 0.5, "thing 2": 0.1}))
    return folder / "detector.pt"


class FixedDetector(Detector):
    """A detector that sees what the test says."""

    def __init__(self, weights: Path, boxes: list[Any]) -> None:
        super().__init__(weights)
        self.boxes = boxes

    def detect(self, pixels: Any, labels: Any, floor: float) -> list[Any]:
        return [b for b in self.boxes if b[1] >= floor and (not labels or b[0] in labels)]


def test_real_weights_are_loaded_and_run(weights: Path) -> None:
    detector = Detector(weights, device="cpu")
    boxes = detector.detect(PICTURE.pixels, ["dog"], floor=1e-6)
    assert {label for label, _, _ in boxes} <= {"dog"}
    everything = detector.detect(PICTURE.pixels, [], floor=1e-6)
    assert everything
    assert [score for _, score, _ in everything] == sorted(
        (s for _, s, _ in everything), reverse=True
    )
    assert detector.labels()[:2] == ["dog", "cat"]


def test_nothing_sticks_to_the_model_between_calls(weights: Path) -> None:
    detector = Detector(weights, device="cpu")
    before = detector.detect(PICTURE.pixels, [], floor=1e-6)
    detector.detect(PICTURE.pixels, ["cat"], floor=0.5)
    assert detector.detect(PICTURE.pixels, [], floor=1e-6) == before


def test_offered_labels_are_those_that_the_weights_see_well(weights: Path) -> None:
    tool = detect_objects_tool(ToolConfig(detector=str(weights), detect_min_ap=0.3))
    assert not isinstance(tool, Missing)
    schema = tool.parameters.model_json_schema()
    assert schema["properties"]["labels"]["items"]["enum"] == ["dog", "cat"]
    assert offered_labels(weights, 0.0) == ["dog", "cat", "thing 2"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["dog"], [("dog", "found"), ("dog", "found")]),
        (["dog", "cat"], [("dog", "found"), ("dog", "found"), ("cat", "unsure")]),
        (["bird"], [("bird", "none")]),
        ([], [("dog", "found"), ("dog", "found")]),
    ],
)
def test_found_unsure_and_none_are_told_apart(
    weights: Path, asked: list[str], expected: list[tuple[str, str]]
) -> None:
    seen = [
        ("dog", 0.9, (0, 0, 10, 10)),
        ("dog", 0.5, (20, 0, 30, 10)),
        ("cat", 0.3, (0, 20, 9, 30)),
    ]
    tool = make_detect(FixedDetector(weights, seen), ["dog", "cat", "bird"], 0.4, 0.2)
    report = tool.run(PICTURE, asked)
    assert [(f.label, f.status) for f in report.findings] == expected


def test_boxes_of_a_region_lie_in_the_picture(weights: Path) -> None:
    tool = make_detect(FixedDetector(weights, [("dog", 0.9, (1, 2, 300, 10))]), ["dog"], 0.4, 0.2)
    region = Region(picture=PICTURE.ref, box_xyxy=(50.5, 40.2, 100, 90))
    (finding,) = tool.run(PICTURE, ["dog"], region=region).findings
    assert finding.box_xyxy == (51, 42, 160, 50)


def test_nothing_at_all_is_said(weights: Path) -> None:
    tool = make_detect(FixedDetector(weights, []), ["dog"], 0.4, 0.2)
    (finding,) = tool.run(PICTURE, []).findings
    assert (finding.label, finding.status) == ("object", "none")


def test_nms_of_other_architectures_works_without_compiled_operators() -> None:
    from tools.torch_runtime import import_ultralytics

    ultralytics = import_ultralytics()
    model = ultralytics.YOLO("yolov8n.yaml")
    (result,) = model.predict(NOISE, conf=1e-6, imgsz=160, verbose=False, device="cpu")
    assert result.boxes.xyxy.shape[1] == 4


def test_our_nms_keeps_the_best_of_each_heap() -> None:
    from tools.torch_runtime import _nms, prepare

    prepare()
    import torch

    boxes = torch.tensor([[0, 0, 10, 10], [1, 1, 10, 10], [50, 50, 60, 60], [0, 0, 10, 10.0]])
    scores = torch.tensor([0.8, 0.9, 0.3, 0.1])
    assert _nms(boxes, scores, 0.5).tolist() == [1, 2]
    assert _nms(boxes[:0], scores[:0], 0.5).tolist() == []


def test_importing_ultralytics_leaves_the_threads_alone() -> None:
    import os

    import torch

    from tools.torch_runtime import import_ultralytics

    before = (os.environ.get("OMP_NUM_THREADS"), torch.get_num_threads())
    import_ultralytics()
    assert (os.environ.get("OMP_NUM_THREADS"), torch.get_num_threads()) == before


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ResNet-18 with random weights for three classes."""
    from tools.torch_runtime import prepare

    prepare()
    import torch
    import torchvision
    from safetensors.torch import save_file

    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("classifier")
    model = torchvision.models.get_model("resnet18", num_classes=3)
    save_file(model.state_dict(), place / "model.safetensors")
    (place / "labels.json").write_text(json.dumps(["apple", "pear", "plum"]))
    (place / "config.json").write_text(json.dumps({"architecture": "resnet18", "input_size": 64}))
    return place


def test_a_classifier_folder_is_loaded_and_run(folder: Path) -> None:
    scores = Classifier(folder, device="cpu").scores(PICTURE.pixels)
    assert len(scores) == 3
    assert sum(scores) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("threshold", "status"), [(0.0, "found"), (1.0, "unsure")])
def test_the_bar_decides_between_found_and_unsure(
    folder: Path, threshold: float, status: str
) -> None:
    report = make_classify(Classifier(folder, device="cpu"), threshold).run(PICTURE, top_k=2)
    assert [f.status for f in report.findings] == [status, status]
    assert report.findings[0].score >= report.findings[1].score


def test_a_picture_of_something_else_is_none_of_the_known(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "strict"
    shutil.copytree(folder, copy)
    config = {"architecture": "resnet18", "input_size": 64, "known_threshold": 1.0}
    (copy / "config.json").write_text(json.dumps(config))
    (finding,) = make_classify(Classifier(copy, device="cpu"), 0.5).run(PICTURE).findings
    assert (finding.label, finding.status) == ("known class", "none")


def test_weights_that_do_not_fit_say_so(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "wrong"
    shutil.copytree(folder, copy)
    (copy / "labels.json").write_text(json.dumps(["apple"]))
    with pytest.raises(ToolError, match="does not fit resnet18"):
        Classifier(copy, device="cpu").scores(PICTURE.pixels)


def test_a_wrong_path_is_an_input_error_and_an_unknown_name_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no weights at"):
        find("t", explicit=str(tmp_path / "no.pt"), builtin="detector", file="detector.pt")
    missing = find("t", explicit="yolo26x-nobody.pt", builtin="detector", file="detector.pt")
    assert isinstance(missing, Missing)
    assert "ALLOW_DOWNLOAD" in missing.what_to_do


def test_the_toolset_offers_what_is_there_and_names_what_is_not(
    weights: Path, folder: Path
) -> None:
    config = ToolConfig(detector=str(weights), classifier=str(folder))
    names = [tool.name for tool in load_toolset(config).offered]
    assert names[:5] == [
        "read_text", "detect_objects", "classify_image", "describe_colors", "read_codes",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no such tool: fly"):
        load_toolset(ToolConfig(offer=["fly"]))
    with pytest.raises(TypeError, match="@vision_tool"):
        load_toolset(ToolConfig(offer=[]), [print])  # type: ignore[list-item]
