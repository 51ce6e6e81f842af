"""Folders of pictures that can be searched: plain colours, a word on some, all of them different."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from tools.base import Picture
from tools.errors import ToolError

RGB = {"red": (250, 5, 5), "green": (5, 250, 5), "blue": (5, 5, 250), "yellow": (250, 250, 5)}


def photograph(file: Path, colour: str, mark: int = 0) -> Path:
    """A picture of one colour with a stripe, which lies elsewhere for each mark."""
    image = Image.new("RGB", (120, 80), RGB[colour])
    left = 5 + 17 * (mark % 6)
    ImageDraw.Draw(image).rectangle((left, 10, left + 9, 70 - mark % 5 * 8), fill="white")
    file.parent.mkdir(parents=True, exist_ok=True)
    image.save(file)
    return file


class ScriptedReader:
    """Reads what a table says of a picture's width and height; of others nothing.

    Where the table has an error, that is raised.
    """

    def __init__(self, table: dict[tuple[int, int], str | ToolError] | None = None) -> None:
        self.table = table or {}
        self.version = "scripted-1"
        self.read_pictures = 0

    def read(self, picture: Picture) -> str:
        """What the table has."""
        self.read_pictures += 1
        said = self.table.get((picture.ref.width, picture.ref.height), "")
        if isinstance(said, ToolError):
            raise said
        return said
