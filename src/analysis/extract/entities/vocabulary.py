"""The words by which names are found: data/reference/entities.yml, read and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...project.yaml_lines import Node, read_yaml

FILE = "entities.yml"
KINDS = (
    "industry",
    "firm",
    "platform",
    "park",
    "project",
    "programme",
    "rule",
    "institution",
    "event",
    "title",
    "place",
)
_TOP = (
    "heads",
    "whole",
    "short_heads",
    "lists",
    "needs_verb",
    "verbs",
    "trimmed",
    "known",
    "never",
    "never_ends",
    "breaks",
    "forms",
)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words of names (see the head of the file): class words, known names, listed classes: word → kind."""

    heads: dict[str, str]
    whole: frozenset[str]
    short_heads: dict[str, str]
    lists: dict[str, str]
    weak_heads: frozenset[str]
    weak_verbs: frozenset[str]
    verbs_before: frozenset[str]
    verbs_behind: frozenset[str]
    inside: frozenset[str]
    seeking: frozenset[str]
    giving: frozenset[str]
    acting: frozenset[str]
    building: frozenset[str]
    trimmed: frozenset[str]
    plain: frozenset[str]
    levels: frozenset[str]
    known: dict[str, str]
    never: frozenset[str]
    never_ends: tuple[str, ...]
    breaks: frozenset[str]
    forms: tuple[tuple[str, re.Pattern[str]], ...]

    @cached_property
    def merged(self) -> frozenset[str]:
        """Words that are one word whatever the segmenter says."""
        return frozenset(
            word
            for words in (
                self.verbs_before,
                self.verbs_behind,
                self.inside,
                self.trimmed,
                self.known,
                self.whole,
                self.heads,
            )
            for word in words
            if 2 <= len(word) <= 6
        )

    @cached_property
    def begun(self) -> frozenset[str]:
        """What `merged` words begin with."""
        return frozenset(word[:size] for word in self.merged for size in range(1, len(word)))

    @cached_property
    def known_begun(self) -> frozenset[str]:
        """What known names begin with, they themselves included."""
        return frozenset(word[:size] for word in self.known for size in range(1, len(word) + 1))

    @cached_property
    def parts(self) -> dict[tuple[str, str], str]:
        """What part each word with its tag plays, as far as it is known."""
        return {}

    @cached_property
    def head_ends(self) -> frozenset[str]:
        """The last characters of class words, the short ones included."""
        return frozenset(word[-1] for word in (*self.heads, *self.short_heads))

    @cached_property
    def longest_head(self) -> int:
        return max(map(len, self.heads), default=0)

    @cached_property
    def longest_list(self) -> int:
        return max(map(len, self.lists), default=0)

    def verb_in(self, word: str, verbs: frozenset[str]) -> str | None:
        """The verb of `verbs` that a word is or that makes up one half of it (大力发展, 颁布实施), but not the head
        of a noun (社区服务); None without one."""
        if word in verbs:
            return word
        if len(word) != 4:
            return None
        first, second = word[:2], word[2:]
        if second in verbs and first not in self.plain | self.levels:
            return second
        return first if first in verbs else None

    def says_little(self, word: str) -> bool:
        """Whether a word is plain, or put together from plain words."""
        if word in self.plain or word in self.trimmed:
            return True
        halves = (word[:2], word[2:]) if len(word) == 4 else ()
        return bool(halves) and all(
            half in self.plain or half in self.trimmed or half in self.inside for half in halves
        )

    def head_at(self, text: str, end: int, floor: int) -> str | None:
        """The longest class word that ends at `end` of `text`, not before `floor`."""
        if text[end - 1 : end] not in self.head_ends:
            return None
        for start in range(max(floor, end - self.longest_head), end):
            if text[start:end] in self.heads:
                return text[start:end]
        return None


def _by_kind(node: Node) -> dict[str, str]:
    """Word → kind of a mapping of kinds to lists; the kind that comes last in the file's order of kinds wins."""
    found: dict[str, str] = {}
    for kind, words in node.fields(allowed=KINDS).items():
        for place in words.items():
            word = place.text()
            other = found.setdefault(word, kind)
            if other != kind:
                raise place.inside(f"'{word}' stands under {other} and {kind}", "keep it in one place")
    return found


def _forms(node: Node) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Kind and pattern of each form."""
    for kind, patterns in node.fields(allowed=KINDS).items():
        for place in patterns.items():
            try:
                yield kind, re.compile(place.text())
            except re.error as error:
                raise place.inside(f"'{place.text()}' is no pattern ({error})", "mend the regular expression") from None


def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary in the file `path`. Raises InputError, with file, line and cure, where it is not in order."""
    got = read_yaml(path, absent="no vocabulary of entities").fields(allowed=_TOP, required=_TOP)

    def words(node: Node, *names: str) -> dict[str, frozenset[str]]:
        return {name: frozenset(part.words()) for name, part in node.fields(allowed=names, required=names).items()}

    verbs = words(got["verbs"], "before", "behind", "inside", "seeking", "giving", "acting", "building")
    trimmed = words(got["trimmed"], "words", "plain", "levels")
    weak = words(got["needs_verb"], "heads", "verbs")
    heads = _by_kind(got["heads"])
    for word in weak["heads"]:
        heads.setdefault(word, "programme")
    return Vocabulary(
        heads=heads,
        whole=frozenset(got["whole"].words()),
        short_heads=_by_kind(got["short_heads"]),
        lists=_by_kind(got["lists"]),
        weak_heads=weak["heads"],
        weak_verbs=weak["verbs"],
        verbs_before=verbs["before"],
        verbs_behind=verbs["behind"],
        inside=verbs["inside"],
        seeking=verbs["seeking"],
        giving=verbs["giving"],
        acting=verbs["acting"],
        building=verbs["building"],
        trimmed=trimmed["words"],
        plain=trimmed["plain"],
        levels=trimmed["levels"],
        known=_by_kind(got["known"]),
        never=frozenset(got["never"].words()),
        never_ends=got["never_ends"].words(),
        breaks=frozenset(got["breaks"].words()),
        forms=tuple(_forms(got["forms"])),
    )
