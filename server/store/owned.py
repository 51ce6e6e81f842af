"""What else one owner has: files, responses, what is thought of answers, preferences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from agent.files import dumps
from server.errors import NotFoundError
from server.store import tables
from server.store.records import FeedbackRecord, FileRecord, ResponseRecord, new_id
from server.store.repository import Repository

INLINE = "inline"
"""The purpose of a picture that came with a question: kept, not listed."""


class Files(Repository):
    """Uploaded pictures."""

    def add(self, record: FileRecord) -> FileRecord:
        """Note a file; one that came inline again only lives longer.

        That is not written while it lives for half as long anyway.
        """
        table = tables.files
        same = self._mine(table, table.c.sha256 == record.sha256, table.c.purpose == INLINE)
        if record.purpose == INLINE:
            half = (self._clock() + record.expires_at) / 2
            with self._database.read() as connection:
                found = select(table).where(same & (table.c.expires_at >= half)).limit(1)
                if (row := connection.execute(found).mappings().one_or_none()) is not None:
                    return _file(row)
        with self._database.write() as connection:
            if record.purpose == INLINE:
                live = update(table).where(same).values(expires_at=record.expires_at)
                if connection.execute(live).rowcount:
                    row = connection.execute(select(table).where(same).limit(1)).mappings().one()
                    return _file(row)
            connection.execute(insert(table).values(owner=self._owner, **vars(record)))
        return record

    def get(self, file_id: str) -> FileRecord:
        """The file of that id.

        Raises:
            NotFoundError: there is none of this owner.
        """
        return _file(self._living(tables.files, file_id, "file"))

    def total_bytes(self) -> int:
        """Of all contents that are kept, each once."""
        table = tables.files
        contents = select(table.c.sha256, table.c.bytes).where(self._mine(table)).distinct()
        with self._database.read() as connection:
            total = connection.execute(select(func.sum(contents.subquery().c.bytes))).scalar()
        return int(total or 0)

    def has(self, sha256: str) -> bool:
        """Whether this owner has a file of that content."""
        table = tables.files
        where = self._alive(table, table.c.sha256 == sha256)
        with self._database.read() as connection:
            return connection.execute(select(table.c.id).where(where).limit(1)).first() is not None

    def page(
        self,
        *,
        limit: int,
        after: str | None = None,
        newest_first: bool = True,
        purpose: str | None = None,
    ) -> list[FileRecord]:
        """At most `limit` files (of a purpose) behind `after` (an id), what came inline left out.

        Raises:
            NotFoundError: there is no file `after`.
        """
        table = tables.files
        columns = (table.c.created_at, table.c.id)
        wanted = table.c.purpose != INLINE if purpose is None else table.c.purpose == purpose
        where = self._alive(table, wanted)
        if after is not None:
            last = self.get(after)
            at = tuple_(last.created_at, last.id)
            where &= tuple_(*columns) < at if newest_first else tuple_(*columns) > at
        order = [c.desc() if newest_first else c.asc() for c in columns]
        with self._database.read() as connection:
            found = connection.execute(select(table).where(where).order_by(*order).limit(limit))
            return [_file(row) for row in found.mappings()]

    def delete(self, file_id: str) -> FileRecord:
        """Forget a file; its content goes when nothing else names it.

        Raises:
            NotFoundError: there is none of this owner.
        """
        record = self.get(file_id)
        table = tables.files
        with self._database.write() as connection:
            connection.execute(delete(table).where(self._mine(table, table.c.id == file_id)))
        return record


class Responses(Repository):
    """Responses as they were sent (`/v1/responses`)."""

    def put(self, record: ResponseRecord) -> None:
        """Keep a response.

        Raises:
            NotFoundError: its conversation has been deleted.
        """
        values = vars(record) | {"body": dumps(record.body)}
        with self._database.write() as connection:
            try:
                connection.execute(insert(tables.responses).values(owner=self._owner, **values))
            except IntegrityError:
                raise NotFoundError("the conversation has been deleted") from None

    def get(self, response_id: str) -> ResponseRecord:
        """The response of that id.

        Raises:
            NotFoundError: there is none of this owner.
        """
        row = self._living(tables.responses, response_id, "response")
        values = {name: value for name, value in row.items() if name != "owner"}
        return ResponseRecord(**values | {"body": json.loads(row["body"])})

    def any_of(self, conversation_id: str) -> bool:
        """Whether there is one of that conversation."""
        table = tables.responses
        where = self._alive(table, table.c.conversation == conversation_id)
        with self._database.read() as connection:
            return connection.execute(select(table.c.id).where(where).limit(1)).first() is not None

    def delete(self, response_id: str) -> None:
        """Forget a response.

        Raises:
            NotFoundError: there is none of this owner.
        """
        self.get(response_id)
        table = tables.responses
        with self._database.write() as connection:
            connection.execute(delete(table).where(self._mine(table, table.c.id == response_id)))


class Feedback(Repository):
    """Thumbs; one a turn, the last one counts."""

    def put(self, record: FeedbackRecord) -> None:
        """Keep what somebody thinks of a turn of theirs.

        Raises:
            NotFoundError: there is no such turn of this owner.
        """
        table, turns = tables.feedback, tables.turns
        with self._database.write() as connection:
            mine = self._mine(turns, turns.c.id == record.turn)
            if connection.execute(select(turns.c.id).where(mine)).one_or_none() is None:
                raise NotFoundError(f"there is no turn {record.turn[:80]!r}", param="turn")
            connection.execute(delete(table).where(self._mine(table, table.c.turn == record.turn)))
            values = {"id": new_id("fb"), "owner": self._owner, **vars(record)}
            connection.execute(insert(table).values(values))

    def get(self, turn_id: str) -> FeedbackRecord | None:
        """What was said of a turn."""
        table = tables.feedback
        with self._database.read() as connection:
            where = self._mine(table, table.c.turn == turn_id)
            row = connection.execute(select(table).where(where)).one_or_none()
        if row is None:
            return None
        return FeedbackRecord(row.turn, row.rating, row.comment, row.created_at)

    def ratings(self, conversation_id: str) -> dict[str, int]:
        """What was said of the turns of a conversation, by the turn's id."""
        table, turns = tables.feedback, tables.turns
        where = self._mine(table, turns.c.conversation == conversation_id)
        found = select(table.c.turn, table.c.rating).join(turns, turns.c.id == table.c.turn)
        with self._database.read() as connection:
            return {row.turn: row.rating for row in connection.execute(found.where(where))}


class Preferences(Repository):
    """How an owner wants answers; what the fields mean is its readers' business."""

    def get(self) -> dict[str, Any]:
        """All of them; empty where none were set."""
        table = tables.preferences
        with self._database.read() as connection:
            body = connection.execute(select(table.c.body).where(self._mine(table))).scalar()
        return {} if body is None else dict(json.loads(body))

    def put(self, body: Mapping[str, Any]) -> None:
        """Set all of them."""
        table = tables.preferences
        with self._database.write() as connection:
            connection.execute(delete(table).where(self._mine(table)))
            connection.execute(insert(table).values(owner=self._owner, body=dumps(dict(body))))

    def delete(self) -> None:
        """Forget all of them."""
        table = tables.preferences
        with self._database.write() as connection:
            connection.execute(delete(table).where(self._mine(table)))


def _file(row: RowMapping) -> FileRecord:
    values = {name: value for name, value in row.items() if name != "owner"}
    return FileRecord(**values)
