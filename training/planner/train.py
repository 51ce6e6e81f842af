"""Trains the planner from nothing: `python -m training.planner.train`.

Makes its data as it goes, resumes from its checkpoint, and exports to `models/planner` on the way.
Measuring the result is `training.planner.evaluate`'s.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from training.common import checkpoints, device, loop
from training.common.progress import resumable, say
from training.planner import batches, model, vocabulary
from training.planner.generator import make

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Recipe:
    """All that decides the result."""

    size: str = "planner"
    vocabulary: int = vocabulary.VOCABULARY_SIZE
    tokenizer_samples: int = 12_000
    pool: int = 1024
    tokens: int = 3072
    """Tokens of a batch, padding included."""
    steps: int = 4000
    minutes: float = math.inf
    """The schedule ends at `steps` or after so many minutes of training, whatever is first."""
    learning_rate: float = 2e-3
    embedding_rate: float = 3e-3
    warm_up: int = 40
    decay_from: float = 0.4
    """Share of the schedule after which the rate falls linearly to zero."""
    first_pool: int = 0


Batch = tuple[torch.Tensor, torch.Tensor]
"""Tokens, int64 (rows, length), and whether each is learnt, bool (rows, length)."""


@dataclass
class Place:
    """How far the data is read, and how long that took."""

    pool: int
    done_in_pool: int = 0
    seconds: float = 0.0

    def state_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return asdict(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From a checkpoint."""
        vars(self).update(state_dict)

    def progress(self, step: int, steps: int, minutes: float) -> float:
        """How much of a schedule is over before a step, 0 to 1."""
        return max(step / steps, self.seconds / 60 / minutes)

    def read_on(self, pools: Iterable[Iterable[Batch]]) -> Iterator[Batch]:
        """The batches of the pools, the first of which is the one that is being read."""
        for pool in pools:
            for number, batch in enumerate(pool):
                if number >= self.done_in_pool:
                    self.done_in_pool = number + 1
                    yield batch
            self.pool, self.done_in_pool = self.pool + 1, 0


class Training:
    """Everything that a step changes."""

    def __init__(self, recipe: Recipe, tokenizer: Any, where: torch.device) -> None:
        self.recipe = recipe
        self.tokenizer = tokenizer
        self.where = where
        torch.manual_seed(0)
        self.net = model.new_model(tokenizer, recipe.size).to(where)
        self.place = Place(recipe.first_pool)
        inner = [
            p for n, p in self.net.model.named_parameters() if p.ndim == 2 and "embed" not in n
        ]
        chosen = {id(p) for p in inner}
        rest = [p for p in self.net.parameters() if id(p) not in chosen]
        fused = where.type in {"cpu", "cuda"}
        self.muon = torch.optim.Muon(inner, weight_decay=0.05, adjust_lr_fn="match_rms_adamw")
        self.adamw = torch.optim.AdamW(rest, betas=(0.9, 0.98), weight_decay=0.0, fused=fused)

    @property
    def parts(self) -> dict[str, checkpoints.Stateful]:
        """What a checkpoint holds."""
        return {
            "model": self.net, "muon": self.muon, "adamw": self.adamw, "place": self.place,
        }  # fmt: skip

    def progress(self, step: int) -> float:
        """How much of the schedule is over before a step, 0 to 1."""
        return self.place.progress(step, self.recipe.steps, self.recipe.minutes)

    def update(self, tokens: torch.Tensor, counts: torch.Tensor, step: int) -> torch.Tensor:
        """One step; the loss per counted token.

        Args:
            tokens: int64 (rows, length), on the CPU.
            counts: whether a token is learnt, bool (rows, length), on the CPU.
            step: its number.
        """
        share = min(1.0, (step + 1) / self.recipe.warm_up)
        left = 1 - self.progress(step)
        share *= min(1.0, max(left, 0.0) / (1 - self.recipe.decay_from))
        self.muon.param_groups[0]["lr"] = self.recipe.learning_rate * share
        self.adamw.param_groups[0]["lr"] = self.recipe.embedding_rate * share
        learnt = counts[:, 1:].flatten().nonzero().view(-1).to(self.where)
        tokens = tokens.to(self.where)
        causal = {"full_attention": None}  # given, it is not looked for in the tokens' values
        with device.half_precision(self.where):
            hidden = self.net.model(
                input_ids=tokens[:, :-1], attention_mask=causal, use_cache=False
            ).last_hidden_state
            logits = self.net.lm_head(hidden.flatten(0, 1)[learnt])
        loss = functional.cross_entropy(logits.float(), tokens[:, 1:].flatten()[learnt])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        optimizers: tuple[torch.optim.Optimizer, ...] = (self.muon, self.adamw)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        return loss.detach()

    def data(self) -> Iterator[Batch]:
        """Batches from where the training stands."""
        pools = batches.pools(
            self.place.pool, self.tokenizer, size=self.recipe.pool, budget=self.recipe.tokens
        )
        return self.place.read_on(pools)


