"""A planner on a server: vLLM, or anything else that speaks OpenAI's chat completions.

The server and the model's name are checked once, before the first question. How to start a
server is not known here.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any, NoReturn

import httpx
import openai
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.errors import (
    PlannerError,
    PlannerOutputError,
    PlannerTimeoutError,
    PlannerUnavailableError,
)
from agent.planners.http_client import ClientPerLoop, in_thread

TRIES = 3
"""Of one call, for what passes: no connection, a lost one, 408, 409, 429, 5xx."""
BACKOFF_S = 0.5
CONNECT_S = 5.0
CHECK_TIMEOUT_S = 10.0
_PLAIN = ("messages", "tools", "response_format")
PASSING = frozenset({408, 409, 429, 500, 502, 503, 504, 529})


class ServerChatModel(ChatOpenAI):
    """`ChatOpenAI` that tries again for what passes, and whose errors say what to do.

    `total_s` bounds one call, all tries and waits included. A reply that is too slow is not asked
    for again: the server would compute it twice.
    """

    total_s: float
    tries: int = TRIES
    backoff_s: float = BACKOFF_S

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        started, tried = time.monotonic(), 0
        try:
            async with asyncio.timeout(self.total_s):
                while True:
                    tried += 1
                    try:
                        return await super()._agenerate(messages, stop, run_manager, **kwargs)
                    except openai.APIError as error:
                        await asyncio.sleep(self._wait(error, tried, started))
        except (openai.OpenAIError, TimeoutError, ValueError, KeyError, TypeError) as error:
            self._explain(error)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        reply = self._agenerate
        return in_thread(lambda: asyncio.run(reply(messages, stop, run_manager, **kwargs)))

    def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Send messages, tools and answer schema as they are.

        The server gets the same either way; as `extra_body` the client does not walk through them
        by type (and does not parse the reply a second time), which costs more than all the rest.
        """
        payload: dict[str, Any] = super()._get_request_payload(*args, **kwargs)
        plain = {key: payload.pop(key) for key in _PLAIN if key in payload}
        extra = (payload.get("extra_body") or {}) | plain
        return payload | {"messages": [], "extra_body": extra}

    def _wait(self, error: openai.APIError, tried: int, started: float) -> float:
        """Seconds until the next try; raises the error where there is to be none."""
        if tried >= self.tries or not _passes(error):
            raise error
        wait = _asked_wait(error)
        if wait is None:
            wait = self.backoff_s * 2 ** (tried - 1) * random.uniform(0.75, 1.25)  # noqa: S311
        if wait >= self.total_s - (time.monotonic() - started):
            raise error
        return wait

    def _explain(self, error: Exception) -> NoReturn:
        raise explained(error, str(self.openai_api_base), self.total_s) from error


def connect(
    url: str,
    model: str | None = None,
    api_key: str | None = None,
    *,
    timeout_s: float = 60.0,
    tries: int = TRIES,
    backoff_s: float = BACKOFF_S,
) -> ServerChatModel:
    """The model of that name on the server at `url` (`http://host:8000/v1`).

    Without a name, the one model that the server serves. `timeout_s` bounds each call.

    Raises:
        PlannerUnavailableError: no server there, no such model, or the key is refused.
    """
    url = url.rstrip("/")
    served = _served_models(url, api_key, min(timeout_s, CHECK_TIMEOUT_S))
    if model is None and len(served) != 1:
        raise PlannerUnavailableError(
            f"{url} serves {_listed(served)}; choose one with VQA_PLANNER_MODEL"
        )
    if model is not None and served and model not in served:
        raise PlannerUnavailableError(
            f"{url} does not serve {model!r}; it serves {_listed(served)}: set VQA_PLANNER_MODEL"
        )
    return ServerChatModel(
        model=model or served[0],
        base_url=url,
        api_key=SecretStr(api_key or "none"),  # never the OPENAI_API_KEY that is for OpenAI
        temperature=0,
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S)),
        http_async_client=ClientPerLoop(),
        max_retries=0,  # the client's own are not bounded in time
        disable_streaming=True,  # an answer is checked whole before anybody sees it
        use_responses_api=False,
        total_s=timeout_s,
        tries=tries,
        backoff_s=backoff_s,
    )


def _served_models(url: str, api_key: str | None, timeout_s: float) -> list[str]:
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        # In a thread: httpx counts its time-outs from byte to byte, and a server may trickle.
        response = in_thread(
            lambda: httpx.get(f"{url}/models", headers=headers, timeout=timeout_s), timeout_s
        )
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        why = str(error) or f"nothing came in {timeout_s:g} s"
        raise PlannerUnavailableError(
            f"no planner answers at {url} ({why}); start the server (vllm serve MODEL), or correct "
            "VQA_PLANNER_URL (it ends in /v1), or unset it to use the built-in planner"
        ) from error
    if response.status_code in {401, 403}:
        raise PlannerUnavailableError(f"{url} refuses the key; set VQA_PLANNER_API_KEY")
    if response.status_code == 404:
        raise PlannerUnavailableError(
            f"{url}/models does not exist; VQA_PLANNER_URL of a vLLM server ends in /v1"
        )
    if response.status_code in PASSING:
        raise PlannerUnavailableError(
            f"the planner at {url} is not ready ({response.status_code}); try again when it is"
        )
    try:
        response.raise_for_status()
        return [str(entry["id"]) for entry in response.json()["data"]]
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as error:
        raise PlannerUnavailableError(
            f"{url}/models does not answer as an OpenAI-compatible server does ({error})"
        ) from error


def _passes(error: openai.APIError) -> bool:
    """Whether trying again may help."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code in PASSING
    if isinstance(error, openai.APITimeoutError):
        return isinstance(error.__cause__, httpx.ConnectTimeout)
    return isinstance(error, openai.APIConnectionError)


def _asked_wait(error: openai.APIError) -> float | None:
    """The seconds that the server itself asks to wait (`Retry-After`)."""
    if not isinstance(error, openai.APIStatusError):
        return None
    try:
        return max(float(error.response.headers["retry-after"]), 0.0)
    except (KeyError, ValueError):
        return None


def explained(error: Exception, url: str, total_s: float) -> PlannerError:
    """The planner error that tells a person what to do about a client's error."""
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return PlannerTimeoutError(
            f"the planner at {url} did not answer within {total_s:g} s; raise VQA_TIMEOUT_S or "
            "look at the server's load"
        )
    if isinstance(error, openai.APIConnectionError):
        why = error.__cause__ or error
        return PlannerUnavailableError(
            f"the planner at {url} cannot be reached ({why}); see whether it still runs"
        )
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return PlannerUnavailableError(f"{url} refuses the key; set VQA_PLANNER_API_KEY")
    if isinstance(error, openai.APIStatusError):
        advice = "; try again later" if error.status_code in PASSING else ""
        return PlannerError(
            f"the planner at {url} answered {error.status_code}: {error.message}{advice}"
        )
    if isinstance(error, openai.LengthFinishReasonError):
        return PlannerOutputError(
            f"the planner at {url} was cut off in the middle of its answer; "
            "give the model a longer context (vLLM: --max-model-len)"
        )
    return PlannerOutputError(
        f"the planner at {url} answered with something that cannot be read ({error}); "
        "see whether it is an OpenAI-compatible server"
    )


def _listed(models: Sequence[str]) -> str:
    return ", ".join(models) if models else "no model"
