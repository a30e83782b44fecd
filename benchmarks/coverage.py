"""Count how often the intervals hold the truth, in simulated texts whose truth is known.

usage: python benchmarks/coverage.py [--draws 2000] [--passages 40 80 150 300] [--replicates 2000]

A draw is two texts of so many passages. A passage has 1 to some 20 sentences (mean 3, as skewed as in work reports) and
a mixture of codes of its own, so that its sentences mostly share their code; figures, characters and plans also vary
from passage to passage. The true shares of the ten codes are 2 to 30 %. The seed is fixed. Prints, for each number of
passages, the percentage of intervals that hold the truth: those of the package, nominally 95, and for comparison the
plain percentile bootstrap. Shares of 0 have no interval; how many there were is printed, too.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from analysis.compare import difference_interval, jensen_shannon, ratio_interval, replicates
from analysis.compare.intervals import filled
from analysis.compare.similarity import distance_interval

SEED = 262
PROFILE = np.array([0.30, 0.18, 0.14, 0.10, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02])
OTHER = np.array([0.20, 0.23, 0.06, 0.12, 0.16, 0.03, 0.10, 0.02, 0.03, 0.05])
REVERSED = PROFILE[::-1]
SENTENCES, SKEW = 3.0, 0.8  # mean of a negative binomial distribution, and its shape
MIXTURE = 1.0  # of a Dirichlet distribution: at 1, half of the variance of a code lies between passages
FIGURES, CHARACTERS, PLANNED = 2.0, 55.0, 0.4  # figures and characters of a sentence, share of planned figures

Text = dict[str, np.ndarray]
Check = tuple[str, np.ndarray, np.ndarray, np.ndarray]


def text(random: np.random.Generator, passages: int, profile: np.ndarray) -> Text:
    """One text: codes (passages × codes), characters, figures, planned."""
    sentences = 1 + random.negative_binomial(SKEW, SKEW / (SKEW + SENTENCES - 1), passages)
    codes = random.multinomial(sentences, random.dirichlet(MIXTURE * profile, passages))
    figures = random.poisson(sentences * random.gamma(1.0, FIGURES, passages))
    planned = random.binomial(figures, random.beta(2 * PLANNED, 2 * (1 - PLANNED), passages))
    characters = np.rint(sentences * CHARACTERS * random.gamma(4.0, 0.25, passages)) + 1
    return {"codes": codes, "sentences": sentences, "characters": characters, "figures": figures, "planned": planned}


def percentile(values: np.ndarray) -> np.ndarray:
    return np.nanquantile(values, (0.025, 0.975), axis=0)


def checks(random: np.random.Generator, passages: int, n: int, stream: int) -> Iterator[Check]:
    """(measure, truth, low, high) of one draw."""
    one, two, far = (text(random, passages, profile) for profile in (PROFILE, OTHER, REVERSED))
    twin = text(random, passages, PROFILE)
    shares = [ratio_interval(t["codes"], t["sentences"], n=n, stream=(stream, k)) for k, t in enumerate((one, two))]
    share, low, high = shares[0]
    yield "share of a code", PROFILE, low, high
    for name, chosen in (("10 % and more", PROFILE >= 0.1), ("4 to 8 %", (PROFILE > 0.03) & (PROFILE < 0.1))):
        yield f"share of a code of {name}", PROFILE[chosen], low[chosen], high[chosen]
    yield "share of a code of 2 and 3 %", PROFILE[-2:], low[-2:], high[-2:]
    drawn = [
        replicates(t["codes"].astype(float), lambda s: s, n=n, stream=(stream, k)) for k, t in enumerate((one, two))
    ]
    profiles = [d / d.sum(axis=1, keepdims=True) for d in drawn]
    ends = np.where(share > 0, percentile(profiles[0]), np.nan)
    yield "share of a code, percentile", PROFILE, ends[0], ends[1]
    sides = [filled(*s, passages) for s in shares]
    _, low, high = difference_interval(sides[0], sides[1])
    both = (sides[0][0] > 0) | (sides[1][0] > 0)
    yield "change of a share", OTHER - PROFILE, np.where(both, low, np.nan), high
    ends = np.where(both, percentile(profiles[1] - profiles[0]), np.nan)
    yield "change of a share, percentile", OTHER - PROFILE, ends[0], ends[1]
    # A character is added to each passage, that none be empty.
    rate = 1000 * np.array([FIGURES * SENTENCES / (CHARACTERS * SENTENCES + 1)])
    _, low, high = ratio_interval(one["figures"][:, None], one["characters"], scale="rate", n=n, stream=stream)
    yield "figures per 1,000 characters", rate, 1000 * low, 1000 * high
    _, low, high = ratio_interval(one["planned"][:, None], one["figures"], n=n, stream=stream)
    yield "share of planned figures", np.array([PLANNED]), low, high
    for name, other, profile in (
        ("same", twin, PROFILE),
        ("near", two, OTHER),
        ("far", far, REVERSED),
    ):
        truth = np.array([jensen_shannon(PROFILE, profile)])
        _, _, low, high = (np.array([x]) for x in distance_interval(one["codes"], other["codes"]))
        yield f"distance, {name} ({truth[0]:.2f})", truth, low, high
    near = percentile(jensen_shannon(drawn[0], drawn[1])[:, None])
    yield "distance, near, percentile", np.array([jensen_shannon(PROFILE, OTHER)]), near[0], near[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--passages", type=int, nargs="+", default=[40, 80, 150, 300])
    parser.add_argument("--replicates", type=int, default=2000)
    options = parser.parse_args()
    table: dict[str, dict[int, float]] = defaultdict(dict)
    absent: dict[int, float] = {}
    begin = time.perf_counter()
    for passages in options.passages:
        random = np.random.default_rng([SEED, passages])
        held: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for draw in range(options.draws):
            for name, truth, low, high in checks(random, passages, options.replicates, draw):
                known = np.isfinite(low)
                held[name][0] += int((known & (low <= truth) & (truth <= high)).sum())
                held[name][1] += int(known.sum())
                held[name][2] += len(truth)
        for name, (inside, given, _) in held.items():
            table[name][passages] = 100 * inside / given
        absent[passages] = 100 - 100 * held["share of a code"][1] / held["share of a code"][2]
    print(
        f"{options.draws:,} draws, {options.replicates:,} replicates, seed {SEED}: % of 95 % intervals with the truth"
    )
    print(f"{'passages':<32}" + "".join(f"{p:>8}" for p in options.passages))
    for name, row in table.items():
        print(f"{name:<32}" + "".join(f"{row[p]:8.1f}" for p in options.passages))
    print(f"{'% of shares that are 0':<32}" + "".join(f"{absent[p]:8.1f}" for p in options.passages))
    print(f"{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
