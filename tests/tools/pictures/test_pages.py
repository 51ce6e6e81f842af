"""Files of several pages: each page is a picture, with its number, and no more than allowed."""

from __future__ import annotations

import io
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.fakes.documents import frames, nested_pdf, pdf, sign, text
from tools.errors import PictureError, ToolError
from tools.evidence import PictureRef
from tools.pictures import pages
from tools.pictures.pages import PixelCache
from tools.pictures.pdfium import MAX_PAGE_PIXELS
from tools.pictures.store import LeftOut, PictureStore


def plain(colour: Any, size: tuple[int, int] = (40, 30)) -> Image.Image:
    return Image.new("RGB", size, colour)


def test_a_page_that_asks_for_all_memory_breaks_nothing_but_itself() -> None:
    store = PictureStore()
    bomb = store.add(nested_pdf())
    for _ in range(2):
        with pytest.raises(ToolError, match="takes too much"):
            _ = bomb.pixels
        assert store.add(pdf(text(50, 700, "x"))).pixels.shape == (1755, 1240, 3)


@pytest.mark.parametrize("form", ["TIFF", "GIF", "WEBP", "PNG"])
def test_each_page_or_frame_is_a_picture(form: str) -> None:
    store = PictureStore()
    found = store.add_all(frames(form, plain("red"), plain("lime"), plain("blue")))
    assert [p.ref.id for p in found] == ["img_1p1", "img_1p2", "img_1p3"]
    assert [p.ref.page for p in found] == [1, 2, 3]
    assert {p.ref.unit for p in found} == {"page" if form == "TIFF" else "frame"}
    assert [int(p.pixels[0, 0].argmax()) for p in found] == [0, 1, 2]
    assert len({p.ref.sha256 for p in found}) == 3
    assert store.left_out == ()


def test_ids_go_on_behind_a_file_of_pages() -> None:
    store = PictureStore()
    document = frames("TIFF", plain("red"), plain("lime"))
    ids = [store.add(data).ref.id for data in (document, np.zeros((4, 4, 3), np.uint8), document)]
    assert ids == ["img_1p1", "img_2", "img_1p1"]
    assert [p.ref.id for p in store] == ["img_1p1", "img_1p2", "img_2"]


def test_a_pdf_is_its_pages_and_one_page_has_no_number() -> None:
    store = PictureStore()
    two = store.add_all(pdf(text(50, 700, "one"), text(50, 700, "two")))
    assert [(p.ref.id, p.ref.width, p.ref.height) for p in two] == [
        ("img_1p1", 1240, 1755),
        ("img_1p2", 1240, 1755),
    ]
    assert all(p.pixels.shape == (1755, 1240, 3) and p.pixels.min() < 100 for p in two)
    assert "".join(c.text for c in two[1].characters) == "two"
    assert store.add(pdf(text(50, 700, "alone"))).ref.id == "img_2"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_characters_lie_where_they_are_drawn(rotate: int) -> None:
    (picture,) = PictureStore().add_all(pdf(text(80, 600, "HELLO", 40), rotate=rotate))
    dark = np.argwhere(picture.pixels.min(axis=2) < 128)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    boxes = np.array([c.box_xyxy for c in picture.characters])
    drawn = np.array([left, top, right, bottom])
    told = np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
    assert np.abs(drawn - told).max() <= 6


def test_no_more_pages_than_the_limit_and_it_is_told() -> None:
    store = PictureStore(max_pages=3)
    assert len(store.add_all(pdf(*["" for _ in range(7)]))) == 3
    assert store.left_out == (LeftOut("page", 1, looked=3, total=7),)


def test_an_animation_is_sampled_from_all_over_it() -> None:
    images = [plain((n * 12, 0, 0)) for n in range(0, 20, 4)]
    store = PictureStore(max_pages=2)
    found = store.add_all(frames("GIF", *images))
    assert [p.ref.page for p in found] == [1, 3]
    assert store.left_out == (LeftOut("frame", 1, looked=2, total=5),)


