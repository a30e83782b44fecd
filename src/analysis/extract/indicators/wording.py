"""The words that may stand between a term and its number, and what they say of time and constraint."""

from __future__ import annotations

import re

#: A figure in the text that is looked at: its characters are replaced by this one.
FIGURE = "#"


def alternatives(*lines: str) -> str:
    """The words of `lines` as alternatives, the longest first: a possessive expression keeps the first that fits."""
    return "|".join(sorted({word for line in lines for word in line.split()}, key=lambda word: (-len(word), word)))


TIME = (
    r"到?20\d\d年(?:底|末|以来|初|前)?|今年以?来?|去年|明年|全年|上半年|下半年|前(?:\d+|[一二三四五六七八九十]+)个月"
    r"|前?[一二三四]个?季度|1?\d月份?|年度|年内|当年|截至目前|目前|年末|年底|至今|[“”]"
    r"|十[二三四五六]五(?:时期|期间|末)?|(?:过去|未来|今后|这)?[一二三五]年[来间]?"
    r"|连续[\d一二三四五六七八九十]+(?:年|个?月)"
)
_LEVEL = (
    r"按?(?:不变|可比)(?:口径|价格|价)(?:计算)?|扣除(?:物价|价格)(?:上涨|变动)?因素(?:的?影响)?后?|(?:比|较)(?:上年同期|上年|去年|20\d\d年)|"
    + alternatives(
        # change
        "增长 增加 提高 提升 上升 上涨 回升 回落 下降 降低 减少 下滑 微降 微涨 负增长 增幅 增速 涨幅 降幅 增长率",
        "增长速度 涨跌幅 涨 增 降",
        # comparison
        "超 超过 突破 逾 近 约 不低于 不少于 不超过 不高于 高于 低于 不足 至少 左右 以上 以内 以下",
        # what is set, promised, kept
        "按照 按 安排 设定 确定 定 明确 控制 力争 确保 争取 预计 预期 计划 拟 将 要 有望 可望 可 努力 全力 保持 稳定",
        "稳 维持 常年 始终 一直",
        # reaching a value
        "到 至 为 达 达到 在 是 有 于 从 由 完成 实现 处于 处在 基础上 之后 稳步 率先 首次 大关 关口 成功 已 已经",
        # sum and average
        "累计 合计 总计 共 年均 平均 年 分别 依次 各 各自 均 都",
        # how it is measured
        "同比 同口径 名义 实际 初步统计 初步核算",
        # nouns of quantity
        "总量 总额 总规模 规模 总数 数量 人数 户数 套数 面积 水平 目标 指标 指数 值 幅度 区间 合理区间 范围 方面",
        # particles
        "也 又 再 仍 还 并 且 了 的 则 就",
    )
)
#: What is done with the things that are counted.
_COUNTED = alternatives(
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
#: A minus sign, or 负, right before the number: its measure is a decrease.
_SIGN = "[-－−﹣负]$"
_WORDS = rf"{_COMPARED}|{TIME}|{_LEVEL}|{_PLACES}|{_BRACKET}|{_SIGN}"
#: Right before the number, in its own part of the clause.
NEAR = re.compile(rf"[）)]?(?:{_WORDS}|{_COUNTED}|[、：])*+")
#: With another figure or a comma in between.
FAR = re.compile(rf"[）)]?(?:其中(?={TIME})|{_WORDS}|{FIGURE}|[、，：和与及])*+")
#: Behind the term in a noun that stands behind the number.
TAIL = re.compile(rf"(?:{_LEVEL}|{_COUNTED}|{_BRACKET})*+")
LISTED = re.compile("分别|依次")
GROWS = re.compile("增长|增幅|增速|涨幅|涨|增|降|下滑")

# ------------------------------------------------------------------------------------------------------------- period

AVERAGE = re.compile("年均|年平均|平均每年|每年|年递增")
CUMULATIVE = re.compile(
    r"累计(?:增长|提高|下降)|[两二三四五六七八九十]年(?:累计|共|来)?(?:增长|下降|降低|提高)|翻|倍增"
)
BASE = re.compile(r"(?:比|较)(?:(20\d\d)年|“?十[二三四五]五”?(?:时期|期间|末))[^，。；]*$")
FROM = re.compile(r"(?:从|由)[^，；。#]*$")
TO = re.compile(
    r"(?:左右|以上)?(?:增加|提高|增长|上升|提升|下降|降低|扩大|壮大|发展|跃升|减少|缩短|拓展|增|升|降|优化|调整|攀升)+(?:到|至|为)"
)
YEAR = re.compile(r"20\d\d年")
BOUND = re.compile(r"以上|以内|以下|不低于|不少于|不超过|不高于|至少|不突破|高于|超过|突破|低于|底线|只增不减")
ENSURED = re.compile(r"确保|必须|保证|务必|坚决")
ABOUT = re.compile(r"左右|上下|约|大约|大致|大体|接近|附近")
STRIVEN = re.compile(r"力争|争取|努力|冲刺|奋力")
HEADLINE = re.compile(
    r"(?:预期|主要|发展|总体|奋斗|工作|任务)?目标(?:任务)?(?:建议)?[^。；]{0,12}[是为：]|预期目标|主要目标"
)
