"""Cleaning: the text as published becomes passages, and every loss is put on record.

`clean(text)` returns two tables of the registry, `passages` and `removals`. The way of a text:

1. characters, line by line: one-to-one maps (`CHARACTER_MAPS`), invisible characters, stray spaces;
2. furniture of scraped pages, by the rules of `FURNITURE`, and notes on pictures at a line's end;
3. lines that a page broke in the middle of a sentence are joined again (`_continues`);
4. structure: headings, questions, answers, speakers.

What is not recorded in `removals`, because nothing is lost: the one-to-one maps, indents and blank lines, line breaks
that were joined, and speakers' labels, which become the columns `speaker` and `role`.

Everything is linear in the length of the text: patterns have bounded repeats, and no line is looked at more often than
a fixed number of times.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from ..project.registry import frame

HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff〇"
END_MARKS = "。！？!?"
CLOSERS = "”’」』）)】》〉\"'"
# A line that ends in one of these was not cut off in mid-sentence and is not a heading.
CLOSED = "。！？；：，、…!?;:,"
# No sentence starts with one of these: a line that does belongs to the line before.
CONTINUERS = "，。；：、！？”’）》」』〉%‰…,;:?!"

# A line of so many characters is long: too long for a heading, long enough to have been broken off by its page.
LONG_LINE = 60

_HAN = re.compile(f"[{HAN}]")
# What may be a speaker's label at the start of a paragraph.
_LABEL = re.compile(rf"([{HAN}A-Za-z][^\s:：，。；！？,;!?“”《》（）()—]{{0,29}})[:：]\s?")


class Line(NamedTuple):
    """One line of text with its number in the raw file."""

    number: int
    text: str


class Removal(NamedTuple):
    """One loss: the line, the rule that took it and what it took."""

    line: int
    rule: str
    text: str


# --- 1. characters ----------------------------------------------------------------------------------------------------

#: One-to-one maps, not recorded in removals: what they take, what they give.
CHARACTER_MAPS = (
    ("full-width digits and letters", "０-９ Ａ-Ｚ ａ-ｚ", "0-9 A-Z a-z"),
    ("full-width percent sign", "％", "%"),
    ("full-width point between two digits", "．", "."),
    ("half-width marks beside Chinese, not between digits or in Latin", ", : ; ? !", "，：；？！"),
    ("half-width brackets that hold Chinese", "( )", "（）"),
    ("radicals and compatibility forms, as PDF copies have them", "⽤ 樂", "用 樂"),
    ("any other white space than a line break", "U+00A0 U+3000 tab …", "one space"),
)

_BREAKS = re.compile(r"\r\n|\r|\n")
# Breaks that editors do not count as lines.
_INNER_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_ENTITY_SPACE = re.compile(r"&(?:nbsp|ensp|emsp|#160|#12288);")
_ASCII_MARKS = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}


def _one_to_one() -> dict[int, str]:
    """The context-free part of CHARACTER_MAPS as a table for str.translate."""
    table = {ord("％"): "%"}
    for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ")):
        table |= {code: chr(code - 0xFEE0) for code in range(ord(first), ord(last) + 1)}
    for start, stop in ((0x2F00, 0x2FD6), (0xF900, 0xFADA)):
        for code in range(start, stop):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1:
                table[code] = plain
    return table


_MAP = _one_to_one()
# To search for what is mapped takes a tenth of the time of mapping, and most lines have nothing of it.
_MAPPED = re.compile(f"[{re.escape(''.join(map(chr, _MAP)))}]")


@lru_cache(maxsize=4096)
def _is_invisible(char: str) -> bool:
    """Control, format, surrogate, private-use and unassigned characters; white space is not among them."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") and not char.isspace()


_ODD = re.compile(r"[^ -~" + HAN + "，。、；：？！“”‘’（）《》〈〉【】—…·％０-９　]")


def _drop_invisible(text: str) -> tuple[str, str]:
    """`text` without invisible characters, and those characters."""
    taken: list[str] = []

    def drop(match: re.Match[str]) -> str:
        if _is_invisible(match[0]):
            taken.append(match[0])
            return ""
        return match[0]

    return _ODD.sub(drop, text), "".join(taken)


_BRACKET = re.compile(r"[()]")


def _map_brackets(text: str) -> str:
    """Half-width brackets around Chinese as full-width ones; a lone bracket follows its neighbours."""
    places = [match.start() for match in _BRACKET.finditer(text)]
    if not places:
        return text
    out, lone = list(text), []
    open_at: list[tuple[int, int]] = []  # where a bracket was opened, and how many stretches with Chinese came before
    chinese = last = 0
    for place in places:
        chinese += _HAN.search(text, last, place) is not None
        last = place + 1
        if text[place] == "(":
            open_at.append((place, chinese))
        elif not open_at:
            lone.append(place)
        else:
            start, before = open_at.pop()
            if chinese > before:
                out[start], out[place] = "（", "）"
    for place in lone + [place for place, _ in open_at]:
        if _HAN.match(text[max(0, place - 1) : place]) or _HAN.match(text, place + 1):
            out[place] = "（" if text[place] == "(" else "）"
    return "".join(out)


_MARK_RUN = re.compile(r"[,:;?!](?:[,:;?!\s]*[,:;?!])?")


def _map_marks(text: str) -> str:
    """Half-width marks as full-width ones where Chinese stands on either side, never between two digits or in Latin."""

    def beside(char: str) -> bool:
        return char != "" and (not char.isascii() or char == "%")

    def swap(match: re.Match[str]) -> str:
        start, end = match.span()
        while start > 0 and text[start - 1] == " ":
            start -= 1
        while end < len(text) and text[end] == " ":
            end += 1
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (beside(before) or beside(after)) or (before.isdigit() and after.isdigit()):
            return match[0]
        return "".join(_ASCII_MARKS.get(char, char) for char in match[0])

    return _MARK_RUN.sub(swap, text)


