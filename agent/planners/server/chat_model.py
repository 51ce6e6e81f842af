"""A planner on a server: vLLM, or anything else that speaks OpenAI's chat completions.

Which model on which server is `agent.planners.server.connecting`'s to find out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr, SecretStr

from agent.errors import PlannerError, PlannerTimeoutError, PlannerUnavailableError
from agent.planners.server.address import PASSING
from agent.planners.server.completions import chat_result, request_messages
from agent.planners.server.families import family_of
from agent.planners.server.http_client import Endpoint, Reply
from agent.planners.threads import in_thread
from agent.planners.token_callback import TokenCallback, token_callback

TRIES = 3
"""Of one call, for what passes: no connection, a lost one, 408, 409, 429, 5xx."""
BACKOFF_S = 0.5


class ServerChatModel(BaseChatModel):
    """A chat model that tries again for what passes, and whose errors say what to do.

    It goes to the server without openai's client, whose import takes longer than a question, and
    whose walk through every field by type costs as much as the rest of the loop. `total_s` bounds
    one call, all tries and waits included. A reply that is too slow is not asked for again: the
    server would compute it twice.
    """

    model_name: str
    base_url: str
    """`http://host:port/v1`."""
    api_key: SecretStr | None = None
    """The server's; no key of the environment is ever sent."""
    temperature: float = 0.0
    max_tokens: int | None = None
    extra_body: dict[str, Any] = Field(default_factory=dict)
    """What else each request says, of a server's own parameters."""
    total_s: float
    tries: int = TRIES
    backoff_s: float = BACKOFF_S
    uds: Path | None = None
    """The unix socket of the server; the host in `base_url` is a stand-in then."""
    weights: str | None = None
    """What the server says that the model is, where its name does not tell: an adapter's base."""
    strict: bool | None = None
    """Whether the answer's schema goes with the tools; None: as the model's family needs it."""
    _endpoint: Endpoint = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Prepare for where the server listens."""
        super().model_post_init(context)
        headers = {"Content-Type": "application/json"}
        if self.api_key is not None:
            headers["Authorization"] = f"Bearer {self.api_key.get_secret_value()}"
        self._endpoint = Endpoint(f"{self.base_url}/chat/completions", headers, self.uds)

    @property
    def _llm_type(self) -> str:
        return "vqa-agent-server"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "url": self.where}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools; `tool_choice` is "auto", "required" ("any"), "none" or a tool's name.

        Beside an answer's form (`response_format`) they are strict: a server makes one grammar of
        both only then.
        """
        strict = True if kwargs.get("response_format") else None
        offered = [convert_to_openai_tool(tool, strict=strict) for tool in tools]
        names = [tool["function"]["name"] for tool in offered]
        if tool_choice in names:
            kwargs["tool_choice"] = {"type": "function", "function": {"name": tool_choice}}
        elif tool_choice is not None:
            kwargs["tool_choice"] = "required" if tool_choice == "any" else tool_choice
        return self.bind(tools=offered, **kwargs)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,  # noqa: ARG002 - text goes to `agent.planners.token_callback`
        **kwargs: Any,
    ) -> ChatResult:
        payload = self.payload(messages, stop, **kwargs)
        on_text = token_callback()
        try:
            async with asyncio.timeout(self.total_s):
                # A turn before any tool has reported is a turn of calls: nothing to be streamed.
                if on_text and any(isinstance(message, ToolMessage) for message in messages):
                    streamed = await self._ask_streaming(payload, on_text)
                    if streamed is not None:
                        return chat_result(streamed)
                said = await self._post(json.dumps(payload).encode())
        except (TimeoutError, aiohttp.ClientError) as error:
            raise self._unanswered(error) from error
        if not said.is_success:
            raise refusal(said, self.where)
        try:
            return chat_result(json.loads(said.body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unreadable(repr(error)) from error

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._agenerate
        return in_thread(lambda: asyncio.run(reply(messages, stop, run_manager, **kwargs)))

    def payload(
        self, messages: list[BaseMessage], stop: list[str] | None, **kwargs: Any
    ) -> dict[str, Any]:
        """The body of the request."""
        payload: dict[str, Any] = {
            "model": self.model_name,
            "temperature": self.temperature,
            "messages": request_messages(messages),
        }
        if self.max_tokens is not None:
            payload["max_completion_tokens"] = self.max_tokens
        if stop is not None:
            payload["stop"] = stop
        payload |= self.extra_body | kwargs
        family = family_of(self.weights or self.model_name)
        if not payload.get("tools"):
            payload.pop("tools", None)  # OpenAI refuses an empty list
            payload.pop("tool_choice", None)
            return payload
        if not family.parallel_calls:
            payload["parallel_tool_calls"] = False
        if not (family.one_grammar if self.strict is None else self.strict):
            payload.pop("response_format", None)
        return payload

    async def _ask_streaming(
        self, payload: dict[str, Any], on_text: TokenCallback
    ) -> dict[str, Any] | None:
        """The server's answer, given to `on_text` while it comes; None: ask for it whole.

        Calls are not taken from a stream: what parsers make of a half-written call has been wrong
        too often (vLLM's hermes among them). Nor is anything else than a stream that ends well;
        what goes wrong there has its outcome when the whole is asked for.
        """
        asked = payload | {"stream": True, "stream_options": {"include_usage": True}}
        text, finished, usage = "", None, None
        try:
            async with self._endpoint.stream(json.dumps(asked).encode()) as (status, lines):
                if status != 200:
                    return None
                async for line in lines:
                    field, _, data = line.partition(b":")
                    if field != b"data" or data.strip() == b"[DONE]":
                        continue
                    chunk = json.loads(data)
                    usage = chunk.get("usage") or usage
                    for choice in chunk["choices"][:1]:
                        if choice["delta"].get("tool_calls"):
                            return None
                        finished = choice.get("finish_reason") or finished
                        if piece := choice["delta"].get("content"):
                            text += piece
                            on_text(piece)
        except (aiohttp.ClientError, ValueError, KeyError, TypeError, AttributeError):
            return None
        if finished != "stop" or not text:
            return None
        message = {"role": "assistant", "content": text}
        choice = {"message": message, "finish_reason": finished}
        return {"model": self.model_name, "choices": [choice], "usage": usage}

    @property
    def provenance(self) -> dict[str, Any]:
        """Who plans, for the answer."""
        return {"kind": "server", "model": self.model_name, "url": self.where}

    @property
    def where(self) -> str:
        """Where the server is, as a person writes it."""
        return f"unix:{self.uds}" if self.uds else self.base_url

    async def _post(self, body: bytes) -> Reply:
        """The server's reply, whatever it is; asked for again while that may help."""
        started, tried = time.monotonic(), 0
        while True:
            tried += 1
            said: Reply | None = None
            try:
                said = await self._endpoint.post(body)
                if said.status not in PASSING:
                    return said
            except aiohttp.ClientError as error:
                lost = error
            wait = self._wait(said, tried, self.total_s - (time.monotonic() - started))
            if wait is not None:
                await asyncio.sleep(wait)
            elif said is not None:
                return said
            else:
                raise lost

    def _wait(self, said: Reply | None, tried: int, left: float) -> float | None:
        """Seconds until the next try: as the server asks, else more each time; None for no try."""
        wait = self.backoff_s * 2 ** (tried - 1) * random.uniform(0.75, 1.25)  # noqa: S311
        if said is not None:
            with contextlib.suppress(KeyError, ValueError):
                wait = max(float(said.headers["Retry-After"]), 0.0)
        return wait if tried < self.tries and wait < left else None

    def _unanswered(self, error: Exception) -> PlannerError:
        if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientError):
            return PlannerTimeoutError(
                f"the planner at {self.where} did not answer within {self.total_s:g} s; "
                "raise VQA_TIMEOUT_S or look at the server's load"
            )
        return PlannerUnavailableError(
            f"the planner at {self.where} cannot be reached "
            f"({error or type(error).__name__}); see whether it still runs"
        )

    def _unreadable(self, why: str) -> PlannerError:
        return PlannerError(
            f"the planner at {self.where} answered with something that cannot be read "
            f"({why}); see whether it is an OpenAI-compatible server"
        )


def refusal(reply: Reply, url: str) -> PlannerError:
    """The planner error that tells a person what to do about a status of 300 or more."""
    code = reply.status
    if code in {401, 403}:
        return PlannerUnavailableError(f"{url} refuses the key; set VQA_PLANNER_API_KEY")
    try:
        said = str(json.loads(reply.body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        said = reply.body[:300].decode(errors="replace")
    advice = "; try again later" if code in PASSING else ""
    if re.search("max_(?:completion_)?tokens|context length", said):
        advice = "; set VQA_PLANNER_MAX_TOKENS lower, or serve it with a longer context"
    return PlannerError(f"the planner at {url} answered {code}: {said}{advice}")
