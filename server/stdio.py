"""MCP over standard input and output: for one client on this machine, until it goes away.

Nothing is kept: sessions lie in a folder that is deleted at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from mcp.server.stdio import stdio_server

from agent import VisualAgent
from server.access.caller import identify
from server.app import open_services
from server.logs import to_stderr
from server.mcp.roots import Roots, check_roots
from server.mcp.serving import mcp_server
from server.settings import ServerSettings, load


def serve_stdio(agent: VisualAgent, folders: Sequence[Path]) -> None:
    """Answer on standard output what comes on standard input, until that ends.

    Args:
        agent: answers; the caller closes it.
        folders: pictures may be opened by their paths below them.

    Raises:
        InputError: one of the folders is none.
    """
    check_roots(folders)
    with TemporaryDirectory(prefix="vqa-agent-mcp-") as folder:
        own = {"data_dir": Path(folder), "host": "127.0.0.1"}
        settings = load(own).model_copy(update={"database_url": None, "require_keys": False})
        with to_stderr(settings.log, settings.log_level):
            asyncio.run(_serve(agent, folders, settings))


async def _serve(agent: VisualAgent, folders: Sequence[Path], settings: ServerSettings) -> None:
    async with AsyncExitStack() as stack:
        services = await open_services(settings, agent, stack)
        me = identify(services, None)
        server = mcp_server(services, Roots(services.intake, folders), lambda _context: me)
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
