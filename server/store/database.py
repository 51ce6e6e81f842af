"""The connection to SQLite or PostgreSQL: one writer at a time, and a commit is on the disk.

SQLite: write-ahead log, `synchronous=FULL` (a committed transaction survives `kill -9` and a power
cut), foreign keys on. Everything blocks: call it from threads.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, OperationalError

from tools.errors import InputError

KNOWN = ("sqlite", "postgresql")
BUSY_MS = 30_000
"""How long a connection waits for another process that writes."""


class Database:
    """A database by its URL (SQLAlchemy's form).

    Raises:
        InputError: the URL is none, its driver is not installed, or nothing answers there.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise InputError("database_url is no URL (postgresql://user@host/name)") from None
        if parsed.get_backend_name() not in KNOWN:
            raise InputError("database_url: only SQLite and PostgreSQL are known")
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            _private_file(Path(parsed.database))
        try:
            self._engine = create_engine(parsed, pool_pre_ping=not self.is_sqlite)
        except ModuleNotFoundError as error:
            raise InputError(
                f"{error.name} is not installed: pip install 'vqa-agent[postgres]'"
            ) from None
        self._writing = threading.Lock() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            _prepare_sqlite(self._engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Raises:
            InputError: nothing answers at the URL.
        """
        with self._connected() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is on the disk when the block has ended without error.

        Raises:
            InputError: nothing answers at the URL.
        """
        with self._writing, self._connected() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            connection = self._engine.connect()
        except OperationalError as error:
            message = "the database of the service (database_url) does not answer"
            raise InputError(message) from error
        try:
            with connection:
                yield connection
        except DataError:  # PostgreSQL: the character NUL in a text
            raise InputError("the request holds characters that cannot be kept") from None

    def drop_past(self) -> None:
        """Delete what rows were before: SQLite's log keeps pages until it is written over."""
        if not self.is_sqlite:
            return
        with self._writing:
            connection = self._engine.raw_connection()  # no transaction of SQLAlchemy's
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _private_file(path: Path) -> None:
    """Make the file, its folder too, readable by this user only.

    Raises:
        InputError: it cannot be made or written.
    """
    private_folder(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None


def private_folder(path: Path) -> None:
    """Make a folder that only this user reads.

    Raises:
        InputError: it cannot be made or written; the message says which setting names it.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InputError(
            f"the data folder {path} cannot be made: {error.strerror} (data_dir)"
        ) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise InputError(f"the data folder {path} cannot be written (data_dir)")


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours, see below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: whoever will write takes the lock now, while it can still wait for it.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
