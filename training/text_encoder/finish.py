"""Measures the trained encoder on what it never saw, and writes weights, configuration and card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Tokenizer

from models import catalog
from tools.networks.text_config import CONFIG, TOKENIZER, WEIGHTS
from tools.networks.text_encoder import TextEncoder
from tools.networks.text_network import TextNetwork
from training.common.progress import say
from training.text_encoder import card
from training.text_encoder.corpus import Corpus
from training.text_encoder.lexicon import rows
from training.text_encoder.teacher import Teacher

HELD_OUT = Path(__file__).with_name("held_out.txt")
"""English | Chinese, by hand; never trained on."""
Vectors = NDArray[np.float32]


def write(
    network: TextNetwork, tokenizer: Tokenizer, taught: Corpus, teacher: Teacher, out: Path,
    training: str,
) -> dict[str, float]:  # fmt: skip
    """Write the weights in half precision, tokenizer, configuration, card and the catalogue's row.

    Args:
        network: the trained one.
        tokenizer: its own.
        taught: with what was kept apart.
        teacher: says where that belongs.
        out: the folder.
        training: how it was trained, for the card.

    Returns:
        The figures, see `measure`.
    """
    out.mkdir(parents=True, exist_ok=True)
    state = {name: value.half().contiguous().cpu() for name, value in network.state_dict().items()}
    save_file(state, out / WEIGHTS)
    (out / WEIGHTS).chmod(0o644)
    config = network.config.model_copy(update={"dropout": 0.0})
    (out / CONFIG).write_text(config.model_dump_json(indent=1) + "\n", encoding="utf-8")
    bare = Tokenizer.from_str(tokenizer.to_str())
    bare.no_padding()
    bare.no_truncation()
    bare.save(str(out / TOKENIZER), pretty=False)
    figures = measure(TextEncoder(out, "cpu"), taught, teacher)
    for name, value in figures.items():
        say(f"{name}: {value:.3f}")
    card.write(out, config, figures, taught, training)
    chosen = ("cosine, questions", "found, questions", "found, Chinese by hand")
    catalog.record(out / WEIGHTS, {name: round(figures[name], 3) for name in chosen})
    return figures


def measure(encoder: TextEncoder, taught: Corpus, teacher: Teacher) -> dict[str, float]:
    """The figures of the card, each in [0, 1], by name.

    `cosine` is the mean cosine with the teacher's vector of the (English) sentence; `found` the
    share of sentences that lie nearer to their own teacher's vector than to any other's of the
    set; `twins` the share of Chinese sentences that find their English twin, both encoded by the
    encoder.
    """
    figures: dict[str, float] = {}
    for name, texts in (("questions", taught.kept_questions), ("captions", taught.kept_captions)):
        if texts:
            figures |= _compared(name, encoder.encode(texts), _of(teacher, texts))
    written = [(row[0], row[1]) for row in rows(HELD_OUT)]
    for name, pairs in (("Chinese by grammar", taught.kept_pairs), ("Chinese by hand", written)):
        english, chinese = ([pair[side] for pair in pairs] for side in (0, 1))
        vectors = encoder.encode(chinese)
        figures |= _compared(name, vectors, _of(teacher, english))
        figures[f"twins, {name}"] = _found(vectors, encoder.encode(english))
    return figures


def _of(teacher: Teacher, texts: Sequence[str]) -> Vectors:
    return teacher.vectors(texts).astype(np.float32)


def _compared(name: str, ours: Vectors, theirs: Vectors) -> dict[str, float]:
    cosine = float((ours * theirs).sum(1).mean())
    return {f"cosine, {name}": cosine, f"found, {name}": _found(ours, theirs)}


def _found(ours: Vectors, theirs: Vectors) -> float:
    """The share of rows of `ours` whose nearest row of `theirs` is their own."""
    return float(((ours @ theirs.T).argmax(1) == np.arange(len(ours))).mean())
