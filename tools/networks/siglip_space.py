"""SigLIP and SigLIP 2 as a shared space: a folder as transformers' `save_pretrained` writes it.

It compares pictures and texts; it answers no questions. Nothing of it comes with this package.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog import sha256_of
from tools.networks.encoders import Rgb, Vectors, unit
from tools.networks.torch_runtime import pick_device, prepare

CONFIG, WEIGHTS = "config.json", "model.safetensors"
FAMILY = ("siglip", "siglip2")
"""`model_type` of the configurations; SigLIP 2 with pictures of one size is called siglip, too."""
TOKENS = 64
"""Of a text in training, padded to that length, in small letters (SigLIP 2, arXiv 2502.14786)."""


def is_siglip(folder: Path) -> bool:
    """Whether the configuration in a folder is that of a SigLIP model.

    Raises:
        OSError: there is none.
        ValueError: it is no JSON.
    """
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return isinstance(config, dict) and config.get("model_type") in FAMILY


class SiglipSpace:
    """A `SharedSpace`; the networks load on first use, from safetensors, never with code."""

    bar = 0.5
    """Where SigLIP's own sigmoid says yes. Not fitted: we have measured it on nothing."""
    floor = 0.001
    """Not `1 - bar`: texts that fit often score a few per cent, others far below a thousandth."""

    def __init__(self, folder: Path, device: str = "auto") -> None:
        self.folder = folder
        self._device = device
        self.version = f"siglip-{sha256_of(folder / WEIGHTS)[:16]}"

    @property
    def dimensions(self) -> int:
        """Of every vector."""
        text = self._network.config.text_config
        return int(text.projection_size or text.hidden_size)

    def images(self, batch: Sequence[Rgb]) -> Vectors:
        """The pictures' vectors, float32 (n, `dimensions`), of unit length."""
        if not batch:
            return np.zeros((0, self.dimensions), np.float32)
        inputs = self._pixels(list(batch), return_tensors="pt", input_data_format="channels_last")
        return self._vectors(self._network.get_image_features, inputs)

    def texts(self, batch: Sequence[str]) -> Vectors:
        """The texts' vectors, float32 (n, `dimensions`), of unit length."""
        if not batch:
            return np.zeros((0, self.dimensions), np.float32)
        inputs = self._tokenizer(
            [text.lower() for text in batch],
            padding="max_length",
            max_length=min(TOKENS, self._network.config.text_config.max_position_embeddings),
            truncation=True,
            return_tensors="pt",
        )
        # The padding was not masked in training, so no mask is passed.
        return self._vectors(self._network.get_text_features, {"input_ids": inputs["input_ids"]})

    def probabilities(self, images: Vectors, texts: Vectors) -> NDArray[np.float32]:
        """SigLIP's sigmoid of the scaled cosine, shape (images, texts); arXiv 2303.15343, eq. 1."""
        scale = np.exp(self._network.logit_scale.item())
        logits = images @ texts.T * scale + self._network.logit_bias.item()
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    @cached_property
    def _network(self) -> Any:
        prepare()
        from transformers import AutoModel

        network = AutoModel.from_pretrained(
            self.folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
        )
        return network.float().eval().to(pick_device(self._device))

    @cached_property
    def _pixels(self) -> Any:
        prepare()
        from transformers import AutoImageProcessor

        return AutoImageProcessor.from_pretrained(
            self.folder, local_files_only=True, trust_remote_code=False, backend="pil"
        )

    @cached_property
    def _tokenizer(self) -> Any:
        prepare()
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(
            self.folder, local_files_only=True, trust_remote_code=False
        )

    def _vectors(self, encode: Any, inputs: Any) -> Vectors:
        import torch

        device = self._network.device
        with torch.inference_mode():
            found = encode(**{name: value.to(device) for name, value in inputs.items()})
        return unit(found.pooler_output.cpu().numpy())
