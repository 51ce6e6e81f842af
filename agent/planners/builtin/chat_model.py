"""The built-in planner as a LangChain chat model: small weights, in this process, on the CPU.

The grammar (`agent.planners.builtin.grammar`) makes every call valid; decoding is
`agent.planners.builtin.decoding`'s. Training is `training.planner`'s.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ToolCall,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr

from agent.planners import PlannerRuntime
from agent.planners.asking import asking_owner
from agent.planners.builtin import in_code
from agent.planners.builtin.decoding import Completion, Decoder, Form, runtime_of
from agent.planners.builtin.grammar import parse_calls
from agent.planners.builtin.plans.kinds import Turn, without_kinds
from agent.planners.constraints import fill_in
from agent.planners.conversation import turns_of
from agent.planners.token_callback import token_callback, with_token_callback

MAX_NEW_TOKENS = 256
"""Of one turn: eight calls fit, and every answer that was trained."""

NOT_TAUGHT = frozenset({"match_text"})
"""A tool that the weights never met: only code plans with it (`agent.planners.builtin.plans`)."""


def packaged_weights() -> Path:
    """The folder of the weights that come with the package."""
    return Path(str(files("models"))) / "planner"


class BuiltinChatModel(BaseChatModel):
    """Plans with a folder of Qwen3-architecture weights, on NumPy or torch.

    Cheap to make: the weights load at the first question, in the one worker thread that owns
    them. Questions from several threads and event loops wait for one another.

    Raises (when asked):
        PlannerUnavailableError: the weights are missing or cannot be loaded.
        PlannerError: the conversation is too long for the model.
        PlannerOutputError: no end within `max_new_tokens`.
    """

    path: Path = Field(default_factory=packaged_weights)
    max_new_tokens: int = Field(default=MAX_NEW_TOKENS, gt=0)
    runtime: PlannerRuntime = "auto"
    device: str = "auto"
    _decoder: Decoder | None = PrivateAttr(default=None)
    _worker: ThreadPoolExecutor = PrivateAttr(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="vqa-agent-planner")
    )

    @property
    def model_name(self) -> str:
        """What the answer's JSON calls the model."""
        return self.path.name

    @property
    def provenance(self) -> dict[str, Any]:
        """Who plans, for the answer."""
        return {"kind": "builtin", "model": self.model_name, "url": None}

    @property
    def runs_on(self) -> str:
        """ "numpy" or "torch": what the weights run on here."""
        return runtime_of(self.path, self.runtime)

    @property
    def _llm_type(self) -> str:
        return "vqa-agent-builtin"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"path": str(self.path), "max_new_tokens": self.max_new_tokens}

    def load(self) -> None:
        """Load the weights now instead of at the first question."""
        self._worker.submit(self._loaded).result()

    def close(self) -> None:
        """Let go of the weights and end the worker; the planner cannot be asked afterwards."""
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._decoder = None

    def forget(self, owner: str) -> None:
        """Delete what is remembered of an owner's turns."""
        if self._decoder is not None:
            self._decoder.remembered.forget(owner)

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools; `tool_choice` is "auto", "required" ("any"), "none" or a tool's name."""
        offered = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=offered, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - the grammar says where a message ends
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        tools = kwargs.get("tools") or ()
        if (split := in_code.split(messages, tools)) is not None:
            with streamed_whole() as stream:
                return stream(
                    split.joined([self._generate(talk, **kwargs) for talk in split.talks])
                )
        turn, messages = in_code.planned(messages, tools)
        if turn is not None:
            return result_of(turn, messages, self.model_name)
        future, cancelled = self._submit(messages, kwargs)
        try:
            return _as_result(future.result(), messages, kwargs, self.model_name)
        except BaseException:
            cancelled.set()
            raise

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        tools = kwargs.get("tools") or ()
        if (split := in_code.split(messages, tools)) is not None:
            with streamed_whole() as stream:
                return stream(
                    split.joined([await self._agenerate(talk, **kwargs) for talk in split.talks])
                )
        turn, messages = in_code.planned(messages, tools)
        if turn is not None:
            return result_of(turn, messages, self.model_name)
        future, cancelled = self._submit(messages, kwargs)
        try:
            return _as_result(await asyncio.wrap_future(future), messages, kwargs, self.model_name)
        except BaseException:
            cancelled.set()
            raise

    def _submit(
        self, messages: list[BaseMessage], kwargs: dict[str, Any]
    ) -> tuple[Future[Completion], threading.Event]:
        """Queue one turn for the worker; setting the event ends it early."""
        turn, form, cancelled = turns_of(messages), form_of(kwargs), threading.Event()
        on_text, owner = token_callback(), asking_owner()  # here: the worker has another context

        def work() -> Completion:
            return self._loaded().complete(
                turn, form, self.max_new_tokens, cancelled, on_text, owner=owner
            )

        return self._worker.submit(work), cancelled

    def _loaded(self) -> Decoder:
        if self._decoder is None:
            self._decoder = Decoder(self.path, self.runtime, self.device)
        return self._decoder


