"""Words, numbers, quantities and periods in both languages; the registry; tables of reports."""

from __future__ import annotations

import re
import string
from types import SimpleNamespace

import pytest
from conftest import ROOT
from jinja2 import Environment, meta

from analysis.build import store
from analysis.compare.gold import COLUMNS as JUDGED
from analysis.extract.figures.units import read_units
from analysis.present.language import LANGUAGES, Words, sections, strings
from analysis.present.prose import Prose
from analysis.present.tables import Cell, table_html
from analysis.project.errors import InputError
from analysis.project.registry import STATUSES, TABLES, THEMES, codebook, frame, problems
from analysis.project.rules import rules_in_use
from analysis.texts.furniture import FILE

UNITS = read_units(ROOT / "data/reference/units.csv")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def parts(lang: str) -> dict[tuple[str, ...], str]:
    """Every template of a language by section and part."""
    found: dict[tuple[str, ...], str] = {}
    for key, section in sections(lang).items():
        for part, words in section.items():
            if isinstance(words, dict) and part != "facts":
                found |= {(key, part, str(name)): text for name, text in words.items()}
            elif isinstance(words, list | dict):
                texts = words if isinstance(words, list) else words.values()
                found |= {(key, part, str(n)): text for n, text in enumerate(texts)}
            else:
                found[key, part] = words
    return found


def test_both_languages_have_the_same_keys_and_values():
    zh, en = strings("zh"), strings("en")
    assert list(zh) == list(en)
    assert {key: fields(zh[key]) for key in zh} == {key: fields(en[key]) for key in en}
    assert list(parts("zh")) == list(parts("en"))
    assert all(isinstance(text, str) for lang in LANGUAGES for text in parts(lang).values())


def used(template: str) -> set[str]:
    """The values that a template asks for, but for those that every page has."""
    # What filters there are does not matter here.
    tree = Environment().parse(re.sub(r"\|\s*[a-z_]+(?:\([^()]*\))?", "", template))
    return meta.find_undeclared_variables(tree) - {
        "m",
        "city",
        "cities",
        "documents",
        "editions",
        "source",
        "no_section",
    }


def test_templates_of_both_languages_ask_for_the_same_values():
    zh, en = parts("zh"), parts("en")
    assert {key: used(zh[key]) for key in zh} == {key: used(en[key]) for key in en}


def test_every_word_and_every_section_is_used():
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src/analysis").rglob("*.py"))
    code += "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src/analysis/publish/templates").glob("*.html"))
    books = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "notebooks").glob("*.ipynb"))
    templates = "".join(parts("zh").values())
    families = (
        "theme_",
        "measure_",
        "genre_",
        "class_",
        "edition_",
        "colophon_",
        "comparator_",
        "index_file_",
        "index_mark_",
        "index_report_",
        "half_",
        "range_",
        "increase_",
        "decrease_",
        "rule_",
        "times_",
        "constraint_",
        "matrix_note_",
        "role_",
        "period_source_",
        "strength_",
        "correction_",
        "attention_",
        "scheme_",
        "sensitivity_",
        "validation_",
        "facts_",
        "col_",
    )
    unused = [
        key
        for key in strings("zh")
        if not key.startswith(families) and key not in STATUSES and f'"{key}"' not in code and key not in templates
    ]
    assert unused == []
    named = {key for key in sections("zh") if f'\\"{key}\\"' in books or f'"{key}"' in code}
    assert set(sections("zh")) - named == set()


def test_chinese_words_have_no_typed_spaces_and_english_ones_no_chinese():
    zh, en = {**strings("zh"), **parts("zh")}, {**strings("en"), **parts("en")}
    assert [k for k, v in zh.items() if re.search(r"[\u4e00-\u9fff] [\u4e00-\u9fff]", v)] == []
    assert [k for k, v in en.items() if re.search(r"[\u4e00-\u9fff]", v)] == []


