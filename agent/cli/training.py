"""`vqa-agent train fusion` and `vqa-agent eval fusion`: run what stands in `training/`.

A checkout has that folder, an installed wheel has not: nothing that runs imports it. Its modules
are looked for by name, when such a command is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.console import ANSWERED, FAILED, complain, guard

TRAIN, MEASURE = "training.fusion.train", "training.fusion.measure"

training = typer.Typer(
    help="Train weights anew, in a checkout of the repository.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Data = Annotated[Path, typer.Option(metavar="DIR", help="In the layout of docs/training.md.")]
Work = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where runs are kept; unset: build/fusion.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the stack trace of an error.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 …")]
Text = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The text encoder; unset: models/fusion.")
]


@training.callback()
def _training() -> None:
    """Train weights anew, in a checkout of the repository."""


@training.command(name="fusion")
def train_fusion(
    data: Data,
    *,
    fusion: Annotated[
        str | None,
        typer.Option(
            help="additive, product, gated, bilinear, cross-attention … (docs/training.md)."
        ),
    ] = None,
    strategy: Annotated[
        str | None, typer.Option(help="end-to-end, or joint: frozen encoders, a shared space.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="At most; it stops early.")] = None,
    seed: Annotated[int | None, typer.Option(min=0)] = None,
    augment: Annotated[
        bool, typer.Option("--augment", help="Change pictures and wordings by chance.")
    ] = False,
    pseudo_labels: Annotated[
        bool, typer.Option("--pseudo-labels", help="Learn from a first run's sure answers, too.")
    ] = False,
    contrastive: Annotated[
        str | None, typer.Option(help="clip or siglip: the loss of the shared space.")
    ] = None,
    teacher: Annotated[
        Path | None, typer.Option(metavar="NPZ", help="Vectors of pictures that are distilled.")
    ] = None,
    sees: Annotated[str | None, typer.Option(help="both, question or image.")] = None,
    image: Annotated[str | None, typer.Option(help="backbone or classical.")] = None,
    text: Text = None,
    work: Work = None,
    device: Device = None,
    debug: Debug = False,
) -> None:
    """A network that answers questions about pictures: a fusion function, a strategy, a seed.

    The same command goes on where it was stopped.
    """
    with guard(debug):
        options = {
            "data": data, "fusion": fusion, "strategy": strategy, "steps": steps, "seed": seed,
            "augment": augment, "pseudo-labels": pseudo_labels, "contrastive": contrastive,
            "teacher": teacher, "sees": sees, "image": image, "text": text, "work": work,
            "device": device,
        }  # fmt: skip
        raise typer.Exit(run_module(TRAIN, options))


def run_module(name: str, options: Mapping[str, str | int | Path | bool | None]) -> int:
    """Run a module of `training/` with options; those that are None or False are left to it.

    Args:
        name: of the module; its `main` takes the words of a command line.
        options: without the dashes.
    """
    if not _is_there(name):
        complain(
            f"{name} is not installed: a wheel holds what answers, not what trains\n"
            "→ run it in a checkout of the repository: pip install -e '.[train]'"
        )
        return FAILED
    words: list[str] = []
    for option, value in options.items():
        if value is not None and value is not False:
            words += [f"--{option}"] if value is True else [f"--{option}", str(value)]
    import_module(name).main(words)
    return ANSWERED


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
