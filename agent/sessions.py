"""Many conversations at once, by id; those that nobody goes on with are forgotten.

For a service: what it wants to keep for longer it stores (`Session.snapshot`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.session import Session
from tools.errors import InputError

if TYPE_CHECKING:
    from agent.session import Source
    from agent.visual_agent import VisualAgent


class UnknownSessionError(InputError):
    """There is no session of that id, or none any more."""


class Sessions:
    """The open sessions of an agent. Safe to share between threads.

    Args:
        agent: answers their questions.
        most: so many are kept; the one that was used least recently goes first.
        idle_s: seconds after which one that nobody uses is forgotten.
        clock: seconds, from anywhere.
    """

    def __init__(
        self,
        agent: VisualAgent,
        *,
        most: int = 100,
        idle_s: float = 3600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._agent = agent
        self._most = most
        self._idle_s = idle_s
        self._clock = clock
        self._lock = threading.Lock()
        self._open: OrderedDict[str, tuple[Session, float]] = OrderedDict()
        """By id, with the time of the last use; the least recently used first."""

    def open(self, *pictures: Source) -> Session:
        """Begin a conversation about some pictures; its `id` is what `get` takes.

        Raises:
            PictureError: one cannot be read.
        """
        session = self._agent.session(*pictures)
        self.keep(session)
        return session

    def keep(self, session: Session) -> None:
        """Take in a session that was made elsewhere (`VisualAgent.restore`)."""
        with self._lock:
            self._use(session)

    def get(self, session_id: str) -> Session:
        """The session of that id.

        Raises:
            UnknownSessionError: there is none.
        """
        with self._lock:
            self._forget()
            if session_id not in self._open:
                raise UnknownSessionError("there is no such session; it may have been forgotten")
            session, _ = self._open[session_id]
            self._use(session)
            return session

    def close(self, session_id: str) -> None:
        """Forget a session, if it is there."""
        with self._lock:
            self._open.pop(session_id, None)

    def __len__(self) -> int:
        with self._lock:
            self._forget()
            return len(self._open)

    def _use(self, session: Session) -> None:
        self._open[session.id] = session, self._clock()
        self._open.move_to_end(session.id)
        self._forget()

    def _forget(self) -> None:
        oldest = self._clock() - self._idle_s
        while self._open:
            session_id, (_, used) = next(iter(self._open.items()))
            if used >= oldest and len(self._open) <= self._most:
                return
            del self._open[session_id]
