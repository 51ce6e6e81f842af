"""What a notice allows and what it forbids: rules in its lines, and what they say of a topic.

Pure functions on text, in English and Chinese. A line that talks to whoever reads it out
(`tools.reading.prose`) makes no rules. What no rule says is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tools.reading.prose import talk_of
from tools.words.groups import groups_with
from tools.words.notices import activities, pattern, topics
from tools.words.questions import HAN

ENTERING = "entering"
"""The name of going in, coming in, entry and access."""
_CLAUSE = re.compile(r"[.;!。；！:：]\s+|[.;!。；！，]\s*$|[。；！，]|\s+[-–—|]\s+|\n")
_LISTED = re.compile(r"\s*(?:,|/|&|\bor\b|\band\b|\bnor\b|、|，|或者?|和|及|与)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"^no\.?\s*\d", re.IGNORECASE)
_CUT = re.compile(
    r"\s+(?:(?:in|on|at|within|beyond|near|from|between|after|before|until|during|past|while|when|"
    r"under|over|if|inside|along|throughout|without|unless)\b|\d|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day)?s?\b|周|星期|每|上午|下午|晚上).*$",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|never|nor|neither)\b|n['’]t\b", re.IGNORECASE)
"""What makes no rule that allows."""
_TIME = re.compile(r"\d\s*(?:am|pm|h\b|:|点|时)|\d\s*[-–]\s*\d", re.IGNORECASE)
MAX_JOINED = 3
"""Lines that may make one statement: NO / PARKING / HERE."""


@dataclass(frozen=True)
class Rule:
    """One rule: whether it allows, what, for whom not, and whether that alone is allowed."""

    allows: bool
    what: str
    except_for: str = ""
    is_only: bool = False

    @property
    def items(self) -> list[str]:
        """What it is about, one by one: dogs, cats."""
        return [item for item in _LISTED.split(self.what) if item]


@dataclass(frozen=True)
class Decision:
    """What lines say to a yes/no question: true, false, or something that is neither.

    `at` are the indices of the lines that say so, with those that restrict it. `is_silent`: they
    would name it, and do not.
    """

    truth: bool | None
    at: tuple[int, ...]
    is_silent: bool = False


@dataclass(frozen=True)
class Statement:
    """A rule, and the indices of the lines that it stands in and that restrict it."""

    rule: Rule
    at: tuple[int, ...]


def rules_of(text: str) -> list[Rule]:
    """The rules of one statement."""
    if talk_of(text) == "instruction":
        return []
    rules: list[Rule] = []
    for clause in _CLAUSE.split(text):
        main, except_for = _exception(clause.strip(" .!。！,，"))
        if (rule := _rule(main, except_for)) is not None:
            rules.append(rule)
        elif except_for and not main and rules:
            rules[-1] = replace(rules[-1], except_for=except_for)
    return rules


def statements(lines: Sequence[str]) -> list[Statement]:
    """The rules of a page; a rule may go on over several lines."""
    found: list[Statement] = []
    at = 0
    while at < len(lines):
        own = _stated_at(lines, at)
        if not own:
            at += 1
            continue
        rules = rules_of(_joined(lines, own))
        own = (*own, *_restricting(lines, own[-1] + 1))
        whole = rules_of(_joined(lines, own))
        found += [Statement(rule, own) for rule in (whole if len(whole) == len(rules) else rules)]
        at = own[-1] + 1
    return found


def _stated_at(lines: Sequence[str], at: int) -> tuple[int, ...]:
    """The lines from `at` on that state a rule, as few as do: none, where one states its own."""
    for count in range(1, min(MAX_JOINED, len(lines) - at) + 1):
        own = tuple(range(at, at + count))
        if count > 1 and rules_of(lines[own[-1]]):
            break
        if rules_of(_joined(lines, own)):
            return own
    return ()


def _joined(lines: Sequence[str], at: Sequence[int]) -> str:
    return " ".join(lines[i] for i in at)


def _restricting(lines: Sequence[str], at: int) -> tuple[int, ...]:
    """The line at `at` where it says when, where or for whom the rule above it holds."""
    if at >= len(lines) or rules_of(lines[at]) or talk_of(lines[at]) == "instruction":
        return ()
    is_restriction = pattern("qualifies").match(lines[at].strip(" (")) or _TIME.search(lines[at])
    return (at,) if is_restriction or pattern("except").search(lines[at]) else ()


def ruling(lines: Sequence[str], topic: str) -> Decision | None:
    """Whether `topic` ("dogs", "park here on Sunday") is allowed by the lines; None: they say not.

    Neither where rules contradict each other, or hold at times of which the topic speaks.
    """
    core = _core(topic)
    wanted = topics(core)
    ranked = [
        (rank, allows, found.at)
        for found in statements(lines)
        for rank, allows in _fits(found.rule, wanted)
    ]
    if not wanted or not ranked:
        return None
    best = max(rank for rank, _, _ in ranked)
    answers = {allows for rank, allows, _ in ranked if rank == best}
    at = tuple(sorted({i for rank, _, where in ranked if rank == best for i in where}))
    is_timed = _speaks_of_time(topic[len(core) :]) and any(_speaks_of_time(lines[i]) for i in at)
    is_clear = len(answers) == 1 and not is_timed
    return Decision(answers.pop() if is_clear else None, at)


def _speaks_of_time(text: str) -> bool:
    return bool(pattern("when").search(text) or _TIME.search(text))


def _core(topic: str) -> str:
    """The topic without when and where: "park here on Sunday" is "park here"."""
    cut = _CUT.sub("", topic)
    is_lost = (topics(topic) - topics(cut)) & activities()
    return cut if topics(cut) and not is_lost else topic


def _rule(main: str, except_for: str) -> Rule | None:
    main = re.sub(rf"(?:{pattern('polite').pattern})[\s,:]*", "", main, flags=re.IGNORECASE)
    if pattern("closes").match(main):
        return Rule(allows=False, what="entry", except_for=except_for)
    if pattern("unless").search(main) and not except_for:
        return None
    if _DENIES.search(main):
        return _forbidding(main, except_for)
    return (
        _forbidding(main, except_for)
        or _only(main, except_for)
        or _behind(main, except_for, "allowed", allows=True)
        or _before(main, except_for, "allows", allows=True)
    )


def _exception(clause: str) -> tuple[str, str]:
    """The clause without its exception, and that."""
    found = pattern("except").search(clause)
    if found is None:
        return clause, ""
    if found[0] in ("除外", "excepted"):
        *before, them = re.split(r"[，,(（\s]", clause[: found.start()].rstrip())
        return " ".join(before), them
    return clause[: found.start()].strip(" ,(，（"), clause[found.end() :].strip(" ,)，）外")


def _forbidding(main: str, except_for: str) -> Rule | None:
    if _NUMBER.match(main):
        return None
    return _before(main, except_for, "forbids", allows=False) or _behind(
        main, except_for, "forbidden", allows=False
    )


def _before(main: str, except_for: str, kind: str, *, allows: bool) -> Rule | None:
    """A rule whose word stands before what is meant; in Chinese also between who and what."""
    found = pattern(kind).search(main)
    if found is None or (found.start() and found[0].isascii()):
        return None
    what = _bare(main[found.end() :])
    who = main[: found.start()].strip()
    if who and topics(who) and ENTERING in topics(what):
        what = who
    return Rule(allows, what, except_for) if topics(what) else None


def _behind(main: str, except_for: str, kind: str, *, allows: bool) -> Rule | None:
    """A rule whose word stands behind what is meant."""
    found = pattern(kind).search(main)
    what = _bare(main[: found.start()]) if found else ""
    return Rule(allows, what, except_for) if topics(what) else None


def _only(main: str, except_for: str) -> Rule | None:
    found = pattern("only").search(main) or pattern("only behind").search(main)
    if found is None:
        return None
    after, before = main[found.end() :].strip(), main[: found.start()].strip()
    what = _bare(before or after) if found[0].isascii() else _bare(after or before)
    return Rule(True, what, except_for, is_only=True) if topics(what) else None


def _bare(what: str) -> str:
    """What is meant, without when and where, and without the words that only round a rule off."""
    what = what.strip(" ,:，：")
    while trailing := re.search(rf"(?:{pattern('trailing').pattern})$", what, re.IGNORECASE):
        what = what[: trailing.start()].strip(" ,")
    cut = _CUT.sub("", f" {what}").strip()
    if HAN.search(cut):
        cut = cut.split()[0]  # what stands apart is another line
    return cut if topics(cut) else what


def _fits(rule: Rule, wanted: frozenset[str]) -> Iterator[tuple[int, bool]]:
    """How closely a rule speaks of what is wanted (the more, the closer), and whether it allows."""
    if rule.except_for and any(
        (them := topics(item)) and them <= wanted for item in _LISTED.split(rule.except_for)
    ):
        yield 3, not rule.allows
        return
    for item in rule.items:
        ruled = topics(item)
        if not ruled:
            continue
        inside = wanted - {ENTERING} or wanted
        if ruled == wanted:
            yield 3, rule.allows
        elif ruled - {ENTERING} == inside or _covers(ruled, inside):
            yield 2, rule.allows
        elif ruled < wanted and ruled <= activities() and not rule.allows:
            yield 1, rule.allows


def _covers(ruled: frozenset[str], wanted: frozenset[str]) -> bool:
    """Whether what is ruled is a group that what is wanted belongs to: pets, of dogs."""
    return len(ruled) == len(wanted) == 1 and next(iter(ruled)) in groups_with(next(iter(wanted)))
