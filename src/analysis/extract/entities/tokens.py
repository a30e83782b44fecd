"""Words of a passage with the part that each can play in a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rjieba import Jieba

from .vocabulary import Vocabulary

#: Quotations and titles that are one word of a name. Longer ones are speech.
QUOTED = re.compile(
    r"(?<=[\u4e00-\u9fff])（[\u4e00-\u9fff]{2,4}）(?=[\u4e00-\u9fff])|“[^“”。！？\n]{1,60}”|《[^《》\n]{2,40}》|「[^「」。！？\n]{1,32}」"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_AND = frozenset(("和", "与", "及", "以及", "暨"))
_SEASONS = frozenset(("现代", "当代", "夏季", "冬季", "新时代", "春季", "秋季", "未来"))
_MARKS = frozenset("，。；：！？,;:!?（）()\n…|｜【】[]")
_JOINTS = frozenset("+＋·-—&")
_NO_NAME = ("d", "p", "u", "r", "c", "y", "e", "o", "q")
_TIME = re.compile("[年月日今昨明时期前后初末底]|以来|近日")
#: What the segmenter takes for adverbs or verbs and that begins a noun between nouns: 精密|超|精密, 绿电|直|连.
_PREFIXES = frozenset("超直非双零亚准")
_SPLIT = frozenset(("部署", "布局", "建设", "实施", "规划", "发展", "推进"))
#: So many words may be put together to one of the vocabulary that the segmenter does not know.
_MERGED = 4
# Words that the segmenter takes for adverbs or prepositions and that are parts of names.
_NOUNS = frozenset(
    (
        "系列",
        "青年",
        "少年",
        "青少年",
        "老年",
        "中年",
        "公共",
        "全民",
        "全域",
        "全程",
        "高位",
        "联合",
        "独立",
        "永久",
        "定点",
    )
)


@dataclass(slots=True)
class Token:
    """A word of a passage; `part` is one of `noun`, `inside` (a verb that may stand in a name), `verb`, `quote`, `book`
    (in 《》), `joint`, `and`, `comma` (、), `of` (的), `etc` (等), `number`, `mark`, `other`."""

    start: int
    end: int
    text: str
    part: str
    tag: str = ""


def _part(word: str, tag: str, vocabulary: Vocabulary) -> str:
    """What part a word with the tag of the segmenter can play in a name."""
    if word == "、":
        return "comma"
    if word == "的":
        return "of"
    if word == "等":
        return "etc"
    if word in _AND:
        return "and"
    if word in _JOINTS:
        return "joint"
    if word[0].isdigit() or tag == "m" and word not in vocabulary.whole:
        return "number"
    if word in _MARKS:
        return "mark"
    if not _HAN.search(word):
        return "noun" if word.isalnum() else "other"
    if word in vocabulary.inside:
        return "inside"
    if len(word) > 1 and word in vocabulary.heads and word not in vocabulary.verbs_before:
        return "noun"
    if (
        word in vocabulary.verbs_before
        or word in vocabulary.breaks
        or len(word) == 3
        and word[2] == "为"
        or word[-2:] in vocabulary.verbs_before
        and tag in ("v", "l", "i")
    ):
        return "verb"
    if word in _NOUNS or word in _SEASONS:
        return "noun"
    if tag in ("v", "vd", "vi", "df", "vq", "l") and len(word) > 1:
        return "inside"
    if tag == "t":
        return "other" if _TIME.search(word) else "noun"
    return "other" if tag.startswith(_NO_NAME) else "noun"


def _joins(token: Token, before: Token | None, behind: Token | None) -> bool:
    """Whether a measure, 首批 or a prefix stands between nouns and so in a name: 全国|匹|克|球, 国家|首批|试点."""
    if before is None or behind is None or before.part != "noun" or before.end != token.start != behind.start:
        return False
    joined = behind.start == token.end
    return joined and (token.tag == "q" and token.part == "other" or token.text == "首批" or token.text in _PREFIXES)


def _merge(tokens: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """Words that together are one of the vocabulary (获|批) as one; a numeral inside a name (万宝) as part of it."""
    found: list[Token] = []
    at, last, begun = 0, len(tokens), vocabulary.begun
    while at < last:
        token = tokens[at]
        text, stop = token.text, at + 1
        if text in begun and token.part not in ("mark", "comma", "quote", "book"):
            for other in range(at + 1, min(at + _MERGED, last)):
                nearest = tokens[other]
                if nearest.start != tokens[other - 1].end or nearest.part in ("mark", "comma", "quote", "book"):
                    break
                text += nearest.text
                if text in vocabulary.merged:
                    stop = other + 1
                if text not in begun:
                    break
        if stop > at + 1:
            text = "".join(t.text for t in tokens[at:stop])
            token = Token(token.start, tokens[stop - 1].end, text, _part(text, "n", vocabulary), "n")
        elif token.part == "number" and len(token.text) == 1 and not token.text.isdigit() and 0 < at < last - 1:
            before, behind = tokens[at - 1], tokens[at + 1]
            opens = before.part in ("comma", "mark", "and") and len(behind.text) == 1
            if (before.part == "noun" or opens) and behind.part == "noun" and behind.tag != "q":
                token = Token(token.start, token.end, token.text, "noun", "m")
        elif _joins(token, found[-1] if found else None, tokens[at + 1] if at < last - 1 else None):
            token = Token(token.start, token.end, token.text, "noun", token.tag)
        found.append(token)
        at = stop
    return found


def tokens_of(text: str, segmenter: Jieba, vocabulary: Vocabulary) -> list[Token]:
    """The words of `text` in order, without white space; quotations are one word each."""
    found: list[Token] = []
    parts = vocabulary.parts

    def cut(start: int, end: int) -> None:
        at = start
        for word, tag in segmenter.tag(text[start:end], False):
            if len(word) == 4 and word[:2] in vocabulary.heads and word[2:] in _SPLIT:
                # 强市|战略部署: the class word is the first half.
                found.append(Token(at, at + 2, word[:2], "noun", "n"))
                found.append(Token(at + 2, at + 4, word[2:], "noun", "n"))
            elif not word.isspace():
                part = parts.get((word, tag))
                if part is None:
                    part = parts[word, tag] = _part(word, tag, vocabulary)
                found.append(Token(at, at + len(word), word, part, tag))
            at += len(word)

    at = 0
    for quoted in QUOTED.finditer(text):
        cut(at, quoted.start())
        part = {"《": "book", "（": "noun"}.get(quoted[0][0], "quote")
        found.append(Token(quoted.start(), quoted.end(), quoted[0], part))
        at = quoted.end()
    cut(at, len(text))
    return _merge(found, vocabulary)
