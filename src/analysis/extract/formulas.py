"""Formulas: numbered slogans and codes (提法), which are no figures, and what they stand for where the text says it.

`formulas(passages, document=…, city=…)` returns the table `formulas` of the registry, one row for each occurrence.

What is a formula. In quotation marks, or as an entry of a glossary: a numeral and what it counts (五大振兴, 双碳), such
parts in a row (一核两翼), a code in digits (3456, 1+5+N, 555X). Without quotation marks a count may be a plain one, so
more is asked: a measure word with an abstract noun (`ABSTRACT`, `HEADS`), a concrete noun after a list of as many
members (`ENUMERATED`), the parts of a spatial plan in a row (`PARTS`), a formula of national policy (`KNOWN`), or one
that stands in quotation marks elsewhere in the document. No formula: times and plan periods, levels, ranks and streaks,
idioms, names of places, numbers of services, years.

What it stands for is taken only where the text lists exactly as many things as the formula counts: before it, in
brackets, after 即, 包括, 是指 or a colon, behind the markers 一是 … 二是 …, as an entry of a glossary, and for codes
in digits as one explanation or one phrase for each part. Verbs before a list and joints behind it are cut off by the
tables `LEADS` and `CLOSINGS` and by comparing the members; a list that stays doubtful is left out.

Everything is linear in the length of the text: repeats and windows are bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from ..project.registry import frame
from ..texts.clean import HAN, split_sentences
from .figures.numerals import chinese_numeral, read_numeral
from .matcher import pattern

# --- vocabulary -------------------------------------------------------------------------------------------------------


def _words(table: str) -> tuple[str, ...]:
    """The words of a table printed as text."""
    return tuple(table.split())


#: A formula counts a few things; beyond this it is a measurement.
MOST = 20

#: Measure words between the numeral and what it counts. 轮, 位, 极 … are themselves what a formula counts.
MEASURE_WORDS = ("方面", *"大个项条张篇件场支类种批把道")

#: What may follow the thing that is counted: in 四轮驱动 it is 轮, in 双高计划 it is 高.
TAILS = _words(
    """
    驱动 联动 互动 融合 合一 统筹 协同 并进 并举 并重 一体 一体化 互济 共治 共建 分置 贯通 同步 发力 支撑 引领 工程
    计划 行动 战略 机制 模式 体系 改革 政策 方针 建设 布局 格局 理念 理论 产业 产业集群 工作法 方略 公约 制度
    """
)

#: What may stand between a formula and the words that explain it, and what a code in digits names.
CONTAINERS = _words(
    """
    工程 计划 行动 战略 机制 模式 体系 改革 政策 方针 建设 工作 布局 格局 理念 理论 产业 思路 举措 目标 任务 方案 框架
    架构 经验 方法 规划 总体布局 战略布局 产业体系 工作法 工作机制 发展战略 发展思路 空间布局 产业布局 定位 要求 部署
    路径 矩阵
    """
)

#: Abstract nouns that make a count with 大 a formula without quotation marks.
ABSTRACT = _words(
    """
    振兴 工程 战略 行动 增长极 攻坚战 保卫战 歼灭战 战役 任务 目标 定位 使命 动力 革命 变革 转变 突破 跨越 提升 支撑
    支柱 抓手 体系 格局 计划 举措 优势 安全 理念 原则 文章 高地 引擎 主导产业 先导产业 支柱产业 优势产业 新兴产业
    特色产业 传统产业 未来产业
    """
)
#: What must not follow such a noun, which is then a part of a longer word.
NOT_AFTER = _words(
    """
    产业 集群 企业 项目 产品 区 资源 学科 人才 机制 体系 平台 基地 工程 行动 计划 领域 板块 师 公司 市场 中心 园 部
    学院 大学 机构 组团 机械 性 站
    """
)

#: Concrete nouns that make a formula with 大 where as many members stand before it.
ENUMERATED = _words(
    """
    产业 产业集群 集群 板块 领域 市场 园区 平台 中心 片区 基地 品牌 环节 区域 组团 都市圈 经济圈 城市群 产业带 经济带
    产业链 赛道 场景 系统 网络 走廊 通道 枢纽 流域
    """
)

#: Measure words and what makes a count with them a formula without quotation marks.
HEADS = {
    "个": "确保 着力 确立 维护 意识 自信 全面 毫不动摇 一百年 大局 健康 务必 不摘 不放松 一批 面向 必须 聚焦 坚持 "
    "突出 统一 共同 率先 转变 重大转变 根本转变 关键小事",
    "项": "制度改革 规定 革命",
    "篇": "大文章 文章",
    "件": "民生实事 实事 为民实事 惠民实事",
    "条": "控制线 底线 红线 生命线 根本出路",
    "张": "王牌 金名片 金字招牌",
    "场": "攻坚战 硬仗",
}

#: What may stand in a row without quotation marks: 一主两副, 三区一中心, 四梁八柱.
PARTS = _words(
    """
    核 主 副 带 区 轴 心 极 圈 翼 廊 屏 环 群 组团 中心 园 港 江 岸 山 河 湖 链 横 纵 射 联 梁 柱 老 小 地 城 高地
    示范区 走廊 通道 枢纽 基地 片区 片 网 库 屏障 都市圈 点 支点 平台 湾 岛
    """
)

#: Formulas of national policy, known without quotation marks; after a slash the pattern of what must not follow.
KNOWN = _words(
    """
    三农/场 双碳 双减/速 双控/制(?!度) 双循环 双随机 双招双引 双一流 六稳 六保 三权分置 三供一业 三重一大 三会一课
    四议两公开 两学一做 五位一体 三位一体 四个全面 四个意识 四个自信 两个维护 两个确立 两个毫不动摇 两个一百年
    三个代表 三去一降一补 四好农村路 四水四定 一带一路 一国两制 一老一小 三线一单 三区三线 三北工程 两化融合
    两个市场两种资源 千万工程 百千万工程 三医联动 三医协同 两山理念 两山理论 两新一重 两不愁三保障 三品一标 一岗双责
    八项规定 三大攻坚战 五篇大文章 三篇大文章
    """
)

#: With these behind the numeral it is no formula: times, quantities, streaks, grades, ordinals.
NOT_COUNTED = _words(
    """
    年 月 日 天 周 时 小时 分钟 分之 秒 刻 点半 点钟 季度 旬 世纪 岁 届 期 亿 千亿 百亿 十亿 万亿 倍 成 番 折 元 美元
    米 公里 公顷 公斤 平方 吨 亩 斤 度 号 楼 连 星级 等奖 等功 甲医院 维 手车 手房 工作日 百分点 中全会 胞胎 多家 多个
    余家 余个
    """
)
#: Plain words and names that begin like formulas.
PLAIN_WORDS = _words(
    """
    双向 双刃剑 双城记 双师 双语 双休 双边 双方 双手 双拥 双十 双鸭山 双双 双胞 双层 双侧 双年 双月 双周 双日 两岸
    两者 两边 两侧 两旁 三亚 三明 三沙 三门峡 三峡 三江源 三国 三角 三星 三文鱼 三轮 三伏 三元 三月 四川 四平 四海
    四周 四处 四季 五指山 五台山 五金 五粮液 五星 五谷 六安 六盘水 七台河 七夕 八达岭 八卦 九江 九寨沟 九龙 九州 八闽
    八桂 三晋 三秦 三湘 两广 两淮 两湖 两江 十堰 十佳 十强 十足 十分 十个指头 两点论 双盲
    """
)
IDIOMS = _words(
    """
    一心一意 三心二意 四面八方 五湖四海 五颜六色 七上八下 千家万户 千行百业 百行千业 千方百计 千军万马 千山万水
    万水千山 千辛万苦 千言万语 千锤百炼 千头万绪 千丝万缕 千秋万代 千变万化 千差万别 一点一滴 一砖一瓦 一朝一夕
    一草一木 一言一行 一举一动 一丝一毫 一山一水 一针一线 一分一厘 一招一式 三番五次 三言两语 四通八达 五花八门
    七嘴八舌 九牛一毛 十全十美 一模一样 一波三折 一石二鸟 一举两得 三令五申 五光十色 一唱一和 一生一世 一时一刻
    一时一事 一城一池 一起一伏
    """
)

#: Numbers of services; a code of a policy only where a word of `CONTAINERS` follows.
SERVICE_NUMBERS = frozenset(("110", "119", "120", "122", "114", "999"))
SERVICE_WORDS = ("热线", "电话", "指挥中心", "报警", "急救", "专线", "接警", "客服", "号码")

#: Verbs and connections before the first member of a list.
LEADS = _words(
    """
    推进 推动 实施 实行 实现 坚持 按照 围绕 聚焦 突出 抓好 做好 做实 做强 做优 做大 做精 统筹 开展 强化 深化 完善 健全
    构建 打造 建设 建立 建好 建成 形成 落实 加强 加快 优化 促进 提升 培育 壮大 推广 推行 探索 包括 覆盖 涵盖 打好 打赢
    用好 巩固 拓展 发挥 紧扣 依托 通过 利用 贯彻 树立 践行 弘扬 增强 提高 严守 守住 守牢 筑牢 兜牢 保障 抓实 抓牢 启动
    谋划 划定 创建 设置 设立 整合 支持 鼓励 引导 组织 组建 布局 锚定 明确 确立 提出 创新 扎实 大力 深入 全面 持续 有效
    积极 重点 发展 抓住 把握 瞄准 立足 着眼 着力 致力于 主要是 主要靠 关于 对于 针对 根据 采取 运用 采用 破解 解决
    整治 纠治 防范 履行 执行 完成 开启 迈向 走好 下好 唱好 写好 讲好 打响 擦亮 塑造 营造 凝聚 汇聚 集聚 激活 释放 全力
    加力 努力 切实 严格 认真 同步 协同 一体 更加 进一步 必须 我们 我市 我省 我区 即 指 是 为 以 对 向 从 由 把 将 在
    靠 抓 按 让 使
    """
)
#: What stands between the last member of a list and 的 before the formula.
CLOSINGS = _words(
    """
    联合 协作 协同 联动 配合 结合 相结合 融合 相融合 贯通 相贯通 衔接 相衔接 并重 并举 组成 构成 共同参与 参与 为主题
    为主 为重点 为核心 为内容 为主要内容 为抓手 为支撑 为代表 为目标 为载体 为主体 为基础
    """
)

#: How an explanation begins behind a formula.
EXPLAINS = _words(
    """
    也就是 就是 是指 即是 主要包括 主要是 具体包括 具体是 具体为 分别是 分别为 分别指 包括 包含 涵盖 即 指 为 是
    """
)
#: The markers of a list that goes through sentences or passages, with numerals in Chinese and in digits.
MARKERS = ("{}是", "{}要", "（{}）", "第{}，", "第{}、", "第{}是", "其{}，", "{}、")
DIGIT_MARKERS = ("{}.", "{}．", "{}、", "（{}）")

# --- patterns ---------------------------------------------------------------------------------------------------------


def _any(words: Iterable[str]) -> str:
    """The words as alternatives, the longest first."""
    return "(?:" + "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) + ")"


_NUMBER = "(?:十[一二三四五六七八九]?|[两三四五六七八九])"
# No count: an ordinal, a part of a longer numeral, the party's congresses (十六大).
# `re` searches fast for a first character, slowly for what stands before it: the look behind follows the character.
_FREE = "(?<![第前几数0-9一二两三四五六七八九十百千万亿之每].)(?<!党的.)"
_FREE_NUMBER = f"[十两三四五六七八九]{_FREE}(?:(?<=十)[一二三四五六七八九])?"
_HANS = f"[{HAN}]"
_QUOTE = re.compile(
    '“([^“”\n]{1,28})”|‘([^‘’“”\n]{1,28})’|「([^「」\n]{1,28})」|『([^『』\n]{1,28})』|"([^"“”\n]{1,28})"'
)
_SINGLE = re.compile(
    rf"(?:[新小老]?)(?P<number>双|二十|{_NUMBER}|百(?=大))(?P<measure>{_any(MEASURE_WORDS)}?)(?P<rest>(?:{_HANS}{{1,18}}|\d{{1,3}}))"
)
_ARTICLES = re.compile(rf"{_HANS}{{0,4}}?(?P<number>[二三四五六]?十[一二三四五六七八九]?|\d{{1,2}})(?P<counted>条)")
_DIGIT_COUNT = re.compile(rf"(?P<number>[2-9]|1\d)(?P<measure>大)(?P<rest>{_HANS}{{1,18}})")
# Parts in a row: numerals and what they count are of different characters, so that there is one way to read them.
_ROW_NUMBER = "一两三四五六七八九十双多百千万"
_ROW = re.compile(rf"(?:[{_ROW_NUMBER}](?![{_ROW_NUMBER}、，])[^{_ROW_NUMBER}、，\W\d_A-Za-z]{{1,8}}[、，]?){{2,8}}")
_ROW_PART = re.compile(rf"([{_ROW_NUMBER}])([^{_ROW_NUMBER}、，]+)")
_ROW_TAIL = re.compile(f"{_any(TAILS)}$")
# 一 in these words is no numeral of a part.
_WELDED = re.compile(
    rf"(?<={_HANS})(?:一流|一体(?![两双三四五])|一批|一致)|(?<=双)[百千万]|统一|单一|唯一|第一|多元|多样"
)
_ASIDE = re.compile(r"（[^（）]{1,6}）")
_PHYSICAL = frozenset("张间套层本枚支键次站份杯把件刻场句个条根")
_GREAT = re.compile(
    rf"(?:十百千万|百千万|百万千|十百千)[全]?{_HANS}{{0,6}}|(?:百千|千万|千百){_any(('工程', '行动', '计划'))}"
)
_PLUS_MORE = r"(?:[+＋](?:\d{1,2}|[NXnx])){1,5}"
_PLUS_CORE = rf"(?:\d{{1,2}}|[NX]){_PLUS_MORE}"
_PLUS = re.compile(rf"(?P<parts>{_PLUS_CORE}){_any(CONTAINERS)}?")
_CODE = re.compile(rf"(?P<parts>\d{{3,8}}[XN]?|\d\d[XN]|\d×\d){_any(CONTAINERS)}?")
_TIMES = re.compile(r"(?:\d{1,2}|N)个\d{1,4}")
_SERVICE = re.compile(r"(?:123\d\d|9[56]\d{3}|100\d\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")

_END = rf"(?!{_any(NOT_AFTER)})"
_MODIFIER = rf"[^\W\d_A-Za-z的和与及、等为是{_ROW_NUMBER}]"
_WITH_GREAT = re.compile(rf"(?P<number>{_FREE_NUMBER})大(?P<counted>{_MODIFIER}{{0,8}}?{_any(ABSTRACT)}){_END}")
_WITH_MEMBERS = re.compile(
    rf"(?P<number>{_FREE_NUMBER})大(?P<counted>{_MODIFIER}{{0,6}}?{_any(ENUMERATED)})"
    rf"(?!{_any(ENUMERATED)})"
)
_WITH_MEASURE = re.compile(
    rf"(?P<number>{_FREE_NUMBER})(?:"
    + "|".join(
        f"{measure}(?P<{name}>{_any(words.split())})"
        for name, (measure, words) in zip("abcdefg", HEADS.items(), strict=True)
    )
    + rf")(?!{_any((*NOT_AFTER, '性', '员'))})(?(a)(?!(?![的和与及]|{_any(CONTAINERS)}){_HANS}))"
)
_PART_NUMBER = "[一两三四五六七八九十双多]"
_PART = rf"{_any(PARTS)}(?:[、]?(?={_PART_NUMBER}))?"
_PARTS_IN_ROW = re.compile(
    rf"{_PART_NUMBER}(?<![第0-9{_ROW_NUMBER}二].){_PART}(?:{_PART_NUMBER}{_PART}){{1,5}}(?![{_ROW_NUMBER}二])"
)
_EACH = re.compile(rf"一(?<![第{_ROW_NUMBER}唯统]一)[^\W\d_A-Za-z{_ROW_NUMBER}]{{1,2}}一[策品](?![{_ROW_NUMBER}])")
_PLAIN_PLUS = re.compile(
    rf"(?P<parts>[\dNX](?<![\dA-Za-z.,+＋%:：∶×·~—-].)(?:(?<=\d)\d)?{_PLUS_MORE})(?![\d.%A-Za-z+＋×·~-])(?![万亿个家项年月日天名人元条所座倍])"
)
_PLAIN_CODE = re.compile(
    r"(?:实施|推进|推动|落实|围绕|深化|开展)(?P<parts>\d{3,5})(?=工程|行动|计划|战略|思路|布局|模式)"
)
_ABSTRACT_END = re.compile(f"{_any(ABSTRACT)}$")
_CONCRETE = re.compile(_any(ENUMERATED))
_KNOWN = re.compile(
    pattern({word: f"(?!{guard})" if guard else "" for word, _, guard in (k.partition("/") for k in KNOWN)})
)
_NUMERALS_BEFORE = frozenset("第二一两三四五六七八九十百千万亿0123456789")
_ENTRY = re.compile(
    r"(?P<mark>［\d{1,3}］|\[\d{1,3}\]|【\d{1,3}】|[①-⑳]|[（(]\d{1,3}[）)]|注?\d{1,3}[.．、])?\s*(?P<head>[^：:。，；]{2,28}?)(?P<colon>[：:]?)"
)


class Formula(NamedTuple):
    """One occurrence: its span, the span with its quotation marks, and what it says.

    `total` is how many things a list must have to explain it; `parts` are the parts of a code in digits.
    """

    start: int
    end: int
    outer: tuple[int, int]
    form: str
    number: int | None = None
    counted: str | None = None
    total: int | None = None
    parts: tuple[str, ...] = ()


class _Reading(NamedTuple):
    """What the words of a formula say; see `Formula`."""

    form: str
    number: int | None = None
    counted: str | None = None
    total: int | None = None
    parts: tuple[str, ...] = ()


Span = tuple[int, int]

# --- what is a formula ------------------------------------------------------------------------------------------------

_BARRED = re.compile(_any(NOT_COUNTED))
_PLAIN = re.compile(_any(PLAIN_WORDS))
_IDIOM = re.compile(_any(IDIOMS))
_TAIL = re.compile(f"{_any(TAILS)}$")


def _value(numeral: str) -> int | None:
    """The whole number a numeral of a formula prints; 双 is 2."""
    value = 2 if numeral == "双" else read_numeral(numeral)
    return None if value is None else int(value)


def _without_tail(counted: str, measure: str) -> str:
    """What is counted, without what follows it: 轮驱动 → 轮. Behind a measure word a noun is whole: 三大工程."""
    tail = _TAIL.search(counted) if not measure or counted[0] == "一" else None
    return counted[: tail.start()] if tail and tail.start() else counted


def _counted(words: str) -> _Reading | None:
    """A numeral and what it counts."""
    articles = _ARTICLES.fullmatch(words)
    if articles:
        number = _value(articles["number"])
        form = "digits" if articles["number"].isascii() else "counted"
        return _Reading(form, number, "条") if number else None
    found = _SINGLE.fullmatch(words) or _DIGIT_COUNT.fullmatch(words)
    if not found or _PLAIN.match(words) or _IDIOM.fullmatch(words):
        return None
    number, measure, rest = _value(found["number"]), found["measure"], found["rest"]
    if found["number"] != "双" and _BARRED.match(rest):
        return None
    # 四千行动 counts thousands by name; 三百农户 is a number.
    if found["number"] != "双" and not measure and rest[0] in "百千万" and rest[1:] not in TAILS:
        return None
    if rest[0] in "一二两三四五六七八九十双" and not measure and found["number"] != "双":
        return None
    return _Reading("counted", number, _without_tail(rest, measure), number)


def _row(words: str) -> _Reading | None:
    """Parts in a row: 一核两翼, 五统一、一开放, 双招双引."""
    masked = _WELDED.sub(lambda m: "々" * len(m[0]), _ASIDE.sub("", words))
    tail = _ROW_TAIL.search(masked)
    if tail and not _ROW.fullmatch(masked):
        masked = masked[: tail.start()]
    if not _ROW.fullmatch(masked) or _IDIOM.match(words) or words[0] == "多":
        return None
    parts = _ROW_PART.findall(masked)
    if any(unit == "个" or _BARRED.match(unit) for _, unit in parts):
        return None
    numerals = [numeral for numeral, _ in parts]
    great = sum(n in "百千万" for n in numerals)
    if 0 < great < len(parts):
        return None
    if set(numerals) <= {"一"} and any(unit[0] in _PHYSICAL or len(unit) > 4 for _, unit in parts):
        return None
    if great or "多" in numerals or set(numerals) <= {"一"} and len(parts) < 3:
        return _Reading("counted")
    return _Reading("counted", total=sum(_value(n) or 0 for n in numerals))


def _code(words: str, following: str) -> _Reading | None:
    """A code in digits: 3456, 1+5+N, 555X, 3个100. `following` is the text behind it."""
    plus = _PLUS.fullmatch(words)
    if plus:
        parts = tuple(re.split("[+＋]", plus["parts"]))
        return _Reading("digits", parts=parts) if any(p.isdigit() for p in parts) else None
    code = _CODE.fullmatch(words)
    if code:
        digits, named = code["parts"], code.end() > code.end("parts") or following.startswith(tuple(CONTAINERS))
        if _YEAR.fullmatch(digits) or following.startswith(SERVICE_WORDS):
            return None
        if (digits in SERVICE_NUMBERS or _SERVICE.fullmatch(digits)) and not named:
            return None
        return _Reading("digits", parts=() if "0" in digits or "×" in digits else tuple(digits))
    return _Reading("digits") if _TIMES.fullmatch(words) else None


def _read(words: str, following: str = "") -> _Reading | None:
    """The reading of words in quotation marks, or of the head of an entry; None where they are no formula."""
    great = _GREAT.fullmatch(words)
    return _Reading("counted") if great else _row(words) or _counted(words) or _code(words, following)


class _Free:
    """Which characters of a passage no formula has taken yet."""

    def __init__(self, size: int) -> None:
        self.taken = bytearray(size)

    def take(self, start: int, end: int) -> bool:
        """Take [start, end) if all of it is free."""
        if self.taken.find(1, start, end) >= 0:
            return False
        self.taken[start:end] = b"\x01" * (end - start)
        return True


def _formula(start: int, end: int, outer: Span, reading: _Reading) -> Formula:
    return Formula(start, end, outer, **reading._asdict())


def _quoted(text: str) -> Iterator[Formula]:
    for quote in _QUOTE.finditer(text):
        group = quote.lastindex or 1
        reading = _read(quote[group], text[quote.end() : quote.end() + 6])
        if reading:
            yield _formula(*quote.span(group), quote.span(), reading)


def _entry(text: str) -> Formula | None:
    """The formula that is the head of a glossary entry in a line of its own: `［4］四库：`."""
    if len(text) > 40:
        return None
    entry = _ENTRY.fullmatch(text)
    if not entry or not (entry["mark"] and entry["colon"]):
        return None
    reading = _read(entry["head"])
    return _formula(*entry.span("head"), entry.span("head"), reading) if reading else None


def _unquoted(text: str) -> Iterator[Formula]:
    """What is a formula by its words alone, in order of the rules."""
    for match in _KNOWN.finditer(text):
        reading = _read(match[0])
        if reading and (match.start() == 0 or text[match.start() - 1] not in _NUMERALS_BEFORE):
            yield _formula(*match.span(), match.span(), reading)
    for match in (*_PARTS_IN_ROW.finditer(text), *_EACH.finditer(text)):
        reading = _row(match[0])
        if reading:
            yield _formula(*match.span(), match.span(), reading)
    for rule in (_WITH_GREAT, _WITH_MEASURE):
        for match in rule.finditer(text):
            number, counted = _value(match["number"]), match[match.lastindex or 0]
            noun = _ABSTRACT_END.search(counted)
            if rule is _WITH_GREAT and noun and _CONCRETE.search(counted, 0, noun.start()):
                continue
            yield Formula(*match.span(), match.span(), "counted", number, counted, number)
    for rule in (_PLAIN_PLUS, _PLAIN_CODE):
        for match in rule.finditer(text):
            start, end = match.span("parts")
            reading = _code(match["parts"], text[end : end + 6])
            if reading:
                yield _formula(start, end, (start, end), reading)


def _with_members(text: str) -> Iterator[Formula]:
    """Counts of concrete things that follow a list of as many members."""
    for match in _WITH_MEMBERS.finditer(text):
        number = _value(match["number"])
        formula = Formula(*match.span(), match.span(), "counted", number, match["counted"], number)
        if _before(text, formula):
            yield formula


def _find(text: str, heading: bool) -> tuple[list[Formula], _Free]:
    """The formulas of a passage by themselves, without order, and the characters they leave free."""
    free, found = _Free(len(text)), []
    entry = _entry(text) if heading else None
    for formula in (*([entry] if entry else ()), *_quoted(text), *_unquoted(text), *_with_members(text)):
        if free.take(formula.start, formula.end):
            found.append(formula)
    return found, free


def _repeated(text: str, known: re.Pattern[str], free: _Free) -> Iterator[Formula]:
    """Formulas of the document that stand in quotation marks elsewhere."""
    for match in known.finditer(text):
        start, end = match.span()
        reading = _read(match[0])
        if reading and text[start - 1 : start] not in _NUMERALS_BEFORE and free.take(start, end):
            yield _formula(start, end, (start, end), reading)


def _is_telling(words: str) -> bool:
    """Whether a formula in quotation marks is long enough to be known again without them."""
    return len(words) >= 4 and not words.isascii()


# --- what it stands for -----------------------------------------------------------------------------------------------

# How far lists are looked for.
_BACK, _AHEAD, _FAR = 200, 400, 3000
_LONGEST_ITEM = 45
_OPEN, _CLOSE = "“‘「『（《(【", "”’」』）》)】"
# One set of characters leads; what must not stand before a joint is looked for behind it.
_TOKEN = re.compile(
    "[“‘「『（《(【”’」』）》)】、，,；;。：:！？!?\n以和与及暨]"
    "(?:(?<![以和与及])|(?<=以)及|(?<=和)(?<![共温饱缓中总]和)(?![谐美平睦解煦])|(?<=与)(?<!参与)(?![会时])"
    "|(?<=及)(?<![普涉以顾]及)(?![时早格]))"
)
_STOPS = frozenset("，,；;。：:！？!?\n")
_ET_CETERA = re.compile(r"(?<![高平同均中初相对])等(?![级教额离高同候待于])")
_THE = re.compile(rf"(?:{_any(CLOSINGS)}{{0,3}}[的这]|新型?|实现了?)$")
# A list that such a verb ends is about something else.
_ENDS_IN_VERB = re.compile(r"(?:入选|获评|获批|纳入|列入|进入|成为|达到|形成)$")
_VERBS_ONLY = re.compile(f"{_any(LEADS)}+")
_LEAD = re.compile(_any(LEADS))
_LONG_LEAD = re.compile(_any(word for word in LEADS if len(word) > 1))
_TELLS = re.compile(r"”(?:就?是指?|即是?|指|代表)")
_NOTE = r"(?:［\d{1,3}］|\[\d{1,3}\])?"
_CONNECTION = re.compile(
    rf"{_NOTE}(?P<name>{_HANS}{{0,8}}?){_NOTE}(?P<how>（(?:{_any(EXPLAINS)}[：:]?)?|[：:]|——|[，,]?(?P<word>{_any(EXPLAINS)})[：:]?)"
)
_NAMELY = re.compile(r"[^。！？\n]{0,60}?，即(?![将便使刻])")
_SENTENCE = re.compile(r"[^。！？\n]{0,400}")
_JOINT = re.compile("、|以及|[和与及]")
_DEFINES = re.compile(r"(?:[^。；]{0,60}?(?:包括|是指|分别是|分别为)[：:]?|指|即|是)?")


class _Token(NamedTuple):
    start: int
    end: int
    word: str


def _level(text: str, start: int, end: int, *, inner: bool) -> tuple[int, int, list[_Token]]:
    """The marks and joints of text[start:end] that stand in no bracket or quotation: from where, until where, which.

    With `inner` the stretch is the one that is open at `end`; else the one that is open at `start`, which ends where a
    bracket closes it.
    """
    levels: list[tuple[int, list[_Token]]] = [(start, [])]
    for match in _TOKEN.finditer(text, start, end):
        word = match[0]
        if word in _OPEN:
            if levels[-1][1] and levels[-1][1][-1].word in _CLOSE and levels[-1][1][-1].end == match.start():
                # Two quotations side by side are two members.
                levels[-1][1][-1] = _Token(match.start(), match.start(), "、")
            levels.append((match.end(), []))
        elif word in _CLOSE:
            if len(levels) > 1:
                levels.pop()
                levels[-1][1].append(_Token(match.start(), match.end(), word))
            elif inner:
                levels = [(match.end(), [])]
            else:
                return start, match.start(), levels[0][1]
        elif word == "以及" and levels[-1][1] and text[match.start() - 1] == "，":
            # The comma before it does not end the list.
            levels[-1][1][-1] = _Token(match.start() - 1, match.end(), "、")
        else:
            levels[-1][1].append(_Token(match.start(), match.end(), word))
    floor, tokens = levels[-1] if inner else levels[0]
    return floor, end, tokens


def _cells(start: int, end: int, tokens: Sequence[_Token], total: int, marks: str = "、") -> list[Span] | None:
    """[start, end) cut at the `marks`, the last cell also at its joint (和, 与, 及), where that makes `total` cells."""
    cuts = [t for t in tokens if t.word in marks and start <= t.start and t.end <= end]
    if len(cuts) == total - 2:
        last = cuts[-1].end if cuts else start
        joints = [
            t for t in tokens if len(t.word) <= 2 and t.word[0] in "和与及暨以" and last < t.start and t.end < end
        ]
        if len(joints) != 1:
            return None
        cuts.append(joints[0])
    if len(cuts) != total - 1:
        return None
    return list(zip([start, *(t.end for t in cuts)], [*(t.start for t in cuts), end], strict=True))


def _shared(words: Sequence[str], last: bool) -> str:
    """The longest beginning (or end) that all of `words` have."""
    turned = [w[::-1] for w in words] if last else list(words)
    shared = turned[0]
    for word in turned[1:]:
        size = 0
        while size < min(len(shared), len(word)) and shared[size] == word[size]:
            size += 1
        shared = shared[:size]
    return shared[::-1] if last else shared


def _shared_size(words: Sequence[str]) -> int:
    """How many characters all of `words` have in common at their beginnings or at their ends."""
    return max(len(_shared(words, False)), len(_shared(words, True)))


def _first(text: str, cell: Span, others: Sequence[str], at_start: bool) -> Span | None:
    """The first member of a list without what leads to it, by what the other members look like."""
    start, end = cell
    sizes = [len(o) for o in others]
    low, high = max(1, min(sizes) - (1 if len(others) > 1 else 2)), max(sizes) + (0 if len(others) == 1 else 4)
    even = len(set(sizes)) == 1
    short = even and len(others) > 1 and sizes[0] <= 3
    if short:
        # Short members of one length: a longer first one has a word to itself that belongs to all of them.
        low = high = sizes[0]
    verbs = all(_LEAD.match(o) for o in others)
    told = _TELLS.search(text, start, end)
    if told:
        start, at_start = told.end(), True
    places = [(start, at_start)]
    # A lead within the member; 的 too, unless the other members have it.
    at = start
    while at < end and (lead := _LEAD.search(text, at, end)):
        behind = lead.end() + (text[lead.end()] in "了着过" if lead.end() < end else 0)
        places.append((behind, len(lead[0]) > 1))
        at = lead.start() + 1
    possessive = text.rfind("的", start, end)
    if possessive >= 0 and not any("的" in o for o in others):
        places.append((possessive + 1, True))
    tail = [text[max(start, end - sizes[0]) : end], *others]
    if even and len(others) > 1 and (sizes[0] <= 2 and _even(tail) or _shared_size(tail) >= 2):
        places.append((end - sizes[0], True))
    choice: Span | None = None
    for place, sure in sorted(set(places)):
        word = text[place:end]
        # Behind verbs alone the member is whole; further in, what is left may be a piece of it.
        whole = place == start or _VERBS_ONLY.fullmatch(text, start, place)
        if not (1 if whole and not short else low) <= len(word) <= high or word[0] in "了着过":
            continue
        if even and len(word) == sizes[0]:
            return place, end
        if _LEAD.match(word) and not verbs:
            continue
        alike = any(word[-1] == o[-1] for o in others)
        if not sure or (place == start and not alike and len(word) > max(sizes) + (0 if even else 2)):
            continue
        if choice is None or choice[0] == start:
            choice = place, end
    return choice


def _last(text: str, cell: Span, others: Sequence[str], whole: bool) -> Span | None:
    """The last member of a list without what follows it, by what the other members look like.

    Where the list is the `whole` of the text, nothing follows and the member may be long.
    """
    start, end = cell
    if "的" in text[start:end] and not any("的" in o for o in others):
        end = text.index("的", start, end)
    word, sizes = text[start:end], [len(o) for o in others]
    if len(others) > 1:
        ending, beginning = _shared(others, True), _shared(others, False)
        inside = word.find(ending, 1) if ending else -1
        if ending and not word.endswith(ending) and inside > 0:
            end = start + inside + len(ending)
        elif beginning and len(set(sizes)) == 1 and word.startswith(beginning) and len(word) > sizes[0] + 1:
            end = start + sizes[0]
    longest = _LONGEST_ITEM if whole else max(sizes) + (2 if len(set(sizes)) == 1 else 4)
    return (start, end) if 1 <= end - start <= longest else None


def _strip(text: str, span: Span) -> Span:
    """The span without white space and without quotation marks around the whole."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if end - start > 2 and text[start] == "“" and text.find("”", start, end) == end - 1:
        return start + 1, end - 1
    return start, end


