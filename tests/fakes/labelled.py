"""Small labelled folders, in the layouts that `vqa-agent eval` and the training read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 64
Row = tuple[int, float, float, float, float]


def photographs(folder: Path, rows: Sequence[Sequence[Row]]) -> Path:
    """A folder in the YOLO layout: noise with a flat square for each thing, 64 x 64 pixels."""
    generator = np.random.default_rng(len(rows))
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for at, things in enumerate(rows):
        pixels = generator.integers(0, 80, (SIDE, SIDE, 3), dtype=np.uint8)
        for number, x, y, w, h in things:
            left, top = round((x - w / 2) * SIDE), round((y - h / 2) * SIDE)
            colour = (40 * (number % 4) + 90, 250 - 60 * (number % 4), 128)
            pixels[top : round((y + h / 2) * SIDE), left : round((x + w / 2) * SIDE)] = colour
        Image.fromarray(pixels).save(folder / "images" / f"{at:03}.png")
        lines = [" ".join(map(str, thing)) for thing in things]
        (folder / "labels" / f"{at:03}.txt").write_text("\n".join(lines))
    return folder


def products(folder: Path, fine: Sequence[str], coarse_of: Sequence[str], each: int) -> Path:
    """A folder in the layout of the grocery set: `each` plain pictures a class, in both splits."""
    coarse = list(dict.fromkeys(coarse_of))
    (folder / "images").mkdir(parents=True)
    with (folder / "classes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Class Name (str)", "Class ID (int)", "Coarse Class Name (str)",
                         "Coarse Class ID (int)"])  # fmt: skip
        for at, (name, parent) in enumerate(zip(fine, coarse_of, strict=True)):
            writer.writerow([name, at, parent, coarse.index(parent)])
    generator = np.random.default_rng(0)
    for split in ("train", "val"):
        with (folder / f"{split}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["image", "fine", "coarse"])
            for at, parent in enumerate(coarse_of):
                for turn in range(each):
                    name = f"{split}_{at}_{turn}.png"
                    noise = generator.integers(-20, 20, (SIDE, SIDE, 3))
                    pixels = (np.array([70 * at + 40, 200 - 60 * at, 90]) + noise).clip(0, 255)
                    Image.fromarray(pixels.astype(np.uint8)).save(folder / "images" / name)
                    writer.writerow([name, at, coarse.index(parent)])
    return folder
