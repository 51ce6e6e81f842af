"""Which questions are about what a photograph shows, by their words, in English and Chinese.

Of these an estimate may be made where no look carries an answer: not of what is written (a misread
total is no matter of opinion), nor of what no picture shows ("What is the capital of France?").
Which look is taken, the planner says.
"""

from __future__ import annotations

import re
from functools import cache

from agent.answer import Language
from agent.grounding.field_names import field_words
from agent.grounding.notices import notice_question
from agent.grounding.question_parts import Part
from tools.evidence import Evidence
from tools.words.codes import kind_asked
from tools.words.compared_scenes import Compared, compared_scene, compared_scenes
from tools.words.forms import form_of
from tools.words.groups import members_of
from tools.words.labels import COLOURS
from tools.words.lists import rows_of, words_of_kind
from tools.words.named_things import named_things
from tools.words.place_questions import place_question
from tools.words.predicates import KINDS, pattern_for, pattern_of, words_for
from tools.words.sentences import label_spans
from tools.words.tables import words_of

MAX_UNKNOWN = 1
"""Words that may be none that people ask about photographs with."""
OF_A_BEING = 3
"""The same where it speaks of somebody, or of an animal: of these less stands on paper."""
_OF_A_DAY = re.compile(r"\btime of (?:the )?(?:day|year)\b", re.IGNORECASE)
_OF_WEATHER = re.compile(
    r"\b(?:weather|season|when (?:this|it|the)\b.*\btaken)\b|天气|季节", re.IGNORECASE
)
"""Whenever that was: "What was the weather like when this was taken?"."""
_OLD = re.compile(r"\bhow old\b", re.IGNORECASE)
_WRITTEN_KINDS = {"amount", "rate", "time", "date"}
_RULES = {"allowed", "contains", "free"}
"""What only a notice or a label says; that a door is open, is seen."""
_FIELD_ALONE = re.compile(r"\W*(?:what|which)(?:['’]s| is| are) (?:the|its|their|this)\b", re.I)
_IN_TOTAL = ("count", "total")
"""How many there are in total."""
_ASKING = (
    "how", "many", "much", "what", "which", "who", "whose", "where", "when", "why", "any", "will",
    "would", "could", "isn", "aren",
)  # fmt: skip
_OF_ITS_KIND = re.compile(
    r"what(?:['’]s| is| are) (?:this|that|these|those|it|going on|happening)(?: here| called)?\W*"
    r"|(?:这|那|图中|图里)是?(?:个)?(?:什么|啥)(?:东西)?[?？。]?",
    re.IGNORECASE,
)
"""What it is, or whether it is one: whatever that is, the picture shows it."""
_IS_ONE = re.compile(
    r"(?:is|was) (?:this|that|it) an? [a-z]+(?: [a-z]+)?\W*"
    r"|are (?:these|those) (?:[a-z]+ )?[a-z]+s\W*"
    r"|(?:这|那)是?不?是(?:一?[个只张场种])?[^吗么]{1,6}[吗么][?？]?",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\W*(?:(?:in|on|at|of|from|to|for|with|by|about|approximately) )?"
    r"(?:wh(?:at|ich|o|om|ose|ere|en|y)|how many|how (?!much\b)\w+|how(?=['’]s\b)|is|are|was|were|"
    r"do|does|did|has|have (?:they|the|these|you|people|all|both|any)|had|can|could|will|would|"
    r"may|might|any)"
    r"(?:n['’]t|['’]s)?\b",
    re.IGNORECASE,
)
_THERE_IS = re.compile(
    r"\W*(?:(?:is|are) there (?:an?|any|some|no|more than one)? ?(?:[a-z]+ )?(?P<thing>[a-z]+)"
    r"|how many (?:[a-z]+ )?(?P<counted>[a-z]+)"
    r"(?: (?:is|are) there| (?:do|can) you see| (?:is|are) (?:shown|seen|visible)| can be seen)?)"
    r"(?: (?:here|visible|shown|in (?:the|this|that) (?:picture|image|photo|scene|room)))?\W*",
    re.IGNORECASE,
)
_TO_SEE = re.compile(
    r"\b(?:do|can) you see\b|\b(?:shown|seen|visible|pictured)\b"
    r"|\bin (?:the|this|that) (?:picture|image|photo|scene)\b",
    re.IGNORECASE,
)
_SIGNS = {"sign", "signs", "poster", "posters", "banner", "banners", "magazines", "newspapers"}
"""What is written on, where it is counted."""
_OF_SOMEONE = re.compile(
    r"\W*(?:is|was|does|did|has|had|can|could|will|would) (?:he|she)\b", re.IGNORECASE
)
_ASKS_ZH = re.compile(r"[?？吗么呢]|什么|啥|哪|几|多少|怎|还是|是不是|有没有|会不会|是否")
_ADDRESSES = re.compile(
    r"\b(?:are you|do you (?!see|think|find|spot)|you(?:['’]re|r)?$|you are)\b|^你", re.IGNORECASE
)
"""Asks the one who answers."""
_ARTICLE = re.compile(r"^(?:in |at )?(?:an? |the )?", re.IGNORECASE)
_ADJECTIVE = re.compile(r"^[\w-]+ ")
_CHOICE = re.compile(r"\s*(?:,\s*(?:or\s+)?|\bor\s+|[，、]|还是)\s*", re.IGNORECASE)
_TOLD = re.compile(
    r"^\W*(?:please |can you |could you )*(?:tell me|do you (?:know|think))\b", re.IGNORECASE
)
_LITERAL = re.compile(r"[\d\"“”‘’「」]|'[^']{2,}'(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")
_PICTURE = re.compile(
    r"\b(?:pictures?|pics?|images?|photos?|photographs?|scene|shot|background|foreground)\b", re.I
)


