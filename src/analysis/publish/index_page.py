"""The way in: reports/index.html and reports/index.en.html, written from the manifest of the reports.

The pages show what each city's reports are, what they found, what they stand on, and which of them failed or are old.
They are written only when something they show has changed; until then nothing heavy is loaded.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..project.folders import Project
from ..project.links import HOMES, LANGS, TABLES, VIEWS, document_link
from ..project.remote import sizes
from . import render

DATA_FILES = (*render.PANEL_FILES, f"{TABLES}/README.md")

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "资源型城市转型文本报告",
        "description": "中国资源型城市政策文本中的数字与主题：全部报告",
        "intro": "资源型城市在新闻发布会、访谈和政府工作报告中怎样讲述自己的转型？"
        "这里逐篇列出文中的每一个数字及其原句，归纳所谈的政策主题，并在城市之间比较。",
        "cities": "城市",
        "documents": "文献",
        "figures": "数字",
        "text": "所据文本",
        "cities_caption": "各城市所据文献、文中数字的个数和主要发现",
        "city": "城市",
        "sources": "来源",
        "finding": "发现",
        "reports": "报告",
        "across": "综合报告",
        "notebook": "笔记本",
        "html": "网页",
        "html_in": "网页（{language}）",
        "missing": "尚未生成",
        "stale_mark": "旧版",
        "failed_mark": "未生成",
        "warnings": "注意",
        "failed": "“{report}”未能生成：{cause}。",
        "stale": "“{report}”更新失败，现为 {built} 的旧版：{cause}。",
        "where": "{where}：{cause}",
        "cell": "第{number}个单元格（{name}）",
        "run_so_far": "（查看已运行的部分）",
        "digests": "{digests}篇文献现用摘编，不是原文：摘编保留原文的事实和数字，文字是本项目自己写的。"
        "因此关键词、词云等对措辞的度量，描述的是摘编。",
        "editions": "文本版本",
        "digest": "摘编",
        "published": "原文",
        "press_conference": "新闻发布会",
        "interview": "访谈",
        "government_work_report": "政府工作报告",
        "other": "其他",
        "declining": "衰退型",
        "mature": "成熟型",
        "growing": "成长型",
        "regenerating": "再生型",
        "comparator": "参照城市",
        "corpus": "语料概览",
        "comparison": "城市比较",
        "comparison_of": "城市比较：{cities}",
        "targets": "目标与承诺",
        "targets_of": "目标与承诺：{cities}",
        "validation": "检验",
        "city_report": "{city}报告",
        "built": "生成时间",
        "software": "软件",
        "commit": "提交 {commit}",
        "libraries": "运行环境",
        "tables": "数据表校验（SHA-256）",
        "comma": "，",
        "list_comma": "、",
        "dot": " · ",
        "count": "{n}篇{edition}",
        "no_reports": "还没有报告。",
        "data": "数据文件",
        "data_intro": "每次提到一项指标为一行：数值、单位、时期、状态、约束方式、来源和原句。",
        "panel.csv": "CSV（UTF-8）",
        "panel.xlsx": "Excel 工作簿，附变量说明和原句",
        "panel.parquet": "Parquet",
        "datapackage.json": "Frictionless 数据包说明",
        "tables/README.md": "城市数据表说明",
        "workbook": "Excel 工作簿",
        "csv": "CSV 数据表",
    },
    "en": {
        "title": "Texts of resource\u2011based cities in transition",
        "description": "Figures and themes in policy texts of China's resource-based cities: all reports",
        "intro": "How do China's resource-based cities tell of their transformation in press conferences, interviews "
        "and government work reports? These pages list every figure of each text with its sentence, code the policy "
        "themes, and compare the cities.",
        "cities": "Cities",
        "documents": "Texts",
        "figures": "Figures",
        "text": "Read from",
        "cities_caption": "Each city with its texts, the number of figures in them, and the main finding",
        "city": "City",
        "sources": "Sources",
        "finding": "Finding",
        "reports": "Report",
        "across": "Across the cities",
        "notebook": "Notebook",
        "html": "Web page",
        "html_in": "Web page ({language})",
        "missing": "not made yet",
        "stale_mark": "old",
        "failed_mark": "not made",
        "warnings": "Please note",
        "failed": "“{report}” could not be made: {cause}.",
        "stale": "“{report}” could not be renewed and is as of {built}: {cause}.",
        "where": "{where}: {cause}",
        "cell": "cell {number} ({name})",
        "run_so_far": " (see the run so far)",
        "digests": "Texts that are read as digests, not as published: {digests}. A digest carries the facts and "
        "figures of its source in words written for this project. Measures of wording, such as keywords and word "
        "clouds, therefore describe the digests.",
        "editions": "Editions",
        "digest": "digest",
        "published": "published text",
        "press_conference": "press conference",
        "interview": "interview",
        "government_work_report": "government work report",
        "other": "other",
        "declining": "declining",
        "mature": "mature",
        "growing": "growing",
        "regenerating": "regenerating",
        "comparator": "comparator",
        "corpus": "The texts",
        "comparison": "The cities compared",
        "comparison_of": "The cities compared: {cities}",
        "targets": "Targets and promises",
        "targets_of": "Targets and promises: {cities}",
        "validation": "How far to trust this",
        "city_report": "Report on {city}",
        "built": "Built",
        "software": "Software",
        "commit": "commit {commit}",
        "libraries": "Made with",
        "tables": "Tables (SHA-256)",
        "comma": ", ",
        "list_comma": ", ",
        "dot": " · ",
        "count": "{n} as {edition}",
        "no_reports": "No reports yet.",
        "data": "Data files",
        "data_intro": "One row per mention of an indicator: value, unit, period, status, how it binds, source and "
        "sentence.",
        "panel.csv": "CSV (UTF-8)",
        "panel.xlsx": "Excel workbook with codebook and sentences",
        "panel.parquet": "Parquet",
        "datapackage.json": "Frictionless data package",
        "tables/README.md": "About the tables of cities",
        "workbook": "Excel workbook",
        "csv": "CSV tables",
    },
}

# On a narrow screen the rows of the table of cities become cards; the names of the columns then stand in the cells.
STYLE = """<style>
.ix-cities td{vertical-align:top}
.ix-cities th span{border-left:.5em solid;padding-left:.5em}
.ix-cities .ix-finding{min-width:16em}
.ix-cities small,.ix-line{color:var(--soft);font-size:.875em}
.ix-cities p,.ix-list p{margin:0}
.ix-links a,.ix-csv a{white-space:nowrap}
.ix-csv summary{cursor:pointer}
.ix-csv ul{margin:0;padding-left:1.2em}
.ix-list{padding:0;list-style:none}
.ix-list li{margin:1rem 0}
.ix-alarm{border-left:3px solid var(--alarm);padding-left:1rem}
.ix-mark{color:var(--alarm)}
@media screen and (max-width:40rem){
.ix-cities,.ix-cities :is(caption,tbody,tr,td,th){display:block;width:auto;text-align:left}
.ix-cities{border-top:0}
.ix-cities tbody{border-top:1.5px solid var(--rule)}
.ix-cities thead,.ix-cities td:empty{display:none}
.ix-cities tr{padding:.75rem 0;border-bottom:1px solid var(--line)}
.ix-cities td,.ix-cities tbody th{padding:.15rem 0;border:0;min-width:0;white-space:normal}
.ix-cities td[data-label]::before{content:attr(data-label) " ";color:var(--soft);font-size:.875em}
}
</style>"""


def write_index(project: Project, manifest: Mapping[str, Any], langs: Iterable[str] = tuple(LANGS)) -> None:
    """Write the entry page, reports/index.html in Chinese, and for each other language one beside it.

    `manifest` is what `render` left behind. A page that still says what it has to say is not touched.
    """
    key = _key(project, manifest)
    wanted = [lang for lang in LANGS if lang == "zh" or lang in set(langs)]
    present = [lang for lang in LANGS if lang in wanted or (project.reports / HOMES[lang]).is_file()]
    for lang in wanted:
        path = project.reports / HOMES[lang]
        mark = f'data-key="{_sha256(key, *present)[:32]}"'
        if path.is_file() and mark in path.read_text(encoding="utf-8"):
            continue
        render.write_text(path, _Page(project, manifest, lang, present, mark).text())


def _sha256(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _key(project: Project, manifest: Mapping[str, Any]) -> str:
    """A digest of all that the pages show."""
    jobs = {name: {k: v for k, v in job.items() if k != "seconds"} for name, job in manifest.get("jobs", {}).items()}
    views = sorted(path.name for path in (project.reports / VIEWS).glob("*.html"))
    views += [name for name in DATA_FILES if (project.reports / name).is_file()]
    views += sorted(sizes(project.reports / TABLES))
    files = [project.sources, project.reference / "cities.yml", project.processed / "documents.csv"]
    return _sha256(
        json.dumps([manifest.get("built"), jobs, views, render.row_counts(project, "figures")], sort_keys=True),
        *(path.read_text(encoding="utf-8") if path.is_file() else "" for path in files),
        render.package_digest(),
    )


@dataclass
class _Page:
    """One page in one language."""

    project: Project
    manifest: Mapping[str, Any]
    lang: str
    present: Sequence[str]
    mark: str

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.lang]

    @cached_property
    def jobs(self) -> list[dict[str, Any]]:
        """The entries of the manifest with their ids."""
        return [{"id": name, **job} for name, job in self.manifest.get("jobs", {}).items()]

    @cached_property
    def documents(self) -> dict[str, list[dict[str, str]]]:
        """City → its documents, as they were built where they were, else as sources.csv lists them."""
        built = {row["document"]: row for row in render.read_rows(self.project.processed / "documents.csv")}
        found: dict[str, list[dict[str, str]]] = {}
        for row in render.source_rows(self.project):
            found.setdefault(row["city"], []).append({**row, **built.get(row["document"], {})})
        return found

    @cached_property
    def cities(self) -> dict[str, dict[str, str]]:
        """City → name, class and resource in this language."""
        return city_facts(self.project, self.lang)

    @cached_property
    def counts(self) -> dict[str, int]:
        return render.row_counts(self.project, "figures")

    def text(self) -> str:
        """The whole page."""
        from ..rendering.html.exporter import page

        words = self.words
        others = [[LANGS[lang], HOMES[lang]] for lang in self.present if lang != self.lang]
        body = [
            STYLE,
            f"<p {self.mark}>{_text(words['intro'])}</p>",
            self._warnings(),
            self._city_table(),
            self._across(),
            self._data(),
            self._editions(),
        ]
        return page(
            words["title"],
            "\n".join(filter(None, body)),
            lang=self.lang,
            description=words["description"],
            date=self.manifest.get("built", "")[:10],
            head_facts=self._facts(),
            contents=False,
            alternate=others,
            colophon=self._colophon(),
        )

    def _facts(self) -> list[list[str]]:
        """Label and value for the head of the page."""
        words = self.words
        documents = [row["document"] for rows in self.documents.values() for row in rows]
        figures = sum(self.counts.get(document, 0) for document in documents)
        found = [[words["cities"], str(len(self.documents))], [words["documents"], str(len(documents))]]
        found += [[words["figures"], f"{figures:,}"]] if figures else []
        return [*found, [words["text"], self._edition_counts()]]

    def _edition_counts(self) -> str:
        words = self.words
        return words["list_comma"].join(
            words["count"].format(n=count, edition=words[edition]) for edition, count in self._editions_in_use().items()
        )

    def _editions_in_use(self) -> dict[str, int]:
        """Edition → number of documents read in it."""
        used = [row.get("edition", "") for rows in self.documents.values() for row in rows]
        return {edition: used.count(edition) for edition in ("digest", "published") if edition in used}

    # Warnings

    def _warnings(self) -> str:
        """What failed and what is old, for the reports in this language."""
        failed = [job for job in self.jobs if job.get("status") == "failed" and job.get("lang") == self.lang]
        if not failed:
            return ""
        items = "".join(f"<li>{self._warning(job)}</li>" for job in failed)
        return f'<section class="ix-alarm"><h2>{_text(self.words["warnings"])}</h2><ul>{items}</ul></section>'

    def _warning(self, job: Mapping[str, Any]) -> str:
        words, error = self.words, job.get("error") or {}
        cause = str(error.get("cause", "")).rstrip(".。")
        where = str(error.get("where") or "")
        if where:
            # The manifest says it in English: `cell 5 (a1b2)`.
            cell = re.fullmatch(r"cell (\d+) \((.*)\)", where)
            where = words["cell"].format(number=cell[1], name=cell[2]) if cell else where
            cause = words["where"].format(where=where, cause=cause)
        sentence = words["stale" if job.get("stale") else "failed"].format(
            report=self._report_name(job), cause=cause, built=str(job.get("built", ""))[:10]
        )
        kept = error.get("kept")
        return _text(sentence) + (self._in_brackets(kept) if kept else "")

    def _in_brackets(self, target: str) -> str:
        """A link to the run so far; only what stands inside the brackets is the link."""
        before, words, after = re.fullmatch(r"(\W+)(.*?)(\W+)", self.words["run_so_far"]).groups()  # type: ignore[union-attr]
        return f'{before}<a href="{_text(target)}">{_text(words)}</a>{after}'

    def _report_name(self, job: Mapping[str, Any]) -> str:
        """The report in words: its city, or what it is on."""
        if job.get("city"):
            return self.words["city_report"].format(city=self._city_name(job["city"]))
        name = job.get("name", "")
        if job.get("part"):
            chosen = self.words["list_comma"].join(self._city_name(city) for city in job.get("cities") or [])
            return self.words.get(f"{name}_of", f"{name}: {{cities}}").format(cities=chosen)
        return self.words.get(name, name)

    def _city_name(self, city: str) -> str:
        return self.cities.get(city, {}).get("name") or city

    # The cities

    def _colour(self, city: str) -> str:
        """The colour that the city has in all charts."""
        from ..present.palette import city_colour

        return city_colour(city, list(self.cities)) if city in self.cities else "var(--soft)"

    def _city_table(self) -> str:
        words = self.words
        heads = "".join(
            f"<th{' class=num' if name == 'figures' else ''}>{_text(words[name])}</th>"
            for name in ("city", "sources", "figures", "finding", "reports")
        )
        rows = "".join(self._city_row(city, documents) for city, documents in self.documents.items())
        caption = f"<caption>{_text(words['cities_caption'])}</caption>"
        table = f'<table class="ix-cities">{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        return f"<h2>{_text(words['cities'])}</h2>{table}"

    def _city_row(self, city: str, documents: Sequence[Mapping[str, str]]) -> str:
        words, facts = self.words, self.cities.get(city, {})
        job, lang = self._best(lambda job: job.get("name") == "city" and job.get("city") == city)
        name = f'<span style="border-color:{self._colour(city)}">{_text(self._city_name(city))}</span>'
        target = self._output(job, "html")
        head = f'<a href="{_text(target)}">{name}</a>' if target else name
        first = facts.get("class", "")
        about = words["dot"].join(filter(None, (first[:1].upper() + first[1:], facts.get("resource"))))
        figures = sum(self.counts.get(row["document"], 0) for row in documents)
        finding = str(job.get("finding", "")) if lang == self.lang else ""
        cells = (
            ("sources", "", "".join(f"<p>{self._source(row)}</p>" for row in documents)),
            ("figures", "num", f"{figures:,}" if self.counts else ""),
            ("finding", "ix-finding", _text(finding)),
            ("reports", "ix-links", self._links(job, lang) + self._city_tables(city)),
        )
        row = "".join(
            f'<td class="{kind}" data-label="{_text(words[label])}">{content}</td>' for label, kind, content in cells
        )
        return f'<tr><th scope="row">{head}<br><small>{_text(about)}</small></th>{row}</tr>'

    def _source(self, row: Mapping[str, str]) -> str:
        """Kind, date and edition of one document, with a link to its reading view."""
        from ..present.language import Words

        words, genre, edition = self.words, row.get("genre", ""), row.get("edition", "")
        date = Words(self.lang).date(row["date"]) if row.get("date") else ""
        first = words.get(genre, genre)
        first = first[:1].upper() + first[1:]
        rest = words["comma"].join(filter(None, (date, words.get(edition, edition))))
        view = document_link(row["document"], self.lang)
        kind = _text(first)
        if (self.project.reports / view).is_file():
            kind = f'<a href="{_text(view)}">{kind}</a>'
        return f"{kind}<br><small>{_text(rest)}</small>"

    # Links

    def _best(self, wanted: Callable[[Mapping[str, Any]], bool]) -> tuple[dict[str, Any], str]:
        """The entry of a report in this language, else in another one, with its language."""
        for lang in (self.lang, *(other for other in LANGS if other != self.lang)):
            for job in self.jobs:
                if job.get("lang") == lang and wanted(job) and (job.get("outputs") or lang == self.lang):
                    return job, lang
        return {}, self.lang

    def _links(self, job: Mapping[str, Any], lang: str) -> str:
        """Links to the forms of a report."""
        words = self.words
        page = words["html"] if lang == self.lang else words["html_in"].format(language=LANGS[lang])
        labels = {"html": page, "pdf": "PDF", "notebook": words["notebook"]}
        found = [
            f'<a href="{_text(path)}">{_text(label)}</a>'
            for form, label in labels.items()
            if (path := self._output(job, form))
        ]
        if job.get("stale") or not found:
            mark = "stale_mark" if found else "failed_mark" if job.get("status") == "failed" else "missing"
            found.append(f'<span class="ix-mark">{_text(words[mark])}</span>')
        return words["dot"].join(found)

    @cached_property
    def tables(self) -> set[str]:
        """The names of the files in reports/tables/."""
        return set(sizes(self.project.reports / TABLES))

    def _city_tables(self, city: str) -> str:
        """Links to the workbook and the CSV tables of a city that are there."""
        from ..project.registry import CITY_TABLES
        from .city_tables import csv_name, workbook_name

        def link(file: str, label: str) -> str:
            return f'<a href="{_text(f"{TABLES}/{file}")}">{_text(label)}</a>' if file in self.tables else ""

        workbook = link(workbook_name(city), self.words["workbook"])
        named = ((name, table.zh if self.lang == "zh" else table.en) for name, table in CITY_TABLES.items())
        items = "".join(f"<li>{found}</li>" for name, label in named if (found := link(csv_name(city, name), label)))
        lists = f'<details class="ix-csv"><summary>{_text(self.words["csv"])}</summary><ul>{items}</ul></details>'
        return (f"<p>{workbook}</p>" if workbook else "") + (lists if items else "")

    def _output(self, job: Mapping[str, Any], form: str) -> str:
        """Where a form of a report lies, seen from reports/; "" where there is none."""
        path = str(job.get("outputs", {}).get(form, {}).get("path", ""))
        return path if path and (self.project.reports / path).is_file() else ""

    def _across(self) -> str:
        """The reports that are not on one city."""
        names = list(dict.fromkeys(job["id"].rpartition(".")[0] for job in self.jobs if not job.get("city")))
        items = []
        for name in names:
            job, lang = self._best(lambda job, name=name: job["id"].rpartition(".")[0] == name)  # type: ignore[misc]
            if job:
                items.append(f"<li>{self._entry(job, lang)}</li>")
        if not items:
            return ""
        return f'<h2>{_text(self.words["across"])}</h2><ul class="ix-list">{"".join(items)}</ul>'

    def _entry(self, job: Mapping[str, Any], lang: str) -> str:
        name, target = _text(self._report_name(job)), self._output(job, "html")
        head = f'<a href="{_text(target)}">{name}</a>' if target else name
        finding = f"<p>{_text(str(job['finding']))}</p>" if job.get("finding") and lang == self.lang else ""
        return f'<p><strong>{head}</strong></p>{finding}<p class="ix-line ix-links">{self._links(job, lang)}</p>'

    def _data(self) -> str:
        """The files of the panel that lie beside the reports, and what explains the tables of cities."""
        words = self.words
        found = [name for name in DATA_FILES if (self.project.reports / name).is_file()]
        if not found:
            return ""
        links = words["dot"].join(f'<a href="{_text(name)}">{_text(words[name])}</a>' for name in found)
        intro = f"<p>{_text(words['data_intro'])}</p>"
        return f'<h2>{_text(words["data"])}</h2>{intro}<p class="ix-line ix-links">{links}</p>'

    def _editions(self) -> str:
        """What it means that digests are in use."""
        digests = self._editions_in_use().get("digest", 0)
        if not digests:
            return ""
        sentence = self.words["digests"].format(digests=digests)
        return f"<h2>{_text(self.words['editions'])}</h2><p>{_text(sentence)}</p>"

    def _colophon(self) -> list[list[str]]:
        words, versions = self.words, render.library_versions()
        commit = render.git_commit(self.project.root)
        built = str(self.manifest.get("built", "")).replace("T", " ")[:16]
        libraries = words["comma"].join(f"{name} {versions[name]}" for name in render.NAMED_LIBRARIES)
        rows = [
            ["built", f"{built} UTC" if built else ""],
            ["software", render.software(words["comma"], words["commit"].format(commit=commit) if commit else "")],
            ["libraries", libraries],
            ["tables", render.table_digest(self.project)[:16]],
        ]
        return [[words[name], value] for name, value in rows if value]


def city_facts(project: Project, lang: str) -> dict[str, dict[str, str]]:
    """City → `name`, `class` and `resource` in a language, from data/reference/cities.yml; "" where it has none."""
    from ..texts.sources import read_cities

    words, found = WORDS[lang], {}
    for key, city in read_cities(project).items():
        kind = str(city.get("class") or "")
        resource = str(city.get(f"resource_{lang}") or city.get("resource") or "")
        found[key] = {"name": city[f"name_{lang}"], "class": words.get(kind, kind), "resource": resource}
    return found


def _text(text: Any) -> str:
    return html.escape(str(text))