def _sound(text: str, spans: Sequence[Span | None]) -> list[Span] | None:
    """The members, where all of them are there, none is empty, overlong or said twice."""
    found = [_strip(text, s) for s in spans if s]
    words = {text[a:b] for a, b in found}
    if len(found) != len(spans) or len(words) != len(spans):
        return None
    return found if all(w and len(w) <= _LONGEST_ITEM and "|" not in w and "\n" not in w for w in words) else None


def _members(
    text: str, cells: Sequence[Span], *, lead: bool, at_start: bool = True, whole: bool = False
) -> list[Span] | None:
    """Cells as members, with what stands before the first (where `lead`) and behind the last cut off."""
    et_cetera = _ET_CETERA.search(text, *cells[-1])
    if et_cetera:
        cells = [*cells[:-1], (cells[-1][0], et_cetera.start())]
    words = [text[a:b] for a, b in cells]
    if any(len(w) > _LONGEST_ITEM + 20 or not w for w in words):
        return None
    first: Span | None = cells[0]
    if lead:
        first = _first(text, cells[0], words[1:], at_start)
    elif "的" in words[0] and not any("的" in w for w in words[1:]):
        first = (cells[0][0] + words[0].rindex("的") + 1, cells[0][1])
    elif (
        (verb := _LONG_LEAD.match(words[0])) and verb[0] != words[0] and not any(_LONG_LEAD.match(w) for w in words[1:])
    ):
        first = (cells[0][0] + verb.end(), cells[0][1])
    if first is None:
        return None
    last = _last(text, cells[-1], [text[slice(*first)], *words[1:-1]], whole)
    return _sound(text, [first, *cells[1:-1], last])


