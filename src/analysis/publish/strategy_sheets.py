"""The strategy matrix in the workbook of the panel: a sheet to read, and one of its rows with their sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..compare.strategy import strategy_matrix
from ..present.language import Words
from ..project.links import document_link, passage_id
from .files import SHEET_ROWS
from .views import LINK_LANGUAGE, both_languages

if TYPE_CHECKING:
    import pandas as pd

    from ..build.corpus import Corpus
    from .workbook import Book

#: A workbook for reading compares so many documents at most.
MOST_DOCUMENTS = 200
#: So many means of a cell are read at a glance; all of them are rows of the other sheet.
MOST_MEANS = 12
SHEETS = ("strategy", "means")
_ROWS = (
    *("dimension", "dimension_zh", "dimension_en", "city", "city_zh", "city_en", "rank", "name", "kind", "verb"),
    *("status", "industry", "figures", "mentions", "only_here", "shared_with", "sentence_text", "document", "passage"),
    *("sentence", "start", "end", "link"),
)


def add_strategy(book: Book, texts: Corpus) -> None:
    """Add both sheets to `book`; none for more than `MOST_DOCUMENTS` documents, or where no mean was found.

    `strategy` has a row a dimension and a column a city, whose cells list the most telling means, a line each;
    `means` has a row for each mean, by rank, which leads to its passage in the reading view.
    """
    if len(texts.documents) > MOST_DOCUMENTS:
        return
    table = strategy_matrix(texts)
    if table.empty:
        return
    cities = list(dict.fromkeys(table["city"]))
    named = [
        " ".join(str(texts.cities.get(city, {}).get(name, city)) for name in ("name_zh", "name_en")) for city in cities
    ]
    head = ("dimension", "dimension_zh", "dimension_en", *named)
    book.sheet("strategy", head, _matrix(texts, table, cities), looks=dict.fromkeys(named, "wrapped"))
    table = table.head(SHEET_ROWS)
    links = [
        f"{document_link(document, LINK_LANGUAGE)}#{passage_id(passage)}"
        for document, passage in zip(table["document"], table["passage"], strict=True)
    ]
    rows = _rows(texts, table, links)
    book.sheet("means", _ROWS, rows, looks={"sentence_text": "wrapped"}, links={"link": links})


def _matrix(texts: Corpus, table: pd.DataFrame, cities: list[str]) -> Iterator[list[str]]:
    """The rows of the sheet that is read: the means of a cell a line each, planned ones marked."""
    zh, _ = both_languages()
    shown = table[table["rank"] <= MOST_MEANS]
    cells: dict[tuple[str, str], list[str]] = {}
    for row in shown.itertuples():
        cells.setdefault((row.dimension, row.city), []).append(_line(row, zh))
    for key, dimension in texts.dimensions.items():
        lines = ["\n".join(cells.get((key, city), ())) for city in cities]
        yield [key, dimension.about["name_zh"], dimension.about["name_en"], *lines]


def _line(row: Any, words: Words) -> str:
    """A mean with its figures; ○ before what is planned, ● before what is done, as in the report."""
    name = str(row.name)
    if isinstance(row.figures, str):
        name = words("mean_with_figures", name=name, figures=words("view_join").join(row.figures.split("|")))
    return f"{'○' if row.status == 'planned' else '●'} {name}"


def _rows(texts: Corpus, table: pd.DataFrame, links: list[str]) -> Iterator[list[Any]]:
    """The rows of the sheet `means`."""
    data = table.assign(
        **{
            f"dimension_{lang}": [texts.dimensions[key].about[f"name_{lang}"] for key in table["dimension"]]
            for lang in ("zh", "en")
        },
        **{
            f"city_{lang}": [texts.cities.get(city, {}).get(f"name_{lang}", city) for city in table["city"]]
            for lang in ("zh", "en")
        },
        sentence_text=table["text"],
        link=links,
    )[list(_ROWS)].astype(object)
    yield from data.where(data.notna(), None).to_numpy().tolist()
