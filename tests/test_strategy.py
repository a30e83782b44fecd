"""The strategy matrix: which means stand in which cell, and in what order."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import open_corpus
from analysis.build.corpus import Corpus
from analysis.compare.strategy import strategy_matrix
from analysis.extract.dimensions import FIGURE, FORMULA, load_dimensions
from analysis.project.errors import InputError


@pytest.fixture
def corpus(small_project: Path) -> Corpus:
    """The two cities of the small project."""
    return open_corpus()


KNOWN = {
    "kinds": ("park", "firm", FIGURE, FORMULA),
    "groups": ("resource",),
    "classes": ("coal",),
    "themes": ("industry",),
    "pathways": ("industry_renewal",),
}
HEAD = "parks:\n  name_zh: 园区\n  name_en: Parks\n  definition_zh: 园区\n  definition_en: Parks\n  rules:\n"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("    - {kinds: [parc]}\n", "parc"),
        ("    - {themes: [industry]}\n", "kinds is absent"),
        ("    - {kinds: []}\n", "names nothing"),
        ("    - {kinds: [park], colour: red}\n", "colour"),
        ("    - {kinds: [park], weight: 0}\n", "weight"),
    ],
)
def test_what_is_wrong_with_the_dimensions_is_said_with_its_line(tmp_path: Path, rules: str, told: str) -> None:
    path = tmp_path / "dimensions.yml"
    path.write_text(HEAD + rules, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_dimensions(path, KNOWN)
    assert told in str(raised.value)
    assert "dimensions.yml:7" in str(raised.value)


def test_every_cell_is_ranked_and_stands_on_its_characters(corpus: Corpus) -> None:
    table = strategy_matrix(corpus)
    assert set(table["dimension"]) <= set(corpus.dimensions)
    texts = corpus.passages.set_index(["document", "passage"])["text"]
    for row in table[~table["kind"].isin([FIGURE, FORMULA])].itertuples():
        assert texts[row.document, row.passage][row.start : row.end] in row.text
    for _, cell in table.groupby(["dimension", "city"]):
        assert cell["rank"].tolist() == list(range(1, len(cell) + 1))
        assert cell["score"].is_monotonic_decreasing
        assert cell["key"].is_unique


def test_what_only_one_city_has_is_named_by_no_other(corpus: Corpus) -> None:
    table = strategy_matrix(corpus)
    for row in table[table["only_here"].fillna(False)].itertuples():
        others = corpus.entities[(corpus.entities["key"] == row.key) & (corpus.entities["city"] != row.city)]
        assert others.empty
