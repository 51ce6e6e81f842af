"""The webhook: who calls, whether it is for us, and into the queue; Chatwoot waits five seconds.

    uvicorn --factory examples.chatwoot.webhook:create_app --port 8090 --no-access-log

What is taken in is on the disk; workers answer it, one conversation's messages in their order.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
from fastapi import FastAPI, HTTPException, Request
from pydantic import ValidationError

from .answering import Answering
from .desk import Desk
from .inbox import Inbox
from .messages import Message
from .posting import Pause, Poster
from .settings import DeskSettings
from .vqa import Vqa

MAX_BODY = 1_000_000
"""Bytes of what Chatwoot sends: words and addresses, no files."""
DRAIN_S = 20
"""Seconds that messages have to be answered when it is stopped; the others wait on the disk."""
FRESH_S = 300
"""Seconds that a signature is good for."""


class Line:
    """Messages that wait, each conversation's with one worker."""

    def __init__(self, answering: Answering, inbox: Inbox, workers: int, most: int) -> None:
        self._answering = answering
        self._inbox = inbox
        self._queues = [asyncio.Queue[Message]() for _ in range(workers)]
        self._most = most

    @property
    def is_full(self) -> bool:
        """Whether as many wait as may."""
        return sum(queue.qsize() for queue in self._queues) >= self._most

    def put(self, message: Message) -> None:
        """Let a message wait for its turn."""
        self._queues[message.conversation.id % len(self._queues)].put_nowait(message)

    async def settled(self) -> None:
        """Wait until all that waits is answered."""
        for queue in self._queues:
            await queue.join()

    async def run(self) -> None:
        """Answer until it is cancelled; what was not answered by then is, after the next start."""
        async with asyncio.TaskGroup() as group:
            for queue in self._queues:
                group.create_task(self._work(queue))

    async def _work(self, queue: asyncio.Queue[Message]) -> None:
        while True:
            message = await queue.get()
            await self._answering.answer(message)
            self._inbox.finish(message)
            queue.task_done()


def create_app(settings: DeskSettings | None = None, pause: Pause = asyncio.sleep) -> FastAPI:
    """The adapter as an ASGI app; settings unset are those of the environment."""
    known = settings or DeskSettings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        inbox = Inbox(known.state)
        async with httpx.AsyncClient(timeout=known.fetch_s) as client:
            poster = Poster(client, pause)
            desk, vqa = Desk(known, poster), Vqa(known, poster)
            answering = Answering(desk, vqa, inbox, hands_over=known.hand_over)
            line = Line(answering, inbox, known.workers, known.max_waiting)
            for message in inbox.unfinished():
                line.put(message)
            app.state.inbox, app.state.line = inbox, line
            running = asyncio.ensure_future(line.run())
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_S):
                    await line.settled()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        inbox.close()

    app = FastAPI(title="vqa-agent for Chatwoot", lifespan=lifespan, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/chatwoot")
    async def chatwoot(request: Request) -> dict[str, str]:
        body = await _body(request)
        if not is_authentic(known, request, body):
            raise HTTPException(401, "not signed with the secret")
        message = _message(body)
        if message is None or message.conversation.status not in known.statuses:
            return {"status": "ignored"}
        if app.state.line.is_full:
            raise HTTPException(503, "too much waits", {"Retry-After": "30"})
        if not app.state.inbox.claim(message):
            return {"status": "known"}
        app.state.line.put(message)
        return {"status": "taken"}

    return app


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise HTTPException(413, "too large")
    return bytes(body)


def is_authentic(settings: DeskSettings, request: Request, body: bytes) -> bool:
    """Whether Chatwoot sent it: `sha256=` HMAC of "timestamp.body", or the token in the URL."""
    if settings.webhook_secret is None:
        assert settings.url_token is not None
        given = request.query_params.get("token", "").encode()
        return hmac.compare_digest(given, settings.url_token.get_secret_value().encode())
    stamp = request.headers.get("x-chatwoot-timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > FRESH_S:
        return False
    secret = settings.webhook_secret.get_secret_value().encode()
    digest = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    given = request.headers.get("x-chatwoot-signature", "").encode()
    return hmac.compare_digest(given, f"sha256={digest}".encode())


def _message(body: bytes) -> Message | None:
    """The customer's message; None for any other event.

    Raises:
        HTTPException: it is not what Chatwoot sends.
    """
    try:
        event = json.loads(body)
        if not isinstance(event, dict) or event.get("event") != "message_created":
            return None
        message = Message.model_validate(event)
    except (ValueError, ValidationError):
        raise HTTPException(422, "not an event of Chatwoot") from None
    return message if message.is_a_customers else None
