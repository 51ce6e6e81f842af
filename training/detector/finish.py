"""Writes the file that `detect_objects` loads, measures it, and says so.

The weights lie between those it began with and those it was trained to: that keeps what the
pretrained weights knew of things that our photographs hardly show (WiSE-FT: Wortsman et al.,
CVPR 2022). Writes `detector.pt`, `labels.json` (what is offered, with the AP50 that
each label reached), `bars.json`, `MODEL_CARD.md`, and the row of the catalogue.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

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
from training.common.progress import say
from training.detector import parts
from training.detector.data import labelled, split
from training.detector.train import HOW
from training.detector.train import WEIGHTS as TRAINED

FILE = "detector.pt"
SIDE = 640
"""Pixels of the longer side that the network sees in use."""
SHARE = 0.4
"""Of the trained weights in the mean of trained and published ones."""
PRIOR = 3
"""A label's AP50 is mixed with the mean of all, which counts as so many things, where it decides
what is offered: of few things alone it says little. What no photograph shows is not offered."""
PRECISION, ABSENT = 0.7, 0.95
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
| network | YOLO26n of ultralytics (2.6 million parameters), {side} px, no suppression of doubles needed |
| size | {megabytes:.1f} MB, half precision |
| began as | {origin} |
| weights | {share:.0%} of the way from what it began with to what it was trained to (WiSE-FT, Wortsman et al., 2022) |
| training | {training} |
| data | {photographs} photographs: PASCAL VOC 2007 (people labelled 20 classes), COCO 2017 (80), fruit_recognition, six small sets, Flickr8k; what people did not label was labelled by a teacher (two public COCO detectors, fused), each label weighted by the share of such labels that is right, and what the teacher was least sure of is masked in the loss |
| re-made by | `make train-detector` |
| licence | AGPL-3.0, as the project and as YOLO26n |

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

Of the {measured} classes that these photographs show, {reached} have an AP50 of {bar:.0%} or more, {often} of
them with five things and more. Offered to the planner by default are those whose AP50, mixed with the
mean of all as if that were {prior} things more, is {bar:.0%} or more (`VQA_TOOLS__DETECT_MIN_AP`), {number}
of them: **{offered}**.

| class | things | AP50 | AP50-95 | presence right | count ±1 | offered |
| --- | --- | --- | --- | --- | --- | --- |
{classes}

## Limits

- A small network: what is small, crowded, cut off or seen from an odd side is missed or counted
  short, and look-alikes are mixed up (cow and horse, couch and chair).
- `photos` is of COCO's training set: our training never saw these photographs, but YOLO26n's own did.
  On COCO's validation set its makers measured an AP50 of 55.7 % with the weights that it began with;
  here those have 56.9 %, what is shipped {photos:.1%}. PASCAL VOC is in neither.
- The share of the trained weights was chosen on these photographs, of 0.4, 0.5, 0.6, 0.75 and 1.
- Photographs of people are mostly of Western origin (Flickr, before 2018).
"""  # noqa: E501


def assemble(trained: Path, source: Path, out: Path, sha256: str = parts.SHA256) -> None:
    """Write the mean of trained and published weights into `out` / `FILE`.

    Args:
        trained: the weights that the training wrote.
        source: where the pretrained part lies.
        out: the folder of `detector.pt`.
        sha256: of the pretrained part.
    """
    network = parts.start(source, sha256)
    new = load_file(trained)
    state = {
        key: SHARE * new[key].float() + (1 - SHARE) * value if value.is_floating_point() else value
        for key, value in network.state_dict().items()
    }
    out.mkdir(parents=True, exist_ok=True)
    torch.save(parts.checkpoint(network, state, SIDE), out / FILE)


def finish(weights: Path, data: Path, training: str) -> DetectorFigures:
    """Measure the weights on what was kept below `data`, and write what stands beside them.

    Args:
        weights: `detector.pt`; the other files go into its folder.
        data: where the labelled folders are.
        training: how it was trained, for the card.
    """
    config = ToolConfig()
    kept = split(data)[1]
    detector = open_detector(weights, "cpu")
    first = look(detector, kept, Bars(floor=LOWEST))
    known = stated(figures_of(first, 0.5))
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


def stated(figures: DetectorFigures) -> dict[str, float]:
    """What `labels.json` says of each label that the photographs show: AP50, mixed (`PRIOR`)."""
    return {
        row.label: round((row.things * row.ap50 + PRIOR * figures.map50) / (row.things + PRIOR), 3)
        for row in figures.classes
        if row.things
    }


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
    bar = ToolConfig().detect_min_ap
    card = _CARD.format(
        share=SHARE,
        side=SIDE,
        origin=parts.ORIGIN,
        megabytes=weights.stat().st_size / 1e6,
        training=training,
        photographs=f"{sum(map(len, labelled(data))):,}",
        kept=whole.pictures,
        threshold=bars.threshold,
        floor=bars.floor,
        missed=bars.missed or 0.0,
        folders="\n".join(_folder_row(name, figures) for name, figures in measured.items()),
        measured=len(known),
        reached=sum(row.ap50 >= bar for row in _best(whole)),
        often=sum(row.ap50 >= bar and row.things >= 5 for row in _best(whole)),
        bar=bar,
        prior=PRIOR,
        number=len(offered),
        photos=measured["photos"].map50 if "photos" in measured else whole.map50,
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
