"""The tables of each city: what they hold, that they say what data/processed says, and when they are written."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from conftest import ROOT, make_project, write_sources

from analysis import compare
from analysis.build.run import build
from analysis.build.store import read_tables
from analysis.compare.intervals import filled
from analysis.project.folders import Project, find_project
from analysis.project.links import table_file, workbook_file
from analysis.project.registry import CITY_TABLES, TABLES, frame, problems
from analysis.publish import city_tables, city_workbook, views
from analysis.publish.city_tables import make_files, readme, write_tables
from analysis.publish.files import COMPARATORS
from analysis.publish.panel import city_entries, write_panel
from analysis.publish.reading_view import write_documents
from analysis.publish.views import GROUP, Names, read_names

NAMES = read_names(Project(ROOT))


def tables_of(tables: Mapping[str, pd.DataFrame], names: Names) -> dict[str, pd.DataFrame]:
    """All tables of a city that are published, by name."""
    made = views.row_by_row(tables, names)
    return {**made, "targets": views.targets(tables, made["indicators"]), "shares": views.shares(tables, names)}


CITIES = {"yunling": ["yunling-2024"], "hewan": ["hewan-2025"]}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The small project with its tables, which no test changes."""
    folder = make_project(tmp_path_factory.mktemp("tables") / "转型 texts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESOURCE_CITIES_HOME", str(folder))
        built(find_project())
        yield find_project()


def built(project: Project) -> list[str]:
    """Build the project and write its tables; the names of what changed."""
    build(project)
    written = write_tables(project)
    write_panel(project)
    return sorted(path.name for path in written)


def table(project: Project, city: str, name: str) -> pd.DataFrame:
    """A CSV table as pandas reads it by itself, texts as text."""
    types = {c.name: "string" for c in CITY_TABLES[name].columns if c.type == "string"}
    return pd.read_csv(project.reports / "tables" / table_file(city, name), dtype=types)


def workbook(project: Project, city: str) -> Any:
    return openpyxl.load_workbook(project.reports / "tables" / workbook_file(city))


# --- what the tables hold -------------------------------------------------------------------------------------------


def test_every_table_states_unit_period_and_source():
    for name, one in CITY_TABLES.items():
        assert {"document", "publisher", "date", "edition", "city"} <= set(one.names), name
        assert len(one.names) == len(set(one.names)) and set(one.key) <= set(one.names)
        for column in one.columns:
            assert column.en and column.zh and column.meaning_en and column.meaning_zh, column.name
    for name in ("figures", "indicators", "targets"):
        assert {"unit", "period", "sentence_text", "link"} <= set(CITY_TABLES[name].names)
    for name in ("shares", "terms"):
        assert "unit" in CITY_TABLES[name].names


@pytest.mark.parametrize("city", CITIES)
def test_numbers_are_those_of_the_processed_tables(project, city):
    own = read_tables(project, CITIES[city])
    book = workbook(project, city)
    for name in ("figures", "indicators", "terms", "formulas", "documents"):
        read, sheet = table(project, city, name), book[name]
        assert [cell.value for cell in sheet[1]] == list(read) == CITY_TABLES[name].names
        assert len(read) == len(own[name]) == sheet.max_row - 1 and (len(read) or name == "formulas")
        cells = pd.DataFrame([[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)], columns=list(read))
        for column in TABLES[name].columns:
            if column.name == "comparator":
                expected = own[name]["comparator"].map(COMPARATORS).tolist()
                assert read["comparator"].tolist() == cells["comparator"].tolist() == expected
                continue
            expected = [None if pd.isna(value) else value for value in own[name][column.name]]
            for found in (read[column.name], cells[column.name]):
                assert [None if pd.isna(value) else value for value in found] == expected, (name, column.name)


@pytest.mark.parametrize("city", CITIES)
def test_a_figure_stands_in_its_sentence_and_leads_to_the_reading_view(project, city):
    write_documents(project)
    pages: dict[Path, str] = {}
    for name in ("figures", "indicators", "targets", "codes", "formulas"):
        for row in table(project, city, name).itertuples():
            file, _, anchor = row.link.partition("#")
            path = project.reports / "tables" / file
            if path not in pages:
                pages[path] = path.read_text(encoding="utf-8")
            assert f'id="{anchor}"' in pages[path], row.link
            words = row.mention if hasattr(row, "mention") else row.formula if name == "formulas" else row.evidence
            assert all(word in row.sentence_text for word in words.split("|"))


