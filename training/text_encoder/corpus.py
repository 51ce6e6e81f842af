"""What the encoder is taught: sentences in two languages, and the English one that each means."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from training.text_encoder import english
from training.text_encoder.invent import Inventor
from training.text_encoder.lexicon import Lexicon, rows
from training.text_encoder.translate import translations

MADE_UP = 15_000
"""Sentences that the grammar makes up."""
KEPT_SHARE = 0.02
"""Of the Chinese sentences, by their English twin: kept apart for measuring."""
SAID_AS_OFTEN = 4
"""How often a sentence that a person translated stands in the corpus."""
WRITTEN = Path(__file__).with_name("sentences.txt")


@dataclass(frozen=True)
class Corpus:
    """Texts to learn, each with the English sentence whose vector it is to have."""

    texts: tuple[str, ...]
    means: tuple[str, ...]
    kept_questions: tuple[str, ...]
    kept_captions: tuple[str, ...]
    kept_pairs: tuple[tuple[str, str], ...]
    """English and Chinese."""


def read(root: Path) -> Corpus:
    """The sentences of the data folder, translated as far as the grammar goes, and made-up ones."""
    said, lexicon, chance = english.read(root), Lexicon(), random.Random(0)
    pairs = [(text, zh) for text in said.train for zh in translations(lexicon, text, chance)]
    inventor = Inventor(lexicon, random.Random(1))
    invented = [inventor.sentence() for _ in range(MADE_UP)]
    pairs = list(dict.fromkeys((*pairs, *invented)))
    written = [(text, zh) for text, *forms in rows(WRITTEN) for zh in forms]
    apart = {text for text, _ in pairs if english.rank(text) % 1000 < KEPT_SHARE * 1000}
    apart -= {text for text, _ in written}
    taught = [pair for pair in pairs if pair[0] not in apart] + written * SAID_AS_OFTEN
    alone = dict.fromkeys((*said.train, *(text for text, _ in (*written, *invented))))
    monolingual = [text for text in alone if text not in apart]
    return Corpus(
        texts=(*monolingual, *(zh for _, zh in taught)),
        means=(*monolingual, *(text for text, _ in taught)),
        kept_questions=said.kept_questions,
        kept_captions=said.kept_captions,
        kept_pairs=tuple({text: zh for text, zh in pairs if text in apart}.items()),
    )
