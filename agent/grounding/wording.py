"""The few words that code itself puts into answers, in each language that answers come in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from agent.answer import Language
from tools.evidence import Evidence, PictureRef
from tools.reading.labels import bare_words, field_of
from tools.words import codes, compared_scenes, described_scenes, kinds
from tools.words.answers import answer_in_chinese
from tools.words.labels import chinese, measure_word, plural
from tools.words.tables import entry_of

WORDING: dict[Language, dict[str, str]] = {
    "en": {
        "yes": "yes",
        "no": "no",
        "equal": "equal",
        "picture": "picture {number}",
        "page": "page {number}",
        "frame": "frame {number}",
        "of_picture": "picture {number}, {page}",
        "not_found": "Cannot tell: I looked, and it is not there.",
        "unsure": "Cannot tell: I looked, and I am not sure.",
        "could_not_look": "Cannot tell: I have no tool that can look at this.",
        "unsupported": "Cannot tell: what I saw does not carry an answer.",
        "out_of_time": "Cannot tell: the time for this question is over.",
        "planner_failed": "Cannot tell: the planner failed ({why}).",
        "best_guess": "Closest: {what} ({score}).",
        "best_estimate": "Best guess: {what} ({score}).",
        "probably": "probably {what}",
        "probably_not": "probably not {what}",
        "estimate_says": "An estimate says {what}.",
        "estimate_denies": "An estimate says: not {what}.",
        "disagreeing": "The picture gives more than one {what}.",
        "seen": "What I saw: {what}.",
        "seen_besides": "Besides, I saw: {what}.",
        "absent": "no {what}",
        "text_like": 'text that says "{what}"',
        "failed": "{tool} failed: {why}",
        "missing": "Not available here: {names}.",
        "unanswered": "I could not answer this part: {what}.",
        "rests_on": "That rests on {what}.",
        "by_tool": "{tool}: {what}",
        "seen_so_surely": "{what} ({score})",
        "part": "“{name}” ({why})",
        "part_absent": "I found {what}",
        "part_unsure": "I am not sure; closest: {what}, {score}",
        "part_failed": "{tool} failed: {why}",
        "part_not_carried": "what I saw does not carry an answer",
        "first_pages": "I looked at the first {looked} of {total} pages{where}.",
        "first_frames": "I looked at {looked} of {total} frames{where}.",
        "first_pictures": "I looked at the first {looked} of {total} pictures.",
        "of_file": " of picture {number}",
        "no_page": "There is no such page or picture; I have {total}.",
        "unread": "I could not look at {what}: {why}.",
        "no_picture": "I answer questions about pictures. Add one, and ask what it shows, what it "
        "says, or how many there are of something.",
        "greeting": "Hello. Ask me something about the picture.",
        "thanks": "You are welcome.",
        "approval": "All right. Ask me more whenever you like.",
        "farewell": "Goodbye.",
        "about": "I answer questions about the picture: what it shows, what it says, how many "
        "there are of something. I say only what I can see in it.",
    },
    "zh": {
        "yes": "是",
        "no": "否",
        "equal": "一样",
        "picture": "图 {number}",
        "page": "第 {number} 页",
        "frame": "第 {number} 帧",
        "of_picture": "图 {number} {page}",
        "not_found": "无法回答:我看过了,图中没有。",
        "unsure": "无法回答:我看过了,但不确定。",
        "could_not_look": "无法回答:我没有能查看这一点的工具。",
        "unsupported": "无法回答:看到的内容不足以支持任何回答。",
        "out_of_time": "无法回答:这个问题的时间用完了。",
        "planner_failed": "无法回答:规划器出错({why})。",
        "best_guess": "最接近的是:{what}({score})。",
        "best_estimate": "最可能是:{what}({score})。",
        "probably": "大概{what}",
        "probably_not": "大概不是{what}",
        "estimate_says": "另有估计认为:{what}。",
        "estimate_denies": "另有估计认为:不是{what}。",
        "disagreeing": "图中有不止一个{what}。",
        "seen": "我看到的:{what}。",
        "seen_besides": "此外还看到:{what}。",
        "absent": "没有{what}",
        "text_like": "“{what}”这样的文字",
        "failed": "{tool} 失败:{why}",
        "missing": "此处不可用:{names}。",
        "unanswered": "这一部分未能回答:{what}。",
        "rests_on": "依据是 {what}。",
        "by_tool": "{tool}:{what}",
        "seen_so_surely": "{what}({score})",
        "part": "“{name}”({why})",
        "part_absent": "我看过了,{what}",
        "part_unsure": "不确定,最接近的是{what},{score}",
        "part_failed": "{tool} 失败:{why}",
        "part_not_carried": "看到的内容不足以支持回答",
        "first_pages": "我只看了{where}前 {looked} 页(共 {total} 页)。",
        "first_frames": "我只看了{where}其中 {looked} 帧(共 {total} 帧)。",
        "first_pictures": "我只看了前 {looked} 张图(共 {total} 张)。",
        "of_file": "图 {number} 的",
        "no_page": "没有这一页或这张图;我一共有 {total} 张。",
        "unread": "我无法查看{what}:{why}。",
        "no_picture": "我回答关于图片的问题。请添加一张图片,"
        "再问图中有什么、写了什么,或者某物有多少。",
        "greeting": "你好。请就这张图片提问。",
        "thanks": "不客气。",
        "approval": "好的。还想知道什么,请继续问。",
        "farewell": "再见。",
        "about": "我回答关于这张图片的问题:图中有什么、写了什么、某物有多少。"
        "我只说在图中看得到的。",
    },
}

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def language_of(question: str) -> Language:
    """The language to answer in: Chinese where the question holds a Chinese character."""
    return "zh" if _HAN.search(question) else "en"


def label_in(evidence: Evidence, label: str, language: Language) -> str:
    """A label of evidence as that language says it; colours and kinds have names of their own."""
    if is_asked_words(evidence, label):
        return bare_words(label)
    if language == "en":
        read_as = field_of(label) if _HAN.search(label) else None
        return read_as.name if read_as else label
    if evidence.kind == "estimate":
        known = described_scenes.chinese(label) or compared_scenes.chinese(label)
        return known or answer_in_chinese(label) or label
    if evidence.tool == "classify_image" and (name := kinds.chinese(label)) is not None:
        return name
    if evidence.tool == "read_codes" and (field := codes.field_names().get(label)) is not None:
        return field[0]
    return chinese(label, "colour" if evidence.value_type == "share" else "object")


def estimated(evidence: Evidence, language: Language) -> str:
    """What an estimate says: its answer, or the text that it has matched.

    In Chinese, what has no name there stands in quotation marks.
    """
    content = evidence.label or evidence.text if evidence.value is None else evidence.value
    answer = str(content)
    return answer if language == "en" else answer_in_chinese(answer) or f"“{answer}”"


def picture_name(ref: PictureRef, pictures: Sequence[PictureRef], language: Language) -> str:
    """A picture as a person calls it among `pictures`: "picture 2", "page 3", "图 1 第 3 页"."""
    words = WORDING[language]
    if ref.page is None:
        return words["picture"].format(number=ref.number)
    page = words[ref.unit].format(number=ref.page)
    if {p.number for p in pictures} == {ref.number}:
        return page
    return words["of_picture"].format(number=ref.number, page=page)


def is_asked_words(evidence: Evidence, label: str) -> bool:
    """Whether words of the question were looked for in the text: no thing that could be absent."""
    is_named = entry_of(label) is not None or field_of(label) is not None
    return evidence.tool == "read_text" and not is_named


def number_phrase(label: str, count: int, language: Language) -> str:
    """ "3 dogs", "no cats", "3 只狗", "没有猫"."""
    if language == "zh":
        name = chinese(label)
        return f"{count} {measure_word(label)}{name}" if count else f"没有{name}"
    return f"{count or 'no'} {plural(label, count)}"


def group_phrase(label: str, members: Counter[str], language: Language) -> str:
    """ "3 animals (2 dogs and 1 cat)", "3 只动物(2 只狗和1 只猫)"."""
    named = [number_phrase(member, n, language) for member, n in members.items()]
    space = " " if language == "en" else ""
    whole = number_phrase(label, members.total(), language)
    return f"{whole}{space}({join_words(named, language)})"


def join_words(words: list[str], language: Language) -> str:
    """ "a, b and c"; "a、b 和 c"."""
    if len(words) < 2:
        return "".join(words)
    comma, last = (", ", " and ") if language == "en" else ("、", "和")
    return comma.join(words[:-1]) + last + words[-1]
