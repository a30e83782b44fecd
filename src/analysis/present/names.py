"""Names: what everything is called in one language, and where it stands in the reading view."""

from __future__ import annotations

from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pandas as pd

from ..build.corpus import Corpus
from ..extract.glossary import rendered
from ..project.links import document_link, figure_link, passage_id
from ..project.registry import CONSTRAINTS, THEMES
from .language import Words, plain

#: How each constraint is said; a bound says its direction.
_TARGETS = {"soft": "target_soft", "range": "target_range", "point": "target_point"}
_BOUNDS = {">": "target_least", "<": "target_most"}
_SCHEMES = ("pathway", "instrument")


def _known(value: Any) -> bool:
    return value is not None and not pd.isna(value)


class Names:
    """The names of cities, codes, documents, indicators and values of `corpus`, and their links."""

    def __init__(self, corpus: Corpus | None, lang: str) -> None:
        # Without a corpus there are words and no names.
        self.corpus: Corpus = corpus  # type: ignore[assignment]
        self.words = Words(lang)
        self.lang = lang
        self._glossed: set[str] = set()

    # --- cities, documents, codes --------------------------------------------------------------------------------

    def city(self, city: str) -> str:
        """The name of a city as a chart has room for."""
        entry = self.corpus.cities[city]
        return str(entry["name_zh"].removesuffix("市") if self.words.zh else entry["name_en"])

    def full_city(self, city: str) -> str:
        """`鹤壁` / `Hebi 鹤壁`: English keeps the Chinese name beside its own."""
        entry = self.corpus.cities[city]
        short = entry["name_zh"].removesuffix("市")
        return str(short if self.words.zh else f"{entry['name_en']} {short}")

    def city_class(self, city: str) -> str:
        """The class of a city in the plan for resource-based cities, – where cities.yml gives none."""
        given = self.corpus.cities[city].get("class")
        return self.words(f"class_{given}") if given else "–"

    @cached_property
    def documents(self) -> dict[str, str]:
        """document → `鹤壁 2024`, its city and year; a document of a folder keeps its name."""
        table = self.corpus.documents
        if "date" not in table or "edition" not in table:
            return {document: document for document in table["document"]}
        return {row.document: f"{self.city(row.city)} {row.date[:4]}" for row in table.itertuples()}

    def document(self, document: str) -> str:
        return self.documents.get(document, document)

    @property
    def several(self) -> bool:
        """Whether there is more than one document."""
        return len(self.corpus.documents) > 1

    def word_list(self, name: str) -> str:
        """The name of a word list of attention; that of its file where it is a researcher's own."""
        return self.words(f"attention_{name}") if self.words.has(f"attention_{name}") else name

    def where(self, row: Any) -> str:
        """`鹤壁 2024 · 12`: the document of a row and its passage."""
        return f"{self.document(row.document)} · {row.passage}"

    def pair(self, row: Any) -> str:
        return self.words("similarity_pair", one=self.city(row.city), other=self.city(row.other))

    @cached_property
    def codes(self) -> dict[str, str]:
        """Code of any scheme, or group of instruments → its name; themes have the short names that all pages use."""
        found = {theme: self.words(f"theme_{theme}") for theme in THEMES}
        for scheme in _SCHEMES:
            entries = self.corpus.schemes[scheme]
            found |= {code: entries.name(code, self.lang) for code in (*entries.codes, *entries.groups)}
        return found

    def code(self, code: str) -> str:
        return self.codes.get(code, code)

    @cached_property
    def all(self) -> dict[str, str]:
        """Every key that a table may hold → its name, for charts."""
        words = self.words
        found = {city: self.city(city) for city in self.corpus.cities} | self.documents | self.codes
        found |= {key: words(key) for key in ("achieved", "planned", "undetermined")}
        found |= {form: words(f"constraint_form_{form}") for form in CONSTRAINTS}
        found |= {scheme: words(f"scheme_{scheme}") for scheme in ("theme", *_SCHEMES, "group")}
        found |= {key: getattr(entry, f"name_{self.lang}") for key, entry in self.corpus.industries.classes.items()}
        found |= {f"dimension:{key}": entry.about[f"name_{self.lang}"] for key, entry in self.corpus.dimensions.items()}
        return found | {key: entry.name(self.lang) for key, entry in self.corpus.dictionary.items()}

    def name(self, key: str) -> str:
        """The name of any key, of a column of the figure table too."""
        if key in self.all:
            return self.all[key]
        return self.words(f"validation_{key}") if self.words.has(f"validation_{key}") else key

    def entity(self, name: str) -> str:
        """A name of the texts; in English with its rendering (data/reference/glossary.yml) where it is first asked for:
        `“3456”思路 (3-4-5-6 approach)`."""
        words = None if self.words.zh or self.corpus is None else rendered(name, self.corpus.glossary)
        if words is None or words in self._glossed:
            return name
        self._glossed.add(words)
        return self.words("glossed", name=name, words=words)

    # --- indicators and values -----------------------------------------------------------------------------------

    @cached_property
    def _indicators(self) -> dict[tuple[str, int, int], str]:
        """(document, passage, start) of a figure → the indicator of the dictionary that it gives."""
        table = self.corpus.indicators
        columns = (table[name] for name in ("document", "passage", "start", "indicator"))
        return {(document, passage, start): key for document, passage, start, key in zip(*columns, strict=True)}

    def indicator(self, row: Any) -> str:
        """What a row measures: the name in indicators.yml where it is one, else the words of the text."""
        given = getattr(row, "key", None) if _known(getattr(row, "key", None)) else getattr(row, "indicator", None)
        if _known(given) and given in self.corpus.dictionary:
            return self.corpus.dictionary[str(given)].name(self.lang)
        if hasattr(row, "document") and hasattr(row, "start") and not self.words.zh:
            key = self._indicators.get((row.document, row.passage, row.start))
            if key in self.corpus.dictionary:
                return self.corpus.dictionary[str(key)].name(self.lang)
        return str(given) if _known(given) else ""

    def quantity(self, row: Any) -> str:
        """What a row of figures says: `超过120亿元`."""
        return self.words.quantity(row, self.corpus.units)

    def value(self, row: Any) -> str:
        """What a row of indicators or figures says: `6%以上` for a target, `超过400家` for what is reported."""
        measure = getattr(row, "measure", None)
        shared = {"unit": row.unit, "measure": measure if _known(measure) else "level", "mention": row.mention}
        row_max = row.value_max if _known(row.value_max) else float("nan")
        constraint = getattr(row, "constraint", None)
        planned = getattr(row, "status", "planned") == "planned"
        if not _known(constraint) or not planned:
            sign = row.comparator if _known(row.comparator) else "="
            said = SimpleNamespace(value=row.value, value_max=row_max, comparator=sign, **shared)
            return self.quantity(said).replace("-", "−")
        bare = SimpleNamespace(value=row.value, value_max=row_max, comparator="=", **shared)
        form = _BOUNDS.get(row.comparator, "target_ensured") if constraint == "hard" else _TARGETS[str(constraint)]
        return self.words(form, amount=self.quantity(bare)).replace("-", "−")

    def when(self, row: Any) -> str:
        """The period of a row, also where the text tells none."""
        return self.words.period(row.period) or self.words("period_untold")

    def points(self, share: float, decimals: int = 0) -> str:
        """A difference of shares in percentage points: 0.05 → `+5`, -0.025 → `−3`."""
        words = f"{100 * share:+.{decimals}f}"
        return words[1:] if float(words) == 0 else words.replace("-", "−")

    # --- validation ----------------------------------------------------------------------------------------------

    def gold(self, column: str, value: Any) -> str:
        """A cell of a gold table."""
        if not _known(value) or not value:
            return self.words("validation_empty")
        if column in ("theme", "measure"):
            return self.words(f"{column}_{value}")
        if column == "status":
            return self.words(str(value))
        return self.words.period(value) if column == "period" else str(value)

    def mistakes(self, row: Any) -> str:
        """The wrong cells of a sentence, given as (column, wanted, got, mention) in `mistakes`; equal ones together."""
        said: dict[tuple[str, Any, Any], list[str]] = {}
        for column, wanted, got, mention in row.mistakes:
            key = (column, "", "") if column in ("recall", "precision") else (column, wanted or "", got or "")
            said.setdefault(key, []).append(str(mention))
        words = self.words
        kinds = {"recall": "validation_missed", "precision": "validation_spurious"}
        return words("source_join").join(
            words(
                kinds.get(column, "validation_mistake"),
                column=words(f"validation_{column}"),
                wanted=self.gold(column, wanted),
                got=self.gold(column, got),
                mentions=words.list(mentions),
            )
            for (column, wanted, got), mentions in said.items()
        )

    def sample(self, row: Any) -> str:
        """What a judged sample is of; samples of one kind are told apart by their number."""
        key = f"validation_samples_{row.what}"
        name = self.words(key) if self.words.has(key) else str(row.what)
        return self.words("validation_samples_numbered", what=name, sample=row.sample) if row.sample else name

    def choice(self, choice: str) -> str:
        """Another way of counting, as `sensitivity_table` names it."""
        kind, _, detail = choice.partition(":")
        return self.words(f"sensitivity_{kind}", genre=self.words(f"genre_{detail}") if kind == "genre" else "")

    # --- places --------------------------------------------------------------------------------------------------

    @cached_property
    def _sentences(self) -> dict[tuple[str, int], list[tuple[int, int, str]]]:
        found: dict[tuple[str, int], list[tuple[int, int, str]]] = {}
        table = self.corpus.sentences
        columns = (table[name] for name in ("document", "passage", "start", "end", "text"))
        for document, passage, start, end, text in zip(*columns, strict=True):
            found.setdefault((document, passage), []).append((start, end, text))
        return found

    def sentence(self, row: Any) -> tuple[str, int]:
        """The sentence of a row (document, passage, start), and where it begins in its passage."""
        if _known(getattr(row, "text", None)) and _known(getattr(row, "sentence_start", None)):
            return str(row.text), int(row.sentence_start)
        spans = self._sentences[row.document, int(row.passage)]
        start, _, text = next((span for span in spans if row.start < span[1]), spans[-1])
        return text, start

    def _seen(self, document: str) -> bool:
        """Whether a document has a reading view."""
        return "edition" in self.corpus.documents and document in self.documents

    def passage_link(self, row: Any) -> str:
        """The passage of a row in the reading view of its document, "" where there is none."""
        return f"{document_link(row.document, self.lang)}#{passage_id(row.passage)}" if self._seen(row.document) else ""

    def figure_link(self, row: Any) -> str:
        """A figure in the reading view of its document, "" where there is none."""
        return figure_link(row.document, row.passage, row.start, self.lang) if self._seen(row.document) else ""

    @cached_property
    def editions(self) -> list[str]:
        return sorted(set(self.corpus.documents.get("edition", [])))

    @cached_property
    def source(self) -> str:
        """The line under tables and charts: the documents, where there are many only their number, and the edition."""
        table, words = self.corpus.documents, self.words
        if "edition" not in table:
            return words("tally_folder_note", n=len(table))
        editions = words.list(words(f"edition_{edition}_long") for edition in self.editions)
        if len(table) > 8:
            return words("compared_source", documents=len(table), cities=table["city"].nunique(), editions=editions)
        items = list(self.documents.values())
        if len(table) < 4:
            items = [
                words("source_item", city=self.city(row.city), title=row.title, date=words.date(row.date))
                for row in table.itertuples()
            ]
        return words("source_note", titles=words("source_join").join(items), editions=editions)


def decimal(value: Any, decimals: int = 1) -> str:
    """A number with so many decimals, – where it is missing."""
    return plain(float(value), decimals) if _known(value) else "–"
