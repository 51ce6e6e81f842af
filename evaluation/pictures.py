"""Reads pictures for an evaluation, as the agent's own picture store sees them: upright, RGB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def pixels_of(file: Path) -> NDArray[np.uint8]:
    """The picture as uint8 RGB of shape (height, width, 3)."""
    from PIL import Image, ImageOps

    return np.asarray(ImageOps.exif_transpose(Image.open(file)).convert("RGB"))
