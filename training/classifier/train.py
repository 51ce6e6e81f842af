"""Train the built-in product classifier: RegNetY-400MF from nothing, first on crops, then products.

It resumes bit for bit from the work folder. The coarse class is the sum of its fine classes, in
the loss as in use, so that both levels always agree; one more output takes everything that is no
product (outlier exposure: Hendrycks, Mazeika, Dietterich, ICLR 2019).
"""

from __future__ import annotations

import argparse
import math
import time
from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import torch
from torch.nn import functional

from evaluation.products import Products, read_products
from tools.networks.torch_runtime import prepare
from training import crops
from training.classifier import finish
from training.classifier.data import Pictures, other_squares, products_and_others
from training.common import checkpoints
from training.common.progress import resumable, say
from training.common.stages import describe, parse_stages
from training.detector.data import is_validation, split

prepare()

import torchvision  # noqa: E402 - after its operators are registered
from torchvision.transforms import v2  # noqa: E402

ARCHITECTURE = "regnet_y_400mf"
CHANNELS = 440
STAGES = "128:45,128:22,176:24,176:8"
"""Picture size and epochs of each cycle of the learning rate."""
MORE_IN_USE = (1.0, 1.125, 1.25)
"""Random crops show things larger than they are in use, so that use may want more pixels (Touvron
et al.: Fixing the train-test resolution discrepancy, NeurIPS 2019)."""
BATCH = 64
PEAK = 2e-3
OTHERS = 0.2
"""Share of a batch that shows no product."""
COARSE = 0.5
"""Weight of the coarse loss beside the fine one."""
SMOOTHING = 0.1


def build(outputs: int) -> torch.nn.Module:
    """The network with random weights."""
    network: torch.nn.Module = torchvision.models.get_model(ARCHITECTURE, num_classes=outputs)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def membership(products: Products) -> torch.Tensor:
    """1 where a fine class (or "something else") belongs to a coarse one; (outputs, coarse + 1)."""
    coarse_of = [*products.coarse_of, len(products.coarse)]
    return functional.one_hot(torch.tensor(coarse_of)).float()


