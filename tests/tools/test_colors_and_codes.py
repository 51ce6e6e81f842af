from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import Picture, PictureStore, Region
from tools.describe_colors import colour_shares, describe_colors, oklab
from tools.read_codes import read_codes
from tools.words.labels import COLOURS


def picture_of(pixels: Any) -> Picture:
    return PictureStore().add(np.asarray(pixels, np.uint8))


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"), ((255, 255, 255), "white"), ((128, 128, 128), "grey"),
        ((220, 20, 20), "red"), ((255, 150, 0), "orange"), ((250, 230, 20), "yellow"),
        ((20, 140, 30), "green"), ((20, 40, 200), "blue"), ((120, 20, 140), "purple"),
        ((255, 170, 190), "pink"), ((120, 70, 30), "brown"), ((130, 200, 235), "blue"),
        ((53, 6, 62), "purple"), ((3, 57, 248), "blue"), ((90, 125, 154), "blue"),
    ],
)  # fmt: skip
def test_a_uniform_patch_gets_its_name(rgb: tuple[int, int, int], name: str) -> None:
    report = describe_colors.run(picture_of(np.full((30, 30, 3), rgb)))
    assert [(f.label, f.value) for f in report.findings] == [(name, 1.0)]


def test_shares_and_region() -> None:
    pixels = np.zeros((40, 40, 3))
    pixels[:, :30] = (220, 20, 20)
    picture = picture_of(pixels)
    whole = describe_colors.run(picture)
    assert [(f.label, f.value) for f in whole.findings] == [("red", 0.75), ("black", 0.25)]
    region = Region(picture=picture.ref, box_xyxy=(30, 0, 40, 40))
    assert [f.label for f in describe_colors.run(picture, region=region).findings] == ["black"]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_shares_sum_to_one(seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (200, 3), dtype=np.uint8)
    shares = colour_shares(pixels)
    assert sum(shares.values()) == pytest.approx(1)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_equal_shares_are_equally_sure() -> None:
    pixels = np.zeros((10, 20, 3))
    pixels[:, 10:] = 255
    report = describe_colors.run(picture_of(pixels))
    assert [(f.label, f.value, f.score) for f in report.findings] == [
        ("black", 0.5, 0.5), ("white", 0.5, 0.5),
    ]  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_the_same_pixels_give_the_same_report(height: int, width: int, seed: int) -> None:
    colours = np.random.default_rng(seed).integers(0, 256, (4, 3), dtype=np.uint8)
    picture = picture_of(colours[np.arange(height * width).reshape(height, width) % 4])
    first = describe_colors.run(picture)
    assert first == describe_colors.run(picture)
    assert 1 <= len(first.findings) <= 5
    assert sum(f.value for f in first.findings) <= 1.001


def test_people_agree_with_most_names() -> None:
    """Names of the xkcd colour survey that end in a basic term, such as "dusty blue"."""
    from matplotlib.colors import XKCD_COLORS

    terms = dict.fromkeys(COLOURS) | {"gray": None}
    asked = {n: h for n, h in XKCD_COLORS.items() if n.split(":")[1].split()[-1] in terms}
    right = 0
    for name, hexadecimal in asked.items():
        shares = colour_shares(np.array([list(bytes.fromhex(hexadecimal[1:]))], np.uint8))
        right += list(shares) == [name.split(":")[1].split()[-1].replace("gray", "grey")]
    assert len(asked) > 500
    assert right / len(asked) > 0.9


def test_oklab_is_the_published_one() -> None:
    # The sRGB primaries as CSS Color 4 gives them.
    values = oklab(np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]))
    expected = [
        [0.62796, 0.22486, 0.12585], [0.86644, -0.23389, 0.17950], [0.45201, -0.03246, -0.31153],
        [1, 0, 0],
    ]  # fmt: skip
    assert np.abs(values - expected).max() < 1e-4


@pytest.mark.parametrize("text", ["https://example.org/a?b=1", "你好 ￥12.50", "{e1.value} [e1]"])
def test_a_code_is_read_where_it_is(text: str) -> None:
    import zxingcpp

    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    code = np.asarray(zxingcpp.write_barcode_to_image(made, scale=4))
    canvas = np.full((400, 500, 3), 255, np.uint8)
    height, width = code.shape[:2]
    canvas[50 : 50 + height, 120 : 120 + width] = code.reshape(height, width, -1)
    (finding,) = read_codes.run(picture_of(canvas)).findings
    assert finding.text == text
    assert finding.label is not None
    assert "QR" in finding.label
    assert finding.box_xyxy is not None
    left, top, right, bottom = finding.box_xyxy
    assert 120 <= left < right <= 121 + width
    assert 50 <= top < bottom <= 51 + height


def test_no_code_is_said_to_be_none() -> None:
    (finding,) = read_codes.run(picture_of(np.full((50, 50, 3), 200))).findings
    assert (finding.status, finding.label, finding.value) == ("none", "code", 0)
