"""Lists in a text: members, what leads them on and what closes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from .formula import Formula, Span
from .reading import read_formula
from .vocabulary import MOST, vocabulary

# How far lists are looked for.
BACK, AHEAD, FAR = 200, 400, 3000
LONGEST_ITEM = 45
_OPEN, _CLOSE = "“‘「『（《(【", "”’」』）》)】"
# One set of characters leads; what must not stand before a joint is looked for behind it.
_TOKEN = re.compile(
    "[“‘「『（《(【”’」』）》)】、，,；;。：:！？!?\n以和与及暨]"
    "(?:(?<![以和与及])|(?<=以)及|(?<=和)(?<![共温饱缓中总]和)(?![谐美平睦解煦])|(?<=与)(?<!参与)(?![会时])"
    "|(?<=及)(?<![普涉以顾]及)(?![时早格]))"
)
STOPS = frozenset("，,；;。：:！？!?\n")
_ET_CETERA = re.compile(r"(?<![高平同均中初相对])等(?![级教额离高同候待于])")
# A list that such a verb ends is about something else.
ENDS_IN_VERB = re.compile(r"(?:入选|获评|获批|纳入|列入|进入|成为|达到|形成)$")
_TELLS = re.compile(r"”(?:就?是指?|即是?|指|代表)")
NAMELY = re.compile(r"[^。！？\n]{0,60}?，即(?![将便使刻])")
SENTENCE = re.compile(r"[^。！？\n]{0,400}")
JOINT = re.compile("、|以及|[和与及]")
DEFINES = re.compile(r"(?:[^。；]{0,60}?(?:包括|是指|分别是|分别为)[：:]?|指|即|是)?")


class _Token(NamedTuple):
    start: int
    end: int
    word: str


def one_level(text: str, start: int, end: int, *, inner: bool) -> tuple[int, int, list[_Token]]:
    """The marks and joints of text[start:end] that stand in no bracket or quotation: from where, until where, which.

    With `inner` the stretch is the one that is open at `end`; else the one that is open at `start`, which ends where a
    bracket closes it.
    """
    levels: list[tuple[int, list[_Token]]] = [(start, [])]
    for match in _TOKEN.finditer(text, start, end):
        word = match[0]
        if word in _OPEN:
            if levels[-1][1] and levels[-1][1][-1].word in _CLOSE and levels[-1][1][-1].end == match.start():
                # Two quotations side by side are two members.
                levels[-1][1][-1] = _Token(match.start(), match.start(), "、")
            levels.append((match.end(), []))
        elif word in _CLOSE:
            if len(levels) > 1:
                levels.pop()
                levels[-1][1].append(_Token(match.start(), match.end(), word))
            elif inner:
                levels = [(match.end(), [])]
            else:
                return start, match.start(), levels[0][1]
        elif word == "以及" and levels[-1][1] and text[match.start() - 1] == "，":
            # The comma before it does not end the list.
            levels[-1][1][-1] = _Token(match.start() - 1, match.end(), "、")
        else:
            levels[-1][1].append(_Token(match.start(), match.end(), word))
    floor, tokens = levels[-1] if inner else levels[0]
    return floor, end, tokens


def cells_of(start: int, end: int, tokens: Sequence[_Token], total: int, marks: str = "、") -> list[Span] | None:
    """[start, end) cut at the `marks`, the last cell also at its joint (和, 与, 及), where that makes `total` cells."""
    cuts = [t for t in tokens if t.word in marks and start <= t.start and t.end <= end]
    if len(cuts) == total - 2:
        last = cuts[-1].end if cuts else start
        joints = [
            t for t in tokens if len(t.word) <= 2 and t.word[0] in "和与及暨以" and last < t.start and t.end < end
        ]
        if len(joints) != 1:
            return None
        cuts.append(joints[0])
    if len(cuts) != total - 1:
        return None
    return list(zip([start, *(t.end for t in cuts)], [*(t.start for t in cuts), end], strict=True))


def _shared(words: Sequence[str], last: bool) -> str:
    """The longest beginning (or end) that all of `words` have."""
    turned = [w[::-1] for w in words] if last else list(words)
    shared = turned[0]
    for word in turned[1:]:
        size = 0
        while size < min(len(shared), len(word)) and shared[size] == word[size]:
            size += 1
        shared = shared[:size]
    return shared[::-1] if last else shared


def _shared_size(words: Sequence[str]) -> int:
    """How many characters all of `words` have in common at their beginnings or at their ends."""
    return max(len(_shared(words, False)), len(_shared(words, True)))


def first_member(text: str, cell: Span, others: Sequence[str], at_start: bool) -> Span | None:
    """The first member of a list without what leads to it, by what the other members look like."""
    start, end = cell
    sizes = [len(o) for o in others]
    low, high = max(1, min(sizes) - (1 if len(others) > 1 else 2)), max(sizes) + (0 if len(others) == 1 else 4)
    even = len(set(sizes)) == 1
    short = even and len(others) > 1 and sizes[0] <= 3
    if short:
        # Short members of one length: a longer first one has a word to itself that belongs to all of them.
        low = high = sizes[0]
    verbs = all(vocabulary().lead.match(o) for o in others)
    told = _TELLS.search(text, start, end)
    if told:
        start, at_start = told.end(), True
    places = [(start, at_start)]
    # A lead within the member; 的 too, unless the other members have it.
    at = start
    while at < end and (lead := vocabulary().lead.search(text, at, end)):
        behind = lead.end() + (text[lead.end()] in "了着过" if lead.end() < end else 0)
        places.append((behind, len(lead[0]) > 1))
        at = lead.start() + 1
    possessive = text.rfind("的", start, end)
    if possessive >= 0 and not any("的" in o for o in others):
        places.append((possessive + 1, True))
    tail = [text[max(start, end - sizes[0]) : end], *others]
    if even and len(others) > 1 and (sizes[0] <= 2 and are_even(tail) or _shared_size(tail) >= 2):
        places.append((end - sizes[0], True))
    choice: Span | None = None
    for place, sure in sorted(set(places)):
        word = text[place:end]
        # Behind verbs alone the member is whole; further in, what is left may be a piece of it.
        whole = place == start or vocabulary().leads_only.fullmatch(text, start, place)
        if not (1 if whole and not short else low) <= len(word) <= high or word[0] in "了着过":
            continue
        if even and len(word) == sizes[0]:
            return place, end
        if vocabulary().lead.match(word) and not verbs:
            continue
        alike = any(word[-1] == o[-1] for o in others)
        if not sure or (place == start and not alike and len(word) > max(sizes) + (0 if even else 2)):
            continue
        if choice is None or choice[0] == start:
            choice = place, end
    return choice


def _last(text: str, cell: Span, others: Sequence[str], whole: bool) -> Span | None:
    """The last member of a list without what follows it, by what the other members look like.

    Where the list is the `whole` of the text, nothing follows and the member may be long.
    """
    start, end = cell
    if "的" in text[start:end] and not any("的" in o for o in others):
        end = text.index("的", start, end)
    word, sizes = text[start:end], [len(o) for o in others]
    if len(others) > 1:
        ending, beginning = _shared(others, True), _shared(others, False)
        inside = word.find(ending, 1) if ending else -1
        if ending and not word.endswith(ending) and inside > 0:
            end = start + inside + len(ending)
        elif beginning and len(set(sizes)) == 1 and word.startswith(beginning) and len(word) > sizes[0] + 1:
            end = start + sizes[0]
    longest = LONGEST_ITEM if whole else max(sizes) + (2 if len(set(sizes)) == 1 else 4)
    return (start, end) if 1 <= end - start <= longest else None


def _strip(text: str, span: Span) -> Span:
    """The span without white space and without quotation marks around the whole."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if end - start > 2 and text[start] == "“" and text.find("”", start, end) == end - 1:
        return start + 1, end - 1
    return start, end


