"""Writes the file that `detect_objects` loads, measures it, and says so.

A network's weights lie between those it began with and those it was trained to: that keeps what
the pretrained weights knew of things that our photographs hardly show (WiSE-FT: Wortsman et al.,
CVPR 2022). Writes `detector.safetensors`, `labels.json` (what is offered, with the AP50 that
each label reached), `bars.json`, `MODEL_CARD.md`, and the row of the catalogue.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file

from evaluation.boxes import LabelledFolder
from evaluation.detector import (
    ClassFigures,
    DetectorFigures,
    Looks,
    Seen,
    Sight,
    figures_of,
    look,
)
from models import catalog
from tools.networks.detectors import open_detector
from tools.toolset import ToolConfig
from tools.weights.sidefiles import LABELS, Bars, write_bars
from tools.words.labels import CLASSES
from training.common.progress import say
from training.detector import parts
from training.detector.data import labelled, split
from training.detector.train import HOW
from training.detector.train import WEIGHTS as TRAINED

FILE = "detector.safetensors"
NETWORKS = {"published": (352, 0.0), "tuned": (416, 1.0)}
"""Pixels of the longer side that a network sees in use, and the share of the trained weights in the
mean of trained and published ones."""
FEWEST = 3
"""A class with fewer things in the kept photographs counts as not measured, and is not offered."""
PRECISION, ABSENT = 0.6, 0.95
"""Of the boxes said: right; of the pictures that do not show a thing: said to show none."""
SMOOTHING = 5
"""A label's share of misses is mixed with the mean of all, which counts as so many pictures."""
LOWEST = 0.05
"""The first look at the kept photographs gives boxes from here on."""
FRUIT = frozenset({"apple", "banana", "orange"})

_CARD = """# Model card: the built-in detector

Finds everyday things in photographs: COCO's 80 classes. Fine-tuned by `training/detector` from
pretrained weights.

| | |
| --- | --- |
| network | NanoDet-g (3.8 million parameters), a torch module of our own; boxes of several networks that agree are averaged |
| size | {megabytes:.1f} MB, half precision |
| began as | {origin} |
| weights | on the line from what it began with to what it was trained to (WiSE-FT, Wortsman et al., 2022): {networks} |
| training | {training} |
| data | {photographs} photographs: PASCAL VOC 2007 (people labelled 20 classes), COCO 2017 (80), fruit_recognition, six small sets, Flickr8k; what people did not label was labelled by a teacher (two public COCO detectors, fused), each label weighted by the share of such labels that is right, and what the teacher was least sure of is masked in the loss |
| re-made by | `make train-detector` |
| licence | AGPL-3.0, as the project; NanoDet-g: Apache-2.0 |

## Measured

On {kept} photographs that training never saw (a tenth of each set, by the hash of the name, and all
that `vqa_dev` asks about), by people's labels, with `vqa-agent eval detector`. Presence (is there
one?), counts and wrong boxes as `detect_objects` says them: with its closer looks, at a score of
{threshold:g}, from which on it says that it found something; down to {floor:g} it is unsure. The
bars were set on these photographs. Of the photographs that show one of the offered classes,
{missed:.1%} have no box of it above the lower bar; by class, that is how sure "none" is.

| photographs | pictures | AP50 | AP50-95 | presence right | count ±1 | boxes wrong |
| --- | --- | --- | --- | --- | --- | --- |
{folders}

{one_label} Offered to the planner by default are the classes with an AP50 of {bar:.0%} or more
(`VQA_TOOLS__DETECT_MIN_AP`) and at least {fewest} things in these photographs, {number} of them:
**{offered}**.

| class | things | AP50 | AP50-95 | presence right | count ±1 | offered |
| --- | --- | --- | --- | --- | --- | --- |
{classes}

## Limits

- A small network: what is small, crowded, cut off or seen from an odd side is missed or counted
  short, and look-alikes are mixed up (cow and horse, couch and chair).
- The classes that are not offered are mostly small things of the kitchen and the bathroom.
- Photographs of people are mostly of Western origin (Flickr, before 2018).
"""  # noqa: E501


