"""A Qwen3 network in NumPy: ready in milliseconds, where a deep-learning library takes seconds.

Tokens in, scores of the next token out; float32 on the CPU. The layers are those of
`transformers.models.qwen3` (`torch_network` runs that one): RMS norms, queries and
keys normed by head and turned by their position (rotary embeddings), grouped-query attention,
SwiGLU. It knows neither text nor grammars.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float32]
Scores = Callable[[Sequence[int]], Floats]
"""Given the tokens that come after those given before: the scores of the next one, (vocabulary,).

The array is the caller's to change."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a network, as its `config.json` has them."""

    vocabulary: int
    context: int
    layers: int
    heads: int
    key_heads: int
    head_size: int
    epsilon: float
    theta: float
    """Base of the rotary frequencies."""

    @classmethod
    def read(cls, file: Path) -> Self:
        """The sizes in a `config.json`.

        Raises:
            ValueError: it is no Qwen3 network, or one of a kind that is not computed here.
            KeyError: a size is missing.
        """
        config = json.loads(file.read_text(encoding="utf-8"))
        rotary = config.get("rope_parameters") or config.get("rope_scaling") or {}
        known = {
            "model_type": config["model_type"] == "qwen3",
            "hidden_act": config.get("hidden_act", "silu") == "silu",
            "attention_bias": not config.get("attention_bias"),
            "use_sliding_window": not config.get("use_sliding_window"),
            "rope_type": rotary.get("rope_type", "default") == "default",
        }
        if unknown := [name for name, is_known in known.items() if not is_known]:
            raise ValueError(f"{', '.join(unknown)}: not computed by NumPy")
        return cls(
            vocabulary=config["vocab_size"],
            context=config["max_position_embeddings"],
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            key_heads=config["num_key_value_heads"],
            head_size=config["head_dim"],
            epsilon=config["rms_norm_eps"],
            theta=rotary.get("rope_theta") or config["rope_theta"],
        )


@dataclass(frozen=True)
class Layer:
    """One layer's weights: matrices (out, in), norms (size,)."""

    before_attention: Floats
    queries_keys_values: Floats
    query_norm: Floats
    key_norm: Floats
    attended: Floats
    before_feeding: Floats
    gate_up: Floats
    down: Floats


