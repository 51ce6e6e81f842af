"""Puts base and adapter together: `python -m training.planner.adapter.merge`.

The result is a folder like the built-in planner's, for the process (VQA_PLANNER_PATH), for vLLM and
for `training.planner.evaluate`. vLLM also serves the two as they are (docs/finetuning.md).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training.common.progress import say
from training.planner.adapter import base
from training.planner.adapter.train import ADAPTER

MERGED = base.ROOT / "build" / "adapter" / "merged"


def merge(folder: Path, adapter: Path, out: Path, dtype: torch.dtype = torch.bfloat16) -> None:
    """Write the base's weights with the adapter's added to them, and the tokenizer."""
    network, tokenizer = base.load(folder)
    from peft import PeftModel

    whole = PeftModel.from_pretrained(network.float(), str(adapter)).merge_and_unload()
    whole.to(dtype).save_pretrained(out)
    tokenizer.save_pretrained(out)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, default=base.BASE)
    parser.add_argument("--adapter", type=Path, default=ADAPTER)
    parser.add_argument("--out", type=Path, default=MERGED)
    options = parser.parse_args()
    merge(options.base, options.adapter, options.out)
    say(f"base and adapter in {options.out}")


if __name__ == "__main__":
    main()
