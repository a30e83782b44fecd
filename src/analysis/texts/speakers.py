"""Speakers: who says a paragraph, going by its label and by how the text introduces people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..project.characters import HAN
from .characters import LABEL, Line

SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎闫余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂"
    "丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲游阳裴席卫查屈鲍覃霍翁隋甘景包司柏宁柯阮桂闵柴冉房边辜吉"
    "饶刁瞿戚丘古米池滕晋苑邬臧宫苟褚廉娄盖符奚穆党燕郎邸冀姬屠郜晏栾郁蒙喻窦迟敖鄢冷卓仇艾蓝巩井仲乐虞卞封竺冼楚佟栗匡宗巫鞠桑荆谌"
    "伏岑习胥蔺骆权麦慕帅尚宿占邰班种都信相"
)
COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "司徒", "令狐", "皇甫", "尉迟", "东方", "慕容", "夏侯", "公孙")
#: Words that start like a name and are none.
NO_NAMES = re.compile(
    "高度|高兴|高新|高质|高标|解释|有关|关于|关键|安全|安排|方面|方法|方案|方式|项目|文化|文旅|金融|金属|江苏|江西|江河|党建|党委|管理|石油|石化"
    "|林业|林草|温度|时间|白酒|常态|常务|相关|信息|信用|种植|种子|种业|权力|权利|尚未|占比|都市|古城|古镇|米业|边境|边界|房屋|房地|包括|包含|查处"
    "|费用|盛产|游客|景区|路网|齐心|乐业|宗旨|祝愿|谷物|康养|和|车间|车辆|余项|万元|万亩|万吨|万人|万户|千|向好|向上|单位|全市|全省|全县|成果"
)
_NO_NAME_ENDS = re.compile("(?:方面|工程|产业|领域|行业|目标|任务|[业性省市县州率量额区])$")

_OFFICE = (
    "书记|市长|省长|县长|区长|州长|盟长|旗长|镇长|乡长|主席|主任|局长|部长|秘书长|院长|厅长|司长|处长|科长|会长|校长|行长|站长|队长|台长|所长|"
    "董事长|总经理|总裁|理事长|检察长|总编辑|负责人|发言人|常委|委员|巡视员|调研员|研究员|教授|院士|专家|组长|专员"
)
_OFFICE_END = re.compile(f"(?:{_OFFICE})$")
_OFFICE_NAME = re.compile(rf"(?P<role>.{{0,24}}(?:{_OFFICE}))(?P<name>[{HAN}·]{{2,12}})$")
_ROLE_START = re.compile(
    "中共|省委|市委|县委|区委|州委|旗委|盟委|党委|党组|自治区|自治州|省人民政府|市人民政府|省政府|市政府|县政府|省人大|市人大|省政协|市政协|"
    "常务|代理|代省长|代市长|代县长|副|市长|省长|县长|区长|主席|书记|主任|政法委|组织部|宣传部|统战部"
)
_ROLE_RUN = re.compile(rf"(?:[{HAN}]{{0,14}}(?:{_OFFICE})、){{0,4}}[{HAN}]{{0,14}}?(?:{_OFFICE})(?![委长])")
_ASKERS = "记者|主持人|网友|提问者|采访者|观众|听众|市民"
_ASKER = re.compile(rf"[^、]{{0,12}}(?:{_ASKERS})$")
_PRESS = re.compile(rf"(?P<medium>.{{2,24}})记者(?P<name>[{HAN}·]{{2,6}})?$")
_MEDIA = re.compile(
    "(?:日报|晚报|早报|晨报|时报|商报|都市报|导报|青年报|新闻网|新闻社|通讯社|新华社|新华网|人民网|中国网|中新社|中新网|央视网?|电视台|广播电台|总台|"
    "财经|周刊|杂志|客户端|在线|新闻|[网报台社])$"
)
ASKS = re.compile("[？?]|请问|请您?|想了解|想问")
NO_LABEL = re.compile("^(?:各位|诸位|亲爱|尊敬|女士|先生|同志)")
_NO_ASKING = re.compile("(?:请|试|学|顾|访|慰|疑|质|反|设|自|不)问$")


class Label(NamedTuple):
    """Who a paragraph's label says is speaking; `prefix` is what of the label is no label."""

    kind: str
    speaker: str | None
    role: str | None
    prefix: str = ""


def _is_name(text: str) -> bool:
    """Whether `text` can be a person's name: a known surname and one or two characters, or parts joined by `·`."""
    if "·" in text:
        return all(1 < len(part) <= 6 for part in text.split("·")) and len(text) <= 12
    if NO_NAMES.match(text):
        return False
    return (2 <= len(text) <= 3 and text[0] in SURNAMES) or (3 <= len(text) <= 4 and text.startswith(COMPOUND_SURNAMES))


def _split_office(label: str) -> tuple[str, str] | None:
    """`市长甲某` as (`市长`, `甲某`), or None."""
    match = _OFFICE_NAME.match(label)
    if not match or not _is_name(match["name"]):
        return None
    return match["role"], match["name"]


