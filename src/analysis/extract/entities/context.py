"""A passage as words: what all ways of finding names ask of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .industries import Industries
from .names import Name
from .tokens import Token
from .vocabulary import Vocabulary

#: What may stand in one name.
IN_NAME = ("noun", "inside", "quote", "joint")
#: Kinds whose names are proper ones: a common noun with a class word (人才公寓) is none.
PROPER_KINDS = ("platform", "park", "place", "project", "firm", "institution")
#: Quotations that are no names: counts, ideas, speech.
NO_QUOTE = re.compile(
    "^[一二三四五六七八九十两百\\d]+[大个项条篇字张道步]|^第[一二三]|字号$|^[一二三四五六七八九十两]+是|[。？！]|吗$|难$|^最后一|级$|[变化]为"
)
#: “五大行动”: what is listed before it are its members.
COUNTED = re.compile("“[一二三四五六七八九十两\\d]+[大项个]([^“”]{2,4})”$")
ORDINAL = re.compile("(?:第[一二三四五六七八九十百零〇\\d]+届|首届)$")
SUFFIX = re.compile("产业链群|产业链条|产业链|产业集群|产业群|产业|行业|集群|制造业|经济带|经济|业")
_PLACE = re.compile("[\u4e00-\u9fff]{2,4}[市县区省旗]")
#: What is carried out may have a verb of doing for its first word.
_CARRYING = ("实施", "开展")
_PAIR = 4
MEASURES = frozenset("条个项家座处所批大类种户名")


def nominal(at: int, tokens: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether a verb that may stand in names is the head of a noun at token `at`: 项目|建设, 社区|管理."""
    before = tokens[at - 1] if at else None
    return (
        before is not None
        and tokens[at].part == "inside"
        and before.part == "noun"
        and before.end == tokens[at].start
        and before.text not in vocabulary.trimmed
        and before.tag != "ns"
    )


class Context:
    """A passage with its words, the vocabulary, and the names of the text's own place."""

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

    def _first(self, begin: int, last: int) -> int:
        """The first token of a name that ends in `last`, without what is cut off at the left."""
        tokens, words = self.tokens, self.words
        if self._carried_out(begin):
            return begin
        first = begin
        for at in range(begin, last):
            # A verb of doing behind a subject (全市|建设|…, 云岭市|培育|…) begins anew, as does 加快建设.
            text = tokens[at].text
            doing = tokens[at].part == "inside" and text in words.verbs_before and self._subject(begin, at)
            if doing or len(text) == _PAIR and text in words.trimmed and text[2:] in words.verbs_before:
                first = at + 1
        while first < last and (
            self._cut_off(tokens[first])
            or first > 0
            and len(tokens[first].text) == 1
            and tokens[first].text in MEASURES
            and tokens[first - 1].part == "number"
        ):
            first += 1
        return first

    def _subject(self, begin: int, at: int) -> bool:
        """Whether the words from token `begin` to `at` say who does something: the place itself, or 全市, 我们."""
        if at == begin:
            return False
        said = self.text[self.tokens[begin].start : self.tokens[at].start]
        if said in self.own or _PLACE.fullmatch(said) or self.tokens[at - 1].tag == "nt":
            return True
        return all(t.text in self.words.trimmed or t.text in self.own for t in self.tokens[begin:at])

    def _carried_out(self, first: int) -> bool:
        """Whether a verb that begins a name stands behind 实施: 实施|培育|…|行动 is an action of that name."""
        tokens = self.tokens
        before = tokens[first - 1] if first else None
        if before is None or tokens[first].part != "inside":
            return False
        return before.end == tokens[first].start and before.text[-2:] in _CARRYING

    def _cut_off(self, token: Token) -> bool:
        """Whether a word does not begin a name: one of those that are cut off, or a verb that is no part of names."""
        words = self.words
        return (
            token.text in words.trimmed
            or token.part == "joint"
            or token.part == "inside"
            and token.text not in words.inside
            and len(token.text) > 1
            or len(token.text) == 4
            and token.part != "quote"
            and words.verb_in(token.text, words.verbs_before) is not None
            and token.tag in ("l", "i", "v", "x", "")
            and words.says_little(token.text)
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

    def _governing(self, first: int) -> str | None:
        """The verb directly before the token `first`, over numbers, 了 and plain words."""
        for at in range(first - 1, max(-1, first - 6), -1):
            token = self.tokens[at]
            verb = self.words.verb_in(token.text, self.words.verbs_before)
            if verb and not nominal(at, self.tokens, self.words):
                return verb
            if token.part in ("mark", "comma", "of", "etc", "verb"):
                return None
        return None

    def _specific(self, token: Token) -> bool:
        """Whether a word is proper to something: names of places and persons, Latin letters, what the segmenter cuts
        into single characters."""
        return (
            token.tag in ("ns", "nr", "nz", "nt", "nrt", "nrfg", "eng", "j", "x", "")
            or len(token.text) == 1
            and token.tag not in ("a", "b", "f", "m")
            or token.text in self.words.known
        )

    def _numbers(self, name: Name) -> range:
        """The tokens of a name."""
        first = self._starts.get(name.start)
        last = self._ends.get(name.end)
        return range(first, last + 1) if first is not None and last is not None else range(0)
