"""The colour of a thing: the whole box against the mask in it, on boxes that a person named.

    python -m benchmarks.colours [--data ../shared/data] [--misses]

`benchmarks/colours.json` names 94 boxes of `photos/`, drawn by chance among those of 32 pixels and
more (few of each class) and kept unless a person could not name a colour: photograph, line of its
label file, class, and the colour names that are right, the best one first; of people, the colours
of their clothes. Even ones were used to choose parameters (beside 291 boxes of the teacher's in
pictures whose captions name a colour), odd ones were not. A method is right where its first colour
is among the names. "Whole box" counts all pixels of the box alike. Times are the processor's.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.describe_colors import SAMPLE_SIDE, colour_shares, describe_colors
from tools.evidence import Region, clip_box
from tools.pictures.store import Picture, PictureStore

LABELS = Path(__file__).with_suffix(".json")

Method = Callable[[Picture, Region], str]


@dataclass(frozen=True)
class Box:
    """A box of a photograph and the names of its thing's colour."""

    picture: Picture
    region: Region
    label: str
    colours: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """Whether each box was named right, and the mean processor time of one, in milliseconds."""

    said: list[str]
    right: list[bool]
    ms: float

    def share(self, half: int | None = None) -> float:
        """The share right in per cent: of the even boxes (0), the odd ones (1), or all."""
        rows = self.right if half is None else self.right[half::2]
        return 100 * sum(rows) / max(len(rows), 1)


def boxes(photos: Path) -> Iterator[Box]:
    """The labelled boxes; label files are YOLO's (class, centre and size, normalised)."""
    for row in json.loads(LABELS.read_text(encoding="utf-8")):
        picture = PictureStore().add(photos / "images" / row["photo"])
        lines = (photos / "labels" / row["photo"]).with_suffix(".txt").read_text().splitlines()
        x, y, w, h = (float(number) for number in lines[row["line"]].split()[1:])
        width, height = picture.ref.width, picture.ref.height
        box = clip_box(
            ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height),
            picture.ref,
        )
        if box is None:
            raise ValueError(f"{row['photo']}: line {row['line']} lies outside of the picture")
        region = Region(picture=picture.ref, box_xyxy=box)
        yield Box(picture, region, row["label"], tuple(row["colours"]))


def whole_box(picture: Picture, region: Region) -> str:
    """The most frequent colour of the pixels of a box, of which up to 160 by 160 are looked at."""
    pixels = picture.crop(region)
    rows, columns = (
        np.linspace(0, side - 1, min(SAMPLE_SIDE, side)).astype(int) for side in pixels.shape[:2]
    )
    return next(iter(colour_shares(pixels[rows][:, columns].reshape(-1, 3))))


def thing(picture: Picture, region: Region) -> str:
    """The first colour that the tool reports."""
    return str(describe_colors.run(picture, region=region).findings[0].label)


def measure(method: Method, asked: list[Box]) -> Score:
    """Name the colour of every box."""
    method(asked[0].picture, asked[0].region)  # imports
    started = time.process_time()
    said = [method(box.picture, box.region) for box in asked]
    elapsed = (time.process_time() - started) * 1000 / len(asked)
    right = [name in box.colours for name, box in zip(said, asked, strict=True)]
    return Score(said, right, elapsed)


def table(scores: dict[str, Score]) -> str:
    """Shares right, and time as a multiple of the first method's."""
    lines = [f"{'':12}{'chosen on':>11}{'unseen':>8}{'all':>8}{'ms':>8}{'ratio':>8}"]
    first = next(iter(scores.values())).ms
    for name, score in scores.items():
        shares = (score.share(0), score.share(1), score.share())
        lines.append(
            f"{name:12}{shares[0]:11.1f}{shares[1]:8.1f}{shares[2]:8.1f}"
            f"{score.ms:8.1f}{score.ms / max(first, 1e-9):8.2f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure both methods and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--misses", action="store_true", help="list the boxes that were wrong")
    options = parser.parse_args()
    photos = options.data / "photos"
    if not photos.is_dir():
        print(f"skipped: there are no photographs in {photos} (--data says where)")
        return
    asked = list(boxes(photos))
    scores = {"whole box": measure(whole_box, asked), "thing": measure(thing, asked)}
    print(f"{len(asked)} boxes, first colour right in per cent\n{table(scores)}")
    if options.misses:
        for box, said, right in zip(
            asked, scores["thing"].said, scores["thing"].right, strict=True
        ):
            if not right:
                print(f"{box.label}: {said}, not {' or '.join(box.colours)}")


if __name__ == "__main__":
    main()
