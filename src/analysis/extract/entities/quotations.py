"""Names in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .context import COUNTED, NO_QUOTE, ORDINAL, SUFFIX, Context
from .names import Name

#: So many words behind a quotation may stand before its class word.
_REACH = 8
#: A quotation of this length that begins with a verb is speech: “确保…”.
_SPEECH = 6
_MAKES = frozenset(("建设", "制定", "印发", "建成", "形成", "促进", "编制", "获", "为", "成为", "护", "变", "作为"))
_CLUSTER = re.compile(
    "(?:[一二两三四五六七八九十0-9]+[个大条])?(?:[十百千万]亿元?级)?(?:特色|优势|主导|支柱)?([\u4e00-\u9fff]{2,4}?)?(?:产业集群|产业链|产业)"
)
_CALLED = ("产业集群", "产业链")
#: Class words that may stand behind 的: “厂长接待日”的做法.
_CALLED_BY = frozenset(("模式", "机制", "做法", "经验", "会战", "制度", "工作法", "体系", "方略"))
#: What is said to be done with a programme, behind it: “双百计划”深入推进.
_PASSIVE = re.compile(
    "(?:高质量|高水平|深入|全面|有序|扎实|持续|加快|正在|已|已经|得到|也)*(?:推进|实施|推行|开展|铺开|落实|启动)"
)
_SATELLITE = re.compile("\\d号$")
_EACH = re.compile("^一.{1,2}一.{1,2}$")


class Quotations(Context):
    """Quotations that no longer name holds."""

    def _quotations(self, taken: Sequence[Name]) -> list[Name]:
        """Quotations that no longer name holds: before a class word, beside one of a known kind, or as what a verb of
        doing acts on."""
        kinds = {number: name.kind for name in taken for number in self._numbers(name)}
        found: dict[int, Name] = {}
        quotes = [at for at, token in enumerate(self.tokens) if token.part == "quote"]
        for at in quotes:
            name = self._cluster(at) or self._before_class_word(at)
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

    def _cluster(self, at: int) -> Name | None:
        """A quotation that names industries: “两牛一猪”三个百亿级产业集群, “三稀”金属产业."""
        token = self.tokens[at]
        behind = _CLUSTER.match(self.text, token.end)
        if behind is None or NO_QUOTE.search(token.text[1:-1]):
            return None
        if behind[1] and self.industries.of(behind[1]) is None or not behind[1] and not behind[0].endswith(_CALLED):
            return None
        return Name(token.start, behind.end(), "industry", "", "quotation")

    def _before_class_word(self, at: int) -> Name | None:
        """A quotation with the words behind it up to a class word: “厂长接待日”特别工作机制."""
        tokens, words, found = self.tokens, self.words, None
        if NO_QUOTE.search(tokens[at].text[1:-1]) and not COUNTED.match(tokens[at].text):
            return None
        for other in range(at + 1, min(at + 1 + _REACH, len(tokens))):
            token = tokens[other]
            if token.start != tokens[other - 1].end or token.part in (
                "mark",
                "comma",
                "and",
                "etc",
                "quote",
                "book",
                "other",
            ):
                break
            if token.part == "of" and other != at + 1:
                break
            if token.part == "verb" and (words.verb_in(token.text, words.acting) or token.text in _MAKES):
                break
            if token.text in words.verbs_before and token.text not in words.inside:
                break
            if "元" in token.text and token.part == "number":
                break
            head = words.head_at(self.text, token.end, tokens[at].end)
            if head and (tokens[at + 1].part != "of" or head in _CALLED_BY):
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
        before = ORDINAL.search(self.text[max(0, start - 8) : start])
        return Name(start - (len(before[0]) if before else 0), tokens[other].end, kind, head, "quotation")

    def _beside(self, at: int, kinds: dict[int, str]) -> Name | None:
        """A quotation in a list with another of a known kind; a noun directly behind it belongs to it (“三色”马甲)."""
        tokens = self.tokens
        stop = at + 1
        while (
            stop < len(tokens)
            and stop <= at + 3
            and tokens[stop].part in ("noun", "inside")
            and tokens[stop].start == tokens[stop - 1].end
        ):
            stop += 1
        right = stop + 1 if stop < len(tokens) and tokens[stop].part in ("comma", "and") else stop
        left = at - 2 if at and tokens[at - 1].part in ("comma", "and") else at - 1
        for other in (right, left):
            kind = kinds.get(other) if 0 <= other < len(tokens) else None
            inner = tokens[at].text[1:-1]
            if len(inner) >= _SPEECH and inner[:2] in self.words.trimmed:
                return None
            if kind in ("programme", "title", "event", "park", "platform") and not NO_QUOTE.search(
                tokens[at].text[1:-1]
            ):
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
        if told and not (at + 1 < len(tokens) and tokens[at + 1].part == "number"):
            return Name(tokens[at].start, tokens[at].end, told, "", "quotation")
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        joined = (
            following is not None
            and following.start == tokens[at].end
            and following.part in ("noun", "inside", "quote", "joint")
        )
        if NO_QUOTE.search(inner) or len(inner) < 2 or inner.isdigit():
            return None
        if len(inner) >= _SPEECH and (inner[:2] in words.verbs_before or inner[:2] in words.trimmed):
            return None
        suffix = SUFFIX.match(self.text, tokens[at].end)
        if self.industries.of(inner) and suffix:
            return Name(tokens[at].start, suffix.end(), "industry", "", "quotation")
        if inner in self.industries.terms and not joined:
            return Name(tokens[at].start, tokens[at].end, "industry", "", "quotation")
        if following is not None and following.part == "of":
            return None
        verb = self._governing(at)
        if verb is None and _PASSIVE.match(self.text, tokens[at].end):
            return Name(tokens[at].start, tokens[at].end, "programme", "", "quotation")
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
        while (
            first > 0
            and self.tokens[first - 1].part == "noun"
            and self.tokens[first - 1].end == self.tokens[first].start
        ):
            first -= 1
        return Name(self.tokens[first].start, self.tokens[at].end, "title", "", "quotation")
