"""The two sides that are fused, as a strategy has them: frozen and looked up, or learning along.

Both give float32 vectors and their mask for the pictures and the texts of a batch. Pictures are
named by their path below the data folder.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from evaluation.pictures import pixels_of
from tools.networks import backbone
from tools.networks.classical_features import ClassicalFeatures
from tools.networks.encoders import Encoder, Rgb, Tokens, Vectors
from tools.networks.imagenet import INPUT
from tools.networks.text_encoder import TextEncoder
from training.classifier.network import normalized
from training.common.augment import Strength, augment
from training.fusion import features

FROZEN = ("conv_stem", "bn1", "blocks.0", "blocks.1", "blocks.2", "blocks.3", "blocks.4")
"""Of the backbone, when it learns along: all but its last stages."""
SIDE = 192
"""Pixels of the square that the learning backbone sees."""
GRID = 3
GENTLE = Strength(
    smallest=0.75, turn=0.1, light=0.2, colour=0.2, tint=0.05, erased=0.0, is_mirrored=False
)
"""What a question is about must stay in the picture, and keep its colour."""

Rows = tuple[torch.Tensor, torch.Tensor]
"""float32 (n, rows, width) and bool (n, rows)."""


class Sides(nn.Module):
    """What both strategies have; `rate` is the share of the learning rate at which they learn."""

    image_width: int
    text_width: int
    rate = 0.0

    def images(
        self, pictures: Sequence[str], mirrored: Sequence[bool], chance: torch.Generator | None
    ) -> Rows:
        """The vectors of pictures, or of their mirror images.

        Args:
            pictures: their names.
            mirrored: of each, whether it is its mirror image.
            chance: for other changes; None where there are to be none.
        """
        raise NotImplementedError

    def texts(self, texts: Sequence[str]) -> Rows:
        """The vectors of the texts' tokens."""
        raise NotImplementedError


