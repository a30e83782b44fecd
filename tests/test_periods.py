"""The algebra of periods."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.project.periods import KINDS, Period, Point, last_year, lies_ahead, parse_period, years


@pytest.mark.parametrize(
    ("text", "kind", "expected", "months", "whole"),
    [
        ("2021", "year", (2021, 2021), 12, True),
        ("2019-H1", "half", (2019, 2019), 6, False),
        ("2019-H2", "half", (2019, 2019), 6, False),
        ("2023-Q1", "quarter", (2023, 2023), 3, False),
        ("2024-08", "month", (2024, 2024), 1, False),
        ("2024-01/2024-08", "months", (2024, 2024), 8, False),
        ("2023-11/2024-08", "months", (2023, 2024), 10, False),
        ("2019-H2/2020-Q1", "months", (2019, 2020), 9, False),
        ("2017/2021", "years", (2017, 2021), 60, True),
        ("2020/2021-06", "months", (2020, 2021), 18, False),
        ("2004/..", "open", (2004, None), math.inf, True),
        ("../2025", "open", (None, 2025), math.inf, True),
        ("2024-05/..", "open", (2024, None), math.inf, False),
    ],
)
def test_what_a_period_is(text, kind, expected, months, whole):
    period = parse_period(text)
    assert period is not None and period.kind == kind and kind in KINDS and period.whole_years is whole
    assert years(text) == expected and last_year(text) == expected[1]
    assert period.last_month - period.first_month + 1 == months
    assert str(period) == text


@pytest.mark.parametrize(
    "text",
    ["", "later", None, pd.NA, float("nan"), 2021, "..", "../..", "/2021", "2021/", "2021-13", "2021-00", "2021-H3"]
    + [
        "2021-Q5",
        "2021-1",
        "21",
        "20210",
        "2021年",
        "2021/2020",
        "2021-08/2021-01",
        "２０２１",
        " 2021",
        "2021/22/23",
    ],
)
def test_what_is_no_period(text):
    assert parse_period(text) is None and years(text) == (None, None) and not lies_ahead(text, 1)


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("2025", True),
        ("2024", False),
        ("2021/2025", False),
        ("2025/2027", True),
        ("2025-H1", True),
        ("../2024", True),
        ("../2023", False),
        ("2023/..", False),
        ("2025/..", True),
        ("2024-H2", False),
        (None, False),
    ],
)
def test_what_lies_ahead_of_2024(text, ahead):
    assert lies_ahead(text, 2024) is ahead


@pytest.mark.parametrize(
    ("one", "other", "overlap", "inside"),
    [
        ("2021", "2021-H1", True, True),
        ("2021-H1", "2021", True, False),
        ("2020/2025", "2021", True, True),
        ("2021", "2022-Q1", False, False),
        ("2021-12", "2022/..", False, False),
        ("2021-Q4", "2021-12", True, True),
        ("../2027", "2027-12", True, True),
        ("../2027", "2028-01", False, False),
        ("2004/..", "../2003", False, False),
        ("2004/..", "../2004", True, False),
        ("2024-01/2024-08", "2024-H2", True, False),
        ("2024-01/2024-08", "2024-Q4", False, False),
    ],
)
def test_two_periods(one, other, overlap, inside):
    first, second = parse_period(one), parse_period(other)
    assert first.overlaps(second) is second.overlaps(first) is overlap
    assert first.contains(second) is inside


POINTS = st.one_of(
    st.builds(Point, st.integers(1000, 9999), st.just("year"), st.just(1)),
    *(
        st.builds(Point, st.integers(1000, 9999), st.just(unit), st.integers(1, most))
        for unit, most in (("half", 2), ("quarter", 4), ("month", 12))
    ),
)


@st.composite
def periods(draw):
    one, other = draw(POINTS), draw(POINTS)
    if one.first_month > other.last_month:  # made in order, not drawn until it is
        one, other = other, one
    return draw(st.sampled_from([Period(one, other), Period(one, None), Period(None, other)]))


@given(periods())
def test_writing_and_reading(period):
    assert parse_period(str(period)) == period and period.contains(period)


@given(periods(), periods(), periods())
def test_containment_orders_periods(one, two, three):
    if one.contains(two):
        assert one.overlaps(two)
        assert not two.contains(three) or one.contains(three)


@given(st.text("0123456789-/.HQ", max_size=17))
def test_what_reads_as_a_period_is_written_like_it(text):
    period = parse_period(text)
    first, _, last = text.partition("/")
    assert period is None or str(period) == (first if first == last else text)
