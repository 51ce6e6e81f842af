"""A shop's own names for things: read as labels where they are written, said where a label is told.

`label_of` knows which things can have one. Which evidence carries a label is its caller's business.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from tools.words import kinds
from tools.words.labels import CLASSES, COLOURS, GROUPS, canonical, chinese, plural
from tools.words.lists import lines_of
from tools.words.questions import HAN
from tools.words.sentences import label_spans
from tools.words.spelling import QUOTED, is_word
from tools.words.tables import words_of

SHORTEST = 4
"""Letters of a beginning that means the whole name ("MugMaster" of "MugMaster 300")."""
NEAR = 3
"""Words that are offered instead of an unknown one."""
_LATIN = r"[A-Za-zÀ-ÿ0-9_]"
_ARTICLE = re.compile(r"\b(a)n?(\s+)$", re.IGNORECASE)
_REFERENCE = r"\{[^{}]*\}|\[[^\]]*\]"


def label_of(word: str, more: Collection[str] = ()) -> str | None:
    """The label of the thing that a word means, in either language; None where no tool knows it.

    Args:
        word: "mug", "杯子", "running shoe".
        more: labels that tools have beside those of the tables.
    """
    label = canonical(word)
    if label is not None and label not in COLOURS:
        return label
    said = " ".join(word.casefold().split())
    for known in more:
        if said in (known.casefold(), plural(known, 2).casefold()):
            return known
    tree = kinds.standard()
    kind = tree.find(word)
    return kind.plain_name if kind is not None and tree.is_seen(kind.key) else None


def near_words(word: str, more: Collection[str] = ()) -> list[str]:
    """Words for things that are written nearly so."""
    known = {*words_of("things"), *words_of("groups"), *more}
    known |= {kind.plain_name for kind in kinds.standard()}
    return difflib.get_close_matches(word.casefold(), sorted(known), NEAR, 0.5)


@dataclass(frozen=True)
class OwnNames:
    """Names by label: `{"cup": "MugMaster 300"}`."""

    by_label: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_label)

    def read(self, text: str) -> str:
        """A text with labels' words for the names in it, as the text's language has them.

        What is quoted, and references to evidence, stay as they are. The beginning of a name that
        is no ordinary word means it, too; so does an English plural.
        """
        if not self.by_label:
            return text
        rest = self._written.sub("", text)
        is_chinese = HAN.search(rest if re.search(r"\w", rest) else text) is not None

        def word(match: re.Match[str]) -> str:
            if match["name"] is None:
                return match[0]
            label = self._meant.get(match["name"].lower())
            if label is None:  # "ı", which only a pattern takes for an i
                return match[0]
            if is_chinese:
                return _in_chinese(label)
            several = match["many"] or _before_several().search(text[: match.start("name")])
            said = plural(label, 2 if several else 1)
            return f"{before_name(match['article'] or '', said)}{said}"

        return self._written.sub(word, text)

    def said(self, text: str, labels: Collection[str], language: str) -> str:
        """A text with the names of these labels for their words; what is quoted stays as it is.

        The text is somebody's own words: nothing that was read on a picture.
        """
        named = [label for label in self.by_label if label in labels]
        if len(text.casefold()) != len(text):  # where words stand is told of lower case
            return text
        quoted = [range(*match.span()) for match in QUOTED.finditer(text)] if named else []
        spans = {
            (start, end): self.by_label[label]
            for label in named
            for start, end in _places(text, label, language)
            if not any(start in span for span in quoted)
        }
        for (start, end), name in sorted(spans.items(), reverse=True):
            text = f"{before_name(text[:start], name)}{name}{text[end:]}"
        return text

    @cached_property
    def _meant(self) -> dict[str, str]:
        """Label by what may be written for it, lower case."""
        full = {name.lower(): label for label, name in self.by_label.items()}
        begins: dict[str, set[str]] = {}
        for name, label in full.items():
            for begin in _beginnings(name):
                begins.setdefault(begin, set()).add(label)
        clear = {begin: labels.pop() for begin, labels in begins.items() if len(labels) == 1}
        return clear | full

    @cached_property
    def _written(self) -> re.Pattern[str]:
        names = "|".join(map(_bounded, sorted(self._meant, key=len, reverse=True)))
        quoted = f"{QUOTED.pattern}|{_REFERENCE}"
        name = rf"(?P<article>\ban?\s+)?(?P<name>{names})(?:(?P<many>e?s)(?!{_LATIN}))?"
        return re.compile(f"{quoted}|{name}", re.IGNORECASE)


NO_NAMES = OwnNames()


def before_name(text: str, name: str) -> str:
    """What stands before a name, with the article that the name wants: "a cup" → "an Espresso"."""
    article = "n" if name[:1].casefold() in "aeiou" else ""
    return _ARTICLE.sub(rf"\g<1>{article}\g<2>", text)


def _beginnings(name: str) -> Iterator[str]:
    """The beginnings of a name, in whole words, that hold a word of nobody else."""
    words = name.split()
    for count in range(1, len(words)):
        begin = " ".join(words[:count])
        if len(begin) >= SHORTEST and not all(map(is_word, words[:count])):
            yield begin


def _bounded(name: str) -> str:
    """A pattern of a name that is no part of a longer word; Chinese has no such bounds."""
    before = rf"(?<!{_LATIN})" if re.match(_LATIN, name) else ""
    behind = rf"(?=(?:e?s)?(?!{_LATIN}))" if re.match(_LATIN, name[-1]) else ""
    return rf"{before}{re.escape(name)}{behind}"


@cache
def _before_several() -> re.Pattern[str]:
    words = "|".join(map(re.escape, lines_of("before_several")))
    return re.compile(rf"(?:\b(?:{words})|\b(?:[2-9]|\d\d+))\s+$", re.IGNORECASE)


def _in_chinese(label: str) -> str:
    """What a label is called in Chinese; kinds have names of their own."""
    known = chinese(label)
    return known if known != label else kinds.chinese(label) or label


def _places(text: str, label: str, language: str) -> list[tuple[int, int]]:
    """Where a text says the label: start and end."""
    if label in CLASSES or label in GROUPS:
        spans = label_spans(text, "zh" if language == "zh" else "en")
        return [(start, end) for start, end, said in spans if said == label]
    english = rf"\b(?:{re.escape(plural(label, 2))}|{re.escape(label)})\b"
    pattern = f"{english}|{re.escape(_in_chinese(label))}"
    return [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]