def tokenizer_for(recipe: Recipe, options: argparse.Namespace) -> Any:
    """The tokenizer of the weights or of an earlier start; else a new one, learnt from the data."""
    from transformers import AutoTokenizer

    model.import_qwen3()
    folder = options.work / "tokenizer"
    known = options.start or folder
    if (known / "tokenizer.json").exists():
        tokenizer = AutoTokenizer.from_pretrained(known)
        tokenizer.chat_template = vocabulary.TEMPLATE.read_text(encoding="utf-8")
        return tokenizer
    samples = (make(n) for n in range(recipe.tokenizer_samples))
    texts = (batches.render(t.messages, t.tools) for s in samples for t in batches.turns(s)[-1:])
    tokenizer = vocabulary.train_tokenizer(texts, recipe.vocabulary)
    tokenizer.save_pretrained(folder)
    return tokenizer


def train(
    recipe: Recipe, options: argparse.Namespace, log: Callable[[str], None] = say
) -> Training:
    """Train until the schedule ends, from the checkpoint in `options.work` if there is one.

    Where there is a C++ compiler, `options.fast` compiles the network: a third more steps a
    minute, and sums in another order.
    """
    where = device.choose(options)
    training = Training(recipe, tokenizer_for(recipe, options), where)
    if options.start is not None:
        model.begin_with(training.net, options.start)
    place = training.place
    if options.fast and shutil.which("c++"):
        training.net.model.compile(dynamic=True)
    last = exported = time.monotonic()

    def drawn(first: int) -> Iterator[Batch]:
        nonlocal exported
        data = training.data()
        for step in range(first, recipe.steps):
            if training.progress(step) >= 1:
                return
            yield next(data)
            if time.monotonic() - exported > options.export_minutes * 60:
                model.export(training.net, training.tokenizer, options.out)
                exported = time.monotonic()

    def update(step: int, batch: Batch) -> dict[str, float]:
        nonlocal last
        loss = float(training.update(*batch, step))
        now = time.monotonic()
        place.seconds, last = place.seconds + now - last, now
        return {"loss": loss}

    steps = loop.run(
        drawn, update, steps=recipe.steps, pictures=recipe.tokens, work=options.work,
        parts=training.parts, log=log, unit="tokens",
    )  # fmt: skip
    model.export(training.net, training.tokenizer, options.out)
    pools = place.pool - recipe.first_pool + 1
    facts = {
        "steps": steps,
        "conversations": pools * recipe.pool,
        "plans": pools * recipe.pool * batches.PLANS,
        "minutes": place.seconds / 60,
    }
    (options.work / "training.json").write_text(json.dumps(facts) + "\n")
    return training


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "planner")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "planner")
    parser.add_argument("--start", type=Path, help="a folder of weights to begin with")
    parser.add_argument("--learning-rate", type=float, default=Recipe.learning_rate)
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--export-minutes", type=float, default=10)
    parser.add_argument("--fast", action=argparse.BooleanOptionalAction, default=True)
    device.add_options(parser)
    options = parser.parse_args()
    with resumable(options.work):
        recipe = Recipe(
            steps=options.steps, minutes=options.minutes, learning_rate=options.learning_rate
        )
        train(recipe, options)


if __name__ == "__main__":
    main()
