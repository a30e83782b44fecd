"""The tables of each city for other programs: reports/tables/<city>.<table>.csv and one workbook, <city>.xlsx.

`CITY_TABLES` of the registry says what they hold: rows of data/processed with unit, period and source (document, date,
publisher, edition), the sentence beside the number, and names in Chinese and English beside keys (see `publish.views`).
`write_tables` writes those of the cities that changed. The same tables give the same bytes.
"""

from __future__ import annotations

import filecmp
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..build import store
from ..project.folders import Project
from ..project.links import table_file, workbook_file
from ..project.registry import CITY_TABLES, Table
from ..project.remote import replace_bytes
from .colophon import version
from .files import SHEET_ROWS, cells, csv_of, resource, table_schema, value_labels, write_changed
from .jobs import documents_by_city
from .manifest import digest_of, package_digest, reference_digest
from .pages import fill
from .panel import CITY_RESOURCES, city_entries

if TYPE_CHECKING:
    import pandas as pd

    from .views import Names


FOLDER = CITY_RESOURCES.partition("/")[0]
STATE = CITY_RESOURCES.partition("/")[2]
README = "README.md"
SCHEMAS = "schema"
#: So many documents are read at once, and so many are worked on at once.
AT_ONCE, PORTION = 2_000, 200
#: Files are made in a folder of such a name and then put in their places; see `render.DRAFT`.
STAGE = ".rendering-"
# ------------------------------------------------------------------------------------------------------ files of a city


class _Csv:
    """A CSV file that is written table by table; of its cells those of the first `SHEET_ROWS` rows are kept."""

    def __init__(self, path: Path, table: Table) -> None:
        self.path, self.table, self.length = path, table, 0
        self.kept: list[list[Any]] = [[] for _ in table.columns]
        path.write_bytes(csv_of(table, self.kept))

    def add(self, data: pd.DataFrame) -> None:
        """Go on with the rows of `data`."""
        columns = cells(data, self.table.columns)
        with self.path.open("ab") as file:
            file.write(csv_of(self.table, columns, head=False))
        room = SHEET_ROWS - self.length
        if room > 0:
            for kept, column in zip(self.kept, columns, strict=True):
                kept += column[:room]
        self.length += len(data)


def make_files(folder: Path, city: str, tables: Mapping[str, pd.DataFrame], names: Names) -> list[Path]:
    """Write the tables of a city to `folder`, where none of them is: one CSV file a table, then the workbook.

    `tables` are those of data/processed with the rows of the city's documents, of which there is at least one. Beyond
    `PORTION` documents memory does not grow with them but for the tables themselves.
    """
    import pandas as pd

    from .views import row_by_row, shares, targets

    files = {name: _Csv(folder / table_file(city, name), table) for name, table in CITY_TABLES.items()}
    named = []
    for portion in _parts(tables):
        made = row_by_row(portion, names)
        named.append(made["indicators"])
        for name, data in made.items():
            files[name].add(data)
    files["targets"].add(targets(tables, pd.concat(named, ignore_index=True) if len(named) > 1 else named[0]))
    files["shares"].add(shares(tables, names))
    from .city_workbook import city_workbook

    kept = {name: (file.kept, file.length) for name, file in files.items()}
    workbook = folder / workbook_file(city)
    workbook.write_bytes(city_workbook(city, kept, tables, names))
    return [*(file.path for file in files.values()), workbook]


def _parts(tables: Mapping[str, pd.DataFrame]) -> Iterator[Mapping[str, pd.DataFrame]]:
    """The tables by portions of documents."""
    keys = tables["documents"]["document"]
    for first in range(0, len(keys), PORTION):
        some = keys.iloc[first : first + PORTION]
        yield (
            tables
            if len(some) == len(keys)
            else {name: rows[rows["document"].isin(some)] for name, rows in tables.items()}
        )


# -------------------------------------------------------------------------------------------------------------- writing


def _write_city(
    folder: Path, city: str, tables: Mapping[str, pd.DataFrame], names: Names
) -> tuple[list[Path], list[dict[str, Any]]]:
    """The files that changed, and all files as resources of the data package; each is put in place in one step."""
    changed, resources = [], []
    with tempfile.TemporaryDirectory(dir=folder, prefix=STAGE) as stage:
        for path in make_files(Path(stage), city, tables, names):
            target = folder / path.name
            resources.append(_resource(city, path))
            if not (target.is_file() and filecmp.cmp(path, target, shallow=False)):
                os.replace(path, target)
                changed.append(target)
    return changed, resources


