"""Parameters of notebooks: cities by any of their names, and one line for what cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import open_corpus, page
from analysis.project.errors import InputError


@pytest.fixture
def two(small_project: Path) -> Path:
    return small_project


@pytest.mark.parametrize(
    ("given", "cities"),
    [
        ({"city": "yunling"}, ["yunling"]),
        ({"city": "云岭"}, ["yunling"]),
        ({"city": "云岭市"}, ["yunling"]),
        ({"city": "Hewan"}, ["hewan"]),
        ({"cities": "河湾,云岭"}, ["yunling", "hewan"]),
        ({"cities": ["Hewan", " 云岭 "]}, ["yunling", "hewan"]),
        ({"cities": ("hewan",)}, ["hewan"]),
        ({"cities": None}, ["yunling", "hewan"]),
        ({"cities": ""}, ["yunling", "hewan"]),
    ],
)
def test_a_city_goes_by_any_of_its_names(two: Path, given: dict, cities: list[str]) -> None:
    assert page.open(lang="zh", **given).cities == cities


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"cities": 3}, "cities=3 is no list of words; write cities='yunling,…'"),
        ({"cities": {"yunling": 1}}, "is no list of words"),
        ({"cities": ["yunling", 3]}, "is no list of words"),
        ({"cities": True}, "cities=True is no list of words"),
        ({"city": 3}, "city=3 is no name of a city; write city='yunling', in quotes"),
        ({"city": ["yunling"]}, "is no name of a city"),
        ({"city": None}, "city=None is no name of a city"),
        ({"city": "nowhere"}, "unknown city 'nowhere'"),
        ({"cities": "云岭,乌有"}, "unknown city '乌有'"),
        ({"cities": "云岭", "least_cities": 2}, "a comparison takes two cities or more"),
        ({"cities": None, "indicators": 7}, "indicators=7 is no list of words"),
        ({"cities": None, "indicators": "gdp_growht"}, "unknown indicator 'gdp_growht', did you mean 'gdp_growth'?"),
        ({"cities": None, "folder": ["a", "b"]}, "folder=['a', 'b'] is no path"),
        ({"cities": None, "lang": 5}, "unknown language '5'"),
        (
            {"cities": None, "history": ["", "# Parameters\nciti = 1\n"]},
            "unknown parameter 'citi', did you mean 'cities'?",
        ),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line(two: Path, given: dict, told: str) -> None:
    with pytest.raises(InputError) as raised:
        page.open(**{"lang": "zh", **given})
    assert told in str(raised.value) and "\n" not in str(raised.value)


def test_a_corpus_is_asked_for_cities_by_any_name(two: Path) -> None:
    corpus = open_corpus()
    assert set(corpus.of("河湾").documents["city"]) == {"hewan"}
    assert len(corpus.of("云岭市", "Hewan").documents) == 2
