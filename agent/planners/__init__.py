"""The planners: chat models that decide which tools to call and write the answer.

`builtin` runs small weights in this process (`qwen3` on NumPy, `torch_network` on torch), `server`
asks one, `fallback` puts a second planner behind the first. All are LangChain chat models; the loop
(`agent.run`) does not know which one it has.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["BUILTIN", "PlannerRuntime", "make_planner", "planner_facts"]

BUILTIN = "builtin"
"""What stands for the built-in planner where an address could stand."""

PlannerRuntime = Literal["auto", "numpy", "torch"]
"""What weights run on in this process; "auto": NumPy if they are small."""


def make_planner(
    *,
    planner_url: str | None = None,
    planner_model: str | None = None,
    planner_api_key: str | None = None,
    planner_path: Path | None = None,
    planner_fallback: str | None = None,
    planner_runtime: PlannerRuntime = "auto",
    device: str = "auto",
    strict: bool | None = None,
    max_tokens: int | None = None,
    timeout_s: float = 60.0,
) -> BaseChatModel:
    """The planner that the settings name: a server where there is a URL, else the built-in one.

    Args:
        planner_url: an OpenAI-compatible server, such as http://host:8000/v1 or unix:/path.
        planner_model: the model's name there; not needed where the server serves only one.
        planner_api_key: the server's key, if it wants one.
        planner_path: a folder of weights that were taught to plan, instead of the built-in ones.
        planner_fallback: what plans while the server cannot be had: "builtin", or a server's URL
            (of one model, with the same key).
        planner_runtime: what the weights run on in this process: NumPy, torch, or, by their size,
            one of them; a built-in planner's only.
        device: torch's: auto, cpu, cuda:0 …
        strict: whether a server gets the answer's schema with the tools; None: by the model.
        max_tokens: the most that one turn may write; a server's only.
        timeout_s: seconds for one planner call, repeats included; a server's only.

    Raises:
        PlannerUnavailableError: no server answers there, it does not serve that model, it refuses
            the key, or the weights are missing; the message says what to do. With a fallback it is
            raised when the planner is asked, and only if neither can be had.
    """

    def make(url: str | None, model: str | None) -> BaseChatModel:
        if url and url != BUILTIN:
            from agent.planners.server.connecting import connect

            return connect(
                url,
                model,
                planner_api_key,
                strict=strict,
                timeout_s=timeout_s,
                max_tokens=max_tokens,
            )
        from agent.planners.builtin.chat_model import BuiltinChatModel, packaged_weights

        path = planner_path or packaged_weights()
        return BuiltinChatModel(path=path, runtime=planner_runtime, device=device)

    if planner_url is None or planner_fallback is None:
        return make(planner_url, planner_model)
    from agent.planners.fallback import FallbackChatModel

    return FallbackChatModel(
        make_primary=lambda: make(planner_url, planner_model),
        make_fallback=lambda: make(planner_fallback, None),
        url=planner_url,
    )


def planner_facts(planner: Any, fallback: str | None, reason: str | None) -> dict[str, Any]:
    """Who planned, as the planner itself says, and the reason where the fallback did.

    A chat model that is not ours is `custom`: of it only its own fields are known.
    """
    facts = getattr(planner, "provenance", None) or {
        "kind": "custom",
        "model": str(
            getattr(planner, "model_name", None)
            or getattr(planner, "model", None)
            or type(planner).__name__
        ),
        "url": getattr(planner, "openai_api_base", None) or getattr(planner, "base_url", None),
    }
    if reason is not None:
        return {**facts, "stood_in": fallback, "because": reason}
    return dict(facts)
