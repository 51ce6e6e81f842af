"""How well a detector sees: average precision as COCO has it, counts as the tool gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation import plots
from evaluation.boxes import LabelledFolder, boxes_xyxy
from evaluation.pictures import pixels_of
from tools.networks import tiled_detection
from tools.networks.detectors import Box, Detector
from tools.weights.sidefiles import Bars

IOU = np.linspace(0.5, 0.95, 10)
"""The overlaps that AP is averaged over (Lin et al.: COCO, ECCV 2014)."""
FLOOR = 0.001
"""Boxes below this score do not count for AP."""
TOGETHER = 8


@dataclass(frozen=True)
class ClassFigures:
    """One class on pictures that label it; shares in [0, 1]."""

    label: str
    pictures: int
    """Pictures that show it."""
    things: int
    ap50: float
    ap50_95: float
    presence_accuracy: float
    """Pictures of which it is said rightly whether they show one, at the tool's threshold."""
    count_within_1: float
    """Of the pictures that show one: the count is at most one off."""


@dataclass(frozen=True)
class DetectorFigures:
    """A detector on labelled photographs."""

    pictures: int
    classes: tuple[ClassFigures, ...]
    map50: float
    map50_95: float
    presence_accuracy: float
    count_within_1: float
    confident_wrong: float
    """Of the boxes that score at least the threshold: no thing of that class is there (IoU 0.5)."""
    threshold: float


@dataclass(frozen=True)
class Seen:
    """All boxes, in one row each."""

    scores: NDArray[np.float64]
    classes: NDArray[np.int64]
    is_right: NDArray[np.bool_]
    """Shape (n, 10): a thing of that class is there, at each overlap of `IOU`."""


def evaluate(
    detector: Detector,
    folders: Sequence[LabelledFolder],
    *,
    bars: Bars,
    plots_to: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> DetectorFigures:
    """Look at every photograph, and compare with its labels.

    A class counts on the photographs of the folders that cover it, and only there.

    Args:
        detector: weights whose labels are named as the folders name their classes.
        folders: labelled photographs, with the same class names in all.
        bars: the scores from which on the tool says that it found something, or is unsure.
        plots_to: a folder for `precision_recall.png` and `confusion.png`.
        progress: called with the number of photographs done.
    """
    looks = look(detector, folders, bars, progress)
    figures = figures_of(looks, bars.threshold)
    if plots_to is not None:
        plots_to.mkdir(parents=True, exist_ok=True)
        labels = [row.label for row in figures.classes]
        matrix = _confusion(looks, labels, bars.threshold)
        plots.confusion(matrix, [*labels, "nothing"], plots_to / "confusion.png")
        recall, precision, aps = _curves(looks)
        plots.precision_recall(recall, precision, aps, plots_to / "precision_recall.png")
    return figures


@dataclass(frozen=True)
class Truth:
    """What one photograph shows of the classes that its folder covers and the detector knows."""

    file: Path
    covered: tuple[int, ...]
    classes: NDArray[np.int64]
    boxes_xyxy: NDArray[np.float64]
    """In pixels, shape (n, 4)."""


@dataclass(frozen=True)
class Sight:
    """What was seen, photograph by photograph, and which of it is right."""

    boxes: tuple[list[Box], ...]
    seen: Seen


@dataclass(frozen=True)
class Looks:
    """What is there, what the network saw, and what the tool makes of it."""

    names: tuple[str, ...]
    truths: tuple[Truth, ...]
    plain: Sight
    """Every box of the first look: for average precision."""
    tool: Sight
    """With the closer looks that `detect_objects` takes, from its floor on: for what it says."""


def look(
    detector: Detector,
    folders: Sequence[LabelledFolder],
    bars: Bars,
    progress: Callable[[int], None] = lambda _: None,
) -> Looks:
    """Look for the classes that each folder covers on each of its photographs."""
    names, truths = folders[0].names, _truths(folders, set(detector.labels()))
    plain: list[list[Box]] = []
    said: list[list[Box]] = []
    for start in range(0, len(truths), TOGETHER):
        chunk = truths[start : start + TOGETHER]
        looks = [(pixels_of(t.file), [names[number] for number in t.covered]) for t in chunk]
        plain += detector.detect_many(looks, FLOOR)
        said += tiled_detection.detect_tiled(detector, looks, bars, [True] * len(looks))
        progress(len(plain))
    first, then = (Sight(tuple(s), _match(names, truths, s)) for s in (plain, said))
    return Looks(names, tuple(truths), first, then)


def _truths(folders: Sequence[LabelledFolder], known: set[str]) -> list[Truth]:
    truths = []
    for folder in folders:
        covered = tuple(c for c in sorted(folder.covered) if folder.names[c] in known)
        for photograph in folder.photographs:
            kept = np.isin(photograph.classes, covered)
            boxes = boxes_xyxy(photograph)[kept]
            truths.append(Truth(photograph.file, covered, photograph.classes[kept], boxes))
    return truths


def _match(names: Sequence[str], truths: Sequence[Truth], boxes: Sequence[list[Box]]) -> Seen:
    """Each box, best first, takes the free thing of its class that it overlaps most."""
    from supervision.detection.utils.iou_and_nms import box_iou_batch

    scores, classes, rights = [], [], []
    for truth, mine in zip(truths, boxes, strict=True):
        numbers = np.array([names.index(label) for label, _, _ in mine], dtype=np.int64)
        right = np.zeros((len(mine), len(IOU)), dtype=bool)
        if len(mine) and len(truth.classes):
            overlap = box_iou_batch(truth.boxes_xyxy, np.array([box for _, _, box in mine]))
            overlap = overlap * (truth.classes[:, None] == numbers[None])
            taken = np.zeros((len(truth.classes), len(IOU)), dtype=bool)
            for at in range(len(mine)):
                free = np.where(taken, 0.0, overlap[:, at, None])
                best = free.argmax(0)
                right[at] = free[best, range(len(IOU))] >= IOU
                taken[best, range(len(IOU))] |= right[at]
        scores += [score for _, score, _ in mine]
        classes.append(numbers)
        rights.append(right)
    return Seen(np.array(scores), np.concatenate(classes), np.concatenate(rights))


def _average_precision(looks: Looks) -> tuple[Any, ...]:
    from tools.networks.torch_runtime import import_ultralytics

    import_ultralytics()
    from ultralytics.utils.metrics import ap_per_class

    there = np.concatenate([truth.classes for truth in looks.truths])
    seen = looks.plain.seen
    return tuple(ap_per_class(seen.is_right, seen.scores, seen.classes, there))


def _curves(
    looks: Looks,
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float]]:
    """Recall (1000,), precision (classes, 1000) at IoU 0.5, and AP50 by label."""
    ap, numbers, *_, recall, precision = _average_precision(looks)[5:]
    aps = {looks.names[c]: float(values[0]) for c, values in zip(numbers, ap, strict=True)}
    return recall, precision, aps


