from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import Picture, PictureStore, Region
from tools.describe_colors import colour_shares, describe_colors, thing_shares
from tools.evidence import Finding
from tools.pictures.oklab import oklab
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
        ((0, 128, 128), "teal"), ((64, 224, 208), "turquoise"), ((0, 255, 255), "cyan"),
        ((230, 205, 165), "beige"), ((0, 0, 128), "blue"), ((30, 60, 40), "green"),
        ((46, 139, 87), "green"), ((135, 206, 235), "blue"), ((139, 69, 19), "brown"),
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
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (200, 3), dtype=np.uint8)
    for shares in (colour_shares(pixels), thing_shares(pixels, rng.random(200) + 1e-3)):
        assert sum(shares.values()) == pytest.approx(1)
        assert list(shares.values()) == sorted(shares.values(), reverse=True)


def disc_on(
    ground: Any, disc: Any, *, box: tuple[int, int, int, int] = (60, 30, 120, 90), hole: float = 0
) -> Any:
    """A disc (a ring with a hole) that fills a box of a ground of 180 by 120 pixels."""
    rows, columns = np.ogrid[:120, :180]
    across, down = ((box[i] + box[i + 2]) / 2 for i in (0, 1))
    apart = np.hypot(
        (columns + 0.5 - across) / (box[2] - box[0]) * 2,
        (rows + 0.5 - down) / (box[3] - box[1]) * 2,
    )
    pixels = np.full((120, 180, 3), ground, np.uint8)
    pixels[(apart <= 1) & (apart >= hole)] = disc
    return pixels


def told(picture: Picture, box: Any = None, **arguments: Any) -> list[Finding]:
    region = Region(picture=picture.ref, box_xyxy=box) if box else None
    return list(describe_colors.run(picture, region=region, **arguments).findings)


@pytest.mark.parametrize("hole", [0.0, 0.6, 0.8])
@pytest.mark.parametrize(
    "box", [(60, 30, 120, 90), (10, 50, 170, 58), (80, 5, 88, 115), (90, 60, 91, 61), (3, 3, 9, 9)]
)
def test_a_red_thing_on_green_is_red(box: Any, hole: float) -> None:
    picture = picture_of(disc_on((30, 140, 50), (210, 30, 40), box=box, hole=hole))
    # a ring around so few pixels is no ring
    if (picture.pixels[box[1] : box[3], box[0] : box[2], 0] == 210).sum() > 0:
        assert [(f.label, f.value, f.box_xyxy) for f in told(picture, box)] == [("red", 1.0, box)]


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3), st.integers(0, 3)
)
def test_a_uniform_thing_has_its_colour_whatever_the_ground(
    disc: Any, ground: Any, which: int
) -> None:
    apart = oklab(np.array([disc, ground], np.uint8))
    box = [(60, 30, 120, 90), (0, 0, 180, 120), (100, 20, 140, 120), (20, 20, 160, 30)][which]
    if which != 1 and np.linalg.norm(apart[0] - apart[1]) < 0.2:
        return  # a thing that looks like its ground is told apart by nobody
    picture = picture_of(disc_on(ground, disc, box=box))
    (name,) = colour_shares(np.array([disc], np.uint8))
    assert told(picture, box)[0].label == name


def test_shadow_and_gloss_do_not_change_the_colour_of_a_thing() -> None:
    light = np.concatenate([np.full(50, 0.1), np.full(50, 1.0)])[:, None]
    blue = np.array([[40, 90, 190]]) * light
    blue[-10:] = 250  # a highlight
    assert next(iter(colour_shares(blue.astype(np.uint8)))) == "black"
    assert next(iter(thing_shares(blue.astype(np.uint8), np.ones(100)))) == "blue"


def test_white_is_white_in_the_shade_and_a_flat_grey_is_grey() -> None:
    shaded = np.repeat(np.linspace(140, 235, 100)[:, None], 3, axis=1).astype(np.uint8)
    assert next(iter(colour_shares(shaded))) == "grey"
    assert next(iter(thing_shares(shaded, np.ones(100)))) == "white"
    for level in (128, 169, 200):
        assert list(thing_shares(np.full((9, 3), level, np.uint8), np.ones(9))) == ["grey"]


def test_both_colours_of_a_thing_are_told() -> None:
    pixels = disc_on((60, 120, 200), (210, 30, 40))
    upper = pixels[:60]
    upper[(upper == (210, 30, 40)).all(axis=2)] = (250, 250, 250)
    found = told(picture_of(pixels), (60, 30, 120, 90))
    assert {f.label for f in found} == {"red", "white"}
    assert sum(f.value for f in found) == pytest.approx(1)  # type: ignore[misc]


def test_a_thing_on_a_plain_ground_comes_first_and_the_ground_is_marked() -> None:
    picture = picture_of(disc_on((250, 250, 250), (210, 30, 40)))
    thing, ground = told(picture)
    assert (thing.label, thing.value, thing.text) == ("red", 1.0, None)
    assert thing.box_xyxy == pytest.approx((60, 30, 120, 90), abs=2)
    assert (ground.label, ground.text, ground.box_xyxy) == ("white", "background", None)
    assert [f.label for f in told(picture, part="thing")] == ["red"]
    assert [(f.label, f.text) for f in told(picture, part="background")] == [
        ("white", "background")
    ]
    assert [f.label for f in told(picture, part="all")] == ["white", "red"]


