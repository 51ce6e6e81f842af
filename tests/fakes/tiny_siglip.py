"""A SigLIP folder with random weights, laid out as the published SigLIP 2 of one picture size."""

from __future__ import annotations

import json
from pathlib import Path

WORDS = ("a", "red", "blue", "square", "kitchen", "dog", "红", "蓝")


def make_tiny_siglip(folder: Path, seed: int = 0) -> Path:
    """Write config, weights, image processor and a tokenizer of whole words, all in small letters."""
    from tools.networks.torch_runtime import prepare

    prepare()
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, SiglipConfig, SiglipModel

    vocabulary = {word: index for index, word in enumerate(["<pad>", "<eos>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
        padding_side="right",
    ).save_pretrained(folder)
    sizes = {
        "hidden_size": 16,
        "intermediate_size": 24,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    torch.manual_seed(seed)
    config = SiglipConfig(
        text_config={**sizes, "vocab_size": len(vocabulary), "max_position_embeddings": 64},
        vision_config={**sizes, "image_size": 32, "patch_size": 16},
    )
    network = SiglipModel(config)
    network.logit_scale.data.fill_(2.0)
    network.logit_bias.data.fill_(-1.0)
    network.save_pretrained(folder)
    processor = {
        "image_processor_type": "SiglipImageProcessor",
        "processor_class": "SiglipProcessor",
        "size": {"height": 32, "width": 32},
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder
