"""Corrections: what an entry does to a table, what follows from it, and how an entry that fits nothing is told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis import open_corpus
from analysis.build.steps import Text, text_tables
from analysis.cli import main
from analysis.extract.corrections import load_corrections
from analysis.project.errors import InputError

REFERENCE = Path(__file__).parents[1] / "data/reference"
TEXT = "2023年，全市地区生产总值增长5%。建成云岭产业园3个，云岭产业园引进企业3家。\n"


def entries(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "corrections.yml"
    path.write_text("corrections:\n" + "".join(f"  - {{document: own, {line}}}\n" for line in lines), encoding="utf-8")
    return path


def tables(tmp_path: Path, *lines: str) -> dict[str, pd.DataFrame]:
    """The tables of the text with these entries."""
    given = load_corrections(entries(tmp_path, *lines))["own"]
    wanted = ["figures", "indicators", "entities", "corrections"]
    return text_tables(Text("own", TEXT, date="2024-01", genre="other", corrections=given), REFERENCE, wanted)


def test_a_value_that_is_replaced_is_replaced_in_what_follows_from_it(tmp_path: Path) -> None:
    made = tables(tmp_path, "passage: 1, mention: 5%, action: replace, set: {value: 6, period: '2022'}, reason: 表误")
    row = made["figures"].query("mention == '5%'").iloc[0]
    assert (row["value"], row["period"], row["correction"]) == (6, "2022", "replaced")
    assert made["indicators"].iloc[0][["value", "period"]].tolist() == [6, "2022"]
    told = made["corrections"][["table", "column", "was", "now", "why", "agreed"]].to_numpy().tolist()
    assert told == [["figures", "value", "5", "6", "表误", True], ["figures", "period", "2023", "2022", "表误", True]]
    assert made["figures"]["correction"].notna().sum() == 1


def test_a_unit_that_is_replaced_brings_its_own_value_in_si(tmp_path: Path) -> None:
    made = tables(tmp_path, "passage: 1, mention: 3家, action: replace, set: {unit: 公里}, reason: 试")
    row = made["figures"].query("mention == '3家'").iloc[0]
    assert (row["unit_si"], row["value_si"]) == ("m", 3000)


def test_a_row_that_is_dropped_is_gone_and_told(tmp_path: Path) -> None:
    made = tables(tmp_path, "passage: 1, mention: 5%, action: drop, reason: 引用他地")
    assert "5%" not in set(made["figures"]["mention"]) and made["indicators"].empty
    assert made["corrections"][["action", "mention"]].to_numpy().tolist() == [["drop", "5%"]]


@pytest.mark.parametrize("how", ["action: flag", "action: drop, status: proposed"])
def test_a_row_that_is_doubted_is_marked_and_stays(tmp_path: Path, how: str) -> None:
    made = tables(tmp_path, f"passage: 1, mention: 5%, {how}, reason: 待核")
    assert made["figures"].query("mention == '5%'")["correction"].tolist() == ["flagged"]
    assert made["corrections"]["action"].tolist() == ["flag"]


def test_entities_and_indicators_can_be_corrected_by_themselves(tmp_path: Path) -> None:
    made = tables(
        tmp_path,
        f"table: entities, passage: 1, mention: 云岭产业园, start: {TEXT.index('云岭')}, action: replace, "
        "set: {kind: project}, reason: 试",
        "table: indicators, indicator: gdp_growth, passage: 1, mention: 5%, action: drop, reason: 试",
    )
    assert made["entities"]["kind"].tolist()[0] == "project"
    assert made["indicators"].empty and "5%" in set(made["figures"]["mention"])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("passage: 1, mention: 9%, action: drop, reason: 试", "'9%' is no row of figures in passage 1; mend the entry"),
        ("passage: 2, mention: 5%, action: drop, reason: 试", "in passage 2; it stands in passage 1 at 1"),
        (
            "table: entities, passage: 1, mention: 云岭产业园, action: drop, reason: 试",
            "stands 2 times in passage 1; add start: ",
        ),
        (
            "passage: 1, mention: 5%, action: replace, set: {value: 5}, reason: 试",
            "value is 5 already; delete the entry",
        ),
    ],
)
def test_an_entry_that_fits_no_row_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        tables(tmp_path, line)
    assert "corrections.yml:2: own: " in str(raised.value) and told in str(raised.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("passage: 1, mention: 5%, action: drop", "reason is absent; add reason:"),
        ("passage: 1, mention: 5%, action: erase, reason: 试", "unknown 'erase'"),
        ("passage: 1, mention: 5%, action: replace, reason: 试", "replace without set:"),
        ("passage: 1, mention: 5%, action: drop, set: {value: 1}, reason: 试", "drop with set:; leave set: out"),
        ("passage: 1, mention: 5%, action: replace, set: {colour: red}, reason: 试", "unknown key 'colour'"),
        ("passage: 1, mention: 5%, action: replace, set: {value: viel}, reason: 试", "'viel' is no number"),
        ("passage: 1, mention: 5%, action: replace, set: {status: done}, reason: 试", "unknown 'done'"),
        (
            "passage: 1, mention: 5%, action: replace, set: {measure: null}, reason: 试",
            "figures.measure is never empty",
        ),
        ("passage: 1, mention: 5%, action: replace, set: {period: 去年}, reason: 试", "'去年' is no period"),
        ("passage: 0, mention: 5%, action: drop, reason: 试", "'0' is not 1 or more"),
        ("passage: 1, mention: 5%, indicator: gdp, action: drop, reason: 试", "only rows of table: indicators"),
        ("passage: 1, mention: 5%, action: drop, reason: 试, edition: new", "unknown 'new'"),
        ("table: terms, passage: 1, mention: 5%, action: drop, reason: 试", "unknown 'terms'"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        load_corrections(entries(tmp_path, line))
    assert "corrections.yml:2: " in str(raised.value) and told in str(raised.value)


def test_the_build_makes_only_the_corrected_document_anew(small_project: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["build"]) == 0
    figure = open_corpus().figures.query("document == 'yunling-2024'").iloc[0]
    path = small_project / "data/reference/corrections.yml"
    path.write_text(
        f"corrections:\n  - {{document: yunling-2024, passage: {figure['passage']}, mention: {figure['mention']}, "
        f"start: {figure['start']}, action: drop, reason: 试}}\n",
        encoding="utf-8",
    )
    assert main(["check"]) == 1 and "yunling-2024 is out of date (corrections changed)" in capsys.readouterr().out
    assert main(["build"]) == 0
    assert "2 documents, 1 made anew" in capsys.readouterr().out
    corpus = open_corpus()
    assert len(corpus.corrections) == 1 and figure["mention"] not in set(
        corpus.figures.query("passage == @figure['passage'] and start == @figure['start']")["mention"]
    )
    path.write_text(path.read_text(encoding="utf-8").replace("yunling-2024", "yunling-2042"), encoding="utf-8")
    assert main(["build"]) == 2
    assert "corrections.yml:2: yunling-2042: sources.csv lists no such document" in capsys.readouterr().err


def test_an_entry_of_one_edition_leaves_the_other_alone(small_project: Path) -> None:
    (small_project / "data/reference/corrections.yml").write_text(
        "corrections:\n  - {document: yunling-2024, passage: 99, mention: 9家, action: drop, reason: 试, "
        "edition: published}\n",
        encoding="utf-8",
    )
    assert main(["build"]) == 0