@contextmanager
def streamed_whole() -> Iterator[Callable[[ChatResult], ChatResult]]:
    """Within it the parts of a question are not streamed; what it yields streams the whole turn."""
    on_text = token_callback()

    def stream(result: ChatResult) -> ChatResult:
        text = result.generations[0].message.text
        if text and on_text is not None:
            on_text(text)
        return result

    with with_token_callback(None):
        yield stream


def result_of(turn: Turn, messages: list[BaseMessage], model_name: str) -> ChatResult:
    """A turn that code planned, streamed as if it had been written."""
    if turn.text and (on_text := token_callback()) is not None:
        on_text(turn.text)
    return _as_message(list(turn.calls), turn.text, (0, 0), messages, model_name)


def form_of(kwargs: dict[str, Any]) -> Form:
    """What was bound, as the grammar's form; OpenAI's `response_format` carries the schema."""
    given = kwargs.get("response_format") or {}
    choice = kwargs.get("tool_choice")
    if isinstance(choice, dict):
        choice = choice["function"]["name"]
    taught = [t for t in kwargs.get("tools") or () if t["function"]["name"] not in NOT_TAUGHT]
    return Form(
        tools=tuple(without_kinds(taught)),
        answer=given["json_schema"]["schema"] if given.get("type") == "json_schema" else None,
        tool_choice=choice,
        parallel=kwargs.get("parallel_tool_calls") is not False,
    )


def _as_result(
    done: Completion, messages: list[BaseMessage], kwargs: dict[str, Any], model_name: str
) -> ChatResult:
    """The completion as a message."""
    tokens = (done.input_tokens, done.output_tokens)
    calls = fill_in(parse_calls(done.text), form_of(kwargs).tools, turns_of(messages))
    return _as_message(calls, done.text, tokens, messages, model_name)


def _as_message(
    calls: Sequence[tuple[str, dict[str, Any]]],
    text: str,
    tokens: tuple[int, int],
    messages: list[BaseMessage],
    model_name: str,
) -> ChatResult:
    """A turn as a message: tool calls with ids new to the conversation, or the answer.

    Args:
        calls: names and arguments.
        text: the answer, where nothing is called.
        tokens: how many were read and written.
        messages: the conversation so far.
        model_name: who planned.
    """
    earlier = [call["id"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls]
    numbers = (n for n in range(len(earlier) + 1, 10**9) if f"call_{n}" not in earlier)
    message = AIMessage(
        content="" if calls else text,
        tool_calls=[
            ToolCall(name=name, args=args, id=f"call_{next(numbers)}") for name, args in calls
        ],
        usage_metadata=UsageMetadata(
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            total_tokens=sum(tokens),
        ),
        response_metadata={
            "model_name": model_name,
            "finish_reason": "tool_calls" if calls else "stop",
        },
    )
    return ChatResult(generations=[ChatGeneration(message=message)])
