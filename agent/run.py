"""The loop, and the first file to read: a question and pictures in, a grounded answer out.

    plan (chat model) → tool calls → evidence → … → answer → evidence check → answer or abstention

`build_loop` is the whole loop; what surrounds each step is in `agent.middleware`, the check in
`agent.grounding`, the words of the outcome in `agent.outcome`. It knows nothing of pixels (the
tools do) nor of terminals (the CLI does).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage

from agent.answer import Answer
from agent.context import RunContext
from agent.middleware import Budget, EvidenceCheck, ToolGate
from agent.outcome import compose
from agent.settings import Settings
from agent.showing import ShowPictures
from agent.toolbox import as_langchain_tool, openai_schema
from agent.tracing import spare_threads
from prompts import render
from tools.base import VisionTool


def build_loop(planner: BaseChatModel, tools: Sequence[VisionTool], settings: Settings) -> Any:
    """LangChain's agent loop with our budgets, tool gate and evidence check around its steps."""
    spare_threads()
    return create_agent(
        planner,
        [as_langchain_tool(tool) for tool in tools],
        system_prompt=render("system", sees=settings.planner_sees),
        middleware=[
            EvidenceCheck(
                Budget(settings.max_model_calls, settings.max_tool_calls), settings.max_repairs
            ),
            *([ShowPictures()] if settings.planner_sees else []),
            ToolGate(),
        ],
        context_schema=RunContext,
    )


def premises(tools: Sequence[VisionTool], settings: Settings) -> dict[str, Any]:
    """The system prompt and the tools as the loop gives them to the planner, for the trace."""
    system = render("system", sees=settings.planner_sees)
    return {"system": system, "tools": [openai_schema(tool) for tool in tools]}


async def answer_question(
    loop: Any, history: Sequence[BaseMessage], context: RunContext, missing: Sequence[str]
) -> tuple[Answer, list[BaseMessage]]:
    """Run the loop once; returns the answer and the messages for a follow-up question.

    Raises:
        PlannerError: the planner could not be reached or kept failing.
    """
    started = time.perf_counter()
    pictures = [picture.ref.id for picture in context.pictures]
    prompt = HumanMessage(render("user", pictures=pictures, question=context.question))
    state = await loop.ainvoke({"messages": [*history, prompt]}, context=context)
    messages: list[BaseMessage] = state["messages"]
    elapsed_ms = (time.perf_counter() - started) * 1000
    return compose(context, messages[len(history) :], elapsed_ms, missing), messages
