"""Corrections: what a researcher has found wrong in a table, with the reason, applied each time the table is made.

The texts in data/raw are never edited. An entry names the document and the characters it is about; where these do not
stand there any more, the build stops with its line, so that no correction goes on unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.errors import InputError
from ..project.periods import parse_period
from ..project.registry import EDITIONS, TABLES
from ..project.yaml_lines import Node, read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from .figures.units import Units

FILE = "corrections.yml"
DROP, REPLACE, FLAG = ACTIONS = ("drop", "replace", "flag")
#: Whether an entry is agreed on; a proposed one only flags its row.
AGREED, PROPOSED = STATES = ("agreed", "proposed")
#: The tables that can be corrected: the column with the characters of a row, and the columns that may be replaced.
CORRECTED = {
    "figures": (
        "mention",
        ("value", "value_max", "unit", "comparator", "measure", "indicator", "period", "status", "theme"),
    ),
    "indicators": (
        "mention",
        ("value", "value_max", "unit", "comparator", "period", "status", "constraint", "scope"),
    ),
    "entities": ("name", ("kind", "verb", "status", "industry", "theme", "key")),
}
_TOP = ("corrections",)
_REQUIRED = ("document", "passage", "mention", "action", "reason")
_FIELDS = (*_REQUIRED, "table", "start", "indicator", "set", "status", "edition")


@dataclass(frozen=True)
class Correction:
    """One entry of the file: what it is about (`mention`: the characters as printed), what is done and why.

    `start` and `indicator` tell rows apart that have the same characters; `values` are column → new value (None empties
    the cell); with `edition` it is about that edition of the document only; `path` and `line` are where it stands.
    """

    document: str
    table: str
    passage: int
    mention: str
    start: int | None
    indicator: str | None
    action: str
    values: tuple[tuple[str, Any], ...]
    reason: str
    status: str
    edition: str | None
    path: Path
    line: int

    @property
    def told(self) -> str:
        """All that the entry says, but not where it stands: what tables that were made with it depend on."""
        return repr([value for name, value in vars(self).items() if name not in ("path", "line")])

    def wrong(self, problem: str, cure: str) -> InputError:
        return InputError(f"{self.document}: {problem}", cure=cure, path=self.path, line=self.line)


def load_corrections(path: Path) -> dict[str, tuple[Correction, ...]]:
    """Document → its corrections in the order of the file; nothing where there is no file.

    Raises InputError, with file, line and cure, for what is wrong with an entry.
    """
    found: dict[str, list[Correction]] = {}
    if path.exists():
        for node in read_yaml(path).fields(allowed=_TOP, required=_TOP)["corrections"].items():
            one = _correction(node, path)
            found.setdefault(one.document, []).append(one)
    return {document: tuple(entries) for document, entries in found.items()}


def _correction(node: Node, path: Path) -> Correction:
    got = node.fields(allowed=_FIELDS, required=_REQUIRED)
    table = got["table"].one_of(CORRECTED) if "table" in got else "figures"
    action = got["action"].one_of(ACTIONS)
    columns = CORRECTED[table][1]
    values = got["set"].fields(allowed=columns) if "set" in got else {}
    if (action == REPLACE) != bool(values):
        cure = f"write set: with some of {', '.join(columns)}" if action == REPLACE else "leave set: out"
        raise node.inside(f"{action} {'without' if action == REPLACE else 'with'} set:", cure)
    if "indicator" in got and table != "indicators":
        raise got["indicator"].inside("only rows of table: indicators have an indicator", "leave it out")
    return Correction(
        document=got["document"].text(),
        table=table,
        passage=int(got["passage"].number(least=1)),
        mention=got["mention"].text(),
        start=int(got["start"].number(least=0)) if "start" in got else None,
        indicator=got["indicator"].text() if "indicator" in got else None,
        action=action,
        values=tuple((name, _value(table, name, value)) for name, value in values.items()),
        reason=got["reason"].text(),
        status=got["status"].one_of(STATES) if "status" in got else AGREED,
        edition=got["edition"].one_of(EDITIONS) if "edition" in got else None,
        path=path,
        line=int(node.line or 1),
    )


def _value(table: str, name: str, node: Node) -> Any:
    """The new value of a cell; null empties one that may be empty."""
    column = TABLES[table].column(name)
    if node.value() is None:
        if column.required:
            raise node.error("is empty", f"{table}.{name} is never empty: write a value")
        return None
    if column.type == "number":
        return node.number()
    if name == "period" and parse_period(node.text()) is None:
        raise node.error(f"'{node.written}' is no period", "write 2021, 2019-H1, 2023-Q1, 2017/2021 or ../2025")
    return node.one_of(column.allowed) if column.allowed else node.text()


def corrected(
    name: str, table: pd.DataFrame, corrections: Sequence[Correction], units: Units | None = None
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """A table of one document with its corrections, and what was done.

    In: `table` as registered under `name`, all corrections of its document, the units that bring values to SI.
    Out: the table, its column `correction` filled (`replaced`, `flagged`) and dropped rows gone; and a row of the table
    `corrections` for each cell replaced, row dropped or flagged. Raises InputError with the line of an entry that fits
    no row, or more than one.
    """
    own = [one for one in corrections if one.table == name]
    rows: list[dict[str, Any]] = []
    gone: list[Any] = []
    table = table.copy() if own else table
    for one in own:
        at = _row(one, name, table)
        about = {
            **{column: table.at[at, column] for column in ("document", "passage", "start", "end")},
            "table": name,
            "mention": one.mention,
            "action": one.action if one.status == AGREED else FLAG,
            "why": one.reason,
            "agreed": one.status == AGREED,
        }
        if one.status == PROPOSED or one.action == FLAG:
            table.at[at, "correction"] = "flagged"
            rows.append({**about, "column": None, "was": None, "now": None})
        elif one.action == DROP:
            gone.append(at)
            rows.append({**about, "column": None, "was": None, "now": None})
        else:
            rows += [{**about, **change} for change in _replaced(one, at, table, units)]
    return (table.drop(index=gone).reset_index(drop=True) if gone else table), rows


def _row(one: Correction, name: str, table: pd.DataFrame) -> Any:
    """The label of the one row that a correction is about."""
    column = CORRECTED[name][0]
    fits = (table["passage"] == one.passage) & (table[column] == one.mention)
    if one.start is not None:
        fits &= table["start"] == one.start
    if one.indicator is not None:
        fits &= table["indicator"] == one.indicator
    found = table.index[fits.fillna(False)]
    if not len(found):
        like = table[(table[column] == one.mention).fillna(False)]
        places = [f"passage {row.passage} at {row.start}" for row in like.itertuples()]
        where = f"; it stands in {', '.join(dict.fromkeys(places))}" if places else ""
        raise one.wrong(
            f"'{one.mention}' is no row of {name} in passage {one.passage}{where}",
            "mend the entry or delete it",
        )
    if len(found) > 1:
        starts = ", ".join(str(start) for start in table.loc[found, "start"])
        raise one.wrong(f"'{one.mention}' stands {len(found)} times in passage {one.passage}", f"add start: {starts}")
    return found[0]


def _replaced(one: Correction, at: Any, table: pd.DataFrame, units: Units | None) -> list[dict[str, Any]]:
    """Fill in the new cells of a row; what was there before, cell by cell."""
    changes = []
    for column, value in one.values:
        was = table.at[at, column]
        if _said(was) == _said(value):
            raise one.wrong(f"{column} is {_said(value)} already", "delete the entry: the table has been mended")
        changes.append({"column": column, "was": _said(was), "now": _said(value)})
        table.at[at, column] = value
        if column == "period" and "period_source" in table and value is None:
            table.at[at, "period_source"] = None
    if units is not None and "unit_si" in table:
        unit = units.rows.get(table.at[at, "unit"])
        factor = unit.factor if unit else None
        table.at[at, "value_si"] = table.at[at, "value"] * factor if factor is not None else None
        table.at[at, "unit_si"] = unit.unit_si if unit else None
    table.at[at, "correction"] = "replaced"
    return changes


def _said(value: Any) -> str | None:
    """A cell as words: numbers without needless zeros."""
    import pandas as pd

    if pd.isna(value):
        return None
    return f"{value:.12g}" if isinstance(value, float) else str(value)
