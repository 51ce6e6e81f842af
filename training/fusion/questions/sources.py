"""The photographs that questions are generated for, and all that is known of each.

Reads the labelled folders (YOLO text), captions, teacher's boxes, places and weather, and products;
pictures that the agent is measured on (`vqa_dev`) are left out of all of them.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from evaluation.boxes import find_folders
from evaluation.products import read_products
from tools.words.labels import CLASSES
from training.detector.data import measured_on

VALIDATION_SHARE = 0.17
Split = Literal["train", "val"]


def split_of(image: str | Path) -> Split:
    """The side of the split that a photograph is on: about 17 in 100 validate, by its name's hash.

    It is the same hash as the detector's, so whatever the detector never saw is in "val" as well.
    """
    share = hashlib.sha256(Path(image).stem.encode()).digest()[0] / 256
    return "val" if share < VALIDATION_SHARE else "train"


class Box(NamedTuple):
    """One thing that was boxed."""

    label: str
    """One of the 80 classes."""
    score: float
    """1 for people's boxes; the teacher's score is about the share that is right."""
    x1: float
    y1: float
    x2: float
    y2: float
    """Fractions of the picture's width and height."""

    @property
    def area(self) -> float:
        """The share of the picture that it covers."""
        return max(0.0, self.x2 - self.x1) * max(0.0, self.y2 - self.y1)


@dataclass
class Photograph:
    """A photograph, and what people and the teacher say of it."""

    image: str
    """Its path below the data folder."""
    captions: tuple[str, ...] = ()
    people: list[Box] = field(default_factory=list)
    covered: frozenset[str] = frozenset()
    """The classes of which people boxed everything."""
    teacher: list[Box] = field(default_factory=list)
    watched: bool = False
    """Whether the teacher looked at it."""
    scene: str = ""
    weather: str = ""
    product: str = ""
    """What kind of grocery it is: apple, milk."""

    @property
    def split(self) -> Split:
        """Its side of the split."""
        return split_of(self.image)


def photographs(data: Path) -> list[Photograph]:
    """All photographs below `data` of which something is known, in the order of their paths.

    Raises:
        InputError: a labelled folder is not in its format, or there is none.
    """
    found = _Found()
    _read_boxes(data, found)
    for folder in ("captions", "photos"):
        for row in _lines(data / folder / "captions.jsonl"):
            found[f"{folder}/{row['image']}"].captions = tuple(row["captions"])
    _read_places(data / "scenes", found)
    if (data / "grocery" / "classes.csv").is_file():
        for image, coarse in _products(data):
            found[image].product = coarse
    for row in _lines(data / "teacher" / "labels.jsonl"):
        if row["image"] in found:
            photograph = found[row["image"]]
            photograph.watched = True
            photograph.teacher = [
                Box(CLASSES[int(label)], score, *corners) for label, *corners, score in row["boxes"]
            ]
    measured = measured_on(data)
    return [found[image] for image in sorted(found) if Path(image).name not in measured]


class _Found(dict[str, Photograph]):
    """Photographs by their path, made when they are first asked for."""

    def __missing__(self, image: str) -> Photograph:
        self[image] = Photograph(image)
        return self[image]


def _read_boxes(data: Path, found: _Found) -> None:
    for folder in find_folders(data):
        covered = frozenset(folder.names[number] for number in folder.covered)
        for labelled in folder.photographs:
            photograph = found[labelled.file.relative_to(data).as_posix()]
            photograph.covered = covered
            boxes = labelled.boxes_cxcywh.tolist()
            for number, (x, y, w, h) in zip(labelled.classes.tolist(), boxes, strict=True):
                box = Box(folder.names[number], 1.0, x - w / 2, y - h / 2, x + w / 2, y + h / 2)
                photograph.people.append(box)


def _read_places(folder: Path, found: _Found) -> None:
    if (folder / "labels.csv").is_file():
        with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                photograph = found[f"{folder.name}/{row['image']}"]
                if row["kind"] == "scene":
                    photograph.scene = row["label"]
                else:
                    photograph.weather = row["label"]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if file.is_file():
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def _products(data: Path) -> Iterator[tuple[str, str]]:
    for part in ("train", "val"):
        products = read_products(data / "grocery", part)
        for product in products.products:
            image = product.file.relative_to(data).as_posix()
            yield image, products.coarse[product.coarse].lower().replace("-", " ")
