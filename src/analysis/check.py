"""Check: sources, dictionaries and tables; what is wrong, where, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from .build import read_tables, stale
from .coding import load_scheme
from .errors import InputError
from .figures.units import read_units
from .project import Project
from .schema import problems
from .segment import read_words
from .sources import read_cities, read_document, read_sources


def _found(read: Callable[[], Any]) -> Iterator[str]:
    try:
        read()
    except InputError as error:
        yield str(error)


def check(project: Project) -> list[str]:
    """All that is wrong with data/raw, data/reference and, where they were built, the tables of data/processed."""
    reference = project.reference
    readers: list[Callable[[], Any]] = [
        lambda: read_cities(project),
        lambda: read_units(reference / "units.csv"),
        lambda: load_scheme(reference / "themes.yml"),
        lambda: read_words(reference / "terms.txt"),
        lambda: read_words(reference / "stopwords.txt"),
    ]
    lines = [line for read in readers for line in _found(read)]
    try:
        sources = read_sources(project)
    except InputError as error:
        return [*lines, str(error)]
    for row in sources.to_dict("records"):
        lines += _found(partial(read_document, project, row))
    if not lines and (project.processed / "figures.csv").is_file():
        lines += _tables(project)
    return lines


def _tables(project: Project) -> list[str]:
    """What is wrong with the built tables: registry, stale documents, spans that do not hold their mention."""
    tables = read_tables(project)
    lines = [f"data/processed/{name}.csv: {found}" for name, table in tables.items() for found in problems(name, table)]
    lines += [
        f"data/processed: {document} is out of date ({reason}); run 'resource-cities build'"
        for document, reason in stale(project).items()
    ]
    texts = {(r.document, r.passage): r.text for r in tables["passages"].itertuples()}
    for row in tables["figures"].itertuples():
        if texts.get((row.document, row.passage), "")[row.start : row.end] != row.mention:
            lines.append(
                f"data/processed/figures.csv: {row.document} passage {row.passage}: '{row.mention}' does not stand at "
                f"{row.start}; run 'resource-cities build --force'"
            )
    return lines
