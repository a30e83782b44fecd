"""Coding: which policy domains a sentence speaks of, and which one a figure belongs to.

A coding scheme is a dictionary in YAML that a researcher edits: codes, their definitions and their terms. Matching
works on the raw text, before any segmentation: the longest term wins, from left to right, without overlap.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml

from . import schema
from .errors import InputError, closest
from .trie import pattern

FALLBACK = "macro"
FIELDS = ("name_zh", "name_en", "definition_zh", "definition_en", "examples", "counter_examples", "terms")
ENTRY_FIELDS = ("term", "not_before", "not_after", "weight")

# The places where evidence for a figure may stand, the nearest first, and how far each is trusted: that share of the
# decision at most, the rest goes on to the next place. So the nearest evidence wins, and where it is thin or absent the
# wider ones decide.
TRUST = {
    "indicator": 0.5,  # the words that name what is measured
    "clause": 0.5,  # between the punctuation marks around the number
    "sentence": 0.7,  # the rest of the sentence
    "before": 0.5,  # the sentences before it in the passage
}
# What the speaker is talking about counts beside the places: the question or heading above and the sentence that opens
# the passage share this much of the decision.
TOPIC = {"section": 0.2, "opening": 0.1}
# An opening sentence longer than this is no topic sentence.
OPENING_CHARACTERS = 60
# A place with few votes takes less than it is trusted: votes / (votes + DOUBT) of it.
DOUBT = 0.6
# Votes halve with this many characters between term and number.
HALVING = {"clause": 12.0, "sentence": 24.0, "before": 120.0}
# In Chinese the head of a noun phrase stands last: each match further left in an indicator counts half of the next one.
HEAD_LAST = 0.5
# What a figure is a share of (占地区生产总值的, 相当于财政支出的) names it less than what the share is of.
WHOLE = 0.2
WHOLE_MARKS = ("占", "相当于")
# What a sentence says in clauses after the one of the number is mostly something new.
LATER = 0.4
# Only this much of a passage before the sentence is looked at, and this much around the number, so that a text without
# punctuation costs no more than others.
BEFORE_CHARACTERS = 240
AROUND_CHARACTERS = 600

# A term past one of these marks lies further away than its characters; all other characters count one.
HURDLES = {"、": 5, "，": 7, ",": 7, "；": 12, ";": 12, "。": 20, "！": 20, "？": 20, "\n": 20, "%": 3, "％": 3}
SENTENCE_MARKS = re.compile(r"[。！？!?；;\n]")
CLAUSE_MARKS = re.compile(r"[。！？!?；;\n，：:]|,(?!\d)")
DIGITS = re.compile(r"(?<![A-Za-z\d.])\d[\d.,]*(?![A-Za-z\d])")
HAN = re.compile(r"[\u4e00-\u9fff]+")

Span = tuple[int, int]
Splitter = Callable[[str], list[Span]]


class Match(NamedTuple):
    """One term found in a text: half-open span, code of the scheme, the words."""

    start: int
    end: int
    code: str
    term: str


@dataclass(frozen=True)
class Entry:
    """One term of a code; it does not count directly before one of `not_before` or after one of `not_after`."""

    term: str
    code: str
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    weight: float = 1.0

    def stands(self, text: str, start: int) -> bool:
        """Whether the term, found at `start` of `text`, has none of its excluded neighbours."""
        end = start + len(self.term)
        return not (
            any(text.startswith(word, end) for word in self.not_before)
            or any(text.endswith(word, 0, start) for word in self.not_after)
        )


@dataclass(frozen=True, eq=False)
class Scheme:
    """A coding scheme: `codes` maps each code to its descriptive fields (names, definitions, examples)."""

    codes: dict[str, dict[str, Any]]
    entries: dict[str, Entry]
    pattern: re.Pattern[str] = field(repr=False)

    def matches(self, text: str) -> list[Match]:
        """The terms in `text`: longest first, left to right, without overlap."""
        entries = self.entries
        return [
            Match(found.start(), found.end(), entries[word].code, word)
            for found in self.pattern.finditer(text)
            for word in (found.group(),)
        ]

    def name(self, code: str, lang: str = "en") -> str:
        """The name of `code` in `lang` (`en` or `zh`)."""
        return str(self.codes[code][f"name_{lang}"])


# ---------------------------------------------------------------------------------------------------------- loading


class _Text(str):
    """A string of the file that knows its line."""

    line: int | None = None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe loading in which strings know their line and a repeated key is an error."""


