"""What a file is, by its content alone; a file that is two things at once is refused.

Such a file is harmless as a picture and something else to whoever takes it on: a mail gateway, a
shop's back office, a scanner.
"""

from __future__ import annotations

import re
import struct
import zlib

from tools.errors import PictureError
from tools.pictures.store import media_type_of

PDF = "application/pdf"
MAX_INFLATED = 256_000_000
"""Bytes of a stream of a PDF: twice what the largest picture that is looked at has."""
_STREAM = re.compile(rb"stream\r?\n")
_MOST_DEFLATE_GROWS = 1032
"""Times, by zlib's own account; what is too short to grow beyond a limit is not inflated."""
_STEP = 1 << 20
_PDF_BEGINS = b"%PDF-"
_BLANK = b" \t\r\n\f\0\xef\xbb\xbf"
"""What may stand before a PDF: white space, and UTF-8's mark."""
_ZIP_ENDS = b"PK\x05\x06"
_ZIP_END_BYTES = 22
_ZIP_COMMENT = 65_535


def media_type(data: bytes) -> str:
    """The media type of a picture or a PDF that is nothing else; nothing is decoded.

    Raises:
        PictureError: it is none, too large, or two things at once; the message says what to do.
    """
    found = media_type_of(data)
    if found == PDF and data[: data.index(_PDF_BEGINS)].strip(_BLANK):
        raise PictureError("the file is a PDF with something else before it; save it again")
    if found == PDF and _inflates_beyond(data, MAX_INFLATED):
        raise PictureError("the PDF grows too large when it is opened; save it as pictures")
    if _ends_as_zip(data):
        raise PictureError("the file is an archive, too; save the picture again")
    return found


def _inflates_beyond(data: bytes, most: int) -> bool:
    """Whether a stream of a PDF, taken for itself, is deflated from more than so many bytes.

    One filter deep: PDFium's own limits are all that holds for streams that are encrypted or
    deflated twice.
    """
    for match in _STREAM.finditer(data):
        start = match.end()
        end = data.find(b"endstream", start)
        end = len(data) if end < 0 else end
        if (end - start) * _MOST_DEFLATE_GROWS > most and _inflated(data[start:end], most) > most:
            return True
    return False


def _inflated(stream: bytes, most: int) -> int:
    """Bytes of a deflated stream, counted until there are more than `most`; 0 where it is none."""
    inflating, rest, total = zlib.decompressobj(), stream, 0
    try:
        while rest and total <= most:
            total += len(inflating.decompress(rest, _STEP))
            rest = inflating.unconsumed_tail
    except zlib.error:
        pass
    return total


def _ends_as_zip(data: bytes) -> bool:
    """Whether a ZIP archive ends where the file does (APPNOTE 4.3.16)."""
    tail = data[-_ZIP_END_BYTES - _ZIP_COMMENT :]
    at = tail.rfind(_ZIP_ENDS)
    while at >= 0:
        record = tail[at : at + _ZIP_END_BYTES]
        if len(record) == _ZIP_END_BYTES:
            size, offset, comment = struct.unpack("<IIH", record[12:])
            is_whole = at + _ZIP_END_BYTES + comment == len(tail)
            if is_whole and size + offset <= len(data):
                return True
        at = tail.rfind(_ZIP_ENDS, 0, at)
    return False
