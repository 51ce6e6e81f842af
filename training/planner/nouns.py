"""What people call the things that a detector knows, in English and Chinese.

A line of `phrases/things.txt` is `label: english, … | chinese, …`; the first English word is the
label itself.
"""

from __future__ import annotations

from tools.words.tables import table
from training.planner.phrasings import FOLDER

_PLURALS = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "lady": "ladies",
    "sheep": "sheep", "cattle": "cattle", "skis": "skis", "ski": "skis", "knife": "knives",
    "calf": "calves", "mouse": "mice", "computer mouse": "computer mice", "scissors": "scissors",
    "broccoli": "broccoli", "luggage": "luggage", "aircraft": "aircraft", "puppy": "puppies",
    "pony": "ponies", "kitty": "kitties", "doggy": "doggies", "goose": "geese",
    "bottle of water": "bottles of water", "pair of scissors": "pairs of scissors",
}  # fmt: skip


def _parse() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    english: dict[str, list[str]] = {}
    chinese: dict[str, list[str]] = {}
    for line in (FOLDER / "things.txt").read_text(encoding="utf-8").splitlines():
        label, _, rest = line.partition(": ")
        en, _, zh = rest.partition(" | ")
        english[label] = en.split(", ")
        chinese[label] = zh.split(", ")
    return english, chinese


ENGLISH, CHINESE = _parse()
COCO = list(ENGLISH)
"""The things; beside them stand the groups, as the tools call them."""
for _group, _entry in table("groups").items():
    _words = (_group, *_entry.words, *_entry.asked)
    ENGLISH[_group] = [word for word in _words if word.isascii()]
    CHINESE[_group] = [_entry.chinese, *(word for word in _words if not word.isascii())]
GROUPS = list(table("groups"))

OTHER_LABELS = [
    "lamp", "pillow", "cabinet", "window", "door", "shoe", "hat", "glove", "helmet", "pen",
    "pencil", "basket", "box", "candle", "mirror", "curtain", "guitar", "piano", "drone", "robot",
    "tomato", "cucumber", "pear", "lemon", "grape", "melon", "mango", "onion", "potato", "garlic",
    "hammer", "wrench", "screw", "nail", "ladder", "bucket", "barrel", "pallet", "forklift",
    "tree", "flower", "leaf", "rock", "cone", "license plate", "wheel", "mask", "face", "hand",
    "fish", "crab", "turtle", "rabbit", "fox", "lion", "tiger", "monkey", "duck", "chicken",
]  # fmt: skip
"""Names that other weights may know; asked for without being offered, they teach to decline."""

OTHER_CHINESE = {
    "lamp": "灯", "pillow": "枕头", "cabinet": "柜子", "window": "窗户", "door": "门",
    "shoe": "鞋", "hat": "帽子", "glove": "手套", "helmet": "头盔", "pen": "笔",
    "pencil": "铅笔", "basket": "篮子", "box": "箱子", "candle": "蜡烛", "mirror": "镜子",
    "curtain": "窗帘", "guitar": "吉他", "piano": "钢琴", "drone": "无人机", "robot": "机器人",
    "tomato": "西红柿", "cucumber": "黄瓜", "pear": "梨", "lemon": "柠檬", "grape": "葡萄",
    "tree": "树", "flower": "花", "leaf": "叶子", "rock": "石头", "face": "脸", "hand": "手",
    "fish": "鱼", "rabbit": "兔子", "lion": "狮子", "tiger": "老虎", "monkey": "猴子",
    "duck": "鸭子", "chicken": "鸡",
}  # fmt: skip


def plural(word: str) -> str:
    """The English plural of a noun."""
    if word in _PLURALS:
        return _PLURALS[word]
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def article(word: str) -> str:
    """ "a" or "an"."""
    return "an" if word[0].lower() in "aeiou" else "a"
