"""The way in: reports/index.html and reports/index.en.html, written from the manifest of the reports.

The pages show what each city's reports are, what they found, what they stand on, and which of them failed or are old.
They are written only when something they show has changed; until then nothing heavy is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from ..build import store
from ..project.folders import Project
from ..project.links import HOMES, LANGS, TABLES, VIEWS, document_link, table_file, workbook_file
from ..project.remote import replace_bytes, sizes
from .colophon import colophon
from .manifest import digest_of, package_digest, table_digest
from .pages import city_facts, fill

#: What lies beside the reports, see `publish.panel` and `publish.city_tables`.
DATA_FILES = ("panel.csv", "panel.xlsx", "panel.parquet", "datapackage.json", f"{TABLES}/README.md")


def write_index(project: Project, manifest: Mapping[str, Any], langs: Iterable[str] = tuple(LANGS)) -> None:
    """Write the entry page, reports/index.html in Chinese, and for each other language one beside it.

    `manifest` is what `render` left behind. A page that still says what it has to say is not touched.
    """
    wanted = [lang for lang in LANGS if lang == "zh" or lang in set(langs)]
    present = [lang for lang in LANGS if lang in wanted or (project.reports / HOMES[lang]).is_file()]
    key = digest_of([_shown(project, manifest), present])[:32]
    for lang in wanted:
        path = project.reports / HOMES[lang]
        if path.is_file() and f'data-key="{key}"' in path.read_text(encoding="utf-8"):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_bytes(path, _Page(project, manifest, lang, present, key).text().encode())


def _shown(project: Project, manifest: Mapping[str, Any]) -> list[Any]:
    """All that the pages show."""
    jobs = {name: {k: v for k, v in job.items() if k != "seconds"} for name, job in manifest.get("jobs", {}).items()}
    there = sorted(path.name for path in (project.reports / VIEWS).glob("*.html"))
    there += [name for name in DATA_FILES if (project.reports / name).is_file()]
    there += sorted(sizes(project.reports / TABLES))
    cities = (project.reference / "cities.yml").read_text(encoding="utf-8")
    rows = [store.document_list(project), store.rows_of(project, "figures")]
    return [manifest.get("built"), jobs, there, rows, cities, package_digest()]


class _Page:
    """One page in one language."""

    def __init__(
        self, project: Project, manifest: Mapping[str, Any], lang: str, present: Sequence[str], key: str
    ) -> None:
        from ..present.language import Words

        self.project, self.manifest, self.lang, self.present, self.key = project, manifest, lang, present, key
        self.words = Words(lang)
        self.jobs = [{"id": name, **job} for name, job in manifest.get("jobs", {}).items()]
        self.cities = city_facts(project, lang)
        self.counts = store.rows_of(project, "figures")
        self.documents: dict[str, list[dict[str, str]]] = {}
        for row in store.document_list(project):
            self.documents.setdefault(row["city"], []).append(row)

    def text(self) -> str:
        """The whole page."""
        from ..rendering.html.page import page

        w, editions = self.words, self._editions()
        body = fill(
            "index.html",
            w=w,
            key=self.key,
            kept=re.fullmatch(r"(\W+)(.*?)(\W+)", w("index_run_so_far")).groups(),  # type: ignore[union-attr]
            warnings=self._warnings(),
            cities=[self._city(city, documents) for city, documents in self.documents.items()],
            across=self._across(),
            data=[
                (w(f"index_file_{re.sub('[./]', '_', name)}"), name)
                for name in DATA_FILES
                if (self.project.reports / name).is_file()
            ],
            digests=editions.get("digest", 0),
        )
        built = self.manifest.get("built", "")
        return page(
            w("index_title"),
            body,
            lang=self.lang,
            description=w("index_description"),
            date=built[:10],
            head_facts=self._facts(editions),
            contents=False,
            fonts="./",
            alternate=[[LANGS[lang], HOMES[lang]] for lang in self.present if lang != self.lang],
            colophon=colophon(
                self.project,
                self.lang,
                f"{built.replace('T', ' ')[:16]} UTC" if built else "",
                table_digest(self.project),
            ),
        )

    def _facts(self, editions: Mapping[str, int]) -> list[list[str]]:
        """Label and value for the head of the page."""
        w = self.words
        figures = sum(self.counts.values())
        found = [[w("index_cities"), str(len(self.documents))], [w("index_documents"), str(sum(editions.values()))]]
        found += [[w("index_figures"), f"{figures:,}"]] if figures else []
        counts = (w("index_count", n=n, edition=w(f"edition_{edition}")) for edition, n in editions.items())
        return [*found, [w("index_text"), w("index_list_comma").join(counts)]]

    def _editions(self) -> dict[str, int]:
        """Edition → number of documents read in it."""
        used = [row["edition"] for rows in self.documents.values() for row in rows]
        return {edition: used.count(edition) for edition in ("digest", "published") if edition in used}

    def _warnings(self) -> list[dict[str, str]]:
        """What failed and what is old, for the reports in this language: a sentence, and the run so far."""
        w, found = self.words, []
        for job in self.jobs:
            if job.get("status") != "failed" or job.get("lang") != self.lang:
                continue
            error = job.get("error") or {}
            cause, where = str(error.get("cause", "")).rstrip(".。"), str(error.get("where") or "")
            if where:
                # The manifest says it in English: `cell 5 (a1b2)`.
                cell = re.fullmatch(r"cell (\d+) \((.*)\)", where)
                where = w("index_cell", number=cell[1], name=cell[2]) if cell else where
                cause = w("index_where", where=where, cause=cause)
            said = {"report": self._report_name(job), "cause": cause, "built": str(job.get("built", ""))[:10]}
            sentence = w("index_stale" if job.get("stale") else "index_failed", **said)
            found.append({"sentence": sentence, "kept": error.get("kept") or ""})
        return found

    # Reports

    def _report_name(self, job: Mapping[str, Any]) -> str:
        """The report in words: its city, or what it is on."""
        w, name = self.words, job.get("name", "")
        if job.get("city"):
            return w("index_city_report", city=self._city_name(job["city"]))
        if job.get("part"):
            chosen = w("index_list_comma").join(self._city_name(city) for city in job.get("cities") or [])
            return (
                w(f"index_report_{name}_of", cities=chosen) if w.has(f"index_report_{name}_of") else f"{name}: {chosen}"
            )
        return w(f"index_report_{name}") if w.has(f"index_report_{name}") else name

    def _city_name(self, city: str) -> str:
        return self.cities.get(city, {}).get("name") or city

    def _report(self, wanted: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """A report in this language, else in another one: its name, page, finding, links, and a mark where it lacks."""
        w = self.words
        found = (
            (job, lang)
            for lang in (self.lang, *(other for other in LANGS if other != self.lang))
            for job in self.jobs
            if job.get("lang") == lang and wanted(job) and (job.get("outputs") or lang == self.lang)
        )
        job, lang = next(found, ({}, self.lang))
        page = w("index_html") if lang == self.lang else w("index_html_in", language=LANGS[lang])
        labels = {"html": page, "pdf": "PDF", "notebook": w("index_notebook")}
        links = [(label, path) for form, label in labels.items() if (path := self._output(job, form))]
        mark = "stale" if links else "failed" if job.get("status") == "failed" else "missing"
        return {
            "name": self._report_name(job),
            "target": self._output(job, "html"),
            "finding": str(job.get("finding", "")) if lang == self.lang else "",
            "links": links,
            "mark": "" if links and not job.get("stale") else f"index_mark_{mark}",
        }

    def _output(self, job: Mapping[str, Any], form: str) -> str:
        """Where a form of a report lies, seen from reports/; "" where there is none."""
        path = str(job.get("outputs", {}).get(form, {}).get("path", ""))
        return path if path and (self.project.reports / path).is_file() else ""

    def _across(self) -> list[dict[str, Any]]:
        """The reports that are not on one city."""
        names = dict.fromkeys(job["id"].rpartition(".")[0] for job in self.jobs if not job.get("city"))
        wanted = (self._report(lambda job, name=name: job["id"].rpartition(".")[0] == name) for name in names)  # type: ignore[misc]
        return [report for report in wanted if report["name"]]

    # Cities

    def _city(self, city: str, documents: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """What the row of a city shows."""
        from ..present.palette import city_colour

        facts = self.cities.get(city, {})
        first = facts.get("class", "")
        return {
            "name": self._city_name(city),
            # The colour that the city has in all charts.
            "colour": city_colour(city, list(self.cities)) if city in self.cities else "var(--soft)",
            "about": self.words("index_dot").join(filter(None, (_capital(first), facts.get("resource")))),
            "sources": [self._source(row) for row in documents],
            "figures": f"{sum(self.counts.get(row['document'], 0) for row in documents):,}",
            "report": self._report(lambda job: job.get("name") == "city" and job.get("city") == city),
            **self._tables(city),
        }

    def _source(self, row: Mapping[str, str]) -> dict[str, str]:
        """Kind, date and edition of one document, with a link to its reading view."""
        w, view = self.words, document_link(row["document"], self.lang)
        return {
            "kind": _capital(w(f"genre_{row['genre']}")),
            "rest": w("index_comma").join((w.date(row["date"]), w(f"edition_{row['edition']}"))),
            "view": view if (self.project.reports / view).is_file() else "",
        }

    @cached_property
    def _table_files(self) -> set[str]:
        """The names of the files in reports/tables/."""
        return set(sizes(self.project.reports / TABLES))

    def _tables(self, city: str) -> dict[str, Any]:
        """The workbook and the CSV tables of a city that are there."""
        from ..project.registry import CITY_TABLES

        named = [(getattr(table, self.lang), table_file(city, name)) for name, table in CITY_TABLES.items()]
        book, there = workbook_file(city), self._table_files
        return {
            "workbook": f"{TABLES}/{book}" if book in there else "",
            "tables": [(label, f"{TABLES}/{file}") for label, file in named if file in there],
        }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
