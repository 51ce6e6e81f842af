"""Fields of printed things: canonical query, type, and what people call them.

Columns: `query; type | english names | chinese names`. Names go into the phrasings of
`training.planner.phrasings`; the query is what `read_text` is called with.
"""

from __future__ import annotations

from typing import NamedTuple


class Field(NamedTuple):
    """A field as the tools and as people call it."""

    query: str
    kind: str
    english: list[str]
    chinese: list[str]


_TABLE = """
total; amount | total, total amount, grand total, amount due, total price, bill total, final amount, sum total, total to pay, invoice total | 总计, 合计, 总额, 总金额, 总价, 应付金额, 合计金额
subtotal; amount | subtotal, sub total, sub-total, amount before tax | 小计, 税前金额
tax; amount | tax, gst, vat, sales tax, tax amount, GST, VAT | 税, 税额, 税费, 增值税, 消费税
discount; amount | discount, rebate, reduction | 折扣, 优惠金额, 优惠
service charge; amount | service charge, service fee | 服务费
rounding; amount | rounding, rounding adjustment, round off | 舍入, 抹零
tip; amount | tip, gratuity | 小费
cash; amount | cash, cash paid, cash tendered, amount paid in cash | 现金, 实收现金, 付的现金
change; amount | change, change given, change due | 找零, 找回的零钱
price; amount | price, unit price, price tag | 价格, 单价, 售价
date; date | date, invoice date, date of issue, issue date, purchase date, receipt date | 日期, 开票日期, 购买日期, 票据日期
time; time | time, time printed, time of purchase | 时间, 时刻, 打印时间
due date; date | due date, payment deadline, payment due date | 到期日, 付款期限, 还款日
expiry date; date | expiry date, expiration date, best before date, use by date, expiry | 保质期, 有效期, 过期日期, 失效日期
production date; date | production date, manufacturing date, date of manufacture | 生产日期, 制造日期
company; company | company, company name, shop name, store name, name of the shop, vendor, merchant, seller, name of the company, restaurant name | 公司, 公司名称, 店名, 商家, 商店名称, 商户, 开票公司
address; address | address, shop address, store address, company address, street address | 地址, 店铺地址, 公司地址
phone; phone | phone, phone number, telephone number, contact number, tel, telephone | 电话, 电话号码, 联系电话
fax; phone | fax, fax number | 传真, 传真号码
email; email | email, email address, e-mail, e-mail address | 邮箱, 电子邮件, 电子邮箱
url; url | url, website, web address, web site, link | 网址, 网站, 链接
invoice number; text | invoice number, invoice no, invoice id, bill number | 发票号, 发票号码, 账单号
order number; text | order number, order no, order id | 订单号, 单号, 订单编号
receipt number; text | receipt number, receipt no, receipt id | 收据号, 小票号
table number; number | table number, table no | 桌号, 台号
account number; text | account number, account no | 账号, 账户号码
cashier; text | cashier, cashier name, name of the cashier | 收银员
customer; text | customer, customer name, client | 客户, 顾客, 客户名称
quantity; number | quantity, qty, number of items sold | 数量, 件数
name; text | name, full name, person's name | 姓名, 名字
title; text | title, heading, headline | 标题, 题目
weight; text | weight, net weight | 重量, 净重, 净含量
ingredients; text | ingredients, ingredient list | 配料, 成分, 配料表
payment method; text | payment method, method of payment, mode of payment | 支付方式, 付款方式
"""


def _parse() -> list[Field]:
    fields = []
    for line in _TABLE.strip().splitlines():
        head, en, zh = (part.strip() for part in line.split("|"))
        query, kind = head.split("; ")
        fields.append(Field(query, kind, en.split(", "), zh.split(", ")))
    return fields


FIELDS = _parse()
TYPED = {"amount", "date", "time", "phone", "email", "url"}
BY_QUERY = {field.query: field for field in FIELDS}

