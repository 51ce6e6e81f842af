"""The built-in fused model with gradients computes what it computes without."""

from __future__ import annotations

import numpy as np
import pytest

from models.catalog import FOLDER
from tests.fakes.small_networks import red_thing
from tools.explain.gradcam import grad_cam
from tools.explain.subjects import Differentiable
from tools.networks.fused_answers import FusedAnswerer
from tools.networks.fusion_config import WEIGHTS
from tools.networks.shared_space import FusedSpace

FUSION = FOLDER / "fusion"
PICTURES = [red_thing(), np.ascontiguousarray(red_thing()[..., ::-1])]


@pytest.fixture(scope="module")
def space() -> FusedSpace:
    if not (FUSION / WEIGHTS).is_file():
        pytest.skip("there is no built-in fused model")
    return FusedSpace(FUSION, "cpu", "torch")


def scores(subject: Differentiable | None) -> np.ndarray:
    import torch

    assert subject is not None
    with torch.no_grad():
        batch = torch.from_numpy(np.stack([subject.inputs(pixels) for pixels in PICTURES]))
        return subject.network(batch).numpy()


def test_a_text_fits_as_well(space):
    subject = space.explainable("a red square")
    fits = space.fits(space.images(PICTURES), space.texts(["a red square"]))[:, 0]
    assert scores(subject) == pytest.approx(fits, abs=1e-4)
    cells = -(-space.config.side // 32)
    assert grad_cam(subject, PICTURES[0]).shape == (cells, cells)


def test_an_answer_is_as_likely(space):
    answerer = FusedAnswerer(space)
    question = "What color is it?"
    asked, seen = space.text.encode([question]), space.seen(PICTURES)
    number = answerer.vocabulary.index("red")
    fused = answerer.fused(np.repeat(asked, 2, 0), seen)[:, number]
    fits = space.fits(space.project(seen), space.texts([f"{question} red"]))[:, 0]
    config = space.config
    expected = config.fused_strength * fused + config.space_strength * fits
    found = scores(answerer.explainable(question, "red"))
    assert found[0] - found[1] == pytest.approx(expected[0] - expected[1], abs=1e-3)
    assert answerer.explainable(question, "no such answer") is None


def test_attention_is_the_softmax_of_how_well_each_cell_fits(space):
    import torch

    answerer = FusedAnswerer(space)
    question = "What color is it?"
    found = answerer.attention(PICTURES[0], question)
    assert found.shape == (7, 7)
    assert found.sum() == pytest.approx(1, abs=1e-5)
    assert (found > 0).all()
    ((best,),) = answerer.answers([PICTURES[0]], [question], 1)
    network = space.built_in.module()
    with torch.inference_mode():
        cells = network.forward_features(torch.from_numpy(space.built_in.batch_of(PICTURES[:1])))
        # Each cell alone, as a picture of one cell, through all that comes behind the features.
        alone = cells[0].flatten(1).T[:, :, None, None]
        seen = network.forward_head(alone).numpy()
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    fits = space.fits(space.project(seen), space.texts([f"{question} {best.answer}"]))[:, 0]
    expected = np.exp(space.config.slope * (fits - fits.max()))
    assert found.ravel() == pytest.approx(expected / expected.sum(), abs=1e-4)
