"""What a picture is for whoever looks at it: a reference and pixels, wherever these come from."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.evidence import BoxXyxy, PictureRef, Region, clip_box

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Character:
    """A character of a file's text layer and its box in pixels of the page.

    What the layer says, the page need not show (`tools.reading.text_layer` compares them).
    """

    text: str
    box_xyxy: BoxXyxy
    begins_word: bool = False


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture: `pixels` is uint8 RGB of shape (height, width, 3), upright, read-only.

    `opaque` has shape (height, width), False where the picture is transparent (its pixels show a
    ground there on which the rest can be read); None where all of it is opaque.
    """

    ref: PictureRef
    pixels: Pixels
    opaque: Mask | None = None
    owner: str = ""
    """For whom it is looked at: what is kept of its pixels serves nobody else."""

    @property
    def characters(self) -> tuple[Character, ...]:
        """The text layer of its file, where that has one; nobody has looked what can be seen."""
        return ()

    def crop(self, region: Region | None) -> Pixels:
        """The pixels of a region (box edges rounded outwards), or all of them."""
        if region is None:
            return self.pixels
        left, top, right, bottom = region.box_xyxy
        return self.pixels[int(top) : -int(-bottom // 1), int(left) : -int(-right // 1)]

    def characters_in(self, region: Region | None) -> list[Character]:
        """The part of the text layer that lies in a region, boxes in pixels of `crop(region)`."""
        if region is None:
            return list(self.characters)
        left, top, right, bottom = region.box_xyxy
        dx, dy = int(left), int(top)
        return [
            Character(c.text, (x1 - dx, y1 - dy, x2 - dx, y2 - dy), c.begins_word)
            for c in self.characters
            for x1, y1, x2, y2 in (c.box_xyxy,)
            if left <= x1 and top <= y1 and x2 <= right and y2 <= bottom
        ]

    def jpeg(self, longest_side: int) -> bytes:
        """The picture as a JPEG, made smaller where its longer side has more pixels than that."""
        from PIL import Image

        image = Image.fromarray(self.pixels)
        image.thumbnail((longest_side, longest_side))
        encoded = io.BytesIO()
        image.save(encoded, "JPEG", quality=90)
        return encoded.getvalue()

    def from_crop(self, region: Region | None, box_xyxy: BoxXyxy) -> BoxXyxy | None:
        """A box in pixels of `crop(region)`, in pixels of the picture and cut to it."""
        left, top = (int(region.box_xyxy[0]), int(region.box_xyxy[1])) if region else (0, 0)
        shifted = (box_xyxy[0] + left, box_xyxy[1] + top, box_xyxy[2] + left, box_xyxy[3] + top)
        return clip_box(shifted, self.ref)
