from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tools import PictureStore, Region, ToolError, ToolReport
from tools.base import BatchedTool, VisionTool
from tools.classify_image import make_tool
from tools.kinds.networks import KindNetworks
from tools.networks.classifier import Classifier
from tools.toolset import ToolConfig, load_toolset


def classify(classifier: Classifier, threshold: float) -> VisionTool:
    """The tool of a folder alone."""
    return make_tool(KindNetworks(classifier), threshold)


NOISE = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
PICTURE = PictureStore().add(NOISE)


def test_a_classifier_folder_is_loaded_and_run(folder: Path) -> None:
    classifier = Classifier(folder, device="cpu")
    one, other = classifier.scores([PICTURE.pixels, PICTURE.pixels[:50, :60]])
    assert len(one) == len(other) == 3
    assert sum(one) == pytest.approx(1, abs=1e-5)
    assert other == pytest.approx(classifier.scores([PICTURE.pixels[:50, :60]])[0], abs=1e-4)


@pytest.mark.parametrize(
    ("threshold", "statuses"), [(0.0, ["found", "found"]), (0.99, ["found", "unsure"])]
)
def test_the_bar_decides_between_found_and_unsure(
    folder: Path, threshold: float, statuses: list[str]
) -> None:
    findings = classify(Classifier(folder, device="cpu"), threshold).run(PICTURE, top_k=2).findings
    assert [f.status for f in findings] == statuses
    # It knows nothing but fruit, so that this much is sure.
    assert (findings[0].label == "fruit") == (threshold > 0.5)
    assert findings[0].score >= findings[1].score


def test_a_picture_of_something_else_is_none_of_the_known(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "strict"
    shutil.copytree(folder, copy)
    config = {"architecture": "resnet18", "input_size": 64, "known_threshold": 1.0}
    (copy / "config.json").write_text(json.dumps(config))
    (finding,) = classify(Classifier(copy, device="cpu"), 0.5).run(PICTURE).findings
    assert (finding.label, finding.status) == ("class that I know", "none")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", "{"),
        ("config.json", '{"architecture": "resnet18"}'),
        ("labels.json", '{"0": "apple"}'),
        ("labels.json", "nothing"),
    ],
)
def test_a_classifier_folder_that_is_of_no_use_is_a_gap(
    folder: Path, tmp_path: Path, file: str, content: str
) -> None:
    copy = tmp_path / "classifier"
    shutil.copytree(folder, copy)
    (copy / file).write_text(content)
    toolset = load_toolset(ToolConfig(classifier=str(copy), offer=["classify_image"]))
    assert [missing.what for missing in toolset.missing] == ["classify_image"]


@pytest.mark.parametrize("architecture", ["resnet18_of_mine", "timm:none"])
def test_an_architecture_that_is_not_there(folder: Path, tmp_path: Path, architecture: str) -> None:
    copy = tmp_path / "other"
    shutil.copytree(folder, copy)
    (copy / "config.json").write_text(json.dumps({"architecture": architecture, "input_size": 64}))
    with pytest.raises(ToolError, match=architecture):
        Classifier(copy, device="cpu").scores([PICTURE.pixels])


def test_calls_of_a_classifier_together(folder: Path) -> None:
    tool = classify(Classifier(folder, device="cpu"), 0.0)
    assert isinstance(tool, BatchedTool)
    calls: list[dict[str, Any]] = [
        {"picture": PICTURE, "region": None, "top_k": 3, "kinds": None},
        {
            "picture": PICTURE,
            "region": Region(picture=PICTURE.ref, box_xyxy=(1, 2, 50, 60)),
            "top_k": 1,
            "kinds": None,
        },
    ]
    for report, call in zip(tool.run_batch(calls), calls, strict=True):
        assert isinstance(report, ToolReport)
        alone = tool.run(**call)
        assert [f.label for f in report.findings] == [f.label for f in alone.findings]
        assert [f.box_xyxy for f in report.findings] == [f.box_xyxy for f in alone.findings]


