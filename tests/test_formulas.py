from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_rows import rows_without_effect

from analysis.extract.figures.mentions import find_mentions
from analysis.extract.figures.units import read_units
from analysis.extract.formulas import formulas
from analysis.project.registry import problems
from analysis.texts.clean import clean
from analysis.texts.sentences import split_sentences

UNITS = read_units(ROOT / "data/reference/units.csv")


def table(*texts: str, headings: tuple[int, ...] = ()) -> pd.DataFrame:
    """The formulas of passages; those whose numbers are in `headings` are headings."""
    passages = pd.DataFrame(
        [
            {"document": "d", "passage": i, "kind": "heading" if i in headings else "body", "text": text}
            for i, text in enumerate(texts, 1)
        ],
        columns=["document", "passage", "kind", "text"],
    )
    return formulas(passages, document="d", city="c")


def found(*texts: str, headings: tuple[int, ...] = ()) -> list[str]:
    return list(table(*texts, headings=headings)["formula"])


def items(*texts: str, headings: tuple[int, ...] = ()) -> dict[str, str]:
    """What the formulas of the passages stand for, of those that say it."""
    rows = table(*texts, headings=headings).dropna(subset="items")
    return dict(zip(rows["formula"], rows["items"], strict=True))


# text, formula, form, number, counted
READ = [
    ("乡村“五大振兴”要统筹", "五大振兴", "counted", 5, "振兴"),
    ("打造“六大增长极”", "六大增长极", "counted", 6, "增长极"),
    ("做活“三篇大文章”", "三篇大文章", "counted", 3, "大文章"),
    ("做到“两个确保”", "两个确保", "counted", 2, "确保"),
    ("抓好“三个一批”", "三个一批", "counted", 3, "一批"),
    ("办好“五个一工程”", "五个一工程", "counted", 5, "一"),
    ("走“四轮驱动”的路", "四轮驱动", "counted", 4, "轮"),
    ("落实“双高计划”", "双高计划", "counted", 2, "高"),
    ("补上“双千兆”网络", "双千兆", "counted", 2, "千兆"),
    ("出口“新三样”产品", "新三样", "counted", 3, "样"),
    ("守住“四个万家”", "四个万家", "counted", 4, "万家"),
    ("改革“三权分置”", "三权分置", "counted", 3, "权"),
    ("发布“暖企十五条”", "暖企十五条", "counted", 15, "条"),
    ("推进“百大项目”", "百大项目", "counted", 100, "项目"),
    ("围绕“一核两翼”布局", "一核两翼", "counted", None, None),
    ("围绕“两带（群）三区”布局", "两带（群）三区", "counted", None, None),
    ("开展“双招双引”", "双招双引", "counted", None, None),
    ("坚持“三统一、一开放”", "三统一、一开放", "counted", None, None),
    ("实施“百千万工程”", "百千万工程", "counted", None, None),
    ("参与“千企联千村”", "千企联千村", "counted", None, None),
    ("推行“一企一策”", "一企一策", "counted", None, None),
    ("形成‘三化’标准", "三化", "counted", 3, "化"),
    ('落实"六个到位"', "六个到位", "counted", 6, "到位"),
    ("重点实施“3456”思路", "3456", "digits", None, None),
    ("和美乡村“1060”工程", "1060", "digits", None, None),
    ("建立“1+5+N”体系", "1+5+N", "digits", None, None),
    ("形成“555X”产业格局", "555X", "digits", None, None),
    ("建设“4×4”产业体系", "4×4", "digits", None, None),
    ("推进“3个100”工程", "3个100", "digits", None, None),
    ("出台“30条”", "30条", "digits", 30, "条"),
    ("落实“12345”发展思路", "12345", "digits", None, None),
    # without quotation marks
    ("坚决打好三大攻坚战，", "三大攻坚战", "counted", 3, "攻坚战"),
    ("扩消费六大工程见效", "六大工程", "counted", 6, "工程"),
    ("完成十大标志性改革任务", "十大标志性改革任务", "counted", 10, "标志性改革任务"),
    ("胸怀两个大局，", "两个大局", "counted", 2, "大局"),
    ("办成十件民生实事", "十件民生实事", "counted", 10, "民生实事"),
    ("守牢三条控制线", "三条控制线", "counted", 3, "控制线"),
    ("构建一主两副空间格局", "一主两副", "counted", None, None),
    ("形成一带三区布局", "一带三区", "counted", None, None),
    ("采取一村一策的办法", "一村一策", "counted", None, None),
    ("落实碳排放双控制度", "双控", "counted", 2, "控"),
    ("做好三农工作", "三农", "counted", 3, "农"),
    ("采用4+8+N布局", "4+8+N", "digits", None, None),
    ("全市推进1060工程", "1060", "digits", None, None),
    ("中试、检测、孵化三大平台投用", "三大平台", "counted", 3, "平台"),
]

