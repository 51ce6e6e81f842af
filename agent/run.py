"""The loop, and the first file to read: a question and pictures in, a grounded answer out.

    plan ──▶ tool calls ──▶ evidence ─┐
      ▲ ◀──────────────────────────────┘
      └──▶ answer ──▶ check ──▶ it stands, or one repair, or an offered estimate, or an abstention

How a planner is asked is in `agent.loop.planning`, how calls run in `agent.loop.tool_calls`; what
may be said is judged in `agent.grounding`. It knows nothing of pixels (the tools do) nor of
terminals (the CLI does).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, HumanMessage

from agent.answer import Answer
from agent.errors import keep_trace
from agent.events import Repair
from agent.grounding.verdict import judge
from agent.loop.estimating import estimate_offered
from agent.loop.final_answer import answer_of, trace_of
from agent.loop.pictures import ShownPictures
from agent.loop.planning import Budget, Planning
from agent.loop.state import Question
from agent.loop.tool_calls import run_calls
from agent.loop.tool_schemas import openai_schema, tool_schema
from agent.loop.unasked import small_talk
from agent.planners.conversation import plans_parts, question_message
from agent.settings import Settings
from prompts import render
from tools.base import VisionTool

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


async def work_out(
    planning: Planning, max_repairs: int, history: Sequence[BaseMessage], question: Question
) -> None:
    """Plan, call tools, and check the answer; a refused one is asked for again at most
    `max_repairs` times, and where there is none, an estimate is offered.

    Everything that happens is noted in `question`, with its outcome.
    """
    while True:
        turn = await planning.next_turn(history, question)
        question.messages.append(turn)
        if turn.tool_calls:
            question.messages += await run_calls(turn.tool_calls, question)
            continue
        verdict = judge(
            turn.text,
            question.ledger,
            question=question.text,
            language=question.language,
            calls=question.calls,
            failure=question.planner_failure,
            is_complete=plans_parts(turn),
        )
        question.verdicts.append(verdict)
        if verdict.stands or question.spent.repairs >= max_repairs:
            offer = estimate_offered(question.outcome, question, planning.budget)
            if offer is None:
                return
            question.messages.append(offer)
            continue
        question.spent.repairs += 1
        question.emit(Repair(verdict.problems))
        question.messages.append(HumanMessage(verdict.request))


async def answer_question(
    planning: Planning,
    settings: Settings,
    history: Sequence[BaseMessage],
    question: Question,
    missing: Sequence[str] = (),
) -> Answer:
    """Answer a question of a session; `missing` names the tools that are not available here.

    Small talk is no question: it is answered at once, and nothing of it is remembered. At the
    question's deadline the answer is what is there.

    Raises:
        PlannerError: the planner could not be reached or kept failing. Like every error of a run it
            carries the run's trace (`agent.errors.trace_of_failed`).
    """
    if (reply := small_talk(question.typed or question.text, trace_of(question))) is not None:
        return reply
    started = time.perf_counter()
    ids = [picture.ref.id for picture in question.pictures]
    question.messages.append(question_message(question.text, ids, question.ledger.names))
    try:
        async with asyncio.timeout(question.deadline.left) as limit:
            await work_out(planning, settings.max_repairs, history, question)
    except TimeoutError:
        if not limit.expired():
            raise
        question.is_cut_off = True
    except Exception as error:
        keep_trace(error, trace_of(question))
        raise
    return answer_of(question, (time.perf_counter() - started) * 1000, missing)


def make_planning(
    planner: BaseChatModel, tools: Sequence[VisionTool], settings: Settings
) -> Planning:
    """How the planner is asked, by the settings."""
    return Planning(
        planner,
        render("system", sees=settings.planner_sees),
        [tool_schema(tool) for tool in tools],
        Budget(settings.max_model_calls, settings.max_tool_calls),
        ShownPictures() if settings.planner_sees else None,
    )


def premises(tools: Sequence[VisionTool], settings: Settings) -> dict[str, Any]:
    """The system prompt and the tools as the planner gets them, for the trace."""
    system = render("system", sees=settings.planner_sees)
    return {"system": system, "tools": [openai_schema(tool) for tool in tools]}