def write_tables(project: Project) -> list[Path]:
    """Write reports/tables/ for all cities with built documents; returns the files that changed.

    Only cities whose rows, names or code changed, or whose files are gone, are made again; the files of cities without
    documents are removed. To be called after the reports and before `panel.write_panel`, which lists the files in the
    data package. Raises InputError where the tables were not built.
    """
    folder, entries = project.reports / FOLDER, city_entries(project)
    documents, bases = _bases(project)
    todo = [city for city, basis in bases.items() if not _holds(project.reports, entries.get(city), basis)]
    gone = [city for city in entries if city not in bases]
    common = [folder / name for name in (README, *map(_schema_name, CITY_TABLES))]
    if not (todo or gone) and (not bases or all(path.is_file() for path in common)):
        return []
    (folder / SCHEMAS).mkdir(parents=True, exist_ok=True)
    changed = write_changed({folder / name: data for name, data in _common_files().items()})
    for city in gone:
        _remove(project.reports, entries.pop(city)["resources"])
    from .views import read_names

    names = read_names(project)
    for some in _portions(todo, documents):
        tables = store.read_tables(project, [key for city in some for key in documents[city]])
        for city in some:
            own = {name: rows[rows["document"].isin(documents[city])] for name, rows in tables.items()}
            written, made = _write_city(folder, city, own, names)
            changed += written
            kept = {one["path"] for one in made}
            old = entries.get(city, {}).get("resources", [])
            _remove(project.reports, [one for one in old if one["path"] not in kept])
            entries[city] = {"basis": bases[city], "resources": made}
        # After each portion, so that a run that is stopped goes on from here.
        _save(folder, {city: entries[city] for city in bases if city in entries})
    if gone and not todo:
        _save(folder, entries)
    return changed


def _bases(project: Project) -> tuple[dict[str, list[str]], dict[str, str]]:
    """City → its built documents, and a digest of all that its tables are made from; in the order of sources.csv."""
    built = store.digests_of(project)
    shared = [reference_digest(project), package_digest(), version("pandas"), version("xlsxwriter")]
    documents, bases = {}, {}
    for city, keys in documents_by_city(project).items():
        own = [key for key in keys if key in built]
        if own:
            documents[city], bases[city] = own, digest_of([shared, [[key, built[key]] for key in own]])
    return documents, bases


def _holds(reports: Path, entry: Mapping[str, Any] | None, basis: str) -> bool:
    """Whether the files of a city were made from the same and are all there with their size."""
    if entry is None or entry["basis"] != basis:
        return False
    files = {reports / one["path"]: one["bytes"] for one in entry["resources"]}
    return all(path.is_file() and path.stat().st_size == size for path, size in files.items())


def _portions(cities: Sequence[str], documents: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """The cities in portions that are read at once, of up to `AT_ONCE` documents or of one city."""
    portion: list[str] = []
    for city in cities:
        if portion and sum(len(documents[one]) for one in (*portion, city)) > AT_ONCE:
            yield portion
            portion = []
        portion.append(city)
    if portion:
        yield portion


def _resource(city: str, path: Path) -> dict[str, Any]:
    """The entry of a file in the data package of reports/."""
    at = f"{FOLDER}/{path.name}"
    if path.name == workbook_file(city):
        return resource(f"{city}-workbook", at, path, type="file")
    table = path.name.split(".")[-2]
    return resource(f"{city}-{table}", at, path, schema=f"{FOLDER}/{_schema_name(table)}")


def _remove(reports: Path, resources: Iterable[Mapping[str, Any]]) -> None:
    """Remove files that are listed as the project's own; nothing outside of reports/tables/."""
    for one in resources:
        path = reports / FOLDER / Path(str(one["path"])).name
        path.unlink(missing_ok=True)


def _save(folder: Path, entries: Mapping[str, Any]) -> None:
    replace_bytes(folder / STATE, (json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode())


def _schema_name(table: str) -> str:
    return f"{SCHEMAS}/{table}.json"


def _common_files() -> dict[str, bytes]:
    """Name → content of what is the same for all cities: the schema of each table, and the README."""
    found = {
        _schema_name(name): json.dumps(table_schema(table), ensure_ascii=False, indent=1) + "\n"
        for name, table in CITY_TABLES.items()
    }
    return {name: text.encode() for name, text in {**found, README: readme()}.items()}


def readme() -> str:
    """README.md of reports/tables/: how to read the files, and every table with its columns, in English and Chinese."""
    values = {c: "; ".join(value_labels(c)) for table in CITY_TABLES.values() for c in table.columns}
    return fill("tables.md", rows=SHEET_ROWS, tables=CITY_TABLES.values(), values=values)
