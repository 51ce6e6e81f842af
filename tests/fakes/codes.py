"""Codes as pixels, for pictures that tests draw."""

from __future__ import annotations

from typing import Any

import numpy as np

LINEAR_HEIGHT = 140


def code(text: str, kind: str = "QRCode", *, scale: int = 5, quiet: bool = True) -> Any:
    """A code, dark on light, uint8 (height, width); linear ones at least `LINEAR_HEIGHT` high."""
    import zxingcpp

    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    drawn = zxingcpp.write_barcode_to_image(made, scale=scale, add_quiet_zones=quiet)
    grey = np.asarray(drawn)
    grey = grey.reshape(*grey.shape[:2], -1)[..., 0]
    if kind in ("EAN13", "EAN8", "Code128") and len(grey) < LINEAR_HEIGHT:
        grey = np.repeat(grey, -(-LINEAR_HEIGHT // len(grey)), axis=0)
    return np.array(grey)


def page(*codes: tuple[Any, tuple[int, int]], size_wh: tuple[int, int] = (700, 500)) -> Any:
    """A white RGB page with grey patches, each at its left and top."""
    pixels = np.full((size_wh[1], size_wh[0], 3), 255, np.uint8)
    for grey, (left, top) in codes:
        pixels[top : top + len(grey), left : left + grey.shape[1]] = grey[..., None]
    return pixels
