"""`/metrics`: what the service counts and measures, for Prometheus.

It tells how busy others are, so a customer's key does not open it: `metrics_key` does; without
that, it is open as long as the whole service is.
"""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from server.access.caller import needs_keys
from server.access.gate import key_of
from server.errors import UnauthorizedError
from server.services import Services, Serving

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request, services: Serving) -> Response:
    """Tell all of it."""
    _check(services, key_of(request.headers))
    return Response(services.observer.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _check(services: Services, given: str | None) -> None:
    wanted = services.settings.metrics_key
    if wanted is None:
        may = not needs_keys(services.settings, services.store)
    else:
        may = secrets.compare_digest((given or "").encode(), wanted.get_secret_value().encode())
    if not may:
        raise UnauthorizedError(
            "metrics are for whoever brings the setting metrics_key: Authorization: Bearer …",
            code="missing_metrics_key",
            headers={"WWW-Authenticate": "Bearer"},
        )
