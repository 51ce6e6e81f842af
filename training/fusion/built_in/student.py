"""Teach the image encoder: EfficientNet-Lite2's last stages learn to see as CLIP does.

The vector of a picture is compared with the teacher's (cosine), and so is how it lies among the
others of the batch (Tung, Mori: Similarity-Preserving Knowledge Distillation, ICCV 2019, with a
softmax). Everything is looked at once as a whole and once as a crop; mirror images count as the
same.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional

from training.classifier import network as lite2
from training.common import device, loop
from training.common.checkpoints import Stateful
from training.common.progress import resumable, say
from training.fusion.built_in.teacher import centred, photographs, taught

FROZEN = ("conv_stem", "bn1", "blocks.0", "blocks.1", "blocks.2", "blocks.3")
"""They run without gradients: what they see, every picture has."""
SIDE = 192
"""Pixels; what comes out is used at 224 (Touvron et al.: Fixing the train-test resolution
discrepancy, NeurIPS 2019)."""
VIEWS = 2
BATCH = 64
PEAK, HEAD_PEAK = 1e-3, 2e-3
WARM_UP = 60
DECAY = 0.998
SHARPNESS = 1 / 0.07
AMONG = 0.1
"""What the place among the others weighs."""
SHARES = {"captions": 3.0, "photos": 3.0, "scenes": 1.5, "fruit": 0.4, "more": 0.5}
"""How often a folder's photographs are drawn; others once."""
KEPT = 0.15
"""Of the captioned photographs, never learnt from."""
WEIGHTS = "image.safetensors"

Batch = tuple[torch.Tensor, torch.Tensor]


def is_kept(name: str) -> bool:
    """Whether a photograph is kept from everything here that learns: by the hash of its name."""
    share = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 100
    return share < 100 * KEPT and name.startswith(("captions/", "photos/"))


class Student(torch.nn.Module):
    """The network, its first stages frozen, the average of its weights beside it."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.network = lite2.start(outputs)
        head = self.network.get_submodule("classifier")
        torch.nn.init.normal_(head.weight, std=0.01)  # type: ignore[arg-type]
        self.average = loop.averaged(self.network, DECAY)

    def train(self, mode: bool = True) -> Student:
        """Train mode, but frozen stages and batch norms stay as they are."""
        super().train(mode)
        lite2.train_mode(self.network)
        for name, parameter in self.network.named_parameters():
            if name.startswith(FROZEN):
                parameter.requires_grad_(requires_grad=False)
        return self

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """float (n, 3, side, side) in [0, 1] → unit vectors (n, outputs)."""
        return functional.normalize(self.network(lite2.normalized(pixels)).float(), dim=1)


def loss_of(seen: torch.Tensor, said: torch.Tensor) -> dict[str, torch.Tensor]:
    """How far the student's unit vectors (n, d) are from the teacher's, and their places."""
    places = (SHARPNESS * seen @ said.T).log_softmax(1)
    wanted = (SHARPNESS * said @ said.T).softmax(1)
    among = functional.kl_div(places, wanted, reduction="batchmean")
    return {"apart": 1 - (seen * said).sum(1).mean(), "among": AMONG * among}


def train(data: Path, work: Path, steps: int, where: torch.device) -> Path:
    """Train, or go on, or do nothing where it is done; the file of the weights.

    Raises:
        InputError: the teacher's package is not installed.
    """
    names = photographs(data)
    views = [taught(data, names, number, work, say) for number in range(VIEWS)]
    mean = views[0][1].mean(0)
    targets = [torch.from_numpy(centred(vectors, mean)) for _, vectors in views]
    learnt = np.array([at for at, name in enumerate(names) if not is_kept(name)])
    shares = np.array([SHARES.get(names[at].partition("/")[0], 1.0) for at in learnt])
    torch.manual_seed(0)
    student = Student(targets[0].shape[1]).to(where).train()
    groups = lite2.groups(student.network, PEAK, HEAD_PEAK)
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))
    peaks = [group["lr"] for group in groups]

    def batches(first: int) -> Iterator[Batch]:
        for step in range(first, steps):
            chance = np.random.RandomState(step)
            which = chance.choice(len(views), BATCH)
            rows = chance.choice(learnt, BATCH, p=shares / shares.sum())
            pairs = list(zip(which, rows, strict=True))
            pixels = np.stack([views[view][0][row] for view, row in pairs])
            if chance.randint(2):
                pixels = pixels[:, :, ::-1]
            scaled = torch.from_numpy(pixels.copy()).permute(0, 3, 1, 2).to(where).float() / 255
            small = functional.interpolate(scaled, (SIDE, SIDE), mode="bilinear", antialias=True)
            yield small, torch.stack([targets[view][row] for view, row in pairs]).to(where)

    def update(step: int, batch: Batch) -> Mapping[str, float]:
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * loop.cosine(step, steps, WARM_UP)
        with device.half_precision(where):
            seen = student(batch[0])
        losses = loss_of(seen, batch[1])
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(student.network.parameters(), 5.0)
        optimizer.step()
        student.average.update_parameters(student.network)
        return {name: float(value.detach()) for name, value in losses.items()}

    parts: dict[str, Stateful] = {"student": student, "optimizer": optimizer}
    loop.run(batches, update, steps=steps, pictures=BATCH, work=work, parts=parts)
    file = work / WEIGHTS
    found = student.average.module.state_dict()
    save_file({name: value.cpu().contiguous() for name, value in found.items()}, file)
    np.save(work / "image_mean.npy", mean)
    return file


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, default=Path("build/fusion/student"))
    parser.add_argument("--steps", type=int, default=1700)
    device.add_options(parser)
    options = parser.parse_args()
    with resumable(options.work):
        train(options.data, options.work, options.steps, device.choose(options))


if __name__ == "__main__":
    main()
