"""Segmentation: rjieba with the project's terms against jieba itself."""

from __future__ import annotations

import io
import json
import logging
import random
from collections import Counter
from functools import cache
from pathlib import Path

import jieba
import pandas as pd
import pytest
from conftest import CONFERENCE, REPORT, ROOT

from analysis.extract import terms as segment
from analysis.extract.terms import BALLAST, Weights, count_terms, read_words, segmenter, without_figures
from analysis.project.errors import InputError

REFERENCE = ROOT / "data/reference"
TERMS = tuple(read_words(REFERENCE / "terms.txt"))
#: What dictionaries do not hold or cut in ways of their own: rare and odd characters, Latin words, numbers, marks.
ODD = [*"㐀㒰䶵鿍鿖龦𠀀😀ａ１％①Ⅷαяé.-_+#&%/@~ \n，。；“”（）《》、·…—℃㎡〇零豈﨑カの한"]
ODD += ["5G", "AI+", "C++", "3.5%", "T恤", "x_y"]


@cache
def reference(terms: tuple[str, ...]) -> jieba.Tokenizer:
    """jieba itself with `terms` as its user dictionary."""
    jieba.setLogLevel(logging.WARNING)
    words = jieba.Tokenizer()
    words.load_userdict(io.StringIO("\n".join(terms)))
    return words


def disagreement(text: str, terms: tuple[str, ...] = TERMS) -> tuple[Counter, Counter]:
    """The words that only jieba and that only rjieba cuts from `text`."""
    theirs, ours = Counter(reference(terms).cut(text, HMM=False)), Counter(segmenter(terms).cut(text, False))
    return theirs - ours, ours - theirs


def random_texts(number: int, seed: int, words: list[str]) -> list[str]:
    """Texts of dictionary words, user terms, single characters and what no dictionary holds, at random."""
    draw = random.Random(seed)

    def piece() -> str:
        kind = draw.random()
        if kind < 0.15:
            return draw.choice(ODD)
        if kind < 0.8:
            return draw.choice(words)
        return draw.choice(TERMS) if kind < 0.9 else chr(draw.randint(0x4E00, 0x9FFF))

    return ["".join(piece() for _ in range(draw.randint(1, 25))) for _ in range(number)]


def test_weights_of_terms_are_those_of_jieba():
    weights, theirs = Weights(), reference(TERMS)
    words = jieba.Tokenizer()
    words.initialize()
    assert weights.total == words.total
    for line in TERMS:
        cut = list(words.cut(line, HMM=False))
        weights.take(line, weights.suggested(line, cut))
        words.add_word(line)
    assert {term: weights.of[term] for term in TERMS} == {term: theirs.FREQ[term] for term in TERMS}
    assert weights.total == theirs.total


def test_every_word_of_the_dictionary_alone_is_cut_as_jieba_cuts_it():
    words = [word for word, count in reference(TERMS).FREQ.items() if count]
    assert len(words) > 340_000
    ours, theirs = segmenter(TERMS), reference(TERMS)
    assert [word for word in words if ours.cut(word, False) != list(theirs.cut(word, HMM=False))] == []


def test_random_texts_are_cut_as_jieba_cuts_them():
    words = [word for word, count in reference(TERMS).FREQ.items() if count]
    ours, theirs = segmenter(TERMS), reference(TERMS)
    texts = random_texts(4_000, 7, words)
    assert [text for text in texts if ours.cut(text, False) != list(theirs.cut(text, HMM=False))] == []


@pytest.mark.parametrize(
    "terms",
    [
        (),
        ("新质生产力",),
        ("云岭新材", "云岭新材 9", "云岭"),
        ("转型", "转型", "资源型城市 120 n", "城市转型"),
        ("龘龘城", "龘"),
        ("AI算力", "AI 3", "5G基站 nz"),
        ("发展", "高质量发展 1", "发展中国家"),
    ],
    ids=lambda terms: "-".join(terms) or "none",
)
def test_user_terms_weigh_as_in_jieba(terms):
    words = [word for word, count in reference(()).FREQ.items() if count]
    texts = [*random_texts(300, 11, words), "".join(term.split()[0] for term in terms), CONFERENCE, REPORT]
    assert [found for text in texts if any(found := disagreement(text, terms))] == []