def sound_spans(text: str, spans: Sequence[Span | None]) -> list[Span] | None:
    """The members, where all of them are there, none is empty, overlong or said twice."""
    found = [_strip(text, s) for s in spans if s]
    words = {text[a:b] for a, b in found}
    if len(found) != len(spans) or len(words) != len(spans):
        return None
    return found if all(w and len(w) <= LONGEST_ITEM and "|" not in w and "\n" not in w for w in words) else None


def members_of(
    text: str, cells: Sequence[Span], *, lead: bool, at_start: bool = True, whole: bool = False
) -> list[Span] | None:
    """Cells as members, with what stands before the first (where `lead`) and behind the last cut off."""
    et_cetera = _ET_CETERA.search(text, *cells[-1])
    if et_cetera:
        cells = [*cells[:-1], (cells[-1][0], et_cetera.start())]
    words = [text[a:b] for a, b in cells]
    if any(len(w) > LONGEST_ITEM + 20 or not w for w in words):
        return None
    first: Span | None = cells[0]
    if lead:
        first = first_member(text, cells[0], words[1:], at_start)
    elif "的" in words[0] and not any("的" in w for w in words[1:]):
        first = (cells[0][0] + words[0].rindex("的") + 1, cells[0][1])
    elif (
        (verb := vocabulary().long_lead.match(words[0]))
        and verb[0] != words[0]
        and not any(vocabulary().long_lead.match(w) for w in words[1:])
    ):
        first = (cells[0][0] + verb.end(), cells[0][1])
    if first is None:
        return None
    last = _last(text, cells[-1], [text[slice(*first)], *words[1:-1]], whole)
    return sound_spans(text, [first, *cells[1:-1], last])


