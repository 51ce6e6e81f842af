"""Plans questions that compare two things: by their boxes in the picture, or by their numbers.

"Which is bigger, the dog or the cat?", "Is the dog to the left of the cat?", "Are there more people
than bicycles?". Both are looked for, and what their boxes say is told; where they say neither the
question is given up with an abstention.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.boxes import SIZES
from agent.grounding.comparisons import decided, of_label, the_one
from agent.planners.builtin.plans.asked import Looked, looked
from agent.planners.builtin.plans.kinds import DETECT, Turn, abstain, said
from tools.evidence import Evidence
from tools.words.comparison_questions import ComparisonQuestion, comparison_question
from tools.words.relations import said_as

_YES_NO: dict[Language, tuple[str, str]] = {"en": ("yes", "no"), "zh": ("是", "否")}


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question that compares two things; None for every other."""
    asked = looked(messages, tools)
    question = comparison_question(asked.part.text) if asked is not None else None
    if asked is None or question is None:
        return None
    labels = [question.first, question.second]
    if asked.looks.offered and not set(labels) <= set(asked.looks.choices(DETECT, "labels")):
        return None
    if asked.is_refused:
        return abstain("unsure")
    return asked.looks.turn([(DETECT, {"labels": labels, "region": None})]) or _answer(
        question, asked
    )


def _answer(question: ComparisonQuestion, asked: Looked) -> Turn:
    seen = asked.looks.seen(DETECT)
    truth = decided(question, seen)
    if truth is None:
        sides = [of_label(label, seen) for label in (question.first, question.second)]
        is_absent = any(side and all(e.status == "none" for e in side) for side in sides)
        return abstain("not_found" if is_absent else "unsure" if seen else "could_not_look")
    yes_no = _YES_NO[asked.language][0 if truth else 1]
    ids = " ".join(e.id for e in seen)
    if question.form == "most":
        return said(f"I see {{list {ids}}} [{ids}].", _most(question, seen))
    if question.form == "numbers":
        if asked.language == "en":
            return said(f"{yes_no.capitalize()}, I see {{list {ids}}} [{ids}].", yes_no)
        return said(f"{'是的' if truth else '不是'}，图中有{{list {ids}}} [{ids}]。", yes_no)
    pair = [e for e in (the_one(question.first, seen), the_one(question.second, seen)) if e]
    one, other = pair if truth else reversed(pair)
    short = f"{{{one.id}.label}}" if question.form == "which" else yes_no
    return said(_compared(question.relation, one, other, asked.language), short)


def _most(question: ComparisonQuestion, seen: Sequence[Evidence]) -> str:
    """Of which of the two there are more, or fewer, by the runs of their evidence."""
    sides = [of_label(label, seen) for label in (question.first, question.second)]
    runs = " ".join(f"{side[0].id}-{side[-1].id}" for side in sides)
    return f"{{{'most' if question.relation == 'more' else 'least'} {runs}}}"


def _compared(relation: str, one: Evidence, other: Evidence, language: Language) -> str:
    first, second = f"{{{one.id}.label}}", f"{{{other.id}.label}}"
    words, cited = said_as(relation, language), f"[{one.id} {other.id}]"
    if language == "zh":
        if relation in SIZES:
            return f"图中{first}比{second}{words} {cited}。"
        return f"{first}在{second}的{words} {cited}。"
    than = f"{words} than" if relation in SIZES else words
    return f"In the picture the {first} is {than} the {second} {cited}."
