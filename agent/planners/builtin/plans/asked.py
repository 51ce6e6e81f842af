"""What a plan in code has before it: one question for one thing, one picture, and what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage

from agent.answer import Language
from agent.grounding.question_parts import Part, parts_of
from agent.grounding.wording import language_of
from agent.planners.builtin.plans.kinds import Report, Schema, reports
from agent.planners.builtin.plans.looks import Looks
from agent.planners.conversation import pictures_of, present_question

READ = "read_text"


@dataclass(frozen=True)
class Asked:
    """A question about one picture.

    `text` is the whole question, `seen` is what came of the tool's calls; `parameters` are the
    tool's, empty where it is not offered any more; `is_refused` says that the check has refused an
    answer.
    """

    text: str
    part: Part
    language: Language
    picture: str
    seen: list[Report]
    parameters: dict[str, Any]
    is_refused: bool


def asked_of(messages: Sequence[BaseMessage], tools: Sequence[Schema], tool: str) -> Asked | None:
    """The present question, for a plan that uses this tool; None where it cannot plan it."""
    one = _one_question(messages)
    if one is None:
        return None
    question, part, language, picture, after = one
    seen = [report for report in reports(after) if report.name == tool]
    offered = [t["function"]["parameters"] for t in tools if t["function"]["name"] == tool]
    if not (offered or seen):
        return None
    parameters: dict[str, Any] = next(iter(offered), {})
    return Asked(question, part, language, picture, seen, parameters, _is_refused(after))


@dataclass(frozen=True)
class Looked:
    """A question about one picture, for a plan that looks at it with several tools."""

    part: Part
    language: Language
    looks: Looks
    is_refused: bool

    def can(self, tool: str) -> bool:
        """Whether a tool is offered, or was used."""
        return tool in self.looks.offered or any(r.name == tool for r in self.looks.reports)


def looked(messages: Sequence[BaseMessage], tools: Sequence[Schema]) -> Looked | None:
    """The present question with all that was seen; None where no plan for one thing fits."""
    one = _one_question(messages)
    if one is None:
        return None
    _, part, language, picture, after = one
    offered = {tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}
    return Looked(part, language, Looks(picture, offered, reports(after)), _is_refused(after))


def _one_question(
    messages: Sequence[BaseMessage],
) -> tuple[str, Part, Language, str, Sequence[BaseMessage]] | None:
    """The present question with its part, language and picture, and the messages behind it.

    None where it asks for several things, or about several pictures.
    """
    present = present_question(messages)
    if present is None:
        return None
    at, question = present
    language = language_of(question)
    (part, *more) = parts_of(question, language)
    pictures = pictures_of(messages[at])
    if more or len(pictures) != 1:
        return None
    return question, part, language, pictures[0], messages[at + 1 :]


def _is_refused(after: Sequence[BaseMessage]) -> bool:
    """Whether the check has refused an answer."""
    return any(message.type == "human" for message in after)
