"""The tables of each city for other programs: reports/tables/<city>.<table>.csv and one workbook, <city>.xlsx.

`CITY_TABLES` says what they hold: rows of data/processed with unit, period and source (document, date, publisher,
edition), the sentence beside the number, and names in Chinese and English beside keys. The functions named after the
tables make them: data frames in, data frames out. `write_tables` writes those of the cities that changed. The same
tables give the same bytes.
"""

from __future__ import annotations

import filecmp
import hashlib
import importlib.metadata
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..build import store
from ..project.folders import Project
from ..project.links import document_link, figure_link, passage_id, table_file, workbook_file
from ..project.registry import CITY_TABLES, THEMES, Table, frame
from ..project.remote import replace_bytes
from .colophon import software
from .jobs import documents_by_city
from .manifest import package_digest, reference_digest
from .panel import CITY_RESOURCES, LINK_LANGUAGE, city_entries
from .workbook import (
    COMPARATORS,
    Book,
    Text,
    cells,
    csv_of,
    resource,
    table_schema,
    value_labels,
)

if TYPE_CHECKING:
    import pandas as pd

    from ..extract.indicators import Indicator
    from ..present.language import Words

FOLDER = CITY_RESOURCES.partition("/")[0]
STATE = CITY_RESOURCES.partition("/")[2]
README = "README.md"
SCHEMAS = "schema"
#: A sheet holds at most so many rows: a workbook is for reading, the CSV file always holds all.
SHEET_ROWS = 50_000
#: So many documents are read at once, and so many are worked on at once.
AT_ONCE, PORTION = 2_000, 200
#: Files are made in a folder of such a name and then put in their places; see `render.DRAFT`.
STAGE = ".rendering-"
#: Groups of instruments stand beside the schemes as one of their own.
GROUP = "instrument_group"
#: How columns look in the workbook, see `workbook.Book`.
LOOKS = {
    **dict.fromkeys(("sentence_text", "text", "items"), "wrapped"),
    **dict.fromkeys(("share", "low", "high"), "percent"),
    "per_10000": "rate",
}
#: The last column that is printed: what stands behind it is for programs.
LAST_PRINTED = {"shares": "edition", "terms": "edition", "removals": "text", "documents": "edition"}


# --------------------------------------------------------------------------------------------------------------- names


@dataclass(frozen=True)
class Names:
    """What keys are called: `cities` and `indicators` as their files have them, `codes` scheme → code → (zh, en) in the
    order of reports, `groups` instrument → group.
    """

    cities: Mapping[str, Mapping[str, Any]]
    indicators: Mapping[str, Indicator]
    codes: Mapping[str, Mapping[str, tuple[str, str]]]
    groups: Mapping[str, str | None]


def read_names(project: Project) -> Names:
    """The names in data/reference. Raises InputError where a file there is wrong."""
    from ..extract.coding import load_schemes
    from ..extract.indicators import load_indicators
    from ..texts.cities import read_cities

    zh, en = _both()
    schemes = load_schemes(project.reference, ("pathway", "instrument"))
    instrument = schemes["instrument"]
    codes = {"theme": {code: (zh(f"theme_{code}"), en(f"theme_{code}")) for code in THEMES}}
    for name, scheme in schemes.items():
        codes[name] = {code: (scheme.name(code, "zh"), scheme.name(code, "en")) for code in scheme.codes}
    codes[GROUP] = {group: (instrument.name(group, "zh"), instrument.name(group, "en")) for group in instrument.groups}
    entries = load_indicators(project.reference / "indicators.yml").by_key
    groups = {code: instrument.group(code) for code in instrument.codes}
    return Names(read_cities(project), entries, codes, groups)


def _both() -> tuple[Words, Words]:
    from ..present.language import Words

    return Words("zh"), Words("en")


# ---------------------------------------------------------------------------------------------------- tables of a city


def _texts(values: Sequence[str | None]) -> Any:
    import pandas as pd

    return pd.array(values, dtype="string")