WHOLE_EN = {
    "total": [
        "how much did I pay in total?", "how much does it come to?", "how much do I have to pay?",
        "how much was the bill?", "what do I owe?", "how much is it all together?",
        "what was paid in the end?", "how much was spent?", "how much is the bill?",
        "how much was paid?", "what's the damage?", "how much money was spent here?",
        "how much did everything cost?", "what did it cost altogether?", "how much in all?",
        "what is the amount on this receipt?", "how much is this receipt for?",
    ],
    "company": [
        "who issued this?", "which shop is this from?", "which store is this receipt from?",
        "where was this bought?", "who is the seller?", "what shop is it?", "who issued the invoice?",
        "what restaurant is this bill from?", "which company made this out?", "who sent this invoice?",
        "where did I buy this?", "what is the shop called?", "what is the name of the store?",
        "which business is this?", "at which store was it bought?", "whose receipt is this?",
    ],
    "date": [
        "when was this issued?", "when was it bought?", "what day was this?", "when was this printed?",
        "when did I buy this?", "on which day was the purchase?", "when is this receipt from?",
        "when was the purchase made?", "what day is it dated?", "when was it paid?",
    ],
    "time": ["what time was it?", "at what time was it bought?", "what time was it printed?", "at what hour was it paid?", "what time does it show?"],
    "address": [
        "where is the shop?", "where is the store located?", "what street is the shop in?",
        "where is this company located?", "where is this place?", "in which street is it?",
        "where can I find this shop?",
    ],
    "phone": ["what number can I call?", "which number do I dial?", "how can I call them?", "what is the number to call?", "can I call them, and on which number?"],
    "email": ["where can I write an email to?", "how do I e-mail them?", "to which mail address do I write?"],
    "url": ["which site does it point to?", "what site is printed on it?", "where can I find them online?"],
    "expiry date": [
        "when does it expire?", "until when is it good?", "when does this go bad?", "best before when?",
        "is there a best before?", "how long can I keep it?", "when will it expire?", "use by when?",
    ],
    "due date": ["when is it due?", "by when must it be paid?", "when do I have to pay?", "until when can I pay?"],
    "price": [
        "how much is it?", "how much does it cost?", "how much does this cost?", "how much is this?",
        "what does it cost?", "what's it cost?", "what is it sold for?", "how expensive is it?",
        "how much do they want for it?", "what is the asking price?",
    ],
    "cashier": ["who was the cashier?", "who served at the till?", "who rang it up?"],
    "customer": ["who is it made out to?", "who is the bill for?", "who is the buyer?"],
    "change": ["how much did I get back?", "how much money was given back?", "how much change was there?"],
    "cash": ["how much cash was given?", "how much cash was handed over?", "how much was tendered?"],
    "discount": ["how much was taken off?", "how much did I save?", "how much is off?"],
    "tax": ["how much tax was paid?", "how much is the gst?", "how much is the tax?", "how much VAT is in it?"],
    "payment method": ["how was it paid?", "was it paid by card or in cash?", "how did they pay?"],
    "ingredients": ["what is in it, by the label?", "what is it made from according to the label?", "what does it contain?"],
    "weight": ["how heavy is it?", "how much does it weigh?", "how many grams is it?"],
    "quantity": ["how many pieces were bought?", "how many were bought?", "how many items were bought?"],
    "name": ["what is the person called on it?", "whose card is this?", "whose name is on it?", "what name is on the badge?"],
    "title": ["what is it called?", "what is this book called?", "what is the document called?"],
    "production date": ["when was it made?", "when was it produced?", "when was this manufactured?"],
    "table number": ["which table was it?", "at which table did they sit?"],
    "order number": ["which order is it?", "what's the number of the order?"],
    "invoice number": ["which invoice is it?", "what's the number of this invoice?"],
}  # fmt: skip
"""Questions that name their field in other words."""

WHOLE_ZH = {
    "total": ["一共多少钱?", "总共多少钱?", "一共花了多少钱?", "要付多少钱?", "这单多少钱?", "总共付了多少?", "这张小票多少钱?", "共计多少?", "花了多少?", "总共要付多少钱?", "这张账单一共多少?"],
    "company": ["这是哪家店的?", "哪家店?", "是谁开的票?", "这是哪个公司的发票?", "在哪里买的?", "哪家公司开的?", "这是什么店?", "店名叫什么?", "这家店叫什么名字?", "是哪家餐厅?", "谁开的收据?", "卖方是谁?"],
    "date": ["什么时候买的?", "哪天开的?", "哪一天?", "是哪天的小票?", "什么时候开的票?", "几月几号?", "是什么时候的收据?", "哪天消费的?"],
    "time": ["几点买的?", "几点了?", "几点打印的?", "几点钟?"],
    "address": ["店在哪里?", "这家店在哪儿?", "商店在哪条街?", "公司在什么地方?", "这家店在哪条路上?"],
    "phone": ["打什么号码?", "怎么打电话联系?", "联系号码是多少?", "可以打哪个电话?"],
    "email": ["邮件发到哪里?", "往哪个邮箱写信?"],
    "url": ["上面是哪个网站?", "网上怎么找到他们?"],
    "expiry date": ["什么时候过期?", "能放到什么时候?", "哪天到期不能吃了?", "保质到什么时候?", "什么时候失效?"],
    "due date": ["什么时候要付款?", "最晚哪天付款?", "什么时候截止付款?"],
    "price": ["多少钱?", "这个多少钱?", "卖多少钱?", "它多少钱?", "标价多少?", "这个卖多少?"],
    "cashier": ["谁收的银?", "谁收的钱?"],
    "customer": ["发票开给谁?", "买家是谁?"],
    "change": ["找了多少钱?", "找回多少?", "应该找多少?"],
    "cash": ["给了多少现金?", "付了多少现金?"],
    "discount": ["便宜了多少?", "打折减了多少?", "优惠了多少钱?"],
    "tax": ["交了多少税?", "税是多少?", "含多少税?"],
    "payment method": ["怎么付的款?", "用什么付的?"],
    "ingredients": ["里面有什么成分?", "含有哪些配料?"],
    "weight": ["有多重?", "多少克?"],
    "quantity": ["买了几件?", "一共买了几个?"],
    "name": ["证件上的人叫什么?", "这是谁的证件?", "上面写的是谁的名字?"],
    "title": ["这本书叫什么?", "文件叫什么?"],
    "production date": ["什么时候生产的?", "哪天出厂的?"],
    "table number": ["是几号桌?", "坐哪一桌?"],
    "order number": ["是哪个订单?", "订单的编号是什么?"],
    "invoice number": ["是哪张发票?", "发票的编号是多少?"],
}  # fmt: skip
