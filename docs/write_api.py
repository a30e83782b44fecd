"""Write docs/api.md: what `from analysis import …` offers, from signatures and docstrings.

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
        parts.append(re.sub(r"<[^>]*>", "…", text))
    return f"{name}({', '.join(parts)})"


def entry(shown: str, thing: Any, level: int = 3) -> Iterator[str]:
    """Heading and docstring of a function, a class or a property."""
    yield f"{'#' * level} `{shown}`"
    yield ""
    # A star in a docstring is that character.
    yield re.sub(r"(?<!`)([*])(?!`)", r"\\\1", inspect.getdoc(thing) or "")
    yield ""


def members(kind: type) -> Iterator[str]:
    """The public methods and properties of a class that have a docstring, in the order of the file."""
    for name, member in vars(kind).items():
        # A property, or one that is made once (functools.cached_property).
        getter = getattr(member, "fget", None) or getattr(member, "func", None)
        if not name.startswith("_") and (getter or inspect.isfunction(member)) and inspect.getdoc(getter or member):
            yield from entry(name if getter else signature(name, member), getter or member)


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
    lines += [*entry(signature("open_corpus", open_corpus), open_corpus), *entry("Corpus", Corpus), *members(Corpus)]
    lines += ["### Columns of the tables", ""]
    lines += [*columns(), "What each holds: data/processed/README.md, the codebook.", "", "## Page", ""]
    lines += [*entry(signature("page.open", page.open), page.open), *entry("Page", page.Page), *members(page.Page)]
    for title, module in (("Measures: `compare`", compare), ("Charts: `charts`", charts)):
        lines += [f"## {title}", "", re.sub(r"\n\|.*", "", inspect.getdoc(module) or "", flags=re.S).rstrip(), ""]
        for name, found in functions(module).items():
            lines += [f"### {name}", ""]
            for each, thing in found:
                lines += [*entry(signature(each, thing), thing, 4)]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    path, text = HERE / "api.md", document()
    if "--check" in sys.argv[1:]:
        return 0 if path.is_file() and path.read_text(encoding="utf-8") == text else 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
