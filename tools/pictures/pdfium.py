"""PDFium in a process of its own, because a page of a few kilobytes can ask for all memory.

Run as a script: requests come on stdin and are answered on stdout, one after the other, each as a
line of JSON and the bytes that its `bytes` counts. `tools.pictures.pdf` is who asks. Nothing of
this project is imported here.

What a request takes is bounded: beyond `MAX_MEMORY` PDFium aborts, beyond `MAX_CPU_S` the kernel
ends the process.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

MAX_MEMORY = 1 << 30
"""Bytes of addresses, beside those of the libraries; the largest picture has 160 million."""
MAX_CPU_S = 15
"""Of one request."""
DPI = 150
"""Of a rendered page, unless it is so large that it gets fewer."""
MAX_PAGE_PIXELS = 12_000_000
"""Of a rendered page; A4 at 150 dpi has 2.2 million."""
POINTS_PER_INCH = 72
MAX_CHARACTERS = 20_000
"""Of one page's text layer."""
_PASSWORD = 4
"""FPDF_ERR_PASSWORD"""

Box = tuple[float, float, float, float]
Said = tuple[Any, bytes]
"""What is answered: something that JSON can say, and bytes."""


class RefusedError(Exception):
    """The file or the page cannot be opened; the message says what to do."""


def sizes(data: bytes, most: int) -> Said:
    """How many pages there are, and (width, height) in pixels of the first `most` when rendered."""
    with _opened(data) as document:
        total = len(document)
        return [total, [_size(document.get_page_size(i)) for i in range(min(most, total))]], b""


def render(data: bytes, page: int) -> Said:
    """(width, height) of a page (from 1), and its pixels with the forms filled in: RGB by rows."""
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
        pixels = bitmap.to_pil().convert("RGB").tobytes()
        bitmap.close()
    return (width, height), pixels


def characters(data: bytes, page: int) -> Said:
    """The text layer of a page (from 1): character, box_xyxy in pixels, whether it begins a word.

    What lies outside of the page is left out.
    """
    with _page(data, page) as opened:
        text = opened.get_textpage()
        try:
            return list(_characters(opened, text)), b""
        finally:
            text.close()


def _size(points_wh: tuple[float, float]) -> tuple[int, int]:
    """The pixels of a page of so many points; at least one each way."""
    width, height = (max(side, 1.0) for side in points_wh)
    scale = min(DPI / POINTS_PER_INCH, math.sqrt(MAX_PAGE_PIXELS / (width * height)))
    return max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale))


def _characters(page: PdfPage, text: PdfTextPage) -> Iterator[tuple[str, Box, bool]]:
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
            yield character, box, begins_word
            begins_word = False


def _on_bitmap(page: PdfPage, size_wh: tuple[int, int], points: Box) -> Box:
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
def _page(data: bytes, page: int) -> Iterator[PdfPage]:
    from pypdfium2 import PdfiumError

    with _opened(data) as document:
        try:
            opened = document[page - 1]
        except PdfiumError:
            raise RefusedError("the page is damaged; the others can be looked at") from None
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def _opened(data: bytes) -> Iterator[PdfDocument]:
    """The document, opened for as long as it is needed."""
    from pypdfium2 import PdfDocument, PdfiumError

    document = None
    try:
        document = PdfDocument(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document.init_forms()
        yield document
    except PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise RefusedError("the PDF is protected by a password; save it without one") from None
        raise RefusedError("the PDF is damaged or cut off; save it again") from None
    finally:
        if document is not None:
            document.close()


DOES: dict[str, Callable[[bytes, int], Said]] = {
    "sizes": sizes, "render": render, "characters": characters
}  # fmt: skip


def main() -> None:
    """Answer requests until there are no more."""
    import pypdfium2  # noqa: F401 - its addresses do not count
    from PIL import Image  # noqa: F401

    _bound_memory()
    while head := sys.stdin.buffer.readline():
        request = json.loads(head)
        data = sys.stdin.buffer.read(request["bytes"])
        _bound_time()
        try:
            value, more = DOES[request["do"]](data, request["number"])
            answer = {"value": value, "bytes": len(more)}
        except RefusedError as error:
            answer, more = {"refused": str(error), "bytes": 0}, b""
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + more)
        sys.stdout.buffer.flush()


def _bound_memory() -> None:
    """As far as the system can: Linux counts addresses."""
    with suppress(ImportError, OSError):
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + MAX_MEMORY
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _bound_time() -> None:
    with suppress(ImportError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = math.ceil(used.ru_utime + used.ru_stime) + MAX_CPU_S
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
