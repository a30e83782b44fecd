"""Whom a number is about: the text's own place, a county, a sector, the province, the country."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .wording import FIGURE, TIME, alternatives

#: Behind a number that sorts things into classes: 生产总值超百亿元的县.
CLASS = re.compile(r"(?:以上|以下)?的?(?:县|市(?!场)|区(?!间)|镇|乡|村|城市|企业|园区|集群|产业|项目|级|俱乐部)")

#: The ranks of places, and the word in 全省, 我市, 本县 that stands for them.
RANKS = {"省": 1, "区": 1, "市": 2, "州": 2, "盟": 2, "县": 3, "旗": 3}
OWN = re.compile(rf"[全我本该]([省市区县州盟旗])(?![位第前首级{FIGURE}])")
#: A rank, or what a number is held against: words in it say nothing of whom the number is about.
RANKED = re.compile(
    rf"(?:居|列|排|排名|位于|高于|快于|好于|优于|低于|慢于|超过|领先)[于在]?[全我本该][省市区县州盟旗][^，；。、{FIGURE}]*{FIGURE}*"
)
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
NATIONAL = re.compile(
    r"(?:全国两会|国务院|中央|国家|全国)[^，。；：、#]{0,12}(?:提出|确定|设定|明确|预期|安排|制定|目标)"
)
#: A clause at the head of the sentence that says whom the sentence is about.
SUBJECT = re.compile(r"(?:其中|例如|比如)?[，：]?([\u4e00-\u9fff]{1,5}?(?:县|旗|市))[，：]")
#: A clause whose subject is a group of enterprises or a zone: 市属企业完成投资…、研发投入….
SUBJECT_GROUP = re.compile(
    r"[\u4e00-\u9fff]{0,8}?(?:(?P<sector>企业|集团|公司|行业)|(?P<other>园区|开发区|高新区|新区))(?:完成|实现|累计|共)"
)
FIGURES = re.compile(f"{FIGURE}+")
_OWN_END = re.compile(r"[全我本该]([省市区县州盟旗])的?$")
#: What may stand before a term that stands alone: a whole place.
WHOLE = re.compile(r"(?:[全我本该][省市区县州盟旗]|全国|我国|国务院|全国两会|^国家|^中央)的?$")
#: What may stand between a place and a term, or before the term, without restricting it.
_FILL = re.compile(
    rf"(?:为(?:各类)?(?:企业|经营主体|市场主体)|{TIME}|"
    + alternatives(
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


@dataclass(frozen=True)
class Place:
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


def own_place(names: Iterable[str], texts: Sequence[str]) -> Place:
    """The own place from its names; where they do not tell its rank, from how the text speaks of itself."""
    names = tuple(name for name in names if name)
    bare = tuple(name[:-1] for name in names if name[-1] in RANKS and len(name) > 2)
    for name in names:
        if name.startswith(_MUNICIPALITIES) and name.endswith("市"):
            return Place(names + bare, frozenset("市"), 1)
        if name[-1] in RANKS:
            district = name[-1] == "区" and not name.endswith("自治区")
            return Place(names + bare, frozenset(name[-1]), 3 if district else RANKS[name[-1]])
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(OWN.findall(text))
    word = max(counts, key=lambda w: counts[w]) if counts else "市"
    return Place(names + bare, frozenset(word), RANKS[word])


def scope_of(words: str, place: Place) -> tuple[str, bool]:
    """Whom a number is about by the `words` before its term, and whether they restrict it."""
    bare = bare_words(words)
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


def bare_words(words: str) -> str:
    """The words before a term without those at their end that restrict nothing."""
    return words[: _FILL.search(words).start()]  # type: ignore[union-attr]
