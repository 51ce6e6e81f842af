"""How people ask: phrasings per intent and language, and the split that keeps some of them apart.

Slots: {x} things (plural), {a} a thing with its article, {s} a thing, {y}/{b} a second thing,
{f} field name, {i} item, {w} word, {c} colour, {p} picture. Pure data and hashing.
"""

from __future__ import annotations

import zlib

HELD_OUT_SHARE = 10
"""One phrasing in so many is never trained on."""


def is_held_out(intent: str, phrasing: str) -> bool:
    """Whether a phrasing belongs to the evaluation; stable over runs and edits of the lists."""
    return zlib.crc32(f"{intent}|{phrasing}".encode()) % HELD_OUT_SHARE == 0


def phrasings(intent: str, language: str, *, held_out: bool) -> list[str]:
    """The phrasings of one side of the split (both sides where an intent is too small to split)."""
    known = (EN if language == "en" else ZH)[intent]
    kept = [p for p in known if is_held_out(intent, p) == held_out]
    return kept


def _lines(block: str) -> list[str]:
    return [line.strip() for line in block.strip().splitlines()]


EN = {
    "count": _lines("""
        how many {x} are there?
        how many {x} are in the picture?
        how many {x} are in this image?
        how many {x} can you see?
        how many {x} do you see?
        how many {x}?
        count the {x}
        count the {x} in this photo
        number of {x}
        what is the number of {x}?
        what is the total number of {x} in the picture?
        how many {x} are visible?
        how many {x} are found?
        how many {x} are there in the room?
        how many {x} are on the table?
        how many {x} are there on the floor?
        how many {x} are seen?
        how many {x} are present?
        how many {s} are there?
        how many {s}?
        {x} count?
        tell me how many {x} there are
        I want to know how many {x} are here
        do you know how many {x} are in this?
        how many {x} does it show?
        how many {x} appear in the photo?
        is there only one {s}?
        is there more than one {s}?
        are there two {x}?
        are there several {x}?
        what's the count of {x} here?
        could you count all {x}?
        how many {x} have you found?
        how many {x} are on the wall?
        how many {x} are kept on the desk?
        how many {x} are placed on the shelf?
        how many {x} are lying on the bed?
        how many {x} in total?
        give me the number of {x} in the scene
        how many {x} are there in all?
        how many {x} were detected?
        how many {x} on the counter?
        how many {x} are
        how many pieces of {s} are there?"""),
    "exists": _lines("""
        is there {a}?
        is there {a} in the picture?
        is there {a} in this image?
        is there any {s} here?
        are there any {x}?
        are there {x}?
        are there any {x} in the photo?
        do you see {a}?
        do you see any {x}?
        can you see {a}?
        can you see any {x} in it?
        does the picture show {a}?
        does this photo have {a}?
        does the picture contain any {x}?
        any {x}?
        any {s} here?
        check whether there is {a}
        tell me if there are any {x}
        I'm looking for {a}, is there one?
        is {a} visible?
        are {x} visible in this image?
        is there really {a} in it?
        is this {a}?
        is it {a}?
        are these {x}?
        has it got {a}?
        there is no {s}, right?
        are there no {x}?
        is there {a} on the table?
        is there {a} in the room?
        was {a} photographed here?
        is {a} anywhere to be seen?
        find {a}
        find the {s}
        find all {x}
        detect {x}
        look for {x}
        show me the {x}
        can you find {a} here?
        spot any {x}?"""),
    "where": _lines("""
        where is the {s}?
        where are the {x}?
        where is {a}?
        where can I see the {s}?
        where in the picture is the {s}?
        show me where the {s} is
        locate the {s}
        point out the {x}
        mark the {x}
        draw a box around the {s}
        what is the position of the {s}?
        in what part of the image is the {s}?"""),
    "list": _lines("""
        what is in the picture?
        what is in this image?
        what do you see?
        what can you see?
        what can you see in this photo?
        what objects are there?
        what objects are in the picture?
        which objects can you see?
        which things are in it?
        describe the picture
        describe this image
        describe what you see
        what's there?
        what's in it?
        what does the picture show?
        what is shown here?
        list all objects
        list everything in the photo
        list the things you see
        name the objects in this picture
        name everything you can find
        what things are visible?
        what is on the table?
        what is on the bed?
        what is on the desk?
        what is found on the floor?
        what is on the wall?
        what are the objects on the counter?
        what is kept on the table?
        what is placed on the shelf?
        what are the things on the sofa?
        what is in the room?
        what kinds of objects are there?
        what is this a picture of?
        what is going on here?
        what all is there in the photo?
        give me an overview
        tell me about this picture
        tell me what is in this image
        summarize the picture
        what animals are there?
        what kind of animal is in the picture?
        what kind of vehicles can be seen?
        which animals are visible?
        what furniture is there?
        how many objects are there?
        detect everything
        find all objects"""),
    "count2": _lines("""
        how many {x} and {y} are there?
        how many {x} and how many {y} are there?
        how many {x} and {y}?
        count the {x} and the {y}
        count {x} and {y} in the picture
        number of {x} and {y}
        how many {x} or {y} can you see?
        are there {x} and {y}?
        is there {a} and {b}?
        is there {a} or {b}?
        do you see any {x} or {y}?
        are there any {x} and any {y} in the photo?
        find the {x} and the {y}
        tell me how many {x} and {y} are in it"""),
    "more": _lines("""
        are there more {x} or {y}?
        more {x} or {y}?
        more {x} than {y}?
        are there more {x} than {y}?
        which are there more of, {x} or {y}?
        what is there more of: {x} or {y}?
        do you see more {x} or more {y}?
        are {x} or {y} in the majority?
        do {x} outnumber the {y}?
        which is more common here, {s} or {t}?"""),
    "fewer": _lines("""
        are there fewer {x} or {y}?
        are there fewer {x} than {y}?
        which are there fewer of, {x} or {y}?
        less {x} or less {y}?
        what do you see fewer of, {x} or {y}?"""),
    "colors": _lines("""
        what colors are in the picture?
        what colours are in the picture?
        what is the main colour?
        what is the dominant color?
        what is the main color of this image?
        which colours do you see?
        what color is it?
        what colour is this?
        what is the color?
        what colour is the background?
        describe the colours
        which color dominates?
        what colors dominate the photo?
        main colors?
        colour?
        name the colours in this image
        what is the colour of the picture?
        what colour is the image mostly?
        tell me its color"""),
    "is_color": _lines("""
        is the picture {c}?
        is it {c}?
        is this {c}?
        is the image mostly {c}?
        is there any {c} in the picture?
        is {c} one of the colours?
        does the photo contain {c}?
        do you see {c} in it?
        is the main color {c}?
        is the background {c}?"""),
    "color_of": _lines("""
        what color is the {s}?
        what colour is the {s}?
        what is the color of the {s}?
        what is the colour of the {s}?
        what is the colour of {s}?
        which color is the {s}?
        which colour does the {s} have?
        what colour are the {x}?
        what color are the {x}?
        what is the colour of the {x}?
        color of the {s}?
        the {s}'s color?
        tell me the colour of the {s}
        describe the color of the {s}
        what is the {s} color?
        in what colour is the {s}?
        what color is the {s} in the picture?
        what color is the {s} on the table?
        I'd like to know the colour of the {s}
        find out what colour the {s} is"""),
    "is_color_of": _lines("""
        is the {s} {c}?
        is this {s} {c}?
        is the {s} in the picture {c}?
        is the color of the {s} {c}?
        is the {s} coloured {c}?
        the {s} is {c}, isn't it?
        is that {a} in {c}?
        would you say that the {s} is {c}?"""),
    "text_on": _lines("""
        what does the {s} say?
        what is written on the {s}?
        what is the text on the {s}?
        read the text on the {s}
        read the {s}
        what does it say on the {s}?
        which words are on the {s}?
        what is printed on the {s}?
        is there any text on the {s}?
        what can be read on the {s}?
        text on the {s}?
        what letters are on the {s}?"""),
    "text": _lines("""
        what does it say?
        what does this say?
        what is written here?
        what's written on it?
        read this
        read it
        read the text
        read it to me
        read everything
        what is the text?
        what does the sign say?
        what does the label say?
        what does the board say?
        what is written on the sign?
        what is written on the label?
        what is written on the board?
        what is written on the paper?
        what does the poster say?
        what text is in the picture?
        which words are in the image?
        what words can you see?
        transcribe the text
        transcribe this document
        extract all text
        extract the text from the picture
        OCR this
        what is printed on it?
        what can you read?
        can you read this?
        can you read the text for me?
        what does the screen say?
        what does the package say?
        what does the note say?
        type out what it says
        is there any text?
        is there any text in this image?
        is there something written?
        does it have writing on it?
        is anything written on it?
        show me the text
        give me all the words
        what is the message?
        what does the document say?"""),
    "lines": _lines("""
        how many lines of text are there?
        how many lines does it have?
        how many text lines are in the picture?
        count the lines of text
        number of lines?
        how many lines are written on it?"""),
    "characters": _lines("""
        how many letters are there?
        how many characters of text are in the picture?
        how many characters does it have?
        how long is the text?
        how much text is there?
        count the characters"""),
    "word": _lines("""
        does it say {w}?
        does it say "{w}"?
        does the sign say {w}?
        does the sign say "{w}"?
        does the text contain {w}?
        does the text contain "{w}"?
        does it mention {w}?
        does the label mention {w}?
        does the word {w} appear?
        does the word "{w}" appear in the picture?
        is the word {w} there?
        is the word "{w}" in the image?
        is {w} written on it?
        is "{w}" written anywhere?
        is there the word {w}?
        find the word {w}
        find "{w}" in the text
        look for the word {w}
        can you see the word {w}?
        can you read {w} anywhere?
        search the text for {w}
        is {w} mentioned?
        does {w} occur in it?
        do you see the text {w}?
        is it written {w} on it?
        check if it says {w}"""),
    "field": _lines("""
        what is the {f}?
        what's the {f}?
        whats the {f}
        what is the {f} on this receipt?
        what is the {f} on the invoice?
        what is the {f} here?
        what {f} is given?
        what {f} is printed on it?
        {f}?
        {f}
        the {f}?
        the {f} please
        tell me the {f}
        give me the {f}
        can you tell me the {f}?
        could you read the {f}?
        could you find the {f} for me?
        find the {f}
        read the {f}
        extract the {f}
        which {f} does it show?
        which {f} is on it?
        is there a {f}?
        do you see the {f}?
        show me the {f}
        I need the {f}
        I'd like to know the {f}
        I want the {f} of this document
        look up the {f}
        what does it say for {f}?
        what is written under {f}?
        what is the {f} in this picture?
        what is the {f} of this?
        what was the {f}?
        do you know the {f}?
        and what is the {f}?
        what would be the {f}?
        please get the {f}
        what {f} does the document have?
        does it give a {f}?
        where is the {f} and what is it?
        what is the {f} according to the receipt?
        what's the {f} on this bill?"""),
    "item": _lines("""
        how much is the {i}?
        how much is {i}?
        how much does the {i} cost?
        how much does {i} cost?
        how much was the {i}?
        how much are the {i}?
        how much did the {i} cost?
        what is the price of {i}?
        what is the price of the {i}?
        what's the price of {i}?
        what does the {i} cost?
        what does {i} cost?
        price of {i}?
        price of the {i}
        {i} price?
        cost of {i}?
        what was paid for the {i}?
        what was charged for {i}?
        how expensive is the {i}?
        tell me the price of {i}
        tell me what the {i} costs
        how much for {i}?
        how much for the {i}?
        how much did they charge for the {i}?
        what is the amount for {i}?
        what's the cost of the {i} here?
        I want to know the price of {i}
        how many dollars is the {i}?"""),
    "free": _lines("""
        what is the {i}?
        what's the {i}?
        what is the {i} on this form?
        what is the {i} on the label?
        what does it say for {i}?
        what does it say next to {i}?
        what does it say about {i}?
        what is written next to {i}?
        what is the value of {i}?
        what is given as {i}?
        tell me the {i}
        give me the {i}
        read the {i}
        find {i}
        find the {i}
        {i}?
        the {i}?
        what value does {i} have?
        what is entered for {i}?
        look up {i}
        look up the {i}
        which {i} is it?
        what is the number for {i}?
        what's written under {i}?
        show me the {i}
        what is filled in at {i}?
        can you tell me the {i}?
        could you read the {i}?
        please read out {i}
        what does {i} say?"""),
    "kind": _lines("""
        what product is this?
        what kind of product is this?
        what kind of fruit is this?
        what fruit is this?
        what vegetable is it?
        what is this?
        what is it?
        what's this thing?
        what is this thing?
        which brand is this?
        what brand is it?
        what variety of apple is this?
        which sort is it?
        which kind is this?
        what type of thing is this?
        what type of juice is it?
        what type of product is shown?
        identify this
        identify the product
        classify this picture
        classify the image
        recognize this
        can you identify this item?
        what item is this?
        name this product
        what sort of milk is it?
        what do you call this?
        which product is on the photo?
        what class is it?
        tell me what product this is
        do you recognise this product?
        what am I holding?
        what groceries are these?
        what food is this?"""),
    "is_kind": _lines("""
        is this product {i}?
        is the product {i}?
        is the variety {i}?
        is this the variety {i}?
        is this of the kind {i}?
        is the fruit of the sort {i}?
        is it classified as {i}?
        is the brand {i}?"""),
    "code": _lines("""
        what does the QR code say?
        what is in the QR code?
        read the QR code
        read the barcode
        scan this
        scan the code
        scan the qr code please
        scan the barcode
        where does the code lead?
        where does the QR code lead to?
        what link is in the code?
        what is the barcode?
        what is the number of the barcode?
        decode this
        decode the qr code
        what does the barcode contain?
        what is encoded here?
        which url does the QR code open?
        what's behind the qr code?
        content of the code?
        tell me what the code says
        open the QR code
        what is the EAN code?
        qr code?"""),
    "has_code": _lines("""
        is there a QR code?
        is there a barcode in the picture?
        do you see a qr code?
        does it have a barcode?
        is there any code to scan?
        any QR codes?
        can you find a barcode?
        is a QR code on it?"""),
    "code_kind": _lines("""
        what kind of code is it?
        what type of barcode is this?
        which code format is it?
        what format does the barcode have?"""),
    "most_text": _lines("""
        which one has more text?
        which picture has more text?
        which has more text?
        which image has the most text?
        which of them contains more writing?
        where is more text?
        more text in which picture?
        which page has more words?
        in which picture is more written?
        which document is longer?
        which one says more?
        on which one is there more to read?"""),
    "least_text": _lines("""
        which one has less text?
        which picture has the least text?
        which has fewer words?
        which image has less writing?
        which document is shorter?
        where is less text?"""),
    "most_objects": _lines("""
        which picture has more {x}?
        which one has more {x}?
        which has more {x}?
        which image shows more {x}?
        which photo contains the most {x}?
        where are there more {x}?
        in which picture are more {x}?
        which one has the most {x}?
        which of them shows {a}?
        which picture has {a}?
        in which one is there {a}?
        which photo shows {a}?
        on which image can you see {a}?
        more {x} in which one?"""),
    "least_objects": _lines("""
        which picture has fewer {x}?
        which one has fewer {x}?
        which image has the fewest {x}?
        where are there fewer {x}?
        which one has less {x}?
        in which photo are the least {x}?"""),
    "count_all": _lines("""
        how many {x} are there in all pictures together?
        how many {x} are in both pictures together?
        how many {x} are there in total over all images?
        count the {x} in all the pictures
        all {x} in both images?
        what is the number of {x} over all photos?"""),
    "most_total": _lines("""
        which receipt is more expensive?
        which receipt has the higher total?
        which bill is higher?
        which invoice is larger?
        on which receipt was more spent?
        which one has the higher total?
        which of the receipts is the most expensive?
        where did I pay more?
        where did I spend more?
        which bill has the bigger amount?
        which one came to more money?
        which shop cost me more?"""),
    "least_total": _lines("""
        which receipt is cheaper?
        which bill is lower?
        which invoice is smaller?
        where did I pay less?
        which one has the lower total?
        on which receipt was less spent?"""),
    "most_price": _lines("""
        which one is more expensive?
        which is more expensive?
        which product is more expensive?
        which of these costs more?
        which item has the higher price?
        which one costs the most?
        what costs more?"""),
    "least_price": _lines("""
        which one is cheaper?
        which is cheaper?
        which product is cheaper?
        which of these costs less?
        which item has the lower price?
        which one is the cheapest?"""),
    "sum": _lines("""
        what is the sum of the totals?
        how much is it for both receipts?
        how much did I spend on all receipts?
        what do both bills come to together?
        add up the totals
        add the receipts together
        total of all receipts?
        how much are both together?
        how much in all for these invoices?
        what is the combined total?"""),
    "difference": _lines("""
        what is the difference between the totals?
        what's the difference in price between the receipts?
        by how much do the totals differ?
        how much more expensive is one receipt than the other?
        how much more did I pay on one of them?
        difference of the two bills?
        how far apart are the amounts?"""),
    "same_company": _lines("""
        are they from the same shop?
        are both from the same company?
        are these receipts from the same store?
        same shop?
        did the same company issue both?
        is it the same vendor?
        do both come from one shop?"""),
    "same_date": _lines("""
        are they from the same day?
        same date?
        do they have the same date?
        were both issued on the same day?
        is the date the same on both?"""),
    "older": _lines("""
        which one is older?
        which receipt is newer?
        which of them is the more recent?
        which invoice was issued first?
        which came later?
        which document is from an earlier date?"""),
    "and_field": _lines("""
        and the {f}?
        and {f}?
        the {f}?
        what about the {f}?
        how about the {f}?
        and what is the {f}?
        now the {f}
        also the {f} please
        {f} too?"""),
    "and_item": _lines("""
        and the {i}?
        and {i}?
        what about the {i}?
        what about {i}?
        how about {i}?
        and how much is the {i}?
        and for {i}?"""),
    "and_objects": _lines("""
        and {x}?
        any {x}?
        and the {x}?
        what about {x}?
        how about {x}?
        and how many {x}?
        also {x}?
        are there {x} too?
        and is there {a}?
        {x}?"""),
    "and_picture": _lines("""
        and {p}?
        and in {p}?
        what about {p}?
        how about {p}?
        and on {p}?
        what about in {p}?
        the same for {p}
        now {p}
        what is it in {p}?"""),
    "it_color": _lines("""
        what color is it?
        what colour is it?
        and its color?
        what is its colour?
        and what color?
        which colour has it?
        what colour does it have?"""),
    "it_text": _lines("""
        what does it say?
        what is written on it?
        is there text on it?
        read what is on it
        can you read it?
        and what does it say?"""),
}

