"""Words: what reports say, in Chinese and English, and how each language prints numbers, quantities and periods.

All sentences of the reports stand in strings/zh.yml and strings/en.yml, under the same keys (tested).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ..project.errors import unknown
from ..project.periods import Point, parse_period

if TYPE_CHECKING:
    from ..extract.figures.units import Units

LANGUAGES = ("zh", "en")
HERE = Path(__file__).parent / "strings"
_ZH_SCALE = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
_EN_SCALE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_EN_UNIT = {"%": "%", "位": "", "连": "", "元": "CNY", "美元": "USD", "欧元": "EUR", "港元": "HKD", "日元": "JPY"}
#: Classifiers that say nothing of what is counted (条 of chains and of roads, 颗 of satellites and of teeth): English
#: prints the number alone, the indicator beside it names the thing.
_BARE = frozenset(["个", "项", "条", "件", "张", "颗", "枚", "块", "把", "大"])
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@cache
def _file(lang: str) -> dict[str, Any]:
    if lang not in LANGUAGES:
        raise unknown("language", lang, LANGUAGES)
    text = (HERE / f"{lang}.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe, and in C


@cache
def strings(lang: str) -> dict[str, str]:
    """The words of a language by key. Raises InputError for a language there is no file for."""
    return {key: words for key, words in _file(lang).items() if isinstance(words, str)}


@cache
def sections(lang: str) -> dict[str, dict[str, Any]]:
    """The sections of a language by key: templates by what they are for (see `analysis.present.prose`)."""
    return {key: parts for key, parts in _file(lang).items() if isinstance(parts, dict)}


def _missing(value: Any) -> bool:
    # Who only needs words need not wait for pandas.
    import pandas as pd

    return bool(pd.isna(value))


def plain(value: float, decimals: int | None = None) -> str:
    """`1234.50` → `1,234.5`: thousands separated, no needless zeros; with `decimals`, exactly that many."""
    if decimals is not None:
        return f"{value:,.{decimals}f}"
    text = f"{value:,.4f}" if abs(value) < 1e15 else f"{value:.4g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _singular(name: str) -> str:
    """The name of one: `establishments` → `establishment`, `batches` → `batch`, `square metres` → `square metre`."""
    name = re.sub(r"(?<=[nt])ies\b", "y", name)
    return re.sub(r"\b([\w-]+?)(?:(?<=ch|ss)es|(?<=x)es|(?<![usi])s)\b", r"\1", name)


@dataclass(frozen=True)
class Words:
    """One language: `words("key", n=3)` gives a sentence with its values in place."""

    lang: str

    def __call__(self, key: str, **values: Any) -> str:
        return strings(self.lang)[key].format(**values)

    def has(self, key: str) -> bool:
        return key in strings(self.lang)

    @property
    def zh(self) -> bool:
        return self.lang == "zh"

    def number(self, value: float, decimals: int | None = None) -> str:
        return plain(float(value), decimals)

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share of 1 as a percentage: 0.123 → `12%`; `–` where it is missing."""
        return "–" if _missing(share) else f"{share * 100:.{decimals}f}%"

    def list(self, items: Iterable[str]) -> str:
        """`a、b和c` / `a, b and c`."""
        words = list(items)
        if len(words) < 2:
            return "".join(words)
        comma, last = ("、", "和") if self.zh else (", ", " and ")
        return comma.join(words[:-1]) + last + words[-1]

    def scaled(self, value: float) -> tuple[str, str]:
        """A number and the magnitude this language speaks in: 1.2e10 → (`120`, `亿`) or (`12`, `billion`)."""
        for size, name in _ZH_SCALE if self.zh else _EN_SCALE:
            if abs(value) >= size:
                return plain(round(value / size, 4)), name
        return plain(value), ""

    def quantity(self, row: Any, units: Units) -> str:
        """A figure as this language prints it: `超过120亿元` / `over CNY 12 billion`.

        `row` has value, value_max, unit, comparator and measure as in the table `figures`.
        """
        low = self._amount(row.value, row.unit, row.measure, units)
        if not _missing(row.value_max):
            high = self._amount(row.value_max, row.unit, row.measure, units)
            name = self._counted(row.unit, units) if not self.zh and row.unit not in ("%", "‰") else ""
            low = low.removesuffix(f" {name}").removesuffix(f" {_singular(name)}") if name else low
            low = self(f"range_{'measured' if row.unit else 'plain'}", low=low, high=high)
        said = self({"=": "equal", "≈": "about", ">": "above", "<": "below"}[row.comparator], amount=low)
        if row.unit == "倍" and "番" in str(row.mention) and row.value in (2, 4):
            return self(f"times_{int(row.value)}")
        if row.measure in ("increase", "decrease"):
            kind = "rate" if row.unit in ("%", "‰", "倍", "个百分点", "百分点") else "amount"
            return self(f"{row.measure}_{kind}", amount=said)
        return said

    def _amount(self, value: float, unit: str, measure: str, units: Units) -> str:
        if measure == "rank":
            return self("rank", n=plain(value))
        if measure == "streak":
            return self("streak", n=plain(value))
        if unit in ("%", "‰"):
            return plain(round(value, 4)) + unit
        number, scale = self.scaled(value)
        if self.zh:
            return f"{number}{scale}{unit}"
        spoken = f"{number} {scale}".strip()
        if unit in _EN_UNIT:
            return f"{_EN_UNIT[unit]} {spoken}".strip()
        name = self._counted(unit, units)
        return f"{spoken} {_singular(name) if spoken == '1' else name}".strip()

    def _counted(self, unit: str, units: Units) -> str:
        known = units.rows.get(unit)
        return "" if unit in _BARE else known.name_en if known else unit

    def period(self, period: Any) -> str:
        """`2017/2021` → `2017–2021年` / `2017–2021`; nothing for a missing period."""
        stretch = parse_period(period)
        if stretch is None:
            return ""
        start, end = stretch
        if start is None or end is None:
            return self("period_since", at=self._point(start)) if start else self("period_by", at=self._point(end))
        if start == end:
            return self._point(start)
        if start.unit == end.unit == "month" and start.year == end.year:
            if self.zh:
                return f"{start.year}年{start.number}–{end.number}月"
            return f"{_MONTHS[start.number - 1]}–{_MONTHS[end.number - 1]} {start.year}"
        return self("period_span", first=start, last=end)

    def _point(self, point: Point | None) -> str:
        if point is None:
            return ""
        if point.unit == "half":
            return self(f"half_{point.number}", year=point.year)
        if point.unit == "quarter":
            return self("quarter", year=point.year, n=point.number)
        if point.unit == "month":
            return f"{point.year}年{point.number}月" if self.zh else f"{_MONTHS[point.number - 1]} {point.year}"
        return f"{point.year}年" if self.zh else str(point.year)

    def date(self, date: str) -> str:
        """`2024-09-27` → `2024年9月27日` / `27 September 2024`; also year and month alone."""
        parts = [int(p) for p in date.split("-")]
        if self.zh:
            return "".join(f"{n}{u}" for n, u in zip(parts, "年月日", strict=False))
        return " ".join([*(str(p) for p in parts[2:]), *(_MONTHS[m - 1] for m in parts[1:2]), str(parts[0])])