FORBIDDEN = [
    r"– (?:to|at) –",
    r"\bNext come –",
    r"\b1 parts\b",
    r"(?<!\d)0 plans",
    r"not said in the text",
    r"(?<![\d）}])0个是计划",
]


def test_no_template_holds_what_no_report_may_say():
    texts = [*strings("zh").values(), *strings("en").values(), *parts("zh").values(), *parts("en").values()]
    assert [text for text in texts for words in FORBIDDEN if re.search(words, text)] == []


def row(value, unit, comparator="=", measure="level", value_max=None, mention=""):
    return SimpleNamespace(
        value=value,
        value_max=value_max if value_max is not None else float("nan"),
        unit=unit,
        comparator=comparator,
        measure=measure,
        mention=mention,
    )


@pytest.mark.parametrize(
    ("figure", "zh", "en"),
    [
        (row(12e9, "元"), "120亿元", "CNY 12 billion"),
        (row(60_000_000, "元", ">"), "6,000万元以上", "at least CNY 60 million"),
        (row(5.6, "%", "≈", "increase"), "增长约5.6%", "up about 5.6%"),
        (row(4.5, "%", "<", "share"), "不超过4.5%", "at most 4.5%"),
        (row(4.5, "%", "=", "increase", 5), "增长4.5%至5%", "up 4.5% to 5%"),
        (row(3, "%", "=", "decrease"), "下降3%", "down 3%"),
        (row(30, "户", ">", "increase"), "增加30户以上", "up at least 30 households or firms"),
        (row(2, "倍", "=", "increase", mention="翻番"), "翻一番", "doubled"),
        (row(2, "倍", "=", "increase", mention="2倍"), "增长2倍", "up 2 times"),
        (row(5, "位", "=", "rank"), "第5位", "rank 5"),
        (row(14, "连", "=", "streak"), "14连", "14 in a row"),
        (row(4_000_000, "亩"), "400万亩", "4 million mu"),
        (row(590, "套"), "590套", "590 sets"),
        (row(370_000_000, "美元"), "3.7亿美元", "USD 370 million"),
        (row(3, "楞"), "3楞", "3 楞"),
        (row(12, "条"), "12条", "12"),
        (row(73_300, "颗"), "7.33万颗", "73,300"),
        (row(1, "家"), "1家", "1 establishment"),
        (row(1, "批"), "1批", "1 batch"),
        (row(1, "县"), "1县", "1 county"),
        (row(1, "家", value_max=2), "1家至2家", "1 to 2 establishments"),
        (row(1, "小时", value_max=2), "1小时至2小时", "1 to 2 hours"),
        (row(2, "个", value_max=3), "2个至3个", "2 to 3"),
    ],
)
def test_quantities(figure, zh, en):
    assert Words("zh").quantity(figure, UNITS) == zh
    assert Words("en").quantity(figure, UNITS) == en


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2021", "2021年", "2021"),
        ("2019-H1", "2019年上半年", "first half of 2019"),
        ("2023-Q1", "2023年第1季度", "Q1 2023"),
        ("2024-01/2024-08", "2024年1–8月", "Jan–Aug 2024"),
        ("2017/2021", "2017–2021年", "2017–2021"),
        ("2004/..", "2004年以来", "since 2004"),
        ("../2025", "到2025年", "by 2025"),
        ("2024-09", "2024年9月", "Sep 2024"),
        (None, "", ""),
    ],
)
def test_periods(period, zh, en):
    assert Words("zh").period(period) == zh
    assert Words("en").period(period) == en


def test_dates_and_lists():
    assert Words("zh").date("2024-09-27") == "2024年9月27日" and Words("en").date("2024-09-27") == "27 Sep 2024"
    assert Words("en").date("2019-08") == "Aug 2019" and Words("zh").date("2019") == "2019年"
    assert Words("zh").list(["甲", "乙", "丙"]) == "甲、乙和丙" and Words("en").list(["a", "b", "c"]) == "a, b and c"
    assert Words("en").list([]) == ""


