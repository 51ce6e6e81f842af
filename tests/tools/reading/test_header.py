from __future__ import annotations

import pytest

from tests.tools.reading.page_maker import page
from tools.reading.header import address_of, company_of
from tools.reading.lines import Line, Word

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
    "United States": (
        """
        LAKESIDE DINER
        Store #118
        16030 State Hwy 71
        Boulder, CO 80302
        (608) 555-0147
        """,
        "LAKESIDE DINER",
        "16030 State Hwy 71 Boulder, CO 80302",
    ),
    "Canada, a slogan": (
        """
        Maple Corner
        fresh bread every day
        455 rue Saint-Denis
        Montréal QC H2X 3L3
        """,
        "Maple Corner",
        "455 rue Saint-Denis Montréal QC H2X 3L3",
    ),
    "Britain, a title above": (
        """
        SALES RECEIPT
        The Copper Kettle
        Unit 4, Mill Yard
        88 Canal Street
        Manchester
        M1 3HE
        VAT No GB 123 4567 89
        """,
        "The Copper Kettle",
        "Unit 4, Mill Yard 88 Canal Street Manchester M1 3HE",
    ),
    "Ireland, a county": (
        """
        Conway Hardware
        Main Street
        Ballina
        Co. Mayo
        Tel: 096 555 010
        """,
        "Conway Hardware",
        "Main Street Ballina Co. Mayo",
    ),
    "Australia, a number of the taxpayer": (
        """
        TAX INVOICE
        Wattle Florist
        ABN 12 345 678 901
        3 Station Parade
        Fitzroy VIC 3065
        """,
        "Wattle Florist",
        "3 Station Parade Fitzroy VIC 3065",
    ),
    "Germany, its age": (
        """
        Bäckerei Lindner
        Seit 1924
        Bahnhofstraße 17
        80335 München
        """,
        "Bäckerei Lindner",
        "Bahnhofstraße 17 80335 München",
    ),
    "Austria": (
        """
        RECHNUNG Nr. 2024-17
        Gasthof Zum Hirschen
        Linzer Gasse 22
        5020 Salzburg
        """,
        "Gasthof Zum Hirschen",
        "Linzer Gasse 22 5020 Salzburg",
    ),
    "Switzerland": (
        """
        Uhren Keller AG
        Rathausgasse 8
        CH-3011 Bern
        """,
        "Uhren Keller AG",
        "Rathausgasse 8 CH-3011 Bern",
    ),
    "France": (
        """
        FACTURE
        SARL Dupuis
        3 place du Marché
        31000 Toulouse
        """,
        "SARL Dupuis",
        "3 place du Marché 31000 Toulouse",
    ),
    "Spain": (
        """
        FERRETERIA ROIG S.L.
        Avda. de la Constitución 40
        41001 Sevilla
        """,
        "FERRETERIA ROIG S.L.",
        "Avda. de la Constitución 40 41001 Sevilla",
    ),
    "Italy": (
        """
        SCONTRINO
        Caffè Aurora S.r.I.
        Corso Vittorio Emanuele II, 31
        10128 Torino TO
        """,
        "Caffè Aurora S.r.l.",
        "Corso Vittorio Emanuele II, 31 10128 Torino TO",
    ),
    "India": (
        """
        Patel Electronics Pvt. Ltd.
        12/3, Linking Road
        Bandra West
        Mumbai - 400 050
        Maharashtra
        """,
        "Patel Electronics Pvt. Ltd.",
        "12/3, Linking Road Bandra West Mumbai - 400 050 Maharashtra",
    ),
    "China, a greeting before the name": (
        """
        欢迎光临青禾书店
        杭州市西湖区文三路120号
        电话：0571-55501234
        """,
        "青禾书店",
        "杭州市西湖区文三路120号",
    ),
    "a greeting above": (
        """
        Welcome to
        PINE VALLEY
        60 Forest Drive
        Boise, ID 83702
        """,
        "PINE VALLEY",
        "60 Forest Drive Boise, ID 83702",
    ),
    "India, a shop in a street": (
        """
        Verma Textiles
        Shop 11, Station Road
        Pune 411001
        Ph: 020 2555 0134
        """,
        "Verma Textiles",
        "Shop 11, Station Road Pune 411001",
    ),
    "a flat before the number of the house": (
        """
        Hollow Oak Records
        Flat 2, 19 Station Road
        Lewes BN7 2DB
        """,
        "Hollow Oak Records",
        "Flat 2, 19 Station Road Lewes BN7 2DB",
    ),
    "a street without a number": (
        """
        Quay Books
        Bridge Street
        Westport, Co. Mayo
        """,
        "Quay Books",
        "Bridge Street Westport, Co. Mayo",
    ),
    "a part of the town between": (
        """
        Kauri Surf
        Level 1, 22 Cuba Street
        Te Aro
        Wellington 6011
        GST No 123-456-789
        """,
        "Kauri Surf",
        "Level 1, 22 Cuba Street Te Aro Wellington 6011",
    ),
    "a table below the town": (
        """
        Juniper Cafe
        5 High St
        York
        Table 14
        """,
        "Juniper Cafe",
        "5 High St York",
    ),
    "a building": (
        """
        Au Pain Doré
        Bâtiment B
        5 place Carnot
        69002 Lyon
        """,
        "Au Pain Doré",
        "Bâtiment B 5 place Carnot 69002 Lyon",
    ),
    "a slogan below the name": (
        """
        Lotus Stores
        Dealers in fine groceries
        D.No. 12-5-8, Gandhi Road
        Vijayawada - 520001
        """,
        "Lotus Stores",
        "D.No. 12-5-8, Gandhi Road Vijayawada - 520001",
    ),
    "an estate before the street": (
        """
        Librairie du Port
        Résidence Les Pins, Bât. C
        22 quai des Belges
        13001 Marseille
        """,
        "Librairie du Port",
        "Résidence Les Pins, Bât. C 22 quai des Belges 13001 Marseille",
    ),
    "Singapore, a line with nothing but the unit": (
        """
        Laksa House
        Blk 51 East Coast Road
        #01-03
        Singapore 428770
        """,
        "Laksa House",
        "Blk 51 East Coast Road #01-03 Singapore 428770",
    ),
    "Hong Kong": (
        """
        Sum Kee Store
        Shop 5, G/F, Wah Fu Estate
        Aberdeen, Hong Kong
        """,
        "Sum Kee Store",
        "Shop 5, G/F, Wah Fu Estate Aberdeen, Hong Kong",
    ),
    "a name that begins like a part of a building": (
        """
        Room 9 Hair Studio
        21 Castle Gate
        Nottingham NG1 7AT
        """,
        "Room 9 Hair Studio",
        "21 Castle Gate Nottingham NG1 7AT",
    ),
    "a branch called like the firm": (
        """
        LARCH BOOKSTORES SDN BHD
        GST No: 000542572544
        LARCH Phase 2
        Lot S319, 2nd Floor,
        No1, Lebuh Awan, 47800 P.Jaya
        """,
        "LARCH BOOKSTORES SDN BHD",
        "Lot S319, 2nd Floor, No1, Lebuh Awan, 47800 P.Jaya",
    ),
    "an address headed by its building": (
        """
        LARCH BOOKSTORES SDN BHD
        PUSAT AWAN
        UNIT 105, BLOCK A, PUSAT AWAN
        NO. 9, JALAN 16/11, 46350 SELANGOR
        """,
        "LARCH BOOKSTORES SDN BHD",
        "UNIT 105, BLOCK A, PUSAT AWAN NO. 9, JALAN 16/11, 46350 SELANGOR",
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


def test_a_stamp_right_behind_a_legal_form_is_no_part_of_the_name():
    name, stamp = (
        Word(text, 0.98, box, box)
        for text, box in [
            ("GREEN LAMP ENTERPRISE", (10.0, 30.0, 220.0, 50.0)),
            ("POSTED", (226.0, 20.0, 310.0, 58.0)),
        ]
    )
    company = company_of([Line((name, stamp)), *page("\n\n8, JALAN API,\n40150 SHAH ALAM")])
    assert company is not None
    assert company.value == "GREEN LAMP ENTERPRISE"


def test_misread_legal_forms_are_set_right():
    name = company_of(page("RED LAMP MART 5/8 (519537-X)\nLOT 1, JALAN API, 41150 SELANGOR"))
    assert name is not None
    assert name.value == "RED LAMP MART S/B"
