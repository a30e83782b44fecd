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
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import render
from .build import read_table
from .clean import split_sentences
from .compare import years
from .indicators import Indicator, load_indicators
from .places import replace_bytes
from .project import Project
from .reading_view import figure_link
from .schema import CITY, DOCUMENT, TABLES, Column, Table
from .sources import read_cities
from .targets import PERIOD_KINDS, period_kind

if TYPE_CHECKING:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

FILES = render.PANEL_FILES
#: The reading view is linked in the language of the texts.
LINK_LANGUAGE = "zh"

#: Comparators in words: a cell that is nothing but an equals sign is no safe text in a spreadsheet.
COMPARATORS = {"=": "equal", "≈": "about", ">": "above", "<": "below"}

_INDICATORS = {column.name: column for column in TABLES["indicators"].columns}
_DOCUMENTS = {column.name: column for column in TABLES["documents"].columns}


def _text(name: str, en: str, zh: str, meaning_en: str, meaning_zh: str, **more: Any) -> Column:
    return Column(name, "string", en, zh, meaning_en, meaning_zh, **more)


#: What the columns of the panel mean; those of the other tables keep their meaning.
PANEL = Table(
    "panel",
    "Panel",
    "面板",
    "One row per mention of an indicator, with names, source and sentence",
    "文中每次提到一项指标为一行，附名称、来源与原句",
    (
        CITY,
        _text("city_zh", "City (Chinese)", "城市中文名", "Name of the city in Chinese", "城市的中文名"),
        _text("city_en", "City (English)", "城市英文名", "Name of the city in English", "城市的英文名"),
        _INDICATORS["indicator"],
        _text("indicator_zh", "Indicator (Chinese)", "指标中文名", "Name of the indicator in Chinese", "指标的中文名"),
        _text("indicator_en", "Indicator (English)", "指标英文名", "Name of the indicator in English", "指标的英文名"),
        _INDICATORS["unit"],
        _INDICATORS["period"],
        _INDICATORS["value"],
        _INDICATORS["value_max"],
        _text(
            "comparator",
            "Comparator",
            "限定",
            "equal: exact; about; above: more than or at least; below: less than or at most",
            "equal 确数，about 约数，above 超过或不低于，below 不足或不超过",
            allowed=tuple(COMPARATORS.values()),
        ),
        *(_INDICATORS[name] for name in ("constraint", "status", "scope", "representative", "reason")),
        DOCUMENT,
        _DOCUMENTS["date"],
        _DOCUMENTS["edition"],
        *(_INDICATORS[name] for name in ("passage", "sentence", "start", "mention")),
        _text("sentence_text", "Sentence text", "原句", "The sentence that says it", "所在的句子"),
        _text(
            "link",
            "Link",
            "链接",
            "Where the words stand in the reading view, seen from the folder of this file",
            "原文在阅读页中的位置（相对于本文件所在文件夹）",
        ),
    ),
    ("document", "indicator", "passage", "start"),
)


# ----------------------------------------------------------------------------------------------------------- the panel


def sentence_texts(rows: pd.DataFrame, passages: pd.DataFrame) -> list[str]:
    """The sentence that holds each row (document, passage, start), from the table `passages`."""
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
    chosen = []
    for key in wanted:
        own = rows[rows["indicator"] == key]
        if len(own):
            chosen.append(_chosen_cells(own, order))
    if not chosen:
        return pd.DataFrame({name: rows.get(name, pd.Series(dtype="string")) for name in MATRIX})
    return pd.concat(chosen, ignore_index=True)[list(MATRIX)]


