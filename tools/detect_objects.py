"""Object detection with ultralytics weights: YOLO26 by default, open vocabulary with YOLOE.

One worker owns the model (`tools.execution` sees to it); the predictor keeps nothing between calls.
Labels are offered from `labels.json` beside the weights, without loading them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator

from tools.base import BatchedTool, VisionTool, vision_tool
from tools.errors import BadArgumentError, ToolUnavailableError
from tools.evidence import Finding, Region, ToolReport
from tools.merging import one_each
from tools.pictures.store import Picture
from tools.weights.find import Missing, find
from tools.words.groups import Members, expanded, offered_groups
from tools.words.labels import canonical

if TYPE_CHECKING:
    from tools.networks.openvino_runtime import Runtime
    from tools.networks.ultralytics_openvino import ExportedDetector
    from tools.toolset import ToolConfig

Box = tuple[str, float, tuple[float, float, float, float]]
"""Label, score, box_xyxy in pixels of what was looked at."""


class Detector:
    """Ultralytics weights, loaded on first use by the thread that first detects."""

    def __init__(self, weights: Path, device: str = "auto", runtime: Runtime = "auto") -> None:
        self.weights = weights
        self._device = device
        self.runtime: Runtime = runtime
        self._model: Any = None
        self._exported: ExportedDetector | None = None
        self._is_torch_only = False
        self._classes: tuple[str, ...] | None = None

    def labels(self) -> list[str]:
        """All labels that the weights know.

        Raises:
            ToolUnavailableError: the weights cannot be loaded.
        """
        return [str(name) for name in (self._on_openvino() or self._loaded()).names.values()]

    @property
    def side(self) -> int:
        """Pixels of the longer side that the network sees."""
        from tools.networks.ultralytics_openvino import side_of

        exported = self._on_openvino()
        return exported.side if exported else side_of(self._loaded())

    def detect(self, pixels: Any, labels: Sequence[str], floor: float) -> list[Box]:
        """Boxes of the labels (all if none) that score at least `floor`, best first.

        Args:
            pixels: uint8 RGB of shape (height, width, 3).

        Raises:
            ToolUnavailableError: the weights cannot be loaded.
        """
        return self._predict([pixels], tuple(labels), floor)[0]

    def detect_many(
        self, looks: Sequence[tuple[Any, Sequence[str]]], floor: float
    ) -> list[list[Box]]:
        """What `detect` gives for each (pixels, labels), together where shape and labels agree."""
        together: dict[Any, list[int]] = {}
        for index, (pixels, labels) in enumerate(looks):
            together.setdefault((pixels.shape, tuple(labels)), []).append(index)
        found: list[list[Box]] = [[] for _ in looks]
        for (_, labels), indices in together.items():
            boxes = self._predict([looks[index][0] for index in indices], labels, floor)
            for index, mine in zip(indices, boxes, strict=True):
                found[index] = mine
        return found

    @property
    def is_open_vocabulary(self) -> bool:
        """Whether the weights take labels as free text: YOLOE, but not its prompt-free kind."""
        return "yoloe" in self.weights.stem and not self.weights.stem.endswith("-pf")

    def embed(self, labels: tuple[str, ...]) -> Any:
        """Text embeddings of the labels, shape (1, labels, channels); open vocabulary only."""
        return self._loaded().get_text_pe(list(labels))

    def _predict(self, batch: list[Any], labels: tuple[str, ...], floor: float) -> list[list[Box]]:
        from tools.networks.torch_runtime import pick_device, threads_kept
        from tools.networks.ultralytics_openvino import IOU, side_of

        bgr = [pixels[:, :, ::-1] for pixels in batch]  # as ultralytics takes arrays
        if (exported := self._on_openvino()) is not None:
            found = exported.predict(bgr, _numbers(exported.names, labels), floor)
            return [_boxes(rows, exported.names) for rows in found]
        model = self._loaded()
        if self.is_open_vocabulary and labels and labels != self._classes:
            model.set_classes(list(labels), self.embed(labels))
            self._classes = labels
        names = {int(index): str(name) for index, name in model.names.items()}
        with threads_kept():
            results = model.predict(
                bgr,
                conf=floor,
                classes=_numbers(names, labels),
                imgsz=side_of(model),
                iou=IOU,
                device=pick_device(self._device),
                verbose=False,
                save=False,
            )
        return [_boxes(result.boxes.data, names) for result in results]

    def _on_openvino(self) -> ExportedDetector | None:
        """The exported weights, where they run on OpenVINO: a CPU, a detector of fixed labels."""
        from tools.networks.openvino_runtime import is_wanted

        if self.is_open_vocabulary or not is_wanted(self.runtime, self._device):
            return None
        if self._exported is None and not self._is_torch_only:
            from tools.networks.ultralytics_openvino import ExportedDetector, OtherTaskError

            try:
                self._exported = ExportedDetector(self.weights, load_weights)
            except OtherTaskError:
                self._is_torch_only = True
        return self._exported

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = load_weights(self.weights)
        return self._model


def load_weights(weights: Path) -> Any:
    """Ultralytics' model of a checkpoint that finds boxes.

    Raises:
        ToolUnavailableError: the file is no checkpoint, or one for another task.
    """
    from tools.networks.torch_runtime import import_ultralytics, threads_kept

    ultralytics = import_ultralytics()
    try:
        with threads_kept():
            model = ultralytics.YOLO(str(weights))
    except Exception as error:
        # Unpickling a file that is no checkpoint may raise anything.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ToolUnavailableError(f"{weights} cannot be loaded: {reason}") from error
    if model.task not in ("detect", "segment", "pose"):
        raise ToolUnavailableError(f"{weights} finds no boxes; its task: {model.task}")
    return model


def _numbers(names: dict[int, str], labels: Sequence[str]) -> list[int] | None:
    return [index for index, name in names.items() if name in labels] if labels else None


def _boxes(rows: Any, names: dict[int, str]) -> list[Box]:
    """Boxes of a tensor (boxes, 6) of left, top, right, bottom, score, class; best first."""
    found: list[Box] = []
    for left, top, right, bottom, score, index in rows.tolist():
        found.append((names[int(index)], score, (left, top, right, bottom)))
    return sorted(found, key=lambda box: -box[1])


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


def detect_objects_tool(config: ToolConfig) -> VisionTool | Missing:
    """The tool for the weights that the configuration finds, or what is missing."""
    weights = detector_weights(config)
    if isinstance(weights, Missing):
        return weights
    detector = Detector(weights, config.device, config.runtime)
    if detector.is_open_vocabulary and (gap := _missing_for_text(weights, config)):
        return gap
    try:
        offered = offered_labels(weights, config.detect_min_ap)
        if offered is None and not detector.is_open_vocabulary:
            offered = detector.labels()
        limits = bars(weights, config)
    except (ToolUnavailableError, OSError, ValueError) as error:
        return Missing("detect_objects", str(error), f"put other weights in place of {weights}")
    return make_tool(detector, offered, limits)


class Bars(NamedTuple):
    """The scores from which on a thing is found, and from which on it is unsure."""

    threshold: float = 0.4
    floor: float = 0.2
    missed: float | None = None
    """Of the pictures that show a thing, the share that has no box of it above the floor."""

    @property
    def none_score(self) -> float:
        """How sure it is that a thing is not there when nothing reached the floor."""
        return 1 - (self.floor if self.missed is None else self.missed)


def bars(weights: Path, config: ToolConfig) -> Bars:
    """Those of the settings, else of `bars.json` beside the weights, else what suits ultralytics'.

    `bars.json` is {"threshold", "floor", "missed"}; what was missed was measured at its own floor.

    Raises:
        ValueError: `bars.json` is something else.
    """
    sidecar = weights.with_name("bars.json")
    own = Bars()
    if sidecar.is_file():
        try:
            own = Bars(**{n: float(bar) for n, bar in json.loads(sidecar.read_text()).items()})
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"{sidecar} holds no bars: {error}") from None
    if config.detect_threshold is not None:
        own = own._replace(threshold=config.detect_threshold)
    if config.detect_floor is not None:
        own = own._replace(floor=config.detect_floor, missed=None)
    return own


def _missing_for_text(weights: Path, config: ToolConfig) -> Missing | None:
    """What open-vocabulary weights need for reading labels: a tokenizer and a text encoder."""
    if find_spec("clip") is None:
        return Missing(
            "detect_objects",
            f"{weights.name} reads labels with the clip package, which is not installed",
            "pip install git+https://github.com/ultralytics/CLIP.git",
        )
    encoder = "mobileclip2_b.ts" if "yoloe-26" in weights.stem else "mobileclip_blt.ts"
    found = find(
        "detect_objects",
        explicit=encoder,
        builtin="detector",
        file=encoder,
        allow_download=config.allow_download,
    )
    return found if isinstance(found, Missing) else None


def offered_labels(weights: Path, min_ap: float) -> list[str] | None:
    """Labels of `labels.json` beside the weights ({label: stated AP50}) that reach the bar.

    A list instead of an object offers all of them; None without such a file.

    Raises:
        ValueError: the file is neither, or no label reaches the bar.
    """
    sidecar = weights.with_name("labels.json")
    if not sidecar.is_file():
        return None
    try:
        stated = json.loads(sidecar.read_text(encoding="utf-8"))
        if isinstance(stated, dict):
            offered = [label for label, ap in stated.items() if float(ap) >= min_ap]
        else:
            offered = [str(label) for label in stated]
    except (TypeError, ValueError) as error:
        raise ValueError(f"{sidecar} is no list of labels and no object of APs: {error}") from None
    if not offered:
        raise ValueError(f"no label in {sidecar} has an AP of {min_ap:g}")
    return offered


def make_tool(detector: Detector, offered: list[str] | None, limits: Bars) -> VisionTool:
    """The vision tool of a detector; `offered=None` takes labels as free text.

    Groups of the offered labels ("animal") are offered beside them.
    """
    groups = offered_groups(offered or ())

    def detect_objects(
        picture: Picture, labels: list[str], region: Region | None = None
    ) -> ToolReport:
        """Find and count things of some kinds in a picture, each with its place.

        Args:
            labels: What to look for. An empty list looks for everything that can be seen; a word
                for several kinds (animal) for all of them, counted together.
        """
        _check_named(labels)
        seen = detector.detect(picture.crop(region), _wanted(labels), limits.floor)
        return _report(seen, picture, labels, region, limits, groups=groups)

    def several(calls: list[dict[str, Any]]) -> list[ToolReport]:
        for call in calls:
            _check_named(call["labels"])
        looks = [(c["picture"].crop(c["region"]), _wanted(c["labels"])) for c in calls]
        return [
            _report(seen, call["picture"], call["labels"], call["region"], limits, groups=groups)
            for seen, call in zip(detector.detect_many(looks, limits.floor), calls, strict=True)
        ]

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
    version = f"5:{_fingerprint(detector.weights)}:{detector.runtime}:{limits}:{_digest(groups)}"
    tool = vision_tool(detect_objects, version=version, annotations={"labels": annotation})
    return BatchedTool(**vars(tool), run_batch=several)


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
    ]
    if not labels:
        # Asked for everything: what is sure, else the best guess, else nothing.
        sure = [finding for finding in findings if finding.status == "found"]
        findings = sure or findings[:1] or [_none("object", picture, bars)]
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
    """What to report of one label: its boxes, or one `unsure`, or one `none`.

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
    if not boxes:
        return [_none(label, picture, bars)]
    common: dict[str, Any] = {"picture": picture.ref, "label": label, "group": label}
    if not sure:
        common["status"] = "unsure"
    return [
        Finding(**common, box_xyxy=box, score=score)
        if name == label
        else Finding(**common, box_xyxy=box, score=score, value=name, value_type="label")
        for name, score, box in sure or boxes[:1]
    ]


def _none(label: str, picture: Picture, bars: Bars) -> Finding:
    return Finding(
        picture=picture.ref, label=label, group=label, value=0, status="none",
        score=bars.none_score,
    )  # fmt: skip


def _digest(groups: Members) -> str:
    """Tells other groups, or the same with other members, apart for the cache."""
    return f"{zlib.crc32(repr(groups).encode()):08x}"


def _fingerprint(weights: Path) -> str:
    """Cheap identity of the weights for the cache: name, size and time of change."""
    stat = weights.stat()
    return f"{weights.name}-{stat.st_size}-{stat.st_mtime_ns}"
