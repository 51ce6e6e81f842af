"""Makes conversations: a kind of question, a phrasing, the offered tools, and what to do.

Seeded: the same number makes the same conversation. `held_out=True` uses only phrasings that
`held_out=False` never uses (`phrasings.is_held_out`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.planner import impossible, nouns, phrasings, plans, simulate, words
from training.planner.chat import TOOLS, Chat
from training.planner.fields import FIELDS, WHOLE_EN, WHOLE_ZH
from training.planner.noise import misspell, write
from training.planner.phrasings import is_held_out

COLORS_ZH = {
    "black": "黑色", "white": "白色", "grey": "灰色", "red": "红色", "orange": "橙色",
    "yellow": "黄色", "green": "绿色", "blue": "蓝色", "purple": "紫色", "pink": "粉色",
    "brown": "棕色",
}  # fmt: skip
STRANGE_TOOLS = ["match_text", "answer_by_fusion", "search_pictures", "estimate_depth", "my_tool"]


@dataclass(frozen=True)
class Asked:
    """A question without its noise: intent, phrasing, slots, and the plan that answers it."""

    intent: str
    phrasing: str
    slots: dict[str, str]
    plan: plans.Plan
    about: str = ""
    """The kind of thing that a follow-up may go on with: objects, text or nothing."""
    label: str = ""


@dataclass(frozen=True)
class Sample:
    """A conversation for training: messages, tool schemas, the intents of its questions."""

    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    intents: list[str]
    phrasings: list[str]
    chat: Chat


class Asker:
    """Makes questions for one conversation."""

    def __init__(self, chat: Chat, *, held_out: bool) -> None:
        self.chat, self.rng, self.held_out = chat, chat.rng, held_out

    def _phrasing(self, intent: str, known: list[str] | None = None) -> str:
        language = self.chat.language
        if known is None:
            known = (phrasings.EN if language == "en" else phrasings.ZH)[intent]
        kept = [p for p in known if is_held_out(intent, p) == self.held_out]
        if not kept:
            raise NoPhrasing(intent)
        return self.rng.choice(kept)

    def _noun(self, *, known: float = 0.9) -> tuple[str | None, dict[str, str]]:
        """A thing: its label (None: no detector knows it) and the slots s, x, a."""
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
            name = rng.choice(nouns.UNKNOWN_EN if language == "en" else nouns.UNKNOWN_ZH)
        many = name if language == "zh" else nouns.plural(name)
        if language == "en" and rng.random() < 0.04:
            name, many = misspell(name, rng), misspell(many, rng)
        article = f"{nouns.article(name)} {name}"
        return label, {"s": name, "x": many, "a": article}

    def _objects(self, intent: str, mode: str) -> Asked:
        label, slots = self._noun()
        plan = plans.objects([label], mode) if label else plans.cannot
        return Asked(intent, self._phrasing(intent), slots, plan, "objects", label or "")

    def _pair(self, intent: str, mode: str) -> Asked:
        first, slots = self._noun(known=0.97)
        second, others = self._noun(known=0.97)
        slots = slots | {"y": others["x"], "b": others["a"], "t": others["s"]}
        labels = [x for x in (first, second) if x]
        both = len(set(labels)) == 2 or mode not in {"most", "least"}
        plan = plans.objects(list(dict.fromkeys(labels)), mode) if labels and both else plans.cannot
        return Asked(intent, self._phrasing(intent), slots, plan)

    def count(self) -> Asked:
        return self._objects("count", "count")

    def exists(self) -> Asked:
        return self._objects("exists", "exists")

    def where(self) -> Asked:
        return self._objects("where", "list")

    def list(self) -> Asked:
        return Asked("list", self._phrasing("list"), {}, plans.objects([], "list"))

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
        return Asked("colors", self._phrasing("colors"), {}, plans.colors())

    def is_color(self) -> Asked:
        color, slots = self._color()
        return Asked("is_color", self._phrasing("is_color"), slots, plans.colors(color))

    def color_of(self) -> Asked:
        label, slots = self._noun()
        phrasing = self._phrasing("color_of")
        limit = 3 if "{x}" in phrasing and self.chat.language == "en" else 1
        plan = plans.on_thing(label, "color", limit=limit) if label else plans.cannot
        return Asked("color_of", phrasing, slots, plan)

    def is_color_of(self) -> Asked:
        label, slots = self._noun()
        color, more = self._color()
        plan = plans.on_thing(label, "color", color) if label else plans.cannot
        return Asked("is_color_of", self._phrasing("is_color_of"), slots | more, plan)

    def text_on(self) -> Asked:
        label, slots = self._noun(known=1)
        plan = plans.on_thing(label or "", "text")
        return Asked("text_on", self._phrasing("text_on"), slots, plan)

    def text(self) -> Asked:
        return Asked("text", self._phrasing("text"), {}, plans.text("read"), "text")

    def lines(self) -> Asked:
        return Asked("lines", self._phrasing("lines"), {}, plans.text("lines"), "text")

    def characters(self) -> Asked:
        plan = plans.text("characters")
        return Asked("characters", self._phrasing("characters"), {}, plan, "text")

    def word(self) -> Asked:
        known = words.SIGN_WORDS if self.chat.language == "en" else words.SIGN_WORDS_ZH
        query = words.words(self.rng, known, self.chat.language)
        return Asked("word", self._phrasing("word"), {"w": query}, plans.word(query), "text")

    def field(self, intent: str = "field") -> Asked:
        english = self.chat.language == "en"
        field = self.rng.choice(FIELDS[:3] + FIELDS[9:17] + FIELDS + FIELDS[:1])
        whole = (WHOLE_EN if english else WHOLE_ZH).get(field.query)
        plan = plans.field(field.query)
        if intent == "field" and whole and self.rng.random() < 0.4:
            phrasing = self._phrasing(f"whole {field.query}", whole)
            return Asked("field", phrasing, {}, plan, "text")
        names = field.english if english else field.chinese
        name = names[0] if self.rng.random() < 0.4 else self.rng.choice(names)
        return Asked(intent, self._phrasing(intent), {"f": name}, plan, "text")

    def item(self, intent: str = "item") -> Asked:
        zh = self.chat.language == "zh"
        name = words.words(self.rng, words.FOODS_ZH if zh else words.FOODS, self.chat.language)
        return Asked(intent, self._phrasing(intent), {"i": name}, plans.field(name), "text")

    def free(self) -> Asked:
        zh = self.chat.language == "zh"
        known = words.FORM_LABELS_ZH if zh else words.FORM_LABELS
        name = words.words(self.rng, known, self.chat.language)
        return Asked("free", self._phrasing("free"), {"i": name}, plans.field(name), "text")

    def kind(self) -> Asked:
        return Asked("kind", self._phrasing("kind"), {}, plans.kind())

    def is_kind(self) -> Asked:
        name = words.words(self.rng, words.CLASSES, "en", 0.7)
        return Asked("is_kind", self._phrasing("is_kind"), {"i": name}, plans.kind(name))

    def code(self) -> Asked:
        return Asked("code", self._phrasing("code"), {}, plans.codes("content"))

    def has_code(self) -> Asked:
        return Asked("has_code", self._phrasing("has_code"), {}, plans.codes("exists"))

    def code_kind(self) -> Asked:
        return Asked("code_kind", self._phrasing("code_kind"), {}, plans.codes("kind"))

    def restricted(self) -> Asked:
        zh = self.chat.language == "zh"
        _, slots = self._noun(known=0.8)
        _, others = self._noun(known=0.7)
        places = impossible.PLACES_ZH if zh else impossible.PLACES_EN
        slots["t"] = others["s"]
        slots["q"] = self.rng.choice(impossible.ADJECTIVES_ZH if zh else impossible.ADJECTIVES_EN)
        slots["l"] = write(self._phrasing("place", places), slots, "zh", self.rng, clean=True)
        known = impossible.RESTRICTED_ZH if zh else impossible.RESTRICTED_EN
        return Asked("restricted", self._phrasing("restricted", known), slots, plans.cannot)

    def other(self) -> Asked:
        known = impossible.OTHER_ZH if self.chat.language == "zh" else impossible.OTHER_EN
        _, slots = self._noun(known=0.8)
        slots["t"] = self._noun(known=0.8)[1]["s"]
        return Asked("other", self._phrasing("other", known), slots, plans.cannot)

    def talk(self) -> Asked:
        known = impossible.TALK_ZH if self.chat.language == "zh" else impossible.TALK_EN
        return Asked("talk", self._phrasing("talk", known), {}, plans.talk)

    def compare(self) -> Asked:
        """A question about several pictures at once."""
        intent = self.rng.choice(list(_COMPARE) + ["most_text", "most_objects", "most_objects"])
        made = _COMPARE[intent]
        if isinstance(made, str):
            label, slots = self._noun(known=0.95)
            plan = plans.compare_objects(label, made) if label else plans.cannot
            return Asked(intent, self._phrasing(intent), slots, plan)
        return Asked(intent, self._phrasing(intent), {}, plans.compare_text(*made))


class NoPhrasing(LookupError):
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

WEIGHTS: dict[str, float] = {
    "count": 9, "exists": 7, "where": 2, "list": 5, "count2": 3, "more": 2, "fewer": 1,
    "colors": 3, "is_color": 2, "color_of": 5, "is_color_of": 2, "text_on": 3, "text": 6,
    "lines": 1, "characters": 1, "word": 6, "field": 16, "item": 8, "free": 8, "kind": 5,
    "is_kind": 2, "code": 4, "has_code": 2, "code_kind": 1, "restricted": 7, "other": 6, "talk": 2,
}  # fmt: skip


def make(seed: int, *, held_out: bool = False, intent: str | None = None) -> Sample:
    """One conversation; `intent` fixes the kind of its first question."""
    rng = random.Random(seed * 2 + held_out)
    while True:
        chat = _new_chat(rng)
        try:
            intents, used = _converse(chat, held_out=held_out, intent=intent)
        except NoPhrasing:
            if intent and intent != "compare":
                chat.language = "zh" if chat.language == "en" else "en"
            continue
        return Sample(chat.messages, chat.schemas(), intents, used, chat)


def _new_chat(rng: random.Random) -> Chat:
    roll = rng.random()
    if roll < 0.12:
        labels = list(nouns.COCO)
    elif roll < 0.16:
        labels = rng.sample(nouns.COCO, rng.randint(40, 79))
    else:
        most = nouns.COCO if roll < 0.85 else nouns.COCO + nouns.OTHER_LABELS
        labels = rng.sample(most, rng.choice([2, 3, 4, 5, 6, 8, 10, 12, 16, 20]))
    if rng.random() < 0.6:
        order = {label: n for n, label in enumerate(nouns.COCO)}
        labels.sort(key=lambda label: order.get(label, 999))
    tools = list(TOOLS)
    if rng.random() < 0.22:
        tools = rng.sample(tools, rng.randint(1, 4))
    elif rng.random() < 0.3:
        rng.shuffle(tools)
    if rng.random() < 0.12:
        tools.insert(rng.randint(0, len(tools)), rng.choice(STRANGE_TOOLS))
    pictures = [simulate.picture(n + 1, rng) for n in range(rng.choice([1] * 14 + [2, 2, 2, 3, 3, 4]))]
    language = "en" if rng.random() < 0.6 else "zh"
    chat = Chat(rng, tools, labels, pictures, language)
    if rng.random() < 0.12:
        chat.skip_ids(rng.choice([1, 3, 7, 12, 20, 33, 50, 70, 90]))
    return chat


def _converse(chat: Chat, *, held_out: bool, intent: str | None) -> tuple[list[str], list[str]]:
    rng = chat.rng
    asker = Asker(chat, held_out=held_out)
    intents: list[str] = []
    used: list[str] = []
    turns = 1 if intent else rng.choice([1] * 6 + [2, 2, 2, 3])
    several = len(chat.pictures) > 1
    while len(intents) < turns:
        name = intent or rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if several and (intent == "compare" or (not intent and rng.random() < 0.45)):
            name = "compare"
        elif intent == "compare":
            chat.pictures.append(simulate.picture(2, rng))
            several = True
            name = "compare"
        asked: Asked = getattr(asker, name)()
        numbers = _ask(chat, asked, named=name not in {"compare", "talk", "other", "restricted"})
        intents.append(asked.intent)
        used.append(asked.phrasing)
        before = len(chat.messages)
        asked.plan(chat, numbers)
        _maybe_repair(chat, before)
        if len(intents) < turns and rng.random() < 0.75:
            follow_up(asker, asked, numbers, intents, used)
    return intents, used


_NAMES_EN = ["picture {n}", "image {n}", "photo {n}", "the {o} picture", "the {o} image", "the {o} photo", "the {o} one", "img_{n}"]
_NAMES_ZH = ["图{n}", "第{h}张图", "第{h}张图片", "第{h}张", "图片{n}", "第{n}张图", "第{h}张照片"]
_ORDINALS = ["first", "second", "third", "fourth"]


def picture_words(chat: Chat, number: int) -> str:
    """How a person names a picture."""
    if number == len(chat.pictures) and number > 1 and chat.rng.random() < 0.1:
        return chat.pick("the last picture", "最后一张图")
    name = chat.rng.choice(_NAMES_EN if chat.language == "en" else _NAMES_ZH)
    return name.format(n=number, o=_ORDINALS[number - 1], h="一二三四"[number - 1])


def _ask(chat: Chat, asked: Asked, *, named: bool) -> list[int]:
    """Put the question; returns the pictures that it is about."""
    rng = chat.rng
    question = write(asked.phrasing, asked.slots, chat.language, rng)
    everything = list(range(1, len(chat.pictures) + 1))
    if len(everything) == 1 or not named or (rng.random() < 0.25 and asked.intent not in _ONE_ONLY):
        chat.ask(question)
        return everything
    number = rng.choice(everything)
    name = picture_words(chat, number)
    if chat.language == "zh":
        for start in ("图中", "图里的", "图里", "照片里", "这张图里", "图片里", "图上", "画面中"):
            question = question.removeprefix(start)
        chat.ask(name + rng.choice(["里", "中", ":", "上", ","]) + question)
    elif rng.random() < 0.5 and question[-1:] == "?":
        end = question[-1:]
        chat.ask(f"{question.rstrip('?. ')} {rng.choice(['in', 'on', 'in'])} {name}{end}")
    else:
        chat.ask(f"{rng.choice(['in', 'for', 'In', 'on'])} {name}{rng.choice([', ', ' ', ': '])}{question}")
    return [number]


_ONE_ONLY = {"color_of", "is_color_of", "text_on", "word", "more", "fewer", "is_color", "is_kind"}
"""Kinds of questions that are put about one picture only."""


def follow_up(
    asker: Asker, asked: Asked, numbers: list[int], intents: list[str], used: list[str]
) -> None:
    """A short question that goes on with the one before."""
    chat, rng = asker.chat, asker.rng
    if len(numbers) == 1 and len(chat.pictures) > 1 and asked.intent not in {"talk", "other"} and rng.random() < 0.5:
        number = rng.choice([n for n in range(1, len(chat.pictures) + 1) if n not in numbers])
        phrasing = asker._phrasing("and_picture")
        chat.ask(write(phrasing, {"p": picture_words(chat, number)}, chat.language, rng))
        intents.append("and_picture")
        used.append(phrasing)
        return asked.plan(chat, [number])
    if asked.about == "objects" and len(numbers) == 1 and rng.random() < 0.4:
        return _about_it(asker, asked, numbers[0], intents, used)
    if asked.about == "objects" and asked.intent in {"count", "exists"}:
        mode = asked.intent
        label, slots = asker._noun()
        plan = plans.objects([label], mode) if label else plans.cannot
        going = Asked("and_objects", asker._phrasing("and_objects"), slots, plan)
    elif asked.intent == "field" or asked.intent == "free":
        going = asker.field("and_field") if rng.random() < 0.8 else asker.item("and_item")
    elif asked.intent == "item":
        going = asker.item("and_item")
    else:
        return None
    chat.ask(write(going.phrasing, going.slots, chat.language, rng))
    intents.append(going.intent)
    used.append(going.phrasing)
    return going.plan(chat, numbers)


def _about_it(
    asker: Asker, asked: Asked, number: int, intents: list[str], used: list[str]
) -> None:
    """ "what colour is it?" about a thing that was just found."""
    chat = asker.chat
    found = [e for e in chat.ledger if e.label == asked.label and e.status == "found"]
    then = chat.rng.choice(["color", "color", "text"])
    intent = f"it_{then}"
    if not found or found[-1].id != f"e{len(chat.ledger)}":
        return None
    phrasing = asker._phrasing(intent)
    chat.ask(write(phrasing, {}, chat.language, chat.rng))
    intents.append(intent)
    used.append(phrasing)
    if not chat.offers("describe_colors" if then == "color" else "read_text"):
        return plans.cannot(chat, [number])
    region = next(e for e in found if e.call_id == found[-1].call_id)
    return plans.look_at(chat, number, [region.id], then)


def _maybe_repair(chat: Chat, before: int) -> None:
    """Now and then the check refuses a first answer, and the right one follows."""
    rng = chat.rng
    if rng.random() > 0.02 or '"abstain": "no"' not in str(chat.messages[-1]["content"]):
        return
    right = chat.messages.pop()
    wrong: dict[str, Any] = json.loads(right["content"])
    wrong["short_answer"] = str(rng.randint(0, 99))
    spoiled = {"role": "assistant", "content": json.dumps(wrong, ensure_ascii=False), "wrong": True}
    problem = (
        "Check failed:\n- short_answer: it is neither cited nor derived from what is cited\n"
        "Answer again with what the evidence carries, by reference, or abstain."
    )
    chat.messages += [spoiled, {"role": "user", "content": problem}, right]
    assert len(chat.messages) > before


def intents() -> dict[str, Callable[[Asker], Asked]]:
    """All kinds of first questions."""
    return {name: getattr(Asker, name) for name in [*WEIGHTS, "compare"]}
