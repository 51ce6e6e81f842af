"""Whether questions can be answered now: a small one is asked, and its answer holds for seconds."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field

from agent import VisualAgent
from agent.trying import QUESTION, small_picture
from server.errors import UnavailableError
from server.logs import log
from server.pictures.collection import Collection
from server.store import Store
from tools.errors import InputError


@dataclass(frozen=True)
class Report:
    """What was looked at; each trouble in a few words without names or addresses."""

    troubles: dict[str, str] = field(default_factory=dict)
    tools: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether there is no trouble."""
        return not self.troubles


class Readiness:
    """Asks the agent about a picture that nobody has seen, so that no cache can answer.

    Args:
        holds_s: seconds for which what was found is not asked for again.
        collection: the pictures that may be searched, where any are served.
    """

    def __init__(
        self,
        agent: VisualAgent,
        store: Store,
        holds_s: float,
        collection: Collection | None = None,
    ) -> None:
        self._agent = agent
        self._store = store
        self._holds_s = holds_s
        self._collection = collection
        self._asking = asyncio.Lock()
        self._last: tuple[float, Report] | None = None

    async def check(self) -> Report:
        """What was found, at most `holds_s` ago; questions that come meanwhile wait for it."""
        async with self._asking:
            if self._last is None or time.monotonic() - self._last[0] > self._holds_s:
                report = await self._look()
                self._last = time.monotonic(), report
            return self._last[1]

    async def _look(self) -> Report:
        troubles = dict.fromkeys(self._agent.troubles, "does not answer in time")
        try:
            await asyncio.to_thread(self._store.ping)
        except InputError:
            troubles["database"] = "does not answer"
        if self._collection is not None:
            try:
                await asyncio.to_thread(self._collection.check)
            except UnavailableError:
                troubles["index"] = "does not open"
        total = f"{secrets.randbelow(9000) + 1000}.{secrets.randbelow(90) + 10}"
        try:
            answer = await self._agent.aask(small_picture(total), question=QUESTION)
        except Exception as error:  # whatever it is: questions cannot be answered
            log.exception("not ready")
            troubles["planner"] = type(error).__name__
        else:
            if answer.reason in ("planner_failed", "out_of_time"):
                troubles["planner"] = answer.reason
            troubles |= {c.name: "failed" for c in answer.tool_calls if c.status == "error"}
        return Report(troubles, tuple(tool.name for tool in self._agent.toolset.offered))
