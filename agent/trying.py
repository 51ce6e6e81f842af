"""A small question that shows whether planner and tools answer here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

QUESTION = "What is the total?"


def small_picture(total: str = "39.10") -> Image:
    """A picture (480 x 120) with a line of text to ask about."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (480, 120), "white")
    font = ImageFont.load_default(size=44)
    ImageDraw.Draw(picture).text((30, 36), f"TOTAL   {total}", "black", font)
    return picture
