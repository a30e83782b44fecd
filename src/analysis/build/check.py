"""Check: sources, dictionaries and tables; what is wrong, where, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ..extract.attention import FOLDER as ATTENTION
from ..extract.attention import load_lists
from ..extract.coding import SCHEMES, load_schemes
from ..extract.corrections import FILE as CORRECTIONS
from ..extract.corrections import load_corrections
from ..extract.dimensions import read_dimensions
from ..extract.entities import load_vocabulary
from ..extract.figures.units import read_units
from ..extract.glossary import FILE as GLOSSARY
from ..extract.glossary import load_glossary
from ..extract.indicators import load_indicators
from ..extract.terms import read_words
from ..project.errors import InputError
from ..project.folders import Project
from ..project.registry import problems
from ..project.rules import FOLDER as RULES
from ..project.rules import read_rules, rule_files
from ..texts.cities import read_cities
from ..texts.plan_places import read_places
from ..texts.sources import read_document, read_sources
from . import store
from .run import read_tables, stale

if TYPE_CHECKING:
    import pandas as pd

# The tables with a span in a passage, and the column that holds its words.
SPANS = {"figures": "mention", "entities": "name", "formulas": "formula", "indicators": "mention"}


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
        lambda: read_places(project),
        lambda: read_units(reference / "units.csv"),
        *(partial(load_schemes, reference, [name]) for name in SCHEMES),
        lambda: load_indicators(reference / "indicators.yml", read_units(reference / "units.csv").rows),
        lambda: load_vocabulary(reference / "entities.yml"),
        lambda: read_dimensions(reference),
        lambda: load_glossary(reference / GLOSSARY),
        lambda: load_lists(reference / ATTENTION),
        lambda: load_corrections(reference / CORRECTIONS),
        lambda: read_words(reference / "terms.txt"),
        lambda: read_words(reference / "stopwords.txt"),
        *(partial(read_rules, path) for path in rule_files(reference / RULES)),
    ]
    lines = [line for read in readers for line in _found(read)]
    try:
        sources = read_sources(project)
    except InputError as error:
        return list(dict.fromkeys([*lines, str(error)]))
    lines += _twice(project, sources)
    for row in sources.to_dict("records"):
        lines += _found(partial(read_document, project, row))
    if not lines and store.is_built(project):
        lines += _tables(project)
    return lines


def _twice(project: Project, sources: pd.DataFrame) -> list[str]:
    """A line for each text that is registered more than once: its figures would count as often."""
    rows = sources.dropna(subset="sha256")
    groups = rows.groupby(rows["sha256"].str.lower(), sort=False)["document"].agg(list)
    shown = project.shown(project.sources)
    return [
        f"{shown}: {', '.join(keys)} are the same text; keep one with 'resource-cities remove'"
        for keys in groups
        if len(keys) > 1
    ]


def _tables(project: Project) -> list[str]:
    """What is wrong with the built tables: registry, stale documents, spans that do not hold their mention."""
    tables = read_tables(project)
    lines = [f"data/processed/{name}.csv: {found}" for name, table in tables.items() for found in problems(name, table)]
    lines += [
        f"data/processed: {document} is out of date ({reason}); run 'resource-cities build'"
        for document, reason in stale(project).items()
    ]
    texts = {(r.document, r.passage): r.text for r in tables["passages"].itertuples()}
    for name, column in SPANS.items():
        for row in tables[name].to_dict("records"):
            if texts.get((row["document"], row["passage"]), "")[row["start"] : row["end"]] != row[column]:
                lines.append(
                    f"data/processed/{name}.csv: {row['document']} passage {row['passage']}: '{row[column]}' does not "
                    f"stand at {row['start']}; run 'resource-cities build --force'"
                )
    return lines
