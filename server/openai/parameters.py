"""Parameters that both ways to ask have: what is read, what is left alone, what is refused."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import from_json

from agent.preferences import Preferences
from server.access.caller import Asking
from server.errors import BadRequestError, NotFoundError

MODEL = "vqa-agent"
"""The one model that there is."""
Ignored = Annotated[Any, Field(description="Read, and left alone: it makes no difference here.")]
SAMPLERS_OF_OTHERS = frozenset(
    {
        "top_k", "min_p", "top_a", "typical_p", "tfs_z", "repetition_penalty", "repeat_penalty",
        "repeat_last_n", "length_penalty", "mirostat", "mirostat_eta", "mirostat_tau", "num_ctx",
        "num_keep", "keep_alive", "min_tokens", "ignore_eos", "skip_special_tokens",
        "chat_template_kwargs",
    }
)  # fmt: skip
"""What chat pages send for servers of language models (vLLM, llama.cpp, Ollama); left alone."""
MaxTokens = Annotated[int, Field(ge=1)] | None


class Extension(BaseModel):
    """What is ours of a request; the reply has a field of the same name."""

    model_config = ConfigDict(extra="forbid")

    preferences: Preferences = Field(
        default=Preferences(), description="For this question, over those of /v1/preferences."
    )


class Sampling(BaseModel):
    """Parameters of models that draw their answers, and of accounts; none changes an answer.

    `store`: false keeps nothing of the question.
    """

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None
    vqa: Extension = Extension()
    parallel_tool_calls: Ignored = None
    moderation: Ignored = None
    prompt_cache_key: Ignored = None
    prompt_cache_options: Ignored = None
    prompt_cache_retention: Ignored = None
    safety_identifier: Ignored = None
    service_tier: Ignored = None
    user: Ignored = None

    @model_validator(mode="before")
    @classmethod
    def _without_samplers_of_others(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if name not in SAMPLERS_OF_OTHERS}


async def well_formed(request: Request, _caller: Asking) -> None:
    """Refuse what Python's parser takes for JSON, and nobody can write again.

    Raises:
        BadRequestError: half of a character ("\\ud800"), or a number that is none (NaN).
    """
    if not (body := await request.body()):
        return
    try:
        from_json(body, allow_inf_nan=False)
    except ValueError:
        raise BadRequestError("this is no JSON", code="invalid_json") from None


def check_model(name: str) -> None:
    """Refuse every other model.

    Raises:
        NotFoundError: it is another one.
    """
    if name != MODEL:
        raise NotFoundError(
            f"there is no model {name[:80]!r}; there is {MODEL}",
            param="model",
            code="model_not_found",
        )


def unsupported(param: str, message: str) -> BadRequestError:
    """Something that OpenAI has and the service has not."""
    return BadRequestError(message, param=param, code="unsupported_parameter")


def refuse_foreign_tools(param: str, choice: Any) -> None:
    """Tools of the caller may be offered; they are never called, so none can be demanded.

    Raises:
        BadRequestError: one is.
    """
    if choice not in (None, "auto", "none"):
        raise unsupported(
            param,
            "only the service's own tools are called: 'auto' or 'none'; for an answer in fields "
            "use json_schema",
        )