def _before(text: str, formula: Formula) -> list[Span] | None:
    """The members of a list that ends where the formula begins: A、B、C“三大…”, “A、B、C”的“三大…”."""
    total, end = formula.total, formula.outer[0]
    if not total or total < 2 or total > MOST or end == 0:
        return None
    floor, _, tokens = _level(text, max(0, end - _BACK), end, inner=True)
    cut = floor > 0 and floor == end - _BACK
    closing = _THE.search(text, max(floor, end - 10), end)
    stop = closing.start() if closing else end
    if text[stop - 1 : stop] == "”" and (quote := text.rfind("“", floor, stop)) >= 0:
        # A quotation that holds the whole list.
        start, until, inside = _level(text, quote + 1, stop - 1, inner=False)
        kinds = ("、", "，", "、，") if formula.number is None else ("、", "，")
        cells = next(filter(None, (_cells(start, until, inside, total, marks) for marks in kinds)), None)
        if cells:
            return _sound(text, cells)
    marks = [t for t in tokens if t.word in _STOPS]
    start = marks[-1].end if marks else floor
    cells = _cells(start, stop, tokens, total)
    members = _members(text, cells, lead=True, at_start=bool(marks) or not cut) if cells else None
    if not members:
        return None
    words = [text[a:b] for a, b in members]
    # Two things side by side are common; they are a list where they are built alike.
    joined, led = text[members[0][1]] != "、", cells is not None and members[0][0] > cells[0][0]
    if total == 2 and not _even(words) and (len(words[0]) != len(words[1]) or joined and not led):
        return None
    if all(_VERBS_ONLY.fullmatch(w) for w in words) or _ENDS_IN_VERB.search(words[-1]):
        return None
    # Formulas side by side are no members of the last one.
    return None if all(_read(w) for w in words) else members


