"""What is the thing in a box, on drawn pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.pictures.masks import centre_weights, outwards, plain_ground, thing_mask, window

RED, GREEN = (210, 30, 40), (30, 140, 50)


def ground(height: int, width: int, rgb: Any = GREEN) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.full((height, width, 3), rgb, np.uint8)


def disc(
    shape: tuple[int, int], centre_xy: tuple[float, float], radius: float, hole: float = 0.0
) -> Any:
    """A disc, or a ring, as a mask."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    apart = np.hypot(columns + 0.5 - centre_xy[0], rows + 0.5 - centre_xy[1])
    return (apart <= radius) & (apart >= hole)


@pytest.mark.parametrize("hole", [0.0, 20.0, 24.0])
def test_a_disc_and_a_ring_are_found_exactly(hole: float) -> None:
    pixels, shown = ground(100, 140), disc((100, 140), (70, 50), 30, hole)
    pixels[shown] = RED
    assert (thing_mask(pixels, (40, 20, 100, 80)) == shown).all()


def test_a_thing_of_two_colours_is_one_thing() -> None:
    pixels, shown = ground(100, 140), disc((100, 140), (70, 50), 30)
    pixels[shown] = RED
    pixels[:50][shown[:50]] = (240, 240, 240)
    assert (thing_mask(pixels, (40, 20, 100, 80)) == shown).all()


@pytest.mark.parametrize(
    "box", [(0, 0, 60, 40), (20, 15, 40, 25), (20, 15, 21, 16), (0, 15, 60, 16)]
)
def test_what_looks_like_its_ground_is_the_middle(box: Any) -> None:
    mask = thing_mask(ground(40, 60), box)
    left, top, right, bottom = box
    assert mask[(top + bottom) // 2, (left + right) // 2]
    assert mask.sum() <= (right - left) * (bottom - top)
    if right - left > 9 < bottom - top:
        assert not mask[top, left]


def test_transparent_pixels_are_no_part_of_it() -> None:
    pixels, opaque = ground(40, 40, RED), disc((40, 40), (20, 20), 10)
    mask = thing_mask(pixels, (5, 5, 35, 35), opaque)
    assert mask.any()
    assert not (mask & ~opaque).any()
    assert not thing_mask(pixels, (0, 0, 5, 5), opaque).any()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_mask_lies_inside_its_box(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    left, top = (data.draw(st.floats(0, side - 0.5)) for side in (width, height))
    right, bottom = (
        data.draw(st.floats(start + 0.25, side)) for start, side in ((left, width), (top, height))
    )
    seed, colours = data.draw(st.integers(0, 99)), data.draw(st.integers(1, 4))
    rng = np.random.default_rng(seed)
    palette = rng.integers(0, 256, (colours, 3), dtype=np.uint8)
    pixels = palette[rng.integers(0, colours, (height, width))]
    box = (left, top, right, bottom)
    mask, (x1, y1, x2, y2) = thing_mask(pixels, box), outwards(box)
    assert mask.shape == (height, width)
    assert mask.any()
    assert mask.sum() == mask[y1:y2, x1:x2].sum()
    assert (mask == thing_mask(pixels, box)).all()
    wide = window(box, pixels.shape)
    assert wide[0] <= x1 < x2 <= wide[2] <= width
    assert wide[1] <= y1 < y2 <= wide[3] <= height


def test_the_weight_is_in_the_middle_and_nowhere_outside() -> None:
    weights = centre_weights((9, 20), (3, 2, 12, 7))
    assert np.unravel_index(weights.argmax(), weights.shape) == (4, 7)
    assert weights[4, 7] == pytest.approx(1)
    assert (weights > 0).sum() == 9 * 5


def test_a_thing_on_a_plain_ground_and_the_ground() -> None:
    pixels, shown = ground(80, 120), disc((80, 120), (60, 40), 20)
    pixels[shown] = RED
    found = plain_ground(pixels)
    assert found is not None
    assert (found[0] == shown).all()
    assert (found[1] == ~shown).all()


def test_the_soft_edge_of_a_drawing_is_neither() -> None:
    from PIL import Image, ImageDraw, ImageFilter

    image = Image.new("RGB", (200, 120), GREEN)
    ImageDraw.Draw(image).ellipse((60, 20, 140, 100), fill=RED)
    found = plain_ground(np.asarray(image.filter(ImageFilter.GaussianBlur(1))))
    assert found is not None
    assert not (found[0] & found[1]).any()
    assert (~found[0] & ~found[1]).any()


@pytest.mark.parametrize(
    "pixels",
    [
        ground(30, 30),
        np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8),
        np.concatenate([ground(40, 30), ground(40, 30, RED)], axis=1),
        ground(1, 1),
    ],
    ids=["nothing on it", "noise", "two halves", "one pixel"],
)
def test_no_thing_on_no_plain_ground(pixels: Any) -> None:
    assert plain_ground(pixels) is None


def test_on_transparency_the_thing_is_what_is_opaque() -> None:
    opaque = disc((50, 50), (25, 25), 15)
    pixels = np.where(opaque[..., None], np.uint8(RED), np.uint8(255)).astype(np.uint8)
    found = plain_ground(pixels, opaque)
    assert found is not None
    assert (found[0] == opaque).all()
    assert not found[1].any()
    assert plain_ground(pixels, np.zeros_like(opaque)) is None
