"""Where things stand in reports/: the names of its pages, and the anchors of passages, figures and rows in them.

Reports link a figure to the reading view of its document, and the reading view links back to the row of the report.
"""

from __future__ import annotations

LANGS = {"zh": "中文", "en": "English"}
#: The entry pages.
HOMES = {"zh": "index.html", "en": "index.en.html"}
#: The folder of the reading views.
VIEWS = "documents"
#: The folder of the tables of cities.
TABLES = "tables"


def report_name(stem: str, lang: str) -> str:
    """The name of a report without suffix: `city-hebi.zh`."""
    return f"{stem}.{lang}"


def report_link(stem: str, lang: str) -> str:
    """The page of a report, seen from reports/."""
    return f"{report_name(stem, lang)}.html"


def table_file(city: str, table: str) -> str:
    """The CSV file of a table of a city, seen from reports/tables/."""
    return f"{city}.{table}.csv"


def workbook_file(city: str) -> str:
    """The workbook of a city, seen from reports/tables/."""
    return f"{city}.xlsx"


def figure_id(passage: int, start: int) -> str:
    """The anchor of a figure in its reading view: `figure-3-73` begins at character 73 of passage 3."""
    return f"figure-{int(passage)}-{int(start)}"


def passage_id(passage: int) -> str:
    """The anchor of a passage in its reading view."""
    return f"passage-{int(passage)}"


def row_id(document: str, passage: int, start: int) -> str:
    """The anchor of a figure's row in the report on its city."""
    return f"row-{document}-{int(passage)}-{int(start)}"


def document_link(document: str, lang: str) -> str:
    """The reading view of a document in a language, seen from reports/."""
    return f"{VIEWS}/{document}.{lang}.html"


def figure_link(document: str, passage: int, start: int, lang: str) -> str:
    """A figure in the reading view of its document, seen from reports/."""
    return f"{document_link(document, lang)}#{figure_id(passage, start)}"
