"""The files of the coding schemes: read, and checked with the line and the cure of what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ...project import registry as schema
from ...project.errors import InputError, closest, unknown
from ...project.folders import file_stamp
from ..terms import read_words
from .scheme import Entry, Scheme

# The schemes, in the order in which a sentence is coded, and the file of each in data/reference.
SCHEMES = {"theme": "themes.yml", "pathway": "pathways.yml", "instrument": "instruments.yml"}
# The terms of the segmenter, beside the schemes.
TERMS = "terms.txt"
# The codes that a scheme must hold; the others hold what their file says.
FIXED_CODES = {"theme": schema.THEMES}

FIELDS = ("name_zh", "name_en", "definition_zh", "definition_en", "examples", "counter_examples", "terms")
OPTIONAL_FIELDS = ("group",)
ENTRY_FIELDS = ("term", "terms", "not_before", "not_after", "needs", "not_with", "weight")
# Keys of the file that are no codes: groups of codes, phrases that hide the terms inside them and mean nothing, the
# least evidence that a code needs, words of sentences that have no code, and word lists to which the terms refer.
RESERVED = ("groups", "ignored", "least", "least_share", "not_with", "lists")
TEXT_TAG = "tag:yaml.org,2002:str"


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
    """The coding scheme in the YAML file `path`; the terms of the segmenter stand beside it (terms.txt).

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
    listed = path.parent / TERMS
    known = tuple(read_words(listed)) if listed.is_file() else None
    return Scheme(described, entries, groups, **least, not_with=not_with, known=known)


def load_schemes(folder: Path | str, names: Iterable[str] = tuple(SCHEMES)) -> dict[str, Scheme]:
    """name → scheme for each of `names`, from the files in `folder` (data/reference), in the order of `SCHEMES`.

    Raises InputError for a name that is no scheme and for a file that is not in order.
    """
    names = list(names)
    for name in names:
        if name not in SCHEMES:
            raise unknown("scheme", name, SCHEMES)
    paths = {name: Path(folder) / file for name, file in SCHEMES.items() if name in names}
    listed = file_stamp(Path(folder) / TERMS)
    return {name: _loaded(path, FIXED_CODES.get(name), file_stamp(path), listed) for name, path in paths.items()}


@lru_cache(maxsize=16)
def _loaded(path: Path, codes: tuple[str, ...] | None, *_stamps: tuple[int, int]) -> Scheme:
    """The scheme at `path`, read once for each state of the file and of the terms."""
    return load_scheme(path, codes)
