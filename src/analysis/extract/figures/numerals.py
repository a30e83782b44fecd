"""Numerals: reading and printing numbers in their digit, Chinese and mixed forms.

Reading takes what stands in policy texts: `1,234.5`, `3.2万`, `1亿2000万`, `两`, `十七`, `三百零五`, `一万二`, `半`.
Not read here: units, comparators and the 多 余 几 that stand inside a number (see `mentions`).
"""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000, "万亿": 1_000_000_000_000}
MULTIPLIERS = {
    **SMALL,
    **LARGE,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
}
LONGEST = 40

_DIGIT_PART = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)([十百千万亿]*)")
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")


def _multiplier(word: str) -> int | None:
    """The number a run of multipliers stands for: 万亿 → 10¹²; None where it is no such run."""
    if not word:
        return 1
    if word in MULTIPLIERS:
        return MULTIPLIERS[word]
    if len(word) > 1 and word[-1] in LARGE:
        head = _multiplier(word[:-1]) if len(word) < 6 else None
        return head * LARGE[word[-1]] if head else None
    return None


def _read_digits(text: str) -> Decimal | None:
    """`1亿2000万` → 120000000: parts with falling multipliers; None where they do not fall."""
    total, last, at = Decimal(0), None, 0
    while at < len(text):
        part = _DIGIT_PART.match(text, at)
        multiplier = _multiplier(part[2]) if part else None
        if part is None or multiplier is None or (last is not None and multiplier >= last):
            return None
        total += Decimal(part[1].replace(",", "")) * multiplier
        last, at = multiplier, part.end()
    return total if text else None


def _read_chinese(text: str) -> Decimal | None:
    """`三百零五` → 305, `一万二` → 12000, `二〇二二` → 2022; None where the order of units makes no number."""
    if not _CHINESE.fullmatch(text):
        return None
    if not any(c in SMALL or c in LARGE for c in text):
        if len(text) == 1:
            return Decimal(DIGITS[text])
        if "两" in text:
            return None
        return Decimal("".join(str(DIGITS[c]) for c in text))
    total = section = number = 0
    last_small, zero, previous = 10_000, False, ""
    for character in text:
        if character in DIGITS:
            if previous in DIGITS and previous not in "零〇":
                return None
            number = DIGITS[character]
            zero = zero or character in "零〇"
        elif character in SMALL:
            unit = SMALL[character]
            if unit >= last_small or (number == 0 and previous in DIGITS):
                return None
            section += (number or 1) * unit
            number, last_small, zero = 0, unit, False
        else:
            section += number
            if character == "亿":
                total = (total + section or 1) * LARGE["亿"]
            else:
                total += (section or 1) * LARGE["万"]
            section = number = 0
            last_small, zero = 10_000, False
        previous = character
    if number and previous in DIGITS and not zero and len(text) > 1:
        before = text[-2]
        # 一万二 is 12,000 and 三百五 is 350, but 十二 is 12.
        number *= {"百": 10, "千": 100, "万": 1000, "亿": 10_000_000}.get(before, 1)
    return Decimal(total + section + number)


def read_numeral(text: str) -> Decimal | None:
    """The number that `text` prints, exactly; None where it prints none. No sign, no unit, no space."""
    if not text or len(text) > LONGEST:
        return None
    if text == "半":
        return Decimal("0.5")
    if text[0].isascii():
        return _read_digits(text)
    return _read_chinese(text)


def _chinese_section(number: int) -> str:
    """1 to 9999 in Chinese."""
    words, zero = "", False
    for name, unit in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, unit)
        if digit:
            words += ("零" if zero and words else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    return words


def chinese_numeral(number: int) -> str:
    """A whole number from 0 to 10¹⁶ − 1 in Chinese: 30005 → 三万零五."""
    if number == 0:
        return "零"
    if not 0 < number < 10**16:
        raise ValueError("chinese_numeral prints whole numbers from 0 to 10**16 - 1")
    words = ""
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section, number = divmod(number, unit)
        if section:
            gap = words and (section < 1000 or words.endswith("零"))
            words += (
                ("零" if gap else "")
                + (chinese_numeral(section) if section >= 10**4 else _chinese_section(section))
                + name
            )
        elif words and not words.endswith("零"):
            words += "零"
    return re.sub("零+", "零", words).rstrip("零")
