"""What people call the things that a detector knows, in English and Chinese.

One line per name: `label: english, … | chinese, …`; the first English word is the label itself.
"""

from __future__ import annotations

_TABLE = """
person: person, man, woman, child, kid, boy, girl, human, guy, lady, individual, pedestrian | 人, 男人, 女人, 小孩, 行人, 孩子, 人物, 男孩, 女孩
bicycle: bicycle, bike, cycle, push bike | 自行车, 单车, 脚踏车
car: car, automobile, sedan, auto | 汽车, 轿车, 小汽车, 小车
motorcycle: motorcycle, motorbike, scooter, moped | 摩托车, 电动车, 机车
airplane: airplane, plane, aeroplane, aircraft, jet | 飞机, 客机
bus: bus, coach, minibus | 公交车, 巴士, 公共汽车, 大巴
train: train, locomotive, metro | 火车, 列车, 高铁
truck: truck, lorry, pickup | 卡车, 货车
boat: boat, ship, vessel, sailboat | 船, 小船, 轮船, 帆船
traffic light: traffic light, stoplight, traffic signal | 红绿灯, 交通灯, 信号灯
fire hydrant: fire hydrant, hydrant | 消防栓, 消火栓
stop sign: stop sign | 停车标志, 停止标志
parking meter: parking meter | 停车计时器, 停车收费表
bench: bench, park bench | 长椅, 长凳
bird: bird, pigeon, seagull, sparrow | 鸟, 小鸟, 鸽子
cat: cat, kitten, kitty | 猫, 小猫, 猫咪
dog: dog, puppy, doggy, hound | 狗, 小狗, 犬
horse: horse, pony | 马, 小马
sheep: sheep, lamb | 羊, 绵羊
cow: cow, cattle, calf, bull | 牛, 奶牛
elephant: elephant | 大象, 象
bear: bear | 熊
zebra: zebra | 斑马
giraffe: giraffe | 长颈鹿
backpack: backpack, rucksack, school bag | 背包, 书包, 双肩包
umbrella: umbrella, parasol | 伞, 雨伞
handbag: handbag, purse, hand bag | 手提包, 手袋, 女包
tie: tie, necktie | 领带
suitcase: suitcase, luggage | 行李箱, 手提箱, 箱包
frisbee: frisbee, flying disc | 飞盘
skis: skis, ski | 滑雪板, 雪橇
snowboard: snowboard | 单板滑雪板, 单板
sports ball: sports ball, ball, football, basketball | 球, 足球, 篮球
kite: kite | 风筝
baseball bat: baseball bat, bat | 棒球棒, 球棒
baseball glove: baseball glove, baseball mitt | 棒球手套
skateboard: skateboard | 滑板
surfboard: surfboard | 冲浪板
tennis racket: tennis racket, racket, racquet | 网球拍, 球拍
bottle: bottle, flask, water bottle, bottle of water | 瓶子, 瓶, 水瓶, 酒瓶
wine glass: wine glass, goblet | 酒杯, 高脚杯, 红酒杯
cup: cup, mug, teacup, coffee cup | 杯子, 茶杯, 马克杯
fork: fork | 叉子, 餐叉
knife: knife | 刀, 刀子, 餐刀
spoon: spoon | 勺子, 汤匙
bowl: bowl | 碗
banana: banana | 香蕉
apple: apple | 苹果
sandwich: sandwich | 三明治
orange: orange | 橙子, 橘子
broccoli: broccoli | 西兰花, 花椰菜
carrot: carrot | 胡萝卜
hot dog: hot dog, hotdog | 热狗
pizza: pizza | 披萨, 比萨
donut: donut, doughnut | 甜甜圈
cake: cake | 蛋糕
chair: chair, armchair, seat | 椅子, 座椅, 扶手椅, 凳子
couch: couch, sofa, settee | 沙发, 长沙发
potted plant: potted plant, plant, flowerpot, pot plant, flower pot | 盆栽, 植物, 花盆, 绿植
bed: bed | 床
dining table: dining table, table, desk | 餐桌, 桌子, 饭桌
toilet: toilet | 马桶, 坐便器
tv: tv, television, tv set, telly, TV, monitor | 电视, 电视机, 显示器
laptop: laptop, notebook computer | 笔记本电脑, 手提电脑, 笔记本
mouse: mouse, computer mouse | 鼠标
remote: remote, remote control, tv remote | 遥控器
keyboard: keyboard, computer keyboard | 键盘
cell phone: cell phone, phone, mobile phone, smartphone, mobile, cellphone | 手机, 电话
microwave: microwave, microwave oven | 微波炉
oven: oven, stove | 烤箱, 炉子
toaster: toaster | 烤面包机, 面包机
sink: sink, basin, wash basin, washbasin | 水槽, 洗手池, 洗脸盆
refrigerator: refrigerator, fridge | 冰箱
book: book | 书, 书本
clock: clock, wall clock, alarm clock | 时钟, 钟, 钟表
vase: vase | 花瓶
scissors: scissors, pair of scissors | 剪刀
teddy bear: teddy bear, teddy, stuffed toy | 泰迪熊, 毛绒玩具, 玩具熊
hair drier: hair drier, hair dryer | 吹风机, 电吹风
toothbrush: toothbrush | 牙刷
"""

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
    for line in _TABLE.strip().splitlines():
        label, _, rest = line.partition(": ")
        en, _, zh = rest.partition(" | ")
        english[label] = en.split(", ")
        chinese[label] = zh.split(", ")
    return english, chinese


