"""The page: what a notebook opens to show tables, charts and sentences in one language.

    p = page.open(city=city, lang=lang, history=In)
    texts = p.corpus.of(*p.cities)
    shares = compare.code_shares(texts, scheme="theme")
    p.front("city", texts, shares=shares)
    p.heading("themes")
    p.show(charts.share_dots(shares, **p.labels("themes", t=shares)), "themes", t=shares)
    p.say("themes", t=shares)
    p.table(shares, "code", "count", "share")

`key` names a section of strings/zh.yml and strings/en.yml; where a text of one's own is wanted, it stands in place of
the key: `p.say("{{ t[0].city|city }} {{ t[0].share|percent }}", t=mine)`. What the templates are given (`t=…`) are
tables or single values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import pandas as pd
from IPython.display import display
from markupsafe import Markup
from matplotlib.figure import Figure

from ..build.corpus import Corpus, open_corpus
from ..project.errors import InputError, unknown
from ..project.links import document_link
from ..texts.plan_places import known_city
from .columns import Column, column, rows_of, side_of
from .language import LANGUAGES
from .names import Names, decimal
from .prose import Prose, literal
from .tables import Cell, show_table

MIME = "application/vnd.resource-cities.report+json"
#: A matrix has room for so many columns; with more it is turned, and where that does not help either, left out.
WIDE = 9
#: A table whose cells list lies across in print from more columns on.
_PORTRAIT = 3
#: Up to so many cities, every one of them is named in sentences and tables.
FEW = 6
_ALL: Any = object()


def open(  # noqa: A001 - called as page.open
    *,
    lang: str,
    city: Any = _ALL,
    cities: Any = _ALL,
    indicators: Any = _ALL,
    least_cities: int = 1,
    history: Sequence[str] = (),
    **others: Any,
) -> Page:
    """Open a page after checking the parameters of its notebook and building what has changed.

    In: `lang` (zh or en); `city`, one city of cities.yml with a document by any of its names (key, Chinese, English,
    code), or `cities`, several (a list, or joined by commas; None for all), at least `least_cities`; `indicators`, keys
    of indicators.yml likewise; `history`, IPython's `In`, in which parameters that papermill was given are looked for;
    `others`, the further parameters of the notebook, of which `folder` and `outcomes`, paths, are checked. Raises
    InputError for a parameter that the notebook does not have (papermill itself goes on with the default), one of a
    wrong type, and for an unknown language, city or indicator.
    """
    given = {"city": city, "cities": cities, "indicators": indicators}
    declared = [*(name for name, value in given.items() if value is not _ALL), *others, "lang"]
    _check_parameters(declared, history)
    if lang not in LANGUAGES:
        raise unknown("language", str(lang), LANGUAGES)
    for name, example in (("folder", "texts"), ("outcomes", "statistics.csv")):
        path_given = others.get(name)
        if not (path_given is None or isinstance(path_given, str | PathLike)):
            raise InputError(f"{name}={path_given!r} is no path", cure=f"write {name}='{example}' or {name}=None")
    corpus = open_corpus()
    present = [key for key in corpus.cities if key in set(corpus.documents["city"])]
    sources = corpus.project.shown(corpus.project.sources)
    if city is not _ALL and not isinstance(city, str):
        raise InputError(f"city={city!r} is no name of a city", cure=f"write city='{present[0]}', in quotes")
    named = [city] if city is not _ALL else _words("cities", cities, present)
    keys_of = {name: known_city(corpus.cities, name) or name for name in named}
    chosen = _chosen("city", [keys_of[name] for name in named], present, sources)
    if len(chosen) < least_cities:
        number = {2: "two cities"}.get(least_cities, f"{least_cities} cities")
        raise InputError(f"a comparison takes {number} or more", cure=f"use some of: {', '.join(present)}")
    path = corpus.project.shown(corpus.project.reference / "indicators.yml")
    known = list(corpus.dictionary)
    keys = _chosen("indicator", _words("indicators", indicators, known), known, path) if indicators is not _ALL else []
    return Page(corpus, lang, chosen, keys, city is not _ALL)


def _words(name: str, given: Any, choices: Sequence[str]) -> list[str]:
    """The words of a parameter that is a list, or words joined by commas, or None for all. Raises InputError."""
    if given is _ALL or given is None:
        return []
    words = given.split(",") if isinstance(given, str) else given
    if not isinstance(words, list | tuple | set | frozenset) or not all(isinstance(word, str) for word in words):
        cure = f"write {name}='{choices[0]},…', a list of words or {name}=None"
        raise InputError(f"{name}={given!r} is no list of words", cure=cure)
    return [word.strip() for word in words if word.strip()]


def _chosen(kind: str, given: Sequence[str], choices: Sequence[str], path: Any) -> list[str]:
    """Those of `choices` that are given, in their order; all where nothing is."""
    wanted = set(given)
    for word in sorted(wanted):
        if word not in choices:
            raise unknown(kind, word, choices, path=path)
    return [choice for choice in choices if choice in wanted or not wanted]


def _check_parameters(declared: Iterable[str], history: Sequence[str]) -> None:
    """Refuse a parameter that the notebook does not have; papermill's cell of given ones begins with `# Parameters`."""
    declared = list(declared)
    for cell in history:
        if not cell.startswith("# Parameters"):
            continue
        for node in ast.parse(cell).body:
            for target in node.targets if isinstance(node, ast.Assign) else []:
                if isinstance(target, ast.Name) and target.id not in declared:
                    raise unknown("parameter", target.id, declared)


