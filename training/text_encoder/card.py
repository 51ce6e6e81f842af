"""The text encoder's part of the model card of the fusion models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tools.networks.text_config import WEIGHTS, TextConfig
from training.text_encoder.corpus import Corpus
from training.text_encoder.teacher import ORIGIN

HEADING = "## Text encoder"
_SECTION = """{heading}

Texts, English and Chinese, to vectors of {dimensions} dimensions and unit length: where all-MiniLM-L6-v2
puts their English meaning, neither centred nor scaled. Distilled by `training/text_encoder`.

| | |
| --- | --- |
| architecture | transformer of {layers} layers, {width} dimensions, {heads} heads, feed-forward {feed}, norms in front; the pooled vector is a learnt weighted mean of the tokens and a linear map |
| size | {megabytes:.1f} MB, half precision |
| tokens | byte-level BPE of our own, {vocabulary:,}; NFKC, lower case, Chinese by character; {longest} are read |
| teacher | {origin}. Token vectors begin at the teacher's, mapped to fewer dimensions by their principal components; nothing else of it is in here |
| training | {training} |
| loss | 4 · (1 − cosine with the teacher's vector) + the divergence of the batch's similarities from the teacher's |
| data | {texts:,} sentences, {chinese:,} of them Chinese: questions of VQA v2 (CC BY 4.0) and DAQUAR, captions of Flickr8k (for research) and COCO (CC BY 4.0), answers, statements made of both, names of things and groceries (Grocery Store Dataset, MIT). Chinese by a grammar of ours, and by hand; a Chinese sentence is taught the vector of its English twin |
| re-made by | `make train-text-encoder` |
| licence | AGPL-3.0, as the project; the teacher Apache-2.0 |

On what training never saw: {questions:,} questions of people, {captions:,} captions of kept-apart
photographs, {pairs:,} sentences that the grammar translated, 100 that were translated by hand. "Own
vector found": the teacher's vector of the same sentence is the nearest of all in the set.

| | cosine with the teacher, mean | own vector found, % | English twin found, % |
| --- | --- | --- | --- |
{table}

Chinese is understood as far as the grammar's words go; what they lack is guessed from characters.
Negation and who does what to whom weigh little, as in the teacher's space.
"""  # noqa: E501 - rows of tables


def write(
    out: Path, config: TextConfig, figures: Mapping[str, float], taught: Corpus, training: str
) -> None:
    """Put the section into `MODEL_CARD.md` in `out`, in the place of an older one."""
    section = _SECTION.format(
        **config.model_dump(),
        heading=HEADING,
        megabytes=(out / WEIGHTS).stat().st_size / 1e6,
        origin=ORIGIN,
        training=training,
        texts=len(taught.texts),
        chinese=sum(not text.isascii() for text in taught.texts),
        questions=len(taught.kept_questions),
        captions=len(taught.kept_captions),
        pairs=len(taught.kept_pairs),
        table="\n".join(
            _row(name, figures)
            for name in ("questions", "captions", "Chinese by grammar", "Chinese by hand")
        ),
    )
    file = out / "MODEL_CARD.md"
    known = file.read_text(encoding="utf-8") if file.is_file() else "# Model card: fusion\n"
    older = re.compile(rf"\n*^{HEADING}$.*?(?=^## |\Z)", re.M | re.S)
    before, after = known, ""
    if match := older.search(known):
        before, after = known[: match.start()], known[match.end() :]
    whole = f"{before.rstrip()}\n\n{section}{chr(10) * bool(after)}{after}"
    file.write_text(whole, encoding="utf-8")


def _row(name: str, figures: Mapping[str, float]) -> str:
    cosine, found, twins = (figures.get(f"{kind}, {name}") for kind in ("cosine", "found", "twins"))
    shares = ("–" if share is None else f"{share * 100:.1f}" for share in (found, twins))
    return f"| {name} | {'–' if cosine is None else f'{cosine:.3f}'} | {' | '.join(shares)} |"
