"""The corpus: the tables of data/processed as DataFrames, of all documents or of some."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..extract.attention import FOLDER as ATTENTION
from ..extract.attention import WordList, load_lists
from ..extract.coding import SCHEMES, Scheme, load_schemes
from ..extract.dimensions import Dimension, read_dimensions
from ..extract.entities import Industries, load_industries
from ..extract.figures.units import Units, read_units
from ..extract.glossary import FILE as GLOSSARY
from ..extract.glossary import load_glossary
from ..extract.indicators import Indicator, load_indicators
from ..extract.terms import read_words
from ..project.errors import unknown
from ..project.folders import Project, file_stamp, find_project
from ..project.registry import TABLES, THEMES, frame
from ..texts.plan_places import known_city
from ..texts.sentences import split_sentences
from ..texts.sources import read_cities
from .any_text import figure_reader, file_tables, tabulate_folder
from .run import build, read_table

#: The tables of a corpus, each an attribute of its name.
NAMES = (
    "documents",
    "passages",
    "figures",
    "entities",
    "commitments",
    "questions",
    "indicators",
    "codes",
    "terms",
    "formulas",
    "removals",
    "corrections",
)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Documents with their tables: `documents, passages, figures, entities, commitments, questions, indicators,
    codes, terms, formulas, removals, corrections`.

    Each is a DataFrame with the columns of the codebook (data/processed/README.md), read when it is first asked for;
    `table` gives any other table of the registry. A corpus never changes: `of`, `without` and `using` give a new one.
    """

    project: Project
    documents: pd.DataFrame
    given: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def of(self, *cities: str, **where: str | Iterable[str]) -> Corpus:
        """The documents of `cities` (by any of their names in cities.yml), or of any value of a column of `documents`:
        `of("hebi")`, `of("鹤壁", "七台河")`, `of(genre="interview")`. Raises InputError for what no document has.
        """
        keys = [known_city(self.cities, city) or city for city in cities]
        chosen = {"city": keys, **where} if cities else where
        return self._kept({column: _listed(values) for column, values in chosen.items()}, True)

    def without(self, **where: str | Iterable[str]) -> Corpus:
        """All but the documents that have any of these values: `without(document="hebi-2024")`, `without(city=…)`."""
        return self._kept({column: _listed(values) for column, values in where.items()}, False)

    def using(self, **tables: pd.DataFrame) -> Corpus:
        """The same documents with these tables in place of their own: `using(codes=codes[codes["code"] != "macro"])`.

        Where `documents` is given, only the rows of its documents count in the other tables.
        """
        for name in tables:
            if name not in NAMES:
                raise unknown("table", name, NAMES)
        documents = tables.pop("documents", self.documents)
        return replace(self, documents=documents, given={**self.given, **tables})

    def _kept(self, where: Mapping[str, list[str]], wanted: bool) -> Corpus:
        keep = pd.Series(True, index=self.documents.index)
        for column, values in where.items():
            if column not in self.documents:
                raise unknown("column of documents", column, map(str, self.documents.columns))
            there = self.documents[column].dropna().unique()
            for value in values:
                if value not in there:
                    raise unknown(column, str(value), map(str, there))
            has = self.documents[column].isin(values).to_numpy(dtype=bool)
            keep &= has if wanted else ~has
        read = {name: self.__dict__[name] for name in NAMES[1:] if name in self.__dict__}
        return replace(self, documents=self.documents[keep].reset_index(drop=True), given={**self.given, **read})

    def table(self, name: str) -> pd.DataFrame:
        """Any table of the registry with the rows of the documents of the corpus. Raises InputError for others."""
        if name == "documents":
            return self.documents
        if name not in TABLES:
            raise unknown("table", name, TABLES)
        if name not in self.given:
            return read_table(self.project, name, self.documents["document"])
        rows = self.given[name]
        return rows[rows["document"].isin(self.documents["document"]).to_numpy(dtype=bool)].reset_index(drop=True)

    @cached_property
    def passages(self) -> pd.DataFrame:
        return self.table("passages")

    @cached_property
    def figures(self) -> pd.DataFrame:
        return self.table("figures")

    @cached_property
    def entities(self) -> pd.DataFrame:
        return self.table("entities")

    @cached_property
    def commitments(self) -> pd.DataFrame:
        return self.table("commitments")

    @cached_property
    def questions(self) -> pd.DataFrame:
        return self.table("questions")

    @cached_property
    def indicators(self) -> pd.DataFrame:
        return self.table("indicators")

    @cached_property
    def codes(self) -> pd.DataFrame:
        return self.table("codes")

    @cached_property
    def terms(self) -> pd.DataFrame:
        return self.table("terms")

    @cached_property
    def formulas(self) -> pd.DataFrame:
        return self.table("formulas")

    @cached_property
    def removals(self) -> pd.DataFrame:
        return self.table("removals")

    @cached_property
    def corrections(self) -> pd.DataFrame:
        return self.table("corrections")

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """Every sentence: document, passage, sentence (its number in the document), start, end, kind, text."""
        counts: Counter[str] = Counter()
        rows = []
        for row in self.passages.itertuples():
            for start, end in split_sentences(row.text):
                counts[row.document] += 1
                number = counts[row.document]
                rows.append((row.document, row.passage, number, start, end, row.kind, row.text[start:end]))
        return pd.DataFrame(rows, columns=["document", "passage", "sentence", "start", "end", "kind", "text"])

    # --- what data/reference says of them ------------------------------------------------------------------------

    @cached_property
    def cities(self) -> dict[str, dict[str, Any]]:
        """The entries of cities.yml by key, of all cities."""
        return read_cities(self.project)

    @property
    def city_words(self) -> set[str]:
        """The names of all cities in any form, which set nothing apart."""
        forms = ((entry["name_zh"], entry["name_zh"].removesuffix("市")) for entry in self.cities.values())
        return {
            word
            for names, entry in zip(forms, self.cities.values(), strict=True)
            for word in (*names, *entry.get("aliases", []))
        }

    @cached_property
    def genre_words(self) -> set[str]:
        """The words that every text of this kind uses (data/reference/genre_words.txt)."""
        path = self.project.reference / "genre_words.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return {word for line in lines for word in line.split() if not line.startswith("#")}

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        """The coding schemes of pathways and instruments; `theme_scheme` is larger and read apart."""
        return load_schemes(self.project.reference, ("pathway", "instrument"))

    @cached_property
    def theme_scheme(self) -> Scheme:
        return load_schemes(self.project.reference, ("theme",))["theme"]

    def order(self, scheme: str) -> list[str]:
        """The codes of a scheme (`theme`, `pathway`, `instrument`) or, for `group`, the groups of instruments."""
        if scheme == "theme":
            return list(THEMES)
        if scheme not in (*SCHEMES, "group"):
            raise unknown("scheme", scheme, (*SCHEMES, "group"))
        return list(self.schemes["instrument"].groups if scheme == "group" else self.schemes[scheme].codes)

    @cached_property
    def groups(self) -> dict[str, str]:
        """Instrument → its group."""
        scheme = self.schemes["instrument"]
        return {code: group for code in scheme.codes if (group := scheme.group(code))}

    @cached_property
    def dictionary(self) -> Mapping[str, Indicator]:
        """The indicators of indicators.yml by key, in the order of the file."""
        return read_dictionary(self.project.reference)

    @cached_property
    def industries(self) -> Industries:
        """The classes of industries (data/reference/industries.yml)."""
        return load_industries(self.project.reference / "industries.yml")

    @cached_property
    def attention_lists(self) -> dict[str, WordList]:
        """The word lists of data/reference/attention by name."""
        return load_lists(self.project.reference / ATTENTION)

    @cached_property
    def known_terms(self) -> tuple[str, ...]:
        """The segmenter's own terms (data/reference/terms.txt)."""
        return tuple(read_words(self.project.reference / "terms.txt"))

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        """The dimensions of a strategy by key, in the order of data/reference/dimensions.yml."""
        return read_dimensions(self.project.reference)

    @cached_property
    def glossary(self) -> dict[str, str]:
        """Names in the texts → their English renderings (data/reference/glossary.yml); empty without the file."""
        path = self.project.reference / GLOSSARY
        return load_glossary(path) if path.is_file() else {}

    @cached_property
    def units(self) -> Units:
        return read_units(self.project.reference / "units.csv")

    @property
    def gold_folder(self) -> Path:
        """Where gold tables and judged samples lie (`analysis.compare.open_gold`, `read_samples`)."""
        return self.project.root / "tests" / "gold"

    @property
    def reader(self) -> Callable[[str, str, str | None, str | None], tuple[pd.DataFrame, pd.DataFrame]]:
        """What reads any text with the dictionaries of the project (see `analysis.compare.predict`)."""
        return figure_reader(self.project.reference)

    @cached_property
    def other_editions(self) -> dict[str, pd.DataFrame]:
        """The table codes of the digests of those documents that are read as published, by the name of that edition."""
        published = self.documents.loc[self.documents["edition"] == "published", "document"]
        paths = [self.project.raw / f"{document}.txt" for document in published]
        tables = [file_tables(path, self.project.reference, ["codes"])["codes"] for path in paths if path.is_file()]
        return {"digest": pd.concat(tables, ignore_index=True)} if tables else {}

    # --- how it looks --------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        """A list of the tables: rows, columns, editions."""
        editions = ", ".join(sorted(set(self.documents["edition"]))) if "edition" in self.documents else "–"
        rows = []
        for name in NAMES:
            table = getattr(self, name)
            columns = html.escape(", ".join(map(str, table.columns)))
            rows.append(f"<tr><th>{name}</th><td>{len(table):,}</td><td>{columns}</td><td>{editions}</td></tr>")
        head = "<tr><th>table</th><th>rows</th><th>columns</th><th>edition</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"

    def __repr__(self) -> str:
        return f"<corpus of {len(self.documents)} documents, {self.documents['city'].nunique()} cities>"


