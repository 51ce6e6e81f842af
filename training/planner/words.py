"""Words to copy: item names, labels of forms, words on signs, invented words; seeded.

The planner must write such words into its calls exactly as they stand in the question, so most of
them are put together from parts and never seen twice.
"""

from __future__ import annotations

import random

from agent.answer import Language
from training.planner.phrasings import words as listed

_SYLLABLES = listed("syllables")
_HAN = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "金银铜铁玉石木火土山川河海江湖花草树叶春夏秋冬风云雨雪龙凤虎鹿鹤松竹梅兰菊桃李杏梨香甜鲜美味安康福禄寿喜丰盛华兴隆顺达通元亨利"
)
FOODS = listed("foods en")
_PARTS = ["", "", "", "", " 500ml", " 1kg", " XL", " No 7", " (large)", " B12", " 2L", "-A3"]


def invented(rng: random.Random) -> str:
    """A word that no text has: two to four syllables."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 4)))


def invented_zh(rng: random.Random) -> str:
    """Two to four Chinese characters put together at random."""
    return "".join(rng.choice(_HAN) for _ in range(rng.randint(2, 4)))


def code(rng: random.Random) -> str:
    """Something like a product code: letters and digits."""
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTUVWX") for _ in range(rng.randint(1, 3)))
    return f"{letters}{rng.choice(['-', '', ' '])}{rng.randint(1, 9999)}"


def words(rng: random.Random, known: list[str], language: Language, least: float = 0.45) -> str:
    """Something to copy: from `known`, or put together; casing and additions vary."""
    if rng.random() < least:
        text = rng.choice(known)
    elif language == "zh" and rng.random() < 0.75:
        text = invented_zh(rng)
        if rng.random() < 0.4:
            text += rng.choice(known)
    elif rng.random() < 0.12:
        return code(rng)
    else:
        parts = [
            invented(rng) if rng.random() < 0.6 else rng.choice(rng.choice(FOODS).split())
            for _ in range(rng.choice([1, 1, 2, 2, 3]))
        ]
        text = " ".join(parts)
        style = rng.random()
        text = text.title() if style < 0.3 else text.upper() if style < 0.45 else text.lower()
    if language == "en":
        style = rng.random()
        text = text.lower() if style < 0.3 else text.upper() if style < 0.36 else text
        text += rng.choice(_PARTS) if rng.random() < 0.3 else ""
    return text
