"""The recorded conversations, and a planner's next message for each place in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel

from agent.loop.tool_schemas import answer_form, tool_schema
from agent.planners.conversation import Turn, messages_of
from tools.evidence import Evidence
from tools.toolset import ToolConfig, load_toolset

FILE = Path(__file__).parents[1] / "data" / "planner" / "conversations.jsonl"


@dataclass(frozen=True)
class Place:
    """Where a planner has to write: the messages before, and what is offered."""

    conversation: int
    messages: list[Turn]
    tools: list[dict[str, Any]]


def places() -> Iterator[Place]:
    """Every assistant's turn of every conversation."""
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines()):
        recorded = json.loads(line)
        tools = [_offered(name, recorded["labels"]) for name in recorded["tools"]]
        turns = [_turn(message) for message in recorded["messages"]]
        for index, message in enumerate(turns):
            if message["role"] == "assistant":
                yield Place(number, turns[:index], tools)


def written(planner: BaseChatModel, asked: list[Place], at_once: int = 1) -> list[Any]:
    """What the planner says at each place: calls without their ids, or the answer's text."""
    form = answer_form()

    def ask(place: Place) -> Any:
        bound = planner.bind_tools(place.tools, **form)
        message = bound.invoke(messages_of(place.messages))
        calls = [(call["name"], call["args"]) for call in message.tool_calls]
        return calls or message.text

    with ThreadPoolExecutor(at_once) as threads:
        return list(threads.map(ask, asked))


def _turn(recorded: dict[str, Any]) -> Turn:
    """With its evidence as the agent has it."""
    if "evidence" not in recorded:
        return recorded
    return recorded | {"evidence": [Evidence.model_validate(e) for e in recorded["evidence"]]}


def _offered(name: str, labels: list[str]) -> dict[str, Any]:
    """The agent's own schema of a tool, with these labels; a stranger's takes a picture."""
    if name not in _TOOLS:
        return {"type": "function", "function": {"name": name, "parameters": _STRANGER}}
    tool: dict[str, Any] = {"type": "function", "function": tool_schema(_TOOLS[name])}
    properties = tool["function"]["parameters"]["properties"]
    if "labels" in properties:
        properties["labels"]["items"] = {"type": "string", "enum": labels}
    return tool


_STRANGER = {
    "type": "object",
    "properties": {"picture": {"type": "string"}},
    "required": ["picture"],
}
_TOOLS = {tool.name: tool for tool in load_toolset(ToolConfig()).offered}
