"""The planner's tokenizer: a byte-level BPE that writes a word the same way wherever it stands.

Spaces, digits and Chinese characters are pieces of their own, so a word of the question has the
same tokens inside of a call, and can be copied. The fixed parts of calls and answers are single
pieces, evidence ids too. Training the weights is `training.planner.train`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

VOCABULARY_SIZE = 4096
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
ORDINARY = ["<tool_call>", "</tool_call>"]
TEMPLATE = Path(__file__).with_name("chat_template.jinja")

_FIXED = [
    r'\{"name": "', r'", "arguments": \{"picture": "', r'", "query": "?', r'"?, "region": "?',
    r'", "labels": \["?', r'\], "region": "?', r'"?, "top_k": 3\}\}', r'"?\}\}',
    r'\{"abstain": "', r'", "short_answer": "', r'", "answer": "', r'"\}(?!\})', r'", "(?=\w)',
    r"Pictures: ", r"\nQuestion: ", r"e[1-9][0-9]?(?![0-9A-Za-z])",
    r"\{(?:count|list|exists|has|same|sum|difference|most|least) (?=e)",
    r"\.(?:value|text|label|picture)\}", r" \[(?=e)", r"\](?:\.|。)",
]  # fmt: skip
_PLAIN = [
    r"img_[1-9]",
    r"[A-Za-z_À-ɏ]+",
    r"\p{Han}",
    r"[0-9]",
    r" ",
    r"\n",
    r"[^\sA-Za-z0-9]",
    r".",
]
PIECES = "|".join([*_FIXED, *_PLAIN])


def train_tokenizer(texts: Iterable[str], size: int = VOCABULARY_SIZE) -> Any:
    """A `PreTrainedTokenizerFast` with the chat template, learnt from texts."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(ORDINARY),
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in ORDINARY])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",  # noqa: S106
        pad_token="<|endoftext|>",  # noqa: S106
        model_max_length=2048,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = TEMPLATE.read_text(encoding="utf-8")
    return fast
