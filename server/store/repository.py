"""The rows of one owner in one table: each query names the owner."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Table
from sqlalchemy.sql.elements import ColumnElement

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