# Dates, plan periods, names, levels, ranks, streaks, idioms, services, real counts.
NOTHING = [
    "“十四五”时期和“七五”普法",
    "“三月三”“五四”“六一”",
    "“15分钟生活圈”和“300米见绿”",
    "世界“500强”、“最美十佳”",
    "粮食“十二连丰”、考核“五连优”、“四连冠”",
    "5G、A2、PM2.5、尼龙66、“酉山800”",
    "拨打“110”“12345”热线和“96111”专线",
    "“2035”愿景",
    "两个污水处理厂、五大园区、三个街道、六座水库",
    "三大平台投入使用",
    "党的十六大战略部署、第五大经济体",
    "千家万户、千行百业、“五湖四海”、一心一意",
    "“双向奔赴”“双刃剑”“两岸”“两江新区”",
    "“三亿人上冰雪”“百亿级”“万亿产业”",
    "“一网通办”“一件事”“一张蓝图”",
    "“二线口岸”“二手车”",
    "“三点半课堂”“三年行动”“两小时交通圈”",
    "二十大精神、二级医院、三级网络",
    "三个方面工作、四个服务中心",
    "三农场",
    "百分之三大工程",
    "“1”“3”“N”",
    "1+5万元、A1+5、1.2+3",
    "增长1060工程",
    "",
]


@pytest.mark.parametrize(("text", "formula", "form", "number", "counted"), READ)
def test_reads(text, formula, form, number, counted):
    rows = table(text)
    assert list(rows["formula"]) == [formula]
    row = rows.iloc[0]
    assert row["form"] == form
    assert (None if pd.isna(row["number"]) else row["number"]) == number
    assert (None if pd.isna(row["counted"]) else row["counted"]) == counted


@pytest.mark.parametrize("text", NOTHING)
def test_leaves_out(text):
    assert found(text) == []


def test_a_formula_in_quotation_marks_is_known_again_without_them():
    assert found("五大园区开工。", "抓好“五大园区”。") == ["五大园区", "五大园区"]
    assert found("第五大园区开工。", "抓好“五大园区”。") == ["五大园区"]