class GridBackbone(nn.Module):
    """EfficientNet-Lite2's features: of the whole picture, then of the cells of a 3 × 3 grid."""

    def __init__(self, *, published: bool = True) -> None:
        super().__init__()
        self.network: nn.Module = backbone.network()
        if published:
            self.network.load_state_dict(backbone.published())
        self.network.reset_classifier(0)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Normalised pixels, float (n, 3, side, side) → float (n, 10, 1280)."""
        cells = self.network.forward_features(pixels)  # type: ignore[operator]
        grid = functional.adaptive_avg_pool2d(cells, GRID).flatten(2).transpose(1, 2)
        return torch.cat([cells.mean((2, 3))[:, None], grid], 1)


class BackboneEncoder:
    """`Encoder` of pictures by a frozen `GridBackbone`, on the CPU."""

    version = f"{backbone.ARCHITECTURE}-{backbone.SHA256[:16]}-{INPUT.side}px-grid{GRID}"
    dimensions = backbone.CHANNELS

    def __init__(self) -> None:
        self._network: GridBackbone | None = None

    def tokens(self, batch: Sequence[Rgb]) -> Tokens:
        """The whole picture first, then its cells; the backbone loads on first use."""
        if self._network is None:
            self._network = GridBackbone().eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        pixels = torch.from_numpy(np.stack([INPUT.of(picture) for picture in batch]))
        with torch.inference_mode():
            found = self._network(pixels.contiguous(memory_format=torch.channels_last)).numpy()
        return Tokens(found, np.ones(found.shape[:2], bool))

    def encode(self, batch: Sequence[Rgb]) -> Vectors:
        """The whole picture alone, unit length."""
        whole = self.tokens(batch).vectors[:, 0]
        return np.asarray(whole / np.linalg.norm(whole, axis=1, keepdims=True))


image_encoders: dict[str, Callable[[], Encoder[Rgb]]] = {
    "backbone": BackboneEncoder,
    "classical": ClassicalFeatures,
}
"""By the name that the command line calls them."""


class FrozenSides(Sides):
    """Joint learning of parts: vectors that were made once.

    Args:
        keys: of each picture's name, what its vectors are kept by.
        images: vectors of pictures by key; of mirror images by `mirror_key`.
        texts: vectors of texts.
        where: the device.
    """

    def __init__(
        self,
        keys: Mapping[str, str],
        images: features.Features,
        texts: features.Features,
        where: torch.device,
    ) -> None:
        super().__init__()
        self._keys, self._images, self._texts, self._where = keys, images, texts, where
        self.image_width, self.text_width = images.width, texts.width

    def images(
        self, pictures: Sequence[str], mirrored: Sequence[bool], chance: torch.Generator | None
    ) -> Rows:
        """See the base; nothing else is changed."""
        del chance
        keys = (self._keys[name] for name in pictures)
        asked = [mirror_key(key) if turn else key for key, turn in zip(keys, mirrored, strict=True)]
        return self._images.of(asked, self._where)

    def texts(self, texts: Sequence[str]) -> Rows:
        """See the base."""
        return self._texts.of(texts, self._where)


class LearningSides(Sides):
    """End to end: the backbone's last stages and the text encoder learn along.

    Args:
        data: the data folder.
        text: the text encoder that the text side starts as.
        where: the device.
        side: pixels of the square that the backbone sees.
    """

    rate = 0.1

    def __init__(
        self, data: Path, text: TextEncoder, where: torch.device, side: int = SIDE
    ) -> None:
        super().__init__()
        self._data, self._text, self._where, self._side = data, text, where, side
        self.image_width, self.text_width = backbone.CHANNELS, text.config.width
        self.backbone = GridBackbone().to(where)
        self.text_network: nn.Module = copy.deepcopy(text.module).to(where)
        for name, part in self.backbone.network.named_modules():
            if name in FROZEN:
                part.requires_grad_(requires_grad=False)

    def train(self, mode: bool = True) -> LearningSides:
        """Train mode, but batch norms keep their statistics."""
        super().train(mode)
        self.backbone.eval()
        return self

    def images(
        self, pictures: Sequence[str], mirrored: Sequence[bool], chance: torch.Generator | None
    ) -> Rows:
        """See the base."""
        squares = [_square(self._data / name, self._side) for name in pictures]
        shape = (len(squares), self._side, self._side, 3)
        pixels = torch.from_numpy(np.array(squares, np.uint8).reshape(shape)).permute(0, 3, 1, 2)
        turned = torch.tensor(mirrored, dtype=torch.bool)[:, None, None, None]
        pixels = torch.where(turned, pixels.flip(3), pixels).to(self._where)
        if chance is None:
            seen = pixels.float() / 255
        else:
            seen = augment(pixels, self._side, chance, GENTLE)
        rows = self.backbone(normalized(seen))
        return rows, rows.new_ones(rows.shape[:2], dtype=torch.bool)

    def texts(self, texts: Sequence[str]) -> Rows:
        """See the base."""
        ids, mask = (torch.from_numpy(x).to(self._where) for x in self._text.ids(texts))
        return self.text_network(ids, mask)[0], mask


def frozen_sides(
    data: Path, image: str, text: TextEncoder, pictures: Iterable[str], texts: Iterable[str],
    cache: Path, where: torch.device, log: Callable[[str], None], *, mirrored: bool,
) -> FrozenSides:  # fmt: skip
    """Frozen sides for these pictures and texts.

    Args:
        data: the data folder.
        image: a name of `image_encoders`.
        text: the text encoder.
        pictures: paths below the data folder.
        texts: whatever will be asked or said.
        cache: where vectors are kept.
        where: the device.
        log: is told what is made.
        mirrored: whether mirror images are wanted, too.
    """
    keys = {name: features.content_key(data / name) for name in pictures}
    inputs: dict[str, Callable[[], Any]] = {}
    for name, key in keys.items():
        inputs[key] = partial(pixels_of, data / name)
        if mirrored:
            inputs[mirror_key(key)] = partial(_mirror_image, data / name)
    seen = features.cached(image_encoders[image](), inputs, cache, log)
    said = features.cached(text, {words: partial(str, words) for words in texts}, cache, log)
    return FrozenSides(keys, seen, said, where)


def mirror_key(key: str) -> str:
    """What the vectors of a picture's mirror image are kept by."""
    return f"{key} mirrored"


def _mirror_image(file: Path) -> Rgb:
    return pixels_of(file)[:, ::-1]


def _square(file: Path, side: int) -> Rgb:
    from PIL import Image

    image = Image.fromarray(pixels_of(file))
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))
