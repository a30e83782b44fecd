"""Hostile input: monotonous texts of a million characters, one line of 10 MB, and random strings.

usage: python benchmarks/hostile.py [--strings 100000] [--seed 7]

Prints for each text the seconds of processor time of cleaning, the figure table, formulas, indicators and coding at
half a million and at a million characters: doubling the text should double the time. The random strings (Chinese,
digits, punctuation, control characters) go through the same steps; every span must hold its mention, and nothing may
raise.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

import pandas as pd

from analysis.extract.coding import code_sentences, load_schemes
from analysis.extract.figures import tabulate
from analysis.extract.figures.units import read_units
from analysis.extract.formulas import formulas
from analysis.extract.indicators import harmonise, load_indicators
from analysis.project.folders import find_project
from analysis.texts.clean import clean

PIECES = (
    "9",
    "百万",
    "第",
    "（",
    "1,",
    "“",
    "1-",
    "a1",
    "5家",
    "增长5%，",
    "今年",
    "、5",
    "，",
    "第一",
    "10%和",
    "五大",
    "煤",
    "高新技术",
    "规模以上工业",
    "城镇新增就业",
)
ALPHABET = (
    "0123456789..,,%%‰-—至到约近超过以上下左右第一二三四五六七八九十百千万亿两半成倍番翻元亩个家年月日分之连丰"
    "，。；、（）“”《》A5G "
    "\n\t\x00/:：∶+×·名位由从余多几小时天今去前季度增长下降分别和与及达占比率GDP吨路"
)


def steps() -> Callable[[str], tuple[pd.DataFrame, pd.DataFrame, list[float]]]:
    """A function text → passages, figures, seconds of each step."""
    reference = find_project().reference
    units, schemes = read_units(reference / "units.csv"), load_schemes(reference)
    indicators = load_indicators(reference / "indicators.yml")

    def run(text: str) -> tuple[pd.DataFrame, pd.DataFrame, list[float]]:
        times = [time.process_time()]
        passages, _ = clean(text, "t")
        times.append(time.process_time())
        figures = tabulate(
            passages,
            document="t",
            city="",
            date="2026-01",
            genre="government_work_report",
            units=units,
            scheme=schemes["theme"],
        )
        times.append(time.process_time())
        formulas(passages, document="t", city="")
        times.append(time.process_time())
        harmonise(figures, passages, document="t", city="", indicators=indicators)
        times.append(time.process_time())
        code_sentences(passages, schemes)
        times.append(time.process_time())
        return passages, figures, [b - a for a, b in zip(times, times[1:], strict=False)]

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--strings", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    run = steps()
    run("预热5%。")
    print("seconds: clean, figures, formulas, indicators, codes")
    for piece in PIECES:
        for length in (500_000, 1_000_000):
            _, figures, seconds = run(piece * (length // len(piece)))
            shown = "  ".join(f"{s:5.2f}" for s in seconds)
            print(f"{piece:6} {length:>10,} characters  {shown}  sum {sum(seconds):5.2f}  {len(figures):,} figures")
    raw = find_project().raw
    line = "".join(path.read_text(encoding="utf-8").replace("\n", "") for path in sorted(raw.glob("*.txt")))
    while len(line.encode()) < 10_000_000:
        line += line
    line = line.encode()[:10_000_000].decode(errors="ignore")
    _, figures, seconds = run(line)
    each = sum(seconds) / len(line) * 1e6
    shown = "  ".join(f"{s:5.2f}" for s in seconds)
    print(f"one line of 10 MB, {len(line):,} characters  {shown}  {each:.2f} s a million, {len(figures):,} figures")
    choose, count = random.Random(options.seed), 0
    for _ in range(0, options.strings, 1000):
        lines = ["".join(choose.choice(ALPHABET) for _ in range(choose.randint(0, 40))) for _ in range(1000)]
        passages, figures, _ = run("\n".join(lines))
        texts = dict(zip(passages["passage"], passages["text"], strict=True))
        for row in figures.itertuples():
            if texts[row.passage][row.start : row.end] != row.mention:
                raise SystemExit(f"{row.mention!r} does not stand at {row.start} of {texts[row.passage]!r}")
        count += len(figures)
    print(f"{options.strings:,} random strings: {count:,} figures, no exception")


if __name__ == "__main__":
    main()