class Qwen3:
    """The network of a folder with `config.json` and `*.safetensors`.

    Raises:
        ValueError: see `Shape.read`.
        KeyError: a tensor or a size is missing.
        safetensors.SafetensorError: a file of weights is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._shape = shape = Shape.read(folder / "config.json")
        tensors = read_tensors(sorted(folder.glob("*.safetensors")))
        self._embeddings = tensors["model.embed_tokens.weight"]
        self._output = tensors.get("lm_head.weight", self._embeddings)
        self._norm = tensors["model.norm.weight"]
        self._layers = [_layer(tensors, f"model.layers.{n}.") for n in range(shape.layers)]
        exponents = np.arange(0, shape.head_size, 2, dtype=np.float32) / shape.head_size
        self._frequencies = (1.0 / np.float32(shape.theta) ** exponents).astype(np.float32)
        self._threads = ThreadpoolController()

    @property
    def vocabulary(self) -> int:
        """How many tokens have a score."""
        return self._shape.vocabulary

    @property
    def context(self) -> int:
        """The most tokens that one conversation may have."""
        return self._shape.context

    def begin(self, length: int) -> Scores:
        """A conversation of at most `length` tokens; what it was given is kept in it."""
        shape = self._shape
        size = (shape.layers, 2, shape.key_heads, length, shape.head_size)
        kept = np.empty(size, dtype=np.float32)
        past = 0

        def scores(tokens: Sequence[int]) -> Floats:
            nonlocal past
            # More threads wait longer for one another than such small products take.
            with self._threads.limit(limits=1, user_api="blas"):
                given = self._scores(np.asarray(tokens), kept, past)
            past += len(tokens)
            return given

        return scores

    def _scores(self, tokens: NDArray[np.int_], kept: Floats, past: int) -> Floats:
        """Scores behind the last of `tokens`; their keys and values are entered into `kept`."""
        angles = np.outer(np.arange(past, past + len(tokens), dtype=np.float32), self._frequencies)
        turn = (np.cos(angles), np.sin(angles))
        x = self._embeddings[tokens]
        for layer, kept_here in zip(self._layers, kept, strict=True):
            seen = self._normed(x, layer.before_attention)
            x = x + self._attend(layer, seen, turn, kept_here, past)
            x = x + _feed(layer, self._normed(x, layer.before_feeding))
        last: Floats = self._normed(x[-1], self._norm) @ self._output.T
        return last

    def _attend(
        self,
        layer: Layer,
        x: Floats,
        turn: tuple[Floats, Floats],
        kept: Floats,
        past: int,
    ) -> Floats:
        """Attention of x (n, hidden) to itself and to what is kept, each token to earlier ones."""
        shape, count = self._shape, len(x)
        keys, values = kept
        size, groups = shape.head_size, shape.heads // shape.key_heads
        whole = past + count
        mixed = (x @ layer.queries_keys_values.T).reshape(count, -1, size).transpose(1, 0, 2)
        queries, new_keys, new_values = np.split(
            mixed, [shape.heads, shape.heads + shape.key_heads]
        )
        queries = _turned(self._normed(queries, layer.query_norm), turn)
        keys[:, past:whole] = _turned(self._normed(new_keys, layer.key_norm), turn)
        values[:, past:whole] = new_values
        queries = queries.reshape(shape.key_heads, groups * count, size)
        weights = queries @ keys[:, :whole].transpose(0, 2, 1) * np.float32(size**-0.5)
        if count > 1:
            later = np.triu(np.full((count, whole), -np.inf, dtype=np.float32), past + 1)
            weights = weights + np.tile(later, (groups, 1))
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        heads = (weights @ values[:, :whole]).reshape(shape.heads, count, size)
        out: Floats = heads.transpose(1, 0, 2).reshape(count, -1) @ layer.attended.T
        return out

    def _normed(self, x: Floats, weight: Floats) -> Floats:
        """RMS norm over the last axis."""
        square = np.mean(x * x, axis=-1, keepdims=True) + np.float32(self._shape.epsilon)
        normed: Floats = x / np.sqrt(square) * weight
        return normed


def _turned(x: Floats, turn: tuple[Floats, Floats]) -> Floats:
    """Rotary embedding of x (heads, n, size): its halves as pairs, turned by the position."""
    cos, sin = turn
    first, second = np.split(x, 2, axis=-1)
    return np.concatenate((first * cos - second * sin, second * cos + first * sin), axis=-1)


def _feed(layer: Layer, x: Floats) -> Floats:
    gate, up = np.split(x @ layer.gate_up.T, 2, axis=-1)
    with np.errstate(over="ignore"):  # of exp: the quotient is 0 then, as it should be
        fed: Floats = (gate / (1 + np.exp(-gate)) * up) @ layer.down.T
    return fed


def _layer(tensors: dict[str, Floats], prefix: str) -> Layer:
    def joined(*names: str) -> Floats:
        return np.concatenate([tensors[f"{prefix}{name}.weight"] for name in names])

    return Layer(
        before_attention=joined("input_layernorm"),
        queries_keys_values=joined("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        query_norm=joined("self_attn.q_norm"),
        key_norm=joined("self_attn.k_norm"),
        attended=joined("self_attn.o_proj"),
        before_feeding=joined("post_attention_layernorm"),
        gate_up=joined("mlp.gate_proj", "mlp.up_proj"),
        down=joined("mlp.down_proj"),
    )


def read_tensors(files: Sequence[Path]) -> dict[str, Floats]:
    """All tensors of some safetensors files as float32; safetensors' NumPy side has no bfloat16.

    Raises:
        safetensors.SafetensorError: a file is damaged.
        ValueError: a tensor is not made of floats.
    """
    from safetensors import deserialize

    return {
        name: _as_floats(tensor)
        for file in files
        for name, tensor in deserialize(file.read_bytes())  # type: ignore[no-untyped-call]
    }


def _as_floats(tensor: dict[str, Any]) -> Floats:
    kind, data = tensor["dtype"], tensor["data"]
    if kind == "BF16":  # the upper half of a float32
        flat = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    elif kind in ("F32", "F16"):
        flat = np.frombuffer(data, "<f4" if kind == "F32" else "<f2").astype(np.float32)
    else:
        raise ValueError(f"tensors of {kind} are no weights")
    return flat.reshape(tensor["shape"])
