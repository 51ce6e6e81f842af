"""The own words of a sentence: not what it quotes, nor what it says is written."""

from __future__ import annotations

from collections.abc import Sequence

from agent.answer import Language
from agent.grounding.literals import QUOTED, normalise, stands_in
from agent.grounding.references import CITATION, REFERENCE
from tools.evidence import Evidence
from tools.words.predicates import pattern_of

_END = " .。!！?？"


def own_words(template: str, evidence: Sequence[Evidence], language: Language) -> str:
    """The template without citations and quotations; references stay where they stand.

    What follows "says" is a quotation too, where the cited text holds it as it stands.
    """
    text = normalise(CITATION.sub("", template))
    text = QUOTED.sub(lambda quote: " ".join(["", *_references(quote[0]), ""]), text)
    for says in pattern_of(language, "says").finditer(text):
        if stands_in(text[says.end() :].strip(_END + ":："), evidence):
            return text[: says.end()]
    return text


def _references(text: str) -> list[str]:
    return [match[0] for match in REFERENCE.finditer(text)]
