"""Words for labels: plurals, Chinese names and measure words, and the words that people use.

Columns of the tables: label, plural, Chinese name, measure word, other words for it (a space
between them), and words that mean it in a question about a picture but often mean something else in
a sentence (a comma between them).

The 80 class names are COCO's (Lin et al., 2014); colours are the eleven basic colour terms
(Berlin and Kay, 1969). Labels that are not in the tables fall back to themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Literal

_COCO = """
person|people|人|个|man men woman women boy girl kid child children human lady 男人 女人 小孩 行人|guy, individual, pedestrian, 孩子, 人物, 男孩, 女孩
bicycle|bicycles|自行车|辆|bike bikes cycle 单车 脚踏车|push bike
car|cars|汽车|辆|automobile sedan 轿车 小车 车子|auto, 小汽车
motorcycle|motorcycles|摩托车|辆|motorbike motorbikes scooter 机车|moped, 电动车
airplane|airplanes|飞机|架|aeroplane plane planes aircraft jet|客机
bus|buses|公交车|辆|coach 公共汽车 巴士|minibus, 大巴
train|trains|火车|列|列车|locomotive, metro, 高铁
truck|trucks|卡车|辆|lorry lorries 货车|pickup
boat|boats|船|艘|ship ships 船只 轮船|vessel, sailboat, 小船, 帆船
traffic light|traffic lights|红绿灯|个|stoplight 交通灯 信号灯|traffic signal
fire hydrant|fire hydrants|消防栓|个|hydrant|消火栓
stop sign|stop signs|停车标志|个|停止标志|
parking meter|parking meters|停车计时器|个|停车收费表|
bench|benches|长椅|张|长凳|park bench
bird|birds|鸟|只|鸟儿 小鸟|pigeon, seagull, sparrow, 鸽子
cat|cats|猫|只|kitten kitty kittens 猫咪 小猫|
dog|dogs|狗|只|puppy puppies 小狗 狗狗|doggy, hound, 犬
horse|horses|马|匹|pony|小马
sheep|sheep|羊|只|lamb lambs 绵羊|
cow|cows|牛|头|cattle ox bull 奶牛|calf
elephant|elephants|大象|头|象|
bear|bears|熊|只||
zebra|zebras|斑马|匹||
giraffe|giraffes|长颈鹿|只||
backpack|backpacks|背包|个|rucksack knapsack 双肩包|school bag, 书包
umbrella|umbrellas|雨伞|把|伞|parasol
handbag|handbags|手提包|个|purse 手袋|hand bag, 女包
tie|ties|领带|条|necktie|
suitcase|suitcases|行李箱|个|luggage 手提箱|箱包
frisbee|frisbees|飞盘|个||flying disc
skis|skis|滑雪板|副|ski|雪橇
snowboard|snowboards|单板滑雪板|块||单板
sports ball|sports balls|球|个|football basketball 足球 篮球|ball
kite|kites|风筝|只||
baseball bat|baseball bats|棒球棒|根|球棒|bat
baseball glove|baseball gloves|棒球手套|只||baseball mitt
skateboard|skateboards|滑板|块||
surfboard|surfboards|冲浪板|块||
tennis racket|tennis rackets|网球拍|把|racket racquet|球拍
bottle|bottles|瓶子|个|瓶|flask, water bottle, bottle of water, 水瓶, 酒瓶
wine glass|wine glasses|酒杯|个|wineglass goblet 红酒杯|高脚杯
cup|cups|杯子|个|mug mugs 杯 马克杯|teacup, coffee cup, 茶杯
fork|forks|叉子|把|叉|餐叉
knife|knives|刀|把|刀子|餐刀
spoon|spoons|勺子|把|汤匙 勺|
bowl|bowls|碗|个||
banana|bananas|香蕉|根||
apple|apples|苹果|个||
sandwich|sandwiches|三明治|个||
orange|oranges|橙子|个|橘子|
broccoli|broccoli|西兰花|棵|西蓝花|花椰菜
carrot|carrots|胡萝卜|根|红萝卜|
hot dog|hot dogs|热狗|个|hotdog|
pizza|pizzas|披萨|个|比萨|
donut|donuts|甜甜圈|个|doughnut|
cake|cakes|蛋糕|个||
chair|chairs|椅子|把|armchair armchairs stool 凳子|seat, 座椅, 扶手椅
couch|couches|沙发|张|sofa sofas settee|长沙发
potted plant|potted plants|盆栽|盆|plant plants houseplant 植物 盆景|flowerpot, pot plant, flower pot, 花盆, 绿植
bed|beds|床|张||
dining table|dining tables|餐桌|张|table tables desk desks 桌子 书桌|饭桌
toilet|toilets|马桶|个|厕所|坐便器
tv|tvs|电视|台|television televisions 电视机 monitor 显示器|tv set, telly
laptop|laptops|笔记本电脑|台|notebook 笔记本 手提电脑|notebook computer
mouse|mice|鼠标|个||computer mouse
remote|remotes|遥控器|个||remote control, tv remote
keyboard|keyboards|键盘|个||computer keyboard
cell phone|cell phones|手机|部|cellphone phone phones mobile smartphone 电话|mobile phone
microwave|microwaves|微波炉|台||microwave oven
oven|ovens|烤箱|台|stove|炉子
toaster|toasters|烤面包机|台||面包机
sink|sinks|水槽|个|basin washbasin 洗手池 洗脸盆|wash basin
refrigerator|refrigerators|冰箱|台|fridge fridges|
book|books|书|本|书本 书籍|
clock|clocks|时钟|个|钟 钟表|wall clock, alarm clock
vase|vases|花瓶|个||
scissors|scissors|剪刀|把||pair of scissors
teddy bear|teddy bears|泰迪熊|只|teddy 玩具熊|stuffed toy, 毛绒玩具
hair drier|hair driers|吹风机|个|hairdryer 电吹风|hair dryer
toothbrush|toothbrushes|牙刷|把||
"""  # noqa: E501
_COLOURS = """
black|black|黑色||黑
white|white|白色||白
grey|grey|灰色||gray 灰
red|red|红色||红
orange|orange|橙色||橘色 橙
yellow|yellow|黄色||黄
green|green|绿色||绿
blue|blue|蓝色||蓝
purple|purple|紫色||violet 紫
pink|pink|粉色||粉红色 粉红 粉
brown|brown|棕色||褐色 咖啡色 棕
"""
_OTHERS = """
object|objects|物体|个|
code|codes|码|个|
QR Code|QR codes|二维码|个|
text|text|文字|处|
line|lines|行|行|
class that I know|classes that I know|认识的类别|个|
product that I know|products that I know|认识的商品|个|
total|totals|总额||合计 总计 总价
subtotal|subtotals|小计||
tax|taxes|税额||
change|change|找零||
date|dates|日期||
time|times|时间||
company|companies|公司||
address|addresses|地址||
phone|phone numbers|电话||
email|e-mail addresses|邮箱||
url|web addresses|网址||
price|prices|价格||
"""
_IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "ox": "oxen", "cattle": "cattle",
    "ski": "skis", "calf": "calves", "computer mouse": "computer mice", "luggage": "luggage",
    "aircraft": "aircraft", "goose": "geese", "bottle of water": "bottles of water",
    "pair of scissors": "pairs of scissors",
}  # fmt: skip
COLOURS = tuple(line.split("|")[0] for line in _COLOURS.split("\n") if line)
"""The eleven basic colour terms, as labels."""
CLASSES = tuple(line.split("|")[0] for line in _COCO.split("\n") if line)
"""The 80 COCO classes, in COCO's order."""

