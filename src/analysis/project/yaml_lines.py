"""YAML that a person wrote: every value knows its line, and what is wrong with it is an InputError with the cure.

    for key, city in read_yaml(path).fields().items():
        known = city.fields(allowed=FIELDS, required=("name_zh", "name_en"))
        name = known["name_zh"].text()

A `Node` is one value of the file with the place where it stands. Keys must be words and may stand once. Nothing in a
file can make objects of Python (`!!python/…`) or more values than it shows: references (`*name`) that would stand for
more than `MOST` values, or for themselves, are refused before anybody walks through them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from .errors import InputError, closest

#: A file whose references are written out may hold so many values. The longest dictionary here has some 7,000.
MOST = 1_000_000
#: Values may stand so deep in one another.
DEEPEST = 50
#: The characters of a value that an error shows.
SHOWN = 40

_TAG = "tag:yaml.org,2002:"
_TEXT = f"{_TAG}str"
_SCALARS = {f"{_TAG}{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")}
_TAGS = {*_SCALARS, f"{_TAG}seq", f"{_TAG}map"}
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, where PyYAML was built with it: ten times as fast
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_CONSTRUCT: dict[str, Any] = {
    f"{_TAG}int": _CONSTRUCTOR.construct_yaml_int,
    f"{_TAG}float": _CONSTRUCTOR.construct_yaml_float,
    f"{_TAG}bool": _CONSTRUCTOR.construct_yaml_bool,
    f"{_TAG}null": _CONSTRUCTOR.construct_yaml_null,
}


class _TooDeepError(Exception):
    """Values stand too deep in one another: the parser would end the process."""


class _Loader(_BASE):
    """The safe loader up to a node, quick on Chinese words and safe from too many brackets."""

    depth = 0

    def descend_resolver(self, _parent: yaml.Node | None, _index: Any) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _TooDeepError

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: tuple[bool, bool]) -> str:
        # No number, truth value or null begins with a character beyond ASCII, as most words here do.
        if kind is yaml.ScalarNode and implicit[0] and value and value > "\x7f":
            return _TEXT
        return str(super().resolve(kind, value, implicit))


class Node:
    """One value of a YAML file: `where` names it in errors (`macro: terms`), `line` is the one of its key or its own.

    The methods give the value as what it has to be, or raise the InputError that says why it is not.
    """

    __slots__ = ("_node", "line", "path", "where")

    def __init__(self, path: Path | str, where: str, node: yaml.Node | None, line: int | None = None) -> None:
        self.path, self.where, self._node = path, where, node
        self.line = line if line is not None or node is None else _line(node)

    def __repr__(self) -> str:
        return f"Node({self.path}:{self.line} {self.where})"

    def error(self, problem: str, cure: str) -> InputError:
        """What is wrong with this value: `<file>:<line>: <where> <problem>; <cure>`."""
        return InputError(f"{self.where or 'the file'} {problem}", cure=cure, path=self.path, line=self.line)

    def inside(self, problem: str, cure: str) -> InputError:
        """What is wrong within this value: `<file>:<line>: <where>: <problem>; <cure>`."""
        return InputError(
            f"{self.where}: {problem}" if self.where else problem, cure=cure, path=self.path, line=self.line
        )

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self._node, yaml.SequenceNode)

    @property
    def is_text(self) -> bool:
        """Whether it is a word or words: a number, a truth value or nothing at all is none unless it is quoted."""
        return isinstance(self._node, yaml.ScalarNode) and self._node.tag == _TEXT

    @property
    def written(self) -> str:
        """The characters of a single value as they stand in the file, else what it is (`a list`): for messages."""
        if not isinstance(self._node, yaml.ScalarNode):
            return "a mapping" if self.is_mapping else "a list" if self.is_list else "nothing"
        word = str(self._node.value)
        return word if len(word) <= SHOWN else word[:SHOWN] + "…"

    def fields(self, *, allowed: Collection[str] | None = None, required: Iterable[str] = ()) -> dict[str, Node]:
        """Key → value of a mapping in the order of the file; with `allowed` no other keys, all of `required` there."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error("is no mapping", f"write its fields below it as '{next(iter(required), 'field')}: value'")
        before = f"{self.where}: " if self.where else ""
        found = {
            key.value: Node(self.path, f"{before}{key.value}", value, _line(key)) for key, value in self._node.value
        }
        if allowed is not None:
            for name, node in found.items():
                if name not in allowed:
                    raise InputError(
                        f"{before}unknown key '{name}'{closest(name, allowed)}",
                        cure=f"use one of: {', '.join(allowed)}",
                        path=self.path,
                        line=node.line,
                    )
        for name in required:
            if name not in found:
                raise self.inside(f"{name} is absent", f"add {name}:")
        return found

    def items(self, *, nested: bool = False) -> list[Node]:
        """The elements of a list, each on its own line; with `nested` also those of the lists in it."""
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.error("is no list", f"write {self._name}: [词, 词]")
        return [Node(self.path, self.where, node) for node in (_flat(self._node) if nested else self._node.value)]

    def words(self, *, empty: bool = True) -> tuple[str, ...]:
        """A list of words, none of them empty; without `empty` there must be one."""
        found = self.items()
        if not found and not empty:
            raise self.error("holds no word", f"write {self._name}: [词, 词] or leave it out")
        for item in found:
            if not item.is_text or not item.written.strip():
                raise item.error("is no list of words", f"write {self._name}: [词, 词], numbers in quotes")
        return tuple(str(item.value()) for item in found)

    def text(self) -> str:
        """Words that are not empty, without white space around them; a number has to stand in quotes."""
        if not self.is_text or not str(self.value()).strip():
            raise self.error("is empty or no text", f"write {self._name}: words, numbers in quotes")
        return str(self.value()).strip()

    def one_of(self, choices: Iterable[str]) -> str:
        """One of the words of `choices`."""
        allowed = list(choices)
        word = self._node.value if isinstance(self._node, yaml.ScalarNode) else None
        if word not in allowed:
            raise self.inside(
                f"unknown '{self.written}'{closest(self.written, allowed)}", f"use one of: {', '.join(allowed)}"
            )
        return str(word)

    def number(self, *, above: float | None = None, least: float | None = None, most: float | None = None) -> float:
        """A finite number within the bounds: more than `above`, `least` or more, `most` or less."""
        value = self.value() if isinstance(self._node, yaml.ScalarNode) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
            raise self.error(f"'{self.written}' is no number", "write digits, such as 12.5")
        bounds = [
            (f"above {above:g}", value > above) if above is not None else None,
            (f"{least:g} or more", value >= least) if least is not None else None,
            (f"{most:g} or less", value <= most) if most is not None else None,
        ]
        said = [bound for bound in bounds if bound]
        if not all(holds for _, holds in said):
            wanted = " and ".join(words for words, _ in said)
            raise self.error(f"'{self.written}' is not {wanted}", f"write a number {wanted}")
        return float(value)

    def truth(self) -> bool:
        """true or false."""
        value = self.value() if isinstance(self._node, yaml.ScalarNode) else None
        if not isinstance(value, bool):
            raise self.error(f"'{self.written}' is neither true nor false", "write true or false")
        return value

    def value(self) -> Any:
        """The value as Python has it: dict, list, str, int, float, bool or None; a date stays text."""
        node = self._node
        if node is None:
            return None
        if isinstance(node, yaml.MappingNode):
            return {name: field.value() for name, field in self.fields().items()}
        if isinstance(node, yaml.SequenceNode):
            return [item.value() for item in self.items()]
        if node.tag not in _CONSTRUCT:
            return node.value
        try:
            return _CONSTRUCT[node.tag](node)
        except (ValueError, KeyError, IndexError, OverflowError):
            raise self.error(f"'{self.written}' is not what its tag says", "delete the tag") from None

    @property
    def _name(self) -> str:
        return self.where.rpartition(" ")[2]


