"""Plans one after the other: what one gives up, the next one begins anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from agent.planners.builtin.in_code import planned
from agent.planners.builtin.plans.kinds import Call, Turn, abstain, reports, said
from agent.planners.conversation import question_message


class Looks:
    """Makes its looks one after the other; then it answers, or gives up."""

    def __init__(self, *looks: str, gives_up: bool = False) -> None:
        self._looks, self._gives_up = looks, gives_up

    def next_turn(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> Turn | None:
        seen = [report.arguments["query"] for report in reports(messages)]
        assert seen == list(self._looks[: len(seen)]), "it sees another plan's looks"
        if len(seen) < len(self._looks):
            return Turn((look(self._looks[len(seen)]),))
        if self._gives_up:
            return None
        return (
            abstain("unsure")
            if messages[-1].type == "human" and len(messages) > 1
            else said("Done.", "")
        )


def look(query: str) -> Call:
    return "read_text", {"query": query}


def conversation(*queries: str) -> list[BaseMessage]:
    """A question, and what came of these looks."""
    messages: list[BaseMessage] = [question_message("What is it?", ["img_1"])]
    for number, query in enumerate(queries):
        call = ToolCall(name="read_text", args={"query": query}, id=f"c{number}")
        messages.append(AIMessage("", tool_calls=[call]))
        messages.append(ToolMessage(f"report {query}", tool_call_id=f"c{number}", artifact=[]))
    return messages


GIVES_UP, ANSWERS = Looks("a", gives_up=True), Looks("b", "a")

TOOLS = [{"type": "function", "function": {"name": "read_text"}}]


def test_the_first_look_is_the_first_plans() -> None:
    assert planned(conversation(), TOOLS, [GIVES_UP, ANSWERS])[0] == Turn((look("a"),))
    assert planned(conversation(), [], [GIVES_UP, ANSWERS])[0] is None  # no call without tools


def test_the_next_plan_begins_anew() -> None:
    assert planned(conversation("a"), TOOLS, [GIVES_UP, ANSWERS])[0] == Turn((look("b"),))


def test_a_look_that_was_taken_is_not_taken_again() -> None:
    assert planned(conversation("a", "b"), [], [GIVES_UP, ANSWERS])[0] == said("Done.", "")


def test_the_weights_see_nothing_of_looks_that_were_given_up() -> None:
    messages = [*conversation("a", "own"), HumanMessage("no")]
    turn, left = planned(messages, [], [GIVES_UP])
    assert turn is None
    assert [m.text for m in left if isinstance(m, ToolMessage)] == ["report own"]
    assert left[-1].text == "no"


def test_the_weights_own_call_stays_though_a_plan_made_the_same() -> None:
    _, left = planned(conversation("a", "a"), [], [GIVES_UP])
    assert [m.tool_call_id for m in left if isinstance(m, ToolMessage)] == ["c1"]


def test_a_refused_answer_is_told_to_the_plan() -> None:
    messages = [*conversation("a", "b"), AIMessage("Done."), HumanMessage("refused")]
    assert planned(messages, [], [GIVES_UP, ANSWERS])[0] == abstain("unsure")
