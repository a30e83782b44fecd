"""Coding: what a sentence speaks of under each scheme, and which policy domain a figure belongs to.

A coding scheme is a dictionary in YAML that a researcher edits: codes, their definitions and their terms. Matching
works on the raw text, before any segmentation: the longest term wins, from left to right, without overlap. There are
three schemes: policy domains (`theme`), pathways of transformation (`pathway`) and policy instruments (`instrument`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml

from . import schema
from .errors import InputError, closest, unknown
from .trie import pattern

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
        return not (
            any(text.startswith(word, end) for word in self.not_before)
            or any(text.endswith(word, 0, start) for word in self.not_after)
        )

    def fits(self, sentence: str) -> bool:
        """Whether `sentence` holds one of the words that the term needs and none that it does not go with."""
        return (not self.needs or any(word in sentence for word in self.needs)) and not any(
            word in sentence for word in self.not_with
        )


@dataclass(frozen=True, eq=False)
class Scheme:
    """A coding scheme: `codes` maps each code to its descriptive fields (names, definitions, examples, group).

    `groups` maps each group of codes to its names; a scheme without groups has none. A code counts in a sentence from
    the score `least` on and from the share `least_share` of its characters (see `sentence_codes`); a sentence that
    holds one of `not_with` has no code.
    """

    codes: dict[str, dict[str, Any]]
    entries: dict[str, Entry]
    pattern: re.Pattern[str] = field(repr=False)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    least: float = 0.0
    least_share: float = 0.0
    not_with: tuple[str, ...] = ()

    def matches(self, sentence: str) -> list[Match]:
        """The terms that count in `sentence`: longest first, left to right, without overlap."""
        entries = self.entries
        return [
            Match(found.start(), found.end(), entry.code, word)
            for found in self.pattern.finditer(sentence)
            for word in (found.group(),)
            for entry in (entries[word],)
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


class _Text(str):
    """A string of the file that knows its line."""

    line: int | None = None


class _Map(dict[str, Any]):
    """A mapping of the file that knows the line of each key."""

    lines: dict[str, int]


class _List(list[Any]):
    """A list of the file that knows the line of each element."""

    lines: list[int]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe loading in which all values know their line and a repeated key is an error."""


def _text(loader: _Loader, node: yaml.ScalarNode) -> _Text:
    text = _Text(loader.construct_scalar(node))
    text.line = node.start_mark.line + 1
    return text


def _mapping(loader: _Loader, node: yaml.MappingNode) -> _Map:
    found, found_lines = _Map(), {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str) or key in found:
            kind = "is there twice" if key in found else "is no text"
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


_Loader.add_constructor("tag:yaml.org,2002:str", _text)
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


def _entries(code: str, raw: Any, place: _Place) -> list[tuple[Entry, _Place]]:
    """One element of a list of terms as Entries, each with its place."""
    if isinstance(raw, str):
        _check_term(raw, place)
        return [(Entry(str(raw), code), place)]
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
    return [(Entry(term, code, weight=float(weight), **limits), inside) for term in terms]


def _term_list(code: str, raw: _Map, key: str, place: _Place) -> list[tuple[Entry, _Place]]:
    """The entries of the list `raw[key]`."""
    listed = raw[key]
    if not isinstance(listed, list) or not listed:
        raise place.at(raw, key).error(f"{key} is no list", f"write {key}: [词, 词]")
    inside = place.at(raw, key)
    return [
        found
        for number, term in enumerate(listed)
        for found in _entries(code, term, inside.at(listed, number, f"term {number + 1} "))
    ]


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
    for entry, place in found:
        other = entries.setdefault(entry.term, entry)
        if other is not entry:
            here, there = entry.code or "ignored", other.code or "ignored"
            raise InputError(
                f"term '{entry.term}' stands "
                + (f"twice under {here}" if here == there else f"under {there} and {here}"),
                cure="keep it in one place",
                path=path,
                line=place.line,
            )
    least = {key: _least(raw, key, path) for key in ("least", "least_share")}
    not_with = _words(raw, "not_with", _Place(path, ""))
    return Scheme(described, entries, re.compile(term_pattern(entries.values())), groups, **least, not_with=not_with)


