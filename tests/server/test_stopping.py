"""How `vqa-agent serve` ends, as whoever runs it sees it: signals to a real process."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.server.conftest import data_url, png


@pytest.mark.parametrize(
    ("looks_s", "signals", "status", "code", "said"),
    [
        ("1", [signal.SIGTERM], 200, 0, "stopped"),
        ("600", [signal.SIGINT, signal.SIGINT], 503, 130, "stopped at once"),
    ],
)
def test_a_question_under_way_may_finish_unless_it_is_hurried(
    tmp_path: Path, looks_s: str, signals: list[signal.Signals], status: int, code: int, said: str
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.slow_service", tmp_path / "data", looks_s],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        url = process.stdout.readline().split()[0]
        body = {"question": "How bright is it?", "pictures": [data_url(png())]}
        with ThreadPoolExecutor() as pool:
            asking = pool.submit(httpx.post, f"{url}/v1/ask", json=body, timeout=60)
            assert "looking\n" in iter(process.stdout.readline, "")
            process.send_signal(signals[0])
            assert '"event": "stopping"' in process.stderr.readline()
            for number in signals[1:]:
                process.send_signal(number)
            reply = asking.result()
        assert process.wait(60) == code
        rest = process.stderr.read()
    finally:
        process.kill()
        process.communicate()
    assert reply.status_code == status
    if status == 503:
        assert reply.json()["error"]["code"] == "stopping"
        assert reply.headers["retry-after"] == "10"
    assert rest.splitlines()[-1] == said
    assert "Traceback" not in rest
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
