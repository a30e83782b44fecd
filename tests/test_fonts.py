"""The fonts made from the variable fonts of the wheel: their names, outlines, coverage, and the cache."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from analysis.rendering import fonts


@pytest.fixture
def fresh_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """An empty cache folder; what this process remembers of the old one is forgotten before and after."""
    remembered = (fonts._cache_folder, fonts._folder)
    for function in remembered:
        function.cache_clear()
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    for function in remembered:
        function.cache_clear()


@pytest.fixture(scope="module")
def japanese() -> TTFont:
    """Noto Sans JP Bold, made anew (the smallest of the fonts)."""
    made = fonts._instance(fonts._variable_font("jp"), "Noto Sans JP", "Bold")
    return TTFont(io.BytesIO(made))


@pytest.mark.parametrize(("bold", "style", "weight"), [(False, "Regular", 400), (True, "Bold", 700)])
def test_names_and_weight(bold, style, weight):
    font = TTFont(fonts.font_file(bold), lazy=True)
    names = {number: str(font["name"].getName(number, 3, 1)) for number in (1, 2, 4, 6)}
    assert names == {1: "Noto Sans SC", 2: style, 4: f"Noto Sans SC {style}", 6: f"NotoSansSC-{style}"}
    assert font["OS/2"].usWeightClass == weight
    assert font["head"].macStyle == (1 if bold else 0)
    assert not {"fvar", "gvar", "STAT", "HVAR", "avar"} & set(font.keys())


def test_all_glyphs_are_kept():
    with TTFont(fonts._variable_font("sc"), lazy=True) as source, TTFont(fonts.font_file(), lazy=True) as made:
        assert made["maxp"].numGlyphs == source["maxp"].numGlyphs
        assert made.getBestCmap() == source.getBestCmap()


def test_matplotlib_and_pillow_read_the_files():
    from matplotlib.font_manager import get_font
    from PIL import ImageFont

    assert get_font(str(fonts.font_file(True))).family_name == "Noto Sans SC"
    assert ImageFont.truetype(str(fonts.font_file()), 100).getlength("中文") == 200


def test_outlines_are_those_of_fonttools(japanese: TTFont):
    """A sample of glyphs, also such with interpolated points, moved by fontTools one by one."""
    from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates
    from fontTools.varLib.iup import iup_delta
    from fontTools.varLib.models import normalizeValue, piecewiseLinearMap

    source = TTFont(fonts._variable_font("jp"), lazy=True)
    share = piecewiseLinearMap(normalizeValue(700, (100, 100, 900)), source["avar"].segments["wght"])
    sparse = 0
    for name in source.getGlyphOrder()[::97]:
        points, control = source["glyf"]._getCoordinatesAndControls(
            name, source["hmtx"].metrics, source["vmtx"].metrics
        )
        for variation in source["gvar"].variations[name]:
            sparse += None in variation.coordinates
            moved = iup_delta(variation.coordinates, points, control.endPts)
            points += GlyphCoordinates([(share * x, share * y) for x, y in moved])
        points.toInt()
        glyph = japanese["glyf"][name]
        outline = list(glyph.coordinates) if glyph.numberOfContours else []
        assert outline == list(points)[:-4], name
        advance, bearing = japanese["hmtx"][name]
        assert advance == points[-3][0] - points[-4][0]
        if outline:
            assert (glyph.xMin, glyph.yMax) == (min(x for x, _ in outline), max(y for _, y in outline))
            assert bearing == glyph.xMin - points[-4][0]
            assert glyph.endPtsOfContours == list(control.endPts)
    assert sparse > 5


def test_same_bytes_twice(japanese: TTFont):
    again = fonts._instance(fonts._variable_font("jp"), "Noto Sans JP", "Bold")
    assert japanese.reader.file.getvalue() == again


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", []),
        ("七台河 GDP 增长 6.1%，“十三五”。\n\t\u3000\u200b\x07", []),
        ("한국한", ["한", "국"]),
        ("a😀b\ue000c\uffff", ["😀", "\ue000", "\uffff"]),
    ],
)
def test_missing_glyphs(text, missing):
    assert fonts.missing_glyphs(text) == missing


def test_fallback_scripts():
    assert fonts.fallback_scripts([]) == []
    assert fonts.fallback_scripts("한국") == ["kr"]
    assert fonts.fallback_scripts(["😀"]) == []
    assert fonts.fallback_scripts(fonts.missing_glyphs("辻𠮟")) != []


def test_code_font_is_known():
    assert {ord("a"), ord("✓"), ord("∑")} <= fonts.code_coverage()


def test_cache_folder(monkeypatch, tmp_path, fresh_cache):
    assert fonts._cache_folder().parent == fresh_cache
    monkeypatch.delenv("RESOURCE_CITIES_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    fonts._cache_folder.cache_clear()
    assert fonts._cache_folder().parent == tmp_path / "xdg" / "resource-cities"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    fonts._cache_folder.cache_clear()
    assert fonts._cache_folder().parent == tmp_path / "home" / ".cache" / "resource-cities"


def test_folder_is_made_once_and_mended(monkeypatch, fresh_cache):
    made = []

    def instance(source, family, style):
        made.append(style)
        return style.encode()

    monkeypatch.setattr(fonts, "_instance", instance)
    monkeypatch.setattr(fonts, "_is_whole", Path.is_file)
    folder = fonts.font_folder()
    assert sorted(path.name for path in folder.iterdir()) == ["NotoSansSC-Bold.ttf", "NotoSansSC-Regular.ttf"]
    fonts._folder.cache_clear()
    fonts.font_folder()
    assert made == ["Regular", "Bold"]
    (folder / "NotoSansSC-Bold.ttf").unlink()
    fonts._folder.cache_clear()
    fonts.font_folder()
    assert made == ["Regular", "Bold", "Bold"]


@pytest.mark.parametrize("damage", [lambda data: data[:-8], lambda data: data[:5000] + b"\1\2\3\4" + data[5004:]])
def test_a_damaged_font_is_made_anew(tmp_path, damage):
    font = fonts.font_file().read_bytes()
    path = tmp_path / "font.ttf"
    path.write_bytes(font)
    assert fonts._is_whole(path)
    path.write_bytes(damage(font))
    assert not fonts._is_whole(path) and not fonts._is_whole(tmp_path / "none.ttf")


def test_writers_at_once_leave_one_whole_file(tmp_path):
    contents = [bytes([number]) * 200_000 for number in range(8)]
    threads = [threading.Thread(target=fonts.write_file, args=(tmp_path / "font.ttf", content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in tmp_path.iterdir()] == ["font.ttf"]
    assert (tmp_path / "font.ttf").read_bytes() in contents


def test_missing_wheel_is_one_line_with_the_cure(monkeypatch, fresh_cache):
    def absent(name):
        raise fonts.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(fonts.importlib.metadata, "version", absent)
    with pytest.raises(fonts.FontError, match="pip install justmytype-intl-cjk") as caught:
        fonts.font_folder()
    assert "\n" not in str(caught.value)


def test_wheel_without_the_font(monkeypatch):
    monkeypatch.setattr(fonts.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(fonts.FontError, match="pip install"):
        fonts._variable_font("sc")


def test_cache_that_cannot_be_written(monkeypatch, tmp_path, fresh_cache):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "file" / "below"))
    fonts._cache_folder.cache_clear()
    monkeypatch.setattr(fonts, "_instance", lambda source, family, style: b"")
    with pytest.raises(fonts.FontError, match="RESOURCE_CITIES_CACHE"):
        fonts.font_folder()


def test_import_is_light():
    import subprocess
    import sys

    code = (
        "import sys, analysis.rendering.fonts; print(sorted({'fontTools', 'matplotlib', 'pandas'} & set(sys.modules)))"
    )
    path = os.pathsep.join([str(Path(fonts.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_advances_are_those_of_the_file():
    widths = fonts.advances()
    with TTFont(fonts.font_file(), lazy=True) as font:
        for sign in "iW0.%é":
            assert widths[sign] == font["hmtx"][font.getBestCmap()[ord(sign)]][0] / font["head"].unitsPerEm
    assert 0.1 < widths["i"] < widths["0"] < widths["W"] < 1.1
    assert "鹤" not in widths  # Chinese characters are all one em wide


def test_letters_of_other_scripts():
    assert {ord("ά"), ord("ש")} <= fonts.letter_coverage() and ord("鹤") not in fonts.letter_coverage()
    assert sorted(path.name for path in fonts.letter_folder().iterdir()) == ["DejaVuSans-Bold.ttf", "DejaVuSans.ttf"]
