"""Coding: what a sentence speaks of under each scheme, and which policy domain a figure belongs to.

A coding scheme is a dictionary in YAML that a researcher edits: codes, their definitions and their terms. Matching
works on the raw text, before any segmentation: the longest term wins, from left to right, without overlap. There are
three schemes: policy domains (`theme`), pathways of transformation (`pathway`) and policy instruments (`instrument`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml

from ..project import registry as schema
from ..project.errors import InputError, closest, unknown
from ..project.folders import file_stamp
from .matcher import Words

# The schemes, in the order in which a sentence is coded, and the file of each in data/reference.
SCHEMES = {"theme": "themes.yml", "pathway": "pathways.yml", "instrument": "instruments.yml"}
# The codes that a scheme must hold; the others hold what their file says.
FIXED_CODES = {"theme": schema.THEMES}

FALLBACK = "macro"
FIELDS = ("name_zh", "name_en", "definition_zh", "definition_en", "examples", "counter_examples", "terms")
OPTIONAL_FIELDS = ("group",)
ENTRY_FIELDS = ("term", "terms", "not_before", "not_after", "needs", "not_with", "weight")
# Keys of the file that are no codes: groups of codes, phrases that hide the terms inside them and mean nothing, the
# least evidence that a code needs, words of sentences that have no code, and word lists to which the terms refer.
RESERVED = ("groups", "ignored", "least", "least_share", "not_with", "lists")
# A term of less weight than this hints: it counts, but opens no further code beside the main one.
HINT = 0.5

# The places where evidence for a figure may stand, the nearest first, and how far each is trusted: that share of the
# decision at most, the rest goes on to the next place. So the nearest evidence wins, and where it is thin or absent the
# wider ones decide.
TRUST = {
    "indicator": 0.4,  # the words that name what is measured
    "clause": 0.5,  # between the punctuation marks around the number
    "sentence": 0.7,  # the rest of the sentence
    "before": 0.5,  # the sentences before it in the passage
}
# What the speaker is talking about counts beside the places: the question or heading above, the sentence that opens
# the passage and the passage as a whole share this much of the decision.
TOPIC = {"section": 0.2, "opening": 0.1, "passage": 0.4}
# An opening sentence longer than this is no topic sentence.
OPENING_CHARACTERS = 60
# A place with few votes takes less than it is trusted: votes / (votes + DOUBT) of it.
DOUBT = 0.6
# Votes halve with this many characters between term and number.
HALVING = {"clause": 12.0, "sentence": 36.0, "before": 120.0}
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
HURDLE_CODES = np.array([ord(mark) for mark in HURDLES])
SENTENCE_MARKS = re.compile(r"[。！？!?；;\n]")
CLAUSE_MARKS = re.compile(r"[。！？!?；;\n，：:]|,(?!\d)")
DIGITS = re.compile(r"(?<![A-Za-z\d.])\d[\d.,]*(?![A-Za-z\d])")
HAN = re.compile(r"[\u4e00-\u9fff]+")
TEXT_TAG = "tag:yaml.org,2002:str"

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
    """One term of a code, or of none where `code` is empty: then it only hides the terms inside it.

    It does not count directly before one of `not_before` or after one of `not_after`; where `needs` names words, one of
    them must stand in the sentence, and none of `not_with` may.
    """

    term: str
    code: str
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    weight: float = 1.0
    needs: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()

    def stands(self, text: str, start: int) -> bool:
        """Whether the term, found at `start` of `text`, has none of its excluded neighbours."""
        end = start + len(self.term)
        return not (text.startswith(self.not_before, end) or text.endswith(self.not_after, 0, start))

    def fits(self, sentence: str) -> bool:
        """Whether `sentence` holds one of the words that the term needs and none that it does not go with."""
        said = sentence.__contains__
        return (not self.needs or any(map(said, self.needs))) and not any(map(said, self.not_with))


class _Columns(NamedTuple):
    """The entries of a scheme column by column."""

    entries: list[Entry]
    codes: list[str]  # those that have terms
    code: np.ndarray  # number in `codes`, -1 for none
    length: np.ndarray
    weight: np.ndarray
    strength: np.ndarray  # see `_strength`
    guarded: np.ndarray  # whether the entry has excluded neighbours
    limits: list[Entry]  # one entry for each set of words that it needs or does not go with
    limit: np.ndarray  # number in `limits`


@dataclass(frozen=True, eq=False)
class Scheme:
    """A coding scheme: `codes` maps each code to its descriptive fields (names, definitions, examples, group).

    `groups` maps each group of codes to its names; a scheme without groups has none. A code counts in a sentence from
    the score `least` on and from the share `least_share` of its characters (see `sentence_codes`); a sentence that
    holds one of `not_with` has no code.
    """

    codes: dict[str, dict[str, Any]]
    entries: dict[str, Entry]
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    least: float = 0.0
    least_share: float = 0.0
    not_with: tuple[str, ...] = ()

    @cached_property
    def words(self) -> Words:
        """The terms, ready to be looked for."""
        return Words(list(self.entries))

    @cached_property
    def columns(self) -> _Columns:
        """The entries column by column."""
        entries = list(self.entries.values())
        codes = list(dict.fromkeys(entry.code for entry in entries if entry.code))
        places = {code: number for number, code in enumerate(codes)} | {"": -1}
        # Those with the same limits share one number, 0 is for those without.
        limits: dict[tuple[tuple[str, ...], tuple[str, ...]], Entry] = {((), ()): Entry("", "")}
        for entry in entries:
            limits.setdefault((entry.needs, entry.not_with), entry)
        numbers = {limit: number for number, limit in enumerate(limits)}
        return _Columns(
            entries,
            codes,
            np.array([places[entry.code] for entry in entries], dtype=np.intp),
            np.array([len(entry.term) for entry in entries], dtype=np.intp),
            np.array([entry.weight for entry in entries], dtype=float),
            np.array([_strength(self, entry.term) for entry in entries], dtype=float),
            np.array([bool(entry.not_before or entry.not_after) for entry in entries], dtype=bool),
            list(limits.values()),
            np.array([numbers[entry.needs, entry.not_with] for entry in entries], dtype=np.intp),
        )

    def found(self, text: str) -> list[tuple[int, Entry]]:
        """The terms in `text` with their starts: longest first, left to right, without overlap.

        Those that only hide others and those that do not fit are among them.
        """
        found, end = [], 0
        for at, term in self.words.standing(text):
            if at >= end and (entry := self.entries[term]).stands(text, at):
                found.append((at, entry))
                end = at + len(term)
        return found

    def matches(self, sentence: str) -> list[Match]:
        """The terms that count in `sentence`: longest first, left to right, without overlap."""
        return [
            Match(at, at + len(entry.term), entry.code, entry.term)
            for at, entry in self.found(sentence)
            if entry.code and entry.fits(sentence)
        ]

    def name(self, code: str, lang: str = "en") -> str:
        """The name of `code`, a code or a group of codes, in `lang` (`en` or `zh`)."""
        return str((self.codes.get(code) or self.groups[code])[f"name_{lang}"])

    def group(self, code: str) -> str | None:
        """The group of `code`, None where the scheme has no groups."""
        group = self.codes[code].get("group")
        return None if group is None else str(group)


# ---------------------------------------------------------------------------------------------------------- loading


class _Map(dict[str, Any]):
    """A mapping of the file that knows the line of each key."""

    lines: dict[str, int]


class _List(list[Any]):
    """A list of the file that knows the line of each element."""

    lines: list[int]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe loading in which mappings and lists know the lines of what they hold and a repeated key is an error."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: tuple[bool, bool]) -> str:
        # No number, truth value or null begins with a character beyond ASCII, as most words here do.
        if kind is yaml.ScalarNode and implicit[0] and value and value > "\x7f":
            return TEXT_TAG
        return str(super().resolve(kind, value, implicit))

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        # The short way for what is most of a file.
        if node.tag == TEXT_TAG and isinstance(node, yaml.ScalarNode):
            return node.value
        return super().construct_object(node, deep)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> _Map:
    found, found_lines = _Map(), {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str) or key in found:
            kind = "is there twice" if isinstance(key, str) else "is no text"
            mark = key_node.start_mark
            raise InputError(f"key '{key}' {kind}", cure="keep one", path=mark.name, line=mark.line + 1)
        found[key] = loader.construct_object(value_node, deep=True)
        found_lines[key] = key_node.start_mark.line + 1
    found.lines = found_lines
    return found


def _sequence(loader: _Loader, node: yaml.SequenceNode) -> _List:
    found = _List(loader.construct_object(item, deep=True) for item in node.value)
    found.lines = [item.start_mark.line + 1 for item in node.value]
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:seq", _sequence)


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


@dataclass(frozen=True)
class _Place:
    """Where in the file something stands, for errors."""

    path: Path
    where: str
    line: int | None = None

    def error(self, problem: str, cure: str) -> InputError:
        return InputError(f"{self.where}{problem}", cure=cure, path=self.path, line=self.line)

    def at(self, raw: Any, key: str | int, where: str = "") -> _Place:
        """The place of the element `key` of `raw`, a mapping or list of the file."""
        lines = getattr(raw, "lines", None)
        return _Place(self.path, f"{self.where}{where}", self.line if lines is None else lines[key])


def _words(raw: _Map, key: str, place: _Place) -> tuple[str, ...]:
    """The list `raw[key]` as a tuple of non-empty strings, empty where there is no such key."""
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise place.at(raw, key).error(f"{key} is no list of words", f"write {key}: [词, 词]")
    return tuple(str(word) for word in value)


def _check_keys(raw: _Map, allowed: Sequence[str], place: _Place) -> None:
    for key in raw:
        if key not in allowed:
            raise place.at(raw, key).error(
                f"unknown key '{key}'{closest(key, allowed)}", f"use one of: {', '.join(allowed)}"
            )


def _check_names(raw: _Map, keys: Iterable[str], place: _Place) -> None:
    for key in keys:
        if key not in raw:
            raise place.error(f"{key} is absent", f"add {key}:")
        if not isinstance(raw[key], str) or not raw[key].strip():
            raise place.at(raw, key).error(f"{key} is no text", f"write {key}: words")


def _check_term(term: str, place: _Place) -> None:
    if not term or term != term.strip():
        problem = f"'{term}' begins or ends with a space" if term.strip() else "is empty"
        raise place.error(problem, "write the bare word or delete the entry")


def _entries(code: str, raw: Any, place: _Place) -> list[Entry]:
    """One element of a list of terms as Entries."""
    if isinstance(raw, str):
        _check_term(raw, place)
        return [Entry(raw, code)]
    if not isinstance(raw, _Map):
        raise place.error(f"is {type(raw).__name__}, not a word", "write a word, in quotes if it is a number")
    inside = _Place(place.path, f"{place.where[:-1]}: ", place.line)
    _check_keys(raw, ENTRY_FIELDS, inside)
    if ("term" in raw) == ("terms" in raw) or not isinstance(raw.get("term", ""), str):
        raise place.error("has no word", "write {term: 词, …} or {terms: [词, 词], …}")
    if "term" in raw:
        _check_term(raw["term"], place.at(raw, "term"))
    terms = (str(raw["term"]),) if "term" in raw else _words(raw, "terms", inside)
    if not terms:
        raise place.error("has no word", "write {terms: [词, 词], …} or delete the entry")
    named = _Place(place.path, f"{place.where}'{terms[0]}': ", place.line)
    weight = raw.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 10:
        raise named.at(raw, "weight").error(
            f"weight {weight} is no number above 0 and at most 10", "write weight: 1 or leave it out"
        )
    limits = {key: _words(raw, key, named) for key in ("not_before", "not_after", "needs", "not_with")}
    return [Entry(term, code, weight=float(weight), **limits) for term in terms]


def _term_list(code: str, raw: _Map, key: str, place: _Place) -> list[tuple[Entry, int | None]]:
    """The entries of the list `raw[key]`, each with its line."""
    listed = raw[key]
    if not isinstance(listed, list) or not listed:
        raise place.at(raw, key).error(f"{key} is no list", f"write {key}: [词, 词]")
    inside = place.at(raw, key)
    lines: Sequence[int | None] = getattr(listed, "lines", None) or [inside.line] * len(listed)
    found: list[tuple[Entry, int | None]] = []
    for number, (term, line) in enumerate(zip(listed, lines, strict=True), 1):
        if isinstance(term, str) and term and not (term[0].isspace() or term[-1].isspace()):
            found.append((Entry(term, code), line))
        else:
            there = _Place(inside.path, f"{inside.where}term {number} ", line)
            found += [(entry, line) for entry in _entries(code, term, there)]
    return found


def _code(code: str, raw: Any, groups: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    """The descriptive fields of one code of the file."""
    if not isinstance(raw, _Map):
        raise _Place(place.path, f"{code} ", place.line).error("is no mapping", f"give it {', '.join(FIELDS)}")
    _check_keys(raw, FIELDS + OPTIONAL_FIELDS, place)
    _check_names(raw, ("name_zh", "name_en", "definition_zh", "definition_en"), place)
    for key in ("examples", "counter_examples", "terms"):
        if key not in raw:
            raise place.error(f"{key} is absent", f"add {key}:")
    for key in ("examples", "counter_examples"):
        _words(raw, key, place)
    if "group" in raw and raw["group"] not in groups:
        raise place.at(raw, "group").error(
            f"unknown group '{raw['group']}'{closest(str(raw['group']), groups)}",
            f"use one of: {', '.join(groups)}" if groups else "name it under groups: or leave it out",
        )
    return {key: raw[key] for key in raw if key != "terms"}


def _groups(raw: _Map, path: Path) -> dict[str, dict[str, str]]:
    """The groups of codes of the file, with their names."""
    groups = raw.get("groups", {})
    place = _Place(path, "groups: ").at(raw, "groups") if "groups" in raw else _Place(path, "groups: ")
    if not isinstance(groups, dict):
        raise place.error("is no mapping", "write groups: {group: {name_zh: …, name_en: …}}")
    for group, names in groups.items():
        inside = place.at(groups, group, f"{group}: ")
        if not isinstance(names, _Map):
            raise inside.error("is no mapping", "give it name_zh and name_en")
        _check_keys(names, ("name_zh", "name_en"), inside)
        _check_names(names, ("name_zh", "name_en"), inside)
    return {str(group): {str(key): str(name) for key, name in names.items()} for group, names in groups.items()}


def _least(raw: _Map, key: str, path: Path) -> float:
    """The number `raw[key]`, 0 where there is none."""
    value = raw.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _Place(path, "", raw.lines[key]).error(f"{key} {value} is no number from 0 on", f"write {key}: 1")
    return float(value)


def load_scheme(path: Path | str, codes: Sequence[str] | None = schema.THEMES) -> Scheme:
    """The coding scheme in the YAML file `path`.

    `codes` are the codes that it must hold, neither more nor fewer; None takes those of the file.
    Raises InputError, which names the file, the line and the cure, where the file is not in order.
    """
    path = Path(path)
    raw = _read(path)
    if not isinstance(raw, _Map) or not set(raw) - set(RESERVED):
        raise InputError("holds no codes", cure="write code: {name_zh: …, terms: […]}", path=path)
    held = [key for key in raw if key not in RESERVED]
    for code in held:
        if codes is not None and code not in codes:
            raise InputError(
                f"unknown code '{code}'{closest(code, codes)}",
                cure=f"use one of: {', '.join(codes)}",
                path=path,
                line=raw.lines[code],
            )
    missing = [code for code in codes or () if code not in raw]
    if missing:
        raise InputError(f"code '{missing[0]}' is missing", cure=f"add {missing[0]}: with its terms", path=path)
    groups = _groups(raw, path)
    described: dict[str, dict[str, Any]] = {}
    found = _term_list("", raw, "ignored", _Place(path, "ignored: ")) if "ignored" in raw else []
    for code in map(str, codes or held):
        place = _Place(path, f"{code}: ", raw.lines[code])
        described[code] = _code(code, raw[code], groups, place)
        found += _term_list(code, raw[code], "terms", place)
    entries: dict[str, Entry] = {}
    for entry, line in found:
        other = entries.setdefault(entry.term, entry)
        if other is not entry:
            here, there = entry.code or "ignored", other.code or "ignored"
            raise InputError(
                f"term '{entry.term}' stands "
                + (f"twice under {here}" if here == there else f"under {there} and {here}"),
                cure="keep it in one place",
                path=path,
                line=line,
            )
    least = {key: _least(raw, key, path) for key in ("least", "least_share")}
    not_with = _words(raw, "not_with", _Place(path, ""))
    return Scheme(described, entries, groups, **least, not_with=not_with)


def load_schemes(folder: Path | str, names: Iterable[str] = tuple(SCHEMES)) -> dict[str, Scheme]:
    """name → scheme for each of `names`, from the files in `folder` (data/reference), in the order of `SCHEMES`.

    Raises InputError for a name that is no scheme and for a file that is not in order.
    """
    names = list(names)
    for name in names:
        if name not in SCHEMES:
            raise unknown("scheme", name, SCHEMES)
    paths = {name: Path(folder) / file for name, file in SCHEMES.items() if name in names}
    return {name: _loaded(path, FIXED_CODES.get(name), file_stamp(path)) for name, path in paths.items()}


@lru_cache(maxsize=16)
def _loaded(path: Path, codes: tuple[str, ...] | None, _stamp: tuple[int, int]) -> Scheme:
    """The scheme at `path`, read once for each state of the file."""
    return load_scheme(path, codes)


# ----------------------------------------------------------------------------------------------------------- sentences


def _clean_sentences(text: str) -> list[Span]:
    from ..texts.clean import split_sentences

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

    The main code is the one whose terms say most: the sum of characters times weight over all of its matches; among
    equals the one that comes first in the sentence. A further code needs a term of at least the weight `HINT`. A code
    of a score below `scheme.least`, or below the share `scheme.least_share` of the characters of the sentence, has no
    place at all.
    """
    score: dict[str, float] = {}
    words: dict[str, dict[str, None]] = {}
    plain = set()
    for _, entry in scheme.found(text):
        code, weight = entry.code, entry.weight
        if code and entry.fits(text):
            score[code] = score.get(code, 0.0) + len(entry.term) * weight
            words.setdefault(code, {})[entry.term] = None
            if weight >= HINT:
                plain.add(code)
    if not score or any(map(text.__contains__, scheme.not_with)):
        return []
    least = max(scheme.least, scheme.least_share * len(text))
    # The sort is stable and `score` is in order of first position.
    ordered = sorted(score, key=lambda code: -score[code])
    return [
        (code, list(words[code]))
        for at, code in enumerate(ordered)
        if score[code] >= least and (at == 0 or code in plain)
    ]


