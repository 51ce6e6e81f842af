"""Plans questions about what is written on a sign, a notice or a label.

The built-in weights look for dogs where it is asked whether dogs are allowed. Here the text is read
first, and what answers is quoted: 'No: it says "NO DOGS ALLOWED".' A question that may as well be
about things ("Is the door open?") is given up where the text does not answer it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agent.grounding.notices import Question, notice_question
from agent.planners.builtin.plans.asked import READ
from agent.planners.builtin.plans.kinds import Report, Turn, abstain, reports
from agent.planners.builtin.plans.sign_answers import answered, not_listed, page_of, silent
from agent.planners.builtin.plans.sign_questions import SignQuestion, sign_question
from agent.planners.conversation import pictures_of, present_question
from tools.reading.labels import field_of
from tools.words.field_questions import field_meant
from tools.words.labels import CLASSES, canonical
from tools.words.notices import activities, topics

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

OF_TEXT = {"forbidden", "allowed", "must", "words", "caption", "should go", "far", "who"}
"""Questions that ask for words whatever the picture shows."""


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question about what is written; None: let the weights plan."""
    present = present_question(messages)
    asked = asked_of(present[1]) if present else None
    if present is None or asked is None or len(pictures_of(messages[present[0]])) != 1:
        return None
    at, question = present
    (picture,) = pictures_of(messages[at])
    seen = [report for report in reports(messages[at + 1 :]) if report.name == READ]
    if not seen:
        offered = any(tool["function"]["name"] == READ for tool in tools)
        return _look(picture, None) if offered else None
    turn = _turn(asked, question, picture, seen)
    is_refused = any(message.type == "human" for message in messages[at + 1 :])  # by the check
    return abstain("unsure") if turn is not None and is_refused else turn


def _turn(
    asked: Question | SignQuestion, question: str, picture: str, seen: Sequence[Report]
) -> Turn | None:
    """What follows from what was read."""
    page = page_of(seen[0].evidence or (), question)
    if page is not None and page.whole.status == "unsure":
        return abstain("unsure") if _is_of_text(asked) else None
    answer = answered(asked, page) if page is not None else None
    if page is None or answer is None:
        failed = seen[0].evidence is None
        return abstain("not_found") if _is_of_text(asked) and not failed else None
    decision = silent(asked, page)
    if decision is None:
        return answer
    looked = {report.arguments.get("query"): report.evidence or [] for report in seen[1:]}
    if asked.topic not in looked:
        return _look(picture, asked.topic)
    return not_listed(decision, looked[asked.topic], page) or answer


def _look(picture: str, query: str | None) -> Turn:
    return Turn(((READ, {"picture": picture, "query": query, "region": None}),))


def asked_of(question: str) -> Question | SignQuestion | None:
    """The question as one about what is written; None for every other."""
    asked = notice_question(question) or sign_question(question)
    if not isinstance(asked, SignQuestion):
        return asked
    is_other = (asked.form == "where" and _is_a_thing(asked.topic)) or (
        asked.form == "from" and _is_a_field(asked.topic, question)
    )
    return None if is_other else asked


def _is_a_thing(topic: str) -> bool:
    """Whether it is something that a detector finds, and no sign shows the way to."""
    return canonical(topic) in CLASSES and not topics(topic) & activities()


def _is_a_field(topic: str, question: str) -> bool:
    """Whether "how much is it?" asks for a field of a document, and for the price of nothing."""
    return field_of(topic) is not None or field_meant(question) is not None


def _is_of_text(asked: Question | SignQuestion) -> bool:
    return (asked.asked if isinstance(asked, Question) else asked.form) in OF_TEXT
