"""Conversations become the tokens that transformers makes of them, and tokens their bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planners.builtin.chat_model import packaged_weights
from agent.planners.builtin.tokenizer import ChatTokenizer
from tests.fakes.tiny_planner import TEMPLATE, make_tiny_planner
from tests.vllm.conversations import places

OURS = ChatTokenizer(packaged_weights())


@pytest.fixture(scope="module")
def theirs() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(packaged_weights())


def test_prompts_are_those_of_transformers(theirs: Any) -> None:
    for place in list(places())[::10]:
        turns = _with_mappings(place.messages)
        text = theirs.apply_chat_template(
            turns, tools=place.tools, add_generation_prompt=True, tokenize=False
        )
        expected = theirs(text, add_special_tokens=False)["input_ids"]
        assert OURS.prompt(turns, place.tools) == expected
        assert OURS.text(expected) == theirs.decode(expected, skip_special_tokens=False)


def _with_mappings(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    taught = [{k: v for k, v in turn.items() if k != "evidence"} for turn in messages]
    turns: list[dict[str, Any]] = json.loads(json.dumps(taught))
    for turn in turns:
        for call in turn.get("tool_calls") or ():
            if isinstance(call["function"]["arguments"], str):
                call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return turns


@given(st.text(max_size=60))
def test_the_bytes_of_its_tokens_are_the_text(text: str) -> None:
    vocabulary = OURS.vocabulary()
    assert b"".join(vocabulary.tokens[n] for n in vocabulary(text)) == text.encode()


def test_only_what_no_text_contains_is_special() -> None:
    vocabulary = OURS.vocabulary()
    special = [vocabulary.tokens[n] for n in vocabulary.special_token_ids]
    assert special == [b"<|endoftext|>", b"<|im_start|>", b"<|im_end|>"]
    assert b"<tool_call>" in vocabulary.tokens
    assert vocabulary.eos_token_id in OURS.stops


def test_ends_and_template_may_stand_elsewhere(tmp_path: Path) -> None:
    made = make_tiny_planner(tmp_path / "made", seed=0)
    folder = Path(shutil.copytree(made, tmp_path / "folder"))
    (folder / "chat_template.jinja").unlink()
    (folder / "generation_config.json").unlink()
    file = folder / "tokenizer_config.json"
    config = json.loads(file.read_text())
    config |= {"chat_template": TEMPLATE, "eos_token": {"content": config["eos_token"]}}
    file.write_text(json.dumps(config))
    messages = [{"role": "user", "content": "Hello"}]
    before, after = ChatTokenizer(made), ChatTokenizer(folder)
    assert before.prompt(messages, []) == after.prompt(messages, [])
    assert before.stops == after.stops