def _even(words: Sequence[str]) -> bool:
    """Whether words are built alike: they begin or end with the same character."""
    return bool(_shared(words, False) or _shared(words, True))


def _listed(text: str, start: int, end: int, total: int, *, mixed: bool = False) -> list[Span] | None:
    """The members of a list that begins at `start`: 、 in one clause, else clauses that are built alike.

    `mixed`: both marks part members, and nothing but the list stands there, as in the glossary entry of a row of parts.
    """
    if text[start : start + 1] == "“" and (quote := text.find("”", start, start + _AHEAD)) >= 0:
        # A quotation that holds the whole list.
        _, until, inside = _level(text, start + 1, quote, inner=False)
        cells = _cells(start + 1, until, inside, total)
        if cells and text[cells[0][1]] == "、":
            return _sound(text, cells)
    _, stop, tokens = _level(text, start, min(end, start + _AHEAD), inner=False)
    closing = next((t.start for t in tokens if t.word in "。！？!?\n；;，,：:"), stop)
    cells = _cells(start, closing, tokens, total)
    if cells and (members := _members(text, cells, lead=False, whole=closing >= end - 1)):
        return members
    closing = next((t.start for t in tokens if t.word in "。！？!?\n"), stop)
    for marks in ("；;", "，,"):
        cells = _cells(start, closing, [t for t in tokens if t.word in marks], total, marks)
        if cells and _even([text[a:b] for a, b in cells]):
            return _sound(text, cells)
    # Clauses with the same beginning, and a clause that ends the sentence.
    cuts = [t for t in tokens if t.word in "，,；;" and t.start < closing][:total]
    if len(cuts) == total:
        cells = list(zip([start, *(t.end for t in cuts[:-1])], [t.start for t in cuts], strict=True))
        words = [text[a:b] for a, b in cells]
        if _shared(words, False) and text[cuts[-1].end : cuts[-1].end + 1] != words[0][:1]:
            return _sound(text, cells)
    if mixed and closing >= end - 1:
        cells = _cells(start, closing, tokens, total, "、，")
        # A member with a quotation is a clause of its own, no part of a list.
        if cells and "“" not in text[start:closing]:
            return _members(text, cells, lead=False, whole=True)
    return None


