"""The words that formulas are told by."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...project.characters import HAN


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

#: A Chinese character.
HANS = f"[{HAN}]"


def alternatives(words: Iterable[str]) -> str:
    """The words as alternatives, the longest first."""
    return "(?:" + "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) + ")"
