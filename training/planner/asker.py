"""One question at a time: intent, phrasing, what stands in its slots, and the plan that answers it.

Whole conversations are `training.planner.generator`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.words.questions import mentioned
from training.planner import endings, nouns, phrasings, reading, seeing, simulate, words
from training.planner.chat import Chat
from training.planner.fields import FIELDS
from training.planner.looking import look
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
        plan = seeing.objects([label], mode) if label else look("seen", [])
        return Asked(intent, self.phrasing(intent), slots, plan, "objects", label or "")

    def _pair(self, intent: str, mode: str) -> Asked:
        first, slots = self.noun(known=0.97)
        second, others = self.noun(known=0.97)
        slots = slots | {"y": others["x"], "b": others["a"], "t": others["s"]}
        labels = list(dict.fromkeys(x for x in (first, second) if x))
        both = len(labels) == 2 or (mode == "list" and first and second)
        plan = seeing.objects(labels, mode) if both else look("seen", labels)
        return Asked(intent, self.phrasing(intent), slots, plan)

    def _looked(self, intent: str, kind: str) -> Asked:
        """A question whose phrasing says which things it names, and the turn of a kind for them."""
        phrasing = self.phrasing(intent)
        first, slots = self.noun()
        second, others = self.noun(known=0.75)
        slots |= {"y": others["x"], "b": others["a"], "t": others["s"]} | self._color()[1]
        slots["u"] = self.rng.choice(listed(f"unknown {self.chat.language}"))
        slots["n"] = str(self.rng.randint(1, 9))
        slots["q"] = self._adjective()
        place = self.phrasing("place")
        slots["l"] = write(place, slots, self.chat.language, self.rng, clean=True)
        whole = phrasing.replace("{l}", place)
        named = (first if _FIRST.search(whole) else None, second if _SECOND.search(whole) else None)
        labels = list(dict.fromkeys(label for label in named if label))
        if kind == "kind" and not labels:
            kind = "classify"
        about = "objects" if labels[:1] == [first] else ""
        return Asked(intent, phrasing, slots, look(kind, labels), about, first or "")

    def _adjective(self) -> str:
        known = listed(f"adjectives {self.chat.language}")
        both = self.chat.language == "en" and self.rng.random() < 0.2
        return " ".join(self.rng.choice(known) for _ in range(2 if both else 1))

    def more_of_thing(self) -> Asked:
        return self._looked("more_of_thing", "seen")

    def more_of_two(self) -> Asked:
        return self._looked("more_of_two", "seen")

    def part_of_thing(self) -> Asked:
        return self._looked("part_of_thing", "seen")

    def restricted(self) -> Asked:
        return self._looked("restricted", "seen")

    def seen(self) -> Asked:
        return self._looked("seen", "seen")

    def at_place(self) -> Asked:
        return self._looked("at_place", "place")

    def which_color(self) -> Asked:
        return self._looked("which_color", "place")

    def kind_of(self) -> Asked:
        return self._looked("kind_of", "kind")

    def brand(self) -> Asked:
        return self._looked("brand", "brand")

    def written_on(self) -> Asked:
        return self._looked("written_on", "text")

    def bigger(self) -> Asked:
        return self._pair("bigger", "bigger")

    def decline(self) -> Asked:
        asked = self._looked("decline", "decline")
        return Asked("decline", asked.phrasing, asked.slots, endings.cannot)

    def place(self) -> dict[str, str]:
        """A surface or room that does not restrict what is asked about."""
        return {"t": self.noun(known=0.4)[1]["s"]}

    def count(self) -> Asked:
        return self._objects("count", "count")

    def exists(self) -> Asked:
        return self._objects("exists", "exists")

    def where(self) -> Asked:
        return self._objects("where", "where")

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
        plan = seeing.on_thing(label, "color", limit=limit) if label else look("seen", [])
        return Asked("color_of", phrasing, slots, plan)

    def is_color_of(self) -> Asked:
        label, slots = self.noun()
        color, more = self._color()
        plan = seeing.on_thing(label, "color", color) if label else look("seen", [])
        return Asked("is_color_of", self.phrasing("is_color_of"), slots | more, plan)

    def text_on(self) -> Asked:
        label, slots = self.noun()
        plan = look("text", [label] if label else [])
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


_FIRST = re.compile(r"\{[sxa]\}")
_SECOND = re.compile(r"\{[tyb]\}")
"""The slots of a phrasing's first and second thing."""
_COMPARE: dict[str, str | tuple[str | None, str]] = {
    "most_text": (None, "most"), "least_text": (None, "least"),
    "most_objects": "most", "least_objects": "least", "count_all": "count",
    "most_total": ("total", "most"), "least_total": ("total", "least"),
    "most_price": ("price", "most"), "least_price": ("price", "least"),
    "sum": ("total", "sum"), "difference": ("total", "difference"),
    "same_company": ("company", "same"), "same_date": ("date", "same"),
    "older": ("date", "values"),
}  # fmt: skip
