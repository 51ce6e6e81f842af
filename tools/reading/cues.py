"""The words by which a name, an address or something else is told in the head of a document.

Common words only (legal forms, trades, words for streets, states and countries): no names of
companies. Those of all countries stand in `words/heads.txt` and `words/streets.txt`; here are the
patterns, with the letters that the OCR takes for others. Texts are compared after `labels.plain`:
lower case, no accents, little punctuation.
"""

from __future__ import annotations

import re
from functools import cache

from tools.words.lists import words_of_kind


def _any(words: str, *more: str) -> re.Pattern[str]:
    """Whole words of a block (separated by white space, `_` for a space), or further patterns."""
    whole = "|".join(word.replace("_", r"\s") for word in words.split())
    return re.compile("|".join([rf"\b(?:{whole})\b", *more]))


@cache
def trade() -> re.Pattern[str]:
    """A word for what a firm does: "bakery", Apotheke, 书店."""
    return re.compile(_listed("trade"))


@cache
def legal_form() -> re.Pattern[str]:
    """What firms of a legal form have in, or at the end of, their names."""
    anywhere, at_end = _listed("legal"), _listed("legal end")
    return re.compile(rf"{_LEGAL_FORM.pattern}|{anywhere}|(?:{at_end})\W*$")


@cache
def title() -> re.Pattern[str]:
    """A line that says what the document is, alone or with a number behind it."""
    return re.compile(rf"(?:{_listed('title')})(?:\W+(?:no|nr|number)?\W*[\w/-]*\d[\w/-]*)?$")


@cache
def greeting() -> re.Pattern[str]:
    """What a line begins with that welcomes or thanks."""
    return re.compile(rf"(?:{_listed('greeting')})\W*")


@cache
def aside() -> re.Pattern[str]:
    """A line of the head that is neither name nor address: title, greeting, age, numbers."""
    since = rf"(?:.*\s)?(?:{_listed('since')})\W*(?:\w+ )?\d{{4}}\b"
    number = r"\W*(?:(?:no|nr|number|id|reg)\b)?"
    branch = rf"(?:{_listed('branch')}){number}\W*\d"
    tax = rf"(?:{_listed('tax number')}){number}.{{0,12}}\d"
    return re.compile("|".join([since, branch, tax, title().pattern, greeting().pattern]))


def _listed(kind: str) -> str:
    """The words of a kind in `heads.txt`: whole Latin words, Chinese ones anywhere."""
    words = words_of_kind("heads", kind)
    latin = "|".join(re.escape(word) for word in words if word.isascii())
    chinese = "|".join(word for word in words if not word.isascii())
    whole = rf"(?<!\w)(?:{latin})(?!\w)"
    return f"{whole}|{chinese}" if chinese else whole


