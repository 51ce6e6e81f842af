"""What is written of a thing, and what may be said of that: allowed, contained, free, open.

A notice's words are no things: whether dogs are allowed stands in its rules
(`tools.reading.rules`), and yes and no follow from those alone. A sentence of one's own ("Dogs are
not allowed.") agrees with the cited text, or is refused; so is a quotation that leaves off the word
which forbids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from agent.answer import Language
from agent.grounding.ledger import Ledger
from agent.grounding.literals import normalise, quotes
from agent.grounding.own_words import own_words
from agent.grounding.references import CITATION, fill
from tools.evidence import Evidence
from tools.reading.notices import Asked, decide
from tools.reading.rules import Decision, Rule, rules_of, ruling
from tools.words.forms import form_of
from tools.words.notices import pattern, topics

READ = "read_text"
_GIVEN = re.compile(r"\{\s*e\d+\.(?:text|value)\s*\}")
"""What is said in the picture's words."""
_JOINT = re.compile(r"\b(?:and|but|while|whereas|or)\b|但是?|而|并且", re.IGNORECASE)
_IT = {"it", "they", "you", "the shop", "the store", "this shop", "the place",
       "店", "商店", "这家店", "这里"}  # fmt: skip
"""What is open or closed where nothing else is named."""
_INGREDIENTS = re.compile(
    r"\bcontain|\binclude|ingredient|\bin (?:it|them|this)\b|含|配料|成分|里面", re.IGNORECASE
)
_WHICH = re.compile(r"\b(?:what|which|who|where|when|how)\b", re.IGNORECASE)
_WHICH_ZH = re.compile(r"什么|哪|谁|多少|几")
_READS = re.compile(
    r"\b(?:text|words?|writing|letters?|dates?|prices?|codes?|numbers?)\b|字|码|日期"
)


@dataclass(frozen=True)
class Question:
    """A yes/no question about what is written: what it asks, and of what."""

    asked: Asked
    topic: str

    def decided(self, lines: Sequence[str]) -> Decision | None:
        """What the lines say to it; None where they do not speak of it."""
        return decide(self.asked, self.topic, lines)


def notice_question(text: str) -> Question | None:
    """The question as one about what is allowed, contained, free, open …; None for any other."""
    found = form_of("notice_questions", text)
    if found is None or _WHICH_ZH.search(text):
        return None
    asked, match = cast("Asked", found[0]), found[1]
    parts = match.groupdict()
    topic = f"{parts.get('who') or ''}{parts['topic']} {parts.get('where') or ''}".strip()
    if asked == "contains" and (not _INGREDIENTS.search(text) or _READS.search(topic)):
        return None
    if asked in ("open", "closed"):
        return Question(asked, "" if topic.casefold() in _IT else topic)
    return Question(asked, topic) if topics(topic) and not _WHICH.search(topic) else None


def lines_of(evidence: Iterable[Evidence]) -> list[str]:
    """The lines of the texts that were read and found, each once, in order."""
    texts = (e.text for e in evidence if e.tool == READ and e.status == "found" and e.text)
    return list(dict.fromkeys(line for text in texts for line in text.splitlines() if line.strip()))


def says_so(word: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a word of a sentence that states a rule is one of the texts' own, or of rules."""
    written = topics("\n".join(lines_of(evidence)))
    return bool(pattern("explicit").fullmatch(word)) or topics(word) <= written


def decided(question: str, evidence: Sequence[Evidence]) -> bool | None:
    """The yes or no that follows from the texts; None where neither does."""
    asked = notice_question(question)
    decision = asked.decided(lines_of(evidence)) if asked else None
    return decision.truth if decision else None


def own_rules(
    template: str, text: str, evidence: Sequence[Evidence], ledger: Ledger, language: Language
) -> list[Rule]:
    """The rules that a sentence states in its own words, with the labels that it refers to.

    `text` is the sentence filled in.
    """
    if not pattern("explicit").search(text):
        return []
    own = _GIVEN.sub(" ", own_words(template, evidence, language))
    own = fill(own, ledger, language).text
    clauses = [own, *_JOINT.split(own)] if pattern("explicit").search(own) else []
    return [rule for clause in clauses for rule in rules_of(clause)]


def unfounded(rules: Sequence[Rule], evidence: Sequence[Evidence]) -> str | None:
    """What is wrong with rules that a sentence states itself; None where the texts do, too."""
    lines = lines_of(evidence)
    stated = [(item, rule.allows) for rule in rules for item in rule.items]
    for item, allows in stated:
        found = ruling(lines, item)
        if found is None or found.truth is not allows:
            return "what is written does not say so; quote it"
    return None


def cut_short(text: str, evidence: Sequence[Evidence]) -> str | None:
    """Words of a text that say the opposite by themselves: "DOGS ALLOWED" of NO DOGS ALLOWED."""
    for rule in rules_of(text):
        found = ruling(lines_of(evidence), rule.what)
        if found is not None and found.truth is (not rule.allows):
            return f"{text!r} leaves off what turns it round; quote the whole line"
    return None


def misquoted(template: str, evidence: Sequence[Evidence], language: Language) -> str | None:
    """What is wrong with what a sentence quotes, in quotation marks or behind "says"."""
    text = normalise(CITATION.sub("", template))
    if not pattern("explicit").search(text):
        return None
    own = own_words(template, evidence, language)
    said = [text[len(own) :]] if text.startswith(own) else []
    problems = (cut_short(quote, evidence) for quote in [*quotes(text), *said])
    return next(filter(None, problems), None)
