"""`/mcp`: the Model Context Protocol over streamable HTTP (`server.mcp`), behind the same keys.

Without sessions of the transport: what belongs together is named by handles, so a client may come
back after a restart. That a client hangs up ends its call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Request, Response
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Receive, Scope, Send

from server.access.caller import Asking
from server.access.identity import Caller
from server.mcp.serving import mcp_server
from server.mcp.sources import Uploads
from server.services import Services
from server.settings import MB

router = APIRouter(include_in_schema=False)


@asynccontextmanager
async def mcp_running(services: Services) -> AsyncIterator[StreamableHTTPSessionManager]:
    """What answers `/mcp` while the service runs."""
    manager = StreamableHTTPSessionManager(
        mcp_server(services, Uploads(services.intake), _caller_of),
        stateless=True,
        max_request_body_size=int(services.settings.max_body_mb * MB),
    )
    async with manager.run():
        yield manager


def _caller_of(context: Any) -> Caller:
    caller: Caller = context.request.state.caller
    return caller


class Handled(Response):
    """A response that the protocol's own server writes."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        super().__init__()
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it answer."""
        await self._manager.handle_request(scope, receive, send)


@router.post("/mcp")
async def mcp(request: Request, caller: Asking) -> Response:
    """Answer a message of the protocol."""
    request.state.caller = caller
    return Handled(request.app.state.mcp)
