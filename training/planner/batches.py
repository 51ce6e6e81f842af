"""Conversations as rows of token ids with the places that count in the loss; batches by length.

Batch number n is the same whenever it is made, so a resumed training reads on where it stopped.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

from training.planner.generator import Sample, make
from training.planner.vocabulary import TEMPLATE

_LEARNT = re.compile(
    r"(?<=<\|im_start\|>assistant\n).*?<\|im_end\|>|(?<=<\|im_start\|>tool\n)[^\n]*\n", re.DOTALL
)
"""What the assistant writes; and the first line of a report, which repeats the call: to foretell it
is to copy, and copying is what a small model learns last."""
MAX_TOKENS = 896
"""Longer conversations are left out."""


def render(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> str:
    """The chat template's text, without a tokenizer."""
    from transformers.utils.chat_template_utils import render_jinja_template

    template = TEMPLATE.read_text(encoding="utf-8")
    texts, _ = render_jinja_template([messages], tools=tools, chat_template=template)
    return str(texts[0])


def row(sample: Sample, tokenizer: Any) -> tuple[list[int], list[bool]]:
    """Token ids, and for each whether it is learnt."""
    text = render(sample.messages, sample.tools)
    wrong = [m["content"] for m in sample.messages if m.get("wrong")]
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _LEARNT.finditer(text):
        learnt = match[0].removesuffix("<|im_end|>") not in wrong
        pieces += [(text[end : match.start()], False), (match[0], learnt)]
        end = match.end()
    ids: list[int] = []
    counts: list[bool] = []
    encoded = tokenizer([piece for piece, _ in pieces], add_special_tokens=False)["input_ids"]
    for tokens, (_, learnt) in zip(encoded, pieces, strict=True):
        ids += tokens
        counts += [learnt] * len(tokens)
    return ids, counts


def pool(number: int, tokenizer: Any, *, size: int, budget: int) -> Iterator[Any]:
    """The batches of pool `number`: (ids, counts) tensors of at most `budget` tokens."""
    import torch

    rows = [row(make(number * size + n), tokenizer) for n in range(size)]
    rows = sorted((r for r in rows if len(r[0]) <= MAX_TOKENS), key=lambda r: len(r[0]))
    batches: list[list[tuple[list[int], list[bool]]]] = [[]]
    for ids, counts in rows:
        width = -(-len(ids) // 16) * 16
        if batches[-1] and width * (len(batches[-1]) + 1) > budget:
            batches.append([])
        batches[-1].append((ids, counts))
    random.Random(number).shuffle(batches)
    pad = tokenizer.pad_token_id
    for batch in batches:
        width = -(-max(len(ids) for ids, _ in batch) // 16) * 16
        tokens = torch.tensor([ids + [pad] * (width - len(ids)) for ids, _ in batch])
        mask = torch.tensor([c + [False] * (width - len(c)) for _, c in batch])
        yield tokens, mask
