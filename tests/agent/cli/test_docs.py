"""The documentation is true: its commands run, its JSON is an answer, its options exist."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from agent import Settings
from agent.cli import app
from agent.planners.server.families import OWN_WEIGHTS_NAME
from models.catalog import FOLDER
from server.mcp.shapes import EvidenceShape
from server.settings import ServerSettings
from tests.fakes.labelled import photographs, products
from tools.pictures.store import PictureStore
from tools.toolset import ToolConfig

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "AGENTS.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
ABSTAINING = ("What is the IBAN?",)


def commands() -> list[tuple[str, str, str]]:
    """(page, command, first line of its output or "") of each `$ vqa-agent` in a console block."""
    found = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *output = part.splitlines()
                if command.startswith("vqa-agent"):
                    first = next((line for line in output if line.strip()), "")
                    found.append((page.name, command, first.strip()))
    return found


@pytest.mark.parametrize(("page", "command", "first"), sorted(set(commands())))
def test_documented_commands_run(page, command, first, tmp_path, monkeypatch):
    examples = tmp_path / "examples"
    examples.symlink_to(ROOT / "examples")
    words = shlex.split(command)[1:]
    if words[0] == "eval":
        labelled(tmp_path)
    for option in {"--annotate", "--out"} & set(words):
        words[words.index(option) + 1] = str(tmp_path / "out.png")
    is_elsewhere = words[0] == "eval" or any("examples/" in word for word in words)
    monkeypatch.chdir(tmp_path if is_elsewhere else examples)
    done = CliRunner().invoke(app, words)
    expected = 3 if any(question in words for question in ABSTAINING) else 0
    assert done.exit_code == expected, done.stderr
    assert "Traceback" not in done.stderr
    if first:
        assert done.stdout.splitlines()[0].strip() == first


def test_the_data_of_the_fine_tuning_page_can_be_made(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "finetuning.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    made = re.findall(r"^vqa-agent (?:batch|traces export) .*$", blocks, re.MULTILINE)
    assert [line.split()[1] for line in made] == ["batch", "traces"]
    shutil.copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    (folder,) = re.findall(r"^mkdir (\S+)$", blocks, re.MULTILINE)
    (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)
    for line in made:
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == 0, done.stderr
    (data,) = re.findall(r"--dataset_name (\S+)", blocks)
    lines = (tmp_path / data / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert all(json.loads(line).keys() == {"messages", "tools"} for line in lines)


def test_a_served_adapter_is_asked_as_the_fine_tuning_page_says(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "finetuning.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^vqa-agent (serve-llm .*=build/adapter/lora)$", page, re.MULTILINE)
    (name,) = re.findall(r"VQA_PLANNER_MODEL=(\S+) \\\n.*\n```\n\nWithout a server", page)
    (tmp_path / "build" / "adapter" / "base").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*shlex.split(command), "--dry-run"])
    assert done.exit_code == 0, done.stderr
    assert f"--lora-modules {name}=build/adapter/lora" in done.stdout
    assert name == OWN_WEIGHTS_NAME


def labelled(folder: Path) -> None:
    """What the commands of evaluation.md look at."""
    photographs(folder / "photographs", [[(0, 0.5, 0.5, 0.5, 0.5)], []])
    config = json.loads((FOLDER / "classifier" / "config.json").read_text())
    labels = json.loads((FOLDER / "classifier" / "labels.json").read_text())
    products(folder / "products", labels, config["coarse_of"], each=1)


def test_there_are_commands_to_run():
    assert len(commands()) >= 6


def test_the_documented_json_is_what_an_answer_writes(make):
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    (example,) = [json.loads(b) for b in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    real = make.answer().to_json()
    assert example.keys() == real.keys()
    for key in ("claims", "evidence", "tool_calls"):
        assert example[key][0].keys() == real[key][0].keys()
        assert f"`{key}`" in page
    evidence = real["evidence"][0].keys()
    assert set(re.findall(r"^\| `evidence\[\]\.(\w+)`", page, re.MULTILINE)) <= evidence
    assert evidence == EvidenceShape.model_fields.keys()


@pytest.mark.parametrize(
    "name",
    [
        "ask",
        "chat",
        "explain",
        "batch",
        "doctor",
        "tools",
        "models",
        "traces export",
        "eval detector",
        "eval classifier",
        "index",
        "search",
        "eval explanations",
        "eval fusion",
        "train fusion",
        "serve-llm",
        "serve",
        "mcp",
        "keys create",
        "keys list",
        "keys revoke",
        "config show",
    ],
)
def test_every_command_and_its_options_are_documented(command, name):
    page = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
    assert f"## {name.split()[0]}" in page
    for option in re.findall(r"--[a-z-]+", command(*name.split(), "--help").stdout):
        assert option in page


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_example_tool_works():
    page = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    made: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "docs/tools.md", "exec"), made)
    picture = PictureStore().add(Image.new("RGB", (10, 10), (51, 51, 51)))
    report = made["measure_brightness"].run(picture=picture)
    assert report.findings[0].value == 0.2


def test_every_setting_is_documented():
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in Settings.model_fields.keys() - {"tools"}:
        assert f"VQA_{name.upper()}" in text
    for name in ToolConfig.model_fields:
        assert f"VQA_TOOLS__{name.upper()}" in text
    service = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    for name in ServerSettings.model_fields:
        assert f"`{name}`" in service


def test_the_configuration_of_an_mcp_client_starts_the_command(tmp_path):
    page = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
    started, _served = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    server = json.loads(started)["mcpServers"]["vqa-agent"]
    assert server["command"] == "vqa-agent"
    done = CliRunner().invoke(app, [*server["args"][:-1], str(tmp_path)])
    assert done.exit_code == 0, done.stderr
