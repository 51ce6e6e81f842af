"""From pixels to the lines of a page: boxes, upright turning, recognition, reading order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tools.evidence import BoxXyxy
from tools.reading.engine import OcrEngine, Pixels, Quads
from tools.reading.lines import Line, Word, reading_order, union
from tools.reading.orientation import (
    lies_sideways,
    longest,
    quads_turned_back,
    share_upside_down,
    size_of_quads,
    turned,
)
from tools.reading.stacks import stacks_of

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
CLEAR, MIRROR_GAIN = 0.95, 0.05
"""Of a page with a lower mean confidence the longest words are read in a mirror as well; if they
are better by so much there, the whole page is."""
MIN_CONTRAST, FULL_CONTRAST = 4, 100
"""Levels between the darkest and the lightest pixel: below the first a picture is blank, below the
second what is written on it may be too faint."""
LARGE_LETTERS, LARGE_PIXELS, FEW_BOXES = 0.35, 100, 2
"""A few boxes of at least this share of the page's height, and so many pixels: beside them others
may be too large to be seen."""
MIN_FRAME = 256
"""Pages with a shorter side get a margin up to this: letters that fill the picture are not seen."""


@dataclass(frozen=True)
class Page:
    """What is written on a page, in reading order; boxes in pixels of the page as given."""

    lines: tuple[Line, ...]
    quarter_turns: int = 0
    """Counter-clockwise quarter turns that made it upright."""
    is_mirrored: bool = False
    """Whether it can only be read in a mirror: what it says is a guess."""

    @cached_property
    def text(self) -> str:
        """All lines joined by newlines."""
        return "\n".join(line.text for line in self.lines)


def read_page(pixels: Pixels, engine: OcrEngine) -> Page:
    """Read all the text on an HxWx3 RGB array."""
    enlarged = min(MAX_ENLARGED, max(1, -(-SMALL_SIDE // min(pixels.shape[:2]))))
    upright = _resized(pixels, enlarged)
    reading = _read(upright, engine)
    is_mirrored = reading.score < CLEAR and _is_clearer_in_mirror(reading, engine)
    if is_mirrored:
        reading = _read(np.ascontiguousarray(upright[:, ::-1]), engine)
    words = [
        replace(word, box_xyxy=_given(word.box_xyxy, upright.shape[1], enlarged, is_mirrored))
        for word in reading.words
    ]
    return Page(tuple(reading_order(words)), reading.turns, is_mirrored)


@dataclass(frozen=True)
class _Reading:
    """What one look at a page gave: its words (boxes in pixels of the array), turns, and score."""

    words: list[Word]
    turns: int = 0
    score: float = 0.0
    """Mean confidence of all that was recognised, weighted by length."""
    longest: tuple[Pixels, ...] = ()
    """The longest text boxes, cut out."""


def _read(pixels: Pixels, engine: OcrEngine) -> _Reading:
    height, width = pixels.shape[:2]
    quads = _boxes_or_faint(pixels, engine)
    if not len(quads):
        return _Reading([])
    turns = _turns(pixels, quads, engine)
    if turns:
        pixels = turned(pixels, turns)
        quads = _boxes_or_faint(pixels, engine)
    crops = [crop(pixels, quad) for quad in quads]
    read = engine.recognize(crops)
    given = quads_turned_back(quads, turns, (width, height))
    kept = [cut for cut, (text, score) in zip(crops, read, strict=True) if _kept(text, score)]
    words = _with_stacks(words_of(quads, given, read), kept, engine)
    letters = sum(len(text) for text, _ in read)
    score = sum(len(text) * score for text, score in read) / max(letters, 1)
    return _Reading(words, turns, score, tuple(crops[i] for i in longest(quads, VOTERS // 4)))


def _is_clearer_in_mirror(reading: _Reading, engine: OcrEngine) -> bool:
    """Whether the longest words are read with more confidence in a mirror, either way up."""
    if not reading.longest:
        return False
    as_is = np.mean([score for _, score in engine.recognize(reading.longest)])
    flipped = [[np.ascontiguousarray(np.flip(c, axis)) for c in reading.longest] for axis in (0, 1)]
    scores = [np.mean([score for _, score in engine.recognize(crops)]) for crops in flipped]
    return bool(max(scores) > as_is + MIRROR_GAIN)


def _given(box_xyxy: BoxXyxy, width: int, enlarged: int, is_mirrored: bool) -> BoxXyxy:
    """A box in pixels of the page as it was given."""
    left, top, right, bottom = box_xyxy
    if is_mirrored:
        left, right = width - right, width - left
    return (left / enlarged, top / enlarged, right / enlarged, bottom / enlarged)


def _boxes_or_faint(pixels: Pixels, engine: OcrEngine) -> Quads:
    """Text boxes; faint ones where there are no others, and very large ones beside a few."""
    quads = _boxes(pixels, engine)
    darkest, lightest = int(pixels.min()), int(pixels.max())
    if not len(quads) and MIN_CONTRAST <= lightest - darkest < FULL_CONTRAST:
        stretched = (pixels.astype(np.float32) - darkest) * (255 / (lightest - darkest))
        quads = _boxes(stretched.astype(np.uint8), engine)
    widths, heights = size_of_quads(quads)
    large = max(LARGE_LETTERS * pixels.shape[0], LARGE_PIXELS)
    if lightest - darkest < MIN_CONTRAST or len(quads) > FEW_BOXES:
        return quads
    if len(quads) and heights.max() < large:
        return quads
    from_afar = _boxes(_resized(pixels, 0.5), engine) * np.float32(2)
    is_more = size_of_quads(from_afar)[0].sum() > 1.2 * widths.sum()
    return from_afar if is_more else quads


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
        if clean := _kept(text, score):
            words.append(Word(clean, score, _bounds(corners), _bounds(corners_given)))
    return words


def _kept(text: str, score: float) -> str:
    """The text of a box as it is told; nothing where the engine is not sure of it."""
    return printable(text) if score >= MIN_WORD_SCORE else ""


def _with_stacks(words: list[Word], crops: Sequence[Pixels], engine: OcrEngine) -> list[Word]:
    """The words with the letters of each stack made one: side by side they are better told.

    `crops` are the words' own; a letter O among letters is not read as a zero any more.
    """
    stacks = stacks_of(words)
    if not stacks:
        return words
    rows = [_side_by_side([crops[i] for i in stack]) for stack in stacks]
    joined = []
    for stack, (text, score) in zip(stacks, engine.recognize(rows), strict=True):
        letters = [words[i] for i in stack]
        apart = "".join(letter.text for letter in letters)
        clean = printable(text).replace(" ", "")
        told = clean if len(clean) == len(apart) and score >= MIN_WORD_SCORE else apart
        capitals = sum(letter.isupper() for letter in apart) * 2 > len(apart)
        joined.append(
            Word(
                told.upper() if capitals else told,
                min(letter.score for letter in letters),
                union(letter.level_xyxy for letter in letters),
                union(letter.box_xyxy for letter in letters),
            )
        )
    taken = {i for stack in stacks for i in stack}
    return [word for i, word in enumerate(words) if i not in taken] + joined


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


def _side_by_side(crops: Sequence[Pixels]) -> Pixels:
    """Crops at one height, in one row."""
    height = max(cut.shape[0] for cut in crops)
    scaled = [_resized(cut, height / cut.shape[0]) for cut in crops]
    return np.concatenate([cut[:height] for cut in scaled], axis=1)


def _resized(pixels: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return pixels
    import cv2

    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    size_wh = tuple(max(1, round(side * scale)) for side in pixels.shape[1::-1])
    resized = cv2.resize(pixels, size_wh, interpolation=how)
    return np.asarray(resized, dtype=np.uint8)
