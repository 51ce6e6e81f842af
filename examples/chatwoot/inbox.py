"""What came in and where it is answered, in a small SQLite file: a restart forgets nothing.

Each call is a few milliseconds; they run where they are called. A message's words are kept until it
is answered, no longer.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from .messages import Message, Place

DAYS = 60
"""How long it is known what was answered."""
TABLES = """
CREATE TABLE IF NOT EXISTS messages (
    account INTEGER, id INTEGER, content TEXT, came REAL NOT NULL, PRIMARY KEY (account, id));
CREATE TABLE IF NOT EXISTS conversations (
    account INTEGER, id INTEGER, ours TEXT NOT NULL, used REAL NOT NULL,
    PRIMARY KEY (account, id));
"""


class Inbox:
    """Messages by account and number, conversations of the service by those of Chatwoot."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.executescript(TABLES)
        before = time.time() - DAYS * 86_400
        self._database.execute("DELETE FROM messages WHERE came < ?", (before,))
        self._database.execute("DELETE FROM conversations WHERE used < ?", (before,))

    def claim(self, message: Message) -> bool:
        """Take a message in; no if it was there: Chatwoot may send one twice."""
        taken = self._database.execute(
            "INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?)",
            (message.account.id, message.id, message.model_dump_json(), time.time()),
        )
        return taken.rowcount == 1

    def finish(self, message: Message) -> None:
        """Know that it was answered, and forget its words."""
        self._database.execute(
            "UPDATE messages SET content = NULL WHERE account = ? AND id = ?",
            (message.account.id, message.id),
        )

    def unfinished(self) -> list[Message]:
        """What came in and was not answered, in its order."""
        rows = self._database.execute(
            "SELECT content FROM messages WHERE content IS NOT NULL ORDER BY came, id"
        )
        return [Message.model_validate_json(content) for (content,) in rows]

    def conversation(self, place: Place) -> str | None:
        """The service's conversation that goes on there."""
        row = self._database.execute(
            "SELECT ours FROM conversations WHERE account = ? AND id = ?", place
        ).fetchone()
        return row[0] if row else None

    def remember(self, place: Place, ours: str) -> None:
        """Go on there with this one."""
        self._database.execute(
            "INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?)", (*place, ours, time.time())
        )

    def close(self) -> None:
        """Let the file go."""
        self._database.close()
