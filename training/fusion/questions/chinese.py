"""What stands in the braces of Chinese templates."""

from __future__ import annotations

from collections.abc import Callable

from training.fusion.questions.lexicon import actions, chinese_of, nouns, sports, weathers

Filled = dict[str, str]
_PUT_ON = frozenset({"head", "eyes", "face"})
_ALSO_PUT_ON = frozenset({"scarf", "gloves", "necklace"})
"""What is 戴, not 穿, wherever it is worn."""
_NUMBERS = {"2": "两", "3": "三", "4": "四"}


def chinese(words: Filled) -> Filled:
    """Slots of a template and their Chinese, for the English words of a question by their kind."""
    found: Filled = {}
    for slot, fill in _FILLED.items():
        if slot in words:
            found |= fill(words)
    return found


def colour_in_chinese(colour: str) -> str:
    """红色; two are joined: 红色和蓝色, but black and white is 黑白相间."""
    if colour == "black and white":
        return "黑白相间"
    return "和".join(chinese_of()[one] for one in colour.split(" and "))


def _who(words: Filled) -> Filled:
    noun, many = nouns()[words["who"]], words.get("number") == "many"
    some = "些" if many else noun.measure_word
    plural = many and noun.group == "person" and noun.word != "person"
    return {
        "who": noun.chinese + ("们" if plural else ""),
        "the_who": f"这{some}{noun.chinese}",
    }


def _thing(words: Filled) -> Filled:
    noun = nouns()[words["thing"]]
    return {"thing": noun.chinese, "measure": noun.measure_word}


def _garment(words: Filled) -> Filled:
    noun = nouns()[words["garment"]]
    put_on = noun.group in _PUT_ON or noun.word in _ALSO_PUT_ON
    wear = "戴" if put_on else "穿"
    return {"garment": noun.chinese, "wear": wear, "wears": f"{wear}着"}


def _other(words: Filled) -> Filled:
    other = words["other"]
    if "colour" in words:
        return {"other": colour_in_chinese(other)}
    if "weather" in words:
        return {"other": weathers()[other].chinese}
    return {"other": (actions()[other] if "action" in words else nouns()[other]).chinese}


def _weather(words: Filled) -> Filled:
    weather = weathers()[words["weather"]]
    day = weather.chinese
    return {"weather": day, "weather_day": day, "weather_now": weather.chinese_ongoing}


def _age(words: Filled) -> Filled:
    young = words["age"] == "young"
    return {"man": "男孩" if young else "男人", "woman": "女孩" if young else "女人"}


_FILLED: dict[str, Callable[[Filled], Filled]] = {
    "who": _who, "thing": _thing, "garment": _garment, "other": _other,
    "weather": _weather, "age": _age,
    "place": lambda words: {"place": nouns()[words["place"]].chinese},
    "colour": lambda words: {"colour": colour_in_chinese(words["colour"])},
    "count": lambda words: {"count": _NUMBERS[words["count"]]},
    "action": lambda words: {"action": actions()[words["action"]].chinese},
    "sport": lambda words: {"sport": sports()[words["sport"]][0]},
    "setting": lambda words: {"setting": "室内" if words["setting"] == "indoors" else "室外"},
    "side": lambda words: {"side": "左边" if words["side"] == "left" else "右边"},
}  # fmt: skip
