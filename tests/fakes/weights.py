"""Small weights that the tests build: random, but loaded and run as real ones are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def _lively(model: Any) -> Any:
    """Random weights (seeded) that see a difference; the usual start gives one score for all."""
    import torch

    generator = torch.Generator().manual_seed(0)
    for module in model.model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, generator=generator)
    return model


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """YOLO26n with random weights and names of our own, saved as ultralytics saves it."""
    from tools.networks.torch_runtime import import_ultralytics

    folder = tmp_path_factory.mktemp("detector")
    ultralytics = import_ultralytics()
    model = _lively(ultralytics.YOLO("yolo26n.yaml"))
    model.model.names = {0: "dog", 1: "cat", 2: "thing 2"} | {
        index: ("dog", "cat")[index % 2] for index in range(3, 80)
    }
    model.save(str(folder / "detector.pt"))
    (folder / "labels.json").write_text(json.dumps({"dog": 0.8, "cat": 0.5, "thing 2": 0.1}))
    return folder / "detector.pt"


@pytest.fixture(scope="session")
def open_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tools.networks.torch_runtime import import_ultralytics

    ultralytics = import_ultralytics()
    path = tmp_path_factory.mktemp("open") / "yoloe-26n-tiny.pt"
    _lively(ultralytics.YOLO("yoloe-26n.yaml")).save(str(path))
    return path


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ResNet-18 with random weights for three classes."""
    from tools.networks.torch_runtime import prepare

    prepare()
    import torch
    import torchvision
    from safetensors.torch import save_file

    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("classifier")
    model = torchvision.models.get_model("resnet18", num_classes=3)
    save_file(model.state_dict(), place / "model.safetensors")
    (place / "labels.json").write_text(json.dumps(["apple", "pear", "plum"]))
    (place / "config.json").write_text(json.dumps({"architecture": "resnet18", "input_size": 64}))
    return place
