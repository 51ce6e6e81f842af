"""Finds and counts things: the tool over whatever detector the configuration names.

Labels are offered from what stands beside the weights; nothing is loaded before the first look.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator

from tools.base import BatchedTool, VisionTool, vision_tool
from tools.errors import BadArgumentError, ToolUnavailableError
from tools.evidence import Evidence, Finding, Region, ToolReport
from tools.explain.subjects import Subject, of_label
from tools.networks.detectors import Box, Detector, open_detector
from tools.networks.merging import one_each
from tools.networks.tiled_detection import detect_tiled
from tools.pictures.store import Picture
from tools.weights.find import Missing, find
from tools.weights.sidefiles import Bars, offered_labels, read_bars
from tools.words.groups import Members, expanded, offered_groups
from tools.words.labels import canonical

if TYPE_CHECKING:
    from tools.toolset import ToolConfig

UNSEEN = 0.5
"""Where a larger share of the things of a label is missed, "none" would say too much."""


def detector_weights(config: ToolConfig) -> Path | Missing:
    """The weights that the configuration finds, or what is missing.

    Raises:
        InputError: an explicit path that does not exist.
    """
    return find(
        "detect_objects",
        explicit=config.detector,
        builtin="detector",
        file="detector.pt",
        allow_download=config.allow_download,
    )


def detector_bars(weights: Path, config: ToolConfig) -> Bars:
    """The bars of the settings, else those of the weights.

    Raises:
        ValueError: `bars.json` beside the weights is something else.
    """
    return read_bars(weights).with_bars(config.detect_threshold, config.detect_floor)


def detect_objects_tool(config: ToolConfig) -> VisionTool | Missing:
    """The tool for the weights that the configuration finds, or what is missing."""
    weights = detector_weights(config)
    if isinstance(weights, Missing):
        return weights
    detector = open_detector(weights, config.device, config.runtime)
    try:
        if detector.is_open_vocabulary and (gap := _missing_for_text(detector, config)):
            return gap
        offered = offered_labels(weights, config.detect_min_ap)
        if offered is None and not detector.is_open_vocabulary:
            offered = detector.labels()
        limits = detector_bars(weights, config)
    except (ToolUnavailableError, OSError, ValueError) as error:
        return Missing("detect_objects", str(error), f"put other weights in place of {weights}")
    return make_tool(detector, offered, limits)


def _missing_for_text(detector: Detector, config: ToolConfig) -> Missing | None:
    """What open-vocabulary weights need for reading labels: a tokenizer and a text encoder."""
    if find_spec("clip") is None:
        return Missing(
            "detect_objects",
            f"{detector.weights.name} reads labels with the clip package, which is not installed",
            "pip install git+https://github.com/ultralytics/CLIP.git",
        )
    found = find(
        "detect_objects",
        explicit=detector.text_encoder,
        builtin="detector",
        file=detector.text_encoder or "",
        allow_download=config.allow_download,
    )
    return found if isinstance(found, Missing) else None


def make_tool(detector: Detector, offered: list[str] | None, limits: Bars) -> VisionTool:
    """The vision tool of a detector; `offered=None` takes labels as free text.

    Groups of the offered labels ("animal") are offered beside them.
    """
    groups = offered_groups(offered or ())

    def detect_objects(
        picture: Picture, labels: list[str], region: Region | None = None
    ) -> ToolReport:
        """Find and count things.

        Args:
            labels: [] looks for all.
        """
        (report,) = several([{"picture": picture, "labels": labels, "region": region}])
        return report

    def several(calls: list[dict[str, Any]]) -> list[ToolReport]:
        for call in calls:
            _check_named(call["labels"])
        looks = [(c["picture"].crop(c["region"]), _wanted(c["labels"])) for c in calls]
        named = [bool(call["labels"]) for call in calls]  # for everything, one look is enough
        return [
            _report(seen, call["picture"], call["labels"], call["region"], limits, groups=groups)
            for seen, call in zip(detect_tiled(detector, looks, limits, named), calls, strict=True)
        ]

    def explains(evidence: Evidence, arguments: Mapping[str, Any]) -> Subject | None:
        name = evidence.member or evidence.label or ""
        known = [label for label in _wanted([name]) if offered is None or label in offered]
        box, (width, height) = evidence.box_xyxy, (evidence.picture.width, evidence.picture.height)
        if box is None or arguments.get("region") is not None:  # looked at another picture
            share = None
        else:
            share = (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
        return of_label(detector, name, known, share) if known else None

    def _wanted(labels: list[str]) -> list[str]:
        return expanded(labels, groups) or offered or []

    def _check_named(labels: list[str]) -> None:
        if offered is None and not labels:
            raise BadArgumentError("these weights look only for named things; give labels")

    annotation: Any = list[str]
    if offered is not None:
        names = [*offered, *groups]
        known: Any = Literal[tuple(names)]
        annotation = list[Annotated[known, BeforeValidator(_as_offered(names))]]
    settings = _digest([limits, groups])
    version = f"6:{_fingerprint(detector.weights)}:{detector.runtime}:{settings}"
    tool = vision_tool(detect_objects, version=version, annotations={"labels": annotation})
    about = {"explains": explains, "side_by_side": True}
    return BatchedTool(**(vars(tool) | about), run_batch=several)


def _as_offered(offered: list[str]) -> Callable[[object], object]:
    """A word for a label, as people say it ("Sofas"), to the label as the weights know it."""
    by_name = {label.casefold(): label for label in offered}

    def as_offered(word: object) -> object:
        if not isinstance(word, str):
            return word
        return by_name.get(word.strip().casefold()) or by_name.get(canonical(word) or "") or word

    return as_offered


def _report(
    seen: list[Box],
    picture: Picture,
    labels: list[str],
    region: Region | None,
    bars: Bars,
    *,
    groups: Members,
) -> ToolReport:
    asked = list(dict.fromkeys(labels or (label for label, _, _ in seen)))
    findings = [
        finding
        for label in asked
        for finding in _of_label(label, _boxes_of(label, seen, groups), picture, region, bars)
        or [_none(label, picture, bars, groups.get(label, (label,)))]
    ]
    if not labels:
        # Asked for everything: what is sure, else the best guess, else nothing.
        sure = [finding for finding in findings if finding.status == "found"]
        findings = sure or findings[:1] or [_none("object", picture, bars, ("object",))]
    named = ", ".join(asked) if labels else ""
    summary = " ".join(["detect_objects", picture.ref.id, named]).rstrip()
    return ToolReport(summary=summary, findings=tuple(findings))


def _boxes_of(label: str, seen: list[Box], groups: Members) -> list[Box]:
    """The boxes of a label; of a group those of all its members, each thing once."""
    if label in groups:
        return one_each([found for found in seen if found[0] in groups[label]])
    return [found for found in seen if found[0] == label]


def _of_label(
    label: str,
    mine: list[Box],
    picture: Picture,
    region: Region | None,
    bars: Bars,
) -> list[Finding]:
    """What to report of one label: its boxes, or one `unsure`, or nothing.

    Boxes of a group have the member as their value, and stand member by member, so that
    neighbours have one name.
    """
    boxes = [
        (name, min(score, 1.0), placed)
        for name, score, box in mine
        if (placed := picture.from_crop(region, box)) is not None
    ]
    sure = [found for found in boxes if found[1] >= bars.threshold]
    names = list(dict.fromkeys(name for name, _, _ in sure))
    sure.sort(key=lambda found: names.index(found[0]))
    common: dict[str, Any] = {"picture": picture.ref, "label": label, "group": label}
    if not sure:
        common["status"] = "unsure"
    return [
        Finding(**common, box_xyxy=box, score=score)
        if name == label
        else Finding(**common, box_xyxy=box, score=score, value=name, value_type="label")
        for name, score, box in sure or boxes[:1]
    ]


def _none(label: str, picture: Picture, bars: Bars, members: Sequence[str]) -> Finding:
    """Nothing was seen; `unsure` where so many are missed that this says little.

    Of a group it is no surer than of the member that is missed most.
    """
    score = min(map(bars.none_score, members))
    common: dict[str, Any] = {"picture": picture.ref, "label": label, "group": label}
    if 1 - score > UNSEEN:
        return Finding(**common, status="unsure", score=score)
    return Finding(**common, value=0, status="none", score=score)


def _digest(settings: object) -> str:
    """Tells other bars, other groups and other members apart for the cache."""
    return f"{zlib.crc32(repr(settings).encode()):08x}"


def _fingerprint(weights: Path) -> str:
    """Cheap identity of the weights for the cache: name, size and time of change."""
    stat = weights.stat()
    return f"{weights.name}-{stat.st_size}-{stat.st_mtime_ns}"
