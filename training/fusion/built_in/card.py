"""The model card of the built-in fused model, but for the text encoder's part."""

from __future__ import annotations

from pathlib import Path

from tools.networks import backbone, clip_vision
from tools.networks.fusion_config import WEIGHTS, FusionConfig
from training.fusion.built_in.measuring import Measured
from training.text_encoder.card import HEADING

FILE = "MODEL_CARD.md"
_CARD = """# Model card: the built-in fused model

Puts pictures and texts (English, Chinese) into one space, and estimates answers to questions about
pictures: `match_text`, `answer_by_fusion`, the search.

| | |
| --- | --- |
| size | {megabytes:.1f} MB in half precision, and the text encoder beside it |
| image encoder | EfficientNet-Lite2 at {side} px, 512 dimensions: Google's ImageNet weights ({backbone}, Apache-2.0), the last stages taught to see as CLIP does |
| … its teacher | CLIP ViT-B/16's image encoder (OpenAI, MIT), eight-bit, from the package `{package}` 1.1.0, `{file}`, sha256 `{sha256}`. Where that package is installed it is used instead: both are in one space, and it sees better |
| heads | without looking: 2 hidden layers of 768; fused: a bilinear form of rank 256; space: two linear maps to 256 dimensions |
| data | the photographs, captions and labels of training/README.md, without those of `vqa_dev`; VQA v2's questions without pictures |
| numbers | {numbers} |
| re-made by | `make train-fusion-model` |
| licence | AGPL-3.0, as the project |

## Measured

Captions of {photographs} photographs, and {generated:,} generated questions about them, that no
part has seen; {people} questions of people about pictures that nothing learns from (VQA v2: three of
ten who agree make an answer right). %

| | {columns} |
| --- |{dashes}
{table}

## Limits

- What it says is an estimate: as sure as people are who may not look twice. Counts are guesses.
- It knows {answers} answers, in English; other words are matched by `match_text`.
- Small things, text in pictures and who does what to whom are mostly lost on it.

{compared}"""


def write(out: Path, config: FusionConfig, figures: Measured, answers: int, table: Path) -> None:
    """Write the card into `out`; the text encoder's section stays where it is.

    `table` is Markdown that compares fusion functions; without that file the card has none.
    """
    file = out / FILE
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    section = old[old.index(HEADING) :] if HEADING in old else ""
    names = list(next(iter(figures.rows.values())))
    lines = [
        f"| {name} | "
        + " | ".join(f"{100 * row[name]:.1f}" for row in figures.rows.values())
        + " |"
        for name in names
    ]
    card = _CARD.format(
        megabytes=(out / WEIGHTS).stat().st_size / 1e6,
        side=config.side,
        backbone=backbone.PACKAGE,
        package=clip_vision.PACKAGE,
        file=clip_vision.FILE,
        sha256=clip_vision.SHA256,
        numbers=", ".join(f"{n.replace('_', ' ')} {v:.3g}" for n, v in config.model_dump().items()),
        photographs=figures.photographs,
        generated=figures.generated,
        people=figures.people,
        columns=" | ".join(figures.rows),
        dashes=" --- |" * len(figures.rows),
        table="\n".join(lines),
        answers=f"{answers:,}",
        compared=table.read_text(encoding="utf-8").strip() + "\n\n" if table.is_file() else "",
    )
    file.write_text(card + section, encoding="utf-8")