def assemble(trained: Path, source: Path, out: Path) -> None:
    """Write the networks, mixed from trained and published weights, into `out` / `FILE`.

    Args:
        trained: the weights that the training wrote.
        source: where the pretrained part lies.
        out: the folder of `detector.safetensors`.
    """
    new, old = load_file(trained), parts.start(source).state_dict()
    state = {
        f"{name}.{key}": (share * new[key].float() + (1 - share) * value).half().contiguous()
        for name, (_, share) in NETWORKS.items()
        for key, value in old.items()
    }
    networks = [{"name": name, "side": side} for name, (side, _) in NETWORKS.items()]
    about = {"networks": json.dumps(networks), "names": json.dumps(CLASSES)}
    out.mkdir(parents=True, exist_ok=True)
    save_file(state, out / FILE, about)


def finish(weights: Path, data: Path, training: str) -> DetectorFigures:
    """Measure the weights on what was kept below `data`, and write what stands beside them.

    Args:
        weights: `detector.safetensors`; the other files go into its folder.
        data: where the labelled folders are.
        training: how it was trained, for the card.
    """
    config = ToolConfig()
    kept = split(data)[1]
    detector = open_detector(weights, "cpu")
    first = look(detector, kept, Bars(floor=LOWEST))
    known = {
        row.label: round(row.ap50, 3)
        for row in figures_of(first, 0.5).classes
        if row.things >= FEWEST
    }
    offered = [label for label, ap in known.items() if ap >= config.detect_min_ap]
    bars = choose_bars(first, offered or list(known))
    looks = look(detector, kept, bars)
    whole = figures_of(looks, bars.threshold)
    write_bars(weights, bars)
    (weights.parent / LABELS).write_text(json.dumps(known, indent=1) + "\n")
    measured = _by_set(looks, kept, data, bars)
    _write_card(weights, data, training, (known, offered, bars), whole, measured)
    figures = {f"AP50, {name}": round(m.map50, 3) for name, m in measured.items()}
    catalog.record(weights, figures, detector.side)
    return whole


def choose_bars(looks: Looks, labels: Sequence[str]) -> Bars:
    """The scores from which on one of the labels is found, and from which on it is unsure.

    Found: where the boxes from there on are right as often as `PRECISION`, but no lower than where
    recall and precision balance best (F1). Unsure: as low as lets `ABSENT` of the pictures that do
    not show a label be told so. What is missed then is told, by label.
    Weights that see nothing get the bars of weights that nobody measured.
    """
    numbers = [looks.names.index(label) for label in labels]
    seen = looks.plain.seen
    chosen = np.isin(seen.classes, numbers) & (seen.scores >= LOWEST)
    order = np.argsort(-seen.scores[chosen], kind="stable")
    scores, right = seen.scores[chosen][order], seen.is_right[chosen, 0][order]
    if not len(scores):
        return Bars(missed=1.0)
    things = sum(int(np.isin(truth.classes, numbers).sum()) for truth in looks.truths)
    found, taken = right.cumsum(), np.arange(1, len(right) + 1)
    precise = np.flatnonzero(found / taken >= PRECISION)
    best = int((2 * found / (taken + things)).argmax())
    threshold = float(scores[min(best, int(precise[-1]) if len(precise) else 0)])
    there, absent = _tops(looks, numbers)
    floor = float(np.quantile(np.concatenate([*absent.values(), [0.0]]), ABSENT))
    floor = max(LOWEST, min(floor, threshold))
    every = np.concatenate(list(there.values()))
    missed = float((every < floor).mean())
    missed_of = {
        looks.names[number]: round(
            float(((tops < floor).sum() + SMOOTHING * missed) / (len(tops) + SMOOTHING)), 3
        )
        for number, tops in there.items()
    }
    return Bars(round(threshold, 3), round(floor, 3), round(missed, 3), missed_of)


