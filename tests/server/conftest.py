"""A service in the process, its agent scripted; SQLite and a real PostgreSQL."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from langchain_core.messages import BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from PIL import Image
from sqlalchemy import create_engine, text

from agent import Settings, VisualAgent
from agent.planners.conversation import pictures_of
from agent.planners.token_callback import token_callback
from agent.testing import ScriptedPlanner, answering, calling
from server.app import create_app
from server.running import DrainingServer, bound
from server.settings import ServerSettings
from server.store import Database, Store
from tests.agent.test_visual_agent import find_things, measure_brightness
from tests.fakes import postgres
from tools.toolset import ToolConfig

Start = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


def brightness(picture: str = "img_1") -> Any:
    return calling(("measure_brightness", {"picture": picture}))


def bright(evidence: str = "e1") -> Any:
    return answering(
        f"It is {{{evidence}.value}} percent bright [{evidence}].", f"{{{evidence}.value}}"
    )


class WritingPlanner(ScriptedPlanner):
    """Writes what the script says piece by piece, so that sentences are told early."""

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        result = super()._generate(messages, *args, **kwargs)
        if (feed := token_callback()) is not None:
            text = str(result.generations[0].message.content)
            for start in range(0, len(text), 7):
                feed(text[start : start + 7])
        return result


class LookingPlanner(ScriptedPlanner):
    """Looks at the newest picture and says how bright it is, to anybody."""

    def _generate(self, messages: list[BaseMessage], *_args: Any, **_kwargs: Any) -> ChatResult:
        with self._lock:
            self.seen.append(list(messages))
        last = messages[-1]
        if isinstance(last, ToolMessage):
            message = bright(last.artifact[0].id)
        else:
            message = brightness(pictures_of(last)[-1])
        return ChatResult(generations=[ChatGeneration(message=message)])


def agent_of(
    *script: Any,
    tools: Any = (measure_brightness, find_things),
    planner: type[ScriptedPlanner] = ScriptedPlanner,
    **settings: Any,
) -> Any:
    planning = planner(responses=list(script))
    return VisualAgent(Settings(tools=ToolConfig(offer=[]), **settings), planning, tools)


def png(level: int = 120, size: tuple[int, int] = (80, 60)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (level, level, level)).save(file, "PNG")
    return file.getvalue()


def data_url(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


@pytest.fixture
def settings(tmp_path: Path) -> ServerSettings:
    return ServerSettings(data_dir=tmp_path / "data", warm_up=False)


@asynccontextmanager
async def serving(
    settings: ServerSettings, agent: VisualAgent, key: str | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app that has started; `client.app` is the app."""
    app = create_app(settings, agent)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as client,
    ):
        client.app = app  # type: ignore[attr-defined]
        yield client


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    folder = postgres.binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with postgres.running(folder) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'server.db'}"
    url: str = request.getfixturevalue("postgres_url")
    engine = create_engine(url.replace("postgresql", "postgresql+psycopg", 1))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url.replace("postgresql", "postgresql+psycopg", 1)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database_url: str, clock: Clock) -> Iterator[Store]:
    made = Store(Database(database_url), clock)
    yield made
    made.close()


@contextmanager
def live(settings: ServerSettings, agent: VisualAgent) -> Iterator[str]:
    """A service on a free port of this machine, for clients that want a real one; its URL."""
    with live_server(settings, agent) as (url, _server):
        yield url


@contextmanager
def live_server(
    settings: ServerSettings, agent: VisualAgent
) -> Iterator[tuple[str, DrainingServer]]:
    """The same, and what ends when its `should_exit` is set; `server.app` is the app."""
    app = create_app(settings, agent)
    server = DrainingServer(_config(app), app, settings.drain_s)
    with _listening(server) as url:
        yield url, server


@contextmanager
def listening_app(app: Any) -> Iterator[str]:
    """An ASGI app on a free port of this machine; its URL."""
    with _listening(uvicorn.Server(_config(app))) as url:
        yield url


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(app, log_config=None, lifespan="on")


@contextmanager
def _listening(server: uvicorn.Server) -> Iterator[str]:
    with bound("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()  # who connects before it has started waits in the socket's queue
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    pause = threading.Event()
    for _ in range(1500):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("it does not happen")
