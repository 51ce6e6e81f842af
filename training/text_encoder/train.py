"""Train the text encoder: a small network learns where a teacher puts English sentences, and that a
Chinese sentence belongs where its English twin lies.

It resumes from the work folder: a batch and its chance depend on the number of the step alone.
(Reimers, Gurevych: Making Monolingual Sentence Embeddings Multilingual, EMNLP 2020.)
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional

from tools.networks.text_config import TOKENIZER, TextConfig
from tools.networks.text_network import TextNetwork
from training.common import checkpoints, device, loop
from training.common.progress import resumable, say
from training.text_encoder import corpus, finish, noise, start, tokens
from training.text_encoder.teacher import Teacher

VOCABULARY = 8192
STEPS, BATCH = 1200, 256
PEAK, WARM_UP = 1.5e-3, 300
SHARPNESS = 20.0
"""Of the similarities within a batch (one over a temperature)."""
COSINE_WEIGHT = 4.0
NEIGHBOURHOOD = 32
"""Batches that are drawn together and cut by length, so that little is padding."""


class Training:
    """Everything that a step changes."""

    def __init__(self, network: TextNetwork, where: torch.device, peak: float = PEAK) -> None:
        self.where, self._peak = where, peak
        self.network = network.to(where).train()
        decays = [p for p in network.parameters() if p.ndim > 1]
        others = [p for p in network.parameters() if p.ndim < 2]
        self.optimizer = torch.optim.AdamW(
            [{"params": decays, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
            betas=(0.9, 0.98),
        )

    @property
    def parts(self) -> dict[str, checkpoints.Stateful]:
        """What a checkpoint holds."""
        return {"model": self.network, "optimizer": self.optimizer}

    def update(
        self, ids: torch.Tensor, mask: torch.Tensor, targets: torch.Tensor, seed: int, share: float
    ) -> dict[str, float]:
        """One step at a share of the peak rate; the losses.

        Args:
            ids: int64 (n, tokens).
            mask: bool (n, tokens).
            targets: the teacher's vectors, float32 (n, dimensions).
            seed: what is dropped depends on it alone.
            share: of the peak.
        """
        torch.manual_seed(seed)
        for group in self.optimizer.param_groups:
            group["lr"] = self._peak * share
        with device.half_precision(self.where):
            _, pooled = self.network(ids.to(self.where), mask.to(self.where))
        far, unlike = losses(pooled.float(), targets.to(self.where))
        self.optimizer.zero_grad()
        (COSINE_WEIGHT * far + unlike).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return {"cosine": 1 - float(far.detach()), "unlike": float(unlike.detach())}


def losses(pooled: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How far the vectors are from the teacher's, and how unlike its neighbourhoods are theirs.

    The second is the Kullback-Leibler divergence between the teacher's softmax over the batch's
    similarities and the one with the student's vector in the row's place.

    Args:
        pooled: float32 (n, dimensions), of unit length.
        targets: of the same shape, of unit length.
    """
    far = 1 - (pooled * targets).sum(1).mean()
    theirs = (SHARPNESS * targets @ targets.T).log_softmax(1)
    ours = (SHARPNESS * pooled @ targets.T).log_softmax(1)
    unlike = functional.kl_div(ours, theirs, log_target=True, reduction="batchmean")
    return far, unlike