def _after(text: str, formula: Formula) -> list[Span] | None:
    """The members of a list behind the formula: in brackets, after a colon, 即, 包括, 是指 …"""
    total = formula.total
    if not total or total < 2 or total > MOST:
        return None
    connection = _CONNECTION.match(text, formula.outer[1])
    if connection and not (total == 2 and connection["word"] in ("是", "为")):
        return _listed(text, connection.end(), len(text), total)
    # Further on in the same sentence only after 即.
    sentence = _NAMELY.match(text, formula.outer[1])
    return _listed(text, sentence.end(), len(text), total) if sentence else None


_CLAUSE_STARTS = frozenset("。；，：！？\n ”;:")


def _echo(text: str, formula: Formula) -> list[Span] | None:
    """A list behind the formula, in its sentence, whose members all end with what it counts: 产业振兴、人才振兴 …"""
    total, counted = formula.total, formula.counted
    if not total or not 3 <= total <= MOST or not counted or len(counted) < 2:
        return None
    start = formula.outer[1]
    sentence = _SENTENCE.match(text, start)
    end = sentence.end() if sentence else start
    if text.count(counted, start, end) != total:
        return None
    cells: list[Span] = []
    at = text.find(counted, start, end)
    first = at
    for _ in range(total):
        cells.append((cells[-1][1] if cells else start, at + len(counted)))
        at = text.find(counted, at + len(counted), end)
    spans: list[Span] = []
    for a, b in cells[1:]:
        joint = _JOINT.match(text, a)
        if not joint:
            return None
        spans.append((joint.end(), b))
    begin = max(text.rfind(mark, start, first) for mark in "，；：、") + 1 or start
    opening = _first(text, (begin, first + len(counted)), [text[a:b] for a, b in spans], text[begin - 1] in "，；：")
    return _sound(text, [opening, *spans]) if opening else None