def test_an_unknown_language_is_named():
    with pytest.raises(InputError, match="unknown language 'fr'; use one of: zh, en"):
        strings("fr")
    assert LANGUAGES == ("zh", "en")


def test_registry_is_whole():
    for table in TABLES.values():
        assert len(set(table.names)) == len(table.names) and set(table.key) <= set(table.names)
        for column in table.columns:
            assert column.en and column.zh and column.meaning_en and column.meaning_zh
    meanings = {}
    for table in TABLES.values():
        for column in table.columns:
            # `indicator` and `kind` are the names with two meanings, as the module says.
            name = (table.name, column.name) if column.name in ("indicator", "kind") else column.name
            assert meanings.setdefault(name, column) == column, f"{column.name} means two things"


def test_codebook_on_disk_is_the_registry():
    on_disk = (ROOT / "data/processed/README.md").read_text(encoding="utf-8")
    assert on_disk == store.reading_note() + codebook("en") + "\n" + codebook("zh")


def test_problems_are_found():
    good = frame("terms", [{"document": "a", "term": "矿", "count": 1}])
    assert problems("terms", good) == []
    assert problems("terms", good.drop(columns="count")) == ["terms: column count is absent"]
    assert problems("terms", frame("terms", [{"document": "a", "term": "矿", "count": 1}] * 2)) == [
        "terms: 1 rows repeat the key document, term"
    ]
    codes = {
        "document": "a",
        "passage": 1,
        "sentence": 1,
        "scheme": "theme",
        "code": "ecology",
        "share": 1.0,
        "evidence": "矿",
    }
    assert problems("codes", frame("codes", [{**codes, "scheme": "colour"}])) == ["codes.scheme: not allowed: colour"]
    assert problems("codes", frame("codes", [{**codes, "code": None}])) == ["codes.code: 1 empty cells"]


def test_cells_are_data():
    table = table_html(
        ["<b>"], [[Cell("<script>x</script>", value=1.5, title='"><i>', form="planned")]], caption="a & b", numeric=[0]
    )
    assert "<script>" not in table and "<i>" not in table and "a &amp; b" in table
    assert 'data-value="1.5"' in table and 'class="planned"' in table
    assert len(THEMES) == 12


def test_every_rule_of_cleaning_has_words():
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src/analysis/texts").glob("*.py")))
    named = {rule for rule in re.findall(r'Removal\([^"\n]*"([a-z_]+)"', source)}
    named |= set(re.findall(r"rule = .*?\"([a-z_]+)\"$", source, re.M))
    named |= {rule.gives for rule in rules_in_use().file(FILE)}
    assert len(named) > 12 and {f"rule_{rule}" for rule in named} <= set(strings("en"))


def test_a_formula_without_an_explanation_is_not_said_to_have_none():
    assert Words("zh")("formulas_unexplained") == "未能自动识别"
    assert Words("en")("formulas_unexplained") == "not found automatically"


def test_the_chart_of_scores_names_its_columns_in_the_language_of_the_report():
    for lang in LANGUAGES:
        names = sections(lang)["scores"]["names"]
        assert set(JUDGED) == set(names)
    assert all(not re.search("[A-Za-z]", name) for name in sections("zh")["scores"]["names"].values())


def test_a_text_that_is_no_template_is_named():
    prose = Prose("en", {"number": str}, {})
    with pytest.raises(InputError, match="'{{ t|numbr }}' is no template: No filter named 'numbr', did you mean 'num"):
        prose.text("{{ t|numbr }}", {"t": 1})
    with pytest.raises(InputError, match=r"is no template: .*; mend it where it stands, in strings/en.yml"):
        prose.markdown("{{ t }", {"t": 1})
    with pytest.raises(InputError, match="strings/en.yml has no section 'themse', did you mean 'themes'"):
        prose.known("themse")
    prose.known("themes")
    prose.known("{{ t }}")
