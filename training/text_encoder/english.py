"""The English sentences: people's questions and captions, answers, statements made of both, names.

What is kept apart for measuring never trains: questions by their hash, captions by the photograph.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.words import kinds
from tools.words.tables import table
from training.detector.data import is_validation, measured_on

KEPT_QUESTIONS = 2000
OFTEN = 3
"""People who gave an answer before it counts as one."""
_COLOURS = (
    "red|blue|green|white|black|brown|yellow|orange|pink|purple|gray|grey|big|small|little|young|"
    "old|tall|large"
)
_SUBJECT = (
    r"((?:the|this|that|these|those|his|her|their|its|a|an|any|all) "
    rf"(?:(?:{_COLOURS}) )?(?!an?\b|the\b|an?y\b)\w+(?:'s \w+)?)"
)
_PRONOUN = r"(it|this|that|these|those|he|she|they|there)"
_VERBS = "is|are|was|were|can|will|could|should"
_YES_NO = re.compile(rf"^({_VERBS}) (?:{_SUBJECT}|{_PRONOUN}) (.+)$", re.I)
"""Verb, noun or pronoun, and the rest of a question that is answered by yes or no."""
_KINDS = "room|animal|sport|vehicle|food|place|building|bird|fruit"
_DONE = "holding|wearing|eating|riding|drinking|carrying|playing"
_WITH_ANSWER = tuple(
    (re.compile(f"^{question}$", re.I), form)
    for question, form in (
        ("what colou?r (is|are) (.+)", "{1} {0} {answer}."),
        ("what (is|are) (.+) doing", "{1} {0} {answer}."),
        (f"what (is|are) (.+) ({_DONE})", "{1} {0} {2} a {answer}."),
        ("where (is|are) (.+)", "{1} {0} {answer}."),
        (
            f"(?:what|which) (?:kind of |type of )?(?:{_KINDS}) (is) (this|it)",
            "this {0} a {answer}.",
        ),
        ("how many (.+?) (are) (there|in .+|on .+)", "there are {answer} {0}."),
        ("what (is|are) (.+) made (?:out )?of", "{1} {0} made of {answer}."),
    )
)


@dataclass(frozen=True)
class English:
    """Sentences to learn, and those kept apart."""

    train: tuple[str, ...]
    kept_questions: tuple[str, ...]
    kept_captions: tuple[str, ...]


def read(root: Path) -> English:
    """All English sentences of the data folder and of `tools/words`, each once."""
    asked = list(_asked(root))
    ranked = sorted({question for question, _ in asked}, key=rank)
    kept = set(ranked[:KEPT_QUESTIONS])
    captions, kept_captions = _captions(root)
    train = [question for question, _ in asked if question not in kept]
    train += _daquar(root)
    train += [
        s
        for question, answers in asked
        if question not in kept
        for s in statements(question, answers)
    ]
    train += captions
    train += _answers(asked)
    train += _names()
    train += _groceries(root)
    apart = kept | set(kept_captions)
    clean = dict.fromkeys(text for text in map(_tidy, train) if text and text not in apart)
    return English(tuple(clean), tuple(sorted(kept)), tuple(kept_captions))


def statements(question: str, answers: dict[str, int]) -> Iterator[str]:
    """What a question and its commonest answer say together: "It is raining."."""
    answer, count = max(answers.items(), key=lambda item: item[1], default=("", 0))
    plain = question.rstrip("? .")
    if count < OFTEN:
        return
    if (match := _YES_NO.match(plain)) and answer in ("yes", "no"):
        verb, noun, pronoun, rest = match.groups()
        verb = verb.lower() if answer == "yes" else f"{verb.lower()} not"
        yield _sentence(f"{noun or pronoun} {verb} {rest}.")
    for pattern, form in _WITH_ANSWER:
        if match := pattern.match(plain):
            yield _sentence(form.format(*match.groups(), answer=answer))
            break
    if rank(question) % 4 == 0:
        yield f"{question} {answer}"


def _asked(root: Path) -> Iterator[tuple[str, dict[str, int]]]:
    with gzip.open(root / "questions" / "vqa.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield _tidy(row["question"]), row["answers"]


def _daquar(root: Path) -> list[str]:
    lines = (root / "questions" / "daquar_train.txt").read_text(encoding="utf-8").splitlines()
    return [_sentence(line) for line in lines]


def _captions(root: Path) -> tuple[list[str], list[str]]:
    """Of the photographs to learn from, and of those kept apart."""
    apart = measured_on(root)
    found: tuple[list[str], list[str]] = ([], [])
    for name in ("captions", "photos"):
        for line in (root / name / "captions.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            file = Path(row["image"])
            is_apart = is_validation(file, apart)
            found[is_apart].extend(map(_tidy, row["captions"]))
    return found


def _answers(asked: list[tuple[str, dict[str, int]]]) -> list[str]:
    counts: Counter[str] = Counter()
    for _, answers in asked:
        counts.update({answer: count for answer, count in answers.items() if count >= OFTEN})
    return [answer for answer, _ in counts.most_common(8000)]


def _names() -> Iterator[str]:
    """Labels and kinds, alone and as one says them of a photograph."""
    labels = [*table("things"), *table("groups")]
    for label in dict.fromkeys([*labels, *(kind.plain_name for kind in kinds.standard())]):
        article = "an" if label[0].lower() in "aeiou" else "a"
        yield from (label, f"{article} {label}", f"a photo of {article} {label}")
        yield f"There is {article} {label} in the picture."
    for kind in kinds.standard():
        yield from kind.others


def _groceries(root: Path) -> Iterator[str]:
    folder = root / "grocery"
    with (folder / "classes.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            for name in (row["Class Name (str)"], row["Coarse Class Name (str)"]):
                yield name.replace("-", " ")
                yield f"a photo of {name.replace('-', ' ').lower()}"
    descriptions = json.loads((folder / "descriptions.json").read_text(encoding="utf-8"))
    for text in descriptions.values():
        yield from (s for s in re.split(r"(?<=[.!])\s+|\n", text) if 10 < len(s) < 150)


def _tidy(text: str) -> str:
    """One space between words, none before the full stop."""
    return re.sub(r"\s+([.,?!])", r"\1", " ".join(text.split()))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def rank(text: str) -> int:
    """A number that follows from the text alone: what is kept apart, and what is taken."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
