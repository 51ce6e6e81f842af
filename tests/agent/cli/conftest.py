"""A scripted agent with the library's surface, and what runs commands against it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from agent.answer import Answer, Claim, ToolCallRecord
from agent.cli import app
from agent.cli.factory import Options
from agent.events import Answered, Event, Sentence, ToolFinished, ToolStarted
from tools.evidence import Evidence, PictureRef
from tools.pictures.store import PictureStore

Script = dict[str, Answer | Exception]


def ref(number: int = 1, name: str = "receipt.png") -> PictureRef:
    sha = hashlib.sha256(str(number).encode()).hexdigest()
    return PictureRef(id=f"img_{number}", sha256=sha, width=200, height=100, name=name)


def evidence(number: int = 1, **fields: Any) -> Evidence:
    defaults: dict[str, Any] = {
        "picture": ref(),
        "tool": "read_text",
        "call_id": "call_1",
        "score": 0.98,
        "box_xyxy": (10, 20, 90, 40),
    }
    return Evidence(id=f"e{number}", **(defaults | fields))


def answer(**fields: Any) -> Answer:
    call = ToolCallRecord(
        id="call_1",
        name="read_text",
        arguments={"picture": "img_1", "query": "total", "region": None},
        status="ok",
        elapsed_ms=812.5,
        cached=False,
    )
    total = evidence(label="total", value="39.10", value_type="amount", text="TOTAL EUR 39.10")
    defaults: dict[str, Any] = {
        "answer": "The total is 39.10 [e1].",
        "short_answer": "39.10",
        "language": "en",
        "abstained": False,
        "reason": None,
        "confidence": 0.98,
        "claims": [Claim(text="The total is 39.10 [e1].", evidence=["e1"], status="supported")],
        "evidence": [total],
        "tool_calls": [call],
        "timings_ms": {"total": 1234.0, "tools": 812.5},
        "planner": {"kind": "builtin", "model": "vqa-planner", "url": None},
        "usage": {"input_tokens": 40, "output_tokens": 20},
        "trace": {"messages": []},
    }
    return Answer(**(defaults | fields))


def abstention(**fields: Any) -> Answer:
    cat = evidence(1, tool="detect_objects", label="cat", value=0, status="none", box_xyxy=None)
    defaults: dict[str, Any] = {
        "answer": "Cannot tell: I looked, and it is not there.",
        "short_answer": "",
        "abstained": True,
        "reason": "not_found",
        "claims": [],
        "evidence": [cat],
    }
    return answer(**(defaults | fields))


class FakeAgent:
    """Answers from a script (question → answer or error) and notes what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[tuple[Any, ...]] = []
        self.closed = False
        self.toolset = SimpleNamespace(offered=[], missing=[])
        self.settings = SimpleNamespace(planner_url=None, not_pulled=[], env_file=None)
        self.troubles: dict[str, str] = {}
        self.planner = SimpleNamespace(runs_on="numpy")

    def ask(self, *words: Any) -> Answer:
        self.asked.append(words)
        reply = self.script[words[-1]]
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def aask(self, *words: Any) -> Answer:
        return self.ask(*words)

    def session(self, *pictures: Any) -> FakeSession:
        return FakeSession(self, list(pictures))

    def close(self) -> None:
        self.closed = True


class FakeSession:
    """Keeps real pictures, so that broken ones fail as they do in the library."""

    def __init__(self, agent: FakeAgent, sources: list[Any]) -> None:
        self._agent = agent
        self._sources: list[Any] = []
        self.pictures = PictureStore()
        for source in sources:
            self.add(source)

    def add(self, source: Any) -> str:
        self._sources.append(source)
        return self.pictures.add(source).ref.id

    def stream(self, question: str, *, text: bool = True) -> Iterator[Event]:
        reply = self._agent.ask(*self._sources, question)
        for call in reply.tool_calls:
            yield ToolStarted(call.id, call.name, call.arguments)
            said = f"error: {call.error}" if call.error else "read_text img_1"
            yield ToolFinished(call, (), said)
        for claim in reply.claims if text else ():
            yield Sentence(claim.text)
        yield Answered(reply)


class Command:
    """Runs `vqa-agent …` against a `FakeAgent` in this process."""

    def __init__(self) -> None:
        self.script: Script = {"What is the total?": answer()}
        self.offered: list[Any] = []
        self.missing: list[Any] = []
        self.troubles: dict[str, str] = {}
        self.agents: list[FakeAgent] = []
        self.options: list[Options] = []
        self.make: Callable[[Options], Any] = self._make

    def _make(self, options: Options) -> FakeAgent:
        self.options.append(options)
        self.agents.append(FakeAgent(self.script))
        self.agents[-1].toolset = SimpleNamespace(offered=self.offered, missing=self.missing)
        self.agents[-1].troubles = self.troubles
        return self.agents[-1]

    def __call__(self, *words: str, stdin: str | bytes | None = None, **env: str) -> Result:
        runner = CliRunner(env={"COLUMNS": "100", **env})
        return runner.invoke(app, list(words), obj=self.make, input=stdin)

    @property
    def asked(self) -> list[tuple[Any, ...]]:
        return [words for agent in self.agents for words in agent.asked]


@pytest.fixture
def command() -> Command:
    return Command()


@pytest.fixture
def receipt(tmp_path: Path) -> str:
    path = tmp_path / "receipt.png"
    Image.new("RGB", (200, 100), "white").save(path)
    return str(path)


@pytest.fixture
def make() -> SimpleNamespace:
    """Builders of real answers and evidence."""
    return SimpleNamespace(answer=answer, abstention=abstention, evidence=evidence, ref=ref)
