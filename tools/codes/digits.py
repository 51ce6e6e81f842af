"""Numbers of goods as they are printed below a bar code, and their check digit (GS1 GTIN)."""

from __future__ import annotations

import re

_LENGTHS = {8, 12, 13, 14}
_GROUPS = re.compile(r"(?<![\w.,-])\d(?:[ \-]?\d){7,13}(?: ?>)?(?![\w-])(?![.,]\d)")


def goods_numbers(text: str) -> list[str]:
    """The numbers of 8, 12, 13 or 14 digits in a text whose check digit is right, digits alone.

    Spaces may stand between the digits: "4 006381 333931".
    """
    found = (re.sub(r"\D", "", match[0]) for match in _GROUPS.finditer(text))
    return [digits for digits in found if is_goods_number(digits)]


def is_goods_number(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it: weights 3, 1 from behind."""
    if len(digits) not in _LENGTHS or not (digits.isascii() and digits.isdigit()):
        return False
    weighted = sum(int(d) * (3, 1)[at % 2] for at, d in enumerate(reversed(digits[:-1])))
    return (weighted + int(digits[-1])) % 10 == 0
