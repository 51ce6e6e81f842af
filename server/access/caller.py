"""The FastAPI dependency that says who asks; a route that takes `Asking` cannot be asked unknown.

Without any key, on loopback, everybody is `local`. As soon as a key was created, one is needed.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from server.access.identity import LOCAL, Caller, Limits
from server.access.keys import hash_of
from server.errors import UnauthorizedError
from server.services import Services, services_of
from server.settings import ServerSettings
from server.store import Owned, Store
from tools.errors import InputError

_bearer = HTTPBearer(auto_error=False, description="An API key: vqa-agent keys create NAME")


def identify(services: Services, key: str | None) -> Caller:
    """The caller of a key; blocks, it asks the store.

    Raises:
        UnauthorizedError: a key is needed, or this one is not valid.
    """
    settings, keys = services.settings, services.store.keys
    if key is None:
        if needs_keys(settings, services.store):
            raise UnauthorizedError(
                "an API key is needed: Authorization: Bearer vqa_sk_… (vqa-agent keys create)",
                code="missing_api_key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return Caller(LOCAL, LOCAL, Limits(settings.requests_per_minute))
    record = keys.by_hash(hash_of(key))
    if record is None:
        if not needs_keys(settings, services.store):  # OpenAI's clients always send one
            return Caller(LOCAL, LOCAL, Limits(settings.requests_per_minute))
        raise UnauthorizedError(
            "this API key is not valid",
            code="invalid_api_key",
            headers={"WWW-Authenticate": "Bearer"},
        )
    limits = Limits(record.requests_per_minute or settings.requests_per_minute)
    return Caller(record.id, record.name, limits)


def needs_keys(settings: ServerSettings, store: Store) -> bool:
    """Whether a request has to bring a key."""
    return settings.require_keys or not settings.is_loopback or store.keys.exist()


def check_reachable(settings: ServerSettings, store: Store) -> None:
    """Refuse to serve strangers before there is a key.

    Raises:
        InputError: nobody could ask, and the message says what to do.
    """
    if needs_keys(settings, store) and not store.keys.exist():
        where = "" if settings.is_loopback else f" on {settings.host}, which others can reach,"
        raise InputError(f"serving{where} needs an API key first: vqa-agent keys create NAME")


def caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Caller:
    """Who asks; the dependency behind `Asking`."""
    key = credentials.credentials if credentials else None
    found = identify(services_of(request), key)
    request.state.owner = found.owner  # for the log's line of this request
    return found


Asking = Annotated[Caller, Depends(caller)]


def owned(request: Request, asking: Asking) -> Owned:
    """What the caller has; the dependency behind `Mine`."""
    return services_of(request).store.of(asking.owner)


Mine = Annotated[Owned, Depends(owned)]
