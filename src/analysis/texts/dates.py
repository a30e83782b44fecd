"""Dates: the date of a text, going by its first lines."""

from __future__ import annotations

import re
from datetime import date

from .characters import CLOSED, MAP, TITLE_LENGTH

_CN_DIGITS = {char: str(i) for i, char in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_CN_DATE = re.compile(
    r"([二一][〇零○一二三四五六七八九]{3})年(?:([一二三四五六七八九十]{1,2})月)?(?:([一二三四五六七八九十]{1,3})日)?"
)
_FULL_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})(?!\d)日?")
_MONTH_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年(\d{1,2})月|-(\d{2})(?![\d-]))")
_YEAR_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_MONTH_DAY = re.compile(r"^(?:[【（(][^】）)]{1,20}[】）)])?(\d{1,2})月(\d{1,2})日")


def _cn_number(text: str) -> int:
    """一 to 三十一 as a number."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return int(_CN_DIGITS[text])
    return (int(_CN_DIGITS[tens]) if tens else 1) * 10 + (int(_CN_DIGITS[ones]) if ones else 0)


def _arabic(text: str) -> str:
    """`text` with dates in Chinese numerals as dates in digits."""

    def write(match: re.Match[str]) -> str:
        year = "".join(_CN_DIGITS[char] for char in match[1])
        try:
            month = f"{_cn_number(match[2])}月" if match[2] else ""
            return f"{year}年{month}" + (f"{_cn_number(match[3])}日" if match[3] else "")
        except KeyError:
            return match[0]

    return _CN_DATE.sub(write, text)


def _real(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _first_date(text: str) -> date | None:
    return next((day for match in _FULL_DATE.finditer(text) if (day := _real(*match.groups()))), None)


def text_date(text: str) -> str | None:
    """The best guess at the date of a text, from its first lines: YYYY-MM-DD, YYYY-MM or YYYY; None without any.

    A session named in the subtitle or a date beside the title counts most, then the date of the event that the first
    paragraph gives within a month before the page's date, then the page's date, then any date, month or year.
    """
    head = _arabic(text[:4000].translate(MAP))
    lines = [line.strip() for line in head.splitlines() if line.strip()][:30]
    titles = [line for line in lines if len(line) <= TITLE_LENGTH and line[-1] not in CLOSED]
    for line in titles:
        named = re.match(r"[—―-]", line) or line.endswith("上") or re.search(r"[（(].{0,4}年.{2,6}日.{0,8}[）)]$", line)
        if named and (day := _first_date(line)):
            return day.isoformat()
    published = next((day for line in titles if (day := _first_date(line))), None)
    if published:
        for line in lines:
            match = _MONTH_DAY.match(line)
            event = _real(published.year, match[1], match[2]) if match else None
            if event and 0 <= (published - event).days <= 31:
                return event.isoformat()
        return published.isoformat()
    anywhere = _first_date("\n".join(lines))
    if anywhere:
        return anywhere.isoformat()
    joined = "\n".join(titles)
    month = _MONTH_DATE.search(joined)
    if month and 1 <= int(month[2] or month[3]) <= 12:
        return f"{month[1]}-{int(month[2] or month[3]):02d}"
    year = _YEAR_DATE.search(joined)
    return year[1] if year else None
