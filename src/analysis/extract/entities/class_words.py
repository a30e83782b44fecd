"""Names that end with a class word: 云岭新材料产业园, 倭肯河."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .context import IN_NAME, NO_QUOTE, ORDINAL, PROPER_KINDS, Context
from .names import Name, bare, without_levels
from .tokens import Token

_SITE = re.compile(
    "引水|供水|调水|输水|水库|河|湖|路|桥|管网|管线|灌区|防洪|电站|输变电|堤|渠|港|跨区域|隧道|厂|库区|铁|航"
)
#: Titles that a plain word makes: 能源强省.
_STRONG_TITLES = ("强省", "强市", "强县", "强区", "强国", "之城", "之都", "之乡")
_LEAST_CARRIED, _LEAST_STRONG = 4, 3
_OF_THE_COUNTRY, _LEAST_RANKED = ("国家", "全国"), 5
#: What carries out a programme, whose name reaches from it to the class word, over verbs too: 实施|空气持续改善|行动.
_CARRIES = frozenset(("实施", "开展", "启动", "推行"))
_SETS_UP = frozenset(("建立", "完善", "健全", "落实", "推行", "实行", "创新", "构建"))
_CARRIED_HEADS = ("行动", "计划", "工程", "攻坚战")
_SET_UP_HEADS = ("机制", "制度")
_MOST_CARRIED = 16
_ROADS = (
    "铁路",
    "高铁",
    "高速",
    "高速公路",
    "公路",
    "国道",
    "快速路",
    "输电通道",
    "管道",
    "特高压",
    "城际铁路",
    "通道",
)
_SECTION = re.compile(
    "[\\u4e00-\\u9fff]{2,4}段(?:[\\u4e00-\\u9fff]{0,4}改造)?(?=工程|建设|项目|[，。；、]|通车|开工|贯通|建成)"
)
#: Class words of firms that common nouns end with, too: 物业公司, 投资银行.
_COMMON_FIRMS = ("公司", "银行", "集团", "合作社", "企业")
_RANKED = re.compile("(?:世界|国际|全国|国内|全省|亚洲|全球)(?:一流|领先|知名|先进|重要)(?:的)?$|世界级$")
#: Words of rank alone make no name: 重大标志性工程.
_ONLY_RANK = re.compile(
    "(?:国家|全国|全省|省级|国家级|市级|重大|重点|重要|标志性|战略性|主要|系列|专项|新一轮|[一二三四五六七八九十]+大)*"
)
_OF_INDUSTRY = re.compile("产业|自主创新|高新|农业|技术")
_HUNDREDS = re.compile("[十百千]大(?:产业链?)?项目$")
_MOST_PLACE = 4
_CARRIED_PARTS = ("noun", "inside", "verb", "other")
_JOINABLE = ("platform", "park", "title", "programme")
_RANKS = ("国家", "全国", "世界", "国际", "全省", "省级")
_MOST_JOINED = 24
_STRATEGY = 4
_AND_LENGTH = 6
_SPEECH = 8
_LATIN = re.compile("(?<![A-Za-z0-9.])(?:[0-9][A-Za-z]|[A-Za-z]+[0-9]?)$")
#: What a project is made for stands before its name: 年产2000吨…项目, 750千伏…工程. Counts (3个) and money do not.
_CAPACITY = re.compile(
    r"(?:(?:年产|日产|年处理|日处理|年加工)\d[\d.×*]*[十百千万亿]*[\u4e00-\u9fff]{1,2}|\d[\d.×*]*[十百千万亿]*(?:吨|千伏|千瓦|兆瓦|立方米|标方|kV|MW|GW)|[十百千万亿]+(?:吨|千瓦|立方米))(?:/年|/日)?级?$"
)
_CLAUSE = re.compile("[，。；：！？,;:!?\n、]")
_LEAST_OWNER, _MOST_OWNER = 2, 8
_YEAR = re.compile("(?:19|20)\\d\\d年?$")


class ClassWords(Context):
    """The words to the left of a class word that belong to the name."""

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Stretches of words that may stand in one name, as numbers of tokens."""
        begin = None
        for at, token in enumerate(self.tokens):
            part = token.part
            joined = begin is None or self.tokens[at - 1].end == token.start
            if part == "quote" and begin is not None and any(t.part == "quote" for t in self.tokens[begin:at]):
                yield begin, at
                begin = at
                continue
            if part in IN_NAME and joined:
                begin = at if begin is None else begin
                continue
            if begin is not None:
                yield begin, at
            begin = at if part in IN_NAME else None
        if begin is not None:
            yield begin, len(self.tokens)

    def _class_word(self, run: tuple[int, int]) -> Name | None:
        """The name of a run: it ends with the last class word that makes one."""
        begin, stop = run
        ends = self.words.head_ends
        for last in range(stop - 1, begin - 1, -1):
            token = self.tokens[last]
            if token.text[-1] not in ends and token.part != "quote":
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
            if NO_QUOTE.search(inner) or len(inner) > _SPEECH and inner[:2] in words.verbs_before:
                return None
            if head in words.weak_heads and self._governing(last) not in words.acting:
                return None
        if kind != "title" and tokens[last].part == "quote" or any(t.part == "quote" for t in tokens[first + 1 : last]):
            # Before a quotation stand only words of rank: 社区管理“圈长制” is “圈长制”.
            quote = max(at for at in range(first, last + 1) if tokens[at].part == "quote")
            while quote > first and tokens[quote - 1].text in words.levels:
                quote -= 1
            first = quote if kind != "title" else first
        start = tokens[first].start
        plain = bare(self.text[start : tokens[last].end])
        if (
            plain in words.never
            or without_levels(plain) in words.never
            or plain.endswith(words.never_ends)
            or tokens[first].part == "inside"
            and first == last
            and plain not in words.whole
        ):
            return None
        governed = self._governing(first)
        quoted = any(t.part == "quote" for t in tokens[first : last + 1])
        if head in words.weak_heads and not quoted and governed not in words.weak_verbs:
            return None
        if not self._telling(first, last, head, kind, governed):
            return None
        kind = self._kind(kind, head, plain, governed, first, last)
        start, end = self._edges(kind, start, last)
        return Name(start, end, kind, head, "class")

    def _kind(self, kind: str, head: str, plain: str, governed: str | None, first: int, last: int) -> str:
        """The kind of a name by its class word, by what is done with it, and by what it is made of."""
        words = self.words
        behind = self.tokens[last + 1].text if last + 1 < len(self.tokens) else ""
        before = self.text[max(0, self.tokens[first].start - _SPEECH) : self.tokens[first].start]
        built = governed in words.seeking or behind in words.seeking
        ranked = plain.startswith(("国家", "全国", "省级")) and not built
        ranked = ranked or plain.startswith(("全国", "世界", "国际")) or bool(_RANKED.search(before))
        if kind in ("park", "platform") and head.endswith(("基地", "平台")) and (governed in words.giving or ranked):
            return "title"
        if kind == "title" and head == "示范区" and built and _OF_INDUSTRY.search(plain):
            return "park"
        if _HUNDREDS.search(plain):
            return "programme"
        if kind == "title" and head.endswith("试点") and governed in words.weak_verbs - words.giving:
            return "programme"
        if kind == "programme" and head == "工程" and _SITE.search(plain):
            return "project"
        return kind

    def _edges(self, kind: str, start: int, last: int) -> tuple[int, int]:
        """A name with what belongs to it at both ends: 第三届, 2030年, 5G, and behind a title “三连冠”."""
        end = self.tokens[last].end
        if kind in ("event", "title"):
            before = ORDINAL.search(self.text[max(0, start - 8) : start])
            start -= len(before[0]) if before else 0
        if kind == "event":
            start = self._year(start)
        latin = _LATIN.search(self.text[max(0, start - 6) : start])
        start -= len(latin[0]) if latin else 0
        if kind in ("project", "park"):
            start = self._made_for(start)
        following = self.tokens[last + 1] if last + 1 < len(self.tokens) else None
        if kind == "title" and following and following.part == "quote" and following.start == end:
            end = end if self._head(following, end) else following.end
        return start, end

    def _made_for(self, start: int) -> int:
        """Where the name of a project begins that has its capacity, and the firm before that, in front."""
        capacity = _CAPACITY.search(self.text[max(0, start - 20) : start])
        if capacity is None:
            return start
        start -= len(capacity[0])
        at = self._ends.get(start)
        if at is None:
            return start
        first = at
        while (
            first > 0
            and not _CLAUSE.match(self.tokens[first - 1].text)
            and self.tokens[at].end - self.tokens[first - 1].start <= _MOST_OWNER
        ):
            first -= 1
        owner = self.tokens[first : at + 1]
        opens = first == 0 or _CLAUSE.match(self.tokens[first - 1].text) is not None
        if (
            opens
            and start - owner[0].start >= _LEAST_OWNER
            and any(self._specific(token) for token in owner)
            and not any(
                self._cut_off(token)
                or len(token.text) > 1
                and token.part in ("verb", "other", "number", "and", "of", "inside")
                for token in owner
            )
        ):
            return owner[0].start
        return start

    def _year(self, start: int) -> int:
        """Where the name of an event begins that has its year, and the place before that, in front: 云岭2030年冬会."""
        before = _YEAR.search(self.text[max(0, start - 5) : start])
        if before is None or start - len(before[0]) not in self._starts:
            return start
        start -= len(before[0])
        at = self._ends.get(start)
        return self.tokens[at].start if at is not None and self.tokens[at].tag == "ns" else start

    def _telling(self, first: int, last: int, head: str, kind: str, governed: str | None) -> bool:
        """Whether the words before the class word make a name: more than plain ones. `governed` is the verb before."""
        words = self.words
        tokens = self.tokens[first : last + 1]
        if any(t.part == "quote" for t in tokens):
            return True
        end = tokens[-1].end
        stem = self.text[tokens[0].start : end - len(head)]
        if (
            bare(self.text[tokens[0].start : end]) in words.whole
            or without_levels(bare(self.text[tokens[0].start : end])) in words.whole
        ):
            return True
        if not stem or kind in ("project", "title") and len(stem) < 2:
            return False
        if kind in ("programme", "title") and _ONLY_RANK.fullmatch(stem):
            return False
        if kind == "firm" and first == last and not head.endswith(_COMMON_FIRMS) and not words.says_little(stem):
            return len(stem) >= 2
        stop = end - len(head)
        parts = [(self.text[t.start : min(t.end, stop)], t) for t in tokens if t.start < stop]
        telling = [t for part, t in parts if not words.says_little(part)]
        if kind in PROPER_KINDS:
            if any(self._specific(t) for t in telling):
                return True
            if kind in ("park", "platform") and self.industries.of(stem):
                return True
            if kind in ("park", "platform") and stem.startswith(_OF_THE_COUNTRY) and len(stem) >= _LEAST_RANKED:
                return True
            return len(parts) >= 3 and len(telling) >= 2 and kind != "firm"
        if head in words.weak_heads and kind == "programme":
            return len(telling) >= 2 or any(self._specific(t) for t in telling)
        if telling and (kind != "programme" or len(stem) > 1 or head.endswith("制")):
            return True
        if kind == "title" and head in _STRONG_TITLES:
            return len(stem) >= 2
        if kind == "title" and stem.startswith(_OF_THE_COUNTRY):
            return len(stem) >= _LEAST_RANKED
        if kind == "programme" and len(stem) > 1 and governed in words.acting:
            # What is carried out under four or more characters has them for its name: 创新平台培育计划, 强科技行动.
            return len(stem) >= (_LEAST_STRONG if stem[0] == "强" else _LEAST_CARRIED)
        return len(parts) >= (2 if kind == "rule" else 3) and kind in ("programme", "rule", "title")

    def _short(self, begin: int, last: int, head: str) -> Name | None:
        """A name that ends with one character: 倭肯河, 勃利县, 观鹤节."""
        words, tokens = self.words, self.tokens
        kind, token = words.short_heads[head], tokens[last]
        following = tokens[last + 1] if last + 1 < len(tokens) and tokens[last + 1].start == token.end else None
        if (
            token.text in words.never
            or token.text[-2:] in words.never
            or (following and following.part == "noun" and len(following.text) == 1)
        ):
            return None
        if kind == "event":
            return self._festival(begin, last) if len(token.text) >= 3 else None
        if kind == "place" and len(token.text) >= 2:
            if (
                token.tag in ("ns", "nz")
                or len(token.text) == 3
                and (token.tag == "nr" or head not in "区村乡" and token.tag in ("x", ""))
            ):
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

    def _festival(self, begin: int, last: int) -> Name:
        """A festival or a contest with the words before it: 第三届云岭观鹤节."""
        start = self.tokens[self._first(begin, last)].start
        before = ORDINAL.search(self.text[max(0, start - 8) : start])
        start -= len(before[0]) if before else 0
        return Name(self._year(start), self.tokens[last].end, "event", self.tokens[last].text, "class")

    def _county(self, first: int, begin: int) -> int:
        """Where a name of a place begins that has its county before it: 桃山区万宝村."""
        before = self.tokens[first - 1] if first > begin else None
        if before and len(before.text) >= 2 and before.text[-1] in "县区旗镇乡" and before.text not in self.words.never:
            return before.start
        return self.tokens[first].start

    @staticmethod
    def _proper(token: Token) -> bool:
        """Whether a word looks like a part of a proper name: a character, or the name of a place or person."""
        return token.part == "noun" and (
            len(token.text) == 1
            and token.tag not in ("a", "b", "f")
            or token.tag in ("ns", "nr", "nz", "nrt", "nrfg")
            and len(token.text) <= 3
        )

    def _sharing(self, name: Name) -> Iterator[Name]:
        """What is listed before a name and shares its class word: 产业振兴、文化振兴和生态振兴工程."""
        tokens, at = self.tokens, self._starts.get(name.start)
        head = len(name.head)
        stem = self.text[name.start : name.end - head] if head else ""
        if (
            at is None
            or name.way != "class"
            or len(stem) < 4
            or name.kind not in ("programme", "project", "event", "park")
        ):
            return
        while at > 1 and tokens[at - 1].part in ("comma", "and"):
            stop = at - 1
            first = stop
            while first > 0 and tokens[first - 1].part in IN_NAME:
                first -= 1
            first = self._first(first, stop - 1) if stop > first else first
            printed = self.text[tokens[first].start : tokens[stop - 1].end] if stop > first else ""
            if name.head == "战略" and len(printed) == len(stem) == _STRATEGY:
                # 创新驱动、科教兴省、人才强省战略
                yield Name(tokens[first].start, tokens[stop - 1].end, name.kind, "", "list")
                at = first
                continue
            if len(printed) < 3 or printed[-2:] != stem[-2:] or printed == stem[-2:]:
                return
            yield Name(tokens[first].start, tokens[stop - 1].end, name.kind, "", "list")
            at = first

    def _carried(self) -> Iterator[Name]:
        """Programmes under the verb that carries them out, verbs in them included, and those listed behind one."""
        tokens = self.tokens
        for last, token in enumerate(tokens):
            head = self.words.head_at(self.text, token.end, token.start) if token.part in IN_NAME else None
            strong = head is not None and head.endswith(_CARRIED_HEADS)
            if head is None or not (strong or head in _SET_UP_HEADS):
                continue
            verbs = _CARRIES if strong else _SETS_UP
            first = self._carried_from(last, verbs)
            if first is None:
                continue
            start, end = tokens[first].start, token.end
            stem = self.text[start : end - len(head)]
            trimmed = tokens[first].text in self.words.trimmed and tokens[first].part != "inside"
            if _LEAST_CARRIED <= len(stem) <= _MOST_CARRIED and not _ONLY_RANK.fullmatch(stem) and not trimmed:
                kind = self._kind("programme", head, bare(self.text[start:end]), None, first, last)
                yield Name(start, end, kind, head, "class")

    def _carried_from(self, last: int, verbs: frozenset[str]) -> int | None:
        """The first token of what one of `verbs` carries out up to token `last`; None where none does."""
        tokens, first = self.tokens, last
        while first > 0 and tokens[first - 1].end == tokens[first].start and tokens[first - 1].part in _CARRIED_PARTS:
            if self.words.verb_in(tokens[first - 1].text, verbs):
                return first
            first -= 1
        if first < 2 or tokens[first - 1].part != "comma" or not tokens[first - 2].text.endswith(_CARRIED_HEADS):
            return None
        for at in range(first - 2, -1, -1):
            if tokens[at].part == "mark":
                return None
            if self.words.verb_in(tokens[at].text, verbs):
                return first
        return None

    def _route(self, name: Name) -> Name:
        """The name of a road with where it begins, and with its section: 西宁|至|成都铁路, 沿江高铁|宜涪段."""
        if not name.head.endswith(_ROADS):
            return name
        tokens, start, end = self.tokens, name.start, name.end
        at = self._starts.get(start, 0)
        if at > 1 and tokens[at - 1].text in ("至", "到"):
            first = at - 1
            while (
                first > 0
                and tokens[first - 1].part == "noun"
                and tokens[first - 1].text not in self.words.trimmed
                and tokens[at - 1].start - tokens[first - 1].start <= _MOST_PLACE
            ):
                first -= 1
            start = tokens[first].start if first < at - 1 else start
        section = _SECTION.match(self.text, end)
        return Name(start, section.end() if section else end, name.kind, name.head, name.way)

    def _joined(self, run: tuple[int, int], name: Name | None) -> Name | None:
        """The name whose two halves 和, 与 or 及 joins, where the second cannot stand alone (研发|及|转化基地) or the
        first begins with a rank that belongs to the class word (国家|…|及|…|创新中心); None where they are two."""
        begin, stop = run
        tokens = self.tokens
        if begin < 2 or tokens[begin - 1].part != "and" or tokens[begin - 1].end != tokens[begin].start:
            return None
        last = self._ends[name.end] if name and name.end in self._ends else stop - 1
        head = self._head(tokens[last], tokens[begin].start)
        kind = self.words.heads.get(head or "")
        if head is None or kind not in _JOINABLE or name and name.start != tokens[begin].start:
            return None
        first = begin - 1
        while (
            first > 0 and tokens[first - 1].part in ("noun", "inside") and tokens[first - 1].end == tokens[first].start
        ):
            first -= 1
        first = self._first(first, begin - 2) if first < begin - 2 else first
        start, end = tokens[first].start, tokens[last].end
        left = self.text[start : tokens[begin - 2].end]
        governed = self._governing(first)
        ranked = left.startswith(_RANKS)
        if (
            first >= begin - 1
            or end - start > _MOST_JOINED
            or self._head(tokens[begin - 2], start)
            or not (ranked or name is None and (governed or tokens[first - 1].part == "etc"))
            or head in self.words.weak_heads
            and governed not in self.words.weak_verbs
            or all(self.words.says_little(token.text) for token in tokens[first : begin - 1])
        ):
            return None
        kind = self._kind(kind, head, bare(self.text[start:end]), governed, first, last)
        return Name(start, end, kind, head, "class")

    def _with_and(self, name: Name, run: tuple[int, int]) -> Name:
        """A name whose first part is two things joined by 和: 矿产和循环经济产业园."""
        begin = run[0]
        at = self._starts.get(name.start, 0)
        if name.kind == "event" and at > 1 and self.tokens[at - 1].text == "暨":
            first = at - 1
            while first > 0 and self.tokens[first - 1].part in IN_NAME:
                first -= 1
            first = self._first(first, at - 2) if at - 2 > first else first
            return Name(self.tokens[first].start, name.end, name.kind, name.head, name.way)
        if name.kind in ("firm", "institution", "place") or name.way != "class" or self.text[name.start] == "“":
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
        opens = (
            before is None
            or before.part in ("verb", "mark", "other")
            or before.text in self.words.verbs_before
            or first > 0
        )
        most = _AND_LENGTH
        if self.text[name.start : name.end].startswith("高质量发展"):
            # 生态保护和高质量发展先行区: what begins so is only a half.
            most = 2 * _AND_LENGTH
        elif name.kind == "title":
            return name
        if not 2 <= len(stem) <= most or not opens or before is not None and before.part in ("comma", "of"):
            return name
        if self._head(self.tokens[begin - 2], self.tokens[first].start):
            return name
        return Name(self.tokens[first].start, name.end, name.kind, name.head, name.way)
