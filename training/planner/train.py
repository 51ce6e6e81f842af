"""Trains the planner from nothing: `python -m training.planner.train`.

Makes its data as it goes, keeps resumable checkpoints, shows a progress bar and exports to
`models/planner` on the way. Measuring the result is `training.planner.evaluate`'s.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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


@dataclass
class Trainer:
    """Model, optimisers and place in the data; everything that a checkpoint holds."""

    recipe: Recipe
    tokenizer: Any
    net: Any = None
    optimizers: list[Any] = field(default_factory=list)
    step: int = 0
    pool: int = 0
    done_in_pool: int = 0
    seconds: float = 0.0
    loss: float = math.nan

    def __post_init__(self) -> None:
        import torch

        torch.manual_seed(0)
        self.net = model.new_model(self.tokenizer, self.recipe.size)
        self.pool = self.recipe.first_pool
        inner = [
            p for n, p in self.net.model.named_parameters() if p.ndim == 2 and "embed" not in n
        ]
        chosen = {id(p) for p in inner}
        rest = [p for p in self.net.parameters() if id(p) not in chosen]
        self.optimizers = [
            torch.optim.Muon(inner, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(rest, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        ]

    def progress(self) -> float:
        """How much of the schedule is over, 0 to 1."""
        return max(self.step / self.recipe.steps, self.seconds / 60 / self.recipe.minutes)

    def train_step(self, tokens: Any, counts: Any) -> float:
        """One optimiser step; returns the loss per counted token."""
        import torch

        share = min(1.0, (self.step + 1) / self.recipe.warm_up)
        left = 1 - self.progress()
        share *= min(1.0, max(left, 0.0) / (1 - self.recipe.decay_from))
        rates = (self.recipe.learning_rate, self.recipe.embedding_rate)
        for optimizer, rate in zip(self.optimizers, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * share
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.net.model(input_ids=tokens[:, :-1], use_cache=False).last_hidden_state
            logits = self.net.lm_head(hidden[counts[:, 1:]])
        loss = torch.nn.functional.cross_entropy(logits.float(), tokens[:, 1:][counts[:, 1:]])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.step += 1
        return float(loss.detach())

    def data(self) -> Iterator[Any]:
        """Batches from where the training stands."""
        while True:
            made = batches.pool(
                self.pool, self.tokenizer, size=self.recipe.pool, budget=self.recipe.tokens
            )
            for number, batch in enumerate(made):
                if number >= self.done_in_pool:
                    self.done_in_pool = number + 1
                    yield batch
            self.pool, self.done_in_pool = self.pool + 1, 0

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds."""
        return {
            "net": self.net.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "place": (self.step, self.pool, self.done_in_pool, self.seconds, self.loss),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.net.load_state_dict(state["net"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.pool, self.done_in_pool, self.seconds, self.loss = state["place"]

    def save(self, path: Path) -> None:
        """Write a checkpoint at once."""
        import torch

        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(self.state(), path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)


def tokenizer_for(recipe: Recipe, folder: Path) -> Any:
    """The tokenizer of an earlier start, or a new one learnt from generated conversations."""
    from transformers import AutoTokenizer

    model.import_qwen3()
    if (folder / "tokenizer.json").exists():
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.chat_template = vocabulary.TEMPLATE.read_text(encoding="utf-8")
        return tokenizer
    samples = (make(n) for n in range(recipe.tokenizer_samples))
    texts = (batches.render(t.messages, t.tools) for s in samples for t in batches.turns(s)[-1:])
    tokenizer = vocabulary.train_tokenizer(texts, recipe.vocabulary)
    tokenizer.save_pretrained(folder)
    return tokenizer


def train(
    recipe: Recipe, work: Path, out: Path, *, export_minutes: float = 10, fast: bool = False
) -> Trainer:
    """Train until the schedule ends, from the checkpoint in `work` if there is one.

    `fast` compiles the network where there is a C++ compiler: a third more steps a minute, and
    sums in another order.
    """
    import torch
    from rich.progress import Progress

    trainer = Trainer(recipe, tokenizer_for(recipe, work / "tokenizer"))
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        trainer.restore(torch.load(checkpoint))
    if fast and shutil.which("c++"):
        trainer.net.model.compile(dynamic=True)
    last = saved = exported = time.monotonic()
    with Progress() as bar:
        task = bar.add_task("training the planner", total=1.0)
        for tokens, counts in trainer.data():
            if trainer.progress() >= 1:
                break
            loss = trainer.train_step(tokens, counts)
            trainer.loss = loss if math.isnan(trainer.loss) else 0.98 * trainer.loss + 0.02 * loss
            now = time.monotonic()
            trainer.seconds, last = trainer.seconds + now - last, now
            bar.update(task, completed=trainer.progress(), description=f"loss {trainer.loss:.3f}")
            if trainer.step % 25 == 0:
                with (work / "log.txt").open("a") as log:
                    log.write(f"{trainer.step} {trainer.seconds:.0f}s loss {trainer.loss:.4f}\n")
            if now - saved > 120:
                trainer.save(checkpoint)
                saved = now
            if now - exported > export_minutes * 60:
                model.export(trainer.net, trainer.tokenizer, out)
                exported = now
    trainer.save(checkpoint)
    model.export(trainer.net, trainer.tokenizer, out)
    facts = {
        "steps": trainer.step,
        "conversations": (trainer.pool - recipe.first_pool + 1) * recipe.pool,
        "plans": (trainer.pool - recipe.first_pool + 1) * recipe.pool * batches.PLANS,
        "minutes": trainer.seconds / 60,
    }
    (work / "training.json").write_text(json.dumps(facts) + "\n")
    return trainer


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "planner")
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "planner")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--export-minutes", type=float, default=10)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    recipe = Recipe(steps=options.steps, minutes=options.minutes)
    trainer = train(
        recipe, options.work, options.out, export_minutes=options.export_minutes, fast=True
    )
    print(f"{trainer.step} steps, {trainer.seconds / 60:.0f} min, loss {trainer.loss:.4f}")


if __name__ == "__main__":
    main()
