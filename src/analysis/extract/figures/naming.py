"""Naming: the shortest run of the text that says what a figure measures.

In Chinese the name stands right behind a count (`8个贫困县`), else before the number behind verbs and comparators
(`全市地区生产总值年均增长5.6%`), else it is shared with the figures of the same list or sentence. The tables below list
what is stripped from either side; every word of them is general, none serves one text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .guards import guarded
from .mentions import Mention
from .units import Units

_JOINTS = frozenset(("、", "和", "与", "及", "以及", "，", "—", ":", "：", "∶"))
_BREAK = "，。；：:∶！？\n"
_TO_BREAK = re.compile(f"(?s:.*)[{_BREAK}]")
# To the next break or 、, or to a bracket that closes without opening.
_TO_ITEM_BREAK = re.compile(f"[^{_BREAK}、（）]*(?:（[^{_BREAK}、]*)?")

# What stands between a name and its number: comparators, verbs of level and change, adverbs, particles.
_TRAIL = re.compile(
    guarded(
        r"(?<![签合节预])约为?|大约|(?<!附)近|接近|将近|超过?|突破|逾|不足|不到|不低于|不少于|不超过|不高于|低于|高于|至少|高达|多达|左右|达到?了?|达成|为|是|(?<![国所])有|(?<!公)共有?|总共|一共|合计|共计|累计|(?<![人平])均|都|各"
        r"|已|也|又|再|还|仅|就|只|则|且|并|约|增长到?了?|增加到?了?|提高到?了?|提升到?了?|提升至|提高至|增长至|增加至|上升到?|上升至|上涨|下降到?了?|下降至|降低到?了?|降低至|降至|降到|减少到?了?|减少至|缩短至|缩短|扩大到?|扩大至"
        r"|增至|升至|跃升至|跃升到|增|压减|减|微降|降|惠及|完成|实现|保持在?|稳定在|维持在|控制在|分别|同比|年均|平均|较上年|比上年|比去年|较去年|比\d{4}年|较\d{4}年|上年|去年|环比|名义|实际|可比口径"
        r"|位居|位列|居于?|列|排名|排位|名列|跃居|升到|前移至|综合|全省|全国|西北|西部|中部|中西部|西南|东北|全球|世界|亚洲|国内|省内|全市的?|前列|增速|首次|连续|蝉联|荣获|获得|获|持续|不断|从|由|自|到|至|(?<!存)在|于|用[了去掉]?|(?<!内)需|历时"
        r"|了|的|和|(?<!参)与|(?<!普)及|以及|、|“|‘|”|’|：|，|其中|每年|当年|全年|年|力争|确保|争取|预计|计划|将|(?<!主)要|可|(?<!所)以|按|“|规模达|总数达|数量达|迈上|跨上|突破了|超额|提前|净|新|稳|处[于在]|花了?|耗时|用时|(?:同比|比上年|比去年)[多少]|同口径|之后|有望|每月|每天|每日|相当于"
        r"|[一二两三四五六七八九十\d]+年|\d{4}年|基础上|达产后|覆盖|发展到|壮大到|集聚|拥有|占到?|幅度"
    )
    + "$"
)
# What stands before a name: time expressions, places of the report, verbs of doing, adverbs.
_LEAD = re.compile(
    guarded(
        r"仅|[，。；：、“”‘’）)]|(?:到|至|截至|截止|在|于|自|从)?\d{4}年(?:底|末|以来|初|前)?|今年以?来?|去年以?来?|明年|全年|近年来|五年来|一年来|目前|当前|截至目前|上半年|下半年|[一二三四]季度|前\d+个月"
        r"|\d{1,2}月(?:份|\d{1,2}日)?|年度|每年|近?[一二三四五六七八九十两\d]+年[来间]?|累计|已经?|共(?!建|享|同)|先后|相继|同时|其中|并且?|还|也|又|均|均已|都|将|要|再|以及|和(?!美|谐)|与|及|即|则|对(?!非|外|口)|把|将|让|使|为|由|从|在|向|以(?!旧|工|奖|竹|上)|于|按|按照|根据|通过|依托|围绕"
        r"|全市(?=[^\u4e00-\u9fff]|.{3})|我市|我省|全省|我们|该市|该省|本市|全区|各地|当地|力争|确保|争取|预计|计划|努力|实现了?|完成了?|达到|突破|超过|推动|推进|加快|大力|积极|深入|全面|全力|持续|不断|扎实|有序|高标准(?=[建推打做实开落])|高质量(?=[建推打做实开落完])|高水平(?=[建推打做实开])|统筹|稳步|着力|切实|进一步|加大|加强|强化"
        r"|新建(?!成)|新建成|续建|扩建|改扩建|新改扩建|改造新建|新建改造|新增|净增|新添|建成投用|建成了?|建设了?|建立了?|建起|打造了?|形成了?|培育了?|培育壮大|发展壮大|培养了?|引进了?|引进落地|引育|柔性引进|引入|吸引了?|吸纳|集聚|汇聚"
        r"|实施了?|开展了?|举办了?|承办|组织|组建了?|设立了?|成立了?|创建了?|创办|开办|开设|开通|推出|出台了?|制定了?|发布|修订|启动|开工建设|开工|谋划|规划建设|规划|布局|储备(?!粮|林)|签约(?!额|金)|签订|落地|落实|投入了?|投放|投资建设|安排|拨付|下达|发放了?|兑现|拿出|筹措|筹集|争取到?|兑现的|撬动|带动|拉动|帮助|为"
        r"|改造升级|升级改造|改造提升|改造|提升|修复|恢复|治理(?!率|面)|整治|拆除治理|拆除|清理|处置|盘活|腾挪|释放|化解|解决|淘汰|关停|关闭|压减|减少|减轻|降低|新增|增加|扩大|修建|修缮|维修|筹建|购置|配备|配置|采购|更新|栽植|种植|收储|生产(?!总值|者|安全)|销售(?!额|收)|出口(?!额|总)|进口(?!额|总|货)|接待(?!游)|服务(?!业|贸|收|进)|惠及|覆盖(?!率|面)|受益|培训|招聘|聘请|选派|选聘|评选|评定|认定|授予|获评|获批|获得|获|荣获|斩获|入选|跻身|进入|列入|登记(?!失)|办理|办结|受理|查处|破获|开发(?!区)|保护(?!区)|安置(?!房)|转移(?!支付)|分流|拥有|现有|共有|下设|建有|设有|聚集|汇集|运营|投运|投用|投产|实有|带动了?|帮扶|免费|探索|支持|入驻|新办|新认定|新引进|新签约|新开工"
    )
)
# Verbs inside a clause: what is measured stands behind the last of them.
_INNER = re.compile(
    guarded(
        r"了(?!解)|减轻|对接|签订|选派|惠及|带动|组建|建成|新建|新办|开办|投放|引进|实施|完成|配置|组织|入驻|吸引|吸纳|包含|累计|筹措|发放|申报|获批|培育|招引|打造|举办|建立|设立|认定|拨付|争取|拥有|新增(?!就业|城镇就业)|改造(?=老旧|棚户|农村|危)"
    )
)
_VERB = re.compile(
    r"[和与及]?(?:建设|建成|新建|改造|完成|实施|开展|投入|拿出|安排|引进|培育|培养|吸引|推进|加强|提升|提高|发放|投放|带动|实现|达到|新增|累计|举办|组织|修复|治理|选聘|聘请|创建|成立|打造|形成|建立|配置|盘活|释放|腾挪|完善|解决|处置|化解|时间|生产|签约|开工|落地|规划|谋划|运营|用时|其中|平均|这里|方面|以及|确保|力争|续建|新建续建|转化|引进转化|升级改造|调整|整合|发展|压缩|开行|输出|发生|优化整合|连续多年?)"
)
_COMPARISON = re.compile(
    guarded(
        r"(?:较|(?<![对占])比(?=[“\d去上年全同]))|是(?=“十|[一二三四五十]年前|\d{4}年)|快于|(?<!不)(?:高于|低于)(?=[^\d])|超年度"
    )
    + "[^，。；、]*$"
)
# Behind a number: the verb that goes on to a second number, or the word for a mark that was passed.
_CHANGES_TO = re.compile(
    f"(?:{guarded('优化|整合|调整|发展|壮大|加|增加|增长|增|提升|提高|跃升|上升|升|扩大|拓展|下降|降低|降|减少|缩小|缩短|压减|压缩|扩展|延长')})+"
    r"(?:至|到|为)(?:近|超过?|约)?$"
)
_GOES_ON = re.compile(
    r"(?:（[^（）]{1,4}）)?(?:以上|以下|左右|以内)?的?(?:增加|增长|提升|提高|上升|下降|降低|减少|扩大|缩小|缩短|压减)?"
)
_MARK = re.compile(r"(?:大关|台阶|关口|门槛|考验)")
# Where a name behind a number ends: verbs and adverbs that go on with the sentence.
_CUT = re.compile(
    guarded(
        r"当年|获(?!得感|批)|荣获|列入|挂牌|参照|立起|消除|追回|解决了|住上|远离|降至|退出|就读|接受|未造成|相继|圆满|向全国|因(?!素)|保持|稳定在|维持|处[在于]|今年|去年|明年|全部|全面|(?<!平)均|都|已|共(?!产|青|同|享|建|体)|累计|分别|达到|创建|跻身|先后|进入|入选|受益|实现|完成|建成|组建|对接|挂职|担任|建立|设立|开设|打造|培育|引进|新增|发放|投产(?!项目)|开工(?!项目)|签约(?=[，、]|$)|落地|落户|通过|超过|突破|增长(?!点|方案)|下降|提高|位居|用于|参加|参与|享受|开展|纳入|投入|上线"
        r"|被|成功|带动|得到|成为|获得|获评|获批|顺利|正在|正式|加快|以及|并(?!购|网)|和(?=\d)|到(?!户|村|岗|位)|为(?!民)|将|在(?!建|线|校|职|读)|从|等(?!级|各类)|约(?!束)|超"
    )
    + "|近?$"
)
_GENERIC = re.compile(
    r"(?:总投资额?|投资总额|计划投资|计划总投资|投资额?|投入|总额|资金|总量|总数|数量|规模|面积|总面积|产值|总产值|产量|总产量|产能|年产|年产能|金额|总值|长度|里程|总里程|人数|总规模|建筑面积|装机|装机容量|余额|签约额|总签约额|合同额|销售额|成交额|容量|能力)$"
)
_EMPTY = re.compile(r"时间|之内|以来|左右|多|期间|上|中|内|后|前|来|间|里|的时间|时间里?")


@dataclass(frozen=True, slots=True)
class Place:
    """One mention in its sentence: `before` from the last break or figure to the number, `wide` the same without a
    break at 、, `gap` all since the figure before, `behind` from the number to the next break or figure."""

    mention: Mention
    before: str
    wide: str
    gap: str
    behind: str
    joined: bool


def places(text: str, mentions: list[Mention], starts: list[int], reach: int = 60) -> list[Place]:
    """The surroundings of the `mentions` of one text; `starts[i]` is where the sentence of mention i begins.

    `joined` says that only 、 和 与 及 stand between a mention and the one before it.
    """
    found, last = [], 0
    for i, m in enumerate(mentions):
        floor = max(starts[i], m.start - reach, last)
        broken = _TO_BREAK.match(text, floor, m.start)
        clause = broken.end() if broken else floor
        item = text.rfind("、", clause, m.start) + 1 or clause
        stop = mentions[i + 1].start if i + 1 < len(mentions) else len(text)
        tail = _TO_ITEM_BREAK.match(text, m.end, min(stop, m.end + 30))
        assert tail is not None
        gap = text[last : m.start] if i and last >= starts[i] else None
        joined = gap is not None and gap.strip("“”‘’") in _JOINTS
        found.append(Place(m, text[item : m.start], text[clause : m.start], gap or "", tail[0], joined))
        last = m.end
    return found


def strip_before(words: str) -> str:
    """The name in the words before a number: `全市地区生产总值年均增长` → `地区生产总值`."""
    words = _strip_trail(_COMPARISON.sub("", _outside_brackets(words)))
    while (lead := _LEAD.match(words)) and len(words) - lead.end() > 1:
        words = words[lead.end() :]
    for inner in reversed(list(_INNER.finditer(words, 1))):
        rest = words[inner.end() :]
        if len(rest) > 1 and not _GENERIC.fullmatch(rest):
            words = rest
            break
    words = words.strip("“”‘’《》、，：:∶的了")
    if "”" in words and "“" not in words:
        words = "“" + words
    return words if len(words) > 1 and not _VERB.fullmatch(words) else ""


def _outside_brackets(words: str) -> str:
    """`words` from behind a bracket that closes without opening, or before one that opens without closing."""
    opening, closing = words.rfind("（"), words.rfind("）")
    if opening > closing:
        return words[opening + 1 :]
    if closing >= 0 and (opening < 0 or closing - opening > 10):
        return words[closing + 1 :]
    return words


def _strip_trail(words: str) -> str:
    while words and (trail := _TRAIL.search(words, max(0, len(words) - 8))):
        words = words[: trail.start()]
    return words


def strip_behind(words: str) -> str:
    """The name in the words behind a number: `贫困村全部出列` → `贫困村`."""
    if _CHANGES_TO.match(words) or _MARK.match(words):
        return ""
    begin = _GOES_ON.match(words)
    words = words[begin.end() :] if begin else words
    bracket = words.find("（")
    words = words[:bracket] if bracket >= 0 and "）" not in words else words
    cut = _CUT.search(words)
    words = words[: cut.start()] if cut else words
    particle = words.find("的", 2)
    words = words[:particle] if particle > 0 else words
    words = words[:-1] if words.endswith(("的", "和", "与", "及", "或")) else words
    return "" if not words.strip("“”‘’") or _EMPTY.fullmatch(words) else words


_TAIL = re.compile(
    r"(?:居民)?(?:人均可支配)?(?:增加值|总产值|产值|产量|收入|建成区面积|面积|标准|零售额|普及率|覆盖率|比例|比重)$"
)


def _shared_list(place: Place, count: int) -> list[str] | None:
    """The `count` names of `城市绿地率、绿化覆盖率分别达`, or None where the words hold another number of names."""
    head, mark, _ = place.wide.rpartition("分别")
    if not mark:
        return None
    head = _strip_trail(head)
    for marks in (r"、", r"、|和", r"、|以及|和|与|(?<!普)及(?!其|相关)"):
        names = [n for n in (part.strip("“”") for part in re.split(marks, head)) if n]
        if len(names) == count:
            names[0] = strip_before(names[0]) or names[0]
            return _with_common_tail(names)
    return None


def _with_common_tail(names: list[str]) -> list[str]:
    """`城镇、农村居民收入` → `城镇居民收入`, `农村居民收入`: the last name lends its tail to those that have none."""
    tail = _TAIL.search(names[-1])
    if tail is None:
        return names
    return [n if n[-1] in "率额值量入积准例重数" else n + tail[0] for n in names[:-1]] + names[-1:]


def _group(found: list[Place], at: int) -> int:
    """The number of figures in the list that begins with figure `at`."""
    stop = at + 1
    while stop < len(found) and found[stop].joined and found[stop].mention.kind == found[at].mention.kind:
        stop += 1
    return stop - at


_IN_A_ROW = re.compile(r"连续(?:近|超过?)?$")


def _own(place: Place, units: Units) -> str:
    """The name that stands beside one number, or nothing."""
    unit = units.rows.get(place.mention.unit)
    before = strip_before(place.before)
    if place.mention.kind in ("rank", "streak", "double"):
        return before
    if unit is not None and unit.dimension == "time" and (row := _IN_A_ROW.search(place.before)):
        before = strip_before(place.before[: row.start()])
        if before:
            return before
    behind = strip_behind(place.behind)
    if unit is not None and unit.dimension == "length" and len(behind) > 2:
        behind = behind[1:] if behind[0] in "厚长宽深" else behind
    counts = unit is None or unit.dimension == "count"
    if counts:
        return behind or before
    if unit is not None and unit.dimension in ("share", "multiple") or not behind:
        return before or behind
    return before + behind if before and _GENERIC.search(before) else behind


def name_figures(text: str, found: list[Place], starts: list[int], units: Units) -> list[str]:
    """The indicator of each figure, in order; "" where the sentence and the one before it name nothing."""
    names: list[str] = []
    lists: dict[int, str] = {}
    for i, place in enumerate(found):
        if i in lists:
            names.append(lists[i])
            continue
        if "分别" in place.wide and not place.joined:
            count = _group(found, i)
            shared = _shared_list(place, count)
            if shared is None and count > 1 and not strip_before(place.wide) and i >= count:
                shared = names[i - count : i]
            if shared and count > 1:
                lists.update(zip(range(i, i + count), shared, strict=False))
                names.append(lists[i])
                continue
        name = _own(place, units)
        if not name and i and starts[i] == starts[i - 1]:
            name = _ahead(found, i, units) or names[i - 1]
        if not name:
            name = _ahead(found, i, units) or _clause_before(text, starts[i], place.mention.start)
        names.append(name)
    return names


def _ahead(found: list[Place], at: int, units: Units) -> str:
    """`10053户、23440人脱贫`: the first figure takes the name behind the next one of its list."""
    if at + 1 < len(found) and found[at + 1].joined and not found[at].joined:
        return strip_behind(found[at + 1].behind)
    return ""


def _clause_before(text: str, start: int, at: int) -> str:
    """The name in the nearest clause of the sentence before `at` that has one."""
    clauses = re.split(r"[，；：、]", text[max(start, at - 80) : at])
    for clause in reversed(clauses[:-1] or clauses):
        name = strip_before(clause)
        if name:
            return name[-24:]
    return ""
