"""Indicators: the figures that report or promise an indicator of data/reference/indicators.yml, on a common footing.

`load_indicators` reads the dictionary, `harmonise` makes the table `indicators` of one document. A figure belongs to an
indicator when one of its terms stands before the number with nothing between them but words of change, level, time and
comparison, or when the noun behind the number ends with the term. Scope, constraint and the choice of the row that
stands for a text follow written rules; each has its table below.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml

from ..project import registry as schema
from ..project.errors import InputError, closest
from .coding import Entry
from .matcher import pattern

#: What sort of number an indicator is → the measures of the figures that it takes.
KINDS = {
    "growth": ("increase", "decrease"),
    "share": ("share", "level"),
    "stock": ("level",),
    "flow": ("level", "increase"),
}
MEASURES = ("level", "share", "increase", "decrease")
FIELDS = (
    "name_en",
    "name_zh",
    "unit",
    "units",
    "theme",
    "kind",
    "measures",
    "terms",
    "needs",
    "context",
    "excludes",
    "min",
    "max",
)
REQUIRED = ("name_en", "name_zh", "unit", "theme", "kind", "terms", "min", "max")
TERM_FIELDS = ("term", "not_after", "not_before", "alone", "nth")
KEY = re.compile(r"[a-z][a-z0-9_]*")


# ---------------------------------------------------------------------------------------------------------- dictionary


@dataclass(frozen=True)
class Term(Entry):
    """A term of an indicator (`code` is its key): `alone` and `nth` as the head of indicators.yml explains them."""

    alone: bool = False
    nth: int | None = None


@dataclass(frozen=True)
class Indicator:
    """One entry of indicators.yml. `units` maps every unit that is taken, its own included, to a factor."""

    key: str
    name_en: str
    name_zh: str
    unit: str
    theme: str
    kind: str
    measures: tuple[str, ...]
    units: dict[str, float]
    needs: tuple[str, ...]
    context: tuple[str, ...]
    excludes: tuple[str, ...]
    minimum: float
    maximum: float

    def name(self, lang: str = "en") -> str:
        """Its name in `lang` (`en` or `zh`)."""
        return self.name_zh if lang == "zh" else self.name_en


@dataclass(frozen=True, eq=False)
class Indicators:
    """The dictionary: `by_key` in the order of the file, `terms` maps each word to its terms in that order.

    `units` are all units that some indicator takes.
    """

    by_key: dict[str, Indicator]
    terms: dict[str, tuple[Term, ...]]
    units: frozenset[str]
    pattern: re.Pattern[str] = field(repr=False)


@dataclass(frozen=True)
class _File:
    """The place of errors: the file and how a problem in it is raised."""

    path: Path

    def wrong(self, problem: str, cure: str, node: yaml.Node | None = None) -> InputError:
        line = node.start_mark.line + 1 if node is not None else None
        return InputError(problem, cure=cure, path=self.path, line=line)

    def fields(
        self, node: yaml.Node, where: str, allowed: Sequence[str] | None = None
    ) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Key → nodes of key and value of a mapping; no key twice, none but those `allowed`."""
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(f"{where} is no mapping", "write its fields as 'field: value' below it", node)
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found:
                raise self.wrong(f"{where}: '{name}' stands twice", "keep one", key)
            if allowed is not None and name not in allowed:
                raise self.wrong(
                    f"{where}: unknown field '{name}'{closest(name, allowed)}", f"use one of: {', '.join(allowed)}", key
                )
            found[name] = (key, value)
        return found

    def text(self, node: yaml.Node, where: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
            raise self.wrong(f"{where} is empty or no text", f"write {where.split()[-1]}: words", node)
        return str(node.value).strip()

    def one_of(self, node: yaml.Node, where: str, choices: Iterable[str]) -> str:
        choices, word = list(choices), self.text(node, where)
        if word not in choices:
            raise self.wrong(
                f"{where}: unknown '{word}'{closest(word, choices)}", f"use one of: {', '.join(choices)}", node
            )
        return word

    def number(self, node: yaml.Node, where: str) -> float:
        try:
            return float(self.text(node, where))
        except ValueError:
            raise self.wrong(f"{where} '{node.value}' is no number", "write digits, such as 12.5", node) from None

    def words(self, node: yaml.Node, where: str) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.wrong(f"{where} is no list", f"write {where.split()[-1]}: [词, 词]", node)
        return tuple(self.text(word, where) for word in node.value)


def _flat(node: yaml.Node) -> Iterator[yaml.Node]:
    """The elements of a list and of the lists in it."""
    for element in node.value:
        if isinstance(element, yaml.SequenceNode):
            yield from _flat(element)
        else:
            yield element


def _term(key: str, node: yaml.Node, file: _File) -> Term:
    if isinstance(node, yaml.ScalarNode):
        return Term(file.text(node, f"{key}: term"), key)
    got = file.fields(node, f"{key}: term", TERM_FIELDS)
    if "term" not in got:
        raise file.wrong(f"{key}: a term has no word", "write {term: 词, …}", node)
    word = file.text(got["term"][1], f"{key}: term")
    near = {
        name: file.words(got[name][1], f"{key}: '{word}' {name}") for name in ("not_after", "not_before") if name in got
    }
    alone = "alone" in got and file.one_of(got["alone"][1], f"{key}: '{word}' alone", ("true", "false")) == "true"
    nth = None
    if "nth" in got:
        nth = int(file.one_of(got["nth"][1], f"{key}: '{word}' nth", map(str, range(1, 10))))
    return Term(word, key, near.get("not_before", ()), near.get("not_after", ()), alone=alone, nth=nth)


def _units(key: str, unit: str, node: yaml.Node | None, file: _File) -> dict[str, float]:
    units = {unit: 1.0}
    if node is not None:
        for name, (at, value) in file.fields(node, f"{key}: units").items():
            factor = file.number(value, f"{key}: units {name}")
            if name in units or not factor > 0:
                problem = "is the unit itself" if name in units else "has no factor above 0"
                raise file.wrong(f"{key}: units '{name}' {problem}", "write another unit and its factor", at)
            units[name] = factor
    return units


def _indicator(
    key: str, at: yaml.Node, node: yaml.Node, known: frozenset[str], file: _File
) -> tuple[Indicator, list[Term]]:
    """One entry of the file; `known` are the units that figures may have."""
    if not KEY.fullmatch(key):
        raise file.wrong(f"bad key '{key}'", "use lower-case letters, digits and _, such as gdp_growth", at)
    got = file.fields(node, key, FIELDS)
    for name in REQUIRED:
        if name not in got:
            raise file.wrong(f"{key}: {name} is absent", f"add {name}:", at)
    value = {name: nodes[1] for name, nodes in got.items()}
    unit = file.text(value["unit"], f"{key}: unit")
    units = _units(key, unit, value.get("units"), file)
    for name in units:
        if known and name not in known:
            raise file.wrong(
                f"{key}: no figure has the unit '{name}'{closest(name, known)}",
                "use a unit of units.csv, without its multiplier",
                value["unit"] if name == unit else value["units"],
            )
    kind = file.one_of(value["kind"], f"{key}: kind", KINDS)
    measures = KINDS[kind]
    if "measures" in value:
        measures = file.words(value["measures"], f"{key}: measures")
        for word in value["measures"].value:
            file.one_of(word, f"{key}: measures", MEASURES)
    if not isinstance(value["terms"], yaml.SequenceNode) or not value["terms"].value:
        raise file.wrong(f"{key}: terms is no list", "write terms: [词, 词]", at)
    terms: dict[str, Term] = {}
    for element in _flat(value["terms"]):
        term = _term(key, element, file)
        if term.term in terms:
            raise file.wrong(f"{key}: term '{term.term}' stands twice", "keep one", element)
        terms[term.term] = term
    low, high = (file.number(value[name], f"{key}: {name}") for name in ("min", "max"))
    if not low < high:
        raise file.wrong(f"{key}: min {low:g} is not below max {high:g}", "swap or mend them", value["min"])
    needs, context, excludes = (
        file.words(value[name], f"{key}: {name}") if name in value else () for name in ("needs", "context", "excludes")
    )
    entry = Indicator(
        key,
        file.text(value["name_en"], f"{key}: name_en"),
        file.text(value["name_zh"], f"{key}: name_zh"),
        unit,
        file.one_of(value["theme"], f"{key}: theme", schema.THEMES),
        kind,
        measures,
        units,
        needs,
        context,
        excludes,
        low,
        high,
    )
    return entry, list(terms.values())


def _read(file: _File) -> yaml.Node | None:
    try:
        text = file.path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise file.wrong("no such dictionary of indicators", "give the path of a YAML file") from None
    except UnicodeDecodeError:
        raise file.wrong("is not UTF-8", "save it as UTF-8") from None
    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(
            f"is not valid YAML: {getattr(error, 'problem', None) or error}",
            cure="mend the line; mind indents, and quote text that holds a colon, a bracket or %",
            path=file.path,
            line=mark.line + 1 if mark else None,
        ) from None


def _hides(first: Indicator, one: Term, second: Indicator, other: Term) -> bool:
    """Whether every figure that `other` of `second` could take goes to `one` of `first`, which stands before it."""
    return (
        not (first.needs or first.context or first.excludes or one.not_after or one.not_before or one.alone)
        and (one.nth is None or one.nth == other.nth)
        and second.units.keys() <= first.units.keys()
        and set(second.measures) <= set(first.measures)
    )


def load_indicators(path: Path | str, units: Iterable[str] = ()) -> Indicators:
    """The dictionary of indicators in the YAML file `path`.

    `units` are the units that figures may have (those of units.csv, as figures name them); where they are given, an
    indicator in another unit is an error. Raises InputError, which names file, line and cure, for what is wrong.
    """
    file, known = _File(Path(path)), frozenset(units)
    root = _read(file)
    if not isinstance(root, yaml.MappingNode) or not root.value:
        raise file.wrong("holds no indicators", "write key: {name_en: …, terms: […]}")
    by_key: dict[str, Indicator] = {}
    terms: dict[str, list[Term]] = {}
    for key, (at, node) in file.fields(root, "the file").items():
        entry, found = _indicator(key, at, node, known, file)
        for term in found:
            for other in terms.setdefault(term.term, []):
                if _hides(by_key[other.code], other, entry, term):
                    raise file.wrong(
                        f"{key}: term '{term.term}' always goes to {other.code}, which stands before it",
                        "put it before, or tell them apart by terms, unit, measures, needs or excludes",
                        at,
                    )
            terms[term.term].append(term)
        by_key[key] = entry
    return Indicators(
        by_key,
        {word: tuple(entries) for word, entries in terms.items()},
        frozenset(unit for entry in by_key.values() for unit in entry.units),
        re.compile(pattern(dict.fromkeys(terms, ""))),
    )


# ------------------------------------------------------------------------------------------- between term and number

#: A figure in the text that is looked at: its characters are replaced by this one.
FIGURE = "#"


def _any(*lines: str) -> str:
    """The words of `lines` as alternatives, the longest first: a possessive expression keeps the first that fits."""
    return "|".join(sorted({word for line in lines for word in line.split()}, key=lambda word: (-len(word), word)))


_TIME = (
    r"到?20\d\d年(?:底|末|以来|初|前)?|今年以?来?|去年|明年|全年|上半年|下半年|前(?:\d+|[一二三四五六七八九十]+)个月"
    r"|前?[一二三四]个?季度|1?\d月份?|年度|年内|当年|截至目前|目前|年末|年底|至今|[“”]"
    r"|十[二三四五六]五(?:时期|期间|末)?|(?:过去|未来|今后|这)?[一二三五]年[来间]?"
    r"|连续[\d一二三四五六七八九十]+(?:年|个?月)"
)
_LEVEL = r"按?(?:不变|可比)(?:口径|价格|价)(?:计算)?|扣除价格因素后?|(?:比|较)(?:上年同期|上年|去年|20\d\d年)|" + _any(
    # change
    "增长 增加 提高 提升 上升 上涨 回升 回落 下降 降低 减少 下滑 微降 微涨 负增长 增幅 增速 涨幅 降幅 增长率",
    "增长速度 涨跌幅 涨 增 降",
    # comparison
    "超 超过 突破 逾 近 约 不低于 不少于 不超过 不高于 高于 低于 不足 至少 左右 以上 以内 以下",
    # what is set, promised, kept
    "按照 按 安排 设定 确定 定 明确 控制 力争 确保 争取 预计 预期 计划 拟 将 要 有望 可望 可 努力 全力 保持 稳定",
    "稳 维持 常年 始终 一直",
    # reaching a value
    "到 至 为 达 达到 在 是 有 于 从 由 完成 实现 处于 处在 基础上 之后 稳步 率先 首次 成功 已 已经",
    # sum and average
    "累计 合计 总计 共 年均 平均 年 分别 依次 各 各自 均 都",
    # how it is measured
    "同比 同口径 名义 实际 初步统计 初步核算",
    # nouns of quantity
    "总量 总额 总规模 规模 总数 数量 人数 户数 套数 面积 水平 目标 指标 指数 值 幅度 区间 合理区间 范围 方面",
    # particles
    "也 又 再 仍 还 并 且 了 的 则 就",
)
#: What is done with the things that are counted.
_COUNTED = _any(
    "建成 新建 新增 净增 建设 改造 培育 引进 实施 认定 新认定 评价 入库 处置 修复 治理 拥有 现有 实有 发展 壮大",
    "登记 开通 安置 搬迁 推进",
    "全部 悉数 全面 脱贫 出列 摘帽 更新 落实 减免 兑现 减轻 生产 开工 竣工 投用 投产 续建 营造 栽植 征收 住宅 住房",
)
_PLACES = r"全[省市区县州盟旗]|我[省市区县州盟旗]|[本该][省市区县州盟旗]"
_BRACKET = r"[（(［\[【][^）)］\]】]{0,15}[）)］\]】]"
#: 与全国同步，保持在…: what a number is held against, or the rank it takes, with a mark behind it. Without the mark
#: the number is the other one's: 低于全国平均5.2%.
_COMPARED = (
    rf"(?:与[^，；。、{FIGURE}]{{1,12}}(?:同步|一致|相当|衔接|持平)"
    rf"|(?:高于|快于|好于|优于|低于)(?:全国|全省|上年|去年|预期)[^，；。、{FIGURE}]{{0,8}}"
    r"|(?:稳居|位居|跃居|居|排名|排在|位列|列)[^，；。、]{1,12})(?=[，、])"
)
_WORDS = rf"{_COMPARED}|{_TIME}|{_LEVEL}|{_PLACES}|{_BRACKET}"
#: Right before the number, in its own part of the clause.
_NEAR = re.compile(rf"[）)]?(?:{_WORDS}|{_COUNTED}|[、：])*+")
#: With another figure or a comma in between.
_FAR = re.compile(rf"[）)]?(?:其中(?={_TIME})|{_WORDS}|{FIGURE}|[、，：和与及])*+")
#: Behind the term in a noun that stands behind the number.
_TAIL = re.compile(rf"(?:{_LEVEL}|{_COUNTED}|{_BRACKET})*+")
_LISTED = re.compile("分别|依次")
_GROWS = re.compile("增长|增幅|增速|涨幅|涨|增|降|下滑")

# ------------------------------------------------------------------------------------------------------------- period

_SPAN = re.compile(r"\d{4}/(?:\d{4}|\.\.)|\.\./\d{4}")
_AVERAGE = re.compile("年均|年平均|平均每年|每年|年递增")
_CUMULATIVE = re.compile(
    r"累计(?:增长|提高|下降)|[两二三四五六七八九十]年(?:累计|共|来)?(?:增长|下降|降低|提高)|翻|倍增"
)
_BASE = re.compile(r"(?:比|较)(?:(20\d\d)年|“?十[二三四五]五”?(?:时期|期间|末))[^，。；]*$")
_FROM = re.compile(r"(?:从|由)[^，；。#]*$")
_TO = re.compile(
    r"(?:左右|以上)?(?:增加|提高|增长|上升|提升|下降|降低|扩大|壮大|发展|跃升|减少|缩短|拓展|增|升|降|优化|调整|攀升)+(?:到|至|为)"
)
_YEAR = re.compile(r"20\d\d年")

# -------------------------------------------------------------------------------------------------------------- scope

#: Behind a number that sorts things into classes: 生产总值超百亿元的县.
_CLASS = re.compile(r"(?:以上|以下)?的?(?:县|市(?!场)|区(?!间)|镇|乡|村|城市|企业|园区|集群|产业|项目|级|俱乐部)")

#: The ranks of places, and the word in 全省, 我市, 本县 that stands for them.
RANKS = {"省": 1, "区": 1, "市": 2, "州": 2, "盟": 2, "县": 3, "旗": 3}
_OWN = re.compile(r"[全我本该]([省市区县州盟旗])(?![位第前首级])")
_MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
_PROVINCES = (
    *("北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西"),
    *("山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾"),
    *("内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门"),
)
#: Where words before a term end, and what that says of whom the number is about. The first that matches wins.
_SCOPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("country", re.compile(r"(?:全国|我国|国内|国务院|全国两会|^中央|^国家)(?:的|平均)?$")),
    ("other", re.compile(r"(?:世界|全球|国际|亚洲)(?:的|平均)?$")),
    (
        "other",
        re.compile(
            r"(?:开发区|园区|产业园|新区|示范区|保税区|试验区|集聚区|先行区|合作区|功能区|片区|地区|新城|老城|主城区|中心城区|城市群|都市圈|经济圈"
            r"|经济带|走廊|流域|三角洲?|湾区|半岛|副中心|口岸|自贸港|各市|各省)的?$"
        ),
    ),
    (
        "county",
        re.compile(r"(?:县域|[各多\d个]县市?区?|县（市）区?|县（市、区）|区县|县区|[^全我本]县|[^全我本]旗)的?$"),
    ),
    (
        "sector",
        re.compile(
            r"(?:产业|行业|工业|农业|林业|牧业|渔业|服务业|建筑业|制造业|采矿业|金融业|旅游业|零售业|[^就失营]业|领域|企业|部门|集团|公司|民营经济|数字经济"
            r"|海洋经济|经济|民间|国有|外资|集群|产业链|装备|园林|房地产|基础设施|技术改造|技改)的?$"
        ),
    ),
)
_CITY_NAME = re.compile(r"(?<![城超上全我本各])[\u4e00-\u9fff]{1,4}市的?$")
_PREFECTURE = re.compile(r"[\u4e00-\u9fff]{1,5}(?:州|盟)的?$")
_PROVINCE_NAME = re.compile(r"[\u4e00-\u9fff]{1,4}(?:省|自治区)的?$")
_DISTRICT = re.compile(r"[^全我本各地园社小山矿景库林灾辖户陷街校牧厂住]区的?$")
#: A statement of what others set: 国家提出的…目标.
_NATIONAL = re.compile(
    r"(?:全国两会|国务院|中央|国家|全国)[^，。；：、#]{0,12}(?:提出|确定|设定|明确|预期|安排|制定|目标)"
)
#: A clause at the head of the sentence that says whom the sentence is about.
_SUBJECT = re.compile(r"(?:其中|例如|比如)?[，：]?([\u4e00-\u9fff]{1,5}?(?:县|旗|市))[，：]")
_FIGURES = re.compile(f"{FIGURE}+")
_OWN_END = re.compile(r"[全我本该]([省市区县州盟旗])的?$")
#: What may stand before a term that stands alone: a whole place.
_WHOLE = re.compile(r"(?:[全我本该][省市区县州盟旗]|全国|我国|国务院|全国两会|^国家|^中央)的?$")
#: What may stand between a place and a term, or before the term, without restricting it.
_FILL = re.compile(
    rf"(?:为(?:各类)?(?:企业|经营主体|市场主体)|{_TIME}|"
    + _any(
        "时期 期间 以来 年均 年度 年 年内 全年 后 末 初 初步 统计 核算 是 为 使 让 把 将 要 可望 有望 在 对 和",
        "与 及 以及 同时 并 再 也 的 了 等",
        "其中 包括 包含 如 主要 主要经济指标 预期 目标 提出 建议 安排 设定 确定 明确 综合考虑 实现 完成 确保",
        "力争 争取 推动 推进 促进 保持 预计",
        "带动 努力 全力 全面 大力 持续 先后 支持 开展 推广 新增 净增 新建 建成 建设 改造 实施 培育 新 已 有 实有",
        "现有 拥有 共 累计 总 一批 个",
        "全社会 地方 地方级 各类 全部 我们 本级 城市 财政 预算 经济发展",
    )
    + ")*+$"
)

