"""Any label or item by its words: fuzzy matching on lines, and the value that belongs to it.

The value is behind the label in its own box, else right of it in the row, else below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.reading.amounts import amounts
from tools.reading.asked import MONEY, QUANTITY, UNIT_PRICE, Asked, asked_of
from tools.reading.labels import plain
from tools.reading.lines import Line, Word, overlap, spaced
from tools.reading.typed import Typed
from tools.reading.values import typed_values

FOUND, WEAK = 0.78, 0.62
"""Similarity from which a line is a match, and from which it is at least worth a doubt."""
_NUMBER = re.compile(r"(?<=[^\W\d_]) ?(?:#|\b(?:number|numero|nummer|num|nbr|nr)(?!\w))")
_SEPARATORS = " \t:：=#.-–—>*|·_"
_NEXT_LABEL = re.compile(r"\s+(?:[^\W\d][\w/()]*\s?){1,2}[:：#]")


@dataclass(frozen=True)
class Hit:
    """A line that says what was asked, its value if it has one, and the lines both come from."""

    lines: tuple[Line, ...]
    value: Typed | None
    score: float


def search_lines(lines: Sequence[Line], query: str, *, in_full: bool = False) -> list[Hit]:
    """All hits, best first; scores from `FOUND` on become sure, weaker ones below 0.5.

    With `in_full` the words are looked for as they are: "amount due" is a label, not the amount of
    something due.
    """
    asked = Asked(None, plain(query)) if in_full else asked_of(query)
    wanted = _as_label(asked.rest)
    if not wanted:
        return []
    hits = []
    for index, line in enumerate(lines):
        similarity, word_index, end = _best_segment(line, wanted)
        if similarity < WEAK:
            continue
        value, read_from = _value_of(
            lines, index, word_index, end, wants_amount=asked.column in MONEY
        )
        if not _is_of_column(value, read_from, asked.column):
            continue
        score = similarity if similarity >= FOUND else 0.45 * similarity / FOUND
        hits.append(Hit(read_from, value, min(score, 0.98)))
    return sorted(hits, key=lambda hit: (-hit.score, hit.value is None))


def similarity(wanted: str, text: str) -> float:
    """How surely `text` says `wanted` (both plain), in [0, 1]; all words must be there."""
    from rapidfuzz import fuzz

    if not text:
        return 0.0
    squeezed_wanted, squeezed = wanted.replace(" ", ""), text.replace(" ", "")
    whole = fuzz.ratio(squeezed_wanted, squeezed) / 100
    if len(squeezed_wanted) < 2:
        return whole
    if len(squeezed) < len(squeezed_wanted) - 2:
        return whole if _all_said(wanted, text) else 0.9 * whole
    if squeezed_wanted in squeezed and _on_word_edges(wanted, text):
        return max(whole, 0.9 + 0.1 * len(squeezed_wanted) / len(squeezed))
    words = text.split()
    parts = []
    for token in wanted.split():
        best = max(fuzz.ratio(token, word) for word in words)
        if len(token) <= 3 and best < 80:
            best = 0.0
        elif len(token) >= 5:
            best = max(
                best, 0.97 * fuzz.partial_ratio(token, squeezed) if len(token) >= 5 else best
            )
        parts.append(best / 100 if best >= 75 else best / 200)
    weights = [len(token) for token in wanted.split()]
    spoken = sum(p * w for p, w in zip(parts, weights, strict=True)) / sum(weights)
    covered = min(1.0, len(squeezed_wanted) / len(squeezed))
    return max(whole, min(spoken, *parts) * (0.86 + 0.12 * covered))


def _all_said(wanted: str, text: str) -> bool:
    """Whether a shorter text has all the words that matter: "platform" is no "platform of S 8"."""
    from rapidfuzz import fuzz

    said = [word for word in wanted.split() if len(word) > 2 or word.isdecimal()]
    return all(max(fuzz.ratio(word, other) for other in text.split()) >= 75 for word in said)


def _on_word_edges(wanted: str, text: str) -> bool:
    """Latin words must not be cut out of the middle of others ("tea" in "steak")."""
    if not wanted.isascii():
        return True
    pattern = r"\s?".join(re.escape(c) for c in wanted.replace(" ", ""))
    return bool(re.search(rf"(?<![^\W\d_]){pattern}(?![^\W\d_])", text))


def _as_label(text: str) -> str:
    """Plain, and "number" as labels have it: "no"."""
    return _NUMBER.sub(" no", plain(text)).strip()


def _is_of_column(value: Typed | None, lines: Sequence[Line], column: str | None) -> bool:
    """Whether a value may be of the column that is asked for: a quantity is no amount.

    Of several amounts in a row, none is told as the price of one.
    """
    if column == QUANTITY:
        return value is not None and value.value_type == "number"
    return column != UNIT_PRICE or len(amounts(lines[-1].spaced_text)) < 2


def _best_segment(line: Line, wanted: str) -> tuple[float, int, int]:
    """Best similarity in the line, the box it ends in and where in that box's text it ends."""
    best = (0.0, 0, 0)
    for index, word in enumerate(line.words):
        end = _label_end(word.text)
        for stop in {end, len(word.text)}:
            likeness = similarity(wanted, _as_label(word.text[:stop]))
            if likeness > best[0] + 0.01:
                best = (likeness, index, _said_end(wanted, word.text, stop))
        if index:
            joined = _as_label(" ".join(w.text for w in line.words[: index + 1]))
            likeness = similarity(wanted, joined)
            if likeness > best[0] + 0.02:
                best = (likeness, index, len(word.text))
    return best


