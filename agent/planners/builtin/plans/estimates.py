"""Plans questions about a photograph that no look answers: their answer is estimated, and says so.

What is asked of a whole picture is chosen from what the question names ("a kitchen or an office?"),
or compared with its kin ("a kitchen?", `plans.compared`); anything else, and what that leaves open,
is asked of the model that fuses picture and question. An estimate is the first look
where nothing sees what is asked (`BEFORE`), the last where a sign might have said it (`AFTER`), and
what is left where the loop offers one (`OFFERED`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.question_parts import Kind, Part
from agent.grounding.scene_questions import alternatives, asks_to_see, is_of_things
from agent.planners.builtin.plans.asked import Asked, asked_of
from agent.planners.builtin.plans.compared import MATCH, compared_turn
from agent.planners.builtin.plans.kinds import Turn, abstain, said
from agent.planners.builtin.plans.plain_looks import is_plain, may_be_written
from tools.evidence import Evidence

ANSWER = "answer_by_fusion"
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Estimates:
    """A plan for the questions of one picture that `when` takes."""

    when: Callable[[Part, Language], bool]

    def next_turn(
        self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]
    ) -> Turn | None:
        """The call, then the answer or an abstention; None for any other question."""
        compared = compared_turn(messages, tools, self.when)
        if compared is not None:
            return compared
        choices = _asked(messages, tools, MATCH)
        if choices is not None and _is_undecided(choices):
            choices = None
        asked = choices or _asked(messages, tools, ANSWER)
        if asked is None or not self.when(asked.part, asked.language):
            return None
        if asked.is_refused:
            return abstain("unsure")
        if asked.seen:
            return _answer(asked, asked.seen[-1].evidence or [])
        common = {"picture": asked.picture, "region": None}
        if choices:
            candidates = list(alternatives(asked.part.text))
            return Turn(((MATCH, common | {"candidates": candidates}),))
        return Turn(((ANSWER, common | {"question": asked.part.text}),))


def _asked(
    messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]], tool: str
) -> Asked | None:
    asked = asked_of(messages, tools, tool)
    is_chosen = asked is not None and len(alternatives(asked.part.text)) > 1
    return None if tool == MATCH and not is_chosen else asked


def _is_undecided(choices: Asked) -> bool:
    """Whether no choice could be made, so that the question is asked as it stands."""
    return bool(choices.seen) and all(e.status == "unsure" for e in choices.seen[-1].evidence or ())


def _answer(asked: Asked, evidence: Sequence[Evidence]) -> Turn:
    """The best estimate, said as one; what the model is not sure of is not said."""
    if not evidence:
        return abstain("could_not_look")
    best = evidence[0]
    if best.status != "found":
        return abstain("not_found" if best.status == "none" else "unsure")
    if best.value is None:
        return said(*_it_is(f"{{{best.id}.label}}", best.id, asked.language))
    if not _is_of_kind(best, asked.part.kind):  # it has misheard the question
        return abstain("unsure")
    if best.value in YES_NO:
        return said(*_yes_no(best.id, str(best.value), asked.language))
    return said(*_it_is(f"{{{best.id}.value}}", best.id, asked.language))


def _is_of_kind(best: Evidence, kind: Kind) -> bool:
    if kind == "count":
        return best.value_type == "number"
    return (kind == "yes/no") == (best.value in YES_NO)


def _yes_no(cited: str, value: str, language: Language) -> tuple[str, str]:
    if language == "en":
        return f"Probably {value} [{cited}].", value
    return (f"大概是的 [{cited}]。", "是") if value == "yes" else (f"大概不是 [{cited}]。", "不是")


def _it_is(told: str, cited: str, language: Language) -> tuple[str, str]:
    if language == "en":
        return f"It is probably {told} [{cited}].", told
    return f"大概是{told} [{cited}]。", told


BEFORE = Estimates(
    lambda part, language: (
        asks_to_see(part, language)
        and is_of_things(part, language)
        and not is_plain(part, language)
    )
)
AFTER = Estimates(lambda part, language: asks_to_see(part, language) and may_be_written(part.text))
OFFERED = Estimates(asks_to_see)
