"""Losses: what is at their bottom, and which way is down."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from training.fusion.losses import SoftAnswerLoss, TeacherLoss, contrastive_losses


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    drawn = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    return functional.normalize(drawn, dim=1)


@pytest.mark.parametrize("name", list(contrastive_losses))
def test_pairs_that_fit_cost_less(name: str) -> None:
    loss, scale = contrastive_losses[name](), torch.tensor(20.0)
    images = torch.eye(6)
    right, wrong = loss(images, images, scale), loss(images, images.roll(1, 0), scale)
    assert right < 0.1 * wrong
    order = torch.randperm(6, generator=torch.Generator().manual_seed(1))
    texts = unit(6, 6)
    assert torch.allclose(
        loss(images[order], texts[order], scale), loss(images, texts, scale), atol=1e-5
    )
    assert torch.allclose(loss(images, texts, scale), loss(texts, images, scale), atol=1e-5)


def test_clips_loss_of_vectors_that_are_all_alike_is_the_logarithm_of_the_batch() -> None:
    alike = torch.ones(8, 4) / 2
    loss = contrastive_losses["clip"]()(alike, alike, torch.tensor(10.0))
    assert float(loss) == pytest.approx(torch.tensor(8.0).log().item(), abs=1e-5)


def test_siglips_loss_is_a_sum_of_decisions() -> None:
    images, texts = unit(3, 5), unit(3, 5, seed=1)
    loss = contrastive_losses["siglip"]()
    with torch.no_grad():
        loss.bias.fill_(-1.0)
    logits = 4 * images @ texts.T - 1
    expected = (
        functional.binary_cross_entropy_with_logits(logits, torch.eye(3), reduction="sum") / 3
    )
    assert torch.allclose(loss(images, texts, torch.tensor(4.0)), expected, atol=1e-5)


def test_soft_answers_are_learnt_in_their_shares() -> None:
    logits = torch.zeros(1, 3, requires_grad=True)
    shares = torch.tensor([[0.7, 0.2, 0.1]])
    optimizer = torch.optim.SGD([logits], 1.0)
    for _ in range(300):
        optimizer.zero_grad()
        SoftAnswerLoss()(logits, shares).backward()
        optimizer.step()
    assert logits.softmax(1)[0].tolist() == pytest.approx([0.7, 0.2, 0.1], abs=0.01)


def test_answers_outside_the_vocabulary_teach_nothing() -> None:
    logits = torch.randn(2, 3, requires_grad=True)
    shares = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.5, 0.0]])
    SoftAnswerLoss()(logits, shares).backward()
    assert logits.grad is not None
    assert not logits.grad[0].any()
    assert logits.grad[1].any()


def test_a_teachers_vectors_are_learnt_whatever_their_length() -> None:
    torch.manual_seed(0)
    loss, images, teacher = TeacherLoss(4, 6), unit(20, 4), unit(20, 6, seed=2)
    assert torch.allclose(loss(images, teacher), loss(images, 9 * teacher))
    before = loss(images, teacher).item()
    optimizer = torch.optim.Adam(loss.parameters(), 0.05)
    for _ in range(50):
        optimizer.zero_grad()
        loss(images, teacher).backward()
        optimizer.step()
    assert loss(images, teacher).item() < before - 0.2