def read_dictionary(reference: Path) -> Mapping[str, Indicator]:
    """The indicators of a folder of dictionaries by key, read once for each state of the file."""
    path = reference / "indicators.yml"
    return _dictionary(path, file_stamp(path))


@cache
def _dictionary(path: Path, _stamp: tuple[int, int]) -> Mapping[str, Indicator]:
    return load_indicators(path).by_key


def _listed(values: str | Iterable[str]) -> list[str]:
    return [values] if isinstance(values, str) else list(values)


def open_corpus(folder: Path | str | None = None) -> Corpus:
    """The corpus of the project (see `analysis.project.folders.find_project`), after building what has changed.

    With `folder`, the texts (*.txt) of any folder in place of the project's: figures and indicators of each, dated by
    its head or by the year in its name; a path is seen from the working directory or from the project's root.
    """
    project = find_project()
    if folder is None:
        build(project)
        return Corpus(project, read_table(project, "documents"))
    path = Path(folder).expanduser()
    if not path.is_dir() and not path.is_absolute() and (project.root / path).is_dir():
        path = project.root / path
    tables = tabulate_folder(path, project.reference)
    documents = tables.documents.assign(city=tables.documents["document"])
    empty = {name: frame(name, []) for name in NAMES[1:]}
    return Corpus(project, documents, {**empty, "passages": tables.passages, "indicators": tables.indicators})
