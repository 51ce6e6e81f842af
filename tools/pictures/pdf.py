"""PDF files: how many pages, each one rendered, and the text layer, by PDFium.

What the text layer says is not what a page shows: `tools.reading.text_layer` compares them. PDFium
works in a process of its own (`tools.pictures.pdfium`), which a hostile file may break: the next
question starts another one.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from tools.errors import PictureError
from tools.pictures import pdfium
from tools.pictures.pages import File, Leaf
from tools.pictures.picture import Character

if TYPE_CHECKING:
    from tools.pictures.pages import Decoded
    from tools.pictures.picture import Pixels

_HEAD = 1024
"""Bytes in which a PDF file has to say that it is one (PDF 1.7, appendix H.3.4.1)."""


def is_pdf(data: bytes) -> bool:
    """Whether a file says that it is a PDF."""
    return b"%PDF-" in data[:_HEAD]


def read(data: bytes, most: int, load: Callable[[], bytes]) -> File:
    """The first pages of a PDF; each is rendered when it is looked at.

    Args:
        data: the file.
        most: so many pages.
        load: gives the file again, when a page is looked at.

    Raises:
        PictureError: it is damaged, has no pages, or needs a password.
    """
    (total, sizes), _ = _process.ask("sizes", data, most)
    if not sizes:
        raise PictureError("the PDF has no pages")
    leaves = (
        Leaf(n, (width, height), partial(_decoded, load, n), partial(_characters_again, load, n))
        for n, (width, height) in enumerate(sizes, start=1)
    )
    return File("page", tuple(leaves), total)


def _decoded(load: Callable[[], bytes], page: int) -> Decoded:
    return render(load(), page), None


def _characters_again(load: Callable[[], bytes], page: int) -> tuple[Character, ...]:
    return characters(load(), page)


def render(data: bytes, page: int) -> Pixels:
    """A page (from 1), forms filled in, as uint8 RGB of the size that `read` says.

    Raises:
        PictureError: it cannot be rendered.
    """
    import numpy as np

    (width, height), pixels = _process.ask("render", data, page)
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


def characters(data: bytes, page: int) -> tuple[Character, ...]:
    """The text layer of a page (from 1); what lies outside of the page is left out.

    Raises:
        PictureError: the page cannot be opened.
    """
    found, _ = _process.ask("characters", data, page)
    return tuple(Character(text, tuple(box), begins) for text, box, begins in found)


class _Process:
    """The process that PDFium works in, started when it is needed; it does one thing at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def ask(self, do: str, data: bytes, number: int) -> pdfium.Said:
        """What the function `do` of `tools.pictures.pdfium` gives.

        Raises:
            PictureError: it refuses, breaks, or takes more than it may.
        """
        head = json.dumps({"do": do, "number": number, "bytes": len(data)}).encode()
        with self._lock:
            try:
                answer, more = self._exchange(head + b"\n", data)
            except (OSError, EOFError):
                self._end()
                raise PictureError(
                    "the PDF breaks what opens it, or takes too much of it; save it as pictures"
                ) from None
        if "refused" in answer:
            raise PictureError(answer["refused"])
        return answer["value"], more

    def _exchange(self, head: bytes, data: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer to a request.

        Raises:
            OSError, EOFError: the process has ended.
        """
        running = self._running = self._running or _start()
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(head)
        running.stdin.write(data)
        running.stdin.flush()
        if not (line := running.stdout.readline()).endswith(b"\n"):
            raise EOFError
        answer = json.loads(line)
        if len(more := running.stdout.read(answer["bytes"])) < answer["bytes"]:
            raise EOFError
        return answer, more

    def close(self) -> None:
        """End it; it starts again when it is needed."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if (running := self._running) is not None:
            self._running = None
            running.kill()
            running.communicate()


def _start() -> subprocess.Popen[bytes]:
    # -P: nothing that lies beside the script is taken for a library. A session of its own: Ctrl-C
    # is not for it.
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", pdfium.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


_process = _Process()
atexit.register(_process.close)
