"""Scores against gold tables that are not part of the project; skipped where they are absent."""

from __future__ import annotations

import importlib.util
import json

import pandas as pd
import pytest
from conftest import ROOT

from analysis.extract.coding import load_scheme
from analysis.extract.figures import tabulate
from analysis.extract.figures.units import read_units
from analysis.project.folders import Project
from analysis.texts.clean import clean
from analysis.texts.sources import read_sources

GOLD = ["qitaihe-2019", "qiqihar-2022", "hebi-2024"]


def scores(shared, document, text):
    """(scores, missed, spurious) of the figures of `text` against the gold table of `document`."""
    spec = importlib.util.spec_from_file_location("score", shared / "gold/score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    row = read_sources(Project(ROOT)).set_index("document").loc[document]
    passages, _ = clean(text, document)
    reference = ROOT / "data/reference"
    table = tabulate(
        passages,
        document=document,
        city=row["city"],
        date=row["date"],
        genre=row["genre"],
        units=read_units(reference / "units.csv"),
        scheme=load_scheme(reference / "themes.yml"),
    )
    predicted = json.loads(table.astype(object).where(pd.notna(table), None).to_json(orient="records"))
    result, missed, spurious, _ = score.score(score.load(shared / f"gold/{document}.jsonl"), predicted)
    return result, missed, spurious


@pytest.mark.parametrize("document", GOLD)
def test_figures_of_the_published_text(shared, document):
    result, missed, spurious = scores(
        shared, document, (shared / f"sources/{document}.txt").read_text(encoding="utf-8")
    )
    assert result["f1"] >= 0.95, (result, [r["mention"] for r in missed], [r["mention"] for r in spurious])


@pytest.mark.parametrize("document", GOLD)
def test_the_digest_carries_every_figure(shared, document):
    result, missed, _ = scores(shared, document, (ROOT / f"data/raw/{document}.txt").read_text(encoding="utf-8"))
    assert result["recall"] >= 0.99, [r["mention"] for r in missed]
