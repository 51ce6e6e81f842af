"""Runs a folder of Qwen3-architecture weights: greedy decoding that a grammar constrains.

It takes messages and tools in OpenAI form and gives text; LangChain is
`agent.planners.builtin.chat_model`'s. Nothing here locks: one worker thread owns an instance.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.errors import PlannerError, PlannerOutputError, PlannerUnavailableError
from agent.planners.builtin.grammar import Schema, build_structural_tag
from agent.planners.constraints import (
    as_planned,
    first_call,
    first_look,
    link_labels,
    narrow_answer,
    narrow_tools,
)
from agent.planners.token_callback import Listener
from models import catalog

GRAMMARS = 32
"""Compiled grammars that are kept: one for each set of tools and answer schema in use."""

NEEDED = ("config.json", "tokenizer.json", "tokenizer_config.json")


@dataclass(frozen=True)
class Form:
    """What a turn may look like: the offered tools, the answer's schema, what must be called."""

    tools: tuple[dict[str, Any], ...] = ()
    answer: Schema | str | None = None
    tool_choice: str | None = None
    parallel: bool = True

    def linked(self, messages: list[dict[str, Any]]) -> Form:
        """The form with the labels that the question speaks of; a call where one is needed."""
        tools = link_labels(self.tools, messages)
        is_free = self.tool_choice in (None, "auto")
        if is_free and (looking := first_look(tools, messages)):
            return replace(self, tools=tuple(looking), tool_choice="required")
        first = first_call(tools, messages) if is_free else None
        return replace(self, tools=tuple(tools), tool_choice=first or self.tool_choice)

    def narrowed(self, messages: list[dict[str, Any]]) -> Form:
        """The form with what only this conversation can supply taken from it."""
        answer = self.answer
        if isinstance(answer, dict):
            answer = narrow_answer(answer, messages)
        return replace(self, tools=tuple(narrow_tools(self.tools, messages)), answer=answer)

    @property
    def key(self) -> str:
        """The same for forms that have the same grammar."""
        return json.dumps([self.tools, self.answer, self.tool_choice, self.parallel])


@dataclass(frozen=True)
class Completion:
    """Text as the model wrote it, and tokens read and written (the stop token included)."""

    text: str
    input_tokens: int
    output_tokens: int


