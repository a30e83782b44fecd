"""Time the project's segmentation against jieba's, and count where they differ.

usage: python benchmarks/segmentation.py [--texts FOLDER] [--runs 5]

Both cut the same lines with data/reference/terms.txt as user dictionary and without the hidden Markov model. Prints
the medians of characters a second, their ratio, the time that each takes to read its dictionary, and the number of
words that only one of them gives.
"""

from __future__ import annotations

import argparse
import io
import logging
import statistics
import time
from collections import Counter
from pathlib import Path

import jieba
from corpus import texts

from analysis.extract.terms import read_words, segmenter
from analysis.project.folders import find_project


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    jieba.setLogLevel(logging.WARNING)
    terms = tuple(read_words(find_project().reference / "terms.txt"))
    began = time.perf_counter()
    theirs = jieba.Tokenizer()
    theirs.load_userdict(io.StringIO("\n".join(terms)))
    loaded = time.perf_counter()
    ours = segmenter(terms)
    print(f"dictionary and {len(terms):,} terms: jieba {loaded - began:.2f} s", end=", ")
    print(f"rjieba with the weights of jieba {time.perf_counter() - loaded:.2f} s")
    lines = [line for text in texts(options.texts) for line in text.splitlines() if line]
    characters = sum(map(len, lines))
    seconds: dict[str, list[float]] = {"jieba": [], "rjieba": []}
    words: dict[str, Counter[str]] = {}
    for _ in range(options.runs):
        began = time.perf_counter()
        words["jieba"] = Counter(word for line in lines for word in theirs.cut(line, HMM=False))
        middle = time.perf_counter()
        words["rjieba"] = Counter(word for line in lines for word in ours.cut(line, False))
        seconds["jieba"].append(middle - began)
        seconds["rjieba"].append(time.perf_counter() - middle)
    for name, taken in seconds.items():
        print(f"{name:7} {characters / statistics.median(taken):>12,.0f} characters/s")
    print(f"ratio   {statistics.median(seconds['jieba']) / statistics.median(seconds['rjieba']):.1f}")
    differ = sum(((words["jieba"] - words["rjieba"]) + (words["rjieba"] - words["jieba"])).values())
    print(f"{characters:,} characters, {words['jieba'].total():,} words, {differ} in one of the two only")


if __name__ == "__main__":
    main()
