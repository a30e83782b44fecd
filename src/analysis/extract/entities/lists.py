"""Names without a class word of their own: in 《》, known ones, listed ones, leaders, what is given as a title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import COUNTED, IN_NAME, MEASURES, ORDINAL, PROPER_KINDS, Context
from .industries import OTHER
from .names import Name, bare

_BOOK_RULE = re.compile("(?:条例|办法|法|标准|规定|细则|规则)(?:[（(].*[)）])?$")
_PAPER = re.compile("(?:日报|晚报|时报|周刊|杂志|都市报)$")
#: So many words behind 等 may stand before the class word of a list, and so many words may a listed name have.
_LIST_REACH, _ITEM_WORDS = 12, 9
_PROJECT_REACH = 40
_TITLE_WORDS = 14
_TITLE_ENDS = ("mark", "comma", "and", "etc", "book", "of")
_RANKS = ("国家", "国家级", "全国", "中国", "世界", "全球", "省级")
_HOLDS = ("召开", "举办", "举行", "承办", "协办", "成功举办", "隆重举行")
_NO_EVENTS = frozenset(
    (
        "全会",
        "社会",
        "会",
        "机会",
        "党代会",
        "议会",
        "都会",
        "晚会",
        "工会",
        "协会",
        "学会",
        "委员会",
        "常委会",
        "董事会",
    )
)
#: Lists of who acts: what follows their class word tells what they do together.
_ACTORS = ("firm", "institution")
_SHORT_ITEM = 5
_PHASE = re.compile("[一二三四五六]期")
#: Verbs of one character that stand inside the names of firms and places.
_NAME_VERBS = frozenset("能成立创达升育引联超")
_MANAGER = re.compile("(?:党委书记、|执行)?(?:董事长|总经理|总裁|首席执行官|创始人)")
_LEAST_LED, _MOST_LED = 3, 14
_LEAST_EVENT, _LEAST_RANKED = 5, 6
_BEFORE_TITLE = frozenset(
    ("为", "了", "首批", "全省首批", "全国首批", "第一批", "第二批", "第三批", "首个", "成", "的")
)


class Lists(Context):
    """What the place of a name in the sentence tells of it."""

    def _books(self) -> Iterator[Name]:
        for token in self.tokens:
            if token.part == "book":
                inner = token.text[1:-1]
                kind = "institution" if _PAPER.search(inner) else "rule" if _BOOK_RULE.search(inner) else "programme"
                yield Name(token.start, token.end, kind, "", "book")

    def _known(self) -> Iterator[Name]:
        """Known names that begin and end where words do."""
        known, begun = self.words.known, self.words.known_begun
        for at, token in enumerate(self.tokens):
            if token.text not in begun or token.part in ("mark", "number", "quote", "book"):
                continue
            longest = None
            for other in range(at, min(at + 6, len(self.tokens))):
                printed = self.text[token.start : self.tokens[other].end]
                if printed not in begun:
                    break
                longest = other if printed in known else longest
            if longest is not None and not self._goes_on(longest):
                end = self.tokens[longest].end
                yield Name(token.start, end, known[self.text[token.start : end]], "", "known")

    def _goes_on(self, at: int) -> bool:
        """Whether a single character directly behind token `at` belongs to its name."""
        behind = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        joined = behind is not None and behind.start == self.tokens[at].end
        return joined and behind is not None and behind.part == "noun" and len(behind.text) == 1

    def _formed(self) -> Iterator[Name]:
        """Names by their form, with the proper words before it: 云溪国家4A级景区."""
        for kind, form in self.words.forms:
            for found in form.finditer(self.text):
                start = found.start()
                at = self._ends.get(start)
                while at is not None and self.tokens[at].part == "noun" and self._specific(self.tokens[at]):
                    start = self.tokens[at].start
                    at = self._ends.get(start)
                yield Name(start, found.end(), kind, "", "form")

    def _led(self) -> Iterator[Name]:
        """The firm of a manager: 云岭科技董事长."""
        for led in _MANAGER.finditer(self.text):
            last = self._ends.get(led.start())
            if last is None:
                continue
            first = last
            while (
                first > 0
                and self.tokens[first - 1].part == "noun"
                and self.tokens[first - 1].end == self.tokens[first].start
            ):
                first -= 1
            first = self._first(first, last)
            start, end = self.tokens[first].start, self.tokens[last].end
            run = self.tokens[first : last + 1]
            if _LEAST_LED <= end - start <= _MOST_LED and run[-1].part == "noun" and any(map(self._specific, run)):
                yield Name(start, end, "firm", self._head(run[-1], start) or "", "lead")

    def _leads(self) -> Iterator[Name]:
        """以 … 为龙头: who leads is a firm."""
        for lead in re.finditer(
            r"以([^，。；、：“”]{2,12}?)(?:等)?(?:为|作为)(?:龙头|链主|引领|主体|“链主”)", self.text
        ):
            start, end = lead.span(1)
            if start in self._starts and end in self._ends:
                tokens = self.tokens[self._starts[start] : self._ends[end] + 1]
                head = self._head(tokens[-1], start)
                if not all(self.words.says_little(token.text) for token in tokens):
                    yield Name(start, end, self.words.heads.get(head or "", "firm"), head or "", "lead")

    def _lists(self) -> Iterator[Name]:
        """What is listed before 等, or before a number (甲、乙2个平台), and a class word."""
        for at, token in enumerate(self.tokens):
            if token.part != "etc" and not self._counts_a_list(at):
                continue
            kind, word = self._list_kind(at)
            if kind == "project" and not self._worked_on(at):
                continue
            if kind:
                yield from self._items(at, kind, word)

    def _counts_a_list(self, at: int) -> bool:
        """Whether a number at token `at` counts what stands in a list before it: 甲、乙2个平台."""
        tokens = self.tokens
        if tokens[at].part != "number" or not 2 <= at < len(tokens) - 2 or tokens[at + 1].text not in MEASURES:
            return False
        before = tokens[max(0, at - _ITEM_WORDS) : at]
        return (
            tokens[at - 1].part in IN_NAME
            and tokens[at - 1].end == tokens[at].start
            and any(token.part in ("comma", "and") for token in before)
        )

    def _worked_on(self, at: int) -> bool:
        """Whether what is listed before token `at` is something built or brought in: 花样滑冰等项目 is not."""
        near = self.tokens[max(0, at - _PROJECT_REACH) : at + _LIST_REACH]
        return any(self.words.verb_in(token.text, self.words.building) for token in near)

    def _list_kind(self, at: int) -> tuple[str | None, str]:
        """The kind of the class word behind the 等 at token `at`, and the words from there to its end."""
        found, tokens = None, self.tokens
        told = ""
        counted_list = tokens[at].part == "number"
        for token in tokens[at + 1 : at + 1 + _LIST_REACH]:
            counted = COUNTED.match(token.text) if token.part == "quote" else None
            if counted:
                return self.words.heads.get(counted[1]) or self.words.lists.get(counted[1]), counted[1]
            if found in _ACTORS and token.text not in self.words.lists:
                # 等企业协调联动机制: the list is of firms.
                break
            if token.part in ("mark", "comma", "etc", "of", "and") or token.part == "verb" and found:
                break
            if token.text in ("被", "对", "向", "把", "将"):
                break
            for start in range(max(tokens[at].end, token.end - self.words.longest_list), token.end):
                word = self.text[start : token.end]
                if word in self.words.lists or counted_list and word in self.words.heads:
                    found = self.words.lists.get(word) or self.words.heads[word]
                    told = self.text[tokens[at].end : token.end]
                    break
        return found, told

    def _items(self, at: int, kind: str, told: str) -> Iterator[Name]:
        """The names of the list that ends before token `at`; `told` stands behind 等 up to the class word."""
        stop, tokens = at, self.tokens
        found: list[tuple[int, int, Name | None]] = []
        while stop > 0:
            first = stop
            while first > 0 and stop - first < _ITEM_WORDS and self._in_item(first - 1):
                first -= 1
            if tokens[first].part == "number" and kind != "project":
                first += 1
            separator = tokens[first - 1] if first else None
            more = separator is not None and separator.part in ("comma", "and")
            found.append((first, stop, self._item(first, stop, kind, told, ends=not more)))
            if not more or stop - first >= _ITEM_WORDS:
                break
            stop = first - 1
        names = [name for _, _, name in found if name]
        yield from names
        if kind == "project" and 2 * len(names) > len(found):
            # Where most of a list are names, the short words between them are, too: 甲乳业、金锣、乙科技等项目.
            for first, stop, name in found[:-1]:
                start, end = tokens[first].start, tokens[stop - 1].end
                if name is None and 2 <= end - start <= _SHORT_ITEM and not self._plain(first, stop):
                    yield Name(start, end, kind, "", "list")

    def _plain(self, first: int, stop: int) -> bool:
        """Whether the words from token `first` to `stop` say too little, or what is done."""
        return any(self.words.says_little(token.text) or token.part != "noun" for token in self.tokens[first:stop])

    def _counted(self, at: int) -> bool:
        """Whether a counted quotation (“五大行动”) stands behind token `at`: its members are listed before it."""
        return any(t.part == "quote" and COUNTED.match(t.text) for t in self.tokens[at : at + 6 * _LIST_REACH])

    def _in_item(self, at: int) -> bool:
        """Whether a token may stand in an item of a list: 二期 behind a name, a verb of one character in one (金汇能),
        others only behind a quotation (“利剑”清查处置)."""
        token, part = self.tokens[at], self.tokens[at].part
        before = self.tokens[at - 1] if at else None
        return (
            part in (*IN_NAME, "number")
            or _PHASE.fullmatch(token.text) is not None
            or token.text == "至"
            and before is not None
            and before.part == "noun"
            or token.text in _NAME_VERBS
            and before is not None
            and before.end == token.start
            and before.part == "noun"
            and (self._specific(before) or at < 2 or self.tokens[at - 2].part in ("comma", "mark"))
            or part == "verb"
            and any(token.part == "quote" for token in self.tokens[max(0, at - 2) : at])
        )

    def _item(self, first: int, stop: int, kind: str, told: str, *, ends: bool) -> Name | None:
        """One of a list: tokens `first` to `stop`, cut free of a verb before it where the list begins there."""
        words, tokens = self.words, self.tokens
        if stop <= first:
            return None
        if ends:
            first = self._first(first, stop - 1)
        start, end = tokens[first].start, tokens[stop - 1].end
        plain = bare(self.text[start:end])
        if (
            len(plain) < 2
            or all(t.text in words.plain or t.text in words.trimmed for t in tokens[first:stop])
            and not (kind == "industry" and self.industries.of(plain))
        ):
            return None
        head = self._head(tokens[stop - 1], start) or ""
        own = words.heads.get(head)
        quoted = any(t.part == "quote" for t in tokens[first:stop])
        if kind == "programme" and not (own or quoted or self._counted(stop)):
            return None
        if kind == "institution" and all(t.tag == "ns" for t in tokens[first:stop]):
            return None
        if kind == "project" and not own and not any(self._specific(t) for t in tokens[first:stop]):
            return None
        works = own == "place" and self.words.heads.get(told) == "project"  # 唐家河等煤矿: a mine, not a river
        if (
            not works
            and own
            and (kind == "industry" and own != "title" or kind in ("project", "firm") and own in PROPER_KINDS)
        ):
            kind = own
        if kind == "industry" and self.industries.of(plain) is None and self.industries.of(told) in (None, OTHER):
            return None
        return Name(start, end, kind, "" if works else head, "list", told)

    def _given(self) -> Iterator[Name]:
        """What is given or sought as a title: the words behind a verb of giving up to the last class word of titles, or
        all of them where they begin with a rank (国家, 全国)."""
        tokens, words = self.tokens, self.words
        for at, token in enumerate(tokens):
            if token.text not in words.giving:
                continue
            first = at + 1
            while first < len(tokens) and (tokens[first].text in _BEFORE_TITLE or tokens[first].text in words.trimmed):
                first += 1
            last, stop = None, first
            while stop < min(first + _TITLE_WORDS, len(tokens)) and tokens[stop].part not in _TITLE_ENDS:
                head = self._head(tokens[stop], tokens[first].start)
                if head and (words.heads.get(head) == "title" or head in ("基地", "中心", "案例")):
                    last = (stop, head)
                stop += 1
            if last is None and self._is_ranked(first, stop):
                last = (stop - 1, "")
            if last and last[0] > first or last and tokens[first].part == "quote":
                yield Name(tokens[first].start, tokens[last[0]].end, "title", last[1], "list")

    def _is_ranked(self, first: int, stop: int) -> bool:
        """Whether the words from token `first` to `stop` are a title by their rank: 国家文化出口重点项目."""
        tokens = self.tokens[first:stop]
        if (
            len(tokens) < 2
            or tokens[-1].end - tokens[0].start < _LEAST_RANKED
            or tokens[0].text not in _RANKS
            or any(t.part in ("verb", "other", "number") for t in tokens)
        ):
            return False
        return any(token.text not in self.words.plain for token in tokens[1:])

    def _held(self) -> Iterator[Name]:
        """What is held: the words behind 召开, 举办 up to one that ends in 会, 节, 赛."""
        tokens = self.tokens
        for at, token in enumerate(tokens):
            if token.text not in _HOLDS:
                continue
            first = at + 1
            while first < len(tokens) and (tokens[first].text in _BEFORE_TITLE or tokens[first].part == "number"):
                first += 1
            stop, last = first, None
            while stop < min(first + _TITLE_WORDS, len(tokens)) and tokens[stop].part not in _TITLE_ENDS:
                word = tokens[stop].text
                if word[-1] in "会节赛展坛" and word not in self.words.never and word not in _NO_EVENTS:
                    last = stop
                stop += 1
            if last is not None and last > first:
                start = tokens[first].start
                before = ORDINAL.search(self.text[max(0, start - 8) : start])
                start -= len(before[0]) if before else 0
                stem = self.tokens[first:last]
                if (
                    sum(not self.words.says_little(t.text) for t in stem) >= 1
                    and tokens[last].end - start >= _LEAST_EVENT
                ):
                    yield Name(start, tokens[last].end, "event", "", "list")
