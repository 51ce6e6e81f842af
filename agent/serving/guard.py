"""Runs a command that must not outlive whoever started this: `python guard.py COMMAND …`.

It ends the command's whole process group when standard input is closed, which happens however
its parent ends, and when the command itself ends: vLLM has processes of its own. A file without
imports of ours, so that any Python runs it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

GRACE_S = 15.0
"""Seconds from asking the group to end to making it."""


def main() -> int:
    """Run, wait for the end of either, clean up; the command's exit code."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # the parent decides, by closing the pipe
    # What is ignored would be inherited over exec; the command gets its defaults back.
    process = subprocess.Popen(  # noqa: S603
        sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True, restore_signals=True,
        preexec_fn=_default_signals,  # noqa: PLW1509 - no thread runs yet
    )  # fmt: skip

    def watch() -> None:
        while os.read(0, 1024):
            pass
        _signal(process.pid, signal.SIGTERM)
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            _signal(process.pid, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    code = process.wait()
    _signal(process.pid, signal.SIGKILL)  # what the command left behind
    return code


def _default_signals() -> None:
    for reset in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(reset, signal.SIG_DFL)


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main())
