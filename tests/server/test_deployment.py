"""The files of `deploy/`: what they copy exists, what they promise of users and limits is so."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from server.routes import health
from server.settings import ServerSettings
from tests.server.conftest import agent_of, bright, brightness, data_url, png, serving

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
DEFAULTS = {name: field.default for name, field in ServerSettings.model_fields.items()}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, continued lines in one."""
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    whole = [line for line in re.sub(r"\\\n\s*", " ", text).splitlines() if line]
    return [(line.split()[0], line.partition(" ")[2]) for line in whole]


def of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def test_the_image_is_pinned_runs_as_nobody_special_and_holds_no_secret() -> None:
    assert all(re.match(r"python:\d+\.\d+\.\d+-slim-\w+( AS \w+)?$", base) for base in of("FROM"))
    assert len(of("FROM")) == 2
    assert not of("ADD")
    assert int(of("USER")[-1]) > 0
    assert "-c constraints.txt" in " ".join(of("RUN"))
    assert not re.search(r"(?i)(key|password|token|secret)\S*=", " ".join(of("ENV") + of("ARG")))
    assert of("STOPSIGNAL") == ["SIGTERM"]
    (check,) = of("HEALTHCHECK")
    assert re.search(r"127\.0\.0\.1:8000(/\w+)", check)[1] in {r.path for r in health.router.routes}
    variables = dict(pair.split("=", 1) for pair in shlex.split(of("ENV")[0]))
    assert variables["VQA_SERVER_DATA_DIR"] == of("VOLUME")[0]


def test_the_image_copies_what_is_there_and_all_that_the_wheel_needs() -> None:
    copied = [word for rest in of("COPY") if "--from" not in rest for word in rest.split()[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {*wheel, "pyproject.toml", "constraints.txt", "README.md", "LICENSE"} == set(copied)
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignore if line.startswith("!")} == set(copied)
    clip = re.search(r"^CLIP +:= (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert clip in " ".join(of("RUN"))


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_the_composed_service_has_limits_and_time_to_finish() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    service = composed["services"]["vqa-agent"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()
    assert seconds(service["stop_grace_period"]) > DEFAULTS["drain_s"] + 10
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["mem_limit"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert {volume.split(":")[1] for volume in service["volumes"]} == set(of("VOLUME"))


def test_the_unit_gives_it_time_and_little_else(tmp_path: Path) -> None:
    text = (DEPLOY / "vqa-agent.service").read_text(encoding="utf-8")
    entries = [line.split("=", 1) for line in text.splitlines() if re.match(r"\w+=", line)]
    unit = {name: value for name, value in entries if name != "Environment"}
    assert seconds(unit["TimeoutStopSec"]) > DEFAULTS["drain_s"] + 10
    assert unit["DynamicUser"] == unit["NoNewPrivileges"] == "yes"
    assert unit["ProtectSystem"] == "strict"
    assert unit["MemoryMax"]
    assert f"Environment=VQA_SERVER_DATA_DIR=/var/lib/{unit['StateDirectory']}" in text
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed (apt-get install systemd)")
    file = tmp_path / "vqa-agent.service"
    file.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", text))
    said = subprocess.run([analyze, "verify", "--man=no", file], capture_output=True, check=True)
    assert said.stderr == b""
    exposed = [analyze, "security", "--offline=true", "--no-pager", "--threshold=25", file]
    subprocess.run(exposed, capture_output=True, check=True)


def test_the_proxies_let_through_what_the_service_takes_at_once() -> None:
    megabytes = f"{DEFAULTS['max_body_mb']:g}"
    assert f"client_max_body_size {megabytes}m;" in PAGE
    assert f"max_size {megabytes}MB" in PAGE
    assert "proxy_buffering off;" in PAGE
    (reading,) = re.findall(r"proxy_read_timeout (\d+)s;", PAGE)
    assert int(reading) > DEFAULTS["deadline_s"]


async def test_the_backup_that_the_page_tells_of_holds_everything(
    tmp_path: Path, settings: ServerSettings
) -> None:
    (block,) = [b for b in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "VACUUM" in b]
    commands = block.replace("/var/lib/vqa-agent", str(settings.data_dir))
    commands = commands.replace("/backup", str(tmp_path / "backup"))
    body = {"question": "How bright is it?", "pictures": [data_url(png())]}
    async with serving(settings, agent_of(brightness(), bright())) as client:
        asked = (await client.post("/v1/ask", json=body)).json()
        subprocess.run(["bash", "-euc", commands], check=True)  # while it runs
        await client.delete("/v1/data")
    there = settings.model_copy(update={"data_dir": tmp_path / "backup"})
    async with serving(there, agent_of()) as client:
        kept = await client.get(f"/v1/conversations/{asked['conversation']}")
        assert kept.json()["turns"][0]["answer"]["short_answer"] == "47"
        shown = await client.get(f"/v1/conversations/{asked['conversation']}/pictures/img_1")
        assert shown.status_code == 200