def _chosen_cells(rows: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """One row a city of the rows of one indicator, with its note."""
    rows = rows.assign(
        common_status=_cities_with(rows, ["own", "status_word"]), common_kind=_cities_with(rows, ["own", "kind"])
    )
    by = ["own", "common_status", "status_word", "common_kind", "kind_place", "date", "year"]
    # Of equals the first in the text.
    ranked = rows.sort_values(by, ascending=[False, False, True, False, True, False, False], kind="stable")
    cells = ranked.drop_duplicates("city").copy()
    cells["place"] = cells["city"].map({city: place for place, city in enumerate(order)})
    cells = cells.sort_values("place", kind="stable")
    cells["note"] = _notes(cells)
    return cells


def _cities_with(rows: pd.DataFrame, columns: list[str]) -> pd.Series:
    """How many cities have the values that a row has in `columns`."""
    return rows.groupby(columns, dropna=False)["city"].transform("nunique")


def _notes(cells: pd.DataFrame) -> pd.array:
    """The note of each cell of one row of the matrix, missing where it can be compared with the others."""
    notes: list[list[str]] = [[] for _ in range(len(cells))]
    for column, word in (("status_word", "status"), ("scope", "scope"), ("kind", "")):
        for place, apart in enumerate(_apart(cells[column].tolist())):
            if apart:
                notes[place].append(word or str(cells[column].iloc[place]))
    years_of = cells["year"].tolist()
    for kind in ("annual", "part", "span"):
        same = [place for place, other in enumerate(cells["kind"]) if other == kind]
        for place, apart in zip(same, _apart([years_of[p] for p in same]), strict=True):
            if apart:
                notes[place].append("year")
    return pd.array(["|".join(sorted(note, key=NOTES.index)) or None for note in notes], dtype="string")


def _apart(values: list[Any]) -> list[bool]:
    """Which values are not those of more than half; all of them where no value is."""
    if len(set(values)) < 2:
        return [False] * len(values)
    common = [value for value in set(values) if 2 * values.count(value) > len(values)]
    return [value not in common for value in values]


# ----------------------------------------------------------------------------------------------------------- the files

#: What makes a spreadsheet program take text for a formula, also in its full-width form.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
#: Limits of the format.
XLSX_ROWS, XLSX_LINKS, XLSX_TEXT = 1_048_575, 65_530, 32_767
#: The date that the workbook carries: the same tables give the same bytes.
CREATED = datetime(1980, 1, 1)
_WIDTHS = {"sentence_text": 70, "text": 90, "link": 44, "indicator_en": 44, "indicator_zh": 30, "title": 44}


def inert(text: str) -> str:
    """`text` as a cell of a CSV file that no spreadsheet program runs: an apostrophe before what begins a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def write_panel(project: Project) -> list[Path]:
    """Write the panel of all built documents into reports/: panel.csv, panel.xlsx, panel.parquet, datapackage.json.

    Returns the files that were written: none where those that are there were made from the same tables by the same
    code. Raises InputError where the tables were not built.
    """
    basis = _basis(project)
    if _up_to_date(project, basis):
        return []
    tables = {name: read_table(project, name) for name in ("indicators", "documents", "passages")}
    cities, entries = read_cities(project), load_indicators(project.reference / "indicators.yml").by_key
    data = panel(tables, cities=cities, indicators=entries)
    content = {
        "panel.csv": csv_bytes(data),
        "panel.xlsx": xlsx_bytes(data, tables["documents"], entries),
        "panel.parquet": parquet_bytes(data),
    }
    content["datapackage.json"] = _package(content, tables["documents"], basis)
    project.reports.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        replace_bytes(project.reports / name, content[name])
    return [project.reports / name for name in FILES]


def _basis(project: Project) -> str:
    """A digest of all that the panel is made from, "" where that cannot be told."""
    digests = [render.row_digests(project, name) for name in ("indicators", "documents", "passages")]
    if not all(digests):
        return ""
    versions = render.library_versions()
    given = [digests, render.reference_digest(project), render.package_digest(), versions["pandas"]]
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
    texts = {column.name for column in PANEL.columns if column.type == "string"}
    shown = data.assign(**{name: data[name].map(inert, na_action="ignore") for name in texts})
    shown["representative"] = data["representative"].map({True: "true", False: "false"})
    return shown.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


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


def xlsx_bytes(data: pd.DataFrame, documents: pd.DataFrame, indicators: Mapping[str, Indicator]) -> bytes:
    """The panel as a workbook with the sheets panel, sentences, codebook, indicators and sources.

    `documents` is the table of that name. In the panel the number of a sentence leads to the sentence, the link to the
    reading view. All text is written as text. Rows beyond what a sheet can hold are left to the other files, which the
    codebook then says.
    """
    import xlsxwriter

    sink = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(sink, options)
    book.set_properties({"title": "Panel of indicators 指标面板", "created": CREATED})
    shown = data.head(XLSX_ROWS)
    columns = ["document", "passage", "sentence", "sentence_text", "date", "edition"]
    sentences = shown[columns].drop_duplicates(["document", "sentence"]).reset_index(drop=True)
    places = {key: row for row, key in enumerate(zip(sentences["document"], sentences["sentence"], strict=True), 1)}
    links = 2 * len(shown) <= XLSX_LINKS
    sheet = _sheet(book, "panel", PANEL.names, shown.itertuples(index=False), wide=_WIDTHS)
    if links:
        link, number = (PANEL.names.index(name) for name in ("link", "sentence"))
        for row, (document, sentence, target) in enumerate(
            zip(shown["document"], shown["sentence"], shown["link"], strict=True), 1
        ):
            sheet.write_url(row, link, f"external:{target}", string=target)
            sheet.write_url(row, number, f"internal:'sentences'!D{places[document, sentence] + 1}")
            sheet.write_number(row, number, int(sentence))
    _sheet(book, "sentences", columns, sentences.itertuples(index=False), wide=_WIDTHS)
    _codebook_sheet(book, len(data) - len(shown))
    used = set(data["indicator"])
    head = ["indicator", "indicator_zh", "indicator_en", "unit", "theme", "kind", "in_panel"]
    rows = [[e.key, e.name_zh, e.name_en, e.unit, e.theme, e.kind, e.key in used] for e in indicators.values()]
    _sheet(book, "indicators", head, rows, wide=_WIDTHS)
    names = [column.name for column in TABLES["documents"].columns]
    _sheet(book, "sources", names, documents[names].itertuples(index=False), wide=_WIDTHS)
    book.close()
    return sink.getvalue()


def _codebook_sheet(book: Workbook, left_out: int) -> None:
    """What the columns of the panel mean, in both languages."""
    head = ["column", "type", "name_en", "name_zh", "meaning_en", "meaning_zh", "values", "may_be_empty"]
    rows: list[list[Any]] = [
        [c.name, c.type, c.en, c.zh, c.meaning_en, c.meaning_zh, " ".join(c.allowed), not c.required]
        for c in PANEL.columns
    ]
    if left_out:
        en = f"{left_out} rows do not fit into a sheet; panel.csv and panel.parquet hold all"
        rows.append(["", "", "", "", en, f"{left_out}行超出工作表上限，完整数据见 panel.csv 与 panel.parquet"])
    _sheet(book, "codebook", head, rows, wide={"meaning_en": 80, "meaning_zh": 80, "values": 44})


def _sheet(
    book: Workbook, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]], *, wide: Mapping[str, int]
) -> Worksheet:
    """A sheet with a frozen head, filters and widths of columns; the longest text of a column or `wide` decides."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1})
    widths = [_columns(title) + 4 for title in head]
    for place, title in enumerate(head):
        sheet.write_string(0, place, title, bold)
    last = 0
    for last, row in enumerate(rows, 1):  # noqa: B007
        for place, value in enumerate(row):
            widths[place] = max(widths[place], _write(sheet, last, place, value) + 2)
    for place, title in enumerate(head):
        sheet.set_column(place, place, min(widths[place], wide.get(title, 28)))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(head) - 1)
    return sheet