def figures_of(looks: Looks, threshold: float) -> DetectorFigures:
    """The figures of what was seen, with what the tool would say at a threshold."""
    names, truths, boxes, seen = looks.names, looks.truths, looks.tool.boxes, looks.tool.seen
    ap, numbers = _average_precision(looks)[5:7]
    ap_of = dict(zip((int(number) for number in numbers), ap, strict=True))
    rows, presence, counts = [], [], []
    for number in sorted({number for truth in truths for number in truth.covered}):
        asked = [at for at, truth in enumerate(truths) if number in truth.covered]
        there = np.array([int((truths[at].classes == number).sum()) for at in asked])
        said = np.array(
            [sum(b[0] == names[number] and b[1] >= threshold for b in boxes[at]) for at in asked]
        )
        presence.append((there > 0) == (said > 0))
        counts.append((abs(there - said) <= 1)[there > 0])
        aps = ap_of.get(number, np.full(len(IOU), np.nan))
        rows.append(
            ClassFigures(
                label=names[number],
                pictures=int((there > 0).sum()),
                things=int(there.sum()),
                ap50=float(aps[0]),
                ap50_95=float(aps.mean()),
                presence_accuracy=float(presence[-1].mean()),
                count_within_1=float(counts[-1].mean()) if len(counts[-1]) else float("nan"),
            )
        )
    sure = seen.scores >= threshold
    return DetectorFigures(
        pictures=len(truths),
        classes=tuple(rows),
        map50=_mean([row.ap50 for row in rows]),
        map50_95=_mean([row.ap50_95 for row in rows]),
        presence_accuracy=_mean(np.concatenate(presence)),
        count_within_1=_mean(np.concatenate(counts)),
        confident_wrong=1 - _mean(seen.is_right[sure, 0]),
        threshold=threshold,
    )


def _mean(values: Any) -> float:
    """The mean of what is a number; no number without any."""
    numbers = np.asarray(values, dtype=np.float64)
    numbers = numbers[~np.isnan(numbers)]
    return float(numbers.mean()) if len(numbers) else float("nan")


def _confusion(looks: Looks, labels: Sequence[str], threshold: float) -> NDArray[np.int64]:
    """Things by class (rows) and what they were taken for (columns); the last is nothing."""
    import supervision as sv

    place = {label: at for at, label in enumerate(labels)}
    said, there = [], []
    for truth, mine in zip(looks.truths, looks.tool.boxes, strict=True):
        sure = [box for box in mine if box[1] >= threshold]
        said.append(
            sv.Detections(
                xyxy=np.array([box for _, _, box in sure]).reshape(-1, 4),
                confidence=np.array([score for _, score, _ in sure]),
                class_id=np.array([place[label] for label, _, _ in sure], dtype=int),
            )
        )
        numbers = np.array([place[looks.names[number]] for number in truth.classes], dtype=int)
        there.append(sv.Detections(xyxy=truth.boxes_xyxy.reshape(-1, 4), class_id=numbers))
    matrix = sv.ConfusionMatrix.from_detections(
        predictions=said,
        targets=there,
        classes=list(labels),
        conf_threshold=threshold,
        iou_threshold=0.5,
    )
    counted: NDArray[np.int64] = matrix.matrix.astype(np.int64)
    return counted
