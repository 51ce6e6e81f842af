"""Stored turns as the messages that OpenAI's conversations have (`conversations.items`)."""

from __future__ import annotations

from typing import Any

from server.openai.building import output_text
from server.openai.reply import EXTENSION
from server.store.records import TurnRecord


def said(turn: TurnRecord) -> tuple[dict[str, Any], dict[str, Any]]:
    """The question and the answer of a turn; their ids are made of the turn's."""
    chance = turn.id.removeprefix("turn_")
    asked = [{"type": "input_text", "text": turn.question}]
    return (
        _message(f"msg_{chance}q", "user", asked),
        _message(f"msg_{chance}a", "assistant", [output_text(turn.answer["answer"], [])])
        | {EXTENSION: turn.answer | {"conversation": turn.conversation, "turn": turn.id}},
    )


def _message(item_id: str, role: str, content: list[dict[str, Any]]) -> dict[str, Any]:
    shown = {"id": item_id, "type": "message", "role": role, "status": "completed"}
    return shown | {"content": content}
