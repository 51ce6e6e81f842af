"""Stands in for `python -m vllm…` where a process is wanted: logs, listens, or fails like it.

    python vllm.py MODE PORT-OR-SOCKET [PID-FILE]

It has a process of its own, as vLLM has, whose id goes into the file.
"""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

LAST_WORDS = {
    "memory": "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
    "parser": "KeyError: 'invalid tool call parser: nobody (chose from { hermes })'",
    "weights": "huggingface_hub.errors.LocalEntryNotFoundError: An error happened …",
    "odd": "Segmentation fault",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        models = {"data": [{"id": os.environ.get("FAKE_MODEL", "planner")}]}
        self.answer(models if self.path == "/v1/models" else {})

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        Path(os.environ["FAKE_ASKED"]).write_bytes(asked)
        refused = "refuse" in sys.argv or self.headers["Content-Type"] != "application/json"
        self.answer({}, 400 if refused else 200)

    def answer(self, body: object, code: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def address_string(self) -> str:
        return "somebody"


def main() -> None:
    mode, where, *pid_file = sys.argv[1:]
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    if pid_file:
        Path(pid_file[0]).write_text(f"{os.getpid()} {child.pid}")
    print("Initializing a V1 LLM engine (v0.32.0)", flush=True)
    if mode in LAST_WORDS:
        print(LAST_WORDS[mode], flush=True)
        sys.exit(1)
    if mode == "hang":
        time.sleep(600)
    print("Loading safetensors checkpoint shards: 100%", flush=True)
    if where.isdigit():
        server = socketserver.ThreadingTCPServer(("127.0.0.1", int(where)), Handler)
    else:
        server = socketserver.ThreadingUnixStreamServer(where, Handler)
    if mode == "dies":
        server.timeout = 1
        for _ in range(3):
            server.handle_request()
        sys.exit(7)
    server.serve_forever()


if __name__ == "__main__":
    main()
