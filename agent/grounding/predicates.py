"""Whether a sentence's own words are carried: by the evidence, or by the closed set of predicates.

Around what evidence carries (references, quotations, numbers, dates, labels, names) a sentence may
only use the words of `tools/words/predicates.txt`: everything else would say more than was seen.
What such a word itself says is checked here as well: where something lies, what is more, what is
the same, what is a percentage. Negations are `agent.grounding.polarity`'s.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from agent.answer import Language
from agent.grounding import literals
from agent.grounding.estimates import carried_contents, said_as, things_in_question
from agent.grounding.naming import may_be, names_of
from agent.grounding.notices import says_so
from agent.grounding.own_words import own_words
from agent.grounding.polarity import OPENING
from agent.grounding.references import INSERTED, REFERENCE, alike
from agent.grounding.relations import without_relation
from tools.evidence import Evidence
from tools.reading.labels import field_of
from tools.words.labels import COLOURS, GROUPS, chinese
from tools.words.places import PLACES
from tools.words.predicates import pattern_for, pattern_of
from tools.words.questions import HAN
from tools.words.sentences import label_places, label_spans

_WORD = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*")
_CONTRACTED = re.compile(r"\b(?:is|are|was|were|do|does|did|has|have|ca|could|would)n['’]t\b", re.I)
_SHORTEST_STEM = 4
_COMPARES = re.compile(r"\{\s*(most|least|same|difference)\s")
_MORE = re.compile(
    r"\b(?:more|most|larg|high|long|greater|later|newer|dear)|更[多大高晚贵]|最[多大高贵]", re.I
)
_FEWER = re.compile(
    r"\b(?:less|least|few|small|low|short|earl|old|cheap)|更[少小低早]|最[少小低]|便宜", re.I
)
_SLACK = 0.1
"""How far beyond the middle of the picture (of its width or height) "left" still reaches."""
_BESIDE = re.compile(r"\b(?:in|on|at|with)\s+(?:(?:the|an?|this|that|its)\s+)?$", re.I)
_PERCENT = re.compile(r"\bper ?cent(?:age)?s?\b|[%％]|百分", re.I)


def wrong_words(
    template: str,
    evidence: Sequence[Evidence],
    language: Language,
    *,
    states_rule: bool = False,
) -> str | None:
    """What of a sentence's own words nothing carries; None if all is well.

    One that states a rule of the cited texts may use their words (`agent.grounding.notices`).
    """
    own = OPENING.sub("", own_words(template, evidence, language))
    own, unlike = without_relation(own, evidence, language)
    literal = REFERENCE.sub(f" {INSERTED} ", own)
    return (
        unlike
        or _uncarried(literal, evidence, language, states_rule=states_rule)
        or _not_worked_out(own, evidence, language)
        or _elsewhere(literal, own, evidence, language)
        or _wrong_unit(literal, evidence)
    )


def _uncarried(
    literal: str, evidence: Sequence[Evidence], language: Language, *, states_rule: bool
) -> str | None:
    """The words that are neither predicates nor the evidence's."""
    for left in _left_over(literal, evidence, language):
        if not _is_carried(left, evidence) and not (states_rule and says_so(left, evidence)):
            return (
                f"{left!r} is not carried by the evidence; say what it shows by reference or in "
                "quotation marks, with plain words (is, has, shows, says) around it"
            )
    return None


def _left_over(literal: str, evidence: Sequence[Evidence], language: Language) -> Iterator[str]:
    """What is no predicate, number, date, label, nor a phrase of the evidence's label or value."""
    text = literals.without_dates(literal)
    text = pattern_for(sorted(_phrases(evidence))).sub(" ", text)
    carried = {word for e in evidence for word in names_of(e) | things_in_question(e)}
    for start, end, label in reversed(list(label_spans(text, language))):
        if label in carried or (label in GROUPS and any(may_be(e, label) for e in evidence)):
            text = f"{text[:start]} {text[end:]}"
    text = literals.without_numbers(_CONTRACTED.sub(" ", text), language)
    text = pattern_of(language).sub(" ", text)
    if language == "zh":
        text = pattern_of("en", "paper").sub(" ", text)
    yield from (match[0] for match in _WORD.finditer(text))


def _phrases(evidence: Sequence[Evidence]) -> set[str]:
    """What evidence is called: its label, the other names of that field, its value.

    Also what is printed before the value.
    """
    names: set[str] = set()
    for e in evidence:
        names |= {str(c) for c in (e.label, e.group, e.value, e.member) if c is not None}
        names |= said_as(e)
        for label in filter(None, (e.label, e.member)):
            names.add(chinese(label, "colour" if e.value_type == "share" else "object"))
            names |= _names_of_field(label) if e.group is None else frozenset()
        if e.text is not None and e.value is not None and str(e.value) in e.text:
            names.add(e.text[: e.text.index(str(e.value))].strip(" \n:：."))
    return {literals.normalise(name) for name in names if len(name) > 1 or HAN.search(name)}


