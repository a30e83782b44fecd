"""Rules as rows: the word lists of data/reference/rules, which a researcher edits as he edits themes.yml.

A file is a CSV table with one rule a row:

    table       the word list that the row belongs to; one file may hold several
    word        the word, as it stands in a text. A file of patterns has the column `pattern` instead: a regular
                expression
    not_before  the word does not count directly before one of these (several joined by |)
    not_after   the word does not count directly after one of these
    example     a sentence of our own in which the row makes a difference; a test runs it with and without the row
    gives       what the word stands for, where the table says more than that it counts
    note        why it is there, where that is not plain

Code that works with rules makes what it needs of them in a function under `from_rules`:

    @from_rules
    def _names(rules: RuleSet) -> re.Pattern[str]:
        return re.compile(alternation(rules.table("names.csv", "lead")))

`_names()` is then made once for each state of the files, of the rules in use: those of the project (`find_project`),
or those that `using` names.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from .errors import InputError, closest, unknown
from .folders import file_stamp, find_project
from .trie import pattern

FOLDER = "rules"
COLUMNS = ("table", "word", "pattern", "not_before", "not_after", "example", "gives", "note")
#: Columns that may be absent, and their cells empty.
OPTIONAL = ("not_before", "not_after", "gives", "note")

T = TypeVar("T")


@dataclass(frozen=True)
class Rule:
    """One row of a file of rules: `word` is the word or the pattern, `line` the line of the file."""

    table: str
    word: str
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    example: str = ""
    gives: str = ""
    note: str = ""
    line: int = 0

    @property
    def guard(self) -> str:
        """What must hold at the end of the word: none of its excluded neighbours on either side."""
        before = "".join(f"(?<!{re.escape(left + self.word)})" for left in self.not_after)
        after = f"(?!{'|'.join(map(re.escape, self.not_before))})" if self.not_before else ""
        return before + after


@dataclass(frozen=True, eq=False)
class RuleSet:
    """The rules of a folder, each file read when it is first asked for. `changed` has other rows for some files."""

    folder: Path
    changed: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    _read: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    _made: dict[Any, Any] = field(default_factory=dict)
    # The files that each thing made was made of, and those asked for by what is being made now.
    _made_of: dict[Any, set[str]] = field(default_factory=dict)
    _asking: list[set[str]] = field(default_factory=list)

    def file(self, name: str) -> tuple[Rule, ...]:
        """All rules of a file (`furniture.csv`) in its order. Raises InputError for what is wrong with it."""
        for asked in self._asking:
            asked.add(name)
        if name in self.changed:
            return self.changed[name]
        if name not in self._read:
            self._read[name] = read_rules(self.folder / name)
        return self._read[name]

    def table(self, file: str, table: str) -> tuple[Rule, ...]:
        """The rules of one table of a file in its order. Raises InputError where there are none."""
        found = tuple(rule for rule in self.file(file) if rule.table == table)
        if not found and file not in self.changed:
            raise InputError(f"table '{table}' has no rows", cure="restore them", path=self.folder / file)
        return found

    def tables(self, *files: str, names: Iterable[str]) -> dict[str, tuple[Rule, ...]]:
        """The rules of each table in `names`, from all of `files`. Raises InputError for a row of any other table,
        which nobody would read, and for a table without rows."""
        found: dict[str, list[Rule]] = {name: [] for name in names}
        for file in files:
            for rule in self.file(file):
                if rule.table not in found:
                    raise unknown("table", rule.table, found, path=self.folder / file, line=rule.line)
                found[rule.table].append(rule)
        for name, rows in found.items():
            if not rows and not self.changed:
                raise InputError(f"table '{name}' has no rows", cure="restore them", path=self.folder / files[0])
        return {name: tuple(rows) for name, rows in found.items()}

    def words(self, file: str, table: str) -> tuple[str, ...]:
        """The words of one table."""
        return tuple(rule.word for rule in self.table(file, table))

    def without(self, file: str, rule: Rule) -> RuleSet:
        """The same rules but for one row: to see what the row does."""
        rest = tuple(other for other in self.file(file) if other is not rule)
        kept = {make: made for make, made in self._made.items() if file not in self._made_of[make]}
        files = {make: self._made_of[make] for make in kept}
        return RuleSet(self.folder, {**self.changed, file: rest}, self._read, kept, files)

    def make(self, make: Callable[[RuleSet], T]) -> T:
        """What `make` makes of these rules; it is made once."""
        asked: set[str] = set()
        self._asking.append(asked)
        try:
            made = make(self)
        finally:
            self._asking.pop()
        # What is made of something made depends on its files, too.
        for outer in self._asking:
            outer |= asked
        self._made_of[make] = asked
        return self._made.setdefault(make, made)


def _names(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _rule(cells: dict[str, str], path: Path, line: int) -> Rule:
    """One row, checked."""

    def wrong(problem: str, cure: str) -> InputError:
        return InputError(problem, cure=cure, path=path, line=line)

    kind = "pattern" if "pattern" in cells else "word"
    for name, cell in cells.items():
        if not cell and name not in OPTIONAL:
            raise wrong(f"{name} is empty", "fill the cell in or delete the row")
    near = {name: _names(cells.get(name, "")) for name in ("not_before", "not_after")}
    for name, words in near.items():
        if not all(words):
            raise wrong(f"{name} holds an empty word", "join words by one |")
    word = cells[kind]
    if kind == "word" and word not in cells["example"]:
        raise wrong(f"the example does not hold '{word}'", "write a sentence with the word in it")
    if kind == "pattern":
        if near["not_before"] or near["not_after"]:
            raise wrong("a pattern has no not_before or not_after", "write them into the pattern")
        try:
            re.compile(word)
        except re.error as error:
            raise wrong(f"'{word}' is no pattern ({error})", "mend the regular expression") from None
    table, example, gives, note = (cells.get(name, "") for name in ("table", "example", "gives", "note"))
    return Rule(table, word, near["not_before"], near["not_after"], example, gives, note, line)


def _header(names: list[str], path: Path) -> list[str]:
    """The names of the columns, checked."""
    for name in names:
        if name not in COLUMNS:
            raise InputError(
                f"unknown column '{name}'{closest(name, COLUMNS)}",
                cure=f"use some of: {', '.join(COLUMNS)}",
                path=path,
                line=1,
            )
    kinds = [name for name in ("word", "pattern") if name in names]
    if len(kinds) != 1 or len(set(names)) < len(names) or not {"table", "example"} <= set(names):
        raise InputError(
            "these are not the columns of rules",
            cure="begin with table,word,not_before,not_after,example,gives,note, or pattern for word",
            path=path,
            line=1,
        )
    return names


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a CSV file in its order. Raises InputError, with file, line and cure, for what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError("no such rules", cure="restore the file from the project", path=path) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", cure="save it as UTF-8", path=path) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rules: dict[tuple[str, str], Rule] = {}
    try:
        header = _header([name.strip() for name in next(reader, [])], path)
        line = reader.line_num + 1
        for cells in reader:
            here, line = line, reader.line_num + 1
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise InputError(
                    f"{len(cells)} cells instead of {len(header)}",
                    cure='put cells with a comma in "…"',
                    path=path,
                    line=here,
                )
            rule = _rule({name: cell.strip() for name, cell in zip(header, cells, strict=True)}, path, here)
            other = rules.setdefault((rule.table, rule.word), rule)
            if other is not rule:
                raise InputError(
                    f"'{rule.word}' is already in line {other.line}", cure="keep one of the two", path=path, line=here
                )
    except csv.Error as error:
        raise InputError(
            f"is not CSV: {error}", cure="mend the quotation marks", path=path, line=reader.line_num
        ) from None
    return tuple(rules.values())


def alternation(rules: Iterable[Rule]) -> str:
    """A regular expression without groups of its own for the words of `rules`.

    It takes the longest word that has none of its excluded neighbours, and matches nothing where there are no rules.
    """
    return pattern({rule.word: rule.guard for rule in rules})


# --- the rules in use -------------------------------------------------------------------------------------------------

_IN_USE: ContextVar[RuleSet | None] = ContextVar("rules", default=None)


@lru_cache(maxsize=8)
def _rule_set(folder: Path, _stamps: tuple[tuple[str, tuple[int, int]], ...]) -> RuleSet:
    """The rules of a folder, one set for each state of its files."""
    return RuleSet(folder)


def rule_files(folder: Path) -> list[Path]:
    """The files of rules in `folder`, which is data/reference/rules or a copy of it."""
    return sorted(folder.glob("*.csv"))


def rules_of(folder: Path) -> RuleSet:
    """The rules of `folder` as its files are now."""
    return _rule_set(folder, tuple((path.name, file_stamp(path)) for path in rule_files(folder)))


@lru_cache(maxsize=1)
def _own() -> RuleSet:
    return rules_of(find_project().reference / FOLDER)


def rules_in_use() -> RuleSet:
    """The rules that `using` names, else those of the project as they were when this process first asked for them."""
    return _IN_USE.get() or _own()


@contextlib.contextmanager
def using(rules: RuleSet | Path) -> Iterator[RuleSet]:
    """Work with these rules, or with those of a folder as its files are now."""
    chosen = rules if isinstance(rules, RuleSet) else rules_of(rules)
    token = _IN_USE.set(chosen)
    try:
        yield chosen
    finally:
        _IN_USE.reset(token)


def from_rules(make: Callable[[RuleSet], T]) -> Callable[[], T]:
    """`make`, called once for each set of rules in use."""

    # Asked for with every figure: the rules of the last call and what was made of them, together.
    last: tuple[RuleSet | None, T | None] = (None, None)

    def made() -> T:
        nonlocal last
        rules, (known, found) = rules_in_use(), last
        if rules is not known or rules._asking:
            found = rules._made[make] if make in rules._made else rules.make(make)
            for asked in rules._asking:
                asked |= rules._made_of[make]
            last = rules, found
        return found  # type: ignore[return-value]  # found is that of the rules, which are known

    made.__doc__, made.__name__ = make.__doc__, make.__name__
    return made
