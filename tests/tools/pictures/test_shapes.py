"""Plain shapes are known by how they fill their box."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tools.pictures.shapes import shape_of


def area(draw_on: Any, size_wh: tuple[int, int] = (160, 120)) -> Any:
    image = Image.new("1", size_wh)
    draw_on(ImageDraw.Draw(image))
    return np.asarray(image)


def shape(mask: Any) -> str | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return shape_of(mask, (columns[-1] - columns[0] + 1) / (rows[-1] - rows[0] + 1))


@pytest.mark.parametrize(
    ("draw_on", "name"),
    [
        (lambda d: d.ellipse((20, 20, 90, 90), fill=1), "circle"),
        (lambda d: d.ellipse((20, 20, 150, 80), fill=1), "oval"),
        (lambda d: d.rectangle((20, 20, 80, 82), fill=1), "square"),
        (lambda d: d.rectangle((20, 20, 150, 60), fill=1), "rectangle"),
        (lambda d: d.polygon([(80, 10), (20, 100), (140, 100)], fill=1), "triangle"),
        (lambda d: d.polygon([(20, 10), (20, 110), (140, 60)], fill=1), "triangle"),
        (lambda d: d.polygon([(80, 10), (20, 60), (80, 110), (140, 60)], fill=1), None),
        (lambda d: d.ellipse((20, 20, 90, 90), outline=1, width=8), None),
        (lambda d: [d.rectangle((x, 20, x + 30, 50), fill=1) for x in (10, 80)], None),
        (lambda d: d.text((10, 10), "R", fill=1, font_size=90), None),
        (lambda d: d.point((5, 5), fill=1), None),
    ],
)
def test_shapes(draw_on: Any, name: str | None) -> None:
    assert shape(area(draw_on)) == name


def test_the_sides_are_those_of_the_picture_not_of_the_sample() -> None:
    mask = area(lambda d: d.rectangle((20, 20, 80, 80), fill=1))
    assert (shape_of(mask, 1.0), shape_of(mask, 2.5)) == ("square", "rectangle")