def _standing(scheme: Scheme, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The terms that stand in `texts`, overlapping ones too: number of the text, place, number of the term.

    Places are those in all texts joined by a mark. Those in front come first, and at one place the longest.
    """
    columns = scheme.columns
    text, start, term = scheme.words.standing_in(texts)
    stands = np.ones(len(term), dtype=bool)
    for at in np.flatnonzero(columns.guarded[term]).tolist():
        stands[at] = columns.entries[term[at]].stands(texts[text[at]], int(start[at]))
    text, term = text[stands], term[stands]
    return text, start[stands] + _offsets(texts)[text], term


def _offsets(texts: Sequence[str]) -> np.ndarray:
    """Where each of `texts` begins where they are joined by a mark, and where the next one would."""
    return np.fromiter(accumulate((len(text) + 1 for text in texts), initial=0), np.intp, len(texts) + 1)


def _counting(scheme: Scheme, texts: Sequence[str], text: np.ndarray, term: np.ndarray) -> np.ndarray:
    """Which of the terms `term`, each in the text of that number, have a code and fit the text."""
    columns = scheme.columns
    counts, many = columns.code[term] >= 0, len(columns.limits)
    asked = np.flatnonzero(counts & (columns.limit[term] > 0))
    keys, inverse = np.unique(text[asked] * many + columns.limit[term[asked]], return_inverse=True)
    fits = [columns.limits[key % many].fits(texts[key // many]) for key in keys.tolist()]
    counts[asked] = np.array(fits, dtype=bool)[inverse]
    return counts


def _longest(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Of spans in order, at one place the longest first: the numbers of those taken from left to right."""
    taken, free = [], 0
    for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if start >= free:
            taken.append(number)
            free = end
    return np.array(taken, dtype=np.intp)


class Evidence:
    """The terms of a scheme that stand in sentences, looked up once, and the codes that follow from them.

    The codes are those of `sentence_codes`, found for all sentences together, also for the scheme without some of its
    terms: as the terms are looked up before any of them wins over another, such a cut costs little. `names` are the
    codes that have terms.
    """

    def __init__(self, scheme: Scheme, texts: Sequence[str]) -> None:
        self.scheme = scheme
        self._columns = scheme.columns
        self.names = self._columns.codes
        self._sentence, self._start, self._term = _standing(scheme, texts)
        self._counts = _counting(scheme, texts, self._sentence, self._term)
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
        found = own[_longest(starts, starts + self._columns.length[self._term[own]])]
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


def code_sentences(
    passages: pd.DataFrame, scheme: Scheme | Mapping[str, Scheme], name: str = "theme", split: Splitter | None = None
) -> pd.DataFrame:
    """The table `codes` of `passages` (document, passage, text).

    `scheme` is one scheme, called `name`, or a mapping name → scheme. One row per sentence, scheme and code, in the
    order of the text, then of the schemes; the first row of a sentence and scheme is its main code (see
    `sentence_codes`). A sentence without a code under a scheme has no row there. `split` cuts a passage into sentence
    spans, by default `analysis.texts.clean.split_sentences`.
    """
    schemes = {name: scheme} if isinstance(scheme, Scheme) else scheme
    listed = list(sentences(passages, split))
    texts = [row[3] for row in listed]
    coded = [Evidence(used, texts).codes() for used in schemes.values()]
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


def uncoded(
    passages: pd.DataFrame, codes: pd.DataFrame, split: Splitter | None = None, name: str | None = None
) -> pd.DataFrame:
    """The sentences of `passages` without a row in `codes`, or in those of the scheme `name`.

    Columns: document, passage, sentence, text.
    """
    if name is not None:
        codes = codes[codes["scheme"] == name]
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


# ------------------------------------------------------------------------------------------------------------ codebook

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Coding schemes",
        "rule": "A sentence may carry several codes of a scheme. The first is its main one: that whose terms say most, "
        "counted in characters times weight; among equals the one that comes first.",
        "theme": "Policy domains",
        "pathway": "Pathways of transformation",
        "instrument": "Policy instruments",
        "head": ("Code", "Name", "Group", "Definition", "Examples", "Counter-examples", "Terms"),
        "joint": "; ",
        "none": "no code",
    },
    "zh": {
        "title": "编码体系",
        "rule": "一句话可以有同一体系的几个编码。排在第一的是主编码：其词语的字数乘以权重之和最大；"
        "相等时取在句中先出现的。",
        "theme": "政策领域",
        "pathway": "转型路径",
        "instrument": "政策工具",
        "head": ("编码", "名称", "类别", "定义", "例子", "反例", "词语数"),
        "joint": "；",
        "none": "无编码",
    },
}


