"""`vqa-agent serve`, `keys` and `config`: what they print, and what they refuse."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app
from server.access.keys import hash_of
from server.running import url_of
from server.settings import ServerSettings, load
from server.store import Database, Store
from tests.server.conftest import agent_of


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VQA_SERVER_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*words: str):
    return CliRunner().invoke(app, list(words), obj=lambda _options: agent_of())


def test_a_key_is_shown_once_listed_and_revoked() -> None:
    assert "no key yet" in run("keys", "list").stderr
    made = run("keys", "create", "shop", "--requests-per-minute", "60", "--storage-mb", "0.5")
    key = made.stdout.strip()
    store = Store(Database(load().url_of_database))
    record = store.keys.by_hash(hash_of(key))
    assert record is not None
    assert record.id in made.stderr
    assert (record.requests_per_minute, record.storage_mb) == (60, 0.5)
    assert record.pictures_per_day is None
    listed = run("keys", "list").stdout
    assert record.id in listed
    assert key not in listed
    assert run("keys", "revoke", record.id).exit_code == 0
    assert store.keys.by_hash(hash_of(key)) is None
    store.close()
    assert "revoked" in run("keys", "list").stdout
    assert run("keys", "revoke", record.id).exit_code == 2
    assert json.loads(run("keys", "create", "bot", "--json").stdout)["key"].startswith("vqa_sk_")
    assert len(json.loads(run("keys", "list", "--json").stdout)) == 2


def test_config_show_says_where_each_value_comes_from(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "service.toml"
    file.write_text('port = 9000\nmax_pictures = 3\ndatabase_url = "postgresql://u:hidden@h/d"\n')
    monkeypatch.setenv("VQA_SERVER_MAX_PICTURES", "5")
    words = ("config", "show", "--config", str(file), "--host", "::1")
    monkeypatch.setenv("VQA_SERVER_MAX_PICTURS", "5")
    shown = run(*words)
    assert "hidden" not in shown.stdout
    assert "VQA_SERVER_MAX_PICTURS" in shown.stderr
    assert "did you mean VQA_SERVER_MAX_PICTURES?" in shown.stderr
    assert "VQA_SERVER_DATA_DIR" not in shown.stderr
    rows = json.loads(run(*words, "--json").stdout)["service"]
    assert rows.keys() == ServerSettings.model_fields.keys()
    assert rows["port"] == {"value": 9000, "from": "file"}
    assert rows["max_pictures"] == {"value": 5, "from": "environment"}
    assert rows["host"] == {"value": "::1", "from": "option"}
    assert rows["deadline_s"]["from"] == "default"


def test_config_show_knows_the_agents_settings_and_what_the_profile_chose(
    tmp_path: Path, monkeypatch
) -> None:
    file = tmp_path / "agent.env"
    file.write_text("VQA_TIMEOUT_S=7\nVQA_TOOLS__DETECT_THRESHOLD=0.5\nVQA_PROFIL=gpu\n")
    monkeypatch.setenv("VQA_PLANNER_URL", "http://me:hidden@planner:8000/v1")
    monkeypatch.setenv("VQA_PLANNER_API_KEY", "hidden")
    monkeypatch.setenv("VQA_ENV_FILE", str(file))
    shown = run("config", "show", "--json")
    assert "hidden" not in shown.stdout
    assert "VQA_PROFIL is set, and nothing reads it, did you mean VQA_PROFILE?" in shown.stderr
    rows = json.loads(shown.stdout)["agent"]
    assert rows["timeout_s"] == {"value": 7.0, "from": "file"}
    assert rows["tools.detect_threshold"] == {"value": 0.5, "from": "file"}
    url = {"value": "http://***@planner:8000/v1", "from": "environment"}
    assert rows["planner_url"] == url
    assert rows["planner_api_key"] == {"value": "**********", "from": "environment"}
    assert rows["max_repairs"]["from"] == "default"
    monkeypatch.delenv("VQA_PLANNER_URL")
    monkeypatch.delenv("VQA_ENV_FILE")
    monkeypatch.setenv("VQA_PROFILE", "gpu")
    chosen = json.loads(run("config", "show", "--json").stdout)["agent"]["planner_url"]
    assert chosen["from"] == "profile"


@pytest.mark.parametrize("variable", ["VQA_SECRETS_DIR", "CREDENTIALS_DIRECTORY"])
def test_secrets_may_lie_in_files(tmp_path: Path, monkeypatch, variable: str) -> None:
    (tmp_path / "VQA_SERVER_DATABASE_URL").write_text("postgresql://u:hidden@h/d\n")
    (tmp_path / "vqa_planner_api_key").write_text("hidden\n")
    (tmp_path / "another-units").write_text("x")
    monkeypatch.setenv(variable, str(tmp_path))
    assert load().url_of_database == "postgresql+psycopg://u:hidden@h/d"
    shown = run("config", "show", "--json")
    assert "hidden" not in shown.stdout
    rows = json.loads(shown.stdout)
    assert rows["service"]["database_url"] == {"value": "**********", "from": "secret"}
    assert rows["agent"]["planner_api_key"]["from"] == "secret"
    monkeypatch.setenv("VQA_SERVER_DATABASE_URL", "sqlite://")
    assert load().url_of_database == "sqlite://"


def test_a_folder_of_secrets_that_is_not_there_is_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("VQA_SECRETS_DIR", str(tmp_path / "gone"))
    done = run("keys", "list")
    assert done.exit_code == 2
    assert "VQA_SECRETS_DIR" in done.stderr


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("prot = 1", "did you mean port?"),
        ("port = 'x'", "port"),
        ("port =", "TOML"),
        ("max_wait_s = 999", "deadline_s"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, toml: str, said: str) -> None:
    file = tmp_path / "service.toml"
    file.write_text(toml)
    done = run("config", "show", "--config", str(file))
    assert done.exit_code == 2
    assert said in done.stderr
    assert run("config", "show", "--config", str(file) + "x").exit_code == 2


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("DATA_DIR", "{tmp}/a-file", "data folder"),
        ("DATA_DIR", "{tmp}/a-file/below", "data folder"),
        ("DATABASE_URL", "mysql://u@h/d", "only SQLite and PostgreSQL"),
        ("DATABASE_URL", "nonsense", "no URL"),
        ("DATABASE_URL", "postgresql://u:hidden@127.0.0.1:9/d", "Connection refused"),
        ("DATABASE_URL", "sqlite:///{tmp}", "cannot be written"),
    ],
)
def test_what_cannot_be_kept_there_is_said_before_anything_is_loaded(
    tmp_path: Path, monkeypatch, setting: str, value: str, said: str
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv(f"VQA_SERVER_{setting}", value.format(tmp=tmp_path))
    done = run("serve", "--port", "0")
    assert done.exit_code == 2
    assert said in done.stderr
    assert "hidden" not in done.stderr


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("192.0.2.7", "http://192.0.2.7:80"),
    ],
)
def test_the_url_that_is_told_is_one_that_can_be_opened(host: str, url: str) -> None:
    assert url_of(host, 80) == url


def test_serve_refuses_strangers_without_a_key_and_a_port_that_is_taken(monkeypatch) -> None:
    done = run("serve", "--host", "0.0.0.0")
    assert done.exit_code == 2
    assert "vqa-agent keys create" in done.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.exit_code == 2
    assert f"port {port} is taken: vqa-agent serve --port {port + 1}" in done.stderr
    monkeypatch.setenv("VQA_PLANNER_URL", "http://localhost:8000/v1")
    done = CliRunner().invoke(app, ["serve"])
    assert done.exit_code == 2
    assert "--port 8001" in done.stderr
