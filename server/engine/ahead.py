"""Looks at a picture before it is asked about, so that the first question finds it done.

Only while nobody asks: a question that comes meanwhile waits for one look at most. What is found
goes into the cache of the picture's owner, and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from functools import partial

from agent import VisualAgent
from agent.session import Session
from server.engine.admission import Admission
from server.logs import log
from server.pictures.intake import Handle, Intake
from tools.errors import InputError

MOST = 64
"""Pictures that wait to be looked at; the ones that came first are dropped first."""
PAUSE_S = 0.1
"""How often it is looked at whether nobody asks."""


class LookAhead:
    """Looks as for a description, with some tools. Used on the service's event loop only.

    Args:
        tools: their names; without any, nothing is looked at.

    Raises:
        InputError: one of them is not here.
    """

    def __init__(
        self, tools: tuple[str, ...], agent: VisualAgent, intake: Intake, admission: Admission
    ) -> None:
        here = [tool.name for tool in agent.toolset.offered]
        if unknown := sorted(set(tools) - set(here)):
            raise InputError(
                f"look_ahead: there is no tool {', '.join(unknown)}; there are {', '.join(here)}"
            )
        self._tools = tools
        self._agent = agent
        self._intake = intake
        self._admission = admission
        self._waiting: deque[tuple[str, Handle]] = deque(maxlen=MOST)
        self._looking: tuple[str, asyncio.Task[None]] | None = None
        self._came = asyncio.Event()

    def show(self, owner: str, pictures: Iterable[Handle]) -> None:
        """Pictures have come that may be asked about."""
        if self._tools:
            self._waiting.extend((owner, picture) for picture in pictures)
            self._came.set()

    def forget(self, owner: str) -> None:
        """Drop all of an owner's, and stop looking at it."""
        kept = [one for one in self._waiting if one[0] != owner]
        self._waiting.clear()
        self._waiting.extend(kept)
        if self._looking is not None and self._looking[0] == owner:
            self._looking[1].cancel()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being looked at, and nothing waits."""
        return self._looking is None and not self._waiting

    async def run(self) -> None:
        """Look at one picture after the other until it is cancelled; what fails is nobody's."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._waiting:
                await self._until_nobody_asks()
                if self._waiting:  # they may have been dropped meanwhile
                    await self._look_at(*self._waiting.popleft())

    async def _look_at(self, owner: str, picture: Handle) -> None:
        looking = asyncio.ensure_future(self._look(owner, picture))
        self._looking = owner, looking
        try:
            await asyncio.wait({looking})
        finally:
            looking.cancel()
            self._looking = None
        if not looking.cancelled() and (error := looking.exception()) is not None:
            fields = {"owner": owner, "error": type(error).__name__}
            log.info("look ahead failed", extra={"fields": fields})

    async def _look(self, owner: str, handle: Handle) -> None:
        from agent.planners.builtin.plans.descriptions import WHOLE

        arguments = dict(WHOLE)
        session = await asyncio.to_thread(self._session, owner, handle)
        for picture in session.pictures:
            for tool in self._tools:
                await self._until_nobody_asks()
                await session.alook(tool, {"picture": picture.ref.id} | arguments.get(tool, {}))

    def _session(self, owner: str, handle: Handle) -> Session:
        session = self._agent.session(owner=owner)
        load = partial(self._intake.content, handle.sha256)
        session.pictures.add(load(), handle.name, load)
        return session

    async def _until_nobody_asks(self) -> None:
        while self._admission.running or self._admission.waiting:
            await asyncio.sleep(PAUSE_S)
