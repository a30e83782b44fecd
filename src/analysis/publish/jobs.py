"""Jobs: notebooks × parameters × languages. A *job* is one notebook with one set of parameters in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..build import store
from ..project.errors import InputError, unknown
from ..project.folders import Project
from ..project.links import LANGS, report_name

#: Which parameters a notebook takes: `city` is run for each city, `cities` once with all of them, `once` with neither.
NOTEBOOKS = {
    "01_corpus": "once",
    "02_city": "city",
    "03_comparison": "cities",
    "04_targets": "cities",
    "05_validation": "once",
}
#: So many cities a notebook needs; the others can be made for one.
FEWEST_CITIES = {"03_comparison": 2}
#: Folders that a notebook reads beside the tables and data/reference, seen from the project's root.
FOLDERS = {"05_validation": ("tests/gold",)}
FORMATS = ("html", "pdf")


@dataclass(frozen=True)
class Job:
    """One notebook with one set of parameters in one language, and the formats to write."""

    notebook: str
    lang: str
    city: str | None = None
    cities: tuple[str, ...] | None = None
    part: bool = False
    formats: tuple[str, ...] = FORMATS

    @property
    def name(self) -> str:
        """The short name of the notebook: `city` for 02_city."""
        return short_name(self.notebook)

    @property
    def _named(self) -> tuple[str, ...]:
        """The notebook and what the report is on; a choice of cities gives a name of its own."""
        chosen = (self.city,) if self.city else self.cities if self.part and self.cities else ()
        return (self.name, *chosen)

    @property
    def stem(self) -> str:
        """The name of the report without language and suffix: `city-hebi`."""
        return "-".join(self._named)

    @property
    def id(self) -> str:
        """The name of the report: `city-hebi.zh`."""
        return report_name(self.stem, self.lang)

    @property
    def label(self) -> str:
        """The job in words for logs: `city hebi zh`."""
        return " ".join((*self._named, self.lang))

    @property
    def parameters(self) -> dict[str, Any]:
        """What papermill injects."""
        given: dict[str, Any] = {"city": self.city} if self.city else {}
        if self.cities is not None:
            given["cities"] = list(self.cities)
        return {**given, "lang": self.lang}

    @property
    def notebook_output(self) -> str:
        """Where the executed notebook goes, seen from reports/."""
        return f"notebooks/{self.id}.ipynb"

    @property
    def failed_output(self) -> str:
        """Where the partly executed notebook of a failed run goes, seen from reports/."""
        return f"failed/{self.id}.ipynb"


def short_name(notebook: str) -> str:
    """`city` for `02_city`."""
    return re.sub(r"^\d+_", "", notebook)


def plan(
    project: Project,
    notebooks: Iterable[str] | None = None,
    cities: Iterable[str] | None = None,
    langs: Iterable[str] = tuple(LANGS),
    formats: Iterable[str] = FORMATS,
) -> list[Job]:
    """The jobs for these notebooks (number, stem or short name), cities, languages, formats; all where none is given.

    Cities without notebooks select the reports on those cities. A comparison of some of the cities gets a name of
    its own and does not take the place of the full one. What too few cities have a text for is left out; it is an
    InputError where it was asked for by name. Raises InputError for a name that is not known, and where the tables
    were not built.
    """
    present = list(documents_by_city(project))
    keys = [name if name in present else _city_key(project, name) for name in cities or ()]
    chosen = _known("city", keys, present, project.shown(project.sources))
    stems = _chosen_notebooks(project, notebooks)
    if chosen and not notebooks:
        stems = [stem for stem in stems if NOTEBOOKS[stem] == "city"]
    langs = _known("language", langs, LANGS) or list(LANGS)
    made = tuple(_known("format", formats, FORMATS) or FORMATS)
    ordered = tuple(city for city in present if not chosen or city in chosen)
    short = [stem for stem in stems if len(ordered) < FEWEST_CITIES.get(stem, 1)]
    if short and notebooks:
        needed, cure = FEWEST_CITIES.get(short[0], 1), "add texts with 'resource-cities add'"
        if needed <= len(present):
            cure = f"name more of: {', '.join(present)}"
        cities_there = f"{len(ordered)} {'is' if len(ordered) == 1 else 'are'} given"
        raise InputError(f"'{short_name(short[0])}' takes {needed} cities or more, {cities_there}", cure=cure)
    stems = [stem for stem in stems if stem not in short]
    return [job for stem in stems for job in _jobs_of(stem, ordered, len(ordered) < len(present), langs, made)]


def left_out(project: Project) -> list[str]:
    """A line for each notebook that a full run leaves out because too few cities have a text."""
    count = len(documents_by_city(project))
    return [
        f"{short_name(stem)} left out: it takes {FEWEST_CITIES.get(stem, 1)} cities or more, there are {count}"
        for stem in _chosen_notebooks(project, None)
        if count < FEWEST_CITIES.get(stem, 1)
    ]


def documents_by_city(project: Project) -> dict[str, list[str]]:
    """City → its built documents, both in the order of sources.csv."""
    found: dict[str, list[str]] = {}
    for row in store.document_list(project):
        found.setdefault(row["city"], []).append(row["document"])
    return found


def _city_key(project: Project, name: str) -> str:
    """The key of the city that `name` stands for in Chinese, English or as a code; an unknown name as it is."""
    from ..texts.cities import read_cities
    from ..texts.plan_places import known_city

    return known_city(read_cities(project), name) or name


def _jobs_of(
    stem: str, cities: tuple[str, ...], part: bool, langs: list[str], formats: tuple[str, ...]
) -> Iterator[Job]:
    """The jobs of one notebook."""
    kind = NOTEBOOKS[stem]
    for city in cities if kind == "city" else (None,):
        for lang in langs:
            all_of_them = cities if kind == "cities" else None
            yield Job(stem, lang, city, all_of_them, part and kind == "cities", formats)


def _known(kind: str, names: Iterable[str] | None, choices: Iterable[str], path: str | None = None) -> list[str]:
    """The names in their order, each once; InputError for one that is not among `choices`."""
    choices = list(choices)
    found = list(dict.fromkeys(names or ()))
    for name in found:
        if name not in choices:
            raise unknown(kind, name, choices, path=path)
    return found


def _chosen_notebooks(project: Project, names: Iterable[str] | None) -> list[str]:
    """The stems for `names`, all that the project has where there are none; in the order of the table."""
    stems = [stem for stem in NOTEBOOKS if (project.notebooks / f"{stem}.ipynb").is_file()]
    folder = project.shown(project.notebooks)
    if not stems:
        raise InputError("no notebook here", cure=f"restore {next(iter(NOTEBOOKS))}.ipynb", path=folder)
    spellings = {spelling: stem for stem in stems for spelling in _spellings(stem)}
    chosen = set()
    for name in names or stems:
        stem = spellings.get(Path(name).name.removesuffix(".ipynb"))
        if stem is None:
            raise unknown("notebook", name, [short_name(stem) for stem in stems], path=folder)
        chosen.add(stem)
    return [stem for stem in stems if stem in chosen]


def _spellings(stem: str) -> tuple[str, ...]:
    """The ways to name a notebook: `02_city`, `city`, `02`, `2`."""
    number = stem.partition("_")[0]
    return stem, short_name(stem), number, number.lstrip("0")
