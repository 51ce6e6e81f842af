"""What people call the fields of a document: canonical names in English, Chinese and Malay.

A query that means one of these fields is answered by meaning, in whatever language the document
is; any other query is matched with the words on the page (`tools.reading.fields`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tools.evidence import ValueType


@dataclass(frozen=True)
class FieldKind:
    """A field: its type of value, and its names (as asked for and as printed), best first."""

    name: str
    value_type: ValueType
    names: tuple[str, ...]


def _names(table: str) -> tuple[str, ...]:
    """Names in a block of text, separated by commas."""
    return tuple(name.strip() for name in table.replace("\n", " ").split(",") if name.strip())


FIELDS = (
    FieldKind(
        "total",
        "amount",
        _names("""
        total, grand total, total amount, amount due, total due, net total, nett total,
        total price, total cost, total sum, total payable, amount payable, amount to pay,
        total to pay, sum, sum total, balance due, total paid, amount paid, bill total,
        receipt total, invoice total, final amount, total sales, total bill, total spent,
        overall total, price paid, 总计, 合计, 总额, 总金额, 总价, 总共, 合计金额, 应付,
        应付金额, 应付总额, 实付, 实付金额, 应收, 一共, 总数, 消费金额, 付款金额, 價稅合計,
        价税合计, 總計, 合計, 總額, jumlah, jumlah besar, jumlah bayaran, jumlah keseluruhan,
        amaun perlu dibayar
        """),
    ),
    FieldKind(
        "subtotal",
        "amount",
        _names("""
        subtotal, sub total, total before tax, total excluding gst, net amount, 小计, 小計,
        税前金额, 不含税金额, jumlah kecil
        """),
    ),
    FieldKind(
        "tax",
        "amount",
        _names("""
        tax, gst, sst, vat, tax amount, gst amount, total gst, total tax, sales tax,
        service tax, gst payable, 税, 税额, 税金, 消费税, 增值税, 稅, 稅額, cukai,
        jumlah cukai
        """),
    ),
    FieldKind(
        "rounding",
        "amount",
        _names("""
        rounding, rounding adjustment, rounding adj, round off, 舍入, 抹零, 四舍五入,
        尾数调整, pembundaran, pelarasan pembundaran
        """),
    ),
    FieldKind(
        "discount",
        "amount",
        _names("""
        discount, total discount, item discount, savings, total savings, 折扣, 优惠,
        优惠金额, 折让, diskaun, potongan
        """),
    ),
    FieldKind(
        "service charge",
        "amount",
        _names("""
        service charge, svc charge, service fee, 服务费, caj perkhidmatan
        """),
    ),
    FieldKind(
        "cash",
        "amount",
        _names("""
        cash, cash paid, cash received, cash tendered, amount tendered, tendered, cash given,
        现金, 收现金, 实收, 实收现金, 付现, 現金, tunai, bayaran tunai
        """),
    ),
    FieldKind(
        "change",
        "amount",
        _names("""
        change, change due, change amount, change given, balance returned, 找零, 找赎, 找回,
        找贖, baki, wang baki, kembalian
        """),
    ),
    FieldKind(
        "price",
        "amount",
        _names("""
        price, cost, price tag, unit price, how much, 价格, 单价, 售价, 价钱, 标价, harga
        """),
    ),
    FieldKind(
        "date",
        "date",
        _names("""
        date, invoice date, receipt date, bill date, purchase date, transaction date,
        date of purchase, date of issue, issue date, order date, issued, day, 日期, 开票日期,
        交易日期, 购买日期, 消费日期, 时间日期, 開票日期, tarikh, tarikh invois
        """),
    ),
    FieldKind(
        "due date",
        "date",
        _names("""
        due date, payment due, pay by, due, 到期日, 付款期限, 截止日期, tarikh akhir
        """),
    ),
    FieldKind(
        "expiry date",
        "date",
        _names("""
        expiry date, expiry, expiration date, expires, exp, exp date, best before, use by,
        bbd, valid until, 有效期, 有效期至, 保质期, 保质期至, 到期, 失效日期, tarikh luput,
        tarikh tamat
        """),
    ),
    FieldKind(
        "time",
        "time",
        _names("""
        time, transaction time, time of purchase, purchase time, 时间, 交易时间, 時間, masa
        """),
    ),
    FieldKind(
        "company",
        "company",
        _names("""
        company, company name, name of the company, store, store name, shop, shop name,
        merchant, merchant name, seller, vendor, supplier, business, business name,
        restaurant, restaurant name, name of the shop, name of the store, issuer,
        organization, organisation, brand, retailer, 公司, 公司名称, 店名, 商户, 商户名称,
        商家, 商店, 店铺, 卖家, 销售方, 商店名称, 公司名, 店铺名称, 餐厅, syarikat,
        nama syarikat, kedai, nama kedai
        """),
    ),
    FieldKind(
        "address",
        "address",
        _names("""
        address, company address, store address, shop address, location, business address,
        merchant address, street, street address, 地址, 公司地址, 店址, 商店地址, 店铺地址,
        alamat, alamat kedai
        """),
    ),
    FieldKind(
        "phone",
        "phone",
        _names("""
        phone, phone number, telephone, telephone number, tel, tel no, mobile, mobile number,
        contact, contact number, hotline, call, hp, h/p, 电话, 电话号码, 手机, 手机号,
        联系电话, 電話, 热线, 联系方式, telefon, no telefon, nombor telefon
        """),
    ),
    FieldKind(
        "fax",
        "phone",
        _names("""
        fax, fax number, fax no, 传真, faks
        """),
    ),
    FieldKind(
        "email",
        "email",
        _names("""
        email, e-mail, email address, mail, 邮箱, 电子邮件, 电邮, 电子邮箱, emel
        """),
    ),
    FieldKind(
        "url",
        "url",
        _names("""
        url, website, web site, web address, web, homepage, site, link, 网址, 网站, 主页,
        laman web
        """),
    ),
    FieldKind(
        "invoice number",
        "text",
        _names("""
        invoice number, invoice no, invoice, receipt number, receipt no, bill number,
        bill no, document number, doc no, inv no, order number, order no, transaction number,
        slip no, check number, tax invoice no, trn, 发票号, 发票号码, 单号, 账单号, 订单号,
        小票号, 流水号, 收据号, no invois, no resit
        """),
    ),
)

_FILLER = re.compile(
    r"^(?:(?:what|which|how much|how many|when|where|who)\b|is|are|was|were|does|do|show|find|give|"
    r"tell|me|the|this|that|a|an|of|on|in|please|receipt'?s|bill'?s|document'?s)\s+"
)
_TAIL = re.compile(
    r"\s+(?:(?:of|on|in|from|for|at)\s+(?:the\s+|this\s+|that\s+)?"
    r"(?:receipt|bill|invoice|document|picture|image|photo|page|ticket|label|card|form|order|purchase|"
    r"shop|store)|printed|shown|please|value)$"
)
_CHINESE_FILLER = re.compile(
    r"^(?:请问|这张|这个|图中|图片中|(?:收据|小票|发票|账单)(?=[上里的])|上面|上|里|的)+|(?:是什么|是多少|多少钱|多少|是|的)+$"
)


def plain(text: str) -> str:
    """Lower case without accents, punctuation made spaces; Chinese kept."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[^\w&/@%#+-]+|_", " ", text).strip()


