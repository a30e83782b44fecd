"""The snippets of docs/api_introduction.md run as they stand: without a notebook, and behind the cells of 03."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from conftest import ROOT
from notebook import run

from analysis.project.errors import InputError

SNIPPETS = re.findall(
    r"^```python\n(.*?)^```", (ROOT / "docs/api_introduction.md").read_text(encoding="utf-8"), re.M | re.S
)


def test_first_steps(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    names = {}
    for snippet in SNIPPETS[:2]:
        exec(snippet, names)  # noqa: S102 - the snippet of the page
    assert (tmp_path / "themes.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match="unknown table 'figurs', did you mean 'figures'"):
        names["texts"].table("figurs")
    with pytest.raises(InputError, match="unknown code 'ecolgy', did you mean 'ecology'"):
        names["charts"].heat_map(names["shares"], order=["ecolgy"])


def test_changes_of_a_report(monkeypatch, tmp_path):
    shown = run(monkeypatch, "03_comparison", lang="en")
    monkeypatch.chdir(tmp_path)
    before = len(shown.words), len(shown.tables), len(shown.charts)
    exec(SNIPPETS[2], shown.names)  # noqa: S102 - the snippet of the page
    after = len(shown.words), len(shown.tables), len(shown.charts)
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, 1, 1]
    assert shown.names["words"]["z"].min() > 2.58
    assert {"mention", "text"} <= set(pd.read_excel(tmp_path / "ecology.xlsx").columns)
