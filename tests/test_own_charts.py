"""Charts of a reader's own: what the first import of charts sets, and the page that shows it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import ROOT

DOCS = ROOT / "docs"
DRAW = """
import json, sys
sys.path.insert(0, "docs")
from write_charts import pictures
from pathlib import Path
from PIL import Image, ImageChops, ImageStat

found = {}
for name, image in pictures(Path("docs/charts.md").read_text(encoding="utf-8")):
    kept = Image.open(Path("docs") / name).convert("RGB")
    small = [one.convert("RGB").resize((160, 80)) for one in (image, kept)]
    found[name] = [image.size, kept.size, max(ImageStat.Stat(ImageChops.difference(*small)).mean)]
print(json.dumps(found))
"""
FALLBACK = """
import warnings
warnings.filterwarnings("error", "Glyph")
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
from analysis import charts

def draw():
    figure, axes = plt.subplots()
    axes.set(title="\\u8f6c\\u578b \\u22121", xlabel="coal $x^2$")
    axes.plot([-1, 2])
    figure.canvas.draw()
    return matplotlib.rcParams["font.family"]

import seaborn as sns
said = [draw()[0]]
for change in (sns.set_theme, sns.reset_orig, lambda: plt.style.use("ggplot"), lambda: plt.rc("font", family="serif")):
    change()
    said.append(draw()[0])
charts.set_defaults()
charts.set_defaults()
print(said, draw(), len(matplotlib.rcParams["axes.prop_cycle"]))
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "does not have a glyph" not in done.stderr
    return done.stdout


def test_the_code_of_the_page_draws_its_pictures():
    found = json.loads(run(DRAW))
    assert set(found) == {f"charts/{path.name}" for path in (DOCS / "charts").iterdir()}
    for name, (size, kept, difference) in found.items():
        assert size == pytest.approx(kept, abs=4), name
        # Other versions of the libraries draw edges a little otherwise; a box for each character is 3 and more.
        assert difference < 2, name
    assert sum(path.stat().st_size for path in (DOCS / "charts").iterdir()) < 100_000


def test_chinese_is_shown_under_any_theme():
    said = run(FALLBACK)
    ours = "resource cities sans"
    assert said.strip() == f"['{ours}', 'sans-serif', 'sans-serif', 'sans-serif', 'serif'] ['{ours}'] 7"


def test_both_languages_have_the_same_code():
    pages = [(DOCS / name).read_text(encoding="utf-8") for name in ("charts.md", "charts.zh.md")]
    english, chinese = ([part for part in page.split("```")[1::2]] for page in pages)
    assert english == chinese and len(english) > 5
