"""Industries by class, city and role; how far cities name the same; the chart."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cosine as scipy_cosine

from analysis import charts, compare, open_corpus
from analysis.extract.entities import load_industries
from analysis.project.errors import InputError

ROOT = Path(__file__).parents[1]
CLASSES = load_industries(ROOT / "data" / "reference" / "industries.yml")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("现代煤化工产业园", "chemicals"),
        ("云岭石墨新材料", "new_materials"),
        ("新能源装备制造业", "new_energy"),
        ("冰雪装备制造", "tourism_culture"),
        ("矿山机械", "machinery"),
        ("跨境电商", "logistics_trade"),
        ("生物能源产业", "new_energy"),
        ("云岭大学", None),
    ],
)
def test_the_class_of_a_name_is_that_of_its_last_word(name: str, code: str | None) -> None:
    assert CLASSES.of(name) == code


def test_a_word_stands_once_and_a_group_must_be_known(tmp_path: Path) -> None:
    head = "coal:\n  name_zh: 煤\n  name_en: Coal\n  group: resource\n  terms: [煤炭]\n  products: [煤]\n"
    path = tmp_path / "industries.yml"
    for more, told in (
        (
            "oil:\n  name_zh: 油\n  name_en: Oil\n  group: resource\n  terms: [煤炭]\n  products: []\n",
            "'煤炭' stands under coal",
        ),
        ("oil:\n  name_zh: 油\n  name_en: Oil\n  group: young\n  terms: [油]\n  products: []\n", "young"),
    ):
        path.write_text(head + more, encoding="utf-8")
        with pytest.raises(InputError, match=told):
            load_industries(path)


def made(entities: list[tuple[str, str, str, str, str | None]]) -> SimpleNamespace:
    """A corpus of our own: (city, name, class, status, verb) of each mention, one sentence each."""
    rows = [
        {"document": city, "city": city, "passage": 1, "sentence": n, "name": name, "head": name, "kind": "industry",
         "verb": verb, "status": status, "industry": code}
        for n, (city, name, code, status, verb) in enumerate(entities, 1)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    sentences = table[["document", "sentence"]].assign(kind="body", text="云岭石墨产能居世界第一，投资3亿元。")
    figures = pd.DataFrame({"document": table["document"], "sentence": table["sentence"], "mention": "3亿元"})
    documents = pd.DataFrame({"document": table["city"].unique(), "city": table["city"].unique()})
    return SimpleNamespace(
        entities=table, sentences=sentences, figures=figures, documents=documents, industries=CLASSES
    )


TEXTS = made(
    [
        ("aa", "煤炭", "coal", "achieved", "升级"),
        ("aa", "石墨", "new_materials", "achieved", "发展"),
        ("aa", "石墨烯", "new_materials", "planned", "建设"),
        ("bb", "石墨", "new_materials", "achieved", None),
        ("bb", "冰雪旅游", "tourism_culture", "achieved", "培育"),
    ]
)


def test_roles_shares_and_quotients() -> None:
    table = compare.industries(TEXTS).set_index(["city", "industry"])  # type: ignore[arg-type]
    assert table.loc[("aa", "coal"), "role"] == "upgraded"
    assert table.loc[("aa", "new_materials"), ["emerging", "planned"]].tolist() == [1, 1]
    assert table.loc[("bb", "new_materials"), "role"] == "base"
    assert table["shared"].to_dict() == {
        ("aa", "coal"): "one", ("aa", "new_materials"): "all",
        ("bb", "new_materials"): "all", ("bb", "tourism_culture"): "one",
    }  # fmt: skip
    # (2/3) / (3/5), by hand
    assert table.loc[("aa", "new_materials"), "quotient"] == pytest.approx((2 / 3) / (3 / 5), abs=1e-9)
    assert table.loc[("aa", "coal"), ["claims", "investment"]].tolist() == ["居世界第一", "3亿元"]


def test_overlap_equals_its_references() -> None:
    pair = compare.industry_overlap(compare.industries(TEXTS)).iloc[0]  # type: ignore[arg-type]
    assert pair["jaccard"] == pytest.approx(1 / 3, abs=1e-9)
    assert pair["cosine"] == pytest.approx(1 - scipy_cosine([1, 2, 0], [0, 1, 1]), abs=1e-9)
    assert pair["few"]


def test_one_city_shares_with_nobody() -> None:
    table = compare.industries(made([("aa", "煤炭", "coal", "achieved", None)]))  # type: ignore[arg-type]
    assert table["shared"].tolist() == ["some"]
    assert compare.industry_overlap(table).empty


def test_the_map_has_a_part_for_each_way_of_sharing() -> None:
    table = compare.industries(TEXTS)  # type: ignore[arg-type]
    figure = charts.industry_map(table, title="云岭", names={"all": "都提到", "one": "只有一个"})
    words = {text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))}
    assert {"都提到", "只有一个", "2", "1"} <= words
    assert np.isfinite(figure.get_size_inches()).all()


def test_the_small_project_has_industries(small_project: Path) -> None:
    table = compare.industries(open_corpus())
    assert set(table["industry"]) <= set(CLASSES.classes)
    assert (table[["base", "upgraded", "emerging", "planned"]].sum(axis=1) == table["count"]).all()
