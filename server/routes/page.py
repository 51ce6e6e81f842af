"""`/`: the page, static files of the package; it asks nobody but this service.

Its addresses are relative, so it may stand below a path of a proxy.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Response

from agent.session import MAX_QUESTION
from server.access.caller import needs_keys
from server.errors import NotFoundError
from server.services import Serving

router = APIRouter(include_in_schema=False)
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


@router.api_route("/", methods=["GET", "HEAD"])
def index() -> Response:
    """The page."""
    return file("index.html")


@router.get("/page/settings.json")
def settings(services: Serving) -> dict[str, Any]:
    """What the page has to know before anybody may ask."""
    s = services.settings
    return {
        "needs_key": needs_keys(s, services.store),
        "max_picture_mb": s.max_picture_mb,
        "max_body_mb": s.max_body_mb,
        "max_pictures": s.max_pictures,
        "max_question": MAX_QUESTION,
    }


@router.get("/page/{name}")
def file(name: str) -> Response:
    """A file that belongs to the page."""
    if name not in _contents():
        raise NotFoundError(f"there is no file {name[:80]!r}")
    content, media_type = _contents()[name]
    return Response(content, headers={**HEADERS, "Content-Type": media_type})


@cache
def _contents() -> dict[str, tuple[bytes, str]]:
    """All files of the page by name, with their media types."""
    found = ((f, f.name.rpartition(".")[2]) for f in (files("server") / "page").iterdir())
    return {f.name: (f.read_bytes(), TYPES[kind]) for f, kind in found if kind in TYPES}
