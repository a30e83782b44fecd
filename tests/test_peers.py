"""The comparison with other tools: what is pure in it by own sentences, each tool that is installed, the whole run."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT

SCRIPT = ROOT / "benchmarks/peers.py"


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("peers_benchmark", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


peers = _module()
Found = peers.Found


def at(text: str, mention: str, value: float, unit: str | None = None) -> Any:
    """A quantity at the place of its mention."""
    start = text.index(mention)
    return Found(start, start + len(mention), value, unit)


def plain(text: str, found: list) -> list[tuple[str, Any, str | None]]:
    return [(text[f.start : f.end], pytest.approx(f.value), f.unit) for f in found]


def digits(words: str) -> float | None:
    """A converter for the tests: Arabic numbers with 万, and a few Chinese ones."""
    known = {"三": 3.0, "一": 1.0, "七": 7.0, "五": 5.0, "百": 100.0, "两千三百万": 23e6}
    try:
        return float(words.removesuffix("万")) * (10_000 if words.endswith("万") else 1)
    except ValueError:
        return known.get(words)


# --- what every peer is given -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("产鱼1,250吨", "产鱼1250吨"),
        ("1,250,000元", "1250000元"),
        ("1,25吨", "1,25吨"),
        ("分别为1,200和3，", "分别为1200和3，"),
    ],
)
def test_thousands_separators_are_taken_out(text, wanted):
    assert peers.prepared(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月5日开工",
        "二〇二四年开工",
        "2021至2023年",
        "8:30开门",
        "第3批",
        "第十二届",
        "一、产业",
        "（三）民生",
        "2.产业",
        "一是修路",
        "前三季度",
        "“十四五”时期",
        "上半年",
    ],
)
def test_dates_ordinals_and_list_markers_are_no_quantities(text):
    numbers = [Found(m.start(), m.end(), 1.0, None) for m in peers.re.finditer(rf"\d+|[{peers._DIGIT}十]+|半", text)]
    assert numbers and peers.finished(text, numbers) == []


def test_quantities_beside_dates_stay():
    text = "2024年12个月里修路3.5公里，到5时长2小时"
    found = [
        at(text, "2024", 2024),
        at(text, "12个月", 12, "个月"),
        at(text, "3.5公里", 3.5, "公里"),
        at(text, "2小时", 2, "小时"),
    ]
    assert peers.finished(text, found) == found[1:]


def test_of_overlapping_mentions_the_longest_stays():
    text = "投资5000万元，占12%"
    found = [at(text, "5000万", 5e7), at(text, "5000万元", 5e7, "元"), at(text, "12", 12)]
    assert plain(text, peers.finished(text, found)) == [("5000万元", 5e7, "元"), ("12", 12, "%")]


@pytest.mark.parametrize(
    ("text", "found", "wanted"),
    [
        ("引进2—3家", [("2", 2, None), ("3家", 3, "家")], [("2—3家", 2, "家")]),
        ("补助5至8万元", [("5", 5, None), ("8万元", 8e4, "元")], [("5至8万元", 5e4, "元")]),
        ("在70%~75%之间", [("70%", 70, "%"), ("75%", 75, "%")], [("70%~75%", 70, "%")]),
        ("从3户增加到8户", [("3户", 3, "户"), ("8户", 8, "户")], [("3户", 3, "户"), ("8户", 8, "户")]),
        ("4人、6户", [("4人", 4, "人"), ("6户", 6, "户")], [("4人", 4, "人"), ("6户", 6, "户")]),
    ],
)
def test_a_range_is_one_quantity(text, found, wanted):
    assert plain(text, peers.ranges(text, [at(text, *row) for row in found])) == wanted


# --- digits and the next word ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("种茶3.2万亩，产茶460吨。", [("3.2万亩", 32000, "亩"), ("460吨", 460, "吨")]),
        ("装机20万千瓦，提高1.5个百分点。", [("20万千瓦", 2e5, "千瓦"), ("1.5个百分点", 1.5, "百分点")]),
        ("培训300多人，用了8个月。", [("300多人", 300, "人"), ("8个月", 8, "个月")]),
        ("浓度18微克/立方米", [("18微克/立方米", 18, "微克/立方米")]),
        ("新增2至3家工厂", [("2至3家", 2, "家")]),
        ("建成5G基站", []),
        ("（12，", []),
        ("百分之五", []),
    ],
)
def test_the_baseline_reads_digits_and_the_next_word(text, wanted):
    assert plain(text, peers.load_naive()(text)) == wanted


def test_help_gives_bare_numbers_the_next_word():
    text = "有7家工厂、9.2万人，占三成，一些用5G，尘18微克/立方米"
    found = [
        at(text, "7", 7),
        at(text, "9.2", 9.2),
        at(text, "三成", 30, "%"),
        at(text, "一", 1),
        at(text, "5G", 5e9),
        at(text, "18微克", 18, "微克"),
    ]
    assert [(f.value, f.unit) for f in peers.helped(text, found)] == [
        (7, "家"),
        (92000, "人"),
        (30, "%"),
        (18, "微克/立方米"),
    ]


# --- numbers and units as written ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "wanted"),
    [
        ("1300多人次", [("1300多人次", 1300, "人次")]),
        ("两千三百余万元", [("两千三百余万元", 23e6, "元")]),
        ("百分之五", [("百分之五", 5, "%")]),
        ("三分之一", [("三分之一", 100 / 3, "%")]),
        ("七成五", [("七成五", 75, "%")]),
        ("5%左右", [("5%左右", 5, "%")]),
        ("3万千瓦", [("3万千瓦", 30000, "千瓦")]),
        ("5万吨3户", [("5万吨", 50000, "吨"), ("3户", 3, "户")]),
        ("九户", []),
        ("余", []),
    ],
)
def test_spans_of_taggers(span, wanted):
    assert plain(span, list(peers.spans_read(span, 0, len(span), digits))) == wanted


def test_a_unit_is_taken_only_where_peer_and_text_agree():
    assert peers.converted(30, "Mu", "30亩") == (30, "亩")
    assert peers.converted(132, "Micrometer", "132毫米") == (132, "微米")
    assert peers.converted(5000, "gram", "5公斤左右") == (5, "公斤")
    assert peers.converted(7, "$", "7元") == (7, "元")
    assert peers.converted(4, "furlong", "4浪") == (4, "furlong")


@pytest.mark.parametrize(
    ("parts", "mention", "wanted"),
    [
        ({"hour": 2, "minute": 20}, "两小时二十分钟", (140, "分钟")),
        ({"minute": 140}, "两小时二十分钟", (140, "分钟")),
        ({"hour": 84}, "三天半", (3.5, "天")),
        ({"month": 8}, "8个月", (8, "个月")),
        ({"month": 6}, "半年", (0.5, "年")),
        ({"day": 3}, "三日", (3, "天")),
        ({"week": 2}, "俩礼拜", (2, "周")),
    ],
)
def test_durations_come_in_the_unit_as_written(parts, mention, wanted):
    value, unit = peers.lasting(parts, mention)
    assert (pytest.approx(value), unit) == wanted


# --- adapters, by answers as the peers give them ----------------------------------------------------------------


def test_tokens_of_lac():
    text = "投资 5万元，共2项、1.5%，用两小时，2024年"
    tokens = [
        ("投资", "v"),
        ("5万元", "m"),
        ("，", "w"),
        ("共", "d"),
        ("2", "m"),
        ("项", "q"),
        ("、", "w"),
        ("1.5%", "m"),
    ]
    tokens += [("，", "w"), ("用", "v"), ("3小时", "TIME"), ("两小时", "TIME"), ("，", "w"), ("2024年", "TIME")]
    found = peers.lac_found(text, tokens, lambda words: 2.0 if words == "两" else digits(words))
    wanted = [
        ("5万元", 50000, "元"),
        ("2项", 2, "项"),
        ("1.5%", 1.5, "%"),
        ("两小时", 2, "小时"),
        ("2024年", 2024, "年"),
    ]
    assert plain(text, found) == wanted
    assert plain(text, peers.finished(text, found)) == wanted[:-1]


def test_runs_of_tagged_tokens():
    tokens = [("有", "v"), ("612.4", "m"), ("亿元", "m"), ("、", "x"), ("3", "x"), ("%", "x"), ("%", "x"), ("人", "n")]
    assert list(peers.tagged(tokens, ("m", "q"))) == [(1, 8), (9, 12)]


def test_answers_of_recognizers():
    text = "20公里、1位、吨、2.5个百分点、三分之一、8个月、2020年、5千"
    answers = [
        ("dimension", 0, 3, {"value": "20", "unit": "Kilometer"}),
        ("dimension", 5, 6, {"value": "1", "unit": "Bit"}),
        ("dimension", 8, 8, {"value": None, "unit": "Ton"}),
        ("percentage", 10, 16, {"value": "2.5%"}),
        ("number", 18, 21, {"value": "0.333333333333333"}),
        ("datetimeV2.duration", 23, 25, {"values": [{"timex": "P8M", "type": "duration", "value": "20736000"}]}),
        ("datetimeV2.daterange", 27, 31, {"values": [{"timex": "2020"}]}),
        ("number", 33, 34, {"value": "5000"}),
    ]
    assert plain(text, peers.recognized(text, answers)) == [
        ("20公里", 20, "公里"),
        ("2.5个百分点", 2.5, "百分点"),
        ("三分之一", 33.3333333333333, "%"),
        ("8个月", 8, "个月"),
        ("5千", 5000, None),
    ]


def test_answers_of_duckling():
    text = "9元、3公里以上、2.5个百分点、百分之五、84小时、6个、7家"

    def answer(dim: str, mention: str, value: dict, latent: bool = False) -> dict:
        start = text.index(mention)
        return {"dim": dim, "start": start, "end": start + len(mention), "value": value, "latent": latent}

    answers = [
        answer("amount-of-money", "9元", {"value": 9, "unit": "$"}),
        answer("distance", "3公里以上", {"type": "interval", "from": {"value": 3, "unit": "kilometre"}}),
        answer("number", "2.5个", {"value": 2.5}),
        answer("number", "百分之五", {"value": 0.05}),
        answer("duration", "84小时", {"value": 84, "unit": "hour"}),
        answer("number", "6个", {"value": 6}),
        answer("number", "7", {"value": 7}, latent=True),
    ]
    assert plain(text, peers.duckled(text, answers)) == [
        ("9元", 9, "元"),
        ("3公里以上", 3, "公里"),
        ("2.5", 2.5, None),
        ("百分之五", 5, "%"),
        ("84小时", 84, "小时"),
        ("6个", 6, "个"),
    ]


def test_answers_of_duckling_chinese():
    text = "修路3公里、1-2家、占5‰、三倍、45岁、90分钟、7亩"

    def answer(dim: str, mention: str, value: dict) -> dict:
        start = text.index(mention)
        return {
            "token": {
                "range": {"start": start, "end": start + len(mention)},
                "node": {"token": {"dim": dim}},
                "value": value,
            }
        }

    answers = [
        answer("Distance", "3公里", {"v": 3000.0, "unit": "米", "originValue": 3.0, "originUnit": "公里"}),
        answer("Numeral", "-2", {"n": -2.0}),
        answer("Fraction", "5‰", {"n": 0.005}),
        answer("Multiple", "三倍", {"n": 3.0}),
        answer("Age", "45岁", {"start": 45.0, "direction": "After"}),
        answer("Duration", "90分钟", {"value": 90, "grain": "Minute"}),
        answer("Numeral", "7", {"n": 7.0}),
        answer("Age", "45岁", {"direction": "After"}),
    ]
    assert plain(text, peers.duckled_in_chinese(text, answers)) == [
        ("3公里", 3, "公里"),
        ("2", 2, None),
        ("5‰", 5, "‰"),
        ("三倍", 3, "倍"),
        ("45岁", 45, "岁"),
        ("90分钟", 90, "分钟"),
        ("7", 7, None),
    ]


def test_answers_of_jionlp():
    text = "共投资8亿元用时1小时20分"
    answers = [
        {"text": "8亿元", "offset": [2, 5], "type": "money", "detail": {"num": "800000000.00", "case": "元"}},
        {"text": "亿元", "offset": [3, 5], "type": "money", "detail": {"num": "100000000.00", "case": "元"}},
        {
            "text": "1小时20分",
            "offset": [7, 13],
            "type": "time_delta",
            "detail": {"time": {"hour": 1.0, "minute": 20.0}},
        },
        {
            "text": "2020",
            "offset": [0, 1],
            "type": "time_point",
            "detail": {"time": ["2020-01-01 00:00:00", "2020-12-31"]},
        },
    ]
    wanted = [("8亿元", 8e8, "元"), ("1小时20分", 80, "分钟")]
    assert plain(text, peers.from_jionlp(answers, 1)) == wanted


def test_lists_of_chinese2digits():
    text = "占64.3%、百分之五，1-2家"
    found = peers.from_chinese2digits(text, ["64.3%", "百分之五", "1", "-2", "不在"], ["0.643", "0.05", "1", "-2", "7"])
    assert plain(text, found) == [("64.3%", 64.3, "%"), ("百分之五", 5, "%"), ("1", 1, None), ("2", 2, None)]


# --- tools that are installed -----------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", peers.PEERS, ids=lambda peer: peer.name)
def test_each_installed_tool_reads_an_amount_of_money(peer):
    if reason := peers.missing(peer):
        pytest.skip(reason)
    text = "去年投资12亿元。"
    try:
        reader = peer.load()
    except Exception as error:
        if not peer.needs:
            raise
        pytest.skip(f"{peer.name} does not start ({peer.needs}): {error}")
    found = peers.finished(text, reader(text))
    assert 12e8 in [f.value for f in found], found
    assert peers.versions(peer.packages).startswith(peer.packages[0])


def test_a_missing_tool_is_named_with_what_installs_it():
    peer = peers.Peer("none", ("no_such_module_here",), ("no-such-package", "other"), peers.load_naive, "Java (a JVM)")
    reason = peers.missing(peer)
    assert "no_such_module_here" in reason and "pip install no-such-package other" in reason and "Java" in reason
    assert peers.missing(peers.PEERS[0]) is None


def test_each_round_reads_other_sentences():
    text = "产鱼5吨。真好！修路2公里；\n\n标题\n"
    first, last = peers.edition(text, 0), peers.edition(text, 12)
    assert peers.edition(text, None) == text
    assert first == "产鱼5吨甲。真好甲！修路2公里甲；\n\n标题甲\n"
    assert last == "产鱼5吨乙丙。真好乙丙！修路2公里乙丙；\n\n标题乙丙\n"


# --- scores, failures, the whole run ----------------------------------------------------------------------------

GOLD = pd.DataFrame(
    [("t", "3亩", 3.0, "亩", False), ("t", "5%", 5.0, "%", False), ("t", "两家", 2.0, "家", True)],
    columns=["text", "mention", "value", "unit", "optional"],
)


def test_scores_of_values_and_of_units():
    given = peers.table([("t", "3亩", 3, "公顷"), ("t", "5%", 5, "%"), ("t", "9人", 9, "人")])
    value, both = peers.score_values(GOLD, given), peers.score(GOLD, given)
    assert value == {"precision": pytest.approx(2 / 3), "recall": 1.0, "f1": pytest.approx(0.8)}
    assert both == {"precision": pytest.approx(1 / 3), "recall": 0.5, "f1": pytest.approx(0.4)}
    assert peers.score(GOLD, peers.table([])) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    optional = peers.table([("t", "3亩", 3, "亩"), ("t", "5%", 5, "%"), ("t", "两家", 2, "家")])
    assert set(peers.score(GOLD, optional).values()) == {1.0}
    assert [d[:3] for d in peers.differences(GOLD, given)] == [
        ("missed", "t", "3亩"),
        ("too much", "t", "3亩"),
        ("too much", "t", "9人"),
    ]


def test_a_failure_is_counted_and_the_rest_goes_on():
    def reader(text: str) -> list:
        if "坏" in text:
            raise KeyError("坏")
        return [Found(0, 1, 5.0, "人")]

    texts = [
        peers.Text("甲", "2024", "other", pd.DataFrame(), ("5人。", "坏了。", "坏人。")),
        peers.Text("乙", "2024", "other", pd.DataFrame(), ("6人。",)),
    ]
    failures: Counter = Counter()
    found = peers.read_all(reader, texts, failures)
    assert dict(failures) == {"甲: KeyError: '坏'": 2}
    assert peers.listed(found) == [("甲", "5", 5.0, "人"), ("乙", "6", 5.0, "人")]


def write_gold(folder: Path) -> Path:
    folder.mkdir()
    (folder / "texts.csv").write_text("text,date,genre\nchaxiang-2024,2024-06,interview\n", encoding="utf-8")
    (folder / "chaxiang-2024.txt").write_text("茶乡种茶3万亩，增长5%。\n茶乡位居全县第二。\n", encoding="utf-8")
    rows = [("S001", "3万亩", 30000, "亩"), ("S001", "5%", 5, "%"), ("S002", "第二", 2, "位")]
    lines = [
        json.dumps(dict(zip(("sid", "mention", "value", "unit"), row, strict=True)), ensure_ascii=False) for row in rows
    ]
    (folder / "chaxiang-2024.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300
    )


def test_the_script_scores_times_and_lists_errors(tmp_path):
    name = peers.PEERS[0].name
    done = run("--gold", str(write_gold(tmp_path / "gold")), "--runs", "1", "--only", name, "--errors", name)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].endswith("3 required figures, 1 rounds")
    rows = [line.split(" | ") for line in lines if line.startswith(f"| {name}")]
    assert rows[0][2:4] == ["1.000 / 0.667 / 0.800"] * 2 and len(rows) == 2
    assert float(rows[1][1].replace(",", "")) > 0 and float(rows[1][3]) > 0
    assert "missed\tchaxiang-2024\t第二\t2.0\t位" in lines
    assert any(line.startswith(f"| {peers.OURS} |") and "1.000 / 1.000 / 1.000" in line for line in lines)


def test_bad_gold_is_one_line(tmp_path):
    done = run("--gold", str(tmp_path / "none"), "--runs", "1")
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1 and "texts.csv" in done.stderr


def test_a_tool_that_dies_is_named(tmp_path):
    with (tmp_path / "errors").open("w+", encoding="utf-8") as errors:
        worker = peers.Worker(peers.PEERS[0].name, tmp_path / "none", errors)
        workers, notes = [worker], []
        assert peers.asked(workers, "read", notes) == {} and workers == []
        worker.stop()
    assert len(notes) == 1 and notes[0].startswith(f"failed: {worker.name}: ended with 1") and "texts.csv" in notes[0]
