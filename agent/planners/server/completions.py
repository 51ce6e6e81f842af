"""OpenAI's chat completions on the wire: messages as a request has them, and replies as messages.

LangChain's own messages and converters, and no more of its OpenAI client than these: what a server
gets, and how often, is decided in `agent.planners.server.chat_model`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    InvalidToolCall,
    ToolCall,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult


def request_messages(messages: Sequence[BaseMessage]) -> list[dict[str, Any]]:
    """Messages in OpenAI's form."""
    sent: list[dict[str, Any]] = convert_to_openai_messages(list(messages))
    for message in sent:
        if message["role"] == "tool":
            message.pop("name", None)  # its call has the name
        elif message.get("tool_calls"):
            message["content"] = message["content"] or None
    return sent


def chat_result(reply: dict[str, Any]) -> ChatResult:
    """The first choice of a reply as a message, with its usage and why it ended.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is no chat completion.
    """
    if error := reply.get("error"):  # some servers send it with a status of success
        raise ValueError(error)
    if not reply["choices"]:
        raise ValueError("no choices")
    choice = reply["choices"][0]
    calls, invalid = _tool_calls(choice["message"].get("tool_calls") or ())
    message = AIMessage(
        content=choice["message"].get("content") or "",
        tool_calls=calls,
        invalid_tool_calls=invalid,
        usage_metadata=_usage(reply.get("usage")),
        response_metadata={
            "model_name": reply.get("model"),
            "finish_reason": choice.get("finish_reason"),
        },
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


def _tool_calls(written: Sequence[Any]) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """The calls, and those whose arguments are no JSON object; no arguments are an empty one."""
    calls: list[ToolCall] = []
    invalid: list[InvalidToolCall] = []
    for call in written:
        name, text = call["function"]["name"] or "", call["function"]["arguments"]
        arguments, problem = _arguments(text)
        if problem is None:
            calls.append(ToolCall(name=name, args=arguments, id=call.get("id")))
        else:
            invalid.append(InvalidToolCall(
                name=name, args=str(text), id=call.get("id"), error=problem,
                type="invalid_tool_call",
            ))  # fmt: skip
    return calls, invalid


def _arguments(text: str | None) -> tuple[dict[str, Any], str | None]:
    """The arguments, and what is wrong with them."""
    try:
        arguments = json.loads(text, strict=False) if text else None
    except ValueError as error:
        return {}, str(error)
    if not isinstance(arguments, dict | None):
        return {}, "no JSON object"
    return arguments or {}, None


def _usage(counted: dict[str, Any] | None) -> UsageMetadata | None:
    if not counted:
        return None
    read, wrote = counted.get("prompt_tokens") or 0, counted.get("completion_tokens") or 0
    return UsageMetadata(input_tokens=read, output_tokens=wrote, total_tokens=read + wrote)