_ODD_SPACE = re.compile(r"[^\S ]")
_SPACES = re.compile(r"\s+")
_SPACED_QUOTE = re.compile("“[^“”]{3,80}”")
_WIDE_POINT = re.compile(r"．(?<=\d．)(?=\d)")
_SPLIT_DECIMAL = re.compile(rf"(?<=[{HAN}])(\d{{1,6}}) ?\. ?(\d{{1,4}})(?=[%万亿个])")


def _is_title_like(text: str) -> bool:
    """A short line without a closing mark: a title, heading or signature, where a space parts two members.

    Labels do not count, so that a paragraph fares the same with and without its speaker.
    """
    if text[-1:] in CLOSED or len(text) > 4 * LONG_LINE:
        return False
    while match := _LABEL.match(text):
        text = text[match.end() :]
    return len(text) <= LONG_LINE


def _keeps_space(text: str, start: int, end: int, quotes: Sequence[tuple[int, int]], title: bool) -> bool:
    """Whether the white space text[start:end] means something.

    It does between Latin words, between the members of a slogan in quotation marks and between those of a title; in a
    title two characters that both stand alone are one spaced-out word.
    """
    left, right = text[start - 1], text[end]
    if left.isascii() and right.isascii():
        return not (left.isdigit() and right == "%")
    if not (_HAN.match(left) and _HAN.match(right)):
        return False
    if any(a < start and end < b for a, b in quotes):
        return True
    if not title:
        return False
    left_alone = start < 2 or text[start - 2].isspace()
    right_alone = end + 1 >= len(text) or text[end + 1].isspace()
    return not (left_alone and right_alone)


def _close_up(text: str) -> tuple[str, str, str]:
    """`text` without stray spaces, the stray spaces, and those that split a decimal number."""
    if " " not in text:
        return text, "", ""
    title = _is_title_like(text)
    quotes = [
        match.span()
        for match in _SPACED_QUOTE.finditer(text)
        if all(len(part) >= 3 and _HAN.match(part) for part in match[0][1:-1].split())
    ]
    out, taken, last, ahead = [], [], 0, 0
    for match in _SPACES.finditer(text):
        start, end = match.span()
        while ahead < len(quotes) and quotes[ahead][1] <= start:
            ahead += 1
        keep = _keeps_space(text, start, end, quotes[ahead : ahead + 1], title)
        out += [text[last:start], " " if keep else ""]
        taken.append(match[0][1:] if keep else match[0])
        last = end
    out.append(text[last:])
    text = "".join(out)
    inside: list[str] = []

    def mend(match: re.Match[str]) -> str:
        inside.append(" " * match[0].count(" "))
        return f"{match[1]}.{match[2]}"

    text = _SPLIT_DECIMAL.sub(mend, text)
    return text, "".join(taken), "".join(inside)


def _normalise(number: int, raw: str) -> tuple[str, list[Removal]]:
    """One line with its characters in order, and what was taken from it."""
    removals = []
    text = _ENTITY_SPACE.sub(" ", raw)
    if len(text) != len(raw):
        removals.append(Removal(number, "entity_space", " ".join(_ENTITY_SPACE.findall(raw))))
    text, invisible = _drop_invisible(text.translate(_MAP) if _MAPPED.search(text) else text)
    if invisible:
        removals.append(Removal(number, "invisible", " ".join(f"U+{ord(char):04X}" for char in invisible)))
    text = _ODD_SPACE.sub(" ", text).strip()
    strays, insides = "", ""
    # Marks look at their neighbours, and a space that goes gives them new ones.
    for _ in range(4):
        text = _map_marks(_map_brackets(_WIDE_POINT.sub(".", text)))
        text, stray, inside = _close_up(text)
        strays, insides = strays + stray, insides + inside
        if not (stray or inside):
            break
    if strays:
        removals.append(Removal(number, "stray_space", strays))
    if insides:
        removals.append(Removal(number, "space_in_number", insides))
    return text, removals


# --- 2. furniture -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Furniture:
    """One rule of page furniture: `takes` says what it is, any of `patterns` must match.

    Zones: `any` line; lines of the `head`, before the first sentence of the body; of the `tail`, after its last
    sentence; of both `ends`; `rest`, a line of the tail that takes all that follows with it; `run`, the end of a line.
    All but `run` must match a whole line, spaces left out.
    """

    name: str
    zone: str
    takes: str
    patterns: tuple[str, ...]


_DAY = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_CLOCK = r"\d{1,2}[:：]\d\d(?:[:：]\d\d)?"
_SOURCE = r"(?:(?:文章|信息|稿件|新闻)?来源|稿源|作者|(?:发布|发表|更新)?(?:时间|日期)|发布(?:机构|者))"
_EDITOR = (
    r"(?:责任编辑|责编|编辑|编审|审核人?|审校|校对|校审|总值班|值班(?:编委|主任)"
    r"|监制|初审|复审|终审|主编|美编|统筹)"
)
# What stands in a label's value and not in a sentence.
_PLAIN = "[^。！？；，]"
_BUTTON = (
    r"(?:下载|打印|全屏|收藏|分享|加大|还原|减小|放大|缩小|小|中|大|特大|默认|听全文|语音播报|朗读|登录|注册"
    r"|设为首页|加入收藏|纠错|评论|点赞|转发|微信|微博|复制链接|繁體|简体|无障碍(?:浏览)?|手机版)"
)
_PHOTO = r"(?:资料图片?|图片?均?(?:为|由)[^（）()。]{1,20})"