# --------------------------------------------------------------------------------------------------------- constraint

_BOUND = re.compile(r"以上|以内|以下|不低于|不少于|不超过|不高于|至少|不突破|高于|超过|突破|低于|底线|只增不减")
_ENSURED = re.compile(r"确保|必须|保证|务必|坚决")
_ABOUT = re.compile(r"左右|上下|约|大约|大致|大体|接近|附近")
_STRIVEN = re.compile(r"力争|争取|努力|冲刺|奋力")
_HEADLINE = re.compile(
    r"(?:预期|主要|发展|总体|奋斗|工作|任务)?目标(?:任务)?(?:建议)?[^。；]{0,12}[是为：]|预期目标|主要目标"
)


# ---------------------------------------------------------------------------------------------------------- the place


@dataclass(frozen=True)
class _Place:
    """The text's own place: its names and the words 省, 市, 县 … that mean it."""

    names: tuple[str, ...]
    words: frozenset[str]
    rank: int

    def scope(self, word: str) -> str:
        """What 全省, 全市, 全县 … means here."""
        rank = RANKS[word]
        if word in self.words:
            return "self"
        if rank == 3 or word == "区" and self.rank == 2:  # the 全区 of a city's text is a district
            return "county"
        return "province" if rank == 1 and self.rank > 1 else "other"


