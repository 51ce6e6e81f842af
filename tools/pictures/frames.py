"""The frames of a picture file: pages of a TIFF, and what changes in an animation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from tools.errors import PictureError
from tools.evidence import Unit

if TYPE_CHECKING:
    import numpy as np

UNITS: dict[str, Unit] = {"TIFF": "page", "GIF": "frame", "WEBP": "frame", "PNG": "frame"}
"""Formats of which more than the first picture is looked at: others keep previews behind it."""
MAX_FRAMES = 600
"""Frames of an animation that are gone through."""
MAX_TIFF_PAGES = 5_000
"""Pages that are counted."""
MAX_DECODED = 400_000_000
"""Pixels of an animation that are gone through."""
CHANGED = 32
"""Levels by which a pixel differs that has changed."""
MIN_CHANGED = 8
"""Pixels that have to change, of the `COMPARED_SIDE` squared that are compared."""
COMPARED_SIDE = 256
_NEW_SUBFILE_TYPE, _IS_REDUCED = 254, 0b101
"""TIFF 6.0: bit 0, a smaller version of another page; bit 2, a mask of one."""


@dataclass(frozen=True)
class Frames:
    """Which frames (from 0) of a file are worth a look, and how many it has."""

    unit: Unit
    numbers: tuple[int, ...]
    total: int


def frames_of(image: Any, most: int) -> Frames | None:
    """The frames of an opened image, at most `most`; None where it is one picture.

    Of a TIFF the first pages; of an animation frames that differ, from all over it.

    Raises:
        PictureError: a TIFF has so many pages that finding their number would take minutes.
    """
    unit = UNITS.get(image.format or "")
    if unit is None:
        return None
    if image.format == "TIFF":
        pages = list(_pages(image))
        numbers, total = pages[:most], len(pages)
    elif image.n_frames < 2:
        return None
    else:
        changing, gone_through = _changing(image)
        numbers = _spread(changing, most)
        total = len(changing) if gone_through == image.n_frames else image.n_frames
    if total < 2:
        return None
    return Frames(unit, tuple(numbers), total)


def _pages(image: Any) -> Iterator[int]:
    for number in count():
        if number == MAX_TIFF_PAGES:
            raise PictureError(f"the TIFF has more than {MAX_TIFF_PAGES} pages; split it")
        try:
            image.seek(number)
        except EOFError:
            return
        if not number or not image.tag_v2.get(_NEW_SUBFILE_TYPE, 0) & _IS_REDUCED:
            yield number


def _changing(image: Any) -> tuple[list[int], int]:
    """The frames that look different from the one before, and how many were gone through."""
    import numpy as np

    most = min(MAX_FRAMES, image.n_frames, max(2, MAX_DECODED // (image.width * image.height)))
    changing: list[int] = []
    last: np.ndarray[Any, Any] | None = None
    for number in range(most):
        try:
            image.seek(number)
            rgba = image.convert("RGBA")
        except (EOFError, OSError, SyntaxError):  # cut off: what is before it can be looked at
            return changing, number
        shown = np.asarray(rgba.resize((COMPARED_SIDE, COMPARED_SIDE)), np.int16)
        if last is None or (abs(shown - last) > CHANGED).any(axis=2).sum() >= MIN_CHANGED:
            last = shown
            changing.append(number)
    return changing, most


def _spread(numbers: list[int], most: int) -> list[int]:
    """At most so many of the numbers, evenly from all of them."""
    if len(numbers) <= most:
        return numbers
    return [numbers[i * len(numbers) // most] for i in range(most)]