FURNITURE = (
    Furniture(
        "navigation",
        "any",
        "the path of the page in its site",
        (
            rf"[【\[]?(?:您?(?:现在|当前)?的?(?:所在)?位置(?:是)?|当前位置)[:：]{_PLAIN}{{0,60}}",
            rf"(?:网站)?首页(?:[>＞»›|/→-]{_PLAIN}{{0,60}})?",
            rf"[{HAN}A-Za-z]{{2,12}}(?:[>＞»›][{HAN}A-Za-z]{{2,20}}){{1,6}}",
        ),
    ),
    Furniture("button", "ends", "buttons of the page", (rf"{_BUTTON}{{1,8}}",)),
    Furniture(
        "button",
        "any",
        "buttons of the page",
        (
            r"[【\[(（]?(?:字号|字体)(?:大小)?[:：].{0,20}[】\])）]?",
            r"[【\[](?:大|中|小){1,3}[】\]]",
            r"[【\[]?(?:我要打印|打印(?:本页|此页|本文)|关闭(?:窗口|本页|页面)|返回(?:顶部|首页|列表|目录)|收藏本[页文])[】\]]?",
            r"(?:点击)?(?:查看余下全文|展开(?:阅读)?全文|阅读全文|查看全文|加载更多|查看更多)[>＞»]{0,3}",
        ),
    ),
    Furniture(
        "image",
        "any",
        "file names of pictures and films",
        (r"[^。，；]{1,80}\.(?i:jpe?g|png|gif|bmp|webp|svg|tiff?|mp[34]|wmv)",),
    ),
    Furniture(
        "caption",
        "any",
        "captions of pictures, with their mark, their photographer or nothing but a note",
        (
            r"△.{1,200}",
            r"[▲▼▽↑↓].{0,160}(?:图为.{0,80}|摄影?[。）)]?)",
            r".{0,200}(?:记者|通讯员|特约摄影)[^。，]{0,20}(?<!拍)摄(?:影)?(?:报道)?[。）)]?",
            rf"[（(]?(?:相关)?{_PHOTO}[）)]?",
            r"[（(]?(?:图片?来源|图源)[:：].{1,20}",
        ),
    ),
    Furniture(
        "caption",
        "head",
        "captions that end with the reporter's name",
        (rf"[^。]{{4,100}}。[^。，]{{0,20}}记者[{HAN}]{{2,4}}",),
    ),
    Furniture(
        "source",
        "any",
        "when the page was published, and where",
        (rf"{_DAY}(?:{_CLOCK})?{_SOURCE}[:：]{_PLAIN}{{0,30}}",),
    ),
    Furniture(
        "source",
        "ends",
        "when the page was published, or where",
        (
            rf"[（(]?{_SOURCE}[:：]{_PLAIN}{{0,40}}[）)]?",
            rf"(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:{_CLOCK})?",
            rf"{_DAY}{_CLOCK}{_PLAIN}{{0,20}}",
        ),
    ),
    Furniture(
        "counter",
        "ends",
        "counters of readers",
        (r"(?:阅读|浏览|点击|访问|人气|评论)(?:量|数|次数|人数)?[:：]?\d{0,9}次?",),
    ),
    Furniture("editor", "any", "who edited the page", (rf"[（(【\[]?(?:责任编辑|责编)[:：]{_PLAIN}{{0,60}}",)),
    Furniture(
        "editor", "ends", "who edited the page", (rf"[（(【\[]?(?:{_EDITOR}[:：/／丨|]{_PLAIN}{{0,12}}){{1,6}}",)
    ),
    Furniture(
        "copyright",
        "tail",
        "notices of rights",
        (
            r".{0,20}(?:版权(?:与|及)?(?:免责)?声明|免责声明|版权所有|授权咨询|举报(?:电话|邮箱|中心)|(?:信息服务|视听节目)许可证"
            r"|ICP备|公网安备|[Cc]opyright).{0,80}",
            r"(?:凡|本网|本站|本报|声明|未经|以上|免责|特别声明|郑重声明|违反).{0,80}"
            r"(?:版权|转载|摘编|著作权|法律责任).{0,300}",
            r"版权(?:均?属|均?归).{0,80}",
        ),
    ),
    Furniture(
        "form",
        "tail",
        "forms to fill in",
        (
            r"(?:姓名|电话|手机号?|邮箱|验证码|用户名|密码|昵称|评论|留言|内容|地址)[:：](?:\*|（必填）)?",
            r"提交|重置|发表评论|我要评论|网友评论|发送|匿名",
        ),
    ),
    Furniture(
        "related",
        "tail",
        "links to other pages",
        (r"(?:上一|下一)[篇条页][:：].{0,60}", r"分享[到至][:：]?.{0,30}"),
    ),
    Furniture(
        "related",
        "rest",
        "lists of other pages",
        (
            r"[【\[]?(?:相关(?:阅读|报道|链接|新闻|推荐|文章|资料|词|稿件|附件|内容)|延伸阅读|推荐阅读|阅读推荐"
            r"|热门(?:推荐|新闻|文章|阅读|点击)|精彩(?:图片|推荐)|图片新闻|更多(?:新闻|精彩)|大家都在看|猜你喜欢"
            r"|标签|关键[词字]|[Tt]ags?)[】\]]?(?:[:：].{0,40})?",
        ),
    ),
    Furniture(
        "scan",
        "any",
        "invitations to scan a code",
        (rf"(?:扫一扫|扫码|微信扫|扫描二维码|打开微信|长按识别){_PLAIN}{{0,30}}",),
    ),
    Furniture(
        "page_number",
        "any",
        "page numbers",
        (r"[-—–―]{1,2}\d{1,4}[-—–―]{1,2}", r"第\d{1,4}页(?:[/,，]?共\d{1,4}页)?"),
    ),
    Furniture(
        "picture_note",
        "run",
        "notes on pictures at the end of a line of the body",
        (rf"\s?[（(](?:(?:本文|以上|文中)?(?:相关)?{_PHOTO}|[^（）()。，]{{0,20}}(?:(?<!拍)摄|供图))[）)]$",),
    ),
)

