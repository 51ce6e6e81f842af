"""Teaches a pretrained language model to plan: `python -m training.planner.adapter.train`.

LoRA (Hu et al., 2022): the base stays as it is, and small matrices beside its own are learnt, from
the same conversations as the built-in planner's, made as it goes, in English, which is what the
base reads. It resumes from its checkpoint. The base's folder is `base`'s, putting both together
`merge`'s, measuring `training.planner.evaluate`'s.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch.nn import functional

from training.common import checkpoints, device, loop
from training.common.progress import resumable, say
from training.planner import batches
from training.planner.adapter import base
from training.planner.train import Batch, Place

WORK = base.ROOT / "build" / "adapter" / "work"
ADAPTER = base.ROOT / "build" / "adapter" / "lora"
_CHINESE = re.compile("[一-鿿]")


@dataclass
class Recipe:
    """All that decides the result."""

    rank: int = 16
    """The largest that vLLM serves unless told."""
    alpha: int = 32
    pool: int = 64
    """Conversations from which batches are made."""
    longest: int = 512
    """Tokens; longer turns are left out."""
    tokens: int = 1024
    """Of a batch, padding included."""
    steps: int = 3000
    minutes: float = math.inf
    """The schedule ends at `steps` or after so many minutes of training, whatever is first."""
    learning_rate: float = 1e-3
    warm_up: int = 20
    decay_from: float = 0.4
    """Share of the schedule after which the rate falls linearly to zero."""


@dataclass
class Adapter:
    """What is learnt of a PEFT model, for checkpoints."""

    net: Any

    def state_dict(self) -> dict[str, Any]:
        """The adapter's weights, by the names that PEFT and vLLM know."""
        from peft import get_peft_model_state_dict

        weights: dict[str, Any] = get_peft_model_state_dict(self.net, save_embedding_layers=False)
        return weights

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From a checkpoint."""
        from peft import set_peft_model_state_dict

        set_peft_model_state_dict(self.net, state_dict)


class Training:
    """Everything that a step changes, and the base, which it does not."""

    def __init__(self, recipe: Recipe, folder: Path, where: torch.device) -> None:
        network, self.tokenizer = base.load(folder)
        from peft import LoraConfig, get_peft_model  # it imports what `base.load` prepares

        torch.manual_seed(0)
        self.recipe, self.where = recipe, where
        form = LoraConfig(
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )
        if where.type == "cpu":  # a quarter quicker there: its fused attention goes back slowly
            network.set_attn_implementation("eager")
        self.net = get_peft_model(network, form).to(where)
        self.learnt = [p for p in self.net.parameters() if p.requires_grad]
        self.adamw = torch.optim.AdamW(self.learnt, betas=(0.9, 0.98), weight_decay=0.0)
        self.place = Place(0)

    @property
    def parts(self) -> dict[str, checkpoints.Stateful]:
        """What a checkpoint holds."""
        return {"adapter": Adapter(self.net), "adamw": self.adamw, "place": self.place}

    def progress(self, step: int) -> float:
        """How much of the schedule is over before a step, 0 to 1."""
        return self.place.progress(step, self.recipe.steps, self.recipe.minutes)

    def update(self, step: int, batch: Batch) -> dict[str, float]:
        """One step; the loss per counted token."""
        began = time.monotonic()
        left = (1 - self.progress(step)) / (1 - self.recipe.decay_from)
        share = min(1.0, (step + 1) / self.recipe.warm_up, left)
        self.adamw.param_groups[0]["lr"] = self.recipe.learning_rate * share
        tokens = batch[0].to(self.where)
        counted = batch[1][:, 1:].flatten().nonzero().view(-1).to(self.where)
        network = self.net.get_base_model()
        with device.half_precision(self.where):
            hidden = network.model(input_ids=tokens[:, :-1], use_cache=False).last_hidden_state
            scores = network.lm_head(hidden.flatten(0, 1)[counted])
        loss = functional.cross_entropy(scores.float(), tokens[:, 1:].flatten()[counted])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.learnt, 1.0)
        self.adamw.step()
        self.adamw.zero_grad()
        self.place.seconds += time.monotonic() - began
        return {"loss": loss.item()}

    def data(self) -> Iterator[Batch]:
        """Batches from where the training stands."""
        recipe, pad = self.recipe, self.tokenizer.pad_token_id

        def pool(number: int) -> list[Batch]:
            turns = filter(is_english, batches.drawn(number, recipe.pool))
            rows = (batches.row(turn, self.tokenizer, batches.ASSISTANT) for turn in turns)
            kept = [row for row in rows if len(row[0]) <= recipe.longest]
            return batches.packed(kept, pad=pad, budget=recipe.tokens, seed=number)

        return self.place.read_on(map(pool, count(self.place.pool)))


def is_english(turn: batches.Turn) -> bool:
    """Whether nobody asks in Chinese, in the turn or before it."""
    return not any(_CHINESE.search(message.get("question", "")) for message in turn.messages)


def export(net: Any, folder: Path) -> None:
    """Write the adapter as PEFT and vLLM read it: its form, and its weights as bf16."""
    folder.mkdir(parents=True, exist_ok=True)
    form = net.peft_config["default"]
    form.base_model_name_or_path = base.NAME
    form.inference_mode = True
    form.save_pretrained(folder)
    weights = {
        name: weight.to("cpu", torch.bfloat16).contiguous()
        for name, weight in Adapter(net).state_dict().items()
    }
    save_file(weights, folder / "adapter_model.safetensors", {"format": "pt"})


def train(
    recipe: Recipe, options: argparse.Namespace, log: Callable[[str], None] = say
) -> Training:
    """Train until the schedule ends, from the checkpoint in `options.work` if there is one."""
    training = Training(recipe, options.base, device.choose(options))

    def drawn(first: int) -> Iterator[Batch]:
        for step, batch in zip(range(first, recipe.steps), training.data(), strict=False):
            if training.progress(step) >= 1:
                return
            yield batch

    steps = loop.run(
        drawn, training.update, steps=recipe.steps, pictures=recipe.tokens, work=options.work,
        parts=training.parts, log=log, every=25, unit="tokens",
    )  # fmt: skip
    export(training.net, options.out)
    facts = {"steps": steps, "minutes": training.place.seconds / 60}
    (options.work / "training.json").write_text(json.dumps(facts) + "\n")
    return training


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, default=base.BASE)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--out", type=Path, default=ADAPTER)
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--minutes", type=float, default=math.inf)
    device.add_options(parser)
    options = parser.parse_args()
    with resumable(options.work):
        train(Recipe(steps=options.steps, minutes=options.minutes), options)


if __name__ == "__main__":
    main()
