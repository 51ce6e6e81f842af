"""Ctrl-C, for real: a process, a signal, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

BLOCKING_AGENT = """
import asyncio, signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
sys.path.insert(0, {here!r})
from tests.agent.cli.conftest import FakeAgent, answer
from agent.cli import app

class Blocking(FakeAgent):
    def ask(self, *words):
        if words[-1] != "Wait?":
            return answer()
        print("waiting", file=sys.stderr, flush=True)
        threading.Event().wait()

    async def aask(self, *words):
        if words[-1] != "Wait?":
            return answer()
        print("waiting", file=sys.stderr, flush=True)
        await asyncio.Event().wait()

app({words!r}, obj=lambda options: Blocking({{}}), prog_name="vqa-agent")
"""


def interrupted(*words: str) -> tuple[int, str, str]:
    """Run until the agent waits, press Ctrl-C; returns the exit code, stdout and stderr."""
    code = BLOCKING_AGENT.format(here=str(Path(__file__).parents[3]), words=list(words))
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    begun = process.stderr.readline()
    assert begun == "waiting\n", begun + process.stderr.read()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def test_ask_leaves_nothing_half_written(receipt, tmp_path):
    trace = tmp_path / "run.json"
    code, out, err = interrupted("ask", receipt, "Wait?", "--trace", str(trace))
    assert (code, out) == (130, "")
    assert err.splitlines()[-1] == "stopped"
    assert "Traceback" not in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["receipt.png"]


def test_batch_keeps_what_it_has(receipt, tmp_path):
    questions, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    rows = [{"id": 1, "image": receipt, "question": "Now?"}]
    rows.append({"id": 2, "image": receipt, "question": "Wait?"})
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, _, err = interrupted("batch", str(questions), "--out", str(out), "--concurrency", "1")
    assert code == 130
    assert "Traceback" not in err
    assert "1 answered" in err
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [1]


def test_a_reader_that_leaves_early_is_no_error(receipt, tmp_path):
    questions = tmp_path / "q.jsonl"
    row = json.dumps({"image": receipt, "question": "Now?"})
    questions.write_text((row + "\n") * 200)
    code = BLOCKING_AGENT.format(
        here=str(Path(__file__).parents[3]), words=["batch", str(questions)]
    )
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_device_is_written_to_and_not_replaced(command, receipt, tmp_path):
    link = tmp_path / "null"
    link.symlink_to("/dev/null")
    assert command("ask", receipt, "What is the total?", "--trace", str(link)).exit_code == 0
    assert Path("/dev/null").is_char_device()
    assert link.is_symlink()