#: A label on a line of its own whose value stands on the next line, and what that value looks like.
SPLIT_LABELS = (
    (re.compile(r"(?:发布|发表|更新)?(?:时间|日期)[:：]"), re.compile(rf"{_DAY}(?:{_CLOCK})?")),
    (re.compile(r"(?:阅读|浏览|点击)(?:量|数|次数)[:：]"), re.compile(r"\d{1,9}次?")),
    (re.compile(r"(?:(?:文章|信息|稿件)?来源|稿源|作者|责任编辑|编辑)[:：]"), re.compile(rf"[{HAN}A-Za-z·、]{{2,12}}")),
)
_TITLE_WORDS = re.compile("报告|实录|发布会|答记者问|专访|访谈|讲话")
_OPENING = re.compile(r"(?:各位|同志们|女士们|先生们).{0,12}[:：！!，,]?")


def _alternation(*zones: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all rules of `zones`, and the rule that each of its groups stands for."""
    rules = [rule for rule in FURNITURE if rule.zone in zones]
    names = {f"r{i}": rule.name for i, rule in enumerate(rules)}
    return re.compile("|".join(f"(?P<r{i}>{'|'.join(rule.patterns)})" for i, rule in enumerate(rules))), names


_ZONES = {
    "any": _alternation("any"),
    "head": _alternation("any", "head", "ends"),
    "tail": _alternation("any", "tail", "ends"),
    # A text without a single sentence is head and tail at once.
    "both": _alternation("any", "head", "tail", "ends"),
    "rest": _alternation("rest"),
}
_LONGEST_FURNITURE = 480
PICTURE_NOTE, _ = _alternation("run")


def _rule_for(text: str, zone: str) -> str | None:
    """The name of the rule that takes the line `text` in `zone`, or None; no rule takes what somebody says."""
    compact = text.replace(" ", "")
    if len(compact) > _LONGEST_FURNITURE:
        return None
    pattern, names = _ZONES[zone]
    match = pattern.fullmatch(compact)
    return names[match.lastgroup or ""] if match and not _may_be_speech(text) else None


def _is_ornament(text: str) -> bool:
    """A line of marks only: rules, stars, stray brackets. Marks that close a sentence belong to the line before."""
    return text[0] not in CONTINUERS and not any(char.isalnum() for char in text)


# From how many characters on a line counts as a sentence of the body; the first one must be longer.
SENTENCE, FIRST_SENTENCE = 15, 30


def _is_sentence(text: str, length: int) -> bool:
    return len(text) >= length and text.rstrip(CLOSERS)[-1:] in END_MARKS + "：；"


def _head_end(lines: Sequence[Line]) -> int:
    """Index of the first line of the body; all lines where there is none."""
    for i, (_, text) in enumerate(lines):
        opens = _OPENING.fullmatch(text) is not None or _may_be_speech(text)
        if opens or (_is_sentence(text, FIRST_SENTENCE) and _rule_for(text, "head") is None):
            return i
    return len(lines)


def _tail_start(lines: Sequence[Line]) -> int:
    """Index of the line after the last sentence of the body; 0 where there is none."""
    for i in range(len(lines) - 1, -1, -1):
        text = lines[i].text
        if _may_be_speech(text) or (_is_sentence(text, SENTENCE) and _rule_for(text, "tail") is None):
            return i + 1
    return 0


def _bracket_block(lines: Sequence[Line], start: int) -> int:
    """End of the block of short lines that a `【` opens at `start` and a `】` closes, or `start`."""
    if not lines[start].text.startswith("【") or "】" in lines[start].text or len(lines[start].text) > 12:
        return start
    for i in range(start + 1, min(start + 12, len(lines))):
        if len(lines[i].text) > 12:
            return start
        if lines[i].text.endswith("】"):
            return i + 1
    return start


def _value_follows(lines: Sequence[Line], i: int) -> bool:
    """Whether line `i` is a bare label such as `来源：` whose value is the next line."""
    if i + 1 >= len(lines) or _TITLE_WORDS.search(lines[i + 1].text):
        return False
    following = lines[i + 1].text.replace(" ", "")
    return any(label.fullmatch(lines[i].text) and value.fullmatch(following) for label, value in SPLIT_LABELS)


def _furniture(lines: list[Line]) -> tuple[list[Line], list[Removal]]:
    """`lines` without furniture, and what was taken."""
    head, tail = _head_end(lines), _tail_start(lines)
    kept: list[Line] = []
    removals: list[Removal] = []
    i = 0
    while i < len(lines):
        number, text = lines[i]
        in_head, in_tail = i < head, i >= tail
        zone = ("both" if in_tail else "head") if in_head else "tail" if in_tail else "any"
        end, rule = i + 1, _rule_for(text, zone)
        if zone == "tail" and (last_rule := _rule_for(text, "rest")):
            end, rule = len(lines), last_rule
        elif (block := _bracket_block(lines, i)) > i:
            end, rule = block, "button"
        elif in_head and text in (">", "＞", "»") and i + 1 < len(lines) and len(lines[i + 1].text) <= 20:
            end, rule = i + 2, "navigation"
        elif zone != "any" and _value_follows(lines, i):
            end, rule = i + 2, rule or "source"
        elif rule is None and _is_ornament(text):
            rule = "ornament"
        if rule is None:
            kept.append(lines[i])
        else:
            removals += [Removal(line.number, rule, line.text) for line in lines[i:end]]
        i = end
    return kept, removals


def _repeated_titles(lines: list[Line]) -> tuple[list[Line], list[Removal]]:
    """`lines` without the earlier ones of title lines that stand twice before the body."""
    head = _head_end(lines)
    if head == len(lines):
        return lines, []
    last = {line.text: i for i, line in enumerate(lines[:head])}
    repeated = [
        i
        for i, (_, text) in enumerate(lines[:head])
        if last[text] != i and len(text) >= 6 and text[-1] not in CLOSED and not _may_be_speech(text)
    ]
    drop = set(repeated)
    kept = [line for i, line in enumerate(lines) if i not in drop]
    return kept, [Removal(lines[i].number, "repeated_title", lines[i].text) for i in repeated]


def _picture_notes(lines: list[Line]) -> tuple[list[Line], list[Removal]]:
    """`lines` without the notes on pictures at their ends."""
    kept, removals = [], []
    for number, text in lines:
        end = len(text)
        while match := PICTURE_NOTE.search(text, max(0, end - 60), end):
            removals.append(Removal(number, "picture_note", match[0]))
            end = match.start()
        if end < len(text):
            text, taken = _normalise(number, text[:end])
            removals += taken
        if text:
            kept.append(Line(number, text))
    return kept, removals


# --- 3. broken lines --------------------------------------------------------------------------------------------------

_CN = "一二三四五六七八九十"
#: What marks a line as the start of a part, by level.
NUMBERED = (
    (1, re.compile(rf"[{_CN}]{{1,3}}、|第[{_CN}]{{1,3}}(?:章|部分|篇)")),
    (2, re.compile(rf"（[{_CN}]{{1,3}}）|第[{_CN}]{{1,3}}节")),
    (3, re.compile(r"\d{1,2}(?:[、．]|\.(?!\d))|（\d{1,2}）|\(\d{1,2}\)|[①-⑳]|[［\[]\d{1,3}[］\]]")),
    (4, re.compile(rf"[{_CN}]{{1,2}}是|第[{_CN}]{{1,2}}[，、,]|其[一二三四五六七八九]是?[，、]")),
)
_NUMBER_STARTS = frozenset("一二三四五六七八九十第（(［[其0123456789①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_DATED_SUBTITLE = re.compile(r"[—―-]{1,4}.{0,6}年.{1,20}日?在")
_BARE_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")


def _level(text: str) -> int | None:
    """The level of a numbered line, 1 to 4, or None."""
    if text[:1] not in _NUMBER_STARTS:
        return None
    return next((level for level, pattern in NUMBERED if pattern.match(text)), None)


def _continues(before: str, text: str) -> bool:
    """Whether `text` goes on with the sentence that the line `before` broke off."""
    if text[0] in CONTINUERS or text.startswith("是："):
        return True
    last = before[-1]
    if last == "：" and _level(text) is None and _LABEL.fullmatch(before) and _may_be_speech(before):
        # A label on a line of its own, unless the next line has one, too.
        return not _may_be_speech(text)
    if _level(text) is not None or _LABEL.match(text) or text[0] in "—―【［△":
        return False
    if _BARE_NUMBER.fullmatch(text):
        # A subscript that was set as a line of its own.
        return len(before) >= 20 and last not in CLOSED and not last.isdigit()
    if _DATED_SUBTITLE.match(before) and last not in "上）)" and text.endswith("上") and len(text) <= 40:
        return True
    if last in "，、的（“《":
        return True
    if (last.isdigit() or last == ",") and text[0].isdigit():
        # Two numbers would become one.
        return False
    if last == ",":
        return True
    long = LONG_LINE // 2 if last.isascii() else LONG_LINE
    return last.isalnum() and len(before) >= long and (len(text) >= 20 or text[-1] in CLOSED)


def _join(lines: list[Line]) -> tuple[list[Line], list[Removal]]:
    """`lines` with broken ones joined and put in order again; a space only between two Latin words."""
    parts: list[list[Line]] = []
    last_text = ""
    for line in lines:
        if parts and _continues(last_text, line.text):
            parts[-1].append(line)
            # Only its start, its end and whether it is long matter, and copying a growing line would be quadratic.
            last_text += line.text
            if len(last_text) > 4 * LONG_LINE:
                last_text = last_text[: 2 * LONG_LINE] + last_text[-2 * LONG_LINE :]
        else:
            parts.append([line])
            last_text = line.text
    joined: list[Line] = []
    removals: list[Removal] = []
    for part in parts:
        if len(part) == 1:
            joined.append(part[0])
            continue
        text = part[0].text
        pieces = [text]
        for (_, a), (_, b) in zip(part, part[1:], strict=False):
            pieces.append(" " + b if a[-1].isascii() and a[-1].isalpha() and b[0].isascii() and b[0].isalpha() else b)
        text, taken = _normalise(part[0].number, "".join(pieces))
        removals += taken
        joined.append(Line(part[0].number, text))
    return joined, removals


def _lines(text: str) -> tuple[list[Line], list[Removal]]:
    """The lines of `text` that stay, in order and whole, and what was taken away."""
    lines: list[Line] = []
    removals: list[Removal] = []
    for number, raw in enumerate(_BREAKS.split(text), start=1):
        for part in _INNER_BREAKS.split(raw) if _INNER_BREAKS.search(raw) else (raw,):
            line, taken = _normalise(number, part)
            removals += taken
            if line:
                lines.append(Line(number, line))
    # What one step takes away can make neighbours of lines that a step before must see; real texts settle at once.
    for _ in range(8):
        before = len(removals), len(lines)
        for step in (_picture_notes, _furniture, _repeated_titles, _join):
            lines, taken = step(lines)
            removals += taken
        if before == (len(removals), len(lines)):
            break
    removals.sort(key=lambda removal: removal.line)
    return lines, removals


# --- 4. structure -----------------------------------------------------------------------------------------------------

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
_ASKS = re.compile("[？?]|请问|请您?|想了解|想问")
_NO_LABEL = re.compile("^(?:各位|诸位|亲爱|尊敬|女士|先生|同志)")
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


def _asker(label: str, rest: str) -> Label | None:
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
    if 2 < len(label) <= 20 and _MEDIA.search(label) and (_ASKS.search(rest) or re.search("记者|提问", rest[:20])):
        return Label("question", label, "记者")
    if label.endswith("问") and len(label) <= 6 and not _NO_ASKING.search(label):
        return Label("question", None, None, label[:-1])
    return None


def _answerer(label: str, known: Callable[[], dict[str, str | None]], after_question: bool, qa: bool) -> Label | None:
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


def _may_be_speech(text: str) -> bool:
    """Whether a line starts with a speaker's label in whatever surroundings."""
    match = _LABEL.match(text)
    if not match:
        return False
    return (_asker(match[1], text[match.end() :][:2000]) or _answerer(match[1], dict, True, True)) is not None


def _printed_label(kind: str, speaker: str | None, role: str | None) -> str:
    """The label as `cleaned_text` prints it and `clean` reads it again."""
    if kind == "question":
        if speaker is None:
            return f"{role or ''}问："
        return f"{speaker}记者：" if role == "记者" else f"{role or ''}{speaker}："
    if speaker is None:
        return f"{role or '答'}："
    return f"{role}{speaker}：" if role else f"{speaker}答："


_SIGNATURE = re.compile(rf"(?P<role>[{HAN}（）]{{0,24}}(?:{_OFFICE}))\s?(?P<name>[{HAN}·]{{2,12}}|[{HAN}] [{HAN}])")
_DATED_NAME = re.compile(rf"[（(].{{4,16}}日[ ，,]?(?P<name>[{HAN}]{{2,4}})[）)]$")
_GIVES_REPORT = re.compile(
    rf"(?P<role>[{HAN}]{{0,14}}(?:{_OFFICE}))(?P<name>[{HAN}]{{2,3}}?)(?:代表|向|在|作)[^。]{{0,40}}作[^。]{{0,10}}报告"
)
_REPORT = re.compile("工作报告|情况的报告|各位代表")
TITLE_LENGTH = 80
HEADING_LENGTH = 40
SENTENCE_HEADING_LENGTH = 40
QUESTION_LENGTH = 40
# Headings without numbers that follow each other at once are the lines of one heading, up to so many.
MOST_TITLE_LINES = 4


def _is_heading(text: str, head: bool) -> bool:
    """Whether a line without a label is a heading.

    Numbered lines are where they are short and have no more than one sentence; others where they have no closing mark.
    """
    if text[0] in CONTINUERS or text[-1] in "%‰" or not any(char.isalpha() for char in text):
        return False
    level = _level(text)
    if level is not None:
        if text[-1] in "。：":
            return len(text) <= (LONG_LINE if level <= 2 else SENTENCE_HEADING_LENGTH) and not re.search(
                "[。！？；]", text[:-1]
            )
        return len(text) <= LONG_LINE and text[-1] not in CLOSED
    if text[-1] in CLOSED:
        return False
    return len(text) <= TITLE_LENGTH if head else len(text) <= HEADING_LENGTH and not re.search("[。！？；]", text)


def _report_speaker(lines: Sequence[Line], head: int) -> tuple[int, str, str | None] | None:
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


class _Structure:
    """Reads lines in order and writes the rows of `passages`; holds where in the text it stands."""

    def __init__(self, lines: list[Line], document: str) -> None:
        self.lines, self.document = lines, document
        self.head = _head_end(lines)
        self._known: dict[str, str | None] | None = None
        self.report = _report_speaker(lines, self.head)
        self.numbered = any(_level(text) == 1 and _is_heading(text, False) for _, text in lines)
        self.rows: list[dict] = []
        self.removals: list[Removal] = []
        self.stack: list[tuple[int, str, bool]] = []  # level, text, whether it stands within an answer
        self.state: Label | None = None
        self.question: str | None = None
        self.base: tuple[str | None, str | None] = (None, None)
        self.qa = False

    @property
    def known(self) -> dict[str, str | None]:
        """Names with an office that the text introduces or a label has named; only texts with labels need it."""
        if self._known is None:
            self._known = dict(introduced(self.lines))
        return self._known

    def label(self, text: str) -> tuple[Label, str] | None:
        """The label of a paragraph and the text after it, or None."""
        match = _LABEL.match(text)
        if not match or _NO_LABEL.match(match[1]) or _level(text) is not None:
            return None
        after_question = self.state is not None and self.state.kind == "question"
        rest = text[match.end() :]
        label = _asker(match[1], rest[:2000]) or _answerer(match[1], lambda: self.known, after_question, self.qa)
        return (label, rest) if label and rest else None

    def path(self) -> str | None:
        return " / ".join(text for _, text, _ in self.stack) or None

    def add(self, kind: str, text: str, section: str | None, speaker: str | None, role: str | None) -> None:
        self.rows.append(
            {
                "document": self.document,
                "passage": len(self.rows) + 1,
                "section": section,
                "speaker": speaker,
                "role": role,
                "kind": kind,
                "text": text,
                "characters": len(text),
            }
        )

    def heading(self, text: str, follows_heading: bool) -> None:
        """A heading of the body: it closes the parts of its level and below, and, where unnumbered, the answer."""
        level = _level(text)
        if level is None:
            self.state = None
            self.question = None
            appendix = re.match("附件|附录|附：|名词解释|注释|注：", text) is not None
            if appendix:
                self.base = (None, None)
            level = 5 if self.numbered and self.stack and not appendix else 0
            siblings = sum(entry[0] == level for entry in self.stack)
            stays = follows_heading and 0 < siblings < MOST_TITLE_LINES and self.stack[-1][0] == level
            if not stays:
                self.stack = [entry for entry in self.stack if entry[0] < level]
        else:
            self.stack = [entry for entry in self.stack if entry[0] < level]
        speaker, role = (self.state.speaker, self.state.role) if self.state else self.base
        self.add("heading", text, self.path() or self.question, speaker, role)
        self.stack.append((level, text, self.state is not None))

    def speech(self, label: Label, text: str) -> None:
        """A paragraph under a label."""
        if label.speaker:
            self.known.setdefault(label.speaker, label.role)
        if label.kind == "question":
            self.stack = [entry for entry in self.stack if not entry[2]]
            self.question = text[:QUESTION_LENGTH] + ("…" if len(text) > QUESTION_LENGTH else "")
            self.qa = True
        self.state = label
        self.add(label.kind, text, self.path() or self.question, label.speaker, label.role)

    def paragraph(self, text: str) -> None:
        """A paragraph without a label: it goes on with what stands before it."""
        if self.state and self.state.kind == "question" and _ASKS.search(self.rows[-1]["text"]):
            self.state = Label("answer", None, None)
        if self.state:
            self.add(self.state.kind, text, self.path() or self.question, self.state.speaker, self.state.role)
        else:
            self.add("body", text, self.path(), *self.base)
        if self.stack and self.stack[-1][0] == 4:
            # `一是…。` on a line of its own heads one paragraph; nothing marks where a longer part would end.
            self.stack.pop()

    def title_end(self) -> int:
        """Index of the line after the title and what belongs to it (subtitle, date, signature)."""
        end = 0
        if len(self.lines) == 1:
            return end
        while (
            end < len(self.lines) and _is_heading(self.lines[end].text, True) and _level(self.lines[end].text) is None
        ):
            if self.label(self.lines[end].text):
                break
            end += 1
        if end < len(self.lines) and self.label(self.lines[end].text):
            # Topic headings stand straight before a question; a title needs one line.
            signature = self.report[0] if self.report else 0
            keep = [i for i in range(end) if i == 0 or i <= signature or _DATED_SUBTITLE.match(self.lines[i].text)]
            return max(keep, default=-1) + 1
        return end

    def read(self) -> None:
        """Read all lines into `rows` and `removals`."""
        title = self.title_end()
        after_heading = False
        for i, (number, text) in enumerate(self.lines):
            found = self.label(text)
            # A single line is more often a sentence without its mark than a title without its text.
            heading = not found and len(self.lines) > 1 and _is_heading(text, i < self.head)
            if found:
                if found[0].prefix:
                    self.removals.append(Removal(number, "label_prefix", found[0].prefix))
                self.speech(*found)
            elif i < title:
                self.add("heading", text, None, None, None)
            elif heading:
                self.heading(text, after_heading)
            else:
                self.paragraph(text)
            after_heading = heading and i >= title
            if self.report and i == self.report[0]:
                self.base = self.report[1], self.report[2]


def clean(text: str, document: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables `passages` and `removals` of `text`.

    Labels of speakers stand in `speaker` and `role`, not in `text`. `section` is the path of headings (joined by ` / `)
    or, in a text without headings, the start of the question.
    """
    lines, removals = _lines(text)
    structure = _Structure(lines, document)
    structure.read()
    taken = sorted(removals + structure.removals, key=lambda removal: removal.line)
    return (
        frame("passages", structure.rows),
        frame("removals", [{"document": document, **removal._asdict()} for removal in taken]),
    )


def cleaned_text(passages: pd.DataFrame) -> str:
    """`passages` as a text with one paragraph a line and labels where the speaker changes.

    `clean` reads the same kinds, texts and speakers from it, and takes nothing away.
    """
    out: list[str] = []
    state: tuple[str, str | None, str | None] | None = None
    columns = (passages[name].tolist() for name in ("kind", "speaker", "role", "text"))
    for kind, speaker, role, text in zip(*columns, strict=True):
        if kind in ("question", "answer"):
            now = (kind, None if pd.isna(speaker) else speaker, None if pd.isna(role) else role)
            plain = state == now and kind == "answer" and _stands_alone(text) and not _continues(out[-1], text)
            out.append(text if plain else _printed_label(*now) + text)
            state = now
        else:
            out.append(text)
            if kind == "body" or _level(text) is None:
                state = None
    return "\n".join(out)


def _stands_alone(text: str) -> bool:
    """Whether a paragraph of an answer cannot be taken for anything else without its label."""
    return not (
        len(text) < SENTENCE
        or text[-1] not in END_MARKS
        or text[0] in CONTINUERS
        or _LABEL.match(text)
        or _is_heading(text, False)
        or _is_ornament(text)
        or _rule_for(text, "both")
    )


# --- sentences --------------------------------------------------------------------------------------------------------

_SHORT_QUOTE = 40
# Figures, formulas and codes all ask for the sentences of the same passages. Longer texts are not kept.
KEPT_TEXT = 4000
_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "（": "）", "(": ")", "《": "》", "【": "】"}
_OPENERS = frozenset(_PAIRS)
_CLOSING = {closing: opening for opening, closing in _PAIRS.items()}
_GOES_ON = frozenset("，、；：,;:的等之和与及或中里内外上下）)》")
_MARKS = re.compile(f"[\n{re.escape(''.join([*_PAIRS, *_CLOSING]))}]")
_STOPS = re.compile("[。！？!?…\n\"']")


def _inner_spans(text: str) -> list[tuple[int, int]]:
    """Short quotations and brackets that are closed on the same line, outermost only, in order."""
    open_at: list[int] = []
    spans: list[tuple[int, int]] = []
    for mark in _MARKS.finditer(text):
        i, char = mark.start(), mark[0]
        if char == "\n":
            open_at.clear()
        elif char in _OPENERS:
            open_at.append(i)
        else:
            # A closing mark without its opening one is left alone; marks opened in between were never closed.
            depth = len(open_at) - 1
            while depth >= 0 and depth > len(open_at) - 5 and text[open_at[depth]] != _CLOSING[char]:
                depth -= 1
            if depth >= 0 and depth > len(open_at) - 5 and text[open_at[depth]] == _CLOSING[char]:
                start = open_at[depth]
                del open_at[depth:]
                if i - start <= _SHORT_QUOTE:
                    while spans and spans[-1][0] >= start:
                        spans.pop()
                    spans.append((start, i + 1))
    return spans


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of `text`, in order, without the white space around them.

    A sentence ends after 。！？!? or …, with the closing quotes and brackets that follow, and at a line break; not at
    a semicolon, not within a number or a Latin word, and not inside a short quotation or bracket that the sentence
    goes on after.
    """
    return list(_kept_sentences(text) if len(text) <= KEPT_TEXT else _sentences(text))


@lru_cache(maxsize=1024)
def _kept_sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text, kept for the steps that come to it next."""
    return _sentences(text)


def _sentences(text: str) -> list[tuple[int, int]]:
    inner = _inner_spans(text)
    spans: list[tuple[int, int]] = []
    start, i, ahead, size = 0, 0, 0, len(text)
    straight = {'"': 0, "'": 0}  # straight quotation marks since `start`: an odd one closes

    def close(end: int) -> None:
        a, b = start, end
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        if a < b:
            spans.append((a, b))

    while stop := _STOPS.search(text, i):
        i, char = stop.start(), stop[0]
        if char in straight:
            straight[char] += 1
            i += 1
            continue
        if char == "\n":
            close(i)
            i += 1
            start = i
            straight = dict.fromkeys(straight, 0)
            continue
        end = i
        while end < size and text[end] in "。！？!?…":
            end += 1
        marks_end = end
        while end < size and text[end] in CLOSERS and straight.get(text[end], 1) % 2:
            if text[end] in straight:
                straight[text[end]] += 1
            end += 1
        following = text[end : end + 1]
        while ahead < len(inner) and inner[ahead][1] <= i:
            ahead += 1
        inside = ahead < len(inner) and inner[ahead][0] < i < inner[ahead][1] - 1
        within = inside and end < inner[ahead][1]
        runs_on = end > marks_end and following in _GOES_ON and following != ""
        latin = (
            char in "!?"
            and text[i - 1 : i].isascii()
            and text[i - 1 : i].isalnum()
            and following.isascii()
            and following.isalnum()
        )
        pause = char == "…" and following != "" and following in _GOES_ON
        if not (within or runs_on or latin or pause):
            close(end)
            start = end
            straight = dict.fromkeys(straight, 0)
        i = end
    close(size)
    return spans


# --- date -------------------------------------------------------------------------------------------------------------

_CN_DIGITS = {char: str(i) for i, char in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_CN_DATE = re.compile(
    r"([二一][〇零○一二三四五六七八九]{3})年(?:([一二三四五六七八九十]{1,2})月)?(?:([一二三四五六七八九十]{1,3})日)?"
)
_FULL_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})(?!\d)日?")
_MONTH_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年(\d{1,2})月|-(\d{2})(?![\d-]))")
_YEAR_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_MONTH_DAY = re.compile(r"^(?:[【（(][^】）)]{1,20}[】）)])?(\d{1,2})月(\d{1,2})日")


def _cn_number(text: str) -> int:
    """一 to 三十一 as a number."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return int(_CN_DIGITS[text])
    return (int(_CN_DIGITS[tens]) if tens else 1) * 10 + (int(_CN_DIGITS[ones]) if ones else 0)


def _arabic(text: str) -> str:
    """`text` with dates in Chinese numerals as dates in digits."""

    def write(match: re.Match[str]) -> str:
        year = "".join(_CN_DIGITS[char] for char in match[1])
        try:
            month = f"{_cn_number(match[2])}月" if match[2] else ""
            return f"{year}年{month}" + (f"{_cn_number(match[3])}日" if match[3] else "")
        except KeyError:
            return match[0]

    return _CN_DATE.sub(write, text)


def _real(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _first_date(text: str) -> date | None:
    return next((day for match in _FULL_DATE.finditer(text) if (day := _real(*match.groups()))), None)


def text_date(text: str) -> str | None:
    """The best guess at the date of a text, from its first lines: YYYY-MM-DD, YYYY-MM or YYYY; None without any.

    A session named in the subtitle or a date beside the title counts most, then the date of the event that the first
    paragraph gives within a month before the page's date, then the page's date, then any date, month or year.
    """
    head = _arabic(text[:4000].translate(_MAP))
    lines = [line.strip() for line in head.splitlines() if line.strip()][:30]
    titles = [line for line in lines if len(line) <= TITLE_LENGTH and line[-1] not in CLOSED]
    for line in titles:
        named = re.match(r"[—―-]", line) or line.endswith("上") or re.search(r"[（(].{0,4}年.{2,6}日.{0,8}[）)]$", line)
        if named and (day := _first_date(line)):
            return day.isoformat()
    published = next((day for line in titles if (day := _first_date(line))), None)
    if published:
        for line in lines:
            match = _MONTH_DAY.match(line)
            event = _real(published.year, match[1], match[2]) if match else None
            if event and 0 <= (published - event).days <= 31:
                return event.isoformat()
        return published.isoformat()
    anywhere = _first_date("\n".join(lines))
    if anywhere:
        return anywhere.isoformat()
    joined = "\n".join(titles)
    month = _MONTH_DATE.search(joined)
    if month and 1 <= int(month[2] or month[3]) <= 12:
        return f"{month[1]}-{int(month[2] or month[3]):02d}"
    year = _YEAR_DATE.search(joined)
    return year[1] if year else None
