"""A planner that says what a test wrote down: for tests of tools, plug-ins and whatever asks.

    planner = ScriptedPlanner(
        responses=[
            calling(("measure_brightness", {"picture": "img_1"})),
            answering("It is {e1.value} percent bright [e1].", "{e1.value}"),
        ]
    )
    with VisualAgent(planner=planner, tools=[measure_brightness]) as agent:
        assert agent.ask(pixels, "How bright is it?").short_answer == "47"

No weights are loaded and nothing is reached; tools, ledger and evidence check are the real ones.
"""

from __future__ import annotations

import json
import threading
from itertools import count
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import ConfigDict, Field, PrivateAttr

from agent.answer import Abstain, Draft

_IDS = count(1)


class ScriptedPlanner(BaseChatModel):
    """Gives copies of `responses` one after the other; running out of them is an error.

    Args:
        responses: messages (`calling`, `answering`), or exceptions to raise.

    What it was shown is kept: `seen` has the messages of each call, `bound` the arguments of each
    `bind_tools`.
    """

    responses: list[Any]
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    bound: list[dict[str, Any]] = Field(default_factory=list)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    model_config = ConfigDict(arbitrary_types_allowed=True)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """Note what is offered; the script does not depend on it."""
        self.bound.append({"tools": list(tools), **kwargs})
        return self

    def _generate(self, messages: list[BaseMessage], *_args: Any, **_kwargs: Any) -> ChatResult:
        with self._lock:
            self.seen.append(list(messages))
            if len(self.seen) > len(self.responses):
                raise AssertionError("the script is over, and the planner was asked again")
            response = self.responses[len(self.seen) - 1]
        if isinstance(response, Exception):
            raise response
        return ChatResult(generations=[ChatGeneration(message=response.model_copy())])


def calling(*calls: tuple[str, dict[str, Any]]) -> AIMessage:
    """A turn that calls tools, all at once: names and arguments."""
    return AIMessage(
        "",
        tool_calls=[
            {"name": name, "args": arguments, "id": f"call_{next(_IDS)}"}
            for name, arguments in calls
        ],
    )


def answering(answer: str, short_answer: str = "", abstain: Abstain = "no") -> AIMessage:
    """A turn that answers, by reference to evidence (docs/references.md), or abstains."""
    draft = Draft(abstain=abstain, short_answer=short_answer, answer=answer)
    return AIMessage(json.dumps(draft.model_dump(), ensure_ascii=False))
