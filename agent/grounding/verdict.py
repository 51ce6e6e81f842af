"""What becomes of what the planner wrote as its answer: it stands, is refused, or is no answer.

The judging itself is `agent.grounding.check`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from agent.answer import Draft, Language, Reason
from agent.grounding.check import Grounded, check
from agent.grounding.ledger import Ledger
from agent.grounding.serialising import harmless
from prompts import render

UNREADABLE_CALL = "(an unreadable call of)"
"""What stands in a planner's message where it tried to call a tool and nobody can read it."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one draft.

    It stands where there are no `problems`; then `reason` says why it answers nothing, if so, and
    `grounded` is what it says otherwise. A refused draft has a `request` for another.
    """

    draft: Mapping[str, Any]
    """The draft as it was written, with its problems: what a trace shows."""
    problems: tuple[str, ...] = ()
    request: str = ""
    reason: Reason | None = None
    grounded: Grounded | None = None

    @property
    def stands(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems

    @property
    def answer(self) -> Grounded | None:
        """What is said if nothing better comes: all of it, or what stands of a refused one."""
        if self.stands or self.grounded is None:
            return self.grounded
        return self.grounded.rest


def judge(
    text: str, ledger: Ledger, *, question: str, language: Language, failure: str | None = None
) -> Verdict:
    """Judge the message (JSON of a `Draft`) that ends a planner's work on a question.

    `failure` says what is known of a planner that gave none.
    """
    try:
        draft = Draft.model_validate_json(text)
    except ValidationError as error:
        why = str(error.errors()[0]["msg"]) if text.strip() else "it was empty"
        why = failure or why
        why = "the arguments of its call were no JSON object" if UNREADABLE_CALL in text else why
        unreadable = {"unreadable": text, "problems": [why]}
        return Verdict(unreadable, (why,), render("unreadable", why=harmless(why)))
    if draft.abstain != "no":
        return Verdict(draft.model_dump(), reason=draft.abstain)
    grounded = check(draft, ledger, question=question, language=language)
    problems = grounded.problems
    return Verdict(
        draft=draft.model_dump() | {"problems": problems},
        problems=tuple(problems),
        request=render("repair", problems=[harmless(problem) for problem in problems])
        if problems
        else "",
        reason=grounded.reason,
        grounded=grounded,
    )
