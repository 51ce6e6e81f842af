"""A chat model that says what a test wrote down, and keeps what it was shown."""

from __future__ import annotations

import threading
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import ConfigDict, Field, PrivateAttr


class ScriptedChatModel(BaseChatModel):
    """Gives copies of `responses` (messages, or exceptions to raise) one after the other.

    Running out of them is an error.

    `seen`: the messages of each call; `bound`: the arguments of each `bind_tools`.
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
        self.bound.append({"tools": list(tools), **kwargs})
        return self

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        with self._lock:
            self.seen.append(list(messages))
            if len(self.seen) > len(self.responses):
                raise AssertionError("the script is over, and the model was asked again")
            response = self.responses[len(self.seen) - 1]
        if isinstance(response, Exception):
            raise response
        return ChatResult(generations=[ChatGeneration(message=response.model_copy())])
