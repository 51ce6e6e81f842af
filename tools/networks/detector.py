"""A small anchor-free detector, and how its output is decoded.

It takes RGB pixels in [0, 255] as float32 of shape (n, 3, height, width), sides multiples of 32,
and gives one map for each of the strides 8, 16 and 32, float32 of shape (n, classes + 4 × BINS,
height / stride, width / stride): logits of the classes, then for left, top, right and bottom the
logits of the distance from the cell's middle to that edge, in strides (Generalized Focal Loss:
Li et al., NeurIPS 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

STRIDES = (8, 16, 32)
BINS = 11
"""An edge lies 0 to 10 strides from the middle of the cell that sees it."""
LEAK = 0.1


class NanoDetG(nn.Module):
    """NanoDet-g: a cross-stage-partial backbone, a parameter-free pyramid, a head for each stride.

    After the description in RangiLyu/nanodet (`config/legacy_v0.x_configs/nanodet-g.yml`,
    Apache-2.0), with its batch norms folded into the convolutions.

    Args:
        classes: how many things it tells apart.
        width: channels of the pyramid.
    """

    def __init__(self, classes: int, width: int = 128) -> None:
        super().__init__()
        self.normalize = Normalize((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
        self.stem = nn.Sequential(_conv(3, 32, stride=2), nn.MaxPool2d(3, 2, 1))
        self.stages = nn.ModuleList(
            [
                PartialStage(32, 1, stride=1),
                PartialStage(64, 2, stride=2),
                PartialStage(128, 2, stride=2),
                PartialStage(256, 3, stride=2),
            ]
        )
        self.neck = Pyramid((128, 256, 512), width)
        self.heads = nn.ModuleList([_head(width, classes) for _ in STRIDES])

    def forward(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        """The maps of the three strides."""
        x = self.stem(self.normalize(pixels))
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        return [head(level) for head, level in zip(self.heads, self.neck(levels[1:]), strict=True)]


class Normalize(nn.Module):
    """Pixels less their mean, over their spread, by channel."""

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1), persistent=False)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """(n, 3, h, w) → the same."""
        normalized: torch.Tensor = (pixels - self.get_buffer("mean")) / self.get_buffer("std")
        return normalized


class PartialStage(nn.Module):
    """A convolution, `blocks` narrow pairs of convolutions, and all of it side by side."""

    def __init__(self, channels: int, blocks: int, stride: int) -> None:
        super().__init__()
        self.enter = _conv(channels, channels, stride=stride)
        self.blocks = nn.Sequential(*(NarrowBlock(channels) for _ in range(blocks)))
        self.leave = _conv(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, c, h, w) → (n, 2 c, h / stride, w / stride)."""
        whole = self.enter(x)
        return torch.cat([self.leave(self.blocks(whole)), whole], 1)


class NarrowBlock(nn.Module):
    """Two convolutions to half of the channels, one behind the other, side by side."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _conv(channels, channels // 2)
        self.second = _conv(channels // 2, channels // 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, c, h, w) → the same."""
        half = self.first(x)
        return torch.cat([self.second(half), half], 1)


class Pyramid(nn.Module):
    """What the three levels know, added from coarse to fine and back (PANet: Liu et al., 2018)."""

    def __init__(self, channels: Sequence[int], width: int) -> None:
        super().__init__()
        self.enter = nn.ModuleList([nn.Conv2d(c, width, 1) for c in channels])

    def forward(self, levels: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Three maps → three maps of `width` channels, of the same sizes."""
        fine, middle, coarse = (
            enter(level) for enter, level in zip(self.enter, levels, strict=True)
        )
        middle = middle + _twice(coarse)
        fine = fine + _twice(middle)
        middle = middle + functional.avg_pool2d(fine, 2)
        return [fine, middle, coarse + functional.avg_pool2d(middle, 2)]


def decode(maps: Sequence[torch.Tensor], classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores (n, anchors, classes) in [0, 1] and boxes_xyxy (n, anchors, 4) in pixels.

    An edge is where the distribution over its bins has its mean.
    """
    scores, boxes = [], []
    for level, stride in zip(maps, STRIDES, strict=True):
        logits, edges = level[:, :classes], level[:, classes:]
        scores.append(logits.flatten(2).transpose(1, 2).sigmoid())
        distance = distances(edges.flatten(2).transpose(1, 2)) * stride
        middle = middles(level, stride)
        boxes.append(torch.cat([middle - distance[..., :2], middle + distance[..., 2:]], -1))
    return torch.cat(scores, 1), torch.cat(boxes, 1)


def distances(edges: torch.Tensor) -> torch.Tensor:
    """Logits (n, anchors, 4 × BINS) → the expected distance of each edge in strides, (…, 4)."""
    bins = torch.arange(BINS, dtype=edges.dtype, device=edges.device)
    by_edge = edges.view(*edges.shape[:-1], 4, BINS)
    return (by_edge.softmax(-1) * bins).sum(-1)


def middles(level: torch.Tensor, stride: int) -> torch.Tensor:
    """x and y of the middles of a map's cells in pixels, (cells, 2)."""
    height, width = level.shape[-2:]
    down = (torch.arange(height, device=level.device) + 0.5) * stride
    across = (torch.arange(width, device=level.device) + 0.5) * stride
    y, x = torch.meshgrid(down, across, indexing="ij")
    return torch.stack([x, y], -1).view(-1, 2)


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.LeakyReLU(LEAK))


def _head(width: int, classes: int) -> nn.Sequential:
    return nn.Sequential(_conv(width, width), nn.Conv2d(width, classes + 4 * BINS, 1))


def _twice(x: torch.Tensor) -> Any:
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class Deployed(nn.Module):
    """A network and the decoding of its maps."""

    def __init__(self, network: nn.Module, classes: int) -> None:
        super().__init__()
        self.network = network
        self.classes = classes

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (n, anchors, classes) and boxes_xyxy (n, anchors, 4)."""
        return decode(self.network(pixels), self.classes)
