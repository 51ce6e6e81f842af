"""The catalogue, and pulling from a hub that is a small server of our own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.cli import app
from agent.settings import Settings
from models import catalog
from tools.networks.classifier import Classifier
from tools.toolset import ToolConfig
from tools.weights.downloads import pull
from tools.weights.find import Missing, find
from tools.weights.places import cache_directory

CONTENT = b"weights" * 50_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
runner = CliRunner()


class Hub(ThreadingHTTPServer):
    """Serves one file under any name."""

    content = CONTENT
    stops_after: int | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        """What the client of Hugging Face's hub asks first; a commit and a hash are told."""
        self.server.asked.append(self.path)
        missing = "yolo26x" in self.path or "tokenizer" in self.path
        self.send_response(404 if missing else 200)
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("ETag", f'"{SHA256}"')
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(self.server.content[: self.server.stops_after])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("VQA_MODELS_MIRROR", server.url)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield server
    server.shutdown()
    server.server_close()


def run(*words: str) -> Result:
    return runner.invoke(app, ["models", *words], env={"COLUMNS": "160"})


def test_the_catalogue_as_a_table(hub: Hub) -> None:
    done = run()
    assert done.exit_code == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line}
    assert "built in" in lines["planner"]
    assert "can be pulled" in lines["yolo26m"]
    assert "AGPL-3.0" in lines["yolo26m"]
    assert not hub.asked


def test_the_catalogue_as_json(hub: Hub) -> None:
    rows = {row["name"]: row for row in json.loads(run("--json").stdout)}
    assert rows["planner"]["state"] == "built in"
    assert rows["planner"]["sha256"]
    assert rows["siglip2-base-patch16-224"]["licence"] == "Apache-2.0"
    assert rows["yolo26m"]["profiles"] == ["gpu"]


def test_weights_are_pulled_and_pinned(hub: Hub) -> None:
    done = run("pull", "yolo26l")
    place = cache_directory() / "detector" / "yolo26l.pt"
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(place)
    assert place.read_bytes() == CONTENT
    assert SHA256 in done.stderr
    assert json.loads((cache_directory() / "pins.json").read_text()) == {"yolo26l": SHA256}
    assert hub.asked == ["/yolo26l.pt"]
    again = run("pull", "yolo26l.pt")
    assert (again.exit_code, len(hub.asked)) == (0, 1)
    assert "here already" in again.stderr
    assert find("t", explicit="yolo26l", builtin="detector", file="detector.pt") == place


def test_other_content_than_the_pinned_is_refused(hub: Hub) -> None:
    run("pull", "yolo26l")
    place = cache_directory() / "detector" / "yolo26l.pt"
    place.write_bytes(b"something else")
    done = run("pull", "yolo26l")
    assert done.exit_code == 1
    assert "is not what was pinned" in done.stderr
    missing = find("t", explicit="yolo26l", builtin="detector", file="detector.pt")
    assert isinstance(missing, Missing)
    assert "is not what was pinned" in missing.why
    place.unlink()
    hub.content = b"changed on the hub"
    assert "is not what was pinned" in run("pull", "yolo26l").stderr


def test_a_pinned_hash_holds_from_the_first_pull(hub: Hub) -> None:
    done = run("pull", "yolo26m")
    assert done.exit_code == 1
    assert "yolo26m.pt sent is not what was pinned" in done.stderr
    assert not (cache_directory() / "detector" / "yolo26m.pt").exists()


def test_a_download_that_breaks_off_leaves_nothing(hub: Hub) -> None:
    hub.stops_after = 1000
    done = run("pull", "yolo26l")
    assert done.exit_code == 1
    assert "could not be fetched" in done.stderr
    assert not list((cache_directory() / "detector").iterdir())
    hub.stops_after = None
    assert run("pull", "yolo26l").exit_code == 0


@pytest.mark.parametrize("name", ["yolo26x", "siglip2-base-patch16-224"])
def test_what_the_hub_does_not_have(hub: Hub, name: str) -> None:
    done = run("pull", name)
    assert done.exit_code == 1
    row = catalog.find(name)
    assert row is not None
    assert f"at {cache_directory() / row.file}" in done.stderr


def test_a_classifier_is_pulled_with_its_labels(hub: Hub) -> None:
    done = run("pull", "resnet50")
    assert done.exit_code == 0, done.output
    assert hub.asked == ["/resnet50/model.safetensors"]
    weights = find("t", explicit="resnet50", builtin="classifier", file="model.safetensors")
    assert isinstance(weights, Path)
    classifier = Classifier(weights.parent, "cpu")
    assert (len(classifier.labels), classifier.labels[0]) == (1000, "tench")
    assert classifier.config.input_size == 224


