"""The sentences of descriptions, by reference, in English and Chinese.

Which of them are said, and of what, the `described_*` modules decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.answer import Language
from agent.grounding.wording import join_words
from agent.planners.builtin.plans.kind_sentences import with_article
from tools.evidence import Evidence
from tools.words.labels import measure_word

_PLACES = {
    "left": ("on the left", "左边"),
    "middle": ("in the middle", "中间"),
    "right": ("on the right", "右边"),
}
_FIELDS_ZH = {"date": "日期", "total": "总额"}


class DescriptionSentences:
    """How a picture is described in a language; each method gives one sentence."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.is_zh = language == "zh"

    def things(self, groups: Sequence[Sequence[Evidence]], place: str | None = None) -> str:
        """What is there, or at a place; each group is all that was found of one label."""
        all_of = [e for group in groups for e in group]
        listed = self.join(
            [f"{{list {ids(group)}}}" if self.is_zh or len(group) > 1 else with_article(group[0])
             for group in groups]
        )  # fmt: skip
        if self.is_zh:
            where = _PLACES[place][1] if place else "图中"
            return f"{where}有{listed} {cite(*all_of)}。"
        if place is None:
            return f"I see {listed} {cite(*all_of)}."
        there = "are" if len(groups[0]) > 1 else "is"
        return f"There {there} {listed} {_PLACES[place][0]} {cite(*all_of)}."

    def thing(
        self,
        thing: Evidence,
        kind: Evidence | None = None,
        colours: Sequence[Evidence] = (),
        place: str | None = None,
    ) -> str:
        """What there is to tell of a thing: its kind, "perhaps" where that is unsure, its colours.

        The place tells it from others.
        """
        cited = cite(*filter(None, (thing, kind, *colours)))
        named = self.join(map(label, colours))
        is_sure = kind is not None and kind.status == "found"
        if self.is_zh:
            this = f"{_PLACES[place][1]}的{label(thing)}" if place else self._this(thing)
            what = f"{'是' if is_sure else '也许是'}{label(kind)}" if kind else ""
            told = [what, f"是{named}的" if colours else ""]
            return f"{this}{'，'.join(filter(None, told))} {cited}。"
        this = f"The {label(thing)}{f' {_PLACES[place][0]}' if place else ''}"
        what = f"{'' if is_sure else 'perhaps '}{with_article(kind)}" if kind else ""
        if what and colours:
            return f"{this}, {what}, is {named} {cited}."
        return f"{this} is {what or named} {cited}."

    def looks_like(self, kind: Evidence, below: Evidence | None = None) -> str:
        """What all of it looks like, perhaps a kind of that."""
        cited = cite(*filter(None, (kind, below)))
        if self.is_zh:
            hedge = f"，也许是{label(below)}" if below else ""
            return f"看起来是{label(kind)}{hedge} {cited}。"
        hedge = f", perhaps {with_article(below)}" if below else ""
        return f"It looks like {with_article(kind)}{hedge} {cited}."

    def also(self, kind: Evidence) -> str:
        """What seems to be there beside what was listed."""
        if self.is_zh:
            return f"似乎还有{label(kind)} {cite(kind)}。"
        return f"There also seems to be {with_article(kind)} {cite(kind)}."

    def place(self, scene: Evidence) -> str:
        """An estimate of what place it is."""
        if self.is_zh:
            return f"看起来像{label(scene)} {cite(scene)}。"
        return f"It looks like {label(scene)} {cite(scene)}."

    def weather(self, scene: Evidence) -> str:
        """An estimate of the weather."""
        if self.is_zh:
            return f"可能是{label(scene)} {cite(scene)}。"
        return f"It is probably {label(scene)} {cite(scene)}."

    def action(self, scene: Evidence) -> str:
        """An estimate of what is done."""
        if self.is_zh:
            return f"似乎是{label(scene)} {cite(scene)}。"
        return f"It seems to show {label(scene)} {cite(scene)}."

    def stands(self, thing: Evidence, place: str | None) -> str:
        """Where one thing is; that it is there, where it is at no one place."""
        if self.is_zh:
            where = f"在{_PLACES[place][1]}" if place else ""
            told = f"{self._this(thing)}{where}" if place else f"图中有{label(thing)}"
            return f"{told} {cite(thing)}。"
        if place is None:
            return f"I see {with_article(thing)} {cite(thing)}."
        return f"The {label(thing)} is {_PLACES[place][0]} {cite(thing)}."

    def colours(self, colours: Sequence[Evidence]) -> str:
        """The colours of what stands on a plain ground."""
        named = self.join(map(label, colours))
        if self.is_zh:
            return f"颜色是{named} {cite(*colours)}。"
        return f"It is {named} {cite(*colours)}."

    def main_colours(self, colours: Sequence[Evidence]) -> str:
        """The colours of the picture, the largest first."""
        named = self.join([label(e) for e in colours])
        if self.is_zh:
            return f"画面主要是{named} {cite(*colours)}。"
        return f"The picture is mostly {named} {cite(*colours)}."

    def background(self, colours: Sequence[Evidence]) -> str:
        """The colours of a plain ground."""
        named = self.join([label(e) for e in colours])
        if self.is_zh:
            return f"背景是{named} {cite(*colours)}。"
        return f"The background is {named} {cite(*colours)}."

    def shapes(self, drawn: Sequence[Evidence]) -> str:
        """Coloured shapes of a drawing; in Chinese their colours."""
        if self.is_zh:
            return f"图中有{self.join([label(e) for e in drawn])} {cite(*drawn)}。"
        named = self.join([f"{with_article(e)} {{{e.id}.text}}" for e in drawn])
        return f"I see {named} {cite(*drawn)}."

    def text(self, lines: Sequence[Evidence], whole: Evidence) -> str:
        """What can be read, quoted."""
        if self.is_zh:
            return f"上面写着{self._quoted(lines)} {cite(whole, *lines)}。"
        return f"I can read {self._quoted(lines)} {cite(whole, *lines)}."

    def printed(self, lines: Sequence[Evidence], whole: Evidence) -> str:
        """What is printed on a product, quoted."""
        if self.is_zh:
            return f"上面印着{self._quoted(lines)} {cite(whole, *lines)}。"
        return f"Printed on it is {self._quoted(lines)} {cite(whole, *lines)}."

    def it_is(self, product: Evidence, above: Evidence | None) -> str:
        """Which product it is, and of which wider kind."""
        cited = cite(*filter(None, (product, above)))
        if self.is_zh:
            kind = f"，属于{label(above)}" if above else ""
            return f"这是{label(product)}{kind} {cited}。"
        kind = f", a kind of {label(above)}" if above else ""
        return f"This is {with_article(product)}{kind} {cited}."

    def lines(self, lines: Sequence[Evidence]) -> str:
        """That it is text, and how much; of all lines."""
        span = f"{lines[0].id}-{lines[-1].id}"
        if self.is_zh:
            return f"图中是文字，共 {{count {span}}} 行 [{span}]。"
        return f"The picture shows text, {{count {span}}} lines [{span}]."

    def titled(self, heading: Evidence) -> str:
        """What a document calls itself."""
        if self.is_zh:
            return f"这是文件，上面标明“{{{heading.id}.text}}” [{heading.id}]。"
        return f'This is a document titled "{{{heading.id}.text}}" [{heading.id}].'

    def bill(self, total: Evidence) -> str:
        """What a document with a total is."""
        if self.is_zh:
            return f"看起来像小票或账单 [{total.id}]。"
        return f"It looks like a receipt or a bill [{total.id}]."

    def issuer(self, company: Evidence) -> str:
        """Whose document it is."""
        given = f"{{{company.id}.value}} [{company.id}]"
        return f"由{given}开具。" if self.is_zh else f"It is from {given}."

    def field(self, name: str, value: Evidence) -> str:
        """The value of a field."""
        given = f"{{{value.id}.value}} [{value.id}]"
        return f"{_FIELDS_ZH[name]}是{given}。" if self.is_zh else f"The {name} is {given}."

    def items(self, rows: Sequence[Evidence]) -> str:
        """What a document lists."""
        named = self.join([label(e) for e in rows])
        if self.is_zh:
            return f"上面列有{named} {cite(*rows)}。"
        return f"It lists {named} {cite(*rows)}."

    def codes(self, codes: Sequence[Evidence]) -> str:
        """Which codes there are."""
        named = self.join([label(e) if self.is_zh else with_article(e) for e in codes])
        return f"有{named} {cite(*codes)}。" if self.is_zh else f"There is {named} {cite(*codes)}."

    def _this(self, thing: Evidence) -> str:
        """The thing as a Chinese sentence begins with it: 这只狗."""
        return f"这{measure_word(thing.label or '')}{label(thing)}"

    def _quoted(self, lines: Sequence[Evidence]) -> str:
        begin, end = "“”" if self.is_zh else '""'
        return self.join([f"{begin}{{{e.id}.text}}{end}" for e in lines])

    def join(self, words: Iterable[str]) -> str:
        """Words as a list of the language: a, b and c."""
        return join_words(list(words), self._language)


def label(evidence: Evidence) -> str:
    """A reference to what it is called."""
    return f"{{{evidence.id}.label}}"


def ids(evidence: Sequence[Evidence]) -> str:
    """The ids, as references name several."""
    return " ".join(e.id for e in evidence)


def cite(*evidence: Evidence) -> str:
    """The citation at the end of a sentence."""
    return f"[{' '.join(dict.fromkeys(e.id for e in evidence))}]"
