"""One line an event on stderr, each with the id of the request that it is about.

Nothing that a caller sent or a picture holds is logged: no question, no answer, no key, no name of
a file, no address, no message of an unexpected exception (it may quote any of them). Of what tools
and agent log only the words of the program are written, not what is filled in; of what other
libraries log, only where in them it comes from.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tools.execution.origins import origins

LEVELS = {
    "debug": logging.DEBUG, "info": logging.INFO,
    "warning": logging.WARNING, "error": logging.ERROR,
}  # fmt: skip

log = logging.getLogger("server")
"""Write `log.info("what happened", extra={"fields": {...}})`; `origins` has the requests' ids."""
_TEMPLATES = ("agent", "tools", "uvicorn.error")
"""Loggers whose messages are constants with what is particular filled in."""


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What is written of a record: time (UTC), level, event, request id, and the fields given.

    Of an exception its type and where it came from. What several requests wait for together (a
    batch of a tool) has `request_ids`.
    """
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    line: dict[str, Any] = {
        "time": f"{moment}.{int(record.msecs):03d}Z",
        "level": record.levelname.lower(),
        "event": _event(record),
    }
    if record.name != log.name:
        line |= {"logger": record.name, "place": f"{record.pathname}:{record.lineno}"}
    if len(ids := origins.get()) == 1:
        line["request_id"] = ids[0]
    elif ids:
        line["request_ids"] = list(ids)
    line |= getattr(record, "fields", {}) if _is_below(record.name, (log.name,)) else {}
    if record.exc_info and (error := record.exc_info[1]) is not None:
        frames = traceback.extract_tb(error.__traceback__)
        line["error"] = type(error).__name__
        line["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
    return line


class JsonLines(logging.Formatter):
    """A JSON object a line: for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return json.dumps(fields_of(record), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """Time, level, event, then name=value: for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record; frames of an exception stand below it."""
        line = fields_of(record)
        frames = line.pop("frames", [])
        first = [line.pop("time"), f"{line.pop('level'):7}", line.pop("event")]
        rest = [f"{name}={json.dumps(value, ensure_ascii=False, default=str)}"
                for name, value in line.items()]  # fmt: skip
        return "\n    ".join(["  ".join([*first, *rest]), *frames])


FORMATS = {"json": JsonLines, "text": TextLines}


@contextmanager
def to_stderr(form: str = "json", level: str = "info") -> Iterator[None]:
    """Let everything that logs write such lines to stderr, while the block runs.

    Args:
        form: `json` or `text`.
        level: from which level on the service, the agent and the tools are heard; others from
            warnings on.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATS[form]())
    root = logging.getLogger()
    named = [logging.getLogger(name) for name in (log.name, *_TEMPLATES)]
    before = [(each, each.handlers, each.level, each.propagate) for each in (root, *named)]
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for each in named:
        each.handlers, each.propagate = [], True
        each.setLevel(LEVELS[level])
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        for each, handlers, level_before, propagates in before:
            each.handlers, each.propagate = handlers, propagates
            each.setLevel(level_before)


def _event(record: logging.LogRecord) -> str:
    if _is_below(record.name, (log.name,)):
        return record.getMessage()
    if _is_below(record.name, _TEMPLATES) and isinstance(record.msg, str):
        return record.msg.strip()
    return "logged by a library"


def _is_below(name: str, loggers: tuple[str, ...]) -> bool:
    return any(name == logger or name.startswith(f"{logger}.") for logger in loggers)