ZH = {
    "count": _lines("""
        有多少{x}?
        图中有多少{x}?
        图里有几个{x}?
        有几个{x}?
        一共有几个{x}?
        总共有多少个{x}?
        照片里有多少{x}?
        这张图片里有几个{x}?
        数一数{x}
        数一下有几个{x}
        {x}有多少?
        {x}有几个?
        {x}的数量是多少?
        {x}的数量
        几个{x}?
        多少{x}
        能看到几个{x}?
        你看到了多少{x}?
        画面中{x}有几个?
        房间里有几个{x}?
        桌上有几个{x}?
        桌子上有多少{x}?
        地上有几个{x}?
        墙上有多少{x}?
        帮我数数有多少个{x}
        请告诉我有几个{x}
        只有一个{x}吗?
        有两个{x}吗?
        不止一个{x}吗?
        图上共有多少{x}?
        我想知道有多少{x}
        拍到了几个{x}?"""),
    "exists": _lines("""
        有{x}吗?
        有没有{x}?
        图里有{x}吗?
        图中有没有{x}?
        照片里有没有{x}?
        这里有{x}吗?
        能看到{x}吗?
        你看到{x}了吗?
        看得到{x}吗?
        图片中存在{x}吗?
        是否有{x}?
        图中是否有{x}?
        这是{x}吗?
        这是不是{x}?
        找一下{x}
        找出{x}
        找{x}
        检测{x}
        看看有没有{x}
        画面里没有{x}吧?
        桌上有{x}吗?
        房间里有没有{x}?
        拍到{x}了吗?
        帮我看看有没有{x}
        请问有{x}吗?
        图上出现{x}了吗?"""),
    "where": _lines("""
        {x}在哪里?
        {x}在哪儿?
        {x}在图中什么位置?
        {x}在哪?
        标出{x}
        把{x}框出来
        指出{x}的位置
        {x}的位置在哪里?"""),
    "list": _lines("""
        图里有什么?
        图中有什么?
        图片里有什么?
        照片里有什么?
        这张图里有什么东西?
        你看到了什么?
        能看到什么?
        描述一下这张图
        描述这张照片
        描述图片
        图中有哪些物体?
        有哪些东西?
        有什么东西?
        列出所有物体
        列出图中的东西
        这里有什么?
        桌子上有什么?
        桌上放着什么?
        床上有什么?
        地上有什么?
        房间里有什么?
        墙上有什么?
        画面里都有些什么?
        图上画的是什么?
        图中有什么动物?
        有哪些动物?
        有什么家具?
        里面都有啥?
        照片拍的是什么?
        说说图里的内容
        检测所有物体
        介绍一下这张图片"""),
    "count2": _lines("""
        有多少{x}和{y}?
        {x}和{y}各有几个?
        {x}和{y}各有多少?
        有几个{x}和几个{y}?
        图中有{x}和{y}吗?
        有没有{x}或者{y}?
        有{x}和{y}吗?
        数一下{x}和{y}
        {x}有几个,{y}有几个?
        找出{x}和{y}"""),
    "more": _lines("""
        {x}多还是{y}多?
        {x}和{y}哪个多?
        {x}和{y}哪个更多?
        {x}比{y}多吗?
        是{x}多还是{y}多?
        {x}与{y}相比谁多?
        哪种更多,{x}还是{y}?"""),
    "fewer": _lines("""
        {x}少还是{y}少?
        {x}和{y}哪个少?
        {x}比{y}少吗?
        哪种更少,{x}还是{y}?
        {x}和{y}谁更少?"""),
    "colors": _lines("""
        图里有什么颜色?
        主要颜色是什么?
        主色是什么?
        这张图是什么颜色?
        是什么颜色的?
        什么颜色?
        什么颜色最多?
        图片的主要颜色是什么?
        背景是什么颜色?
        有哪些颜色?
        描述一下颜色
        整体是什么色调?
        它是什么颜色?
        图片颜色
        照片里哪种颜色最多?"""),
    "is_color": _lines("""
        图片是{c}吗?
        是{c}的吗?
        这是{c}的吗?
        主要颜色是{c}吗?
        图里有{c}吗?
        有没有{c}?
        背景是{c}吗?
        画面是不是{c}的?
        照片里有{c}吗?"""),
    "color_of": _lines("""
        {x}是什么颜色?
        {x}是什么颜色的?
        {x}什么颜色?
        {x}的颜色是什么?
        {x}的颜色
        图中{x}是什么颜色?
        图里的{x}是什么颜色的?
        这个{x}是什么颜色?
        那个{x}是什么颜色的?
        告诉我{x}的颜色
        请问{x}是什么色的?
        {x}是啥颜色?
        桌上的{x}是什么颜色?
        看看{x}的颜色"""),
    "is_color_of": _lines("""
        {x}是{c}的吗?
        {x}是{c}吗?
        {x}是不是{c}的?
        图中的{x}是{c}的吗?
        这个{x}是{c}的吗?
        {x}的颜色是{c}吗?
        那个{x}是{c}吗?"""),
    "text_on": _lines("""
        {x}上写着什么?
        {x}上写了什么?
        {x}上有什么字?
        {x}上的文字是什么?
        读一下{x}上的字
        {x}上面写的是什么?
        {x}上有文字吗?
        {x}上印着什么?
        看看{x}上写的什么
        念一下{x}上的字"""),
    "text": _lines("""
        写的是什么?
        上面写着什么?
        上面写了什么?
        写了什么?
        这上面写的什么?
        图里有什么字?
        图中的文字是什么?
        有哪些文字?
        读一下
        读一下上面的字
        念一下
        识别文字
        提取文字
        提取图中的文字
        把文字读出来
        牌子上写着什么?
        标签上写着什么?
        招牌上写了什么?
        黑板上写着什么?
        纸上写了什么?
        屏幕上显示什么?
        海报上写的是什么?
        这是什么字?
        有字吗?
        图里有文字吗?
        有没有写字?
        上面有没有文字?
        内容是什么?
        帮我看看写了啥
        包装上写着什么?
        文字内容是什么?
        请读出图片中的文字
        转录这份文件"""),
    "lines": _lines("""
        有多少行字?
        一共几行文字?
        文字有几行?
        图中有几行字?
        数一下有几行文字
        有几行?"""),
    "characters": _lines("""
        有多少个字?
        一共多少字?
        文字有多长?
        有多少个字符?
        多少字?
        图中有几个字?"""),
    "word": _lines("""
        上面写着{w}吗?
        上面写着“{w}”吗?
        有没有写{w}?
        有没有“{w}”这个词?
        有“{w}”几个字吗?
        有{w}这几个字吗?
        图里有“{w}”字样吗?
        有{w}字样吗?
        提到{w}了吗?
        提到了“{w}”吗?
        文字里有“{w}”吗?
        文字里包含{w}吗?
        找一下“{w}”这个词
        查找文字{w}
        牌子上写的是{w}吗?
        牌子上写的是“{w}”吗?
        是否出现“{w}”?
        能看到“{w}”字样吗?
        写没写{w}?"""),
    "field": _lines("""
        {f}是多少?
        {f}是什么?
        {f}?
        {f}
        {f}呢?
        {f}是?
        请问{f}是多少?
        请问{f}是什么?
        告诉我{f}
        告诉我{f}是什么
        {f}写的是什么?
        找一下{f}
        找出{f}
        读一下{f}
        查一下{f}
        上面的{f}是什么?
        上面的{f}是多少?
        小票上的{f}是多少?
        发票上的{f}是什么?
        收据的{f}是什么?
        这张小票的{f}
        图中的{f}是什么?
        我想知道{f}
        帮我看一下{f}
        看一下{f}
        有{f}吗?
        有没有{f}?
        给出{f}
        提取{f}
        {f}在哪里,是什么?
        它的{f}是什么?
        单子上{f}是多少?"""),
    "item": _lines("""
        {i}多少钱?
        {i}是多少钱?
        {i}的价格是多少?
        {i}的价格
        {i}卖多少钱?
        {i}要多少钱?
        {i}花了多少钱?
        {i}价格多少?
        买{i}花了多少?
        请问{i}多少钱?
        {i}的单价是多少?
        告诉我{i}的价格
        {i}贵不贵,多少钱?
        {i}的金额是多少?
        小票上{i}多少钱?
        {i}几块钱?"""),
    "free": _lines("""
        {i}是多少?
        {i}是什么?
        {i}?
        {i}写的是什么?
        {i}一栏写的什么?
        {i}填的是什么?
        {i}后面写的是什么?
        {i}旁边写着什么?
        找一下{i}
        读一下{i}
        查一下{i}
        告诉我{i}
        请问{i}是什么?
        上面的{i}是多少?
        表上的{i}是什么?
        帮我看看{i}
        {i}的值是多少?
        {i}那里写了什么?"""),
    "kind": _lines("""
        这是什么?
        这是什么东西?
        这是什么产品?
        这是什么商品?
        这是什么水果?
        这是什么蔬菜?
        这是什么牌子?
        这是哪个品牌?
        什么品种?
        这是哪种苹果?
        这是什么种类?
        识别一下这个
        识别这个商品
        这个叫什么?
        它是什么?
        给图片分类
        图中是哪种产品?
        是什么饮料?
        认一下这是什么
        这种食品是什么?
        属于哪一类?"""),
    "is_kind": _lines("""
        这个产品是{i}吗?
        这种商品是{i}吗?
        品种是{i}吗?
        品牌是{i}吗?
        这个品种是不是{i}?
        产品属于{i}吗?"""),
    "code": _lines("""
        二维码是什么内容?
        二维码里有什么?
        扫一下
        扫描二维码
        扫一下这个码
        扫描条形码
        条形码是多少?
        条码号是什么?
        二维码的内容
        二维码指向哪里?
        解码二维码
        读取条形码
        这个码是什么?
        二维码链接是什么?
        识别二维码
        帮我扫码"""),
    "has_code": _lines("""
        有二维码吗?
        有没有二维码?
        图里有条形码吗?
        上面有条码吗?
        有没有可以扫的码?
        能看到二维码吗?"""),
    "code_kind": _lines("""
        这是什么类型的码?
        条形码是什么格式?
        是哪种码?
        码的类型是什么?"""),
    "most_text": _lines("""
        哪张图文字更多?
        哪一张字多?
        哪个文字多?
        哪张图片的文字最多?
        哪张写的字更多?
        哪份文件更长?
        哪一张字数多?
        文字最多的是哪张?"""),
    "least_text": _lines("""
        哪张图文字更少?
        哪一张字少?
        哪份文件更短?
        文字最少的是哪张?
        哪张图片字数少?"""),
    "most_objects": _lines("""
        哪张图{x}更多?
        哪张图片{x}多?
        哪一张有更多{x}?
        {x}最多的是哪张?
        哪张照片里的{x}最多?
        哪张图有{x}?
        哪一张里有{x}?
        哪个图里能看到{x}?"""),
    "least_objects": _lines("""
        哪张图{x}更少?
        哪一张{x}少?
        {x}最少的是哪张?
        哪张照片里的{x}最少?
        哪张图片里{x}比较少?"""),
    "count_all": _lines("""
        所有图里一共有多少{x}?
        两张图一共有几个{x}?
        几张图加起来有多少{x}?
        全部图片里共有多少{x}?
        两张照片总共有几个{x}?"""),
    "most_total": _lines("""
        哪张小票更贵?
        哪张收据金额更高?
        哪张发票金额大?
        哪一单花得更多?
        哪张账单更高?
        哪家店花钱更多?
        哪张票总额最高?"""),
    "least_total": _lines("""
        哪张小票更便宜?
        哪张收据金额更低?
        哪一单花得更少?
        哪张账单更低?
        哪张票总额最低?"""),
    "most_price": _lines("""
        哪个更贵?
        哪个贵?
        哪件商品更贵?
        哪一个价格更高?
        最贵的是哪个?"""),
    "least_price": _lines("""
        哪个更便宜?
        哪个便宜?
        哪件商品更便宜?
        哪一个价格更低?
        最便宜的是哪个?"""),
    "sum": _lines("""
        两张小票一共多少钱?
        所有收据加起来多少钱?
        总额加起来是多少?
        两张发票合计多少?
        把金额加起来
        两单一共花了多少?
        几张小票总共多少钱?"""),
    "difference": _lines("""
        两张小票差多少钱?
        总额相差多少?
        两张发票金额差多少?
        两单差了多少?
        金额的差是多少?"""),
    "same_company": _lines("""
        是同一家店吗?
        两张是同一家公司的吗?
        这些小票是同一家店的吗?
        是不是同一个商家?
        都是一家店开的吗?"""),
    "same_date": _lines("""
        是同一天吗?
        日期一样吗?
        两张是同一天的吗?
        是不是同一天开的?
        日期相同吗?"""),
    "older": _lines("""
        哪张更早?
        哪张小票更新?
        哪一张日期更晚?
        哪张先开的?
        哪份比较旧?"""),
    "and_field": _lines("""
        那{f}呢?
        {f}呢?
        还有{f}?
        那么{f}是什么?
        {f}又是多少?
        再看一下{f}"""),
    "and_item": _lines("""
        那{i}呢?
        {i}呢?
        还有{i}?
        那么{i}多少钱?
        再看看{i}"""),
    "and_objects": _lines("""
        那{x}呢?
        {x}呢?
        还有{x}吗?
        那有{x}吗?
        有几个{x}呢?
        那么{x}有多少?"""),
    "and_picture": _lines("""
        那{p}呢?
        {p}呢?
        那么{p}里呢?
        {p}上呢?
        {p}也看一下
        换成{p}呢?"""),
    "it_color": _lines("""
        它是什么颜色的?
        什么颜色?
        那是什么颜色?
        它的颜色呢?
        颜色是什么?"""),
    "it_text": _lines("""
        上面写了什么?
        它上面有字吗?
        上面写着什么?
        它上面写的是什么?
        读一下它上面的字"""),
}
