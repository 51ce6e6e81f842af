"""The two error families: what goes back to the model, and what ends the run.

Who can fix it decides the family. A `ToolError` is read by the model, which can call
differently; an `InputError` is read by the person, who can pass something else.
"""

from __future__ import annotations


class ToolError(Exception):
    """A tool call failed; the message tells the model what to do next."""


class BadArgumentError(ToolError):
    """The model named a picture, a region or a label that does not exist."""


class ToolUnavailableError(ToolError):
    """The tool cannot work here (weights or a library are missing)."""


class OverloadedError(Exception):
    """So much waits for a tool that one look more would wait in vain; later it may be asked again.

    Nobody is at fault, so it is of neither family: it ends the run, and is no failed call.
    """


class InputError(Exception):
    """The person's input cannot be used; the message says what to pass instead."""


class PictureError(InputError):
    """A picture cannot be read: missing, truncated, too large, not a picture."""
