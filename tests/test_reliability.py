"""Reliability: worked examples, an independent count, sheets there and back."""

from __future__ import annotations

import csv
import io
from itertools import permutations
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import open_corpus
from analysis.cli import main
from analysis.compare import (
    agreed_codes,
    agreement,
    alpha,
    alpha_interval,
    coder_confusion,
    dictionary_scores,
    draw_sentences,
    kappa,
)
from analysis.project.errors import InputError
from analysis.publish.coding_sheet import read_sheets, write_sheet


def coders(*columns: str) -> pd.DataFrame:
    """One coder a word, one unit a character; a point is a unit that was not coded."""
    return pd.DataFrame({f"c{n}": [None if code == "." else code for code in word] for n, word in enumerate(columns)})


def test_the_published_example_of_two_observers() -> None:
    # Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, binary data of two observers: 0.095.
    table = coders("0100000010", "1110010000")
    assert alpha(table) == pytest.approx(1 - 19 * 4 / (14 * 6), abs=1e-9)
    assert round(alpha(table), 3) == 0.095


def test_the_published_example_of_four_observers_with_gaps() -> None:
    # The same, nominal data of four observers, twelve units: 0.743.
    published = pd.DataFrame(
        {
            "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
            "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
            "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
            "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
        }
    )
    assert round(alpha(published), 3) == 0.743


def plain_alpha(table: pd.DataFrame) -> float:
    """α by its coincidences, pair by pair."""
    pairs: list[tuple[str, str, float]] = []
    for _, row in table.iterrows():
        values = row.dropna().tolist()
        pairs += [(a, b, 1 / (len(values) - 1)) for a, b in permutations(values, 2)]
    total = sum(weight for *_, weight in pairs)
    if total < 2:
        return float("nan")
    by_code: dict[str, float] = {}
    for a, _, weight in pairs:
        by_code[a] = by_code.get(a, 0) + weight
    observed = sum(weight for a, b, weight in pairs if a != b) / total
    expected = sum(by_code[a] * by_code[b] for a in by_code for b in by_code if a != b) / (total * (total - 1))
    return 1 - observed / expected if expected else float("nan")


words = st.integers(1, 12).flatmap(lambda n: st.lists(st.text("ab.c", min_size=n, max_size=n), min_size=2, max_size=4))


@settings(max_examples=60, deadline=None)
@given(words)
def test_alpha_is_that_of_a_plain_count(columns: list[str]) -> None:
    table = coders(*columns)
    assert alpha(table) == pytest.approx(plain_alpha(table), abs=1e-9, nan_ok=True)
    assert alpha(table[table.columns[::-1]]) == pytest.approx(alpha(table), abs=1e-9, nan_ok=True)


def test_kappa() -> None:
    # 20 yes together, 15 no together, 5 and 10 apart: p_o 0.7, p_e 0.5, κ 0.4 (worked by hand).
    one, two = "y" * 25 + "n" * 25, "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15
    assert kappa(list(one), list(two)) == pytest.approx(0.4, abs=1e-9)
    assert np.isnan(kappa(["a"], ["a"])) and np.isnan(kappa([None], ["a"]))


def test_tables_of_agreement() -> None:
    table = coders("aabb", "aabb", "abb.")
    told = agreement(table).set_index("coders")
    assert list(told.index) == ["c0|c1|c2", "c0|c1", "c0|c2", "c1|c2"]
    assert told.loc["c0|c1", ["agreement", "kappa", "alpha"]].tolist() == [1, 1, 1]
    assert told.loc["c0|c2", "units"] == 3 and told.loc["c0|c2", "agreement"] == pytest.approx(2 / 3)
    assert np.isnan(told.loc["c0|c1|c2", "kappa"])
    assert agreed_codes(table).tolist() == ["a", "a", "b", "b"]
    assert agreed_codes(coders("ab", "b.")).dropna().to_dict() == {1: "b"}
    assert coder_confusion(table).to_numpy().tolist() == [[2, 0], [0, 2]]


def test_intervals_hold_alpha_and_are_the_same_twice() -> None:
    random = np.random.default_rng(1)
    truth = random.choice(list("abc"), size=80)
    other = np.where(random.random(80) < 0.8, truth, random.choice(list("abc"), size=80))
    table = pd.DataFrame({"one": truth, "two": other})
    low, high = alpha_interval(table)
    assert low < alpha(table) < high and (low, high) == alpha_interval(table)
    assert all(np.isnan(end) for end in alpha_interval(coders("a", "a")))


def test_sentences_are_drawn_from_each_document_and_the_same_twice(small_project: Path) -> None:
    corpus = open_corpus()
    drawn = draw_sentences(corpus, 4, seed=3)
    assert len(drawn) == 4 and set(drawn["document"]) == set(corpus.documents["document"])
    assert drawn.equals(draw_sentences(corpus, 4, seed=3)) and not drawn.equals(draw_sentences(corpus, 4, seed=4))
    said = set(corpus.sentences.query("kind not in ('heading', 'question')")["text"])
    assert set(draw_sentences(corpus, 10_000)["text"]) == said
    with pytest.raises(InputError, match="sentences 0 is no whole number"):
        draw_sentences(corpus, 0)


