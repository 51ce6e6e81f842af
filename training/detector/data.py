"""The photographs that the detector is trained on, who labelled what, and what is kept apart.

People's labels hold for the classes that their folder covers. For all other classes a teacher's
labels stand in, where there are any (`teacher/labels.jsonl`): each with the share of such labels
that is right, as a weight; what the teacher was least sure of is neither a thing nor background.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.boxes import LabelledFolder, Photograph, find_folders

VALIDATION_SHARE = 0.1
TRUST = ((0.6, 0.95), (0.4, 0.68), (0.25, 0.4))
"""From a teacher's score on: the share of such boxes that is right at an overlap of a half."""
WEIGHTS = (1.0, *(share for _, share in TRUST), 0.0)
"""Of the levels of a label: 0 is a person's, the last says nothing either way."""
UNKNOWN = len(WEIGHTS) - 1
SMALLEST_SIDE = 0.004
"""Of the picture's: a teacher's box that is smaller once it is clipped is left out."""


@dataclass(frozen=True)
class Labels:
    """What is said of one photograph."""

    file: Path
    classes: NDArray[np.int64]
    """Shape (n,)."""
    levels: NDArray[np.int64]
    """Shape (n,): places in `WEIGHTS`."""
    boxes_cxcywh: NDArray[np.float64]
    """Shape (n, 4), normalised."""
    covered: frozenset[int]
    """The classes of which it is known where there are none."""


def is_validation(file: Path, measured: frozenset[str] = frozenset()) -> bool:
    """Whether a photograph is kept from training: a tenth, by the hash of its name, and `measured`.

    Args:
        file: the photograph.
        measured: names of files that the whole agent is measured on (`measured_on`).
    """
    share = hashlib.sha256(file.stem.encode()).digest()[0] / 256
    return share < VALIDATION_SHARE or file.name in measured


def measured_on(root: Path) -> frozenset[str]:
    """Names of the photographs that `vqa_dev` asks about; no training may see them."""
    questions = root / "vqa_dev" / "questions.jsonl"
    if not questions.is_file():
        return frozenset()
    rows = (json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines())
    return frozenset(Path(row["image"]).name for row in rows)


def split(root: Path) -> tuple[list[LabelledFolder], list[LabelledFolder]]:
    """The folders below `root`, with the photographs for training, and with the others."""
    folders, measured = find_folders(root), measured_on(root)
    parts = []
    for kept in (False, True):
        chosen = [
            replace(
                f,
                photographs=tuple(
                    p for p in f.photographs if is_validation(p.file, measured) == kept
                ),
            )
            for f in folders
        ]
        parts.append([folder for folder in chosen if folder.photographs])
    return parts[0], parts[1]


def labelled(root: Path) -> list[list[Labels]]:
    """All training photographs below `root`, a list a folder, people's and teacher's labels joined.

    Photographs that only the teacher labelled come last, by folder.
    """
    folders, measured = split(root)[0], measured_on(root)
    every = frozenset(range(len(folders[0].names)))
    taught = _teacher(root)
    groups = []
    for folder in folders:
        rows = []
        for photograph in folder.photographs:
            theirs = taught.pop(photograph.file.resolve(), None)
            rows.append(_joined(photograph, folder.covered, theirs, every))
        groups.append(rows)
    known = {p.file.resolve() for f in find_folders(root) for p in f.photographs}
    alone: dict[Path, list[Labels]] = {}
    for file, boxes in sorted(taught.items()):
        if file not in known and file.is_file() and not is_validation(file, measured):
            nobody = Photograph(file, np.zeros(0, dtype=np.int64), np.zeros((0, 4)))
            row = _joined(nobody, frozenset(), boxes, every)
            alone.setdefault(file.parent, []).append(row)
    return [*groups, *alone.values()]


def _teacher(root: Path) -> dict[Path, NDArray[np.float64]]:
    """Rows of class, x1, y1, x2, y2, score by photograph; empty without a teacher."""
    file = root / "teacher" / "labels.jsonl"
    if not file.is_file():
        return {}
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {(root / r["image"]).resolve(): np.array(r["boxes"]).reshape(-1, 6) for r in rows}


def _joined(
    photograph: Photograph,
    covered: frozenset[int],
    boxes: NDArray[np.float64] | None,
    every: frozenset[int],
) -> Labels:
    people = len(photograph.classes)
    if boxes is None:
        levels = np.zeros(people, dtype=np.int64)
        file, classes = photograph.file, photograph.classes
        return Labels(file, classes, levels, photograph.boxes_cxcywh, covered)
    boxes = boxes[~np.isin(boxes[:, 0], list(covered))]
    corners = boxes[:, 1:5].clip(0, 1)
    size = corners[:, 2:] - corners[:, :2]
    large = (size > SMALLEST_SIDE).all(1)
    middle = (corners[:, 2:] + corners[:, :2]) / 2
    theirs = np.concatenate([middle, size], 1)[large]
    bars = np.array([score for score, _ in TRUST])
    levels = 1 + (boxes[large, 5][:, None] < bars).sum(1)
    return Labels(
        photograph.file,
        np.concatenate([photograph.classes, boxes[large, 0].astype(np.int64)]),
        np.concatenate([np.zeros(people, dtype=np.int64), levels]),
        np.concatenate([photograph.boxes_cxcywh, theirs]),
        every,
    )


def coded(classes: NDArray[np.int64], levels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Class and level in one number, which an augmentation carries along unread."""
    return classes * len(WEIGHTS) + levels


def known_boxes(rows: Sequence[Labels]) -> int:
    """How many labels say that a thing is there."""
    return sum(int((row.levels != UNKNOWN).sum()) for row in rows)