def codebook(schemes: Mapping[str, Scheme], lang: str = "en") -> str:
    """A Markdown page on `schemes` (name → scheme) in `lang` (`en` or `zh`), one table for each.

    Each code has its name, group (where the scheme has groups), definition, examples, counter-examples with the code
    that they have instead, and number of terms.
    """
    words = WORDS[lang]
    pages = [f"# {words['title']}", words["rule"]]
    for name, scheme in schemes.items():
        pages.append(f"## {words.get(name, name)} (`{name}`)")
        sizes = Counter(entry.code for entry in scheme.entries.values())
        rows = [tuple(words["head"]), ("---",) * 7]
        for code, about in scheme.codes.items():
            group = scheme.group(code)
            counter = [_counter_example(str(example), scheme, words, lang) for example in about["counter_examples"]]
            rows.append(
                (
                    f"`{code}`",
                    _cell(scheme.name(code, lang)),
                    _cell(scheme.name(group, lang)) if group else "",
                    _cell(str(about[f"definition_{lang}"])),
                    _cell(words["joint"].join(about["examples"])),
                    _cell(words["joint"].join(counter)),
                    str(sizes[code]),
                )
            )
        shown = [row if scheme.groups else (*row[:2], *row[3:]) for row in rows]
        pages.append("\n".join(f"| {' | '.join(row)} |" for row in shown))
    return "\n\n".join(pages) + "\n"