def asks_to_see(part: Part, language: Language) -> bool:
    """Whether it asks for what a person sees in a photograph, whatever look that takes."""
    text = _TOLD.sub("", part.text)
    if _asks_for_writing(part, text) or not _is_a_question(text, language):
        return False
    if _LITERAL.search(text) or _ADDRESSES.search(text) or may_harm(text):
        return False
    if _phrases("elsewhere").search(text) and not _counts_signs(text):
        return False
    if part.kind == "colour" or _OF_ITS_KIND.fullmatch(text.strip()) or asks_if_it_is(text):
        return True
    if _form(text) == "where" or (language == "en" and place_question(text) is not None):
        return True
    return is_of_things(part, language)


def is_of_things(part: Part, language: Language) -> bool:
    """Whether it names anything that is seen in photographs, and little that is not.

    Kinds of place stand on paper as well: alone they show it only where it is asked whether this is
    one ("Is this a restaurant?", not "Which restaurant is this?"). A colour alone is of no thing.
    """
    text = part.text
    things = any(label not in COLOURS for _, _, label in label_spans(text, language))
    if any(_unknown(name.casefold()) for name in part.names) and not _speaks_of_a_being(text):
        return False
    if things or _asks_for_presence(text) or _names_what_is_seen(text) or _form(text) == "taken":
        is_known = True
    elif asks_for_a_place(text) or len(alternatives(text)) > 1:
        is_known = _places().search(text) is not None
    else:
        is_of_picture = _PICTURE.search(text) is not None
        says_more = part.kind in ("yes/no", "count") or bool(_unknown(text))
        is_known = (is_of_picture and says_more) or _OF_SOMEONE.match(text) is not None
    most = OF_A_BEING if _speaks_of_a_being(text) else MAX_UNKNOWN
    return is_known and (language == "zh" or len(_unknown(text)) <= most)


def _asks_for_presence(text: str) -> bool:
    """Whether it asks if there is something that is seen, or how many: "Is there an audience?"."""
    form = _THERE_IS.fullmatch(text)
    thing = (form["thing"] or form["counted"]).casefold() if form is not None else ""
    if not thing or any(thing in words for words in rows_of("activities")):
        return False  # a notice says whether there is parking
    beside = words_of_kind("scene_words", "beside")
    is_known = thing in beside or thing.removesuffix("s") in beside or _counts_signs(text)
    return is_known or _TO_SEE.search(text) is not None


def _counts_signs(text: str) -> bool:
    form = _THERE_IS.fullmatch(text)
    return form is not None and (form["counted"] or "").casefold() in _SIGNS


def asks_if_it_is(text: str) -> bool:
    """Whether it asks if the picture shows one of a kind, whichever: "Is this a ceremony?".

    Whether it is a paper, it is not asked of a photograph.
    """
    is_paper = pattern_of("zh", "paper").search(text) is not None
    return not is_paper and _IS_ONE.fullmatch(text.strip()) is not None


def _speaks_of_a_being(text: str) -> bool:
    beings = members_of("animal") | {"person"}
    return _OF_SOMEONE.match(text) is not None or bool(named_things(text, beings))


def may_harm(text: str) -> bool:
    """Whether an answer could harm somebody in the picture: "Who is this man?", "Is he Jewish?"."""
    return form_of("harmful_questions", text) is not None


