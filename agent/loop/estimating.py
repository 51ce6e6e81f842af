"""Offers an estimate where a planner gave no answer to a question about what a photograph shows.

The planner is offered it once, whichever it is, and stays free to abstain again; the budgets of the
question hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.grounding.premises import absent_subject
from agent.grounding.question_parts import parts_of
from agent.grounding.scene_questions import asks_to_see
from agent.grounding.verdict import Verdict
from agent.loop.planning import Budget
from agent.loop.state import Question
from agent.planners.conversation import is_offer, offer_message

if TYPE_CHECKING:
    from langchain_core.messages import HumanMessage

ESTIMATING = ("match_text", "answer_by_fusion")
"""The tools whose reports are estimates."""


def estimate_offered(verdict: Verdict, question: Question, budget: Budget) -> HumanMessage | None:
    """The offer that follows a verdict; None where something is said, or no estimate would do."""
    if not budget.allows_tools(question):
        return None
    tools = [name for name in ESTIMATING if name in question.runner.names]
    was_taken = any(call.name in ESTIMATING for call in question.calls)
    was_made = was_taken or any(map(is_offer, question.messages))
    if _says_something(verdict) or was_made or not tools or len(question.pictures) != 1:
        return None
    parts = parts_of(question.text, question.language)
    open_parts = [part for part in parts if asks_to_see(part, question.language)]
    if all(absent_subject(part.text, question.ledger) for part in open_parts):
        return None  # nothing is asked that an estimate could answer
    return offer_message(tools)


def _says_something(verdict: Verdict) -> bool:
    return verdict.answer is not None and verdict.reason is None
