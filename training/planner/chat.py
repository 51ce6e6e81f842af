"""A conversation in the making: offered tools, pictures, the real ledger, OpenAI-style messages.

Knows how calls and answers are written; what is asked and answered is `plans` and `generator`.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from agent.answer import Language
from agent.grounding.ledger import Ledger, render_report
from agent.planners.conversation import question_turn, questions
from tools.evidence import Evidence, Finding, PictureRef, ToolReport
from training.planner import simulate

Message = dict[str, Any]
TOOLS = [
    "read_text", "detect_objects", "classify_image", "describe_colors", "read_codes",
    "answer_by_fusion",
]  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A call with what its tool will report; `report` is the message of an error."""

    name: str
    arguments: dict[str, Any]
    report: ToolReport | str


@dataclass
class Chat:
    """One conversation; `language` is that of the current question."""

    rng: random.Random
    tools: list[str]
    labels: list[str]
    pictures: list[PictureRef]
    language: Language = "en"
    ledger: Ledger = field(default_factory=Ledger)
    messages: list[Message] = field(default_factory=list)
    likely: str | None = None
    """What an estimate of the present question says; None: something of the kind asked for."""

    def offers(self, *tools: str, labels: list[str] | None = None) -> bool:
        """Whether all these tools, and all these labels, are offered."""
        return all(t in self.tools for t in tools) and all(x in self.labels for x in labels or [])

    def ask(self, question: str, likely: str | None = None) -> None:
        """The person's turn, as prompts/user.j2 writes it; `likely` is what people answered."""
        self.likely = likely
        self.messages.append(question_turn(question, (p.id for p in self.pictures)))

    def call(self, calls: list[Call]) -> list[list[Evidence]] | None:
        """One assistant turn with calls, and the tools' answers; None if one of them failed."""
        ids = [f"call_{len(self.messages)}_{n}" for n in range(len(calls))]
        written = [
            {"id": i, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for i, c in zip(ids, calls, strict=True)
        ]
        self.messages.append({"role": "assistant", "content": None, "tool_calls": written})
        seen: list[list[Evidence]] = []
        for call_id, call in zip(ids, calls, strict=True):
            turn: Message = {"role": "tool", "tool_call_id": call_id, "content": call.report}
            if isinstance(call.report, ToolReport):
                seen.append(self.ledger.add(call.report, tool=call.name, call_id=call_id))
                turn |= {"content": render_report(call.report, seen[-1]), "evidence": seen[-1]}
            self.messages.append(turn)
        return seen if len(seen) == len(calls) else None

    def say(self, answer: str, short: str = "", abstain: str = "no") -> None:
        """The assistant's last message of a turn."""
        draft = {"abstain": abstain, "short_answer": short, "answer": answer}
        content = json.dumps(draft, ensure_ascii=False)
        self.messages.append({"role": "assistant", "content": content})

    @property
    def question(self) -> str:
        """The present question."""
        return str(next(questions(self.messages))["question"])

    def pick(self, english: str, chinese: str) -> str:
        """The wording in the language of the question."""
        return english if self.language == "en" else chinese

    def skip_ids(self, count: int) -> None:
        """Fill the ledger as earlier turns, no longer shown, would have."""
        finding = Finding(picture=self.pictures[0], label="line", text="…", score=1.0)
        self.ledger.add(
            ToolReport(findings=(finding,) * count), tool="read_text", call_id="earlier"
        )

    def fails(self) -> str | None:
        """Now and then a tool fails; the message it leaves."""
        return self.rng.choice(simulate.ERRORS) if self.rng.random() < 0.025 else None

    def schemas(self) -> list[dict[str, Any]]:
        """The offered tools as OpenAI schemas; only what the chat template reads."""
        return [_schema(name, self.labels) for name in self.tools]


def _schema(name: str, labels: list[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {"picture": {"type": "string"}}
    if name == "detect_objects":
        properties["labels"] = {"type": "array", "items": {"type": "string", "enum": labels}}
    parameters = {"type": "object", "properties": properties}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def ids(evidence: list[Evidence]) -> str:
    """`e3`, or `e1-e3` for a run."""
    first, last = evidence[0].id, evidence[-1].id
    return first if first == last else f"{first}-{last}"