def _write(sheet: Worksheet, row: int, place: int, value: Any) -> int:
    """Write a cell by its type, text always as text; returns how wide it is."""
    if value is None or value is pd.NA or value != value:
        return 0
    if isinstance(value, str):
        sheet.write_string(row, place, value[:XLSX_TEXT])
        return _columns(value)
    # A truth value is a number in Python and must be asked for first.
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    else:
        sheet.write_number(row, place, value)
    return len(f"{value:g}") if not isinstance(value, bool) else 5


def _columns(text: str) -> int:
    """Columns that `text` takes: Chinese characters take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text[:100])


# --------------------------------------------------------------------------------------------------------- datapackage


def _package(content: Mapping[str, bytes], documents: pd.DataFrame, basis: str) -> bytes:
    """The descriptor after Frictionless' Data Package: the panel with its schema, its other forms, the sources."""
    described: dict[str, dict[str, Any]] = {
        "panel.csv": {"encoding": "utf-8-sig", "schema": table_schema(PANEL)},
        "panel.xlsx": {"type": "file"},
        "panel.parquet": {"type": "file"},
    }
    suffixes = {
        "panel.csv": "text/csv",
        "panel.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "panel.parquet": "application/vnd.apache.parquet",
    }
    resources = [
        {
            "name": name.replace(".", "-") if name != "panel.csv" else "panel",
            "type": "table",
            "path": name,
            "scheme": "file",
            "format": name.rpartition(".")[2],
            "mediatype": suffixes[name],
            "hash": f"sha256:{hashlib.sha256(content[name]).hexdigest()}",
            "bytes": len(content[name]),
            **more,
        }
        for name, more in described.items()
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


def table_schema(table: Table) -> dict[str, Any]:
    """The Table Schema of a table of the registry."""
    fields = []
    for column in table.columns:
        constraints: dict[str, Any] = {"required": True} if column.required else {}
        if column.allowed:
            constraints["enum"] = list(column.allowed)
        field = {
            "name": column.name,
            "type": column.type,
            "title": f"{column.en} {column.zh}",
            "description": f"{column.meaning_en}. {column.meaning_zh}。",
        }
        fields.append(field | ({"constraints": constraints} if constraints else {}))
    return {"fields": fields, "missingValues": [""], **({"primaryKey": list(table.key)} if table.key else {})}
