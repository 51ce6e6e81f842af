"""The shared space: of chance's weights, what holds of any; of the built-in ones, what they know."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from models.catalog import FOLDER
from tests.fakes.small_networks import red_thing
from tools.networks.encoders import Rgb
from tools.networks.fusion_config import WEIGHTS
from tools.networks.shared_space import FusedSpace

PICTURES = [
    red_thing(),
    np.ascontiguousarray(red_thing()[..., ::-1]),
    np.zeros((9, 200, 3), np.uint8),
]
TEXTS = ["a red car on the street", "一辆红色的车", "?"]


class Corners:
    """In place of CLIP's encoder: the mean colour, beside zeros."""

    def vectors(self, pictures: Sequence[Rgb]) -> Any:
        rows = [[*(p.mean((0, 1)) + 1), *[0.0] * 9] for p in pictures]
        return (np.array(rows) / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def space(fused: Path) -> FusedSpace:
    return FusedSpace(fused, "cpu", "torch")


def test_pictures_and_texts_have_unit_vectors_whatever_their_company(space: FusedSpace) -> None:
    for encode, inputs in ((space.images, PICTURES), (space.texts, TEXTS)):
        together = encode(inputs)
        assert together.shape == (3, space.dimensions)
        np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
        for one, vector in zip(inputs, together, strict=True):
            np.testing.assert_allclose(encode([one])[0], vector, atol=1e-4)
        assert encode([]).shape == (0, space.dimensions)


def test_every_text_fits_the_mean_picture_alike(space: FusedSpace) -> None:
    mean = space.weights["space.mean"][None]
    texts = space.texts(TEXTS)
    np.testing.assert_allclose(space.fits(mean, texts), 0, atol=1e-6)
    expected = 1 / (1 + np.exp(-space.config.offset))
    np.testing.assert_allclose(space.probabilities(mean, texts), expected, atol=1e-6)


def test_probabilities_rise_with_the_fit(space: FusedSpace) -> None:
    images, texts = space.images(PICTURES), space.texts(TEXTS)
    fits, sure = space.fits(images, texts).ravel(), space.probabilities(images, texts).ravel()
    assert (np.argsort(fits) == np.argsort(sure)).all()
    assert ((sure > 0) & (sure < 1)).all()


@pytest.mark.slow
def test_openvino_sees_what_torch_sees(space: FusedSpace) -> None:
    exported = FusedSpace(space.folder, "cpu", "openvino")
    np.testing.assert_allclose(exported.seen(PICTURES), space.seen(PICTURES), atol=1e-2)


def test_clip_sees_in_place_of_the_built_in_encoder(space: FusedSpace) -> None:
    clip: Any = Corners()
    other = FusedSpace(space.folder, "cpu", "torch", clip)
    expected = clip.vectors(PICTURES) - space.weights["image_mean"]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(other.seen(PICTURES), expected, atol=1e-6)
    assert other.version != space.version, "an index of the one is none of the other"
    assert other.seen([]).shape == (0, space.config.image_width)


def test_the_version_follows_the_weights(space: FusedSpace, tmp_path: Path) -> None:
    copy = shutil.copytree(space.folder, tmp_path / "copy")
    assert FusedSpace(copy).version == space.version
    save_file({n: np.asarray(v + 1) for n, v in load_file(copy / WEIGHTS).items()}, copy / WEIGHTS)
    assert FusedSpace(copy).version != space.version


@pytest.mark.parametrize(
    "texts", [["something red", "something blue"], ["红色的东西", "蓝色的东西"]]
)
def test_the_built_in_weights_tell_a_red_thing_from_a_blue_one(texts: list[str]) -> None:
    space = FusedSpace(FOLDER / "fusion", "cpu", "torch")
    fits = space.fits(space.images(PICTURES[:2]), space.texts(texts))
    (red_red, red_blue), (blue_red, blue_blue) = fits
    assert red_red - red_blue > blue_red - blue_blue
