"""The files of the coding schemes: read, and checked with the line and the cure of what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...project import registry as schema
from ...project.errors import InputError, closest, unknown
from ...project.folders import file_stamp
from ...project.yaml_lines import Node, read_yaml
from ..terms import read_words
from .scheme import Entry, Scheme

# The schemes, in the order in which a sentence is coded, and the file of each in data/reference.
SCHEMES = {"theme": "themes.yml", "pathway": "pathways.yml", "instrument": "instruments.yml"}
# The terms of the segmenter, beside the schemes.
TERMS = "terms.txt"
# The codes that a scheme must hold; the others hold what their file says.
FIXED_CODES = {"theme": schema.THEMES}

NAMES = ("name_zh", "name_en")
FIELDS = (*NAMES, "definition_zh", "definition_en", "examples", "counter_examples", "terms")
OPTIONAL_FIELDS = ("group",)
WORD_LIMITS = ("not_before", "not_after", "needs", "not_with")
ENTRY_FIELDS = ("term", "terms", *WORD_LIMITS, "weight")
# Keys of the file that are no codes: groups of codes, phrases that hide the terms inside them and mean nothing, the
# least evidence that a code needs, words of sentences that have no code, and word lists to which the terms refer.
RESERVED = ("groups", "ignored", "least", "least_share", "not_with", "lists")


def _bare(node: Node) -> str:
    """One term as it stands in the file."""
    term = node.value() if node.is_text else None
    if not isinstance(term, str):
        raise node.error(f"'{node.written}' is no word", "write a word, in quotes if it is a number")
    if not term or term != term.strip():
        problem = f"'{term}' begins or ends with a space" if term.strip() else "is empty"
        raise node.error(problem, "write the bare word or delete the entry")
    return term


def _entries(code: str, node: Node) -> list[tuple[Entry, Node]]:
    """One element of a list of terms as entries, each with its place."""
    if not node.is_mapping:
        return [(Entry(_bare(node), code), node)]
    got = node.fields(allowed=ENTRY_FIELDS)
    if ("term" in got) == ("terms" in got):
        raise node.error("has no word", "write {term: 词, …} or {terms: [词, 词], …}")
    places = [got["term"]] if "term" in got else got["terms"].items()
    if not places:
        raise node.error("has no word", "write {terms: [词, 词], …} or delete the entry")
    weight = got["weight"].number(above=0, most=10) if "weight" in got else 1.0
    limits = {key: got[key].words() for key in WORD_LIMITS if key in got}
    return [(Entry(_bare(place), code, weight=weight, **limits), place) for place in places]


def _term_list(code: str, node: Node) -> list[tuple[Entry, Node]]:
    """The entries of a list of terms, each with its place."""
    elements = node.items()
    if not elements:
        raise node.error("is no list", "write terms: [词, 词]")
    return [found for element in elements for found in _entries(code, element)]


def _described(node: Node, groups: Collection[str]) -> tuple[dict[str, Any], Node]:
    """The descriptive fields of one code of the file, and its terms."""
    got = node.fields(allowed=FIELDS + OPTIONAL_FIELDS, required=FIELDS)
    about: dict[str, Any] = {}
    for key, value in got.items():
        if key in ("examples", "counter_examples"):
            about[key] = list(value.words())
        elif key == "group":
            if not groups:
                raise value.inside(f"unknown '{value.written}'", "name it under groups: or leave it out")
            about[key] = value.one_of(groups)
        elif key != "terms":
            about[key] = value.text()
    return about, got["terms"]


def _groups(node: Node | None) -> dict[str, dict[str, str]]:
    """The groups of codes of the file, with their names."""
    groups = node.fields() if node else {}
    return {
        group: {key: name.text() for key, name in names.fields(allowed=NAMES, required=NAMES).items()}
        for group, names in groups.items()
    }


def _once(found: Iterable[tuple[Entry, Node]]) -> dict[str, Entry]:
    """Term → entry; a term may stand once."""
    entries: dict[str, Entry] = {}
    for entry, place in found:
        other = entries.setdefault(entry.term, entry)
        if other is not entry:
            here, there = entry.code or "ignored", other.code or "ignored"
            where = f"twice under {here}" if here == there else f"under {there} and {here}"
            raise place.inside(f"term '{entry.term}' stands {where}", "keep it in one place")
    return entries


def load_scheme(path: Path | str, codes: Sequence[str] | None = schema.THEMES) -> Scheme:
    """The coding scheme in the YAML file `path`; the terms of the segmenter stand beside it (terms.txt).

    `codes` are the codes that it must hold, neither more nor fewer; None takes those of the file.
    Raises InputError, which names the file, the line and the cure, where the file is not in order.
    """
    path = Path(path)
    root = read_yaml(path, absent="no such coding scheme")
    got = root.fields() if root.is_mapping else {}
    held = [key for key in got if key not in RESERVED]
    if not held:
        raise InputError("holds no codes", cure="write code: {name_zh: …, terms: […]}", path=path)
    for code in held:
        if codes is not None and code not in codes:
            problem, cure = f"unknown code '{code}'{closest(code, codes)}", f"use one of: {', '.join(codes)}"
            raise InputError(problem, cure=cure, path=path, line=got[code].line)
    missing = [code for code in codes or () if code not in got]
    if missing:
        raise InputError(f"code '{missing[0]}' is missing", cure=f"add {missing[0]}: with its terms", path=path)
    groups = _groups(got.get("groups"))
    described: dict[str, dict[str, Any]] = {}
    found = _term_list("", got["ignored"]) if "ignored" in got else []
    for code in codes or held:
        described[code], terms = _described(got[code], groups)
        found += _term_list(code, terms)
    least = {key: got[key].number(least=0) for key in ("least", "least_share") if key in got}
    not_with = got["not_with"].words() if "not_with" in got else ()
    listed = path.parent / TERMS
    known = tuple(read_words(listed)) if listed.is_file() else None
    return Scheme(described, _once(found), groups, **least, not_with=not_with, known=known)


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
