"""Chatwoot, as far as an agent bot meets it: files behind redirects, messages, status, webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

TOKEN, SECRET = "token-of-the-bot", "secret-of-the-webhook"
PATH = "/api/v1/accounts/{account}/conversations/{conversation}"


class Chatwoot:
    """Keeps what it is told; `app` answers HTTP."""

    def __init__(self) -> None:
        self.said: list[tuple[int, bool, str]] = []
        """Conversation, whether it is private, words."""
        self.opened: list[int] = []
        self.files: dict[str, bytes] = {}
        self.tokens_at_files: list[str] = []
        self.refuses = 0
        """How many times it says 503 before it takes a message."""
        self.url = ""
        self._ids = count(1)
        self.app = FastAPI()
        self.app.post(PATH + "/messages")(self._message)
        self.app.post(PATH + "/toggle_status")(self._status)
        self.app.get("/rails/active_storage/blobs/redirect/{name}")(self._redirect)
        self.app.get("/rails/active_storage/disk/{name}")(self._file)

    @property
    def replies(self) -> list[str]:
        """What customers read."""
        return [text for _, is_private, text in self.said if not is_private]

    @property
    def notes(self) -> list[str]:
        """What the desk reads."""
        return [text for _, is_private, text in self.said if is_private]

    def attach(self, name: str, data: bytes, file_type: str = "image") -> dict[str, Any]:
        """Keep a file; as the webhook shows it."""
        self.files[name] = data
        url = f"{self.url}/rails/active_storage/blobs/redirect/{name}"
        return {"id": next(self._ids), "file_type": file_type, "data_url": url, "thumb_url": url}

    def message(
        self,
        content: str | None,
        *attachments: dict[str, Any],
        conversation: int = 7,
        status: str = "pending",
        **more: Any,
    ) -> dict[str, Any]:
        """The event of a customer's message."""
        event = {
            "event": "message_created",
            "id": next(self._ids),
            "content": content,
            "content_type": "text",
            "message_type": "incoming",
            "private": False,
            "created_at": "2026-03-14T10:00:00.000Z",
            "account": {"id": 3, "name": "Shop"},
            "inbox": {"id": 1, "name": "Website"},
            "sender": {"id": 9, "name": "Ada", "type": "contact"},
            "conversation": {"id": conversation, "status": status, "additional_attributes": {}},
        }
        event |= {"attachments": list(attachments)} if attachments else {}
        return event | more

    def _heard(self, request: Request) -> bool:
        return request.headers.get("api_access_token") == TOKEN

    async def _message(self, account: int, conversation: int, request: Request) -> Response:
        if not self._heard(request):
            return JSONResponse({"error": "Invalid Access Token"}, 401)
        if self.refuses:
            self.refuses -= 1
            return JSONResponse({"error": "busy"}, 503)
        body = await request.json()
        assert (account, body["message_type"]) == (3, "outgoing")
        self.said.append((conversation, body["private"], body["content"]))
        return JSONResponse({"id": next(self._ids)})

    async def _status(self, account: int, conversation: int, request: Request) -> Response:
        assert self._heard(request)
        assert (account, await request.json()) == (3, {"status": "open"})
        self.opened.append(conversation)
        return JSONResponse({"success": True})

    async def _redirect(self, name: str, request: Request) -> Response:
        if name.startswith("elsewhere"):
            return RedirectResponse("http://127.0.0.1:9/secret", 302)
        return RedirectResponse(f"/rails/active_storage/disk/{name}", 302)

    async def _file(self, name: str, request: Request) -> Response:
        self.tokens_at_files.append(request.headers.get("api_access_token", ""))
        return Response(self.files[name], media_type="application/octet-stream")


def signed(event: dict[str, Any], secret: str = SECRET, at: float | None = None) -> dict[str, Any]:
    """The arguments of a POST as Chatwoot makes it."""
    body = json.dumps(event).encode()
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-chatwoot-timestamp": stamp,
        "x-chatwoot-signature": f"sha256={digest}",
    }
    return {"content": body, "headers": headers}
