"""Transparent pictures are laid on a ground on which they can be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tools import PictureStore
from tools.pictures.grounds import BLACK, GREY, WHITE, readable_ground
from tools.pictures.oklab import oklab


def letters(*inks: Any, mode: str = "RGBA") -> Image.Image:
    image = Image.new("RGBA", (200 * len(inks), 80), (255, 255, 255, 0))
    for n, ink in enumerate(inks):
        ImageDraw.Draw(image).text((200 * n + 20, 10), "OPEN", fill=(*ink, 255), font_size=48)
    return image.convert(mode)


@pytest.mark.parametrize(
    ("inks", "level"),
    [
        ([(0, 0, 0)], WHITE), ([(255, 255, 255)], BLACK), ([(200, 30, 30)], WHITE),
        ([(255, 235, 60)], BLACK), ([(0, 0, 0), (255, 255, 255)], GREY),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_the_ground_is_white_where_that_can_be_read(inks: Any, level: int, mode: str) -> None:
    if mode == "LA" and inks == [(200, 30, 30)]:
        inks = [(60, 60, 60)]
    picture = PictureStore().add(letters(*inks, mode=mode))
    assert picture.opaque is not None
    assert picture.pixels[0, 0].tolist() == [level] * 3
    assert not picture.opaque[0, 0]
    shown = oklab(picture.pixels[picture.opaque])[:, 0]
    apart = np.abs(shown - oklab(np.array([level] * 3))[0])
    assert np.percentile(apart, 20) > 0.3


def test_what_lies_within_has_a_ground_of_its_own() -> None:
    image = Image.new("RGBA", (200, 80), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 10, 190, 70), fill=(20, 20, 90, 255))
    draw.text((40, 15), "OPEN", fill=(255, 255, 255, 255), font_size=40)
    assert PictureStore().add(image).pixels[0, 0].tolist() == [WHITE] * 3


@given(st.integers(0, 2**32 - 1))
def test_any_picture_has_a_ground(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    assert readable_ground(rgb, rng.random((5, 7)) > rng.random()) in (WHITE, BLACK, GREY)
