"""Where names stand in a passage, and of what kind they are.

way         finds                                                                example
book        what stands in 《》                                                   《云岭市水源保护条例》
class word  a class word and the words to its left that may belong to the name   云岭新材料产业园
quotation   a quotation before a class word, or as what a verb of doing acts on  “双百”计划, 推行“厂长接待日”
list        what is listed before 等 and a class word: each is of its kind       甲、乙等企业
known       names without a class word                                           华为
lead        whom a park or chain is led by                                       以云岭焦化为龙头
industry    names of industries that stand as such                               发展冰雪旅游

Of names that overlap the longest stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .industries import Industries
from .tokens import Token
from .vocabulary import Vocabulary

_IN_NAME = ("noun", "inside", "quote", "joint")
_PLAIN = re.compile(r"[“”「」《》]")
_BOOK_RULE = re.compile("(?:条例|办法|法|标准|规定|细则|规则)(?:[（(].*[)）])?$")
_PAPER = re.compile("(?:日报|晚报|时报|周刊|杂志|都市报)$")
_ORDINAL = re.compile("(?:第[一二三四五六七八九十百零〇\\d]+届|首届)$")
_NO_QUOTE = re.compile(
    "^[一二三四五六七八九十两百\\d]+[大个项条篇字张道步]|^第[一二三]|字号$|^[一二三四五六七八九十两]+是|[。？！]|吗$|难$|^最后一|级$|[变化]为"
)
_SITE = re.compile("引水|供水|调水|输水|水库|河|湖|路|桥|管网|管线|灌区|防洪|电站|输变电|堤|渠|港|跨区域|隧道|厂|库区|铁|航")
_SUFFIX = re.compile("产业链群|产业链|产业集群|产业群|产业|行业|集群|制造业|经济带|经济|业")
_CALLED = re.compile("(?:产业链群|产业链|产业集群|产业群|产业|行业|集群|制造业)$")
_LEVELS = re.compile("(?:国家级|省级|市级|国家|全国|全省|全市|全县|省|市|首届|第[一二三四五六七八九十\\d]+届|系列)+")
#: “五大行动”: what is listed before it are its members.
_COUNTED = re.compile("“[一二三四五六七八九十两\\d]+[大项个]([^“”]{2,4})”$")
#: So many words behind 等 may stand before the class word of a list, and so many words may a listed name have.
_LIST_REACH, _ITEM_WORDS = 8, 9
_AND_LENGTH = 6
_MAKES = frozenset(("建设", "制定", "印发", "建成", "形成", "促进", "编制", "获", "为", "成为", "护", "变", "作为"))
_TITLE_WORDS = 14
_SPEECH = 8
_YEAR = re.compile("(?:19|20)\\d\\d年?$")
_SATELLITE = re.compile("\\d号$")
_BEFORE_TITLE = frozenset(("为", "了", "首批", "全省首批", "全国首批", "第一批", "第二批", "第三批", "首个", "成", "的"))
_EACH = re.compile("^一.{1,2}一.{1,2}$")
_MEASURED = frozenset(("占比", "增加值", "产值", "规模", "营业收入", "营收", "总量", "版图", "体系", "格局", "项目", "新城", "板块", "领域", "赛道", "大市", "强市", "方面", "优势", "深度", "高地", "企业", "转型", "能级", "融合"))
_STRONG = 3
_OWNERS = frozenset(("城市", "城乡", "农村", "当地", "县域", "区域", "全域", "地方"))
_GROWS = frozenset(("发展", "培育", "壮大", "布局", "做强", "做大", "做优", "推动", "发展壮大", "振兴", "升级", "提升", "放大", "改造", "聚焦", "抢占", "开发", "繁荣", "打造"))
#: Kinds whose names are proper ones: a common noun with a class word (人才公寓) is none.
_PROPER_KINDS = ("platform", "park", "place", "project", "firm", "institution")
_RANK = {way: rank for rank, way in enumerate(("book", "list", "class", "quotation", "known", "lead", "memory", "industry"))}


@dataclass(frozen=True, slots=True)
class Name:
    """A name at `text[start:end]`: its kind, the class word at its end ("" without one), and the way it was found."""

    start: int
    end: int
    kind: str
    head: str
    way: str


def bare(name: str) -> str:
    """A name without quotation marks.

    >>> bare("“双百”计划")
    '双百计划'
    """
    return _PLAIN.sub("", name)


def without_levels(name: str) -> str:
    """A name without the words of rank before it (国家级, 省).

    >>> without_levels("国家级云岭试点")
    '云岭试点'
    """
    found = _LEVELS.match(name)
    return name[found.end() :] if found and len(name) - found.end() >= 2 else name


class Passage:
    """The names of one passage."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        vocabulary: Vocabulary,
        industries: Industries,
        own: frozenset[str] = frozenset(),
    ) -> None:
        """`own` are the names of the text's own place."""
        self.own = own
        self.text, self.tokens, self.words, self.industries = text, tokens, vocabulary, industries
        self._starts = {token.start: at for at, token in enumerate(tokens)}
        self._ends = {token.end: at for at, token in enumerate(tokens)}

    def names(self) -> list[Name]:
        """All names, without overlap, in order."""
        found = [*self._books(), *self._lists(), *self._given(), *self._known(), *self._leads()]
        listed = {(name.start, name.end) for name in found if name.way == "list"}
        for run in self._runs():
            name = self._class_word(run)
            if name and (name.start, name.end) not in listed:
                found.append(self._with_and(name, run))
                found += self._sharing(name)
        taken = longest(found)
        found = [*taken, *self._quotations(taken)]
        return longest([*found, *self._industries(longest(found))])

    # --- runs of words that may make a name ---------------------------------------------------------------------------

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Stretches of words that may stand in one name, as numbers of tokens."""
        begin = None
        for at, token in enumerate(self.tokens):
            part = token.part
            joined = begin is None or self.tokens[at - 1].end == token.start
            if part == "quote" and begin is not None and self.tokens[at - 1].part == "quote":
                yield begin, at
                begin = at
                continue
            if part in _IN_NAME and joined:
                begin = at if begin is None else begin
                continue
            if begin is not None:
                yield begin, at
            begin = at if part in _IN_NAME else None
        if begin is not None:
            yield begin, len(self.tokens)

    def _first(self, begin: int, last: int) -> int:
        """The first token of a name that ends in `last`, without what is cut off at the left."""
        tokens, words = self.tokens, self.words
        first = begin
        for at in range(begin, last):
            # A verb of doing behind a subject (全市|建设|…) begins anew.
            subject = at > begin and all(t.text in words.trimmed or t.text in self.own for t in tokens[begin:at])
            if tokens[at].part == "inside" and subject and tokens[at].text in words.verbs_before:
                first = at + 1
        while first < last and self._cut_off(tokens[first]):
            first += 1
        return first

    def _cut_off(self, token: Token) -> bool:
        """Whether a word does not begin a name: one of those that are cut off, or a verb that is no part of names."""
        words = self.words
        return (
            token.text in words.trimmed
            or token.part == "joint"
            or token.part == "inside"
            and token.text not in words.inside
            and len(token.text) > 1
        )

    def _head(self, token: Token, floor: int) -> str | None:
        """The class word with which a name ends that ends in `token`."""
        end = token.end - 1 if token.part == "quote" else token.end
        floor = token.start + 1 if token.part == "quote" else floor
        head = self.words.head_at(self.text, end, floor)
        if head:
            return head
        last = self.text[end - 1]
        return last if last in self.words.short_heads and token.part == "noun" else None

    def _class_word(self, run: tuple[int, int]) -> Name | None:
        """The name of a run: it ends with the last class word that makes one."""
        begin, stop = run
        for last in range(stop - 1, begin - 1, -1):
            token = self.tokens[last]
            if token.part in ("joint", "of"):
                continue
            head = self._head(token, self.tokens[begin].start)
            if head is None:
                continue
            name = self._named(begin, last, head)
            if name:
                return name
        return None

    def _named(self, begin: int, last: int, head: str) -> Name | None:
        """The name that ends in token `last` with the class word `head`, if its words make one."""
        words, tokens = self.words, self.tokens
        if head in words.short_heads and head not in words.heads:
            return self._short(begin, last, head)
        first = self._first(begin, last)
        kind = words.heads[head]
        if tokens[last].part == "quote":
            inner = tokens[last].text[1:-1]
            if _NO_QUOTE.search(inner) or len(inner) > _SPEECH and inner[:2] in words.verbs_before:
                return None
            if head in words.weak_heads and self._governing(last) not in words.acting:
                return None
        if kind != "title" and tokens[last].part == "quote" or any(t.part == "quote" for t in tokens[first + 1 : last]):
            # Before a quotation stand only words of rank: 社区管理“圈长制” is “圈长制”.
            quote = max(at for at in range(first, last + 1) if tokens[at].part == "quote")
            while quote > first and tokens[quote - 1].text in words.levels:
                quote -= 1
            first = quote if kind != "title" else first
        start, end = tokens[first].start, tokens[last].end
        name = self.text[start:end]
        plain = bare(name)
        if plain in words.never or tokens[first].part == "inside" and first == last and plain not in words.whole:
            return None
        governed = self._governing(first)
        if head in words.weak_heads and not any(t.part == "quote" for t in tokens[first : last + 1]):
            if governed not in words.weak_verbs:
                return None
        if not self._telling(first, last, head, kind):
            return None
        if kind in ("park", "platform") and head in ("基地", "示范基地", "平台") and governed in words.giving:
            kind = "title"
        if kind == "title" and head.endswith("试点") and governed in words.weak_verbs - words.giving:
            kind = "programme"
        if kind == "programme" and head == "工程" and _SITE.search(plain):
            kind = "project"
        if kind in ("event", "title"):
            before = _ORDINAL.search(self.text[max(0, start - 8) : start])
            start -= len(before[0]) if before else 0
        if kind == "event":
            start = self._year(start)
        return Name(start, end, kind, head, "class")

    def _year(self, start: int) -> int:
        """Where the name of an event begins that has its year, and the place before that, in front: 云岭2030年冬会."""
        before = _YEAR.search(self.text[max(0, start - 5) : start])
        if before is None or start - len(before[0]) not in self._starts:
            return start
        start -= len(before[0])
        at = self._ends.get(start)
        return self.tokens[at].start if at is not None and self.tokens[at].tag == "ns" else start

    def _telling(self, first: int, last: int, head: str, kind: str) -> bool:
        """Whether the words before the class word make a name: more than plain ones."""
        words = self.words
        tokens = self.tokens[first : last + 1]
        if any(t.part == "quote" for t in tokens):
            return True
        end = tokens[-1].end
        stem = self.text[tokens[0].start : end - len(head)]
        if bare(self.text[tokens[0].start : end]) in words.whole or without_levels(bare(self.text[tokens[0].start : end])) in words.whole:
            return True
        if not stem:
            return False
        stop = end - len(head)
        parts = [(self.text[t.start : min(t.end, stop)], t) for t in tokens if t.start < stop]
        telling = [t for part, t in parts if not words.says_little(part)]
        if kind in _PROPER_KINDS:
            if any(self._specific(t) for t in telling) or self.industries.of(stem):
                return True
            return len(parts) >= 3 and len(telling) >= 2
        if telling:
            return True
        return len(parts) >= 3 and kind in ("programme", "rule", "title")

    def _specific(self, token: Token) -> bool:
        """Whether a word is proper to something: names of places and persons, Latin letters, what the segmenter cuts
        into single characters."""
        return (
            token.tag in ("ns", "nr", "nz", "nt", "nrt", "nrfg", "eng", "j", "x", "")
            or len(token.text) == 1
            and token.tag not in ("a", "b", "f", "m")
            or token.text in self.words.known
        )

    def _short(self, begin: int, last: int, head: str) -> Name | None:
        """A name that ends with one character: 倭肯河, 勃利县, 观鹤节."""
        words, tokens = self.words, self.tokens
        kind, token = words.short_heads[head], tokens[last]
        following = tokens[last + 1] if last + 1 < len(tokens) and tokens[last + 1].start == token.end else None
        if token.text in words.never or (following and following.part == "noun" and len(following.text) == 1):
            return None
        if kind == "event":
            return Name(token.start, token.end, kind, head, "class") if len(token.text) >= 3 else None
        if kind == "place" and len(token.text) >= 2:
            if token.tag in ("ns", "nz") or len(token.text) == 3 and (token.tag == "nr" or head not in "区村乡" and token.tag in ("x", "")):
                return Name(self._county(last, begin), token.end, kind, head, "class")
            return None
        if len(token.text) > 1:
            return None
        first = last
        while first > begin and last - first < 3 and self._proper(tokens[first - 1]):
            first -= 1
        stem = self.text[tokens[first].start : token.start]
        if not 1 <= len(stem) <= 4 or stem in words.plain or stem in words.trimmed or stem + head in words.never:
            return None
        return Name(self._county(first, begin), token.end, kind, head, "class")

    def _county(self, first: int, begin: int) -> int:
        """Where a name of a place begins that has its county before it: 桃山区万宝村."""
        before = self.tokens[first - 1] if first > begin else None
        if before and len(before.text) >= 2 and before.text[-1] in "县区旗镇乡" and before.text not in self.words.never:
            return before.start
        return self.tokens[first].start

    @staticmethod
    def _proper(token: Token) -> bool:
        """Whether a word looks like a part of a proper name: a single character, or one that names a place or person."""
        return token.part == "noun" and (
            len(token.text) == 1 and token.tag not in ("a", "b", "f") or token.tag in ("ns", "nr", "nz", "nrt", "nrfg") and len(token.text) <= 3
        )

    def _governing(self, first: int) -> str | None:
        """The verb directly before the token `first`, over numbers, 了 and plain words."""
        for at in range(first - 1, max(-1, first - 6), -1):
            token = self.tokens[at]
            verb = self.words.verb_in(token.text, self.words.verbs_before)
            if verb:
                return verb
            if token.part in ("mark", "comma", "of", "etc", "verb"):
                return None
        return None

    def _sharing(self, name: Name) -> Iterator[Name]:
        """What is listed before a name and shares its class word: 产业振兴、文化振兴和生态振兴工程."""
        tokens, at = self.tokens, self._starts.get(name.start)
        head = len(name.head)
        stem = self.text[name.start : name.end - head] if head else ""
        if at is None or name.way != "class" or len(stem) < 4 or name.kind not in ("programme", "project", "event", "park"):
            return
        while at > 1 and tokens[at - 1].part in ("comma", "and"):
            stop = at - 1
            first = stop
            while first > 0 and tokens[first - 1].part in _IN_NAME:
                first -= 1
            first = self._first(first, stop - 1) if stop > first else first
            printed = self.text[tokens[first].start : tokens[stop - 1].end] if stop > first else ""
            if len(printed) < 3 or printed[-2:] != stem[-2:] or printed == stem[-2:]:
                return
            yield Name(tokens[first].start, tokens[stop - 1].end, name.kind, "", "list")
            at = first

    def _with_and(self, name: Name, run: tuple[int, int]) -> Name:
        """A name whose first part is two things joined by 和: 矿产和循环经济产业园."""
        begin = run[0]
        at = self._starts.get(name.start, 0)
        if name.kind == "event" and at > 1 and self.tokens[at - 1].text == "暨":
            first = at - 1
            while first > 0 and self.tokens[first - 1].part in _IN_NAME:
                first -= 1
            first = self._first(first, at - 2) if at - 2 > first else first
            return Name(self.tokens[first].start, name.end, name.kind, name.head, name.way)
        if name.kind in ("firm", "institution", "place", "title") or name.way != "class":
            return name
        if self.tokens[begin].start != name.start or begin < 2 or self.tokens[begin - 1].part != "and":
            return name
        first = begin - 1
        while first > 0 and self.tokens[first - 1].part in ("noun", "inside"):
            first -= 1
        before = self.tokens[first - 1] if first else None
        stem = self.text[self.tokens[first].start : self.tokens[begin - 1].start]
        first = self._first(first, begin - 1)
        stem = self.text[self.tokens[first].start : self.tokens[begin - 1].start]
        opens = before is None or before.part in ("verb", "mark", "other") or before.text in self.words.verbs_before or first > 0
        if not 2 <= len(stem) <= _AND_LENGTH or not opens or before is not None and before.part in ("comma", "of"):
            return name
        if self._head(self.tokens[begin - 2], self.tokens[first].start):
            return name
        return Name(self.tokens[first].start, name.end, name.kind, name.head, name.way)

    # --- other ways ---------------------------------------------------------------------------------------------------

    def _books(self) -> Iterator[Name]:
        for token in self.tokens:
            if token.part == "book":
                inner = token.text[1:-1]
                kind = "institution" if _PAPER.search(inner) else "rule" if _BOOK_RULE.search(inner) else "programme"
                yield Name(token.start, token.end, kind, "", "book")

    def _known(self) -> Iterator[Name]:
        """Known names that begin and end where words do."""
        known, longest_known = self.words.known, self.words.longest_known
        for at, token in enumerate(self.tokens):
            if token.part in ("mark", "number", "quote", "book"):
                continue
            for other in range(min(at + 5, len(self.tokens) - 1), at - 1, -1):
                end = self.tokens[other].end
                if end - token.start <= longest_known and self.text[token.start : end] in known:
                    behind = self.tokens[other + 1] if other + 1 < len(self.tokens) else None
                    if behind and behind.start == end and behind.part == "noun" and len(behind.text) == 1:
                        break
                    yield Name(token.start, end, known[self.text[token.start : end]], "", "known")
                    break

    def _leads(self) -> Iterator[Name]:
        """以 … 为龙头: who leads is a firm."""
        for lead in re.finditer(r"以([^，。；、：“”]{2,12}?)(?:等)?(?:为|作为)(?:龙头|链主|引领|主体|“链主”)", self.text):
            start, end = lead.span(1)
            if start in self._starts and end in self._ends:
                at = self._starts[start]
                if True:
                    yield Name(start, end, "firm", "", "lead")

    def _lists(self) -> Iterator[Name]:
        """What is listed before 等 and a class word."""
        for at, token in enumerate(self.tokens):
            if token.part != "etc":
                continue
            kind = self._list_kind(at)
            if kind:
                yield from self._items(at, kind)

    def _list_kind(self, at: int) -> str | None:
        """The kind of the class word behind the 等 at token `at`."""
        found, tokens = None, self.tokens
        for token in tokens[at + 1 : at + 1 + _LIST_REACH]:
            counted = _COUNTED.match(token.text) if token.part == "quote" else None
            if counted:
                return self.words.heads.get(counted[1]) or self.words.lists.get(counted[1])
            if token.part in ("mark", "comma", "etc", "of", "and") or token.part == "verb" and found:
                break
            for start in range(max(tokens[at].end, token.end - self.words.longest_list), token.end):
                if self.text[start : token.end] in self.words.lists:
                    found = self.words.lists[self.text[start : token.end]]
                    break
        return found

    def _items(self, at: int, kind: str) -> Iterator[Name]:
        """The names of the list that ends before token `at`."""
        stop, tokens = at, self.tokens
        single = True
        while stop > 0:
            first = stop
            while first > 0 and stop - first < _ITEM_WORDS and self._in_item(first - 1):
                first -= 1
            if tokens[first].part == "number" and kind != "project":
                first += 1
            separator = tokens[first - 1] if first else None
            more = separator is not None and separator.part in ("comma", "and")
            name = self._item(first, stop, kind, ends=not more)
            if name is None or single and not more and kind in ("industry", "programme", "platform", "event"):
                if not (name and single):
                    return
            if name:
                yield name
            if not more:
                return
            single = False
            stop = first - 1

    def _in_item(self, at: int) -> bool:
        """Whether a token may stand in an item of a list; verbs only behind a quotation (“利剑”清查处置)."""
        part = self.tokens[at].part
        return part in (*_IN_NAME, "number") or part == "verb" and any(
            token.part == "quote" for token in self.tokens[max(0, at - 2) : at]
        )

    def _item(self, first: int, stop: int, kind: str, *, ends: bool) -> Name | None:
        """One of a list: tokens `first` to `stop`, cut free of a verb before it where the list begins there."""
        words, tokens = self.words, self.tokens
        if stop <= first:
            return None
        if ends:
            first = self._first(first, stop - 1)
        while first < stop - 1 and tokens[first].text in words.levels | {"包括", "如", "像"}:
            break
        start, end = tokens[first].start, tokens[stop - 1].end
        plain = bare(self.text[start:end])
        if len(plain) < 2 or all(t.text in words.plain or t.text in words.trimmed for t in tokens[first:stop]) and not (
            kind == "industry" and self.industries.of(plain)
        ):
            return None
        head = self._head(tokens[stop - 1], start) or ""
        own = words.heads.get(head)
        if kind == "institution" and all(t.tag == "ns" for t in tokens[first:stop]):
            return None
        if kind == "project" and not own and not any(self._specific(t) for t in tokens[first:stop]):
            return None
        if own and (kind == "industry" and own != "title" or kind == "project" and own in _PROPER_KINDS):
            kind = own
        if kind == "industry" and self.industries.of(plain) is None:
            return None
        return Name(start, end, kind, head, "list")

    def _quotations(self, taken: Sequence[Name]) -> list[Name]:
        """Quotations that no longer name holds: before a class word, beside one of a known kind, or as what a verb of
        doing acts on."""
        kinds = {number: name.kind for name in taken for number in self._numbers(name)}
        found: dict[int, Name] = {}
        quotes = [at for at, token in enumerate(self.tokens) if token.part == "quote"]
        for at in quotes:
            name = self._before_class_word(at)
            if name and (at not in kinds or name.end - name.start > len(self.tokens[at].text)):
                found[at] = name
                kinds[at] = name.kind
        for at in [*reversed(quotes), *quotes]:
            if at not in kinds:
                name = self._beside(at, kinds) or self._acted_on(at)
                if name:
                    found[at] = name
                    kinds[at] = name.kind
        return list(found.values())

    def _numbers(self, name: Name) -> range:
        """The tokens of a name."""
        first = self._starts.get(name.start)
        last = self._ends.get(name.end)
        return range(first, last + 1) if first is not None and last is not None else range(0)

    def _before_class_word(self, at: int) -> Name | None:
        """A quotation with the words behind it up to a class word: “厂长接待日”特别工作机制."""
        tokens, words, found = self.tokens, self.words, None
        if _NO_QUOTE.search(tokens[at].text[1:-1]) and not _COUNTED.match(tokens[at].text):
            return None
        for other in range(at + 1, min(at + 1 + _LIST_REACH, len(tokens))):
            token = tokens[other]
            if token.start != tokens[other - 1].end or token.part in ("mark", "comma", "and", "etc", "quote", "book", "other"):
                break
            if token.part == "of" and not (other == at + 1):
                break
            if token.part == "verb" and (words.verb_in(token.text, words.acting) or token.text in _MAKES):
                break
            head = words.head_at(self.text, token.end, tokens[at].end)
            if head and (tokens[at + 1].part != "of" or head in ("模式", "机制")):
                found = (other, head)
        if found is None:
            return None
        other, head = found
        kind = words.heads[head]
        if kind in ("firm", "place", "institution"):
            return None
        first = at
        while first > 0 and tokens[first - 1].text in words.levels and tokens[first - 1].end == tokens[first].start:
            first -= 1
        start = tokens[first].start
        before = _ORDINAL.search(self.text[max(0, start - 8) : start])
        return Name(start - (len(before[0]) if before else 0), tokens[other].end, kind, head, "quotation")

    def _beside(self, at: int, kinds: dict[int, str]) -> Name | None:
        """A quotation in a list with another of a known kind; a noun directly behind it belongs to it (“三色”马甲)."""
        tokens = self.tokens
        stop = at + 1
        while stop < len(tokens) and stop <= at + 3 and tokens[stop].part in ("noun", "inside") and tokens[stop].start == tokens[stop - 1].end:
            stop += 1
        right = stop + 1 if stop < len(tokens) and tokens[stop].part in ("comma", "and") else stop
        left = at - 2 if at and tokens[at - 1].part in ("comma", "and") else at - 1
        for other in (right, left):
            kind = kinds.get(other) if 0 <= other < len(tokens) else None
            if kind in ("programme", "title", "event", "park", "platform") and not _NO_QUOTE.search(tokens[at].text[1:-1]):
                if stop > at + 1 and (other == left or right == stop):
                    return None
                return Name(tokens[at].start, tokens[stop - 1].end, kind or "", "", "quotation")
        return None

    def _short_quote(self, at: int) -> str | None:
        """The kind that the form of a quotation alone tells: 一企一策, 厂长制, 云岭一号卫星; None without one."""
        inner = self.tokens[at].text[1:-1]
        if _EACH.match(inner) or inner[-1] == "制" and len(inner) <= 4:
            return "programme"
        return "platform" if _SATELLITE.search(inner) else None

    def _acted_on(self, at: int) -> Name | None:
        """A quotation that a verb of doing acts on, and that is no part of a longer noun."""
        tokens, words = self.tokens, self.words
        inner = tokens[at].text[1:-1]
        told = self._short_quote(at)
        if told:
            return Name(tokens[at].start, tokens[at].end, told, "", "quotation")
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        joined = following is not None and following.start == tokens[at].end and following.part in ("noun", "inside", "quote", "joint")
        if _NO_QUOTE.search(inner) or len(inner) < 2 or inner.isdigit():
            return None
        suffix = _SUFFIX.match(self.text, tokens[at].end)
        if self.industries.of(inner) and suffix:
            return Name(tokens[at].start, suffix.end(), "industry", "", "quotation")
        if inner in self.industries.terms and not joined:
            return Name(tokens[at].start, tokens[at].end, "industry", "", "quotation")
        if following is not None and following.part == "of":
            return None
        verb = self._governing(at)
        if verb is None or joined and following is not None and following.text not in ("建设", "创建", "活动", "称号"):
            return None
        if verb in words.giving:
            return self._titled(at)
        if verb in words.acting:
            return Name(tokens[at].start, tokens[at].end, "programme", "", "quotation")
        return None

    def _titled(self, at: int) -> Name:
        """A quoted title with the words of rank and the nouns before it: 全国“无废城市”."""
        first = at
        while first > 0 and self.tokens[first - 1].part == "noun" and self.tokens[first - 1].end == self.tokens[first].start:
            first -= 1
        return Name(self.tokens[first].start, self.tokens[at].end, "title", "", "quotation")

    def _given(self) -> Iterator[Name]:
        """What is given or sought as a title: the words behind a verb of giving up to the last class word of titles."""
        tokens, words = self.tokens, self.words
        for at, token in enumerate(tokens):
            if token.text not in words.giving:
                continue
            first = at + 1
            while first < len(tokens) and (tokens[first].text in _BEFORE_TITLE or tokens[first].text in words.trimmed):
                first += 1
            last = None
            for other in range(first, min(first + _TITLE_WORDS, len(tokens))):
                if tokens[other].part in ("mark", "comma", "and", "etc", "book", "of"):
                    break
                head = self._head(tokens[other], tokens[first].start)
                if head and (words.heads.get(head) == "title" or head in ("基地", "中心", "案例")):
                    last = (other, head)
            if last and last[0] > first or last and tokens[first].part == "quote":
                yield Name(tokens[first].start, tokens[last[0]].end, "title", last[1], "list")

    # --- industries ---------------------------------------------------------------------------------------------------

    def _industries(self, taken: Sequence[Name]) -> Iterator[Name]:
        """Names of industries outside other names, where they stand as such."""
        terms = self.industries.terms
        spans = [(name.start, name.end) for name in taken]
        found: list[tuple[int, int, bool]] = []
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            reach = None
            if token.part in ("noun", "inside", "verb") and not any(a <= token.start < b for a, b in spans):
                for other in range(min(at + 5, len(self.tokens) - 1), at - 1, -1):
                    printed = self.text[token.start : self.tokens[other].end]
                    if printed in terms or _CALLED.sub("", printed) in terms:
                        reach = other
                        break
            if reach is None:
                at += 1
                continue
            found.append(self._extended(at, reach))
            at = max(self._ends.get(found[-1][1], reach), reach) + 1
        good = [self._stands(*one) for one in found]
        for (start, end, _), fit in zip(found, good, strict=True):
            if fit or self._listed_with(start, end, found, good):
                yield Name(start, end, "industry", "", "industry")

    def _extended(self, first: int, last: int) -> tuple[int, int, bool]:
        """The span of an industry with the words that belong to it on both sides, and whether it is called one."""
        end, tokens = self.tokens[last].end, self.tokens
        called = _CALLED.search(self.text[tokens[first].start : end]) is not None
        while last + 1 < len(tokens) and tokens[last + 1].start == end:
            merged = next(
                (o for o in range(min(last + 4, len(tokens) - 1), last, -1) if self.text[end : tokens[o].end] in self.industries.terms),
                None,
            )
            suffix = _SUFFIX.match(self.text, end)
            if merged is not None:
                last, end = merged, tokens[merged].end
            elif suffix and suffix.end() in self._ends:
                last, end, called = self._ends[suffix.end()], suffix.end(), True
            else:
                break
        while first > 0 and tokens[first - 1].end == tokens[first].start and tokens[first - 1].text in (
            "现代", "高端", "特色", "绿色", "新型", "智能", "先进", "高效", "生态", "优质", "数字", "智慧", "精品", "战略性", "碳基", "煤基", "生物", "寒地", "红色"
        ):
            first -= 1
        return tokens[first].start, end, called or self.text[end - 1] == "业" or self.text[:end].endswith("经济")

    def _stands(self, start: int, end: int, called: bool) -> bool:
        """Whether an industry stands as one: what follows does not make it a part of another noun."""
        at = self._ends.get(end)
        if at is None:
            return False
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        before = self.tokens[self._starts[start] - 1] if start in self._starts and self._starts[start] else None
        joined = following is not None and following.start == end
        if joined and following is not None and following.part in ("noun", "quote", "joint") and following.text not in _MEASURED:
            return False
        if before is not None and before.end == start and before.part in ("noun", "inside") and before.text not in _GROWS | self.words.trimmed | _OWNERS:
            return False
        if called or end - start > _STRONG:
            return True
        return before is not None and before.text in _GROWS

    def _listed_with(self, start: int, end: int, found: Sequence[tuple[int, int, bool]], good: Sequence[bool]) -> bool:
        """Whether a short name of an industry stands in a list beside one that stands as such."""
        ends = {e for (_, e, _), fit in zip(found, good, strict=True) if fit}
        starts = {s for (s, _, _), fit in zip(found, good, strict=True) if fit}
        after, before = self.text[end : end + 1], self.text[start - 1 : start] if start else ""
        return after in "、和与及" and after != "" and end + 1 in starts or before in "、和与及" and before != "" and start - 1 in ends


def longest(names: Sequence[Name]) -> list[Name]:
    """The longest of names that overlap, in order; of the same span the one found by the surer way."""
    kept: list[Name] = []
    for name in sorted(names, key=lambda n: (n.start - n.end, _RANK[n.way], n.start)):
        if all(name.end <= other.start or other.end <= name.start for other in kept):
            kept.append(name)
    return sorted(kept, key=lambda n: n.start)