# texts, formula, its items
SAID = [
    (["统筹产业、人才、文化、生态、组织“五大振兴”。"], "五大振兴", "产业|人才|文化|生态|组织"),
    (["促进良田、良种和良法“三良”配套。"], "三良", "良田|良种|良法"),
    (["一体推进山区道路治理、雨水收集和旧房改造“三大革命”。"], "三大革命", "山区道路治理|雨水收集|旧房改造"),
    (["靠煤炭支撑、投资支撑“双轮驱动”。"], "双轮驱动", "煤炭支撑|投资支撑"),
    (["打造了管家、专员、顾问相结合的“三位一体”机制。"], "三位一体", "管家|专员|顾问"),
    (["开展“送岗位、送技能、送政策”的“三送”活动。"], "三送", "送岗位|送技能|送政策"),
    (["探索“村收集、镇转运，县处理”为主题的“两收一处”。"], "两收一处", "村收集|镇转运|县处理"),
    (
        ["实施“雷达”预警、“防火墙”处置、“安全锁”善后等化解风险“三大工程”。"],
        "三大工程",
        "“雷达”预警|“防火墙”处置|“安全锁”善后",
    ),
    (["推动创新、绿色、开放三大战略落地。"], "三大战略", "创新|绿色|开放"),
    (["盘活“三资”（资金、资产、资源）。"], "三资", "资金|资产|资源"),
    (["抓好“三资”清理，即资金、资产、资源。"], "三资", "资金|资产|资源"),
    (["修缮“三老”即老街区、老宅院、老车站修复活化。"], "三老", "老街区|老宅院|老车站"),
    (["“三篇大文章”包括：“老字号”、“原字号”、“新字号”。"], "三篇大文章", "老字号|原字号|新字号"),
    (["实施四大战略即“绿色化、数字化、国际化、品牌化”。"], "四大战略", "绿色化|数字化|国际化|品牌化"),
    (["办好“三个基地”，即实训基地、转化基地，以及专家基地。"], "三个基地", "实训基地|转化基地|专家基地"),
    (
        ["做到“三个必须”：必须依法办事，必须公开透明，必须接受监督。"],
        "三个必须",
        "必须依法办事|必须公开透明|必须接受监督",
    ),
    (
        ["“三大振兴”工程要落地，深入实施产业振兴、乡村振兴和生态振兴工程。"],
        "三大振兴",
        "产业振兴|乡村振兴|生态振兴",
    ),
    (
        ["主要做到“三个突出”：一是突出规划，先谋后动。二是突出产业，做强链条。三是突出民生。"],
        "三个突出",
        "突出规划|突出产业|突出民生",
    ),
    (
        ["实施“三大工程”。", "一是强链工程，补短板。", "二是暖心工程。", "三是安居工程。"],
        "三大工程",
        "强链工程|暖心工程|安居工程",
    ),
    (["必须做到“两个聚焦”：", "聚焦实业，培育产业。", "聚焦民生。", "其他事项照旧。"], "两个聚焦", "聚焦实业|聚焦民生"),
    (["推行“123”模式，即一个中心、两支队伍、三项制度。"], "123", "一个中心|两支队伍|三项制度"),
    (["围绕一个中心、两支队伍、三项制度的“123”模式。"], "123", "一个中心|两支队伍|三项制度"),
    (
        ["实施“34”思路。", "“3”是指走好“三条路子”，稳住存量。", "“4”指打造“四个园区”。"],
        "34",
        None,
    ),
    (
        ["实施“345”思路。", "“3”是指走好“三条路子”，稳住存量。", "“4”指打造“四个园区”。", "“5”即五项改革。"],
        "345",
        "走好“三条路子”|打造“四个园区”|五项改革",
    ),
    (["建设“1+2+N”体系：“1”即市级平台；“2”即两个中心；“N”即各村站点。"], "1+2+N", "市级平台|两个中心|各村站点"),
    # Formulas side by side, other numbers, other lists.
    (["建设“两个基地”“两个枢纽”“两个网络”。"], "两个网络", None),
    (["省级中心、区域中心等“六大中心”投用。"], "六大中心", None),
    (["推进“三大工程”，覆盖道路、桥梁、管网、绿化。"], "三大工程", None),
    (["困难家庭和城市妇女“两癌”筛查。"], "两癌", None),
    (["坚持统筹推进、一体落实“两区”建设。"], "两区", None),
    (["全年12所高校、30个学科入选“双一流”。"], "双一流", None),
    (["实施“三大工程”：一是修路。二是架桥。"], "三大工程", None),
    (["实施“两大工程”：一是修路。二是架桥。三是植树。"], "两大工程", None),
]


