"""Validation: gold tables, alignment, verdicts and counts by hand-worked cases; the report with and without gold."""

from __future__ import annotations

import importlib.util
import itertools
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, make_project, write_store
from hypothesis import given
from hypothesis import strategies as st
from notebook import run

from analysis.build.any_text import figure_reader
from analysis.compare import gold as validation
from analysis.present.language import sections, strings
from analysis.project.errors import InputError
from analysis.project.folders import Project
from analysis.publish import jobs, manifest

FIGURES = ROOT / "tests/gold/figures"
TEXT = "茶山县种茶3万亩，增长5%。\n力争到2027年茶厂达到20家；修路8公里。\n"
ROWS = [
    {"sid": "S001", "mention": "3万亩", "value": 30000, "unit": "亩", "measure": "level", "indicator": "种茶"},
    {"sid": "S001", "mention": "5%", "value": 5, "unit": "%", "measure": "increase", "indicator": "种茶"},
    {"sid": "S002", "mention": "20家", "value": 20, "unit": "家", "period": "../2027", "status": "planned"},
    {"sid": "S003", "mention": "8公里", "value": 8, "unit": "公里", "theme": "urban", "optional": True},
]


def write_gold(folder: Path, rows: list[dict] | list[str] = ROWS, text: str = TEXT, head: str = "") -> Path:
    """A gold folder with one text of these figures."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = head or "text,date,genre\nchashan-2024,2024-06,interview\n"
    (folder / "texts.csv").write_text(listed, encoding="utf-8")
    (folder / "chashan-2024.txt").write_text(text, encoding="utf-8")
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "chashan-2024.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def table(*rows: tuple, optional: tuple[int, ...] = ()) -> pd.DataFrame:
    """Figures (value, unit, mention) of one text; those numbered in `optional` are optional."""
    data = pd.DataFrame(rows, columns=["value", "unit", "mention"]).assign(text="t")
    return data.assign(optional=[place in optional for place in range(len(data))])


def pairs(gold: pd.DataFrame, predicted: pd.DataFrame) -> list[tuple]:
    found = validation.align(gold, predicted).astype(object)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in found[["gold", "predicted"]].to_numpy()]


@pytest.fixture(scope="module")
def scored() -> tuple[validation.Gold, pd.DataFrame]:
    """The gold tables that ship with the project, and what the rules find in their texts."""
    gold, reference = validation.read_gold(FIGURES), ROOT / "data/reference"
    return gold, validation.predict(gold, figure_reader(reference))


# --- gold tables ------------------------------------------------------------------------------------------------


def test_gold_is_read_with_its_sentences(tmp_path):
    gold = validation.read_gold(write_gold(tmp_path))
    assert gold.sentences["sentence"].tolist() == [
        "茶山县种茶3万亩，增长5%。",
        "力争到2027年茶厂达到20家；",
        "修路8公里。",
    ]
    for row in gold.sentences.itertuples():
        assert TEXT[row.start : row.end].strip() == row.sentence
    assert gold.figures["number"].tolist() == [1, 2, 3, 4]
    assert gold.figures["optional"].tolist() == [False, False, False, True]
    assert gold.figures["period"].isna().tolist() == [True, True, False, True]


def bad(number: int, **changed) -> list[dict]:
    return [*ROWS[: number - 1], {**ROWS[number - 1], **changed}, *ROWS[number:]]


@pytest.mark.parametrize(
    ("rows", "line", "problem"),
    [
        ([*ROWS[:2], "{'sid'}"], 3, "this is no JSON"),
        ([*ROWS[:2], "[1]"], 3, "this is no JSON object"),
        (bad(1, sid="S009"), 1, "there is no sentence 'S009' in the text; use S001 to S003"),
        (bad(2, sid="S002"), 2, "mention '5%' is not in sentence S002"),
        ([ROWS[1], ROWS[0]], 2, "mention '3万亩' stands before the one of the line above; put the lines in the order"),
        ([ROWS[2], ROWS[0]], 2, "mention '3万亩' stands before"),
        (bad(1, mention=""), 1, "mention is missing or no text"),
        (bad(1, value="3"), 1, "value is missing or no number"),
        (bad(1, value=True), 1, "value is missing or no number"),
        (bad(1, value=-3), 1, "value is missing or no number"),
        (bad(1, value_max=1), 1, "value_max is no number from value up"),
        (bad(1, measure="levle"), 1, "measure 'levle' is unknown; use null or one of: level"),
        (bad(1, theme="tea"), 1, "theme 'tea' is unknown"),
        (bad(1, indicator=3), 1, "indicator is no text"),
        (bad(3, period="2027以前"), 3, "period '2027以前' is none"),
        (bad(3, period="2027/2021"), 3, "period '2027/2021' is none"),
        (bad(4, optional="yes"), 4, "optional is neither true nor false"),
        (bad(2, mesure="level"), 2, "unknown field 'mesure', did you mean 'measure'?"),
    ],
)
def test_a_bad_line_is_named(tmp_path, rows, line, problem):
    with pytest.raises(InputError) as caught:
        validation.read_gold(write_gold(tmp_path, rows))
    assert str(caught.value).startswith(f"{tmp_path / 'chashan-2024.jsonl'}:{line}: ") and problem in str(caught.value)
    assert "\n" not in str(caught.value) and caught.value.cure


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        ("text,date\na,2024\n", "texts.csv:1: column 'genre' is absent"),
        (
            "text,date,genre\nchashan-2024,2024-06,interview\nchashan-2024,2024,other\n",
            "texts.csv:3: text 'chashan-2024' s",
        ),
        ("text,date,genre\n../a,2024,other\n", "texts.csv:2: '../a' is no name of a text"),
        ("text,date,genre\nchashan-2024,June,other\n", "texts.csv:2: date 'June' of text 'chashan-2024' is no date"),
        ("text,date,genre\nchashan-2024,2024,interveiw\n", "is unknown, did you mean 'interview'?"),
        ("text,date,genre\nother-2020,2024,other\n", "other-2020.txt: the file is missing"),
    ],
)
def test_a_bad_list_of_texts_is_named(tmp_path, head, problem):
    with pytest.raises(InputError, match=problem.replace("?", r"\?")):
        validation.read_gold(write_gold(tmp_path, head=head))


def test_missing_files_are_named(tmp_path):
    with pytest.raises(InputError, match=r"texts\.csv: the file is missing"):
        validation.read_gold(tmp_path)
    folder = write_gold(tmp_path / "a")
    (folder / "chashan-2024.jsonl").unlink()
    with pytest.raises(InputError, match=r"chashan-2024\.jsonl: the file is missing"):
        validation.read_gold(folder)
    (folder / "chashan-2024.txt").write_bytes("茶山".encode("gb18030"))
    with pytest.raises(InputError, match=r"chashan-2024\.txt: the file is not UTF-8"):
        validation.read_gold(folder)


def test_every_figure_is_put_into_a_sentence_that_holds_it(scored):
    gold, found = scored
    sentences = gold.sentences.set_index(["text", "sid"])["sentence"]
    for row in found.itertuples():
        # Cleaning takes spaces out of numbers and makes full-width digits narrow.
        assert validation._squeezed(row.mention)[0] in validation._squeezed(sentences[row.text, row.sid])[0]


# --- alignment --------------------------------------------------------------------------------------------------


def test_partners_agree_in_value_and_unit_and_never_cross():
    gold = table((5, "%", "5%"), (20, "家", "20家"), (5, "%", "5%"), (8, "公里", "8公里"))
    predicted = table((20, "家", "20家"), (5, "%", "5%"), (5, "公里", "5公里"), (8, "公里", "8公里"))
    assert pairs(gold, predicted) == [(0, None), (1, 0), (2, 1), (None, 2), (3, 3)]


def test_a_required_figure_outweighs_an_optional_one():
    gold = table((5, "年", "五年"), (3, "家", "3家"), optional=(0,))
    predicted = table((3, "家", "3家"), (5, "年", "5年"))
    assert pairs(gold, predicted) == [(0, None), (1, 0), (None, 1)]


def test_among_equal_partners_the_same_mention_wins():
    gold = table((20000, "元", "2万元"))
    predicted = table((20000, "元", "20000元"), (20000, "元", "2 万元"), (20000, "元", "20000元"))
    assert pairs(gold, predicted) == [(None, 0), (0, 1), (None, 2)]


def test_likeness_never_outweighs_a_partner():
    gold = table(*[(1, "家", "1家")] * 30, (2, "家", "2家"))
    predicted = table((2, "家", "两家"), *[(1, "家", "1家")] * 30)
    assert sum(g is not None and p is not None for g, p in pairs(gold, predicted)) == 30
    assert sum(g is not None and p is not None for g, p in pairs(gold, predicted.iloc[:1])) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("多户", "户"), ("％", "%"), ("个百分点", "百分点"), ("人民币", "元"), ("平方 公里", "平方公里")]
)
def test_units_that_mean_the_same(one, other):
    assert validation.plain_unit(one) == validation.plain_unit(other)
    assert pairs(table((-3, one, "x")), table((3.0000001, other, "x"))) == [(0, 0)]


def test_each_text_is_aligned_for_itself():
    gold = pd.concat([table((3, "家", "3家")), table((4, "家", "4家")).assign(text="u")], ignore_index=True)
    predicted = pd.concat([table((4, "家", "4家")), table((3, "家", "3家")).assign(text="u")], ignore_index=True)
    assert pairs(gold, predicted) == [(0, None), (None, 0), (1, None), (None, 1)]


def brute_force(weights: np.ndarray) -> int:
    """The greatest weight of any in-order pairing, by trying all."""
    rows, columns = weights.shape
    best = 0
    for size in range(min(rows, columns) + 1):
        for left in itertools.combinations(range(rows), size):
            for right in itertools.combinations(range(columns), size):
                own = [int(weights[i, j]) for i, j in zip(left, right, strict=True)]
                best = max(best, sum(own) if all(own) else 0)
    return best


@given(st.lists(st.lists(st.sampled_from([0, 0, 3, 5, 6]), min_size=4, max_size=4), min_size=1, max_size=5))
def test_no_alignment_is_heavier(cells):
    weights = np.array(cells, dtype="int64")
    found = validation._alignment(weights)
    assert [i for i, _ in found if i is not None] == list(range(len(weights)))
    assert [j for _, j in found if j is not None] == list(range(4))
    partners = [(i, j) for i, j in found if i is not None and j is not None]
    assert all(weights[i, j] for i, j in partners)
    assert sum(int(weights[i, j]) for i, j in partners) == brute_force(weights)


# --- verdicts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ("种茶面积", "茶面积", 1.0),  # one holds the other
        ("全市茶园", "茶园", 1.0),
        ("茶园 面积", "茶园面积", 1.0),
        ("春茶产量", "夏茶产量", 2 * 2 / 6),  # 茶产 产量 of three pairs each
        ("茶", "油", 0.0),
        ("茶园", None, 0.0),
        ("", "", 0.0),
    ],
)
def test_overlap_of_names(one, other, value):
    assert validation.overlap(one, other) == pytest.approx(value)
    assert validation.overlap(other, one) == pytest.approx(value)


def judged_by_hand() -> pd.DataFrame:
    """Two found with one wrong measure and one wrong name, one missed, one too many, one optional found."""
    gold = pd.DataFrame(
        [
            ["t", "S001", "3至5亩", 3.0, 5.0, "亩", "=", "level", "种茶面积", "2023", "achieved", "industry", False],
            ["t", "S001", "5%", 5.0, None, "%", "=", "increase", "春茶产量", "../2027", None, "macro", False],
            ["t", "S002", "20家", 20.0, None, "家", "=", "level", "茶厂", None, "planned", None, False],
            ["t", "S002", "五年", 5.0, None, "年", "=", "duration", None, None, None, None, True],
        ],
        columns=["text", "sid", "mention", "value", "value_max", "unit", *validation.ATTRIBUTES[1:], "optional"],
    )
    predicted = gold.drop(columns="optional").iloc[[0, 1, 3]].copy()
    predicted.loc[0, ["value_max", "period"]] = [6.0, "2022/2024"]
    predicted.loc[1, ["measure", "indicator", "period", "status"]] = ["level", "油", None, "planned"]
    extra = pd.DataFrame([{**predicted.loc[1], "sid": "S003", "mention": "7户", "value": 7.0, "unit": "户"}])
    return validation.judge(gold, pd.concat([predicted, extra], ignore_index=True))


def test_verdicts_by_hand():
    judged = judged_by_hand()
    counts = validation.scores(judged).set_index("column")[["right", "n"]].apply(tuple, axis=1).to_dict()
    assert counts == {
        "recall": (2, 3),
        "precision": (2, 3),
        "value_max": (0, 1),
        "comparator": (2, 2),
        "measure": (1, 2),
        "indicator": (1, 2),
        "period": (0, 2),
        "status": (1, 1),
        "theme": (2, 2),
    }
    # The gold table gives the second figure no status: what the rules say there is not judged.
    unasked = judged[(judged["column"] == "status") & (judged["mention"] == "5%")]
    assert unasked["right"].isna().all() and unasked["got"].tolist() == ["planned"]
    missed = validation.mistakes(judged).query("column == 'recall'")
    spurious = validation.mistakes(judged).query("column == 'precision'")
    assert missed["mention"].tolist() == ["20家"] and missed["sid"].tolist() == ["S002"]
    assert spurious["mention"].tolist() == ["7户"] and spurious["sid"].tolist() == ["S003"]


def test_confusion_and_kinds_of_periods_by_hand():
    judged = judged_by_hand()
    matrix = validation.confusion(judged, "measure")
    assert matrix.loc["level", "level"] == 1 and matrix.loc["increase", "level"] == 1 and matrix.to_numpy().sum() == 2
    assert list(matrix.index) == list(matrix.columns) == ["level", "increase"]
    with pytest.raises(InputError, match="unknown column 'period'; use one of: comparator, measure, status, theme"):
        validation.confusion(judged, "period")
    kinds = validation.period_kinds(judged).set_index("kind")["n"].to_dict()
    assert kinds == {"right": 0, "overlap": 1, "apart": 0, "missing": 1, "unasked": 0}


@pytest.mark.parametrize(
    ("wanted", "got", "kind"),
    [
        ("2021", "2021", "right"),
        ("2021", "2021-H1", "overlap"),
        ("2021", "2020/2025", "overlap"),
        ("2021", "2022-Q1", "apart"),
        ("2021-12", "2022/..", "apart"),
        ("2021-12", "2021-Q4", "overlap"),
        ("../2027", "2027-12", "overlap"),
        ("2004/..", "../2003", "apart"),
        ("2024-01/2024-08", "2024-H2", "overlap"),
        ("2024-01/2024-08", "2024-Q4", "apart"),
        ("2021", "", "missing"),
        ("", "2021", "unasked"),
    ],
)
def test_kinds_of_periods(wanted, got, kind):
    assert validation._period_kind(wanted, got) == kind


def test_worst_sentences_by_hand():
    sentences = pd.DataFrame(
        {"text": "t", "sid": ["S001", "S002", "S003", "S004"], "sentence": ["甲。", "乙。", "丙。", "丁。"]}
    )
    judged = judged_by_hand()
    worst = validation.worst_sentences(judged, sentences)
    assert worst[["sid", "errors"]].apply(tuple, axis=1).tolist() == [("S001", 5), ("S002", 1), ("S003", 1)]
    assert worst["sentence"].tolist() == ["甲。", "乙。", "丙。"]
    assert worst["errors"].sum() == len(validation.mistakes(judged))
    assert len(validation.worst_sentences(judged, sentences, top=1)) == 1


def test_wilson_interval():
    low, high = validation.wilson([8, 0, 10, 0], [10, 10, 10, 0])
    # Worked out with the formula of the docstring, z = 1.959964.
    assert low[:3] == pytest.approx([0.490162, 0.0, 0.722467], abs=1e-6)
    assert high[:3] == pytest.approx([0.943318, 0.277533, 1.0], abs=1e-6)
    assert math.isnan(low[3]) and math.isnan(high[3])


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_share(counts):
    right, n = counts
    low, high = validation.wilson(right, n)
    assert 0 <= low <= right / n <= high <= 1
    # The ends are where the score test just rejects: |p - end| = z √(end (1 - end) / n).
    z = 1.959963984540054
    for end in (float(low), float(high)):
        if 0 < end < 1:
            assert abs(right / n - end) == pytest.approx(z * math.sqrt(end * (1 - end) / n), abs=1e-9)


def test_a_table_against_itself_is_right(scored):
    gold, _ = scored
    judged = validation.judge(gold.figures, gold.figures)
    assert (validation.scores(judged)["share"] == 1).all() and (validation.scores(judged, "text")["share"] == 1).all()
    assert validation.mistakes(judged).empty and validation.worst_sentences(judged, gold.sentences).empty
    for column in validation.CHOICES:
        matrix = validation.confusion(judged, column).to_numpy()
        assert (matrix == np.diag(np.diag(matrix))).all()


def test_optional_figures_cost_nothing(scored):
    gold, found = scored
    before = validation.scores(validation.judge(gold.figures, found))
    optional = gold.figures[gold.figures["optional"]]
    assert len(optional) > 30
    required = gold.figures[~gold.figures["optional"]]
    alone = validation.scores(validation.judge(gold.figures, required)).set_index("column")
    assert alone.loc["recall", "share"] == alone.loc["precision", "share"] == 1
    everything = validation.scores(validation.judge(gold.figures, gold.figures)).set_index("column")
    assert everything.loc["recall", "n"] == everything.loc["precision", "n"] == len(required)
    assert before.set_index("column").loc["recall", "n"] == len(required)


def test_nothing_found_and_nothing_to_find(scored):
    gold, found = scored
    judged = validation.judge(gold.figures, found.iloc[:0])
    assert validation.scores(judged)[["column", "right"]].to_numpy().tolist() == [["recall", 0]]
    judged = validation.judge(gold.figures.iloc[:0], found)
    assert validation.scores(judged)[["column", "right"]].to_numpy().tolist() == [["precision", 0]]
    empty = validation.judge(gold.figures.iloc[:0], found.iloc[:0])
    assert validation.scores(empty).empty and validation.scores(empty, "text").empty
    assert validation.confusion(empty, "theme").empty and validation.period_kinds(empty)["n"].sum() == 0


def test_the_shared_measure_gives_the_same_scores(scored, shared):
    spec = importlib.util.spec_from_file_location("score", shared / "gold/score.py")
    measure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(measure)
    gold, found = scored
    by_text = validation.scores(validation.judge(gold.figures, found), "text")
    for name, own in by_text.groupby("text"):
        predicted = json.loads(found[found["text"] == name].to_json(orient="records"))
        result, *_ = measure.score(measure.load(FIGURES / f"{name}.jsonl"), predicted)
        assert own.set_index("column")["share"].to_dict() == pytest.approx({c: result[c] for c in own["column"]})


# --- judged samples ---------------------------------------------------------------------------------------------


def test_judged_samples(tmp_path):
    assert validation.read_samples(tmp_path).empty
    (tmp_path / "indicators.csv").write_text("document,verdict\na,right\nb,wrong:period\n", encoding="utf-8")
    rows = ["theme,1,right", "pathway,1,right", "theme,2,wrong", "theme,1,right but late"]
    (tmp_path / "coding.csv").write_text("\n".join(["scheme,sample,verdict", *rows]) + "\n", encoding="utf-8")
    found = validation.read_samples(tmp_path)
    assert found[["what", "sample", "n", "right"]].to_numpy().tolist() == [
        ["indicators", "", 2, 1],
        ["theme", "1", 2, 2],
        ["theme", "2", 1, 0],
        ["pathway", "1", 1, 1],
    ]
    assert (found["low"] <= found["share"]).all() and (found["share"] <= found["high"]).all()


def test_a_bad_verdict_is_named(tmp_path):
    (tmp_path / "coding.csv").write_text("scheme,verdict\ntheme,right\ntheme,maybe\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"coding\.csv:3: verdict 'maybe' begins neither with 'right' nor with 'wrong'"
    ):
        validation.read_samples(tmp_path)
    (tmp_path / "coding.csv").write_text("verdict\nright\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"coding\.csv:1: column 'scheme' is absent"):
        validation.read_samples(tmp_path)


# --- the report -------------------------------------------------------------------------------------------------


@pytest.fixture
def with_gold(small_project: Path) -> Path:
    """The small project with a gold text, a judged sample, and a published text beside one digest."""
    write_gold(small_project / "tests/gold/figures")
    rows = ["scheme,verdict", *["theme,right"] * 3, "pathway,wrong"]
    (small_project / "tests/gold/coding.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return small_project


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_with_gold_tables(with_gold, lang, monkeypatch):
    published = with_gold / "data/raw/published"
    published.mkdir()
    shutil.copy(with_gold / "data/raw/yunling-2024.txt", published)
    shown = run(monkeypatch, "05_validation", lang=lang)
    words, heads = strings(lang), sections(lang)
    for key in ("scores", "confusion", "worst", "samples", "sensitivity", "limits"):
        assert f"## {heads[key]['heading']}" in shown.words
    assert shown.front["finding"] and shown.front["facts"][1][1] == "3"
    alone = {"zh": "只有一个版本", "en": "one edition only"}[lang]
    assert words["sensitivity_edition"] in shown.text and alone not in shown.text
    assert words["validation_samples_theme"] in shown.text.lower()
    # No theme is judged in this text, and a chart without data is left out.
    assert len(shown.charts) == 2 and all(len(alt) > 15 for alt in shown.alts)
    assert len(shown.tables) >= 6
    assert not any(word in shown.text for word in ("nan", "<NA>", "None", "{", "bound method"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_without_gold_tables_says_so(small_project, lang, monkeypatch):
    shown = run(monkeypatch, "05_validation", lang=lang)
    heads = sections(lang)
    none = {"zh": "没有附带人工标注", "en": "has no gold tables"}[lang]
    assert none in shown.front["finding"] and none in shown.said(heads["gold"]["heading"])
    assert {"zh": "没有附带判读过的样本", "en": "no judged samples"}[lang] in shown.said(heads["samples"]["heading"])
    for key in ("scores", "confusion", "worst"):
        assert f"## {heads[key]['heading']}" not in shown.words
    assert heads["limits"]["reading"][-1] in shown.said(heads["limits"]["heading"])
    assert {"zh": "只有一个版本", "en": "one edition only"}[lang] in shown.said(heads["sensitivity"]["heading"])


def test_one_city_is_no_comparison(small_project, monkeypatch):
    sources = small_project / "data/raw/sources.csv"
    sources.write_text("\n".join(sources.read_text(encoding="utf-8").splitlines()[:2]) + "\n", encoding="utf-8")
    shown = run(monkeypatch, "05_validation", lang="en")
    assert shown.names["moved"].empty and shown.charts == []
    said = shown.said("Would another choice change the comparison?").strip()
    assert said == "Fewer than two cities have codes, so there is nothing to compare."


def test_a_broken_gold_table_stops_the_report(with_gold, monkeypatch):
    with (with_gold / "tests/gold/figures/chashan-2024.jsonl").open("a", encoding="utf-8") as lines:
        lines.write("{}\n")
    with pytest.raises(InputError, match=r"chashan-2024\.jsonl:5: sid is missing or no text"):
        run(monkeypatch, "05_validation", lang="en")


def test_the_notebook_depends_on_its_gold_tables(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "package_digest", lambda: "the code")
    project = Project(make_project(tmp_path / "p"))
    write_store(project, [{"document": "hewan-2025", "city": "hewan"}], {"hewan-2025": []})
    keys = {job.id: manifest._Keys(project).parts(job) for job in jobs.plan(project)}
    assert "files" in keys["validation.zh"] and "files" not in keys["corpus.zh"]
    write_gold(project.root / "tests/gold/figures")
    later = {job.id: manifest._Keys(project).parts(job) for job in jobs.plan(project)}
    changed = {name for name in keys if later[name] != keys[name]}
    assert changed == {"validation.zh", "validation.en"}
    job = next(job for job in jobs.plan(project) if job.id == "validation.en")
    entry = {"status": "done", "parts": keys[job.id], "outputs": {}}
    assert manifest._reason(project, job, later[job.id], [], entry).startswith("files changed")
