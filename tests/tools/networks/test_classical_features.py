"""The encoder that nobody trained: what it tells apart, and what it does not look at."""

from __future__ import annotations

import numpy as np
import pytest

from tools.networks.classical_features import ClassicalFeatures
from tools.networks.encoders import Encoder, Rgb

encoder: Encoder[Rgb] = ClassicalFeatures()
noise = np.random.default_rng(0)


def plain(colour: tuple[int, int, int], height: int = 90, width: int = 120) -> Rgb:
    pixels = np.full((height, width, 3), colour) + noise.integers(-9, 9, (height, width, 3))
    return pixels.clip(0, 255).astype(np.uint8)


def stripes(colour: tuple[int, int, int], axis: int, every: int = 12) -> Rgb:
    pixels = plain(colour)
    lines = np.indices(pixels.shape[:2])[axis] // every % 2 == 0
    pixels[lines] = pixels[lines] // 4
    return pixels


def nearest(query: Rgb, others: list[Rgb]) -> int:
    return int((encoder.encode([query]) @ encoder.encode(others).T).argmax())


@pytest.mark.parametrize("shape", [(90, 120), (1, 1), (7, 400)])
def test_vectors_and_tokens(shape: tuple[int, int]) -> None:
    pictures = [plain((200, 40, 40), *shape), plain((0, 0, 0), *shape)]
    vectors, tokens = encoder.encode(pictures), encoder.tokens(pictures)
    assert vectors.dtype == tokens.vectors.dtype == np.float32
    assert vectors.shape == (2, encoder.dimensions)
    assert tokens.vectors.shape == (2, 9, encoder.dimensions)
    assert tokens.mask.all()
    for rows in (vectors, tokens.vectors):
        assert np.linalg.norm(rows, axis=-1) == pytest.approx(1, abs=1e-5)
    assert len(encoder.encode([])) == 0


def test_colour_texture_and_shape_are_told_apart() -> None:
    red, blue = (210, 40, 40), (40, 60, 210)
    assert nearest(plain(red), [plain(blue), plain(red)]) == 1
    assert nearest(stripes(red, 0), [plain(red), stripes(red, 1), stripes(red, 0)]) == 2
    fine = stripes(red, 0, every=2)
    assert nearest(fine, [stripes(red, 0, every=30), stripes(red, 0, every=2)]) == 1


def test_a_token_is_about_its_own_cell() -> None:
    one = plain((90, 90, 90))
    other = one.copy()
    other[:30, :40] = (250, 250, 0)
    before, after = (encoder.tokens([p]).vectors[0] for p in (one, other))
    same = np.einsum("td,td->t", before, after)
    assert same.argmin() == 0
    assert same[0] < 0.9 < same[4]