def are_even(words: Sequence[str]) -> bool:
    """Whether words are built alike: they begin or end with the same character."""
    return bool(_shared(words, False) or _shared(words, True))


def list_behind(text: str, start: int, end: int, total: int, *, mixed: bool = False) -> list[Span] | None:
    """The members of a list that begins at `start`: 、 in one clause, else clauses that are built alike.

    `mixed`: both marks part members, and nothing but the list stands there, as in the glossary entry of a row of parts.
    """
    if text[start : start + 1] == "“" and (quote := text.find("”", start, start + AHEAD)) >= 0:
        # A quotation that holds the whole list.
        _, until, inside = one_level(text, start + 1, quote, inner=False)
        cells = cells_of(start + 1, until, inside, total)
        if cells and text[cells[0][1]] == "、":
            return sound_spans(text, cells)
    _, stop, tokens = one_level(text, start, min(end, start + AHEAD), inner=False)
    closing = next((t.start for t in tokens if t.word in "。！？!?\n；;，,：:"), stop)
    cells = cells_of(start, closing, tokens, total)
    if cells and (members := members_of(text, cells, lead=False, whole=closing >= end - 1)):
        return members
    closing = next((t.start for t in tokens if t.word in "。！？!?\n"), stop)
    for marks in ("；;", "，,"):
        cells = cells_of(start, closing, [t for t in tokens if t.word in marks], total, marks)
        if cells and are_even([text[a:b] for a, b in cells]):
            return sound_spans(text, cells)
    # Clauses with the same beginning, and a clause that ends the sentence.
    cuts = [t for t in tokens if t.word in "，,；;" and t.start < closing][:total]
    if len(cuts) == total:
        cells = list(zip([start, *(t.end for t in cuts[:-1])], [t.start for t in cuts], strict=True))
        words = [text[a:b] for a, b in cells]
        if _shared(words, False) and text[cuts[-1].end : cuts[-1].end + 1] != words[0][:1]:
            return sound_spans(text, cells)
    if mixed and closing >= end - 1:
        cells = cells_of(start, closing, tokens, total, "、，")
        # A member with a quotation is a clause of its own, no part of a list.
        if cells and "“" not in text[start:closing]:
            return members_of(text, cells, lead=False, whole=True)
    return None


def list_before(text: str, formula: Formula) -> list[Span] | None:
    """The members of a list that ends where the formula begins: A、B、C“三大…”, “A、B、C”的“三大…”."""
    total, end = formula.total, formula.outer[0]
    if not total or total < 2 or total > MOST or end == 0:
        return None
    known = vocabulary()
    floor, _, tokens = one_level(text, max(0, end - BACK), end, inner=True)
    cut = floor > 0 and floor == end - BACK
    closing = vocabulary().closing.search(text, max(floor, end - 10), end)
    stop = closing.start() if closing else end
    if text[stop - 1 : stop] == "”" and (quote := text.rfind("“", floor, stop)) >= 0:
        # A quotation that holds the whole list.
        start, until, inside = one_level(text, quote + 1, stop - 1, inner=False)
        kinds = ("、", "，", "、，") if formula.number is None else ("、", "，")
        cells = next(filter(None, (cells_of(start, until, inside, total, marks) for marks in kinds)), None)
        if cells:
            return sound_spans(text, cells)
    marks = [t for t in tokens if t.word in STOPS]
    start = marks[-1].end if marks else floor
    cells = cells_of(start, stop, tokens, total)
    members = members_of(text, cells, lead=True, at_start=bool(marks) or not cut) if cells else None
    if not members:
        return None
    words = [text[a:b] for a, b in members]
    # Two things side by side are common; they are a list where they are built alike.
    joined, led = text[members[0][1]] != "、", cells is not None and members[0][0] > cells[0][0]
    if total == 2 and not are_even(words) and (len(words[0]) != len(words[1]) or joined and not led):
        return None
    if all(vocabulary().leads_only.fullmatch(w) for w in words) or ENDS_IN_VERB.search(words[-1]):
        return None
    # Formulas side by side are no members of the last one; who is screened for two illnesses is neither of them.
    strangers = all(known.person.search(w) for w in words) and not known.counts_persons.search(formula.counted or "")
    return None if strangers or all(read_formula(w) for w in words) else members
