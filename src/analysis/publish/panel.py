"""The panel: every indicator of every text with its sentence, as a matrix for reading and as files for analysis.

`panel` puts the names, the source and the sentence beside each row of the table `indicators`, `matrix` sets one value
of each city beside the others, `write_panel` writes reports/panel.csv, panel.xlsx, panel.parquet and datapackage.json.
The same tables give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..build import store
from ..project.folders import Project
from ..project.registry import CITY, DOCUMENT, TABLES, Table
from ..project.remote import replace_bytes
from . import render
from .reading_view import figure_link
from .workbook import (
    COMPARATOR,
    COMPARATORS,
    LINK,
    SENTENCE_TEXT,
    XLSX_ROWS,
    Book,
    cells,
    resource,
    table_schema,
    text_column,
)
from .workbook import csv_bytes as table_csv

if TYPE_CHECKING:
    import pandas as pd

    from ..extract.indicators import Indicator

FILES = render.PANEL_FILES
#: The reading view is linked in the language of the texts.
LINK_LANGUAGE = "zh"
#: What `city_tables` leaves: the tables of each city as resources of the data package, seen from reports/.
CITY_RESOURCES = "tables/resources.json"

INDICATOR_ZH = text_column(
    "indicator_zh", "Indicator (Chinese)", "指标中文名", "Name of the indicator in Chinese", "指标的中文名"
)
INDICATOR_EN = text_column(
    "indicator_en", "Indicator (English)", "指标英文名", "Name of the indicator in English", "指标的英文名"
)
_INDICATORS = {column.name: column for column in TABLES["indicators"].columns}
_DOCUMENTS = {column.name: column for column in TABLES["documents"].columns}


#: What the columns of the panel mean; those of the other tables keep their meaning.
PANEL = Table(
    "panel",
    "Panel",
    "面板",
    "One row per mention of an indicator, with names, source and sentence",
    "文中每次提到一项指标为一行，附名称、来源与原句",
    (
        CITY,
        text_column("city_zh", "City (Chinese)", "城市中文名", "Name of the city in Chinese", "城市的中文名"),
        text_column("city_en", "City (English)", "城市英文名", "Name of the city in English", "城市的英文名"),
        _INDICATORS["indicator"],
        INDICATOR_ZH,
        INDICATOR_EN,
        _INDICATORS["unit"],
        _INDICATORS["period"],
        _INDICATORS["value"],
        _INDICATORS["value_max"],
        COMPARATOR,
        *(_INDICATORS[name] for name in ("constraint", "status", "scope", "representative", "reason")),
        DOCUMENT,
        _DOCUMENTS["date"],
        _DOCUMENTS["edition"],
        *(_INDICATORS[name] for name in ("passage", "sentence", "start", "mention")),
        SENTENCE_TEXT,
        LINK,
    ),
    ("document", "indicator", "passage", "start"),
)


# ----------------------------------------------------------------------------------------------------------- the panel


def sentence_texts(rows: pd.DataFrame, passages: pd.DataFrame) -> list[str]:
    """The sentence that holds each row (document, passage, start), from the table `passages`."""
    from ..texts.clean import split_sentences

    texts = dict(zip(zip(passages["document"], passages["passage"], strict=True), passages["text"], strict=True))
    spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
    found = []
    for document, passage, start in zip(rows["document"], rows["passage"], rows["start"], strict=True):
        key = (document, passage)
        text = str(texts[key])
        if key not in spans:
            spans[key] = split_sentences(text)
        found.append(next((text[a:b] for a, b in spans[key] if a <= start < b), text))
    return found


def panel(
    tables: Mapping[str, pd.DataFrame],
    *,
    cities: Mapping[str, Mapping[str, Any]],
    indicators: Mapping[str, Indicator],
) -> pd.DataFrame:
    """The columns of `PANEL` for every row of the table `indicators`, in its order.

    In: `tables` (indicators, documents, passages), `cities` as `read_cities` gives them, the entries of the dictionary
    of indicators by key. A city or an indicator that is not there any more keeps its key as its name.
    """
    import pandas as pd

    rows, documents = tables["indicators"], tables["documents"].set_index("document")

    def named(column: str, names: Mapping[str, str]) -> pd.Series:
        return rows[column].map(lambda key: names.get(key, key)).astype("string")

    found = rows.assign(
        city_zh=named("city", {key: str(entry["name_zh"]) for key, entry in cities.items()}),
        city_en=named("city", {key: str(entry["name_en"]) for key, entry in cities.items()}),
        indicator_zh=named("indicator", {key: entry.name_zh for key, entry in indicators.items()}),
        indicator_en=named("indicator", {key: entry.name_en for key, entry in indicators.items()}),
        comparator=rows["comparator"].map(COMPARATORS).astype("string"),
        date=rows["document"].map(documents["date"]).astype("string"),
        edition=rows["document"].map(documents["edition"]).astype("string"),
        sentence_text=pd.array(sentence_texts(rows, tables["passages"]), dtype="string"),
        link=pd.array(
            [
                figure_link(document, passage, start, LINK_LANGUAGE)
                for document, passage, start in zip(rows["document"], rows["passage"], rows["start"], strict=True)
            ],
            dtype="string",
        ),
    )
    return found[PANEL.names].reset_index(drop=True)


# ---------------------------------------------------------------------------------------------------------- the matrix

#: Why a cell cannot be compared with the others of its row.
NOTES = (
    "status",  # planned beside achieved
    "scope",  # about a county, a sector, the province …
    "annual",  # one year, the others speak of another kind of time
    "part",  # part of a year
    "span",  # several years: cumulative, or a yearly average
    "undated",  # the text does not say when
    "year",  # another year
)
MATRIX = (
    *("indicator", "city", "value", "value_max", "unit", "comparator", "constraint", "period", "status", "scope"),
    *("document", "passage", "start", "mention", "note"),
)


def matrix(
    indicators: pd.DataFrame,
    documents: pd.DataFrame,
    *,
    cities: Sequence[str] | None = None,
    keys: Iterable[str] | None = None,
) -> pd.DataFrame:
    """One value of each indicator for each city that has one, chosen to be as comparable as the texts allow.

    In: the tables `indicators` and `documents` (document, city, date); `cities` and `keys` limit and order cities and
    indicators (default: all, in order of appearance). Out: the columns of `MATRIX`, one row for each filled cell.

    Only rows that stand for their text are taken. Of those of a city the one is chosen that is about the place itself,
    then of the status and then of the kind of period (`PERIOD_KINDS`) that most cities of the row have (of equals the
    first), then of the latest text and the latest year. `note` names, joined by |, in what a cell differs from
    the rest of its row (see `NOTES`): from what more than half of its cells share, or where nothing is shared by so
    many, from each other.
    """
    import pandas as pd

    from ..compare import years
    from ..compare.targets import PERIOD_KINDS, period_kind

    rows = indicators[indicators["representative"].to_numpy(dtype=bool)].copy()
    order = list(dict.fromkeys(cities if cities is not None else rows["city"]))
    wanted = list(dict.fromkeys(keys if keys is not None else rows["indicator"]))
    rows = rows[rows["city"].isin(order) & rows["indicator"].isin(wanted)]
    dates = dict(zip(documents["document"], documents["date"], strict=True))
    rows["own"] = (rows["scope"] == "self").astype("int64")
    rows["status_word"] = rows["status"].astype("object").where(rows["status"].notna(), "")
    rows["kind"] = rows["period"].map(period_kind)
    rows["kind_place"] = rows["kind"].map(PERIOD_KINDS.index)
    rows["date"] = rows["document"].map(dates).astype("object")
    rows["year"] = [years(period)[1] or years(period)[0] or 0 for period in rows["period"]]
    rows["row"] = rows["indicator"].map({key: place for place, key in enumerate(wanted)})
    rows["common_status"] = _cities_with(rows, ["row", "own", "status_word"])
    rows["common_kind"] = _cities_with(rows, ["row", "own", "kind"])
    by = ["own", "common_status", "status_word", "common_kind", "kind_place", "date", "year"]
    # Of equals the first in the text.
    ranked = rows.sort_values(by, ascending=[False, False, True, False, True, False, False], kind="stable")
    cells = ranked.drop_duplicates(["row", "city"]).copy()
    cells["place"] = cells["city"].map({city: place for place, city in enumerate(order)})
    cells = cells.sort_values(["row", "place"], kind="stable", ignore_index=True)
    # Of all rows at once: a table of its own for each indicator would cost more than all the rest.
    found = {name: cells[name].tolist() for name in ("status_word", "scope", "kind", "year")}
    notes: list[str | None] = []
    for _, places in groupby(range(len(cells)), key=cells["row"].tolist().__getitem__):
        of_row = list(places)
        notes += _notes({name: [values[place] for place in of_row] for name, values in found.items()})
    cells["note"] = pd.array(notes, dtype="string")
    return cells[list(MATRIX)]


def _cities_with(rows: pd.DataFrame, columns: list[str]) -> pd.Series:
    """How many cities have the values that a row has in `columns`."""
    return rows.groupby(columns, dropna=False)["city"].transform("nunique")


def _notes(cells: Mapping[str, list[Any]]) -> list[str | None]:
    """The note of each cell of one row of the matrix, None where it can be compared with the others."""
    notes: list[list[str]] = [[] for _ in cells["kind"]]
    for column, word in (("status_word", "status"), ("scope", "scope"), ("kind", "")):
        for place, apart in enumerate(_apart(cells[column])):
            if apart:
                notes[place].append(word or str(cells[column][place]))
    for kind in ("annual", "part", "span"):
        same = [place for place, other in enumerate(cells["kind"]) if other == kind]
        for place, apart in zip(same, _apart([cells["year"][p] for p in same]), strict=True):
            if apart:
                notes[place].append("year")
    return ["|".join(sorted(note, key=NOTES.index)) or None for note in notes]


def _apart(values: list[Any]) -> list[bool]:
    """Which values are not those of more than half; all of them where no value is."""
    if len(set(values)) < 2:
        return [False] * len(values)
    common = [value for value in set(values) if 2 * values.count(value) > len(values)]
    return [value not in common for value in values]


# ----------------------------------------------------------------------------------------------------------- the files


def write_panel(project: Project) -> list[Path]:
    """Write the panel of all built documents into reports/: panel.csv, panel.xlsx, panel.parquet, datapackage.json.

    The data package also lists the tables of the cities, so that these have to be written before (see `city_tables`).
    Returns the files that were written: none where those that are there were made from the same tables by the same
    code. Raises InputError where the tables were not built.
    """
    listed = [one for entry in city_entries(project).values() for one in entry["resources"]]
    basis = _basis(project, listed)
    if _up_to_date(project, basis):
        return []
    from ..build.run import read_table
    from ..extract.indicators import load_indicators
    from ..texts.sources import read_cities

    tables = {name: read_table(project, name) for name in ("indicators", "documents", "passages")}
    cities, entries = read_cities(project), load_indicators(project.reference / "indicators.yml").by_key
    data = panel(tables, cities=cities, indicators=entries)
    content = {
        "panel.csv": csv_bytes(data),
        "panel.xlsx": xlsx_bytes(data, tables["documents"], entries),
        "panel.parquet": parquet_bytes(data),
    }
    content["datapackage.json"] = _package(content, listed, tables["documents"], basis)
    project.reports.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        replace_bytes(project.reports / name, content[name])
    return [project.reports / name for name in FILES]


def city_entries(project: Project) -> dict[str, dict[str, Any]]:
    """City → what its tables were made from (`basis`) and its files as `resources` of the data package.

    What `city_tables.write_tables` left behind; nothing where there is no such file or it cannot be read.
    """
    needed = {"name", "path", "bytes", "hash"}
    try:
        found = json.loads((project.reports / CITY_RESOURCES).read_text(encoding="utf-8"))
        entries = {city: {"basis": entry["basis"], "resources": entry["resources"]} for city, entry in found.items()}
        whole = all(needed <= one.keys() for entry in entries.values() for one in entry["resources"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return entries if whole else {}


def _basis(project: Project, listed: Sequence[Mapping[str, Any]]) -> str:
    """A digest of all that the panel and its data package are made from, "" where that cannot be told."""
    if not store.is_built(project):
        return ""
    used = ("indicators", "documents", "passages")
    digests = [[key, *(found[name] for name in used)] for key, found in store.digests_of(project).items()]
    versions = render.library_versions()
    given = [digests, render.reference_digest(project), render.package_digest(), versions["pandas"], listed]
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()


def _up_to_date(project: Project, basis: str) -> bool:
    try:
        package = json.loads((project.reports / FILES[-1]).read_text(encoding="utf-8"))
        sizes = {resource["path"]: resource["bytes"] for resource in package["resources"]}
        return package["basis"] == basis != "" and all(
            (project.reports / name).stat().st_size == sizes[name] for name in FILES[:-1]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def csv_bytes(data: pd.DataFrame) -> bytes:
    """The panel as CSV (RFC 4180) in UTF-8 with a byte order mark; no text in it begins a formula."""
    return table_csv(data, PANEL)


def parquet_bytes(data: pd.DataFrame) -> bytes:
    """The panel as Parquet; each column carries its meaning in English and Chinese."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    kinds = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    fields = [
        pa.field(
            column.name,
            kinds[column.type],
            nullable=not column.required,
            metadata={"meaning_en": column.meaning_en, "meaning_zh": column.meaning_zh},
        )
        for column in PANEL.columns
    ]
    table = pa.Table.from_pandas(data, schema=pa.schema(fields), preserve_index=False)
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
    return sink.getvalue()


