"""Conversations as rows of token ids with the places that count in the loss; batches by length.

Batch number n is the same whenever it is made, so a resumed training reads on where it stopped.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count, pairwise
from multiprocessing import get_context
from typing import Any

from agent.planners.constraints import link_labels
from training.planner.generator import Sample, make
from training.planner.vocabulary import TEMPLATE

ASSISTANT = re.compile(r"(?<=<\|im_start\|>assistant\n).*?<\|im_end\|>", re.DOTALL)
"""What the assistant writes."""
LEARNT = re.compile(ASSISTANT.pattern + r"|(?<=<\|im_start\|>tool\n)[^\n]*\n", re.DOTALL)
"""And the first line of a report, which repeats the call: to foretell it is to copy, and copying is
what a small model learns last."""
Row = tuple[list[int], list[bool]]
"""Token ids, and for each whether it is learnt."""
MAX_TOKENS = 896
"""Longer conversations are left out."""
PLANS = 3
"""Conversations of which only the plan is learnt, for each that is learnt whole: a plan is short,
and to plan is harder than to answer."""


def render(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> str:
    """The chat template's text, without a tokenizer."""
    from transformers.utils.chat_template_utils import render_jinja_template

    template = TEMPLATE.read_text(encoding="utf-8")
    texts, _ = render_jinja_template([messages], tools=tools, chat_template=template)
    return str(texts[0])


@dataclass(frozen=True)
class Turn:
    """A conversation up to the end of one of its turns, which is what is learnt from it."""

    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    learnt: int
    """How many of the last messages are learnt."""


def turns(sample: Sample, *, plans_only: bool = False) -> list[Turn]:
    """A conversation as the planner meets it: at each turn the tools are offered anew.

    `plans_only` ends each turn with the planner's first message, which chooses the tools.
    """
    found = []
    asked = [n for n, message in enumerate(sample.messages) if "question" in message]
    for start, end in pairwise([*asked, len(sample.messages)]):
        messages = sample.messages[: start + 2 if plans_only else end]
        tools = link_labels(sample.tools, messages)
        found.append(Turn(messages, tools, len(messages) - start - 1))
    return found


def row(turn: Turn, tokenizer: Any, learnt_text: re.Pattern[str] = LEARNT) -> Row:
    """A turn as tokens; of the turn's own text those are learnt that the pattern finds."""
    text = render(turn.messages, turn.tools)
    learnt = turn.messages[-turn.learnt :]
    wrong = [m["content"] for m in learnt if m.get("wrong")]
    begin = text.rindex("<|im_start|>user\nPictures: ")
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in learnt_text.finditer(text, begin):
        right = match[0].removesuffix("<|im_end|>") not in wrong
        pieces += [(text[end : match.start()], False), (match[0], right)]
        end = match.end()
    ids: list[int] = []
    counts: list[bool] = []
    encoded = tokenizer([piece for piece, _ in pieces], add_special_tokens=False)["input_ids"]
    for tokens, (_, is_learnt) in zip(encoded, pieces, strict=True):
        ids += tokens
        counts += [is_learnt] * len(tokens)
    return ids, counts


def drawn(number: int, size: int) -> Iterator[Turn]:
    """Whole turns, and for each conversation `PLANS` more of which only the plan is learnt."""
    for n in range(number * size, (number + 1) * size):
        whole, *plans = (
            make(n * (PLANS + 1) + more, is_checked=not more) for more in range(PLANS + 1)
        )
        yield from turns(whole)
        for sample in plans:
            yield turns(sample, plans_only=True)[-1]


def pools(first: int, tokenizer: Any, *, size: int, budget: int) -> Iterator[list[Any]]:
    """The batches of each pool from the first on; another process makes the next one meanwhile."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:

        def made(number: int) -> Future[list[Any]]:
            return maker.submit(pool, number, tokenizer, size=size, budget=budget)

        coming = made(first)
        for number in count(first + 1):
            ready = coming.result()
            coming = made(number)
            yield ready


def pool(number: int, tokenizer: Any, *, size: int, budget: int) -> list[Any]:
    """The batches of pool `number`: (ids, counts) tensors of at most `budget` tokens."""
    rows = (row(turn, tokenizer) for turn in drawn(number, size))
    kept = [r for r in rows if len(r[0]) <= MAX_TOKENS]
    return packed(kept, pad=tokenizer.pad_token_id, budget=budget, seed=number)


def packed(rows: list[Row], *, pad: int, budget: int, seed: int) -> list[Any]:
    """Rows of similar length together: (ids, counts) tensors of at most `budget` tokens."""
    import torch

    batches: list[list[Row]] = [[]]
    for ids, counts in sorted(rows, key=lambda r: len(r[0])):
        width = -(-len(ids) // 16) * 16
        if batches[-1] and width * (len(batches[-1]) + 1) > budget:
            batches.append([])
        batches[-1].append((ids, counts))
    random.Random(seed).shuffle(batches)
    made = []
    for batch in batches:
        width = -(-max(len(ids) for ids, _ in batch) // 16) * 16
        tokens = torch.tensor([ids + [pad] * (width - len(ids)) for ids, _ in batch])
        mask = torch.tensor([c + [False] * (width - len(c)) for _, c in batch])
        made.append((tokens, mask))
    return made
