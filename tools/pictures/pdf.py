"""PDF files: how many pages, each one rendered, and the text layer, by PDFium.

What the text layer says is not what a page shows: `tools.reading.text_layer` compares them. PDFium
is no library for several threads: everything here happens under one lock.
"""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from tools.errors import PictureError
from tools.evidence import BoxXyxy
from tools.pictures.pages import File, Leaf
from tools.pictures.picture import Character

if TYPE_CHECKING:
    from tools.pictures.pages import Decoded
    from tools.pictures.picture import Pixels

DPI = 150
"""Of a rendered page, unless it is so large that it gets fewer."""
MAX_PAGE_PIXELS = 12_000_000
"""Of a rendered page; A4 at 150 dpi has 2.2 million."""
POINTS_PER_INCH = 72
MAX_CHARACTERS = 20_000
"""Of one page's text layer."""
_HEAD = 1024
"""Bytes in which a PDF file has to say that it is one (PDF 1.7, appendix H.3.4.1)."""
_PASSWORD = 4
"""FPDF_ERR_PASSWORD"""

_lock = threading.RLock()


def is_pdf(data: bytes) -> bool:
    """Whether a file says that it is a PDF."""
    return b"%PDF-" in data[:_HEAD]


def read(data: bytes, most: int, load: Callable[[], bytes]) -> File:
    """The first pages of a PDF; each is rendered when it is looked at.

    Args:
        data: the file.
        most: so many pages.
        load: gives the file again, when a page is looked at.

    Raises:
        PictureError: it is damaged, has no pages, or needs a password.
    """
    with _opened(data) as document:
        total = len(document)
        sizes = [_size(document.get_page_size(i)) for i in range(min(most, total))]
    if not sizes:
        raise PictureError("the PDF has no pages")
    leaves = (
        Leaf(n, size, partial(_decoded, load, n), partial(_characters_again, load, n))
        for n, size in enumerate(sizes, start=1)
    )
    return File("page", tuple(leaves), total)


def _decoded(load: Callable[[], bytes], page: int) -> Decoded:
    return render(load(), page), None


def _characters_again(load: Callable[[], bytes], page: int) -> tuple[Character, ...]:
    return characters(load(), page)


def render(data: bytes, page: int) -> Pixels:
    """A page (from 1), forms filled in, as uint8 RGB of the size that `read` says.

    Raises:
        PictureError: it cannot be rendered.
    """
    import numpy as np
    import pypdfium2.raw as pdfium
    from pypdfium2 import PdfBitmap

    with _page(data, page) as opened:
        width, height = _size(opened.get_size())
        bitmap = PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGRx)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        where = (bitmap, opened, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
        pdfium.FPDF_RenderPageBitmap(*where)
        if opened.formenv is not None:
            pdfium.FPDF_FFLDraw(opened.formenv, *where)
        pixels = np.array(bitmap.to_pil().convert("RGB"), dtype=np.uint8)
        bitmap.close()
    return pixels


def characters(data: bytes, page: int) -> tuple[Character, ...]:
    """The text layer of a page (from 1); what lies outside of the page is left out.

    Raises:
        PictureError: the page cannot be opened.
    """
    with _page(data, page) as opened:
        text = opened.get_textpage()
        try:
            return tuple(_characters(opened, text))
        finally:
            text.close()


def _size(points_wh: tuple[float, float]) -> tuple[int, int]:
    """The pixels of a page of so many points; at least one each way."""
    width, height = (max(side, 1.0) for side in points_wh)
    scale = min(DPI / POINTS_PER_INCH, math.sqrt(MAX_PAGE_PIXELS / (width * height)))
    return max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale))


def _characters(page: Any, text: Any) -> Iterator[Character]:
    import ctypes

    import pypdfium2.raw as pdfium

    width, height = _size(page.get_size())
    begins_word = True
    corners = [ctypes.c_double() for _ in range(4)]
    for index in range(min(text.count_chars(), MAX_CHARACTERS)):
        character = chr(pdfium.FPDFText_GetUnicode(text, index))
        if character.isspace() or character == "\0":
            begins_word = True
            continue
        if not pdfium.FPDFText_GetCharBox(text, index, *corners):
            continue
        left, right, bottom, top = (corner.value for corner in corners)
        box = _on_bitmap(page, (width, height), (left, bottom, right, top))
        if 0 <= box[0] < box[2] <= width and 0 <= box[1] < box[3] <= height:
            yield Character(character, box, begins_word)
            begins_word = False


def _on_bitmap(page: Any, size_wh: tuple[int, int], points: BoxXyxy) -> BoxXyxy:
    """A box in points (left, bottom, right, top) as a box_xyxy in pixels of the rendered page."""
    import ctypes

    import pypdfium2.raw as pdfium

    xs, ys = [], []
    for x, y in (points[:2], points[2:]):
        # In sixteenths of a pixel: PDFium rounds to whole ones.
        at = ctypes.c_int(), ctypes.c_int()
        size = (side * 16 for side in size_wh)
        pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, *at)
        xs.append(at[0].value / 16)
        ys.append(at[1].value / 16)
    return min(xs), min(ys), max(xs), max(ys)


@contextmanager
def _page(data: bytes, page: int) -> Iterator[Any]:
    from pypdfium2 import PdfiumError

    with _opened(data) as document:
        try:
            opened = document[page - 1]
        except PdfiumError:
            raise PictureError("the page is damaged; the others can be looked at") from None
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    """The document, opened for as long as it is needed."""
    from pypdfium2 import PdfDocument, PdfiumError

    with _lock:
        try:
            document = PdfDocument(data)
        except PdfiumError as error:
            if error.err_code == _PASSWORD:
                raise PictureError(
                    "the PDF is protected by a password; save it without one"
                ) from None
            raise PictureError("the PDF is damaged or cut off; save it again") from None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                document.init_forms()
            yield document
        finally:
            document.close()