def test_frames_that_show_the_same_are_one() -> None:
    still, moved = plain("white"), plain("white")
    moved.putpixel((3, 3), (250, 250, 250))
    assert [p.ref.id for p in PictureStore().add_all(frames("WEBP", still, moved))] == ["img_1"]


def test_a_smaller_version_in_a_tiff_is_no_page() -> None:
    data = bytearray(frames("TIFF", plain("red"), plain("lime", (8, 6)), plain("blue")))
    with Image.open(io.BytesIO(data)) as image:
        image.seek(1)
        at = image.tag_v2._offset
    count = int.from_bytes(data[at : at + 2], "little")
    tags = [at + 2 + 12 * n for n in range(count)]
    # The first tag (256, the width) stays; the last one gives way to NewSubfileType = 1.
    spare = next(
        t for t in tags if int.from_bytes(data[t : t + 2], "little") not in range(256, 280)
    )
    data[spare : spare + 12] = (254).to_bytes(2, "little") + b"\4\0\1\0\0\0\1\0\0\0"
    assert [p.ref.page for p in PictureStore().add_all(bytes(data))] == [1, 3]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (pdf(text(50, 700, "x"))[:150], "damaged or cut off"),
        (b"%PDF-1.7\nnothing", "damaged or cut off"),
        (pdf(), "damaged or cut off|no pages"),
        (pdf(text(50, 700, "x"), locked=True), "protected by a password"),
    ],
)
def test_a_pdf_that_cannot_be_opened_says_why(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says):
        PictureStore().add(data, "bill.pdf")


def test_a_page_as_large_as_a_wall_is_rendered_smaller() -> None:
    (picture,) = PictureStore().add_all(pdf("", size=(14_000, 14_000)))
    assert picture.ref.width * picture.ref.height <= MAX_PAGE_PIXELS * 1.01
    assert picture.pixels.shape == (picture.ref.height, picture.ref.width, 3)


def test_a_broken_page_loses_none_of_the_others() -> None:
    good, bad = sign("ONE"), Image.effect_noise((300, 300), 90).convert("RGB")
    buffer = io.BytesIO()
    good.save(buffer, "TIFF", save_all=True, append_images=[bad, good], compression="tiff_deflate")
    data = bytearray(buffer.getvalue())
    with Image.open(io.BytesIO(data)) as image:
        image.seek(1)
        (place, *_), (length, *_) = image.tag_v2[273], image.tag_v2[279]
    data[place : place + length] = b"\xff" * length
    store = PictureStore()
    assert [p.ref.page for p in store.add_all(bytes(data))] == [1, 3]
    (left_out,) = store.left_out
    assert (left_out.number, left_out.page) == (1, 2)
    assert "damaged" in left_out.why


def test_what_cannot_be_decoded_any_more_is_a_failed_look() -> None:
    def broken() -> Any:
        raise PictureError("gone")

    ref = PictureRef(id="img_1p2", sha256="0" * 64, width=4, height=4)
    with pytest.raises(ToolError, match="img_1p2: gone"):
        _ = pages.Page(ref, PixelCache(), broken).pixels


@given(sides=st.lists(st.integers(1, 30), min_size=1, max_size=30), most=st.integers(1, 2000))
def test_the_cache_keeps_no_more_than_it_may(sides: list[int], most: int) -> None:
    cache = PixelCache(most)
    for number, side in enumerate(sides):
        made = (np.full((side, side, 3), number, np.uint8), None)
        pixels, _ = cache.get(("", str(number)), lambda made=made: made)  # type: ignore[misc]
        assert (pixels == number).all()
        kept = [array.shape[0] * array.shape[1] for array, _ in cache._kept.values()]
        assert sum(kept) <= most or len(kept) == 1


def test_stores_share_the_pixels_of_their_owner_and_of_nobody_else() -> None:
    cache, file = PixelCache(), frames("TIFF", plain("red"), plain("lime"))
    stores = [PictureStore(pixels=cache, owner=owner) for owner in ("a", "a", "b")]
    mine, again, others = (store.add(file).pixels for store in stores)
    assert mine is again
    assert mine is not others
    assert len(cache._kept) == 4
    cache.forget("a")
    assert {owner for owner, _ in cache._kept} == {"b"}


