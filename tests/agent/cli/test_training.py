"""`vqa-agent train fusion` and `eval fusion` on a small data folder; the learning is tested elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.cli import app
from agent.cli.training import run_module
from evaluation import fusion as evaluation
from tests.fakes.fusion_data import fusion_data, text_encoder
from training.fusion.recipe import Recipe

SMALL = ("--image", "classical", "--device", "cpu", "--steps", "4")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    root = tmp_path_factory.mktemp("cli")
    return [
        "--data", fusion_data(root / "data", pictures=40), "--text", text_encoder(root / "text"),
        "--work", root / "runs",
    ]  # fmt: skip


def test_runs_are_trained_and_measured_in_one_table(places: list[object]) -> None:
    for more in (("--fusion", "gated"), ("--fusion", "gated", "--seed", 1), ("--sees", "image")):
        done = run("train", "fusion", *places, *SMALL, *more)
        assert done.exit_code == 0, done.output
        assert "step 4/4" in done.stdout
    table = run("eval", "fusion", *places, "--device", "cpu", "--plots", f"{places[-1]}/plots")
    assert table.exit_code == 0, table.output
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.stdout.splitlines()]
    assert lines[0][:5] == ["run", "seeds", "generated %", "people %", "ECE %"]
    rows = {row[0]: row for row in lines[2:]}
    assert set(rows) == {"gated-joint-classical", "image-only-joint-classical"}
    assert rows["gated-joint-classical"][1] == "2"
    assert re.fullmatch(r"\d+\.\d ± \d+\.\d", rows["gated-joint-classical"][2])
    assert (Path(f"{places[-1]}") / "plots" / "risk_coverage.png").is_file()
    figures = json.loads(run("eval", "fusion", *places, "--json").stdout)
    assert figures == json.loads((Path(f"{places[-1]}") / "figures.json").read_text())
    assert (
        evaluation.table(evaluation.read_figures(Path(f"{places[-1]}/figures.json")))
        in table.stdout
    )
    assert len(figures) == 3
    assert {row["generated"]["questions"] for row in figures} == {
        figures[0]["generated"]["questions"]
    }
    assert figures[0]["people"]["questions"] == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("train", "fusion", "--fusion", "magic"), "--fusion magic: choose from additive"),
        (("train", "fusion", "--text", "nowhere"), "no text encoder in nowhere"),
        (("train", "fusion", "--data", "nowhere"), "nowhere"),
        (("eval", "fusion", "--work", "nowhere"), "no runs in nowhere"),
    ],
)
def test_what_cannot_be(places: list[object], words: tuple[str, ...], message: str) -> None:
    given = dict(zip(map(str, places[::2]), places[1::2], strict=True))
    given |= dict(zip(words[2::2], words[3::2], strict=True))
    done = run(*words[:2], *(part for pair in given.items() for part in pair))
    assert done.exit_code == 2, done.output
    assert message in done.stderr


def test_without_a_checkout_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_module("nothing_of_ours.fusion.train", {"data": "data"}) == 1
    assert "a checkout of the repository" in capsys.readouterr().err


def test_every_option_is_one_that_the_training_knows() -> None:
    asked = set(re.findall(r"--[a-z-]+", run("train", "fusion", "--help").stdout))
    fields = {f"--{name.replace('_', '-')}" for name in vars(Recipe())}
    assert asked - {"--help", "--debug"} <= fields | {"--data", "--text", "--work", "--device"}


@pytest.mark.slow
def test_the_commands_of_the_page_run(
    places: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "training.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [shlex.split(line)[1:] for line in block.splitlines() if line.startswith("vqa-agent")]
    assert [words[0] for words in lines] == ["train", "train", "eval"]
    (tmp_path / "data").symlink_to(str(places[1]))
    monkeypatch.chdir(tmp_path)
    for words in lines:
        steps = ("--steps", 1) if words[0] == "train" else ()
        done = run(*words, *steps, "--text", places[3], "--device", "cpu")
        assert done.exit_code == 0, done.output
    assert "cross-attention-end-to-end-augmented" in done.stdout
