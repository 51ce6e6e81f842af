"""The parts of benchmarks.startup, on processes that take no time; and what its figure rests on."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.startup import CONTESTANTS, OURS, PLAIN, Cost, measure, median, run, table

HEAVY = (
    "langchain_openai", "onnxruntime", "openai", "supervision", "timm", "torch", "torchvision",
    "transformers", "ultralytics", "xgrammar",
)  # fmt: skip
COLD_QUESTION = """
import json, sys
sys.argv = ["vqa-agent", *{words!r}]
from agent.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(set({heavy!r}) & set(sys.modules))), file=sys.stderr)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_the_childs_own_time_and_memory_are_counted() -> None:
    busy = "import time\nwhile time.process_time() < 0.4: pass\nx = b'x' * (300 << 20)\nprint('39')"
    cost = run(python(busy), "39")
    assert cost.cpu_s >= 0.4
    assert cost.wall_s > 0
    assert cost.memory_mb > 300


@pytest.mark.parametrize("code", ["print('40')", "print('39'); exit(3)", "import nothing_such"])
def test_a_run_that_did_not_answer_has_no_cost(code: str) -> None:
    with pytest.raises(RuntimeError, match="did not say 39"):
        run(python(code), "39")


def test_each_takes_its_turn_and_the_first_round_is_not_counted(tmp_path) -> None:
    log = tmp_path / "log"
    said = {n: python(f"open({str(log)!r}, 'a').write('{n}'); print('39')") for n in "ab"}
    costs = measure(said, rounds=2, said="39")
    assert log.read_text() == "ababab"
    assert [len(taken) for taken in costs.values()] == [2, 2]


def test_the_table_sets_each_against_the_plain_script() -> None:
    costs = [Cost(3, 9, 100), Cost(1, 8, 300), Cost(2, 7, 200)]
    assert median(costs) == Cost(2, 8, 200)
    rows = table({OURS: Cost(4.5, 5, 700), PLAIN: Cost(3, 4, 400)}).splitlines()
    assert rows[1].split()[-4:] == ["4.50", "1.50", "5.00", "700"]
    assert rows[2].split()[-4:] == ["3.00", "1.00", "4.00", "400"]


def test_a_cold_question_loads_nothing_that_it_does_not_need() -> None:
    words = CONTESTANTS[OURS][CONTESTANTS[OURS].index("ask") :]
    probe = COLD_QUESTION.format(words=words, heavy=HEAVY)
    done = subprocess.run(python(probe), capture_output=True, text=True, check=True)
    assert "The total is EUR 39.10." in done.stdout
    assert json.loads(done.stderr.splitlines()[-1]) == []


SEEING = """
import json, sys
import numpy as np
from agent import Settings, VisualAgent

offered = {{"device": "cpu", "offer": ["detect_objects", "classify_image"]}}
with VisualAgent(Settings(tools=offered)) as agent:
    session = agent.session(np.full((90, 120, 3), 120, np.uint8))
    asked = "How many dogs are there?", "What kind of thing is this?"
    called = [call.name for question in asked for call in session.ask(question).tool_calls]
print(json.dumps([called, sorted(set({heavy!r}) & set(sys.modules))]))
"""


@pytest.mark.slow
def test_seeing_on_a_cpu_needs_no_torch() -> None:
    for _ in range(2):  # the first run may have to export the weights
        probe = python(SEEING.format(heavy=HEAVY))
        done = subprocess.run(probe, capture_output=True, text=True, check=True)
        called, loaded = json.loads(done.stdout)
        if not loaded:
            break
    assert (set(called), loaded) == ({"detect_objects", "classify_image"}, [])