def test_weights_that_do_not_fit_say_so(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "wrong"
    shutil.copytree(folder, copy)
    (copy / "labels.json").write_text(json.dumps(["apple"]))
    with pytest.raises(ToolError, match="does not fit resnet18"):
        Classifier(copy, device="cpu").scores([PICTURE.pixels])


def hierarchical(folder: Path, place: Path, **more: Any) -> Classifier:
    """Three outputs as two labels of one kind, and something else."""
    shutil.copytree(folder, place)
    config = {"architecture": "resnet18", "input_size": 64, "coarse_of": ["fruit", "fruit"],
              "has_other": True, "kind": "product"}  # fmt: skip
    (place / "config.json").write_text(json.dumps(config | more))
    (place / "labels.json").write_text(json.dumps(["apple", "pear"]))
    return Classifier(place, device="cpu")


@pytest.mark.parametrize(
    ("scores", "threshold", "verdict", "first"),
    [
        ([0.7, 0.2, 0.1], 0.5, "fine", ("apple", "found")),
        ([0.4, 0.3, 0.3], 0.5, "coarse", ("fruit", "found")),
        ([0.35, 0.25, 0.4], 0.7, "unsure", ("apple", "unsure")),
        ([0.2, 0.1, 0.7], 0.1, "none", ("product that I know", "none")),
    ],
)
def test_the_level_that_is_sure_answers(
    folder: Path, tmp_path: Path, scores: list[float], threshold: float, verdict: str, first: Any
) -> None:
    class Scripted(Classifier):
        def scores(self, pictures: Any) -> list[list[float]]:
            return [scores for _ in pictures]

    real = hierarchical(folder, tmp_path / "h", known_threshold=0.5)
    classifier = Scripted(real.folder)
    assert classifier.verdict(classifier.guess(scores), threshold) == verdict
    report = classify(classifier, threshold).run(PICTURE)
    assert (report.findings[0].label, report.findings[0].status) == first
    assert [f.status for f in report.findings[1:]].count("found") == 0
    assert all(0 <= finding.score <= 1 for finding in report.findings)


def test_outputs_are_labels_and_something_else(folder: Path, tmp_path: Path) -> None:
    (guess,) = hierarchical(folder, tmp_path / "h").guesses([PICTURE.pixels])
    assert {label for _, label in guess.fine} == {"apple", "pear"}
    assert guess.coarse == ((pytest.approx(sum(s for s, _ in guess.fine)), "fruit"),)
    assert guess.known < 1


def test_coarse_classes_are_one_for_each_label(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 labels, and coarse classes of 1"):
        hierarchical(folder, tmp_path / "h", coarse_of=["fruit"])


def test_the_planner_is_told_what_is_known(folder: Path, tmp_path: Path) -> None:
    tool = classify(hierarchical(folder, tmp_path / "h"), 0.5)
    assert tool.description.endswith("It knows 2 labels of the kinds: fruit.")
    plain = classify(Classifier(folder, device="cpu"), 0.5)
    assert plain.description.endswith("It knows only: apple, pear, plum.")


def test_a_mirror_image_is_the_same_picture_where_the_folder_says_so(
    folder: Path, tmp_path: Path
) -> None:
    mirrored = tmp_path / "mirrored"
    shutil.copytree(folder, mirrored)
    config = json.loads((folder / "config.json").read_text()) | {"mirrored": True}
    (mirrored / "config.json").write_text(json.dumps(config))
    pixels = np.random.default_rng(5).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    pictures = [pixels, np.ascontiguousarray(pixels[:, ::-1])]
    one, other = Classifier(folder, "cpu").scores(pictures)
    assert one != pytest.approx(other, abs=1e-4)
    both = Classifier(mirrored, "cpu").scores(pictures)
    assert both[0] == pytest.approx(both[1], abs=1e-5)
    mean = np.sqrt(np.array(one) * np.array(other))  # of the logits, so of the logarithms
    assert both[0] == pytest.approx((mean / mean.sum()).tolist(), abs=1e-4)
