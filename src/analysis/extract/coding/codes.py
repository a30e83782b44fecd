"""What sentences speak of: the codes of each under one scheme or several."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...project import registry as schema
from ...texts.sentences import sentences
from .framing import FRAME_KINDS, frames
from .scheme import Scheme, Standing, counting, longest, offsets, standing, standing_of

# A term of less weight than this hints: it counts, but opens no further code beside the main one.
HINT = 0.5
# Where a sentence tells one thing after the other: 一是…；二是…, 首先…其次…
PART = re.compile(
    r"[，；。：:;](?=[一二三四五六七八九十]是|首先|其次|再次|最后|第[一二三四五六七八九十]+[，是])|；(?!\n)"
)


class Evidence:
    """The terms of a scheme that stand in sentences, looked up once, and the codes that follow from them.

    The codes are those that `code_sentences` describes, found for all sentences together, also for the scheme without
    some of its terms: as the terms are looked up before any of them wins over another, such a cut costs little.
    `names` are the codes that have terms.
    """

    def __init__(
        self, scheme: Scheme, texts: Sequence[str], found: Standing | None = None, parts: _Parts | None = None
    ) -> None:
        """`found` is what of the scheme stands in `texts`, `parts` are those of the sentences, where they are known."""
        self.scheme = scheme
        self._columns = scheme.columns
        self.names = self._columns.codes
        self._sentence, self._start, self._term = found or standing(scheme, texts)
        self._counts = counting(scheme, texts, self._sentence, self._term)
        if scheme.not_with:
            silent = np.zeros(len(texts), dtype=bool)
            for number in np.unique(self._sentence[self._counts]).tolist():
                silent[number] = not self._columns.speaks(texts[number])
            self._counts &= ~silent[self._sentence]
        parts = parts or _parts(texts)
        self._part = np.searchsorted(parts.start, self._start, side="right") - 1
        # What a code needs in a part, by the number of the part.
        self._least = np.maximum(scheme.least, scheme.least_share * parts.size)

    def _winners(self, without: Collection[str] = ()) -> np.ndarray:
        """The terms that count where those of `without` are not in the scheme: longest first, without overlap."""
        own = np.arange(len(self._term))
        if without:
            kept = np.array([term not in without for term in self.scheme.entries], dtype=bool)
            own = np.flatnonzero(kept[self._term])
        starts = self._start[own]
        found = own[longest(starts, starts + self._columns.length[self._term[own]])]
        return found[self._counts[found]]

    def _coded(self, won: np.ndarray) -> _Coded:
        """The codes that follow from the terms `won`."""
        columns, term = self._columns, self._term[won]
        many = max(len(columns.codes), 1)
        parts = _ranked(self._part[won] * many + columns.code[term], columns.length[term] * columns.weight[term], many)
        sentence = self._sentence[won]
        keys, first, group = np.unique(sentence * many + columns.code[term], return_index=True, return_inverse=True)
        plain = np.bincount(group, columns.weight[term] >= HINT, len(keys)) > 0
        # The code of a part stands where it has evidence enough, and is the main one of the part or more than a hint.
        of_part = group[parts.first]
        stands = (parts.score >= self._least[parts.key // many]) & (parts.main | plain[of_part])
        kept = np.bincount(of_part, stands, len(keys)) > 0
        # Each part of a sentence counts the same, and in it each code that stands by its score.
        score = np.where(kept[of_part], parts.score, 0.0)
        _, part = np.unique(parts.key // many, return_inverse=True)
        share = np.bincount(of_part, score / np.bincount(part, score)[part].clip(min=np.finfo(float).tiny), len(keys))
        own = np.flatnonzero(kept)
        total = np.bincount(keys[own] // many, share[own], int(keys.max(initial=0)) // many + 1)
        share = share / total[keys // many].clip(min=np.finfo(float).tiny)
        order = own[np.lexsort((first[own], -share[own].round(9), keys[own] // many))]
        main = np.ones(len(order), dtype=bool)
        main[1:] = np.diff(keys[order] // many) > 0
        return _Coded(keys[order] // many, keys[order] % many, main, share[order], order, group)

    def codes(self) -> tuple[np.ndarray, list[str], list[str], np.ndarray]:
        """Numbers of sentences from 0, their codes, the main one first, the words of each, `甲|乙`, and its share."""
        won = self._winners()
        coded = self._coded(won)
        entries = self._columns.entries
        terms = [entries[term].term for term in self._term[won][np.argsort(coded.of_term, kind="stable")].tolist()]
        sizes = np.bincount(coded.of_term)
        ends = np.cumsum(sizes)
        words = [
            "|".join(dict.fromkeys(terms[start:end]))
            for start, end in zip((ends - sizes)[coded.group].tolist(), ends[coded.group].tolist(), strict=True)
        ]
        return coded.sentence, [self.names[code] for code in coded.code.tolist()], words, coded.share

    def main_codes(self, without: Collection[str] = ()) -> tuple[np.ndarray, np.ndarray]:
        """The sentences that have a code and their main codes, numbers in `names`.

        They are those of the scheme as if the terms `without` had never been in it.
        """
        coded = self._coded(self._winners(without))
        return coded.sentence[coded.main], coded.code[coded.main]


class _Ranked(NamedTuple):
    """Codes of parts: number of the part × codes + number of the code, in order."""

    key: np.ndarray
    first: np.ndarray  # the first of its terms
    score: np.ndarray
    main: np.ndarray  # whether no other code of the part has more, or as much and comes first


def _ranked(keys: np.ndarray, scores: np.ndarray, many: int) -> _Ranked:
    """The scores of single terms, in the order of the text, summed up by code and part."""
    key, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    score = np.bincount(inverse, scores, len(key))
    order = np.lexsort((first, -score, key // many))
    main = np.zeros(len(key), dtype=bool)
    main[order[np.concatenate([[True], np.diff(key[order] // many) > 0])[: len(key)]]] = True
    return _Ranked(key, first, score, main)


class _Parts(NamedTuple):
    """The parts of sentences, in order: where they begin in the sentences joined by a mark, and their characters."""

    start: np.ndarray
    size: np.ndarray


def _parts(texts: Sequence[str]) -> _Parts:
    """The parts of the sentences `texts`."""
    joined = "".join(f"{text}\n" for text in texts)
    begins = offsets(texts)
    marks = np.array([found.end() for found in PART.finditer(joined)], dtype=np.intp)
    ends = np.unique(np.concatenate([begins, marks]))
    return _Parts(ends[:-1], np.diff(ends) - np.isin(ends[1:], begins))


class _Coded(NamedTuple):
    """Codes of sentences, sentence by sentence, the main one first."""

    sentence: np.ndarray
    code: np.ndarray  # number of the code
    main: np.ndarray  # whether it is the main one
    share: np.ndarray  # what part of the sentence is its own
    group: np.ndarray  # which of `of_term` stand behind it
    of_term: np.ndarray  # the group, one for each sentence and code, of each term that counts


def spoken(passages: pd.DataFrame) -> list[tuple[str, int, int, str]]:
    """(document, passage, sentence, text) of the sentences of `passages` that say something of their own.

    Left out are headings and questions, where `passages` has a column kind, and what `framing.frames` finds; sentences
    are counted through them all the same.
    """
    framing = set()
    if "kind" in passages:
        frame = passages[passages["kind"].isin(FRAME_KINDS).to_numpy(dtype=bool)]
        framing = set(zip(frame["document"], frame["passage"].astype(int), strict=True))
    return [row for row in sentences(passages) if row[:2] not in framing and not frames(row[3])]


def code_sentences(passages: pd.DataFrame, schemes: Mapping[str, Scheme]) -> pd.DataFrame:
    """The table `codes` of `passages` (document, passage, text, and kind where it is known).

    `schemes` maps names to schemes. One row per sentence, scheme and code, in the order of the text, then of the
    schemes. Headings, questions, captions and words of thanks have no codes (see `spoken`).

    A sentence has parts where it tells one thing after the other (一是…二是…, or by semicolons). In a part the score of
    a code is the sum of characters times weight over all of its matches. A code stands in the sentence where its score
    in some part reaches `Scheme.least` and the share `Scheme.least_share` of the characters of the part, and where it
    leads there or has a term of at least the weight `HINT`. Its `share` is its score among the codes that stand, each
    part counting the same; the shares of a sentence add up to 1. The first row is the main code, that of the largest
    share; among equals the one that comes first. A sentence that holds one of `Scheme.not_with` has no row.
    """
    listed = spoken(passages)
    texts = [row[3] for row in listed]
    found = standing_of(tuple(schemes.values()), texts)
    parts = _parts(texts)
    coded = [Evidence(used, texts, own, parts).codes() for used, own in zip(schemes.values(), found, strict=True)]
    sentence = np.concatenate([np.empty(0, dtype=np.intp), *(own[0] for own in coded)])
    # The sort is stable: schemes in their order, the main code of each first.
    order = np.argsort(sentence, kind="stable").tolist()
    documents, numbers, places, _ = zip(*listed, strict=True) if listed else ((),) * 4
    own = sentence[order].tolist()

    def column(parts: Iterable[Sequence[Any]]) -> list[Any]:
        cells = [cell for part in parts for cell in part]
        return [cells[at] for at in order]

    return schema.frame(
        "codes",
        {
            "document": [documents[at] for at in own],
            "passage": [numbers[at] for at in own],
            "sentence": [places[at] for at in own],
            "scheme": column([called] * len(own[0]) for called, own in zip(schemes, coded, strict=True)),
            "code": column(codes for _, codes, _, _ in coded),
            "share": column(shares.round(4).tolist() for _, _, _, shares in coded),
            "evidence": column(words for _, _, words, _ in coded),
        },
    )
