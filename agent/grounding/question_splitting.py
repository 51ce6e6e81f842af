"""A question that asks for several things as one text for each, in English and Chinese.

It is split where one clause asks and the next one does, too: "How many dogs are there, and what is
the total?"; and where fields of a document are listed: "total, tax and tip".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.grounding.asking import asks, asks_openly
from agent.grounding.field_names import (
    field_of_match,
    field_pattern,
    may_name_a_field,
    names_a_field,
)
from tools.words.questions import HAN

_SENTENCE = re.compile(
    r"(?<=[?？!。])\s*(?=\S)|;\s*|；|(?<=[a-z]{3}\.)\s+(?=[A-Z][a-z]+ )", re.IGNORECASE
)
_WHICH = r"(?:what|which|who|whose|when|where|why|how)\b"
_SUBJECT = (
    r"(?:there|it|he|she|they|we|you|this|that|these|those|the|an?|any|his|her|its|their|my"
    r"|[a-z]{2,}s|\w+(?= (?:allowed|permitted|included|open|closed|free|visible)\b))\b"
)
_WHETHER = (
    rf"(?:(?:is|are|was|were|do|does|did|can|could|will|would)(?:n['’]t)? {_SUBJECT}(?! \w+est\b)"
    r"|(?:has|have|had) (?:it|he|she|they|the|this|that)\b|whether\b|if\b"
    r"|(?:tell|give|show|count|read|describe|list)\b)"
)
_CLAUSE = re.compile(
    rf",?\s*\b(?:and|but)\s+(?:(?:also|then|please)\s+)?(?={_WHICH}|{_WHETHER})"
    rf"|,\s*(?:also\s+)?(?={_WHICH}|{_WHETHER})"
    r"|[，,]\s*(?:还有|以及|另外|并且|而且|同时|和|那么?|请问)?(?=[\u4e00-\u9fff])(?![还或])"
    r"|(?:和|以及|还有)(?=(?:有?[几多]|有没有|什么|哪|谁|怎|是不是|[它他她]))",
    re.IGNORECASE,
)
"""Where another clause may begin; it does where both sides ask."""
_COMMA = re.compile(
    r"\s*(?:[,，、]\s*(?:and\s+|和)?|\band\b|(?<!\S)(?:und|et|y|e|en|dan)(?!\S)|和|以及|及)\s*",
    re.IGNORECASE,
)
_INDIRECT = re.compile(
    r"^(?:tell me )?(?:whether|if) (?P<subject>there|it|he|she|they|this|that|the \w+) "
    r"(?P<verb>is|are|was|were|has|have|can)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"还是|或者?")
"""What only lets choose between what was asked before: "哪个更大，猫还是狗？"."""


def asked_texts(question: str) -> list[tuple[str, str]]:
    """The texts that ask for one thing each, in their order, and what each is called; at least one.

    What asks for nothing ("Hello!") is left out, where something else asks.
    """
    sentences = [s for s in _SENTENCE.split(question.strip()) if asks(s)] or [question]
    return [
        listed
        for sentence in sentences
        for clause in _clauses(sentence)
        for listed in _listed(clause)
    ]


def _clauses(sentence: str) -> Iterator[str]:
    """The clauses of a sentence that ask; what asks for nothing stays with what follows it."""
    begin = at = 0
    for match in _CLAUSE.finditer(sentence):
        left, right = sentence[begin : match.start()], sentence[match.end() :]
        next_one = _CHOICE.sub("", right.split("，")[0])
        if match.start() < at or not (_asks_alone(left) and asks_openly(next_one)):
            continue
        yield _direct(left)
        begin = at = match.end()
    yield _direct(sentence[begin:])


def _asks_alone(clause: str) -> bool:
    bare = re.sub(r"^(?:the|its)\s+", "", clause.strip(" ,，"), flags=re.IGNORECASE)
    return asks_openly(clause) or names_a_field(bare)


def _direct(clause: str) -> str:
    """A clause as a question: "whether it was paid" is "was it paid"."""
    return _INDIRECT.sub(lambda m: f"{m['verb']} {m['subject']}", clause.strip())


def _listed(sentence: str) -> list[tuple[str, str]]:
    """A sentence that asks for several fields as a sentence for each, and the field's own words.

    "What are the total, tax and tip?": total, tax, tip.
    """
    pieces = _COMMA.split(sentence.strip(" ?？.。"))
    found = [list(field_pattern().finditer(piece)) for piece in pieces]
    fields = {field_of_match(match) for matches in found for match in matches}
    others = {piece for piece, matches in zip(pieces, found, strict=True) if not matches}
    if others and found[0] and all(map(may_name_a_field, others)):
        fields |= others  # "cash" names one beside others only
    if len(pieces) < 2 or len(fields) < len(pieces) or any(len(m) > 1 for m in found):
        return [(sentence, sentence.strip())]
    lead = re.sub(r"\bare\b", "is", pieces[0][: found[0][0].start()])
    names = [m[0][0] if m else piece for piece, m in zip(pieces, found, strict=True)]
    return [
        (f"{lead}{name}是多少？" if HAN.search(name) else f"{lead}{name}?", name) for name in names
    ]
