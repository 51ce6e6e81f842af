"""The rows of one owner in one table: each query names the owner."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.sql.elements import ColumnElement

from server.errors import NotFoundError
from server.store.database import Database

Clock = Callable[[], float]


class Repository:
    """The rows of one owner in one table."""

    def __init__(self, database: Database, owner: str, clock: Clock) -> None:
        self._database = database
        self._owner = owner
        self._clock = clock

    def _mine(self, table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        mine: ColumnElement[bool] = table.c.owner == self._owner
        for condition in conditions:
            mine &= condition
        return mine

    def _alive(self, table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return self._mine(table, table.c.expires_at > self._clock(), *conditions)

    def _living(self, table: Table, row_id: str, what: str) -> RowMapping:
        """The row of that id.

        Raises:
            NotFoundError: there is none of this owner; it says what there is not.
        """
        where = self._alive(table, table.c.id == row_id)
        with self._database.read() as connection:
            row = connection.execute(select(table).where(where)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(f"there is no {what} {row_id[:80]!r}", param=f"{what}_id")
        return row
