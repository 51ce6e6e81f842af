"""The planner's network: a small Qwen3, and how it is written to and read from a folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from models import catalog

SIZES: dict[str, dict[str, int]] = {
    "planner": {
        "hidden_size": 256, "num_hidden_layers": 8, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 64, "intermediate_size": 704,
    },
    "tiny": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 1, "head_dim": 16, "intermediate_size": 64,
    },
}  # fmt: skip


def import_qwen3() -> Any:
    """The transformers module of Qwen3.

    Goes through the project's one door to torch.
    """
    from tools.networks.torch_runtime import prepare

    prepare()
    from transformers.models import qwen3

    return qwen3


def new_model(tokenizer: Any, size: str = "planner") -> Any:
    """A `Qwen3ForCausalLM` with fresh weights."""
    qwen3 = import_qwen3()
    config = qwen3.Qwen3Config(
        vocab_size=-(-len(tokenizer) // 64) * 64,
        tie_word_embeddings=True,
        max_position_embeddings=2048,
        rms_norm_eps=1e-6,
        attention_dropout=0.0,
        bos_token_id=None,
        eos_token_id=tokenizer.convert_tokens_to_ids("<|im_end|>"),
        pad_token_id=tokenizer.convert_tokens_to_ids("<|endoftext|>"),
        **SIZES[size],
    )
    return qwen3.Qwen3ForCausalLM(config)


def begin_with(model: Any, folder: Path) -> None:
    """Take over the weights of a folder; layers that it lacks begin as the identity.

    The last projection of an added layer's attention and feed-forward is zero, so that the grown
    network computes what the smaller one did.
    """
    from safetensors.torch import load_file

    lacking = model.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    for name, weight in model.named_parameters():
        if name in lacking.missing_keys and name.endswith(("o_proj.weight", "down_proj.weight")):
            weight.data.zero_()


def export(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write weights (bf16), tokenizer, template and configuration, each file at once.

    Other files of the folder (the model card) are left as they are.
    """
    import torch

    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    config = model.config
    copy = type(model)(config)
    copy.load_state_dict(model.state_dict())
    copy.to(torch.bfloat16).save_pretrained(new)
    tokenizer.save_pretrained(new)
    (new / "chat_template.jinja").write_text(tokenizer.chat_template, encoding="utf-8")
    generation = {
        "do_sample": False,
        "eos_token_id": config.eos_token_id,
        "pad_token_id": config.pad_token_id,
        "max_new_tokens": 256,
    }
    (new / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(new.iterdir()):
        file.chmod(0o644)
        file.replace(folder / file.name)
    new.rmdir()
    catalog.record(folder / "model.safetensors", {})