def test_without_a_network(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VQA_MODELS_MIRROR", "http://127.0.0.1:9")
    done = run("pull", "yolo26m")
    assert done.exit_code == 1
    assert "http://127.0.0.1:9/yolo26m.pt" in done.stderr
    assert f"put that file at {cache_directory() / 'detector' / 'yolo26m.pt'}" in done.stderr


def test_a_name_that_is_none(hub: Hub) -> None:
    done = run("pull", "yolo26")
    assert done.exit_code == 2
    assert "near it: yolo26" in done.stderr


def test_what_is_built_in_is_not_pulled(hub: Hub) -> None:
    done = run("pull", "planner")
    assert (done.exit_code, hub.asked) == (0, [])
    assert "built in" in done.stderr


def test_one_process_fetches_and_the_others_wait(hub: Hub) -> None:
    command = [sys.executable, "-m", "agent.cli", "models", "pull", "yolo26l"]
    pulls = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [pull.communicate()[0].strip() for pull in pulls]
    assert said == [str(cache_directory() / "detector" / "yolo26l.pt")] * 2
    assert hub.asked == ["/yolo26l.pt"]


def test_a_repository_of_the_hub_is_pulled_by_its_own_client(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own: the client reads its address when it is imported."""
    monkeypatch.delenv("VQA_MODELS_MIRROR")
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HOME", str(cache_directory() / "hub"))

    def pulled(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "agent.cli", "models", "pull", name]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    done = pulled("resnet50")
    assert done.returncode == 0, done.stderr
    folder = cache_directory() / "classifier" / "resnet50"
    assert done.stdout.strip() == str(folder)
    assert (folder / "model.safetensors").read_bytes() == CONTENT
    assert sorted(file.name for file in folder.iterdir()) == [
        "config.json", "labels.json", "model.safetensors",
    ]  # fmt: skip
    row = catalog.find("resnet50")
    assert row is not None
    assert f"/{row.hub_repository}/resolve/{row.revision}/model.safetensors" in hub.asked
    missing = pulled("siglip2-base-patch16-224")
    assert missing.returncode == 1
    assert "tokenizer.json" in missing.stderr
    assert "put a folder with model.safetensors" in missing.stderr
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert pulled("resnet50").returncode == 0, "it is here already"
    hub.asked.clear()
    assert pulled("siglip2-base-patch16-224").returncode == 1
    assert not hub.asked


def test_progress_is_told(hub: Hub) -> None:
    told: list[tuple[int, int | None]] = []
    row = catalog.find("yolo26l")
    assert row is not None
    pull(row, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_a_setting_fetches_what_it_names(hub: Hub) -> None:
    found = find(
        "t", explicit="yolo26l", builtin="detector", file="detector.pt", allow_download=True
    )
    assert found == cache_directory() / "detector" / "yolo26l.pt"
    hub.stops_after = 10
    missing = find(
        "t", explicit="yoloe-26n-seg", builtin="detector", file="detector.pt", allow_download=True
    )
    assert isinstance(missing, Missing)
    assert "could not be fetched" in missing.why


@pytest.mark.parametrize(
    ("profile", "detector", "fusion"),
    [
        ("builtin", None, None),
        ("cpu", "yolo26s", None),
        ("gpu", "yolo26m", "siglip2-base-patch16-224"),
    ],
)
def test_a_profile_chooses_what_is_here(
    hub: Hub, profile: catalog.Profile, detector: str | None, fusion: str | None
) -> None:
    chosen = [name for name in (detector, fusion) if name]
    before = Settings(profile=profile)
    assert before.tools.detector is before.tools.fusion is None
    assert [row.name for row in before.not_pulled] == chosen
    allowed = Settings(profile=profile, tools=ToolConfig(allow_download=True))
    assert (allowed.tools.detector, allowed.tools.fusion) == (detector, fusion)
    named = Settings(profile=profile, tools=ToolConfig(detector="mine.pt", fusion="./mine"))
    assert (named.tools.detector, named.tools.fusion) == ("mine.pt", "./mine")
    assert not named.not_pulled
    for name in chosen:
        row = catalog.find(name)
        assert row is not None
        place = cache_directory() / row.file
        place.parent.mkdir(parents=True)
        place.write_bytes(b"weights")
    after = Settings(profile=profile)
    assert (after.tools.detector, after.tools.fusion) == (detector, fusion)
    assert not after.not_pulled


def test_a_profile_whose_weights_are_not_here_says_what_to_do(hub: Hub) -> None:
    done = runner.invoke(app, ["doctor", "--json"], env={"VQA_PROFILE": "gpu"})
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["yolo26m"]["fix"] == "vqa-agent models pull yolo26m"
    assert checks["detect_objects"]["status"] == "ok", "the built-in one looks"
    assert "yolo26m is not here yet" in done.stderr


def test_built_in_files_are_those_of_the_catalogue() -> None:
    rows = [row for row in catalog.catalog() if row.is_builtin]
    assert "planner" in {row.name for row in rows}
    for row in rows:
        file = catalog.FOLDER / row.file
        assert (catalog.sha256_of(file), file.stat().st_size) == (row.sha256, row.bytes), row.name


def test_names_and_files_are_each_of_one_row() -> None:
    rows = catalog.catalog()
    assert len({row.name for row in rows}) == len({row.file for row in rows}) == len(rows)
    for profile in ("builtin", "cpu", "gpu"):
        tasks = [row.task for row in rows if profile in row.profiles]
        assert len(tasks) == len(set(tasks)), profile
