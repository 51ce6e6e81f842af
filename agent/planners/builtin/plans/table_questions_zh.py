"""Which Chinese questions ask for a cell or a column of a table: 墨盒的单价是多少？"""

from __future__ import annotations

import re

from agent.planners.builtin.plans.table_forms import (
    NUMBER,
    OPEN,
    Form,
    TableQuestion,
    extreme,
    is_item,
    of_number,
)
from tools.reading.asked import is_whole_column
from tools.reading.hours import days_in
from tools.words.days import day_pattern

ITEMS, HOURS = "商品", "营业时间"
_MEASURE = "[个只条件份杯碗瓶本台张支盒包袋箱道种项款样套双对副块片根把罐听桶卷枚斤盘串]"
_PLACE = (
    r"(?:请问|你好)?[,,]?(?:(?:这张|这个|图中|图里|图上)?"
    r"(?:菜单|账单|发票|小票|收据|清单|订单|价目表|图片?)[上里中]?|图[中里上])?的?"
)
_PRICE_ZH = re.compile(
    rf"{_PLACE}(?:一{_MEASURE})?(?P<x>.+?)(?:要|卖|是|的价格是|售价是)?"
    rf"(?:多少钱|怎么卖|几块钱|多少元|几元)(?:一{_MEASURE}|每{_MEASURE})?"
)
_COLUMN_ZH = re.compile(
    rf"{_PLACE}(?P<x>.+?)的?(?P<column>单价|数量|金额|价格|售价|价钱|总价|小计)"
    r"(?:是|为)?(?:多少钱|多少元?|几|什么)?"
)
_BUY = "(?:买|点|订|购买|订购|采购|卖|要)"
_COUNT_ZH = (
    re.compile(rf"{_PLACE}{_BUY}(?:了|过)?(?:几|多少){_MEASURE}?(?P<x>.+)"),
    re.compile(rf"{_PLACE}(?P<x>.+?){_BUY}(?:了|过)?(?:几|多少){_MEASURE}?"),
)
_ROWS_ZH = re.compile(rf".*?有(?:几|多少){_MEASURE}(?:不同的)?(?P<x>[\u3400-\u9fff]+)")
_LIST_ZH = re.compile(r".*?(?:有|买了|点了|订了)(?:哪些|什么)(?P<x>[\u3400-\u9fff]+)")
_TIMES_ZH = re.compile(
    r"营业时间|开放时间|(?:几点|什么时候)(?:开门|关门|营业|开放|打烊|开|关)", re.IGNORECASE
)
_NUMBER_ZH = rf"{NUMBER}钱?"
_EQUAL_ZH = re.compile(
    rf".*?(?:什么|哪{_MEASURE})[^\d]{{0,6}}?{_NUMBER_ZH}(?:的?(?:是|有)什么)?|"
    rf"{_NUMBER_ZH.replace('number', 'first')}的是(?:什么|哪{_MEASURE}).*"
)
_COMPARED_ZH = re.compile(
    rf".*?(?:(?P<below>低于|少于|不到|不超过|小于)|(?P<above>高于|多于|超过|大于|不低于)|比)?{_NUMBER_ZH}"
    r"(?:(?P<less>以下|以内|便宜|更便宜)|(?P<more>以上|贵|更贵))?.*"
)
_OF_MONEY_ZH = re.compile(r"元|块|钱|便宜|贵|价|[¥$€£]")
_LEAST_ZH, _MOST_ZH = re.compile(r"最便宜|最低价|价格最低"), re.compile(r"最贵|最高价|价格最高")
_NO_ITEM_ZH = re.compile(
    r"花[了费]|找[零回]|[付税总它]|一共|消费|小费|优惠|折扣|^(?:这|那|共|价格|单价|多少)"
)


def _chinese_cell(said: str) -> TableQuestion | None:
    if (match := _COLUMN_ZH.fullmatch(said)) and _is_item_zh(match["x"]):
        return TableQuestion("cell", f"{match['x']}的{match['column']}")
    if (match := _PRICE_ZH.fullmatch(said)) and _is_item_zh(match["x"]):
        return TableQuestion("cell", f"{match['x']}的价格")
    for pattern in _COUNT_ZH:
        if (match := pattern.fullmatch(said)) is None:
            continue
        if is_whole_column(match["x"]):
            return TableQuestion("count", ITEMS)
        if _is_item_zh(match["x"]):
            return TableQuestion("cell", f"{match['x']}的数量")
    return None


def _chinese_rows(said: str) -> TableQuestion | None:
    if (match := _ROWS_ZH.fullmatch(said)) and is_whole_column(match["x"]):
        return TableQuestion("count", ITEMS)
    if (match := _LIST_ZH.fullmatch(said)) and is_whole_column(match["x"]):
        return TableQuestion("list", ITEMS)
    return None


def _chinese_by_price(said: str) -> TableQuestion | None:
    if asked := extreme(said, ITEMS, _LEAST_ZH, _MOST_ZH):
        return asked
    if not _OF_MONEY_ZH.search(said) or not re.search(r"有|哪|什么", said):
        return None
    match = _COMPARED_ZH.fullmatch(said)
    if match and (match["below"] or match["less"] or match["above"] or match["more"]):
        form: Form = "less" if match["below"] or match["less"] else "more"
        inclusive = re.search(r"不超过|不低于|以内|以下|以上", said) is not None
        return of_number(form, ITEMS, match["number"], inclusive=inclusive)
    if match := _EQUAL_ZH.fullmatch(said):
        number = match["number"] or match["first"]
        return of_number("equal", ITEMS, number, inclusive=True)
    return None


def _chinese_hours(said: str) -> TableQuestion | None:
    day = day_pattern().search(said) if days_in(said) else None
    if day and re.search(r"几点|时间|" + OPEN.pattern, said):
        return TableQuestion("hours", f"{day[0]}的{HOURS}")
    if _TIMES_ZH.search(said):
        return TableQuestion("hours", HOURS)
    return None


def _is_item_zh(words: str) -> bool:
    return bool(words) and not _NO_ITEM_ZH.search(words) and is_item(words)


READERS = (_chinese_hours, _chinese_by_price, _chinese_rows, _chinese_cell)
