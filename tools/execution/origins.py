"""For whom something is done, as whoever asks names it: a request's id, say.

What runs in a tool's thread has the context of its caller, and with it the caller's origins; a
batch has those of all its callers.
"""

from __future__ import annotations

from contextvars import ContextVar

origins: ContextVar[tuple[str, ...]] = ContextVar("origins", default=())
"""Set by whoever asks; of use to a log."""
