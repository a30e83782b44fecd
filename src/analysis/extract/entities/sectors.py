"""Industries that a passage names, where they stand as such: 发展冰雪旅游, but not 冰雪旅游公路."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .context import SUFFIX, Context
from .names import Name
from .tokens import Token

_CALLED = re.compile("(?:产业链群|产业链|产业集群|产业群|产业|行业|集群|制造业)$")
_MEASURED = frozenset(
    (
        "占比",
        "增加值",
        "产值",
        "规模",
        "营业收入",
        "营收",
        "总量",
        "版图",
        "体系",
        "格局",
        "项目",
        "新城",
        "板块",
        "领域",
        "赛道",
        "大市",
        "强市",
        "方面",
        "优势",
        "深度",
        "高地",
        "企业",
        "转型",
        "能级",
        "融合",
    )
)
_CALLED_LAST = frozenset("链群业")
_STRONG = 3
_OWNERS = frozenset(("城市", "城乡", "农村", "当地", "县域", "区域", "全域", "地方"))
_GROWS = frozenset(
    (
        "发展",
        "培育",
        "壮大",
        "布局",
        "做强",
        "做大",
        "做优",
        "推动",
        "发展壮大",
        "振兴",
        "升级",
        "提升",
        "放大",
        "改造",
        "聚焦",
        "抢占",
        "开发",
        "繁荣",
        "打造",
    )
)


class Sectors(Context):
    """Names of industries outside other names."""

    def _industries(self, taken: Sequence[Name]) -> Iterator[Name]:
        """Names of industries outside other names, where they stand as such."""
        begun = self.industries.begun
        covered = {at for name in taken for at in self._numbers(name)}
        found: list[tuple[int, int, bool]] = []
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            reach = None
            if token.text in begun and at not in covered and token.part in ("noun", "inside", "verb"):
                reach = self._reach(at)
            if reach is None:
                at += 1
                continue
            found.append(self._extended(at, reach))
            at = max(self._ends.get(found[-1][1], reach), reach) + 1
        good = [self._stands(*one) for one in found]
        for (start, end, _), fit in zip(found, good, strict=True):
            if fit or self._listed_with(start, end, found, good):
                yield Name(start, end, "industry", "", "industry")

    def _reach(self, at: int) -> int | None:
        """The last token of the longest name of an industry that begins at token `at`; None without one."""
        terms, start, found = self.industries.terms, self.tokens[at].start, None
        for other in range(at, min(at + 6, len(self.tokens))):
            printed = self.text[start : self.tokens[other].end]
            if printed in terms or printed[-1] in _CALLED_LAST and _CALLED.sub("", printed) in terms:
                found = other
        return found

    def _extended(self, first: int, last: int) -> tuple[int, int, bool]:
        """The span of an industry with the words that belong to it on both sides, and whether it is called one."""
        end, tokens = self.tokens[last].end, self.tokens
        called = _CALLED.search(self.text[tokens[first].start : end]) is not None
        while last + 1 < len(tokens) and tokens[last + 1].start == end:
            merged = next(
                (
                    o
                    for o in range(min(last + 4, len(tokens) - 1), last, -1)
                    if self.text[end : tokens[o].end] in self.industries.terms
                ),
                None,
            )
            suffix = SUFFIX.match(self.text, end)
            if merged is not None:
                last, end = merged, tokens[merged].end
            elif suffix and suffix.end() in self._ends:
                last, end, called = self._ends[suffix.end()], suffix.end(), True
            else:
                break
        while (
            first > 0
            and tokens[first - 1].end == tokens[first].start
            and tokens[first - 1].text
            in (
                "现代",
                "高端",
                "特色",
                "绿色",
                "新型",
                "智能",
                "先进",
                "高效",
                "生态",
                "优质",
                "数字",
                "智慧",
                "精品",
                "战略性",
                "碳基",
                "煤基",
                "生物",
                "寒地",
                "红色",
            )
        ):
            first -= 1
        if first > 0 and tokens[first - 1].end == tokens[first].start and self._is_place(tokens[first - 1]):
            # 云岭现代煤化工: the industry of a place.
            first -= 1
        return tokens[first].start, end, called or self.text[end - 1] == "业" or self.text[:end].endswith("经济")

    def _is_place(self, token: Token) -> bool:
        """Whether a word names a place within the text's own."""
        return token.tag == "ns" and token.text not in self.own and token.text not in self.words.never

    def _stands(self, start: int, end: int, called: bool) -> bool:
        """Whether an industry stands as one: what follows does not make it a part of another noun."""
        at = self._ends.get(end)
        if at is None:
            return False
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        before = self.tokens[self._starts[start] - 1] if start in self._starts and self._starts[start] else None
        joined = following is not None and following.start == end
        if (
            joined
            and following is not None
            and following.part in ("noun", "quote", "joint")
            and following.text not in _MEASURED
            and not _CALLED.search(self.text[start:end])
        ):
            return False
        if (
            before is not None
            and before.end == start
            and before.part in ("noun", "inside")
            and before.text not in _GROWS | self.words.trimmed | _OWNERS
            and before.text not in self.own
            and before.text[-1] != "级"
        ):
            return False
        if called or end - start > _STRONG:
            return True
        return before is not None and before.text in _GROWS

    def _listed_with(self, start: int, end: int, found: Sequence[tuple[int, int, bool]], good: Sequence[bool]) -> bool:
        """Whether a short name of an industry stands in a list beside one that stands as such."""
        ends = {e for (_, e, _), fit in zip(found, good, strict=True) if fit}
        starts = {s for (s, _, _), fit in zip(found, good, strict=True) if fit}
        after, before = self.text[end : end + 1], self.text[start - 1 : start] if start else ""
        return (
            after in "、和与及"
            and after != ""
            and end + 1 in starts
            or before in "、和与及"
            and before != ""
            and start - 1 in ends
        )