def compact(text: str) -> str:
    """Letters and Chinese characters only, lower case, no accents: what OCR spacing cannot hurt."""
    return re.sub(r"[\W\d_]+", "", plain(text))


def letters_in(text: str) -> int:
    """How much is written: letters, a Chinese character counting as three."""
    return sum(3 if c > "\u2e80" else 1 for c in compact(text))


def bare_query(query: str) -> str:
    """The words that are asked for, without "what is the … of the receipt"."""
    return _bare_forms(query)[-1]


def _bare_forms(query: str) -> list[str]:
    """The query with less and less around the words that are asked for; never empty strings."""
    forms = [plain(query)]
    while True:
        text = forms[-1]
        shorter = [_FILLER.sub("", text).strip(), _TAIL.sub("", text).strip()]
        shorter.append(_CHINESE_FILLER.sub("", text))
        following = next((form for form in shorter if form and form != text), None)
        if following is None:
            return forms
        forms.append(following)


def field_of(query: str) -> FieldKind | None:
    """The canonical field that a query names, or None if it is any other label."""
    from rapidfuzz import fuzz

    best: tuple[float, FieldKind | None] = (0.0, None)
    for asked in _bare_forms(query):
        for field in FIELDS:
            for name in field.names:
                if _squeezed(asked) == _squeezed(name):
                    return field
                if len(name) >= 5 and name.isascii():
                    likeness = fuzz.ratio(asked.replace("-", " "), name)
                    best = max(best, (likeness, field), key=lambda pair: pair[0])
    return best[1] if best[0] >= 90 else None


def _squeezed(text: str) -> str:
    return re.sub(r"[\s/-]", "", text)
