"""Answers by reference: fills `{e7.value}`, `{count e1-e3}` … in from the ledger.

A value that is filled in is right by construction, so `agent.grounding.check` only has to check
what a planner wrote literally. The reference language is documented in docs/references.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.answer import Language
from agent.grounding.ledger import Ledger
from agent.grounding.wording import (
    WORDING,
    estimated,
    group_phrase,
    join_words,
    label_in,
    number_phrase,
    picture_name,
)
from tools.evidence import Evidence
from tools.reading.numerals import read_number
from tools.words.currencies import may_be_same
from tools.words.labels import chinese
from tools.words.questions import HAN

REFERENCE = re.compile(r"\{([^{}]*)\}")
CITATION = re.compile(r"\s*\[((?:e\d+)(?:\s*(?:-|–|,|\s)\s*(?:e\d+))*)\]")
INSERTED = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in `Filled.literal` where a reference was."""
_ID = re.compile(r"e[1-9][0-9]*")
_FIELD = re.compile(r"(e[1-9][0-9]*)\.(text|value|label|picture|score)")
MEASURED = 0.02
"""Shares of a picture that differ by no more are the same, as far as they can be measured."""
_CANONICAL = re.compile(r"-?\d+(?:\.\d+)?")
"""How tools report a number that they have read."""


class UnresolvedReferenceError(ValueError):
    """A reference that cannot be filled in; the message is for the planner."""


@dataclass(frozen=True)
class Filled:
    """A template after filling in.

    `text` is what the person reads, without citations. `literal` is the template without its
    references and citations: the words that the planner itself chose. `used` are the ids that
    references named, `cited` those in brackets, `counted` those whose number was filled in.
    `references` are the references themselves, without braces.
    """

    text: str
    literal: str
    used: tuple[str, ...]
    cited: tuple[str, ...]
    counted: tuple[str, ...]
    references: tuple[str, ...]


def fill(
    template: str,
    ledger: Ledger,
    language: Language,
    *,
    absence: bool = False,
    with_currency: bool = True,
) -> Filled:
    """Fill the references of one sentence (or short answer) in.

    With `absence`, `{exists …}` says whether there is none: the question asked that
    (`agent.grounding.question_form`). Without `with_currency` amounts are digits alone, as short
    answers have them.

    Raises:
        UnresolvedReferenceError: an unknown operation, an id that is not there, a field that the
            evidence does not have, a value that is not a number where one is needed.
    """
    used: list[str] = []
    counted: list[str] = []
    cited = [i for match in CITATION.finditer(template) for i in expand(match[1], ledger)]
    uncited = CITATION.sub("", template)

    def replace(match: re.Match[str]) -> str:
        body = match[1].strip()
        text, ids = _resolve(body, ledger, language, absence=absence)
        if not with_currency:  # what it refuses, it has refused by now
            text, _ = _resolve(body, _WithoutCurrency(ledger), language, absence=absence)
        used.extend(ids)
        if body.partition(" ")[0] in _COUNTING:
            counted.extend(ids)
        return text

    text = REFERENCE.sub(replace, uncited)
    literal = REFERENCE.sub(f" {INSERTED} ", uncited)
    return Filled(
        text=text.strip(),
        literal=literal,
        used=tuple(dict.fromkeys(used)),
        cited=tuple(dict.fromkeys(cited)),
        counted=tuple(dict.fromkeys(counted)),
        references=tuple(" ".join(body.split()) for body in REFERENCE.findall(uncited)),
    )


class _WithoutCurrency(Ledger):
    """A ledger's evidence as if no currency were printed beside its amounts."""

    def __init__(self, ledger: Ledger) -> None:
        self._full = ledger
        self.pictures = ledger.pictures

    def __getitem__(self, evidence_id: str) -> Evidence:
        return self._full[evidence_id].model_copy(update={"currency": None})

    def __contains__(self, evidence_id: str) -> bool:
        return evidence_id in self._full

    def __len__(self) -> int:
        return len(self._full)


def expand(ids: str, ledger: Ledger) -> list[str]:
    """`e1 e3-e5` → e1 e3 e4 e5, checked against the ledger.

    Raises:
        UnresolvedReferenceError: no id at all, an unknown id, a range that runs backwards.
    """
    numbers: list[int] = []
    for first, last in re.findall(r"e(\d+)(?:\s*[-–]\s*e(\d+))?", ids):
        start, end = int(first), int(last or first)
        if end < start or end - start > len(ledger):
            raise UnresolvedReferenceError(f"e{first}-e{last} is not a range of evidence ids")
        numbers += range(start, end + 1)
    names = [f"e{n}" for n in numbers]
    for name in names:
        if name not in ledger:
            raise UnresolvedReferenceError(
                f"there is no evidence {name}; the last is e{len(ledger)}"
            )
    if not names:
        raise UnresolvedReferenceError(f"{ids!r} names no evidence")
    return names


def count_of(evidence: list[Evidence]) -> int:
    """How many of them were really found."""
    return sum(e.status == "found" for e in evidence)


