from __future__ import annotations

import pytest

from tests.tools.reading.page_maker import page
from tools.reading.header import address_of, company_of

HEADS = {
    "registration number left out": (
        """
        31803002
        BLUE HERON TRADING SDN BHD (123456-K)
        NO. 12, JALAN MERAH 3/4,
        TAMAN BIRU,
        81100 JOHOR BAHRU, JOHOR.
        TEL: 07-1234567
        TAX INVOICE
        """,
        "BLUE HERON TRADING SDN BHD",
        "NO. 12, JALAN MERAH 3/4, TAMAN BIRU, 81100 JOHOR BAHRU, JOHOR.",
    ),
    "a name over two lines": (
        """
        PASARAYA ANGKASA
        SDN BHD
        (998877-X)
        LOT 5, LEVEL 2, WISMA AWAN
        50450 KUALA LUMPUR
        GST ID: 000123456789
        """,
        "PASARAYA ANGKASA SDN BHD",
        "LOT 5, LEVEL 2, WISMA AWAN 50450 KUALA LUMPUR",
    ),
    "an open ampersand": (
        """
        QUICK FOX HARDWARE &
        ELECTRICAL
        88G, LONG STREET
        40170 SHAH ALAM, SELANGOR
        """,
        "QUICK FOX HARDWARE & ELECTRICAL",
        "88G, LONG STREET 40170 SHAH ALAM, SELANGOR",
    ),
    "the legal name under a brand": (
        """
        OH LA LA
        MOONBEAM FOODS SDN. BHD.
        75, JALAN SS 22/19, 47400 SELANGOR
        TEL: 03-7731 0000
        """,
        "MOONBEAM FOODS SDN. BHD.",
        "75, JALAN SS 22/19, 47400 SELANGOR",
    ),
    "no recipient": (
        """
        OAK & ELM ENTERPRISE
        LOT 276 JALAN PANJANG
        43800 DENGKIL, SELANGOR.
        TAX INVOICE
        Bill To:
        FASTER TRANSPORT SDN BHD
        NO 1 JALAN AMAN 2
        TAMAN DESA 43800
        """,
        "OAK & ELM ENTERPRISE",
        "LOT 276 JALAN PANJANG 43800 DENGKIL, SELANGOR.",
    ),
    "a telephone behind the address": (
        """
        SUNNY CAKE HOUSE SDN BHD
        No.1, Jalan Permai 10/5, Bandar Baru
        81750 Johor Bahru, Johor. Tel No.: 07-387 3322
        www.example.com
        """,
        "SUNNY CAKE HOUSE SDN BHD",
        "No.1, Jalan Permai 10/5, Bandar Baru 81750 Johor Bahru, Johor.",
    ),
    "labelled, Chinese": (
        """
        购物小票
        店名：晨光便利店
        地址：上海市浦东新区张江路88号
        电话：021-62345678
        """,
        "晨光便利店",
        "上海市浦东新区张江路88号",
    ),
    "Chinese, told by form": (
        """
        欢迎光临
        北京晨光商贸有限公司
        北京市海淀区中关村大街1号
        电话：010-62345678
        """,
        "北京晨光商贸有限公司",
        "北京市海淀区中关村大街1号",
    ),
}


@pytest.mark.parametrize(("text", "company", "address"), HEADS.values(), ids=HEADS.keys())
def test_company_and_address(text, company, address):
    lines = page(text)
    name, block = company_of(lines), address_of(lines)
    assert name is not None
    assert block is not None
    assert (name.value, block.value) == (company, address)
    assert min(name.score, block.score) >= 0.5


@pytest.mark.parametrize(
    "text", ["", "12345", "TAX INVOICE\nDate: 01/02/2018\nTotal | 5.00", "TEL: 07-1234567"]
)
def test_nothing_that_looks_like_a_sender(text):
    name = company_of(page(text))
    assert name is None or name.score < 0.5
    assert address_of(page(text)) is None


def test_misread_legal_forms_are_set_right():
    name = company_of(page("RED LAMP MART 5/8 (519537-X)\nLOT 1, JALAN API, 41150 SELANGOR"))
    assert name is not None
    assert name.value == "RED LAMP MART S/B"
