"""What CLIP's image encoder says of the photographs and of crops of them; each is asked once.

The crops ("views") are the same in every epoch, and the student sees what the teacher saw: Beyer et
al.: Knowledge Distillation: A Good Teacher Is Patient and Consistent, CVPR 2022.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tools.errors import InputError
from tools.networks import clip_vision
from tools.networks.clip_vision import ClipVision
from tools.networks.encoders import Rgb, unit

FOLDERS = ("captions", "photos", "scenes", "voc", "fruit", "more")
"""Below the data folder; groceries have a classifier of their own."""
SUFFIXES = (".jpg", ".jpeg", ".png")
SIDE = 224
"""Pixels of a view."""
SMALLEST = 0.25
"""Of the area: the least that a view keeps."""
STRETCH = 0.3
"""Of the logarithm of its proportions, either way."""
TOGETHER = 16

Vectors = NDArray[np.float32]


class Teacher(Protocol):
    """Says where pictures lie."""

    def vectors(self, pictures: Sequence[Rgb]) -> Vectors:
        """One vector of unit length for each picture."""


def photographs(data: Path) -> list[str]:
    """The photographs to learn from, by their path below the data folder: none of `vqa_dev`."""
    kept = data / "vqa_dev" / "questions.jsonl"
    rows = map(json.loads, kept.read_text(encoding="utf-8").splitlines() if kept.exists() else ())
    never = {posixpath.normpath(f"vqa_dev/{row['image']}") for row in rows}
    files = [f for folder in FOLDERS for f in sorted((data / folder).rglob("*"))]
    names = [f.relative_to(data).as_posix() for f in files if f.suffix.lower() in SUFFIXES]
    return [name for name in names if name not in never]


def view_of(picture: Image.Image, name: str, number: int) -> Image.Image:
    """A view of a photograph, SIDE × SIDE pixels: number 0 is all of it, others are random crops.

    A crop is drawn by the photograph's name and the number, and half of them are mirrored.
    """
    if number == 0:
        return picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    seed = int(hashlib.sha256(f"{name}#{number}".encode()).hexdigest()[:8], 16)
    chance = np.random.RandomState(seed)
    area, stretch = chance.uniform(SMALLEST, 1), np.exp(chance.uniform(-STRETCH, STRETCH))
    across, down = (min(1.0, np.sqrt(area) * s) for s in (stretch, 1 / stretch))
    left, top = chance.uniform(0, 1 - across), chance.uniform(0, 1 - down)
    width, height = picture.size
    box = (left * width, top * height, (left + across) * width, (top + down) * height)
    view = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
    return view.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if chance.randint(2) else view


def open_teacher() -> ClipVision:
    """CLIP's image encoder.

    Raises:
        InputError: its package is not installed.
    """
    file = clip_vision.published_file()
    if file is None:
        raise InputError("CLIP's image encoder is not installed; run: make install")
    return ClipVision(file)


def taught(
    data: Path,
    names: Sequence[str],
    number: int,
    work: Path,
    log: Callable[[str], None],
    opened: Callable[[], Teacher] = open_teacher,
) -> tuple[NDArray[np.uint8], Vectors]:
    """A view of each photograph and the teacher's vectors of them; kept in the work folder.

    Args:
        data: the photographs are below it.
        names: theirs.
        number: of the view.
        work: the folder.
        log: is told where the teacher is asked.
        opened: opens the teacher, where something has to be asked.

    Returns:
        uint8 (n, SIDE, SIDE, 3), read as it is needed; float32 (n, 512), of unit length.

    Raises:
        InputError: the teacher's package is not installed.
    """
    work.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
    seen, said = (work / f"{what}-{key}-{number}.npy" for what in ("views", "vectors"))
    if not said.is_file():
        log(f"the teacher looks at view {number} of {len(names)} photographs …")
        teacher, shape = opened(), (len(names), SIDE, SIDE, 3)
        pixels = np.lib.format.open_memmap(seen, "w+", np.uint8, shape)
        vectors = []
        for start in range(0, len(names), TOGETHER):
            for at, name in enumerate(names[start : start + TOGETHER], start):
                with Image.open(data / name) as picture:
                    pixels[at] = np.asarray(view_of(picture.convert("RGB"), name, number))
            vectors.append(teacher.vectors(list(pixels[start : start + TOGETHER])))
        pixels.flush()
        partial = said.with_suffix(".partial.npy")
        np.save(partial, np.concatenate(vectors).astype(np.float16))
        partial.replace(said)
    return np.load(seen, mmap_mode="r"), np.load(said).astype(np.float32)


def centred(vectors: Vectors, mean: Vectors) -> Vectors:
    """Vectors less what all pictures share, brought to unit length again."""
    return unit(vectors - mean)