def test_the_limit_holds_for_all_stores_together_while_they_are_filled() -> None:
    cache = PixelCache(2 * 64)
    for side in range(8, 12):
        store = PictureStore(pixels=cache, owner=str(side))
        store.add_all(frames("TIFF", plain("red", (8, 8)), plain("lime", (8, 8))))
        assert len(cache._kept) == 2


def test_bytes_that_can_be_had_again_are_not_kept() -> None:
    store = PictureStore(pixels=PixelCache(1))
    asked: list[str] = []
    files = {n: frames("PNG", plain(n, (6, 5))) for n in ("red", "lime")}

    def load(name: str) -> bytes:
        asked.append(name)
        return files[name]

    red, lime = (store.add(files[n], load=partial(load, n)) for n in files)
    assert [int(p.pixels[0, 0].argmax()) for p in (red, lime)] == [0, 1]
    assert asked[0] == "red", "its pixels had to go, and its bytes were not here"


def test_a_page_that_was_dropped_is_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = PictureStore()
    store._cache = PixelCache(100)
    found = store.add_all(frames("TIFF", plain("red"), plain("lime")))
    for _ in range(2):
        assert [int(p.pixels[0, 0].argmax()) for p in found] == [0, 1]
    with pytest.raises(ValueError, match="read-only"):
        found[0].pixels[0, 0] = 0


def test_pages_are_looked_at_from_several_threads() -> None:
    found = PictureStore().add_all(pdf(*[text(50, 700, f"page {n}") for n in range(6)]))
    seen: list[bool] = []
    threads = [
        threading.Thread(target=lambda p=p: seen.append(bool(p.characters) and p.pixels.min() < 99))
        for p in found * 2
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen == [True] * 12


def test_folders_and_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b10.png", "b9.png", "a.jpg"):
        plain("red" if name == "a.jpg" else "lime", (int(name[1:-4] or 7), 5)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / ".hidden.png").write_text("x")
    names = lambda source: [p.ref.name for p in PictureStore().add_all(source)]  # noqa: E731
    assert names(tmp_path) == ["a.jpg", "b9.png", "b10.png"]
    assert names(str(tmp_path / "b*.png")) == ["b9.png", "b10.png"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert names("~/a.jpg") == ["a.jpg"]
    with pytest.raises(PictureError, match="no file fits"):
        names(str(tmp_path / "*.webp"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(PictureError, match="folder without pictures"):
        names(tmp_path / "empty")


def test_a_name_with_brackets_is_a_file_first(tmp_path: Path) -> None:
    plain("red").save(tmp_path / "scan[1].png")
    assert PictureStore().add(tmp_path / "scan[1].png").ref.name == "scan[1].png"


def test_a_broken_file_in_a_folder_is_left_out_and_told(tmp_path: Path) -> None:
    plain("red").save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"")
    store = PictureStore()
    assert [p.ref.name for p in store.add_all(tmp_path)] == ["a.png"]
    (left_out,) = store.left_out
    assert left_out.name == "b.png"
    assert "empty" in left_out.why
    (tmp_path / "a.png").unlink()
    with pytest.raises(PictureError, match=r"b\.png: the file is empty"):
        PictureStore().add_all(tmp_path)


def test_data_uris() -> None:
    import base64
    import urllib.parse

    png = frames("PNG", plain("red"))
    encoded = base64.b64encode(png).decode()
    for uri in (f"data:image/png;base64,{encoded}", f"DATA:;BASE64,{encoded[:20]}\n{encoded[20:]}",
                "data:image/png," + urllib.parse.quote_from_bytes(png)):  # fmt: skip
        assert PictureStore().add(uri).ref.width == 40
    with pytest.raises(PictureError, match="no base64"):
        PictureStore().add("data:image/png;base64,####")
    with pytest.raises(PictureError, match="empty"):
        PictureStore().add("data:image/png;base64,")


@given(data=st.binary(max_size=200))
def test_whatever_follows_a_pdf_header_is_refused_or_read(data: bytes) -> None:
    with pytest.raises(PictureError):
        PictureStore().add(b"%PDF-1.4\n" + data)
