"""Detection on small weights that the tests build: real loading, real running."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fakes.detectors import FixedDetector
from tools import PictureStore, Region, ToolError
from tools.base import BatchedTool
from tools.detect_objects import detect_objects_tool, detector_bars
from tools.detect_objects import make_tool as make_detect
from tools.networks.detectors import open_detector
from tools.networks.openvino_runtime import Runtime
from tools.networks.ultralytics_detector import UltralyticsDetector
from tools.networks.ultralytics_openvino import IOU
from tools.toolset import ToolConfig
from tools.weights.find import Missing
from tools.weights.sidefiles import Bars, offered_labels

NOISE = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
PICTURE = PictureStore().add(NOISE)


def same(boxes: list[Any], others: list[Any]) -> bool:
    """Whether the best boxes are the same, but for rounding."""
    return len(boxes) == len(others) and all(
        label == other_label
        and score == pytest.approx(other_score, rel=1e-4)
        and box == pytest.approx(other_box, abs=0.05)
        for (label, score, box), (other_label, other_score, other_box) in zip(
            boxes[:5], others[:5], strict=True
        )
    )


def test_real_weights_are_loaded_and_run(weights: Path) -> None:
    detector = open_detector(weights, device="cpu")
    boxes = detector.detect(PICTURE.pixels, ["dog"], floor=1e-6)
    assert {label for label, _, _ in boxes} == {"dog"}
    everything = detector.detect(PICTURE.pixels, [], floor=1e-6)
    assert {label for label, _, _ in everything} >= {"dog", "cat"}
    scores = [score for _, score, _ in everything]
    assert scores == sorted(scores, reverse=True)
    assert detector.detect(PICTURE.pixels, [], floor=scores[11]) == everything[:11]
    assert detector.labels()[:3] == ["dog", "cat", "thing 2"]


def test_red_is_red_to_the_network(weights: Path) -> None:
    """Arrays are BGR to ultralytics and PIL images are RGB: both ways must see the same."""
    from PIL import Image

    detector = UltralyticsDetector(weights, device="cpu")
    (theirs,) = detector._loaded().predict(
        Image.fromarray(NOISE), conf=1e-6, iou=IOU, imgsz=640, verbose=False, device="cpu"
    )
    scores = sorted(theirs.boxes.conf.tolist(), reverse=True)
    assert [s for _, s, _ in detector.detect(NOISE, [], floor=1e-6)] == pytest.approx(scores)
    swapped = detector.detect(NOISE[:, :, ::-1], [], floor=1e-6)
    assert [s for _, s, _ in swapped] != pytest.approx(scores)


def test_nothing_sticks_to_the_model_between_calls(weights: Path) -> None:
    detector = open_detector(weights, device="cpu")
    before = detector.detect(PICTURE.pixels, [], floor=1e-6)
    assert detector.detect(PICTURE.pixels, ["cat"], floor=0.5) == []
    assert not same(detector.detect(NOISE[::-1].copy(), [], floor=1e-6), before)
    assert same(detector.detect(PICTURE.pixels, [], floor=1e-6), before)


def test_looks_together_see_what_they_see_alone(weights: Path) -> None:
    detector = open_detector(weights, device="cpu")
    looks: list[Any] = [
        (PICTURE.pixels, ["dog"]), (PICTURE.pixels[:60, :70], ["dog"]), (NOISE[::-1].copy(), ["dog"]),
        (PICTURE.pixels[:100, :140], ["dog"]),
        (PICTURE.pixels, ["dog", "cat"]),
    ]  # fmt: skip
    together = detector.detect_many(looks, floor=1e-6)
    alone = [detector.detect(pixels, labels, floor=1e-6) for pixels, labels in looks]
    assert all(map(same, together, alone))
    assert not same(alone[0], alone[2])


class CountingDetector(UltralyticsDetector):
    """Writes down how many pictures go through the network together."""

    batches: list[int]

    def _predict(self, batch: list[Any], *rest: Any) -> list[Any]:
        self.batches.append(len(batch))
        return super()._predict(batch, *rest)


def test_pictures_of_mixed_sizes_are_one_batch(weights: Path) -> None:
    detector = CountingDetector(weights, device="cpu")
    detector.batches = []
    looks = [(NOISE, []), (NOISE[:100], []), (NOISE[:60, :100], []), (NOISE[:107, :131], [])]
    detector.detect_many(looks, 0.3)
    assert sorted(detector.batches) == [1, 3], "the last is nearly a square"


def test_calls_together_report_what_they_report_alone(weights: Path) -> None:
    seen = [("dog", 0.9, (0, 0, 10, 10)), ("cat", 0.3, (0, 20, 9, 30))]
    tool = make_detect(FixedDetector(weights, seen), ["dog", "cat"], Bars())
    assert isinstance(tool, BatchedTool)
    region = Region(picture=PICTURE.ref, box_xyxy=(50, 40, 100, 90))
    calls: list[dict[str, Any]] = [
        {"picture": PICTURE, "labels": ["dog"], "region": None},
        {"picture": PICTURE, "labels": ["cat", "dog"], "region": region},
        {"picture": PICTURE, "labels": [], "region": None},
    ]
    assert tool.run_batch(calls) == [tool.run(**call) for call in calls]


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300, 3), (300, 1, 3)])
def test_thin_crops_are_no_error(weights: Path, shape: tuple[int, int, int]) -> None:
    boxes = open_detector(weights, device="cpu").detect(
        np.zeros(shape, np.uint8), ["dog"], floor=0.5
    )
    assert boxes == []


def test_a_label_may_be_said_as_people_say_it(weights: Path) -> None:
    tool = make_detect(FixedDetector(weights, []), ["dog", "couch", "QR Code"], Bars())
    given = {"picture": "img_1", "labels": ["Dogs", "sofa", "沙发", "qr code"], "region": None}
    assert tool.parameters(**given).labels == ["dog", "couch", "couch", "QR Code"]  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="'dog', 'couch' or 'QR Code'"):
        tool.parameters(picture="img_1", labels=["unicorn"], region=None)


class SeededEmbeddings(UltralyticsDetector):
    """Open vocabulary without a text encoder: a label's embedding depends on its letters only."""

    def embed(self, labels: tuple[str, ...]) -> Any:
        import torch

        rows = []
        for label in labels:
            generator = torch.Generator().manual_seed(sum(label.encode()))
            rows.append(torch.randn(512, generator=generator))
        return torch.nn.functional.normalize(torch.stack(rows), dim=-1)[None]