def alternatives(text: str) -> tuple[str, ...]:
    """What a question lets choose from, of what a whole picture is or shows; empty for any other.

    "Is this a kitchen, a bathroom or an office?", "Is it sunny or cloudy?", "这是厨房还是办公室？".
    """
    form = form_of("alternatives", text)
    if form is None or form[0] != "which":
        return ()
    pieces = _CHOICE.split(form[1]["choices"])
    return tuple(filter(None, (piece.strip() for piece in pieces)))


def asks_for_a_place(text: str) -> bool:
    """Whether it asks if the picture shows one kind of place or weather: "Is this a kitchen?"."""
    named = _asked_whether(text)
    bare = (named, _ADJECTIVE.sub("", named))
    return any(_places().fullmatch(place) for place in bare)


def scene_asked_for(text: str) -> Compared | None:
    """The place or weather that it asks for, where that is one that excludes others."""
    return compared_scene(_asked_whether(text))


def is_scene_asked_for(text: str, e: Evidence) -> bool | None:
    """Whether what fits the picture best is the place or weather that a question asks for.

    None where no such question is asked, or what fits best does not exclude it.
    """
    scene = scene_asked_for(text)
    if scene is None or e.kind != "estimate" or e.status != "found" or e.value is not None:
        return None
    if e.label in scene.phrases:
        return True
    return False if any(e.label in rival.phrases for rival in scene.rivals()) else None


def _asked_whether(text: str) -> str:
    """What it asks whether the picture shows, without its article; empty for any other question."""
    form = form_of("alternatives", text)
    if form is None or form[0] != "whether":
        return ""
    return _ARTICLE.sub("", form[1]["choices"])


def _form(text: str) -> str | None:
    form = form_of("alternatives", text)
    return None if form is None else form[0]


def _asks_for_writing(part: Part, text: str) -> bool:
    notice = notice_question(text)
    if part.of_payment or part.without or kind_asked(text) is not None:
        return True
    if notice is not None and (notice.asked in _RULES or not notice.topic):
        return True
    if _OF_A_DAY.search(text):
        return False
    if part.kind in _WRITTEN_KINDS and not (_OLD.search(text) or _OF_WEATHER.search(text)):
        return True
    return bool(part.fields) and not _fields_are_things(part, text)


def _fields_are_things(part: Part, text: str) -> bool:
    """Whether a field is only called like what is meant: the phone in a hand, a table."""
    words = field_words(text)
    is_alone = part.kind == "open" and _FIELD_ALONE.sub("", text).strip(" ?.") in words
    which = any(re.search(rf"\b(?:what|which|whose) {re.escape(w)}\b", text, re.I) for w in words)
    return not (is_alone or which) and all(
        not _unknown(word) or (part.kind, word) == _IN_TOTAL for word in words
    )


def _names_what_is_seen(text: str) -> bool:
    return not _seen().isdisjoint(_words(text)) or _phrases("seen").search(text) is not None


def _unknown(text: str) -> list[str]:
    """The words of an English question that name something else than people ask of photographs."""
    return [word for word in _words(_PICTURE.sub(" ", text)) if word not in _known()]


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if len(word) > 1]


def _is_a_question(text: str, language: Language) -> bool:
    if language == "zh":
        return _ASKS_ZH.search(text) is not None
    return _ASKS.match(text) is not None or " or " in text


@cache
def _seen() -> frozenset[str]:
    words = {word for word in words_of_kind("scene_words", "seen") if " " not in word}
    return frozenset(words | {f"{word}s" for word in words if word.isascii()})


@cache
def _known() -> frozenset[str]:
    """All words of English that may stand in a question about a photograph."""
    names = (*words_of("things", asked=True), *words_of("groups", asked=True), *words_of("colours"))
    places = (*words_of_kind("scenes", "place"), *words_of_kind("scenes", "weather"))
    beside = words_of_kind("scene_words", "beside")
    asking = [word for kind in KINDS for word in words_for(kind, "en")]
    listed = _words(" ".join((*names, *places, *beside, *asking, *_ASKING)))
    return _seen().union(listed)


@cache
def _phrases(kind: str) -> re.Pattern[str]:
    """One pattern for the words of a kind, without the single ones of English that `_seen` has."""
    words = words_of_kind("scene_words", kind)
    return pattern_for([w for w in words if kind != "seen" or " " in w or not w.isascii()])


@cache
def _places() -> re.Pattern[str]:
    compared = [name for scene in compared_scenes() for name in scene.names]
    listed = (*words_of_kind("scenes", "place"), *words_of_kind("scenes", "weather"))
    return pattern_for([*listed, *compared])
