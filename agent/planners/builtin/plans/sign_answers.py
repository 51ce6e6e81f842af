"""What the text of a sign, a notice or a label answers: the lines that do, quoted by reference.

Each answer is a turn of `plans.signs`; None where the text does not answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from agent.grounding.notices import Question
from agent.grounding.wording import WORDING, language_of
from agent.planners.builtin.plans.kinds import Turn, said
from agent.planners.builtin.plans.sign_questions import UNITS, SignQuestion, measure
from tools.evidence import Evidence
from tools.reading.labels import field_of
from tools.reading.notices import spans_about
from tools.reading.rules import ENTERING, Decision, Statement, statements
from tools.words.notices import pattern, topics
from tools.words.questions import HAN

CAPTION = 0.6
"""A caption stands below this share of the picture's height."""
MOST_LINES = 2
"""A text of so few lines is all caption, and a topic of more places is not told by one of them."""
_PAPER = re.compile(r"\b(?:sign|notice|label|poster|board|menu|banner|placard)\b", re.IGNORECASE)
_ARROW = r"[←→↑↓↖↗↘↙⇐⇒<>]"
_PERCENT = r"\d\s*[%％]|\d(?:\.\d)?\s*折|\bhalf\b|半价|\d.*\boff\b"
_NUMBER = r"\b[A-Z]?\d+[A-Z]?\b"
_NUMERAL = re.compile(r"\d+(?:[.,:]\d+)*")
_OF_TEMPLATES = re.compile(r"[{}\[\]]")
"""Marks that a template would take for its own."""


