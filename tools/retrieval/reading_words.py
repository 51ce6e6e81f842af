"""Reads the words on pictures with the tool `read_text`, through its runner and its cache."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.base import VisionTool
from tools.execution.cache import ResultCache
from tools.execution.local import LocalRunner
from tools.pictures.store import Picture

TIMEOUT_S = 600.0
"""For one picture: nobody waits for an answer here, and a machine may be busy."""


class ToolWordReader:
    """Reads with a tool that takes `query` as `read_text` does; close it, or use it in a `with`.

    Args:
        tool: the tool.
        cache_directory: where results are kept between runs, as for the agent; None: nowhere.
    """

    def __init__(self, tool: VisionTool, cache_directory: Path | None = None) -> None:
        self._tool = tool
        self._runner = LocalRunner([tool], ResultCache(cache_directory), TIMEOUT_S)
        self._loop = asyncio.Runner()

    @property
    def version(self) -> str:
        """Of the tool: it changes with what is read."""
        return self._tool.version

    def read(self, picture: Picture) -> str:
        """The picture's text, line by line.

        Raises:
            ToolError: it cannot be read.
        """
        self._runner.know(picture)
        call = self._runner.call(self._tool.name, {}, picture=picture.ref, region=None)
        report, _ = self._loop.run(call)
        return next((f.text for f in report.findings if f.label == "text" and f.text), "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._runner.close()
        self._loop.close()