def _place(names: Iterable[str], texts: Sequence[str]) -> _Place:
    """The own place from its names; where they do not tell its rank, from how the text speaks of itself."""
    names = tuple(name for name in names if name)
    bare = tuple(name[:-1] for name in names if name[-1] in RANKS and len(name) > 2)
    for name in names:
        if name.startswith(_MUNICIPALITIES) and name.endswith("市"):
            return _Place(names + bare, frozenset("市"), 1)
        if name[-1] in RANKS:
            district = name[-1] == "区" and not name.endswith("自治区")
            return _Place(names + bare, frozenset(name[-1]), 3 if district else RANKS[name[-1]])
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_OWN.findall(text))
    word = max(counts, key=lambda w: counts[w]) if counts else "市"
    return _Place(names + bare, frozenset(word), RANKS[word])


def _scope(words: str, place: _Place) -> tuple[str, bool]:
    """Whom a number is about by the `words` before its term, and whether they restrict it."""
    bare = _bare(words)
    if not bare:
        return "self", False
    for name in place.names:
        if bare.endswith((name, name + "的")):
            return "self", False
    if own := _OWN_END.search(bare):
        return place.scope(own[1]), False
    if bare.endswith(("自治区", "省")) and place.rank == 1 and len(bare) <= 3:
        return "self", False
    for scope, ends in _SCOPES:
        if ends.search(bare):
            return scope, True
    if bare.endswith(_PROVINCES) or _PROVINCE_NAME.search(bare):
        return ("province" if place.rank > 1 else "other"), True
    if _DISTRICT.search(bare):
        return "county", True
    if _CITY_NAME.search(bare):
        return ("other" if place.rank == 1 else "county"), True
    if _PREFECTURE.search(bare):
        return "other", True
    return "self", True


