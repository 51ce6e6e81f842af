"""Object detection with ultralytics weights: YOLO26 by default, open vocabulary with YOLOE.

One worker owns the model (`tools.runner` sees to it); the predictor keeps nothing between calls.
Labels are offered from `labels.json` beside the weights, without loading them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tools.base import VisionTool, vision_tool
from tools.errors import BadArgumentError
from tools.evidence import Finding, Region, ToolReport, clip_box
from tools.images import Picture
from tools.weights import Missing, find

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

IMAGE_SIDE = 640
"""Pixels of the longer side that the network sees."""
Box = tuple[str, float, tuple[float, float, float, float]]
"""Label, score, box_xyxy in pixels of what was looked at."""


class Detector:
    """Ultralytics weights, loaded on first use by the thread that first detects."""

    def __init__(self, weights: Path, device: str = "auto") -> None:
        self.weights = weights
        self._device = device
        self._model: Any = None
        self._classes: tuple[str, ...] | None = None

    def labels(self) -> list[str]:
        """All labels that the weights know."""
        return [str(name) for name in self._loaded().names.values()]

    def detect(self, pixels: Any, labels: Sequence[str], floor: float) -> list[Box]:
        """Boxes of the labels (all if none) that score at least `floor`, best first.

        Args:
            pixels: uint8 RGB of shape (height, width, 3).
        """
        model = self._loaded()
        if self.is_open_vocabulary and labels:
            self._set_classes(tuple(labels))
        names = {int(index): str(name) for index, name in model.names.items()}
        wanted = [index for index, name in names.items() if name in labels] if labels else None
        results = model.predict(
            pixels[:, :, ::-1],  # ultralytics takes BGR arrays
            conf=floor,
            classes=wanted,
            imgsz=IMAGE_SIDE,
            device=self._device_name(),
            verbose=False,
            save=False,
        )
        boxes = results[0].boxes.cpu()
        found: list[Box] = []
        for index, score, box_xyxy in zip(boxes.cls, boxes.conf, boxes.xyxy, strict=True):
            left, top, right, bottom = (float(c) for c in box_xyxy)
            found.append((names[int(index)], float(score), (left, top, right, bottom)))
        return sorted(found, key=lambda box: -box[1])

    @property
    def is_open_vocabulary(self) -> bool:
        """Whether the weights take labels as free text (YOLOE, YOLO-World)."""
        return self.weights.stem.startswith(("yoloe", "yolov8s-world", "yolo-world"))

    def _loaded(self) -> Any:
        if self._model is None:
            from tools.torch_runtime import import_ultralytics

            self._model = import_ultralytics().YOLO(str(self.weights))
        return self._model

    def _set_classes(self, labels: tuple[str, ...]) -> None:
        if labels != self._classes:
            self._model.set_classes(list(labels))
            self._classes = labels

    def _device_name(self) -> str:
        from tools.torch_runtime import pick_device

        return pick_device(self._device)


def detect_objects_tool(config: ToolConfig) -> VisionTool | Missing:
    """The tool for the weights that the configuration finds, or what is missing."""
    weights = find(
        "detect_objects",
        explicit=config.detector,
        builtin="detector",
        file="detector.pt",
        allow_download=config.allow_download,
    )
    if isinstance(weights, Missing):
        return weights
    detector = Detector(weights, config.device)
    offered = offered_labels(weights, config.detect_min_ap)
    if offered is None and not detector.is_open_vocabulary:
        offered = detector.labels()
    return make_tool(detector, offered, config.detect_threshold, config.detect_floor)


def offered_labels(weights: Path, min_ap: float) -> list[str] | None:
    """Labels of `labels.json` beside the weights ({label: stated AP50}) that reach the bar.

    A list instead of an object offers all of them; None without such a file.
    """
    sidecar = weights.with_name("labels.json")
    if not sidecar.is_file():
        return None
    stated = json.loads(sidecar.read_text(encoding="utf-8"))
    if isinstance(stated, dict):
        return [label for label, ap in stated.items() if float(ap) >= min_ap]
    return [str(label) for label in stated]


def make_tool(
    detector: Detector, offered: list[str] | None, threshold: float, floor: float
) -> VisionTool:
    """The vision tool of a detector; `offered=None` takes labels as free text."""

    def detect_objects(
        picture: Picture, labels: list[str], region: Region | None = None
    ) -> ToolReport:
        """Find and count things of some kinds in a picture, each with its place.

        Args:
            labels: What to look for; an empty list looks for everything that can be seen.
        """
        if offered is None and not labels:
            raise BadArgumentError("these weights look only for named things; give labels")
        seen = detector.detect(picture.crop(region), labels or offered or [], floor)
        asked = list(dict.fromkeys(labels or (label for label, _, _ in seen)))
        findings = [
            finding
            for label in asked
            for finding in _of_label(label, seen, picture, region, (threshold, floor))
            if labels or finding.status == "found"
        ]
        if not findings:
            best = max((score for _, score, _ in seen), default=0.0)
            findings = [_none("object", picture, best)]
        summary = " ".join(["detect_objects", picture.ref.id, ", ".join(labels)]).rstrip()
        return ToolReport(summary=summary, findings=tuple(findings))

    annotation: Any = list[str] if offered is None else list[Literal[tuple(offered)]]  # type: ignore[misc]
    version = f"1:{_fingerprint(detector.weights)}:{threshold}:{floor}"
    return vision_tool(detect_objects, version=version, annotations={"labels": annotation})


def _of_label(
    label: str,
    seen: list[Box],
    picture: Picture,
    region: Region | None,
    bars: tuple[float, float],
) -> list[Finding]:
    """What to report of one label: its boxes, or one `unsure`, or one `none`.

    `bars` are the scores from which on a box is found, and from which on it is unsure; that
    nothing reached the lower one is what `none` is sure of.
    """
    threshold, floor = bars
    mine = [(score, box) for name, score, box in seen if name == label]
    placed = [(score, _in_picture(box, picture, region)) for score, box in mine]
    boxes = [(score, box) for score, box in placed if box is not None]
    sure = [(score, box) for score, box in boxes if score >= threshold]
    common: dict[str, Any] = {"picture": picture.ref, "label": label, "group": label}
    if sure:
        return [Finding(**common, box_xyxy=box, score=min(score, 1.0)) for score, box in sure]
    if boxes:
        score, box = boxes[0]
        return [Finding(**common, box_xyxy=box, score=score, status="unsure")]
    return [_none(label, picture, floor)]


def _none(label: str, picture: Picture, best: float) -> Finding:
    return Finding(
        picture=picture.ref, label=label, group=label, value=0, status="none", score=1 - best
    )


def _in_picture(
    box: tuple[float, float, float, float], picture: Picture, region: Region | None
) -> tuple[float, float, float, float] | None:
    if region is not None:
        left, top = int(region.box_xyxy[0]), int(region.box_xyxy[1])
        box = (box[0] + left, box[1] + top, box[2] + left, box[3] + top)
    return clip_box(box, picture.ref)


def _fingerprint(weights: Path) -> str:
    """Cheap identity of the weights for the cache: name, size and time of change."""
    stat = weights.stat()
    return f"{weights.name}-{stat.st_size}-{stat.st_mtime_ns}"
