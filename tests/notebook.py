"""Run the cells of a notebook of the project in this process and keep what they show."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import ROOT

MODULES = ("analysis.present.page", "analysis.present.tables")


@dataclass
class Shown:
    """What cells displayed: `words` (Markdown), `tables` (HTML), `charts` (SVG) with `alts`, the facts of the front,
    the notes under charts and tables, and the `names` of the notebook afterwards."""

    words: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    front: dict[str, Any] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that a reader reads, tables without their markup."""
        plain = [re.sub(r"<[^>]+>", " ", table) for table in self.tables]
        return "\n".join([*self.words, *plain, *self.alts, *self.notes]).replace("\\", "")

    def said(self, heading: str) -> str:
        """The words from a heading to the next one."""
        parts = "\n".join(self.words).split(f"## {heading}\n", 1)
        assert len(parts) == 2, f"no heading {heading} among {[w for w in self.words if w.startswith('#')]}"
        return parts[1].split("\n## ")[0].replace("\\", "")


def cells(name: str) -> list[tuple[str, str, list[str]]]:
    """Id, source and tags of the code cells of a notebook."""
    notebook = json.loads((ROOT / f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))
    found = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [(cell["id"], "".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in found]


def run(
    monkeypatch: pytest.MonkeyPatch, name: str, insert: Mapping[str, str] | None = None, **parameters: Any
) -> Shown:
    """Run a notebook with `parameters`; after the line of a cell that begins with a key of `insert`, its value runs."""
    shown = Shown()

    def display(thing: Any, raw: bool = False, metadata: Any = None) -> None:
        data, meta = (thing, metadata or {}) if raw else thing._repr_mimebundle_()
        report = next((value for kind, value in data.items() if kind.startswith("application/")), None)
        if report is not None:
            shown.front = report
        if "image/svg+xml" in data:
            shown.charts.append(data["image/svg+xml"])
            shown.alts.append(meta["image/svg+xml"]["alt"])
            shown.notes.append(meta["image/svg+xml"].get("note", ""))
        elif "text/html" in data:
            shown.tables.append(data["text/html"])
            shown.notes.append(meta["text/html"]["note"])
        else:
            shown.words.append(data["text/markdown"])

    for module in MODULES:
        monkeypatch.setattr(f"{module}.display", display)
    shown.names = {"In": []}
    left = dict(insert or {})
    for _, source, tags in cells(name):
        lines = []
        for line in source.splitlines():
            lines.append(line)
            for start in [key for key in left if line.startswith(key)]:
                lines.append(left.pop(start))
        exec("\n".join(lines), shown.names)  # noqa: S102 - the notebook of this project
        if "parameters" in tags:
            shown.names |= parameters
    assert not left, f"no line begins with {list(left)}"
    return shown
