"""What sentences speak of: the codes of each under one scheme or several."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...project import registry as schema
from ...texts.sentences import sentences
from .scheme import Scheme, Standing, counting, longest, standing, standing_of

# A term of less weight than this hints: it counts, but opens no further code beside the main one.
HINT = 0.5


class Evidence:
    """The terms of a scheme that stand in sentences, looked up once, and the codes that follow from them.

    The codes are those that `code_sentences` describes, found for all sentences together, also for the scheme without
    some of its terms: as the terms are looked up before any of them wins over another, such a cut costs little.
    `names` are the codes that have terms.
    """

    def __init__(self, scheme: Scheme, texts: Sequence[str], found: Standing | None = None) -> None:
        """`found` is what of the scheme stands in `texts`, where that is known."""
        self.scheme = scheme
        self._columns = scheme.columns
        self.names = self._columns.codes
        self._sentence, self._start, self._term = found or standing(scheme, texts)
        self._counts = counting(scheme, texts, self._sentence, self._term)
        if scheme.not_with:
            silent = np.zeros(len(texts), dtype=bool)
            for number in np.unique(self._sentence[self._counts]).tolist():
                silent[number] = any(map(texts[number].__contains__, scheme.not_with))
            self._counts &= ~silent[self._sentence]
        sizes = np.fromiter(map(len, texts), np.intp, len(texts))
        self._least = np.maximum(scheme.least, scheme.least_share * sizes)

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
        keys, first, group = np.unique(
            self._sentence[won] * many + columns.code[term], return_index=True, return_inverse=True
        )
        # Sums in the order of the text.
        score = np.bincount(group, columns.length[term] * columns.weight[term], len(keys))
        plain = np.bincount(group, columns.weight[term] >= HINT, len(keys)) > 0
        sentence = keys // many
        order = np.lexsort((first, -score, sentence))
        main = np.ones(len(keys), dtype=bool)
        main[1:] = np.diff(sentence[order]) > 0
        kept = (score >= self._least[sentence])[order] & (main | plain[order])
        order = order[kept]
        return _Coded(sentence[order], keys[order] % many, main[kept], order, group)

    def codes(self) -> tuple[np.ndarray, list[str], list[str]]:
        """Numbers of sentences from 0, their codes, the main one first, and the different words of each, `甲|乙`."""
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
        return coded.sentence, [self.names[code] for code in coded.code.tolist()], words

    def main_codes(self, without: Collection[str] = ()) -> tuple[np.ndarray, np.ndarray]:
        """The sentences that have a code and their main codes, numbers in `names`.

        They are those of the scheme as if the terms `without` had never been in it.
        """
        coded = self._coded(self._winners(without))
        return coded.sentence[coded.main], coded.code[coded.main]


class _Coded(NamedTuple):
    """Codes of sentences, sentence by sentence, the main one first."""

    sentence: np.ndarray
    code: np.ndarray  # number of the code
    main: np.ndarray  # whether it is the main one
    group: np.ndarray  # which of `of_term` stand behind it
    of_term: np.ndarray  # the group, one for each sentence and code, of each term that counts


def code_sentences(passages: pd.DataFrame, schemes: Mapping[str, Scheme]) -> pd.DataFrame:
    """The table `codes` of `passages` (document, passage, text).

    `schemes` maps names to schemes. One row per sentence, scheme and code, in the order of the text, then of the
    schemes; the first row of a sentence and scheme is its main code: that whose terms say most, the sum of characters
    times weight over all of its matches; among equals the one that comes first in the sentence. A further code needs a
    term of at least the weight `HINT`. A code of a score below `Scheme.least`, or below the share `Scheme.least_share`
    of the characters of the sentence, has no row, nor has a sentence that holds one of `Scheme.not_with`.
    """
    listed = list(sentences(passages))
    texts = [row[3] for row in listed]
    found = standing_of(tuple(schemes.values()), texts)
    coded = [Evidence(*own).codes() for own in zip(schemes.values(), repeat(texts), found, strict=False)]
    sentence = np.concatenate([np.empty(0, dtype=np.intp), *(found for found, _, _ in coded)])
    # The sort is stable: schemes in their order, the main code of each first.
    order = np.argsort(sentence, kind="stable").tolist()
    documents, numbers, places, _ = zip(*listed, strict=True) if listed else ((),) * 4
    own = sentence[order].tolist()

    def column(parts: Iterable[Sequence[str]]) -> list[str]:
        cells = [cell for part in parts for cell in part]
        return [cells[at] for at in order]

    return schema.frame(
        "codes",
        {
            "document": [documents[at] for at in own],
            "passage": [numbers[at] for at in own],
            "sentence": [places[at] for at in own],
            "scheme": column([called] * len(found) for called, (found, _, _) in zip(schemes, coded, strict=True)),
            "code": column(codes for _, codes, _ in coded),
            "evidence": column(words for _, _, words in coded),
        },
    )
