"""From pixels to the lines of a page: boxes, upright turning, recognition, reading order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tools.evidence import BoxXyxy
from tools.reading.engine import OcrEngine, Pixels, Quads
from tools.reading.lines import Line, Word, reading_order
from tools.reading.orientation import (
    lies_sideways,
    longest,
    quads_turned_back,
    share_upside_down,
    size_of_quads,
    turned,
)

MIN_WORD_SCORE = 0.5
"""Words that the engine is less sure of are left out."""
VOTERS = 16
"""Boxes that are asked which way up they stand."""
DOUBT = (0.25, 0.75)
"""Between these the votes are not trusted: both ways are read and the better one is taken."""
SMALL_SIDE, MAX_ENLARGED = 48, 4
"""Crops lower than `SMALL_SIDE` are scaled up, at most so many times: tiny letters get lost."""
MAX_AREA = 3_000_000
"""Pixels that boxes are looked for in; larger pages are scaled down for that, not for reading."""
MAX_SIDE, MAX_ASPECT = 5000, 8
"""The detector scales the shorter side up to 736 pixels: strips would get out of hand."""
MIN_FRAME = 256
"""Pages with a shorter side get a margin up to this: letters that fill the picture are not seen."""


@dataclass(frozen=True)
class Page:
    """What is written on a page, in reading order; boxes in pixels of the page as given."""

    lines: tuple[Line, ...]
    quarter_turns: int = 0
    """Counter-clockwise quarter turns that made it upright."""

    @cached_property
    def text(self) -> str:
        """All lines joined by newlines."""
        return "\n".join(line.text for line in self.lines)


def read_page(pixels: Pixels, engine: OcrEngine) -> Page:
    """Read all the text on an HxWx3 RGB array."""
    enlarged = min(MAX_ENLARGED, max(1, -(-SMALL_SIDE // min(pixels.shape[:2]))))
    upright = _resized(pixels, enlarged)
    height, width = upright.shape[:2]
    quads = _boxes(upright, engine)
    if not len(quads):
        return Page(())
    turns = _turns(upright, quads, engine)
    if turns:
        upright = turned(upright, turns)
        quads = _boxes(upright, engine)
    read = engine.recognize([crop(upright, quad) for quad in quads])
    given = quads_turned_back(quads, turns, (width, height)) / enlarged
    words = words_of(quads, given, read)
    return Page(tuple(reading_order(words)), turns)


def _boxes(pixels: Pixels, engine: OcrEngine) -> Quads:
    """Text boxes in pixels of the array; looked for on a copy of a size that the detector likes."""
    height, width = pixels.shape[:2]
    scale = min(1.0, float(np.sqrt(MAX_AREA / (height * width))), MAX_SIDE / max(height, width))
    scaled = _resized(pixels, scale)
    frame = max(MIN_FRAME, -(-max(scaled.shape[:2]) // MAX_ASPECT))
    top, left = (max(0, frame - side + 1) // 2 for side in scaled.shape[:2])
    if top or left:
        edge = np.concatenate([scaled[[0, -1]].reshape(-1, 3), scaled[:, [0, -1]].reshape(-1, 3)])
        framed = np.empty((scaled.shape[0] + 2 * top, scaled.shape[1] + 2 * left, 3), np.uint8)
        framed[:] = np.median(edge, axis=0)
        framed[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
        scaled = framed
    quads: Quads = (engine.detect(scaled) - np.array([left, top], dtype=np.float32)) / np.float32(
        scale
    )
    corner = np.array([width, height], dtype=np.float32)
    return np.clip(quads, np.float32(0), corner)


def words_of(quads: Quads, given: Quads, read: Sequence[tuple[str, float]]) -> list[Word]:
    """Words with a level box for the layout and a box on the page as given.

    `quads` are the corners on the upright page, `given` the same corners on the page as given.
    """
    level = _deskewed(quads)
    words = []
    for corners, corners_given, (text, score) in zip(level, given, read, strict=True):
        clean = printable(text)
        if clean and score >= MIN_WORD_SCORE:
            words.append(Word(clean, score, _bounds(corners), _bounds(corners_given)))
    return words


def printable(text: str) -> str:
    """One line of text without control characters, white space and full width made plain."""
    text = unicodedata.normalize("NFKC", text.replace("´", "'"))  # NFKC would make it two marks
    kept = "".join(c if not unicodedata.category(c).startswith("C") else " " for c in text)
    return re.sub(r"\s+", " ", kept).strip()


def crop(pixels: Pixels, quad: np.ndarray) -> Pixels:
    """The text box as a lying rectangle; boxes that stand are laid down to the left."""
    from rapidocr.utils.process_img import get_rotate_crop_image

    widths, heights = size_of_quads(quad[None])
    if widths[0] < 1 or heights[0] < 1:
        return np.full((8, 8, 3), 255, dtype=np.uint8)
    return np.asarray(get_rotate_crop_image(pixels, quad.astype(np.float32).copy()))


def _turns(pixels: Pixels, quads: Quads, engine: OcrEngine) -> int:
    """Counter-clockwise quarter turns that bring the page upright."""
    turns = 1 if lies_sideways(quads) else 0
    crops = [crop(pixels, quads[i]) for i in longest(quads, VOTERS)]
    share = share_upside_down(engine.upside_down(crops))
    if DOUBT[0] < share < DOUBT[1]:
        as_is = np.mean([score for _, score in engine.recognize(crops[:6])])
        turned_over = [np.ascontiguousarray(c[::-1, ::-1]) for c in crops[:6]]
        over = np.mean([score for _, score in engine.recognize(turned_over)])
        share = float(over > as_is)
    return turns + (2 if share >= 0.5 else 0)


def _deskewed(quads: Quads) -> Quads:
    """The corners turned about the origin so that the median line of text is level."""
    widths, heights = size_of_quads(quads)
    long = widths >= 3 * heights
    if not long.any():
        return quads
    edges = quads[long][:, 1] - quads[long][:, 0]
    angle = float(np.median(np.arctan2(edges[:, 1], edges[:, 0])))
    cos, sin = np.cos(-angle), np.sin(-angle)
    return np.asarray(quads @ np.array([[cos, sin], [-sin, cos]], dtype=quads.dtype))


def _bounds(corners: np.ndarray) -> BoxXyxy:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return (float(left), float(top), float(right), float(bottom))


def _resized(pixels: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return pixels
    import cv2

    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    size_wh = tuple(max(1, round(side * scale)) for side in pixels.shape[1::-1])
    resized = cv2.resize(pixels, size_wh, interpolation=how)
    return np.asarray(resized, dtype=np.uint8)