# ------------------------------------------------------------------------------------------------------------ workbook


CODEBOOK = ("column", "type", "name_en", "name_zh", "meaning_en", "meaning_zh", "values", "may_be_empty")


def xlsx_bytes(data: pd.DataFrame, documents: pd.DataFrame, indicators: Mapping[str, Indicator]) -> bytes:
    """The panel as a workbook with the sheets panel, sentences, codebook, indicators and sources.

    `documents` is the table of that name. In the panel the number of a sentence leads to the sentence, the link to the
    reading view. All text is written as text. Rows beyond what a sheet can hold are left to the other files, which the
    codebook then says.
    """
    book = Book("Panel of indicators 指标面板")
    shown = data.head(XLSX_ROWS)
    columns = ["document", "passage", "sentence", "sentence_text", "date", "edition"]
    sentences = shown[columns].drop_duplicates(["document", "sentence"]).reset_index(drop=True)
    places = {key: row for row, key in enumerate(zip(sentences["document"], sentences["sentence"], strict=True), 1)}
    links = {
        "link": shown["link"].tolist(),
        "sentence": [
            f"#sentences!D{places[key] + 1}" for key in zip(shown["document"], shown["sentence"], strict=True)
        ],
    }
    rows = zip(*cells(shown, PANEL.columns), strict=True)
    book.sheet("panel", PANEL.names, rows, columns=PANEL.columns, links=links)
    own = {column.name: column for column in PANEL.columns}
    said = [own[name] for name in columns]
    book.sheet("sentences", columns, zip(*cells(sentences, said), strict=True), columns=said)
    book.sheet("codebook", CODEBOOK, _codebook(len(data) - len(shown)))
    used = set(data["indicator"])
    head = ["indicator", "indicator_zh", "indicator_en", "unit", "theme", "kind", "in_panel"]
    entries = [[e.key, e.name_zh, e.name_en, e.unit, e.theme, e.kind, e.key in used] for e in indicators.values()]
    book.sheet("indicators", head, entries)
    sources = TABLES["documents"]
    book.sheet("sources", sources.names, zip(*cells(documents, sources.columns), strict=True), columns=sources.columns)
    return book.content()


