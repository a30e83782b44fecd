"""The named things of a text: names, kinds, verbs, statuses, industries, keys."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.build.steps import Text, text_tables
from analysis.extract.entities import load_vocabulary
from analysis.project.errors import InputError

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
        # a rank, a level or a verb belongs to what is carried out under that name
        (
            "全市实施强林业行动，开展茶园改造提升行动。",
            [("强林业行动", "programme"), ("茶园改造提升行动", "programme")],
        ),
        ("我们将建成茶乡强县。", [("茶乡强县", "title")]),
        (
            "贯彻创新驱动、科教兴县、人才强县战略。",
            [("创新驱动", "programme"), ("科教兴县", "programme"), ("人才强县战略", "programme")],
        ),
        # with verbs in it, and listed behind one that is carried out
        ("开展茶园环境持续改善行动。", [("茶园环境持续改善行动", "programme")]),
        (
            "实施“双茶”助农提升行动、茶企培优计划。",
            [("“双茶”助农提升行动", "programme"), ("茶企培优计划", "programme")],
        ),
        ("建立茶山工作协调推进机制。", [("茶山工作协调推进机制", "programme")]),
        ("争创国家数字贸易示范区。", [("国家数字贸易示范区", "title")]),
        # roads with where they begin, and their sections
        ("开工云溪至白石等公路。", [("云溪至白石", "project")]),
        ("加快云溪至白石铁路建设。", [("云溪至白石铁路", "project")]),
        # names by their form, with proper words before them
        ("全市推进云溪国家4A级景区创建。", [("云溪国家4A级景区", "title")]),
        ("晋电入浙工程投运，地铁3号线二期开工。", [("晋电入浙工程", "project"), ("地铁3号线二期", "project")]),
        ("打造社区15分钟生活圈。", [("社区15分钟生活圈", "programme")]),
        # what a project is made for, and whose it is
        ("云溪新材年产300吨高纯石英砂项目投产。", [("云溪新材年产300吨高纯石英砂项目", "project")]),
        ("总投资30亿元的云溪石英砂项目投产。", [("云溪石英砂项目", "project")]),
        # lists
        ("加快青石沟、柳树河等煤矿建设。", [("青石沟", "project"), ("柳树河", "project")]),
        ("发展白银、镍钴、铂族等金属产业。", [("白银", "industry"), ("镍钴", "industry"), ("铂族", "industry")]),
        # the firm of a manager
        ("云溪科技董事长到会。", [("云溪科技", "firm")]),
        # two halves of one name
        ("建设全国区域性茶叶研发及转化基地。", [("全国区域性茶叶研发及转化基地", "title")]),
        ("创建国家茶叶装备研发及应用技术创新中心。", [("国家茶叶装备研发及应用技术创新中心", "platform")]),
        ("建立防范返贫监测和帮扶机制。", [("防范返贫监测和帮扶机制", "programme")]),
        # quotations with what they are called behind them
        ("“三茶一果”两个百亿级产业集群发展壮大。", [("“三茶一果”两个百亿级产业集群", "industry")]),
        ("推行社区服务“视频办”。", [("“视频办”", "programme")]),
        # what is none
        ("实施重大标志性工程，提供系统解决方案。", []),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("深化与云岭大学、省农科院合作。", ["合作", "合作"]),
        ("加快云岭产业园建设。", ["加快"]),
        ("我们推行社区服务“视频办”。", ["推行"]),
    ],
)
def test_the_verb_is_the_nearest_of_doing(text: str, expected: list[str]) -> None:
    assert table(text)[1]["verb"].tolist() == expected


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("全市谋划了云岭新城。", "achieved"),
        ("全市谋划建设云岭新城。", "planned"),
        ("正朝着世界一流茶叶基地迈进。", "planned"),
        ("布局氢能等未来产业。", "achieved"),
    ],
)
def test_what_was_planned_and_what_is(text: str, status: str) -> None:
    assert set(table(text)[1]["status"]) == {status}


def test_a_list_tells_the_industry_of_its_members() -> None:
    _, found = table("加快青石沟、柳树河等煤矿建设。发展茶叶高新技术产业。")
    assert found["industry"].tolist()[:2] == ["coal", "coal"]


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


@pytest.mark.parametrize(
    ("document", "date", "names"),
    [("qitaihe-2019", "2019-08", ("七台河", "七台河市")), ("hebi-2024", "2024-09-27", ("鹤壁", "鹤壁市"))],
)
def test_gold_entities(shared: Path, document: str, date: str, names: tuple[str, ...]) -> None:
    """The published texts against their gold tables, by the measure that lies beside them."""
    spec = importlib.util.spec_from_file_location("entities_score", shared / "gold" / "entities_score.py")
    assert spec and spec.loader
    measure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(measure)
    text = (shared / "sources" / f"{document}.txt").read_text(encoding="utf-8")
    _, found = table(text, date=date, genre="press_conference", names=names)
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    result, _ = measure.score(measure.load(shared / "gold" / f"entities-{document}.jsonl"), rows)
    assert result["precision"] >= 0.92 and result["recall"] >= 0.86
    for column, least in (("kind", 0.92), ("verb", 0.85), ("status", 0.92), ("industry", 0.90)):
        right, of = result[column]
        assert right / of >= least, column


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what is listed before a class word or a number is of its kind
        ("引进云岭焦化、双河药业、金石碳素等企业。", {"firm": ["云岭焦化", "双河药业", "金石碳素"]}),
        ("云岭现代煤化工、双河生物制造2个平台入选国家级中试平台。", {"platform": ["云岭现代煤化工", "双河生物制造"]}),
        ("以云岭焦化为龙头打造煤化工产业园。", {"firm": ["云岭焦化"]}),
        # what is held, what is given
        ("召开全市民营企业云岭发展座谈会。", {"event": ["全市民营企业云岭发展座谈会"]}),
        ("获评全国双拥模范城“三连冠”。", {"title": ["全国双拥模范城“三连冠”"]}),
        ("实施“双百”引才计划、“雁归”行动。", {"programme": ["“双百”引才计划", "“雁归”行动"]}),
        ("开展社区管理“楼长制”。", {"programme": ["“楼长制”"]}),
    ],
)
def test_lists_givings_and_holdings(text: str, expected: dict[str, list[str]]) -> None:
    found: dict[str, list[str]] = {}
    for name, kind in told(text):
        found.setdefault(kind, []).append(name)
    for kind, names in expected.items():
        assert found.get(kind) == names


def test_short_forms_of_one_thing_have_one_key() -> None:
    _, found = table("云岭生物制药项目开工。云岭制药项目投产。云岭石墨产业园建成。", date="2024-01")
    keys = dict(zip(found["name"], found["key"], strict=True))
    assert keys["云岭制药项目"] == keys["云岭生物制药项目"] == "云岭生物制药项目"
    assert keys["云岭石墨产业园"] == "云岭石墨产业园"


def test_a_word_of_two_kinds_is_refused_with_its_line(tmp_path: Path) -> None:
    text = (REFERENCE / "entities.yml").read_text(encoding="utf-8")
    path = tmp_path / "entities.yml"
    path.write_text(text.replace("  firm: [有限公司,", "  firm: [实验室, 有限公司,", 1), encoding="utf-8")
    with pytest.raises(InputError, match="'实验室' stands under platform and firm"):
        load_vocabulary(path)