def _text(loader: _Loader, node: yaml.ScalarNode) -> _Text:
    text = _Text(loader.construct_scalar(node))
    text.line = node.start_mark.line + 1
    return text


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str) or key in found:
            kind = "is there twice" if key in found else "is no text"
            mark = key_node.start_mark
            raise InputError(f"key '{key}' {kind}", cure="keep one", path=mark.name, line=mark.line + 1)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:str", _text)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _read(path: Path) -> Any:
    """The YAML of `path`; InputError where it is absent, not UTF-8 or not YAML."""
    try:
        with path.open(encoding="utf-8") as stream:
            return yaml.load(stream, Loader=_Loader)  # noqa: S506 - a subclass of SafeLoader
    except FileNotFoundError:
        raise InputError("no such coding scheme", cure="give the path of a YAML file", path=path) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", cure="save it as UTF-8", path=path) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise InputError(
            f"is not valid YAML: {error.problem}",
            cure="mend the line; quote text that holds a colon or a bracket",
            path=path,
            line=mark.line + 1 if mark else None,
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"is not valid YAML: {error}", cure="save it as plain text", path=path) from None


def _words(value: Any, where: str, path: Path) -> tuple[str, ...]:
    """`value` as a tuple of non-empty strings, else InputError for `where`."""
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise InputError(f"{where} is no list of words", cure=f"write {where.split()[-1]}: [词, 词]", path=path)
    return tuple(str(word) for word in value)


def _entry(code: str, number: int, raw: Any, path: Path) -> Entry:
    """One element of a list of terms as an Entry."""
    where = f"{code}: term {number}"
    if isinstance(raw, str):
        raw = {"term": raw}
    if not isinstance(raw, dict):
        raise InputError(
            f"{where} is {type(raw).__name__}, not a word", cure="write a word, in quotes if it is a number", path=path
        )
    term = raw.get("term")
    line = getattr(term, "line", None)
    for key in raw:
        if key not in ENTRY_FIELDS:
            raise InputError(
                f"{where}: unknown key '{key}'{closest(key, ENTRY_FIELDS)}",
                cure=f"use one of: {', '.join(ENTRY_FIELDS)}",
                path=path,
                line=getattr(key, "line", line),
            )
    if not isinstance(term, str):
        raise InputError(f"{where} has no word", cure="write {term: 词, …}", path=path, line=line)
    if not term or term != term.strip():
        problem = f"{where} '{term}' begins or ends with a space" if term.strip() else f"{where} is empty"
        raise InputError(problem, cure="write the bare word or delete the entry", path=path, line=line)
    weight = raw.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 10:
        raise InputError(
            f"{where} '{term}': weight {weight} is no number above 0 and at most 10",
            cure="write weight: 1 or leave it out",
            path=path,
            line=line,
        )
    return Entry(
        str(term),
        code,
        _words(raw.get("not_before", []), f"{where} '{term}': not_before", path),
        _words(raw.get("not_after", []), f"{where} '{term}': not_after", path),
        float(weight),
    )


def _code(code: str, raw: Any, path: Path) -> tuple[dict[str, Any], list[Entry]]:
    """The fields and entries of one code of the file."""
    line = getattr(code, "line", None)
    if not isinstance(raw, dict):
        raise InputError(f"{code} is no mapping", cure=f"give it {', '.join(FIELDS)}", path=path, line=line)
    for key in raw:
        if key not in FIELDS:
            raise InputError(
                f"{code}: unknown key '{key}'{closest(key, FIELDS)}",
                cure=f"use one of: {', '.join(FIELDS)}",
                path=path,
                line=getattr(key, "line", line),
            )
    for key in FIELDS:
        if key not in raw:
            raise InputError(f"{code}: {key} is absent", cure=f"add {key}:", path=path, line=line)
    for key in ("name_zh", "name_en", "definition_zh", "definition_en"):
        if not isinstance(raw[key], str) or not raw[key].strip():
            raise InputError(f"{code}: {key} is no text", cure=f"write {key}: words", path=path, line=line)
    for key in ("examples", "counter_examples"):
        _words(raw[key], f"{code}: {key}", path)
    if not isinstance(raw["terms"], list) or not raw["terms"]:
        raise InputError(f"{code}: terms is no list", cure="write terms: [词, 词]", path=path, line=line)
    entries = [_entry(str(code), number, term, path) for number, term in enumerate(raw["terms"], 1)]
    return {key: raw[key] for key in FIELDS if key != "terms"}, entries


