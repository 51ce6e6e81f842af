"""One question at a time: intent, phrasing, what stands in its slots, and the plan that answers it.

Whole conversations are `training.planner.generator`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from tools.words.questions import mentioned
from training.planner import endings, nouns, phrasings, reading, seeing, simulate, words
from training.planner.chat import Chat
from training.planner.fields import FIELDS
from training.planner.noise import misspell, write
from training.planner.phrasings import words as listed

COLORS_ZH = {
    "black": "黑色", "white": "白色", "grey": "灰色", "red": "红色", "orange": "橙色",
    "yellow": "黄色", "green": "绿色", "blue": "蓝色", "purple": "紫色", "pink": "粉色",
    "brown": "棕色",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question without its noise: intent, phrasing, slots, and the plan that answers it."""

    intent: str
    phrasing: str
    slots: dict[str, str]
    plan: endings.Plan
    about: str = ""
    """The kind of thing that a follow-up may go on with: objects, text or nothing."""
    label: str = ""


class Asker:
    """Makes questions for one conversation; a method per intent."""

    def __init__(self, chat: Chat, *, held_out: bool) -> None:
        self.chat, self.rng, self.held_out = chat, chat.rng, held_out

    def phrasing(self, intent: str) -> str:
        """A phrasing of this side of the split.

        Raises:
            NoPhrasingError: if there is none.
        """
        kept = phrasings.side(intent, self.chat.language, held_out=self.held_out)
        if not kept:
            raise NoPhrasingError(intent)
        return self.rng.choice(kept)

    def noun(self, *, known: float = 0.82) -> tuple[str | None, dict[str, str]]:
        """A thing: its label (None: no detector knows it by that name) and the slots s, x, a."""
        rng, language = self.rng, self.chat.language
        if rng.random() < known and self.chat.labels:
            offered = rng.random() < 0.9
            label = rng.choice(self.chat.labels if offered else nouns.COCO + nouns.OTHER_LABELS)
            names = (nouns.ENGLISH if language == "en" else nouns.CHINESE).get(label)
            if names is None:
                names = [label if language == "en" else nouns.OTHER_CHINESE.get(label, label)]
            name = names[0] if rng.random() < 0.5 else rng.choice(names)
        else:
            label = None
            name = rng.choice(listed(f"unknown {language}"))
            if rng.random() < 0.25:
                names = (nouns.ENGLISH if language == "en" else nouns.CHINESE)[
                    rng.choice(nouns.COCO)
                ]
                space = " " if language == "en" else ""
                name = names[0] + space + rng.choice(listed(f"parts {language}"))
        many = name if language == "zh" else nouns.plural(name)
        if language == "en" and rng.random() < 0.04:
            name, many = misspell(name, rng), misspell(many, rng)
        if label and not (mentioned(name, [label]) and mentioned(many, [label])):
            label = None
        article = f"{nouns.article(name)} {name}"
        return label, {"s": name, "x": many, "a": article}

    def _objects(self, intent: str, mode: str) -> Asked:
        label, slots = self.noun()
        slots |= self.place()
        plan = seeing.objects([label], mode) if label else endings.cannot
        return Asked(intent, self.phrasing(intent), slots, plan, "objects", label or "")

    def _pair(self, intent: str, mode: str) -> Asked:
        first, slots = self.noun(known=0.97)
        second, others = self.noun(known=0.97)
        slots = slots | {"y": others["x"], "b": others["a"], "t": others["s"]}
        labels = [x for x in (first, second) if x]
        both = len(set(labels)) == 2 or mode not in {"most", "least"}
        plan = (
            seeing.objects(list(dict.fromkeys(labels)), mode) if labels and both else endings.cannot
        )
        return Asked(intent, self.phrasing(intent), slots, plan)

    def place(self) -> dict[str, str]:
        """A surface or room that does not restrict what is asked about."""
        return {"t": self.noun(known=0.4)[1]["s"]}

    def count(self) -> Asked:
        return self._objects("count", "count")

    def exists(self) -> Asked:
        return self._objects("exists", "exists")

    def where(self) -> Asked:
        return self._objects("where", "list")

    def list(self) -> Asked:
        return Asked("list", self.phrasing("list"), self.place(), seeing.objects([], "list"))

    def count2(self) -> Asked:
        return self._pair("count2", "list")

    def more(self) -> Asked:
        return self._pair("more", "most")

    def fewer(self) -> Asked:
        return self._pair("fewer", "least")

    def _color(self) -> tuple[str, dict[str, str]]:
        color = self.rng.choice(simulate.COLORS)
        word = COLORS_ZH[color] if self.chat.language == "zh" else color
        if color == "grey" and self.chat.language == "en" and self.rng.random() < 0.5:
            word = "gray"
        return color, {"c": word}

    def colors(self) -> Asked:
        return Asked("colors", self.phrasing("colors"), {}, seeing.colors())

    def is_color(self) -> Asked:
        color, slots = self._color()
        return Asked("is_color", self.phrasing("is_color"), slots, seeing.colors(color))

    def color_of(self) -> Asked:
        label, slots = self.noun()
        slots |= self.place()
        phrasing = self.phrasing("color_of")
        limit = 3 if "{x}" in phrasing and self.chat.language == "en" else 1
        plan = seeing.on_thing(label, "color", limit=limit) if label else endings.cannot
        return Asked("color_of", phrasing, slots, plan)

    def is_color_of(self) -> Asked:
        label, slots = self.noun()
        color, more = self._color()
        plan = seeing.on_thing(label, "color", color) if label else endings.cannot
        return Asked("is_color_of", self.phrasing("is_color_of"), slots | more, plan)

    def text_on(self) -> Asked:
        label, slots = self.noun(known=1)
        plan = seeing.on_thing(label or "", "text")
        return Asked("text_on", self.phrasing("text_on"), slots, plan)

    def text(self) -> Asked:
        return Asked("text", self.phrasing("text"), {}, reading.text("read"), "text")

    def lines(self) -> Asked:
        return Asked("lines", self.phrasing("lines"), {}, reading.text("lines"), "text")

    def characters(self) -> Asked:
        plan = reading.text("characters")
        return Asked("characters", self.phrasing("characters"), {}, plan, "text")

    def word(self) -> Asked:
        known = listed(f"signs {self.chat.language}")
        query = words.words(self.rng, known, self.chat.language)
        return Asked("word", self.phrasing("word"), {"w": query}, reading.word(query), "text")

    def field(self, intent: str = "field") -> Asked:
        english = self.chat.language == "en"
        field = self.rng.choice([*FIELDS[:3], *FIELDS[9:17], *FIELDS, FIELDS[0]])
        whole = f"whole {field.query}" in phrasings.phrasings(self.chat.language)
        plan = reading.field(field.query)
        if intent == "field" and whole and self.rng.random() < 0.5:
            phrasing = self.phrasing(f"whole {field.query}")
            return Asked("field", phrasing, {}, plan, "text")
        names = field.english if english else field.chinese
        name = names[0] if self.rng.random() < 0.4 else self.rng.choice(names)
        return Asked(intent, self.phrasing(intent), {"f": name}, plan, "text")

    def item(self, intent: str = "item") -> Asked:
        known = listed(f"foods {self.chat.language}")
        name = words.words(self.rng, known, self.chat.language)
        return Asked(intent, self.phrasing(intent), {"i": name}, reading.field(name), "text")

    def free(self) -> Asked:
        known = listed(f"forms {self.chat.language}")
        name = words.words(self.rng, known, self.chat.language)
        return Asked("free", self.phrasing("free"), {"i": name}, reading.field(name), "text")

    def kind(self) -> Asked:
        return Asked("kind", self.phrasing("kind"), {}, seeing.kind())

    def is_kind(self) -> Asked:
        name = words.words(self.rng, listed("classes"), "en", 0.7)
        return Asked("is_kind", self.phrasing("is_kind"), {"i": name}, seeing.kind(name))

    def code(self) -> Asked:
        return Asked("code", self.phrasing("code"), {}, seeing.codes("content"))

    def has_code(self) -> Asked:
        return Asked("has_code", self.phrasing("has_code"), {}, seeing.codes("exists"))

    def code_kind(self) -> Asked:
        return Asked("code_kind", self.phrasing("code_kind"), {}, seeing.codes("kind"))

    def restricted(self) -> Asked:
        _, slots = self.noun(known=0.8)
        _, others = self.noun(known=0.7)
        slots["t"] = others["s"]
        slots["y"] = others["x"]
        slots["q"] = self.rng.choice(listed(f"adjectives {self.chat.language}"))
        if self.chat.language == "en" and self.rng.random() < 0.2:
            slots["q"] += " " + self.rng.choice(listed("adjectives en"))
        slots["l"] = write(self.phrasing("place"), slots, "zh", self.rng, clean=True)
        return Asked("restricted", self.phrasing("restricted"), slots, endings.cannot)

    def other(self) -> Asked:
        _, slots = self.noun(known=0.6)
        slots["t"] = self.noun(known=0.6)[1]["s"]
        return Asked("other", self.phrasing("other"), slots, endings.cannot)

    def talk(self) -> Asked:
        return Asked("talk", self.phrasing("talk"), {}, endings.talk)

    def compare(self) -> Asked:
        """A question about several pictures at once."""
        intent = self.rng.choice([*_COMPARE, "most_text", "most_objects", "most_objects"])
        made = _COMPARE[intent]
        if isinstance(made, str):
            label, slots = self.noun(known=0.95)
            plan = seeing.compare_objects(label, made) if label else endings.cannot
            return Asked(intent, self.phrasing(intent), slots, plan)
        return Asked(intent, self.phrasing(intent), {}, reading.compare_text(*made))


class NoPhrasingError(LookupError):
    """An intent has no phrasing on this side of the split."""


_COMPARE: dict[str, str | tuple[str | None, str]] = {
    "most_text": (None, "most"), "least_text": (None, "least"),
    "most_objects": "most", "least_objects": "least", "count_all": "count",
    "most_total": ("total", "most"), "least_total": ("total", "least"),
    "most_price": ("price", "most"), "least_price": ("price", "least"),
    "sum": ("total", "sum"), "difference": ("total", "difference"),
    "same_company": ("company", "same"), "same_date": ("date", "same"),
    "older": ("date", "values"),
}  # fmt: skip
