"""Plans questions about what is written on a sign, a notice or a label.

The built-in weights look for dogs where it is asked whether dogs are allowed. Here the text is read
first, and what answers is quoted: 'No: it says "NO DOGS ALLOWED".' A question that may as well be
about things ("Is the door open?") is left to the weights where the text does not answer it; they do
not see that it was looked at (`without_first_look`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from agent.grounding.notices import Question, notice_question
from agent.grounding.wording import language_of
from agent.planners.builtin.kinds import Turn, abstain, reports, said
from agent.planners.builtin.sign_questions import UNITS, SignQuestion, sign_question
from agent.planners.conversation import pictures_of, present_question
from tools.evidence import Evidence
from tools.reading.notices import lines_about
from tools.reading.rules import Decision, Statement, statements
from tools.words.labels import CLASSES, canonical
from tools.words.notices import activities, pattern, topics
from tools.words.questions import HAN

READ = "read_text"
OF_TEXT = {"forbidden", "allowed", "must", "words", "caption", "should go", "far", "who"}
"""Questions that ask for words whatever the picture shows."""
CAPTION = 0.6
"""A caption stands below this share of the picture's height."""
MOST_LINES = 2
"""A text of so few lines is all caption."""
_PAPER = re.compile(r"\b(?:sign|notice|label|poster|board|menu|banner|placard)\b", re.IGNORECASE)
_DIRECTION = re.compile(
    r"[←→↑↓↖↗↘↙⇐⇒<>]|\b(?:left|right|ahead|upstairs|downstairs|behind|next|floor|level|via|opposite|"
    r"rear|front|side|back|here|at|in|on|to|from|through|near|outside|inside)\b|[左右前后上下里外楼层旁侧边]",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\d\s*[%％]|\d(?:\.\d)?\s*折|\bhalf\b|半价|\d.*\boff\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Page:
    """What was read: all the text, and its lines, as evidence."""

    whole: Evidence
    lines: list[Evidence]
    question: str

    @property
    def texts(self) -> list[str]:
        return [line.text or "" for line in self.lines]

    @property
    def is_zh(self) -> bool:
        return language_of(self.question) == "zh"

    def given(self, at: Sequence[int]) -> str:
        """These lines by reference, for a short answer."""
        space = "" if any(HAN.search(self.texts[i]) for i in at) else " "
        return space.join(f"{{{self.lines[i].id}.text}}" for i in at)

    def quoted(
        self, at: Sequence[int], short: str | None = None, *, truth: bool | None = None
    ) -> Turn:
        """The turn that quotes these lines, behind yes or no where one follows."""
        lines = [self.lines[i] for i in sorted(set(at))]
        ids = " ".join(line.id for line in lines)
        word = {None: "", True: "是" if self.is_zh else "yes", False: "否" if self.is_zh else "no"}[
            truth
        ]
        if self.is_zh:
            quotes = "、".join(f"“{{{line.id}.text}}”" for line in lines)
            sentence = f"{word}：" if word else ""
            return said(f"{sentence}上面写着{quotes} [{ids}]。", word if short is None else short)
        quotes = ", ".join(f'"{{{line.id}.text}}"' for line in lines)
        paper = _PAPER.search(self.question)
        who = f"the {paper[0].casefold()}" if paper else "it"
        begin = f"{word.capitalize()}: {who}" if word else who[:1].upper() + who[1:]
        return said(f"{begin} says {quotes} [{ids}].", word if short is None else short)


def next_turn(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> Turn | None:
    """What to do next for a question about what is written; None: let the weights plan."""
    present = present_question(messages)
    if present is None:
        return None
    at, question = present
    asked = _asked(question)
    pictures = pictures_of(messages[at])
    offered = any(tool["function"]["name"] == READ for tool in tools)
    seen = [r for r in reports(messages[at + 1 :]) if r.name == READ]
    if asked is None or len(pictures) != 1 or not (offered or seen):
        return None
    if not seen:
        return Turn(((READ, {"picture": pictures[0], "query": None, "region": None}),))
    if not seen[0].evidence or seen[0].arguments.get("query") is not None:
        return None
    page = _page(seen[0].evidence, question)
    if page is None:
        return _nothing(asked)
    if page.whole.status == "unsure":
        return abstain("unsure") if _is_of_text(asked) else None
    answer = (
        _yes_no(asked, page) if isinstance(asked, Question) else _ANSWERS[asked.form](asked, page)
    )
    if answer is None:
        return _nothing(asked)
    if any(m.type == "human" for m in messages[at + 1 :]):  # the check refused the answer
        return abstain("unsure")
    looked = {r.arguments.get("query"): r.evidence for r in seen[1:]}
    if isinstance(asked, Question) and (silent := _silent(asked, page)) is not None:
        if asked.topic not in looked:
            return Turn(((READ, {"picture": pictures[0], "query": asked.topic, "region": None}),))
        return _not_listed(silent, looked[asked.topic] or [], page) or answer
    return answer


def without_first_look(messages: list[BaseMessage]) -> list[BaseMessage]:
    """The conversation as the weights know it: without the look at the text that code had taken."""
    present = present_question(messages)
    if present is None or _asked(present[1]) is None:
        return messages
    at = present[0] + 1
    looked = messages[at] if at < len(messages) else None
    if not isinstance(looked, AIMessage) or [c["name"] for c in looked.tool_calls] != [READ]:
        return messages
    is_first_look = looked.tool_calls[0]["args"].get("query") is None
    return [*messages[:at], *messages[at + 2 :]] if is_first_look else messages


def _asked(question: str) -> Question | SignQuestion | None:
    asked = notice_question(question) or sign_question(question)
    if isinstance(asked, SignQuestion) and asked.form == "where" and _is_a_thing(asked.topic):
        return None
    return asked


def _is_a_thing(topic: str) -> bool:
    """Whether it is something that a detector finds, and no sign shows the way to."""
    return canonical(topic) in CLASSES and not topics(topic) & activities()


def _is_of_text(asked: Question | SignQuestion) -> bool:
    return (asked.asked if isinstance(asked, Question) else asked.form) in OF_TEXT


def _nothing(asked: Question | SignQuestion) -> Turn | None:
    """The text does not answer: there is no answer, or the weights look for one among things."""
    return abstain("not_found") if _is_of_text(asked) else None


def _page(evidence: list[Evidence], question: str) -> _Page | None:
    lines = [e for e in evidence if e.group == "line"]
    return _Page(evidence[0], lines, question) if lines else None


def _yes_no(asked: Question, page: _Page) -> Turn | None:
    decision = asked.decided(page.texts)
    if decision is not None:
        return page.quoted(decision.at, truth=decision.truth)
    if asked.asked in ("allowed", "forbidden") and "entering" in topics(asked.topic):
        only = [s for s in statements(page.texts) if s.rule.is_only]
        return page.quoted([i for s in only for i in s.at]) if only else None
    return None


def _silent(asked: Question, page: _Page) -> Decision | None:
    """The decision where a list does not name what is asked for."""
    decision = asked.decided(page.texts)
    return decision if decision is not None and decision.is_silent else None


def _not_listed(decision: Decision, looked: list[Evidence], page: _Page) -> Turn | None:
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


def _rules(allows: bool) -> Callable[[SignQuestion, _Page], Turn | None]:
    def answer(_: SignQuestion, page: _Page) -> Turn | None:
        found = [s for s in statements(page.texts) if s.rule.allows is allows]
        return _stated(found, page)

    return answer


def _stated(found: Sequence[Statement], page: _Page) -> Turn | None:
    if not found:
        return None
    whats = dict.fromkeys(_what(s, page) for s in found)
    return page.quoted([i for s in found for i in s.at], ", ".join(whats))


def _what(statement: Statement, page: _Page) -> str:
    """What a rule is about, as it stands in a line of its own words; else that line."""
    what = statement.rule.what
    if not HAN.search(what) and any(what in page.texts[i] for i in statement.at):
        return what
    return f"{{{page.lines[statement.at[0]].id}.text}}"


def _words(_: SignQuestion, page: _Page) -> Turn | None:
    if HAN.search(page.whole.text or ""):
        return None
    number = f"{{words {page.whole.id}}}"
    if page.is_zh:
        return said(f"共有{number}个词 [{page.whole.id}]。", number)
    return said(f"I count {number} words [{page.whole.id}].", number)


def _caption(_: SignQuestion, page: _Page) -> Turn | None:
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


def _about(wants: re.Pattern[str] | None) -> Callable[[SignQuestion, _Page], Turn | None]:
    """Quotes the line that speaks of the topic, with what is wanted in it or in the next line."""

    def answer(asked: SignQuestion, page: _Page) -> Turn | None:
        noun = asked.others[0] if asked.form == "about" else ""
        about = lines_about(page.texts, f"{noun} {asked.topic}")
        for at in about if len(about) <= MOST_LINES else ():
            both = (at, at + 1) if at + 1 < len(page.lines) else (at,)
            for taken in ((at,), both):
                text = " ".join(page.texts[i] for i in taken)
                rest = topics(text) - topics(asked.topic)
                if wants is None and any(not word.isdigit() for word in rest):
                    return page.quoted(taken, page.given(taken))
                if wants is not None and (found := wants.search(text)):
                    return page.quoted(taken, _short(found, page, taken))
        return None

    return answer


def _short(found: re.Match[str], page: _Page, taken: Sequence[int]) -> str:
    """What was found, where it is a number; else the lines as they stand."""
    is_number = bool(re.search(r"\d", found[0])) and any(found[0] in page.texts[i] for i in taken)
    return found[0].strip() if is_number else page.given(taken)


_FAR = re.compile("|".join(unit.pattern for unit in UNITS.values()), re.IGNORECASE)


def _from(asked: SignQuestion, page: _Page) -> Turn | None:
    """A price that a word beside it limits ("from 199"): it is told with that word."""
    for at in lines_about(page.texts, asked.topic):
        text = page.texts[at]
        found = re.search(
            rf"(?:{pattern('from').pattern})\W*\S*\d[\d.,]*\S*|\d[\d.,]*\s*元?起", text, re.I
        )
        if found:
            return page.quoted([at], found[0].strip())
    return None


def _who(asked: SignQuestion, page: _Page) -> Turn | None:
    only = [s for s in statements(page.texts) if s.rule.is_only]
    about = [s for s in only if topics(asked.topic) & topics(s.rule.what)] or only
    return _stated(about, page)


def _label(asked: SignQuestion, page: _Page) -> Turn | None:
    """What follows a word such as "Danger": in its line, or in the next one."""
    words = asked.topic or "danger|warning|caution|attention"
    named = re.compile(rf"(?<!\w)(?:{words})(?!\w)\W*(?P<rest>.*)", re.IGNORECASE)
    for at, text in enumerate(page.texts):
        if (found := named.search(text)) is None:
            continue
        if found["rest"]:
            return page.quoted([at], found["rest"])
        if at + 1 < len(page.lines):
            return page.quoted([at, at + 1], page.texts[at + 1])
    return None


def _either(asked: SignQuestion, page: _Page) -> Turn | None:
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


def _measure(asked: SignQuestion, page: _Page) -> Turn | None:
    """The one number of that unit."""
    found = [
        (at, match[0])
        for at, text in enumerate(page.texts)
        for unit in asked.others
        for match in UNITS[unit].finditer(text)
    ]
    return page.quoted([found[0][0]], found[0][1]) if len(found) == 1 else None


_ANSWERS: dict[str, Callable[[SignQuestion, _Page], Turn | None]] = {
    "forbidden": _rules(allows=False),
    "allowed": _rules(allows=True),
    "words": _words,
    "caption": _caption,
    "should go": _about(None),
    "where": _about(_DIRECTION),
    "far": _about(_FAR),
    "off": _about(_PERCENT),
    "about": _about(None),
    "from": _from,
    "who": _who,
    "label": _label,
    "either": _either,
    "measure": _measure,
}
