"""The registry of tables: what tables.yml may say, and that it says everything once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from analysis.project import registry
from analysis.project.registry import CITY_TABLES, PANEL, TABLES, Column, frame

CONTENT = yaml.safe_load(Path(registry.__file__).with_name("tables.yml").read_text(encoding="utf-8"))
ENTRIES = {**CONTENT["tables"], **{f"view {name}": entry for name, entry in CONTENT["views"].items()}}
EVERY = {**TABLES, **{f"view {table.name}": table for table in (PANEL, *CITY_TABLES.values())}}


def own(name: str) -> list[dict[str, Any]]:
    """The columns that a table of the file describes itself."""
    return [given for given in ENTRIES[name]["columns"] if isinstance(given, dict)]


@pytest.mark.parametrize("name", ENTRIES)
def test_a_table_is_described_in_known_words(name):
    entry = ENTRIES[name]
    assert set(entry) <= {"title", "meaning", "key", "columns"}
    for given in (entry, *own(name)):
        for part in ("title", "meaning"):
            assert list(given[part]) == ["en", "zh"] and all(isinstance(text, str) for text in given[part].values())
            assert not given[part]["en"].endswith(".") and not given[part]["zh"].endswith("。")
    for given in own(name):
        assert set(given) <= {"name", "type", "unit", "required", "title", "meaning", "values"}
        assert given["type"] in ("string", "integer", "number", "boolean")
        assert given.get("required", False) is False, "columns are never empty unless the file says so"
        values = given.get("values", [])
        assert all(isinstance(value, str) for value in values) and len(values) == len(set(values))
        assert not ("unit" in given and given["type"] == "string")


@pytest.mark.parametrize("name", EVERY)
def test_the_columns_of_a_table_are_named_once_and_hold_its_key(name):
    table = EVERY[name]
    assert len(table.columns) == len(ENTRIES[name]["columns"])
    assert max(Counter(table.names).values()) == 1 and set(table.key) <= set(table.names)
    assert all(table.column(key).required for key in table.key)
    with pytest.raises(ValueError, match="colour"):
        table.column("colour")


def test_nothing_is_described_twice():
    described = Counter(str(sorted(given.items(), key=str)) for name in ENTRIES for given in own(name))
    assert [one for one, times in described.items() if times > 1] == []


def test_a_column_that_is_only_named_is_the_first_of_that_name():
    assert CITY_TABLES["targets"].column("document") is TABLES["documents"].column("document")
    assert PANEL.column("indicator") is TABLES["indicators"].column("indicator")
    assert CITY_TABLES["figures"].column("indicator") is TABLES["figures"].column("indicator")
    # `document` of shares is a column of its own: it is empty for the whole city.
    assert not CITY_TABLES["shares"].column("document").required


@pytest.mark.parametrize(
    "kind, required, dtype",
    [
        ("string", False, "string"),
        ("integer", True, "int64"),
        ("integer", False, "Int64"),
        ("number", False, "float64"),
        ("boolean", True, "bool"),
        ("boolean", False, "boolean"),
    ],
)
def test_types_of_columns(kind, required, dtype):
    column = Column("a", kind, "A", "甲", "What a is", "甲之义", required=required)
    assert column.dtype == dtype
    value = {"string": "x", "integer": 1, "number": 1.5, "boolean": True}[kind]
    table = registry.Table("t", "T", "表", "Rows", "行", (column,))
    values = [value] if required else [value, None]
    for rows in ({"a": values}, [{"a": one} for one in values], pd.DataFrame({"a": pd.array(values, dtype=dtype)})):
        found = frame(table, rows)
        assert found["a"].dtype == dtype and found["a"].isna().tolist() == [one is None for one in values]
