"""Small things to explain: a picture with one red thing, a seeded network that sees red."""

from __future__ import annotations

from typing import Any

import numpy as np

from tools.explain.gradcam import last_feature_map
from tools.explain.subjects import Differentiable, Subject

GREY = 110
RED = (60, 20, 90, 50)
"""box_xyxy of the thing."""


def red_thing(height: int = 96, width: int = 128, box: tuple[int, ...] = RED) -> Any:
    """Grey ground with seeded noise, and one red thing."""
    chance = np.random.default_rng(0)
    pixels = (GREY + chance.integers(-12, 13, (height, width, 3))).astype(np.uint8)
    left, top, right, bottom = box
    pixels[top:bottom, left:right] = (220, 30, 30)
    return pixels


def convolutional(seed: int = 0) -> Subject:
    """A small convolutional network with random weights (seeded), trained to see red.

    Its score is a probability.
    """
    import torch

    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 5, stride=2, padding=2), torch.nn.ReLU(),
        torch.nn.Conv2d(8, 16, 3, stride=2, padding=1), torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(16, 1), torch.nn.Flatten(0),
    )  # fmt: skip
    optimiser = torch.optim.Adam(network.parameters(), lr=0.02)
    chance = np.random.default_rng(seed)
    for _ in range(60):
        pictures, labels = zip(*(_example(chance) for _ in range(16)), strict=True)
        batch = torch.from_numpy(np.stack([inputs(p) for p in pictures]))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            network(batch), torch.tensor(labels)
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    network.eval()

    def score(pictures: Any) -> Any:
        with torch.no_grad():
            batch = torch.from_numpy(np.stack([inputs(p) for p in pictures]))
            return network(batch).sigmoid().numpy()

    layer = last_feature_map(network, inputs)
    return Subject("red", score, lambda _pixels: Differentiable(network, layer, inputs))


def _example(chance: Any) -> tuple[Any, float]:
    """A red thing somewhere, or another one, or the red one wiped away; and whether it is red."""
    left, top = chance.integers(0, 98), chance.integers(0, 66)
    pixels = red_thing(box=(left, top, left + 30, top + 30))
    kind = chance.choice(["red", "red", "blue", "green", "none"])
    if kind == "none":
        pixels[:] = pixels.mean((0, 1))
    elif kind != "red":
        pixels = pixels[..., [2, 1, 0] if kind == "blue" else [1, 0, 2]]
    return np.ascontiguousarray(pixels), float(kind == "red")


def inputs(pixels: Any) -> Any:
    """float32 (3, 48, 64)."""
    from PIL import Image

    small = np.asarray(Image.fromarray(pixels).resize((64, 48)), np.float32)
    return np.ascontiguousarray((small / 127.5 - 1).transpose(2, 0, 1))
