"""Furniture: what a page on the web has around its text, by rules that name what they take."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..project.characters import HAN
from ..project.rules import RuleSet, alternation, from_rules
from .characters import CLOSED, CLOSERS, CONTINUERS, END_MARKS, Line, Removal, normalise
from .speakers import may_be_speech

#: The rules. A row of `FILE` is a pattern that must match a whole line without its spaces; `gives` is the name of the
#: rule in `removals`, `table` the zone: `any` line; lines of the `head`, before the first sentence of the body; of the
#: `tail`, after its last sentence; of both `ends`; `rest`, a line of the tail that takes all that follows with it;
#: `run`, the end of a line. `{source}` and the like stand for the words of that table of `WORDS` or for one of `PARTS`.
FILE, WORDS = "page_furniture.csv", "page_words.csv"
_DAY = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_CLOCK = r"\d{1,2}[:：]\d\d(?:[:：]\d\d)?"
PARTS = {
    "han": HAN,
    "day": _DAY,
    "clock": _CLOCK,
    # What stands in a label's value and not in a sentence.
    "plain": "[^。！？；，]",
    "photo": r"(?:资料图片?|图片?均?(?:为|由)[^（）()。]{1,20})",
}
#: Which tables of `FILE` hold in a zone of the text; a text without a single sentence is head and tail at once.
ZONES = {
    "any": ("any",),
    "head": ("any", "head", "ends"),
    "tail": ("any", "tail", "ends"),
    "both": ("any", "head", "tail", "ends"),
    "rest": ("rest",),
    "run": ("run",),
}

#: A label on a line of its own whose value stands on the next line, and what that value looks like.
SPLIT_LABELS = (
    (re.compile(r"(?:发布|发表|更新)?(?:时间|日期)[:：]"), re.compile(rf"{_DAY}(?:{_CLOCK})?")),
    (re.compile(r"(?:阅读|浏览|点击)(?:量|数|次数)[:：]"), re.compile(r"\d{1,9}次?")),
    (re.compile(r"(?:(?:文章|信息|稿件)?来源|稿源|作者|责任编辑|编辑)[:：]"), re.compile(rf"[{HAN}A-Za-z·、]{{2,12}}")),
)
_TITLE_WORDS = re.compile("报告|实录|发布会|答记者问|专访|访谈|讲话")
_OPENING = re.compile(r"(?:各位|同志们|女士们|先生们).{0,12}[:：！!，,]?")


@from_rules
def _patterns(rules: RuleSet) -> dict[str, tuple[re.Pattern[str], dict[str, str]]]:
    """Table of `FILE` → one pattern for all of its rules, and the name of the rule that each group stands for."""
    parts = dict(PARTS)
    for table in dict.fromkeys(rule.table for rule in rules.file(WORDS)):
        parts[table] = f"(?:{alternation(rules.table(WORDS, table))})"
    placeholder = re.compile(f"{{({'|'.join(parts)})}}")
    found = {}
    for table in {table for tables in ZONES.values() for table in tables}:
        rows = [rule for rule in rules.file(FILE) if rule.table == table]
        patterns = [placeholder.sub(lambda match: parts[match[1]], rule.word) for rule in rows]
        whole = "|".join(f"(?P<r{number}>{pattern})" for number, pattern in enumerate(patterns))
        found[table] = re.compile(whole or "(?!)"), {f"r{number}": rule.gives for number, rule in enumerate(rows)}
    return found


_LONGEST_FURNITURE = 480


def rule_for(text: str, zone: str) -> str | None:
    """The name of the rule that takes the line `text` in `zone`, or None; no rule takes what somebody says."""
    compact = text.replace(" ", "")
    if len(compact) > _LONGEST_FURNITURE:
        return None
    patterns = _patterns()
    for table in ZONES[zone]:
        pattern, names = patterns[table]
        if match := pattern.fullmatch(compact):
            return None if may_be_speech(text) else names[match.lastgroup or ""]
    return None


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
        if in_tail and tail and (last_rule := rule_for(text, "rest")):
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
    note, _ = _patterns()["run"]
    kept, removals = [], []
    for number, text in lines:
        end = len(text)
        while match := note.search(text, max(0, end - 60), end):
            removals.append(Removal(number, "picture_note", match[0]))
            end = match.start()
        if end < len(text):
            text, taken = normalise(number, text[:end])
            removals += taken
        if text:
            kept.append(Line(number, text))
    return kept, removals
