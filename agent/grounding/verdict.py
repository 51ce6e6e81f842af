"""What becomes of what the planner wrote as its answer: it stands, is refused, or is no answer.

The judging itself is `agent.grounding.check`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from agent.answer import Draft, Language, Reason, ToolCallRecord
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
    forgets: bool = False
    """Whether nothing is wrong with it but that it leaves parts of the question out."""

    @property
    def stands(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems

    @property
    def answer(self) -> Grounded | None:
        """What is said if nothing better comes: all of it, or what stands of a refused one."""
        if self.stands or self.forgets or self.grounded is None:
            return self.grounded
        return self.grounded.rest

    @property
    def completeness(self) -> tuple[bool, int]:
        """Orders verdicts by what a person gets of them: any answer, then the more of its parts."""
        answer = self.answer
        is_one = answer is not None and self.reason is None
        return is_one, -len(answer.unanswered) if answer is not None and is_one else 0


def judge(
    text: str,
    ledger: Ledger,
    *,
    question: str,
    language: Language,
    calls: Sequence[ToolCallRecord] = (),
    failure: str | None = None,
    is_complete: bool = False,
) -> Verdict:
    """Judge the message (JSON of a `Draft`) that ends a planner's work on a question.

    Args:
        text: of the message.
        ledger: what was seen.
        question: as it is understood.
        language: of it.
        calls: those that were made for it.
        failure: what is known of a planner that gave no draft.
        is_complete: whether the draft has all that the planner can say, so that parts of the
            question which it leaves out need not be asked for.
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
    grounded = check(draft, ledger, question=question, language=language, calls=calls)
    problems = list(grounded.problems)
    forgets = not problems and not is_complete
    if forgets:
        problems += [f"it does not answer {part!r}; look for it" for part in grounded.forgotten]
    return Verdict(
        draft=draft.model_dump() | {"problems": problems},
        problems=tuple(problems),
        request=render("repair", problems=[harmless(problem) for problem in problems])
        if problems
        else "",
        reason=grounded.reason,
        grounded=grounded,
        forgets=forgets and bool(problems),
    )
