"""What the classifier is trained on: products, and pictures of anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from evaluation.boxes import LabelledFolder
from evaluation.products import Products, read_products
from training.detector.data import is_validation, split

STORED_SIDE = 224
"""Pixels of a stored picture's edge: what the photographs of products have."""
LOOKS_LIKE_PRODUCTS = frozenset({"apple", "banana", "orange", "carrot", "bottle"})
"""Photographs with one of these are no examples of "something else"."""
SMALLEST_THING = 32
"""Pixels; what is smaller is not cut out."""


@dataclass(frozen=True)
class Pictures:
    """Squares of one size, and the class of each."""

    squares: Sequence[NDArray[np.uint8]]
    """RGB, each of shape (side, side, 3)."""
    classes: torch.Tensor
    """int64, shape (n,)."""

    def pixels(self, chosen: torch.Tensor) -> torch.Tensor:
        """uint8, shape (chosen, 3, side, side)."""
        rows = np.stack([self.squares[number] for number in chosen.tolist()])
        return torch.from_numpy(rows).permute(0, 3, 1, 2)

    def thinned(self, number: int, most: int) -> torch.Tensor:
        """The places of all pictures but one class's, and of so many of that, evenly chosen."""
        of_it = (self.classes == number).nonzero().view(-1)
        others = (self.classes != number).nonzero().view(-1)
        step = -(-len(of_it) // most) or 1
        return torch.cat([others, of_it[::step]])


def training_pictures(root: Path, side: int = STORED_SIDE) -> Pictures:
    """The products by their fine class, then everything else, under the class after the last.

    Beside the photographs of a product stands its one clean picture, where there is one.
    """
    products = read_products(root / "grocery", "train")
    other = len(products.fine)
    squares = [_square(Image.open(product.file), side) for product in products.products]
    classes = [product.fine for product in products.products]
    for number, name in enumerate(products.fine):
        clean = root / "grocery" / "iconic" / f"{name}_Iconic.jpg"
        if clean.is_file():
            squares.append(_square(Image.open(clean), side))
            classes.append(number)
    squares += _others(root, side, kept=False)
    classes += [other] * (len(squares) - len(classes))
    return Pictures(squares, torch.tensor(classes))


def kept_products(root: Path) -> Products:
    """The products of the validation split: for measuring only."""
    return read_products(root / "grocery", "val")


def kept_others(root: Path, side: int = STORED_SIDE) -> list[NDArray[np.uint8]]:
    """uint8 RGB squares of other things in photographs that no training sees."""
    return list(_others(root, side, kept=True))


def _others(root: Path, side: int, *, kept: bool) -> Iterator[NDArray[np.uint8]]:
    scans = sorted((root / "receipts").glob("**/*.jpg"))
    return other_squares(split(root)[kept], [s for s in scans if is_validation(s) == kept], side)


def other_squares(
    folders: Sequence[LabelledFolder], documents: Iterable[Path], side: int
) -> Iterator[NDArray[np.uint8]]:
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
            if min(width, height) >= SMALLEST_THING:
                around = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
                yield _square(image.crop(tuple(map(round, around))), side)
    for file in documents:
        image = Image.open(file)
        yield _square(image, side)
        yield _square(image.crop((0, 0, image.width, min(image.width, image.height))), side)


def _square(image: Image.Image, side: int) -> NDArray[np.uint8]:
    return np.asarray(image.convert("RGB").resize((side, side), Image.Resampling.BICUBIC))
