"""Lines that a page broke at a fixed width: joined where it did, left alone everywhere else. All texts are made up."""

from __future__ import annotations

import pytest

from analysis.texts.clean import clean
from analysis.texts.wrapped import columns, join_wrapped

PARAGRAPHS = [
    "去年云岭县生产总值达到三百二十亿元，比上年增长5.5%，其中茶业产值41.6亿元，增长12.3%，占全部产值的比重提高了两个百分点。",
    "全县新修农村道路128公里，改造老旧小区17个，惠及居民2360户，又给山上的七个村通了自来水，村民再也不用到河边挑水。",
    "今年计划新增就业1500人，新建茶厂6家，力争茶叶产量突破一万吨，让更多的年轻人愿意回到家乡来做事。",
]


def broken(width: int, indent: str) -> str:
    """The paragraphs broken at so many columns, as a page does it: no line begins with a mark."""
    lines = []
    for paragraph in PARAGRAPHS:
        line = indent
        for char in paragraph:
            if columns(line + char) > width and char not in "，。、；：！？%":
                lines.append(line)
                line = ""
            line += char
        lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize("indent", ["", "\u3000\u3000", "    "])
@pytest.mark.parametrize("width", [36, 40, 47, 56, 61, 72])
def test_what_a_page_broke_is_joined(width, indent):
    passages, _ = clean(broken(width, indent))
    assert list(passages["text"]) == PARAGRAPHS


def test_a_number_that_may_be_two_is_named():
    text = broken(40, "").replace("新修农村道路128公里", "新修农村道路12\n8公里")
    lines = [
        "甲" * 17 + "，乙" + "1",
        "2" + "丙" * 17 + "，",
        "丁" * 18 + "，戊",
        "己" * 6 + "。",
        *text.split("\n")[-3:],
    ]
    found = join_wrapped(lines)
    assert any("1⏎2" in joint for line in found for joint in line.unsure)
    _, removals = clean("\n".join(lines))
    assert "unsure_join" in set(removals["rule"])


@pytest.mark.parametrize(
    "lines",
    [
        PARAGRAPHS,
        ["云岭县新建茶厂项目", "云岭县新修道路项目", "云岭县老旧小区改造", "云岭县自来水工程项"] * 4,
        ["（一）茶厂建设。", "（二）道路修建。", "（三）小区改造。", "（四）自来水。"],
        ["问：去年修了多少路？", "答：一百二十八公里。", "问：今年呢？", "答：还要修一些。"],
        [""],
    ],
)
def test_whole_lines_stay_as_they_are(lines):
    assert [line.text for line in join_wrapped(lines)] == lines
