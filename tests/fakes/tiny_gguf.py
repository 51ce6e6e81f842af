"""A llama-architecture language model of a few kilobytes with random weights, as GGUF."""

from __future__ import annotations

from pathlib import Path

import numpy as np

HIDDEN, FEED, HEADS, KEY_HEADS, LAYERS = 64, 64, 2, 1, 2


def make_tiny_gguf(file: Path, seed: int = 0) -> Path:
    """Write it: matrices in Q4_1 as in small published files, a tokenizer of single bytes."""
    from gguf import GGMLQuantizationType, GGUFWriter, TokenType, quants
    from tokenizers import pre_tokenizers

    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens += [*sorted(pre_tokenizers.ByteLevel.alphabet()), "ol"]
    writer = GGUFWriter(file, "llama")
    writer.add_context_length(2048)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL] * 3 + [TokenType.NORMAL] * (len(tokens) - 3))
    writer.add_token_merges(["o l"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    rng = np.random.default_rng(seed)

    def add(name: str, *shape: int) -> None:
        weights = rng.normal(0, 0.3, shape).astype(np.float32)
        kind = GGMLQuantizationType.Q4_1
        writer.add_tensor(f"{name}.weight", quants.quantize(weights, kind), raw_dtype=kind)

    add("token_embd", len(tokens), HIDDEN)
    writer.add_tensor("output_norm.weight", np.ones(HIDDEN, np.float32))
    for block in (f"blk.{n}" for n in range(LAYERS)):
        keys = KEY_HEADS * HIDDEN // HEADS
        add(f"{block}.attn_q", HIDDEN, HIDDEN)
        add(f"{block}.attn_k", keys, HIDDEN)
        add(f"{block}.attn_v", keys, HIDDEN)
        add(f"{block}.attn_output", HIDDEN, HIDDEN)
        add(f"{block}.ffn_gate", FEED, HIDDEN)
        add(f"{block}.ffn_up", FEED, HIDDEN)
        add(f"{block}.ffn_down", HIDDEN, FEED)
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{block}.{norm}.weight", np.ones(HIDDEN, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file
