"""How well a detector sees: average precision as COCO has it, counts as the tool gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation import plots
from evaluation.boxes import LabelledFolder, Photograph
from tools.detect_objects import Box, Detector

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
    """A detector on one folder."""

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
class _Seen:
    """All boxes of the folder, in one row each."""

    scores: NDArray[np.float64]
    classes: NDArray[np.int64]
    is_right: NDArray[np.bool_]
    """Shape (n, 10): a thing of that class is there, at each overlap of `IOU`."""


def evaluate(
    detector: Detector,
    folder: LabelledFolder,
    *,
    threshold: float,
    plots_to: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> DetectorFigures:
    """Look at every photograph, and compare with its labels; classes not covered do not count.

    Args:
        detector: weights whose labels are named as the folder names its classes.
        folder: labelled photographs.
        threshold: the score from which on the tool says that it found something.
        plots_to: a folder for `precision_recall.png` and `confusion.png`.
        progress: called with the number of photographs done.
    """
    known = set(detector.labels())
    covered = [c for c in sorted(folder.covered) if folder.names[c] in known]
    labels = [folder.names[c] for c in covered]
    boxes: list[list[Box]] = []
    photographs = folder.photographs
    for start in range(0, len(photographs), TOGETHER):
        chunk = photographs[start : start + TOGETHER]
        boxes += detector.detect_many([(_pixels(p.file), labels) for p in chunk], FLOOR)
        progress(len(boxes))
    truths = [_boxes_xyxy(photograph) for photograph in photographs]
    seen = _match(folder, photographs, truths, boxes)
    figures = _figures(folder, covered, seen, boxes, threshold)
    if plots_to is not None:
        plots_to.mkdir(parents=True, exist_ok=True)
        plots.confusion(
            _confusion(folder, covered, truths, boxes, threshold),
            [*labels, "nothing"],
            plots_to / "confusion.png",
        )
        recall, precision, aps = _curves(folder, seen)
        plots.precision_recall(recall, precision, aps, plots_to / "precision_recall.png")
    return figures


def _pixels(file: Path) -> NDArray[np.uint8]:
    from PIL import Image, ImageOps

    return np.asarray(ImageOps.exif_transpose(Image.open(file)).convert("RGB"))


def _boxes_xyxy(photograph: Photograph) -> NDArray[np.float64]:
    """The labelled boxes in pixels, shape (n, 4)."""
    from PIL import Image

    with Image.open(photograph.file) as image:
        width, height = image.size
    x, y, w, h = photograph.boxes_cxcywh.T * np.array([[width], [height], [width], [height]])
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1)


def _match(
    folder: LabelledFolder,
    photographs: Sequence[Photograph],
    truths: Sequence[NDArray[np.float64]],
    boxes: Sequence[list[Box]],
) -> _Seen:
    """Each box, best first, takes the free thing of its class that it overlaps most."""
    from supervision.detection.utils.iou_and_nms import box_iou_batch

    scores, classes, rights = [], [], []
    for photograph, truth, mine in zip(photographs, truths, boxes, strict=True):
        numbers = np.array([folder.names.index(label) for label, _, _ in mine], dtype=np.int64)
        right = np.zeros((len(mine), len(IOU)), dtype=bool)
        if len(mine) and len(truth):
            overlap = box_iou_batch(truth, np.array([box for _, _, box in mine]))
            overlap = overlap * (photograph.classes[:, None] == numbers[None])
            taken = np.zeros((len(truth), len(IOU)), dtype=bool)
            for at in range(len(mine)):
                free = np.where(taken, 0.0, overlap[:, at, None])
                best = free.argmax(0)
                right[at] = free[best, range(len(IOU))] >= IOU
                taken[best, range(len(IOU))] |= right[at]
        scores += [score for _, score, _ in mine]
        classes.append(numbers)
        rights.append(right)
    return _Seen(np.array(scores), np.concatenate(classes), np.concatenate(rights))


def _average_precision(folder: LabelledFolder, seen: _Seen) -> tuple[Any, ...]:
    from tools.torch_runtime import import_ultralytics

    import_ultralytics()
    from ultralytics.utils.metrics import ap_per_class

    target = np.concatenate([photograph.classes for photograph in folder.photographs])
    return tuple(ap_per_class(seen.is_right, seen.scores, seen.classes, target))


def _curves(
    folder: LabelledFolder, seen: _Seen
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float]]:
    """Recall (1000,), precision (classes, 1000) at IoU 0.5, and AP50 by label."""
    *_, ap, numbers, _, _, _, recall, precision = _average_precision(folder, seen)
    return (
        recall,
        precision,
        {folder.names[c]: float(a[0]) for c, a in zip(numbers, ap, strict=True)},
    )


def _figures(
    folder: LabelledFolder,
    covered: Sequence[int],
    seen: _Seen,
    boxes: Sequence[list[Box]],
    threshold: float,
) -> DetectorFigures:
    *_, ap, numbers, _, _, _, _, _ = _average_precision(folder, seen)
    ap_of = dict(zip((int(c) for c in numbers), ap, strict=True))
    rows, presence, counts = [], [], []
    for number in covered:
        there = np.array([int((p.classes == number).sum()) for p in folder.photographs])
        label = folder.names[number]
        said = np.array(
            [sum(name == label and score >= threshold for name, score, _ in b) for b in boxes]
        )
        presence.append((there > 0) == (said > 0))
        counts.append((abs(there - said) <= 1)[there > 0])
        aps = ap_of.get(number, np.full(len(IOU), np.nan))
        rows.append(
            ClassFigures(
                label=label,
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
        pictures=len(folder.photographs),
        classes=tuple(rows),
        map50=float(np.nanmean([row.ap50 for row in rows])),
        map50_95=float(np.nanmean([row.ap50_95 for row in rows])),
        presence_accuracy=float(np.concatenate(presence).mean()),
        count_within_1=float(np.concatenate(counts).mean()),
        confident_wrong=float(1 - seen.is_right[sure, 0].mean()) if sure.any() else float("nan"),
        threshold=threshold,
    )


def _confusion(
    folder: LabelledFolder,
    covered: Sequence[int],
    truths: Sequence[NDArray[np.float64]],
    boxes: Sequence[list[Box]],
    threshold: float,
) -> NDArray[np.int64]:
    """Things by class (rows) and what they were taken for (columns); the last is nothing."""
    import supervision as sv

    place = {number: at for at, number in enumerate(covered)}
    labels = {folder.names[number]: at for number, at in place.items()}
    said, there = [], []
    for photograph, truth, mine in zip(folder.photographs, truths, boxes, strict=True):
        sure = [box for box in mine if box[1] >= threshold]
        said.append(
            sv.Detections(
                xyxy=np.array([box for _, _, box in sure]).reshape(-1, 4),
                confidence=np.array([score for _, score, _ in sure]),
                class_id=np.array([labels[label] for label, _, _ in sure], dtype=int),
            )
        )
        kept = [at for at, number in enumerate(photograph.classes) if int(number) in place]
        numbers = [place[int(photograph.classes[at])] for at in kept]
        there.append(
            sv.Detections(xyxy=truth[kept].reshape(-1, 4), class_id=np.array(numbers, dtype=int))
        )
    matrix = sv.ConfusionMatrix.from_detections(
        predictions=said,
        targets=there,
        classes=list(labels),
        conf_threshold=threshold,
        iou_threshold=0.5,
    )
    counted: NDArray[np.int64] = matrix.matrix.astype(np.int64)
    return counted