def test_a_sheet_goes_out_and_comes_back(small_project: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["sheet", "--scheme", "theme", "--sentences", "6", "--to", str(tmp_path / "one")]) == 0
    assert main(["sheet", "--scheme", "theme", "--sentences", "6", "--to", str(tmp_path / "one")]) == 2
    assert "exists and may hold codes" in capsys.readouterr().err
    book = openpyxl.load_workbook(tmp_path / "one.xlsx")
    sheet, [choices] = book["coding"], book["coding"].data_validations.dataValidation
    assert str(choices.sqref) == "F2:F7" and choices.formula1.startswith("codes!$A$2:$A$")
    assert {cell.value for cell in book["codes"]["A"]} >= {"industry", "none"}
    for line in range(2, 8):
        sheet[f"F{line}"] = "industry" if line % 2 else "none"
    book.save(tmp_path / "one.xlsx")
    rows = list(csv.reader(io.StringIO((tmp_path / "one.csv").read_text(encoding="utf-8-sig"))))
    filled = [rows[0], *([*row[:5], "industry", ""] for row in rows[1:])]
    with (tmp_path / "two.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(filled)
    assert main(["agree", str(tmp_path / "one.xlsx"), str(tmp_path / "two.csv"), "--scheme", "theme"]) == 0
    said = capsys.readouterr().out
    assert "one|two" in said and "0.5" in said and "dictionary:" in said


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace(",code,", ",kode,"), "column code is absent"),
        (
            lambda text: text.replace("1,yunling-2024", "1,yunling-2042").replace("1,hewan-2025", "1,hewan-2042"),
            "is no sheet",
        ),
        (lambda text: "", "column document, passage, sentence, text, code is absent"),
        (lambda text: text.replace("a,note", "a,b,note"), None),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told(small_project: Path, tmp_path: Path, change, told: str | None) -> None:
    drawn = draw_sentences(open_corpus(), 5)
    write_sheet(tmp_path / "one", drawn, {"a": ("", ""), "none": ("", "")})
    text = (tmp_path / "one.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "two.csv").write_text(change(text), encoding="utf-8")
    if told is None:
        assert len(read_sheets([tmp_path / "one.xlsx", tmp_path / "two.csv"], ["a", "none"])[0]) == 5
        return
    with pytest.raises(InputError, match=told):
        read_sheets([tmp_path / "one.csv", tmp_path / "two.csv"], ["a", "none"])


def test_codes_that_there_are_not_and_single_sheets_are_told(small_project: Path, tmp_path: Path) -> None:
    write_sheet(tmp_path / "one", draw_sentences(open_corpus(), 3), {"a": ("", "")})
    rows = list(csv.reader(io.StringIO((tmp_path / "one.csv").read_text(encoding="utf-8-sig"))))
    rows[2][5] = "b"
    with (tmp_path / "two.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    with pytest.raises(InputError, match=r"two.csv:3: unknown code 'b'"):
        read_sheets([tmp_path / "one.csv", tmp_path / "two.csv"], ["a"])
    with pytest.raises(InputError, match="one sheet has nothing to agree with"):
        read_sheets([tmp_path / "one.csv"], ["a"])
    (tmp_path / "three.xlsx").write_bytes(b"PK no workbook")
    with pytest.raises(InputError, match="is no workbook"):
        read_sheets([tmp_path / "one.csv", tmp_path / "three.xlsx"], ["a"])


def test_text_in_a_sheet_is_never_a_formula(tmp_path: Path) -> None:
    drawn = pd.DataFrame(
        {"number": [1], "document": ["d"], "passage": [1], "sentence": [1], "text": ['=HYPERLINK("http://x")']}
    )
    write_sheet(tmp_path / "one", drawn, {"a": ("=1+1", "@SUM(1)")})
    assert openpyxl.load_workbook(tmp_path / "one.xlsx")["coding"]["E2"].data_type == "s"
    assert b"<f>" not in ZipFile(tmp_path / "one.xlsx").read("xl/worksheets/sheet1.xml")
    assert "'=HYPERLINK" in (tmp_path / "one.csv").read_text(encoding="utf-8-sig")


def test_the_dictionary_against_what_coders_agree_on(small_project: Path) -> None:
    corpus = open_corpus()
    drawn = draw_sentences(corpus, 100)
    main_code = corpus.codes.query("scheme == 'theme'").drop_duplicates(["document", "sentence"])
    own = drawn.merge(main_code[["document", "sentence", "code"]], on=["document", "sentence"], how="left")
    told = dictionary_scores(corpus, "theme", drawn, own["code"].fillna("none"))
    assert told.set_index("code").loc["all", ["precision", "recall", "f1"]].tolist() == [1, 1, 1]
    nothing = dictionary_scores(corpus, "theme", drawn, pd.Series(["none"] * len(drawn)))
    assert nothing.iloc[-1]["precision"] == 0 and np.isnan(nothing.iloc[-1]["recall"])
