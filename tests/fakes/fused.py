"""A fused model whose weights are random, in the form of `models/fusion`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.fakes.fusion_data import text_encoder
from tools.networks import backbone
from tools.networks.fusion_config import CONFIG, FusionConfig

ANSWERS = ["yes", "no", "red", "blue", "2", "street", "dog"]
SIDE, WIDTH, TEXTS = 64, 12, 24


def heads() -> Any:
    """The heads of the model, as torch modules: the same ones in each call."""
    import torch

    from training.fusion.built_in.heads import Heads

    torch.manual_seed(0)
    found = Heads(0.1 * torch.randn(TEXTS), WIDTH, len(ANSWERS)).eval()
    found.mean_image = torch.nn.Buffer(0.1 * torch.randn(256))
    return found


def fused_folder(folder: Path) -> Path:
    """The model's folder, written as the training writes it."""
    import torch
    from safetensors.torch import save_file

    from training.fusion.built_in.finish import FIRST, _write

    text_encoder(folder)
    torch.manual_seed(0)
    image = folder / "image.safetensors"
    save_file(backbone.network(num_classes=WIDTH).state_dict(), image)
    mean = np.random.default_rng(0).normal(0, 0.1, WIDTH).astype(np.float32)
    _write(heads(), ANSWERS, mean, image, folder)
    config = FIRST | {"side": SIDE, "image_width": WIDTH, "candidates": 4, "offset": -1.0}
    (folder / CONFIG).write_text(FusionConfig.model_validate(config).model_dump_json())
    return folder