# -------------------------------------------------------------------------------------------------------- one passage

_STOPS = re.compile("[。！？；\n]")
_CLAUSES = re.compile("[，。；：！？\n]")
_PARTS = re.compile("[、（）()《》]")
#: How far a term may stand before its number, and how long the noun behind a number may be.
REACH = 70
NOUN = 24
#: What stands in no noun: a number, a mark or a verb that goes on with the sentence.
_NO_NOUN = re.compile(f"[{FIGURE}、，；：（）]|惠及|带动|实现|完成|达到|同比|增长|推动|服务|支持|帮助")


class _Found(NamedTuple):
    """A term that goes with a figure: its entries, where it stands, the words before it and those up to the number."""

    terms: tuple[Term, ...]
    start: int
    end: int
    words: str
    between: str


@dataclass
class _Passage:
    """One passage made ready: `masked` has each figure replaced by marks of the same length."""

    text: str
    masked: str
    starts: list[int]
    matches: list[tuple[int, int, str]]
    stops: list[int]
    clauses: list[int]

    @classmethod
    def of(cls, text: str, spans: Sequence[tuple[int, int]], indicators: Indicators) -> _Passage:
        parts, at = [], 0
        for start, end in spans:
            parts += [text[at:start], FIGURE * (end - start)]
            at = max(end, at)
        matches = [(m.start(), m.end(), m[0]) for m in indicators.pattern.finditer(text)]
        return cls(
            text,
            "".join(parts) + text[at:],
            [m[0] for m in matches],
            matches,
            [m.start() for m in _STOPS.finditer(text)],
            [m.start() for m in _CLAUSES.finditer(text)],
        )

    @staticmethod
    def after(marks: list[int], at: int) -> int:
        """The place behind the last mark before `at`."""
        found = bisect_left(marks, at)
        return marks[found - 1] + 1 if found else 0

    @staticmethod
    def until(marks: list[int], at: int, end: int) -> int:
        """The first mark from `at` on, or `end`."""
        found = bisect_left(marks, at)
        return marks[found] if found < len(marks) else end

    def before_figure(self, start: int, indicators: Indicators) -> Iterator[_Found]:
        """The terms before the number at `start`, with nothing else said in between; the nearest first."""
        floor = max(self.after(self.stops, start), start - REACH)
        at = bisect_right(self.starts, start) - 1
        for begin, stop, word in reversed(self.matches[max(0, at - 2) : at + 1]):
            if begin < floor:
                return
            between = self.masked[stop:start] if stop <= start else "。"
            linked = _FAR if FIGURE in between or "，" in between else _NEAR
            if linked.fullmatch(between):
                found = self._found(begin, word, self._words_before(begin), between, indicators)
                if found:
                    yield found

    def behind_figure(self, end: int, indicators: Indicators) -> _Found | None:
        """The term that ends the noun right behind the number that ends at `end`."""
        stop = min(self.until(self.clauses, end, len(self.text)), end + NOUN)
        at = bisect_left(self.starts, end)
        if at < len(self.matches) and self.matches[at][1] <= stop:
            begin, _, word = self.matches[at]
            words = self.masked[end:begin]
            if not _NO_NOUN.search(words):
                return self._found(begin, word, words, "", indicators)
        return None

    def in_name(self, name: str, indicators: Indicators) -> _Found | None:
        """The term that ends the `name` which the table of figures gives to one number of a list."""
        matches = list(indicators.pattern.finditer(name))
        if not matches or not _TAIL.fullmatch(name[matches[-1].end() :]):
            return None
        match = matches[-1]
        terms = tuple(t for t in indicators.terms[match[0]] if t.stands(name, match.start()))
        return _Found(terms, -1, -1, name[: match.start()], name[match.end() :]) if terms else None

    def find(self, figure: _Figure, indicators: Indicators) -> Iterator[_Found]:
        """The terms that a figure may go with, the likeliest first."""
        before = list(self.before_figure(figure.start, indicators))
        listed = _LISTED.search(self.masked, self.after(self.clauses, figure.start), figure.start)
        if listed and not any(term.nth for found in before for term in found.terms):
            found = self.in_name(figure.name or "", indicators)
            yield from [found] if found else []
            return
        yield from before
        behind = self.behind_figure(figure.end, indicators)
        if behind:
            yield behind

    def _words_before(self, at: int) -> str:
        """The words before a term in its part of the clause."""
        words = self.masked[max(self.after(self.clauses, at), at - REACH) : at]
        words = _PARTS.split(words)[-1]
        # 2亿元以上的重大项目: a figure that nothing but 的 parts from the term restricts it.
        figure = words.rfind(FIGURE)
        return words[figure:] if figure >= 0 else words

    def _found(self, begin: int, word: str, words: str, between: str, indicators: Indicators) -> _Found | None:
        terms = tuple(t for t in indicators.terms[word] if t.stands(self.text, begin))
        return _Found(terms, begin, begin + len(word), words, between) if terms else None


