"""Brings a database to the present schema, one step after the other, each once.

A step that was released is never changed: what comes later is a step of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from server.store.database import Database
from server.store.tables import metadata
from tools.errors import InputError

_LOCK = 0x767161
"""PostgreSQL's advisory lock under which one process migrates."""


def _first(connection: Connection) -> None:
    metadata.create_all(connection)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first,)


def migrate(database: Database) -> None:
    """Make what is missing; several processes may try at once.

    Raises:
        InputError: the database was written by a newer version.
    """
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)"))
        row = connection.execute(text("SELECT max(version) FROM schema_version")).scalar()
        done = int(row or 0)
        if done > len(MIGRATIONS):
            raise InputError(
                f"the database has schema {done}, this version knows {len(MIGRATIONS)}: update it"
            )
        for number, step in enumerate(MIGRATIONS[done:], start=done + 1):
            step(connection)
            connection.execute(
                text("INSERT INTO schema_version (version) VALUES (:version)"), {"version": number}
            )
