"""Which pixels are the thing, and which the ground that it stands on: by colour and place alone.

Pure functions of pixels; nothing is learned, nothing drawn by chance. A pixel of a box is likely to
be the thing's if its colour is more frequent in the middle of the box than around the box (colour
histograms of figure and ground, as in the first step of GrabCut: Rother, Kolmogorov, Blake, 2004;
its second step, the graph cut, lost thin and half hidden things in measurements and costs more).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tools.evidence import BoxXyxy
from tools.pictures.oklab import oklab

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Array = np.ndarray[Any, np.dtype[np.float64]]
    Indices = np.ndarray[Any, np.dtype[np.int64]]

MARGIN = 0.3
"""What is looked at around a box on each side, as a share of its width and height."""
SPREAD = 0.5
"""Standard deviation of the weight of the middle, in half widths and half heights of the box."""
ROUNDS = 3
"""How often the thing's colours are estimated anew from what is likely the thing."""
CONTRAST = 0.5
"""A colour is the thing's where more than this of its shares there and around lies there."""
LEAST = 0.05
"""Of the weight of the middle; a mask that keeps less has lost the thing."""
ELLIPSE = 0.8
"""Half axes of the ellipse that stands in for a lost mask, in half widths and heights."""

_BINS = (14, 21, 21)
_STEPS = (12.5, 25.0, 25.0)
"""Bins a unit of L, a, b: 0.08 and 0.04 wide."""
_KERNEL = (0.017, 0.36, 1.0, 0.36, 0.017)
"""A Gaussian over neighbouring bins, sigma 0.7 bins."""

PLAIN = 0.9
"""The share of the border that has one colour where the ground is plain."""
SAME = 0.06
"""Distance in OKLab up to which a colour is the ground's: shades that JPEG and paper have."""
OTHER = 0.12
"""Distance from which on it is another's; what lies between is the soft edge of a drawing."""
THING_SHARES = (0.002, 0.98)
"""A thing covers more than the first and less than the second share of the picture."""


def thing_mask(pixels: Pixels, box_xyxy: BoxXyxy, opaque: Mask | None = None) -> Mask:
    """The pixels of a box that are likely the thing's and not those of what is around it.

    As `thing_weights`, which takes the same and says how a thing is found.

    Returns:
        Shape (height, width), False outside of the box; empty only if all of it is transparent.
    """
    return thing_weights(pixels, box_xyxy, opaque) > 0


def thing_weights(pixels: Pixels, box_xyxy: BoxXyxy, opaque: Mask | None = None) -> Array:
    """How surely each pixel is the thing's: near the middle, of a colour rare around the box.

    Where colours cannot tell them apart (the thing looks like its surroundings, the box covers the
    whole picture, or has a few pixels) it is the ellipse in the middle of the box, `ELLIPSE` of its
    size, weighed by the middle alone.

    Args:
        pixels: uint8 RGB, shape (height, width, 3); a window of the box and `MARGIN` is enough.
        box_xyxy: in pixels of `pixels`, edges rounded outwards; not empty.
        opaque: shape (height, width), False where a pixel has no colour; None if all have one.

    Returns:
        Shape (height, width), in [0, 1], 0 outside of the thing.
    """
    import numpy as np

    middle, inside = centre_weights(pixels.shape[:2], box_xyxy), box_mask(pixels, box_xyxy)
    seen = np.ones(inside.shape, bool) if opaque is None else opaque
    ground = _around(pixels, box_xyxy) & ~inside & seen
    middle = middle * seen
    if ground.any() and middle.any():
        contrast = _contrast(_bins(pixels), middle, ground)
        mask = contrast > CONTRAST
        if middle[mask].sum() >= LEAST * middle.sum():
            return np.where(mask, middle * contrast**2, 0.0)
    ellipse = middle * (middle >= np.exp(-(ELLIPSE**2) / (2 * SPREAD**2)))
    return np.asarray(ellipse if ellipse.any() else middle)


def centre_weights(shape: tuple[int, ...], box_xyxy: BoxXyxy) -> Array:
    """A Gaussian around the middle of a box, 1 there, 0 outside of the box; shape (height, width).

    `SPREAD` of the box's half width and half height is its standard deviation.
    """
    import numpy as np

    left, top, right, bottom = outwards(box_xyxy)
    rows, columns = np.arange(shape[0]) + 0.5, np.arange(shape[1]) + 0.5
    down = (2 * rows - top - bottom) / (bottom - top)
    across = (2 * columns - left - right) / (right - left)
    radius = down[:, None] ** 2 + across[None] ** 2
    inside = (np.abs(down) < 1)[:, None] & (np.abs(across) < 1)[None]
    return np.where(inside, np.exp(-radius / (2 * SPREAD**2)), 0.0)