# ---------------------------------------------------------------------------------------------------------- one figure


class _Figure(NamedTuple):
    """What of a row of the table `figures` is looked at."""

    passage: int
    sentence: int
    start: int
    end: int
    mention: str
    value: float
    value_max: float
    unit: str
    comparator: str
    measure: str
    name: str | None
    period: str | None
    status: str | None


class _Row(NamedTuple):
    """A row of the table, and what decides between duplicates: the larger, the better."""

    values: dict[str, Any]
    main_targets: int
    unrestricted: bool
    firm: bool
    exact: bool
    more_precise: int


def _takes(indicator: Indicator, term: Term, figure: _Figure, found: _Found, passage: _Passage) -> bool:
    """Whether the figure that stands with `term` is one of `indicator`."""
    if figure.unit not in indicator.units:
        return False
    bare = _bare(found.words) if term.alone else ""
    if bare and not _WHOLE.search(bare):
        return False
    if figure.measure not in indicator.measures:
        # 增速保持在5%: a share by its words, a rate of change by its name.
        says = term.term + found.between
        if indicator.kind != "growth" or figure.measure not in ("share", "level") or not _GROWS.search(says):
            return False
    if term.nth is not None:
        before = _FIGURES.split(found.between)
        listed = _LISTED.search(found.between) or passage.text[figure.end : figure.end + 1] in ("、", "和", "与")
        if len(before) != term.nth or not (listed or before[1:] and before[-1] in ("、", "和", "与")):
            return False
    if _CLASS.match(passage.text, figure.end) or not _in_time(indicator, figure, found, passage):
        return False
    if not (indicator.needs or indicator.context or indicator.excludes):
        return True
    text, clause = passage.text, passage.after(passage.clauses, figure.start)
    behind = min(passage.until(passage.clauses, figure.end, len(text)), max(found.end, figure.end) + 4)
    said = text[min(clause, found.start) if found.start >= 0 else clause : behind]
    sentence = text[passage.after(passage.stops, figure.start) : behind] if indicator.context else ""
    return (
        (not indicator.needs or any(word in said for word in indicator.needs))
        and (not indicator.context or any(word in sentence for word in indicator.context))
        and not any(word in said for word in indicator.excludes)
    )


