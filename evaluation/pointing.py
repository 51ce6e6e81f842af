"""Whether explanations point at the thing: the pointing game (Zhang et al., ECCV 2016).

For each class that a picture shows, the score of that class is explained. It is a hit where the
greatest heat lies in a box of the class, or at most 15 pixels beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaluation.boxes import LabelledFolder, boxes_xyxy
from tools.base import VisionTool
from tools.evidence import Evidence
from tools.explain.explanation import Request, explain, view_of
from tools.explain.subjects import Subject
from tools.pictures.store import Picture, PictureStore

TOLERANCE = 15
"""Pixels."""


@dataclass(frozen=True)
class PointingClass:
    """One class; shares in [0, 1]."""

    label: str
    pictures: int
    hits: float
    centre: float
    """Of the middle of the picture, where people like to put things."""


@dataclass(frozen=True)
class PointingFigures:
    """A method on labelled photographs."""

    method: str
    tool: str
    pictures: int
    """Pairs of a picture and a class in it."""
    hits: float
    """Of all pairs."""
    hits_by_class: float
    """The mean over the classes: the field's figure."""
    centre: float
    centre_by_class: float
    classes: tuple[PointingClass, ...]
    unknown: tuple[str, ...]
    """Classes that the tool has no score for."""


def chosen(folders: Sequence[LabelledFolder], limit: int, seed: int) -> list[LabelledFolder]:
    """The folders with at most `limit` of their photographs each, drawn at random."""
    chance = np.random.default_rng(seed)
    kept = []
    for folder in folders:
        drawn = sorted(chance.permutation(len(folder.photographs))[:limit])
        kept.append(replace(folder, photographs=tuple(folder.photographs[at] for at in drawn)))
    return kept


def evaluate(
    tool: VisionTool,
    folders: Sequence[LabelledFolder],
    request: Request,
    progress: Callable[[int], None] = lambda _: None,
) -> PointingFigures:
    """Explain a tool's score of each class on each photograph that shows it.

    Args:
        tool: what has a score for a label (`VisionTool.explains`).
        folders: labelled photographs.
        request: the method.
        progress: called with the number of photographs done.

    Raises:
        InputError: the tool's scores cannot be explained by that method.
    """
    hits: dict[str, list[tuple[bool, bool]]] = {}
    unknown: set[str] = set()
    done = 0
    for folder in folders:
        for photograph in folder.photographs:
            picture = PictureStore().add(photograph.file)
            for number in sorted(set(photograph.classes) & folder.covered):
                label = folder.names[number]
                subject = _subject(tool, label, picture)
                if subject is None:
                    unknown.add(label)
                    continue
                heat = explain(subject, view_of(picture, None), request).heat
                boxes = boxes_xyxy(photograph)[photograph.classes == number]
                hits.setdefault(label, []).append(_hits(heat, boxes, picture))
            done += 1
            progress(done)
    return _figures(request.method, tool.name, hits, unknown)


def _subject(tool: VisionTool, label: str, picture: Picture) -> Subject | None:
    """The score of a label, as if the tool had found it in the picture."""
    found = Evidence(
        id="e1", tool=tool.name, call_id="asked", picture=picture.ref, label=label, score=1
    )
    return tool.explains(found, {}) if tool.explains else None


def _hits(
    heat: NDArray[np.float64], boxes: NDArray[np.float64], picture: Picture
) -> tuple[bool, bool]:
    """Whether the greatest heat, and the middle of the picture, hit one of the boxes."""
    width, height = picture.ref.width, picture.ref.height
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    rows, columns = heat.shape
    point = ((column + 0.5) * width / columns, (row + 0.5) * height / rows)
    return _inside(point, boxes), _inside((width / 2, height / 2), boxes)


def _inside(point: tuple[float, float], boxes: NDArray[np.float64]) -> bool:
    x, y = point
    left, top, right, bottom = boxes.T
    across = (left - TOLERANCE <= x) & (x <= right + TOLERANCE)
    down = (top - TOLERANCE <= y) & (y <= bottom + TOLERANCE)
    return bool((across & down).any())


def _figures(
    method: str, tool: str, hits: dict[str, list[tuple[bool, bool]]], unknown: set[str]
) -> PointingFigures:
    classes = tuple(
        PointingClass(label, len(rows), *map(float, np.mean(rows, 0)))
        for label, rows in sorted(hits.items())
    )
    pairs = [pair for rows in hits.values() for pair in rows]
    total = np.mean(pairs, 0) if pairs else [np.nan, np.nan]
    by_class = np.mean([(c.hits, c.centre) for c in classes], 0) if classes else [np.nan, np.nan]
    return PointingFigures(
        method,
        tool,
        len(pairs),
        hits=float(total[0]),
        hits_by_class=float(by_class[0]),
        centre=float(total[1]),
        centre_by_class=float(by_class[1]),
        classes=classes,
        unknown=tuple(sorted(unknown)),
    )
