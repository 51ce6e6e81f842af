"""A planner on a server: vLLM, or anything else that speaks OpenAI's chat completions.

The server and the model's name are checked once, before the first question. How to start a
server is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import openai
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI

from agent.errors import PlannerError, PlannerTimeoutError, PlannerUnavailableError

MAX_RETRIES = 2
"""Of one call, for what passes: no connection, 408, 409, 429, 5xx; openai's client backs off."""
CHECK_TIMEOUT_S = 10.0


class ServerChatModel(ChatOpenAI):
    """`ChatOpenAI` whose errors are planner errors that say what to do."""

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        try:
            return await super()._agenerate(messages, stop, run_manager, **kwargs)
        except openai.OpenAIError as error:
            raise _explained(error, str(self.openai_api_base)) from error


def connect(
    url: str, model: str | None, *, api_key: str | None = None, timeout_s: float = 60.0
) -> ServerChatModel:
    """The model of that name on the server at `url` (`http://host:8000/v1`).

    Without a name, the one model that the server serves.

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
        api_key=api_key or "none",  # type: ignore[arg-type]
        temperature=0,
        timeout=timeout_s,
        max_retries=MAX_RETRIES,
        use_responses_api=False,
    )


def _served_models(url: str, api_key: str | None, timeout_s: float) -> list[str]:
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        response = httpx.get(f"{url}/models", headers=headers, timeout=timeout_s)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PlannerUnavailableError(
            f"no planner answers at {url} ({error}); start the server, or correct VQA_PLANNER_URL "
            "(it ends in /v1), or unset it to use the built-in planner"
        ) from error
    if response.status_code in {401, 403}:
        raise PlannerUnavailableError(f"{url} refuses the key; set VQA_PLANNER_API_KEY")
    if response.status_code == 404:
        raise PlannerUnavailableError(
            f"{url}/models does not exist; VQA_PLANNER_URL of a vLLM server ends in /v1"
        )
    try:
        response.raise_for_status()
        return [str(entry["id"]) for entry in response.json()["data"]]
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as error:
        raise PlannerUnavailableError(
            f"{url}/models does not answer as an OpenAI-compatible server does ({error})"
        ) from error


def _explained(error: openai.OpenAIError, url: str) -> PlannerError:
    if isinstance(error, openai.APITimeoutError):
        return PlannerTimeoutError(
            f"the planner at {url} did not answer in time; raise VQA_TIMEOUT_S or look at its load"
        )
    if isinstance(error, openai.APIConnectionError):
        return PlannerUnavailableError(f"the planner at {url} cannot be reached: {error}")
    if isinstance(error, openai.APIStatusError):
        return PlannerError(f"the planner at {url} answered {error.status_code}: {error.message}")
    return PlannerError(f"the planner at {url} failed: {error}")


def _listed(models: Sequence[str]) -> str:
    return ", ".join(models) if models else "no model"
