"""The first request to a new server: the form that all later ones have."""

from __future__ import annotations

from typing import Any

import httpx
from langchain_core.messages import HumanMessage, SystemMessage

from agent.loop.tool_schemas import answer_form, tool_schema
from agent.planners.server.chat_model import ServerChatModel
from agent.serving.command import Command
from agent.serving.errors import ServingError
from agent.serving.server import client_of
from prompts import render
from tools.toolset import ToolConfig, load_toolset

WARM_UP_S = 300.0


def warm_up(command: Command) -> None:
    """Ask for one token with the agent's own prompt, tools and answer form.

    vLLM compiles a grammar for each set of tools and keeps what prompts have in common: both
    cost the first question some seconds, and this takes them before the server counts as ready.

    Raises:
        ServingError: it does not answer, or not in that form: the flags do not fit the model.
    """
    tools = [tool_schema(tool) for tool in load_toolset(ToolConfig()).offered]
    model = ServerChatModel(
        model_name=command.served_name,
        base_url=command.url,
        max_tokens=1,
        total_s=WARM_UP_S,
    )
    bound: Any = model.bind_tools(tools, **answer_form())
    messages = [
        SystemMessage(render("system", sees=False)),
        HumanMessage(render("user", pictures=["img_1"], question="Is there a dog?", names="")),
    ]
    payload = model.payload(messages, None, **bound.kwargs)
    with client_of(command, WARM_UP_S) as client:
        try:
            answer = client.post("/v1/chat/completions", json=payload)
        except httpx.HTTPError as error:
            raise ServingError(f"vLLM started, but does not answer: {error}") from error
    if not answer.is_success:
        raise ServingError(
            f"vLLM started, but refuses a question with tools ({answer.status_code}): "
            f"{answer.text[:300]}"
        )
