"""A data folder, a text encoder, and what opens a training on both."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.fusion_data import fusion_data, text_encoder
from training.fusion.recipe import Recipe
from training.fusion.setting import Setting, open_setting

Open = Callable[..., Setting]


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("fusion")
    return {
        "data": fusion_data(root / "data"),
        "text": text_encoder(root / "text"),
        "work": root / "work",
    }


@pytest.fixture(scope="session")
def opened(places: dict[str, Path]) -> Open:
    """Settings of recipes with the classical encoder of pictures, which needs no weights."""

    def open_it(recipe: Recipe, **more: Any) -> Setting:
        options = argparse.Namespace(**places, device="cpu", threads=1)
        return open_setting(recipe, options, lambda _: None, **more)

    return open_it


@pytest.fixture
def small() -> Recipe:
    return Recipe(
        fusion="product", image="classical", steps=24, every=8, width=32, pictures=8,
        questions=400, prior=80, kept=60,
    )  # fmt: skip
