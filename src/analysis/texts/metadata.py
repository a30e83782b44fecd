"""Metadata: title, date, publisher, genre and place of a text, from its file and from the head of the text."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ..project.characters import HAN
from .characters import CLOSED, Line, normalise
from .dates import text_date
from .furniture import head_end, rule_for
from .lines import level_of
from .readers.parts import Found
from .speakers import may_be_speech

if TYPE_CHECKING:
    from .sources import Document

#: So many characters and lines of a text are its head.
HEAD, HEAD_LINES = 6000, 40
#: The lengths of a title; one of a few characters is a name or a button.
SHORTEST_TITLE, LONGEST_TITLE = 5, 80
_TITLE_WORDS = re.compile(
    "报告|公报|实录|发布会|答记者问|专访|访谈|讲话|致辞|规划|方案|意见|通知|办法|决定|公告|纲要|白皮书|综述|纪实|转型|发展"
)
#: Fields in which pages and documents name their publisher, at the start of a line or behind a space, with the value.
_FIELD = (
    r"(?:^|(?<=[\s　】\])]))(?:{names})\s*[:：]\s*"
    r"([^\s　：:|｜]{{1,30}}(?:[ 　][^\s　：:|｜]{{1,30}})??)(?=$|[\s　|｜])"
)
_TITLE_FIELD = re.compile(r"^(?:名称|标题|信息名称|公文名称)\s*[:：]\s*(\S.{3,80})$", re.M)
_PUBLISHER_FIELDS = tuple(
    re.compile(_FIELD.format(names=names), re.M)
    for names in ("(?:文章|信息|稿件|新闻)?来源|稿源", "发文机关|发布机构|发布机关|发布单位|制发机关|公开主体")
)
_WRITTEN_FIELD = re.compile(r"(?:成文日期|成文时间|制发日期)\s*[:：]\s*((?:19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})")
#: Words of a title by the genre that they tell, the surer first.
_GENRES = (
    ("government_work_report", re.compile("政府工作报告")),
    ("press_conference", re.compile("发布会|答记者问|吹风会|见面会")),
    ("interview", re.compile("专访|访谈|对话|对谈|(?:市委书记|市长|县长|书记)谈")),
)
_REPORT = re.compile("(?:向大会|代表市人民政府|代表市政府|代表县人民政府).{0,20}报告工作|向大会作(?:政府)?工作?报告")
#: Who signs or issues a text: no title.
_ISSUER = re.compile(
    r"(?:局|办公室|政府|委员会|委|部|厅|院|社|网|日报|晚报|时报|客户端|中心|调查队)$|(?:长|主任|书记)[ 　]?[\w·]{2,4}$"
)
_KIND_OF_PLACE = "(?:自治州|自治县|地区|盟|市|县|区|旗)"
_TITLE_PLACE = re.compile(
    rf"(?:^|[“》|｜：:—]|年|关于|中共|省|自治区)(?!全|本|我)([{HAN}]{{2,6}}?{_KIND_OF_PLACE})(?![场民区级内中域])"
)
_PLACE = re.compile(
    rf"(?:^|[，。、；：“（\s]|在|省|中共)(?!全|本|我)([{HAN}]{{2,3}}?[市县旗盟])(?![场民区级内中域])", re.M
)
_NO_PLACE = re.compile(
    "^(?:[全本我各城都超上股门该外跨两某省老新]|县级|地级)|(?:城|门|超|上|股|全|省|地|园)[市县旗盟]$"
)


def about(read: Document) -> Found:
    """What is known of a text without asking: the file's own word, then what the head of the text says.

    The date of writing in an official document counts before a day on which its page was put up.
    """
    head = read.text[:HEAD]
    lines = _head_lines(head)
    taken = [removal.text for removal in read.taken if removal.line <= HEAD_LINES]
    beside = "\n".join([*head.split("\n")[:HEAD_LINES], *taken])
    title = read.found.title or _title(beside, lines)
    written = _WRITTEN_FIELD.search(beside)
    date = f"{written[1]}-{int(written[2]):02d}-{int(written[3]):02d}" if written else ""
    said = text_date(read.text) or ""
    own = Found(
        title,
        date or said if not read.found.date or len(said) > 4 else read.found.date,
        _publisher(beside),
        _genre(title, head),
        _place(title, head),
    )
    return own.or_else(read.found) if not read.found.title else Found(title).or_else(own).or_else(read.found)


def _head_lines(head: str) -> list[Line]:
    """The lines of the head before the first sentence of the body."""
    lines = [
        Line(number, text)
        for number, raw in enumerate(head.split("\n")[:HEAD_LINES], start=1)
        if (text := normalise(number, raw)[0])
    ]
    return lines[: head_end(lines)] if len(lines) > 1 else []


def _title(beside: str, lines: list[Line]) -> str:
    """The title that a field names, else the line of the head that is most like one: no menu, sentence or caption."""
    named = _TITLE_FIELD.search(beside)
    if named:
        return named[1].strip()
    first = next((text for raw in beside.split("\n") if (text := normalise(1, raw)[0])), "")
    opens = _TITLE_WORDS.search(first) and len(first) <= LONGEST_TITLE and first[-1] not in CLOSED
    if opens and may_be_speech(first) and not re.search("[。；]", first):
        # `专访某市市长：…` looks like a speaker's label and is a title where it opens the text.
        return first
    fit = [text for _, text in lines if _may_be_title(text)]
    return next((text for text in fit if _TITLE_WORDS.search(text)), fit[0] if fit else "")


def _may_be_title(text: str) -> bool:
    return (
        SHORTEST_TITLE <= len(text) <= LONGEST_TITLE
        and text[-1] not in CLOSED
        and re.search(f"[{HAN}]", text) is not None
        and not re.search("[。；]", text)
        and not text.startswith(("—", "―", "-"))
        and not re.fullmatch(rf"[（(【\[]?{'[0-9年月日 :：/.-]'}+.{{0,6}}", text)
        and level_of(text) is None
        and not _ISSUER.search(text)
        and rule_for(text, "both") is None
        and not may_be_speech(text)
    )


def _publisher(beside: str) -> str:
    match = next((found for field in _PUBLISHER_FIELDS if (found := field.search(beside))), None)
    return match[1].strip('“”"（）()') if match else ""


def _genre(title: str, head: str) -> str:
    """The genre that the title tells, or a report that says in its first lines what it is."""
    found = next((genre for genre, words in _GENRES if words.search(title)), "")
    return found or ("government_work_report" if _REPORT.search(head[:800]) else "")


def _place(title: str, head: str) -> str:
    """The place that the title names, else the one that the head names more than once."""
    named = _TITLE_PLACE.search(title)
    if named and not _NO_PLACE.search(named[1]):
        return named[1]
    counts = Counter(match[1] for match in _PLACE.finditer(head) if not _NO_PLACE.search(match[1]))
    name, times = max(counts.items(), key=lambda entry: entry[1], default=("", 0))
    return name if times > 1 else ""
