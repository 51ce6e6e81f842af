"""The commands and their options; what they do stands in one module each, imported when they run.

Only typer and the standard library are imported here: this file is what `--help` costs.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.console import guard
from agent.cli.factory import Options
from agent.cli.options import Debug, Json
from agent.cli.retrieval import commands as retrieval
from agent.cli.training import Data, Device, Text, Work, training

app = typer.Typer(
    name="vqa-agent",
    help="Questions about pictures, answered from evidence.",
    epilog="Exit codes: 0 answered, 3 cannot tell, 2 bad input or usage, 1 anything else.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say each step; show all evidence.")]
Url = Annotated[
    str | None,
    typer.Option(
        "--planner-url",
        metavar="URL",
        help="An OpenAI-compatible server, such as http://host:8000/v1. [env: VQA_PLANNER_URL]",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--planner-model", metavar="NAME", help="The server's model. [env: VQA_PLANNER_MODEL]"
    ),
]
Annotate = Annotated[
    Path | None,
    typer.Option(metavar="PNG", help="Write the picture with the cited boxes drawn in."),
]
Trace = Annotated[
    Path | None, typer.Option(metavar="JSON", help="Write down the whole run: messages, calls.")
]


class Form(StrEnum):
    """How `traces export` writes conversations."""

    openai = "openai"
    trl = "trl"


class Saliency(StrEnum):
    """How a score is explained."""

    lime = "lime"
    shap = "shap"
    gradcam = "gradcam"
    attention = "attention"


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


def main() -> None:
    """The console script."""
    app(prog_name="vqa-agent")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"vqa-agent {version('vqa-agent')}")
        except PackageNotFoundError:
            typer.echo("vqa-agent (not installed)")
        raise typer.Exit


def _read_settings_from(file: Path | None) -> Path | None:
    if file is not None:
        # For whatever makes settings in this process, which is all that a command does.
        os.environ["VQA_ENV_FILE"] = str(file)
    return file


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    env_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            callback=_read_settings_from,
            help="Settings (VQA_…=… lines), read besides the environment. [env: VQA_ENV_FILE]",
        ),
    ] = None,
) -> None:
    """Questions about pictures, answered from evidence."""


@app.command()
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
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Ask one question about one or more pictures."""
    with guard(debug):
        from agent.cli.ask import Outputs, run_ask

        outputs = Outputs(json, annotate, trace, verbose=verbose, stream=stream)
        code = run_ask(context.obj, Options(planner_url, planner_model), words, outputs)
        raise typer.Exit(code)


@app.command()
def chat(
    context: typer.Context,
    pictures: Annotated[list[str], typer.Argument(metavar="PICTURE...", show_default=False)],
    *,
    verbose: Verbose = False,
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Ask several questions in a row; what was said and seen is remembered.

    Questions are read line by line, from the terminal or from a pipe. /help lists the commands.
    """
    with guard(debug):
        from agent.cli.chat import run_chat

        options = Options(planner_url, planner_model)
        raise typer.Exit(run_chat(context.obj, options, pictures, verbose=verbose))


@app.command()
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
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Answer a file of questions; run it again to continue where it stopped."""
    with guard(debug):
        from agent.cli.batch import run_batch

        options = Options(planner_url, planner_model)
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


app.add_typer(retrieval)


@app.command()
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


@app.command()
def doctor(
    context: typer.Context,
    json: Json = False,
    planner_url: Url = None,
    planner_model: Model = None,
    debug: Debug = False,
) -> None:
    """Say what is installed, which tools have weights, which planner answers, and what to do."""
    with guard(debug):
        from agent.cli.doctor import run_doctor

        options = Options(planner_url, planner_model)
        raise typer.Exit(run_doctor(context.obj, options, as_json=json))


@app.command()
def tools(context: typer.Context, json: Json = False, debug: Debug = False) -> None:
    """Show the tools as the planner sees them."""
    with guard(debug):
        from agent.cli.listing import run_tools

        raise typer.Exit(run_tools(context.obj, as_json=json))


@app.command(name="serve-llm")
def serve_llm(
    extra: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- VLLM OPTIONS]", help="After --: anything that vLLM takes."),
    ] = None,
    *,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A hub's owner/name or a folder; unset: what suits the GPU, else the built-in.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    uds: Annotated[
        Path | None, typer.Option(metavar="SOCKET", help="A unix socket instead of a port.")
    ] = None,
    gpu_memory_utilization: Annotated[
        float | None, typer.Option(min=0.05, max=1, help="The share of the GPU that vLLM takes.")
    ] = None,
    lora_modules: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FOLDER", help="A LoRA adapter; ask it by VQA_PLANNER_MODEL."),
    ] = None,
    python: Annotated[
        Path | None, typer.Option(help="Python of vLLM's environment; unset: make vllm's.")
    ] = None,
    log: Annotated[Path | None, typer.Option(metavar="FILE", help="Where vLLM's log goes.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the command only.")] = False,
    debug: Debug = False,
) -> None:
    """Start vLLM with the flags that the model needs; Ctrl-C ends it."""
    with guard(debug):
        from agent.cli.serve import Serving, run_serve

        options = Serving(
            model, host, port, uds, gpu_memory_utilization, tuple(lora_modules or ()), python, log,
            dry_run, tuple(extra or ()),
        )  # fmt: skip
        raise typer.Exit(run_serve(options))


models = typer.Typer(help="The catalogue of weights.", rich_markup_mode=None)
app.add_typer(models, name="models")


@models.callback(invoke_without_command=True)
def listing(context: typer.Context, json: Json = False, debug: Debug = False) -> None:
    """Show the catalogue of weights: built in, here, or to be pulled; licence, size, figures."""
    if context.invoked_subcommand is None:
        with guard(debug):
            from agent.cli.models import run_models

            raise typer.Exit(run_models(as_json=json))


@models.command()
def pull(
    name: Annotated[str, typer.Argument(help="A name of the catalogue: yolo26m.")],
    debug: Debug = False,
) -> None:
    """Fetch weights from their hub into the cache, and pin their hash."""
    with guard(debug):
        from agent.cli.models import run_pull

        raise typer.Exit(run_pull(name))


traces = typer.Typer(
    help="Runs that were written down.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(traces, name="traces")


@traces.callback()
def _traces() -> None:
    """Runs that were written down with --trace or --traces."""


@traces.command()
def export(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Files of `ask --trace`, folders of `batch --traces`.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[
        str, typer.Option(metavar="JSONL", help="The file to write; `-` is standard output.")
    ] = "-",
    form: Annotated[
        Form, typer.Option("--format", help="Call arguments as a JSON text, or as an object.")
    ] = Form.openai,
    abstentions: Annotated[
        bool,
        typer.Option(
            "--include-abstentions/--exclude-abstentions",
            help='Whether an honest "cannot tell" is to be learnt.',
        ),
    ] = True,
    debug: Debug = False,
) -> None:
    """Write accepted conversations as chat-format JSONL, to fine-tune a planner on.

    Accepted is what the evidence carries; a table says why the rest is not.
    """
    with guard(debug):
        from agent.cli.traces import run_export

        raise typer.Exit(run_export(paths, out, form.value, abstentions=abstentions))


app.add_typer(training, name="train")

evaluation = typer.Typer(
    help="Measure a tool on labelled pictures.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(evaluation, name="eval")
Plots = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write the pictures of the figures there.")
]


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
