"""Coding sheets: sentences for coders to fill in, as XLSX with a list of codes and as CSV, and how they are read back.

Each sentence gets one code, that of what it says most about, or `none`; an empty cell is a sentence not coded.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.errors import InputError, unknown
from ..project.remote import replace_bytes

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("number", "document", "passage", "sentence", "text", "code", "note")
_KEY = ("document", "sentence")


def write_sheet(path: Path, drawn: pd.DataFrame, codes: Mapping[str, tuple[str, str]]) -> list[Path]:
    """Write a sheet as `path`.xlsx and `path`.csv; the files.

    `drawn` are sentences (`compare.draw_sentences`), `codes` the codes with name and definition. A file that is there
    is not overwritten, as it may hold a coder's work: InputError.
    """
    files = [path.with_name(f"{path.name}{end}") for end in (".xlsx", ".csv")]
    for file in files:
        if file.exists():
            raise InputError("the file exists and may hold codes", cure="give another name with --to", path=file)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [[*row, "", ""] for row in drawn[list(COLUMNS[:5])].astype(object).to_numpy().tolist()]
    replace_bytes(files[0], _xlsx(rows, codes))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *([_plain(cell) for cell in row] for row in rows)])
    replace_bytes(files[1], out.getvalue().encode("utf-8-sig"))
    return files


def _plain(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell and cell[0] in "=+-@\t\r" else cell


def _xlsx(rows: Sequence[Sequence[Any]], codes: Mapping[str, tuple[str, str]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    wrap, head = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True, "bottom": 1})
    sheet, legend = book.add_worksheet("coding"), book.add_worksheet("codes")
    for column, (name, width) in enumerate(zip(COLUMNS, (7, 16, 8, 9, 80, 26, 30), strict=True)):
        sheet.set_column(column, column, width, wrap)
        sheet.write_string(0, column, name, head)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell, wrap)
            else:
                sheet.write_number(number, column, cell, wrap)
    sheet.freeze_panes(1, 0)
    legend.set_column(0, 1, 28, wrap)
    legend.set_column(2, 2, 90, wrap)
    for column, name in enumerate(("code", "name", "definition")):
        legend.write_string(0, column, name, head)
    for number, (code, words) in enumerate(codes.items(), start=1):
        for column, cell in enumerate((code, *words)):
            legend.write_string(number, column, cell, wrap)
    if rows:
        choices = {"validate": "list", "source": f"=codes!$A$2:$A${len(codes) + 1}", "error_title": "code"}
        sheet.data_validation(1, COLUMNS.index("code"), len(rows), COLUMNS.index("code"), choices)
    book.close()
    return out.getvalue()


def read_sheets(paths: Sequence[Path], codes: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Filled sheets of several coders: the sentences (document, passage, sentence, text) and their codes, one column a
    coder under the name of its file; an empty cell is a sentence that was not coded.

    Raises InputError for a sheet that cannot be read, of other sentences than the first, or with an unknown code.
    """
    import pandas as pd

    if len(paths) < 2:
        raise InputError("one sheet has nothing to agree with", cure="give the sheets of two coders or more")
    sheets = [_read(path) for path in paths]
    first = sheets[0]
    told: dict[str, list[Any]] = {}
    for path, sheet in zip(paths, sheets, strict=True):
        by_key = {tuple(str(row[name]) for name in _KEY): (at, row) for at, row in enumerate(sheet, start=2)}
        own = []
        for row in first:
            key = tuple(str(row[name]) for name in _KEY)
            if key not in by_key or len(sheet) != len(first):
                raise InputError(
                    f"is no sheet of the sentences of {paths[0].name}", cure="give sheets of one draw", path=path
                )
            line, filled = by_key[key]
            code = str(filled["code"] or "").strip()
            if code and code not in codes:
                raise unknown("code", code, codes, path=path, line=line)
            own.append(code or None)
        name = path.stem
        while name in told:
            name += "'"
        told[name] = own
    return pd.DataFrame(first)[["document", "passage", "sentence", "text"]], pd.DataFrame(told, dtype="object")


def _read(path: Path) -> list[dict[str, Any]]:
    """The rows of a sheet, XLSX or CSV. Raises InputError."""
    if not path.is_file():
        raise InputError("no such sheet", cure="give the path of a filled sheet", path=path)
    data = path.read_bytes()
    if data[:2] == b"PK":
        import openpyxl

        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            lines = [list(line) for line in book.worksheets[0].iter_rows(values_only=True)]
        except Exception as error:  # whatever a broken workbook raises
            raise InputError(f"is no workbook: {error}", cure="save it as XLSX or CSV", path=path) from None
    else:
        try:
            lines = [list(line) for line in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)]
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"is no CSV in UTF-8: {error}", cure="save it as XLSX or CSV UTF-8", path=path) from None
    head = [str(cell or "").strip() for cell in lines[0]] if lines else []
    absent = [name for name in COLUMNS[1:6] if name not in head]
    if absent:
        raise InputError(f"column {', '.join(absent)} is absent", cure="fill in a sheet as written", path=path, line=1)
    rows = [dict(zip(head, line, strict=False)) for line in lines[1:] if any(cell not in (None, "") for cell in line)]
    for line, row in enumerate(rows, start=2):
        for name in ("passage", "sentence"):
            try:
                row[name] = int(row[name])
            except (TypeError, ValueError):
                raise InputError(
                    f"{name} '{row[name]}' is no number", cure="leave it as written", path=path, line=line
                ) from None
        row["code"] = row.get("code")
    return rows
