"""What every fusion function keeps to, whatever its formula."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.networks.fusion import FusionFunction, fusion_functions
from tools.networks.fusion.answer_network import AnswerNetwork, AnswerShape

WIDTH = 64
Sides = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]

every = pytest.mark.parametrize("name", list(fusion_functions))
sizes = st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 6), st.integers(0, 999))
few = settings(max_examples=10)


def made(name: str) -> FusionFunction:
    torch.manual_seed(0)
    return fusion_functions[name](WIDTH).eval()


def sides(n: int, regions: int, tokens: int, seed: int) -> Sides:
    """Random vectors; of each row at least one is there."""
    drawn = torch.Generator().manual_seed(seed)

    def side(length: int) -> tuple[torch.Tensor, torch.Tensor]:
        mask = torch.rand(n, length, generator=drawn) < 0.7
        mask[:, 0] = True
        return torch.randn(n, length, WIDTH, generator=drawn), mask

    return *side(regions), *side(tokens)


def padded(rows: torch.Tensor, mask: torch.Tensor, value: float) -> tuple[torch.Tensor, ...]:
    more = torch.full((len(rows), 3, rows.shape[2]), value)
    return torch.cat([rows, more], 1), torch.cat([mask, torch.zeros(len(rows), 3).bool()], 1)


def close(one: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.allclose(one, other, atol=2e-5)


@every
@given(size=sizes)
@few
def test_one_vector_for_each_pair(name: str, size: tuple[int, int, int, int]) -> None:
    out = made(name)(*sides(*size))
    assert out.shape == (size[0], WIDTH)
    assert out.isfinite().all()


@every
@given(size=sizes, value=st.sampled_from([0.0, 1e4, float("nan"), float("inf")]))
@few
def test_padding_does_not_matter(name: str, size: tuple[int, int, int, int], value: float) -> None:
    image, image_mask, text, text_mask = sides(*size)
    fuse = made(name)
    wider = fuse(*padded(image, image_mask, value), *padded(text, text_mask, value))
    assert close(fuse(image, image_mask, text, text_mask), wider)
    spoilt = image.masked_fill(~image_mask[..., None], value)
    assert close(fuse(spoilt, image_mask, text, text_mask), wider)


@every
@given(size=sizes)
@few
def test_the_order_of_regions_does_not_matter(name: str, size: tuple[int, int, int, int]) -> None:
    image, image_mask, text, text_mask = sides(*size)
    order = torch.randperm(size[1], generator=torch.Generator().manual_seed(size[3]))
    fuse = made(name)
    turned = fuse(image[:, order], image_mask[:, order], text, text_mask)
    assert close(fuse(image, image_mask, text, text_mask), turned)


@every
@given(size=sizes)
@few
def test_a_pair_knows_nothing_of_the_others_in_its_batch(
    name: str, size: tuple[int, int, int, int]
) -> None:
    whole = sides(*size)
    fuse = made(name)
    assert close(fuse(*whole)[:1], fuse(*(side[:1] for side in whole)))


@every
def test_gradients_reach_every_row_that_is_there_and_every_weight(name: str) -> None:
    image, image_mask, text, text_mask = sides(3, 4, 5, seed=1)
    image.requires_grad_()
    text.requires_grad_()
    fuse = made(name)
    wanted = torch.randn(3, WIDTH, generator=torch.Generator().manual_seed(2))
    (fuse(image, image_mask, text, text_mask) * wanted).sum().backward()
    assert image.grad is not None
    assert text.grad is not None
    assert torch.equal(image.grad.abs().sum(2) > 0, image_mask)
    assert torch.equal(text.grad.abs().sum(2) > 0, text_mask)
    # A key's bias moves all scores of a row alike, as does the bias of a score.
    still = [
        n for n, p in fuse.named_parameters() if p.grad is None or not p.grad.abs().sum() > 1e-4
    ]
    assert all(
        n.endswith(("key.bias", "score.2.bias", "asks.weight", "asks.bias", "asked.bias"))
        for n in still
    )


@every
def test_both_sides_count(name: str) -> None:
    image, image_mask, text, text_mask = sides(2, 3, 3, seed=2)
    fuse = made(name)
    out = fuse(image, image_mask, text, text_mask)
    assert not close(out, fuse(image.flip(0), image_mask.flip(0), text, text_mask))
    assert not close(out, fuse(image, image_mask, text.flip(0), text_mask.flip(0)))


def test_only_additive_fusion_answers_every_question_with_the_same_change() -> None:
    image, _, text, _ = sides(2, 1, 1, seed=3)

    def interaction(name: str) -> torch.Tensor:
        fuse, one = made(name), torch.ones(1, 1).bool()
        z = {
            (i, t): fuse(image[i : i + 1], one, text[t : t + 1], one)
            for i in range(2)
            for t in range(2)
        }
        if name == "additive":
            z = {key: value.atanh() for key, value in z.items()}
        return z[0, 0] - z[0, 1] - z[1, 0] + z[1, 1]

    assert interaction("additive").abs().max() < 1e-4
    assert all(
        interaction(name).abs().max() > 1e-3 for name in fusion_functions if name != "additive"
    )


@every
def test_an_answer_without_a_picture_does_not_depend_on_one(name: str) -> None:
    torch.manual_seed(0)
    net = AnswerNetwork(AnswerShape(name, WIDTH, WIDTH, answers=7, width=32)).eval()
    image, image_mask, text, text_mask = sides(3, 4, 5, seed=4)
    nothing = torch.zeros_like(image_mask)
    blind = net(image, nothing, text, text_mask)
    assert blind.shape == (3, 7)
    assert close(blind, net(image * float("nan"), nothing, text, text_mask))
    assert not close(blind, net(image, nothing, text.flip(0), text_mask.flip(0)))
    assert not close(blind, net(image, image_mask, text, text_mask))
    unasked = net(image, image_mask, text, torch.zeros_like(text_mask))
    assert not close(unasked, unasked[:1].expand(3, 7)), "it looks"


def test_a_picture_that_is_asked_about_often_is_given_once() -> None:
    net = AnswerNetwork(AnswerShape("cross-attention", WIDTH, WIDTH, answers=7, width=32)).eval()
    image, image_mask, text, text_mask = sides(3, 4, 5, seed=6)
    found = net(image[:2], image_mask[:2], text, text_mask, torch.tensor([1, -1, 1]))
    seen = image_mask.clone()
    seen[1] = False
    own = torch.stack([image[1], image[0], image[1]])
    mask = torch.stack([image_mask[1], seen[1], image_mask[1]])
    assert close(found, net(own, mask, text, text_mask))


def test_vectors_of_the_shared_space_have_unit_length() -> None:
    net = AnswerNetwork(AnswerShape("product", WIDTH, WIDTH, answers=2, width=32)).eval()
    image, image_mask, text, text_mask = sides(3, 4, 5, seed=5)
    for vectors in (net.image_vectors(image, image_mask), net.text_vectors(text, text_mask)):
        assert vectors.shape == (3, 32)
        assert torch.allclose(vectors.norm(dim=1), torch.ones(3))
    assert close(
        net.text_vectors(*padded(text, text_mask, float("nan"))), net.text_vectors(text, text_mask)
    )
