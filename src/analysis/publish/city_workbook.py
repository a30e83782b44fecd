"""The workbook of a city: a page that says what it holds, one sheet a table, and what the columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ..present.language import Words
from ..project.links import document_link, table_file
from ..project.registry import CITY_TABLES, Table
from .colophon import software
from .files import SHEET_ROWS, value_labels
from .views import LINK_LANGUAGE, Names, both_languages
from .workbook import Book, Text

#: How columns look in the workbook, see `workbook.Book`.
LOOKS = {
    **dict.fromkeys(("sentence_text", "text", "items"), "wrapped"),
    **dict.fromkeys(("share", "low", "high"), "percent"),
    "per_10000": "rate",
}
#: The last column that is printed: what stands behind it is for programs.
LAST_PRINTED = {
    "shares": "edition",
    "terms": "edition",
    "removals": "text",
    "documents": "edition",
    "questions": "commitments",
}


def city_workbook(
    city: str,
    files: Mapping[str, tuple[Sequence[Sequence[Any]], int]],
    tables: Mapping[str, pd.DataFrame],
    names: Names,
) -> bytes:
    """The workbook of all tables; a sheet that does not hold all rows says so.

    `files` are, by table, the columns of its first rows, at most `SHEET_ROWS`, and how many rows there are.
    """
    book = Book(f"resource-cities: {' '.join(_city_names(city, names))}")
    lengths = {name: length for name, (_, length) in files.items()}
    book.page("about", _about(city, tables, lengths, names), (20, 62, 62, 10, 26))
    for name, table in CITY_TABLES.items():
        kept, _ = files[name]
        book.sheet(
            name,
            table.names,
            zip(*kept, strict=True),
            columns=table.columns,
            looks=LOOKS,
            links={"link": kept[table.names.index("link")]} if "link" in table.names else {},
            printed=table.names.index(LAST_PRINTED.get(name, "sentence_text")) + 1,
            warning="\n".join(_cut(city, name, lengths[name])),
        )
    rows = [
        (t.name, c.name, c.zh, c.en, c.type, c.meaning_zh, c.meaning_en, "; ".join(value_labels(c)), not c.required)
        for t in CITY_TABLES.values()
        for c in t.columns
    ]
    head = ("sheet", "column", "name_zh", "name_en", "type", "meaning_zh", "meaning_en", "values", "may_be_empty")
    book.sheet("columns", head, rows, looks=dict.fromkeys(("meaning_zh", "meaning_en", "values"), "wrapped"))
    return book.content()


def _city_names(city: str, names: Names) -> list[str]:
    """The name of a city in Chinese and English; its key where it is not in cities.yml any more."""
    entry = names.cities.get(city, {})
    return [str(entry.get(f"name_{lang}", city)) for lang in ("zh", "en")]


def _cut(city: str, table: str, length: int) -> list[str]:
    """That a sheet does not hold all rows, in both languages; nothing where it does."""
    if length <= SHEET_ROWS:
        return []
    said = {"shown": f"{SHEET_ROWS:,}", "all": f"{length:,}", "file": table_file(city, table)}
    return [words("tables_cut", **said) for words in both_languages()]


def _about(city: str, tables: Mapping[str, pd.DataFrame], lengths: Mapping[str, int], names: Names) -> list[list[Text]]:
    """The first page: the city, its documents, the sheets, how to read and cite them; Chinese and English abreast."""
    both = zh, en = both_languages()
    entry, documents = names.cities.get(city, {}), tables["documents"]

    def head(*keys: str) -> list[Text]:
        return [Text(f"{zh(key)} {en(key)}", "head") for key in keys]

    def line(label: str, said: Iterable[str]) -> list[list[Text]]:
        texts = [Text(words) for words in said]
        return [[Text(f"{zh(label)} {en(label)}", "label"), *texts]] if any(text.words for text in texts) else []

    def fact(label: str, name: str) -> list[list[Text]]:
        return line(label, (str(entry.get(f"{name}_{words.lang}") or "") for words in both))

    kind = entry.get("class")
    classes = [entry.get(f"class_note_{words.lang}") or (words(f"class_{kind}") if kind else "") for words in both]
    sizes = {
        "documents": len(documents),
        "characters": f"{int(documents['characters'].sum()):,}",
        "figures": f"{lengths['figures']:,}",
        "planned": f"{int((tables['figures']['status'] == 'planned').sum()):,}",
    }
    return [
        [Text(" ".join(_city_names(city, names)), "title")],
        [Text(""), *(Text(words("tables_about")) for words in both)],
        [],
        *line("facts_class", map(str, classes)),
        *fact("facts_resource", "resource"),
        *fact("facts_province", "province"),
        *line("tables_size", (words("tables_size_value", **sizes) for words in both)),
        *line("tables_how", (words("tables_how_value") for words in both)),
        *line("col_edition", (words("tables_edition_value") for words in both)),
        *line("tables_rights", (words("tables_rights_value") for words in both)),
        *line("tables_cite", (words("tables_cite_value", software=software()) for words in both)),
        [],
        head("col_document", "col_title", "tables_source"),
        *(_document_line(row, zh, en) for row in documents.head(SHEET_ROWS // 100).itertuples()),
        [],
        head("tables_sheet")
        + [Text(words("tables_holds"), "head") for words in both]
        + head("tables_rows", "tables_file"),
        *(_sheet_line(city, table, lengths[table.name]) for table in CITY_TABLES.values()),
    ]


def _document_line(row: Any, zh: Words, en: Words) -> list[Text]:
    """A document: its key, which leads to the reading view, its title, and genre, date, publisher and edition."""
    genre, edition = (
        f"{zh(f'{kind}_{value}')} {en(f'{kind}_{value}')}"
        for kind, value in (("genre", row.genre), ("edition", row.edition))
    )
    publisher = row.publisher if isinstance(row.publisher, str) else f"{zh('no_publisher')} {en('no_publisher')}"
    link = f"external:../{document_link(row.document, LINK_LANGUAGE)}"
    return [Text(row.document, link=link), Text(row.title), Text(" · ".join((genre, row.date, publisher, edition)))]


def _sheet_line(city: str, table: Table, length: int) -> list[Text]:
    """A sheet: its name, which leads to it, what it holds, how many rows there are, and its CSV file."""
    cut = _cut(city, table.name, length)
    said = (f"{table.zh}：{table.meaning_zh}。", f"{table.en}: {table.meaning_en}.")
    held = [Text("\n".join((words, *cut[at : at + 1])), "alarm" if cut else "") for at, words in enumerate(said)]
    file = table_file(city, table.name)
    return [
        Text(table.name, link=f"internal:'{table.name}'!A1"),
        *held,
        Text(f"{length:,}"),
        Text(file, link=f"external:{file}"),
    ]
