"""What a text promises: which sentences, how firmly, by when, how much, by whom; and the agenda of questions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from rule_rows import rows_without_effect

from analysis import compare, open_corpus
from analysis.build.steps import Text, text_tables
from analysis.extract.commitments import FILE, STRENGTHS, commitments, strength
from analysis.extract.figures.sections import passage_statuses
from analysis.project.registry import frame
from analysis.texts.clean import clean

REFERENCE = Path(__file__).parents[1] / "data" / "reference"


def promised(text: str, date: str = "2024-03") -> pd.DataFrame:
    return text_tables(Text("own", text, date=date), REFERENCE, ["commitments"])["commitments"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("下一步，云岭将建成石墨产业园。", [("will", None, None)]),
        ("到2027年，力争新建茶厂3家。", [("strive", "../2027", "3家")]),
        ("下一步，确保云岭茶厂年内开工。", [("must", "2024", None)]),
        ("下一步，由县茶业局牵头建设云岭茶厂。", [("will", None, None)]),
        # what tells of what is done promises nothing
        ("近年来，云岭建成了石墨产业园。", []),
        ("目前，云岭已有茶厂3家。", []),
        ("他提到“确保茶厂开工”的要求。", []),
    ],
)
def test_promises_of_a_talk(text: str, told: list[tuple[str, str | None, str | None]]) -> None:
    found = promised(f"云岭市答记者问\n市长李云：{text}")
    rows = (
        found[["strength", "deadline", "quantity"]]
        .astype(object)
        .where(found[["strength", "deadline", "quantity"]].notna(), None)
    )
    assert [tuple(row) for row in rows.values.tolist()] == told


def test_bare_imperatives_of_a_plan_are_promises() -> None:
    text = "政府工作报告\n一、2023年工作回顾\n新建茶厂2家。\n二、2024年重点工作\n新建茶厂3家，建设云岭产业园。"
    found = promised(text, "2024-01")
    assert found["quantity"].tolist() == ["3家"]
    assert found["entity"].str.contains("云岭产业园").all()


def test_who_is_in_charge() -> None:
    assert promised("云岭市答记者问\n市长李云：下一步，由县茶业局牵头建设茶厂。")["owner"].tolist() == ["县茶业局"]


def test_the_firmest_word_counts() -> None:
    assert strength("将探索托管，确保茶厂开工") == ("must", "确保")
    assert [strength(f"{word}建厂")[0] for word in ("必须", "将", "力争", "谋划")] == list(STRENGTHS)


def test_every_row_has_an_effect() -> None:
    def look(_rule: object, example: str) -> object:
        passages, _ = clean(f"云岭市答记者问\n市长李云：{example}", "own")
        states = passage_statuses(list(zip(passages["kind"], passages["text"], strict=True)), "2024-03", None)
        known = {"document": "own", "city": "aa", "date": "2024-03", "genre": None}
        found = commitments(passages, frame("figures", []), frame("entities", []), states, **known)
        return found[["sentence", "strength", "word", "owner"]].astype(str).values.tolist()

    assert rows_without_effect(FILE, look) == []


def test_spans_are_sentences_and_profiles_add_up(small_project: Path) -> None:
    texts = open_corpus()
    passages = texts.passages.set_index(["document", "passage"])["text"]
    for row in texts.commitments.itertuples():
        said = passages[row.document, row.passage][row.start : row.end]
        assert said == said.strip() and said
    profile = compare.commitment_profile(texts, least=1)
    assert (profile[list(STRENGTHS)].sum(axis=1) == profile["count"]).all()
    made = profile[profile["count"] > 0]
    assert (made["numbered_share"].to_numpy() == (made["numbered"] / made["count"]).round(10).to_numpy()).all()
    assert compare.commitment_profile(texts, least=10_000)["numbered_share"].isna().all()


def test_the_agenda_names_asker_and_answer() -> None:
    asked = "云岭市答记者问\n云岭日报记者：请问云岭石墨产业园进展如何？\n"
    text = asked + "市长李云：产业园已投产，企业有3家。下一步，将建设云岭实验室。"
    made = text_tables(Text("own", text, city="aa", date="2024-03", genre="press_conference"), REFERENCE)
    made["documents"] = pd.DataFrame({"document": ["own"], "city": ["aa"]})
    from types import SimpleNamespace

    found = compare.questions(SimpleNamespace(**made))  # type: ignore[arg-type]
    assert len(found) == 1
    row = found.iloc[0]
    assert "云岭日报" in row["asked_by"] and row["answered_by"] == "李云"
    assert "云岭石墨产业园" in row["about"] and "云岭实验室" in row["means"]
    assert (row["figures"], row["commitments"]) == (1, 1)