def load_schemes(folder: Path | str, names: Iterable[str] = tuple(SCHEMES)) -> dict[str, Scheme]:
    """name → scheme for each of `names`, from the files in `folder` (data/reference), in the order of `SCHEMES`.

    Raises InputError for a name that is no scheme and for a file that is not in order.
    """
    names = list(names)
    for name in names:
        if name not in SCHEMES:
            raise unknown("scheme", name, SCHEMES)
    return {
        name: load_scheme(Path(folder) / file, FIXED_CODES.get(name)) for name, file in SCHEMES.items() if name in names
    }


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

    The main code is the one whose terms say most: the sum of characters times weight over all of its matches; among
    equals the one that comes first in the sentence. A further code needs a term of at least the weight `HINT`. A code
    of a score below `scheme.least`, or below the share `scheme.least_share` of the characters of the sentence, has no
    place at all.
    """
    score: dict[str, float] = {}
    words: dict[str, dict[str, None]] = {}
    plain = set()
    if any(word in text for word in scheme.not_with):
        return []
    for match in scheme.matches(text):
        weight = scheme.entries[match.term].weight
        score[match.code] = score.get(match.code, 0.0) + len(match.term) * weight
        words.setdefault(match.code, {})[match.term] = None
        if weight >= HINT:
            plain.add(match.code)
    least = max(scheme.least, scheme.least_share * len(text))
    # The sort is stable and `score` is in order of first position.
    ordered = sorted(score, key=lambda code: -score[code])
    return [
        (code, list(words[code]))
        for at, code in enumerate(ordered)
        if score[code] >= least and (at == 0 or code in plain)
    ]


def code_sentences(
    passages: pd.DataFrame, scheme: Scheme | Mapping[str, Scheme], name: str = "theme", split: Splitter | None = None
) -> pd.DataFrame:
    """The table `codes` of `passages` (document, passage, text).

    `scheme` is one scheme, called `name`, or a mapping name → scheme. One row per sentence, scheme and code, in the
    order of the text, then of the schemes; the first row of a sentence and scheme is its main code (see
    `sentence_codes`). A sentence without a code under a scheme has no row there. `split` cuts a passage into sentence
    spans, by default `analysis.clean.split_sentences`.
    """
    schemes = {name: scheme} if isinstance(scheme, Scheme) else scheme
    rows = [
        {
            "document": document,
            "passage": passage,
            "sentence": sentence,
            "scheme": called,
            "code": code,
            "evidence": "|".join(words),
        }
        for document, passage, sentence, text in sentences(passages, split)
        for called, used in schemes.items()
        for code, words in sentence_codes(text, used)
    ]
    return schema.frame("codes", rows)


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
    said = _strengths(scheme)
    sentence_marks = [found.start() for found in SENTENCE_MARKS.finditer(text)] + [len(text)]
    votes = []
    for found in scheme.pattern.finditer(text):
        word, (start, end) = found[0], found.span()
        code, strength, limited = said[word]
        if limited:
            left, right = _between(start, end, sentence_marks)
            if not scheme.entries[word].fits(text[left:right]):
                continue
        if code:
            votes.append((start, end, code, strength))
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
def _strengths(scheme: Scheme) -> dict[str, tuple[str, float, bool]]:
    """term → its code, its strength, and whether it depends on other words of the sentence."""
    return {
        term: (entry.code, _strength(scheme, term), bool(entry.needs or entry.not_with))
        for term, entry in scheme.entries.items()
    }


def _decide(places: Iterable[tuple[str, dict[str, float]]], topics: Iterable[tuple[str, dict[str, float]]]) -> str:
    """The code that wins: `places` are (name in TRUST, votes), the nearest first, `topics` (name in TOPIC, votes)."""
    score: dict[str, float] = {}
    rest = 1.0
    for place, votes in places:
        if votes:
            total = sum(votes.values())
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