def _in_time(indicator: Indicator, figure: _Figure, found: _Found, passage: _Passage) -> bool:
    """Whether the time fits: no average for a year, no sum of years for a rate, no value to start from."""
    sentence = passage.after(passage.stops, figure.start)
    before = passage.masked[max(sentence, figure.start - 40) : figure.start]
    clause = passage.masked[passage.after(passage.clauses, figure.start) : figure.start]
    span = figure.period is not None and _SPAN.fullmatch(figure.period) is not None
    # What stands right before the number decides, or before the list that it is in.
    parts = _FIGURES.split(found.between)
    last = next((part for part in reversed(parts) if part.strip("、和与及")), "")
    average = _AVERAGE.search(last) or _AVERAGE.search(clause if len(parts) == 1 else "")
    if indicator.kind == "growth":
        if average:
            return figure.period is None or span
        base = _BASE.search(before)
        year = _YEAR.fullmatch(figure.period + "年") if figure.period else None
        if span or _CUMULATIVE.search(clause):
            return False
        return not base or bool(year and base[1] and int(base[1]) + 1 >= int(str(figure.period)))
    if indicator.kind == "flow" and span and average:
        return False
    if (start := _FROM.search(before)) and _TO.match(passage.text, figure.end):
        return _YEAR.search(start[0]) is not None
    return True


