"""`vqa-agent eval detector|classifier|explanations`: the field's metrics on a labelled folder."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.cli.console import ANSWERED, clean, note, output, progress_bar
from agent.files import dumps

if TYPE_CHECKING:
    from evaluation.classifier import ClassifierFigures
    from evaluation.detector import DetectorFigures
    from evaluation.pointing import PointingFigures
    from tools.explain.explanation import Method
    from tools.toolset import ToolConfig

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def run_detector(data: Path, plots: Path | None, *, as_json: bool) -> int:
    """Evaluate the detector of the settings on the folders at or below `data`, and print it."""
    from evaluation.boxes import find_folders
    from evaluation.detector import evaluate
    from evaluation.figures import plain
    from tools.detect_objects import detector_bars, detector_weights
    from tools.networks.detectors import open_detector

    config = _tool_config()
    weights = detector_weights(config)
    if not isinstance(weights, Path):
        return _gap(weights)
    folders = find_folders(data)
    total = sum(len(folder.photographs) for folder in folders)
    with progress_bar("looking at photographs", total) as done:
        figures = evaluate(
            open_detector(weights, config.device, config.runtime),
            folders,
            bars=detector_bars(weights, config),
            plots_to=plots,
            progress=done,
        )
    if as_json:
        print(dumps(plain(figures), indent=2))
    else:
        show_detector(figures)
    _say_where(plots)
    return ANSWERED


def run_classifier(
    data: Path, split: str | None, others: Path | None, plots: Path | None, *, as_json: bool
) -> int:
    """Evaluate the classifier of the settings on a folder of products, and print it."""
    from evaluation.classifier import evaluate
    from evaluation.figures import plain
    from evaluation.products import read_products
    from tools.classify_image import classifier_weights
    from tools.errors import InputError
    from tools.networks.classifier import Classifier

    config = _tool_config()
    weights = classifier_weights(config)
    if not isinstance(weights, Path):
        return _gap(weights)
    products = read_products(data, split)
    unlike = sorted(f for f in others.rglob("*") if f.suffix.lower() in PICTURES) if others else []
    if others and not unlike:
        raise InputError(f"no pictures in {others}")
    with progress_bar("looking at products", len(products.products) + len(unlike)) as done:
        figures = evaluate(
            Classifier(weights.parent, config.device, config.runtime),
            products,
            threshold=config.classify_threshold,
            others=unlike,
            plots_to=plots,
            progress=done,
        )
    if as_json:
        print(dumps(plain(figures), indent=2))
    else:
        show_classifier(figures)
    _say_where(plots)
    return ANSWERED


def run_explanations(
    data: Path, method: Method, tool: str, limit: int, seed: int, *, as_json: bool
) -> int:
    """Play the pointing game on the folders at or below `data`, and print it."""
    from evaluation.boxes import find_folders
    from evaluation.figures import plain
    from evaluation.pointing import chosen, evaluate
    from tools.errors import InputError
    from tools.explain.explanation import Request
    from tools.toolset import load_toolset

    able = {t.name: t for t in load_toolset(_tool_config()).offered if t.explains}
    if tool not in able:
        raise InputError(f"{tool} has no scores to explain here; {', '.join(able) or 'none'} has")
    folders = chosen(find_folders(data), limit, seed)
    total = sum(len(folder.photographs) for folder in folders)
    with progress_bar("explaining", total) as done:
        figures = evaluate(able[tool], folders, Request(method, seed=seed), done)
    if as_json:
        print(dumps(plain(figures), indent=2))
    else:
        show_explanations(figures)
    return ANSWERED


def show_explanations(figures: PointingFigures) -> None:
    """Print the hits of each class, and of all."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("class")
    for name in ("pictures", "hits", "middle of the picture"):
        table.add_column(name, justify="right")
    for row in sorted(figures.classes, key=lambda row: -row.hits):
        shares = map(_percent, (row.hits, row.centre))
        table.add_row(clean(row.label), str(row.pictures), *shares)
    shares = map(_percent, (figures.hits, figures.centre))
    table.add_row("all", str(figures.pictures), *shares, style="bold")
    shares = map(_percent, (figures.hits_by_class, figures.centre_by_class))
    table.add_row("mean of the classes", "", *shares, style="bold")
    output().print(table)
    if figures.unknown:
        output().print(f"\n{figures.tool} has no score for: {clean(', '.join(figures.unknown))}")


def show_detector(figures: DetectorFigures) -> None:
    """Print the figures of each class, and of all."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("class")
    for name in ("pictures", "things", "AP50", "AP50-95", "presence", "count ±1"):
        table.add_column(name, justify="right")
    for row in sorted(figures.classes, key=lambda row: -(row.ap50 if row.things else -1)):
        shares = (row.ap50, row.ap50_95, row.presence_accuracy, row.count_within_1)
        table.add_row(clean(row.label), str(row.pictures), str(row.things), *map(_percent, shares))
    shares = (figures.map50, figures.map50_95, figures.presence_accuracy, figures.count_within_1)
    things = sum(row.things for row in figures.classes)
    table.add_row("all", str(figures.pictures), str(things), *map(_percent, shares), style="bold")
    console = output()
    console.print(table)
    console.print(
        f"\nPresence, counts and the next figure at a score of {figures.threshold:g} and more. "
        f"Boxes that are wrong: {_percent(figures.confident_wrong)} %."
    )


def show_classifier(figures: ClassifierFigures) -> None:
    """Print the figures, one a line."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right", style="bold")
    rows = [
        ("top-1, fine", figures.fine_top1),
        ("top-5, fine", figures.fine_top5),
        ("top-1, coarse", figures.coarse_top1),
        ("macro-F1, fine", figures.fine_macro_f1),
        ("macro-F1, coarse", figures.coarse_macro_f1),
        ("expected calibration error", figures.ece),
        (f"named at {figures.threshold:g}", figures.answered_fine),
        ("  of these right", figures.answered_fine_right),
        ("only the coarse class named", figures.answered_coarse),
        ("  of these right", figures.answered_coarse_right),
        ("said to be no known product", figures.refused),
    ]
    if figures.others_refused is not None and figures.others_claimed is not None:
        rows += [
            (f"of {figures.others} other pictures: said to be no known product",
             figures.others_refused),
            ("  taken for a product", figures.others_claimed),
        ]  # fmt: skip
    for name, share in rows:
        table.add_row(name, _percent(share))
    console = output()
    console.print(f"{figures.pictures} pictures, in percent")
    console.print(table)


def _percent(share: float) -> str:
    return "–" if isnan(share) else f"{100 * share:.1f}"


def _tool_config() -> ToolConfig:
    from agent.cli.factory import Options, settings_from

    return settings_from(Options()).tools


def _gap(missing: Any) -> int:
    from agent.cli.console import FAILED, complain

    complain(f"{missing.why}\n→ {missing.what_to_do}")
    return FAILED


def _say_where(plots: Path | None) -> None:
    if plots is not None:
        note(f"pictures are in {plots}")