def _counter_example(example: str, scheme: Scheme, words: Mapping[str, Any], lang: str) -> str:
    """`词 (code)` with the name of the code."""
    phrase, bracket, code = example.removesuffix(")").rpartition(" (")
    if not bracket:
        return example
    named = scheme.name(code, lang) if code in scheme.codes else str(words["none"] if code == "none" else code)
    return f"{phrase} → {named}"


def _cell(text: str) -> str:
    """`text` as the content of a cell of a Markdown table."""
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())


# ------------------------------------------------------------------------------------------------------------- figures


class _Passage(NamedTuple):
    """A text prepared for votes."""

    votes: list[tuple[int, int, str, float]]  # start, end, code and strength of each match
    starts: list[int]  # of the matches
    way: list[int]  # how far each character lies from the first, in characters and hurdles
    whole: dict[str, float]  # the strengths of all matches by code
    sentence_marks: list[int]  # places that end a sentence, the end of the text included
    clause_marks: list[int]


@lru_cache(maxsize=256)
def _prepared(scheme: Scheme, text: str) -> _Passage:
    strengths = _strengths(scheme)
    sentence_marks = [found.start() for found in SENTENCE_MARKS.finditer(text)] + [len(text)]
    votes = []
    for start, entry in scheme.found(text):
        end = start + len(entry.term)
        if entry.needs or entry.not_with:
            left, right = _between(start, end, sentence_marks)
            if not entry.fits(text[left:right]):
                continue
        if entry.code:
            votes.append((start, end, entry.code, strengths[entry.term]))
    whole: dict[str, float] = {}
    for _, _, code, strength in votes:
        whole[code] = whole.get(code, 0.0) + strength
    # HURDLES.get(character, 1) of every character, summed up.
    return _Passage(
        votes,
        [vote[0] for vote in votes],
        list(accumulate(map(HURDLES.get, text, repeat(1)), initial=0)),
        whole,
        sentence_marks,
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
def _strengths(scheme: Scheme) -> dict[str, float]:
    """term → its strength."""
    return {term: _strength(scheme, term) for term in scheme.entries}


def _total(votes: Mapping[str, float]) -> float:
    """The sum, added one by one as `themes_at` does: `sum` rounds in another way from Python 3.12 on."""
    total = 0.0
    for vote in votes.values():
        total += vote
    return total


def _decide(places: Iterable[tuple[str, dict[str, float]]], topics: Iterable[tuple[str, dict[str, float]]]) -> str:
    """The code that wins: `places` are (name in TRUST, votes), the nearest first, `topics` (name in TOPIC, votes)."""
    score: dict[str, float] = {}
    rest = 1.0
    for place, votes in places:
        if votes:
            total = _total(votes)
            taken = rest * TRUST[place] * total / (total + DOUBT)
            rest -= taken
            for code, vote in votes.items():
                score[code] = score.get(code, 0.0) + taken * vote / total
    for topic, votes in topics:
        total = _total(votes) + DOUBT
        for code, vote in votes.items():
            score[code] = score.get(code, 0.0) + TOPIC[topic] * vote / total
    return max(score, key=lambda code: score[code]) if score else FALLBACK


def theme_at(scheme: Scheme, text: str, start: int, end: int, indicator: str = "", section: str = "") -> str:
    """The theme of the figure at `text[start:end]` of a passage: a code of the scheme, `FALLBACK` without evidence.

    `indicator` names what is measured (may be empty), `section` is the heading or question above. Each place where
    evidence stands has a say as `TRUST` has it. What is derived from `text` is kept, so that further figures of
    the same passage cost little.
    """
    found, starts, way, passage, sentence_marks, clause_marks = _prepared(scheme, text)
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
        [
            ("section", _topic_votes(scheme, section)),
            ("opening", _topic_votes(scheme, opening)),
            ("passage", passage),
        ],
    )