def _constraint(figure: _Figure, passage: _Passage) -> str | None:
    """How the wording of a target binds, None where the figure is no target.

    What stands at the number decides before what stands further off: a range is a range, 左右 gives way even
    after 确保; then 以上, 不低于, 以内 and the like bind, and so does 确保 before a plain number. 力争 and 控制在
    alone do not: their number is a point.
    """
    if figure.status != "planned":
        return None
    if figure.value_max == figure.value_max:
        return "range"
    clause = passage.text[passage.after(passage.clauses, figure.start) : figure.start]
    if figure.comparator == "≈" or _ABOUT.match(passage.text, figure.end):
        return "soft"
    if figure.comparator in "<>" or _BOUND.match(passage.text, figure.end) or _resolve(clause) == "firm":
        return "hard"
    return "point"


def _resolve(clause: str) -> str | None:
    """Whether the last verb before a number ensures it (`firm`) or only strives for it (`striven`)."""
    firm, striven = (max((m.end() for m in verb.finditer(clause)), default=0) for verb in (_ENSURED, _STRIVEN))
    return None if firm == striven else "firm" if firm > striven else "striven"


def _converted(indicator: Indicator, figure: _Figure) -> tuple[float, float, str]:
    """Value, upper value and comparator on the unit of the indicator; a decrease of a growth is negative growth."""
    factor = indicator.units[figure.unit]
    value, upper, comparator = figure.value, figure.value_max, figure.comparator
    if factor != 1:
        value, upper = float(f"{value * factor:.12g}"), float(f"{upper * factor:.12g}")
    if indicator.kind == "growth" and figure.measure == "decrease":
        # Upside down: 下降3%—5% is −5 to −3, 下降3%以上 is less than −3.
        value, upper = (-upper, -value) if upper == upper else (-value, upper)
        comparator = {">": "<", "<": ">"}.get(comparator, comparator)
    return value, upper, comparator


def _bare(words: str) -> str:
    """The words before a term without those at their end that restrict nothing."""
    return words[: _FILL.search(words).start()]  # type: ignore[union-attr]


# --------------------------------------------------------------------------------------------------------- duplicates

#: The rules that choose the row which stands for a text, in this order; each is a field of `_Row`.
RULES = ("main_targets", "unrestricted", "firm", "exact", "more_precise")


def _chosen(rows: list[_Row]) -> list[_Row]:
    """`rows` with `representative` and `reason` filled in, in their order."""
    groups: dict[tuple[Any, ...], list[_Row]] = {}
    for row in rows:
        key = tuple(row.values[name] for name in ("indicator", "period", "status", "scope"))
        groups.setdefault(key, []).append(row)
    for group in groups.values():
        ranked = sorted(group, key=lambda row: row[1:], reverse=True)  # stable: of equals the first stays first
        best = ranked[0]
        reason = "only"
        if len(ranked) > 1:
            reason = next((rule for rule in RULES if getattr(best, rule) > getattr(ranked[1], rule)), "first")
        best.values.update(representative=True, reason=reason)
        for row in ranked[1:]:
            row.values.update(representative=False, reason=_gives_way(row.values, best.values))
    return rows


def _gives_way(row: dict[str, Any], best: dict[str, Any]) -> str:
    """Why `row` gives way to `best`."""
    if repr(row["value_max"]) != repr(best["value_max"]):
        return "differs"
    if row["value"] == best["value"]:
        return "repeated" if row["comparator"] == best["comparator"] else "rounded"
    digits = min(_digits(row["mention"]), _digits(best["mention"]))
    same = f"{row['value']:.{digits - 1}e}" == f"{best['value']:.{digits - 1}e}"
    # 5% and 5.3% are two targets; 超过2万人 and 2.3万人 are one outcome.
    told = row["status"] != "planned" and (digits > 1 or row["comparator"] != "=")
    return "rounded" if same and told else "differs"


def _digits(mention: str) -> int:
    """How many digits a number is given in, at least one."""
    number = re.search(r"\d[\d.,]*", mention)
    return max(len(re.sub(r"[.,]", "", number[0]).lstrip("0")), 1) if number else 1


# ----------------------------------------------------------------------------------------------------------- the table


