"""Teaches a backbone to name things cut out of photographs, before it learns its own task.

It stands in for the pretraining on ImageNet that cannot be had offline: a small picture of one
thing costs a fiftieth of a photograph, so most of what a backbone has to learn about shapes and
surfaces is learnt here. Things come from the detector's training photographs, products from the
classifier's; the photographs kept for validation are in neither.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from evaluation.boxes import LabelledFolder
from evaluation.products import Products
from training.common import checkpoints
from training.common.progress import say

STORED_SIDE = 128
"""Pixels of a stored crop."""
CONTEXT = 1.15
"""Side of the square that is cut out, over the longer side of the box."""
SMALLEST = 14
"""Boxes whose longer side has fewer pixels are not cut out."""


@dataclass(frozen=True)
class Crops:
    """Cut-out things: uint8 RGB pixels of shape (n, 3, 128, 128), and the class of each."""

    pixels: torch.Tensor
    classes: torch.Tensor
    names: tuple[str, ...]


def cut(folders: Sequence[LabelledFolder], products: Products) -> Crops:
    """Every labelled thing of the folders, and whole pictures of products with their names."""
    names = list(folders[0].names)
    pixels: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = []
    classes: list[int] = []
    for folder in folders:
        for photograph in folder.photographs:
            if not len(photograph.classes):
                continue
            image = Image.open(photograph.file).convert("RGB")
            size = np.array([image.width, image.height, image.width, image.height])
            for number, box in zip(photograph.classes, photograph.boxes_cxcywh * size, strict=True):
                if max(box[2:]) >= SMALLEST:
                    pixels.append(_square(image, box))
                    classes.append(int(number))
    for product in products.products:
        image = Image.open(product.file).convert("RGB")
        side = min(image.size)
        box = np.array([image.width / 2, image.height / 2, side / CONTEXT, side / CONTEXT])
        pixels.append(_square(image, box))
        classes.append(len(names) + product.fine)
    stacked = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).contiguous()
    return Crops(stacked, torch.tensor(classes), (*names, *products.fine))


def _square(
    image: Image.Image, box_cxcywh: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    x, y, width, height = box_cxcywh
    half = max(width, height) * CONTEXT / 2
    square = image.crop((round(x - half), round(y - half), round(x + half), round(y + half)))
    return np.asarray(square.resize((STORED_SIDE, STORED_SIDE), Image.Resampling.BILINEAR))


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


MILD = Strength(smallest=0.35, turn=0.2, light=0.4, colour=0.5, tint=0.1, erased=0.0)
STRONG = Strength(smallest=0.12, turn=0.4, light=0.5, colour=0.8, tint=0.2, erased=0.4)


def augment(
    pixels: torch.Tensor, side: int, generator: torch.Generator, strength: Strength = MILD
) -> torch.Tensor:
    """Random resized crops of a batch: turned a little, mirrored, with other light and colour.

    Args:
        pixels: uint8, shape (n, 3, height, width).
        side: pixels of the square that comes out.
        generator: what chance draws from.
        strength: how far they are changed.

    Returns:
        float32 in [0, 1], shape (n, 3, side, side).
    """

    def uniform(low: float, high: float, *shape: int) -> torch.Tensor:
        return torch.rand(len(pixels), *shape, generator=generator) * (high - low) + low

    zoom = uniform(strength.smallest, 1.0).sqrt()
    aspect = uniform(-0.25, 0.25).exp()
    angle = uniform(-strength.turn, strength.turn)
    mirror = uniform(0, 1).round() * 2 - 1
    across, down = zoom * aspect, zoom / aspect
    cosine, sine = angle.cos(), angle.sin()
    rows = torch.stack(
        [
            torch.stack([across * cosine * mirror, -down * sine], 1),
            torch.stack([across * sine * mirror, down * cosine], 1),
        ],
        1,
    )
    slack = (1 - torch.stack([across, down], 1)).clamp(min=0)
    shift = uniform(-1, 1, 2) * slack
    grid = functional.affine_grid(
        torch.cat([rows, shift[:, :, None]], 2), [len(pixels), 3, side, side], align_corners=False
    )
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
        across_down = (uniform(-1, 1, 2, 1, 1), uniform(0.15, 0.45, 1, 1))
        line = torch.linspace(-1, 1, side)
        near_x = (line.view(1, 1, -1) - across_down[0][:, 0]).abs() < across_down[1]
        near_y = (line.view(1, -1, 1) - across_down[0][:, 1]).abs() < across_down[1]
        is_erased = uniform(0, 1, 1, 1) < strength.erased
        out = torch.where((near_x & near_y & is_erased)[:, None], 0.5, out)
    return out


def pretrain(
    features: nn.Module,
    channels: int,
    crops: Crops,
    work: Path,
    *,
    epochs: float,
    side: int = 96,
    batch: int = 64,
    peak: float = 2e-3,
    log: Callable[[str], None] = say,
) -> nn.Module:
    """Train `features`, a module that maps pictures to (n, channels, h, w), to name the crops.

    It resumes from `work/crops.pt` and keeps its state there, finished or not.
    """
    counts = torch.bincount(crops.classes, minlength=len(crops.names)).clamp(min=1)
    weights = (1 / counts.double().sqrt())[crops.classes]
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1))
    model = nn.Sequential(features, head, nn.Linear(channels, len(crops.names)))
    model = model.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(model.parameters(), lr=peak, weight_decay=0.05)
    steps = int(epochs * len(crops.classes) / batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, steps, pct_start=0.1)
    file = work / "crops.pt"
    done = checkpoints.load(file, model=model, optimizer=optimizer, schedule=schedule)
    began, seen, right, summed = time.monotonic(), 0, 0, 0.0
    for step in range(done, steps):
        generator = torch.Generator().manual_seed(step)
        torch.manual_seed(step)
        chosen = torch.multinomial(weights, batch, generator=generator)
        pictures = augment(crops.pixels[chosen], side, generator)
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(pictures).float()
        loss = functional.cross_entropy(logits, crops.classes[chosen], label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        seen, summed = seen + batch, summed + float(loss.detach()) * batch
        right += int((logits.argmax(1) == crops.classes[chosen]).sum())
        if (step + 1) % 100 == 0 or step + 1 == steps:
            checkpoints.save(file, step + 1, model=model, optimizer=optimizer, schedule=schedule)
            speed = seen / (time.monotonic() - began)
            log(
                f"crops {step + 1}/{steps} loss {summed / seen:.3f} right {right / seen:.3f} "
                f"{speed:.0f} pictures/s"
            )
            began, seen, right, summed = time.monotonic(), 0, 0, 0.0
    return features