class Place(NamedTuple):
    """Where a figure stands: `text[start:end]` of a passage, what it measures, and the heading or question above."""

    text: str
    start: int
    end: int
    indicator: str = ""
    section: str = ""


# So many figures are decided together.
TOGETHER = 500


def themes_at(scheme: Scheme, figures: Sequence[Place]) -> list[str]:
    """`theme_at` of many figures: the same themes at a third of the cost, as all texts are looked through together."""
    texts = list(dict.fromkeys(figure.text for figure in figures))
    numbers = {text: number for number, text in enumerate(texts)}
    passages, offsets = _Passages(scheme, texts), _offsets(texts)
    places = np.array([(numbers[f.text], f.start, f.end) for f in figures], dtype=np.intp).reshape(-1, 3)
    text, starts, ends = places[:, 0], places[:, 1] + offsets[places[:, 0]], places[:, 2] + offsets[places[:, 0]]
    indicators = _Phrases(_head_last_votes, scheme, [figure.indicator for figure in figures])
    sections = _Phrases(_alike_votes, scheme, [figure.section for figure in figures])
    openings = passages.openings(text, starts)
    found: list[str] = []
    for first in range(0, len(figures), TOGETHER):
        some = slice(first, first + TOGETHER)
        clause, sentence, before = passages.around(text[some], starts[some], ends[some])
        found += _decide_all(
            scheme.columns.codes,
            len(starts[some]),
            [("indicator", indicators.of(some)), ("clause", clause), ("sentence", sentence), ("before", before)],
            [
                ("section", sections.of(some)),
                ("opening", _Phrases(_alike_votes, scheme, openings[some]).of(slice(None))),
                ("passage", _spread(passages.whole, text[some])),
            ],
        )
    return found


