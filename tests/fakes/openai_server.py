"""A real HTTP server on loopback that speaks OpenAI's chat completions from a script.

Each step answers one request: `reply(...)`, `draft(...)`, `calls(...)`, `status(503)`, `hang()`,
`trickle()`, `drop()`, `garbage()`, `cut_off(...)`, `broken_call(...)`, `dies_after(...)`. The last step repeats; `answering(choose)` looks
at the request instead. What asks with `stream` gets the same message as server-sent events.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
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


def _chunks(completion: dict[str, Any]) -> list[dict[str, Any]]:
    """A completion as a stream sends it: the role, the content in pieces, the calls, the end."""
    choice = completion["choices"][0]
    message, content = choice["message"], choice["message"].get("content") or ""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": content[n : n + 8]} for n in range(0, len(content), 8)]
    for index, call in enumerate(message.get("tool_calls", [])):
        deltas.append({"tool_calls": [{"index": index, **call}]})
    chunk = {k: completion[k] for k in ("id", "created", "model")}
    chunk["object"] = "chat.completion.chunk"
    chunks = [
        chunk | {"choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas
    ]
    end = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
    return [*chunks, chunk | {"choices": [end]}, chunk | {"choices": [], "usage": USAGE}]


def reply(text: str) -> Step:
    return lambda handler: handler.send_completion(_completion({"content": text}, "stop"))


def draft(answer: str, short_answer: str, abstain: str = "no") -> Step:
    return reply(json.dumps({"abstain": abstain, "short_answer": short_answer, "answer": answer}))


def calls(*named: tuple[str, dict[str, Any]]) -> Step:
    tool_calls = [
        {
            "id": f"chatcall_{index}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for index, (name, arguments) in enumerate(named)
    ]
    return lambda handler: handler.send_completion(
        _completion({"content": None, "tool_calls": tool_calls}, "tool_calls")
    )


def broken_call(name: str, arguments: str) -> Step:
    """A call whose arguments are whatever text is given."""
    call = {"id": "c", "type": "function", "function": {"name": name, "arguments": arguments}}
    return lambda handler: handler.send_completion(
        _completion({"content": None, "tool_calls": [call]}, "tool_calls")
    )


def dies_after(text: str) -> Step:
    """Stream the beginning of a message, and close the connection in the middle of it."""

    def step(handler: _Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        delta = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
        handler.wfile.write(f"data: {json.dumps(delta)}\n\n".encode())
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    return step


def status(code: int, message: str = "scripted", **headers: str) -> Step:
    """An error; header names are written with underscores: `retry_after="1"`."""
    return lambda handler: handler.send_json({"error": {"message": message}}, code, headers)


def cut_off(text: str) -> Step:
    """A reply that ends at the model's token limit."""
    return lambda handler: handler.send_completion(_completion({"content": text}, "length"))


def hang() -> Step:
    """Say nothing until the server closes."""
    return lambda handler: (handler.server.closing.wait(30), None)[1]  # type: ignore[attr-defined]


def trickle() -> Step:
    """Send one byte after the other, slower than anybody waits and never silent for long."""

    def step(handler: _Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        while not handler.server.closing.wait(0.02):  # type: ignore[attr-defined]
            handler.wfile.write(b" ")

    return step


def answering(choose: Callable[[dict[str, Any]], Step]) -> Step:
    """Whatever step `choose` makes of the request's body."""
    return lambda handler: choose(handler.body)(handler)


def drop() -> Step:
    """Close the connection without an answer."""
    return lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)


def garbage() -> Step:
    return lambda handler: handler.send_bytes(b"<html>not json</html>", 200)


class ScriptedServer:
    """Context manager; `url` ends in /v1, `requests` holds the bodies, `models` what it serves.

    `models` may also say what each is, as vLLM does: {"name": {"root": "owner/weights"}}. With `uds` it listens on that unix socket, and `url` is `unix:…`. `models_step` answers /v1/models instead: a server that is not ready, or hangs.
    """

    def __init__(
        self,
        *script: Step,
        models: Collection[str] = ("scripted",),
        api_key: str | None = None,
        models_step: Step | None = None,
        uds: Path | None = None,
    ) -> None:
        self.uds = uds
        self.script = list(script)
        self.models_step = models_step
        self.models = models if isinstance(models, dict) else {m: {} for m in models}
        self.api_key = api_key
        self.requests: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._server = _UnixServer(uds) if uds else ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.script = self  # type: ignore[attr-defined]
        self._server.closing = threading.Event()  # type: ignore[attr-defined]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def url(self) -> str:
        if self.uds:
            return f"unix:{self.uds}"
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def next_step(self, body: dict[str, Any]) -> Step:
        with self._lock:
            self.requests.append(body)
            return self.script[min(len(self.requests), len(self.script)) - 1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.closing.set()  # type: ignore[attr-defined]
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _UnixServer(ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Handler)  # type: ignore[arg-type]

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)

    def get_request(self) -> Any:
        return self.socket.accept()[0], ("", 0)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def script(self) -> ScriptedServer:
        return self.server.script  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        if not self._allowed():
            return
        if self.path == "/v1/models" and self.script.models_step:
            self.script.models_step(self)
        elif self.path == "/v1/models":
            served = [{"id": name, **facts} for name, facts in self.script.models.items()]
            self.send_json({"object": "list", "data": served})
        elif self.path == "/health":
            self.send_bytes(b"", 200)
        else:
            self.send_json({"error": {"message": "not found"}}, 404)

    def do_POST(self) -> None:
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._allowed():
            return
        try:
            self.script.next_step(self.body)(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client did not wait

    def _allowed(self) -> bool:
        key = self.script.api_key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        self.send_json({"error": {"message": "wrong key"}}, 401)
        return False

    def send_completion(self, completion: dict[str, Any]) -> None:
        """The completion whole, or as events where the request asks for a stream."""
        if not self.body.get("stream"):
            self.send_json(completion)
            return
        events = [json.dumps(chunk) for chunk in _chunks(completion)] + ["[DONE]"]
        data = "".join(f"data: {event}\n\n" for event in events).encode()
        self.send_bytes(data, 200, {"content_type": "text/event-stream"})

    def send_json(
        self, data: dict[str, Any], code: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self.send_bytes(json.dumps(data).encode(), code, headers)

    def send_bytes(self, data: bytes, code: int, headers: dict[str, str] | None = None) -> None:
        fields = {"content_type": "application/json", "content_length": str(len(data))}
        head = "".join(
            f"{name.replace('_', '-')}: {value}\r\n"
            for name, value in (fields | (headers or {})).items()
        )
        self.wfile.write(f"HTTP/1.1 {code} scripted\r\n{head}\r\n".encode() + data)

    def log_message(self, *args: Any) -> None:
        pass
