"""What a text says is done with a named thing: the nearest verb of doing, and whether it is done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..figures import statuses
from .context import nominal
from .names import Name
from .tokens import Token
from .vocabulary import Vocabulary

_WITH = frozenset(("与", "同", "和"))
_JOINT_VERBS = ("合作", "共建", "签约", "签订", "签署", "对接", "携手", "协作")
#: So many words behind the last name the joint verb may stand.
_TOGETHER = 12
_CLAUSE = re.compile("[，。；：！？\n]")
#: What was planned in the past: 谋划了, 谋划建设的.
_BEGUN = re.compile("谋划(?:了|(?:建设|实施)的)")
_TOWARDS = re.compile("[朝向]着[^，。；]*$")
_SOUGHT = re.compile("成功|圆满|已|了|过|顺利")
#: So many words behind a name are read for a verb.
_BEHIND = 12
#: What is said to come behind a name, so many characters from it.
_AHEAD, _NEAR = re.compile("将(?![军近其])|即将|拟(?![人定])"), 12


def verb_of(at: int, last: int, tokens: Sequence[Token], covered: set[int], vocabulary: Vocabulary) -> str | None:
    """The verb whose object the name from token `at` to `last` is: the nearest before it in its clause, outside other
    names (`covered` are the tokens of names), else the first behind it. None without one."""
    shared = _shared(at, last, tokens, covered)
    if shared:
        return shared
    for number in range(at - 1, -1, -1):
        token = tokens[number]
        if token.part == "mark":
            break
        found = None if number in covered else vocabulary.verb_in(token.text, vocabulary.verbs_before)
        if found and not nominal(number, tokens, vocabulary):
            return found
    read = 0
    for number in range(last + 1, len(tokens)):
        token = tokens[number]
        if token.part == "mark" or read == _BEHIND:
            break
        if number in covered or token.part == "comma":
            continue
        read += 1
        found = vocabulary.verb_in(token.text, vocabulary.verbs_behind)
        if found:
            return found
    return None


def _shared(at: int, last: int, tokens: Sequence[Token], covered: set[int]) -> str | None:
    """The verb of what is done together with those that a list names between 与 and it: 与|甲、乙|开展合作."""
    number = at - 1
    while number >= 0 and (number in covered or tokens[number].part == "comma" or tokens[number].text == "等"):
        number -= 1
    if number < 0 or tokens[number].text not in _WITH or number - 1 in covered:
        return None
    read = 0
    for number in range(last + 1, len(tokens)):
        token = tokens[number]
        if token.part == "mark" or read == _TOGETHER:
            break
        if number in covered or token.part == "comma":
            continue
        read += 1
        verb = next((verb for verb in _JOINT_VERBS if verb in token.text), None)
        if verb:
            return verb
    return None


def status_of(text: str, name: Name, verb: str | None, start: int, section: str | None, vocabulary: Vocabulary) -> str:
    """`planned` or `achieved` for a name of a sentence that begins at `start`, in a section of that status.

    A title that is only being sought is planned.
    """
    marks = [mark.end() for mark in _CLAUSE.finditer(text, start, name.start)]
    clause = text[marks[-1] if marks else start : name.start]
    sought = name.kind == "title" and verb in vocabulary.seeking or name.kind == "park" and verb == "打造"
    if sought and not _SOUGHT.search(clause):
        return "planned"
    stop = _CLAUSE.search(text, name.end)
    behind = text[name.end : min(stop.start() if stop else len(text), name.end + _NEAR)]
    if section != "achieved" and (_AHEAD.search(behind) or verb == "谋划" or "谋划" in clause):
        return "achieved" if _BEGUN.search(clause) else "planned"
    if _TOWARDS.search(clause):
        return "planned"
    return statuses.status(clause, text[start : name.start], section, future=False, over=False)
