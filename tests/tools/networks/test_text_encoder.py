"""The text encoder, with weights that chance made: NumPy and torch agree, company changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from tokenizers import Tokenizer

from tools.networks.text_config import CONFIG, TOKENIZER, WEIGHTS, TextConfig
from tools.networks.text_encoder import TextEncoder
from tools.networks.text_network import TextNetwork
from training.text_encoder import tokens

SEEN = ["Is it raining?", "a dog in the snow", "在下雨吗？", "一只狗在雪地里", "有几只狗？"] * 3
TEXTS = st.text(max_size=60)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return tokens.learn(SEEN, 400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tokenizer: Tokenizer) -> Path:
    """An encoder of a few thousand parameters."""
    folder = tmp_path_factory.mktemp("text")
    tokenizer.save(str(folder / TOKENIZER))
    config = TextConfig(vocabulary=tokenizer.get_vocab_size(), width=16, heads=2, layers=2, feed=24,
                        longest=12, dimensions=8)  # fmt: skip
    torch.manual_seed(0)
    network = TextNetwork(config)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    save_file(network.state_dict(), folder / WEIGHTS)
    (folder / CONFIG).write_text(config.model_dump_json())
    return folder


@pytest.fixture(scope="module")
def encoder(folder: Path) -> TextEncoder:
    return TextEncoder(folder, "cpu")


@given(text=TEXTS)
def test_tokens_give_the_text_back(tokenizer: Tokenizer, text: str) -> None:
    plain = tokenizer.normalizer.normalize_str(text)
    assert tokenizer.decode(tokenizer.encode(text).ids) == plain


def test_tokens_give_words_of_both_languages_back(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(tokenizer.encode("Is it raining?").ids).strip() == "is it raining?"
    assert tokenizer.decode(tokenizer.encode("在下雨吗？").ids).strip() == "在下雨吗?", "NFKC"


@given(batch=st.lists(TEXTS, min_size=1, max_size=6))
def test_company_and_padding_change_nothing(encoder: TextEncoder, batch: list[str]) -> None:
    together = encoder.encode(batch)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(batch, together, strict=True):
        np.testing.assert_allclose(encoder.encode([text])[0], vector, atol=1e-5)


@given(batch=st.lists(TEXTS, min_size=1, max_size=4))
def test_torch_computes_what_numpy_computes(encoder: TextEncoder, batch: list[str]) -> None:
    ids, mask = encoder.ids(batch)
    with torch.inference_mode():
        tokens_, pooled = encoder.module(torch.from_numpy(ids), torch.from_numpy(mask))
    np.testing.assert_allclose(encoder.encode(batch), pooled.numpy(), atol=1e-4)
    found = encoder.tokens(batch)
    assert (found.mask == mask).all()
    np.testing.assert_allclose(found.vectors, tokens_.numpy(), atol=1e-4)


def test_what_is_padding_has_no_vector(encoder: TextEncoder) -> None:
    found = encoder.tokens(["a dog", "a dog in the snow in the snow"])
    assert found.vectors.shape == (2, found.mask.shape[1], 16)
    assert found.mask[:, 0].all()
    assert not found.mask[0].all()
    assert (found.vectors[~found.mask] == 0).all()
    assert (np.abs(found.vectors[found.mask]).sum(-1) > 0).all()


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "x" * 10_000, "狗" * 10_000, "🐶🌧️", "\x00", "<s><pad>"]
)
def test_any_text_has_a_vector(encoder: TextEncoder, text: str) -> None:
    (vector,) = encoder.encode([text])
    assert np.isfinite(vector).all()
    assert np.isclose(np.linalg.norm(vector), 1, atol=1e-5)
    assert encoder.tokens([text]).mask.sum() <= encoder.config.longest


def test_no_text_is_no_vector(encoder: TextEncoder) -> None:
    assert encoder.encode([]).shape == (0, 8)
    assert encoder.tokens([]).vectors.shape == (0, 0, 16)


def test_case_and_width_of_letters_do_not_matter(encoder: TextEncoder) -> None:
    plain, *others = encoder.encode(["a dog", "A DOG", "ａ ｄｏｇ", " a dog "])
    for other in others:
        np.testing.assert_allclose(other, plain, atol=1e-6)


def test_the_version_follows_the_weights(
    folder: Path, encoder: TextEncoder, tmp_path: Path
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert TextEncoder(tmp_path).version == encoder.version
    state = {k: v + 1 for k, v in TextNetwork(encoder.config).state_dict().items()}
    save_file(state, tmp_path / WEIGHTS)
    assert TextEncoder(tmp_path).version != encoder.version
