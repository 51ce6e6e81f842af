"""Whether what the planner is taught to answer, or has written, passes the agent's own check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from agent.answer import Draft
from agent.grounding.check import check
from agent.grounding.references import UnresolvedReferenceError, fill
from agent.grounding.wording import language_of
from training.planner.chat import Chat


def conversation_problem(messages: Sequence[dict[str, Any]], chat: Chat) -> str | None:
    """Why an answer of a conversation would not pass; None if all do that are meant to."""
    question = ""
    for message in messages:
        question = message.get("question", question)
        is_answer = message["role"] == "assistant" and message["content"]
        if is_answer and not message.get("wrong"):
            problem = answer_problem(message["content"], chat, question)
            if problem is not None:
                return problem
    return None


def answer_problem(text: str, chat: Chat, question: str) -> str | None:
    """Why a final answer would not pass the evidence check; None if it passes."""
    try:
        draft = Draft.model_validate_json(text)
    except ValidationError:
        return "not a draft"
    language = language_of(question)
    if draft.abstain != "no":
        try:
            fill(draft.answer, chat.ledger, language)
        except UnresolvedReferenceError as problem:
            return str(problem)
        return None
    problems = check(draft, chat.ledger, question=question, language=language).problems
    return "; ".join(problems) or None
