"""The rows as frozen types; times are seconds since 1970."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any


def new_id(kind: str) -> str:
    """An id of chance that nobody can guess: `file_…`, `conv_…`, `turn_…`."""
    return f"{kind}_{secrets.token_hex(16)}"


@dataclass(frozen=True)
class KeyRecord:
    """An API key; `prefix` is the beginning that its person may recognise.

    Limits that are None are the service's.
    """

    id: str
    name: str
    prefix: str
    created_at: float
    revoked_at: float | None = None
    requests_per_minute: int | None = None
    requests_per_day: int | None = None
    pictures_per_day: int | None = None
    storage_mb: float | None = None


@dataclass(frozen=True)
class FileRecord:
    """A picture file that an owner uploaded (or, `inline`, sent along with a question)."""

    id: str
    sha256: str
    filename: str
    media_type: str
    bytes: int
    purpose: str
    created_at: float
    expires_at: float


@dataclass(frozen=True)
class StoredPicture:
    """A picture file of a conversation: its content and its name."""

    sha256: str
    name: str


@dataclass(frozen=True)
class TurnRecord:
    """A question and its answer, and the conversation as it was then.

    `transcript` identifies what was said up to here (`server.engine.transcripts`); `pictures` is
    how many of the conversation's picture files were there; `snapshot` is `Session.snapshot`'s.
    """

    id: str
    conversation: str
    position: int
    transcript: str
    pictures: int
    question: str
    answer: dict[str, Any]
    snapshot: dict[str, Any]
    created_at: float


@dataclass(frozen=True)
class LookRecord:
    """A conversation as it is when something was shown or looked at since its last turn.

    `turn` is that turn, empty before the first one; the other fields are as in `TurnRecord`.
    """

    id: str
    conversation: str
    turn: str
    pictures: int
    snapshot: dict[str, Any]


@dataclass(frozen=True)
class ConversationRecord:
    """A conversation without its turns; `metadata` is what its owner noted on it."""

    id: str
    created_at: float
    expires_at: float
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ConversationSummary:
    """A conversation in a list: its first question (None before it) and how many there are.

    `updated_at` is when its last turn was stored; before the first one, when it was begun.
    """

    record: ConversationRecord
    question: str | None
    turns: int
    updated_at: float


@dataclass(frozen=True)
class ResponseRecord:
    """A stored response (`/v1/responses`), as it was sent."""

    id: str
    conversation: str | None
    turn: str | None
    body: dict[str, Any]
    created_at: float
    expires_at: float


@dataclass(frozen=True)
class FeedbackRecord:
    """What somebody thinks of a turn: 1 is good, -1 is bad."""

    turn: str
    rating: int
    comment: str
    created_at: float
