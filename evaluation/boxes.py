"""Labelled photographs in the YOLO layout: `images/`, `labels/`, and what the labels cover.

A label file has a line `class cx cy w h` for each thing, all but the class normalised to [0, 1].
The class names are those of `classes.txt` in the folder, else COCO's 80.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.errors import InputError
from tools.words.labels import CLASSES

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


@dataclass(frozen=True)
class Photograph:
    """One picture and its boxes."""

    file: Path
    classes: NDArray[np.int64]
    """Class numbers, shape (n,)."""
    boxes_cxcywh: NDArray[np.float64]
    """Shape (n, 4), normalised."""


@dataclass(frozen=True)
class LabelledFolder:
    """A folder of photographs of which some classes are labelled, completely."""

    folder: Path
    names: tuple[str, ...]
    covered: frozenset[int]
    """The classes that are labelled; of any other the folder says nothing."""
    photographs: tuple[Photograph, ...]


def read_folder(folder: Path) -> LabelledFolder:
    """Read a folder in the YOLO layout.

    `covered` is what `source.json` names under `covered_classes`; without it all classes of the
    folder's own `classes.txt`; without that the classes that occur.

    Raises:
        InputError: the layout is another, a label file is not in the format, or nothing is there.
    """
    pictures = sorted(
        file for file in (folder / "images").glob("*") if file.suffix.lower() in PICTURES
    )
    if not pictures:
        raise InputError(
            f"no pictures in {folder / 'images'}; expected are images/*.jpg and labels/*.txt"
        )
    own_names = folder / "classes.txt"
    names = tuple(own_names.read_text().split("\n")) if own_names.is_file() else CLASSES
    names = tuple(name.strip() for name in names if name.strip())
    photographs = tuple(_photograph(file, folder / "labels", len(names)) for file in pictures)
    source = folder / "source.json"
    if source.is_file():
        listed = json.loads(source.read_text(encoding="utf-8"))["covered_classes"]
        covered = frozenset(names.index(name) for name in listed)
    elif own_names.is_file():
        covered = frozenset(range(len(names)))
    else:
        covered = frozenset(int(c) for photograph in photographs for c in photograph.classes)
    return LabelledFolder(folder, names, covered, photographs)


def find_folders(root: Path) -> list[LabelledFolder]:
    """Every folder in the YOLO layout at or below `root`, in the order of their paths.

    Raises:
        InputError: there is none.
    """
    folders = sorted(path.parent for path in root.rglob("labels") if path.is_dir())
    if not folders:
        raise InputError(f"no folder with images/ and labels/ in {root}")
    return [read_folder(folder) for folder in folders]


def boxes_xyxy(photograph: Photograph) -> NDArray[np.float64]:
    """The labelled boxes in pixels, shape (n, 4)."""
    from PIL import Image

    with Image.open(photograph.file) as image:
        width, height = image.size
    x, y, w, h = photograph.boxes_cxcywh.T * np.array([[width], [height], [width], [height]])
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1)


def _photograph(file: Path, labels: Path, classes: int) -> Photograph:
    label_file = labels / f"{file.stem}.txt"
    if not label_file.is_file():
        raise InputError(f"{file} has no {label_file}; make an empty file if it shows nothing")
    rows = [line.split() for line in label_file.read_text().splitlines() if line.strip()]
    try:
        table = np.array(rows, dtype=np.float64).reshape(len(rows), 5)
    except ValueError:
        raise InputError(f"{label_file}: a line is not `class cx cy w h`") from None
    numbers = table[:, 0].astype(np.int64)
    if rows and not (numbers.min() >= 0 and numbers.max() < classes):
        raise InputError(f"{label_file}: a class number is not in 0..{classes - 1}")
    if rows and not (table[:, 1:].min() >= 0 and table[:, 1:].max() <= 1):
        raise InputError(f"{label_file}: a coordinate is not in [0, 1]")
    return Photograph(file, numbers, table[:, 1:])
