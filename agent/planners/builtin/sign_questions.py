"""Which questions are about what is written on a sign, a notice or a label: closed forms, by pattern.

Of some it is known that they ask for words ("What is forbidden?"); others may as well be about
things ("Where are the toilets?"), and are only answered where the text does. Yes/no questions are
`agent.grounding.notices`'; planning is `agent.planners.builtin.signs`'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Form = Literal[
    "forbidden", "allowed", "words", "caption", "should go", "where", "far", "who", "label", "off",
    "from", "either", "about", "measure",
]  # fmt: skip


@dataclass(frozen=True)
class SignQuestion:
    """A question about what is written: its form, and what it names.

    `others` are the words to choose from ("push or pull"), or the unit that is asked for.
    """

    form: Form
    topic: str = ""
    others: tuple[str, ...] = ()


_THE = r"(?:the |my |our |your |a |an |any |this |that )?"
_SIGN = r"(?:the|this|that) (?:sign|notice|board|poster|label|text|picture|image|plate|banner)"
_ON = rf"(?: (?:on|by|in|according to) {_SIGN})?(?: here)?"
_UNITS = {
    "ml": r"ml|millilit(?:er|re)s?|毫升", "l": r"l|lit(?:er|re)s?|升", "g": r"g|grams?|grammes?|克",
    "kg": r"kg|kilos?|kilograms?|公斤|千克", "km": r"km|kilomet(?:er|re)s?|公里|千米",
    "m": r"m|met(?:er|re)s?|米", "mi": r"mi|miles?|英里", "min": r"min|mins|minutes?|分钟",
}  # fmt: skip
UNITS = {
    unit: re.compile(rf"\d[\d.,]*\s*(?:{names})(?![^\W\d_])", re.IGNORECASE)
    for unit, names in _UNITS.items()
}
_UNIT = "|".join(_UNITS.values())
_FORMS: tuple[tuple[Form, str], ...] = (
    ("words", rf"how many words (?:are|does|do|is) .+|(?:count|what is the number of) (?:the )?words{_ON}"),
    ("words", r".*(?:有|共有|一共有)(?:几|多少)个?(?:单词|英文词|英语单词).*"),
    (
        "forbidden",
        rf"what (?:is|are|does {_SIGN}|things are) (?:not allowed|not permitted|forbidden|forbid|prohibited|prohibit|"
        rf"banned|ban|disallowed)(?: to do)?{_ON}|what (?:may|can|must|should) (?:I|we|you|one) not do{_ON}|"
        rf"what (?:can't|mustn't|shouldn't) (?:I|we|you|one) do{_ON}",
    ),
    ("forbidden", r".{0,8}?(?:禁止|不允许|不准|不许|不能|不可以)(?:做|干|带|有)?(?:什么|哪些)(?:事|东西|行为)?"),
    ("forbidden", r"(?:什么|哪些)(?:是|行为)?(?:被)?(?:禁止|不允许|不准|不许)(?:的)?"),
    ("allowed", rf"what (?:is|are|does {_SIGN}|things are) (?:allowed|allow|permitted|permit){_ON}"),
    ("allowed", r".{0,8}?(?:允许|准许)(?:做|带)?(?:什么|哪些)(?:事|东西)?"),
    (
        "caption",
        r"what (?:does|do|is|are) (?:the )?(?:subtitles?|captions?|closed captions?)(?: say| read| written)?|"
        r"(?:read|transcribe) (?:me )?(?:the )?(?:subtitles?|captions?)|what is (?:written|said) in the (?:subtitle|caption)s?",
    ),
    ("caption", r".{0,6}?字幕(?:上|里|中)?(?:写|说|显示|是|讲)?(?:的)?(?:是|了|着)?(?:什么|啥)(?:内容)?"),
    ("measure", rf"how (?:many|much) (?P<unit>{_UNIT}) (?:are|is) (?:there )?(?:in|inside) .+"),
    ("measure", rf"how many (?P<unit>{_UNIT}) (?:does|do) .+? (?:contain|hold|have|weigh)"),
    ("measure", rf".*(?:有|是)?多少(?P<unit>{_UNIT})"),
    (
        "far",
        rf"how (?:far|many (?:{_UNIT})) (?:is it|is|are|away is|to|are we from|do we have) ?(?:still )?(?:away |from here )?"
        rf"(?:to |until |till )?{_THE}(?P<topic>.+?)(?: away)?",
    ),
    ("far", rf"what is the distance to {_THE}(?P<topic>.+)|how far away is {_THE}(?P<topic2>.+)"),
    ("far", rf"(?:到|离|距离|距)(?P<topic>.+?)(?:还)?(?:有|是)?(?:多远|多少(?:{_UNIT}))"),
    ("off", rf"how much (?:is|are) off {_THE}(?P<topic>.+)|how much off (?:is|are) {_THE}(?P<topic2>.+)"),
    ("off", rf"(?:what|how (?:big|large|much)) (?:is )?(?:the )?(?:discount|reduction) (?:on|for|of) {_THE}(?P<topic>.+)"),
    ("off", rf"(?:by )?how (?:much|many per ?cent) (?:is|are) {_THE}(?P<topic>.+?) (?:reduced|discounted|off|cheaper)"),
    ("off", r"(?P<topic>.+?)(?:打|是)?(?:几折|多少折|优惠多少|便宜多少|折扣是多少|减多少)"),
    ("from", rf"how much (?:do|does|are|is|would) {_THE}(?P<topic>.+?)(?: cost| be)?"),
    ("from", rf"what (?:do|does) {_THE}(?P<topic>.+?) cost|what(?: is|'s) the price of {_THE}(?P<topic2>.+)"),
    ("from", r"(?P<topic>.+?)(?:的价格是|卖|要|需要)?(?:多少钱|什么价|什么价格)"),
    (
        "should go",
        rf"where (?:should|must|can|may|do|does|shall|could) {_THE}(?P<topic>.+?)"
        r"(?: (?:go|be|stay|be parked|be left|be put|be kept|enter))?",
    ),
    ("where", rf"(?:which|what) (?:way|direction|side|floor|level) (?:is|are|to|do|does|should|for|must|can) {_THE}(?P<topic>.+?)(?: on| in| go| use)?"),
    ("where", rf"where (?:is|are) {_THE}(?P<topic>.+)|where does {_THE}(?P<topic2>.+?) (?:go|lead|stop)(?: to)?"),
    ("should go", r"(?P<topic>.+?)(?:应该|应当|该|要|可以)(?:停|放|走|去|到|停放|停在|放在)?(?:在)?(?:哪里|哪儿|哪边|什么地方|哪个方向)(?:走|去|停|放)?"),
    ("where", r"(?P<topic>.+?)(?:停|放|走|去|到|停放|停在|放在)?(?:在)?(?:哪里|哪儿|哪边|什么地方|哪个方向)(?:走|去|停|放)?"),
    ("who", rf"who (?:may|can|must|should|is allowed to|are allowed to|has to) (?P<topic>.+?){_ON}"),
    ("who", r"谁(?:可以|能|允许|必须|应该)(?P<topic>.+)|(?:哪些人|什么人)(?:可以|能)(?P<topic2>.+)"),
    ("label", rf"what(?: is|'s| are) (?:the |a )?(?P<topic>danger|warning|hazard|caution|risk|attention|network|wifi|wi-fi|wifi network|hotline)(?: called| name| about)?{_ON}"),
    ("label", rf"what (?:does {_SIGN} warn|are we warned|is (?:it|the warning)) (?:of|about|against)(?P<topic>)"),
    ("either", r"(?:should|do|must|shall) (?:I|we|you) (?P<one>\w+) or (?P<other>\w+)(?: .*)?"),
    ("either", r"(?:is|are) (?:it|this|that|they|the \w+) (?P<one>\w+) or (?P<other>\w+)(?: .*)?"),
    ("either", r".*?(?:应该|要|是|该)?(?P<one>[推拉开关左右])还是(?P<other>[推拉开关左右]).*"),
    ("about", rf"(?:which|what) (?P<noun>\w+) (?:should|must|may|can|do|does) {_THE}(?P<topic>.+?)(?: use| take| go to| go through| enter)?"),
)  # fmt: skip
_ASKS = tuple((form, re.compile(text, re.IGNORECASE)) for form, text in _FORMS)


def sign_question(text: str) -> SignQuestion | None:
    """The question as one about what is written; None for every other."""
    plain = " ".join(text.replace("’", "'").split()).strip(" .?!？。！")
    for form, pattern in _ASKS:
        if match := pattern.fullmatch(plain):
            parts = {name: part for name, part in match.groupdict().items() if part}
            topic = parts.get("topic") or parts.get("topic2") or ""
            return SignQuestion(form, topic, _others(parts))
    return None


def _others(parts: dict[str, str]) -> tuple[str, ...]:
    if "one" in parts:
        return (parts["one"], parts["other"])
    if "unit" in parts:
        return tuple(u for u, names in _UNITS.items() if re.fullmatch(names, parts["unit"], re.I))
    return (parts["noun"],) if "noun" in parts else ()
