"""Shapes: what a number, and what only looks like one, is written like.

`BEGINNING` finds the places where one may stand, `PLACE` tells by the name of its group which kind it is.
"""

from __future__ import annotations

import re

from .numerals import FINANCIAL, LONGEST

CN = "零〇一二两三四五六七八九十百千万亿半"
RUN = f"(?<![{CN}])[{CN}]{{1,{LONGEST}}}+"
# 数 and 几 that leave a number open (数十亿, 几千), but not the 数 of 人数, 指数 and their like.
VAGUE = "(?:几|(?<![人总指系次户件多少天函参基分倍位无])数)(?=[十百千万亿])"
DIGIT = "[一二两三四五六七八九]"

# Where one of the alternatives of `PLACE` may begin: its first character and what the second one can be. One leading
# set of characters is searched for far faster than the alternatives are tried.
BEGINNING = re.compile(
    rf"[0-9A-Za-z第翻数几￥¥$＄€£{CN}{FINANCIAL}](?:(?<=[\d￥¥$＄€£])|(?<=[A-Za-z])[A-Za-z.\-\d]|(?<=第)[{CN}\d]"
    rf"|(?<=翻)[了番一两二三四五]|(?<=[数几])[十百千万亿]|(?<=[{FINANCIAL}])[{FINANCIAL}零万亿]"
    rf"|(?<=[{CN}])[{CN}多余几个连成分元美欧港日%天月年小时秒公平米厘毫亩吨斤倍季工])"
)
# A span in days, months, years: 3-5, 3至5.
TO = "[-—–~至到、]"
# What may stand at a place, by kind, tried in this order; each alternative with an example. `date` and `code` only
# consume what is no figure.
KINDS: dict[str, tuple[str, ...]] = {
    "date": (
        # 2019年8月3日, 2022-2023年度
        r"(?<!\d)(?:19|20)\d{2}(?:[-—–~至/](?:19|20)?\d{2})?年(?:代|度|\d{1,2}月(?:\d{1,2}[日号])?)?(?![左以])",
        # 3-5月, 3月5日至8日
        rf"(?<!\d)\d{{1,2}}(?:{TO}\d{{1,2}})?月(?:份|\d{{1,2}}[日号](?:{TO}\d{{1,2}}[日号])?)?",
        # 21日-22日
        rf"(?<![\d.])\d{{1,2}}(?:{TO}\d{{1,2}})?[日号](?!均)",
        # 9时30分
        r"(?<![\d.])\d{1,2}[时点](?:\d{1,2}分|半|整)?(?![长间])",
        # 20:30
        r"(?<![\d.:：])(?:[01]?\d|2[0-4])[:：][0-5]\d(?![\d.:：∶%])",
        # 90后
        r"\d{2}后(?!期|续)",
        # 二〇二六年一月二十七日
        rf"[〇零一二三四五六七八九]{{4}}年(?:[{CN}]{{1,3}}月(?:[{CN}]{{1,3}}日)?)?",
        rf"[一二三四五六七八九十]{{1,3}}月[{CN}]{{1,3}}日",
    ),
    # 2012.5, 2019-20: a date only where no unit stands behind it
    "dated": (r"(?<!\d)(?:19|20)\d{2}[-—–~/.](?:(?:19|20)\d{2}|\d{1,2})(?:[-/.]\d{1,2})?(?![\d%])",),
    # ￥1,230,000
    "money": (r"[￥¥$＄€£] ?\d+(?:,\d{3})*(?:\.\d+)?",),
    # 1.2×10^4
    "power": (r"(?<![\d.])\d{1,9}(?:\.\d{1,9})?[×xX*]10(?:\^\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})",),
    # 2×66
    "product": (r"(?<![\d.×xX*+·])\d{1,2}[×xX*]\d{1,9}(?:\.\d{1,9})?(?![\d.×xX*+·])",),
    "code": (
        # A2, PM2.5, CR450
        r"(?<![A-Za-z])[A-Za-z][A-Za-z.\-]{0,12}\d{1,9}(?:[.\-]\d{1,9})*[A-Za-z]{0,9}(?![A-Za-z])",
        # 1+5, 9·3
        r"(?<!\d)\d{1,6}(?:[+＋×*·]\s?[\dA-Za-z]{1,6})+|(?<=[+＋×·])\d{1,9}",
        # 1类新药: classes of registration
        r"(?<![\d.])\d类(?=创新药|新药|药品|医疗器械)",
    ),
    # 15:61.9:23.1
    "ratio": (r"(?<![\d.:：∶])\d{1,9}(?:\.\d{1,9})?(?:[:：∶]\d{1,9}(?:\.\d{1,9})?){1,9}+(?![\d.:：∶])",),
    # 第五, 第12
    "ordinal": (rf"第(?:[{CN}]{{1,9}}|\d{{1,9}})",),
    "streak": (
        # 十四连丰
        rf"(?:{RUN}|(?<![\d.])\d{{1,3}})连[丰冠优增升涨降调胜霸跳快超贯强稳好A](?![接续])",
        # 连五连冠
        r"(?<=连)[二两三四五六七八九十]{1,3}连[冠优增升降胜](?![接续])",
    ),
    # 翻了两番, 翻番
    "double": (r"(?<!翻)翻了?[一两二三四五][番倍]|翻了?番(?![天地])",),
    "fraction": (
        # 占1/4
        r"(?<=[占的约近超])\d{1,2}/\d{1,3}(?![\d/])",
        # 百分之五点三
        rf"[百千万]分之(?:[{CN}]{{1,12}}(?:点[{CN}]{{1,6}})?|\d{{1,9}}(?:\.\d{{1,9}})?)",
        # 三分之一
        rf"{RUN}分之[{CN}]{{1,9}}",
    ),
    # 七成, 两成五, 六七成, 9成
    "tenths": (rf"(?<![\d.{CN}])(?:{DIGIT}{{1,2}}|\d(?:\.\d)?)成(?:半|{DIGIT}(?!成))?",),
    # 400 000, 1,234.5
    "digits": (r"\d{1,3}(?: \d{3})+(?![\d.])|\d+(?:,\d{3})*(?:\.\d+)?",),
    # 壹佰贰拾叁万元
    "financial": (rf"[{FINANCIAL}][{FINANCIAL}零万亿]{{1,{LONGEST}}}+(?=[元圆])",),
    # 数十亿元, 几千人
    "vague": (rf"{VAGUE}[十百千万亿]{{1,4}}+",),
    "chinese": (
        # 两小时, 三十万亩
        rf"{RUN}(?=[多余几]?[万亿]?(?:个半?)?[元美欧港日%天月年小分时秒公平米厘毫亩吨斤千倍季工百])",
        # 三千二百户: things are counted in Chinese numerals from a hundred on
        rf"(?<![{CN}]){DIGIT}{{1,2}}[十百千万亿](?<!十)[{CN}]{{0,{LONGEST}}}+(?=[多余]?[\u4e00-\u9fff])",
    ),
}
PLACE = re.compile("|".join(f"(?P<{kind}>{'|'.join(alternatives)})" for kind, alternatives in KINDS.items()))
