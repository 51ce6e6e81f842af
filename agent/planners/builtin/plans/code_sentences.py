"""The sentences in which answers about codes are given, by reference, in English and Chinese.

`plans.codes` decides what is so. Each method gives the answer and the short
answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.answer import Language
from agent.grounding.wording import WORDING, join_words
from tools.evidence import Evidence

Said = tuple[str, str]


class CodeSentences:
    """How a question about codes is answered.

    Args:
        language: of the question.
        several: whether it is about several pictures.
    """

    def __init__(self, language: Language, *, several: bool) -> None:
        self._language = language
        self._is_zh = language == "zh"
        self._several = several

    def contents(
        self, codes: Sequence[Evidence], unread: Sequence[Evidence], beside: Sequence[Evidence] = ()
    ) -> Said:
        """What codes say; `unread` ones are there, too, and `beside` stands what shows which."""
        begin = ("The code says: ", "码的内容是:")
        if len(codes) > 1:
            begin = ("", "") if self._several else ("The codes say: ", "码的内容是:")
        told = f"{self._begin(*begin)}{self._each(codes)} {_cite(*codes, *beside)}{self._stop}"
        if unread:
            also = self._begin("There is also ", "图中还有")
            told += f"{self._space}{also}{_list(unread)} {_cite(*unread)}{self._stop}"
        return told, ", ".join(f"{{{code.id}.text}}" for code in codes)

    def kinds(self, codes: Sequence[Evidence]) -> Said:
        """Of which kinds they are."""
        firsts = list({code.label: code for code in codes}.values())
        labels = [f"{{{code.id}.label}}" for code in firsts]
        short = join_words(labels, self._language)
        if self._is_zh or len(firsts) < len(codes):
            begin = self._begin("There are ", "图中有")
            return f"{begin}{_list(codes)} {_cite(*codes)}{self._stop}", short
        named = join_words([_a(code) for code in firsts], self._language)
        begin = "It is" if len(codes) == 1 else "There are"
        return f"{begin} {named} {_cite(*codes)}.", short

    def number(self, codes: Sequence[Evidence], *, counts: bool) -> Said:
        """How many there are, or that there are some."""
        are_read = all(code.text is not None for code in codes)
        if counts and are_read:
            told = f"{self._begin('I count ', '数量:')}{{count {_ids(codes)}}}"
        else:
            told = f"{self._begin('I see ', '图中有')}{_list(codes)}"
        short = f"{{{'count' if counts else 'exists'} {_ids(codes)}}}"
        return f"{told} {_cite(*codes)}{self._stop}", short

    def pictures(self, codes: Sequence[Evidence]) -> Said:
        """In which pictures they are."""
        firsts = list({code.picture.id: code for code in codes}.values())
        told = ", ".join(f"{{{code.id}.picture}}: {{{code.id}.label}}" for code in firsts)
        short = join_words([f"{{{code.id}.picture}}" for code in firsts], self._language)
        return f"{told} {_cite(*firsts)}{self._stop}", short

    def none(self, absent: Sequence[Evidence], others: Sequence[Evidence], *, counts: bool) -> Said:
        """That there is none of the kind asked for; what there is instead."""
        label = f"{{{absent[0].id}.label}}"
        told = f"{self._begin('I looked and found no ', '没有找到')}{label}"
        if others:
            told += f"{self._begin(', but ', ',但有')}{_list(others)}"
        short = f"{{{'count' if counts else 'exists'} {_ids(absent)}}}"
        return f"{told} {_cite(*absent, *others)}{self._stop}", short

    def compared(self, codes: Sequence[Evidence], *, is_same: bool, truth: bool) -> Said:
        """Whether they say the same; `truth` is the answer to how that was asked."""
        if is_same:
            begin = self._begin("The codes say the same: ", "码的内容相同:")
            told = f"{begin}{{{codes[0].id}.text}}"
        else:
            told = f"{self._begin('The codes are different: ', '码的内容不同:')}{self._each(codes)}"
        return f"{told} {_cite(*codes)}{self._stop}", self.yes_no(truth=truth)

    def printed(self, line: Evidence, codes: Sequence[Evidence]) -> Said:
        """What is printed below a code; `codes` are those that cannot be read themselves."""
        told = (
            f"{self._begin('It says: ', '上面写着:')}{{{line.id}.text}} {_cite(line)}{self._stop}"
        )
        if codes:
            seen = f"{self._begin('I see ', '图中有')}{_list(codes)} {_cite(*codes)}{self._stop}"
            told = f"{seen}{self._space}{told}"
        return told, f"{{{line.id}.text}}"

    def disagreeing(self, code: Evidence, line: Evidence) -> Said:
        """A code, and other digits printed below it."""
        parts = (
            f"{self._begin('The code says: ', '码的内容是:')}{{{code.id}.text}} {_cite(code)}",
            f"{self._begin('The text says: ', '文字写着:')}{{{line.id}.text}} {_cite(line)}",
        )
        told = self._space.join(f"{part}{self._stop}" for part in parts)
        return told, f"{{{line.id}.text}}"

    def fields(self, fields: Sequence[Evidence], codes: Sequence[Evidence]) -> Said:
        """Fields that a code holds (or that are printed)."""
        is_, the = self._begin(" is ", "是"), self._begin("the ", "")
        named = [f"{the}{{{e.id}.label}}{is_}{{{e.id}.value}}" for e in fields]
        told = f"{join_words(named, self._language)} {_cite(*fields, *codes)}{self._stop}"
        told = told[:1].upper() + told[1:]
        return told, ", ".join(f"{{{e.id}.value}}" for e in fields)

    def yes_no(self, *, truth: bool) -> str:
        """Yes or no, as a short answer."""
        return WORDING[self._language]["yes" if truth else "no"]

    def _begin(self, english: str, chinese: str) -> str:
        return chinese if self._is_zh else english

    @property
    def _stop(self) -> str:
        return "。" if self._is_zh else "."

    @property
    def _space(self) -> str:
        return "" if self._is_zh else " "

    def _each(self, codes: Sequence[Evidence]) -> str:
        """The contents, with their pictures where there are several."""
        if not self._several or len(codes) < 2:
            return ", ".join(f"{{{code.id}.text}}" for code in codes)
        return ", ".join(f"{{{code.id}.picture}}: {{{code.id}.text}}" for code in codes)


def _a(code: Evidence) -> str:
    article = "an" if (code.label or "").startswith(("EAN", "Aztec", "ITF", "ISBN")) else "a"
    return f"{article} {{{code.id}.label}}"


def _ids(evidence: Sequence[Evidence]) -> str:
    return " ".join(e.id for e in evidence)


def _list(evidence: Sequence[Evidence]) -> str:
    return f"{{list {_ids(evidence)}}}"


def _cite(*evidence: Evidence) -> str:
    return f"[{_ids(list({e.id: e for e in evidence}.values()))}]"
