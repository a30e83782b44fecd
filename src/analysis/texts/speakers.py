"""Speakers: who says a paragraph, going by its label and by how the text introduces people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..project.characters import HAN
from ..project.rules import RuleSet, alternation, from_rules
from .characters import LABEL, Line

#: The rules: surnames, offices, words of askers and media, and words that look like a name or a label and are none.
FILE = "speakers.csv"

ASKS = re.compile("[？?]|请问|请您?|想了解|想问")
_PRESS = re.compile(rf"(?P<medium>.{{2,24}})记者(?P<name>[{HAN}·]{{2,6}})?$")
_HOST = re.compile(rf"(主持人|记者)([{HAN}·]{{2,6}})")
_ASKING = re.compile("(?:提问|发问|追问|问)$")
_DATED_NAME = re.compile(rf"[（(].{{4,16}}日[ ，,]?(?P<name>[{HAN}]{{2,4}})[）)]$")
_REPORT = re.compile("工作报告|情况的报告|各位代表")
_NAME_LIST = re.compile(rf"[{HAN}·]{{2,12}}(?:、[{HAN}·]{{2,12}}){{0,5}}")


class _Words(NamedTuple):
    """What the rules of `FILE` give: the surnames, and patterns of offices, askers and what is no name or label."""

    surnames: frozenset[str]
    compound_surnames: tuple[str, ...]
    no_name: re.Pattern[str]
    no_name_end: re.Pattern[str]
    office_end: re.Pattern[str]
    office_name: re.Pattern[str]
    role_start: re.Pattern[str]
    role_run: re.Pattern[str]
    askers: frozenset[str]
    asker: re.Pattern[str]
    medium: re.Pattern[str]
    no_label: re.Pattern[str]
    no_question: frozenset[str]
    signature: re.Pattern[str]
    gives_report: re.Pattern[str]


@from_rules
def _words(rules: RuleSet) -> _Words:
    """The words of speakers in the rules in use."""

    def either(table: str) -> str:
        return f"(?:{alternation(rules.table(FILE, table))})"

    office = either("office")
    return _Words(
        surnames=frozenset(rules.words(FILE, "surname")),
        compound_surnames=rules.words(FILE, "compound_surname"),
        no_name=re.compile(either("no_name")),
        no_name_end=re.compile(f"{either('no_name_end')}$"),
        office_end=re.compile(f"{office}$"),
        office_name=re.compile(rf"(?P<role>.{{0,24}}{office})(?P<name>[{HAN}·]{{2,12}})$"),
        role_start=re.compile(either("role_start")),
        role_run=re.compile(rf"(?:[{HAN}]{{0,14}}{office}、){{0,4}}[{HAN}]{{0,14}}?{office}(?![委长])"),
        askers=frozenset(rules.words(FILE, "asker")),
        asker=re.compile(rf"[^、]{{0,12}}{either('asker')}$"),
        medium=re.compile(f"{either('medium')}$"),
        no_label=re.compile(either("no_label")),
        no_question=frozenset(rules.words(FILE, "no_question")),
        signature=re.compile(rf"(?P<role>[{HAN}（）]{{0,24}}{office})\s?(?P<name>[{HAN}·]{{2,12}}|[{HAN}] [{HAN}])"),
        gives_report=re.compile(
            rf"(?P<role>[{HAN}]{{0,14}}{office})(?P<name>[{HAN}]{{2,3}}?)(?:代表|向|在|作)[^。]{{0,40}}作[^。]{{0,10}}报告"
        ),
    )


def is_no_label(label: str) -> bool:
    """Whether `label`, which stands before a colon, speaks to people and names nobody."""
    return _words().no_label.match(label) is not None


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
    words = _words()
    single = 2 <= len(text) <= 3 and text[0] in words.surnames
    if not single and not (3 <= len(text) <= 4 and text.startswith(words.compound_surnames)):
        return False
    return words.no_name.match(text) is None


def _split_office(label: str) -> tuple[str, str] | None:
    """`市长甲某` as (`市长`, `甲某`), or None."""
    match = _words().office_name.match(label)
    if not match or not _is_name(match["name"]):
        return None
    return match["role"], match["name"]


def introduced(lines: Sequence[Line]) -> dict[str, str]:
    """Names that the text introduces with an office, such as `副市长甲某、乙某`, with that office.

    Where a name ends is not marked, so that each possible reading of it is listed.
    """
    words = _words()
    found: dict[str, str] = {}
    for _, text in lines:
        for match in words.role_run.finditer(text):
            start = words.role_start.search(match[0])
            role = match[0][start.start() :] if start else match[0]
            for name in _names_after(text, match.end()):
                found.setdefault(name, role)
    return found


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
    words, asked = _words(), _ASKING.sub("", label)
    if asked in words.askers:
        return Label("question", None, asked)
    press = _PRESS.fullmatch(asked)
    if press and press["name"] is None:
        return Label("question", press["medium"], "记者")
    if press and _is_name(press["name"]):
        return Label("question", press["name"], press["medium"] + "记者")
    host = _HOST.fullmatch(asked)
    if host and _is_name(host[2]):
        return Label("question", host[2], host[1])
    if words.asker.fullmatch(asked) and asked != label:
        return Label("question", None, asked)
    if 2 < len(label) <= 20 and words.medium.search(label) and (ASKS.search(rest) or re.search("记者|提问", rest[:20])):
        return Label("question", label, "记者")
    if label.endswith("问") and len(label) <= 6 and label[-2:] not in words.no_question:
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
        if after_question and not _words().no_name_end.search(name):
            return Label("answer", name, None)
    if qa and len(label) <= 20 and _words().office_end.search(label):
        return Label("answer", None, label)
    return None


def may_be_speech(text: str) -> bool:
    """Whether a line starts with a speaker's label in whatever surroundings."""
    match = LABEL.match(text)
    if not match:
        return False
    return (asker(match[1], text[match.end() :][:2000]) or answerer(match[1], dict, True, True)) is not None


def report_speaker(lines: Sequence[Line], head: int) -> tuple[int, str, str | None] | None:
    """Who gives a report: index of the line that says so, name, office. None for other texts."""
    words, top = _words(), lines[: head + 1]
    if not any(_REPORT.search(text) for _, text in top):
        return None
    for i, (_, text) in enumerate(lines[:head]):
        match = words.signature.fullmatch(text)
        # A space before it marks a name well enough where it has no Chinese surname.
        if match and (_is_name(match["name"].replace(" ", "")) or (" " in text and len(match["name"]) <= 4)):
            return i, match["name"].replace(" ", ""), match["role"]
    for i, (_, text) in enumerate(lines[:head]):
        if i and 2 <= len(text.replace(" ", "")) <= 4 and _is_name(text.replace(" ", "")):
            return i, text.replace(" ", ""), None
    for i, (_, text) in enumerate(lines[: head + 2]):
        match = words.gives_report.search(text[:400])
        if match and _is_name(match["name"]):
            start = words.role_start.search(match["role"])
            return i, match["name"], match["role"][start.start() :] if start else match["role"]
    for i, (_, text) in enumerate(lines[:head]):
        match = _DATED_NAME.search(text)
        if match and _is_name(match["name"]):
            return i, match["name"], None
    return None