def _sourced(rows: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """`rows` with city, date, publisher and edition of their documents."""
    own = documents.set_index("document")
    found = {name: rows["document"].map(own[name]) for name in ("city", "date", "publisher", "edition")}
    return rows.assign(**found)


def _figure_links(rows: pd.DataFrame) -> Any:
    """Where figures stand in the reading view, seen from the folder of the tables."""
    places = zip(rows["document"], rows["passage"], rows["start"], strict=True)
    return _texts([f"../{figure_link(document, passage, start, LINK_LANGUAGE)}" for document, passage, start in places])


def _passage_links(rows: pd.DataFrame) -> Any:
    """Where passages stand in the reading view, seen from the folder of the tables."""
    pages = {document: f"../{document_link(document, LINK_LANGUAGE)}" for document in rows["document"].unique()}
    places = zip(rows["document"], rows["passage"], strict=True)
    return _texts([f"{pages[document]}#{passage_id(passage)}" for document, passage in places])


def figures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` of data/processed (figures, passages, documents) of a city. Out: as registered in `CITY_TABLES`."""
    from ..texts.sentences import sentence_texts

    rows = tables["figures"]
    found = rows.assign(
        comparator=rows["comparator"].map(COMPARATORS),
        sentence_text=_texts(sentence_texts(rows, tables["passages"])),
        link=_figure_links(rows),
    )
    return frame(CITY_TABLES["figures"], _sourced(found, tables["documents"]))


def indicators(tables: Mapping[str, pd.DataFrame], names: Names) -> pd.DataFrame:
    """In: `tables` (indicators, passages, documents). Out: as registered, rows in the order of the table, from 0."""
    from .panel import panel

    rows = tables["indicators"].reset_index(drop=True)
    found = panel({**tables, "indicators": rows}, cities=names.cities, indicators=names.indicators)
    return frame(
        CITY_TABLES["indicators"],
        _sourced(found.assign(link=_figure_links(rows), end=rows["end"]), tables["documents"]),
    )


def targets(tables: Mapping[str, pd.DataFrame], named: pd.DataFrame) -> pd.DataFrame:
    """In: `tables` (indicators, documents) and what `indicators` made of them. Out: as registered.

    A target is a planned row that stands for its text and is about the city itself (`compare.targets.standing`).
    Before it: of what is reported so for single years before the first year of the target, that of the latest year.
    Reported: what `compare.targets.promised_and_reported` finds.
    """
    from ..compare.targets import promised_and_reported, standing

    rows, documents = tables["indicators"].reset_index(drop=True), tables["documents"]
    planned, reported = standing(rows, "planned"), standing(rows, "achieved")
    later: dict[tuple[Any, ...], Any] = {}
    for pair in promised_and_reported(_answered(rows, planned, reported), documents).itertuples():
        later[pair.document_then, pair.indicator, pair.passage_then, pair.start_then] = pair
    places = zip(*(planned[name] for name in ("document", "indicator", "passage", "start")), strict=True)
    answers = [later.get(place) for place in places]
    before = _before(planned, reported)
    columns: dict[str, list[Any]] = {"met": [None if pair is None else pair.met for pair in answers]}
    for name in ("value", "value_max", "comparator", "period", "mention", "document"):
        columns[f"before_{name}"] = [None if row is None else getattr(row, name) for row in before]
        columns[f"reported_{name}"] = [None if pair is None else getattr(pair, f"{name}_now") for pair in answers]
    for prefix in ("before", "reported"):
        columns[f"{prefix}_comparator"] = [COMPARATORS.get(sign) for sign in columns[f"{prefix}_comparator"]]
    found = named.loc[planned.index].reset_index(drop=True)
    return frame(CITY_TABLES["targets"], found.assign(**columns))


def _answered(rows: pd.DataFrame, planned: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """Of `rows` the reports, and the plans for whose time the same is reported: the others need no search."""
    from ..project.periods import years

    keys = ("indicator", "unit", "period")
    known = set(zip(*(reported[name].tolist() for name in keys), strict=True))
    asked = [
        (key, unit, period) in known or (key, unit, str(years(period)[1])) in known
        for key, unit, period in zip(*(planned[name].tolist() for name in keys), strict=True)
    ]
    plans = planned.index[asked]
    return rows.loc[sorted((*plans, *reported.index))] if len(plans) else rows.iloc[:0]


def _before(planned: pd.DataFrame, reported: pd.DataFrame) -> list[Any]:
    """For each target the row that reports its indicator, in its unit, for the last year before it; else None."""
    from ..compare.targets import period_kind
    from ..project.periods import years

    known: dict[tuple[str, str], list[tuple[int, Any]]] = {}
    for row in reported.itertuples():
        if period_kind(row.period) == "annual":
            known.setdefault((row.indicator, row.unit), []).append((int(row.period), row))
    found = []
    for plan in planned.itertuples():
        first, last = years(plan.period)
        earlier = [one for one in known.get((plan.indicator, plan.unit), []) if one[0] < (first or last or 0)]
        # Of two texts on one year the later one, as the report on targets has it.
        found.append(max(reversed(earlier), key=lambda one: one[0])[1] if earlier else None)
    return found


#: count, total, share, low, high
_Share: TypeAlias = tuple[int, int, float | None, float | None, float | None]


def shares(tables: Mapping[str, pd.DataFrame], names: Names) -> pd.DataFrame:
    """In: `tables` (codes, passages, documents). Out: as registered.

    The shares and intervals of the city are those of its report: what `analysis.compare.code_shares` gives for main
    codes outside headings, a share of 0 or 1 with its exact interval. An interval for each document would cost too
    much time.
    """
    import pandas as pd

    from ..compare.groups import DECIMALS

    documents = tables["documents"]
    city, dates = str(documents["city"].iloc[0]), sorted(documents["date"])
    joined = {name: "|".join(sorted(set(documents[name].dropna()))) or None for name in ("publisher", "edition")}
    whole = {"level": "city", "document": None, **joined}
    whole["date"] = dates[0] if dates[0] == dates[-1] else f"{dates[0]}/{dates[-1]}"
    own = documents[["document", "date", "publisher", "edition"]].assign(level="document").to_dict("records")
    main = _main_codes(tables["codes"], tables["passages"], names.groups)
    rows: list[tuple[Mapping[str, Any], str, str, _Share]] = []
    for scheme, called in names.codes.items():
        rows += [(whole, scheme, *one) for one in _city_shares(main, documents, scheme, list(called))]
        counts = Counter(zip(*(main.loc[main["scheme"] == scheme, name] for name in ("document", "code")), strict=True))
        for document in own:
            numbers = [counts[document["document"], code] for code in called]
            total = sum(numbers)
            for code, count in zip(called, numbers, strict=True):
                rows.append((document, scheme, code, (count, total, count / total if total else None, None, None)))
    found: dict[str, Any] = {name: [source[name] for source, *_ in rows] for name in whole}
    labels = [names.codes[scheme][code] for _, scheme, code, _ in rows]
    found |= {"scheme": [row[1] for row in rows], "code": [row[2] for row in rows]}
    found |= {"code_zh": [zh for zh, _ in labels], "code_en": [en for _, en in labels]}
    for place, name in enumerate(("count", "total", "share", "low", "high")):
        found[name] = [row[3][place] for row in rows]
    table = frame(CITY_TABLES["shares"], pd.DataFrame({**found, "unit": "sentence", "city": city}))
    return table.round(dict.fromkeys(("share", "low", "high"), DECIMALS))


def _main_codes(codes: pd.DataFrame, passages: pd.DataFrame, groups: Mapping[str, str | None]) -> pd.DataFrame:
    """The main code of each sentence outside headings in each scheme, and the group of its first instrument."""
    import pandas as pd

    heading = passages["kind"] == "heading"
    headings = set(zip(passages.loc[heading, "document"], passages.loc[heading, "passage"], strict=True))
    columns = [codes[name].tolist() for name in ("document", "passage", "sentence", "scheme", "code")]
    found: dict[tuple[str, int, str], tuple[str, int, int, str, str]] = {}
    for document, passage, sentence, scheme, code in zip(*columns, strict=True):
        if (document, passage) in headings:
            continue
        found.setdefault((document, sentence, scheme), (document, passage, sentence, scheme, code))
        group = groups.get(code) if scheme == "instrument" else None
        if group is not None:
            found.setdefault((document, sentence, GROUP), (document, passage, sentence, GROUP, group))
    main = pd.DataFrame(found.values(), columns=["document", "passage", "sentence", "scheme", "code"])
    text = dict.fromkeys(("document", "scheme", "code"), "string")
    return main.astype({**text, "passage": "int64", "sentence": "int64"})


def _city_shares(
    main: pd.DataFrame, documents: pd.DataFrame, scheme: str, order: list[str]
) -> Iterator[tuple[str, _Share]]:
    """Each code with its numbers for a city."""
    from ..compare.groups import mapping
    from ..compare.intervals import filled, ratio_interval
    from ..compare.shares import tallies

    for city, parts, whole in tallies(main, mapping(documents, "city"), order, scheme=scheme):
        ends = filled(*ratio_interval(parts, whole, stream=city), len(whole))
        shown = [[None if value != value else float(value) for value in values] for values in ends]
        counts = [int(count) for count in parts.sum(axis=0)]
        for code, count, share, low, high in zip(order, counts, *shown, strict=True):
            yield code, (count, int(whole.sum()), share, low, high)


def codes(tables: Mapping[str, pd.DataFrame], names: Names) -> pd.DataFrame:
    """In: `tables` (codes, passages, documents). Out: as registered."""
    from ..texts.sentences import sentences

    rows, passages = tables["codes"], tables["passages"]
    texts = {(document, number): text for document, _, number, text in sentences(passages)}
    kinds = dict(zip(zip(passages["document"], passages["passage"], strict=True), passages["kind"], strict=True))
    called = {(scheme, code): label for scheme, own in names.codes.items() for code, label in own.items()}
    # A code that is not in the scheme any more keeps its key as its name.
    labels = [called.get(key, (key[1], key[1])) for key in zip(rows["scheme"], rows["code"], strict=True)]
    found = rows.assign(
        code_zh=_texts([zh for zh, _ in labels]),
        code_en=_texts([en for _, en in labels]),
        main=~rows.duplicated(["document", "sentence", "scheme"]),
        sentence_text=_texts([texts[place] for place in zip(rows["document"], rows["sentence"], strict=True)]),
        link=_passage_links(rows),
        kind=_texts([kinds[place] for place in zip(rows["document"], rows["passage"], strict=True)]),
    )
    return frame(CITY_TABLES["codes"], _sourced(found, tables["documents"]))


def terms(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` (terms, documents). Out: as registered."""
    rows = tables["terms"]
    rate = (10_000 * rows["count"] / rows.groupby("document")["count"].transform("sum")).round(4)
    return frame(CITY_TABLES["terms"], _sourced(rows.assign(unit="word", per_10000=rate), tables["documents"]))


def formulas(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` (formulas, passages, documents). Out: as registered."""
    from ..texts.sentences import sentence_texts

    rows = tables["formulas"]
    texts = _texts(sentence_texts(rows, tables["passages"]))
    found = rows.assign(sentence_text=texts, link=_passage_links(rows))
    return frame(CITY_TABLES["formulas"], _sourced(found, tables["documents"]))


def _row_by_row(tables: Mapping[str, pd.DataFrame], names: Names) -> dict[str, pd.DataFrame]:
    """Those of `CITY_TABLES` whose rows follow from one document each."""
    return {
        "figures": figures(tables),
        "indicators": indicators(tables, names),
        "codes": codes(tables, names),
        "terms": terms(tables),
        "formulas": formulas(tables),
        "removals": frame(CITY_TABLES["removals"], _sourced(tables["removals"], tables["documents"])),
        "documents": frame(CITY_TABLES["documents"], tables["documents"]),
    }


def tables_of(tables: Mapping[str, pd.DataFrame], names: Names) -> dict[str, pd.DataFrame]:
    """All of `CITY_TABLES` for one city, from those `tables` of data/processed that belong to its documents."""
    made = _row_by_row(tables, names)
    made |= {"targets": targets(tables, made["indicators"]), "shares": shares(tables, names)}
    return {name: made[name] for name in CITY_TABLES}


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

    files = {name: _Csv(folder / table_file(city, name), table) for name, table in CITY_TABLES.items()}
    named = []
    for portion in _parts(tables):
        made = _row_by_row(portion, names)
        named.append(made["indicators"])
        for name, data in made.items():
            files[name].add(data)
    files["targets"].add(targets(tables, pd.concat(named, ignore_index=True) if len(named) > 1 else named[0]))
    files["shares"].add(shares(tables, names))
    workbook = folder / workbook_file(city)
    workbook.write_bytes(_workbook(city, files, tables, names))
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


def _workbook(city: str, files: Mapping[str, _Csv], tables: Mapping[str, pd.DataFrame], names: Names) -> bytes:
    """The workbook of all tables; a sheet that does not hold all rows says so."""
    book = Book(f"resource-cities: {' '.join(_city_names(city, names))}")
    lengths = {name: file.length for name, file in files.items()}
    book.page("about", _about(city, tables, lengths, names), (20, 62, 62, 10, 26))
    for name, table in CITY_TABLES.items():
        kept = files[name].kept
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
    return [words("tables_cut", **said) for words in _both()]


def _about(city: str, tables: Mapping[str, pd.DataFrame], lengths: Mapping[str, int], names: Names) -> list[list[Text]]:
    """The first page: the city, its documents, the sheets, how to read and cite them; Chinese and English abreast."""
    both = zh, en = _both()
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


# -------------------------------------------------------------------------------------------------------------- writing


def write_city_tables(
    project: Project,
    folder: Path,
    city: str,
    tables: Mapping[str, pd.DataFrame] | None = None,
    names: Names | None = None,
) -> list[Path]:
    """Write the tables of one city to `folder`; returns the files that changed.

    `tables` are the rows of its documents in data/processed and `names` those of data/reference; what is not given is
    read. Raises InputError where the tables were not built.
    """
    if tables is None:
        tables = store.read_tables(project, documents_by_city(project).get(city, []))
    folder.mkdir(parents=True, exist_ok=True)
    return _write_city(folder, city, tables, names or read_names(project))[0]


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


def _replaced(content: Mapping[Path, bytes]) -> list[Path]:
    """Write those files that hold something else; returns them."""
    changed = [path for path, data in content.items() if not (path.is_file() and path.read_bytes() == data)]
    for path in changed:
        replace_bytes(path, content[path])
    return changed


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
    changed = _replaced({folder / name: data for name, data in _common_files().items()})
    for city in gone:
        _remove(project.reports, entries.pop(city)["resources"])
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
    shared = [reference_digest(project), package_digest()]
    shared += [importlib.metadata.version(package) for package in ("pandas", "xlsxwriter")]
    documents, bases = {}, {}
    for city, keys in documents_by_city(project).items():
        own = [key for key in keys if key in built]
        if own:
            given = json.dumps([shared, [[key, built[key]] for key in own]], sort_keys=True)
            documents[city], bases[city] = own, hashlib.sha256(given.encode()).hexdigest()
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


NOTE = """# tables 城市数据表

Made by `resource-cities report`; change nothing here, for it is written again. Each city has a workbook, `<city>.xlsx`,
and the same tables as CSV, `<city>.<table>.csv`. The names of the columns are the same in both and stand in the first
row; every row carries its unit, its period or date, and its source: document, publisher, edition.

由 `resource-cities report` 生成，请勿在此修改，改动会被覆盖。每个城市有一个工作簿 `<city>.xlsx`，
各表另存为 CSV：`<city>.<table>.csv`。两者列名相同，均在首行；每行都带单位、时期或日期，以及来源（文献、发布者、版本）。

- CSV: UTF-8 with a byte order mark, so that Excel shows Chinese; an empty cell is missing. Excel takes `2024-09` for a
  date when it opens a CSV file by itself: use the workbook, or import the file with these columns as text.
- A text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-` or `@`) has an apostrophe in front in
  CSV, and is plain text in the workbook.
- A sheet holds at most {rows:,} rows and says so where it is cut; the CSV file holds all.
- `link` leads from this folder to the words in the reading view.
- `../datapackage.json` describes all files after Frictionless; `schema/` holds the schema of each table.

- CSV 为带 BOM 的 UTF-8，Excel 可直接显示中文；空格表示缺失。Excel 直接打开 CSV 会把 `2024-09` 当作日期：
  请用工作簿，或导入时把这些列设为文本。
- 会被电子表格当作公式的文字（以 `=`、`+`、`-`、`@` 开头）在 CSV 中前加撇号，在工作簿中为普通文本。
- 一个工作表最多{rows:,}行，超出时有说明；CSV 始终完整。
- `link` 由本文件夹通向阅读页中的原文。
- `../datapackage.json` 按 Frictionless 规范描述全部文件，`schema/` 为各表的结构。

```python
figures = pandas.concat(map(pandas.read_csv, pathlib.Path("reports/tables").glob("*.figures.csv")))
```

```r
figures <- readr::read_csv(fs::dir_ls("reports/tables", glob = "*.figures.csv"))
```
"""


def readme() -> str:
    """README.md of reports/tables/: how to read the files, and every table with its columns, in English and Chinese."""
    lines = [NOTE.format(rows=SHEET_ROWS)]
    for table in CITY_TABLES.values():
        lines += [
            f"## {table.name}: {table.en} {table.zh}",
            "",
            f"{table.meaning_en}.",
            "",
            f"{table.meaning_zh}。",
            "",
        ]
        lines += ["| column 列 | type | meaning | 含义 |", "| --- | --- | --- | --- |"]
        for c in table.columns:
            values = "; ".join(value_labels(c)).replace("|", "\\|")
            zh, en = (text.replace("|", "\\|") for text in (c.meaning_zh, c.meaning_en))
            lines.append(f"| `{c.name}` {c.zh} | {c.type} | {en}{f' ({values})' if values else ''} | {zh} |")
        lines.append("")
    return "\n".join(lines)
