"""Puts the service together: what is made at the start, the routes, what is closed at the end.

    uvicorn --factory server.app:create_app

`vqa-agent serve` (`server.running`) does this with a check before it. To add routes, write an
`APIRouter` in `server/routes/` and list it in `ROUTERS`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from agent import VisualAgent
from server import errors
from server.access.caller import check_reachable
from server.access.gate import Gate
from server.access.quotas import Quotas
from server.engine.admission import FairAdmission
from server.engine.engine import Engine
from server.logs import log
from server.observing.observer import Observer
from server.observing.tracing import open_tracing
from server.pictures.blobs import Blobs
from server.pictures.collection import Collection
from server.pictures.intake import Intake
from server.readiness import Readiness
from server.requests import RequestScope
from server.routes import (
    asking,
    batch,
    chat,
    conversations,
    data,
    docs,
    feedback,
    files,
    health,
    mcp,
    metrics,
    models,
    page,
    preferences,
    responses,
    search,
)
from server.services import Services
from server.settings import ServerSettings, load
from server.store import Database, Store
from server.store.database import private_folder
from server.sweeping import keep_swept
from server.trimming import keep_trimmed
from server.version import installed_version

ROUTERS = (
    asking.router, conversations.router, files.router, models.router, data.router, health.router,
    docs.router, chat.router, responses.router, mcp.router, feedback.router, page.router,
    metrics.router, preferences.router, batch.router, search.router,
)  # fmt: skip


def create_app(settings: ServerSettings | None = None, agent: VisualAgent | None = None) -> FastAPI:
    """The service as an ASGI app.

    Args:
        settings: unset, those of the environment.
        agent: answers; unset, one is made at the start and closed at the end.

    Raises (at its start):
        InputError: it may not serve so, or its database does not answer.
    """
    settings = settings or load()
    observer = Observer()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            services = await open_services(settings, agent, stack, observer)
            app.state.services = services
            app.state.mcp = await stack.enter_async_context(mcp.mcp_running(services))
            swept = keep_swept(services.store, services.intake, services.agent)
            await _background(stack, swept)
            await _background(stack, services.engine.ahead.run())
            await _background(stack, keep_trimmed())
            if settings.warm_up:
                await _background(stack, _warm_up(services))
            yield

    app = FastAPI(
        title="vqa-agent",
        summary="Answers questions about pictures, from evidence only.",
        version=installed_version(),
        responses=errors.DOCUMENTED,
        docs_url=None,  # theirs come from another site
        redoc_url=None,
        # FastAPI's own has paths, addresses and messages; ours is `server.observing`.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        lifespan=lifespan,
    )
    for router in ROUTERS:
        app.include_router(router)
    errors.install(app)
    app.add_middleware(Gate, settings=settings)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["*"],
        )
    app.add_middleware(RequestScope, max_body_mb=settings.max_body_mb, observer=observer)
    return app


async def open_services(
    settings: ServerSettings,
    agent: VisualAgent | None,
    stack: AsyncExitStack,
    observer: Observer | None = None,
) -> Services:
    """Make what the routes share; the stack closes it.

    Raises:
        InputError: it may not serve so, or its database does not answer.
    """
    observer = observer or Observer()
    if (tracing := open_tracing(settings)) is not None:
        observer.tracing = tracing
        stack.push_async_callback(asyncio.to_thread, tracing.close)
    private_folder(settings.data_dir)
    store = await asyncio.to_thread(lambda: Store(Database(settings.url_of_database)))
    stack.callback(store.close)
    check_reachable(settings, store)
    if agent is None:
        agent = VisualAgent()
        stack.push_async_callback(asyncio.to_thread, agent.close)
    observer.know(agent.runner.names)
    agent.runner.observers.append(observer.metrics)
    stack.callback(agent.runner.observers.remove, observer.metrics)
    quotas, admission, collection = Quotas(settings, store), FairAdmission(settings), None
    if settings.index is not None:
        collection = Collection(settings.index, settings.index_folder, agent.settings.tools)
        stack.push_async_callback(asyncio.to_thread, collection.close)
    blobs = Blobs(settings.data_dir / "pictures")
    intake = Intake(settings, store, blobs, quotas, collection=collection, observer=observer)
    engine = Engine(settings, agent, store, intake, admission, observer=observer)
    readiness = Readiness(agent, store, settings.ready_s, collection)
    return Services(
        settings, agent, store, intake, engine, readiness, quotas, observer, admission, collection
    )


async def _background(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Run beside the requests until the stack ends."""
    task = asyncio.ensure_future(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)


async def _warm_up(services: Services) -> None:
    """Load planner and tools before somebody waits for them."""
    report = await services.readiness.check()
    log.info("warmed up", extra={"fields": {"troubles": report.troubles}})
