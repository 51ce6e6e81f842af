"""A pretrained base learns to plan: unpacked once, taught by LoRA, put together, run in the process."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage
from safetensors.torch import load_file

from agent.planners import make_planner
from models.catalog import sha256_of
from tests.agent.planners.builtin.test_grammar import tool
from tests.fakes.tiny_gguf import make_tiny_gguf
from tools.errors import InputError
from training.planner import batches, generator, vocabulary
from training.planner.adapter import base, merge
from training.planner.adapter.train import Recipe, is_english, train

TINY = Recipe(
    pool=3, longest=1500, tokens=3000, steps=3, learning_rate=0.03, warm_up=1, decay_from=0.999
)
"""Letters are its base's tokens: turns are long."""


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture(scope="module")
def folder(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    unpacked = tmp_path_factory.mktemp("base")
    base.unpack(gguf, unpacked, sha256_of(gguf))
    return unpacked


@pytest.fixture(scope="module")
def taught(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> argparse.Namespace:
    """The options of a training that is over; its checkpoint and adapter lie there."""
    work = tmp_path_factory.mktemp("taught")
    options = argparse.Namespace(base=folder, work=work, out=work / "lora", device="cpu", threads=1)
    train(TINY, options, lambda _: None)
    return options


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Any:
    return base.load(folder)[1]


# --- the base --------------------------------------------------------------------------------


def test_a_gguf_file_becomes_a_folder_with_the_projects_template(gguf: Path, folder: Path) -> None:
    from gguf import GGUFReader, quants

    written = next(t for t in GGUFReader(gguf).tensors if t.name == "token_embd.weight")
    expected = quants.dequantize(written.data, written.tensor_type)
    network, tokenizer = base.load(folder)
    unpacked = network.get_input_embeddings().weight.float().detach().numpy()
    assert np.abs(unpacked - expected).max() < 0.01
    assert tokenizer.chat_template == vocabulary.TEMPLATE.read_text(encoding="utf-8")
    text = "<|im_start|>user\nHow many 狗?<|im_end|>\n"
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_another_file_than_the_published_one_is_refused(gguf: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the published file"):
        base.unpack(gguf, tmp_path / "base")
    with pytest.raises(InputError, match="make train-adapter fetches it"):
        base.unpack(tmp_path / "none.gguf", tmp_path / "base")
    assert not (tmp_path / "base").exists()


# --- what is learnt --------------------------------------------------------------------------


@given(seed=st.integers(min_value=0, max_value=10**6))
@settings(max_examples=40, deadline=None)
def test_what_the_assistant_writes_is_learnt_and_nothing_else(tokenizer: Any, seed: int) -> None:
    for turn in batches.turns(generator.make(seed)):
        ids, counts = batches.row(turn, tokenizer, batches.ASSISTANT)
        assert tokenizer.decode(ids) + "\n" == batches.render(turn.messages, turn.tools)
        learnt = tokenizer.decode([i for i, counted in zip(ids, counts, strict=True) if counted])
        said = (m for m in turn.messages[-turn.learnt :] if m["role"] == "assistant")
        assert learnt == "".join(_as_rendered(m) for m in said if not m.get("wrong"))


def _as_rendered(message: dict[str, Any]) -> str:
    text = batches.render([message], [])
    return text.partition("<|im_start|>assistant\n")[2].removesuffix("\n")


def test_who_asks_in_chinese_does_not_count_as_english() -> None:
    turns = [turn for seed in range(40) for turn in batches.turns(generator.make(seed))]
    english = [turn for turn in turns if is_english(turn)]
    assert 0 < len(english) < len(turns)
    asked = "".join(m.get("question", "") for turn in english for m in turn.messages)
    assert "?" in asked
    assert not any("一" <= letter <= "鿿" for letter in asked)


# --- the training ----------------------------------------------------------------------------


def test_the_adapter_is_what_peft_and_vllm_read(taught: argparse.Namespace) -> None:
    form = json.loads((taught.out / "adapter_config.json").read_text())
    assert (form["peft_type"], form["r"], form["lora_alpha"]) == ("LORA", 16, 32)
    assert form["base_model_name_or_path"] == base.NAME, "no path of a machine"
    weights = load_file(taught.out / "adapter_model.safetensors")
    assert len(weights) == 2 * 7 * 2, "two matrices for each of a layer's seven, in two layers"
    assert {weight.dtype for weight in weights.values()} == {torch.bfloat16}
    assert "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight" in weights
    assert all(weights[name].any() for name in weights if "lora_B" in name), "it was learnt"


def test_the_adapter_of_the_real_base_fits_into_20_mb() -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    smollm2 = LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
        num_attention_heads=9, num_key_value_heads=3, tie_word_embeddings=True,
    )  # fmt: skip
    with torch.device("meta"):
        network = LlamaForCausalLM(smollm2)
        adapted = get_peft_model(network, LoraConfig(r=Recipe.rank, target_modules="all-linear"))
    learnt = sum(p.numel() for p in adapted.parameters() if p.requires_grad)
    assert 2 * learnt < 20e6


def test_a_training_goes_on_where_it_was_left(taught: argparse.Namespace, tmp_path: Path) -> None:
    options = argparse.Namespace(
        base=taught.base, work=tmp_path, out=tmp_path / "lora", device="cpu", threads=1
    )
    lines: list[str] = []
    train(replace(TINY, steps=2), options, lines.append)
    train(TINY, options, lines.append)
    assert [line.split()[1] for line in lines] == ["2/2", "3/3"]
    assert _weights(options.out).keys() == _weights(taught.out).keys()
    for name, weight in _weights(taught.out).items():
        assert torch.equal(weight, _weights(options.out)[name]), name
    train(TINY, options, lines.append)
    assert len(lines) == 2, "it was over"


def test_minutes_end_a_training_early(taught: argparse.Namespace, tmp_path: Path) -> None:
    options = argparse.Namespace(**vars(taught) | {"work": tmp_path, "out": tmp_path / "lora"})
    train(replace(TINY, minutes=1e-9), options, lambda _: None)
    assert json.loads((tmp_path / "training.json").read_text())["steps"] == 1


# --- base and adapter together ---------------------------------------------------------------


def test_base_and_adapter_together_say_what_they_say_apart(
    taught: argparse.Namespace, tmp_path: Path
) -> None:
    from peft import PeftModel

    merge.merge(taught.base, taught.out, tmp_path)
    network, tokenizer = base.load(taught.base)
    whole, _ = base.load(tmp_path)
    tokens = torch.tensor([tokenizer.encode("<|im_start|>user\nHow many dogs?<|im_end|>\n")])
    with torch.no_grad():
        before = network.float()(tokens).logits.log_softmax(-1)
        together = whole.float()(tokens).logits.log_softmax(-1)
        apart = PeftModel.from_pretrained(network, str(taught.out)).float()(tokens)
    moved = (before - together).abs().max()
    rounding = (apart.logits.log_softmax(-1) - together).abs().max()
    assert rounding < moved / 5


def test_they_plan_in_the_process(taught: argparse.Namespace, tmp_path: Path) -> None:
    merge.merge(taught.base, taught.out, tmp_path)
    planner = make_planner(planner_path=tmp_path)
    look = tool("look", picture={"type": "string", "enum": ["img_1"]})
    bound = planner.bind_tools([look], tool_choice="required", parallel_tool_calls=False)
    (call,) = bound.invoke([HumanMessage("Look")]).tool_calls
    assert (call["name"], call["args"]) == ("look", {"picture": "img_1"})
    assert planner.runs_on == "torch", "NumPy computes Qwen3 alone"


def _weights(adapter: Path) -> dict[str, torch.Tensor]:
    return load_file(adapter / "adapter_model.safetensors")