@cache
def _names_of_field(label: str) -> frozenset[str]:
    field = field_of(label)
    return frozenset(field.names) if field else frozenset()


def _is_carried(word: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a word is one of a label or value, or a name or number in a text of a value."""
    said = re.sub(r"['’]s$", "", word).casefold()
    own = set(_words(c for e in evidence for c in carried_contents(e)))
    if said in own or any(_is_stem(said, name) for name in own):
        return True
    if HAN.search(said) and any(said in name for name in own):
        return True
    is_name = word[0].isupper() or any(c.isdigit() for c in word)
    texts = (e.text for e in evidence if e.value is not None and e.value_type != "characters")
    return is_name and said in set(_words(texts))


def _is_stem(said: str, name: str) -> bool:
    """Whether they are forms of one word: bright, brighter, brightness; code, codes."""
    stem = re.sub(r"(?:er|est|ly|ed|s)$", "", said)
    return len(stem) >= _SHORTEST_STEM and (name.startswith(stem) or said.startswith(name + "s"))


def _words(contents: Iterable[object]) -> Iterator[str]:
    for content in contents:
        if content is not None:
            yield from (m[0].casefold() for m in _WORD.finditer(literals.normalise(content)))


def _not_worked_out(own: str, evidence: Sequence[Evidence], language: Language) -> str | None:
    """A comparison that no reference works out, or that says the opposite of the one that does."""
    operations = set(_COMPARES.findall(own))
    said = REFERENCE.sub(" ", own)
    if pattern_of(language, "comparison").search(said):
        problem = _wrong_comparison(operations, said, evidence)
        if problem is not None:
            return problem
    shares = _ranked(own, evidence) if pattern_of(language, "ordering").search(said) else []
    if any(earlier < later for earlier, later in itertools.pairwise(shares)):
        return "it names the smaller share first"
    if "same" in operations:
        return None
    differ = pattern_of(language, "difference").search(said)
    compares = differ or pattern_of(language, "sameness").search(said)
    if compares and (len(evidence) < 2 or alike(evidence) is bool(differ)):
        return "the cited evidence does not say so; write {same e1 e2}"
    return None


def _wrong_comparison(operations: set[str], said: str, evidence: Sequence[Evidence]) -> str | None:
    """A sentence that says "more" or "less" without its reference, or of what is equal."""
    if not operations & {"most", "least", "difference"}:
        return "it compares; write what is more by reference: {most e1 e2}, {least e1 e2}"
    opposite = _FEWER if "most" in operations else _MORE
    if operations & {"most", "least"} and opposite.search(said):
        return "it says the opposite of what its reference works out"
    if all(e.value_type == "share" for e in evidence) and alike(evidence):
        return "the shares are equal, as far as they can be measured; say that they are equal"
    return None


def _ranked(own: str, evidence: Sequence[Evidence]) -> list[float]:
    """The shares of the colours that a sentence names, in its order."""
    shares = {e.id: float(str(e.value)) for e in evidence if e.value_type == "share"}
    named = [match[1].partition(".")[0] for match in REFERENCE.finditer(own)]
    return [shares[i] for i in dict.fromkeys(named) if i in shares]


def _elsewhere(
    literal: str, own: str, evidence: Sequence[Evidence], language: Language
) -> str | None:
    """A place that the boxes do not have, or of one thing beside another."""
    said = literal.replace(INSERTED, " ")
    placed = [e for e in evidence if e.status == "found"]
    for place, pattern in PLACES.items():
        if pattern.search(said) and not (placed and all(_lies(e, place) for e in placed)):
            return f"what it cites is not at the {place} of the picture"
    named = [m.start() for m in re.finditer(r"\{\s*e\d+\.label", own)]
    named += [start for start, label in label_places(own, language) if label not in COLOURS]
    if any(_BESIDE.search(own[:start]) for start in named):
        return "where things are to one another is not evidence"
    return None


def _lies(evidence: Evidence, place: str) -> bool:
    if evidence.box_xyxy is None:
        return False
    left, top, right, bottom = evidence.box_xyxy
    x = (left + right) / 2 / evidence.picture.width
    y = (top + bottom) / 2 / evidence.picture.height
    near = 0.5 + _SLACK
    return {
        "left": x <= near,
        "right": x >= 1 - near,
        "top": y <= near,
        "bottom": y >= 1 - near,
        "middle": _SLACK < x < 1 - _SLACK and _SLACK < y < 1 - _SLACK,
    }[place]


def _wrong_unit(literal: str, evidence: Sequence[Evidence]) -> str | None:
    """A percentage that is an amount of money."""
    if _PERCENT.search(literal) and any(
        e.value_type == "amount" and not _PERCENT.search(f"{e.value} {e.text}") for e in evidence
    ):
        return "what it cites is an amount, not a percentage"
    return None
