"""A picture cut into regions, which an explanation hides and shows: superpixels, a grid, boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tools.evidence import BoxXyxy
from tools.networks.encoders import Rgb

COUNT = 48
"""Superpixels of a picture: fine enough to tell a thing from its ground, few enough to sample."""
CELLS = 7
"""Rows and columns of a grid."""
SLIC_SIDE = 320
"""SLIC looks at no more pixels than this on the longer side; its borders are scaled up."""


@dataclass(frozen=True)
class Regions:
    """Which region each pixel belongs to: `labels` is int64 (height, width), from 0 on, no gaps."""

    labels: NDArray[np.int64]

    @cached_property
    def count(self) -> int:
        """How many regions there are."""
        return int(self.labels.max()) + 1

    @cached_property
    def boxes_xyxy(self) -> list[BoxXyxy]:
        """The box around each region, in pixels."""
        boxes = []
        for number in range(self.count):
            rows, columns = np.nonzero(self.labels == number)
            box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            boxes.append((float(box[0]), float(box[1]), float(box[2]), float(box[3])))
        return boxes

    def painted(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """A value for each region as a value for each pixel, shape (height, width)."""
        return np.asarray(values[self.labels])


def superpixels(pixels: Rgb, count: int = COUNT) -> Regions:
    """About `count` patches of one colour (SLIC: Achanta et al., TPAMI 2012)."""
    from PIL import Image
    from skimage.segmentation import slic

    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels)
    image.thumbnail((SLIC_SIDE, SLIC_SIDE))
    found = slic(np.asarray(image), n_segments=count, compactness=10, start_label=0)
    rows = np.arange(height) * found.shape[0] // height
    columns = np.arange(width) * found.shape[1] // width
    regions = _numbered(found[rows[:, None], columns[None]])
    return regions if regions.count > 1 else grid(pixels)


def grid(pixels: Rgb, rows: int = CELLS, columns: int = CELLS) -> Regions:
    """Cells of equal size, row by row."""
    height, width = pixels.shape[:2]
    row = np.arange(height) * rows // height
    column = np.arange(width) * columns // width
    return _numbered(row[:, None] * columns + column[None])


def boxes_on_grid(pixels: Rgb, boxes_xyxy: Sequence[BoxXyxy]) -> Regions:
    """Each box as one region, smaller ones before larger ones; a grid where there is none."""
    labels = grid(pixels).labels.copy()
    sizes = [(right - left) * (bottom - top) for left, top, right, bottom in boxes_xyxy]
    for number in np.argsort(sizes)[::-1]:
        left, top, right, bottom = (round(c) for c in boxes_xyxy[number])
        labels[top:bottom, left:right] = labels.max() + 1
    return _numbered(labels)


def _numbered(labels: NDArray[np.int64]) -> Regions:
    """From 0 on without gaps, in the order of the numbers."""
    found, numbers = np.unique(labels, return_inverse=True)
    del found
    return Regions(numbers.reshape(labels.shape).astype(np.int64))