def load_scheme(path: Path | str, codes: Sequence[str] | None = schema.THEMES) -> Scheme:
    """The coding scheme in the YAML file `path`.

    `codes` are the codes that it must hold, neither more nor fewer; None takes those of the file.
    Raises InputError, which names the file, the entry and the cure, where the file is not in order.
    """
    path = Path(path)
    raw = _read(path)
    if not isinstance(raw, dict) or not raw:
        raise InputError("holds no codes", cure="write code: {name_zh: …, terms: […]}", path=path)
    for code in raw:
        if codes is not None and code not in codes:
            raise InputError(
                f"unknown code '{code}'{closest(code, codes)}",
                cure=f"use one of: {', '.join(codes)}",
                path=path,
                line=getattr(code, "line", None),
            )
    missing = [code for code in codes or () if code not in raw]
    if missing:
        raise InputError(f"code '{missing[0]}' is missing", cure=f"add {missing[0]}: with its terms", path=path)
    described: dict[str, dict[str, Any]] = {}
    entries: dict[str, Entry] = {}
    for code in codes or raw:
        described[str(code)], found = _code(code, raw[code], path)
        for entry in found:
            other = entries.setdefault(entry.term, entry)
            if other is not entry:
                raise InputError(
                    f"term '{entry.term}' stands under {other.code} and {entry.code}"
                    if other.code != entry.code
                    else f"term '{entry.term}' stands twice under {entry.code}",
                    cure="keep it in one place",
                    path=path,
                )
    return Scheme(described, entries, re.compile(term_pattern(entries.values())))


# ---------------------------------------------------------------------------------------------------------- matching


def term_pattern(entries: Iterable[Entry]) -> str:
    """One regular expression that finds the longest of `entries` at each place."""
    return pattern({entry.term: _guard(entry) for entry in entries})


def _guard(entry: Entry) -> str:
    """The expression, at the end of the term of `entry`, that its excluded neighbours are not there."""
    behind = "".join(f"(?<!{re.escape(word + entry.term)})" for word in entry.not_after)
    ahead = f"(?!{'|'.join(map(re.escape, entry.not_before))})" if entry.not_before else ""
    return behind + ahead


# ----------------------------------------------------------------------------------------------------------- sentences


def _clean_sentences(text: str) -> list[Span]:
    from .clean import split_sentences

    return split_sentences(text)


def sentences(passages: pd.DataFrame, split: Splitter | None = None) -> Iterator[tuple[str, int, int, str]]:
    """(document, passage, sentence, text) of every sentence of `passages`, counted within each document from 1."""
    split = split or _clean_sentences
    counts: Counter[str] = Counter()
    for document, passage, text in zip(passages["document"], passages["passage"], passages["text"], strict=True):
        for start, end in split(text):
            counts[document] += 1
            yield document, int(passage), counts[document], text[start:end]


def sentence_codes(text: str, scheme: Scheme) -> list[tuple[str, list[str]]]:
    """(code, its different matched words in text order) of one sentence, the main code first.

    Codes are ordered by the characters they match, times the weights of the terms, then by first position.
    """
    weight: dict[str, float] = {}
    words: dict[str, dict[str, None]] = {}
    for match in scheme.matches(text):
        weight[match.code] = weight.get(match.code, 0.0) + len(match.term) * scheme.entries[match.term].weight
        words.setdefault(match.code, {})[match.term] = None
    # The sort is stable and `weight` is in order of first position.
    return [(code, list(words[code])) for code in sorted(weight, key=lambda code: -weight[code])]


def code_sentences(
    passages: pd.DataFrame, scheme: Scheme, name: str = "theme", split: Splitter | None = None
) -> pd.DataFrame:
    """The table `codes` of `passages` (document, passage, text) under the scheme called `name`.

    One row per sentence and code, the main code of a sentence first; a sentence without a code has no row.
    `split` cuts a passage into sentence spans, by default `analysis.clean.split_sentences`.
    """
    rows = [
        {
            "document": document,
            "passage": passage,
            "sentence": sentence,
            "scheme": name,
            "code": code,
            "evidence": "|".join(words),
        }
        for document, passage, sentence, text in sentences(passages, split)
        for code, words in sentence_codes(text, scheme)
    ]
    return schema.frame("codes", rows)


