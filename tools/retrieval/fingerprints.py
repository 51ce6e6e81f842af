"""A picture's fingerprint: hardly changed by saving it again, smaller, or a little brighter."""

from __future__ import annotations

import numpy as np

from tools.networks.encoders import Rgb

SIDE = 16
MOST_BITS = 10
"""Of 256, by which near-duplicates differ at most (docs/retrieval.md has what was measured)."""


def fingerprint(pixels: Rgb) -> bytes:
    """The difference hash of a picture: 256 bits, whether it gets brighter from cell to cell.

    The grey picture is averaged down to 17 by 16 cells; a bit compares two neighbours of a row
    (N. Krawetz, "Kind of like that", 2013: dHash).
    """
    from PIL import Image

    grey = Image.fromarray(pixels).convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    cells = np.asarray(grey, np.int16)
    return np.packbits(cells[:, 1:] > cells[:, :-1]).tobytes()


def different_bits(one: bytes, other: bytes) -> int:
    """By how many bits two fingerprints differ: their Hamming distance."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()