_HAN = re.compile(r"[\u4e00-\u9fff]")
_LONGEST = 4
"""The words of the longest name that is looked for."""
_ENGLISH_WORD = re.compile(r"[a-z0-9à-ÿ]+")
_MEASURES = "个只辆张条匹头把本台部架艘列棵根盆群"
_NUMBER = "[0-9 一二两三四五六七八九十百几多这那每]"
_BEFORE = "有无没是和与或跟及的到见像色黑白灰花"
_AFTER = "和与或跟及在都也的吗呢了吧么"
_PART_OF_A_WORD = "[民类员口工性体身格才力物家行质士生数气缘上桶克仔肉奶角包架法籍店柜单板体子]"
"""Characters that make another word of a counted single one: 一个人民币, 这个书包."""


@cache
def _table() -> dict[str, tuple[str, str, str]]:
    """label → (plural, Chinese, measure word); objects win over colours of the same name."""
    table = {}
    for line in (_COLOURS + _OTHERS + _COCO).strip().splitlines():
        if line:
            label, plural_form, chinese_name, measure, *_ = line.split("|")
            table[label] = (plural_form, chinese_name, measure)
    return table


@cache
def _words(source: str, *, loose: bool = False) -> dict[str, str]:
    """Every word of a table → its label, lower case; `loose` with the words of the last column."""
    words: dict[str, str] = {}
    for line in source.strip().splitlines():
        label, plural_form, chinese_name, _, synonyms, *more = line.split("|")
        others = ", ".join(more).split(", ") if loose else []
        for word in (label, plural_form, chinese_name, *synonyms.split(), *others):
            if word:
                words.setdefault(word.casefold(), label)
    return words


def plural(label: str, count: int) -> str:
    """The label as it follows that number: "1 dog", "0 dogs", "3 dining tables"."""
    if count == 1:
        return label
    if label in _table():
        return _table()[label][0]
    if label in _IRREGULAR:
        return _IRREGULAR[label]
    if label.endswith(("s", "x", "z", "ch", "sh")):
        return label + "es"
    if label.endswith("y") and label[-2:-1] not in "aeiou":
        return label[:-1] + "ies"
    return label + "s"