def test_without_a_plain_ground_nothing_is_said_to_be_the_thing() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3))
    noise[10:50, 10:50] = (210, 30, 40)
    assert {f.status for f in told(picture_of(noise), part="thing")} == {"unsure"}
    assert {f.status for f in told(picture_of(noise))} == {"found"}
    ground = told(picture_of(noise), part="background")
    assert {f.text for f in ground} == {"background"}
    assert "red" not in [f.label for f in ground if f.value and float(f.value) > 0.5]


def test_the_ground_of_a_region_is_what_is_around_the_thing() -> None:
    picture = picture_of(disc_on((30, 140, 50), (210, 30, 40)))
    found = told(picture, (60, 30, 120, 90), part="background")
    assert [(f.label, f.text) for f in found] == [("green", "background")]


def test_transparent_pixels_have_no_colour() -> None:
    from PIL import Image

    opaque = (disc_on((0, 0, 0), (255, 255, 255))[..., :1] > 0).astype(np.uint8) * 255
    rgb = np.full((120, 180, 3), (210, 30, 40), np.uint8)
    store = PictureStore()
    picture = store.add(Image.fromarray(np.concatenate([rgb, opaque], axis=2)))
    for findings in (told(picture), told(picture, part="all"), told(picture, (0, 0, 180, 120))):
        assert [(f.label, f.value) for f in findings] == [("red", 1.0)]
    flat = store.add(picture.pixels.copy())
    assert flat.ref.sha256 != picture.ref.sha256
    assert [f.label for f in told(flat, part="all")] == ["white", "red"]
    for nothing in (
        told(store.add(Image.new("RGBA", (9, 9), (0, 0, 0, 0)))),
        told(picture, (0, 0, 20, 20)),
        told(picture, part="background"),
    ):
        assert [(f.status, f.value) for f in nothing] == [("none", 0)]


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


BETWEEN = ("green", "teal", "turquoise", "aqua", "tiffany", "seafoam", "cyan")


def test_people_agree_with_most_names() -> None:
    """Names of the xkcd colour survey that end in a basic term ("dusty blue"), no "teal blue"."""
    from matplotlib.colors import XKCD_COLORS

    basic = {*COLOURS[:11], "gray"}
    names = {
        n.split(":")[1]: h for n, h in XKCD_COLORS.items() if n.split()[-1].split(":")[-1] in basic
    }
    asked = {n: h for n, h in names.items() if not (n.endswith("blue") and n.startswith(BETWEEN))}
    right = 0
    for name, hexadecimal in asked.items():
        shares = colour_shares(np.array([list(bytes.fromhex(hexadecimal[1:]))], np.uint8))
        right += list(shares) == [name.split()[-1].replace("gray", "grey")]
    assert len(asked) > 500
    assert right / len(asked) > 0.89


def test_oklab_is_the_published_one() -> None:
    # The sRGB primaries as CSS Color 4 gives them.
    values = oklab(np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]))
    expected = [
        [0.62796, 0.22486, 0.12585], [0.86644, -0.23389, 0.17950], [0.45201, -0.03246, -0.31153],
        [1, 0, 0],
    ]  # fmt: skip
    assert np.abs(values - expected).max() < 1e-4


def shapes() -> Any:
    """A red disc, a blue square and a yellow triangle on white."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (450, 300), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((30, 90, 150, 210), fill=(210, 30, 40))
    draw.rectangle((180, 90, 290, 200), fill=(30, 80, 200))
    draw.polygon([(380, 90), (320, 210), (440, 210)], fill=(240, 210, 30))
    return image


def test_of_several_flat_colours_each_has_its_place_and_its_shape() -> None:
    found = {f.label: f for f in told(PictureStore().add(shapes()))}
    assert {label: f.text for label, f in found.items()} == {
        "red": "circle", "blue": "square", "yellow": "triangle", "white": "background",
    }  # fmt: skip
    for label, box in (("red", (30, 90, 151, 211)), ("blue", (180, 90, 291, 201))):
        assert found[label].box_xyxy == pytest.approx(box, abs=3)
    halves = np.full((90, 120, 3), (250, 220, 40), np.uint8)
    halves[:, 60:] = (20, 40, 200)
    placed = {f.label: f.box_xyxy for f in told(picture_of(halves))}
    assert placed == {"yellow": (0, 0, 60, 90), "blue": (60, 0, 120, 90)}


def test_what_is_not_flat_has_no_place_of_its_own() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3))
    assert {f.box_xyxy for f in told(picture_of(noise))} == {None}


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (0, 110, 115), (255, 235, 60)])
def test_the_soft_edges_of_letters_are_no_colour_of_theirs(ink: Any) -> None:
    from PIL import Image, ImageDraw

    opposite = (255, 255, 255) if sum(ink) < 400 else (40, 40, 40)
    for ground in ((*opposite, 255), (0, 0, 0, 0)):
        image = Image.new("RGBA", (300, 120), ground)
        ImageDraw.Draw(image).text((20, 20), "OPEN", fill=(*ink, 255), font_size=60)
        (name,) = colour_shares(np.array([ink], np.uint8))
        found = told(PictureStore().add(image), part="thing")
        assert [f.label for f in found] == [name]
