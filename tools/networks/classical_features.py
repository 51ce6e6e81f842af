"""An encoder of pictures that nobody trained: histograms of colour, texture and shape.

Cheap, and the same on every machine: what a learnt encoder has to beat. The descriptors are
scikit-image's: colour as a histogram of HSV (Swain, Ballard: Color Indexing, 1991), texture as
uniform local binary patterns (Ojala et al., PAMI 2002) and statistics of grey-level co-occurrence
(Haralick et al., 1973), shape as histograms of oriented gradients (Dalal, Triggs, CVPR 2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tools.networks.encoders import Rgb, Tokens, Vectors

SIDE = 128
"""Pixels of the square that a picture is squeezed into."""
HSV_BINS = (8, 3, 3)
POINTS, RADIUS = 8, 1
"""Of a local binary pattern: uniform ones have POINTS + 2 codes."""
GREYS = 16
PROPERTIES = ("contrast", "homogeneity", "energy", "correlation")
ANGLES = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
ORIENTATIONS = 9
CELLS = 4
"""Cells of gradients along each edge of what is described."""
GRID = 3
"""Tokens along each edge of a picture."""

_WIDTHS = (
    int(np.prod(HSV_BINS)), POINTS + 2, len(PROPERTIES) * len(ANGLES), ORIENTATIONS * CELLS**2,
)  # fmt: skip


class ClassicalFeatures:
    """`Encoder` of pictures; its tokens are the cells of a grid, row by row."""

    version = "classical-1"
    dimensions = sum(_WIDTHS)

    def encode(self, batch: Sequence[Rgb]) -> Vectors:
        """One vector of unit length for each picture; its four parts count alike."""
        rows = [describe(_square(pixels)) for pixels in batch]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), np.float32)

    def tokens(self, batch: Sequence[Rgb]) -> Tokens:
        """The same of each cell of a grid of 3 × 3."""
        edges = np.linspace(0, SIDE, GRID + 1).astype(int)
        spans = [slice(a, b) for a, b in pairwise(edges)]
        squares = [_square(pixels) for pixels in batch]
        rows = [[describe(s[down, across]) for down in spans for across in spans] for s in squares]
        vectors = np.array(rows, np.float32).reshape(len(batch), GRID**2, self.dimensions)
        return Tokens(vectors, np.ones(vectors.shape[:2], bool))


def describe(pixels: Rgb) -> NDArray[np.float32]:
    """Colour, texture (twice) and shape of pixels, one after the other; unit length."""
    from skimage.color import rgb2gray

    grey = rgb2gray(pixels)
    parts = (_colour(pixels), _patterns(grey), _co_occurrence(grey), _gradients(grey))
    lengths = [max(float(np.linalg.norm(part)), 1e-9) for part in parts]
    scaled = [
        part / length / len(parts) ** 0.5 for part, length in zip(parts, lengths, strict=True)
    ]
    joined = np.concatenate(scaled)
    return np.asarray(joined / np.linalg.norm(joined), np.float32)


def _colour(pixels: Rgb) -> NDArray[np.float64]:
    from skimage.color import rgb2hsv

    hsv = rgb2hsv(pixels).reshape(-1, 3)
    counts, _ = np.histogramdd(hsv, HSV_BINS, range=((0, 1),) * 3)
    return np.sqrt(counts.ravel() / len(hsv))  # Hellinger's: large areas count less


def _patterns(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    from skimage.feature import local_binary_pattern

    codes = local_binary_pattern((grey * 255).astype(np.uint8), POINTS, RADIUS, "uniform")
    counts = np.bincount(codes.astype(int).ravel(), minlength=POINTS + 2)
    return np.asarray(np.sqrt(counts / codes.size))


def _co_occurrence(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    from skimage.feature import graycomatrix, graycoprops

    levels = np.minimum((grey * GREYS).astype(np.uint8), GREYS - 1)
    pairs = graycomatrix(levels, [1], ANGLES, levels=GREYS, symmetric=True, normed=True)
    found = np.concatenate([graycoprops(pairs, name).ravel() for name in PROPERTIES])
    found[: len(ANGLES)] /= (GREYS - 1) ** 2  # the contrast's largest value
    return np.asarray(found)


def _gradients(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    from skimage.feature import hog

    cell = (grey.shape[0] // CELLS, grey.shape[1] // CELLS)
    found = hog(
        grey[: cell[0] * CELLS, : cell[1] * CELLS],
        orientations=ORIENTATIONS,
        pixels_per_cell=cell,
        cells_per_block=(1, 1),
        block_norm="L2",
    )
    return np.asarray(found, np.float64)


def _square(pixels: Rgb) -> Rgb:
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
