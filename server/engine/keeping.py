"""What is stored of a question or a visit; then the session is kept for what comes next."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from agent.answer import Answer
from server.engine.opening import Ask, Opened, Opener
from server.engine.runs import Asker
from server.engine.transcripts import Said, after
from server.errors import DeletedError, NotFoundError
from server.pictures.intake import DAY_S
from server.settings import ServerSettings
from server.store import Owned
from server.store.records import LookRecord, TurnRecord, new_id


class Keeper:
    """Writes turns and looks. Everything here blocks."""

    def __init__(self, settings: ServerSettings, opener: Opener) -> None:
        self._settings = settings
        self._opener = opener

    def turns(
        self, mine: Owned, ask: Ask, session_of: Opened, askers: Sequence[Asker], answer: Answer
    ) -> None:
        """Store the turn of each asker with the snapshot of its conversation.

        Raises:
            DeletedError: a conversation was deleted meanwhile.
            ConflictError: another question of it was faster.
        """
        now = time.time()
        said = Said(ask.question, answer.answer, ask.pictures)
        snapshot = session_of.session.snapshot()
        for asker in askers:
            opened = asker.opened
            assert opened is not None
            record = TurnRecord(
                id=asker.turn,
                conversation=opened.conversation,
                position=opened.position,
                transcript=after(opened.transcript, said),
                pictures=len(opened.pictures),
                question=ask.question,
                answer=answer.to_json(),
                snapshot=snapshot | {"id": opened.conversation},
                created_at=now,
            )
            with _there():
                lives = self._lives()
                mine.conversations.append(record, opened.pictures, lives, begins=opened.begins)
            if opened is session_of:
                self._opener.keep(opened.session, asker.turn)

    def look(self, mine: Owned, opened: Opened) -> None:
        """Store what was looked at since the last turn.

        Raises:
            DeletedError: the conversation was deleted meanwhile.
            ConflictError: a question of it was faster.
        """
        look = LookRecord(
            id=new_id("look"),
            conversation=opened.conversation,
            turn=opened.turn,
            pictures=len(opened.pictures),
            snapshot=opened.session.snapshot(),
        )
        with _there():
            lives = self._lives()
            mine.conversations.looked(look, opened.pictures, lives, begins=opened.begins)
        self._opener.keep(opened.session, look.id)

    def _lives(self) -> float:
        return time.time() + self._settings.conversation_days * DAY_S


@contextmanager
def _there() -> Iterator[None]:
    """The conversation was there when the question began."""
    try:
        yield
    except NotFoundError:
        raise DeletedError from None