_LEGAL_FORM = _any(
    r"""
    sdn\W*[bd8]hd s\s?/\s?b bhd ltd limited llc inc plt gmbh pte corp corporation
    co(?!\W*(?:reg|no|id)) company(?!\W*(?:reg|no|id)) enterprise trading syarikat perniagaan
    """,
    r"\bsb(?=\W*[(\d]|$)",
    r"有限公司|公司|株式会社|商行|商店|商贸|超市|有限责任",
)
RUN_ON_FORM = re.compile(
    r"sdn\W*[bd8]hd|enterprise|trading\b|restau?rant|stationery|supermarket|minimarket"
)
"""Legal forms and trades in a name whose spaces the OCR lost."""
ONLY_FORM = re.compile(
    r"^\W*(?:(?:co\.?\s*)?(?:\((?:m|malaysia|kl)\)\s*)?"
    r"(?:sdn\W*bhd|bhd|s/b|ltd|limited|llc|inc|enterprise|plt|trading|co)\b\.?)"
)
"""A line that is, or begins with, nothing but a legal form: the name stands above."""
NOT_NAME = _any(
    """
    tax invoice receipt resit invois thank welcome terima_kasih formerly licensee order bill table
    cashier customer copy tel fax phone gst sst vat reg registration roc brn date time page qty
    description amount total price bill_to sold_to cash_sales? doc pos owned operated shopping your
    visit credit_note promo counter salesperson
    """,
    "^cash$",
    "发票|收据|小票|谢谢|地址|电话",
)
OTHERS_NAME = re.compile(
    r"\b(?:on behalf of|(?:member|part|division|subsidiary) of|sponsored by|powered by|presents|"
    r"belongs to|owned by|in association with|for all)\b"
    r"|隶属|旗下|赞助|代表.*开具|技术支持|荣誉出品|现属"
)
"""Words beside the name of somebody who did not make the document."""
OTHERS_LABEL = re.compile(r"^[^:：]*[^\W\d_]{2}\s?[:：]\s?[^\W\d_]{2}")
"""A label with words behind it; where it is no label of a name, what follows is none."""
FORMER_NAME = re.compile(r"(?:原名?|曾用名|前身|更名)\W?[\u4e00-\u9fff]")
"""Below a name, the beginning of one that it had before."""
REGISTRATION = re.compile(
    r"^\W*(?:(?:co|company|roc|br|brn|reg|gst|registration)\b.{0,14}?(?:no|reg)?\W*)?"
    r"[(\[]?\W*(?:[a-z]{0,2}\d{5,}\s?-?\s?[a-z]{0,2}|\d{2,}[\d -]{5,}[a-z]?)\W*[)\]]?\W*$"
)
"""A line that holds a registration number and nothing else."""
TRAILING_REGISTRATION = re.compile(
    r"\s*(?:[(\[]\s*(?:co\.?|company|reg\.?|roc)?\s*(?:reg\.?|no\.?)?\s*[:.]?"
    r"\s*[A-Z]{0,2}\d{4,}[\s\d]*-?\s?[A-Z0-9]{0,2}\s*[)\]]?"
    r"|\(?\d{5,}\s?-\s?[A-Z]\)?|\b(?:FKA|formerly)\b.*|\(?\b(?:co|company)\b\W*(?:reg|no)\b.*)"
    r"[\s\W]*$",
    re.IGNORECASE,
)
TRAILING_BRANCH = re.compile(
    r"[\s,(]*(?:\b(?:store|branch|shop|filiale|magasin|tienda|outlet)\b\W*(?:no\b|nr\b)?\W*|#)#?\d{2,}\W*$",
    re.IGNORECASE,
)
"""The number of a branch behind the name."""
STREET = _any(
    r"""
    jalan jln j1n lorong lrg lebuh lebuhraya persiaran taman tmn seksyen section sek kampung kg
    bandar bdr plaza mall komplek kompleks complex wisma bangunan building menara tower level
    tingkat floor flr ground block blok blk road rd street st avenue ave lane boulevard blvd drive
    square city centre center kawasan perindustrian industrial park batu mukim desa pusat dataran
    lot unit suite no p\.?o\.?_box site beach bukit highway way estate parade hq
    """,
    "[省市区县镇乡村路街道巷弄号楼栋室]",
)
STREET_START = re.compile(
    r"(?:no\W{1,3}(?:[a-z]-?[a-z]?-?)?\d|\d+[\w-]*\s+(?:jalan|jln)|lot\b|unit\b|jalan\b|jln\b|"
    r"taman\b|level \d|hq\b)"
)
POSTCODE = re.compile(
    r"(?<![\w/-])\d{5,6}(?![\d/-])|(?<!\d)\d\d ?\d{3}(?=\s*[a-z,]{2})|\b\d{5}-\d{4}\b"
)
PLACE = _any(
    r"""
    selangor johor kedah kelantan melaka malacca negeri_sembilan pahang penang pulau_pinang perak
    perlis sabah sarawak terengganu kuala_lumpur k\.?l putrajaya labuan malaysia singapore
    indonesia thailand china usa united_kingdom darul_ehsan d\.?e wilayah_persekutuan australia
    germany hong_kong taiwan
    """,
    "中国|省|市",
)
"""States and countries (of the documents' region first): what addresses end with."""
ADDRESS_END = _any(
    r"""
    tel te1 telephone phone fax gst\s?(?:id|reg|no)?\w* sst vat reg roc brn co company email e-mail
    website whatsapps? mobile h/?p hotline careline tax invoice receipt date time cashier table
    bill doc pos shopping_hours counter slip owned trn order cash customer president licensee
    formerly
    """,
    r"\bwww\b|@\w",
    "电话|发票|收据|日期|税号",
)
INLINE_LABEL = re.compile(
    r"(?<=\w{3}[\s.,;(])[\s(]*\b(?:tel|te1|tél|tlf|ph|fax|phone|h/p|gst|sst|reg)\b[\s.:)no]*[\d(+].*",
    re.IGNORECASE,
)
"""A telephone or registration number behind an address in the same line."""
OTHER_LABEL = re.compile(r"^(?!address|addr|alamat|hq|no\b|lot)[A-Za-z][\w ]{1,14}:", re.IGNORECASE)
BRANCH = re.compile(r"^\d{3,4}\s?-\s?[a-z]", re.IGNORECASE)
"""A branch number with its place, below the address: "1234-Some Garden"."""
NAME_LABEL = re.compile(
    r"^\s*(?:(?:company|store|shop|merchant|business)(?: name)?|"
    r"nama (?:syarikat|kedai)|店名|公司名称|公司|商户名称|商户|商家)\s*[:：]\s*"
    r"(?P<rest>.*[^\W\d]{2}.*)",
    re.IGNORECASE,
)
ADDRESS_LABEL = re.compile(
    r"^\s*(?:(?:company |store |shop )?address|addr|alamat|公司地址|店铺地址|店址|地址)\s*[:：]\s*",
    re.IGNORECASE,
)
