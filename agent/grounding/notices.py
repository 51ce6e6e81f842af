"""What is written of a thing, and what may be said of that: allowed, contained, free, open.

A notice's words are no things: whether dogs are allowed stands in its rules (`tools.reading.rules`),
and yes and no follow from those alone. A sentence of one's own ("Dogs are not allowed.") agrees with
the cited text, or is refused; so is a quotation that leaves off the word which forbids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.answer import Language
from agent.grounding.ledger import Ledger
from agent.grounding.literals import normalise, quotes
from agent.grounding.own_words import own_words
from agent.grounding.references import CITATION, fill
from tools.evidence import Evidence
from tools.reading.notices import Asked, decide
from tools.reading.rules import Decision, Rule, rules_of, ruling
from tools.words.notices import pattern, topics

READ = "read_text"
_GIVEN = re.compile(r"\{\s*e\d+\.(?:text|value)\s*\}")
"""What is said in the picture's words."""
_PICTURE = r"(?: (?:in|on|at|according to) (?:the|this|that) (?:picture|image|photo|sign|notice|label|poster|board))?"
_BE = r"(?:is|are|was|were|am)"
_ALLOWED = r"(?:allowed|permitted|welcome|ok|okay|acceptable|legal)"
_BANNED = r"(?:forbidden|prohibited|banned|not allowed|not permitted|illegal|disallowed)"
_ENDS = r"(?: (?:here|there|inside|in here|in there))?"
_THE = r"(?:the |my |our |your |any )?"
_PAPER = "(?:picture|image|photo|photograph|scene|sign|receipt|bill|invoice|document|file|page|room|code)"
_WHO = r"(?:I|we|you|one|people|someone|anyone|they)"
_PATTERNS: tuple[tuple[Asked, str], ...] = (
    ("forbidden", rf"{_BE} (?:it |one )?{_BANNED} to (?P<topic>.+)"),
    ("forbidden", rf"{_BE} (?P<topic>.+?) {_BANNED}(?P<where>\b.*)"),
    ("forbidden", rf"does (?:it|the \w+|this \w+) (?:forbid|prohibit|ban|disallow)s? (?P<topic>.+)"),
    ("allowed", rf"{_BE} (?:it |{_WHO} )?(?:allowed|permitted|ok|okay|legal) to (?P<topic>.+)"),
    ("allowed", rf"{_BE} (?P<topic>.+?) {_ALLOWED}(?P<where>\b.*)"),
    ("allowed", rf"(?:does|do) (?:it|they|the \w+|this \w+) (?:allow|permit|let in)s? (?P<topic>.+)"),
    ("allowed", rf"(?:can|may|could) {_WHO} (?!see|find|tell|read|say|buy|get (?!in)|spot|count)(?P<topic>.+)"),
    (
        "allowed",
        rf"(?:can|may) (?P<topic>{_THE}.+ (?:enter|come in|go in|come inside|go inside|park|swim|smoke|"
        rf"ride|pass|be here|be brought.*|be taken.*|use .+|stay|stop|drive.*|camp|fish|run|play.*){_ENDS})",
    ),
    ("must", rf"(?:must|do|does|should) (?P<topic>{_THE}.+?) (?:be|have to be|need to be) (?P<where>.+)"),
    ("must", rf"{_BE} (?P<topic>.+?) (?:required|obligatory|mandatory|compulsory)"),
    ("free", rf"{_BE} {_THE}(?P<topic>.+?) (?:for )?free(?: of charge)?"),
    ("sale", rf"{_BE} {_THE}(?P<topic>.+?) (?:on sale|on offer|reduced|discounted|on special offer)"),
    ("open", rf"{_BE} (?P<topic>it|they|you|{_THE}.+?) open(?: now| today| right now)?"),
    ("closed", rf"{_BE} (?P<topic>it|they|you|{_THE}.+?) (?:closed|shut)(?: now| today| right now)?"),
    (
        "contains",
        rf"(?:does|do|did) (?:it|this|that|they|these|(?:the|this|that) (?!{_PAPER}\b)[\w ]+?) "
        rf"(?:really )?(?:contain|include|have)(?: any| some)? (?P<topic>.+?)(?P<in_it> in it| in them)?",
    ),
    ("contains", r"(?:is|are) there (?:any |some |an? )?(?P<topic>.+?) (?:in|inside) (?:it|them|this|these)"),
    ("contains", r"(?:is|are) (?P<topic>.+?) (?:one of the|among the|an?|in the) ingredients?(?: list)?"),
    ("forbidden", r"(?:这里|此处|图中|上面|牌子上)*(?:是否|是不是)?(?:禁止|不准|不许|不允许|严禁)(?P<topic>.+?)(?:吗|么|嘛)?"),
    (
        "allowed",
        r"(?:请问)?(?P<who>.*?)(?:可不可以|能不能|允不允许|准不准|是否允许|是否可以|可以|允许|能够|能|准许|让)"
        r"(?!看|读|数|找|告)(?P<topic>.+?)(?:吗|么|嘛)?",
    ),
    ("allowed", r"(?P<topic>.+?)(?:被允许|是允许的|允许|可以)(?:吗|么|嘛)"),
    ("free", r"(?P<topic>.+?)(?:是)?(?:不是)?免费(?:的)?(?:吗|么|嘛)?"),
    ("sale", r"(?P<topic>.+?)(?:在|有|正在)?(?:打折|特价|优惠|促销|降价)(?:吗|么|嘛)"),
    ("open", r"(?:现在)?(?P<topic>.*?)(?:现在)?(?:开门|营业|开着|开放)(?:了)?(?:吗|么|嘛)"),
    ("closed", r"(?:现在)?(?P<topic>.*?)(?:现在)?(?:关门|打烊|关着|停业)(?:了)?(?:吗|么|嘛)"),
    (
        "contains",
        r"(?:它|这个|这款|这|里面|其中|配料(?:表)?(?:中|里)?|成分(?:中|里)?|产品)*"
        r"(?:是否|有没有|是不是)?(?:含有|含|包含|有)(?P<topic>.+?)(?:成分)?(?:吗|么|嘛)?",
    ),
)  # fmt: skip
_ASKS = tuple((asked, re.compile(rf"{text}{_PICTURE}", re.IGNORECASE)) for asked, text in _PATTERNS)
_IT = {
    "it",
    "they",
    "you",
    "the shop",
    "the store",
    "this shop",
    "the place",
    "店",
    "商店",
    "这家店",
    "这里",
}
"""What is open or closed where nothing else is named."""
_INGREDIENTS = re.compile(
    r"\bcontain|ingredient|\bin (?:it|them|this)\b|含|配料|成分|里面", re.IGNORECASE
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
    plain = " ".join(text.replace("’", "'").split()).strip(" .?!？。！")
    plain = re.sub(
        r"^(?:so|and|but|please|hi|hello|well|tell me,?|请问)[, ，]+", "", plain, flags=re.I
    )
    for asked, form in _ASKS:
        match = form.fullmatch(plain)
        if match is None or _WHICH_ZH.search(plain):
            continue
        parts = match.groupdict()
        topic = f"{parts.get('who') or ''}{parts['topic']} {parts.get('where') or ''}".strip()
        if asked == "contains" and (not _INGREDIENTS.search(plain) or _READS.search(topic)):
            return None
        if asked in ("open", "closed"):
            return Question(asked, "" if topic.casefold() in _IT else topic)
        return Question(asked, topic) if topics(topic) and not _WHICH.search(topic) else None
    return None


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
    return rules_of(own) if pattern("explicit").search(own) else []


def unfounded(rules: Sequence[Rule], evidence: Sequence[Evidence]) -> str | None:
    """What is wrong with rules that a sentence states itself; None where the cited texts do, too."""
    lines = lines_of(evidence)
    for rule in rules:
        found = ruling(lines, rule.what)
        if found is None or found.truth is not rule.allows:
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
