"""What code plans before the built-in weights do: it splits a question, or knows the next turn.

Each of `PLANS` knows some questions. A plan sees of the conversation only the calls that it makes
itself (`_replayed`), so it may give a question up after a look, and the next one begins anew; a
look that was taken already is not taken again. What none of them plans is the weights', who see
nothing of those looks.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from langchain_core.messages import AIMessage, BaseMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatResult

from agent.grounding.field_names import fields_in
from agent.grounding.wording import language_of
from agent.planners.builtin.plans import (
    at_places,
    codes,
    colours,
    compared_things,
    counted,
    declined,
    descriptions,
    documents,
    estimates,
    kinds,
    named,
    parties,
    parts,
    payments,
    places,
    several,
    signs,
    tables,
    thresholds,
    written,
    written_on_things,
)
from agent.planners.builtin.plans.compared import MATCH
from agent.planners.builtin.plans.kinds import Call, Schema, Turn, abstain
from agent.planners.conversation import is_offer, present_question, question_of
from tools.words.sentences import label_spans


class Plan(Protocol):
    """A module that plans some questions."""

    def next_turn(self, messages: Sequence[BaseMessage], tools: Sequence[Schema]) -> Turn | None:
        """The next turn; None for a question that it does not know, or gives up."""


PLANS: tuple[Plan, ...] = (
    declined, descriptions, thresholds, compared_things, at_places, written_on_things,
    estimates.BEFORE, kinds, codes, colours, written, payments, places, parties, named, tables,
    signs, documents, counted, estimates.AFTER,
)  # fmt: skip
"""The more particular first: `documents` reads whatever has a label."""

LEFT_TO_THE_WEIGHTS: tuple[Plan, ...] = (estimates.BEFORE, estimates.AFTER)
"""Plans that say what came of an estimate, but leave it to the weights whether one is made, and
which looks go with it: they learnt from more questions than any form of words knows."""


@dataclass(frozen=True)
class Split:
    """A question as several conversations, and what makes one turn of theirs."""

    talks: Sequence[list[BaseMessage]]
    joined: Callable[[Sequence[ChatResult]], ChatResult]


def split(messages: Sequence[BaseMessage], tools: Sequence[Schema]) -> Split | None:
    """The present question part by part, or picture by picture; None where it is planned whole."""
    if talks := parts.conversations(messages):
        return Split(talks, parts.merged)
    by_picture = several.split(messages, tools)
    return None if by_picture is None else Split(by_picture.talks, by_picture.joined)


def planned(
    messages: list[BaseMessage], tools: Sequence[Schema], plans: Sequence[Plan] = PLANS
) -> tuple[Turn | None, list[BaseMessage]]:
    """The next turn that code plans, if it does; and the conversation as the weights see it."""
    present = present_question(messages)
    if present is None:
        return None, messages
    looks = _Looks(messages, present[0])
    if looks.is_offered:
        offered = estimates.OFFERED if looks.has_looked else estimates.UNSEEN
        turn, _ = _replayed(offered, looks, tools)
        return looks.rest_of(turn or abstain("could_not_look")), messages
    given_up: set[str | None] = set()
    for plan in plans:
        turn, own = _replayed(plan, looks, tools)
        if turn is not None and (tools or not turn.calls):
            rest = looks.rest_of(turn)
            is_left = plan in LEFT_TO_THE_WEIGHTS and not looks.took(MATCH)
            if is_left and any(name == estimates.ANSWER for name, _ in rest.calls):
                break
            return rest, messages
        given_up |= own
    return None, looks.without(given_up)


class _Looks:
    """The present question of a conversation, and what came of the calls behind it."""

    def __init__(self, messages: list[BaseMessage], at: int) -> None:
        self.begin, self._after = messages[: at + 1], messages[at + 1 :]
        self._question = messages[at]
        offers = [n for n, message in enumerate(self._after) if is_offer(message)]
        self.is_offered = bool(offers)
        """Whether the loop has offered an estimate (`agent.loop.estimating`)."""
        said = self._after[offers[-1] + 1 :] if offers else self._after
        self.refusals = [message for message in said if message.type == "human"]
        self._calls = [c for m in self._after if isinstance(m, AIMessage) for c in m.tool_calls]
        self._results = {m.tool_call_id: m for m in self._after if isinstance(m, ToolMessage)}

    def took(self, tool: str) -> bool:
        """Whether a tool was called; only code calls `match_text`, and goes on from there."""
        return any(call["name"] == tool for call in self._calls)

    @property
    def has_looked(self) -> bool:
        """Whether something was called before the loop's offer."""
        before = itertools.takewhile(lambda message: not is_offer(message), self._after)
        return any(isinstance(message, ToolMessage) for message in before)

    def of(self, turn: Turn) -> list[BaseMessage]:
        """The calls of a turn with their results; empty where one of them was not made yet."""
        made = [made for call in turn.calls if (made := self._made(call)) is not None]
        if len(made) < len(turn.calls):
            return []
        return [AIMessage("", tool_calls=made), *(self._results[str(c["id"])] for c in made)]

    def rest_of(self, turn: Turn) -> Turn:
        """The turn without the calls that another plan, or the weights, made already."""
        return Turn(tuple(c for c in turn.calls if self._made(c) is None), turn.text)

    def _made(self, call: Call) -> ToolCall | None:
        same = (
            made
            for made in self._calls
            if (made["name"], made["args"]) == call and made["id"] in self._results
        )
        return next(same, None)

    def without(self, ids: set[str | None]) -> list[BaseMessage]:
        """The conversation without these calls.

        A question that says itself what it is about is shown alone: what was asked before it only
        leads the weights astray.
        """
        question = question_of(self._question) or ""
        is_whole = any(label_spans(question, language_of(question))) or fields_in(question)
        begin = [m for m in self.begin if m.type == "system"] if is_whole else self.begin[:-1]
        kept: list[BaseMessage] = [*begin, self._question]
        for message in self._after:
            if isinstance(message, ToolMessage) and message.tool_call_id in ids:
                continue
            if isinstance(message, AIMessage) and message.tool_calls:
                calls = [call for call in message.tool_calls if call["id"] not in ids]
                if not calls:
                    continue
                message = message.model_copy(update={"tool_calls": calls})  # noqa: PLW2901
            kept.append(message)
        return kept


def _replayed(
    plan: Plan, looks: _Looks, tools: Sequence[Schema]
) -> tuple[Turn | None, set[str | None]]:
    """The turn of a plan after all its looks that were taken, and the ids of their calls."""
    seen: list[BaseMessage] = [*looks.begin]
    own: set[str | None] = set()
    while True:
        turn = plan.next_turn(seen, tools)
        taken = looks.of(turn) if turn is not None and turn.calls else []
        if not taken:
            break
        new = {m.tool_call_id for m in taken if isinstance(m, ToolMessage)}
        if new <= own:
            break  # it asks for the same again
        own |= new
        seen += taken
    if turn is not None and looks.refusals and not turn.calls:
        turn = plan.next_turn([*seen, *looks.refusals], tools)
    return turn, own