def _label_end(text: str) -> int:
    """Where the label in a box ends: at the first colon, or before the first digit."""
    match = re.search(r"[:：=]", text) or re.search(r"(?<=\D{3})\s#?\d", text)
    return match.start() if match else len(text)


def _said_end(wanted: str, text: str, stop: int) -> int:
    """Where the words that were asked for end in the box, so that the value starts behind."""
    if stop < len(text):
        return stop
    last = (wanted.split() or [wanted])[-1]
    matches = list(re.finditer(re.escape(last), text, re.IGNORECASE))
    return matches[-1].end() if matches else len(text)


def _value_of(
    lines: Sequence[Line], index: int, word_index: int, end: int, *, wants_amount: bool
) -> tuple[Typed | None, tuple[Line, ...]]:
    line = lines[index]
    word = line.words[word_index]
    right = line.words[word_index + 1 :]
    behind = word.text[end:].strip(_SEPARATORS)
    row = spaced(line.words[word_index:])[end:]
    typed = typed_of(behind)
    sums = amounts(row) if typed is None or typed.value_type != "time" else []  # "9.30 am"
    if wants_amount or (sums and _all_numbers(right) and not re.search(r"[^\W\d]{3}", behind)):
        if sums:
            return sums[-1], (line,)
    elif _is_value(behind, word.text[end:], right):
        return typed_of(_up_to_next_label(behind)), (line,)
    elif not _heads_columns(lines, index):
        for other in right:
            text = _up_to_next_label(other.text.strip(_SEPARATORS))
            if text:
                return typed_of(text), (line,)
    below = _below(lines, index, word, wants_amount=wants_amount)
    return (below[0], (line, below[1])) if below else (None, (line,))


def _is_value(behind: str, raw: str, right: Sequence[Word]) -> bool:
    """Whether the rest of a label's box is its value, and not more of the label."""
    if re.search(r"\d", behind) or re.match(r"\s*[:：=]\s*\S", raw):
        return bool(behind)
    return bool(behind) and not right and len(behind.split()) == 1


def _heads_columns(lines: Sequence[Line], index: int) -> bool:
    """Whether the row holds the heads of columns: a value with a digit stands below each word."""
    if index + 1 >= len(lines) or len(lines[index].words) < 2:
        return False
    values = [word for word in lines[index + 1].words if re.search(r"\d", word.text)]
    return not re.search(r"[\d:：]", lines[index].text) and all(
        any(overlap(value, head) > 0 for value in values) for head in lines[index].words
    )


def _all_numbers(words: Sequence[Word]) -> bool:
    return all(not re.search(r"[^\W\d]{4}", word.text) for word in words)


def _up_to_next_label(text: str) -> str:
    match = _NEXT_LABEL.search(text)
    return (text[: match.start()] if match else text).strip(_SEPARATORS)


def typed_of(text: str) -> Typed | None:
    """The text as the typed value that fills most of it, else as text."""
    text = text.strip()
    if not text:
        return None
    for typed in typed_values(text):
        filled = (typed.end - typed.start) / len(text)
        if filled >= (0.9 if typed.value_type == "number" else 0.6):
            return typed
    return Typed(text, "text", 0, len(text))


def _below(
    lines: Sequence[Line], index: int, label: Word, *, wants_amount: bool
) -> tuple[Typed, Line] | None:
    """The value under a label: in a box below that overlaps it, or the sum of the row below."""
    if index + 1 >= len(lines):
        return None
    line, below = lines[index], lines[index + 1]
    if below.level_xyxy[1] - line.level_xyxy[3] > 1.5 * line.height:
        return None
    sums = amounts(below.spaced_text)
    if sums and "%" in below.text:  # a share with its amount is a row of its own
        return None
    if sums and (wants_amount or (_all_numbers(below.words) and len(line.words) == 1)):
        return sums[-1], below
    heads = _heads_columns(lines, index)
    for word in below.words:
        shared = overlap(word, label)
        width = min(
            word.level_xyxy[2] - word.level_xyxy[0], label.level_xyxy[2] - label.level_xyxy[0]
        )
        typed = typed_of(word.text.strip(_SEPARATORS))
        opens = label.text.rstrip().endswith((":", "：")) or heads
        if typed and shared >= 0.5 * width and (opens or typed.value_type != "text"):
            return typed, below
    return None
