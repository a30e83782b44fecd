"""The findings of the comparison name industries and means, are put together from the tables, and differ where the
cities do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analysis import compare, page

ROOT = Path(__file__).parents[1]
CHOICES = (("hebi", "pingdingshan"), ("qitaihe", "qiqihar"), ("hebi", "qitaihe", "qiqihar"))


@pytest.fixture(scope="module")
def digests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the digests of this one, built in a folder of its own."""
    folder = tmp_path_factory.mktemp("digests")
    for part in ("data/raw", "data/reference", "notebooks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("published"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_findings_name_industries_and_means_of_the_cities(
    digests: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(digests))
    said = []
    for cities in CHOICES:
        p = page.open(cities=list(cities), least_cities=2, lang=lang)
        texts = p.corpus.of(*p.cities)
        p.front(
            "comparison", texts, pathways=compare.contrasts(compare.code_shares(texts, scheme="pathway")), themes=[]
        )
        industries, strategy = compare.industries(texts), compare.strategy_matrix(texts)
        named = p.prose.markdown("{{ m.bets(t) }} {{ m.shared_bets(t) }}", {"t": industries})
        means = p.prose.markdown("{{ m.works(t, c) }}", {"t": strategy, "c": p.comparators})
        for city in cities:
            own = industries[(industries["city"] == city) & (industries["industry"] != "other")].iloc[0]
            assert p.names.city(city) in named and p.names.city(city) in means
            assert p.names.name(own["industry"]).lower() in named.lower()
            leading = strategy[
                (strategy["city"] == city) & (strategy["dimension"] == "platforms") & (strategy["rank"] == 1)
            ]
            assert leading["name"].iloc[0].strip("“”") in means.replace("\\", "")
        lone = industries[(industries["shared"] == "one") & (industries["industry"] != "other")]
        assert lone.empty or any(p.names.name(code).lower() in named.lower() for code in lone["industry"])
        said.append((named, means))
    assert len(set(said)) == len(CHOICES)