def parse_yaml(text: str, path: Path | str) -> Node:
    """The YAML `text`, which stands in the file `path`, as its outermost Node.

    Raises InputError where it is no YAML, a key is no word or stands twice, a value has a tag of a program's own, or
    references stand for themselves or for more than `MOST` values.
    """
    try:
        root = yaml.compose(text, Loader=_Loader)
    except _TooDeepError:
        raise InputError(
            f"values stand more than {DEEPEST} deep in one another", cure="close the brackets", path=path
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        raise InputError(
            f"is not valid YAML: {getattr(error, 'problem', None) or getattr(error, 'reason', None) or 'no text'}",
            cure="mend the line; mind indents, and quote text that holds a colon, a bracket or %",
            path=path,
            line=mark.line + 1 if mark else None,
        ) from None
    if root is not None:
        _Check(path).size(root)
    return Node(path, "", root)


def read_yaml(path: Path, *, absent: str = "no such file") -> Node:
    """The same for the file at `path`, which must be UTF-8; `absent` says what is wrong where there is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(absent, cure="give the path of a YAML file", path=path) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", cure="save it as UTF-8", path=path) from None
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", cure="make the file readable", path=path) from None
    return parse_yaml(text, path)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _flat(node: yaml.SequenceNode) -> Iterator[yaml.Node]:
    """The elements of a list and of the lists in it."""
    for element in node.value:
        if isinstance(element, yaml.SequenceNode):
            yield from _flat(element)
        else:
            yield element


class _Check:
    """The look at all nodes of a file before anybody works with them; each is looked at once."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        # Values that a node stands for once references are written out; None while that is being counted.
        self.sizes: dict[int, int | None] = {}

    def wrong(self, node: yaml.Node, problem: str, cure: str) -> InputError:
        return InputError(problem, cure=cure, path=self.path, line=_line(node))

    def size(self, node: yaml.Node) -> int:
        """How many values `node` stands for. Raises InputError for what `parse_yaml` refuses."""
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return 1
        if node.tag not in _TAGS or (node.tag in _SCALARS) != isinstance(node, yaml.ScalarNode):
            raise self.wrong(node, f"the tag '{node.tag.removeprefix(_TAG)}' is not read", "delete the tag")
        if isinstance(node, yaml.ScalarNode):
            return 1
        if id(node) in self.sizes:
            known = self.sizes[id(node)]
            if known is None:
                raise self.wrong(node, "a reference (*) stands for what it stands in", "write the values out")
            return known
        self.sizes[id(node)] = None
        if isinstance(node, yaml.MappingNode):
            self.keys(node)
            children = [value for _, value in node.value]
        else:
            children = node.value
        total = 1
        for child in children:
            total += self.size(child)
            if total > MOST:
                raise self.wrong(
                    node, f"references (*) stand for more than {MOST:,} values", "write the values out that are needed"
                )
        self.sizes[id(node)] = total
        return total

    def keys(self, node: yaml.MappingNode) -> None:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT or not key.value.strip():
                word = key.value if isinstance(key, yaml.ScalarNode) else "[…]"
                raise self.wrong(key, f"key '{word}' is no text", "write a word, a number in quotes")
            if key.value in lines:
                raise self.wrong(key, f"'{key.value}' is already in line {lines[key.value]}", "keep one of the two")
            lines[key.value] = _line(key)
