from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tools.errors import PictureError
from tools.evidence import Region
from tools.pictures.store import PictureStore

RED = (200, 30, 40)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def pixels_of(data: Any) -> np.ndarray[Any, Any]:
    return PictureStore().add(data).pixels


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF"])
def test_formats(form: str) -> None:
    pixels = pixels_of(encoded(Image.new("RGB", (40, 30), RED), form))
    assert pixels.shape == (30, 40, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - RED).max() <= 12  # lossy formats


def test_heic() -> None:
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), RED)).save(buffer)
    assert np.abs(pixels_of(buffer.getvalue()).astype(int) - RED).max() <= 12


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("L", (4, 4), 100), (100, 100, 100)),
        (Image.new("1", (4, 4), 1), (255, 255, 255)),
        (Image.new("RGBA", (4, 4), (*RED, 255)), RED),
        (Image.new("RGBA", (4, 4), (*RED, 0)), (255, 255, 255)),
        (Image.new("LA", (4, 4), (0, 0)), (255, 255, 255)),
        (Image.fromarray(np.full((4, 4), 32768, np.uint16)), (128, 128, 128)),
        (Image.new("RGB", (4, 4), RED).convert("P"), None),
    ],
)
def test_modes_become_rgb(image: Image.Image, expected: tuple[int, int, int] | None) -> None:
    pixels = pixels_of(encoded(image, "PNG"))
    assert pixels.shape == (4, 4, 3)
    if expected:
        assert tuple(pixels[0, 0]) == expected