def uncoded(passages: pd.DataFrame, codes: pd.DataFrame, split: Splitter | None = None) -> pd.DataFrame:
    """The sentences of `passages` that have no row in `codes`: document, passage, sentence, text."""
    coded = set(zip(codes["document"], codes["sentence"], strict=True))
    rows = [row for row in sentences(passages, split) if (row[0], row[2]) not in coded]
    return pd.DataFrame(rows, columns=["document", "passage", "sentence", "text"])


def unmatched_terms(
    texts: Iterable[str], stopwords: Iterable[str] = (), *, top: int = 50, longest: int = 6, least: int = 2
) -> pd.DataFrame:
    """What the dictionary may lack: the most frequent runs of 2 to `longest` Han characters in `texts`.

    `texts` are sentences without a code. Runs are not segmented words; one that holds a stop word at either end, or
    that only ever stands inside a longer frequent run, is left out. Columns: term, count, most frequent first.
    """
    stop = set(stopwords)
    counts: Counter[str] = Counter()
    for text in texts:
        for run in HAN.findall(text):
            for size in range(2, longest + 1):
                counts.update(run[i : i + size] for i in range(len(run) - size + 1))
    frequent = {term: count for term, count in counts.items() if count >= least}
    inside = {part for term, count in frequent.items() for part in (term[:-1], term[1:]) if frequent.get(part) == count}
    rows = [
        (term, count)
        for term, count in frequent.items()
        if term not in inside
        and not any(term[:size] in stop or term[-size:] in stop for size in range(1, len(term) + 1))
    ]
    rows.sort(key=lambda row: (-row[1], -len(row[0]), row[0]))
    return pd.DataFrame(rows[:top], columns=["term", "count"])


# ------------------------------------------------------------------------------------------------------------- figures


class _Passage(NamedTuple):
    """A text prepared for votes."""

    votes: list[tuple[int, int, str, float]]  # start, end, code and strength of each match
    starts: list[int]  # of the matches
    way: list[int]  # how far each character lies from the first, in characters and hurdles
    sentence_marks: list[int]  # places that end a sentence, the end of the text included
    clause_marks: list[int]


@lru_cache(maxsize=256)
def _prepared(scheme: Scheme, text: str) -> _Passage:
    said = _strengths(scheme)
    votes = [(*found.span(), *said[found[0]]) for found in scheme.pattern.finditer(text)]
    # HURDLES.get(character, 1) of every character, summed up.
    return _Passage(
        votes,
        [vote[0] for vote in votes],
        list(accumulate(map(HURDLES.get, text, repeat(1)), initial=0)),
        [found.start() for found in SENTENCE_MARKS.finditer(text)] + [len(text)],
        [found.start() for found in CLAUSE_MARKS.finditer(text)] + [len(text)],
    )


def _between(start: int, end: int, marks: list[int]) -> Span:
    """The span around `start`, `end` that lies between two of the places `marks`."""
    left = bisect_left(marks, start)
    return (marks[left - 1] + 1 if left else 0), marks[bisect_left(marks, end)]


@lru_cache(maxsize=8192)
def _indicator_votes(scheme: Scheme, indicator: str) -> dict[str, float]:
    """The votes inside an indicator, where the head noun, which stands last, counts most.

    In `教育支出占财政支出比重` it is the part, not the whole that it is a share of, which is measured.
    """
    votes: dict[str, float] = {}
    share = 1.0
    part, _, _ = indicator.partition("占")
    for match in reversed(scheme.matches(part) or scheme.matches(indicator)):
        votes[match.code] = votes.get(match.code, 0.0) + share * _strength(scheme, match.term)
        share *= HEAD_LAST
    return votes


@lru_cache(maxsize=2048)
def _topic_votes(scheme: Scheme, words: str) -> dict[str, float]:
    """The votes of a heading, a question or an opening sentence: all of its terms alike."""
    votes: dict[str, float] = {}
    for match in scheme.matches(words):
        votes[match.code] = votes.get(match.code, 0.0) + _strength(scheme, match.term)
    return votes


def _strength(scheme: Scheme, term: str) -> float:
    """How much a term says: its weight, and a little more for each character, as long terms are special ones."""
    return scheme.entries[term].weight * (0.7 + 0.15 * len(term))