class _Votes(NamedTuple):
    """Votes by group and code, group by group; the codes of a group in the order in which they came up."""

    group: np.ndarray
    code: np.ndarray
    vote: np.ndarray


def _sum_votes(group: np.ndarray, code: np.ndarray, vote: np.ndarray) -> _Votes:
    """Single votes, in order, summed up by group and code."""
    many = int(code.max(initial=0)) + 1
    keys, first, inverse = np.unique(group * many + code, return_index=True, return_inverse=True)
    order = np.lexsort((first, keys // many))
    return _Votes(keys[order] // many, keys[order] % many, np.bincount(inverse, vote, len(keys))[order])


def _spread(votes: _Votes, groups: np.ndarray) -> _Votes:
    """The votes of `groups`, in which one may come up several times, by their place in that list."""
    first, end = (np.searchsorted(votes.group, groups, side) for side in ("left", "right"))
    member, at = _ranges(first, end)
    return _Votes(member, votes.code[at], votes.vote[at])


def _ranges(first: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All numbers of the ranges from `first` to `end`, one after the other: number of the range, number in it."""
    sizes = np.maximum(end - first, 0)
    member = np.repeat(np.arange(len(sizes)), sizes)
    return member, np.arange(len(member)) + (first - np.cumsum(sizes) + sizes)[member]


class _Phrases:
    """The votes of short texts, of which many are the same."""

    def __init__(self, votes: Callable[[Scheme, list[str]], _Votes], scheme: Scheme, phrases: Sequence[str]) -> None:
        different = list(dict.fromkeys(phrases))
        numbers = {phrase: number for number, phrase in enumerate(different)}
        self._votes = votes(scheme, different)
        self._numbers = np.array([numbers[phrase] for phrase in phrases], dtype=np.intp)

    def of(self, some: slice) -> _Votes:
        """The votes of some of the phrases, numbered from 0."""
        return _spread(self._votes, self._numbers[some])


def _phrase_terms(scheme: Scheme, phrases: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """`Scheme.matches` of each phrase: number of the phrase, number of the term."""
    phrase, start, term = _standing(scheme, phrases)
    won = _longest(start, start + scheme.columns.length[term])
    phrase, term = phrase[won], term[won]
    counts = _counting(scheme, phrases, phrase, term)
    return phrase[counts], term[counts]


def _alike_votes(scheme: Scheme, phrases: list[str]) -> _Votes:
    """`_topic_votes` of each phrase."""
    phrase, term = _phrase_terms(scheme, phrases)
    return _sum_votes(phrase, scheme.columns.code[term], scheme.columns.strength[term])


def _head_last_votes(scheme: Scheme, phrases: list[str]) -> _Votes:
    """`_indicator_votes` of each phrase."""
    parts = [phrase.partition("占")[0] for phrase in phrases]
    phrase, term = _phrase_terms(scheme, [*parts, *phrases])
    said = np.zeros(len(phrases), dtype=bool)
    said[phrase[phrase < len(parts)]] = True
    # Terms of the part, or else of the whole, the last first.
    kept = (phrase < len(parts)) | ~said[phrase - len(parts)]
    phrase, term = phrase[kept][::-1] % max(len(parts), 1), term[kept][::-1]
    order = np.argsort(phrase, kind="stable")
    phrase, term = phrase[order], term[order]
    further = np.arange(len(phrase)) - np.searchsorted(phrase, phrase)
    vote = HEAD_LAST**further * scheme.columns.strength[term]
    return _sum_votes(phrase, scheme.columns.code[term], vote)


class _Passages:
    """`_Passage` for many texts: places are those in all texts joined by a line break, which ends a sentence."""

    def __init__(self, scheme: Scheme, texts: Sequence[str]) -> None:
        columns, self._joined = scheme.columns, "".join(f"{text}\n" for text in texts)
        self._offsets = _offsets(texts)
        self._sentence_marks = _starts(SENTENCE_MARKS, self._joined)
        self._clause_marks = _starts(CLAUSE_MARKS, self._joined)
        self._whole_marks = [(_starts(re.compile(mark), self._joined), len(mark)) for mark in WHOLE_MARKS]
        text, start, term = _standing(scheme, texts)
        won = _longest(start, start + columns.length[term])
        text, start, term = text[won], start[won], term[won]
        end = start + columns.length[term]
        counts = columns.code[term] >= 0
        for at in np.flatnonzero(columns.limit[term] > 0).tolist():
            left, right = (int(place) for place in self._between(start[at], end[at], self._sentence_marks))
            counts[at] &= columns.entries[term[at]].fits(self._joined[left:right])
        self._start, self._end, term = start[counts], end[counts], term[counts]
        self._code, self._strength = columns.code[term], columns.strength[term]
        self.whole = _sum_votes(text[counts], self._code, self._strength)
        # How far each character lies from the first, in characters and hurdles.
        steps = np.ones(HURDLE_CODES.max() + 2, dtype=np.intp)
        steps[HURDLE_CODES] = list(HURDLES.values())
        codes = np.frombuffer(self._joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        self._way = np.concatenate([[0], np.cumsum(steps.take(codes, mode="clip"))])

    @staticmethod
    def _between(start: Any, end: Any, marks: np.ndarray) -> tuple[Any, Any]:
        """The spans around `start`, `end` that lie between two of the places `marks`."""
        left = np.searchsorted(marks, start)
        return np.where(left > 0, marks[left - 1] + 1, 0), marks[np.searchsorted(marks, end)]

    def openings(self, text: np.ndarray, starts: np.ndarray) -> list[str]:
        """The opening of the passage of each figure, empty where the figure stands in it."""
        offsets, marks = self._offsets[text], self._sentence_marks
        ends = np.minimum(marks[np.searchsorted(marks, offsets)], offsets + OPENING_CHARACTERS)
        later = self._between(starts, starts, marks)[0] > offsets
        spans = zip(offsets.tolist(), ends.tolist(), later.tolist(), strict=True)
        return [self._joined[start:end] if shown else "" for start, end, shown in spans]

    def around(self, text: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[_Votes, _Votes, _Votes]:
        """The votes of the clause, the sentence and what stands before it, for each figure at `starts`, `ends`."""
        sentence_start, sentence_end = self._between(starts, ends, self._sentence_marks)
        clause_start, clause_end = self._between(starts, ends, self._clause_marks)
        whole = np.full(len(starts), -1)
        for marks, size in self._whole_marks:
            last = np.searchsorted(marks, starts - size, side="right")
            place = np.concatenate([[-1], marks])[last]
            whole = np.maximum(whole, np.where(place >= starts - AROUND_CHARACTERS, place, -1))
        anchor = np.where(whole > clause_start, whole, starts)
        low = np.maximum(sentence_start - BEFORE_CHARACTERS, starts - AROUND_CHARACTERS)
        first = np.searchsorted(self._start, np.maximum(low, self._offsets[text]))
        figure, at = _ranges(first, np.searchsorted(self._start, np.minimum(sentence_end, ends + AROUND_CHARACTERS)))
        # Not what is part of the number: 万亿, 一期
        apart = (self._start[at] >= ends[figure]) | (self._end[at] <= starts[figure])
        figure, at = figure[apart], at[apart]
        left, right, way = self._start[at], self._end[at], self._way
        behind, ahead = right > starts[figure], right <= anchor[figure]
        far = np.where(
            behind,
            way[left] - way[ends[figure]],
            np.where(ahead, way[anchor[figure]], way[starts[figure]]) - way[right],
        )
        inside = (left >= clause_start[figure]) & (left < clause_end[figure])
        earlier = left < sentence_start[figure]
        weight = np.where(behind, np.where(left >= clause_end[figure], LATER, 1.0), np.where(ahead, 1.0, WHOLE))

        def votes(chosen: np.ndarray, place: str) -> _Votes:
            distances, numbers = np.unique(far[chosen], return_inverse=True)
            # As Python reckons: numpy's powers may differ in the last digit.
            fading = np.array([0.5 ** (distance / HALVING[place]) for distance in distances.tolist()])
            vote = self._strength[at[chosen]] * fading[numbers] * weight[chosen]
            return _sum_votes(figure[chosen], self._code[at[chosen]], vote)

        return votes(inside & ~earlier, "clause"), votes(~inside & ~earlier, "sentence"), votes(earlier, "before")


def _starts(pattern: re.Pattern[str], text: str) -> np.ndarray:
    return np.array([found.start() for found in pattern.finditer(text)], dtype=np.intp)


def _decide_all(
    codes: Sequence[str], figures: int, places: Sequence[tuple[str, _Votes]], topics: Sequence[tuple[str, _Votes]]
) -> list[str]:
    """`_decide` for as many figures."""
    score = np.zeros((figures, max(len(codes), 1)))
    # When each code came up first: among equals that one wins.
    late = np.iinfo(np.intp).max
    came = np.full(score.shape, late)
    stage = 0
    rest = np.ones(figures)

    def add(votes: _Votes, parts: np.ndarray) -> None:
        nonlocal stage
        score[votes.group, votes.code] += parts
        turn = stage + np.arange(len(parts))
        came[votes.group, votes.code] = np.minimum(came[votes.group, votes.code], turn)
        stage += len(parts)

    for place, votes in places:
        total = np.bincount(votes.group, votes.vote, figures)
        taken = rest * TRUST[place] * total / (total + DOUBT)
        rest = rest - taken
        add(votes, taken[votes.group] * votes.vote / total[votes.group])
    for topic, votes in topics:
        whole = np.bincount(votes.group, votes.vote, figures) + DOUBT
        add(votes, TOPIC[topic] * votes.vote / whole[votes.group])
    score[came == late] = -1.0
    best = score.max(axis=1, keepdims=True)
    winner = np.where(score == best, came, late).argmin(axis=1)
    found = zip(winner.tolist(), (best[:, 0] >= 0).tolist(), strict=True)
    return [codes[code] if said else FALLBACK for code, said in found]


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