def chinese(label: str, kind: Literal["object", "colour"] = "object") -> str:
    """The label in Chinese; itself where no name is known. "orange" is a fruit or a colour."""
    if kind == "colour" and label in COLOURS:
        line = next(row for row in _COLOURS.split("\n") if row.startswith(f"{label}|"))
        return line.split("|")[2]
    return _table().get(label, ("", label, ""))[1]


def measure_word(label: str) -> str:
    """The Chinese measure word between number and noun; 个 where none is known."""
    return _table().get(label, ("", "", ""))[2] or "个"


def canonical(word: str) -> str | None:
    """The COCO label or colour that a word means, in either language; None for other words."""
    key = " ".join(word.casefold().split())
    return _words(_COCO, loose=True).get(key) or _words(_COLOURS).get(key)


def mentioned(text: str, labels: Iterable[str]) -> list[str]:
    """The labels that a question may speak of, in the order of their mention.

    Made to miss nothing: either language, plurals, slips of the keyboard (a letter left out,
    doubled, or changed with its neighbour in a word of five letters or more); a Chinese name of one
    character counts wherever it stands. A name within a longer one of another label does not count
    ("hot dog" is no dog), a name within a longer unknown phrase does ("dog collar").
    """
    offered = tuple(labels)
    own = tuple(label for label in offered if label not in _table())
    names, several = _names(own), _han_names(own)
    text = text.casefold()
    places = [(match.start(), names[match[0]]) for match in several.finditer(text)]
    places += _english_places(text, names)
    return list(dict.fromkeys(label for _, label in sorted(places) if label in offered))


def _english_places(text: str, names: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Start and label of every name, longest first."""
    words = list(_ENGLISH_WORD.finditer(text))
    at = 0
    while at < len(words):
        for length in range(_LONGEST, 0, -1):
            name = " ".join(word[0] for word in words[at : at + length])
            if len(words) - at >= length and name in names:
                yield words[at].start(), names[name]
                at += length - 1
                break
        at += 1


@lru_cache(maxsize=64)
def _names(own: tuple[str, ...]) -> dict[str, str]:
    """All that is understood as a name of a COCO class or of a label of one's own → that label."""
    if own:
        return _understood({label.casefold(): label for label in own}) | _names(())
    return _understood(_words(_COCO, loose=True))


def _understood(names: dict[str, str]) -> dict[str, str]:
    english = {
        " ".join(_ENGLISH_WORD.findall(name)): label
        for name, label in names.items()
        if not _HAN.search(name)
    }
    english |= {plural(name, 2): label for name, label in english.items()} | english
    slips = {slip: label for name, label in english.items() for slip in _slips(name)}
    return slips | names | english


@lru_cache(maxsize=64)
def _han_names(own: tuple[str, ...]) -> re.Pattern[str]:
    words = sorted(filter(_HAN.search, _names(own)), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def _slips(word: str) -> Iterator[str]:
    """How a word is mistyped: two letters changed, one left out, or one doubled; five are left."""
    for at in range(1, len(word) - 1):
        here, after = word[at], word[at + 1]
        for slip in (
            word[:at] + after + here + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + here + word[at:],
        ):
            if len(slip) > 4 and " " not in here + after:
                yield slip


def label_words(text: str, language: Literal["en", "zh"]) -> set[str]:
    """The COCO labels and colours that a sentence speaks of.

    English: whole words, longest first ("hot dog" is no dog). Chinese: names of at least two
    characters anywhere; single characters behind a measure word ("3只狗") or where what stands
    around them shows a word of its own ("没有狗。"), so that 人民 holds no person.
    """
    words = _sentence_words()
    return {words[match[0]] for match in _sentence_pattern(language).finditer(text.casefold())}


@cache
def _sentence_words() -> dict[str, str]:
    return _words(_COLOURS) | _words(_COCO)


@cache
def _sentence_pattern(language: Literal["en", "zh"]) -> re.Pattern[str]:
    """One pattern for all words of a language, longest first, so that no match hides in another."""
    words = sorted(_sentence_words(), key=len, reverse=True)
    english = [re.escape(word) for word in words if not _HAN.search(word)]
    if language == "en":
        return re.compile(rf"\b(?:{'|'.join(english)})\b")
    han = [word for word in words if _HAN.search(word)]
    several = "|".join(word for word in han if len(word) > 1)
    single = "".join(word for word in han if len(word) == 1)
    things = single.replace("人", "")
    counted = rf"(?:(?<=[{_MEASURES}])[{things}]|(?<={_NUMBER}个)人)(?!{_PART_OF_A_WORD})"
    alone = rf"(?:(?<![\u4e00-\u9fff])|(?<=[{_BEFORE}]))[{single}](?=[^\u4e00-\u9fff]|$|[{_AFTER}])"
    return re.compile(rf"{several}|{counted}|{alone}|\b(?:{'|'.join(english)})\b")
