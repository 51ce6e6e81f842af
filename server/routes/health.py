"""`/healthz`: the process answers. `/readyz`: planner, tools and database do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from server.services import Serving

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Questions cannot be answered now."}})
async def readyz(services: Serving) -> JSONResponse:
    """Ask a small question (its answer holds for some seconds) and say what does not work."""
    if services.engine.is_stopping:
        stopping = {"ready": False, "tools": (), "troubles": {"service": "is being stopped"}}
        return JSONResponse(stopping, 503)
    report = await services.readiness.check()
    body: dict[str, Any] = {"ready": report.is_ready, "tools": report.tools}
    return JSONResponse(body | {"troubles": report.troubles}, 200 if report.is_ready else 503)
