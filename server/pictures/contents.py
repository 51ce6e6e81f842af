"""What a file is, by its content alone; a file that is two things at once is refused.

Such a file is harmless as a picture and something else to whoever takes it on: a mail gateway, a
shop's back office, a scanner.
"""

from __future__ import annotations

import re
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
_SNIFFED = 1445
"""Bytes in which browsers look for HTML (MIME Sniffing, 7.1)."""
_TAGS = (b"<script", b"<html", b"<!doctype html", b"<?php")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_ZIP_ENDS, _ZIP_DIRECTORY, _ZIP64 = b"PK\x05\x06", b"PK\x01\x02", b"PK\x06\x07"
_ZIP_END_BYTES = 22
_ZIP64_BYTES = 20
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
    if _is_archive(data, found):
        raise PictureError("the file is an archive, too; save the picture again")
    if _is_program(data[:_SNIFFED] if found == PDF else data):
        raise PictureError("the file is a page or a program, too; save the picture again")
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


def _is_archive(data: bytes, media: str) -> bool:
    """Whether a tool finds an archive in a file; what is attached to a PDF is none of it."""
    return _has_zip(data) or (media != PDF and any(begins in data for begins in _ARCHIVES))


def _has_zip(data: bytes) -> bool:
    """Whether a ZIP archive ends where tools look for that, whatever comes after (APPNOTE 4.3.16).

    Its directory lies right before its last record, or before the ones of ZIP64.
    """
    start = max(0, len(data) - _ZIP_END_BYTES - _ZIP_COMMENT)
    at = data.rfind(_ZIP_ENDS, start)
    while at >= 0:
        size = int.from_bytes(data[at + 12 : at + 16], "little")
        if 0 < size <= at and data.startswith(_ZIP_DIRECTORY, at - size):
            return True
        if data.startswith(_ZIP64, max(0, at - _ZIP64_BYTES)):
            return True
        at = data.rfind(_ZIP_ENDS, start, at)
    return False


def _is_program(data: bytes) -> bool:
    """Whether a server or a browser that does not look closely would run something of it."""
    small = data.lower()
    is_script = b"/*" in data[2:8] and b"*/" in data  # GIF89a/* ... */ is a variable's name
    return is_script or any(tag in small for tag in _TAGS)
