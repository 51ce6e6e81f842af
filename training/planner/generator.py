"""Makes conversations: a kind of question, a phrasing, the offered tools, and what to do.

Seeded: the same number makes the same conversation. `held_out=True` uses only phrasings that
`held_out=False` never uses (`phrasings.is_held_out`).
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from agent.answer import Language
from training.planner import endings, estimating, looking, nouns, real, seeing, simulate
from training.planner.asker import Asked, Asker, NoPhrasingError
from training.planner.chat import TOOLS, Chat
from training.planner.checking import conversation_problem
from training.planner.looking import look
from training.planner.noise import write

STRANGE_TOOLS = ["match_text", "search_pictures", "estimate_depth", "my_tool"]


@dataclass(frozen=True)
class Sample:
    """A conversation for training: messages, tool schemas, the intents of its questions."""

    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    intents: list[str]
    phrasings: list[str]
    chat: Chat


WEIGHTS: dict[str, float] = {
    "count": 7, "exists": 6, "where": 2, "list": 4, "count2": 3, "more": 2, "fewer": 1, "bigger": 2,
    "colors": 3, "is_color": 2, "color_of": 5, "is_color_of": 2, "text_on": 3, "text": 6,
    "lines": 1, "characters": 1, "word": 9, "field": 22, "item": 13, "free": 20, "kind": 4,
    "is_kind": 1, "code": 4, "has_code": 2, "code_kind": 1, "restricted": 6, "talk": 2,
    "more_of_thing": 8, "more_of_two": 3, "part_of_thing": 4, "at_place": 4, "which_color": 1,
    "seen": 12, "kind_of": 2, "written_on": 3, "brand": 2, "decline": 6,
}  # fmt: skip


REAL = 0.3
"""How often a question is one that people asked, where these are at hand."""


def make(
    seed: int,
    *,
    held_out: bool = False,
    intent: str | None = None,
    is_checked: bool = True,
    of_people: bool = True,
) -> Sample:
    """One conversation; `intent` fixes the kind of its first question ("real": one of people's).

    Without the check it is quicker; then only its calls may be learnt. `of_people=False` leaves
    people's questions out, whose texts are not passed on.

    Raises:
        NoPhrasingError: if the intent has no phrasing on this side of the split.
    """
    rng = random.Random(seed * 2 + held_out)
    for _ in range(200):
        chat = _new_chat(rng)
        try:
            intents, used = _converse(chat, held_out=held_out, intent=intent, of_people=of_people)
        except NoPhrasingError:
            continue
        if is_checked and conversation_problem(chat.messages, chat) is not None:
            continue  # what the check refuses is not taught
        return Sample(chat.messages, chat.schemas(), intents, used, chat)
    raise NoPhrasingError(intent)


def _new_chat(rng: random.Random) -> Chat:
    roll = rng.random()
    if roll < 0.6:
        labels = [*nouns.COCO, *(nouns.GROUPS if roll < 0.5 else [])]
    else:
        most = nouns.COCO if roll < 0.9 else nouns.COCO + nouns.OTHER_LABELS
        labels = rng.sample(most, rng.choice([2, 3, 5, 8, 16, 40]))
    if rng.random() < 0.6:
        order = {label: n for n, label in enumerate(nouns.COCO)}
        labels.sort(key=lambda label: order.get(label, 999))
    tools = list(TOOLS)
    if rng.random() < 0.18:
        tools = rng.sample(tools, rng.randint(1, 5))
    elif rng.random() < 0.2:
        rng.shuffle(tools)
    if rng.random() < 0.12:
        tools.insert(rng.randint(0, len(tools)), rng.choice(STRANGE_TOOLS))
    pictures = [
        simulate.picture(n + 1, rng) for n in range(rng.choice([1] * 14 + [2, 2, 2, 3, 3, 4]))
    ]
    language: Language = "en" if rng.random() < 0.5 else "zh"
    chat = Chat(rng, tools, labels, pictures, language)
    if rng.random() < 0.12:
        chat.skip_ids(rng.choice([1, 3, 7, 12, 20, 33, 50, 70, 90]))
    return chat


def _converse(
    chat: Chat, *, held_out: bool, intent: str | None, of_people: bool
) -> tuple[list[str], list[str]]:
    rng = chat.rng
    asked_by_people = real.questions(held_out=held_out) if of_people else []
    if intent == "real" or (intent is None and asked_by_people and rng.random() < REAL):
        one = rng.choice(asked_by_people)
        one.ask(chat)
        return ["real"], [one.question]
    asker = Asker(chat, held_out=held_out)
    intents: list[str] = []
    used: list[str] = []
    turns = 1 if intent else rng.choice([1] * 6 + [2, 2, 2, 3])
    several = len(chat.pictures) > 1
    while len(intents) < turns:
        if intents and rng.random() < 0.3:
            chat.language = "zh" if chat.language == "en" else "en"
        name = intent or rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if several and (intent == "compare" or (not intent and rng.random() < 0.45)):
            name = "compare"
        elif intent == "compare":
            chat.pictures.append(simulate.picture(2, rng))
            several = True
            name = "compare"
        asked: Asked = getattr(asker, name)()
        numbers = _ask(chat, asked, named=name not in {"compare", "talk", "decline"})
        intents.append(asked.intent)
        used.append(asked.phrasing)
        before = len(chat.messages)
        asked.plan(chat, numbers)
        _maybe_repair(chat, before)
        if len(intents) < turns and rng.random() < 0.75:
            follow_up(asker, asked, numbers, intents, used)
    return intents, used


_NAMES_EN = [
    "picture {n}",
    "image {n}",
    "photo {n}",
    "the {o} picture",
    "the {o} image",
    "the {o} photo",
    "the {o} one",
    "img_{n}",
]
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
        start, between = rng.choice(["in", "for", "In", "on"]), rng.choice([", ", " ", ": "])
        chat.ask(f"{start} {name}{between}{question}")
    return [number]


_ONE_ONLY = {
    "color_of", "is_color_of", "text_on", "word", "more", "fewer", "is_color", "is_kind", "bigger",
    "more_of_thing", "more_of_two", "part_of_thing", "at_place", "which_color", "seen", "kind_of",
    "written_on", "brand", "restricted", "where",
}  # fmt: skip
"""Kinds of questions that are put about one picture only."""


def follow_up(
    asker: Asker, asked: Asked, numbers: list[int], intents: list[str], used: list[str]
) -> None:
    """A short question that goes on with the one before."""
    chat, rng = asker.chat, asker.rng
    if (
        len(numbers) == 1
        and len(chat.pictures) > 1
        and asked.intent not in {"talk", "decline"}
        and rng.random() < 0.5
    ):
        number = rng.choice([n for n in range(1, len(chat.pictures) + 1) if n not in numbers])
        is_new = number == len(chat.pictures) and rng.random() < 0.4
        phrasing = asker.phrasing("and_new" if is_new else "and_picture")
        chat.ask(write(phrasing, {"p": picture_words(chat, number)}, chat.language, rng))
        intents.append("and_new" if is_new else "and_picture")
        used.append(phrasing)
        return asked.plan(chat, [number])
    if asked.about == "objects" and len(numbers) == 1 and rng.random() < 0.4:
        return _about_it(asker, asked, numbers[0], intents, used)
    if asked.about == "objects" and asked.intent in {"count", "exists"}:
        mode = asked.intent
        intent = "and_objects" if mode == "count" or rng.random() < 0.5 else "and_exists"
        label, slots = asker.noun()
        plan = seeing.objects([label], mode) if label else look("seen", [])
        going = Asked(intent, asker.phrasing(intent), slots, plan)
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


def _about_it(asker: Asker, asked: Asked, number: int, intents: list[str], used: list[str]) -> None:
    """ "what colour is it?" about a thing that was just found."""
    chat = asker.chat
    found = [e for e in chat.ledger if e.label == asked.label and e.status == "found"]
    then = chat.rng.choice(["color", "color", "text", "doing", "doing", "kind"])
    intent = f"it_{then}"
    if not found or found[-1].id != f"e{len(chat.ledger)}":
        return None
    phrasing = asker.phrasing(intent)
    chat.ask(write(phrasing, {}, chat.language, chat.rng))
    intents.append(intent)
    used.append(phrasing)
    if not chat.offers(_LOOKS_AT_IT[then]):
        return endings.cannot(chat, [number])
    region = next(e for e in found if e.call_id == found[-1].call_id)
    if then == "doing":
        return estimating.estimate(chat, number, region.id)
    if then == "kind":
        return looking.classify(chat, number, region.id)
    return seeing.look_at(chat, number, [region.id], then)


_LOOKS_AT_IT = {
    "color": "describe_colors", "text": "read_text", "doing": "answer_by_fusion",
    "kind": "classify_image",
}  # fmt: skip


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