def _figures(figures: pd.DataFrame) -> Iterator[_Figure]:
    columns = [
        figures[name].tolist() for name in ("passage", "sentence", "start", "end", "mention", "value", "value_max")
    ]
    columns += [figures[name].tolist() for name in ("unit", "comparator", "measure")]
    columns += [
        [None if v is pd.NA else v for v in figures[name].tolist()] for name in ("indicator", "period", "status")
    ]
    return map(_Figure._make, zip(*columns, strict=True))


def harmonise(
    figures: pd.DataFrame,
    passages: pd.DataFrame,
    *,
    document: str,
    city: str,
    indicators: Indicators,
    names: Iterable[str] = (),
) -> pd.DataFrame:
    """The table `indicators` of one document.

    In: its tables `figures` and `passages` (the columns of the registry), its key and city, the dictionary, and the
    `names` of the text's own place (full name and aliases; without them its rank is told from how often the text
    says 全省, 全市, 全县). Out: one row per figure that belongs to an indicator, in text order; `value` and
    `value_max` are in `unit`, a decrease of a growth is negative; `reason` is one of `schema.REASONS`.
    """
    texts = dict(zip(passages["passage"].tolist(), passages["text"].tolist(), strict=True))
    place = _place(names, list(texts.values()))
    by_passage: dict[int, list[_Figure]] = {}
    for figure in _figures(figures):
        by_passage.setdefault(figure.passage, []).append(figure)
    leads = _leads(passages)
    rows: list[_Row] = []
    for number, members in by_passage.items():
        if not indicators.pattern.search(texts[number]):
            continue
        passage = _Passage.of(texts[number], [(f.start, f.end) for f in members], indicators)
        last: tuple[int, str] | None = None  # end and scope of the row before
        for figure in members:
            if figure.unit not in indicators.units or figure.measure not in MEASURES:
                continue
            row = _row(figure, passage, place, indicators, leads.get(number, False), last)
            if row is not None:
                row.values.update(document=document, city=city)
                rows.append(row)
                last = figure.end, row.values["scope"]
    return schema.frame("indicators", [row.values for row in _chosen(rows)])


def _leads(passages: pd.DataFrame) -> dict[int, bool]:
    """Whether a passage stands under a heading, or behind a line that ends with a colon, on the main targets."""
    leads, line = {}, ""
    columns = (passages[name].tolist() for name in ("passage", "section", "text"))
    for number, section, text in zip(*columns, strict=True):
        leads[number] = bool(section is not pd.NA and _HEADLINE.search(section) or line and _HEADLINE.search(line))
        line = text[-60:] if text.endswith(("：", ":")) else ""
    return leads


def _row(
    figure: _Figure,
    passage: _Passage,
    place: _Place,
    indicators: Indicators,
    lead: bool,
    last: tuple[int, str] | None,
) -> _Row | None:
    """The row of a figure, or None where it belongs to no indicator."""
    match = next(
        (
            (found, indicators.by_key[term.code])
            for found in passage.find(figure, indicators)
            for term in found.terms
            if _takes(indicators.by_key[term.code], term, figure, found, passage)
        ),
        None,
    )
    if match is None:
        return None
    found, indicator = match
    value, upper, comparator = _converted(indicator, figure)
    if not indicator.minimum <= value <= indicator.maximum or upper > indicator.maximum:
        return None
    scope, restricted = _scope(found.words, place)
    if own := _OWN.search(found.between):
        scope = place.scope(own[1])
    elif scope == "self" and not restricted:
        scope = _scope_around(figure, passage, place, found, last)
    clause = passage.text[passage.after(passage.clauses, figure.start) : figure.start]
    sentence = passage.after(passage.stops, figure.start)
    head = 0
    if figure.status == "planned":
        head = 2 if _HEADLINE.search(passage.text, sentence, figure.start) else int(lead)
    return _Row(
        {
            "indicator": indicator.key,
            "period": figure.period,
            "value": value,
            "value_max": upper,
            "unit": indicator.unit,
            "comparator": comparator,
            "constraint": _constraint(figure, passage),
            "status": figure.status,
            "scope": scope,
            "passage": figure.passage,
            "sentence": figure.sentence,
            "start": figure.start,
            "end": figure.end,
            "mention": figure.mention,
        },
        head,
        not restricted,
        _resolve(clause) != "striven",
        comparator == "=",
        _digits(figure.mention),
    )


def _scope_around(
    figure: _Figure, passage: _Passage, place: _Place, found: _Found, last: tuple[int, str] | None
) -> str:
    """The scope of a number before whose term nothing restricts it: what the clause or the list says, else self."""
    at = found.start if 0 <= found.start < figure.start else figure.start
    clause = passage.after(passage.clauses, at)
    if _NATIONAL.search(passage.masked, clause, at):
        return "country"
    marks = ("、", "和", "与", "及", "，") if last and last[1] == "country" else ("、", "和", "与", "及")
    if last and passage.masked[last[0] : at].strip(FIGURE) in marks:
        return last[1]
    sentence = passage.after(passage.stops, figure.start)
    subject = _SUBJECT.match(passage.masked, sentence, at)
    if subject and subject[1] not in place.names:
        scope, restricted = _scope(subject[1], place)
        return scope if restricted else "self"
    return "self"