def test_cmyk() -> None:
    pixels = pixels_of(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert pixels[4, 4, 0] > 200
    assert pixels[4, 4, 1] < 60


def test_the_first_frame_of_an_animation() -> None:
    frames = [Image.new("RGB", (8, 8), c) for c in (RED, (0, 0, 255))]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert np.abs(pixels_of(data)[0, 0].astype(int) - RED).max() <= 12


def test_exif_orientation_is_applied() -> None:
    image = Image.new("RGB", (20, 10), RED)
    exif = image.getexif()
    exif[0x0112] = 6
    assert pixels_of(encoded(image, "JPEG", exif=exif)).shape == (20, 10, 3)


def huge_png() -> bytes:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"hello, this is text", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (encoded(Image.new("RGB", (400, 300), RED), "JPEG")[:600], "damaged or cut off"),
        (encoded(Image.effect_noise((200, 200), 90), "PNG")[:2000], "damaged or cut off"),
        (huge_png(), "megapixels"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says):
        PictureStore().add(data)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_arrays_that_are_no_rgb_picture(array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(PictureError, match="uint8 RGB"):
        PictureStore().add(array)


def test_paths(tmp_path: Path) -> None:
    good = tmp_path / "receipt.png"
    Image.new("RGB", (4, 4), RED).save(good)
    assert PictureStore().add(good).ref.name == "receipt.png"
    with pytest.raises(PictureError, match=r"did you mean .*receipt\.png"):
        PictureStore().add(tmp_path / "reciept.png")
    with pytest.raises(PictureError, match="does not exist either"):
        PictureStore().add(tmp_path / "no" / "a.png")
    with pytest.raises(PictureError):
        PictureStore().add("a\0b.png")
    with pytest.raises(PictureError, match="is no picture"):
        PictureStore().add(3)  # type: ignore[arg-type]


def test_an_image_that_was_opened_and_not_loaded(tmp_path: Path) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(encoded(Image.effect_noise((400, 300), 90).convert("RGB"), "JPEG")[:900])
    with Image.open(cut) as lazy, pytest.raises(PictureError, match="cannot be decoded"):
        PictureStore().add(lazy)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("bits", range(8, 17))
def test_greys_have_the_range_of_their_depth(form: str, bits: int) -> None:
    levels = np.linspace(0, 2**bits - 1, 12).astype(np.uint16).reshape(3, 4)
    pixels = pixels_of(encoded(Image.fromarray(levels), form))
    assert np.abs(pixels[..., 0].ravel() - np.linspace(0, 255, 12)).max() <= 1
    assert (pixels == pixels[..., :1]).all()


@pytest.mark.parametrize(
    ("image", "form"),
    [
        (Image.new("RGB", (8, 8), RED).convert("CMYK"), "TIFF"),
        (Image.new("RGB", (8, 8), RED).quantize(4), "PNG"),
        (Image.new("RGB", (8, 8), RED).convert("CMYK"), "JPEG"),
        (Image.new("RGB", (8, 8), RED).convert("YCbCr"), "TIFF"),
    ],
)
def test_colours_stay_in_other_modes(image: Image.Image, form: str) -> None:
    assert np.abs(pixels_of(encoded(image, form)).astype(int) - RED).max() <= 16


def test_a_float_picture_has_its_own_range() -> None:
    values = np.array([[0.1, 0.5, 0.9]], np.float32)
    assert pixels_of(encoded(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == [0, 128, 255]


def test_float_pixels_that_are_no_numbers() -> None:
    values = np.array([[0, np.nan], [np.inf, 2]], np.float32)
    assert PictureStore().add(Image.fromarray(values)).pixels[:, :, 0].tolist() == [
        [0, 0],
        [0, 255],
    ]


def test_no_more_than_the_limit_is_read() -> None:
    with pytest.raises(PictureError, match="more than 100 MB"):
        PictureStore().add("/dev/zero")


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = encoded(Image.new("RGB", (4, 4), RED), "PNG")
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    assert PictureStore().add(pipe).pixels.shape == (4, 4, 3)
    writer.join(10)


@pytest.mark.parametrize("address", ["http://a.example/b.png", "file:///etc/passwd"])
def test_addresses_are_not_opened(address: str) -> None:
    with pytest.raises(PictureError, match="not opened"):
        PictureStore().add(address)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_picture_that_may_not_be_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")
    secret.chmod(0)
    with pytest.raises(PictureError, match="Permission denied"):
        PictureStore().add(secret)


def test_the_same_content_is_the_same_picture() -> None:
    store = PictureStore()
    data = encoded(Image.new("RGB", (4, 4), RED), "PNG")
    first, second = store.add(data, "a"), store.add(data, "b")
    other = store.add(np.zeros((4, 4, 3), np.uint8))
    assert first is second
    assert (first.ref.id, other.ref.id, len(store)) == ("img_1", "img_2", 2)


def test_pixels_are_read_only_and_not_the_callers() -> None:
    array = np.zeros((4, 4, 3), np.uint8)
    picture = PictureStore().add(array)
    array[:] = 9
    assert picture.pixels.max() == 0
    with pytest.raises(ValueError, match="read-only"):
        picture.pixels[0, 0] = 1


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 10), st.integers(1, 10))
def test_a_crop_is_the_pixels_of_its_box(left: int, top: int, width: int, height: int) -> None:
    right, bottom = min(left + width, 10), min(top + height, 10)
    picture = PictureStore().add(np.arange(300, dtype=np.uint8).reshape(10, 10, 3))
    region = Region(picture=picture.ref, box_xyxy=(left, top, right, bottom))
    assert np.array_equal(picture.crop(region), picture.pixels[top:bottom, left:right])


def test_where_a_picture_is_transparent_is_kept() -> None:
    image = Image.new("RGBA", (6, 4), (*RED, 255))
    image.paste((*RED, 100), (0, 0, 2, 4))
    for source in (image, encoded(image, "PNG")):
        picture = PictureStore().add(source)
        assert picture.opaque is not None
        assert picture.opaque.tolist() == [[False, False, True, True, True, True]] * 4
        with pytest.raises(ValueError, match="read-only"):
            picture.opaque[0, 0] = True
    assert PictureStore().add(Image.new("RGBA", (4, 4), (*RED, 200))).opaque is None
    assert PictureStore().add(Image.new("RGB", (4, 4), RED)).opaque is None


def test_the_transparency_turns_with_the_picture() -> None:
    image = Image.new("RGBA", (6, 4), (*RED, 255))
    image.paste((*RED, 0), (0, 0, 6, 1))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    picture = PictureStore().add(encoded(image, "PNG", exif=exif))
    assert picture.opaque is not None
    assert picture.opaque.shape == (6, 4) == picture.pixels.shape[:2]
    assert not picture.opaque[:, -1].any()
    assert picture.opaque[:, :-1].all()