@lru_cache(maxsize=8)
def _strengths(scheme: Scheme) -> dict[str, tuple[str, float]]:
    """term → its code and strength."""
    return {term: (entry.code, _strength(scheme, term)) for term, entry in scheme.entries.items()}


def _decide(places: Iterable[tuple[str, dict[str, float]]], topics: Iterable[tuple[str, dict[str, float]]]) -> str:
    """The code that wins: `places` are (name in TRUST, votes), the nearest first, `topics` (name in TOPIC, votes)."""
    score: dict[str, float] = {}
    rest = 1.0
    for place, votes in places:
        total = sum(votes.values())
        if total:
            taken = rest * TRUST[place] * total / (total + DOUBT)
            rest -= taken
            for code, vote in votes.items():
                score[code] = score.get(code, 0.0) + taken * vote / total
    for topic, votes in topics:
        total = sum(votes.values()) + DOUBT
        for code, vote in votes.items():
            score[code] = score.get(code, 0.0) + TOPIC[topic] * vote / total
    return max(score, key=lambda code: score[code]) if score else FALLBACK


def theme_at(scheme: Scheme, text: str, start: int, end: int, indicator: str = "", section: str = "") -> str:
    """The theme of the figure at `text[start:end]` of a passage: a code of the scheme, `FALLBACK` without evidence.

    `indicator` names what is measured (may be empty), `section` is the heading or question above. Each place where
    evidence stands has a say as `TRUST` has it. What is derived from `text` is kept, so that further figures of
    the same passage cost little.
    """
    found, starts, way, sentence_marks, clause_marks = _prepared(scheme, text)
    sentence_start, sentence_end = _between(start, end, sentence_marks)
    clause_start, clause_end = _between(start, end, clause_marks)
    nearby = max(clause_start, start - AROUND_CHARACTERS)
    whole = max(text.rfind(mark, nearby, start) for mark in WHOLE_MARKS)
    anchor = whole if whole > clause_start else start
    clause: dict[str, float] = {}
    sentence: dict[str, float] = {}
    before: dict[str, float] = {}
    first = bisect_left(starts, max(sentence_start - BEFORE_CHARACTERS, start - AROUND_CHARACTERS))
    last = bisect_left(starts, min(sentence_end, end + AROUND_CHARACTERS))
    for left, right, code, strength in found[first:last]:
        if left < end and right > start:  # part of the number: 万亿, 一期
            continue
        if left < sentence_start:
            votes, halving = before, HALVING["before"]
        elif left < clause_start or left >= clause_end:
            votes, halving = sentence, HALVING["sentence"]
        else:
            votes, halving = clause, HALVING["clause"]
        if right <= anchor:
            vote = strength * 0.5 ** ((way[anchor] - way[right]) / halving)
        elif right <= start:
            vote = strength * 0.5 ** ((way[start] - way[right]) / halving) * WHOLE
        else:
            vote = strength * 0.5 ** ((way[left] - way[end]) / halving)
            if left >= clause_end:
                vote *= LATER
        votes[code] = votes.get(code, 0.0) + vote
    opening = ""
    if sentence_start > 0:
        opening = text[: min(sentence_marks[0], OPENING_CHARACTERS)]
    return _decide(
        [
            ("indicator", _indicator_votes(scheme, indicator)),
            ("clause", clause),
            ("sentence", sentence),
            ("before", before),
        ],
        [("section", _topic_votes(scheme, section)), ("opening", _topic_votes(scheme, opening))],
    )


def figure_theme(
    scheme: Scheme,
    indicator: str,
    clause: str,
    sentence: str,
    section: str = "",
    before: str = "",
    mention: str = "",
) -> str:
    """The theme of one figure, from strings: see `theme_at`, which is faster where the passage is at hand.

    `clause` is the part of `sentence` around the number, `before` the sentences ahead of it in the passage; the number
    is `mention` or else the first digits of the clause.
    """
    offset = max(sentence.find(clause), 0) if clause else 0
    inside = clause or sentence
    found = inside.find(mention) if mention else -1
    if found >= 0:
        start, end = found, found + len(mention)
    else:
        digits = DIGITS.search(inside)
        start, end = digits.span() if digits else (len(inside), len(inside))
    shift = len(before) + offset
    return theme_at(scheme, before + sentence, shift + start, shift + end, indicator, section)
