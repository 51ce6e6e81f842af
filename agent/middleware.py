"""What stands around each step of the loop: budgets, tool errors by type, the evidence check."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain.agents.middleware.types import AgentState, ToolCallRequest
from langchain.agents.structured_output import ProviderStrategy
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.types import Command
from pydantic import ValidationError

from agent.answer import Draft, ToolCallRecord
from agent.context import RunContext
from agent.errors import PlannerOutputError
from agent.events import Event
from agent.grounding import check
from agent.listening import heard_by
from agent.planners.stand_in import STOOD_IN
from agent.streaming import AnswerStream
from prompts import render
from tools.errors import ToolError

State = AgentState[Any]
Handler = Callable[[ModelRequest[RunContext]], Awaitable[ModelResponse[Any]]]
_MISCALL = "(an unreadable call of)"
_STRICT = ("agent.planners.", "langchain_openai.")
"""Where the planners are at home that take strict tools."""
_CODE_BLOCK = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.DOTALL)


@dataclass(frozen=True)
class Budget:
    """A pair of limits on planner calls and one on tool calls.

    At the last permitted call the tools are taken away, so that a stubborn model has to answer;
    beyond it nothing is asked any more and the run ends in an abstention.
    """

    max_model_calls: int
    max_tool_calls: int

    async def ask(self, request: ModelRequest[RunContext], handler: Handler) -> ModelResponse[Any]:
        """Count, time, and call the planner; an unreadable answer comes back as plain text."""
        context = request.runtime.context
        if context.model_calls >= self.max_model_calls:
            return ModelResponse([AIMessage("")])
        context.model_calls += 1
        spent = context.model_calls == self.max_model_calls
        if request.tools and (spent or context.tool_calls >= self.max_tool_calls):
            request = request.override(tools=[])
        settings = request.model_settings | answer_form()
        if request.tools and _takes_strict(request.model):
            settings |= {"strict": True}
        started = time.perf_counter()
        try:
            return await handler(request.override(model_settings=settings))
        except PlannerOutputError:
            return ModelResponse([AIMessage("")])
        finally:
            context.planner_ms += (time.perf_counter() - started) * 1000


class ToolGate(AgentMiddleware[State, RunContext, Any]):
    """Records each tool call; a `ToolError` goes back to the planner, all else ends the run."""

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        """Run one call; the message of a failed one begins with `error: `."""
        call = request.tool_call
        context = cast("RunContext", request.runtime.context)
        call_id = str(call["id"])
        record = ToolCallRecord(
            id=call_id,
            name=call["name"],
            arguments=call["args"],
            status="ok",
            elapsed_ms=0,
            cached=False,
        )
        context.records.append(record)
        context.emit(Event("tool_call", {"name": call["name"], "arguments": call["args"]}))
        started = time.perf_counter()
        message: ToolMessage | Command[Any]
        try:
            message = await handler(request) if request.tool else _unknown(call["name"], context)
        except ToolError as error:
            record.status, record.error = "error", str(error)
            message = ToolMessage(
                f"error: {error}", tool_call_id=call_id, name=call["name"], status="error"
            )
        finally:
            context.end_turn(call_id)
            record.elapsed_ms = round((time.perf_counter() - started) * 1000, 2)
        text = message.text if isinstance(message, ToolMessage) else ""
        context.emit(
            Event("tool_result", record.model_dump() | {"error": record.error, "text": text})
        )
        return message


class EvidenceCheck(AgentMiddleware[State, RunContext, Any]):
    """Checks the planner's answer against the ledger; one repair turn, then abstention.

    The budget is no middleware of its own: LangChain puts a tracing span around each, and repair
    turns count as well.
    """

    def __init__(self, budget: Budget, max_repairs: int) -> None:
        super().__init__()
        self.budget = budget
        self.max_repairs = max_repairs

    async def awrap_model_call(
        self, request: ModelRequest[RunContext], handler: Handler
    ) -> ModelResponse[Any]:
        """Look at what the planner wrote: calls (order them), or an answer (check it)."""
        context = request.runtime.context
        with heard_by(AnswerStream(context).hear if context.streams else None):
            response = await self.budget.ask(request, handler)
        message = cast("AIMessage", response.result[-1])
        _note(context, message)
        if message is not (tidy := _tidied(message)):
            message, response = tidy, ModelResponse([*response.result[:-1], tidy])
        if message.tool_calls:
            context.tool_calls += len(message.tool_calls)
            context.plan_turn([str(call["id"]) for call in message.tool_calls])
            return response
        problems, words = self._problems(message.text, context)
        if not problems:
            return response
        if context.repairs >= self.max_repairs:
            context.abstained = "unsupported"
            return response
        context.repairs += 1
        context.emit(Event("repair", {"problems": problems}))
        said: list[Any] = [*response.result, HumanMessage(words)]
        repaired = await self.awrap_model_call(
            request.override(messages=[*request.messages, *said]), handler
        )
        return ModelResponse([*said, *repaired.result])

    def _problems(self, text: str, context: RunContext) -> tuple[list[str], str]:
        """What is wrong with the answer, and the repair message; nothing where all is well."""
        try:
            draft = Draft.model_validate_json(text)
        except ValidationError as error:
            why = str(error.errors()[0]["msg"]) if text.strip() else "it was empty"
            why = "the arguments of its call were no JSON object" if _MISCALL in text else why
            context.drafts.append({"unreadable": text, "problems": [why]})
            return [why], render("unreadable", why=why)
        context.abstained = None if draft.abstain == "no" else draft.abstain
        if draft.abstain != "no":
            context.drafts.append(draft.model_dump())
            return [], ""
        outcome = check(draft, context.ledger, question=context.question, language=context.language)
        context.outcome = outcome
        context.abstained = outcome.reason
        context.drafts.append(draft.model_dump() | {"problems": outcome.problems})
        return outcome.problems, render("repair", problems=outcome.problems)


@cache
def answer_form() -> dict[str, Any]:
    """The answer's schema as a planner is bound to it: one grammar for "tool calls or answer".

    LangChain's `response_format` would do the same, but imports langchain_openai for any planner.
    """
    return ProviderStrategy(Draft, strict=True).to_model_kwargs()


def _takes_strict(planner: object) -> bool:
    """Whether a planner's `bind_tools` knows `strict`; others may pass it on to who does not."""
    return any(base.__module__.startswith(_STRICT) for base in type(planner).__mro__)


def _unknown(name: str, context: RunContext) -> ToolMessage:
    known = ", ".join(context.runner.names)
    raise ToolError(f"there is no tool {name!r}; the tools are {known}")


def _tidied(message: AIMessage) -> AIMessage:
    """The message as it can be read, and given back to a server.

    Unreadable calls become plain text: as calls no server would take them back. An answer that no
    grammar held to its form often stands between the marks of a code block, which are dropped.
    """
    if message.invalid_tool_calls:
        named = ", ".join(str(call["name"]) for call in message.invalid_tool_calls)
        return AIMessage(f"{_MISCALL} {named}", usage_metadata=message.usage_metadata)
    if block := _CODE_BLOCK.fullmatch(message.text.strip()):
        return message.model_copy(update={"content": block[1]})
    return message


def _note(context: RunContext, message: AIMessage) -> None:
    """Count tokens, and remember who planned."""
    usage: dict[str, Any] = dict(message.usage_metadata or {})
    for key in ("input_tokens", "output_tokens"):
        context.usage[key] = context.usage.get(key, 0) + int(usage.get(key, 0))
    facts = message.response_metadata
    if STOOD_IN in facts:
        context.stood_in = str(facts[STOOD_IN])
