"""What the tools take and give, as types: their JSON schemas are what a client is told."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.answer import Answer, ClaimStatus, Language, Reason, evidence_json
from agent.session import MAX_QUESTION
from tools.evidence import Evidence, PictureRef, Status, ValueType


class Shape(BaseModel):
    """A JSON object without other fields."""

    model_config = ConfigDict(extra="forbid")


class AskArguments(Shape):
    """Of `ask`."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION, description="In English or 中文.")
    pictures: list[str] = Field(default=[], description="Pictures to open before it is asked.")
    session: str | None = Field(default=None, description="One to go on with; null: a new one.")


class DescribeArguments(Shape):
    """Of `describe`."""

    pictures: list[str] = Field(default=[], description="Pictures to open before.")
    session: str | None = Field(default=None, description="One to go on with; null: a new one.")
    language: Language = "en"


class OpenArguments(Shape):
    """Of `open_picture`."""

    picture: str = Field(min_length=1, description="What is opened.")
    session: str | None = Field(default=None, description="One to add it to; null: a new one.")


class SessionArguments(Shape):
    """Of `list_session`."""

    session: str = Field(description="The id that ask, describe or open_picture gave.")


class PictureShape(Shape):
    """A picture that is open."""

    id: str
    name: str
    page: int | None
    width: int
    height: int


class EvidenceShape(Shape):
    """One thing that was seen, or looked for and not seen."""

    id: str
    tool: str
    call_id: str = Field(description="The look that saw it.")
    picture: str
    page: int | None
    box_xyxy: tuple[float, float, float, float] | None = Field(
        description="Left, top, right, bottom in pixels; null: the whole picture."
    )
    label: str | None
    text: str | None
    value: str | int | float | None
    value_type: ValueType | None
    currency: str | None = Field(description="Of an amount, as printed beside it: RM, €.")
    score: float
    status: Status = Field(description="none: looked, and there is none. unsure: below the bar.")
    kind: Literal["direct", "estimate"]


class SessionResult(Shape):
    """Of `open_picture` and `list_session`."""

    session: str
    pictures: list[PictureShape]
    notes: list[str] = Field(description="What of the pictures was left out.")
    evidence: list[EvidenceShape]


class LookResult(Shape):
    """Of a vision tool."""

    session: str
    outcome: Literal["found", "unsure", "nothing_found"]
    evidence: list[EvidenceShape]
    annotated: list[str] = Field(description="Resources: the picture with the boxes.")


class ClaimShape(Shape):
    """A sentence of the answer, and the ids of the evidence that it cites."""

    text: str
    evidence: list[str]
    status: ClaimStatus


class AnswerResult(Shape):
    """Of `ask` and `describe`."""

    session: str
    turn: str
    answer: str
    short_answer: str
    language: Language
    abstained: bool = Field(description="It cannot tell; reason says why. No error.")
    reason: Reason | None
    confidence: float
    estimated: bool
    notes: list[str]
    claims: list[ClaimShape]
    evidence: list[EvidenceShape]
    annotated: list[str] = Field(description="Resources: the pictures with the boxes.")


class FileShape(Shape):
    """A picture that `open_picture` and `ask` take by its name."""

    picture: str = Field(description="What to call it.")
    name: str
    bytes: int


class FilesResult(Shape):
    """Of `list_files`."""

    files: list[FileShape]
    folders: list[str]
    more: str | None = Field(description="Where to go on; null where this is all.")


def picture_shape(ref: PictureRef) -> PictureShape:
    """A picture as it is told of."""
    return PictureShape(id=ref.id, name=ref.name, page=ref.page, width=ref.width, height=ref.height)


def evidence_shapes(evidence: list[Evidence]) -> list[EvidenceShape]:
    """Evidence as in the documented JSON."""
    return [EvidenceShape(**evidence_json(e)) for e in evidence]


def answer_result(answer: Answer, session: str, turn: str, annotated: list[str]) -> AnswerResult:
    """An answer as the tools give it: without calls, timings and usage."""
    where = {"session": session, "turn": turn, "annotated": annotated}
    given = answer.to_json() | where
    return AnswerResult(**{name: given[name] for name in AnswerResult.model_fields})