class Decoder:
    """A tokenizer, a model and the grammars made for them; loads when it is made.

    Raises:
        PlannerUnavailableError: the folder is missing, incomplete or not a Qwen3 model.
    """

    def __init__(self, path: Path) -> None:
        _check_folder(path)
        from tools.networks.torch_runtime import prepare

        prepare()
        import xgrammar

        self._tokenizer, self._model = _load(path)
        self._vocabulary = int(self._model.config.vocab_size)
        self._context = int(self._model.config.max_position_embeddings)
        self._stops = _stop_tokens(self._tokenizer, self._model)
        info = xgrammar.TokenizerInfo.from_huggingface(
            self._tokenizer, vocab_size=self._vocabulary, stop_token_ids=sorted(self._stops)
        )
        self._compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
        self._grammars: OrderedDict[str, Any] = OrderedDict()
        # Special tokens are text to the grammar: inside of a JSON string they would pass.
        self._banned = sorted(set(self._tokenizer.all_special_ids) - self._stops)

    def complete(
        self,
        messages: list[dict[str, Any]],
        form: Form,
        max_new_tokens: int,
        cancelled: threading.Event | None = None,
        hear: Listener | None = None,
    ) -> Completion:
        """The model's next message; the same input always gives the same text.

        `hear` is told the text while it is written.

        Raises:
            PlannerError: the conversation does not fit into the model's context.
            PlannerOutputError: the message is not complete after `max_new_tokens`, or `cancelled`
                was set meanwhile.
        """
        form = form.linked(messages)
        prompt = self._prompt(messages, form)
        if len(prompt) + max_new_tokens > self._context:
            raise PlannerError(
                f"the conversation is too long for the built-in planner ({len(prompt)} tokens of "
                f"{self._context - max_new_tokens}); begin a new one, or ask a shorter question"
            )
        grammar = self._grammar(form.narrowed(messages))
        written = self._decode(prompt, grammar, max_new_tokens, cancelled, self._teller(hear))
        text = self._tokenizer.decode(written, skip_special_tokens=False)
        return Completion(text, len(prompt), len(written) + 1)

    def _prompt(self, messages: list[dict[str, Any]], form: Form) -> list[int]:
        text = self._tokenizer.apply_chat_template(
            as_planned(messages),
            tools=list(form.tools) or None,
            add_generation_prompt=True,
            tokenize=False,
        )
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _grammar(self, form: Form) -> Any:
        key = form.key
        if key not in self._grammars:
            tag = build_structural_tag(
                list(form.tools), form.answer, form.tool_choice, parallel=form.parallel
            )
            self._grammars[key] = self._compiler.compile_structural_tag(tag)
            if len(self._grammars) > GRAMMARS:
                self._grammars.popitem(last=False)
        self._grammars.move_to_end(key)
        return self._grammars[key]

    def _teller(self, hear: Listener | None) -> Callable[[list[int]], None]:
        """Tells a listener what is new in the tokens written so far."""
        told = ""

        def tell(written: list[int]) -> None:
            nonlocal told
            text = self._tokenizer.decode(written, skip_special_tokens=False)
            if hear is not None and not text.endswith("\N{REPLACEMENT CHARACTER}"):
                hear(text[len(told) :])
                told = text

        return tell if hear is not None else lambda _written: None

    def _decode(
        self,
        prompt: list[int],
        grammar: Any,
        limit: int,
        cancelled: threading.Event | None,
        tell: Callable[[list[int]], None],
    ) -> list[int]:
        """The most probable permitted token, again and again, until a stop token."""
        import torch
        import xgrammar
        from transformers import DynamicCache

        matcher = xgrammar.GrammarMatcher(grammar)
        mask = xgrammar.allocate_token_bitmask(1, self._vocabulary)
        cache = DynamicCache(config=self._model.config)
        step = torch.tensor([prompt])
        written: list[int] = []
        with torch.inference_mode():
            while len(written) < limit and not (cancelled and cancelled.is_set()):
                scores = self._model(
                    input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1
                ).logits[0]
                scores[:, self._banned] = -torch.inf
                token = int(scores.argmax())
                # Asked for one token the matcher is exact, and cheaper than its mask of all, which
                # wrongly forbids some tokens that reach over the end of a rule (xgrammar 0.2.8).
                if not matcher.accept_token(token):
                    matcher.fill_next_token_bitmask(mask)
                    xgrammar.apply_token_bitmask_inplace(scores, mask)
                    token = int(scores.argmax())
                    if not matcher.accept_token(token):
                        raise PlannerOutputError("the planner's tokenizer cannot write that")
                if token in self._stops:
                    return written
                written.append(token)
                tell(written)
                step = torch.tensor([[token]])
        raise PlannerOutputError(
            f"the built-in planner did not come to an end within {limit} tokens; "
            "ask in other words, or use a larger planner (VQA_PLANNER_URL)"
        )


def _check_folder(path: Path) -> None:
    missing = [name for name in NEEDED if not (path / name).is_file()]
    if not any(path.glob("*.safetensors")):
        missing.append("*.safetensors")
    if missing:
        raise PlannerUnavailableError(
            f"the planner's weights are not in {path} (missing: {', '.join(missing)}); make them "
            "with `make train-planner`, or use a server (VQA_PLANNER_URL=http://host:8000/v1)"
        )
    for file in path.glob("*.safetensors"):
        if problem := catalog.altered(file):
            raise PlannerUnavailableError(
                f"{problem}; restore it (git checkout), or train it again"
            )


def _load(path: Path) -> tuple[Any, Any]:
    """Tokenizer and float32 model, from this folder only, without a progress bar."""
    import torch
    from transformers import AutoTokenizer, Qwen3ForCausalLM
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
        model = Qwen3ForCausalLM.from_pretrained(
            path, dtype=torch.float32, local_files_only=True, use_safetensors=True
        ).eval()
    except Exception as error:  # transformers raises whatever the damaged file made it raise
        raise PlannerUnavailableError(
            f"the planner's weights in {path} cannot be loaded ({error}); "
            "make them again with `make train-planner`"
        ) from error
    finally:
        if shown:
            logging.enable_progress_bar()
    if not tokenizer.chat_template:
        raise PlannerUnavailableError(f"the tokenizer in {path} has no chat template")
    return tokenizer, model


def _stop_tokens(tokenizer: Any, model: Any) -> set[int]:
    ends = model.generation_config.eos_token_id if model.generation_config else None
    stops = {tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])} - {None}
    if not stops:
        raise PlannerUnavailableError("the planner's tokenizer names no end-of-turn token")
    return {int(stop) for stop in stops}