def _head(text: str, start: int, end: int) -> Span:
    """The first words behind a marker, until the clause ends."""
    _, stop, tokens = _level(text, start, min(end, start + 2 * _LONGEST_ITEM), inner=False)
    return start, next((t.start for t in tokens if t.word in _STOPS), stop)


def _mark_sets(total: int) -> Iterator[list[str]]:
    """The markers 1 … total + 1 of every kind of list."""
    for form in MARKERS:
        yield [form.format(chinese_numeral(i)) for i in range(1, total + 2)]
    for form in DIGIT_MARKERS:
        yield [form.format(i) for i in range(1, total + 2)]


def _next_mark(text: str, mark: str, start: int, end: int) -> int:
    """Where `mark` begins a clause, -1 where it does not."""
    at = text.find(mark, start, end)
    for _ in range(4):
        if at < 0 or at == 0 or text[at - 1] in _CLAUSE_STARTS:
            return at
        at = text.find(mark, at + 1, end)
    return -1


_LEADS_ON = re.compile(r"[^。！？\n]{0,24}[：:。，]\s?(?=[一第（其1])")


def _marked(text: str, formula: Formula) -> list[Span] | None:
    """The first words behind the markers 一是 … 二是 … that follow the formula in its passage, as many as it counts."""
    total = formula.total
    if not total or not 2 <= total <= MOST:
        return None
    leads = _LEADS_ON.match(text, formula.outer[1])
    if not leads or (total == 2 and leads[0].rstrip()[-1] not in "：:"):
        return None
    for marks in _mark_sets(total):
        if not text.startswith(marks[0], leads.end()):
            continue
        places, at = [leads.end()], leads.end()
        for mark in marks[1:total]:
            at = _next_mark(text, mark, at + 1, at + _FAR)
            if at < 0:
                break
            places.append(at)
        if len(places) != total or _next_mark(text, marks[total], at + 1, at + _FAR) >= 0:
            continue
        heads = [
            _head(text, place + len(mark), following)
            for place, mark, following in zip(places, marks, [*places[1:], len(text)], strict=False)
        ]
        return _sound(text, heads)
    return None


