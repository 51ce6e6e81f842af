"""The text layer of a page beside what the page shows: only what is seen is believed, but exactly.

A layer may say what nobody sees (invisible, white on white, covered, tiny), or something else than
what is drawn. So the page is read like any picture, and where the layer says the same its exact
characters replace what was recognised. What the detector missed is recognised where the layer says
that it stands. All else of the layer is dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from rapidfuzz import fuzz

from tools.evidence import BoxXyxy
from tools.pictures.picture import Character
from tools.reading.engine import OcrEngine, Pixels
from tools.reading.lines import Word, reading_order, union
from tools.reading.page import MIN_WORD_SCORE, Page, printable

MIN_ALIKE = 80
"""Per cent that a recognised text and the layer's have in common where they say the same."""
MIN_HEIGHT = 6
"""Pixels; lower characters are not read (3 points at 150 dpi)."""
MIN_CONTRAST = 32
"""Levels between the darkest and the lightest pixel of a text that can be seen."""
MAX_LEFT = 200
"""Runs of the layer that are looked for where the detector saw nothing."""
_MISTAKEN = str.maketrans("oilszb|", "0115281")
"""Letters that recognition takes for digits, and the other way round."""


def confirmed(
    page: Page, characters: Sequence[Character], pixels: Pixels, engine: OcrEngine
) -> Page:
    """The page with the layer's characters, boxes in pixels of the page, where these are seen."""
    if page.quarter_turns or not characters:
        return page
    words: list[Word] = []
    unseen = list(characters)
    for word in (word for line in page.lines for word in line.words):
        here, unseen = _parted(unseen, word.box_xyxy)
        exact = printable(_text(here))
        if _agree(exact, word.text):
            words.append(_word(exact, here))
        else:
            words.append(replace(word, level_xyxy=word.box_xyxy))
    words += _seen(list(_runs(unseen))[:MAX_LEFT], pixels, engine)
    return Page(tuple(reading_order(words)))


def _seen(runs: Sequence[list[Character]], pixels: Pixels, engine: OcrEngine) -> list[Word]:
    """The runs that are really shown where the layer says so."""
    boxes = [union(c.box_xyxy for c in run) for run in runs]
    crops = [_crop(pixels, box) for box in boxes]
    shown = [i for i, crop in enumerate(crops) if _can_be_seen(crop)]
    read = engine.recognize([crops[i] for i in shown])
    words = []
    for i, (text, score) in zip(shown, read, strict=True):
        exact = printable(_text(runs[i]))
        if score >= MIN_WORD_SCORE and _agree(exact, text):
            words.append(_word(exact, runs[i]))
    return words


def _word(exact: str, run: Sequence[Character]) -> Word:
    """What is certain; a page that is rendered lies level, so that its box serves the layout."""
    box = union(c.box_xyxy for c in run)
    return Word(exact, 1.0, box, box)


def _can_be_seen(crop: Pixels) -> bool:
    grey = crop.mean(axis=2)
    return crop.shape[0] >= MIN_HEIGHT and float(np.ptp(grey)) >= MIN_CONTRAST


def _crop(pixels: Pixels, box_xyxy: BoxXyxy) -> Pixels:
    """The pixels of a box and a little around it."""
    margin = max(1, round(0.15 * (box_xyxy[3] - box_xyxy[1])))
    left, top = (max(0, int(side) - margin) for side in box_xyxy[:2])
    right, bottom = (int(side) + 1 + margin for side in box_xyxy[2:])
    return np.ascontiguousarray(pixels[top:bottom, left:right])


def _runs(characters: Sequence[Character]) -> Iterator[list[Character]]:
    """Characters that follow each other on one row."""
    run: list[Character] = []
    for c in characters:
        if run and not _follows(run[-1], c):
            yield run
            run = []
        run.append(c)
    if run:
        yield run


def _follows(one: Character, other: Character) -> bool:
    height = max(_height(one), _height(other))
    gap = other.box_xyxy[0] - one.box_xyxy[2]
    apart = abs(other.box_xyxy[3] - one.box_xyxy[3])
    return -height < gap < height and apart < 0.5 * height


def _height(character: Character) -> float:
    return character.box_xyxy[3] - character.box_xyxy[1]


def _parted(
    characters: Sequence[Character], box_xyxy: BoxXyxy
) -> tuple[list[Character], list[Character]]:
    """Those that lie in a box, and the others."""
    inside: list[Character] = []
    outside: list[Character] = []
    for c in characters:
        (inside if _is_in(c.box_xyxy, box_xyxy) else outside).append(c)
    return inside, outside


def _is_in(box_xyxy: BoxXyxy, outer: BoxXyxy) -> bool:
    """Whether the middle of a box lies in another."""
    x, y = (box_xyxy[0] + box_xyxy[2]) / 2, (box_xyxy[1] + box_xyxy[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _text(run: Sequence[Character]) -> str:
    """The characters of a run, in their order, with the spaces of the layer."""
    return "".join(f" {c.text}" if c.begins_word else c.text for c in run)


def _agree(exact: str, read: str) -> bool:
    """Whether the layer says what is shown: nearly the same letters, and the very same digits."""
    one, other = _plain(exact), _plain(read)
    digits = re.sub(r"\D", "", one) == re.sub(r"\D", "", other)
    return bool(one) and digits and fuzz.ratio(one, other) >= MIN_ALIKE


def _plain(text: str) -> str:
    """Letters and digits alone, those that look alike made the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum() or c == "|").translate(_MISTAKEN)