def test_what_is_required_is_there_and_values_are_those_allowed(project):
    for city, documents in CITIES.items():
        made = tables_of(read_tables(project, documents), read_names(project))
        assert set(made) == set(CITY_TABLES)
        for name, one in CITY_TABLES.items():
            for column in one.columns:
                values = made[name][column.name]
                assert not (column.required and values.isna().any()), (name, column.name)
                assert not column.allowed or set(values.dropna()) <= set(column.allowed), (name, column.name)
            assert not one.key or not made[name].duplicated(list(one.key)).any()
            assert set(made[name]["city"]) <= {city}


def test_shares_are_those_of_the_report(project):
    own = read_tables(project, CITIES["yunling"])
    body = own["passages"].loc[own["passages"]["kind"] != "heading", ["document", "passage"]]
    codes = own["codes"].merge(body, on=["document", "passage"])
    found = table(project, "yunling", "shares")
    for scheme in ("theme", "pathway", "instrument"):
        order = list(NAMES.codes[scheme])
        expected = compare.code_shares(codes, own["documents"], scheme=scheme, order=order)
        passages = len(compare.main_codes(codes, scheme)[["document", "passage"]].drop_duplicates())
        _, low, high = filled(*(expected[name].to_numpy() for name in ("share", "low", "high")), passages)
        rows = found[(found["scheme"] == scheme) & (found["level"] == "city")].reset_index(drop=True)
        assert rows["code"].tolist() == order and rows["count"].tolist() == expected["count"].tolist()
        numbers = expected.assign(low=low, high=high)[["total", "share", "low", "high"]].astype("float64")
        pd.testing.assert_frame_equal(rows[["total", "share", "low", "high"]].astype("float64"), numbers, atol=1e-9)
    city, document = (found[found["level"] == level].reset_index(drop=True) for level in ("city", "document"))
    # One document: the same numbers twice, intervals for the city only.
    pd.testing.assert_frame_equal(
        city[["scheme", "code", "count", "total"]], document[["scheme", "code", "count", "total"]]
    )
    assert document["low"].isna().all() and city["low"].notna().any() and city["document"].isna().all()
    assert set(document["document"]) == {"yunling-2024"} and set(city["date"]) == {"2024-06-18"}


def test_groups_of_instruments_add_up(project):
    found = table(project, "hewan", "shares")
    rows = found[found["level"] == "city"]
    single, grouped = (rows[rows["scheme"] == scheme] for scheme in ("instrument", GROUP))
    sums = single.assign(group=single["code"].map(NAMES.groups)).groupby("group")["count"].sum()
    assert dict(zip(grouped["code"], grouped["count"], strict=True)) == sums.reindex(grouped["code"]).to_dict()
    assert single["count"].sum() == single["total"].iloc[0] > 0


def test_the_main_code_of_a_sentence_is_the_one_that_counts(project):
    codes, shares = table(project, "hewan", "codes"), table(project, "hewan", "shares")
    counted = codes[codes["main"] & (codes["kind"] != "heading") & (codes["scheme"] == "theme")]["code"].value_counts()
    rows = shares[(shares["level"] == "city") & (shares["scheme"] == "theme") & (shares["count"] > 0)]
    assert dict(zip(rows["code"], rows["count"], strict=True)) == counted.to_dict()
    assert not codes["main"].all() and not codes["kind"].isin(["heading", "question"]).any()


def test_rates_of_terms(project):
    terms = table(project, "hewan", "terms")
    assert terms["per_10000"].sum() == pytest.approx(10_000, abs=0.05 * len(terms)) and set(terms["unit"]) == {"word"}
    first = terms.iloc[0]
    assert first["per_10000"] == pytest.approx(10_000 * first["count"] / terms["count"].sum(), abs=1e-4)


# --- targets --------------------------------------------------------------------------------------------------------