def _numerals(part: str) -> tuple[str, ...]:
    """How a part of a code in digits begins its phrase: 4 as 4, 四 or 第四; N as N or 多."""
    if not part.isdigit():
        return (part.upper(), "多", "若干")
    words = (part, chinese_numeral(int(part)))
    return (*words, "两", "双") if part == "2" else words


def _phrases(text: str, formula: Formula) -> list[Span] | None:
    """One phrase for each part of a code in digits: “123”: 一个中心、两大基地、三条走廊, behind it or before it."""
    total = len(formula.parts)
    if total < 2:
        return None

    def fitting(cells: list[Span] | None) -> list[Span] | None:
        if cells and all(
            text.startswith(_numerals(p), a) and b - a > 1 for p, (a, b) in zip(formula.parts, cells, strict=True)
        ):
            return _sound(text, cells)
        return None

    connection = _CONNECTION.match(text, formula.outer[1])
    if connection:
        start = connection.end()
        _, stop, tokens = _level(text, start, min(len(text), start + _AHEAD), inner=False)
        closing = next((t.start for t in tokens if t.word in "。！？!?\n"), stop)
        for marks in ("、", "，,", "；;", "、，；"):
            clause = next((t.start for t in tokens if t.word in _STOPS and t.word not in marks), closing)
            if members := fitting(_cells(start, clause, tokens, total, marks)):
                return members
    end = formula.outer[0]
    floor, _, tokens = _level(text, max(0, end - _BACK), end, inner=True)
    closing_word = _THE.search(text, max(floor, end - 10), end)
    stop = closing_word.start() if closing_word else end
    if text[stop - 1 : stop] == "”" and stop > floor and (quote := text.rfind("“", floor, stop)) >= 0:
        start, until, inside = _level(text, quote + 1, stop - 1, inner=False)
        return fitting(_cells(start, until, inside, total))
    marks_before = [t for t in tokens if t.word in _STOPS]
    start = marks_before[-1].end if marks_before else floor
    cells = _cells(start, stop, tokens, total)
    if cells:
        a, b = cells[0]
        places = [at for word in _numerals(formula.parts[0]) if (at := text.rfind(word, a, b)) >= 0]
        return fitting([(max(places), b), *cells[1:]]) if places else None
    return None


# --- explanations that go through passages ----------------------------------------------------------------------------

_REFERENCE = re.compile(r"“(?P<part>\d{1,2}|[NX])”(?:就?是指?|即是?|指|代表|为)[：:]?")
_PASSAGES = 12
# How many passages may stand from one marker to the next.
_BETWEEN = 5