class Page:
    """One language, the names, links and the source line: `heading, say, show, table, labels, front, method`.

    `corpus`: all documents; `cities`: the chosen ones, `present` all that have a document; `few`: so many of them are
    named one by one; `indicators`: the chosen ones. The source line speaks of the documents that `front` was given.
    """

    def __init__(
        self, corpus: Corpus, lang: str, cities: Sequence[str], indicators: Sequence[str] = (), single: bool = False
    ) -> None:
        self.corpus, self.lang = corpus, lang
        self.cities, self.indicators, self.single = list(cities), list(indicators), single
        self.present = [city for city in corpus.cities if city in set(corpus.documents["city"])]
        self.few = FEW
        self._section = ""
        self._stand_on(corpus.of(*self.cities))

    @property
    def comparators(self) -> list[str]:
        """The chosen cities that are no resource-based ones (class comparator in cities.yml)."""
        return [city for city in self.cities if self.corpus.cities[city].get("class") == "comparator"]

    def _stand_on(self, texts: Corpus) -> None:
        """From here on, names, links and the source line are those of `texts`."""
        self.texts, self.names = texts, Names(texts, self.lang)
        marked: dict[str, Callable[..., Any]] = {"linked": self._linked, "cited": self._cited}
        self.prose = Prose(self.lang, _filters(self.names), marked)

    def _linked(self, words: Markup, markdown: bool, row: Any) -> Markup:
        """Words that lead to where a row stands: a figure, or the passage of a piece of evidence."""
        of_passage = hasattr(row, "evidence") or hasattr(row, "dimension")
        link = self.names.passage_link(row) if of_passage else self.names.figure_link(row)
        return Markup(f"[{words}]({link})") if markdown and link else words

    def _cited(self, words: Markup, markdown: bool, evidence: Iterable[Any], city: str, code: str) -> Markup:
        """Words that lead to the sentence that carries a code in a city, where `evidence` (`carriers`) has one."""
        row = next((row for row in evidence if row.city == city and row.code == code), None)
        return words if row is None else self._linked(words, markdown, row)

    def _values(self, tables: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "cities": self.cities,
            "city": self.cities[0] if len(self.cities) == 1 else None,
            "documents": self.texts.documents,
            "editions": self.names.editions,
            "source": self.names.source,
            "no_section": self.names.words("no_section"),
            **tables,
        }

    def _text(self, key: str, part: str, tables: Mapping[str, Any]) -> str:
        return self.prose.text(self.prose.part(key, part), self._values(tables))

    # --- verbs ---------------------------------------------------------------------------------------------------

    def heading(self, key: str, *tables: pd.DataFrame) -> None:
        """The heading of a section; left out where `tables` are given and none of them has a row."""
        self._section = key
        if not tables or any(len(table) for table in tables):
            show_markdown(f"## {literal(self._text(key, 'heading', {}))}")

    def say(self, key: str, **tables: Any) -> None:
        """The sentences of a section; those of a list are numbered. Nothing is shown where they say nothing."""
        templates, values = self.prose.part(key, "reading"), self._values(tables)
        if isinstance(templates, str):
            words = self.prose.markdown(templates, values)
        else:
            lines = [line for template in templates if (line := self.prose.markdown(template, values))]
            words = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
        if words:
            show_markdown(words)

    def labels(self, key: str, **tables: Any) -> dict[str, Any]:
        """The words that a chart takes: title, subtitle, axis, names, cities, city, columns, empty, lang."""
        self.prose.known(key)
        parts = {part: self._text(key, part, tables) for part in ("title", "subtitle", "axis") if self._has(key, part)}
        columns, names = (self.prose.sections.get(key, {}).get(part, {}) for part in ("columns", "names"))
        heads = {name: self.prose.text(words, self._values(tables)) for name, words in columns.items()}
        return {
            **parts,
            # A chart that has no columns of words may have columns of its own.
            **({"columns": heads} if heads else {}),
            "names": {**self.names.all, **names},
            "cities": self.present,
            "city": self.cities[0] if len(self.cities) == 1 else "",
            "empty": self.names.words("no_data"),
            "lang": self.lang,
        }

    def _has(self, key: str, part: str) -> bool:
        return self.prose.has(key, part)

    def show(self, figure: Figure, key: str, **tables: Any) -> None:
        """A chart with the words of its section: what it shows for whoever cannot see it (alt), and what it stands on.

        A chart of a table without values has nothing to show and is left out. Raises ValueError with what cannot be
        read in a chart.
        """
        from .charts import save_chart

        if not getattr(figure, "nothing_to_show", False):
            note = self._note(key, "note", tables)
            display(save_chart(figure, alt=self._text(key, "alt", tables), note=note))

    def _note(self, key: str, part: str, tables: Mapping[str, Any]) -> str:
        """The note of a section, and the documents that it stands on, or the `source` that it names itself."""
        own = self._text(key, part, tables) if self._has(key, part) else ""
        source = self._text(key, "source", tables) if self._has(key, "source") else self.names.source
        return ("" if self.names.words.zh else " ").join(filter(None, [own, source]))

    def table(
        self,
        table: pd.DataFrame,
        *columns: str,
        key: str | None = None,
        rows: str | None = None,
        cell: str | None = None,
        most: int = 1,
        **tables: Any,
    ) -> None:
        """A table with the caption of its section (`key`, else that of the last heading); none without rows.

        `columns` are those of `analysis.present.columns`, or any of the table. With `rows` and `cell`, long becomes
        wide: a line for each value of `rows`, a column for each of the one in `columns`. With `most` above 1 a cell
        lists all its rows, those behind `most` folded, and a table of some columns lies on a page across in print.
        `tables` go to the caption.
        """
        if key is not None:
            self.prose.known(key)
        if table.empty:
            return
        key, values = key or self._section, {"t": table, **tables}
        head, lines, numbers = (
            self._wide(table, columns[0], rows, cell, most) if rows and cell else self._long(table, columns)
        )
        if not head:
            return
        caption = self._text(key, "caption", values) if self._has(key, "caption") else ""
        plain_first = columns[0] in ("passage", "where") or any(name.endswith(("_then", "_now")) for name in columns)
        note = self._note(key, "table_note", values)
        wide = most > 1 and len(head) > _PORTRAIT
        show_table(head, lines, caption=caption, note=note, numeric=numbers, row_heads=not plain_first, across=wide)

    def _entry(self, name: str, table: pd.DataFrame) -> tuple[str, Column]:
        found = column(name, table)
        return (self.names.words(found.label) if self.names.words.has(found.label) else found.label), found

    def _long(self, table: pd.DataFrame, names: Sequence[str]) -> tuple[list[str], list[list[Cell | str]], list[int]]:
        entries = [self._entry(name, table) for name in names or list(map(str, table.columns))]
        lines = [[entry.cell(self.names, row) for _, entry in entries] for row in rows_of(table)]
        return [head for head, _ in entries], lines, [at for at, (_, entry) in enumerate(entries) if entry.number]

    def _wide(
        self, table: pd.DataFrame, across: str, down: str, cell: str, most: int
    ) -> tuple[list[str], list[list[Cell | str]], list[int]]:
        """Long to wide; turned round where that leaves fewer columns, nothing where both ways are too wide.

        A table whose cells list stays as it is: it is read column by column, and print lays its columns in parts.
        """
        if most == 1 and table[across].nunique() > WIDE:
            across, down = down, across
        if most == 1 and table[across].nunique() > WIDE + (down == "city"):
            return [], [], []
        found: dict[str, dict[str, Any]] = {}
        first: dict[str, Any] = {}
        entry = column(cell, table)
        for row in rows_of(table):
            line = found.setdefault(getattr(row, down), {})
            line.setdefault(getattr(row, across), []).append(entry.cell(self.names, row))
            first.setdefault(getattr(row, down), row)
        keys = list(dict.fromkeys(table[across]))
        if across == "city":
            keys = [city for city in self.present if city in keys]
        title, named = self._entry(down, table)
        lines = [
            [named.cell(self.names, first[key]), *(self._together(cells.get(other, []), most) for other in keys)]
            for key, cells in found.items()
        ]
        over = column(across, table)
        heads = {getattr(row, across): over.cell(self.names, row) for row in rows_of(table.drop_duplicates(across))}
        head = [title, *(made.text if isinstance(made := heads[key], Cell) else made for key in keys)]
        return head, lines, list(range(1, len(head))) if entry.number else []

    def _together(self, cells: Sequence[Cell | str], most: int) -> Cell | str:
        """The entries of one cell of a wide table: the only one, or a list with what is behind `most` folded."""
        if most == 1:
            return cells[-1] if cells else ""
        items = [cell if isinstance(cell, Cell) else Cell(cell) for cell in cells]
        more = self.names.words("table_more", n=len(items) - most) if len(items) > most else ""
        return Cell.listing(items, most, more) if items else Cell("–")

    def worded(self, table: pd.DataFrame, **columns: str) -> pd.DataFrame:
        """`table` with columns of words, for charts: `worded(growth, target="value")` prints `value` into target."""
        cells = {new: column(name, table) for new, name in columns.items()}
        rows = list(rows_of(table))
        return table.assign(
            **{
                new: [made.text if isinstance(made := entry.cell(self.names, row), Cell) else made for row in rows]
                for new, entry in cells.items()
            }
        )

    def front(self, key: str, texts: Corpus | None = None, **tables: Any) -> None:
        """The title, for readers of the notebook and for the renderer, with facts and the list of documents.

        `texts` are the documents that all that follows stands on; without it, all of the chosen cities.
        """
        if texts is not None:
            self._stand_on(texts)
        said = {part: self._text(key, part, tables) for part in ("title", "subtitle", "description", "finding")}
        facts = [
            [self.prose.text(label, self._values(tables)), self.prose.text(value, self._values(tables))]
            for label, value in self._facts(key)
        ]
        facts = [[label, value] for label, value in facts if value and value != "–"]
        report = {**said, "lang": self.lang, "keywords": self._keywords(), "facts": facts, "sources": self._sources()}
        lines = [f"# {literal(said['title'])}", "", literal(said["subtitle"]), ""]
        lines += [f"- **{literal(label)}** {literal(value)}" for label, value in facts]
        display({MIME: report, "text/markdown": "\n".join(lines), "text/plain": said["title"]}, raw=True)

    def _facts(self, key: str) -> list[tuple[str, str]]:
        """Labels and values of the facts of a front; of a city those of cities.yml."""
        facts = list(self.prose.sections[key].get("facts", {}).items())
        if self.single:
            entry = self.corpus.cities[self.cities[0]]
            own = {f"facts_{name}": entry.get(f"{name}_{self.lang}") for name in ("resource", "province")}
            note = entry.get(f"class_note_{self.lang}") or self.names.city_class(self.cities[0])
            population = entry.get("population")
            if population:
                value = {"n": self.names.words.number(population["value"]), "year": population["year"]}
                own["facts_population"] = self.names.words("facts_population_value", **value)
            given = {"facts_class": note, **own}
            facts = [(self.names.words(label), str(value)) for label, value in given.items() if value] + facts
        return facts

    def _keywords(self) -> list[str]:
        named = [self.names.city(city) for city in dict.fromkeys(self.texts.documents["city"])]
        return [*named, self.names.words("keyword_resource_city"), self.names.words("keyword_transition")]

    def _sources(self) -> dict[str, Any]:
        """The documents behind the report: head and rows of a table."""
        w, counts = self.names.words, self.texts.figures["document"].value_counts()
        keys = ("title", "date", "genre", "publisher", "edition", "characters", "figures")
        rows = [
            [
                [d.title, document_link(d.document, self.lang)],
                w.date(d.date),
                w(f"genre_{d.genre}"),
                d.publisher if isinstance(d.publisher, str) else w("no_publisher"),
                w(f"edition_{d.edition}"),
                w.number(d.characters),
                w.number(counts.get(d.document, 0)),
            ]
            for d in self.texts.documents.itertuples()
        ]
        return {"caption": w("sources_caption"), "head": [w(f"col_{key}") for key in keys], "rows": rows}

    def method(self, key: str) -> None:
        """How the numbers came about, and what stays in Chinese."""
        self.heading("method")
        note = self.names.words("english_note")
        words = self.prose.markdown(self.prose.part(key, "method"), self._values({}))
        show_markdown(f"{words} {note}".strip())


