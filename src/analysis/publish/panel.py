"""The panel: every indicator of every text with its sentence, as files for analysis, and the description of all files.

`write_panel` writes reports/panel.csv, panel.xlsx, panel.parquet and datapackage.json. The same tables give the same
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..build import store
from ..project.folders import Project
from ..project.registry import PANEL, TABLES
from .colophon import version
from .files import cells, csv_bytes, parquet_bytes, resource, table_schema, write_changed
from .manifest import digest_of, package_digest, reference_digest

if TYPE_CHECKING:
    import pandas as pd

    from ..build.corpus import Corpus
    from ..extract.indicators import Indicator

#: The files of the panel, the description of all files last.
FILES = ("panel.csv", "panel.xlsx", "panel.parquet", "datapackage.json")
#: What `city_tables` leaves: the tables of each city as resources of the data package, seen from reports/.
CITY_RESOURCES = "tables/resources.json"


# ----------------------------------------------------------------------------------------------------------- the files


def write_panel(project: Project) -> list[Path]:
    """Write the panel of all built documents into reports/: panel.csv, panel.xlsx, panel.parquet, datapackage.json.

    The data package also lists the tables of the cities, so that these have to be written before (see `city_tables`).
    Returns the files that changed; none is made where those that are there were made from the same tables by the same
    code. Raises InputError where the tables were not built.
    """
    listed = [one for entry in city_entries(project).values() for one in entry["resources"]]
    basis = _basis(project, listed)
    if _up_to_date(project, basis):
        return []
    from ..build.corpus import Corpus
    from ..build.run import read_table
    from ..extract.indicators import load_indicators
    from ..texts.cities import read_cities
    from .views import panel

    tables = {name: read_table(project, name) for name in ("indicators", "documents", "passages")}
    cities, entries = read_cities(project), load_indicators(project.reference / "indicators.yml").by_key
    data = panel(tables, cities=cities, indicators=entries)
    content = {
        "panel.csv": csv_bytes(data, PANEL),
        "panel.xlsx": xlsx_bytes(data, tables["documents"], entries, Corpus(project, tables["documents"])),
        "panel.parquet": parquet_bytes(data, PANEL),
    }
    content["datapackage.json"] = _package(content, listed, tables["documents"], basis)
    return write_changed({project.reports / name: content[name] for name in FILES})


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
    used = ("indicators", "documents", "passages", "entities", "figures", "formulas", "codes")
    digests = [[key, *(found[name] for name in used)] for key, found in store.digests_of(project).items()]
    return digest_of([digests, reference_digest(project), package_digest(), version("pandas"), listed])


def _up_to_date(project: Project, basis: str) -> bool:
    try:
        package = json.loads((project.reports / FILES[-1]).read_text(encoding="utf-8"))
        sizes = {resource["path"]: resource["bytes"] for resource in package["resources"]}
        return package["basis"] == basis != "" and all(
            (project.reports / name).stat().st_size == sizes[name] for name in FILES[:-1]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


# ------------------------------------------------------------------------------------------------------------ workbook


CODEBOOK = ("column", "type", "name_en", "name_zh", "meaning_en", "meaning_zh", "values", "may_be_empty")


def xlsx_bytes(
    data: pd.DataFrame, documents: pd.DataFrame, indicators: Mapping[str, Indicator], texts: Corpus | None = None
) -> bytes:
    """The panel as a workbook with the sheets panel, sentences, codebook, indicators and sources.

    `documents` is the table of that name. With `texts`, the strategy matrix follows (see `strategy_sheets`). In the
    panel the number of a sentence leads to the sentence, the link to the reading view. All text is written as text.
    Rows beyond what a sheet can hold are left to the other files, which the codebook then says.
    """
    from .workbook import XLSX_ROWS, Book

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
    if texts is not None:
        from .strategy_sheets import add_strategy

        add_strategy(book, texts)
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
