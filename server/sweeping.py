"""Deletes, every few minutes, what its time is over for: rows first, then pictures nobody names."""

from __future__ import annotations

import asyncio

from agent import VisualAgent
from server.logs import log
from server.pictures.intake import Intake
from server.store import Store

EVERY_S = 600.0


def sweep(store: Store, intake: Intake, agent: VisualAgent) -> tuple[int, int]:
    """Once: how many rows and how many pictures went; blocks."""
    owners = store.sweep()
    for owner in set(owners):
        agent.forget(owner)
    return len(owners), intake.release()


async def keep_swept(
    store: Store, intake: Intake, agent: VisualAgent, every_s: float = EVERY_S
) -> None:
    """Until it is cancelled; a sweep that fails is told, and tried again later."""
    while True:
        try:
            rows, pictures = await asyncio.to_thread(sweep, store, intake, agent)
        except Exception:
            log.exception("sweep failed")
        else:
            if rows or pictures:
                log.info("swept", extra={"fields": {"rows": rows, "pictures": pictures}})
        await asyncio.sleep(every_s)
