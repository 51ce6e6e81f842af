"""Serves until it is stopped: the address is taken before anything is loaded."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI

from agent import VisualAgent
from server.access.caller import check_reachable
from server.app import create_app
from server.logs import log, to_stderr
from server.observing.tracing import is_wanted
from server.services import Services
from server.settings import ServerSettings
from server.store import Database, Store
from server.store.database import private_folder
from tools.errors import InputError

HTTP_PORTS = {"http": 80, "https": 443}
LAST_BYTES_S = 5
"""Seconds for what was answered to be sent."""
HURRY_S = 1
"""Seconds for those to be told who wait when nothing is waited for."""
CHECK_S = 0.2
"""How often it is looked at whether somebody does not want to wait any more."""
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, to be told
"""Addresses that mean all of a machine's, and its own beside them."""
LLM_PORT = 8000
"""Of `serve-llm`, unless told."""


class StoppedAtOnceError(KeyboardInterrupt):
    """Ctrl-C came twice: nothing is waited for."""


def serve(
    settings: ServerSettings,
    agent: VisualAgent,
    ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until SIGINT or SIGTERM; questions that are being answered may finish (`drain_s`).

    Args:
        settings: where, and with what.
        agent: answers; the caller closes it.
        ready: told the URL when the address is taken; requests are answered soon after.

    Raises:
        InputError: it may not serve so; the message says what to do.
        StoppedAtOnceError: Ctrl-C came twice; tools may still be looking.
    """
    check_planner(settings, agent.settings.planner_url)
    check_keys(settings)
    is_wanted(settings)  # else the app would say at its start what is missing
    with bound(settings.host, settings.port) as listening:
        ready(url_of(*listening.getsockname()[:2]))
        app = create_app(settings, agent)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=LAST_BYTES_S,
            lifespan="on",
        )
        server = DrainingServer(config, app, settings.drain_s)
        try:
            with to_stderr(settings.log, settings.log_level):
                server.run(sockets=[listening])
        except KeyboardInterrupt:
            if server.force_exit:
                raise StoppedAtOnceError from None
            raise


class DrainingServer(uvicorn.Server):
    """When it is told to stop, questions that are under way may finish; then it is uvicorn's.

    Meanwhile it listens, so that new questions hear that they should come again. Told to stop twice
    by Ctrl-C, it does not wait.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, drain_s: float) -> None:
        super().__init__(config)
        self.app = app
        self._drain_s = drain_s

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let them finish, then end the connections."""
        log.info("stopping", extra={"fields": {"requests": len(self.server_state.tasks)}})
        services: Services = self.app.state.services
        draining = asyncio.ensure_future(services.engine.drain(self._drain_s))
        while not draining.done() and not self.force_exit:
            await asyncio.wait({draining}, timeout=CHECK_S)
        if draining.cancel():
            hurrying = asyncio.ensure_future(services.engine.drain(0))
            await asyncio.wait({hurrying}, timeout=HURRY_S)
        await super().shutdown(sockets)
        if self.force_exit:  # the app is cancelled, and uvicorn would write down where
            logging.getLogger("uvicorn.error").disabled = True


def url_of(host: str, port: int) -> str:
    """Where this machine finds what listens there."""
    host = ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def check_planner(settings: ServerSettings, planner_url: str | None) -> None:
    """Refuse to be one's own planner (`serve-llm` listens on port 8000, too, unless told).

    Raises:
        InputError: the planner's address is the one to serve on.
    """
    if planner_url is None or planner_url.startswith("unix:"):
        return
    parts = urlsplit(planner_url)
    port = parts.port or HTTP_PORTS.get(parts.scheme)
    here = {settings.host, "localhost", "127.0.0.1", "::1"}
    if port == settings.port and parts.hostname in here:
        raise InputError(
            f"port {port} is the planner's ({planner_url}): serve on another one, "
            f"vqa-agent serve --port {settings.port + 1}"
        )


def check_keys(settings: ServerSettings) -> None:
    """Say before the start what the app would refuse at its start.

    Raises:
        InputError: strangers could ask, or what is kept cannot be kept there.
    """
    private_folder(settings.data_dir)
    try:
        store = Store(Database(settings.url_of_database))
    except InputError as error:
        raise InputError(f"{error}{_reason(error.__cause__)}") from None
    try:
        check_reachable(settings, store)
    finally:
        store.close()


def _reason(cause: BaseException | None) -> str:
    """What a database's driver says, for whoever starts the service; no password is in it."""
    lines = str(getattr(cause, "orig", None) or "").splitlines()
    return f": {lines[0]}" if lines else ""


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        InputError: it cannot; the message says what to do.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return socket.create_server(found[0][4][:2], family=found[0][0], backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            by = " (by vqa-agent serve-llm, perhaps)" if port == LLM_PORT else ""
            raise InputError(
                f"port {port} is taken{by}: vqa-agent serve --port {port + 1}"
            ) from None
        raise InputError(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
