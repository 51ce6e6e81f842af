"""How pictures look: vectors of two networks side by side."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from tests.fakes.small_networks import red_thing
from tools.networks.classifier import WEIGHTS, Classifier
from tools.networks.look_encoder import LookEncoder
from tools.networks.shared_space import FusedSpace

BLUE = np.ascontiguousarray(red_thing()[..., ::-1])


@pytest.fixture(scope="module")
def space(fused: Path) -> FusedSpace:
    return FusedSpace(fused, "cpu", "torch")


@pytest.fixture(scope="module")
def encoder(space: FusedSpace, folder: Path) -> LookEncoder:
    return LookEncoder(space, Classifier(folder, "cpu", "torch"))


def test_identical_pictures_look_alike(encoder: LookEncoder) -> None:
    vectors = encoder.encode([red_thing(), BLUE, red_thing()])
    assert vectors.shape == (3, encoder.dimensions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert float(vectors[0] @ vectors[2]) == pytest.approx(1, abs=1e-5)
    assert float(vectors[0] @ vectors[1]) < 1 - 1e-4
    np.testing.assert_allclose(encoder.encode([BLUE])[0], vectors[1], atol=1e-4)


def test_both_networks_count_alike(encoder: LookEncoder, space: FusedSpace) -> None:
    (vector,) = encoder.encode([BLUE])
    seen = vector[: space.config.image_width]
    assert float(np.linalg.norm(seen)) == pytest.approx(0.5**0.5, abs=1e-3)
    assert float(seen @ space.seen([BLUE])[0]) == pytest.approx(0.5**0.5, abs=1e-3)


def test_no_picture_is_no_vector(encoder: LookEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)
    assert encoder.tokens([BLUE]).vectors.shape == (1, 1, encoder.dimensions)
    assert encoder.tokens([BLUE]).mask.shape == (1, 1)


def test_the_version_follows_the_weights(
    encoder: LookEncoder, space: FusedSpace, folder: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    assert LookEncoder(space, Classifier(copy)).version == encoder.version
    save_file({n: np.asarray(v + 1) for n, v in load_file(copy / WEIGHTS).items()}, copy / WEIGHTS)
    assert LookEncoder(space, Classifier(copy)).version != encoder.version
