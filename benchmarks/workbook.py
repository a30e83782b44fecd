"""What it costs to write a large table as a workbook: the rows as the suite writes them, and through xlsxwriter alone.

    python benchmarks/workbook.py [ROWS]

The table has the columns and looks of the published table `figures`, with made-up cells. Both files are read back and
have to hold the same values. Prints the best of three times for each way, and the sizes.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable

import openpyxl
import xlsxwriter

from analysis.project.registry import CITY_TABLES
from analysis.publish.city_workbook import LOOKS
from analysis.publish.files import note
from analysis.publish.workbook import _LOOKS, HEIGHT, XLSX_LINKS, Book

TABLE = CITY_TABLES["figures"]
LINK = TABLE.names.index("link")
CELLS = {"string": lambda n: f"第{n % 977}句，新增{n}个", "integer": int, "number": lambda n: n * 1.5, "boolean": bool}


def rows_of(count: int) -> list[tuple]:
    return [tuple(CELLS[column.type](n + place) for place, column in enumerate(TABLE.columns)) for n in range(count)]


def own(rows: list[tuple]) -> bytes:
    book = Book("benchmark")
    links = {"link": [row[LINK] for row in rows]}
    book.sheet("figures", TABLE.names, rows, columns=TABLE.columns, looks=LOOKS, links=links)
    return book.content()


def plain(rows: list[tuple]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet, formats = book.add_worksheet("figures"), {}
    for place, column in enumerate(TABLE.columns):
        look = LOOKS.get(column.name) or (column.type if column.type in ("integer", "number") else "cell")
        formats[place] = book.add_format({"valign": "top", **_LOOKS["link" if place == LINK else look]})
        sheet.write_string(0, place, column.name)
        sheet.write_comment(0, place, note(column))
    for number, row in enumerate(rows, 1):
        sheet.set_row(number, HEIGHT)
        for place, value in enumerate(row):
            if place == LINK and len(rows) <= XLSX_LINKS:
                sheet.write_url(number, place, f"external:{value}", formats[place], value)
            elif isinstance(value, str):
                sheet.write_string(number, place, value, formats[place])
            elif isinstance(value, bool):
                sheet.write_boolean(number, place, value, formats[place])
            else:
                sheet.write_number(number, place, value, formats[place])
    book.close()
    return out.getvalue()


def best(way: Callable[[list[tuple]], bytes], rows: list[tuple]) -> tuple[float, bytes]:
    times, content = [], b""
    for _ in range(3):
        started = time.perf_counter()
        content = way(rows)
        times.append(time.perf_counter() - started)
    return min(times), content


def values(content: bytes) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(content), read_only=True)["figures"].values)


def main() -> None:
    rows = rows_of(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    found = {way.__name__: best(way, rows) for way in (own, plain)}
    assert values(found["own"][1]) == values(found["plain"][1])
    for name, (seconds, content) in found.items():
        print(f"{name:6} {len(rows):,} rows  {seconds:6.2f} s  {len(content) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
