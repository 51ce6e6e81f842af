"""Finds the model on a planner's server: the address and the name are checked once, at first.

How to start a server is not known here.
"""

from __future__ import annotations

from collections.abc import Collection

from pydantic import SecretStr

from agent.errors import PlannerUnavailableError
from agent.planners.server.address import Server
from agent.planners.server.chat_model import BACKOFF_S, TRIES, ServerChatModel
from agent.planners.server.families import OWN_WEIGHTS_NAME
from agent.planners.server.own_weights import OwnWeightsChatModel

CHECK_TIMEOUT_S = 10.0


def connect(
    url: str,
    model: str | None = None,
    api_key: str | None = None,
    *,
    strict: bool | None = None,
    timeout_s: float = 60.0,
    max_tokens: int | None = None,
    tries: int = TRIES,
    backoff_s: float = BACKOFF_S,
) -> ServerChatModel:
    """The model of that name on the server at `url`: `http://host:8000/v1`, or `unix:/path`.

    Without a name, the one model that the server serves. `strict` says whether the answer's schema
    goes with the tools (None: by the model), `timeout_s` bounds each call, and `max_tokens` what it
    may write. Weights of ours (`own_weights`) are asked as in the process.

    Raises:
        PlannerUnavailableError: no server there, no such model, or the key is refused.
    """
    server = Server.at(url, api_key)
    served = server.models(min(timeout_s, CHECK_TIMEOUT_S))
    if model is None and len(served) != 1:
        raise PlannerUnavailableError(
            f"{url} serves {_listed(served)}; choose one with VQA_PLANNER_MODEL"
        )
    if model is not None and served and model not in served:
        raise PlannerUnavailableError(
            f"{url} does not serve {model!r}; it serves {_listed(served)}: set VQA_PLANNER_MODEL"
        )
    name = model or next(iter(served))
    kind = OwnWeightsChatModel if name == OWN_WEIGHTS_NAME else ServerChatModel
    return kind(
        model_name=name,
        base_url=server.url,
        uds=server.uds,
        weights=served.get(name),
        strict=strict,
        api_key=SecretStr(api_key) if api_key else None,
        max_tokens=max_tokens,
        total_s=timeout_s,
        tries=tries,
        backoff_s=backoff_s,
    )


def _listed(models: Collection[str]) -> str:
    return ", ".join(models) if models else "no model"
