"""The named things of a text: names, kinds, verbs, statuses, industries, keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.build.steps import Text, text_tables

REFERENCE = Path(__file__).parents[1] / "data" / "reference"


def table(text: str, **known: object):  # type: ignore[no-untyped-def]
    """The passages and entities of a text of our own."""
    made = text_tables(Text("own", text, **known), REFERENCE, ["entities"])  # type: ignore[arg-type]
    return made["passages"], made["entities"]


def told(text: str, **known: object) -> list[tuple[str, str]]:
    """Name and kind of the entities of a text."""
    _, found = table(text, **known)
    return list(zip(found["name"].tolist(), found["kind"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全市建成云岭石墨产业园。", [("云岭石墨产业园", "park")]),
        ("实施“百企百园”培育计划。", [("“百企百园”培育计划", "programme")]),
        ("推行“厂长接待日”制度。", [("“厂长接待日”制度", "programme")]),
        (
            "出台《云岭市水源保护条例》和《云岭市产业规划》。",
            [("《云岭市水源保护条例》", "rule"), ("《云岭市产业规划》", "programme")],
        ),
        (
            "大力发展现代煤化工、冰雪旅游和数字经济。",
            [("现代煤化工", "industry"), ("冰雪旅游", "industry"), ("数字经济", "industry")],
        ),
        (
            "与清华大学、哈工大共建云岭实验室。",
            [("清华大学", "institution"), ("哈工大", "institution"), ("云岭实验室", "platform")],
        ),
        ("获评国家园林城市。", [("国家园林城市", "title")]),
        ("举办第三届云岭马拉松赛。", [("第三届云岭马拉松赛", "event")]),
        # what is none
        ("新建医院3所、公园5处、学校2所。", []),
        ("坚持高质量发展，把“第一动力”抓在手上。", []),
        ("建设重点项目12个，引进企业9家。", []),
        ("全市产业结构优化，工业经济增长。", []),
    ],
)
def test_names_and_kinds(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


def test_a_name_has_its_verb_and_status() -> None:
    _, found = table("建成云岭石墨产业园。下一步，将建设云岭算力中心。", date="2024-05")
    assert found[["verb", "status"]].values.tolist() == [["建成", "achieved"], ["建设", "planned"]]


def test_the_names_of_the_own_place_are_none() -> None:
    assert told("勃利县发展石墨新材料。", names=("勃利县",)) == [("石墨新材料", "industry")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "“双百”",
                "云岭",
                "产业园",
                "、",
                "和",
                "等",
                "项目",
                "建设",
                "实施",
                "，",
                "。",
                "《规划》",
                "5G",
                "石墨",
                "的",
                "12个",
                "“",
                "”",
                "（",
                "县",
                "\n",
            ]
        ),
        max_size=24,
    )
)
def test_spans_hold_and_do_not_overlap(parts: list[str]) -> None:
    passages, found = table("".join(parts) or "空")
    texts = dict(zip(passages["passage"].tolist(), passages["text"].tolist(), strict=True))
    last: dict[int, int] = {}
    for row in found.itertuples():
        assert texts[row.passage][row.start : row.end] == row.name
        assert row.start >= last.get(row.passage, 0)
        last[row.passage] = row.end
