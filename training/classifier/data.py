"""What the classifier is trained on: products, and pictures of anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from evaluation.boxes import LabelledFolder
from evaluation.products import Products

LOOKS_LIKE_PRODUCTS = frozenset({"apple", "banana", "orange", "carrot", "bottle"})
"""Photographs with one of these are no examples of "something else"."""


@dataclass(frozen=True)
class Pictures:
    """uint8 RGB pixels of shape (n, 3, side, side) and the class of each, shape (n,)."""

    pixels: torch.Tensor
    classes: torch.Tensor

    @property
    def side(self) -> int:
        """Pixels of a picture's edge."""
        return self.pixels.shape[-1]


def products_and_others(
    products: Products, folders: Sequence[LabelledFolder], documents: Iterable[Path], side: int
) -> Pictures:
    """The products by their fine class, then everything else, under the class after the last."""
    other = len(products.fine)
    squares = [(_square(Image.open(p.file), side), p.fine) for p in products.products]
    squares += [(square, other) for square in other_squares(folders, documents, side)]
    pixels = torch.from_numpy(np.stack([square for square, _ in squares]))
    return Pictures(
        pixels.permute(0, 3, 1, 2).contiguous(), torch.tensor([number for _, number in squares])
    )


def other_squares(
    folders: Sequence[LabelledFolder], documents: Iterable[Path], side: int
) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Photographs without products and the largest thing in each, and scanned documents."""
    for folder in folders:
        excluded = {folder.names.index(name) for name in LOOKS_LIKE_PRODUCTS & {*folder.names}}
        for photograph in folder.photographs:
            if not len(photograph.classes) or excluded & {int(c) for c in photograph.classes}:
                continue
            image = Image.open(photograph.file)
            yield _square(image, side)
            box = photograph.boxes_cxcywh[photograph.boxes_cxcywh[:, 2:].prod(1).argmax()]
            x, y, width, height = box * np.array([*image.size, *image.size])
            if min(width, height) >= 32:
                around = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
                yield _square(image.crop(tuple(map(round, around))), side)
    for file in documents:
        image = Image.open(file)
        yield _square(image, side)
        yield _square(image.crop((0, 0, image.width, min(image.width, image.height))), side)


def _square(image: Image.Image, side: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(image.convert("RGB").resize((side, side), Image.Resampling.BICUBIC))