def encoded(tokenizer: Tokenizer, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids, int64 (n, tokens), and the mask, bool of that shape."""
    rows = tokenizer.encode_batch_fast(texts)
    ids = torch.tensor([row.ids for row in rows])
    return ids, torch.tensor([row.attention_mask for row in rows]).bool()


@dataclass(frozen=True)
class Lessons:
    """Texts, and where each is to lie: of `targets`, float16 (m, dimensions), the row `places`."""

    texts: tuple[str, ...]
    targets: NDArray[np.float16]
    places: NDArray[np.int64]


def batches(
    tokenizer: Tokenizer, lessons: Lessons, first: int, size: int = BATCH
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Ids, mask and teacher's vectors of the batches from a step on, without an end.

    Args:
        tokenizer: pads and cuts off.
        lessons: what is to be learnt.
        first: the step.
        size: texts a batch.
    """
    lengths = np.array([len(text.encode()) for text in lessons.texts])
    per_epoch = max(1, len(lengths) // size)
    epoch, skipped = divmod(first, per_epoch)
    while True:
        for number in range(skipped, per_epoch):
            rows = _rows(epoch, number, lengths, size)
            chance = random.Random(f"{epoch} {number}")
            typed = [noise.changed(lessons.texts[row], chance) for row in rows]
            targets = lessons.targets[lessons.places[rows]].astype(np.float32)
            yield *encoded(tokenizer, typed), torch.from_numpy(targets)
        epoch, skipped = epoch + 1, 0


def _rows(epoch: int, number: int, lengths: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The texts of a batch: of those drawn together with it, some of about the same length."""
    order = np.random.default_rng(epoch).permutation(len(lengths))
    group, place = divmod(number, NEIGHBOURHOOD)
    together = order[group * NEIGHBOURHOOD * size : (group + 1) * NEIGHBOURHOOD * size]
    together = together[np.argsort(lengths[together], kind="stable")]
    whole = max(1, len(together) // size)
    mixed = np.random.default_rng((epoch, group)).permutation(whole)
    at = int(mixed[place % whole])
    return together[at * size : (at + 1) * size]


def tokenizer_of(work: Path, texts: tuple[str, ...], vocabulary: int, longest: int) -> Tokenizer:
    """The tokenizer of the work folder; learnt from the texts where there is none."""
    file = work / TOKENIZER
    if not file.is_file():
        work.mkdir(parents=True, exist_ok=True)
        tokens.learn(texts, vocabulary).save(str(file))
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.enable_padding(pad_id=0, pad_token=tokens.PAD)
    tokenizer.enable_truncation(longest)
    return tokenizer


def fit(
    network: TextNetwork, tokenizer: Tokenizer, lessons: Lessons, where: torch.device, work: Path,
    *, steps: int, every: int, size: int = BATCH, log: Callable[[str], None] = say,
) -> int:  # fmt: skip
    """Take the steps that are still to be taken; how many were taken in all.

    Args:
        network: what is taught.
        tokenizer: its own.
        lessons: what it is taught.
        where: the device.
        work: where the checkpoint lies.
        steps: in all.
        every: so many, a checkpoint.
        size: texts a batch.
        log: is told a line with each checkpoint.
    """
    training = Training(network, where)

    def update(step: int, batch: tuple[torch.Tensor, ...]) -> Mapping[str, float]:
        ids, mask, targets = batch
        return training.update(ids, mask, targets, step, loop.cosine(step, steps, WARM_UP))

    return loop.run(
        lambda first: batches(tokenizer, lessons, first, size), update,
        steps=steps, pictures=size, work=work, parts=training.parts, every=every, unit="sentences",
        log=log,
    )  # fmt: skip


def lessons_of(taught: corpus.Corpus, teacher: Teacher) -> Lessons:
    """The sentences, with the teacher's vectors of what they mean."""
    meanings = list(dict.fromkeys(taught.means))
    place = {text: row for row, text in enumerate(meanings)}
    places = np.array([place[text] for text in taught.means])
    return Lessons(taught.texts, teacher.vectors(meanings), places)


def train(options: argparse.Namespace) -> None:
    """Train to the end, from wherever the work folder stands, and write the weights."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    where = device.choose(options)
    taught = corpus.read(options.data)
    say(f"{len(taught.texts)} sentences that mean {len(set(taught.means))} English ones")
    teacher = Teacher(options.parts, options.work, where)
    lessons = lessons_of(taught, teacher)
    longest = TextConfig(vocabulary=0).longest
    tokenizer = tokenizer_of(options.work, taught.texts, options.vocabulary, longest)
    torch.manual_seed(0)
    network = TextNetwork(TextConfig(vocabulary=tokenizer.get_vocab_size(), dropout=0.05))
    start.warm(network, tokenizer, teacher.folder)
    steps = fit(
        network, tokenizer, lessons, where, options.work, steps=options.steps, every=options.every
    )
    described = (
        f"{steps:,} steps of {BATCH} sentences, the rate up to {PEAK:g} and down by a cosine"
    )
    finish.write(network.eval(), tokenizer, taught, teacher, options.out, described)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument(
        "--parts", type=Path, default=Path("build/parts"), help="the teacher's wheel"
    )
    parser.add_argument("--work", type=Path, default=Path("build/text"))
    parser.add_argument("--out", type=Path, default=Path("models/fusion"))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY)
    parser.add_argument("--every", type=int, default=50, help="steps between checkpoints")
    device.add_options(parser)
    options = parser.parse_args()
    with resumable(options.work):
        train(options)


if __name__ == "__main__":
    main()
