"""The tables. Every row that belongs to somebody has its owner; times are seconds since 1970.

JSON is kept as text, the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

keys = Table(
    "keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("prefix", String(20), nullable=False),
    Column("requests_per_minute", Integer),
    Column("requests_per_day", Integer),
    Column("pictures_per_day", Integer),
    Column("storage_mb", Float),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
)

files = Table(
    "files",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(40), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("filename", Text, nullable=False),
    Column("media_type", String(60), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Index("files_of_owner", "owner", "created_at"),
    Index("files_of_blob", "sha256"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(40), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("metadata", Text, nullable=False),
    Index("conversations_of_owner", "owner", "expires_at"),
)


def _of_a_conversation() -> Column[str]:
    return Column(
        "conversation",
        String(40),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    )


conversation_pictures = Table(
    "conversation_pictures",
    metadata,
    _of_a_conversation(),
    Column("owner", String(40), nullable=False),
    Column("position", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("conversation", "position"),
    Index("pictures_of_blob", "sha256"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String(40), primary_key=True),
    _of_a_conversation(),
    Column("owner", String(40), nullable=False),
    Column("position", Integer, nullable=False),
    Column("transcript", String(64), nullable=False),
    Column("pictures", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("snapshot", Text, nullable=False),  # what the turn added: server.store.snapshots
    Column("created_at", Float, nullable=False),
    UniqueConstraint("conversation", "position"),
    Index("turns_of_transcript", "owner", "transcript"),
)

looks = Table(
    "looks",
    metadata,
    Column("id", String(40), primary_key=True),
    _of_a_conversation(),
    Column("owner", String(40), nullable=False),
    Column("turn", String(40), nullable=False),
    Column("pictures", Integer, nullable=False),
    Column("snapshot", Text, nullable=False),
    UniqueConstraint("conversation"),
)

responses = Table(
    "responses",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("owner", String(40), nullable=False),
    Column("conversation", String(40), ForeignKey("conversations.id", ondelete="CASCADE")),
    Column("turn", String(40)),
    Column("body", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Index("responses_of_owner", "owner", "created_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(40), nullable=False),
    Column("turn", String(40), ForeignKey("turns.id", ondelete="CASCADE"), nullable=False),
    Column("rating", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("owner", "turn"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("owner", String(40), primary_key=True),
    Column("body", Text, nullable=False),
)

OWNED = (
    feedback, responses, looks, turns, conversation_pictures, conversations, files, preferences,
)  # fmt: skip
"""All tables with an owner, in an order in which their rows can be deleted."""