def row(document: str, period: str | None, value: float, **more: Any) -> dict[str, Any]:
    """A row of the table `indicators` of the city jia; `document` is the year of its text."""
    given = {
        "city": "jia",
        "indicator": "gdp_growth",
        "period": period,
        "value": value,
        "value_max": None,
        "unit": "%",
        "comparator": "=",
        "constraint": None,
        "status": "achieved",
        "scope": "self",
        "representative": True,
        "reason": "only",
        "document": document,
        "passage": 1,
        "sentence": 1,
        "start": 0,
        "end": 2,
        "mention": f"{value:g}%",
    }
    return {**given, **more}


PLAN = {"status": "planned", "constraint": "hard", "comparator": ">"}


def made(*rows: dict[str, Any], **more: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Tables of data/processed of the city jia with these indicators, one short text for each document."""
    keys = sorted({one["document"] for one in rows} | {"2024"})
    shared = {"city": "jia", "genre": "other", "publisher": None, "language": "zh-Hans", "edition": "digest"}
    documents = [
        {"document": key, "date": key[:4], "title": f"{key}的标题", "sha256": key, "encoding": "utf-8", "characters": 9}
        for key in keys
    ]
    blank = {"section": None, "speaker": None, "role": None, "kind": "body"}
    texts = [{"document": key, "passage": 1, "text": "6%是目标。后一句。", "characters": 9, **blank} for key in keys]
    tables = {name: frame(name, []) for name in TABLES}
    tables |= {"documents": frame("documents", [{**one, **shared} for one in documents])}
    tables |= {"passages": frame("passages", texts), "indicators": frame("indicators", list(rows))}
    return {**tables, **more}


def targets(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    tables = made(*rows)
    found = views.targets(tables, views.indicators(tables, NAMES))
    return found.astype("object").where(found.notna(), None).to_dict("records")


@pytest.mark.parametrize(
    ("rows", "before", "reported", "met"),
    [
        # the same text tells the year before, nothing tells what became of it
        ([row("2024", "2023", 5.4), row("2024", "2024", 6, start=3, **PLAN)], ("2023", 5.4), None, None),
        # a later text reports the planned year: at least 6 was kept to by 6.1, not by 5.9, and by over 5 nobody knows
        ([row("2024", "2024", 6, **PLAN), row("2025", "2024", 6.1)], None, ("2024", 6.1), True),
        ([row("2024", "2024", 6, **PLAN), row("2025", "2024", 5.9)], None, ("2024", 5.9), False),
        ([row("2024", "2024", 6, **PLAN), row("2025", "2024", 5, comparator=">")], None, ("2024", 5.0), None),
        # a plan for several years: before its first year, reported for its last
        (
            [row("2024", "2020", 4), row("2024", "2021/2025", 6, start=3, **PLAN), row("2026", "2025", 7)],
            ("2020", 4.0),
            ("2025", 7.0),
            True,
        ),
        ([row("2024", "2023", 4), row("2024", "../2030", 6, start=3, **PLAN)], ("2023", 4.0), None, None),
        # the latest year counts, and of two texts on it the later one
        (
            [
                *(row("2024", "2021", 3), row("2024", "2022", 4, start=3)),
                *(row("2025", "2022", 4.5), row("2025", "2025", 6, start=3, **PLAN)),
            ],
            ("2022", 4.5),
            None,
            None,
        ),
        # what is not comparable is left out: another unit, part of a year, a county, a year that is not before
        (
            [
                *(row("2024", "2023", 4, unit="元"), row("2024", "2023-H1", 5, start=3)),
                *(row("2024", "2023", 5, start=4, scope="county"), row("2024", "2024", 5, start=5)),
                row("2024", "2024", 6, start=7, **PLAN),
            ],
            None,
            None,
            None,
        ),
        ([row("2024", None, 6, **PLAN), row("2024", "2023", 4, start=3)], None, None, None),
    ],
)
def test_a_target_stands_beside_what_was_reported(rows, before, reported, met):
    [found] = targets(*rows)
    assert (found["value"], found["comparator"], found["constraint"]) == (6.0, "above", "hard")
    for prefix, expected in (("before", before), ("reported", reported)):
        shown = (found[f"{prefix}_period"], found[f"{prefix}_value"])
        assert shown == (expected or (None, None))
        assert (found[f"{prefix}_mention"] is None) == (found[f"{prefix}_document"] is None) == (expected is None)
    assert found["met"] is met


def test_only_targets_that_stand_for_their_text_and_city_are_listed():
    others = [
        row("2024", "2024", 7, start=3, representative=False, **PLAN),
        row("2024", "2024", 8, start=4, scope="county", **PLAN),
        row("2024", "2024", 9, start=5),
    ]
    assert [one["value"] for one in targets(row("2024", "2024", 6, **PLAN), *others)] == [6.0]
    assert targets(*others) == []


# --- odd cases ------------------------------------------------------------------------------------------------------


def files_of(folder: Path, tables: Mapping[str, pd.DataFrame], names: Names = NAMES) -> dict[str, bytes]:
    folder.mkdir()
    return {path.name: path.read_bytes() for path in make_files(folder, "jia", tables, names)}


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_city_without_figures_has_empty_tables(tmp_path):
    content = files_of(tmp_path / "a", made())
    assert lines(content["jia.figures.csv"]) == [CITY_TABLES["figures"].names]
    assert lines(content["jia.targets.csv"]) == [CITY_TABLES["targets"].names]
    book = openpyxl.load_workbook(io.BytesIO(content["jia.xlsx"]))
    assert book.sheetnames == ["about", *CITY_TABLES, "columns"]
    assert book["figures"].max_row == book["terms"].max_row == 1 and book["documents"].max_row == 2
    shares = lines(content["jia.shares.csv"])
    share, total = (shares[0].index(name) for name in ("share", "total"))
    assert {(line[total], line[share]) for line in shares[1:]} == {("0", "")}


def test_ranges_keep_both_ends(tmp_path):
    plan = row(
        "2024", "2024", 5.5, value_max=6.0, mention="5.5%—6%", **{**PLAN, "comparator": "=", "constraint": "range"}
    )
    content = files_of(tmp_path / "a", made(plan))
    for name in ("indicators", "targets"):
        head, line = lines(content[f"jia.{name}.csv"])
        found = dict(zip(head, line, strict=True))
        assert (found["value"], found["value_max"], found["constraint"]) == ("5.5", "6.0", "range")


def test_no_text_of_a_document_becomes_a_formula(tmp_path):
    text = '=1+1占5%，\n其中"3%"。'
    figure = {**dict.fromkeys(TABLES["figures"].names), "document": "2024", "city": "jia", "passage": 1, "sentence": 1}
    figure |= {"start": 0, "end": 4, "mention": "=1+1", "value": 2.0, "unit": "", "comparator": "=", "theme": "macro"}
    figure |= {"measure": "level", "indicator": "@指标", "speaker": "+甲"}
    passage = {"document": "2024", "passage": 1, "kind": "body", "text": text, "characters": 9}
    passages = frame("passages", [{**dict.fromkeys(TABLES["passages"].names), **passage}])
    removal = {"document": "2024", "line": 1, "rule": "x", "text": "-甲\n乙"}
    tables = made(figures=frame("figures", [figure]), passages=passages, removals=frame("removals", [removal]))
    content = files_of(tmp_path / "a", tables)
    head, line = lines(content["jia.figures.csv"])
    found = dict(zip(head, line, strict=True))
    assert (found["mention"], found["indicator"], found["speaker"]) == ("'=1+1", "'@指标", "'+甲")
    assert found["sentence_text"].startswith("'=1+1占5%") and lines(content["jia.removals.csv"])[1][4] == "'-甲\n乙"
    book = openpyxl.load_workbook(io.BytesIO(content["jia.xlsx"]))
    cells = [cell for name in book.sheetnames for sheet in book[name].iter_rows() for cell in sheet]
    assert not [cell for cell in cells if cell.data_type == "f"]
    names = CITY_TABLES["figures"].names
    assert book["figures"].cell(2, names.index("mention") + 1).value == "=1+1"
    assert book["removals"].cell(2, 5).value == "-甲\n乙"


def test_keys_that_are_gone_stay_as_they_are(tmp_path):
    code = {
        "document": "2024",
        "passage": 1,
        "sentence": 1,
        "scheme": "theme",
        "code": "gone",
        "share": 1.0,
        "evidence": "目标",
    }
    tables = made(row("2024", "2023", 5, indicator="gone"), codes=frame("codes", [code | {"share": 1.0}]))
    found = tables_of(tables, NAMES)
    assert found["codes"][["code_zh", "code_en"]].to_numpy().tolist() == [["gone", "gone"]]
    assert found["indicators"]["indicator_zh"].tolist() == ["gone"]
    book = openpyxl.load_workbook(io.BytesIO(files_of(tmp_path / "a", tables)["jia.xlsx"]))
    assert book["about"]["A1"].value == "jia jia"


def test_a_sheet_that_is_cut_says_so_and_the_csv_holds_all(project, tmp_path, monkeypatch):
    for module in (city_tables, city_workbook):
        monkeypatch.setattr(module, "SHEET_ROWS", 3)
    own = read_tables(project, CITIES["hewan"])
    content = {path.name: path.read_bytes() for path in make_files(tmp_path, "hewan", own, read_names(project))}
    book = openpyxl.load_workbook(io.BytesIO(content["hewan.xlsx"]))
    assert book["terms"].max_row == 4 and len(lines(content["hewan.terms.csv"])) == len(own["terms"]) + 1 > 5
    assert "hewan.terms.csv" in book["terms"]["A1"].comment.text and book["terms"].sheet_properties.tabColor
    [line] = [row for row in book["about"].iter_rows(values_only=True) if row[0] == "terms"]
    assert f"只列前3行，共{len(own['terms'])}行" in line[1] and f"first 3 of {len(own['terms'])} rows" in line[2]
    assert book["documents"].sheet_properties.tabColor is None


def test_portions_of_documents_make_no_difference(project, tmp_path, monkeypatch):
    own = read_tables(project)
    own = {name: rows.assign(city="jia") if "city" in rows else rows for name, rows in own.items()}
    whole = files_of(tmp_path / "a", own)
    monkeypatch.setattr(city_tables, "PORTION", 1)
    assert files_of(tmp_path / "b", own) == whole and len(lines(whole["jia.documents.csv"])) == 3


# --- the workbook ---------------------------------------------------------------------------------------------------


def test_the_first_sheet_tells_what_where_from_and_how_to_cite(project):
    sheet = workbook(project, "yunling")["about"]
    words = "\n".join(str(cell.value) for line in sheet.iter_rows() for cell in line if cell.value is not None)
    for said in (
        "云岭市 Yunling",
        "煤炭",
        "coal",
        "衰退型",
        "declining",
        "2024-06-18",
        "press conference",
        "摘编 digest",
    ):
        assert said in words, said
    assert "MIT" in words and "CITATION.cff" in words and "resource-cities " in words and "{" not in words
    links = {cell.value: cell.hyperlink for line in sheet.iter_rows() for cell in line if cell.hyperlink}
    assert links["figures"].location == "'figures'!A1" and set(CITY_TABLES) <= set(links)
    assert links["yunling.figures.csv"].target == "yunling.figures.csv"


def test_the_sheets_are_ready_to_read(project):
    book = workbook(project, "hewan")
    assert book.sheetnames[0] == "about" and book.sheetnames[-1] == "columns"
    for name, one in CITY_TABLES.items():
        sheet = book[name]
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref.startswith("A1:")
        assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$1:$1"
        for column, cell in zip(one.columns, sheet[1], strict=True):
            assert cell.value == column.name and column.meaning_zh in cell.comment.text
    date = CITY_TABLES["figures"].names.index("date") + 1
    assert book["figures"].cell(2, date).value == "2025-01-10" and book["figures"].cell(2, date).data_type != "d"
    link = book["figures"].cell(2, CITY_TABLES["figures"].names.index("link") + 1)
    assert link.hyperlink.target == "../documents/hewan-2025.zh.html" and link.hyperlink.location.startswith("figure-")
    listed = [(line[0], line[1]) for line in book["columns"].iter_rows(min_row=2, values_only=True)]
    assert listed == [(one.name, column.name) for one in CITY_TABLES.values() for column in one.columns]


# --- writing --------------------------------------------------------------------------------------------------------


def state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_data_package_lists_the_tables_and_validates(project):
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"],
        cwd=project.reports,
        capture_output=True,
        text=True,
    )
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["valid"], done.stdout
    names = {task["name"] for task in report["tasks"]}
    assert {f"{city}-{name}" for city in CITIES for name in (*CITY_TABLES, "workbook")} | {"panel"} <= names


def test_a_changed_table_no_longer_validates(small_project):
    project = find_project()
    built(project)
    path = project.reports / "tables/hewan.figures.csv"
    path.write_bytes(path.read_bytes().replace(b"planned", b"plannde", 1))
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    assert subprocess.run(command, cwd=project.reports, capture_output=True).returncode == 1


def test_the_same_tables_give_the_same_bytes(small_project, monkeypatch):
    project = find_project()
    written = built(project)
    assert len(written) == 2 * (len(CITY_TABLES) + 1) + len(CITY_TABLES) + 1
    before = state(project.reports / "tables")
    assert all(before[table_file(city, name)].startswith(b"\xef\xbb\xbf") for city in CITIES for name in CITY_TABLES)
    shutil.rmtree(project.reports / "tables")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert built(project) == written and state(project.reports / "tables") == before


def test_only_what_changed_is_written(small_project):
    project = find_project()
    built(project)
    assert built(project) == []
    text = small_project / "data/raw/hewan-2025.txt"
    data = text.read_bytes().replace("86个".encode(), "96个".encode())
    text.write_bytes(data)
    rows = list(csv.DictReader((small_project / "data/raw/sources.csv").open(encoding="utf-8")))
    digest = {"hewan": hashlib.sha256(data).hexdigest()}
    write_sources(small_project, [{**one, "sha256": digest.get(one["city"], one["sha256"])} for one in rows])
    # Of the changed city only the tables that say something else.
    assert built(project) == ["hewan.codes.csv", "hewan.documents.csv", "hewan.figures.csv", "hewan.xlsx"]
    assert 96.0 in table(project, "hewan", "figures")["value"].tolist()
    (project.reports / "tables/yunling.xlsx").unlink()
    (project.reports / "tables/README.md").unlink()
    assert built(project) == ["README.md", "yunling.xlsx"]


def test_the_tables_of_a_city_without_documents_go(small_project):
    project = find_project()
    built(project)
    note = project.reports / "tables/notes.txt"
    note.write_text("mine", encoding="utf-8")
    rows = list(csv.DictReader((small_project / "data/raw/sources.csv").open(encoding="utf-8")))
    write_sources(small_project, [one for one in rows if one["city"] == "yunling"])
    assert built(project) == [] and list(city_entries(project)) == ["yunling"] and note.is_file()
    left = {path.name for path in (project.reports / "tables").glob("*.csv")}
    assert left == {table_file("yunling", name) for name in CITY_TABLES}
    package = json.loads((project.reports / "datapackage.json").read_text(encoding="utf-8"))
    assert not [one for one in package["resources"] if "hewan" in one["name"]]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"hewan": {}}', '{"hewan": {"basis": "x", "resources": [{}]}}'])
def test_a_damaged_list_of_files_is_made_again(small_project, content):
    project = find_project()
    built(project)
    before = state(project.reports)
    (project.reports / "tables/resources.json").write_text(content, encoding="utf-8")
    built(project)
    assert state(project.reports) == before


def test_the_files_of_a_city_are_the_same_in_any_folder(project, tmp_path):
    written = make_files(tmp_path, "hewan", read_tables(project, ["hewan-2025"]), read_names(project))
    assert {path.name for path in written} == {*(table_file("hewan", name) for name in CITY_TABLES), "hewan.xlsx"}
    for path in written:
        assert path.read_bytes() == (project.reports / "tables" / path.name).read_bytes()


def test_a_run_without_changes_loads_nothing_heavy(project):
    code = (
        "import sys; from analysis.project.folders import find_project; "
        "from analysis.publish.city_tables import write_tables; "
        "assert write_tables(find_project()) == []; assert not {'pandas', 'xlsxwriter'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_readme_explains_every_column(project):
    text = (project.reports / "tables/README.md").read_text(encoding="utf-8")
    assert text == readme()
    for one in CITY_TABLES.values():
        assert f"## {one.name}: {one.en} {one.zh}" in text
        for column in one.columns:
            assert f"| `{column.name}` {column.zh} | {column.type} |" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {5}


def test_columns_of_the_processed_tables_keep_their_meaning():
    known = {column.name: column for one in TABLES.values() for column in one.columns}
    for name in ("figures", "indicators", "terms", "formulas", "removals", "documents"):
        for column in CITY_TABLES[name].columns:
            if column.name in known and column.name not in ("comparator", "indicator", "unit"):
                assert column == known[column.name], (name, column.name)
    assert problems("figures", frame("figures", [])) == []