def as_number(evidence: Evidence) -> Decimal:
    """The value as a number.

    Raises:
        UnresolvedReferenceError: if it has none, or can be read as more than one.
    """
    value = evidence.value
    if isinstance(value, int | float):
        return Decimal(str(value))
    canonical = evidence.value_type in {"amount", "number"} and _CANONICAL.fullmatch(value or "")
    number = Decimal(value or "") if canonical else read_number(value or "")
    if number is None:
        raise UnresolvedReferenceError(f"the value of {evidence.id} is not one clear number")
    return number


def common_currency(evidence: list[Evidence]) -> str | None:
    """The currency that all these amounts are in; None where none is printed.

    Raises:
        UnresolvedReferenceError: if they are in different ones.
    """
    written = {e.currency for e in evidence if e.currency is not None}
    if not may_be_same(written):
        names = ", ".join(sorted(written))
        raise UnresolvedReferenceError(f"the amounts are in different currencies: {names}")
    return min(written, default=None, key=lambda sign: (-len(sign), sign))


def money(amount: str, currency: str | None) -> str:
    """An amount with its currency: "€45.00", "-RM 60.30", "128元", "45 dollars"."""
    if currency is None:
        return amount
    if currency[0] > "\u2e80":
        return f"{amount}{currency}"
    if currency.islower():
        return f"{amount} {currency}"
    minus, digits = ("-", amount[1:]) if amount.startswith("-") else ("", amount)
    space = " " if currency[-1].isalpha() or currency[-1] == "." else ""
    return f"{minus}{currency}{space}{digits}"


def plain_number(number: Decimal | int) -> str:
    """Digits as a person writes them: no exponent; the decimals that the operands had."""
    return format(number, "f")


def _resolve(
    body: str, ledger: Ledger, language: Language, *, absence: bool
) -> tuple[str, list[str]]:
    if field := _FIELD.fullmatch(body):
        (evidence_id,) = expand(field[1], ledger)
        if field[2] == "picture":
            ref = ledger[evidence_id].picture
            return picture_name(ref, ledger.pictures, language), [evidence_id]
        return _field(ledger[evidence_id], field[2], language), [evidence_id]
    name, _, rest = body.partition(" ")
    operation = _lacks if absence and name == "exists" else _OPERATIONS.get(name)
    if operation is None:
        known = ", ".join(sorted(_OPERATIONS))
        raise UnresolvedReferenceError(
            f"{{{body}}} is no reference; write {{e1.value}} or one of {known}"
        )
    groups = list(_groups(rest, ledger))
    _refuse_estimates(name, groups)
    word = " ".join(part for part in rest.split() if not _ID.match(part))
    return operation(groups, word, language), [e.id for group in groups for e in group]


def _groups(rest: str, ledger: Ledger) -> Iterator[list[Evidence]]:
    """Each argument of an operation is one group: an id or a range."""
    arguments = re.findall(r"e\d+(?:\s*[-–]\s*e\d+)?", rest)
    if not arguments:
        raise UnresolvedReferenceError(f"{rest!r} names no evidence")
    for argument in arguments:
        yield [ledger[i] for i in expand(argument, ledger)]


def _refuse_estimates(operation: str, groups: list[list[Evidence]]) -> None:
    """Nothing is counted or worked out from estimates; whether a text fits may be asked."""
    for e in _flat(groups):
        fits = e.value is None and operation in {"exists", "has"}
        if e.kind == "estimate" and not fits and operation != "same":
            field = "label" if e.value is None else "value"
            raise UnresolvedReferenceError(
                f"{e.id} is an estimate, of which nothing is worked out; write {{{e.id}.{field}}}"
            )


def _field(evidence: Evidence, field: str, language: Language) -> str:
    if evidence.status == "none" and field in {"text", "value"}:
        raise UnresolvedReferenceError(
            f"{evidence.id} says that there is none; abstain with not_found"
        )
    content = getattr(evidence, field)
    if content is None:
        raise UnresolvedReferenceError(f"{evidence.id} has no {field}")
    if field == "label" and evidence.kind == "estimate" and evidence.value is not None:
        raise UnresolvedReferenceError(f"{evidence.id} answers its label; write its value")
    if field == "label":
        return label_in(evidence, str(content), language)
    if field == "value" and evidence.member is not None and language == "zh":
        return chinese(evidence.member)
    if field == "value" and evidence.kind == "estimate":
        return estimated(evidence, language)
    if field == "value" and evidence.value_type == "share":
        return f"{float(content):.0%}"
    if field == "value":
        return money(str(content), evidence.currency)
    return str(content)


def _flat(groups: list[list[Evidence]]) -> list[Evidence]:
    return [e for group in groups for e in group]


def _count(groups: list[list[Evidence]], _word: str, _language: Language) -> str:
    return str(count_of(_flat(groups)))


def _words(groups: list[list[Evidence]], _word: str, _language: Language) -> str:
    """How many words stand in the texts; Chinese has none between spaces."""
    texts = [e.text for e in _flat(groups) if e.status == "found" and e.text]
    if not texts or any(HAN.search(text) for text in texts):
        raise UnresolvedReferenceError("{words} counts the words of a text in letters")
    return str(sum(any(map(str.isalnum, word)) for text in texts for word in text.split()))


