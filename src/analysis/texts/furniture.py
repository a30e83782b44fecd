"""Furniture: what a page on the web has around its text, by rules that name what they take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..project.characters import HAN
from .characters import CLOSED, CLOSERS, CONTINUERS, END_MARKS, Line, Removal, normalise
from .speakers import may_be_speech


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


def rule_for(text: str, zone: str) -> str | None:
    """The name of the rule that takes the line `text` in `zone`, or None; no rule takes what somebody says."""
    compact = text.replace(" ", "")
    if len(compact) > _LONGEST_FURNITURE:
        return None
    pattern, names = _ZONES[zone]
    match = pattern.fullmatch(compact)
    return names[match.lastgroup or ""] if match and not may_be_speech(text) else None


def is_ornament(text: str) -> bool:
    """A line of marks only: rules, stars, stray brackets. Marks that close a sentence belong to the line before."""
    return text[0] not in CONTINUERS and not any(char.isalnum() for char in text)


# From how many characters on a line counts as a sentence of the body; the first one must be longer.
SENTENCE, FIRST_SENTENCE = 15, 30


def _is_sentence(text: str, length: int) -> bool:
    return len(text) >= length and text.rstrip(CLOSERS)[-1:] in END_MARKS + "：；"


def head_end(lines: Sequence[Line]) -> int:
    """Index of the first line of the body; all lines where there is none."""
    for i, (_, text) in enumerate(lines):
        opens = _OPENING.fullmatch(text) is not None or may_be_speech(text)
        if opens or (_is_sentence(text, FIRST_SENTENCE) and rule_for(text, "head") is None):
            return i
    return len(lines)


def _tail_start(lines: Sequence[Line]) -> int:
    """Index of the line after the last sentence of the body; 0 where there is none."""
    for i in range(len(lines) - 1, -1, -1):
        text = lines[i].text
        if may_be_speech(text) or (_is_sentence(text, SENTENCE) and rule_for(text, "tail") is None):
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


def furniture(lines: list[Line]) -> tuple[list[Line], list[Removal]]:
    """`lines` without furniture, and what was taken."""
    head, tail = head_end(lines), _tail_start(lines)
    kept: list[Line] = []
    removals: list[Removal] = []
    i = 0
    while i < len(lines):
        number, text = lines[i]
        in_head, in_tail = i < head, i >= tail
        zone = ("both" if in_tail else "head") if in_head else "tail" if in_tail else "any"
        end, rule = i + 1, rule_for(text, zone)
        if zone == "tail" and (last_rule := rule_for(text, "rest")):
            end, rule = len(lines), last_rule
        elif (block := _bracket_block(lines, i)) > i:
            end, rule = block, "button"
        elif in_head and text in (">", "＞", "»") and i + 1 < len(lines) and len(lines[i + 1].text) <= 20:
            end, rule = i + 2, "navigation"
        elif zone != "any" and _value_follows(lines, i):
            end, rule = i + 2, rule or "source"
        elif rule is None and is_ornament(text):
            rule = "ornament"
        if rule is None:
            kept.append(lines[i])
        else:
            removals += [Removal(line.number, rule, line.text) for line in lines[i:end]]
        i = end
    return kept, removals


def repeated_titles(lines: list[Line]) -> tuple[list[Line], list[Removal]]:
    """`lines` without the earlier ones of title lines that stand twice before the body."""
    head = head_end(lines)
    if head == len(lines):
        return lines, []
    last = {line.text: i for i, line in enumerate(lines[:head])}
    repeated = [
        i
        for i, (_, text) in enumerate(lines[:head])
        if last[text] != i and len(text) >= 6 and text[-1] not in CLOSED and not may_be_speech(text)
    ]
    drop = set(repeated)
    kept = [line for i, line in enumerate(lines) if i not in drop]
    return kept, [Removal(lines[i].number, "repeated_title", lines[i].text) for i in repeated]


def picture_notes(lines: list[Line]) -> tuple[list[Line], list[Removal]]:
    """`lines` without the notes on pictures at their ends."""
    kept, removals = [], []
    for number, text in lines:
        end = len(text)
        while match := PICTURE_NOTE.search(text, max(0, end - 60), end):
            removals.append(Removal(number, "picture_note", match[0]))
            end = match.start()
        if end < len(text):
            text, taken = normalise(number, text[:end])
            removals += taken
        if text:
            kept.append(Line(number, text))
    return kept, removals
