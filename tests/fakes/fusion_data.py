"""A small data folder to learn answering from, and a text encoder with random weights."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
from PIL import Image

from tests.fakes.labelled import photographs
from tools.networks.text_config import CONFIG, TOKENIZER, WEIGHTS, TextConfig

COLOURS = {"red": (220, 30, 30), "blue": (30, 40, 220), "yellow": (230, 220, 40)}
THINGS = {"car": "street", "dog": "grass", "boat": "water", "cat": "bed"}
GROUNDS = {
    "street": (90, 90, 95),
    "grass": (40, 150, 60),
    "water": (90, 160, 210),
    "bed": (230,) * 3,
}
SIDE = 48


def fusion_data(root: Path, pictures: int = 60) -> Path:
    """Captioned pictures of things on grounds, questions with and without pictures."""
    _captioned(root / "captions", pictures)
    photographs(root / "photos", [[(16, 0.5, 0.5, 0.5, 0.5)], []])
    (root / "questions").mkdir()
    with gzip.open(root / "questions" / "vqa.jsonl.gz", "wt", encoding="utf-8") as file:
        for at in range(40):
            thing, colour = [*THINGS][at % 4], [*COLOURS][at % 3]
            for question, answers, kind in (
                (f"What color is the {thing}?", {colour: 7, "white": 3}, "other"),
                (f"Is there a {thing} in number {at}?", {"yes": 6, "no": 4}, "yes/no"),
            ):
                row = {"question": question, "answers": answers, "type": kind}
                file.write(json.dumps(row) + "\n")
    (root / "vqa_dev").mkdir()
    rows = [
        {"id": str(at), "image": "../photos/images/000.png", "question": f"Is there a {thing}?",
         "answers": ["no"] * 9 + ["yes"], "type": "yes/no"}
        for at, thing in enumerate(THINGS)
    ]  # fmt: skip
    (root / "vqa_dev" / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return root


def _captioned(folder: Path, pictures: int) -> None:
    (folder / "images").mkdir(parents=True)
    noise = np.random.default_rng(0)
    lines = []
    for at in range(pictures):
        thing, colour = [*THINGS][at % 4], [*COLOURS][at % 3]
        ground = THINGS[thing]
        pixels = noise.integers(-15, 15, (SIDE, SIDE, 3)) + np.array(GROUNDS[ground])
        left = int(noise.integers(4, 20))
        pixels[14 : 14 + 6 * (1 + at % 4), left : left + 22] = COLOURS[colour]
        name = f"images/{at:03}.png"
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / name)
        told = [
            f"A {colour} {thing} is on the {ground}.",
            f"There is a {colour} {thing} near a man.",
        ]
        lines.append(json.dumps({"image": name, "captions": told}))
    (folder / "captions.jsonl").write_text("\n".join(lines))


def text_encoder(folder: Path) -> Path:
    """The folder of a small text encoder whose weights are random."""
    import torch
    from safetensors.torch import save_file
    from tokenizers import ByteLevelBPETokenizer

    from tools.networks.text_network import TextNetwork

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = ByteLevelBPETokenizer()
    said = [f"what color is the {t} on the {g}?" for t, g in THINGS.items()]
    tokenizer.train_from_iterator(
        said, vocab_size=320, special_tokens=["<pad>"], show_progress=False
    )
    tokenizer.save(str(folder / TOKENIZER))
    config = TextConfig(
        vocabulary=tokenizer.get_vocab_size(), width=32, layers=1, heads=2, feed=32, dimensions=24
    )
    (folder / CONFIG).write_text(config.model_dump_json())
    torch.manual_seed(0)
    save_file(TextNetwork(config).state_dict(), folder / WEIGHTS)
    return folder
