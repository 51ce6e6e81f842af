"""Refuses files that are small and make a decoder work for minutes: nothing is decoded here.

A scan of a progressive JPEG may have a few bytes and repaint all of the picture; a GIF may have
millions of frames of one pixel; both may have millions of blocks that say nothing.
"""

from __future__ import annotations

from tools.errors import PictureError

MAX_SCANS = 100
"""Of a JPEG; an ordinary progressive one has about ten."""
MAX_BLOCKS = 20_000
"""Segments before the first scan of a JPEG (65 kB each at most), frames and extensions of a GIF."""
MAX_SUB_BLOCKS = 1_000_000
"""Of a GIF, of at most 255 bytes each."""
_WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xD9)}
"""Markers of a JPEG that no segment follows (T.81, table B.1)."""
_SCAN, _END = 0xDA, 0xD9
_IMAGE, _EXTENSION = ord(","), ord("!")


def check_work(data: bytes) -> None:
    """Let pass what is decoded soon, and what is neither JPEG nor GIF.

    Raises:
        PictureError: it would take too long; the message says what to do.
    """
    is_jpeg, is_gif = data.startswith(b"\xff\xd8"), data[:6] in (b"GIF87a", b"GIF89a")
    if (is_jpeg and _is_long_jpeg(data)) or (is_gif and _is_long_gif(data)):
        raise PictureError("the picture is made of too many pieces; save it again")


def _is_long_jpeg(data: bytes) -> bool:
    # Within a scan 0xFF is never followed by 0xDA: each of these begins a scan.
    if data.count(b"\xff\xda") > MAX_SCANS:
        return True
    at = 2
    for _ in range(MAX_BLOCKS):
        if len(data) < at + 4:
            return False
        mark, kind = data[at], data[at + 1]
        if mark != 0xFF or kind == 0xFF:
            at += 1
        elif kind in _WITHOUT_LENGTH:
            at += 2
        elif kind in (_SCAN, _END):
            return False
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return True


def _is_long_gif(data: bytes) -> bool:
    """By its blocks (GIF89a, appendix B), up to what is none."""
    at, sub_blocks = 13 + _palette(data[10:11]), 0
    for _ in range(MAX_BLOCKS):
        kind = data[at : at + 1]
        if kind == bytes([_IMAGE]):
            at += 11 + _palette(data[at + 9 : at + 10])
        elif kind == bytes([_EXTENSION]):
            at += 2
        else:
            return False
        while at < len(data) and (size := data[at]):
            at += 1 + size
            sub_blocks += 1
            if sub_blocks > MAX_SUB_BLOCKS:
                return True
        at += 1
    return True


def _palette(flags: bytes) -> int:
    """Bytes of the palette that the flags of a screen or an image tell of."""
    return 3 * 2 << (flags[0] & 7) if flags and flags[0] & 0x80 else 0
