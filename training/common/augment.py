"""Random changes to batches of pictures: where one looks, how it is turned, the light.

Chance is drawn on the CPU from a generator of the caller's, so that a batch is the same on every
device; the changing is done where the pictures lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional

_Uniform = Callable[..., torch.Tensor]
"""(low, high, *shape) → chance, shape (n, *shape)."""


@dataclass(frozen=True)
class Strength:
    """How far a picture may be changed."""

    smallest: float
    """Of the area: the least that is kept."""
    turn: float
    """Radians, either way."""
    light: float
    colour: float
    tint: float
    """Shares, either way, of brightness and contrast, of saturation, of each channel."""
    erased: float
    """Share of the pictures of which a grey square hides a part."""
    is_mirrored: bool = True
    """Whether every other picture is its mirror image."""


MILD = Strength(smallest=0.4, turn=0.2, light=0.35, colour=0.4, tint=0.1, erased=0.0)
STRONG = Strength(smallest=0.2, turn=0.35, light=0.5, colour=0.6, tint=0.15, erased=0.3)


def augment(
    pixels: torch.Tensor, side: int, generator: torch.Generator, strength: Strength = MILD
) -> torch.Tensor:
    """Random resized crops of a batch: turned a little, mirrored, with other light and colour.

    Args:
        pixels: uint8, shape (n, 3, height, width).
        side: pixels of the square that comes out.
        generator: of the CPU; what chance draws from.
        strength: how far they are changed.

    Returns:
        float32 in [0, 1], shape (n, 3, side, side), on the device of `pixels`.
    """

    def uniform(low: float, high: float, *shape: int) -> torch.Tensor:
        drawn = torch.rand(len(pixels), *shape, generator=generator) * (high - low) + low
        return drawn.to(pixels.device)

    grid = _places(uniform, side, strength)
    out = functional.grid_sample(
        pixels.float() / 255, grid, padding_mode="reflection", align_corners=False
    )
    light = uniform(1 - strength.light, 1 + strength.light, 1, 1, 1)
    contrast = uniform(1 - strength.light, 1 + strength.light, 1, 1, 1)
    saturation = uniform(1 - strength.colour, 1 + strength.colour, 1, 1, 1)
    tint = uniform(1 - strength.tint, 1 + strength.tint, 3, 1, 1)
    out = out * light * tint
    mean = out.mean((1, 2, 3), keepdim=True)
    out = (out - mean) * contrast + mean
    grey = out.mean(1, keepdim=True)
    out = ((out - grey) * saturation + grey).clamp(0, 1)
    if strength.erased:
        out = torch.where(_hidden(uniform, side, strength.erased, out.device), 0.5, out)
    return out


def _places(uniform: _Uniform, side: int, strength: Strength) -> torch.Tensor:
    """Where each pixel of the new pictures is looked for, shape (n, side, side, 2) in [-1, 1]."""
    zoom = uniform(strength.smallest, 1.0).sqrt()
    aspect = uniform(-0.25, 0.25).exp()
    angle = uniform(-strength.turn, strength.turn)
    mirror = uniform(0, 1).round() * 2 - 1 if strength.is_mirrored else uniform(1, 1)
    across, down = zoom * aspect, zoom / aspect
    cosine, sine = angle.cos(), angle.sin()
    left = torch.stack([across * cosine * mirror, across * sine * mirror], 1)
    right = torch.stack([-down * sine, down * cosine], 1)
    shift = uniform(-1, 1, 2) * (1 - torch.stack([across, down], 1)).clamp(min=0)
    rows = torch.stack([left, right, shift], 2)
    return functional.affine_grid(rows, [len(rows), 3, side, side], align_corners=False)


def _hidden(uniform: _Uniform, side: int, share: float, device: torch.device) -> torch.Tensor:
    """Which pixels a square hides, in a share of the pictures: bool, shape (n, 1, side, side)."""
    middle, half = uniform(-1, 1, 2, 1, 1), uniform(0.15, 0.45, 1, 1)
    line = torch.linspace(-1, 1, side, device=device)
    near_x = (line.view(1, 1, -1) - middle[:, 0]).abs() < half
    near_y = (line.view(1, -1, 1) - middle[:, 1]).abs() < half
    return (near_x & near_y & (uniform(0, 1, 1, 1) < share))[:, None]