MORE_SAID = [
    ("完成“两癌”筛查，惠及农村困难妇女和城镇低保妇女。", "两癌", None),
    ("城镇低保妇女、农村困难妇女“两癌”筛查全覆盖。", "两癌", None),
    ("管家、金融专员、法律专员、警务专员联合协作的“四位一体”服务。", "四位一体", "管家|金融专员|法律专员|警务专员"),
    ("推动创新链、产业链、资金链和人才链四链耦合。", "四链耦合", "创新链|产业链|资金链|人才链"),
    ("研发、制造、物流、结算四链融合发展。", "四链融合", "研发|制造|物流|结算"),
    ("推动合作社、农场、公司三产融合。", "三产融合", None),
    ("实施产业振兴、人才振兴、文化振兴，推动乡村三大振兴。", "三大振兴", "产业振兴|人才振兴|文化振兴"),
    (
        "实行法人制、招标制、监理制，做到标准化、信息化，即“三制两化”。",
        "三制两化",
        "法人制|招标制|监理制|标准化|信息化",
    ),
    ("实行法人制、招标制，做到标准化、信息化，即“三制两化”。", "三制两化", None),
    ("突出招商引资、项目建设、园区提升、科技创新“四轮驱动”。", "四轮驱动", "招商引资|项目建设|园区提升|科技创新"),
    ("实施村镇“1060”工程，首批选出10个示范组团，建好60个示范村。", "1060", "10个示范组团|60个示范村"),
    ("实施村镇“1060”工程，首批选出10个示范组团。建好60个示范村。", "1060", None),
]


@pytest.mark.parametrize(("text", "formula", "expected"), MORE_SAID)
def test_lists_before_echoes_rows_and_persons(text, formula, expected):
    assert items(text).get(formula) == expected


@pytest.mark.parametrize(("texts", "formula", "expected"), SAID)
def test_says_what_it_stands_for(texts, formula, expected):
    assert items(*texts).get(formula) == expected


GLOSSARY = [
    ("［1］四库：", "水库、粮库、钱库和碳库。", "四库", "水库|粮库|钱库|碳库"),
    ("2.“三好农村路”：", "指建好、管好、养护好农村公路。", "三好农村路", "建好|管好|养护好"),
    ("（3）两新：", "设备更新和以旧换新。", "两新", "设备更新|以旧换新"),
    ("［4］三资：", "农村集体所有的资金、资产、资源。", "三资", "资金|资产|资源"),
    ("［5］一降两减：", "火灾起数下降，伤人数、损失数减少。", "一降两减", "火灾起数下降|伤人数|损失数减少"),
    ("［6］五网合一：", "把水、电、气、热网并入路网。", "五网合一", None),
]


@pytest.mark.parametrize(("head", "text", "formula", "expected"), GLOSSARY)
def test_entries_of_a_glossary(head, text, formula, expected):
    assert found(head, text, headings=(1,))[0] == formula
    assert items(head, text, headings=(1,)).get(formula) == expected


def test_the_occurrence_that_is_explained_has_the_items():
    rows = table("先提“三资”。再说资金、资产、资源“三资”。又提“三资”。")
    assert list(rows["items"].isna()) == [True, False, True]
    assert list(rows["sentence"]) == [1, 2, 3]


def test_items_in_several_passages_stand_in_the_first():
    texts = ["实施“两大工程”：", "一是强链工程，补短板。", "二是安居工程。"]
    row = table(*texts).iloc[0]
    assert row["items"] == "强链工程|安居工程"
    assert texts[row["items_passage"] - 1][row["items_start"] : row["items_end"]] == "强链工程"


def test_sentences_are_counted_through_the_document():
    rows = table("标题。甲。", "", "乙；丙。丁“三资”。")
    assert list(rows["sentence"]) == [4]


def check(texts: list[str]) -> None:
    """What holds for every table: the registry, spans, order, disjointness, items within their span."""
    rows = table(*texts)
    assert problems("formulas", rows) == []
    last = (0, 0)
    for row in rows.itertuples():
        text = texts[row.passage - 1]
        assert 0 <= row.start < row.end <= len(text)
        assert text[row.start : row.end] == row.formula
        assert (row.passage, row.start) >= last
        last = (row.passage, row.end)
        missing = [pd.isna(v) for v in (row.items, row.items_passage, row.items_start, row.items_end)]
        assert len(set(missing)) == 1
        if not missing[0]:
            span = texts[row.items_passage - 1][row.items_start : row.items_end]
            words = row.items.split("|")
            assert span.startswith(words[0]) and len(set(words)) == len(words) > 1
            if row.form == "counted" and not pd.isna(row.number):
                assert len(words) == row.number
        for m in find_mentions(text, UNITS):
            assert m.end <= row.start or row.end <= m.start, f"{row.formula} is also a figure"
    sentences = sum(len(split_sentences(t)) for t in texts)
    assert rows["sentence"].between(1, max(1, sentences)).all()


