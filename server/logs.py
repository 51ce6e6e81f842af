"""One JSON object a line on stderr, each with the id of the request that it is about.

Nothing that a caller sent or a picture holds is logged: no question, no answer, no key, no message
of an unexpected exception (it may quote any of them).
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered; tasks and threads that it starts inherit it."""

log = logging.getLogger("server")
"""Write `log.info("what happened", extra={"fields": {...}})`."""


class JsonLines(logging.Formatter):
    """Time (UTC), level, event, request id, and the fields given."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record; of an exception its type and where it came from."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if (current := request_id.get()) is not None:
            line["request_id"] = current
        line |= getattr(record, "fields", {})
        if record.exc_info and (error := record.exc_info[1]) is not None:
            frames = traceback.extract_tb(error.__traceback__)
            line["error"] = type(error).__name__
            line["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
        return json.dumps(line, ensure_ascii=False, default=str)


def to_stderr(level: int = logging.INFO) -> None:
    """Let the service (and uvicorn's errors) write such lines to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for logger in (log, logging.getLogger("uvicorn.error")):
        logger.handlers = [handler]
        logger.propagate = False
    log.setLevel(level)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