def loss_of(logits: torch.Tensor, targets: torch.Tensor, belongs: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the fine classes and, of their sums, of the coarse ones.

    Args:
        logits: float32 (n, outputs).
        targets: probabilities, (n, outputs).
        belongs: what `membership` gives.
    """
    smooth = targets * (1 - SMOOTHING) + SMOOTHING / targets.shape[1]
    probabilities = logits.log_softmax(1)
    fine = -(smooth * probabilities).sum(1).mean()
    coarse_probabilities = (probabilities.exp() @ belongs).clamp(min=1e-8).log()
    coarse = -((targets @ belongs) * coarse_probabilities).sum(1).mean()
    return fine + COARSE * coarse


def train(arguments: argparse.Namespace, log: Callable[[str], None] = say) -> None:
    """Train to the end, from wherever the work folder stands, and write the weights."""
    torch.set_num_threads(arguments.threads or torch.get_num_threads())
    products = read_products(arguments.data / "grocery", "train")
    folders, kept_folders = split(arguments.data)
    torch.manual_seed(0)
    network = build(len(products.fine) + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=PEAK, weight_decay=0.05)
    per_epoch = len(products.products) / BATCH / (1 - OTHERS)
    sides, lengths = zip(*parse_stages(arguments.stages), strict=True)
    cycles = [int(epochs * per_epoch) for epochs in lengths]
    steps, ends = sum(cycles), (0, len(cycles) - 1)
    ema = torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)  # type: ignore[no-untyped-call]
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=ema, use_buffers=True)
    parts: dict[str, checkpoints.Stateful] = {
        "model": network,
        "optimizer": optimizer,
        "average": average,
    }
    file = arguments.work / "checkpoint.pt"
    done = checkpoints.load(file, **parts)
    if not done:
        features = torch.nn.Sequential(*list(network.children())[:2])
        pretraining = crops.cut(folders, products)
        crops.pretrain(
            features, CHANNELS, pretraining, arguments.work, epochs=arguments.crop_epochs, log=log
        )
        average.module.load_state_dict(network.state_dict())
    scans = sorted((arguments.data / "receipts").glob("**/*.jpg"))
    documents = [scan for scan in scans if not is_validation(scan)]
    kept_documents = [scan for scan in scans if is_validation(scan)]
    pictures: Pictures | None = None
    belongs = membership(products)
    began, summed, taken = time.monotonic(), 0.0, 0
    network.train()
    for step in range(done, steps):
        cycle = bisect(list(accumulate(cycles)), step)
        side = sides[cycle]
        stored = sides_in_use(side)[-1]
        if pictures is None or pictures.side != stored:
            pictures = products_and_others(products, folders, documents, stored)
        inputs, targets = draw(pictures, step, side, len(belongs), is_mild=cycle in ends)
        for group in optimizer.param_groups:
            group["lr"] = PEAK * rate(step, cycles)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(inputs).float()
        loss = loss_of(logits, targets, belongs)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        average.update_parameters(network)
        summed, taken = summed + float(loss.detach()), taken + 1
        if (step + 1) % 50 == 0 or step + 1 == steps:
            checkpoints.save(file, step + 1, **parts)
            speed = taken * BATCH / (time.monotonic() - began)
            log(f"step {step + 1}/{steps} loss {summed / taken:.3f} {speed:.0f} pictures/s")
            began, summed, taken = time.monotonic(), 0.0, 0
    finish.write(
        average.module,
        ARCHITECTURE,
        sides_in_use(sides[-1]),
        read_products(arguments.data / "grocery", "val"),
        list(other_squares(kept_folders, kept_documents, sides_in_use(sides[-1])[-1])),
        arguments.out,
        f"{arguments.crop_epochs:g} epochs of crops (things and products) at 96 px; then products, "
        f"{steps:,} steps of {BATCH}, in cycles: {describe(arguments.stages)}",
    )


def sides_in_use(side: int) -> list[int]:
    """The picture sizes that may suit use best after a training at `side`, multiples of 16."""
    return [round(side * more / 16) * 16 for more in MORE_IN_USE]


def rate(step: int, cycles: Sequence[int]) -> float:
    """The learning rate as a share of its peak: up for a tenth of a cycle, then down by a cosine.

    Each cycle begins anew, half as high (warm restarts: Loshchilov, Hutter, ICLR 2017).
    """
    height = 1.0
    for length in cycles:
        if step < length:
            warm_up = max(1, length // 10)
            if step < warm_up:
                return height * (step + 1) / warm_up
            done = (step - warm_up) / (length - warm_up)
            return height * 0.5 * (1 + math.cos(math.pi * done))
        step, height = step - length, height / 2
    return 0.0


def draw(
    pictures: Pictures, step: int, side: int, outputs: int, *, is_mild: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """The batch of a step, augmented to `side` and mixed: inputs and probabilities of the outputs.

    In the first and the last cycle pictures are changed mildly, in between strongly.
    """
    generator = torch.Generator().manual_seed(step)
    torch.manual_seed(step)  # the mixing draws from it
    is_other = pictures.classes == outputs - 1
    others = int(is_other.sum())
    weights = torch.where(is_other, OTHERS / max(others, 1), 0.0)
    counts = torch.bincount(pictures.classes, minlength=outputs).clamp(min=1).double().rsqrt()
    share = counts[pictures.classes] * ~is_other
    weights = weights + share / share.sum() * (1 - OTHERS)
    chosen = torch.multinomial(weights, BATCH, generator=generator)
    inputs = normalized(
        crops.augment(
            pictures.pixels[chosen], side, generator, crops.MILD if is_mild else crops.STRONG
        )
    )
    mixing = v2.RandomChoice(
        [
            v2.MixUp(alpha=0.2, num_classes=outputs),
            v2.CutMix(alpha=1.0, num_classes=outputs),
            lambda x, y: (x, functional.one_hot(y, outputs).float()),
        ],
        p=[0.3, 0.3, 0.4] if is_mild else [0.35, 0.4, 0.25],
    )
    inputs, targets = mixing(inputs, pictures.classes[chosen])
    return inputs.contiguous(memory_format=torch.channels_last), targets


def normalized(pictures: torch.Tensor) -> torch.Tensor:
    """[0, 1] → the mean and spread that `tools.networks.classifier` uses."""
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    return (pictures - mean) / std


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("build/classifier"))
    parser.add_argument("--out", type=Path, default=Path("models/classifier"))
    parser.add_argument("--stages", default=STAGES, help="picture size : epochs, ...")
    parser.add_argument("--crop-epochs", type=float, default=5)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    say(f"reading the pictures below {arguments.data} …")
    with resumable(arguments.work):
        train(arguments)


if __name__ == "__main__":
    main()
