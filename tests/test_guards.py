"""Guards: the same matches as without them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.extract.figures import measures, mentions, naming
from analysis.extract.figures.guards import guarded

ALTERNATIVES = (
    r"约为?|大约|近|年",
    r"(?<![签合])约|(?<=了)的|到(?!位)",
    r"[从由]?到|\d{2,4}年|近+年",
    r"(?:甲|乙?丙)丁|(?P<named>年度|每?年)",
    r"(?=约大)约.|[-—]年|[年\-]\d",
    r"[约大]{1,2}?年|的{0,2}年|\.|\d*年",
)


@pytest.mark.parametrize("alternatives", ALTERNATIVES)
@given(text=st.text(alphabet="约大为近年签合了的到位从由甲乙丙丁度每-—.1９x", max_size=24))
def test_the_same_matches(alternatives, text):
    plain = [match.span() for match in re.finditer(f"(?:{alternatives})", text)]
    assert [match.span() for match in re.finditer(guarded(alternatives), text)] == plain


@pytest.mark.parametrize("alternatives", ["", "年?", "年|", "(?:年?月?)", "近?$", ".年", "[^年]月", "(?=年)", "年)月"])
def test_what_has_no_first_character(alternatives):
    with pytest.raises(ValueError, match="begins"):
        guarded(alternatives)


IN_USE = {
    "trail": naming._TRAIL,
    "lead": naming._LEAD,
    "inner": naming._INNER,
    "cut": naming._CUT,
    "before": mentions._BEFORE,
    "up": measures._UP,
    "down": measures._DOWN,
}


@pytest.mark.parametrize("pattern", IN_USE.values(), ids=IN_USE)
@given(data=st.data())
def test_tables_match_as_without_guards(pattern, data):
    """The expressions in use, on texts of their own words."""
    bare = re.compile(re.sub(r"^\(\?=\[[^\[\]]+\]\)", "", pattern.pattern))
    assert len(bare.pattern) < len(pattern.pattern)
    words = re.findall("[\u4e00-\u9fff]+", bare.pattern)
    text = "".join(data.draw(st.lists(st.sampled_from([*words, "5", "，", "全市", "“"]), max_size=8)))
    assert [m.span() for m in pattern.finditer(text)] == [m.span() for m in bare.finditer(text)]