def test_open_vocabulary_takes_new_labels_each_time(open_weights: Path) -> None:
    detector = SeededEmbeddings(open_weights, device="cpu")
    first = detector.detect(NOISE, ["red kite", "lamp"], floor=1e-6)
    other = detector.detect(NOISE, ["lamp"], floor=1e-6)
    assert {label for label, _, _ in first} == {"red kite", "lamp"}
    assert {label for label, _, _ in other} == {"lamp"}
    assert same(detector.detect(NOISE, ["red kite", "lamp"], floor=1e-6), first)


def test_open_vocabulary_without_its_text_encoder_is_missing(open_weights: Path) -> None:
    missing = detect_objects_tool(ToolConfig(detector=str(open_weights)))
    assert isinstance(missing, Missing)
    assert "clip" in missing.why


def test_a_text_encoder_of_the_working_directory_is_not_loaded(
    open_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = open_detector(open_weights, "cpu")
    monkeypatch.chdir(tmp_path)
    (tmp_path / str(detector.text_encoder)).write_bytes(b"anybody's network")
    with pytest.raises(ToolError, match="working directory"):
        detector.detect(NOISE, ["lamp"], floor=0.5)


def test_open_vocabulary_needs_labels(open_weights: Path) -> None:
    tool = make_detect(SeededEmbeddings(open_weights, "cpu"), None, Bars())
    with pytest.raises(ToolError, match="give labels"):
        tool.run(PICTURE, [])


@pytest.mark.parametrize(
    "labels", ["{not json", '"dog"x', "3", '{"dog": "good"}', '{"dog": 0.01}', "[]"]
)
def test_a_label_file_that_is_of_no_use_is_a_gap(
    weights: Path, tmp_path: Path, labels: str
) -> None:
    shutil.copy(weights, tmp_path / "detector.pt")
    (tmp_path / "labels.json").write_text(labels)
    missing = detect_objects_tool(ToolConfig(detector=str(tmp_path)))
    assert isinstance(missing, Missing)
    assert "labels.json" in missing.why


def test_weights_that_are_none_are_a_gap(tmp_path: Path) -> None:
    (tmp_path / "detector.pt").write_bytes(b"no checkpoint" * 100)
    missing = detect_objects_tool(ToolConfig(detector=str(tmp_path)))
    assert isinstance(missing, Missing)
    assert "cannot be loaded" in missing.why


def test_offered_labels_are_those_that_the_weights_see_well(weights: Path) -> None:
    tool = detect_objects_tool(ToolConfig(detector=str(weights), detect_min_ap=0.3))
    assert not isinstance(tool, Missing)
    schema = tool.parameters.model_json_schema()
    assert schema["properties"]["labels"]["items"]["enum"] == ["dog", "cat", "animal", "pet"]
    assert offered_labels(weights, 0.0) == ["dog", "cat", "thing 2"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (["dog"], [("dog", "found"), ("dog", "found")]),
        (["dog", "cat"], [("dog", "found"), ("dog", "found"), ("cat", "unsure")]),
        (["bird"], [("bird", "none")]),
        ([], [("dog", "found"), ("dog", "found")]),
        (["cat", "cat"], [("cat", "unsure")]),
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
    tool = make_detect(FixedDetector(weights, seen), ["dog", "cat", "bird"], Bars())
    report = tool.run(PICTURE, asked)
    assert [(f.label, f.status) for f in report.findings] == expected


FARM: list[Any] = [
    ("horse", 0.9, (0, 0, 40, 40)), ("cow", 0.7, (1, 0, 40, 40)), ("dog", 0.8, (60, 0, 90, 40)),
    ("horse", 0.6, (100, 0, 140, 40)), ("dog", 0.3, (0, 60, 40, 100)), ("car", 0.9, (60, 60, 90, 90)),
]  # fmt: skip


def farm(weights: Path, seen: list[Any]) -> BatchedTool:
    tool = make_detect(FixedDetector(weights, seen), ["dog", "cow", "horse", "car"], Bars())
    assert isinstance(tool, BatchedTool)
    return tool


def test_a_group_is_one_set_of_findings_member_by_member(weights: Path) -> None:
    report = farm(weights, FARM).run(PICTURE, ["animal"])
    assert [(f.label, f.group, f.value, f.value_type, f.score) for f in report.findings] == [
        ("animal", "animal", "horse", "label", 0.9),
        ("animal", "animal", "horse", "label", 0.6),
        ("animal", "animal", "dog", "label", 0.8),
    ]
    assert {f.status for f in report.findings} == {"found"}
    assert report.summary == "detect_objects img_1 animal"


def test_a_group_and_a_member_are_both_reported(weights: Path) -> None:
    findings = farm(weights, FARM).run(PICTURE, ["animal", "cow", "dog"]).findings
    assert [(f.label, f.value) for f in findings] == [
        ("animal", "horse"), ("animal", "horse"), ("animal", "dog"), ("cow", None), ("dog", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "status", "value"), [(FARM[4:], "unsure", "dog"), (FARM[5:], "none", 0)]
)
def test_a_group_may_be_unsure_or_not_there(
    weights: Path, seen: list[Any], status: str, value: object
) -> None:
    (finding,) = farm(weights, seen).run(PICTURE, ["animal"]).findings
    assert (finding.label, finding.status, finding.value) == ("animal", status, value)


def test_groups_together_are_what_they_are_alone(weights: Path) -> None:
    tool = farm(weights, FARM)
    region = Region(picture=PICTURE.ref, box_xyxy=(10, 10, 150, 110))
    calls: list[dict[str, Any]] = [
        {"picture": PICTURE, "labels": ["animal"], "region": region},
        {"picture": PICTURE, "labels": ["car", "animal"], "region": None},
    ]
    assert tool.run_batch(calls) == [tool.run(**call) for call in calls]


def test_a_group_may_be_said_as_people_say_it(weights: Path) -> None:
    given = {"picture": "img_1", "labels": ["Animals", "动物", "牲畜"], "region": None}
    checked = farm(weights, []).parameters(**given)
    assert checked.labels == ["animal", "animal", "farm animal"]  # type: ignore[attr-defined]


def test_boxes_of_a_region_lie_in_the_picture(weights: Path) -> None:
    tool = make_detect(FixedDetector(weights, [("dog", 0.9, (1, 2, 300, 10))]), ["dog"], Bars())
    region = Region(picture=PICTURE.ref, box_xyxy=(50.5, 40.2, 100, 90))
    (finding,) = tool.run(PICTURE, ["dog"], region=region).findings
    assert finding.box_xyxy == (51, 42, 160, 50)


def test_asked_for_everything_the_best_guess_is_unsure(weights: Path) -> None:
    seen = [("cat", 0.3, (0, 0, 9, 9)), ("dog", 0.25, (0, 0, 9, 9))]
    tool = make_detect(FixedDetector(weights, seen), ["dog", "cat"], Bars())
    (finding,) = tool.run(PICTURE, []).findings
    assert (finding.label, finding.status) == ("cat", "unsure")


def test_nothing_at_all_is_said(weights: Path) -> None:
    tool = make_detect(FixedDetector(weights, []), ["dog"], Bars())
    (finding,) = tool.run(PICTURE, []).findings
    assert (finding.label, finding.status) == ("object", "none")


def test_bars_are_those_of_the_settings_then_of_the_weights(weights: Path, tmp_path: Path) -> None:
    assert detector_bars(weights, ToolConfig()) == Bars(0.4, 0.2)
    copy = tmp_path / "detector.pt"
    shutil.copy(weights, copy)
    (tmp_path / "bars.json").write_text('{"threshold": 0.3, "floor": 0.1, "missed": 0.15}')
    assert detector_bars(copy, ToolConfig()) == Bars(0.3, 0.1, 0.15)
    assert detector_bars(copy, ToolConfig(detect_floor=0.0)) == Bars(0.3, 0.0)
    assert detector_bars(copy, ToolConfig()).none_score("dog") == pytest.approx(0.85)
    assert Bars(0.3, 0.1).none_score("dog") == pytest.approx(0.9)
    assert Bars(0.3, 0.1, 0.15, {"cat": 0.4}).none_score("cat") == pytest.approx(0.6)
    (tmp_path / "bars.json").write_text("[1]")
    missing = detect_objects_tool(ToolConfig(detector=str(copy)))
    assert isinstance(missing, Missing)
    assert "holds no bars" in missing.why


class Malicious:
    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> Any:
        return Path.touch, (self._file,)


def test_a_checkpoint_cannot_run_code(tmp_path: Path) -> None:
    import torch

    torch.save({"model": Malicious(tmp_path / "was_here")}, tmp_path / "detector.pt")
    runtimes: tuple[Runtime, ...] = ("torch", "openvino")
    for runtime in runtimes:
        with pytest.raises(ToolError, match="cannot be loaded"):
            open_detector(tmp_path / "detector.pt", "cpu", runtime).detect(PICTURE.pixels, [], 0.5)
    assert not (tmp_path / "was_here").exists()


@pytest.mark.parametrize("names", [{0: "nut", 1: "bolt"}, {0: "nut"}])
def test_labels_of_a_checkpoint_are_read_without_loading_it(
    weights: Path, tmp_path: Path, names: dict[int, str]
) -> None:
    """Weights of one's own without side files cost nothing before the first look."""
    import torch

    saved = torch.load(weights, weights_only=False)
    saved["model"].names = names
    torch.save(saved, tmp_path / "mine.pt")
    tool = detect_objects_tool(ToolConfig(detector=str(tmp_path / "mine.pt")))
    assert not isinstance(tool, Missing)
    offered = tool.parameters.model_json_schema()["properties"]["labels"]["items"]
    assert offered.get("enum", [offered.get("const")]) == list(names.values())


def test_making_the_tool_imports_no_torch(weights: Path, tmp_path: Path) -> None:
    shutil.copy(weights, tmp_path / "mine.pt")
    program = (
        "import sys; from tools.detect_objects import detect_objects_tool;"
        "from tools.toolset import ToolConfig;"
        f"detect_objects_tool(ToolConfig(detector={str(tmp_path / 'mine.pt')!r}));"
        "print({'torch', 'ultralytics', 'openvino'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "set()", done.stderr


def test_none_is_unsure_where_most_would_be_missed(weights: Path) -> None:
    bars = Bars(0.4, 0.2, 0.1, {"dog": 0.6, "cat": 0.3})
    tool = make_detect(FixedDetector(weights, []), ["dog", "cat", "bird"], bars)
    report = tool.run(PICTURE, ["dog", "cat", "bird"])
    said = [(f.label, f.status, f.score) for f in report.findings]
    assert said == [("dog", "unsure", 0.4), ("cat", "none", 0.7), ("bird", "none", 0.9)]


def test_none_of_a_group_is_as_sure_as_of_its_member_that_is_missed_most(weights: Path) -> None:
    bars = Bars(0.4, 0.2, 0.1, {"dog": 0.3, "cat": 0.2})
    tool = make_detect(FixedDetector(weights, []), ["dog", "cat"], bars)
    (finding,) = tool.run(PICTURE, ["animal"]).findings
    assert (finding.label, finding.status, finding.score) == ("animal", "none", 0.7)