def _codebook(left_out: int) -> list[list[Any]]:
    """What the columns of the panel mean, in both languages."""
    rows: list[list[Any]] = [
        [c.name, c.type, c.en, c.zh, c.meaning_en, c.meaning_zh, " ".join(c.allowed), not c.required]
        for c in PANEL.columns
    ]
    if left_out:
        en = f"{left_out} rows do not fit into a sheet; panel.csv and panel.parquet hold all"
        rows.append([None] * 4 + [en, f"{left_out}行超出工作表上限，完整数据见 panel.csv 与 panel.parquet", None, None])
    return rows


# --------------------------------------------------------------------------------------------------------- datapackage


def _package(
    content: Mapping[str, bytes], cities: Sequence[Mapping[str, Any]], documents: pd.DataFrame, basis: str
) -> bytes:
    """The descriptor after Frictionless' Data Package: the panel, its other forms, the tables of cities, the sources.

    `cities` are the resources of the tables of all cities.
    """
    resources = [
        resource("panel", "panel.csv", content["panel.csv"], schema=table_schema(PANEL)),
        resource("panel-xlsx", "panel.xlsx", content["panel.xlsx"], type="file"),
        resource("panel-parquet", "panel.parquet", content["panel.parquet"], type="file"),
        *cities,
    ]
    sources = [
        {"title": f"{row.title} ({row.date}; {row.edition})", **({"publisher": row.publisher} if row.publisher else {})}
        for row in documents.astype("object").where(documents.notna(), None).itertuples()
    ]
    package = {
        "name": "resource-cities-panel",
        "title": "Indicators and targets in texts of resource-based cities 资源型城市文本中的指标与目标",
        "description": PANEL.meaning_en + ". " + PANEL.meaning_zh + "。",
        "basis": basis,
        "sources": sources,
        "resources": resources,
    }
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()
