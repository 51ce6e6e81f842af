"""Pictures and texts in one space: the built-in fused model's two encoders, each with a projection.

The image encoder is an EfficientNet-Lite2 that was taught to see as CLIP's ViT-B/16 does, or CLIP's
itself where its package is installed: they share a space. The text encoder stands beside it
(`tools.networks.text_encoder`); `training/fusion` made them meet. What is answered with them is
`tools.networks.fused_answers`'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog import sha256_of
from tools.explain.subjects import Differentiable
from tools.networks import backbone, clip_vision, fused_gradients
from tools.networks.clip_vision import ClipVision
from tools.networks.encoders import Rgb, SharedSpace, Vectors, unit
from tools.networks.fusion_config import WEIGHTS, FusionConfig
from tools.networks.openvino_runtime import Runtime
from tools.networks.pixel_network import InputTransform, PixelNetwork
from tools.networks.siglip_space import SiglipSpace, is_siglip
from tools.networks.text_encoder import TextEncoder

IMAGE = "image."
"""Begins the names of the built-in image encoder's weights."""
HALF = (0.5, 0.5, 0.5)
Floats = NDArray[np.float32]


@lru_cache(maxsize=4)
def open_space(folder: Path, device: str = "auto", runtime: Runtime = "auto") -> SharedSpace:
    """The space of a folder; whoever opens it again gets the same one. Networks load on first use.

    Raises:
        OSError: a file is not there.
        ValueError: the configuration is another one's.
    """
    if is_siglip(folder):
        return SiglipSpace(folder, device)
    return open_fused(folder, device, runtime)


@lru_cache(maxsize=4)
def open_fused(folder: Path, device: str = "auto", runtime: Runtime = "auto") -> FusedSpace:
    """`open_space` of a fused model, which an answerer can be made of.

    Raises:
        OSError, ValueError: as `open_space`.
    """
    published = clip_vision.published_file()
    clip = None if published is None else ClipVision(published)
    return FusedSpace(folder, device, runtime, clip)


class FusedSpace:
    """A `SharedSpace` of `models/fusion`'s form.

    A text fits a picture as far as its cosine with it is above its cosine with the mean of many
    pictures: "a photo" fits them all, and so says nothing of one.

    Args:
        folder: with the files of `tools.networks.fusion_config` and of its text encoder.
        device: of the built-in image encoder and the text encoder.
        runtime: of the built-in image encoder.
        clip: CLIP's image encoder, which sees in place of the built-in one.
    """

    def __init__(
        self,
        folder: Path,
        device: str = "auto",
        runtime: Runtime = "auto",
        clip: ClipVision | None = None,
    ) -> None:
        self.folder = folder
        self.config = FusionConfig.of(folder)
        self.text = TextEncoder(folder, device)
        self._sha256 = sha256_of(folder / WEIGHTS)
        self._clip = clip
        self.built_in = PixelNetwork(
            folder / WEIGHTS,
            f"{backbone.ARCHITECTURE}-{self.config.image_width}",
            self.image_module,
            InputTransform(self.config.side, HALF, HALF),
            device=device,
            runtime=runtime,
        )

    @property
    def version(self) -> str:
        """By the hashes of the weights."""
        image = "built-in" if self._clip is None else f"clip-{clip_vision.SHA256[:16]}"
        return f"fusion-{self._sha256[:16]}-{image}-{self.text.version}"

    @property
    def dimensions(self) -> int:
        """Of every vector of the space."""
        return int(self.weights["space.image.weight"].shape[0])

    @property
    def bar(self) -> float:
        """From this probability on a text is said to fit."""
        return self.config.match_bar

    @property
    def floor(self) -> float:
        """Up to this probability a text is said not to fit."""
        return 1 - self.config.match_bar

    def images(self, batch: Sequence[Rgb]) -> Vectors:
        """The pictures' vectors, float32 (n, `dimensions`), of unit length."""
        return self.project(self.seen(batch))

    def seen(self, batch: Sequence[Rgb]) -> Vectors:
        """What the image encoder gives, float32 (n, `config.image_width`), of unit length.

        It is CLIP's vector less the mean of CLIP's vectors of many pictures, which all share.
        """
        if not batch:
            return np.zeros((0, self.config.image_width), np.float32)
        if self._clip is None:
            return unit(self.built_in.outputs(self.built_in.batch_of(batch))[0])
        return unit(self._clip.vectors(batch) - self.weights["image_mean"])

    def project(self, seen: Vectors) -> Vectors:
        """Vectors of the image encoder → of the space."""
        return unit(linear(self.weights, "space.image", seen))

    def texts(self, batch: Sequence[str]) -> Vectors:
        """The texts' vectors, float32 (n, `dimensions`), of unit length."""
        return unit(linear(self.weights, "space.text", self.text.encode(batch)))

    def fits(self, images: Vectors, texts: Vectors) -> Floats:
        """How much better each text fits each picture than the mean picture, (images, texts)."""
        return np.asarray(self.above_mean(images) @ texts.T, np.float32)

    def above_mean(self, images: Vectors) -> Floats:
        """The pictures' vectors less the mean picture's: what fits are taken of."""
        return images - self.weights["space.mean"]

    def probabilities(self, images: Vectors, texts: Vectors) -> Floats:
        """How likely each text, on its own, says something true of each picture."""
        logits = self.config.slope * self.fits(images, texts) + self.config.offset
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    def explainable(self, text: str) -> Differentiable:
        """How the fit of a text can be looked into: through the built-in image encoder."""
        return fused_gradients.of_text(self.built_in, self.weights, self.texts([text])[0])

    @cached_property
    def weights(self) -> dict[str, Floats]:
        """All but the image encoder's, float32."""
        from safetensors import safe_open

        with safe_open(self.folder / WEIGHTS, "numpy") as file:
            names = [name for name in file.keys() if not name.startswith(IMAGE)]  # noqa: SIM118
            return {name: file.get_tensor(name).astype(np.float32) for name in names}

    def image_module(self) -> Any:
        """The built-in image encoder as a torch module in eval mode; its head gives the vector."""
        from safetensors.torch import load_file

        network = backbone.network(num_classes=self.config.image_width)
        found = load_file(self.folder / WEIGHTS).items()
        network.load_state_dict(
            {
                name.removeprefix(IMAGE): value.float() if value.is_floating_point() else value
                for name, value in found
                if name.startswith(IMAGE)
            }
        )
        return network.eval()


def linear(weights: Mapping[str, Floats], name: str, x: Floats) -> Floats:
    """`x Wᵀ + b`; without a bias where there is none."""
    out = x @ weights[f"{name}.weight"].T
    bias = weights.get(f"{name}.bias")
    return np.asarray(out if bias is None else out + bias, np.float32)
