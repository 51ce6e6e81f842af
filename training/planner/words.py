"""Words to copy: item names, labels of forms, words on signs, invented words; seeded.

The planner must write such words into its calls exactly as they stand in the question, so most of
them are put together from parts and never seen twice.
"""

from __future__ import annotations

import random

_SYLLABLES = (
    "ba be bi bo bu ca ce ci co cu da de di do du fa fe fi fo ga ge gi go gu ha he hi ho hu ja jo ka "
    "ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu pa pe pi po pu ra re ri ro ru sa se si "
    "so su ta te ti to tu va ve vi vo wa we wi xa xi ya yo za ze zi zo an en in on un al el il ol ar "
    "er ir or ur as es is os us tion ment ness land berg ville son ster ly ty th sh ch ng nk st"
).split()
FOODS = (
    "Nasi Lemak|Teh Tarik|Roti Canai|Kopi O|Mee Goreng|Ice Lemon Tea|Fried Rice|Chicken Wings|Milo|"
    "French Fries|Cheeseburger|Caesar Salad|Garlic Bread|Tomato Soup|Iced Coffee|Latte|Cappuccino|"
    "Espresso|Green Tea|Mineral Water|Coke Zero|Pepsi|Orange Juice|Beer|Red Wine|House Wine|Tofu|"
    "Spring Roll|Dumplings|Ramen|Sushi Set|Miso Soup|Kimchi|Bibimbap|Pad Thai|Satay|Laksa|Curry Puff|"
    "Apple Pie|Brownie|Muffin|Croissant|Bagel|Pancakes|Omelette|Bacon|Sausages|Steak|Fish and Chips|"
    "Whole Milk|Butter|Eggs|Yogurt|Cheddar|Bread|Rice 5kg|Sugar|Salt|Flour|Olive Oil|Detergent|"
    "Shampoo|Toothpaste|Tissue|Batteries|Light Bulb|Notebook|Pen|Stapler|Printer Ink|A4 Paper|Glue|"
    "Screwdriver|Paint|Nails|Hammer|USB Cable|Charger|SD Card|Mouse Pad|Headphones|T-Shirt|Socks|"
    "Jeans|Parking|Delivery|Haircut|Car Wash|Unleaded 95|Diesel|Movie Ticket|Popcorn|Candle|Soap"
).split("|")
FOODS_ZH = (
    "宫保鸡丁|鱼香肉丝|麻婆豆腐|红烧肉|米饭|蛋炒饭|牛肉面|酸辣粉|小笼包|水饺|馄饨|豆浆|油条|奶茶|"
    "可乐|雪碧|啤酒|矿泉水|绿茶|咖啡|拿铁|橙汁|酸奶|牛奶|鸡蛋|面包|饼干|薯片|方便面|大米|食用油|"
    "酱油|醋|盐|白糖|洗衣液|洗发水|牙膏|毛巾|纸巾|电池|充电线|笔记本|铅笔|胶水|打印纸|灯泡|拖鞋|"
    "清蒸鲈鱼|糖醋排骨|凉拌黄瓜|西红柿炒蛋|土豆丝|烤鸭|火锅底料|羊肉串|汉堡|薯条|冰淇淋|苹果汁"
).split("|")
FORM_LABELS = (
    "blood type|passport number|nationality|place of birth|date of birth|gender|department|employee id|"
    "position|supervisor|visa type|gate|seat|flight|boarding group|platform|room number|check-in|"
    "batch number|lot|serial number|model|voltage|power|frequency|temperature|pressure|speed limit|"
    "dosage|active ingredient|calories|protein|fat|sodium|sugar content|serving size|country of origin|"
    "material|size|color code|reference|purpose|subject|sender|recipient|tracking number|policy number|"
    "member since|points|balance|opening hours|manager|doctor|patient|ward|grade|class|school|score|"
    "teacher|version|license|author|publisher|edition|isbn|genre|director|duration|rating|capacity|"
    "brand|approval code|terminal|bank|card type|PO number|ship to|bill to|terms|salesperson|faktor"
).split("|")
FORM_LABELS_ZH = (
    "血型|护照号|国籍|出生地|出生日期|性别|部门|工号|职位|登机口|座位|航班|站台|房间号|批号|序列号|"
    "型号|电压|功率|温度|压力|限速|用法用量|有效成分|热量|蛋白质|脂肪|钠|规格|产地|材质|尺寸|备注|"
    "寄件人|收件人|运单号|会员号|积分|余额|营业时间|经理|医生|患者|病区|年级|班级|学校|成绩|老师|"
    "版本|作者|出版社|导演|时长|评分|容量|品牌|终端号|开户行|卡号|税号|经办人|审核人|执行标准|许可证号"
).split("|")
SIGN_WORDS = (
    "OPEN|CLOSED|SALE|EXIT|STOP|PUSH|PULL|DANGER|WARNING|NO PARKING|FREE|NEW|WELCOME|THANK YOU|CASH|"
    "PAID|VISA|TAX INVOICE|organic|gluten free|sugar free|made in China|fragile|recycle|wifi|toilet|"
    "hotel|coffee|pizza|taxi|police|school|bank|ticket|private|staff only|no smoking|caution|hot|fresh"
).split("|")
SIGN_WORDS_ZH = (
    "开放|关闭|出口|入口|停|推|拉|危险|警告|禁止停车|免费|新品|欢迎光临|谢谢|现金|已付|有机|无糖|"
    "中国制造|易碎|厕所|酒店|咖啡|出租车|警察|学校|银行|售票|私人|禁止吸烟|小心|热|新鲜|特价|促销|打折"
).split("|")
CLASSES = (
    "Granny Smith|Royal Gala|Pink Lady|Golden Delicious|Red Delicious|Conference pear|Anjou|Kaiser|"
    "Banana|Mango|Papaya|Avocado|Cantaloupe|Galia Melon|Watermelon|Passion Fruit|Peach|Plum|Nectarine|"
    "Pomegranate|Red Grapefruit|Satsumas|Kiwi|Lime|Lemon|Pineapple|Orange|Asparagus|Aubergine|Cabbage|"
    "Carrots|Cucumber|Garlic|Ginger|Leek|Brown Cap Mushroom|Yellow Onion|Red Bell Pepper|Potato|"
    "Red Beet|Beef Tomato|Vine Tomato|Zucchini|Arla Ecological Medium Fat Milk|Garant Standard Milk|"
    "Oatly Natural Oatghurt|Bravo Orange Juice|Tropicana Mandarin Morning|God Morgon Apple Juice|"
    "Alpro Soyghurt|Valio Vanilla Yoghurt|Yoggi Strawberry|Arla Sour Cream|Soy Milk|Oat Milk"
).split("|")
_HAN = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "金银铜铁玉石木火土山川河海江湖花草树叶春夏秋冬风云雨雪龙凤虎鹿鹤松竹梅兰菊桃李杏梨香甜鲜美味安康福禄寿喜丰盛华兴隆顺达通元亨利"
)
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


def words(rng: random.Random, known: list[str], language: str, least: float = 0.45) -> str:
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
