"""Our own weights on a vLLM server, asked as `agent.planners.builtin` decodes them in the process.

The same messages, the same offered tools, the same grammar: so both give the same greedy text.
Other models are constrained by their strict tools and the answer's schema alone, because not every
server takes a grammar, and a large model does not need one that is narrowed to the conversation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.planners.builtin import in_code
from agent.planners.builtin.chat_model import (
    MAX_NEW_TOKENS,
    form_of,
    result_of,
    streamed_whole,
)
from agent.planners.builtin.decoding import Form
from agent.planners.builtin.grammar import build_structural_tag
from agent.planners.constraints import as_planned, fill_in
from agent.planners.conversation import Turn, as_read, turns_of
from agent.planners.server.chat_model import ServerChatModel


class OwnWeightsChatModel(ServerChatModel):
    """A `ServerChatModel` whose requests carry the grammar of this very conversation."""

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools as the built-in planner does: their own schemas, not the strict form."""
        offered = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=offered, **kwargs)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        tools = kwargs.get("tools") or ()
        if (split := in_code.split(messages, tools)) is not None:
            with streamed_whole() as stream:
                return stream(
                    split.joined([await self._agenerate(t, **kwargs) for t in split.talks])
                )
        turn, messages = in_code.planned(messages, tools)
        if turn is not None:
            return result_of(turn, messages, self.model_name)
        result = await super()._agenerate(messages, stop, run_manager, **kwargs)
        return _filled_in(result, messages, kwargs)

    def payload(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,  # noqa: ARG002 - the grammar says where a message ends
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The body of the request."""
        return request(self.model_name, turns_of(messages), form_of(kwargs))


def request(model: str, turns: list[Turn], form: Form) -> dict[str, Any]:
    """The body of a request for what `Decoder.complete` writes of the same turns and form."""
    form = form.linked(turns)
    narrowed = form.narrowed(turns)
    tag = build_structural_tag(
        list(narrowed.tools), narrowed.answer, narrowed.tool_choice, parallel=form.parallel
    )
    payload: dict[str, Any] = {
        "model": model,
        "messages": _as_sent(as_planned(turns)),
        "temperature": 0,
        "max_tokens": MAX_NEW_TOKENS,
        "structured_outputs": {"structural_tag": tag.model_dump_json()},
    }
    return payload | ({"tools": list(form.tools)} if form.tools else {})


def _as_sent(turns: list[Turn]) -> list[Turn]:
    """What a model reads of the turns, arguments of calls as the JSON text that a server takes."""

    def call_as_sent(call: dict[str, Any]) -> dict[str, Any]:
        arguments = json.dumps(call["function"]["arguments"], ensure_ascii=False)
        return call | {"function": call["function"] | {"arguments": arguments}}

    return [
        turn | {"tool_calls": [call_as_sent(call) for call in turn["tool_calls"]]}
        if turn.get("tool_calls")
        else turn
        for turn in map(as_read, turns)
    ]


def _filled_in(
    result: ChatResult, messages: list[BaseMessage], kwargs: dict[str, Any]
) -> ChatResult:
    """The server's turn with what code adds to its calls."""
    message = result.generations[0].message
    if not isinstance(message, AIMessage) or not message.tool_calls:
        return result
    written = [(call["name"], call["args"]) for call in message.tool_calls]
    whole = fill_in(written, form_of(kwargs).tools, turns_of(messages))
    calls = [
        call | {"args": arguments}
        for call, (_, arguments) in zip(message.tool_calls, whole, strict=True)
    ]
    filled = message.model_copy(update={"tool_calls": calls})
    return ChatResult(generations=[ChatGeneration(message=filled)], llm_output=result.llm_output)
