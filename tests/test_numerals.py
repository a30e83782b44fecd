from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extract.figures.numerals import chinese_numeral, read_numeral, read_vague

READ = [
    ("0", "0"),
    ("1,234.5", "1234.5"),
    ("1,234,567", "1234567"),
    ("3.2万", "32000"),
    ("1亿2000万", "120000000"),
    ("1.5万亿", "1500000000000"),
    ("3百万", "3000000"),
    ("4千万", "40000000"),
    ("两", "2"),
    ("半", "0.5"),
    ("十", "10"),
    ("十七", "17"),
    ("二十", "20"),
    ("三百零五", "305"),
    ("三百五", "350"),
    ("一万二", "12000"),
    ("十二万五千", "125000"),
    ("一千零五十", "1050"),
    ("两亿三千万", "230000000"),
    ("一万二千亿", "1200000000000"),
    ("三万亿零五", "3000000000005"),
    ("二〇二二", "2022"),
    ("3千5百万", "35000000"),
    ("1千2百", "1200"),
    ("2千零30万", "20300000"),
    ("1万亿2000亿", "1200000000000"),
    ("1万5", "15000"),
    ("3万5000", "35000"),
    ("两百五万", "2500000"),
    ("一百零五万", "1050000"),
    ("壹佰贰拾叁万", "1230000"),
]
NOT_READ = ["", "百百", "十百", "2万1亿", "1万2万", "两两", "五六七百", "公里", "1.2.3", "9" * 41, "百万" * 30]


@pytest.mark.parametrize(("text", "value"), READ)
def test_reads(text, value):
    assert read_numeral(text) == Decimal(value)


@pytest.mark.parametrize("text", NOT_READ)
def test_refuses(text):
    assert read_numeral(text) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("两三千", 2000, 3000),
        ("五六十", 50, 60),
        ("十七八亿", 17 * 10**8, 18 * 10**8),
        ("三五百", 300, 500),
        ("几十", 10, 99),
        ("数百", 100, 999),
        ("数十亿", 10**9, 99 * 10**8),
        ("几万", 10_000, 90_000),
        ("数千亿", 10**11, 9999 * 10**8),
    ],
)
def test_vague_numbers_are_ranges(text, low, high):
    assert read_vague(text) == (low, high)


@pytest.mark.parametrize("text", ["两千", "数", "几", "三二百", "百", "", "二四百"])
def test_what_is_not_vague(text):
    assert read_vague(text) is None


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["", "万", "亿"]))
def test_digits_and_scales_mix(thousands, hundreds, scale):
    expected = (thousands * 1000 + hundreds * 100) * {"": 1, "万": 10**4, "亿": 10**8}[scale]
    assert read_numeral(f"{thousands}千{hundreds}百{scale}") == expected


@given(st.integers(0, 10**16 - 1))
def test_chinese_form_is_read_back(number):
    assert read_numeral(chinese_numeral(number)) == number


@given(st.integers(0, 10**12), st.sampled_from(["{}", "{:,}"]))
def test_digit_forms_are_read_back(number, form):
    assert read_numeral(form.format(number)) == number


@given(st.integers(1, 9999), st.integers(0, 9999))
def test_mixed_form_is_read_back(high, low):
    assert read_numeral(f"{high}亿{low}万") == high * 10**8 + low * 10**4


@given(st.decimals(0, 9999, places=2), st.sampled_from([("万", 10**4), ("亿", 10**8), ("千", 1000), ("万亿", 10**12)]))
def test_multiplied_decimals_are_exact(number, scale):
    word, size = scale
    assert read_numeral(f"{number}{word}") == number * size


@given(st.text("零一二三四五六七八九十百千万亿两半0123456789.,", max_size=20))
def test_never_raises(text):
    value = read_numeral(text)
    assert value is None or value >= 0


def test_prints_only_what_has_a_form():
    with pytest.raises(ValueError):
        chinese_numeral(-1)
    with pytest.raises(ValueError):
        chinese_numeral(10**16)
