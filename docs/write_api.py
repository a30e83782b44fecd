"""Write docs/api.md: what `from analysis import open_corpus, compare, charts, page` offers, from signatures and docstrings.

usage: python docs/write_api.py [--check]    --check: write nothing, end with 1 where docs/api.md is not up to date
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from analysis import charts, compare, open_corpus, page
from analysis.build.corpus import Corpus
from analysis.project.registry import TABLES

HERE = Path(__file__).resolve().parent
INTRODUCTION = HERE / "api_introduction.md"


def signature(name: str, function: Callable[..., Any]) -> str:
    """`name(first, second, *, option=…)` without the types, which the text below it says."""
    parts, starred = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            starred = True
        elif parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        text = str(parameter.replace(annotation=parameter.empty))
        parts.append(re.sub(r"<(?:function|object|class)[^>]*>", "…", text))
    return f"{name}({', '.join(parts)})"


def entry(name: str, thing: Any, level: int = 3) -> Iterator[str]:
    """Heading and docstring of a function, a class or a property."""
    callable_ = callable(thing) and not inspect.isclass(thing)
    shown = signature(name, thing) if callable_ else name
    yield f"{'#' * level} `{shown}`"
    yield ""
    # A pipe or a star in a docstring is that character.
    yield re.sub(r"(?<!`)([*])(?!`)", r"\\\1", inspect.getdoc(thing) or "")
    yield ""


def members(kind: type) -> Iterator[str]:
    """The public methods and properties of a class that have a docstring, in the order of the file."""
    for name, member in vars(kind).items():
        thing = member.fget if isinstance(member, property) else getattr(member, "func", member)
        if not name.startswith("_") and inspect.getdoc(thing) and (inspect.isfunction(thing) or callable(thing)):
            shown = thing if inspect.isfunction(member) else property(thing)
            yield from entry(name, shown if inspect.isfunction(member) else _Described(thing), 3)


class _Described:
    """A property as `entry` shows it: a name with a docstring."""

    def __init__(self, getter: Any) -> None:
        self.__doc__ = inspect.getdoc(getter)


def functions(module: Any) -> dict[str, list[tuple[str, Any]]]:
    """Module of definition → the public functions of `module`, in the order of `__all__`."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isfunction(thing):
            found.setdefault(thing.__module__.rpartition(".")[2], []).append((name, thing))
    return found


def columns() -> Iterator[str]:
    """The columns of the tables of a corpus."""
    yield "| table | columns |"
    yield "| --- | --- |"
    for name, table in TABLES.items():
        yield f"| `{name}` | {', '.join(column.name for column in table.columns)} |"
    yield ""


def document() -> str:
    """The whole of docs/api.md."""
    lines = [INTRODUCTION.read_text(encoding="utf-8").rstrip(), "", "## Corpus", ""]
    lines += [*entry("open_corpus", open_corpus), *entry("Corpus", Corpus), *members(Corpus), "### Columns of the tables", ""]
    lines += [*columns(), "What each holds: data/processed/README.md, the codebook.", "", "## Page", ""]
    lines += [*entry("page.open", page.open), *entry("Page", page.Page), *members(page.Page)]
    for title, module in (("Measures: `compare`", compare), ("Charts: `charts`", charts)):
        lines += [f"## {title}", "", re.sub(r"\n\|.*", "", inspect.getdoc(module) or "", flags=re.S).rstrip(), ""]
        for name, found in functions(module).items():
            lines += [f"### {name}", ""]
            for each, thing in found:
                lines += [*entry(each, thing, 4)]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    path, text = HERE / "api.md", document()
    if "--check" in sys.argv[1:]:
        return 0 if path.is_file() and path.read_text(encoding="utf-8") == text else 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
