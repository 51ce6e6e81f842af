"""Texts to vectors: a small transformer for English and Chinese, in NumPy on a CPU, torch on a GPU.

A text's vector is where all-MiniLM-L6-v2 puts its English meaning; the encoder was distilled from
it (`training/text_encoder`). NumPy needs no export and starts in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog import sha256_of
from tools.networks.encoders import Tokens, Vectors
from tools.networks.text_config import CONFIG, TOKENIZER, WEIGHTS, TextConfig
from tools.networks.torch_runtime import pick_device

Floats = NDArray[np.float32]
TOGETHER = 64
"""Texts that are encoded at once, those of about the same length."""
CHARACTERS = 1000
"""Of a text that are looked at; more than all its tokens can hold."""
_SMALL = np.float32(1e-5)


class TextEncoder:
    """Encodes texts; weights and tokenizer are read when they are first needed.

    Args:
        folder: with `text.safetensors`, `text_tokenizer.json` and `text_config.json`.
        device: `auto`, `cpu`, `cuda:0` …: NumPy computes on a CPU, torch elsewhere.
    """

    def __init__(self, folder: Path, device: str = "auto") -> None:
        self._folder, self._device = folder, device

    @property
    def version(self) -> str:
        """By the hash of the weights."""
        return f"text-{sha256_of(self._folder / WEIGHTS)[:16]}"

    @property
    def dimensions(self) -> int:
        """Of a text's vector."""
        return self.config.dimensions

    @cached_property
    def config(self) -> TextConfig:
        """The sizes of the network.

        Raises:
            pydantic.ValidationError: the file is another one's.
        """
        return TextConfig.model_validate_json((self._folder / CONFIG).read_text(encoding="utf-8"))

    def encode(self, batch: Sequence[str]) -> Vectors:
        """One vector of unit length for each text, shape (n, `dimensions`)."""
        out = np.zeros((len(batch), self.dimensions), np.float32)
        for rows, _, _, pooled in self._computed(batch):
            out[rows] = pooled
        return out

    def tokens(self, batch: Sequence[str]) -> Tokens:
        """The vectors of each text's tokens, of `config.width` dimensions; zero where padded."""
        found = list(self._computed(batch))
        longest = max((mask.shape[1] for _, mask, _, _ in found), default=0)
        vectors = np.zeros((len(batch), longest, self.config.width), np.float32)
        masks = np.zeros((len(batch), longest), bool)
        for rows, mask, tokens, _ in found:
            vectors[rows, : tokens.shape[1]], masks[rows, : mask.shape[1]] = tokens, mask
        return Tokens(vectors, masks)

    def ids(self, batch: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """What the network takes: ids and mask, (n, tokens), padded to the longest of the batch."""
        rows = self._tokenizer.encode_batch_fast([text[:CHARACTERS] for text in batch])
        shape = (len(rows), len(rows[0].ids) if rows else 0)
        ids = np.array([row.ids for row in rows], np.int64).reshape(shape)
        return ids, np.array([row.attention_mask for row in rows], bool).reshape(shape)

    def _computed(
        self, batch: Sequence[str]
    ) -> Iterator[tuple[list[int], NDArray[np.bool_], Floats, Floats]]:
        """Places of some texts of a batch, their mask, their tokens' vectors and their own."""
        order = sorted(range(len(batch)), key=lambda row: len(batch[row]))
        for start in range(0, len(order), TOGETHER):
            rows = order[start : start + TOGETHER]
            ids, mask = self.ids([batch[row] for row in rows])
            yield rows, mask, *self._run(ids, mask)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        tokenizer.enable_padding(pad_id=0, pad_token="<pad>")  # noqa: S106 - no password
        tokenizer.enable_truncation(self.config.longest)
        return tokenizer

    @cached_property
    def _threads(self) -> Any:
        """One thread for small matrices: more wait for each other longer than they work."""
        from threadpoolctl import ThreadpoolController

        return ThreadpoolController()

    @cached_property
    def _weights(self) -> dict[str, Floats]:
        from safetensors.numpy import load_file

        read = load_file(self._folder / WEIGHTS)
        return {name: value.astype(np.float32) for name, value in read.items()}

    @cached_property
    def module(self) -> Any:
        """The torch module with its weights, in eval mode, on the device."""
        import torch

        from tools.networks.text_network import TextNetwork

        network = TextNetwork(self.config)
        network.load_state_dict({n: torch.from_numpy(v) for n, v in self._weights.items()})
        return network.eval().to(pick_device(self._device))

    def _run(self, ids: NDArray[np.int64], mask: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Vectors of the tokens, (n, tokens, width), and of the texts, (n, dimensions)."""
        device = pick_device(self._device)
        if device == "cpu":
            with self._threads.limit(limits=1, user_api="blas"):
                return _computed_by_numpy(self._weights, self.config, ids, mask)
        import torch

        with torch.inference_mode():
            found = self.module(*(torch.from_numpy(x).to(device) for x in (ids, mask)))
        tokens, pooled = (x.float().cpu().numpy() for x in found)
        return tokens, pooled


def _computed_by_numpy(
    weights: dict[str, Floats], config: TextConfig, ids: NDArray[np.int64], mask: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """What `tools.networks.text_network.TextNetwork` computes."""
    x = weights["words.weight"][ids] + weights["positions.weight"][: ids.shape[1]]
    hidden = np.where(mask, np.float32(0), np.float32(-np.inf))[:, None, None, :]
    for number in range(config.layers):
        layer = f"blocks.{number}."
        normed = _normed(weights, layer + "before_attention", x)
        mixed = _linear(weights, layer + "queries_keys_values", normed)
        x = x + _linear(weights, layer + "attended", _attended(mixed, hidden, config.heads))
        normed = _normed(weights, layer + "before_feeding", x)
        fed = gelu(_linear(weights, layer + "up", normed))
        x = x + _linear(weights, layer + "down", fed)
    tokens = _normed(weights, "norm", x)
    scores = _linear(weights, "weighing", tokens)[..., 0] + hidden[:, 0, 0]
    pooled = _linear(weights, "out", (_softmax(scores)[..., None] * tokens).sum(1))
    return tokens * mask[..., None], pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


def _attended(mixed: Floats, hidden: Floats, heads: int) -> Floats:
    """Attention of queries, keys and values, (n, tokens, 3 · width)."""
    count, length, _ = mixed.shape
    split = mixed.reshape(count, length, 3, heads, -1).transpose(2, 0, 3, 1, 4)
    queries, keys, values = split
    scores = queries @ keys.swapaxes(2, 3) * np.float32(queries.shape[-1] ** -0.5) + hidden
    out: Floats = (_softmax(scores) @ values).transpose(0, 2, 1, 3).reshape(count, length, -1)
    return out


def _linear(weights: dict[str, Floats], name: str, x: Floats) -> Floats:
    weight = weights[name + ".weight"]
    flat: Floats = x.reshape(-1, x.shape[-1]) @ weight.T  # one product, not one for each text
    flat += weights[name + ".bias"]
    return flat.reshape(*x.shape[:-1], len(weight))


def _normed(weights: dict[str, Floats], name: str, x: Floats) -> Floats:
    """Layer norm over the last axis."""
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + _SMALL)
    out: Floats = centred / spread * weights[name + ".weight"] + weights[name + ".bias"]
    return out


def _softmax(x: Floats) -> Floats:
    exponents = np.exp(x - x.max(-1, keepdims=True))
    out: Floats = exponents / exponents.sum(-1, keepdims=True)
    return out


def gelu(x: Floats) -> Floats:
    """x · Φ(x); Φ by Abramowitz and Stegun 7.1.26, right to 1e-7."""
    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    tail = np.float32(0.5) * series.astype(np.float32) * np.exp(-z * z)
    out: Floats = x * np.where(x > 0, 1 - tail, tail)
    return out
