"""The answer and its parts: what a run returns, and the versioned JSON that it is written as."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.evidence import Evidence

SCHEMA_VERSION = 1
EVIDENCE_FIELDS = (
    "id", "tool", "call_id", "picture", "page", "box_xyxy", "label", "text", "value",
    "value_type", "currency", "score", "status", "kind",
)  # fmt: skip

Abstain = Literal["no", "not_found", "unsure", "could_not_look"]
Reason = Literal[
    "not_found", "unsure", "could_not_look", "unsupported", "out_of_time", "planner_failed",
    "no_question", "no_picture",
]  # fmt: skip
Language = Literal["en", "zh"]
ClaimStatus = Literal["supported", "unsupported"]


class Draft(BaseModel):
    """What the planner writes last: templates with references, filled in by code.

    Field order is the order in which a model writes them: first whether it answers at all.
    """

    model_config = ConfigDict(extra="forbid")

    abstain: Abstain = Field(
        description="no: answered. not_found: looked, it is not there. unsure: looked, not sure. "
        "could_not_look: no tool can see it, or the tool failed."
    )
    short_answer: str = Field(description="The few words asked for, by reference: {e1.value}.")
    answer: str = Field(
        description="Sentences by reference, each with its citation: The total is {e1.value} [e1]."
    )


class Claim(BaseModel):
    """A sentence of the answer, the evidence that it cites, and whether that carries it."""

    text: str
    evidence: list[str]
    status: ClaimStatus
    problem: str | None = Field(default=None, exclude=True)


class ToolCallRecord(BaseModel):
    """One tool call of the run, as it went."""

    id: str
    name: str
    arguments: dict[str, Any]
    status: Literal["ok", "error"]
    elapsed_ms: float
    cached: bool
    error: str | None = Field(default=None, exclude=True)


class Answer(BaseModel):
    """What `VisualAgent.ask` returns; `str()` of it is the sentence."""

    schema_version: int = SCHEMA_VERSION
    answer: str
    short_answer: str
    read_as: str | None = None
    """The question as it was understood, where it was not typed so: "What is the total?"."""
    language: Language
    abstained: bool
    reason: Reason | None
    confidence: float = Field(ge=0, le=1)
    estimated: bool = False
    """Whether it rests on an estimate."""
    claims: list[Claim]
    notes: list[str] = Field(default_factory=list)
    """What of the pictures nobody looked at, and estimates that what was seen contradicts, in
    sentences; the answer's text ends with them."""
    evidence: list[Evidence]
    """What the claims cite, then what else this question looked into or saw."""
    tool_calls: list[ToolCallRecord]
    timings_ms: dict[str, float]
    planner: dict[str, Any]
    usage: dict[str, int]
    trace: dict[str, Any] = Field(default_factory=dict, exclude=True)
    """Messages, templates before filling in, settings: what `--trace` writes."""

    def __str__(self) -> str:
        return self.answer

    @property
    def cited(self) -> list[Evidence]:
        """The evidence that the claims cite, in the order of the ledger."""
        ids = {evidence_id for claim in self.claims for evidence_id in claim.evidence}
        return [evidence for evidence in self.evidence if evidence.id in ids]

    def to_json(self) -> dict[str, Any]:
        """The documented JSON: evidence flattened to ids and plain values."""
        data = self.model_dump(mode="json", exclude={"evidence"})
        data["evidence"] = [evidence_json(evidence) for evidence in self.evidence]
        return data


def failed_json(row_id: str | int, kind: str, message: str) -> dict[str, Any]:
    """The documented JSON of a question of a batch that ended in an error of that kind."""
    return {
        "id": row_id,
        "schema_version": SCHEMA_VERSION,
        "error": message,
        "error_kind": kind,
    }


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """Evidence as it stands in the documented JSON."""
    row = evidence.model_dump(mode="json")
    row |= {"picture": evidence.picture.id, "page": evidence.picture.page}
    return {key: row[key] for key in EVIDENCE_FIELDS}
