"""Questions and statements in words, English and Chinese, from `templates.txt`."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from functools import cache
from typing import Literal

from training.fusion.questions.lexicon import Noun, actions, chinese_of, nouns, rows
from training.fusion.questions.queries import Slots

Language = Literal["en", "zh"]
Form = Literal["question", "statement"]

_COUNTABLE_ALIKE = frozenset({"animal"})
_CHINESE_SPORTS = {
    "surfing": "冲浪", "wakeboarding": "尾波滑水", "water skiing": "滑水", "kayaking": "皮划艇", "rafting": "漂流",
    "fishing": "钓鱼", "skiing": "滑雪", "snowboarding": "单板滑雪", "skating": "溜冰", "skateboarding": "滑板",
    "cycling": "自行车运动", "motocross": "越野摩托", "horseback riding": "骑马", "rock climbing": "攀岩",
    "hiking": "徒步", "soccer": "足球", "basketball": "篮球", "football": "橄榄球", "baseball": "棒球",
    "tennis": "网球", "hockey": "冰球", "volleyball": "排球", "frisbee": "飞盘", "golf": "高尔夫", "cricket": "板球",
    "swimming": "游泳",
}  # fmt: skip
_CHINESE_WEATHER = {
    "sunny": ("晴天", "天气晴朗"), "rainy": ("雨天", "在下雨"), "cloudy": ("阴天", "是阴天"),
    "foggy": ("雾天", "有雾"), "snowy": ("下雪天", "在下雪"),
}  # fmt: skip
_PLACE_WORDS = {"mountains": "mountain", "woods": "forest", "country": "countryside", "highway": "street"}
_WORN_ON_HEAD = frozenset({"head", "eyes", "face"})


@cache
def templates() -> dict[tuple[str, str], tuple[list[str], list[int]]]:
    """Kind and language ("en statement" for statements) → texts and how often each is used."""
    found: defaultdict[tuple[str, str], tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
    for kind, language, weight, text in rows("templates", 4):
        texts, weights = found[kind, language]
        texts.append(text)
        weights.append(int(weight))
    return dict(found)


def worded(kind: str, slots: Slots, language: Language, rng: random.Random, form: Form = "question") -> str:
    """A text for it, drawn by how often people use each form; empty where none fits its words.

    Raises:
        KeyError: there is no text for the kind in that language.
    """
    texts, weights = templates()[kind, language if form == "question" else f"{language} statement"]
    words = filled(dict(slots), language)
    fitting = [(t, w) for t, w in zip(texts, weights, strict=True) if _names(t) <= set(words)]
    if not fitting:
        return ""
    (text,) = rng.choices([t for t, _ in fitting], [w for _, w in fitting])
    said = re.sub(r"\{(\w+)\}", lambda match: words[match[1]], text)
    return said[0].upper() + said[1:] if form == "question" else said


def _names(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def filled(words: dict[str, str], language: Language) -> dict[str, str]:
    """What stands in a template's braces, for the words of a question."""
    return _english(words) if language == "en" else _chinese(words)


def _english(words: dict[str, str]) -> dict[str, str]:
    found = {}
    if who := words.get("who"):
        found |= _english_who(who, many=words.get("number") == "many")
    if thing := words.get("thing"):
        noun = nouns()[thing]
        found |= {"thing": thing, "a_thing": with_article(noun), "tis": "are" if is_pair(noun) else "is"}
        found |= {"there": "Are there" if is_pair(noun) else "Is there"}
        found |= {"Tis": found["tis"].title(), "tthis": "these" if is_pair(noun) else "this"}
        if not is_mass(noun):
            found["things"] = noun.plural
    if garment := words.get("garment"):
        noun = nouns()[garment]
        found |= {"garment": garment, "a_garment": with_article(noun), "garments": noun.plural}
        found |= {"gis": "are" if is_pair(noun) else "is", "Gis": "Are" if is_pair(noun) else "Is"}
    if place := words.get("place"):
        found |= {"place": place, "a_place": with_article(nouns()[place])}
    if other := words.get("other"):
        found["other"] = other
        if other in nouns():
            found["a_other"] = with_article(nouns()[other])
    if colour := words.get("colour"):
        found["colour"] = colour
        pair = any(is_pair(nouns()[words[s]]) for s in ("garment", "thing") if s in words)
        mass = "thing" in words and is_mass(nouns()[words["thing"]])
        found["a_colour"] = colour if pair or mass else f"{article(colour)} {colour}"
    if weather := words.get("weather"):
        ongoing = {"rainy": "raining", "snowy": "snowing"}.get(weather, weather)
        found |= {"weather": ongoing, "weather_day": weather, "Weather": ongoing.title()}
    if count := words.get("count"):
        found["count"] = {"2": "two", "3": "three", "4": "four"}.get(count, count)
    for plain in ("action", "sport", "setting", "side", "material"):
        if plain in words:
            found[plain] = words[plain]
    if "age" in words:
        young = words["age"] == "young"
        found |= {"man": "boy", "woman": "girl"} if young else {"man": "man", "woman": "woman"}
    return found


