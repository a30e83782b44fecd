"""Numerals: reading and printing numbers in their digit, Chinese and mixed forms.

Reading takes what stands in policy texts: `1,234.5`, `3.2万`, `1亿2000万`, `3千5百万`, `两`, `十七`, `三百零五`,
`一万二`, `半`, `壹佰贰拾`; and as a range what is said vaguely: `两三千`, `数十亿`.
Not read here: units, comparators and the 多 余 几 that stand inside a number (see `mentions`).
"""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000, "万亿": 1_000_000_000_000}
# What one scale behind a number multiplies it by.
SCALES = {
    "": 1,
    **SMALL,
    **LARGE,
    **{f"{low}{high}": SMALL[low] * LARGE[high] for low in SMALL for high in ("万", "亿")},
}
# The numerals of cheques and contracts, and the plain ones that they stand for.
FINANCIAL = "壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億"
LONGEST = 40

_PLAIN = str.maketrans(FINANCIAL, "一二二三三四五六六七八九十百千万亿")
_TOKEN = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|万亿|[零〇一二两三四五六七八九十百千万亿]")
_ONE_DIGIT = re.compile(r"[1-9一二两三四五六七八九]")
# Two digits that follow each other and mean one or the other: 两三千, 五六十, 三五百.
_EITHER = re.compile("一二|[一二两]三|三四|三五|四五|五六|六七|七八|八九")
_VAGUE = re.compile("[数几]([十百千]?(?:万亿|[万亿])?)")


class _Reader:
    """A number that is read from left to right: `total` is closed by 万 and 亿, `section` lies below them.

    `digit` is the last number read as long as no 十 百 千 万 亿 has taken it, `unit` the scale that stands before it;
    `zero` says that 零 stands before it, `gap` that one stands in the section, `short` that 三百五 may mean 350.
    """

    def __init__(self) -> None:
        self.total = self.section = Decimal(0)
        self.digit: Decimal | None = None
        self.short = self.zero = self.gap = False
        self.unit, self.small, self.large = 0, 10_000, 10**17

    def take(self, token: str) -> bool:
        """Read one token; False where it makes no number behind those before it."""
        if token in SMALL:
            return self._scale(SMALL[token])
        if token in LARGE:
            return self._close(LARGE[token])
        if token in "零〇" and (self.unit or self.digit is None):
            self.zero, self.gap, self.short = True, True, False
            self.digit = Decimal(0) if not self.unit else None
            return True
        if self.digit:
            return False
        self.digit = Decimal(DIGITS[token]) if token in DIGITS else Decimal(token.replace(",", ""))
        self.short = bool(_ONE_DIGIT.fullmatch(token)) and not self.zero
        return True

    def _scale(self, unit: int) -> bool:
        if unit >= self.small or self.digit == 0 and self.zero:
            return False
        self.section += (1 if self.digit is None else self.digit) * unit
        self.digit, self.unit, self.small, self.zero, self.short = None, unit, unit, False, False
        return True

    def _close(self, unit: int) -> bool:
        """万, 亿 or 万亿: what has been read since the last of them counts so many."""
        bare = self.digit is None and not self.section
        self._last(self.unit if self.unit < 10_000 else 0)
        if unit < self.large and not (bare and self.total):
            self.total += (Decimal(1) if bare else self.section) * unit
        elif unit == LARGE["亿"] and self.large == LARGE["万"] and (self.gap or self.section >= 1000):
            # 一万二千亿: the 亿 counts both.
            self.total = (self.total + self.section) * unit
        else:
            return False
        self.section, self.small, self.large, self.unit = Decimal(0), 10_000, unit, unit
        self.zero = self.gap = False
        return True

    def _last(self, unit: int) -> None:
        """Add the number that is still open: 三百五 is 350, 一万二 is 12,000, but 十二 is 12."""
        if self.digit is not None:
            self.section += self.digit * (unit // 10 if self.short and unit >= 100 else 1)
        self.digit = None

    def value(self) -> Decimal:
        self._last(self.unit)
        return self.total + self.section


def read_numeral(text: str) -> Decimal | None:
    """The number that `text` prints, exactly; None where it prints none. No sign, no unit, no space."""
    if not text or len(text) > LONGEST:
        return None
    if text == "半":
        return Decimal("0.5")
    text = text.translate(_PLAIN)
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        return None
    if len(text) > 1 and all(token in DIGITS for token in tokens):
        return None if "两" in text else Decimal("".join(str(DIGITS[token]) for token in tokens))
    reader = _Reader()
    return reader.value() if all(reader.take(token) for token in tokens) else None


def read_vague(text: str) -> tuple[Decimal, Decimal] | None:
    """The least and the greatest number that a vague one may mean; None where it is not vague or no number.

    `两三千` is 2000 to 3000. `几十` is 10 to 99 and `数十亿` 10 to 99 亿: the whole numbers of so many digits.
    """
    if vague := _VAGUE.fullmatch(text):
        low = read_numeral(vague[1]) if vague[1] else None
        if low is None:
            return None
        unit = LARGE.get(text[-2:], LARGE.get(text[-1], 1))
        return low, (low / unit * 10 - 1) * unit
    either = _EITHER.search(text)
    if either is None:
        return None
    at = either.start()
    low, high = read_numeral(text[: at + 1] + text[at + 2 :]), read_numeral(text[:at] + text[at + 1 :])
    return (low, high) if low is not None and high is not None and low < high else None


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