def _tops(
    looks: Looks, numbers: Sequence[int]
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """The best score of each label on each photograph that shows it, and on each that does not."""
    there: dict[int, list[float]] = {number: [] for number in numbers}
    absent: dict[int, list[float]] = {number: [] for number in numbers}
    for truth, boxes in zip(looks.truths, looks.tool.boxes, strict=True):
        best: dict[str, float] = {}
        for label, score, _ in boxes:
            best[label] = max(score, best.get(label, 0.0))
        for number in set(truth.covered) & set(numbers):
            side = there if number in truth.classes else absent
            side[number].append(best.get(looks.names[number], 0.0))
    return tuple({n: np.array(tops) for n, tops in side.items()} for side in (there, absent))  # type: ignore[return-value]


def _by_set(
    looks: Looks, kept: Sequence[LabelledFolder], data: Path, bars: Bars
) -> dict[str, DetectorFigures]:
    """The figures of each set that is large enough, and of fruit in all sets."""
    groups = {f.folder.relative_to(data).as_posix(): [f] for f in kept if len(f.photographs) >= 20}
    groups["fruit, all sets"] = [folder for folder in kept if _covers(folder, FRUIT)]
    return {
        name: figures_of(_part(looks, folders), bars.threshold)
        for name, folders in groups.items()
        if folders
    }


def _write_card(
    weights: Path,
    data: Path,
    training: str,
    offering: tuple[Mapping[str, float], Sequence[str], Bars],
    whole: DetectorFigures,
    measured: Mapping[str, DetectorFigures],
) -> None:
    known, offered, bars = offering
    networks = " and ".join(
        f"{share:.0%} of the way at {side} px" for side, share in NETWORKS.values()
    )
    card = _CARD.format(
        networks=networks,
        origin=parts.ORIGIN,
        megabytes=weights.stat().st_size / 1e6,
        training=training,
        photographs=f"{sum(map(len, labelled(data))):,}",
        kept=whole.pictures,
        threshold=bars.threshold,
        floor=bars.floor,
        missed=bars.missed or 0.0,
        folders="\n".join(_folder_row(name, figures) for name, figures in measured.items()),
        one_label=f"{len(known)} classes were measured.",
        bar=ToolConfig().detect_min_ap,
        fewest=FEWEST,
        number=len(offered),
        offered=", ".join(offered) or "none",
        classes="\n".join(_class_row(row, offered) for row in _best(whole)),
    )
    (weights.parent / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def _part(looks: Looks, folders: Sequence[LabelledFolder]) -> Looks:
    """What was seen on the photographs of some folders."""
    files = {photograph.file for folder in folders for photograph in folder.photographs}
    kept = [at for at, truth in enumerate(looks.truths) if truth.file in files]
    truths = tuple(looks.truths[at] for at in kept)
    return Looks(looks.names, truths, _sight(looks.plain, kept), _sight(looks.tool, kept))


def _sight(sight: Sight, kept: Sequence[int]) -> Sight:
    """What was seen on some of the photographs."""
    ends = np.cumsum([len(boxes) for boxes in sight.boxes])
    spans = [np.arange(ends[at] - len(sight.boxes[at]), ends[at]) for at in kept]
    rows, seen = np.concatenate(spans), sight.seen
    return Sight(
        tuple(sight.boxes[at] for at in kept),
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
    parser.add_argument("--parts", type=Path, default=Path("build/parts"))
    parser.add_argument("--work", type=Path, default=Path("build/detector"))
    parser.add_argument("--out", type=Path, default=catalog.FOLDER / "detector")
    options = parser.parse_args()
    assemble(options.work / TRAINED, options.parts, options.out)
    how = (options.work / HOW).read_text().strip()
    figures = finish(options.out / FILE, options.data, how)
    say(f"AP50 {figures.map50:.3f} over all classes; see {options.out}/MODEL_CARD.md")


if __name__ == "__main__":
    main()
