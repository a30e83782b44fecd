"""Figures of the project's own gold texts (tests/gold): what is found, and how right its columns are."""

from __future__ import annotations

import csv
import json

import pandas as pd
import pytest
from conftest import ROOT

from analysis.clean import clean
from analysis.coding import load_scheme
from analysis.figures import tabulate
from analysis.figures.units import read_units

FOLDER = ROOT / "tests/gold/figures"
# What must hold over all texts together; each text is held to FLOOR below it.
BARS = {"comparator": 0.97, "measure": 0.95, "period": 0.92, "status": 0.95, "theme": 0.85}
FLOOR = 0.10


def texts() -> list[dict[str, str]]:
    with (FOLDER / "texts.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def key(value: object, unit: object) -> tuple[float, str]:
    return round(abs(float(str(value))), 6), str(unit)


def pairs(name: str, date: str, genre: str) -> tuple[list[dict], list[dict], list[tuple[dict, dict]]]:
    """Gold rows, figures found, and the pairs of both that agree in value and unit, in order."""
    reference = ROOT / "data/reference"
    passages, _ = clean((FOLDER / f"{name}.txt").read_text(encoding="utf-8"), name)
    table = tabulate(
        passages,
        document=name,
        city="",
        date=date,
        genre=genre,
        units=read_units(reference / "units.csv"),
        scheme=load_scheme(reference / "themes.yml"),
    )
    found = table.astype(object).where(table.notna(), None).to_dict("records")
    gold = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return gold, found, align(gold, found)


def align(gold: list[dict], found: list[dict]) -> list[tuple[dict, dict]]:
    """The longest common subsequence of both tables by value and unit; a required figure weighs two."""
    left, right = [key(r["value"], r["unit"]) for r in gold], [key(r["value"], r["unit"]) for r in found]
    weight = [1 if r.get("optional") else 2 for r in gold]
    best = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            here = weight[i] + best[i + 1][j + 1] if left[i] == right[j] else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], here)
    same, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if left[i] == right[j] and best[i][j] == weight[i] + best[i + 1][j + 1]:
            same.append((gold[i], found[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return same


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    """One row a text: counts and the share of right cells of each column among required pairs."""
    rows = []
    for text in texts():
        gold, found, same = pairs(text["text"], text["date"], text["genre"])
        required = [(g, f) for g, f in same if not g.get("optional")]
        row = {
            "text": text["text"],
            "gold": sum(not g.get("optional") for g in gold),
            "hit": len(required),
            "spurious": len(found) - len(same),
        }
        for column in BARS:
            known = [(g, f) for g, f in required if g.get(column) is not None]
            row[column], row[f"{column}_n"] = sum(g[column] == f[column] for g, f in known), len(known)
        rows.append(row)
    return pd.DataFrame(rows)


def test_there_are_enough_figures_of_all_kinds(judged):
    assert judged["gold"].sum() >= 300 and len(judged) >= 6


def test_figures_are_found_and_nothing_else(judged):
    total = judged[["gold", "hit", "spurious"]].sum()
    assert total["hit"] / total["gold"] >= 0.985 and total["hit"] / (total["hit"] + total["spurious"]) >= 0.985
    assert ((judged["hit"] / judged["gold"]) >= 0.965).all(), judged


@pytest.mark.parametrize("column", BARS)
def test_columns(judged, column):
    shares = judged[column] / judged[f"{column}_n"]
    assert judged[column].sum() / judged[f"{column}_n"].sum() >= BARS[column], shares
    assert (shares >= BARS[column] - FLOOR).all(), shares
