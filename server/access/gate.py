"""Before anything of a request's body is read: by which name it comes, from which page, who asks.

A page of another site that a browser on this machine shows can send requests here, too; without
keys nothing else tells it from a person. So the name has to be ours (against DNS rebinding) and a
page that asks has to be the service's own (against cross-site requests), keys or not.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi.security.utils import get_authorization_scheme_param
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from server.access.caller import admit
from server.errors import ApiError, ForbiddenError, MisdirectedError
from server.settings import ServerSettings

GUARDED = ("/v1", "/mcp")
"""What is below these paths is answered to callers only."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Gate:
    """ASGI middleware, in front of all routes.

    Args:
        app: what answers.
        settings: `host`, `hosts` and `cors_origins`.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._hosts = {host.lower() for host in settings.hosts}
        if settings.is_loopback:
            self._hosts |= LOOPBACK | {settings.host}
        self._origins = frozenset(origin.lower() for origin in settings.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or answer why not, its body unread."""
        if scope["type"] == "http":
            try:
                await self._check(scope)
            except ApiError as error:
                headers = {"connection": "close", **(error.headers or {})}
                await JSONResponse(error.body(), error.status, headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _check(self, scope: Scope) -> None:
        """Whether a request may come in.

        Raises:
            MisdirectedError: it names a host that this is not.
            ForbiddenError: a page of another site sends it.
            UnauthorizedError: a key is needed, or this one is not valid.
            RateLimitError: it is one too many of this key.
        """
        headers = Headers(scope=scope)
        self._check_host(headers)
        self._check_origin(headers)
        if is_guarded(scope["path"]):
            await run_in_threadpool(admit, scope, key_of(headers))

    def _check_host(self, headers: Headers) -> None:
        if self._hosts and _name(headers.get("host", "")) not in self._hosts:
            raise MisdirectedError(
                "the service does not go by this name; its setting hosts lists those that it has",
                param="host",
                code="unknown_host",
            )

    def _check_origin(self, headers: Headers) -> None:
        origin = headers.get("origin")
        if origin is None or origin.lower() in self._origins:
            return
        if not origin.lower().endswith(f"://{headers.get('host', '').lower()}"):
            raise ForbiddenError(
                "pages of other sites may not ask; the setting cors_origins lists those that may",
                param="origin",
                code="foreign_origin",
            )


def is_guarded(path: str) -> bool:
    """Whether only callers are answered there."""
    return any(path == below or path.startswith(f"{below}/") for below in GUARDED)


def key_of(headers: Headers) -> str | None:
    """The key that a request brings."""
    scheme, key = get_authorization_scheme_param(headers.get("authorization"))
    return key if scheme.lower() == "bearer" and key else None


def _name(host: str) -> str:
    """The name in a Host header, without its port; empty where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
