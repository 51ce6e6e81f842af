"""A real HTTP server on loopback that speaks OpenAI's chat completions from a script.

Each step answers one request: `reply(...)`, `calls(...)`, `status(503)`, `hang(seconds)`,
`drop()`, `garbage()`. The last step repeats.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Step = Callable[["_Handler"], None]
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def _completion(message: dict[str, Any], reason: str) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [choice],
        "usage": USAGE,
    }


def reply(text: str) -> Step:
    return lambda handler: handler.send_json(_completion({"content": text}, "stop"))


def draft(answer: str, short_answer: str, abstain: str = "no") -> Step:
    return reply(
        json.dumps({"abstain": abstain, "short_answer": short_answer, "answer": answer})
    )


def calls(*named: tuple[str, dict[str, Any]]) -> Step:
    tool_calls = [
        {
            "id": f"chatcall_{index}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for index, (name, arguments) in enumerate(named)
    ]
    return lambda handler: handler.send_json(
        _completion({"content": None, "tool_calls": tool_calls}, "tool_calls")
    )


def status(code: int, message: str = "scripted") -> Step:
    return lambda handler: handler.send_json({"error": {"message": message}}, code)


def hang() -> Step:
    """Say nothing until the server closes."""
    return lambda handler: (handler.server.closing.wait(30), None)[1]  # type: ignore[attr-defined]


def drop() -> Step:
    """Close the connection without an answer."""
    return lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)


def garbage() -> Step:
    return lambda handler: handler.send_bytes(b"<html>not json</html>", 200)


class ScriptedServer:
    """Context manager; `url` ends in /v1, `requests` holds the bodies, `models` what it serves."""

    def __init__(
        self, *script: Step, models: Sequence[str] = ("scripted",), api_key: str | None = None
    ) -> None:
        self.script = list(script)
        self.models = list(models)
        self.api_key = api_key
        self.requests: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.script = self  # type: ignore[attr-defined]
        self._server.closing = threading.Event()  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def next_step(self, body: dict[str, Any]) -> Step:
        with self._lock:
            self.requests.append(body)
            return self.script[min(len(self.requests), len(self.script)) - 1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.closing.set()  # type: ignore[attr-defined]
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def script(self) -> ScriptedServer:
        return self.server.script  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        if not self._allowed():
            return
        if self.path == "/v1/models":
            self.send_json({"object": "list", "data": [{"id": m} for m in self.script.models]})
        elif self.path == "/health":
            self.send_bytes(b"", 200)
        else:
            self.send_json({"error": {"message": "not found"}}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._allowed():
            self.script.next_step(body)(self)

    def _allowed(self) -> bool:
        key = self.script.api_key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        self.send_json({"error": {"message": "wrong key"}}, 401)
        return False

    def send_json(self, data: dict[str, Any], code: int = 200) -> None:
        self.send_bytes(json.dumps(data).encode(), code)

    def send_bytes(self, data: bytes, code: int) -> None:
        head = (
            f"HTTP/1.1 {code} scripted\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        self.wfile.write(head.encode() + data)

    def log_message(self, *args: Any) -> None:
        pass
