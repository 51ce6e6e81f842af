"""LangSmith spans around middleware, at no cost where nobody traces.

LangChain wraps each middleware hook in a span whose set-up and end run in a thread each, also with
tracing off: about a quarter of the loop's own time for one question. With tracing on
(`LANGSMITH_TRACING`), everything is as LangSmith has it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from typing import Any


def spare_threads() -> None:
    """Set up and end spans in place while tracing is off; for the whole process, idempotent."""
    from langsmith import set_runtime_overrides

    set_runtime_overrides(aio_to_thread=_in_place_unless_tracing)


async def _in_place_unless_tracing(
    in_thread: Callable[..., Any],
    context: Context,
    function: Callable[..., Any],
    /,
    *args: Any,
    **kwargs: Any,
) -> Any:
    from langsmith.utils import tracing_is_enabled

    if tracing_is_enabled():
        return await in_thread(context, function, *args, **kwargs)
    return context.run(function, *args, **kwargs)
