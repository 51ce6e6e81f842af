"""Train the built-in product classifier: EfficientNet-Lite2 from ImageNet, taught groceries.

It resumes bit for bit from the work folder. The coarse class is the sum of its fine classes, in
the loss as in use, so that both levels always agree; one more output takes everything that is no
product (outlier exposure: Hendrycks, Mazeika, Dietterich, ICLR 2019).
"""

from __future__ import annotations

import argparse
import copy
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import torch
from torch.nn import functional

from evaluation.products import Products
from tools.networks.torch_runtime import prepare
from training.classifier import finish, network
from training.classifier.data import Pictures, kept_others, kept_products, training_pictures
from training.common import checkpoints, device, loop
from training.common.augment import MILD, STRONG, augment
from training.common.progress import resumable, say
from training.common.stages import describe, parse_stages

prepare()

from torchvision.transforms import v2  # noqa: E402 - after its operators are registered

STAGES = "160:12,192:14,224:5"
"""Picture size and epochs: small pictures first cost less (Tan, Le: EfficientNetV2, ICML 2021).
Nothing is mixed or hidden in the last one."""
LAST_STAGES = "224:6"
"""A second, lower cycle, on labels as they are: the first, with its mixed pictures and smoothed
labels, leaves the network too modest (a temperature of 0.55) and a few products short."""
LAST_SEEDS = (0, 100_000)
"""It is taken once with each, from the same start, and the weights are averaged (Wortsman et al.:
Model soups, ICML 2022)."""
MORE_IN_USE = (1.0, 1.07, 1.15)
"""Random crops show things larger than they are in use, so that use may want more pixels (Touvron
et al.: Fixing the train-test resolution discrepancy, NeurIPS 2019)."""
BATCH = 64
PEAK, HEAD_PEAK = 5e-4, 1e-3
WARM_UP = 100
OTHERS = 0.12
"""Share of a batch that shows no product."""
PROBED_OTHERS = 600
"""So many pictures of other things the linear classifier is fitted on."""
COARSE = 0.5
"""Weight of the coarse loss beside the fine one."""
EMA = 0.995


@dataclass(frozen=True)
class Cycle:
    """Stages under one rise and fall of the learning rate."""

    stages: str
    smoothing: float
    """Of the labels: so much of a target is spread over all outputs."""
    share: float
    """Of the peak rates."""
    work: Path
    """Where its checkpoint lies."""
    seed: int = 0
    """What is drawn in a step depends on this and on its number alone."""


def membership(products: Products) -> torch.Tensor:
    """1 where a fine class (or "something else") belongs to a coarse one; (outputs, coarse + 1)."""
    coarse_of = [*products.coarse_of, len(products.coarse)]
    return functional.one_hot(torch.tensor(coarse_of)).float()


def loss_of(
    logits: torch.Tensor, targets: torch.Tensor, belongs: torch.Tensor, smoothing: float
) -> torch.Tensor:
    """Cross-entropy of the fine classes and, of their sums, of the coarse ones.

    Args:
        logits: float32 (n, outputs).
        targets: probabilities, (n, outputs).
        belongs: what `membership` gives.
        smoothing: so much of the fine targets is spread over all outputs.
    """
    smooth = targets * (1 - smoothing) + smoothing / targets.shape[1]
    probabilities = logits.log_softmax(1)
    fine = -(smooth * probabilities).sum(1).mean()
    coarse_probabilities = (probabilities.exp() @ belongs).clamp(min=1e-8).log()
    coarse = -((targets @ belongs) * coarse_probabilities).sum(1).mean()
    return fine + COARSE * coarse


class Training:
    """Everything that a step changes."""

    def __init__(
        self,
        model: torch.nn.Module,
        belongs: torch.Tensor,
        where: torch.device,
        smoothing: float = 0.0,
    ) -> None:
        self.where = where
        self.smoothing = smoothing
        self.network = model.to(where)
        self.average = loop.averaged(self.network, EMA)
        self.belongs = belongs.to(where)
        network.train_mode(self.network)
        self.optimizer = torch.optim.AdamW(network.groups(self.network, PEAK, HEAD_PEAK))
        self._peaks = [group["lr"] for group in self.optimizer.param_groups]

    @property
    def parts(self) -> dict[str, checkpoints.Stateful]:
        """What a checkpoint holds."""
        return {"model": self.network, "optimizer": self.optimizer, "average": self.average}

    def update(
        self, inputs: torch.Tensor, targets: torch.Tensor, seed: int, share: float
    ) -> torch.Tensor:
        """One step at a share of the peak rates; the loss.

        Args:
            inputs: normalised pictures, float32 (n, 3, side, side).
            targets: probabilities, (n, outputs).
            seed: what is dropped depends on it alone.
            share: of the peaks.
        """
        torch.manual_seed(seed)
        for group, peak in zip(self.optimizer.param_groups, self._peaks, strict=True):
            group["lr"] = peak * share
        with device.half_precision(self.where):
            logits = self.network(inputs)
        loss = loss_of(logits.float(), targets, self.belongs, self.smoothing)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        return loss.detach()


