"""A pretrained base with an adapter under vLLM: together they write what they write in the process."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent.planners.builtin.decoding import Decoder, Form
from agent.planners.conversation import question_turn
from agent.planners.server.families import OWN_WEIGHTS_NAME
from agent.serving import LanguageModelServer, build
from models.catalog import sha256_of
from tests.agent.planners.builtin.test_grammar import tool
from tests.fakes.tiny_gguf import make_tiny_gguf
from tests.vllm.conftest import free_port
from training.planner.adapter import base, merge
from training.planner.adapter.train import Recipe, train
from training.planner.served import Served

PICTURES = [f"img_{n}" for n in range(1, 10)]
LOOKS = tuple(
    tool(name, picture={"type": "string", "enum": PICTURES})
    for name in ("look", "read", "count", "measure")
)
"""Tools with many possible calls, all short: random weights choose, and come to an end."""


def test_vllm_serves_both_as_the_process_runs_them(tmp_path: Path) -> None:
    import torch

    gguf = make_tiny_gguf(tmp_path / "tiny.gguf")
    folder, adapter, whole = tmp_path / "base", tmp_path / "lora", tmp_path / "whole"
    base.unpack(gguf, folder, sha256_of(gguf))
    options = argparse.Namespace(base=folder, work=tmp_path, out=adapter, device="cpu", threads=1)
    train(Recipe(pool=3, longest=1500, steps=3, learning_rate=0.03, warm_up=1), options)
    merge.merge(folder, adapter, whole, torch.float32)
    here, alone = Decoder(whole), Decoder(folder)
    form = Form(LOOKS, tool_choice="required", parallel=False)
    asked = [[question_turn(f"What is on picture {n}?", PICTURES)] for n in range(12)]
    command = build(
        str(folder), port=free_port(), adapters=[f"{OWN_WEIGHTS_NAME}={adapter}"],
        extra=["--dtype", "float32"],
    )  # fmt: skip
    with LanguageModelServer(command, tmp_path / "vllm.log"):
        served = Served(command.url)
        written = [served.complete(turns, form, 256).text for turns in asked]
    assert written == [here.complete(turns, form, 256).text for turns in asked]
    assert written != [alone.complete(turns, form, 256).text for turns in asked]
