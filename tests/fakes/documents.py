"""Files of several pages, written here: PDFs with text of every visibility, scans, TIFFs, GIFs."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

A4 = (595, 842)
"""Points."""
INVISIBLE, WHITE = "3 Tr", "1 1 1 rg"
_ENCRYPT = (
    b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"ab" * 32 + b"> /U <" + b"cd" * 32 + b"> >>"
)


def text(x: float, y: float, words: str, size: float = 14, how: str = "") -> str:
    """Operators that write words at a place in points from the lower left of a page."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q BT {how} /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET Q\n"


def covered(x: float, y: float, words: str) -> str:
    """Words with a white box over them."""
    return text(x, y, words) + f"q 1 1 1 rg {x - 5} {y - 5} 300 25 re f Q\n"


def pdf(*pages: str, size: tuple[int, int] = A4, rotate: int = 0, locked: bool = False) -> bytes:
    """A PDF of pages, each as operators, in Helvetica."""
    objects: list[bytes] = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in pages:
        content = page.encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (*size, rotate, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    trailer = b"/Size %d /Root 1 0 R" % (len(objects) + 1)
    if locked:
        trailer += b" /ID [<00> <00>] /Encrypt " + _ENCRYPT
    return _file(objects, trailer)


def nested_pdf(depth: int = 25, times: int = 10) -> bytes:
    """A page that draws a form so many times, which draws another one so many times, and so on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
            b" /Resources << /XObject << /X 5 0 R >> >> >>"
        ),
        b"<< /Length 5 >>\nstream\n/X Do\nendstream",
    ]
    for number in range(5, 5 + depth):
        content = b"/X Do " * times
        objects.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 200] /Length %d"
            b" /Resources << /XObject << /X %d 0 R >> >> >>\nstream\n%s\nendstream"
            % (len(content), number + 1, content)
        )
    objects.append(objects[4].replace(b"/X Do", b"0 0 9 9 re f"))
    return _file(objects, b"/Size %d /Root 1 0 R" % (len(objects) + 1))


def _file(objects: Sequence[bytes], trailer: bytes) -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer << %s >>\nstartxref\n%d\n%%%%EOF" % (trailer, len(data))
    return data + head + table + end


def sign(words: str, size: tuple[int, int] = (360, 160)) -> Image.Image:
    """Black words on white."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((30, 50), words, fill="black", font=ImageFont.load_default(48))
    return image


def frames(form: str, *images: Image.Image) -> bytes:
    """The images as one file: TIFF, GIF, WEBP, PNG, PDF (a scan without text)."""
    options = {"duration": 200} if form in ("GIF", "WEBP", "PNG") else {}
    if form == "WEBP":
        options["lossless"] = True
    buffer = io.BytesIO()
    first, *rest = images
    first.save(buffer, form, save_all=True, append_images=rest, **options)
    return buffer.getvalue()
