"""`--help` and `--version`: instant, complete, and the way out of a typo."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

COMMANDS = (
    "ask",
    "explain",
    "chat",
    "batch",
    "doctor",
    "tools",
    "traces",
    "train",
    "serve",
    "mcp",
    "keys",
    "config",
)
HEAVY = (
    "agent.settings",
    "agent.visual_agent",
    "cv2",
    "httpx",
    "jinja2",
    "langchain",
    "langchain_core",
    "numpy",
    "openai",
    "PIL",
    "server",
    "pydantic",
    "rich",
    "supervision",
    "tools.toolset",
    "torch",
    "transformers",
    "ultralytics",
)

PROBE = """
import json, sys
sys.argv = ["vqa-agent", *{words!r}]
from agent.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(set({heavy!r}) & set(sys.modules))]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words", [["--help"], [], ["--version"], *([c, "--help"] for c in COMMANDS)]
)
def test_help_imports_nothing_heavy(words):
    probe = PROBE.format(words=words, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    code, heavy = json.loads(done.stderr.splitlines()[-1])
    assert code in (0, None) or (words == [] and code == 2)
    # typer itself imports pydantic to describe the arguments of a command.
    assert set(heavy) <= ({"pydantic"} if len(words) == 2 else set())
    assert done.stdout or done.stderr


def test_help_names_every_command(command):
    result = command("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        assert name in result.stdout
    assert "3 cannot tell" in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["asc"],
        ["ask"],
        ["ask", "--nope"],
        ["batch"],
        ["batch", "q", "--concurrency", "0"],
        ["chat"],
    ],
)
def test_wrong_usage_ends_with_2(command, words):
    result = command(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_it_runs_as_a_module():
    words = [sys.executable, "-m", "agent.cli", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("vqa-agent ")
