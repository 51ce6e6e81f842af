from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.reading.engine import Pixels, Quads
from tools.reading.page import printable, read_page


class ScriptedEngine:
    """Reads a page of dark bars as an engine would: boxes by the bars, text by their grey.

    A bar is upright where its darker end is on the left.
    """

    version = "scripted"

    def __init__(self, texts: dict[int, str], *, votes: float | None = None) -> None:
        self.texts = texts
        self.votes = votes

    def detect(self, pixels: Pixels) -> Quads:
        quads = []
        for grey in self.texts:
            ys, xs = np.nonzero(pixels[:, :, 1] == grey)
            if len(ys):
                left, top, right, bottom = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
                quads.append([[left, top], [right, top], [right, bottom], [left, bottom]])
        return np.array(quads, dtype=np.float32).reshape(-1, 4, 2)

    def upside_down(self, crops: Sequence[Pixels]) -> list[float]:
        return [self.votes if self.votes is not None else float(not _upright(c)) for c in crops]

    def recognize(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]:
        read = []
        for crop in crops:
            grey = int(np.bincount(crop[:, :, 1].ravel()).argmax())
            text = self.texts[min(self.texts, key=lambda known: abs(known - grey))]
            read.append((text, 0.95) if _upright(crop) else (text[::-1], 0.55))
        return read


def _upright(crop: Pixels) -> bool:
    width = crop.shape[1]
    return bool(crop[:, : width // 4, 0].mean() < crop[:, -(width // 4) :, 0].mean())


TEXTS = {40: "HEAD", 80: "TOTAL", 120: "60.30"}
BOXES = {40: (20, 10, 200, 30), 80: (20, 60, 120, 80), 120: (150, 60, 230, 80)}


def bars() -> Pixels:
    page = np.full((300, 250, 3), 255, dtype=np.uint8)
    for grey, (left, top, right, bottom) in BOXES.items():
        page[top:bottom, left:right] = grey
        page[top:bottom, left:right, 0] = np.linspace(0, 200, right - left).astype(np.uint8)
    return page


def turned_box(box: tuple[int, int, int, int], turns: int) -> tuple[int, ...]:
    marked = np.zeros((300, 250), dtype=bool)
    marked[box[1] : box[3], box[0] : box[2]] = True
    ys, xs = np.nonzero(np.rot90(marked, turns))
    return (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("votes", [None, 0.5], ids=["clear votes", "doubtful votes"])
def test_turned_pages_are_read_upright_and_boxes_stay_where_they_were(turns, votes):
    given_page = np.ascontiguousarray(np.rot90(bars(), turns))
    page = read_page(given_page, ScriptedEngine(TEXTS, votes=votes))
    assert [line.text for line in page.lines] == ["HEAD", "TOTAL 60.30"]
    assert page.quarter_turns == -turns % 4
    found = [word.box_xyxy for line in page.lines for word in line.words]
    assert found == [turned_box(BOXES[grey], turns) for grey in (40, 80, 120)]


def test_tiny_crops_are_enlarged_and_boxes_are_not():
    crop = np.ascontiguousarray(bars()[55:85, 10:130])  # 120x30 becomes 240x60, then framed
    sizes = []

    class Measuring(ScriptedEngine):
        def detect(self, pixels: Pixels) -> Quads:
            sizes.append(pixels.shape[:2])
            return np.array([[[24, 108], [224, 108], [224, 148], [24, 148]]], dtype=np.float32)

    page = read_page(crop, Measuring({80: "TOTAL"}))
    assert sizes == [(256, 256)]
    assert page.lines[0].box_xyxy == (8, 5, 108, 25)


def test_boxes_are_looked_for_on_a_smaller_copy_of_a_large_page_and_read_on_the_page_itself():
    class Measuring(ScriptedEngine):
        seen: tuple[int, ...] = ()
        crops: tuple[int, ...] = ()

        def detect(self, pixels: Pixels) -> Quads:
            self.seen = pixels.shape[:2]
            return np.array([[[0, 0], [500, 0], [500, 100], [0, 100]]], dtype=np.float32)

        def recognize(self, crops: Sequence[Pixels]) -> list[tuple[str, float]]:
            self.crops = crops[0].shape[:2]
            return [("WIDE", 0.9)]

    engine = Measuring(TEXTS, votes=0.0)
    page = read_page(np.full((3000, 4000, 3), 255, dtype=np.uint8), engine)
    assert engine.seen == (1500, 2000)
    assert engine.crops == (200, 1000)
    assert page.lines[0].box_xyxy == (0, 0, 1000, 200)


@pytest.mark.parametrize("size", [(1, 1), (3, 20_000), (20_000, 3), (6000, 6000), (300, 9000)])
def test_the_detector_never_gets_more_than_it_can_hold(size):
    seen = []

    class Watching(ScriptedEngine):
        def detect(self, pixels: Pixels) -> Quads:
            seen.append(pixels.shape[:2])
            return np.zeros((0, 4, 2), dtype=np.float32)

    assert read_page(np.zeros((*size, 3), dtype=np.uint8), Watching(TEXTS)).lines == ()
    ((height, width),) = seen
    upscaled = max(1.0, 736 / min(height, width))
    assert min(height, width) >= 256
    assert height * width * upscaled**2 < 5_000_000


def test_badly_read_words_are_left_out():
    engine = ScriptedEngine({40: "HEAD", 80: "\u0000\u200b"})
    assert [line.text for line in read_page(bars(), engine).lines] == ["HEAD"]


def test_an_empty_page():
    page = read_page(np.full((50, 60, 3), 255, dtype=np.uint8), ScriptedEngine(TEXTS))
    assert (page.lines, page.text) == ((), "")


@settings(deadline=None)
@given(st.text(max_size=50))
def test_printable_has_no_control_characters_and_no_double_spaces(text):
    clean = printable(text)
    assert clean == clean.strip()
    assert "  " not in clean
    assert all(c.isprintable() for c in clean)
    assert printable(clean) == clean
