"""The heads of the built-in fused model: what is folded computes in NumPy what torch computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.fakes.fused import TEXTS, WIDTH, fused_folder, heads
from tools.networks.fused_answers import FusedAnswerer
from tools.networks.shared_space import FusedSpace
from training.fusion.built_in.learning import fit


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> FusedAnswerer:
    """With the weights of `heads` as they are, not in half precision."""
    space = FusedSpace(fused_folder(tmp_path_factory.mktemp("fused")), "cpu", "torch")
    space.weights = {name: value.numpy() for name, value in heads().folded().items()}
    return FusedAnswerer(space)


@pytest.fixture
def vectors() -> Any:
    """Of five texts and five pictures, as the encoders give them."""
    torch.manual_seed(1)
    unit = torch.nn.functional.normalize
    return unit(torch.randn(5, TEXTS), dim=1), unit(torch.randn(5, WIDTH), dim=1)


def same(found: Any, expected: torch.Tensor) -> None:
    np.testing.assert_allclose(found, expected.detach().numpy(), atol=2e-4)


def test_folded_weights_take_vectors_as_they_are(answerer: FusedAnswerer, vectors: Any) -> None:
    asked, seen = vectors
    learnt = heads()
    texts, pictures = learnt.of_texts(asked), learnt.of_pictures(seen)
    same(answerer.without_looking(asked.numpy()), learnt.prior(texts).log_softmax(1))
    same(answerer.fused(asked.numpy(), seen.numpy()), learnt.fused(texts, pictures))
    same(answerer.space.project(seen.numpy()), learnt.space.images(pictures))


def test_folding_changes_no_head(vectors: Any) -> None:
    learnt = heads()
    before = {name: value.clone() for name, value in learnt.state_dict().items()}
    learnt.folded()
    assert all(torch.equal(value, before[name]) for name, value in learnt.state_dict().items())


def test_texts_are_folded_too(answerer: FusedAnswerer) -> None:
    said = ["what color is the car?", "一辆车"]
    encoded = torch.from_numpy(answerer.space.text.encode(said))
    learnt = heads()
    same(answerer.space.texts(said), learnt.space.texts(learnt.of_texts(encoded)))


def test_what_is_in_the_file_is_that_in_half_precision(answerer: FusedAnswerer) -> None:
    read = FusedSpace(answerer.space.folder, "cpu", "torch").weights
    for name, value in answerer.space.weights.items():
        np.testing.assert_allclose(read[name], value, rtol=2e-3, atol=1e-4)
    assert {"space.mean", "image_mean"} == set(read) - set(answerer.space.weights)
    assert not any(name.startswith("made_prior") for name in read)


def test_fitting_lowers_the_loss(vectors: Any) -> None:
    asked, _ = vectors
    learnt, losses, wanted = heads(), list[float](), torch.arange(5)

    def loss() -> torch.Tensor:
        found = torch.nn.functional.cross_entropy(learnt.prior(learnt.of_texts(asked)), wanted)
        losses.append(float(found.detach()))
        return found

    fit("prior", learnt.prior, loss, 30, 0.01)
    assert np.mean(losses[-5:]) < 0.5 * losses[0]
