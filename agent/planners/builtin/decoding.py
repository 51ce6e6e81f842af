"""Runs a folder of language-model weights: greedy decoding that a grammar constrains.

It takes messages and tools in OpenAI form and gives text; LangChain is `chat_model`'s. Small
Qwen3 weights run in NumPy: torch and transformers take ten seconds to begin with, and are imported
for others only, or for who asks for them. Nothing here locks: one worker thread owns an instance.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from agent.errors import PlannerError, PlannerOutputError, PlannerUnavailableError
from agent.planners import PlannerRuntime
from agent.planners.builtin.grammar import Schema
from agent.planners.builtin.lark import build_lark
from agent.planners.builtin.qwen3 import Qwen3
from agent.planners.builtin.remembered import Remembered
from agent.planners.builtin.tokenizer import ChatTokenizer
from agent.planners.constraints import (
    as_planned,
    first_call,
    first_look,
    link_labels,
    narrow_answer,
    narrow_tools,
)
from agent.planners.token_callback import TokenCallback
from models import catalog

if TYPE_CHECKING:
    from agent.planners.builtin.torch_network import TorchNetwork

SMALL = 128_000_000
"""Bytes of Qwen3 weights up to which NumPy runs them: above, torch is worth its start."""

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


@dataclass(frozen=True)
class Completion:
    """Text as the model wrote it, and tokens read and written (the stop token included)."""

    text: str
    input_tokens: int
    output_tokens: int


class Decoder:
    """A tokenizer, a network and the grammars made for them; loads when it is made.

    `runtime` is NumPy for small Qwen3 weights and torch for others, if it is "auto"; `device` is
    torch's.

    Raises:
        PlannerUnavailableError: the folder is missing, incomplete or not a model that they run.
    """

    def __init__(self, path: Path, runtime: PlannerRuntime = "auto", device: str = "auto") -> None:
        import llguidance

        _check_folder(path)
        self.remembered = Remembered[Completion]()
        try:
            self._tokenizer = ChatTokenizer(path)
            self._network = _network(path, runtime_of(path, runtime), device)
            self._vocabulary = llguidance.LLTokenizer(
                llguidance.TokenizerWrapper(self._tokenizer.vocabulary()),
                n_vocab=self._network.vocabulary,
                eos_token=sorted(self._tokenizer.stops),
            )
        except PlannerUnavailableError:
            raise
        except Exception as error:  # each library raises whatever the damaged file made it raise
            raise PlannerUnavailableError(
                f"the planner's weights in {path} cannot be loaded "
                f"({type(error).__name__}: {error}); make them again with `make train-planner`"
            ) from error

    def complete(
        self,
        messages: list[dict[str, Any]],
        form: Form,
        max_new_tokens: int,
        cancelled: threading.Event | None = None,
        on_text: TokenCallback | None = None,
        *,
        owner: str = "",
    ) -> Completion:
        """The model's next message; the same input always gives the same text.

        `on_text` gets the text while it is written, piece by piece; at once where the same was
        written for the same `owner` before.

        Raises:
            PlannerError: the conversation does not fit into the model's context.
            PlannerOutputError: the message is not complete after `max_new_tokens`, or `cancelled`
                was set meanwhile.
        """
        form = form.linked(messages)
        prompt = self._tokenizer.prompt(as_planned(messages), list(form.tools))
        context = self._network.context
        if len(prompt) + max_new_tokens > context:
            raise PlannerError(
                f"the conversation is too long for the built-in planner ({len(prompt)} tokens of "
                f"{context - max_new_tokens}); begin a new one, or ask a shorter question"
            )
        lark = _lark(form.narrowed(messages))
        key = self.remembered.key(owner, prompt, lark)
        done = self.remembered.get(key)
        if done is None:
            done = self._written(prompt, self._grammar(lark), max_new_tokens, cancelled, on_text)
            self.remembered.put(key, done)
        elif on_text is not None:
            on_text(done.text)
        return done

    def _written(
        self,
        prompt: list[int],
        grammar: Any,
        max_new_tokens: int,
        cancelled: threading.Event | None,
        on_text: TokenCallback | None,
    ) -> Completion:
        """What the network writes behind a prompt; raises what `complete` raises."""
        scores = self._network.begin(len(prompt) + max_new_tokens)
        written: list[int] = []
        stream = self._streamer(on_text)
        given = prompt
        while len(written) < max_new_tokens and not (cancelled and cancelled.is_set()):
            token = _best(scores(given), grammar)
            if token in self._tokenizer.stops:
                return Completion(self._tokenizer.text(written), len(prompt), len(written) + 1)
            written.append(token)
            stream(written)
            given = [token]
        raise PlannerOutputError(
            f"the built-in planner did not come to an end within {max_new_tokens} tokens; "
            "ask in other words, or use a larger planner (VQA_PLANNER_URL)"
        )

    def _grammar(self, lark: str) -> Any:
        """An `llguidance.LLMatcher` at the beginning of a turn."""
        import llguidance

        grammar = llguidance.LLMatcher(self._vocabulary, lark, log_level=0)
        if grammar.is_error():
            raise PlannerError(f"the offered tools have no grammar: {grammar.get_error()}")
        return grammar

    def _streamer(self, on_text: TokenCallback | None) -> Callable[[list[int]], None]:
        """Gives the callback what is new in the tokens written so far."""
        streamed = ""

        def stream(written: list[int]) -> None:
            nonlocal streamed
            text = self._tokenizer.text(written)
            if on_text is not None and not text.endswith("\N{REPLACEMENT CHARACTER}"):
                on_text(text[len(streamed) :])
                streamed = text

        return stream if on_text is not None else lambda _written: None


def _lark(form: Form) -> str:
    return build_lark(list(form.tools), form.answer, form.tool_choice, parallel=form.parallel)


def _best(scores: np.ndarray[Any, np.dtype[np.float32]], grammar: Any) -> int:
    """The most probable token that the grammar permits; the grammar goes on behind it.

    Raises:
        PlannerOutputError: it permits none.
    """
    mask = np.frombuffer(grammar.compute_bitmask(), np.uint8)
    permitted = np.unpackbits(mask, count=len(scores), bitorder="little").astype(bool)
    token = int(np.where(permitted, scores, -np.inf).argmax())
    if not grammar.consume_token(token):
        raise PlannerOutputError("the planner's tokenizer cannot write that")
    return token


def runtime_of(path: Path, runtime: PlannerRuntime) -> Literal["numpy", "torch"]:
    """What runs a folder of weights."""
    if runtime != "auto":
        return runtime
    if sum(file.stat().st_size for file in path.glob("*.safetensors")) > SMALL:
        return "torch"
    config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    return "numpy" if config.get("model_type") == "qwen3" else "torch"


def _network(path: Path, runtime: Literal["numpy", "torch"], device: str) -> Qwen3 | TorchNetwork:
    if runtime == "numpy":
        return Qwen3(path)
    from agent.planners.builtin.torch_network import TorchNetwork

    return TorchNetwork(path, device)


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
