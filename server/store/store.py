"""The store: what belongs to nobody in particular, and the way to what belongs to somebody."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select

from server.store import owned, tables
from server.store.conversations import Conversations
from server.store.database import Database
from server.store.keys import Keys
from server.store.migrations import migrate


@dataclass(frozen=True)
class Owned:
    """Everything of one owner, and nothing of anybody else."""

    owner: str
    files: owned.Files
    conversations: Conversations
    responses: owned.Responses
    feedback: owned.Feedback
    preferences: owned.Preferences
    database: Database

    def delete_everything(self) -> tuple[list[str], list[str]]:
        """Delete my data: all rows of this owner, the keys excepted.

        Returns the conversations that were there, and the contents (sha256) that rows named.
        """
        chats = tables.conversations
        with self.database.write() as connection:
            mine = select(chats.c.id).where(chats.c.owner == self.owner)
            conversations = list(connection.scalars(mine))
            contents: set[str] = set()
            for table in (tables.files, tables.conversation_pictures):
                named = select(table.c.sha256).where(table.c.owner == self.owner)
                contents |= set(connection.scalars(named))
            for table in tables.OWNED:
                connection.execute(delete(table).where(table.c.owner == self.owner))
        self.database.drop_past()
        return conversations, sorted(contents)


class Store:
    """The service's database, brought to the present schema.

    Args:
        database: where it is; closed with the store.
        clock: seconds since 1970.

    Raises:
        InputError: it does not answer, or a newer version wrote it.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        self.keys = Keys(database, clock)
        self._database = database
        self._clock = clock

    def of(self, owner: str) -> Owned:
        """What belongs to an owner (the id of a key, or `local`)."""
        arguments = (self._database, owner, self._clock)
        return Owned(
            owner,
            owned.Files(*arguments),
            Conversations(*arguments),
            owned.Responses(*arguments),
            owned.Feedback(*arguments),
            owned.Preferences(*arguments),
            self._database,
        )

    def sweep(self) -> list[str]:
        """Delete what its time is over for; the owner of each row that went."""
        now = self._clock()
        owners: list[str] = []
        with self._database.write() as connection:
            for table in (tables.responses, tables.conversations, tables.files):
                gone = delete(table).where(table.c.expires_at <= now).returning(table.c.owner)
                owners += connection.scalars(gone)
        if owners:
            self._database.drop_past()
        return owners

    def names_blob(self, sha256: str) -> bool:
        """Whether any file or conversation still needs this content."""
        with self._database.read() as connection:
            return any(
                connection.execute(select(t.c.owner).where(t.c.sha256 == sha256).limit(1)).first()
                for t in (tables.files, tables.conversation_pictures)
            )

    def ping(self) -> None:
        """Ask the database for something.

        Raises:
            InputError: it does not answer.
        """
        self.keys.exist()

    def close(self) -> None:
        """Close the database."""
        self._database.close()
