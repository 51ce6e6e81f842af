"""Plans questions about a photograph that no look answers: their answer is estimated, and says so.

What a question names and the detector knows is looked for in the same turn: of a dog that is not
there nothing is estimated. What is asked of a whole picture is chosen from what the question names
("a kitchen or an office?"), or compared with its kin ("a kitchen?", `plans.compared`); anything
else, and what that leaves open, is asked of the model that fuses picture and question. An estimate
is the first look where nothing sees what is asked (`BEFORE`), the last where a sign might have said
it (`AFTER`), and what is left where the loop offers one (`OFFERED`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.premises import absent_subject, is_counted
from agent.grounding.question_parts import Kind, Part
from agent.grounding.scene_questions import alternatives, asks_if_it_is, asks_to_see, is_of_things
from agent.planners.builtin.plans.asked import Looked, looked
from agent.planners.builtin.plans.compared import MATCH, compared_turn
from agent.planners.builtin.plans.kinds import DETECT, Call, Turn, abstain, said
from agent.planners.builtin.plans.plain_looks import (
    asks_colour_of_a_thing,
    is_at_a_thing,
    is_plain,
    may_be_written,
)
from tools.evidence import Evidence
from tools.words.labels import CLASSES, GROUPS
from tools.words.named_things import named_things

ANSWER = "answer_by_fusion"
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Estimates:
    """A plan for the questions of one picture that `when` takes.

    With `alone` nothing is looked for beside the estimate: others have looked.
    """

    when: Callable[[Part, Language], bool]
    alone: bool = False

    def next_turn(
        self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]
    ) -> Turn | None:
        """The calls, then the answer or an abstention; None for any other question."""
        compared = compared_turn(messages, tools, self.when)
        if compared is not None:
            return compared
        asked = looked(messages, tools)
        if asked is None or not self.when(asked.part, asked.language):
            return None
        wanted = _choice(asked) or estimate_of(asked, alone=self.alone)
        if not wanted:
            return None
        if asked.is_refused:
            return abstain("unsure")
        first = asked.looks.turn(wanted) or not_there(asked) or _counted(asked)
        return first or estimated(asked, wanted[-1][0])


def estimate_of(asked: Looked, *, alone: bool = False) -> list[Call]:
    """The look for what the question names, and the estimate; none without a model for it."""
    question = (ANSWER, {"question": asked.part.text, "region": None})
    if not asked.can(ANSWER):
        return []
    return [question] if alone else [*beside(asked), question]


def beside(asked: Looked) -> list[Call]:
    """The look for what the question names; none where nothing of it is known to the detector."""
    known = asked.looks.choices(DETECT, "labels")
    labels = named_things(asked.part.text, known)
    return [(DETECT, {"labels": labels, "region": None})] if labels else []


def not_there(asked: Looked) -> Turn | None:
    """What is said where the thing that is asked about is not there; None where it may be."""
    absent = absent_subject(asked.part.text, asked.looks.seen(DETECT))
    if absent is None:
        return None
    is_number = asked.part.kind == "count" and is_counted(asked.part.text, absent.label or "")
    return _listed(asked, [absent]) if is_number or _is_yes_no(asked) else abstain("not_found")


def _counted(asked: Looked) -> Turn | None:
    """The number of what is at a thing, as it was seen; None for other questions, or in doubt.

    The thing that tells the place is named last, in Chinese first.
    """
    named = named_things(asked.part.text, (*CLASSES, *GROUPS))
    counted = named[:1] if asked.language == "en" else named[-1:]
    seen = [e for e in asked.looks.seen(DETECT) if e.group in counted]
    is_found = any(e.status == "found" for e in seen)
    return _listed(asked, seen) if is_found and is_at_a_thing(asked.part, asked.language) else None


def _listed(asked: Looked, seen: Sequence[Evidence]) -> Turn:
    """How many were seen of one kind, or whether any were."""
    ids = " ".join(e.id for e in seen)
    short = f"{{{'exists' if _is_yes_no(asked) else 'count'} {ids}}}"
    told = f"{{list {ids}}} [{ids}]"
    begin = "图中" if seen[0].status == "none" else "图中有"
    return said(f"I see {told}." if asked.language == "en" else f"{begin}{told}。", short)


def _is_yes_no(asked: Looked) -> bool:
    return asked.part.kind == "yes/no"


def _choice(asked: Looked) -> list[Call]:
    """The look that chooses from what the question names; none where it does not, or cannot."""
    choices = list(alternatives(asked.part.text))
    chosen = asked.looks.seen(MATCH, candidates=choices)
    is_undecided = bool(chosen) and all(e.status == "unsure" for e in chosen)
    if len(choices) < 2 or not asked.can(MATCH) or is_undecided:
        return []
    return [(MATCH, {"candidates": choices, "region": None})]


def estimated(asked: Looked, tool: str = ANSWER) -> Turn:
    """The best estimate, said as one; what the model is not sure of is not said."""
    evidence = asked.looks.seen(tool)
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
        and (
            is_of_things(part, language) or asks_if_it_is(part.text) or asks_colour_of_a_thing(part)
        )
        and (is_at_a_thing(part, language) or not is_plain(part, language))
    )
)
AFTER = Estimates(lambda part, language: asks_to_see(part, language) and may_be_written(part.text))
OFFERED = Estimates(asks_to_see, alone=True)
UNSEEN = Estimates(asks_to_see)
"""Where it is offered, and nothing was looked for."""
