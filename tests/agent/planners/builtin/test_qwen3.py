"""The network in NumPy computes what transformers computes, and says what it does not compute."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.planners.builtin.chat_model import packaged_weights
from agent.planners.builtin.decoding import SMALL, runtime_of
from agent.planners.builtin.qwen3 import Qwen3, Shape
from agent.planners.builtin.torch_network import TorchNetwork
from tests.fakes.tiny_planner import make_tiny_planner

LENGTH = 40
KINDS: dict[str, dict[str, Any]] = {
    "grouped": {},
    "ungrouped": {"num_key_value_heads": 2},
    "own output": {"tie_word_embeddings": False},
    "other frequencies": {"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}},
    "half precision": {"dtype": "bfloat16"},
}


@pytest.fixture(scope="module", params=KINDS)
def folder(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_planner(tmp_path_factory.mktemp("planner"), seed=1, **KINDS[request.param])


@pytest.fixture(scope="module")
def tokens() -> list[int]:
    return [int(token) for token in np.random.default_rng(0).integers(0, 250, LENGTH)]


def scores(network: Qwen3 | TorchNetwork, pieces: list[list[int]]) -> list[np.ndarray]:
    begun = network.begin(sum(map(len, pieces)))
    return [begun(piece) for piece in pieces]


def test_it_scores_as_transformers_does(folder: Path, tokens: list[int]) -> None:
    pieces = [tokens[:30], *([token] for token in tokens[30:])]
    ours, theirs = Qwen3(folder), TorchNetwork(folder, "cpu")
    assert (ours.vocabulary, ours.context) == (theirs.vocabulary, theirs.context)
    for here, there in zip(scores(ours, pieces), scores(theirs, pieces), strict=True):
        assert here == pytest.approx(there, abs=1e-4 * float(np.abs(there).max()))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.sets(st.integers(1, LENGTH - 1)))
def test_it_matters_not_in_how_many_pieces_it_reads(
    cuts: set[int], packaged: Qwen3, tokens: list[int]
) -> None:
    bounds = [0, *sorted(cuts), LENGTH]
    pieces = [tokens[a:b] for a, b in pairwise(bounds)]
    whole = scores(packaged, [tokens])[-1]
    assert scores(packaged, pieces)[-1] == pytest.approx(whole, abs=1e-3)


@pytest.fixture(scope="module")
def packaged() -> Qwen3:
    return Qwen3(packaged_weights())


def test_conversations_do_not_see_one_another(packaged: Qwen3, tokens: list[int]) -> None:
    alone = scores(packaged, [tokens])[-1]
    first, second = packaged.begin(LENGTH), packaged.begin(LENGTH)
    first(tokens[:20])
    second(tokens[::-1])
    assert first(tokens[20:]) == pytest.approx(alone, abs=1e-3)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("model_type", "llama"),
        ("hidden_act", "gelu"),
        ("attention_bias", True),
        ("use_sliding_window", True),
        ("rope_parameters", {"rope_type": "yarn", "rope_theta": 1e6}),
    ],
)
def test_what_it_does_not_compute_it_refuses(tmp_path: Path, setting: str, value: Any) -> None:
    config = json.loads((packaged_weights() / "config.json").read_text())
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config | {setting: value}))
    name = "rope_type" if setting == "rope_parameters" else setting
    with pytest.raises(ValueError, match=name):
        Shape.read(file)


def test_weights_in_several_files_are_one_network(tmp_path: Path, tokens: list[int]) -> None:
    whole = make_tiny_planner(tmp_path / "whole", seed=1)
    sharded = Path(shutil.copytree(whole, tmp_path / "sharded"))
    from safetensors.numpy import load_file, save_file

    tensors = load_file(sharded / "model.safetensors")
    (sharded / "model.safetensors").unlink()
    for number, names in enumerate((sorted(tensors)[::2], sorted(tensors)[1::2])):
        save_file({n: tensors[n] for n in names}, sharded / f"model-{number}.safetensors")
    assert np.array_equal(scores(Qwen3(sharded), [tokens])[0], scores(Qwen3(whole), [tokens])[0])


def test_large_weights_run_on_torch(tmp_path: Path) -> None:
    assert runtime_of(packaged_weights(), "auto") == "numpy"
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(SMALL + 1)
    assert runtime_of(tmp_path, "auto") == "torch"
    assert runtime_of(tmp_path, "numpy") == "numpy"