def _list(groups: list[list[Evidence]], _word: str, language: Language) -> str:
    by_label: dict[str, list[Evidence]] = {}
    for e in _flat(groups):
        by_label.setdefault(e.label or e.group or "", []).append(e)
    return join_words([counted(label, es, language) for label, es in by_label.items()], language)


def counted(label: str, evidence: list[Evidence], language: Language) -> str:
    """How many were found: "3 dogs", "no cats", "3 animals (2 dogs and 1 cat)"."""
    members = Counter(e.member for e in evidence if e.status == "found" and e.member is not None)
    if members:
        return group_phrase(label, members, language)
    return number_phrase(label, count_of(evidence), language)


def _yes_no(*, truth: bool, language: Language) -> str:
    return WORDING[language]["yes" if truth else "no"]


def _exists(groups: list[list[Evidence]], _word: str, language: Language) -> str:
    return _yes_no(truth=count_of(_flat(groups)) > 0, language=language)


def _lacks(groups: list[list[Evidence]], _word: str, language: Language) -> str:
    return _yes_no(truth=count_of(_flat(groups)) == 0, language=language)


def _has(groups: list[list[Evidence]], word: str, language: Language) -> str:
    wanted = word.casefold()
    found = [e for e in _flat(groups) if e.status == "found"]
    labels = {name.casefold() for e in found for name in (e.label, e.member) if name}
    return _yes_no(truth=wanted in labels, language=language)


def _same(groups: list[list[Evidence]], _word: str, language: Language) -> str:
    return _yes_no(truth=alike(_flat(groups)), language=language)


def alike(evidence: Sequence[Evidence]) -> bool:
    """Whether all of it has one content: a number, or words, upper case or not.

    The contents of codes are the same letter by letter; shares of a picture are up to `MEASURED`.
    """
    shares = [float(str(e.value)) for e in evidence if e.value_type == "share"]
    if len(shares) == len(evidence) > 0:
        return max(shares) - min(shares) <= MEASURED
    if not may_be_same({e.currency for e in evidence if e.currency is not None}):
        return False
    return len({_comparable(e) for e in evidence}) == 1


def _comparable(evidence: Evidence) -> str | Decimal:
    if evidence.tool == "read_codes" and evidence.text is not None:
        return evidence.text
    try:
        return as_number(evidence)
    except UnresolvedReferenceError:
        content = evidence.value if evidence.value is not None else evidence.text or evidence.label
        return " ".join(unicodedata.normalize("NFKC", str(content)).casefold().split())


def _sum(groups: list[list[Evidence]], _word: str, _language: Language) -> str:
    evidence = _flat(groups)
    total = sum((as_number(e) for e in evidence), Decimal(0))
    return money(plain_number(total), common_currency(evidence))


def _difference(groups: list[list[Evidence]], _word: str, _language: Language) -> str:
    numbers = [_magnitude(group) for group in groups]
    if len(numbers) != 2:
        raise UnresolvedReferenceError("{difference} takes two pieces of evidence")
    return money(plain_number(abs(numbers[0] - numbers[1])), common_currency(_flat(groups)))


def _magnitude(group: list[Evidence]) -> Decimal:
    """What a group is compared by: its one value, or how many there are."""
    first = group[0]
    is_one = len(group) == 1 and first.status == "found"
    if is_one and (first.group is None or first.value_type in {"amount", "number"}):
        return as_number(first)
    return Decimal(count_of(group))


def _extreme(pick: Callable[..., Decimal]) -> _Operation:
    def operation(groups: list[list[Evidence]], _word: str, language: Language) -> str:
        sizes = [_magnitude(group) for group in groups]
        common_currency(_flat(groups))
        measured = all(e.value_type == "share" for e in _flat(groups))
        slack = Decimal(str(MEASURED)) if measured else Decimal(0)
        best = [
            group[0]
            for group, size in zip(groups, sizes, strict=True)
            if abs(size - pick(sizes)) <= slack
        ]
        if len(best) == len(groups) > 1:
            return WORDING[language]["equal"]
        return join_words([_winner(e, groups, language) for e in best], language)

    return operation


def _winner(evidence: Evidence, groups: list[list[Evidence]], language: Language) -> str:
    """The picture's name where pictures are compared, the label where labels are."""
    pictures = [group[0].picture for group in groups]
    if len({ref.id for ref in pictures}) > 1:
        return picture_name(evidence.picture, pictures, language)
    return label_in(evidence, evidence.label or evidence.id, language)


_Operation = Callable[[list[list[Evidence]], str, Language], str]
_OPERATIONS: dict[str, _Operation] = {
    "count": _count,
    "words": _words,
    "list": _list,
    "exists": _exists,
    "has": _has,
    "same": _same,
    "sum": _sum,
    "difference": _difference,
    "most": _extreme(max),
    "least": _extreme(min),
}
_COUNTING = {"count", "list", "most", "least", "difference"}
"""Operations whose result depends on having all of a group."""
