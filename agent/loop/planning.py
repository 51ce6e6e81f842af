"""One turn of the planner: what it is shown, within which limits, and how its message is tidied."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage

from agent.errors import PlannerOutputError
from agent.events import Planned
from agent.grounding.verdict import UNREADABLE_CALL
from agent.loop.pictures import ShownPictures
from agent.loop.state import Question
from agent.loop.streaming import AnswerStream
from agent.loop.tool_schemas import answer_form
from agent.planners.fallback import FALLBACK_REASON
from agent.planners.token_callback import with_token_callback

_CODE_BLOCK = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.DOTALL)


@dataclass(frozen=True)
class Budget:
    """A limit on planner calls and one on tool calls, beside the question's deadline."""

    max_model_calls: int
    max_tool_calls: int

    def is_spent(self, question: Question) -> bool:
        """Whether nothing may be asked any more."""
        return question.spent.model_calls >= self.max_model_calls

    def allows_tools(self, question: Question) -> bool:
        """Whether the next turn may call tools; else a stubborn model has to answer."""
        return (
            question.spent.model_calls + 1 < self.max_model_calls
            and len(question.calls) < self.max_tool_calls
            and question.deadline.left_for_tools > 0
        )


@dataclass(frozen=True)
class Planning:
    """Asks a planner for its next turn.

    Args:
        model: the planner.
        system: its system prompt.
        tools: schemas of the tools that it is offered (`agent.loop.tool_schemas`).
        budget: how often it and the tools are asked.
        shown: shows it the pictures themselves, too; None: it is blind.
    """

    model: BaseChatModel
    system: str
    tools: Sequence[dict[str, Any]]
    budget: Budget
    shown: ShownPictures | None = None

    async def next_turn(self, history: Sequence[BaseMessage], question: Question) -> AIMessage:
        """The planner's next message: calls, or its answer; empty where nothing can be used.

        Raises:
            PlannerError: the planner could not be reached or kept failing.
        """
        if self.budget.is_spent(question):
            most = self.budget.max_model_calls
            question.planner_failure = (
                f"it gave no answer in {most} calls, the most that a question has"
            )
            return AIMessage("")
        question.planner_failure = None
        model = self._free if self.budget.allows_tools(question) else self._without_tools
        question.spent.model_calls += 1
        messages: list[BaseMessage] = [*history, *question.messages]
        if self.shown is not None:
            messages = await self.shown.beside(messages, question)
        try:
            message = await _invoked(model, [SystemMessage(self.system), *messages], question)
        except PlannerOutputError as error:
            question.planner_failure = str(error)
            message = AIMessage("")
        _note(message, question)
        return _with_own_ids(_tidied(message), question)

    @cached_property
    def _free(self) -> Any:
        return self.model.bind_tools(self.tools, **answer_form())

    @cached_property
    def _without_tools(self) -> Any:
        return self.model.bind_tools([], **answer_form())


async def _invoked(model: Any, messages: list[BaseMessage], question: Question) -> AIMessage:
    """The model's message; how long it took, and with how many tokens, is told either way."""
    message: AIMessage | None = None
    started = time.perf_counter()
    try:
        with with_token_callback(AnswerStream(question).feed if question.streams else None):
            message = await model.ainvoke(messages)
    finally:
        elapsed_ms = (time.perf_counter() - started) * 1000
        question.spent.planner_ms += elapsed_ms
        status: Literal["ok", "error"] = "error" if message is None else "ok"
        question.emit(
            Planned(status, round(elapsed_ms, 2), **(_tokens(message) if message else {}))
        )
    return message


def _tokens(message: AIMessage) -> dict[str, int]:
    usage: dict[str, Any] = dict(message.usage_metadata or {})
    return {key: int(usage.get(key, 0)) for key in ("input_tokens", "output_tokens")}


def _tidied(message: AIMessage) -> AIMessage:
    """The message as it can be read, and given back to a server.

    Unreadable calls become plain text: as calls no server would take them back. An answer that no
    grammar held to its form often stands between the marks of a code block, which are dropped.
    """
    if message.invalid_tool_calls:
        named = ", ".join(str(call["name"]) for call in message.invalid_tool_calls)
        return AIMessage(f"{UNREADABLE_CALL} {named}", usage_metadata=message.usage_metadata)
    if block := _CODE_BLOCK.fullmatch(message.text.strip()):
        return message.model_copy(update={"content": block[1]})
    return message


def _with_own_ids(message: AIMessage, question: Question) -> AIMessage:
    """The message with ids of ours for its calls: those of servers may be missing, or come twice.

    Where calls stand in the content, too (Anthropic's models), they are renamed there.
    """
    if not message.tool_calls:
        return message
    calls = [call | {"id": question.ledger.new_call_id()} for call in message.tool_calls]
    content = message.content
    if isinstance(content, list):
        ids = iter([call["id"] for call in calls])
        content = [
            block | {"id": next(ids)}
            if isinstance(block, dict) and block.get("type") == "tool_use"
            else block
            for block in content
        ]
    return message.model_copy(update={"tool_calls": calls, "content": content})


def _note(message: AIMessage, question: Question) -> None:
    """Count tokens, and remember who planned and whether it was cut off."""
    spent = question.spent
    for key, tokens in _tokens(message).items():
        spent.usage[key] = spent.usage.get(key, 0) + tokens
    facts = message.response_metadata
    if facts.get("finish_reason") == "length":
        question.planner_failure = "it was cut off; VQA_PLANNER_MAX_TOKENS is the most it may write"
    if FALLBACK_REASON in facts:
        spent.fallback_reason = str(facts[FALLBACK_REASON])
