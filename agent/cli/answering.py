"""The commands `ask`, `chat`, `batch` and `explain` and their options; imported for `--help`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.console import guard
from agent.cli.factory import Options
from agent.cli.options import (
    Annotate,
    Debug,
    Json,
    Language,
    Length,
    Model,
    Names,
    Trace,
    Url,
    Verbose,
)

commands = typer.Typer(rich_markup_mode=None)


class ExplainedBy(StrEnum):
    """How `explain` explains."""

    evidence = "evidence"
    lime = "lime"
    shap = "shap"
    gradcam = "gradcam"
    attention = "attention"


class CutInto(StrEnum):
    """What LIME and SHAP hide."""

    superpixels = "superpixels"
    grid = "grid"
    boxes = "boxes"


@commands.command()
def ask(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="PICTURE... QUESTION",
            help="Pictures (`-` is one from standard input), then the question in quotes.",
            show_default=False,
        ),
    ],
    *,
    json: Json = False,
    annotate: Annotate = None,
    trace: Trace = None,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            help="Say each step, and each sentence as soon as it is written and checked.",
        ),
    ] = False,
    verbose: Verbose = False,
    language: Language = None,
    length: Length = None,
    names: Names = None,
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Ask one question about one or more pictures."""
    with guard(debug):
        from agent.cli.ask import Outputs, run_ask

        outputs = Outputs(json, annotate, trace, verbose=verbose, stream=stream)
        options = Options.wanting(
            planner_url, planner_model, language=language, length=length, names=names
        )
        raise typer.Exit(run_ask(context.obj, options, words, outputs))


@commands.command()
def chat(
    context: typer.Context,
    pictures: Annotated[list[str], typer.Argument(metavar="PICTURE...", show_default=False)],
    *,
    verbose: Verbose = False,
    language: Language = None,
    length: Length = None,
    names: Names = None,
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Ask several questions in a row; what was said and seen is remembered.

    Questions are read line by line, from the terminal or from a pipe. /help lists the commands.
    """
    with guard(debug):
        from agent.cli.chat import run_chat

        options = Options.wanting(
            planner_url, planner_model, language=language, length=length, names=names
        )
        raise typer.Exit(run_chat(context.obj, options, pictures, verbose=verbose))


@commands.command()
def batch(
    context: typer.Context,
    questions: Annotated[
        str,
        typer.Argument(
            metavar="QUESTIONS.JSONL",
            help='Lines {"id", "image" or "images", "question"}; `-` is standard input.',
            show_default=False,
        ),
    ],
    *,
    out: Annotated[
        str, typer.Option(metavar="JSONL", help="Where answers are added; `-` is standard output.")
    ] = "-",
    concurrency: Annotated[
        int, typer.Option(min=1, max=256, help="Questions that are answered at once.")
    ] = 4,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="Ask again what ended in an error before.")
    ] = False,
    traces: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write down each run there, as --trace of ask does."),
    ] = None,
    language: Language = None,
    length: Length = None,
    names: Names = None,
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Answer a file of questions; run it again to continue where it stopped."""
    with guard(debug):
        from agent.cli.batch import run_batch

        options = Options.wanting(
            planner_url, planner_model, language=language, length=length, names=names
        )
        code = run_batch(
            context.obj,
            options,
            questions,
            out,
            concurrency,
            retry_errors=retry_errors,
            traces=traces,
        )
        raise typer.Exit(code)


@commands.command()
def explain(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="PICTURE... QUESTION", help="As ask takes them.", show_default=False
        ),
    ],
    *,
    method: Annotated[
        ExplainedBy,
        typer.Option(help="Which look counts (every answer), or which part of the picture."),
    ] = ExplainedBy.evidence,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Write the picture with what counts drawn over it."),
    ] = None,
    json: Json = False,
    evidence: Annotated[
        str | None, typer.Option(metavar="ID", help="Explain this evidence, such as e2.")
    ] = None,
    regions: Annotated[
        CutInto, typer.Option(help="What lime and shap hide; boxes are those of the evidence.")
    ] = CutInto.superpixels,
    samples: Annotated[int, typer.Option(min=10, help="Pictures that lime and shap score.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Of what is hidden.")] = 0,
    faithfulness: Annotated[
        bool, typer.Option("--faithfulness", help="Measure deletion and insertion, too.")
    ] = False,
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Say why an answer is what it is: by its evidence, or by what a network looked at."""
    with guard(debug):
        from agent.cli.explain import How, run_explain

        how = How(
            method.value, regions.value, evidence, samples, seed, faithfulness, out, json
        )  # fmt: skip
        options = Options(planner_url, planner_model)
        raise typer.Exit(run_explain(context.obj, options, words, how))
