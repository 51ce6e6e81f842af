"""Gives memory that is free back to the system: glibc keeps what many threads have let go of.

Pictures and what networks make of them are large and short-lived; without this the process grows
for as long as it is asked, though it holds no more. Elsewhere than on glibc nothing is done.
"""

from __future__ import annotations

import asyncio
import ctypes
from typing import Any

EVERY_S = 20.0


async def keep_trimmed() -> None:
    """Trim again and again, until cancelled."""
    trim = _malloc_trim()
    while trim is not None:
        await asyncio.sleep(EVERY_S)
        await asyncio.to_thread(trim, 0)


def _malloc_trim() -> Any:
    """glibc's function (`man malloc_trim`); None where there is none."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
