"""One owner's conversations: turns, pictures, what was looked at between two turns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from agent.files import dumps
from server.errors import ConflictError, NotFoundError
from server.store import snapshots, tables
from server.store.records import (
    ConversationRecord,
    ConversationSummary,
    LookRecord,
    StoredPicture,
    TurnRecord,
    new_id,
)
from server.store.repository import Repository


class Conversations(Repository):
    """Conversations, their pictures and their turns."""

    def get(self, conversation_id: str) -> ConversationRecord:
        """The conversation of that id.

        Raises:
            NotFoundError: there is none of this owner.
        """
        with self._database.read() as connection:
            return self._get(connection, conversation_id)

    def page(self, *, limit: int, after: str | None = None) -> list[ConversationSummary]:
        """At most `limit` conversations behind `after` (an id), those of the last turn first.

        Raises:
            NotFoundError: there is no conversation `after`.
        """
        chats, turns = tables.conversations, tables.turns
        here = self._mine(turns, turns.c.conversation == chats.c.id)
        first = select(turns.c.question).where(here).order_by(turns.c.position).limit(1)
        count = select(func.count()).select_from(turns).where(here)
        last = select(func.max(turns.c.created_at)).where(here)
        updated_at = func.coalesce(last.scalar_subquery(), chats.c.created_at)
        told = (
            first.scalar_subquery().label("question"),
            count.scalar_subquery().label("turns"),
            updated_at.label("updated_at"),
        )
        order = (chats.c.expires_at, chats.c.id)  # each turn lets it live longer
        where = self._alive(chats)
        if after is not None:
            behind = self.get(after)
            where &= tuple_(*order) < tuple_(behind.expires_at, behind.id)
        found = select(chats, *told).where(where).order_by(*(c.desc() for c in order))
        with self._database.read() as connection:
            return [
                ConversationSummary(_conversation(row), row.question, row.turns, row.updated_at)
                for row in connection.execute(found.limit(limit))
            ]

    def has(self, conversation_id: str) -> bool:
        """Whether there is one of that id."""
        table = tables.conversations
        where = self._alive(table, table.c.id == conversation_id)
        with self._database.read() as connection:
            return connection.execute(select(table.c.id).where(where)).first() is not None

    def turns(self, conversation_id: str) -> list[TurnRecord]:
        """Its turns, the first one first; none where it is unknown."""
        table = tables.turns
        where = self._mine(table, table.c.conversation == conversation_id)
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(where).order_by(table.c.position))
            turns: list[TurnRecord] = []
            for row in rows.mappings():
                before = turns[-1].snapshot if turns else {}
                turns.append(_turn(row, snapshots.after(before, json.loads(row["snapshot"]))))
        return turns

    def last_turn(self, conversation_id: str) -> TurnRecord | None:
        """Its last turn; None before the first."""
        table = tables.turns
        where = self._mine(table, table.c.conversation == conversation_id)
        return self._turn(where)

    def turn(self, turn_id: str) -> TurnRecord:
        """The turn of that id.

        Raises:
            NotFoundError: there is none of this owner.
        """
        found = self._turn(self._mine(tables.turns, tables.turns.c.id == turn_id))
        if found is None:
            raise NotFoundError(f"there is no turn {turn_id[:80]!r}", param="turn")
        return found

    def turn_of_transcript(self, transcript: str) -> TurnRecord | None:
        """The last turn after which exactly this had been said; None where nobody has."""
        return self._turn(self._mine(tables.turns, tables.turns.c.transcript == transcript))

    def pictures(self, conversation_id: str) -> list[StoredPicture]:
        """Its picture files, in order."""
        table = tables.conversation_pictures
        where = self._mine(table, table.c.conversation == conversation_id)
        with self._database.read() as connection:
            rows = connection.execute(select(table).where(where).order_by(table.c.position))
            return [StoredPicture(row.sha256, row.name) for row in rows]

    def begin(
        self, expires_at: float, metadata: Mapping[str, str] | None = None
    ) -> ConversationRecord:
        """A new conversation without turns; it is there when this returns."""
        record = ConversationRecord(new_id("conv"), self._clock(), expires_at, dict(metadata or {}))
        with self._database.write() as connection:
            connection.execute(self._inserted(record))
        return record

    def note(self, conversation_id: str, metadata: Mapping[str, str]) -> ConversationRecord:
        """Note something else on a conversation; what it is then.

        Raises:
            NotFoundError: there is none of this owner.
        """
        table = tables.conversations
        where = self._alive(table, table.c.id == conversation_id)
        with self._database.write() as connection:
            connection.execute(update(table).where(where).values(metadata=dumps(dict(metadata))))
            return self._get(connection, conversation_id)

    def append(
        self,
        turn: TurnRecord,
        pictures: Sequence[StoredPicture],
        expires_at: float,
        *,
        begins: bool = False,
    ) -> None:
        """Add a turn and all picture files of its conversation in one transaction.

        With `begins` the conversation is made in it, too. When this returns, all is on the disk.

        Raises:
            NotFoundError: the conversation has been deleted.
            ConflictError: another turn took this place.
        """
        record = ConversationRecord(turn.conversation, turn.created_at, expires_at)
        with self._database.write() as connection:
            self._keep(connection, record, begins=begins)
            before = self._snapshot(connection, turn.conversation, turn.position)
            more = dumps(snapshots.step(before, turn.snapshot))
            values = vars(turn) | {"answer": dumps(turn.answer), "snapshot": more}
            try:
                connection.execute(insert(tables.turns).values(owner=self._owner, **values))
                self._show(connection, turn.conversation, pictures)
            except IntegrityError:
                raise _conflict() from None

    def looked(
        self,
        look: LookRecord,
        pictures: Sequence[StoredPicture],
        expires_at: float,
        *,
        begins: bool = False,
    ) -> None:
        """Note what was shown and looked at since the last turn, instead of what was noted before.

        As `append`, in one transaction with the pictures; raises what it raises.
        """
        table, turns = tables.looks, tables.turns
        values = vars(look) | {"snapshot": dumps(look.snapshot), "owner": self._owner}
        record = ConversationRecord(look.conversation, self._clock(), expires_at)
        here = self._mine(turns, turns.c.conversation == look.conversation)
        last = select(turns.c.id).where(here).order_by(turns.c.position.desc()).limit(1)
        with self._database.write() as connection:
            self._keep(connection, record, begins=begins)
            if (connection.scalar(last) or "") != look.turn:
                raise _conflict()
            old = self._mine(table, table.c.conversation == look.conversation)
            connection.execute(delete(table).where(old))
            connection.execute(insert(table).values(values))
            self._show(connection, look.conversation, pictures)

    def look(self, conversation_id: str, turn: str) -> LookRecord | None:
        """What was looked at since that turn (empty: since the beginning); None where nothing."""
        table = tables.looks
        where = self._mine(table, table.c.conversation == conversation_id, table.c.turn == turn)
        with self._database.read() as connection:
            row = connection.execute(select(table).where(where)).mappings().one_or_none()
        if row is None:
            return None
        values = {name: value for name, value in row.items() if name != "owner"}
        return LookRecord(**values | {"snapshot": json.loads(row["snapshot"])})

    def delete(self, conversation_id: str) -> None:
        """Forget a conversation with everything in it.

        Raises:
            NotFoundError: there is none of this owner.
        """
        table = tables.conversations
        with self._database.write() as connection:
            self._get(connection, conversation_id)
            where = self._mine(table, table.c.id == conversation_id)
            connection.execute(delete(table).where(where))

    def _keep(self, connection: Connection, record: ConversationRecord, *, begins: bool) -> None:
        """Make the conversation, or let the one that is there live longer."""
        if begins:
            connection.execute(self._inserted(record))
            return
        table = tables.conversations
        where = self._mine(table, table.c.id == record.id)
        longer = update(table).where(where).values(expires_at=record.expires_at)
        if not connection.execute(longer).rowcount:
            raise NotFoundError("the conversation has been deleted", param="conversation")

    def _show(
        self, connection: Connection, conversation_id: str, pictures: Sequence[StoredPicture]
    ) -> None:
        """Add those of all its picture files that are not there yet."""
        table = tables.conversation_pictures
        here = self._mine(table, table.c.conversation == conversation_id)
        known = connection.execute(select(func.count()).where(here)).scalar_one()
        for position, picture in enumerate(pictures[known:], start=known):
            row = {"conversation": conversation_id, "position": position}
            row |= {"owner": self._owner, **vars(picture)}
            connection.execute(insert(table).values(row))

    def _inserted(self, record: ConversationRecord) -> Any:
        values = vars(record) | {"metadata": dumps(record.metadata)}
        return insert(tables.conversations).values(owner=self._owner, **values)

    def _get(self, connection: Connection, conversation_id: str) -> ConversationRecord:
        table = tables.conversations
        where = self._alive(table, table.c.id == conversation_id)
        row = connection.execute(select(table).where(where)).one_or_none()
        if row is None:
            raise NotFoundError(
                f"there is no conversation {conversation_id[:80]!r}", param="conversation"
            )
        return _conversation(row)

    def _turn(self, where: ColumnElement[bool]) -> TurnRecord | None:
        """The last turn of which it holds, unless its conversation's time is over."""
        table, chats = tables.turns, tables.conversations
        alive = self._alive(chats, chats.c.id == table.c.conversation)
        order = (table.c.created_at.desc(), table.c.position.desc())
        with self._database.read() as connection:
            found = select(table).join(chats, alive).where(where).order_by(*order).limit(1)
            row = connection.execute(found).mappings().one_or_none()
            if row is None:
                return None
            whole = self._snapshot(connection, row["conversation"], row["position"] + 1)
        return _turn(row, whole)

    def _snapshot(
        self, connection: Connection, conversation_id: str, before: int
    ) -> dict[str, Any]:
        """The conversation as it was before its turn of that position."""
        table = tables.turns
        here = self._mine(table, table.c.conversation == conversation_id)
        where = here & (table.c.position < before)
        steps = connection.scalars(select(table.c.snapshot).where(where).order_by(table.c.position))
        whole: dict[str, Any] = {}
        for taken in steps:
            whole = snapshots.after(whole, json.loads(taken))
        return whole


def _conflict() -> ConflictError:
    return ConflictError("another question of this conversation was faster; ask again")


def _conversation(row: Row[Any]) -> ConversationRecord:
    noted = json.loads(row.metadata)
    return ConversationRecord(row.id, row.created_at, row.expires_at, noted)


def _turn(row: RowMapping, snapshot: dict[str, Any]) -> TurnRecord:
    values = {name: value for name, value in row.items() if name != "owner"}
    loaded = {"answer": json.loads(row["answer"]), "snapshot": snapshot}
    return TurnRecord(**values | loaded)
