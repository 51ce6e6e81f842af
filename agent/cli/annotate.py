"""`--annotate`: the pictures with the evidence of an answer, as files.

Drawing is `tools.explain.drawing`'s; what is drawn is what the answer cites.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent.files import replacing
from tools.errors import InputError
from tools.explain.drawing import draw

if TYPE_CHECKING:
    from agent.answer import Answer
    from tools.pictures.store import Picture

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


def check_picture_name(path: Path) -> Path:
    """The path itself, if a picture can be written under that name.

    Raises:
        InputError: the suffix names no format.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"--annotate {path}: the name must end in {', '.join(SUFFIXES)}")
    return path


def annotate(answer: Answer, pictures: list[Picture], path: Path) -> list[Path]:
    """Write each picture with its boxes; several become `out-1.png`, `out-2.png` …

    Boxes are those of the cited evidence; where nothing is cited, of all that was seen. Returns
    the paths written.
    """
    from PIL import Image

    shown = [e for e in answer.cited or answer.evidence if e.status != "none"]
    written = []
    for number, picture in enumerate(pictures, start=1):
        several = len(pictures) > 1
        target = path.with_stem(f"{path.stem}-{number}") if several else path
        here = [e for e in shown if e.picture.id == picture.ref.id and e.box_xyxy is not None]
        with replacing(target) as temporary:
            draw(Image.fromarray(picture.pixels), here).save(temporary)
        written.append(target)
    return written