def show_markdown(text: str) -> None:
    """Display Markdown that the page wrote itself; document text in it must have gone through `literal`."""
    display({"text/markdown": text, "text/plain": text}, raw=True)


def _filters(names: Names) -> dict[str, Callable[..., Any]]:
    """The filters of templates: how names and numbers are said."""
    words = names.words
    return {
        "number": lambda value, decimals=0: decimal(value, decimals),
        "percent": words.percent,
        "points": names.points,
        "city": names.city,
        "full_city": names.full_city,
        "city_class": names.city_class,
        "code": names.code,
        "document": names.document,
        "word_list": names.word_list,
        "indicator": lambda row: names.indicator(row) if not isinstance(row, str) else names.name(row),
        "quantity": names.quantity,
        "value": names.value,
        "period": words.period,
        "when": names.when,
        "date": words.date,
        "choice": names.choice,
        "gold": lambda value, name: names.gold(name, value),
        "side": side_of,
        "pair": names.pair,
        "sample": names.sample,
        "name": names.name,
        "entity": names.entity,
        "word": lambda value, prefix="": words(f"{prefix}{value}"),
        "one": lambda n, one, many: f"{n:,} {one if n == 1 else many}",
    }


def compile_templates(lang: str) -> None:
    """Compile the templates of a language, for processes that are forked from this one."""
    Prose(lang, _filters(Names(None, lang)), {"linked": str, "cited": str}).compile()
