"""Codes that are hard to see are read all the same, and what cannot be read is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.fakes.codes import code, page
from tools.codes.bars import bars_in
from tools.codes.decoding import codes_in

EAN = "5012345678900"


def read(pixels: Any) -> list[tuple[str, str | None]]:
    return [(found.format, found.text) for found in codes_in(np.asarray(pixels, np.uint8))]


def image(pixels: Any) -> Image.Image:
    return Image.fromarray(np.asarray(pixels, np.uint8))


def framed(text: str = EAN) -> Any:
    """A bar code in a black frame that stands in its quiet zone."""
    bars = code(text, "EAN13", scale=3, quiet=False)
    height, width = bars.shape
    label = Image.new("RGB", (width + 160, height + 160), (90, 120, 90))
    ImageDraw.Draw(label).rectangle(
        (60, 60, width + 80, height + 100), fill="white", outline="black", width=8
    )
    label.paste(image(bars), (70, 74))
    return np.asarray(label)


def turned(degrees: float) -> Any:
    bars = image(page((code(EAN, "EAN13", scale=3), (90, 160)), size_wh=(520, 520)))
    return np.asarray(bars.rotate(degrees, fillcolor="white"))


QR = page((code("ID 5512", scale=3), (90, 90)), size_wh=(300, 300))


@pytest.mark.parametrize(
    ("pixels", "text"),
    [
        (framed(), EAN),
        (framed().transpose(1, 0, 2), EAN),
        (turned(33), EAN),
        (turned(-20), EAN),
        (turned(90), EAN),
        (image(QR).filter(ImageFilter.GaussianBlur(2)), "ID 5512"),
        (image(QR).resize((120, 120), Image.Resampling.BILINEAR), "ID 5512"),
        (255 - QR, "ID 5512"),
        (110 + QR // 6, "ID 5512"),
        (code("ID 5512", scale=3, quiet=False)[..., None].repeat(3, axis=2), "ID 5512"),
        (np.clip(QR + np.random.default_rng(1).normal(0, 60, QR.shape), 0, 255), "ID 5512"),
        (np.pad(QR, ((900, 0), (1500, 0), (0, 0)), constant_values=255), "ID 5512"),
    ],
)  # fmt: skip
def test_a_code_that_is_hard_to_see_is_read(pixels: Any, text: str) -> None:
    assert [found for _, found in read(pixels)] == [text]


@pytest.mark.parametrize("degrees", [0, 33, 90])
def test_the_box_lies_in_the_picture_as_it_is(degrees: float) -> None:
    pixels = turned(degrees)
    (found,) = codes_in(pixels)
    left, top, right, bottom = found.box_xyxy
    dark = np.argwhere(pixels[..., 0] < 128)
    (y, x), (middle_y, middle_x) = dark.mean(axis=0), ((top + bottom) / 2, (left + right) / 2)
    assert abs(x - middle_x) < 40
    assert abs(y - middle_y) < 40


def test_every_code_is_found_once_from_left_to_right() -> None:
    pixels = page(
        (code("B"), (320, 20)), (code("A"), (20, 60)), (code(EAN, "EAN13", scale=2), (100, 300)),
        (code("B"), (440, 240)), size_wh=(700, 600),
    )  # fmt: skip
    assert [text for _, text in read(pixels)] == ["A", EAN, "B", "B"]
    bars = image(page((code("20123451", "EAN8", scale=3), (150, 60)), size_wh=(600, 360)))
    assert read(bars.filter(ImageFilter.GaussianBlur(1.6))) == [("EAN-8", "20123451")]


def test_what_does_not_decode_is_there() -> None:
    torn = code("https://pay.example/inv/9912?x=abcdef", scale=8)
    third = len(torn) // 3
    torn[third : 2 * third + 40, third : 2 * third + 60] = 255
    assert read(page((torn, (60, 60)))) == [("QR Code", None)]
    halved = code("https://pay.example/inv/9912?x=abcdef", scale=8)
    halved[len(halved) // 2 + 10 :, :] = 128
    found = codes_in(page((halved, (60, 60)), (code("OK 1"), (500, 60))))
    assert [(c.format, c.text) for c in found] == [("QR Code", None), ("QR Code", "OK 1")]
    assert 60 <= found[0].box_xyxy[0] < found[0].box_xyxy[2] <= 61 + len(halved)
    scratched = code("4012345123456", "EAN13", scale=3)
    scratched[:, 60:90], scratched[:, 150:175] = 255, 0
    read_one = page((scratched, (60, 40)), (code("OK 1"), (480, 40)))
    assert read(read_one) == [("bar code", None), ("QR Code", "OK 1")]


@pytest.mark.parametrize("words", [["no codes here"], ["TOTAL ILLIIILLI 1111111"] * 6, []])
def test_text_is_no_code(words: list[str]) -> None:
    sheet = Image.new("RGB", (400, 300), "white")
    for row, text in enumerate(words):
        ImageDraw.Draw(sheet).text((10, 20 + 40 * row), text, fill="black", font_size=28)
    assert read(sheet) == []


def test_a_fence_is_no_bar_code() -> None:
    fence = np.full((200, 400), 255, np.uint8)
    fence[:, ::8] = fence[:, 1::8] = fence[:, 2::8] = 0
    assert bars_in(fence) == []
    assert len(bars_in(page((code(EAN, "EAN13", scale=3), (60, 60)))[..., 0].copy())) == 1