class _Passage(NamedTuple):
    number: int
    kind: str
    text: str


class Items(NamedTuple):
    """What a formula stands for: the words, the passage, and the span of those words that stand in it."""

    words: tuple[str, ...]
    passage: int
    start: int
    end: int


def _items(passage: _Passage, spans: Sequence[Span]) -> Items:
    return Items(tuple(passage.text[a:b] for a, b in spans), passage.number, spans[0][0], spans[-1][1])


def _references(passages: Sequence[_Passage], at: int, formula: Formula) -> Items | None:
    """The explanations of a code in digits, one for each of its parts in order: “3”是指 …；“4”是指 …"""
    if len(formula.parts) < 2:
        return None
    wanted, found = list(formula.parts), list[tuple[_Passage, Span]]()
    for offset, passage in enumerate(passages[at : at + _PASSAGES]):
        start = 0 if offset else formula.outer[1]
        for reference in _REFERENCE.finditer(passage.text, start, start + _FAR):
            if reference["part"].upper() != wanted[len(found)].upper():
                return None
            found.append((passage, _head(passage.text, reference.end(), len(passage.text))))
            if len(found) == len(wanted):
                spans = [_sound(p.text, [s]) for p, s in found]
                if not all(spans):
                    return None
                first = found[0][0]
                here = [s[0] for (p, _), s in zip(found, spans, strict=True) if s and p is first]
                words = tuple(p.text[slice(*s[0])] for (p, _), s in zip(found, spans, strict=True) if s)
                return Items(words, first.number, here[0][0], here[-1][1])
    return None


def _definition(passages: Sequence[_Passage], at: int, formula: Formula) -> Items | None:
    """The passage after the head of a glossary entry, where it lists what the head counts."""
    head = passages[at].text
    entry = len(head) <= 40 and _ENTRY.fullmatch(head)
    if not entry or not (entry["mark"] and entry["colon"]) or at + 1 >= len(passages) or not formula.total:
        return None
    passage = passages[at + 1]
    if passage.kind == "heading" or not 2 <= formula.total <= MOST:
        return None
    defines = _DEFINES.match(passage.text)
    spans = _listed(
        passage.text, defines.end() if defines else 0, len(passage.text), formula.total, mixed=formula.number is None
    )
    return _items(passage, spans) if spans else None


_LEADS_OUT = re.compile(rf"{_HANS}{{0,12}}[”）]?[：:。]?\s*")


def _passages_marked(passages: Sequence[_Passage], at: int, formula: Formula) -> Items | None:
    """The passages behind the one that ends with the formula, where each begins with a marker or what it counts."""
    total, counted = formula.total, formula.counted
    if not total or not 2 <= total <= MOST or not _LEADS_OUT.fullmatch(passages[at].text, formula.outer[1]):
        return None
    colon = passages[at].text.rstrip().endswith(("：", ":"))
    rows = [[counted] * (total + 1)] if counted and len(counted) > 1 else []
    for marks in (*(_mark_sets(total) if colon or total > 2 else ()), *rows):
        places = _in_turn(passages, at + 1, marks)
        if len(places) != total or places[0] != at + 1:
            continue
        heads: list[tuple[_Passage, Span]] = []
        for place, mark in zip(places, marks, strict=False):
            text = passages[place].text
            sound = _sound(text, [_head(text, 0 if mark == counted else len(mark), len(text))])
            if not sound:
                return None
            heads.append((passages[place], sound[0]))
        first, span = heads[0]
        return Items(tuple(p.text[slice(*s)] for p, s in heads), first.number, *span)
    return None


def _in_turn(passages: Sequence[_Passage], at: int, marks: Sequence[str]) -> list[int]:
    """Where the passages stand that begin with the `marks` in turn, with a few passages between them at most."""
    places: list[int] = []
    while len(places) < len(marks):
        mark = marks[len(places)]
        near = range(at, min(len(passages), at + _BETWEEN))
        place = next((i for i in near if passages[i].text.startswith(mark)), None)
        if place is None:
            break
        places.append(place)
        at = place + 1
    return places


def _explain(passages: Sequence[_Passage], at: int, formula: Formula) -> Items | None:
    """What a formula stands for where it stands; the rules in order, the first that holds."""
    passage = passages[at]
    if formula.form == "digits":
        spans = _phrases(passage.text, formula)
        return _items(passage, spans) if spans else _references(passages, at, formula)
    for rule in (_before, _after, _echo, _marked):
        if spans := rule(passage.text, formula):
            return _items(passage, spans)
    return _definition(passages, at, formula) or _passages_marked(passages, at, formula)


# --- the table --------------------------------------------------------------------------------------------------------


def formulas(passages: pd.DataFrame, *, document: str, city: str) -> pd.DataFrame:
    """The table `formulas` of one document.

    In: its `passages` (the columns of the registry), its key and its city. Out: one row for each occurrence, in text
    order, with `text[start:end] == formula` in the passage; spans are disjoint, sentences are counted as in `figures`.
    `items` stands with the occurrence that the text explains. Where the explanation goes through several passages,
    `items_passage`, `items_start` and `items_end` give the first of them and the items that stand in it.
    """
    texts = [
        _Passage(number, str(kind), str(text))
        for number, kind, text in zip(*(passages[name].tolist() for name in ("passage", "kind", "text")), strict=True)
    ]
    found = [_find(p.text, p.kind == "heading") for p in texts]
    quoted = {
        p.text[f.start : f.end]: ""
        for p, (hits, _) in zip(texts, found, strict=True)
        for f in hits
        if f.form == "counted" and f.outer != (f.start, f.end) and _is_telling(p.text[f.start : f.end])
    }
    again = re.compile(pattern(quoted))
    rows, sentence = [], 1
    for at, (passage, (hits, free)) in enumerate(zip(texts, found, strict=True)):
        starts = [start for start, _ in split_sentences(passage.text)]
        for f in sorted([*hits, *_repeated(passage.text, again, free)]):
            items = _explain(texts, at, f)
            rows.append(
                {
                    "document": document,
                    "city": city,
                    "passage": passage.number,
                    "sentence": sentence + max(0, bisect_right(starts, f.start) - 1),
                    "start": f.start,
                    "end": f.end,
                    "formula": passage.text[f.start : f.end],
                    "form": f.form,
                    "number": f.number,
                    "counted": f.counted,
                    "items": "|".join(items.words) if items else None,
                    "items_passage": items.passage if items else None,
                    "items_start": items.start if items else None,
                    "items_end": items.end if items else None,
                }
            )
        sentence += len(starts)
    return frame("formulas", rows)