ENGLISH, CHINESE = _parse()
COCO = list(ENGLISH)

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

UNKNOWN_EN = [
    "drawer", "rack", "carpet", "rug", "wall", "ceiling", "floor", "fan", "switch", "socket",
    "poster", "photo frame", "painting", "whiteboard", "blackboard", "chair leg", "window blind",
    "knob", "handle", "stool", "shelf", "bookshelf", "cupboard", "towel", "blanket", "bed sheet",
    "cushion", "soap dish", "tap", "faucet", "bathtub", "shower", "tissue roll", "dustbin",
    "garbage bin", "trash can", "printer", "speaker", "charger", "cable", "wire", "router", "bulb",
    "tube light", "candlestick", "chandelier", "fireplace", "air conditioner", "calendar", "map",
    "toy", "doll", "bag", "carton", "tray", "plate", "jar", "kettle", "pan", "pot", "magazine",
    "newspaper", "file", "folder", "envelope", "stapler", "tape", "calculator", "globe", "flag",
    "statue", "balloon", "ring", "watch", "necklace", "button", "zip", "shirt", "jacket", "trouser",
    "dress", "skirt", "sock", "boot", "scarf", "cloud", "star", "mountain", "river", "bridge",
    "building", "house", "roof", "fence", "gate", "road", "step", "stair", "column", "tower",
    "unicorn", "dragon", "ghost", "camel", "penguin", "whale", "spider", "bee", "ant", "frog",
    "lamp shade", "night stand", "dresser", "wardrobe", "closet", "ottoman", "crib", "vent",
]  # fmt: skip
UNKNOWN_ZH = [
    "抽屉", "地毯", "墙", "天花板", "地板", "风扇", "开关", "插座", "海报", "相框", "画", "白板",
    "黑板", "架子", "书架", "橱柜", "毛巾", "毯子", "床单", "靠垫", "水龙头", "浴缸", "淋浴",
    "垃圾桶", "打印机", "音箱", "充电器", "电线", "灯泡", "吊灯", "壁炉", "空调", "日历", "地图",
    "玩具", "袋子", "盘子", "罐子", "水壶", "锅", "杂志", "报纸", "文件夹", "信封", "旗子",
    "雕像", "气球", "戒指", "手表", "项链", "衬衫", "外套", "裤子", "裙子", "袜子", "围巾",
    "云", "山", "桥", "房子", "屋顶", "栅栏", "路", "台阶", "独角兽", "骆驼", "企鹅", "蜘蛛",
]  # fmt: skip


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