def box_mask(pixels: Pixels, box_xyxy: BoxXyxy) -> Mask:
    """The pixels of a box, edges rounded outwards; shape (height, width)."""
    import numpy as np

    left, top, right, bottom = outwards(box_xyxy)
    mask = np.zeros(pixels.shape[:2], bool)
    mask[top:bottom, left:right] = True
    return mask


def outwards(box_xyxy: BoxXyxy) -> tuple[int, int, int, int]:
    """A box whose edges are whole pixels: left and top rounded down, right and bottom up."""
    left, top, right, bottom = box_xyxy
    return int(left), int(top), int(-(-right // 1)), int(-(-bottom // 1))


def window(box_xyxy: BoxXyxy, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """A box and `MARGIN` around it (two pixels at least), cut to a picture (height, width, …)."""
    left, top, right, bottom = outwards(box_xyxy)
    across, down = (max(2, round(MARGIN * side)) for side in (right - left, bottom - top))
    return (
        max(0, left - across), max(0, top - down),
        min(shape[1], right + across), min(shape[0], bottom + down),
    )  # fmt: skip


def plain_ground(pixels: Pixels, opaque: Mask | None = None) -> tuple[Mask, Mask] | None:
    """The thing and the ground of a picture whose border has (nearly) one colour.

    Transparent pixels belong to neither; where all of the border is transparent, what is opaque is
    the thing and there is no ground.

    Returns:
        Two masks of shape (height, width), soft edges in neither; None where the border has several
        colours or there is nothing else on it.
    """
    import numpy as np

    seen = np.ones(pixels.shape[:2], bool) if opaque is None else opaque
    edge = border(pixels)
    if not seen[edge].any():
        return (seen, np.zeros_like(seen)) if seen.any() else None
    lab = oklab(pixels)
    colour = np.median(lab[edge & seen], axis=0)
    distance = np.sqrt(((lab - colour) ** 2).sum(axis=2))
    thing = seen & (distance > OTHER)
    is_plain = (distance[edge & seen] <= SAME).mean() >= PLAIN
    if not is_plain or not THING_SHARES[0] < thing.sum() / seen.sum() < THING_SHARES[1]:
        return None
    return thing, seen & (distance <= SAME)


def border(pixels: Pixels) -> Mask:
    """The outermost pixels, a fortieth of each side and at least one; shape (height, width)."""
    import numpy as np

    height, width = pixels.shape[:2]
    down, across = max(1, height // 40), max(1, width // 40)
    mask = np.ones((height, width), bool)
    mask[down : height - down, across : width - across] = False
    return mask


def _around(pixels: Pixels, box_xyxy: BoxXyxy) -> Mask:
    left, top, right, bottom = window(box_xyxy, pixels.shape)
    return box_mask(pixels, (left, top, right, bottom))


def _contrast(bins: Indices, weight: Array, ground: Mask) -> Array:
    """How much likelier each pixel's colour is in the thing than in the ground, in [0, 1]."""
    import numpy as np

    behind = _histogram(bins, ground.astype(np.float64))
    likely, contrast = weight, weight
    for _ in range(ROUNDS):
        thing = _histogram(bins, likely)
        contrast = (thing / np.maximum(thing + behind, 1e-12))[bins]
        likely = weight * contrast
        if not likely.any():
            break
    return contrast


def _bins(pixels: Pixels) -> Indices:
    """The number of the histogram's bin of each pixel, shape (height, width)."""
    import numpy as np

    places = oklab(pixels) * _STEPS + (0.0, _BINS[1] / 2, _BINS[2] / 2)
    level, red, yellow = np.moveaxis(
        np.clip(places.astype(np.int64), 0, np.subtract(_BINS, 1)), 2, 0
    )
    return np.asarray((level * _BINS[1] + red) * _BINS[2] + yellow)


def _histogram(bins: Indices, weight: Array) -> Array:
    """Weights by bin, smoothed over neighbouring bins; they sum to 1."""
    import numpy as np

    counts = np.bincount(bins.ravel(), weight.ravel(), minlength=int(np.prod(_BINS)))
    smooth: Array = counts.astype(np.float64).reshape(_BINS)
    for axis, size in enumerate(_BINS):
        blurred: Array = np.tensordot(_blur(size), smooth, axes=(1, axis))
        smooth = np.moveaxis(blurred, 0, axis)
    return np.asarray(smooth.ravel() / max(smooth.sum(), 1e-12))


@cache
def _blur(size: int) -> Array:
    """The matrix that smooths `size` bins by `_KERNEL`."""
    import numpy as np

    return np.asarray(sum(w * np.eye(size, k=k - 2) for k, w in enumerate(_KERNEL)))