def test_agreement_on_published_texts(shared):
    """The counts of jieba on 16 provincial reports and the sources; the figures stand in docs/performance.md."""
    paths = sorted([*shared.glob("corpora/*/*.txt"), *shared.glob("sources/*.txt")])
    assert len(paths) >= 5
    for path in paths:
        assert not any(disagreement(path.read_text(encoding="utf-8"))), path.name


def test_without_the_weights_of_jieba_they_would_differ():
    """Why the weights are worked out here: rjieba's own for user terms move words that jieba leaves apart."""
    words, theirs = segmenter.__wrapped__(()), reference(TERMS)
    for term in TERMS:
        words.add_word(term, None, None)
    everything = [word for word, count in theirs.FREQ.items() if count]
    assert [word for word in everything if words.cut(word, False) != list(theirs.cut(word, HMM=False))]


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Path:
    """The file in the cache folder that keeps weights."""
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / segment.KEPT


def anew(terms: tuple[str, ...]) -> list[str]:
    """The words of a text under a segmenter that was just made."""
    return segmenter.__wrapped__(terms).cut("云岭新材发展壮大资源型城市转型", False)


def test_weights_are_worked_out_once(kept, monkeypatch):
    first = anew(("云岭新材", "资源型城市 7"))
    words = json.loads(kept.read_bytes())["words"]
    assert [word for word, _ in words if word != BALLAST] == ["云岭新材", "资源型城市"]
    with monkeypatch.context() as patched:
        patched.setattr(segment, "Weights", None)
        assert anew(("云岭新材", "资源型城市 7")) == first and "云岭新材" in first
        with pytest.raises(TypeError):
            anew(("云岭新材",))
    # Other terms take the place of the first.
    assert "云岭新材" in anew(("云岭新材",)) and len(json.loads(kept.read_bytes())["words"]) < len(words)


@pytest.mark.parametrize("damage", ["", "[]", '{"state": 1}', "state", "words"])
def test_damaged_weights_are_worked_out_again(kept, damage):
    first = anew(("云岭新材",))
    whole = kept.read_bytes()
    held = json.loads(whole)
    kept.write_text(json.dumps({**held, damage: [["云岭"]]}) if damage in held else damage, encoding="utf-8")
    assert anew(("云岭新材",)) == first and kept.read_bytes() == whole


def test_weights_without_a_cache_folder(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "file" / "below"))
    assert "云岭新材" in anew(("云岭新材",))


def test_counts(tmp_path):
    terms, stop_words = tmp_path / "terms.txt", tmp_path / "stop.txt"
    terms.write_text("新材料企业  # 例\n\n", encoding="utf-8")
    stop_words.write_text("我们\n", encoding="utf-8")
    passages = pd.DataFrame({"passage": [1, 2], "text": ["我们有36家新材料企业，AI和5G。", "新材料企业增加 A B2"]})
    figures = pd.DataFrame({"passage": [1], "start": [3], "end": [6]})
    counted = count_terms(passages, figures, document="d", terms=terms, stop_words=stop_words)
    assert dict(zip(counted["term"], counted["count"], strict=True)) == {"新材料企业": 2, "AI": 1, "B2": 1, "增加": 1}
    assert list(counted["count"]) == [2, 1, 1, 1] and set(counted["document"]) == {"d"}


def test_what_is_too_long_for_a_word_is_none(tmp_path):
    for name in ("terms.txt", "stop.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    passages = pd.DataFrame({"passage": [1], "text": [f"转型{'ab' * 100_000}，{'a' * 40} 转型"]})
    figures = pd.DataFrame({"passage": [], "start": [], "end": []})
    files = {"terms": tmp_path / "terms.txt", "stop_words": tmp_path / "stop.txt"}
    assert count_terms(passages, figures, document="d", **files)["term"].tolist() == ["转型", "a" * 40]


def test_words_beside_a_figure_do_not_grow_together():
    assert without_figures("建成36家新企业", [(2, 5)]) == "建成，新企业"
    assert without_figures("建成36家", [(2, 5)]) == "建成，" and without_figures("无数字", []) == "无数字"


def test_the_ballast_is_never_counted():
    counted = [word for word in segmenter(TERMS).cut(f"转型{BALLAST}", False) if segment.WORD.fullmatch(word)]
    assert counted == ["转型"] and not segment.WORD.fullmatch(BALLAST)


def test_a_missing_list_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere.txt"):
        read_words(Path(tmp_path / "nowhere.txt"))
