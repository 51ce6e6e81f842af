"""The table of API keys; a key itself is never stored, only its sha256."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from server.store.database import Database
from server.store.records import KeyRecord
from server.store.tables import keys

_COLUMNS = [column for column in keys.c if column is not keys.c.sha256]


class Keys:
    """All keys, of whomever."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def add(self, record: KeyRecord, sha256: str) -> None:
        """Keep a key by the hash of its text."""
        with self._database.write() as connection:
            connection.execute(insert(keys).values(sha256=sha256, **vars(record)))

    def by_hash(self, sha256: str) -> KeyRecord | None:
        """The key of that hash, unless it was revoked."""
        found = self._list((keys.c.sha256 == sha256) & keys.c.revoked_at.is_(None))
        return found[0] if found else None

    def by_id(self, key_id: str) -> KeyRecord | None:
        """The key of that id, revoked or not."""
        found = self._list(keys.c.id == key_id)
        return found[0] if found else None

    def all(self) -> list[KeyRecord]:
        """Every key, revoked ones, too; the oldest first."""
        return self._list(keys.c.id.is_not(None))

    def exist(self) -> bool:
        """Whether a key was ever created: revoking the last one does not open the doors."""
        with self._database.read() as connection:
            return connection.execute(select(keys.c.id).limit(1)).first() is not None

    def revoke(self, key_id: str) -> bool:
        """Let a key be refused from now on; whether there was one to revoke."""
        where = (keys.c.id == key_id) & keys.c.revoked_at.is_(None)
        with self._database.write() as connection:
            done = connection.execute(update(keys).where(where).values(revoked_at=self._clock()))
            return bool(done.rowcount)

    def _list(self, where: ColumnElement[bool]) -> list[KeyRecord]:
        with self._database.read() as connection:
            rows = connection.execute(select(*_COLUMNS).where(where).order_by(keys.c.created_at))
            return [KeyRecord(**row) for row in rows.mappings()]