def draw(
    pictures: Pictures, seed: int, side: int, outputs: int, where: torch.device, *, is_last: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """The batch of a seed: normalised inputs of `side` pixels, and probabilities of the outputs.

    Classes are evened out by the square root of their numbers. In the last stage pictures are
    changed mildly and not mixed.
    """
    generator = torch.Generator().manual_seed(seed)
    is_other = pictures.classes == outputs - 1
    counts = torch.bincount(pictures.classes, minlength=outputs).clamp(min=1).double()
    share = counts.rsqrt()[pictures.classes] * ~is_other
    weights = torch.where(is_other, OTHERS / counts[-1], share / share.sum() * (1 - OTHERS))
    chosen = torch.multinomial(weights, BATCH, generator=generator)
    pixels, classes = pictures.pixels(chosen).to(where), pictures.classes[chosen].to(where)
    inputs = network.normalized(augment(pixels, side, generator, MILD if is_last else STRONG))
    if is_last:
        return inputs, functional.one_hot(classes, outputs).float()
    torch.manual_seed(seed)  # the mixing draws from it
    mixing = v2.RandomChoice(
        [
            v2.MixUp(alpha=0.2, num_classes=outputs),
            v2.CutMix(alpha=1.0, num_classes=outputs),
            lambda x, y: (x, functional.one_hot(y, outputs).float()),
        ],
        p=[0.25, 0.25, 0.5],
    )
    inputs, targets = mixing(inputs, classes)
    return inputs.contiguous(memory_format=torch.channels_last), targets


def train(options: argparse.Namespace, log: Callable[[str], None] = say) -> None:
    """Train to the end, from wherever the work folder stands, and write the weights."""
    where = device.choose(options)
    products, pictures = kept_products(options.data), training_pictures(options.data)
    belongs, other = membership(products), len(products.fine)
    torch.manual_seed(0)
    model = network.start(other + 1).to(where)
    if not (options.work / loop.CHECKPOINT).is_file():
        log(f"{len(pictures.classes)} pictures; first a linear classifier of their features …")
        network.fit_head(model, pictures, pictures.thinned(other, PROBED_OTHERS), where)
    first = Cycle(options.stages, smoothing=0.1, share=1.0, work=options.work)
    steps = run_cycle(first, model, belongs, pictures, where, log)
    began, ends = copy.deepcopy(model.state_dict()), []
    for seed in LAST_SEEDS:
        work = options.work / f"last-{seed}"
        last = Cycle(options.last_stages, smoothing=0.0, share=0.3, work=work, seed=seed)
        model.load_state_dict(began)
        steps += run_cycle(last, model, belongs, pictures, where, log)
        ends.append(copy.deepcopy(model.state_dict()))
    model.load_state_dict(mean_of(ends))
    sides_tried = sides_in_use(parse_stages(options.last_stages)[-1][0])
    finish.write(
        model,
        sides_tried,
        products,
        kept_others(options.data, sides_tried[-1]),
        options.out,
        f"{steps:,} steps of {BATCH}: {describe(options.stages)}; then, {len(LAST_SEEDS)} times "
        f"with other chance and averaged, {describe(options.last_stages)}",
    )


def run_cycle(
    cycle: Cycle,
    model: torch.nn.Module,
    belongs: torch.Tensor,
    pictures: Pictures,
    where: torch.device,
    log: Callable[[str], None],
) -> int:
    """Train a network through a cycle, from wherever that stands; how many steps it has.

    The network has the averaged weights then.
    """
    other = len(belongs) - 1
    training = Training(model, belongs, where, cycle.smoothing)
    sides, epochs = zip(*parse_stages(cycle.stages), strict=True)
    per_epoch = int((pictures.classes != other).sum()) / BATCH / (1 - OTHERS)
    ends = list(accumulate(max(1, int(count * per_epoch)) for count in epochs))
    steps = ends[-1]

    def drawn(first: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for step in range(first, steps):
            stage = bisect_right(ends, step)
            is_last = stage == len(ends) - 1
            seed = cycle.seed + step
            yield draw(pictures, seed, sides[stage], other + 1, where, is_last=is_last)

    def update(step: int, batch: tuple[torch.Tensor, torch.Tensor]) -> Mapping[str, float]:
        share = cycle.share * loop.cosine(step, steps, min(WARM_UP, steps // 10 + 1))
        return {"loss": float(training.update(*batch, seed=cycle.seed + step, share=share))}

    loop.run(
        drawn, update, steps=steps, pictures=BATCH, work=cycle.work, parts=training.parts, log=log
    )  # fmt: skip
    model.load_state_dict(training.average.module.state_dict())
    return steps


def mean_of(states: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of several weights of one network; of counters, those of the first."""
    return {
        name: torch.stack([state[name] for state in states]).mean(0)
        if value.is_floating_point()
        else value
        for name, value in states[0].items()
    }


def sides_in_use(side: int) -> list[int]:
    """The picture sizes that may suit use best after a training at `side`, multiples of 16."""
    return [round(side * more / 16) * 16 for more in MORE_IN_USE]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("build/classifier"))
    parser.add_argument("--out", type=Path, default=Path("models/classifier"))
    parser.add_argument("--stages", default=STAGES, help="picture size : epochs, ...")
    parser.add_argument("--last-stages", default=LAST_STAGES, help="of the second cycle")
    device.add_options(parser)
    options = parser.parse_args()
    say(f"reading the pictures below {options.data} …")
    with resumable(options.work):
        train(options)


if __name__ == "__main__":
    main()