def _english_who(who: str, *, many: bool) -> dict[str, str]:
    noun = nouns()[who]
    one = "person" if who == "person" else who
    name = noun.plural if many else one
    male, female = {"man", "boy"}, {"woman", "girl"}
    found = {
        "who": name, "is": "are" if many else "is", "Is": "Are" if many else "Is",
        "Does": "Do" if many else "Does", "this": "these" if many else "this",
        "a_who": name if many else f"{article(name)} {name}",
        "whose": "people's" if many and who == "person" else f"{name}'" if many else f"{name}'s",
        "his": "their" if many or who not in male | female else "his" if who in male else "her",
    }  # fmt: skip
    if many:
        found["he"] = "they"
    elif who in male | female:
        found["he"] = "he" if who in male else "she"
    return found


def _chinese(words: dict[str, str]) -> dict[str, str]:
    found = {}
    if who := words.get("who"):
        noun = nouns()[who]
        many = words.get("number") == "many"
        some = "些" if many else noun.measure_word
        person = noun.group == "person"
        found |= {"who": noun.chinese + ("们" if many and person and who != "person" else "")}
        found["the_who"] = f"这{some}{noun.chinese}"
    if thing := words.get("thing"):
        noun = nouns()[thing]
        found |= {"thing": noun.chinese, "measure": noun.measure_word}
    if garment := words.get("garment"):
        noun = nouns()[garment]
        worn = "戴" if noun.group in _WORN_ON_HEAD or garment in {"scarf", "gloves", "necklace"} else "穿"
        found |= {"garment": noun.chinese, "measure": noun.measure_word, "wear": worn, "wears": worn + "着"}
    if place := words.get("place"):
        found["place"] = nouns()[place].chinese
    if other := words.get("other"):
        found["other"] = chinese_word(other)
    if colour := words.get("colour"):
        found["colour"] = chinese_colour(colour)
    if weather := words.get("weather"):
        day, now = _CHINESE_WEATHER[weather]
        found |= {"weather": day, "weather_day": day, "weather_now": now}
    if count := words.get("count"):
        found["count"] = {"2": "两", "3": "三", "4": "四"}.get(count, count)
    if action := words.get("action"):
        found["action"] = chinese_word(action)
    if sport := words.get("sport"):
        found["sport"] = _CHINESE_SPORTS[sport]
    if setting := words.get("setting"):
        found["setting"] = "室内" if setting == "indoors" else "室外"
    if side := words.get("side"):
        found["side"] = "左边" if side == "left" else "右边"
    if material := words.get("material"):
        found["material"] = chinese_of()[material]
    if "age" in words:
        young = words["age"] == "young"
        found |= {"man": "男孩", "woman": "女孩"} if young else {"man": "男人", "woman": "女人"}
    return found


def chinese_word(word: str) -> str:
    """A noun, action, colour or weather in Chinese."""
    if word in actions():
        return actions()[word].chinese
    if word in nouns() and word not in {"orange"}:
        return nouns()[word].chinese
    return _CHINESE_WEATHER[word][0] if word in _CHINESE_WEATHER else chinese_colour(word)


def chinese_colour(colour: str) -> str:
    """红色; 黑白 and 红色和蓝色 for two."""
    if colour in {"black and white", "white and black"}:
        return "黑白相间"
    return "和".join(chinese_of()[one] for one in colour.split(" and "))


def article(word: str) -> str:
    """a or an."""
    return "an" if word[0] in "aeiou" and not word.startswith("uni") else "a"


def is_mass(noun: Noun) -> bool:
    """Whether it is not counted: grass, bread."""
    return noun.plural == noun.word and noun.group != "animal" and not is_pair(noun)


def is_pair(noun: Noun) -> bool:
    """Whether it has no singular: glasses, skis, stairs."""
    return noun.plural == noun.word and noun.word.endswith("s") and noun.word != "grass"


def with_article(noun: Noun) -> str:
    """a dog, an apple, grass, glasses."""
    if is_mass(noun) or is_pair(noun):
        return noun.word
    return f"{article(noun.word)} {noun.word}"
