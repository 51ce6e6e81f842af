"""A planner with a fallback, which is asked while the first cannot be had.

Which planners these are is decided in `agent.planners`; that an answer says who planned, in
`agent.grounding.composing`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from agent.errors import (
    PlannerError,
    PlannerOutputError,
    PlannerTimeoutError,
    PlannerUnavailableError,
)
from agent.planners.threads import in_thread
from agent.planners.token_callback import with_token_callback

PAUSE_S = 30.0
"""Seconds for which a planner that could not be reached is not asked again."""
FALLBACK_REASON = "fallback_reason"
"""The key of a message's `response_metadata` under which the reason stands."""


class FallbackChatModel(BaseChatModel):
    """Asks the primary planner; where it cannot be had or fails, the fallback.

    An answer that is merely bad is not a reason: that is what the repair turn is for.

    Raises (when asked):
        PlannerError: the fallback cannot be had, either.
    """

    make_primary: Callable[[], BaseChatModel]
    make_fallback: Callable[[], BaseChatModel]
    pause_s: float = PAUSE_S
    url: str | None = None
    """Where the primary planner is to be had."""
    _made: dict[str, BaseChatModel] = PrivateAttr(default_factory=dict)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)
    _paused: tuple[float, str] = PrivateAttr(default=(0.0, ""))

    @property
    def model_name(self) -> str:
        """The primary planner's, once it was reached."""
        return str(getattr(self._made.get("primary"), "model_name", "")) or "not reached yet"

    @property
    def provenance(self) -> dict[str, Any]:
        """Who plans, for the answer: the primary planner, also where it was not reached yet."""
        primary = getattr(self._made.get("primary"), "provenance", None)
        return primary or {"kind": "server", "model": self.model_name, "url": self.url}

    @property
    def _llm_type(self) -> str:
        return "vqa-agent-fallback"

    def close(self) -> None:
        """Close both planners, as far as they were made and can be closed."""
        for planner in self._made.values():
            if (end := getattr(planner, "close", None)) is not None:
                end()

    def forget(self, owner: str) -> None:
        """Delete what the planners remember of an owner's turns."""
        for planner in self._made.values():
            if (delete := getattr(planner, "forget", None)) is not None:
                delete(owner)

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Keep them: each planner binds tools in its own form."""
        return self.bind(tools=list(tools), **kwargs)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: Any = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        until, why = self._paused
        if time.monotonic() >= until:
            try:
                return _as_result(await self._ask("primary", messages, kwargs))
            except PlannerOutputError:
                raise
            except PlannerError as error:
                why = str(error)
                if isinstance(error, PlannerUnavailableError | PlannerTimeoutError):
                    self._paused = time.monotonic() + self.pause_s, why
        with with_token_callback(None):  # the beginning of another answer was streamed already
            message = await self._ask("fallback", messages, kwargs)
        message.response_metadata[FALLBACK_REASON] = why
        return _as_result(message)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._agenerate
        return in_thread(lambda: asyncio.run(reply(messages, stop, run_manager, **kwargs)))

    async def _ask(
        self, which: str, messages: list[BaseMessage], kwargs: dict[str, Any]
    ) -> AIMessage:
        planner = await asyncio.to_thread(self._planner, which)
        bound = dict(kwargs)
        tools = bound.pop("tools", None)
        ready = planner.bind_tools(tools, **bound) if tools else planner.bind(**bound)
        return await ready.ainvoke(messages)

    def _planner(self, which: str) -> BaseChatModel:
        with self._lock:
            if which not in self._made:
                make = self.make_primary if which == "primary" else self.make_fallback
                self._made[which] = make()
            return self._made[which]


def _as_result(message: AIMessage) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=message)])