@cache
def _wanted(what: str) -> re.Pattern[str]:
    """What a line has to say of its topic: a direction, a distance, a reduction, a number."""
    patterns = {
        "direction": lambda: f"{_ARROW}|{pattern('direction').pattern}",
        "distance": lambda: "|".join(measure(unit).pattern for unit in UNITS),
        "reduction": lambda: _PERCENT,
        "number": lambda: _NUMBER,
        "limited price": lambda: (
            rf"(?:{pattern('from').pattern})\W{{0,2}}\S{{0,3}}?\d[\d.,]*\S*|\d[\d.,]*\s*元?起"
        ),
    }
    return re.compile(patterns[what](), re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """What was read: all the text, and its lines, as evidence."""

    whole: Evidence
    lines: list[Evidence]
    question: str

    @property
    def texts(self) -> list[str]:
        """What stands in each line."""
        return [line.text or "" for line in self.lines]

    @property
    def is_zh(self) -> bool:
        """Whether the answer is Chinese."""
        return language_of(self.question) == "zh"

    def given(self, at: Sequence[int]) -> str:
        """These lines by reference, for a short answer."""
        space = "" if any(HAN.search(self.texts[i]) for i in at) else " "
        return space.join(f"{{{self.lines[i].id}.text}}" for i in at)

    def literal(self, text: str, at: Sequence[int]) -> str:
        """Words of these lines for a short answer; the lines where a template would err."""
        return self.given(at) if _OF_TEMPLATES.search(text) else text.strip()

    def quoted(
        self, at: Sequence[int], short: str | None = None, *, truth: bool | None = None
    ) -> Turn:
        """The turn that quotes these lines, behind yes or no where one follows."""
        lines = [self.lines[i] for i in sorted(set(at))]
        ids = " ".join(line.id for line in lines)
        word = (
            "" if truth is None else WORDING[language_of(self.question)]["yes" if truth else "no"]
        )
        if self.is_zh:
            quotes = "、".join(f"“{{{line.id}.text}}”" for line in lines)
            sentence = f"{word}：" if word else ""
            return said(f"{sentence}上面写着{quotes} [{ids}]。", word if short is None else short)
        quotes = ", ".join(f'"{{{line.id}.text}}"' for line in lines)
        paper = _PAPER.search(self.question)
        who = f"the {paper[0].casefold()}" if paper else "it"
        begin = f"{word.capitalize()}: {who}" if word else who[:1].upper() + who[1:]
        return said(f"{begin} says {quotes} [{ids}].", word if short is None else short)


def answered(asked: Question | SignQuestion, page: Page) -> Turn | None:
    """The answer that the text gives to a question; None where it gives none."""
    return (
        _yes_no(asked, page) if isinstance(asked, Question) else _ANSWERS[asked.form](asked, page)
    )


def page_of(evidence: Sequence[Evidence], question: str) -> Page | None:
    """What a look at all the text reported; None where there is no text."""
    lines = [e for e in evidence if e.group == "line"]
    return Page(evidence[0], lines, question) if lines else None


def _yes_no(asked: Question, page: Page) -> Turn | None:
    decision = asked.decided(page.texts)
    if decision is not None:
        return page.quoted(decision.at, truth=decision.truth)
    if asked.asked in ("allowed", "forbidden") and ENTERING in topics(asked.topic):
        only = [s for s in statements(page.texts) if s.rule.is_only]
        return page.quoted([i for s in only for i in s.at]) if only else None
    return None


def silent(asked: Question | SignQuestion, page: Page) -> Decision | None:
    """The decision where it follows from a list that does not name what is asked for."""
    decision = asked.decided(page.texts) if isinstance(asked, Question) else None
    return decision if decision is not None and decision.is_silent else None


def not_listed(decision: Decision, looked: list[Evidence], page: Page) -> Turn | None:
    """ "Milk is not listed", where a search for it found none."""
    if not looked or looked[0].status != "none":
        return None
    none, lines = looked[0], [page.lines[i] for i in decision.at]
    ids = " ".join(e.id for e in [*lines, none])
    if page.is_zh:
        quotes = "、".join(f"“{{{line.id}.text}}”" for line in lines)
        return said(f"否：没有{{{none.id}.label}}，上面写着{quotes} [{ids}]。", "否")
    quotes = ", ".join(f'"{{{line.id}.text}}"' for line in lines)
    return said(f"No: {{{none.id}.label}} is not listed; it says {quotes} [{ids}].", "no")


def _rules(allows: bool) -> Callable[[SignQuestion, Page], Turn | None]:
    def answer(_: SignQuestion, page: Page) -> Turn | None:
        found = [s for s in statements(page.texts) if s.rule.allows is allows]
        return _stated(found, page)

    return answer


def _stated(found: Sequence[Statement], page: Page) -> Turn | None:
    if not found:
        return None
    whats = dict.fromkeys(_what(s, page) for s in found)
    return page.quoted([i for s in found for i in s.at], ", ".join(whats))


def _what(statement: Statement, page: Page) -> str:
    """What a rule is about, as it stands in a line of its own words; else that line."""
    what = statement.rule.what
    if not HAN.search(what) and any(what in page.texts[i] for i in statement.at):
        return page.literal(what, statement.at)
    return page.given(statement.at[:1])


def _words(_: SignQuestion, page: Page) -> Turn | None:
    if HAN.search(page.whole.text or ""):
        return None
    number = f"{{words {page.whole.id}}}"
    if page.is_zh:
        return said(f"共有{number}个词 [{page.whole.id}]。", number)
    return said(f"I count {number} words [{page.whole.id}].", number)


def _caption(_: SignQuestion, page: Page) -> Turn | None:
    """The lowest lines; all of a text of a line or two."""
    height = page.whole.picture.height
    low = [i for i, line in enumerate(page.lines) if _middle_y(line) > CAPTION * height]
    at = low if low and len(page.lines) > 1 else range(len(page.lines))
    if len(at) > MOST_LINES and not low:
        return None
    return page.quoted(at, page.given(at))


def _middle_y(line: Evidence) -> float:
    _, top, _, bottom = line.box_xyxy or (0, 0, 0, 0)
    return (top + bottom) / 2


def _about(wants: str | None) -> Callable[[SignQuestion, Page], Turn | None]:
    """Quotes the line that speaks of the topic, with what is wanted in it or in the next line."""

    def answer(asked: SignQuestion, page: Page) -> Turn | None:
        noun = asked.others[0] if asked.form == "about" else ""
        about = spans_about(page.texts, f"{noun} {asked.topic}")
        for span in about if len(about) <= MOST_LINES else ():
            for taken in (span, (*span, span[-1] + 1)):
                if taken[-1] >= len(page.lines):
                    break
                text = " ".join(page.texts[i] for i in taken)
                rest = topics(text) - topics(asked.topic)
                if wants is None and any(not word.isdigit() for word in rest):
                    whole = (*taken, *_going_on(page.texts, taken[-1] + 1))
                    return page.quoted(whole, page.given(whole))
                if wants is not None and (found := _wanted(wants).search(text)):
                    return page.quoted(taken, _short(found, page, taken))
        return None

    return answer


def _going_on(texts: Sequence[str], at: int) -> tuple[int, ...]:
    """The line at `at` where it says where or when: "on the bridge"."""
    return (at,) if at < len(texts) and pattern("qualifies").match(texts[at]) else ()


def _short(found: re.Match[str], page: Page, taken: Sequence[int]) -> str:
    """What was found, where it is a number; else the lines as they stand."""
    is_number = bool(re.search(r"\d", found[0])) and any(found[0] in page.texts[i] for i in taken)
    if not is_number or HAN.search(found[0]):
        return page.given(taken)
    return page.literal(found[0], taken)


def _from(asked: SignQuestion, page: Page) -> Turn | None:
    """A price that a word beside it limits ("from 199"): it is told with that word."""
    for span in spans_about(page.texts, asked.topic):
        text = " ".join(page.texts[i] for i in span)
        if found := _wanted("limited price").search(text):
            return page.quoted(span, _short(found, page, span))
    return None


def _who(asked: SignQuestion, page: Page) -> Turn | None:
    only = [s for s in statements(page.texts) if s.rule.is_only]
    about = [s for s in only if topics(asked.topic) & topics(s.rule.what)] or only
    return _stated(about, page)


def _label(asked: SignQuestion, page: Page) -> Turn | None:
    """What follows a word such as "Danger": in its line, or in the next one."""
    is_danger = not asked.topic or pattern("danger").fullmatch(asked.topic)
    names = (
        pattern("danger").pattern if is_danger else "|".join(map(re.escape, asked.topic.split()))
    )
    for behind in (r"\s*[:：=]\s*", r"\W*"):
        named = re.compile(rf"(?<!\w)(?:{names})(?!\w){behind}(?P<rest>.*)", re.IGNORECASE)
        for at, text in enumerate(page.texts):
            if (found := named.search(text)) is None:
                continue
            if found["rest"]:
                return page.quoted([at], page.literal(found["rest"], [at]))
            if at + 1 < len(page.lines):
                return page.quoted([at, at + 1], page.given([at + 1]))
    return None


def _number(asked: SignQuestion, page: Page) -> Turn | None:
    """The only number, or the one beside a word: ROOM / 305; fields are the weights'."""
    if not asked.topic:
        found = [(at, m) for at, text in enumerate(page.texts) for m in _NUMERAL.finditer(text)]
        return page.quoted([found[0][0]], found[0][1][0]) if len(found) == 1 else None
    if field_of(f"{asked.topic} number") is not None:
        return None
    return _about("number")(asked, page)


def _either(asked: SignQuestion, page: Page) -> Turn | None:
    """The one of two words that is written."""
    said_at = {
        word: [i for i, text in enumerate(page.texts) if _word(word).search(text)]
        for word in asked.others
    }
    written = [word for word, at in said_at.items() if at]
    if len(written) != 1:
        return None
    at = said_at[written[0]][:1]
    found = _word(written[0]).search(page.texts[at[0]])
    return page.quoted(at, found[0] if found else None)


def _word(word: str) -> re.Pattern[str]:
    return re.compile(
        word if HAN.search(word) else rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE
    )


def _measure(asked: SignQuestion, page: Page) -> Turn | None:
    """The one number of that unit."""
    found = [
        (at, match[0])
        for at, text in enumerate(page.texts)
        for unit in asked.others
        for match in measure(unit).finditer(text)
    ]
    return page.quoted([found[0][0]], found[0][1]) if len(found) == 1 else None


_ANSWERS: dict[str, Callable[[SignQuestion, Page], Turn | None]] = {
    "forbidden": _rules(allows=False),
    "allowed": _rules(allows=True),
    "words": _words,
    "caption": _caption,
    "should go": _about(None),
    "where": _about("direction"),
    "far": _about("distance"),
    "off": _about("reduction"),
    "about": _about(None),
    "from": _from,
    "who": _who,
    "label": _label,
    "either": _either,
    "measure": _measure,
    "number": _number,
}
