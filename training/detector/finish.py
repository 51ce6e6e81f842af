"""Measures trained weights on the photographs that were kept, and says so beside them.

Writes `labels.json` (what is offered, with the AP50 that each label reached), `MODEL_CARD.md`, and
the row of the catalogue.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evaluation.boxes import LabelledFolder
from evaluation.detector import ClassFigures, DetectorFigures, Looks, Seen, figures_of, look
from models import catalog
from tools.detect_objects import Bars, Detector
from tools.toolset import ToolConfig
from training.common.progress import say
from training.detector.data import split

FEWEST = 10
"""A class with fewer things in the kept photographs counts as not measured, and is not offered."""
PRECISION, MISSED = 0.75, 0.1
"""Of the boxes said: right; of the pictures that show a thing: said to show none."""
LOWEST = 0.05
"""No floor is lower: below, the network says a bit of everything."""
FRUIT = frozenset({"apple", "banana", "orange"})

_CARD = """# Model card: the built-in detector

Finds everyday things in photographs. YOLO26n (ultralytics), trained from nothing by
`training/detector`: no weights of others went into it.

| | |
| --- | --- |
| architecture | YOLO26n, 80 outputs (COCO's names), one-to-many head with non-maximum suppression |
| size | {megabytes:.1f} MB, half precision |
| picture size | {side} px |
| training | {training} |
| data | PASCAL VOC 2007 (20 classes), COCO 2017 (80), fruit_recognition, six small sets: {photographs} photographs; classes that a set does not label are masked in the loss |
| re-made by | `make train-detector` |
| licence | AGPL-3.0, as the project |

## Measured

On {kept} photographs that training never saw (a tenth of each set, by the hash of the name), by
`vqa-agent eval detector`. Presence (is there one?), counts and wrong boxes at a score of
{threshold:g}, from which on the tool says that it found something; down to {floor:g} it is unsure. The
bars were set on these photographs, for three right boxes in four. Of the photographs that show one
of the offered classes, {missed:.1%} have no box of it above the lower bar: what the tool does not
see has the score {sure:.3g}, not more.

| photographs | pictures | AP50 | AP50-95 | presence right | count ±1 | boxes wrong |
| --- | --- | --- | --- | --- | --- | --- |
{folders}

Offered to the planner by default are the classes with an AP50 of {bar:.0%} or more
(`VQA_TOOLS__DETECT_MIN_AP`) and at least {fewest} things in these photographs: **{offered}**.

| class | things | AP50 | AP50-95 | presence right | count ±1 | offered |
| --- | --- | --- | --- | --- | --- | --- |
{classes}

## Limits

- A small network and few photographs: what is small, crowded, cut off or seen from an odd side is
  missed, and look-alikes are mixed up (cow and horse, couch and chair).
- The other classes are learnt from a few dozen examples each; their outputs are there for a longer
  training and are not offered.
- Photographs of people are mostly of Western origin (Flickr, before 2008).
"""  # noqa: E501


def finish(weights: Path, data: Path, training: str) -> DetectorFigures:
    """Measure the weights on what was kept below `data`, and write what stands beside them.

    Args:
        weights: the checkpoint; `labels.json` and `MODEL_CARD.md` go into its folder.
        data: where the labelled folders are.
        training: how it was trained, for the card.
    """
    config = ToolConfig()
    trained, kept = split(data)
    detector = Detector(weights, "cpu")
    looks = look(detector, kept)
    known = {
        row.label: round(row.ap50, 3)
        for row in figures_of(looks, 0.5).classes
        if row.things >= FEWEST
    }
    offered = [label for label, ap in known.items() if ap >= config.detect_min_ap]
    bars = choose_bars(looks, offered or list(known))
    whole = figures_of(looks, bars["threshold"])
    groups = {f.folder.relative_to(data).as_posix(): [f] for f in kept if len(f.photographs) >= 20}
    groups["fruit, all sets"] = [folder for folder in kept if _covers(folder, FRUIT)]
    measured = {
        name: figures_of(_part(looks, folders), bars["threshold"])
        for name, folders in groups.items()
        if folders
    }
    (weights.parent / "bars.json").write_text(json.dumps(bars) + "\n")
    (weights.parent / "labels.json").write_text(json.dumps(known, indent=1) + "\n")
    card = _CARD.format(
        megabytes=weights.stat().st_size / 1e6,
        side=detector.side,
        training=training,
        photographs=f"{sum(len(folder.photographs) for folder in trained):,}",
        kept=whole.pictures,
        **bars,
        sure=1 - bars["missed"],
        folders="\n".join(_folder_row(name, figures) for name, figures in measured.items()),
        bar=config.detect_min_ap,
        fewest=FEWEST,
        offered=", ".join(offered) or "none",
        classes="\n".join(_class_row(row, offered) for row in _best(whole)),
    )
    (weights.parent / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    figures = {f"AP50, {name}": round(m.map50, 3) for name, m in measured.items()}
    catalog.record(weights, figures, detector.side)
    return whole


def choose_bars(looks: Looks, labels: Sequence[str]) -> dict[str, float]:
    """The scores from which on one of the labels is found, and from which on it is unsure.

    Found: where the boxes from there on are right as often as `PRECISION`, but no lower than where
    recall and precision balance best (F1). Unsure: so low that of the pictures that show a thing
    no more than `MISSED` have no box of it, where `LOWEST` permits; what is missed then is told.
    Weights that see nothing get the bars of weights that nobody measured.
    """
    numbers = [looks.names.index(label) for label in labels]
    chosen = np.isin(looks.seen.classes, numbers)
    order = np.argsort(-looks.seen.scores[chosen], kind="stable")
    scores, right = looks.seen.scores[chosen][order], looks.seen.is_right[chosen, 0][order]
    if not len(scores):
        return {"threshold": Bars().threshold, "floor": Bars().floor, "missed": 1.0}
    things = sum(int(np.isin(truth.classes, numbers).sum()) for truth in looks.truths)
    found, taken = right.cumsum(), np.arange(1, len(right) + 1)
    precise = np.flatnonzero(found / taken >= PRECISION)
    best = int((2 * found / (taken + things)).argmax())
    threshold = float(scores[min(best, int(precise[-1]) if len(precise) else 0)])
    tops = [
        max((score for label, score, _ in boxes if label == looks.names[number]), default=0.0)
        for truth, boxes in zip(looks.truths, looks.boxes, strict=True)
        for number in set(truth.classes.tolist()) & set(numbers)
    ]
    floor = max(round(min(float(np.quantile(tops, MISSED)), threshold), 3), LOWEST)
    missed = float(np.mean([top < floor for top in tops]))
    return {"threshold": round(threshold, 3), "floor": floor, "missed": round(missed, 3)}


def _part(looks: Looks, folders: Sequence[LabelledFolder]) -> Looks:
    """What was seen on the photographs of some folders."""
    files = {photograph.file for folder in folders for photograph in folder.photographs}
    kept = [at for at, truth in enumerate(looks.truths) if truth.file in files]
    ends = np.cumsum([len(boxes) for boxes in looks.boxes])
    rows = np.concatenate([np.arange(ends[at] - len(looks.boxes[at]), ends[at]) for at in kept])
    seen = looks.seen
    return Looks(
        looks.names,
        tuple(looks.truths[at] for at in kept),
        tuple(looks.boxes[at] for at in kept),
        Seen(seen.scores[rows], seen.classes[rows], seen.is_right[rows]),
    )


def _covers(folder: LabelledFolder, names: frozenset[str]) -> bool:
    return {folder.names[number] for number in folder.covered} == names


def _best(figures: DetectorFigures) -> Sequence[ClassFigures]:
    return sorted((row for row in figures.classes if row.things), key=lambda row: -row.ap50)


def _folder_row(name: str, figures: DetectorFigures) -> str:
    return (
        f"| {name} | {figures.pictures} | {_share(figures.map50)} | {_share(figures.map50_95)} | "
        f"{_share(figures.presence_accuracy)} | {_share(figures.count_within_1)} | "
        f"{_share(figures.confident_wrong)} |"
    )


def _class_row(row: ClassFigures, labels: Sequence[str]) -> str:
    offered = "yes" if row.label in labels else ""
    return (
        f"| {row.label} | {row.things} | {_share(row.ap50)} | {_share(row.ap50_95)} | "
        f"{_share(row.presence_accuracy)} | {_share(row.count_within_1)} | {offered} |"
    )


def _share(value: float) -> str:
    return f"{100 * value:.1f}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--weights", type=Path, default=catalog.FOLDER / "detector" / "detector.pt")
    parser.add_argument("--training", required=True, help="how it was trained, for the card")
    options = parser.parse_args()
    figures = finish(options.weights, options.data, options.training)
    say(f"AP50 {figures.map50:.3f} over all classes; see {options.weights.parent}/MODEL_CARD.md")


if __name__ == "__main__":
    main()