PIECES = [
    "“",
    "”",
    "、",
    "，",
    "。",
    "：",
    "；",
    "（",
    "）",
    "是指",
    "即",
    "等",
    "的",
    "和",
    "一是",
    "二是",
    "三是",
    "\n",
]
PIECES += [
    "五大",
    "三个",
    "双",
    "两",
    "一",
    "十",
    "百千万",
    "振兴",
    "工程",
    "行动",
    "平台",
    "核",
    "带",
    "化",
    "资",
    "年",
    "天",
]
PIECES += [
    "产业",
    "文化",
    "生态",
    "推进",
    "实施",
    "投资",
    "3",
    "12",
    "1060",
    "1+5",
    "+N",
    "X",
    "亿元",
    "两银",
    "连丰",
    "条",
    " ",
]
PIECES += ["“3”是指", "“三化”", "“123”", "“五大振兴”", "（一）", "［1］", "第", "党的", "分之", "\x00", "|"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), min_size=1, max_size=4))
def test_pieces_of_formulas_in_any_order(texts):
    check(texts)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=3))
def test_any_text(texts):
    check(texts)


MEMBERS = st.lists(st.text("甲乙丙丁戊己庚辛壬癸", min_size=2, max_size=2), min_size=3, max_size=6, unique=True)


@given(MEMBERS, st.booleans())
def test_a_list_of_the_right_length_is_taken_before_or_behind(members, behind):
    numeral = "零一二三四五六"[len(members)]
    listed = "、".join(members)
    formula = f"{numeral}大工程"
    text = f"办好“{formula}”，即{listed}。" if behind else f"推进{listed}“{formula}”。"
    assert items(text) == {formula: "|".join(members)}


@given(MEMBERS, st.booleans())
def test_a_list_of_another_length_is_not_taken(members, behind):
    numeral = "零一二三四五六七"[len(members) + 1]
    listed = "、".join(members)
    text = f"办好“{numeral}大工程”，即{listed}。" if behind else f"推进{listed}“{numeral}大工程”。"
    assert items(text) == {}


@pytest.mark.parametrize(
    "piece", ["第", "“", "、", "五大", "“五化", "（", "一是", "一核", "1+", "“3”是指", "推进、", "和"]
)
def test_long_monotonous_text_ends(piece):
    """It ends, and what it finds is sound; how fast it is, benchmarks/hostile.py shows."""
    check_size = 1_000_000
    assert problems("formulas", table((piece * check_size)[:check_size])) == []


def test_an_empty_document():
    assert problems("formulas", table()) == []
    assert len(table()) == 0


def test_published_texts_hold_to_the_rules(shared):
    for path in sorted((shared / "sources").glob("*.txt")):
        passages, _ = clean(path.read_text(encoding="utf-8"), path.stem)
        rows = formulas(passages, document=path.stem, city="c")
        assert problems("formulas", rows) == []
        texts = dict(zip(passages["passage"], passages["text"], strict=True))
        for row in rows.itertuples():
            assert texts[row.passage][row.start : row.end] == row.formula
            if not pd.isna(row.items):
                span = texts[row.items_passage][row.items_start : row.items_end]
                assert row.items.split("|")[0] in span


def test_every_row_of_the_vocabulary_does_something():
    columns = ["formula", "form", "number", "counted", "items"]
    look = lambda _rule, text: table(text)[columns].astype(str).values.tolist()  # noqa: E731
    assert rows_without_effect("formulas.csv", look) == []