def introduced(lines: Sequence[Line]) -> dict[str, str]:
    """Names that the text introduces with an office, such as `副市长甲某、乙某`, with that office.

    Where a name ends is not marked, so that each possible reading of it is listed.
    """
    found: dict[str, str] = {}
    for _, text in lines:
        for match in _ROLE_RUN.finditer(text):
            start = _ROLE_START.search(match[0])
            role = match[0][start.start() :] if start else match[0]
            for name in _names_after(text, match.end()):
                found.setdefault(name, role)
    return found


_NAME_LIST = re.compile(rf"[{HAN}·]{{2,12}}(?:、[{HAN}·]{{2,12}}){{0,5}}")


def _names_after(text: str, start: int) -> Iterator[str]:
    """Every reading of the names that follow an office which ends at `start`."""
    run = _NAME_LIST.match(text, start)
    for element in run[0].split("、") if run else ():
        if not any(_is_name(element[:size]) for size in (2, 3, 4)):
            return
        if "·" in element:
            yield element
        yield from (element[:size] for size in (2, 3, 4) if len(element) >= size and _is_name(element[:size]))


def asker(label: str, rest: str) -> Label | None:
    """The label of a question: `问`, `记者`, `某报记者`, a medium before a question."""
    if label in ("问", "Q"):
        return Label("question", None, None)
    asked = re.sub("(?:提问|发问|追问|问)$", "", label)
    if _ASKER.fullmatch(asked) and asked in _ASKERS.split("|"):
        return Label("question", None, asked)
    press = _PRESS.fullmatch(asked)
    if press and press["name"] is None:
        return Label("question", press["medium"], "记者")
    if press and _is_name(press["name"]):
        return Label("question", press["name"], press["medium"] + "记者")
    host = re.fullmatch(rf"(主持人|记者)([{HAN}·]{{2,6}})", asked)
    if host and _is_name(host[2]):
        return Label("question", host[2], host[1])
    if _ASKER.fullmatch(asked) and asked != label:
        return Label("question", None, asked)
    if 2 < len(label) <= 20 and _MEDIA.search(label) and (ASKS.search(rest) or re.search("记者|提问", rest[:20])):
        return Label("question", label, "记者")
    if label.endswith("问") and len(label) <= 6 and not _NO_ASKING.search(label):
        return Label("question", None, None, label[:-1])
    return None


def answerer(label: str, known: Callable[[], dict[str, str | None]], after_question: bool, qa: bool) -> Label | None:
    """The label of an answer: `答`, `市长甲某`, a bare name that is known or that follows a question."""
    if label in ("答", "A", "回答"):
        return Label("answer", None, None, label[:-1] if len(label) > 1 else "")
    named = _split_office(label)
    if named:
        return Label("answer", named[1], named[0])
    name = label.removesuffix("答")
    if _is_name(name):
        if name in known() or name != label:
            return Label("answer", name, known().get(name))
        if after_question and not _NO_NAME_ENDS.search(name):
            return Label("answer", name, None)
    if qa and len(label) <= 20 and _OFFICE_END.search(label):
        return Label("answer", None, label)
    return None


def may_be_speech(text: str) -> bool:
    """Whether a line starts with a speaker's label in whatever surroundings."""
    match = LABEL.match(text)
    if not match:
        return False
    return (asker(match[1], text[match.end() :][:2000]) or answerer(match[1], dict, True, True)) is not None


_SIGNATURE = re.compile(rf"(?P<role>[{HAN}（）]{{0,24}}(?:{_OFFICE}))\s?(?P<name>[{HAN}·]{{2,12}}|[{HAN}] [{HAN}])")
_DATED_NAME = re.compile(rf"[（(].{{4,16}}日[ ，,]?(?P<name>[{HAN}]{{2,4}})[）)]$")
_GIVES_REPORT = re.compile(
    rf"(?P<role>[{HAN}]{{0,14}}(?:{_OFFICE}))(?P<name>[{HAN}]{{2,3}}?)(?:代表|向|在|作)[^。]{{0,40}}作[^。]{{0,10}}报告"
)
_REPORT = re.compile("工作报告|情况的报告|各位代表")


def report_speaker(lines: Sequence[Line], head: int) -> tuple[int, str, str | None] | None:
    """Who gives a report: index of the line that says so, name, office. None for other texts."""
    top = lines[: head + 1]
    if not any(_REPORT.search(text) for _, text in top):
        return None
    for i, (_, text) in enumerate(lines[:head]):
        match = _SIGNATURE.fullmatch(text)
        # A space before it marks a name well enough where it has no Chinese surname.
        if match and (_is_name(match["name"].replace(" ", "")) or (" " in text and len(match["name"]) <= 4)):
            return i, match["name"].replace(" ", ""), match["role"]
    for i, (_, text) in enumerate(lines[:head]):
        if i and 2 <= len(text.replace(" ", "")) <= 4 and _is_name(text.replace(" ", "")):
            return i, text.replace(" ", ""), None
    for i, (_, text) in enumerate(lines[: head + 2]):
        match = _GIVES_REPORT.search(text[:400])
        if match and _is_name(match["name"]):
            start = _ROLE_START.search(match["role"])
            return i, match["name"], match["role"][start.start() :] if start else match["role"]
    for i, (_, text) in enumerate(lines[:head]):
        match = _DATED_NAME.search(text)
        if match and _is_name(match["name"]):
            return i, match["name"], None
    return None
