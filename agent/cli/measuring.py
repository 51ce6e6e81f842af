"""The commands of `eval` and their options; imported for `--help`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.console import guard
from agent.cli.options import Debug, Json
from agent.cli.training import Data, Device, Text, Work

evaluation = typer.Typer(
    help="Measure a tool on labelled pictures.", no_args_is_help=True, rich_markup_mode=None
)
Plots = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write the pictures of the figures there.")
]


class Saliency(StrEnum):
    """How a score is explained."""

    lime = "lime"
    shap = "shap"
    gradcam = "gradcam"
    attention = "attention"


@evaluation.command()
def detector(
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="images/*.jpg, labels/*.txt (docs/evaluation.md)."),
    ],
    *,
    plots: Plots = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """AP50 and AP50-95 by class, presence and counts; plots: precision over recall, confusion."""
    with guard(debug):
        from agent.cli.evaluation import run_detector

        raise typer.Exit(run_detector(data, plots, as_json=json))


@evaluation.command()
def classifier(
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="classes.csv, images/, test.csv (docs/evaluation.md)."),
    ],
    *,
    split: Annotated[
        str | None,
        typer.Option(help="test, val or train; the first of them that is there, if unset."),
    ] = None,
    others: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Pictures that show no product, looked for below DIR."),
    ] = None,
    plots: Plots = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Top-1, top-5, macro-F1 and calibration, fine and coarse; plots: confusion matrices."""
    with guard(debug):
        from agent.cli.evaluation import run_classifier

        raise typer.Exit(run_classifier(data, split, others, plots, as_json=json))


@evaluation.command()
def explanations(
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="images/*.jpg, labels/*.txt (docs/evaluation.md)."),
    ],
    *,
    method: Annotated[
        Saliency, typer.Option(help="What explains the score of a label.")
    ] = Saliency.gradcam,
    tool: Annotated[
        str, typer.Option(metavar="NAME", help="Whose score: match_text, say.")
    ] = "classify_image",
    limit: Annotated[int, typer.Option(min=1, help="Photographs of each folder.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Of the choice, and of what is hidden.")] = 0,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """The pointing game: whether the greatest heat lies on the thing that is explained."""
    with guard(debug):
        from agent.cli.evaluation import run_explanations

        code = run_explanations(data, method.value, tool, limit, seed, as_json=json)
        raise typer.Exit(code)


@evaluation.command(name="fusion")
def eval_fusion(
    data: Data,
    *,
    text: Text = None,
    work: Work = None,
    device: Device = None,
    plots: Plots = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """All runs of `train fusion` on photographs that none saw; plots: risk over coverage."""
    with guard(debug):
        from agent.cli.training import MEASURE, run_module

        options = {
            "data": data, "text": text, "work": work, "device": device, "plots": plots,
            "json": json,
        }  # fmt: skip
        raise typer.Exit(run_module(MEASURE, options))
