"""The planner's recipe: conversations that hold together, a split that is kept, a training that resumes."""

from __future__ import annotations

import argparse
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.answer import Draft
from agent.grounding.references import expand, fill
from agent.planners.builtin.chat_model import packaged_weights
from agent.planners.builtin.decoding import Decoder, Form
from agent.planners.builtin.grammar import build_structural_tag
from agent.planners.conversation import question_turn
from training.planner import batches, evaluate, generator, phrasings
from training.planner.chat import Chat
from training.planner.checking import answer_problem

SEEDS = st.integers(min_value=0, max_value=2**31)
_CITED = re.compile(r"\[((?:e\d+(?:-e\d+)?\s?)+)\]")


def _known_phrasings() -> list[tuple[str, str]]:
    known = [phrasings.phrasings("en"), phrasings.phrasings("zh")]
    return [(i, p) for lists in known for i in lists for p in lists[i]]


@given(seed=SEEDS, held_out=st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_answer_passes_the_evidence_check(seed: int, held_out: bool) -> None:
    sample = generator.make(seed, held_out=held_out)
    question = ""
    for message in sample.messages:
        question = message.get("question", question)
        if message["role"] == "assistant" and message["content"] and not message.get("wrong"):
            assert answer_problem(message["content"], sample.chat, question) is None, message


@given(seed=SEEDS)
@settings(max_examples=100, deadline=None)
def test_references_and_citations_are_in_the_ledger(seed: int) -> None:
    sample = generator.make(seed)
    for message in sample.messages:
        if message["role"] != "assistant" or not message["content"] or message.get("wrong"):
            continue
        draft = Draft.model_validate_json(message["content"])
        assert list(json.loads(message["content"])) == ["abstain", "short_answer", "answer"]
        assert (draft.abstain == "no") == bool(draft.short_answer)
        for template in (draft.short_answer, draft.answer):
            fill(template, sample.chat.ledger, "en")
            for ids in _CITED.findall(template):
                expand(ids, sample.chat.ledger)


@given(seed=SEEDS)
@settings(max_examples=150, deadline=None)
def test_calls_use_only_what_is_offered(seed: int) -> None:
    sample = generator.make(seed)
    for message in sample.messages:
        for call in message.get("tool_calls") or []:
            assert call["function"]["name"] in sample.chat.tools
            arguments = call["function"]["arguments"]
            assert set(arguments.get("labels", [])) <= set(sample.chat.labels)
            assert arguments["picture"] in {p.id for p in sample.chat.pictures}
            region = arguments.get("region")
            assert region is None or region in sample.chat.ledger


@given(seed=SEEDS)
@settings(max_examples=150, deadline=None)
def test_at_each_turn_the_labels_to_ask_for_are_offered(seed: int) -> None:
    for turn in batches.turns(generator.make(seed)):
        offered = _labels_offered(turn.tools)
        for message in turn.messages[-turn.learnt :]:
            for call in message.get("tool_calls") or []:
                assert set(call["function"]["arguments"].get("labels", [])) <= offered


def _labels_offered(tools: list[dict[str, Any]]) -> set[str]:
    properties = [tool["function"]["parameters"]["properties"] for tool in tools]
    return {x for p in properties if "labels" in p for x in p["labels"]["items"].get("enum", [])}


@given(seed=SEEDS, plans_only=st.booleans())
@settings(max_examples=50, deadline=None)
def test_a_turn_ends_with_what_the_planner_wrote(seed: int, plans_only: bool) -> None:
    sample = generator.make(seed)
    for turn in batches.turns(sample, plans_only=plans_only):
        assert turn.messages == sample.messages[: len(turn.messages)]
        assert turn.messages[-1]["role"] == "assistant"
        assert turn.messages[-turn.learnt - 1]["question"]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(packaged_weights())


@pytest.fixture(scope="module")
def compiler(tokenizer: Any) -> Any:
    from xgrammar import GrammarCompiler, TokenizerInfo

    return GrammarCompiler(TokenizerInfo.from_huggingface(tokenizer))


@pytest.mark.parametrize("seed", range(40))
def test_the_grammar_forbids_nothing_that_is_taught(
    compiler: Any, tokenizer: Any, seed: int
) -> None:
    for turn in batches.turns(generator.make(seed)):
        for n in range(len(turn.messages) - turn.learnt, len(turn.messages)):
            message = turn.messages[n]
            if message["role"] == "assistant" and not message.get("wrong"):
                before = turn.messages[:n]
                tools = tuple(evaluate.strict(tool) for tool in turn.tools)
                form = Form(tools, Draft.model_json_schema()).narrowed(before)
                tag = build_structural_tag(list(form.tools), form.answer)
                prompt = batches.render(before, turn.tools)
                text = batches.render([*before, message], turn.tools)[len(prompt) :]
                text = text.removeprefix("<|im_start|>assistant\n").removesuffix("<|im_end|>\n")
                assert _forbidden(compiler.compile_structural_tag(tag), tokenizer, text) is None


@pytest.mark.parametrize(
    ("question", "labels"),
    [("how many dogs are there?", ["dog"]), ("图里有几个人?", ["person"])],
)
def test_the_packaged_planner_counts(question: str, labels: list[str]) -> None:
    tools = _detector(["person", "dog", "car"])
    messages = [question_turn(question, ["img_1"])]
    (text,) = evaluate.write(Decoder(packaged_weights()), [(messages, tools)])
    (call,) = evaluate.calls_in(text) or [{}]
    assert (call["name"], call["arguments"]["labels"]) == ("detect_objects", labels)


def _detector(labels: list[str]) -> list[dict[str, Any]]:
    return Chat(random.Random(0), ["read_text", "detect_objects"], labels, []).schemas()


def _forbidden(grammar: Any, tokenizer: Any, text: str) -> str | None:
    """What is left of the text where the mask of permitted tokens lacks the next one.

    Token by token: the mask can lack a token that the grammar accepts (xgrammar 0.2.8).
    """
    import xgrammar

    matcher = xgrammar.GrammarMatcher(grammar)
    mask = xgrammar.allocate_token_bitmask(1, len(tokenizer))
    ids = [*tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id]
    for n, token in enumerate(ids):
        matcher.fill_next_token_bitmask(mask)
        permitted = int(mask[0, token // 32]) >> (token % 32) & 1
        if not permitted or not matcher.accept_token(token):
            return str(tokenizer.decode(ids[n:]))
    return None


@given(seed=SEEDS, held_out=st.booleans())
@settings(max_examples=200, deadline=None)
def test_held_out_phrasings_are_kept_apart(seed: int, held_out: bool) -> None:
    sample = generator.make(seed, held_out=held_out)
    for intent, phrasing in zip(sample.intents, sample.phrasings, strict=True):
        if intent == "real":
            assert phrasings.is_held_out(intent, phrasing.lower()) == held_out
            continue
        sides = {
            phrasings.is_held_out(known, text)
            for known, text in _known_phrasings()
            if text == phrasing and (known == intent or known.startswith("whole "))
        }
        assert held_out in sides, (intent, phrasing)


def test_the_split_holds_out_about_a_tenth() -> None:
    pairs = _known_phrasings()
    share = sum(phrasings.is_held_out(i, p) for i, p in pairs) / len(pairs)
    assert 0.06 < share < 0.14


def test_same_seed_same_conversation() -> None:
    assert generator.make(5).messages == generator.make(5).messages
    assert generator.make(5).messages != generator.make(6).messages


# --- the chat template -----------------------------------------------------------------------


def _tool(labels: dict[str, Any] | None, defs: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = {"picture": {"type": "string"}} | ({"labels": labels} if labels else {})
    parameters = {"type": "object", "properties": properties} | ({"$defs": defs} if defs else {})
    return {"type": "function", "function": {"name": "detect_objects", "parameters": parameters}}


@pytest.mark.parametrize(
    ("labels", "defs", "line"),
    [
        ({"type": "array", "items": {"enum": ["dog", "cat"]}}, None, "detect_objects dog,cat"),
        ({"items": {"$ref": "#/$defs/L"}}, {"L": {"enum": ["dog"]}}, "detect_objects dog"),
        ({"anyOf": [{"items": {"enum": ["dog"]}}, {"type": "null"}]}, None, "detect_objects dog"),
        ({"items": {"const": "dog"}}, None, "detect_objects dog"),
        ({"type": "array", "items": {"type": "string"}}, None, "detect_objects"),
        (None, None, "detect_objects"),
    ],
)
def test_template_reads_labels_from_any_schema(
    labels: dict[str, Any] | None, defs: dict[str, Any] | None, line: str
) -> None:
    text = batches.render([{"role": "user", "content": "hi"}], [_tool(labels, defs)])
    assert text == f"<|im_start|>tools\n{line}\n<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n"


def test_template_takes_parts_and_argument_strings_alike() -> None:
    arguments = {"picture": "img_1", "query": "总计", "region": None}
    call = {"name": "read_text", "arguments": arguments}
    as_text = call | {"arguments": json.dumps(arguments, ensure_ascii=False)}
    plain: list[dict[str, Any]] = [
        {"role": "system", "content": "long rules"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": None, "tool_calls": [{"function": call}]},
        {"role": "tool", "content": "line\n  detail\ne1 总计 = 3"},
    ]
    parts: list[dict[str, Any]] = [
        plain[0],
        {"role": "user", "content": [{"type": "text", "text": "q"}]},
        {"role": "assistant", "content": "", "tool_calls": [{"function": as_text}]},
        {"role": "tool", "content": [{"type": "text", "text": "line\n  detail\ne1 总计 = 3"}]},
    ]
    text = batches.render(plain, [])
    assert text == batches.render(parts, [])
    assert '{"name": "read_text", "arguments": {"picture": "img_1", "query": "总计"' in text
    assert "long rules" not in text
    assert "detail" not in text
    assert "e1 总计 = 3" in text


def test_template_keeps_two_earlier_turns_and_does_not_count_repairs() -> None:
    messages: list[dict[str, Any]] = []
    for n in range(5):
        messages += [
            {"role": "user", "content": f"question {n}"},
            {"role": "assistant", "content": f"answer {n}"},
        ]
    messages.append({"role": "user", "content": "Check failed:\n- wrong"})
    text = batches.render(messages, [])
    assert "question 1" not in text
    assert "answer 1" not in text
    assert all(f"question {n}" in text for n in (2, 3, 4))
    assert "Check failed" in text


def test_template_disarms_control_tokens_in_content() -> None:
    content = "x<|im_end|>\n<|im_start|>assistant\n"
    text = batches.render([{"role": "user", "content": content}], [])
    assert text.count("<|im_end|>") == 2


def test_template_caps_tool_reports() -> None:
    report = "\n".join(f"e{n} line {'x' * 400}" for n in range(1, 60))
    text = batches.render([{"role": "tool", "content": report}], [])
    assert "e1 line" in text
    assert "e59 line" not in text
    assert len(text) < 1200


# --- tokenizer and training ------------------------------------------------------------------


@pytest.fixture(scope="module")
def recipe() -> Any:
    from training.planner.train import Recipe

    return Recipe(
        size="tiny", vocabulary=600, tokenizer_samples=60, pool=24, tokens=1500, steps=12, warm_up=2
    )


@pytest.mark.slow
def test_words_are_tokenised_alike_in_question_and_call(recipe: Any, tmp_path: Path) -> None:
    from training.planner.train import tokenizer_for

    tokenizer = tokenizer_for(recipe, _options(tmp_path))
    question = tokenizer.encode("how much is Nasi Lemak?", add_special_tokens=False)
    call = tokenizer.encode('"query": "Nasi Lemak", "region": null', add_special_tokens=False)
    copied = tokenizer.encode("Nasi Lemak", add_special_tokens=False)
    for ids in (question, call):
        assert any(ids[n : n + len(copied)] == copied for n in range(len(ids)))
    kept = tokenizer.decode(
        tokenizer.encode("<tool_call>\n{}\n</tool_call><|im_end|>"), skip_special_tokens=True
    )
    assert kept == "<tool_call>\n{}\n</tool_call>"


@pytest.mark.slow
def test_loss_falls_and_training_resumes_bit_for_bit(recipe: Any, tmp_path: Path) -> None:
    import torch

    from training.common import loop
    from training.planner.train import Training, tokenizer_for

    tokenizer = tokenizer_for(recipe, _options(tmp_path))

    def run(name: str, stops_at: int | None = None) -> tuple[Training, list[float]]:
        training = Training(recipe, tokenizer, torch.device("cpu"))
        losses: list[float] = []

        def update(step: int, batch: tuple[torch.Tensor, torch.Tensor]) -> dict[str, float]:
            if step == stops_at:
                raise KeyboardInterrupt
            losses.append(float(training.update(*batch, step)))
            return {"loss": losses[-1]}

        loop.run(
            lambda _: training.data(), update, steps=10, pictures=1, work=tmp_path / name,
            parts=training.parts, log=lambda _: None, every=4,
        )  # fmt: skip
        return training, losses

    straight, losses = run("straight")
    assert losses[-1] < losses[0]
    with pytest.raises(KeyboardInterrupt):
        run("broken", stops_at=6)
    resumed, rest = run("broken")
    assert rest == losses[4:]
    for name, weight in straight.net.state_dict().items():
        assert torch.equal(weight, resumed.net.state_dict()[name]), name


@pytest.mark.slow
def test_a_schedule_of_minutes_ends_early_and_exports(recipe: Any, tmp_path: Path) -> None:
    from training.planner.train import train

    options = _options(tmp_path)
    lines: list[str] = []
    train(replace(recipe, minutes=1e-9), options, lines.append)
    assert json.loads((tmp_path / "work" / "training.json").read_text())["steps"] == 1
    assert (tmp_path / "out" / "model.safetensors").is_file()
    assert len(lines) == 1
    again: list[str] = []
    train(replace(recipe, minutes=1e-9), options, again.append)
    assert again == []


def _options(folder: Path, start: Path | None = None) -> argparse.Namespace:
    return argparse.Namespace(
        work=folder / "work", out=folder / "out", start=start, export_minutes=10, fast=False,
        device="cpu", threads=1,
    )  # fmt: skip


def test_a_grown_network_begins_as_the_one_that_it_grew_from(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file
    from transformers import PreTrainedTokenizerFast

    from training.planner import model

    tokenizer = PreTrainedTokenizerFast.from_pretrained(packaged_weights())
    small, grown = (model.new_model(tokenizer, "tiny") for _ in range(2))
    layers = small.config.num_hidden_layers
    kept = {
        name: weight.contiguous()
        for name, weight in small.state_dict().items()
        if f"layers.{layers - 1}." not in name and "lm_head" not in name
    }
    save_file(kept, tmp_path / "model.safetensors")
    model.begin_with(grown, tmp_path)
    small.model.layers = small.model.layers[: layers - 1]
    tokens = torch.arange(12)[None]
    assert torch.allclose(small(tokens).logits, grown(tokens).logits, atol=1e-5)


def test_chat_answers_in_the_language_of_the_question() -> None:
    sample = next(s for s in map(generator.make, range(100)) if s.chat.language == "zh")
    assert isinstance(sample.chat, Chat)
    last = json.loads(sample.messages[-1]["content"])["answer"]
    assert re.search("[一-鿿]", last) or last.startswith("{")
