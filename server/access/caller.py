"""Who asks, and the FastAPI dependency that says so: a route with `Asking` is not asked unknown.

`server.access.gate` asks first, before the body is read. Without any key, on loopback, everybody is
`local`. As soon as a key was created, one is needed.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import Scope

from server.access.identity import LOCAL, Caller, Limits
from server.access.keys import hash_of
from server.access.quotas import limits_of
from server.errors import UnauthorizedError
from server.services import Services, services_of
from server.settings import ServerSettings
from server.store import Owned, Store
from tools.errors import InputError

_LOCALLY = Caller(LOCAL, LOCAL, Limits())
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
        return _LOCALLY
    record = keys.by_hash(hash_of(key))
    if record is None:
        if not needs_keys(settings, services.store):  # OpenAI's clients always send one
            return _LOCALLY
        raise UnauthorizedError(
            "this API key is not valid",
            code="invalid_api_key",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return Caller(record.id, record.name, limits_of(record, settings))


def admit(scope: Scope, key: str | None) -> Caller:
    """Identify the caller of a request and count it; noted in the scope, once; blocks.

    Raises:
        UnauthorizedError: a key is needed, or this one is not valid.
        RateLimitError: it is one too many.
    """
    state = scope.setdefault("state", {})
    if "caller" not in state:
        services: Services = scope["app"].state.services
        found = identify(services, key)
        state["owner"] = found.owner  # for the log's line of this request
        state["headers"] = services.quotas.request(found)
        state["caller"] = found
    caller: Caller = state["caller"]
    return caller


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
    return admit(request.scope, credentials.credentials if credentials else None)


Asking = Annotated[Caller, Depends(caller)]


def owned(request: Request, asking: Asking) -> Owned:
    """What the caller has; the dependency behind `Mine`."""
    return services_of(request).store.of(asking.owner)


Mine = Annotated[Owned, Depends(owned)]
