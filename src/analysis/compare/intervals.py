"""Intervals over passages: the bootstrap, and what is made of it for shares, rates and differences.

The unit that is drawn again is the **passage**: sentences and figures of one passage are said by one speaker on one
matter and do not vary independently. An interval says how much a value hangs on single passages of this text; it cannot
say what the city would have said on another day, nor what it does.

The plain percentile interval is too narrow here: a code that stands in few passages is seldom drawn more often than it
stands, and 40 passages of which six speak of a matter are no large sample. `benchmarks/coverage.py` counts how often
each kind of interval holds the truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from functools import lru_cache

import numpy as np

from .groups import ratio

SEED = 262
REPLICATES = 2000
LEVEL = 0.95

# Replicates are drawn in blocks so that no block holds more than this many numbers (32 MB).
BLOCK = 4_000_000
# With fewer degrees of freedom the quantile of Student's t grows faster than the interval gains in coverage.
LEAST_FREEDOM = 3.0

Statistic = Callable[[np.ndarray], np.ndarray]


def replicates(
    rows: np.ndarray, statistic: Statistic, *, n: int = REPLICATES, seed: int = SEED, stream: Hashable = ""
) -> np.ndarray:
    """`n` bootstrap replicates of statistics of column sums, replicates × statistics.

    `rows` is passages × columns (counts); `statistic` takes replicates × columns (sums over the drawn passages) and
    returns replicates × statistics. `stream` names what is drawn for, so that the replicates of one city do not hang
    on which other cities are in the table. The order of `rows` does not matter.

    Equal rows are drawn together: n draws with replacement from passages are a multinomial draw over the *different*
    rows with their frequencies, which is the same distribution at a fraction of the work on large corpora.
    """
    kinds, frequency = np.unique(rows, axis=0, return_counts=True)
    random = np.random.default_rng([seed, *str(stream).encode()])
    block = max(1, min(n, BLOCK // len(kinds)))
    drawn = []
    for first in range(0, n, block):
        weights = random.multinomial(len(rows), frequency / len(rows), size=min(block, n - first))
        drawn.append(statistic(weights @ kinds))
    return np.concatenate(drawn)


def bootstrap(
    rows: np.ndarray,
    statistic: Statistic,
    *,
    n: int = REPLICATES,
    seed: int = SEED,
    stream: Hashable = "",
    level: float = LEVEL,
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of percentile intervals of statistics of column sums (see `replicates`).

    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13. For a statistic of the reader's own; the tables
    of this package stand on `ratio_interval`, which covers better. All ends are missing with fewer than two passages.
    """
    width = statistic(np.zeros((1, rows.shape[1]))).shape[1]
    low, high = np.full(width, np.nan), np.full(width, np.nan)
    if len(rows) < 2:
        return low, high
    values = replicates(rows, statistic, n=n, seed=seed, stream=stream)
    tail = (1 - level) / 2
    # A replicate may hold nothing to take a share of; it then says nothing about the share and is left out.
    for column in range(width):
        known = values[:, column][np.isfinite(values[:, column])]
        if len(known):
            low[column], high[column] = np.quantile(known, (tail, 1 - tail))
    return low, high


@lru_cache(maxsize=4096)
def student_quantile(probability: float, freedom: float) -> float:
    """The quantile of Student's t with `freedom` degrees of freedom (also broken ones) for a probability ≥ 0.5.

    With t = √ν tan u the distribution function is 1/2 + c ∫ cos^(ν-1) u du from 0 to arctan(t/√ν),
    c = Γ((ν+1)/2) / (√π Γ(ν/2)) (Abramowitz & Stegun 1964, 26.7.1): a smooth integral over a short span, which
    Gauss-Legendre quadrature takes to the last digits. Newton's steps from 0 rise to the root, as the function is
    concave there.
    """
    constant = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    nodes, weights = np.polynomial.legendre.leggauss(48)
    t = 0.0
    for _ in range(100):
        end = math.atan(t / math.sqrt(freedom))
        below = 0.5 + constant * end / 2 * float(np.sum(weights * np.cos(end * (nodes + 1) / 2) ** (freedom - 1)))
        density = constant / math.sqrt(freedom) * (1 + t * t / freedom) ** (-(freedom + 1) / 2)
        step = (probability - below) / density
        t += step
        if abs(step) < 1e-12 * max(1.0, t):
            break
    return t


def freedom(errors: np.ndarray) -> np.ndarray:
    """Degrees of freedom of the variance of a sum of `errors` (passages × statistics), column by column.

    Satterthwaite (1946), An Approximate Distribution of Estimates of Variance Components, Biometrics Bulletin 2(6),
    with the variance of a sample variance from its kurtosis κ: ν = 2 n / (κ - (n - 3) / (n - 1)) (O'Neill 2014, Some
    Useful Moment Results in Sampling Problems, The American Statistician 68(4)). It is n - 1 for normal errors and far
    less where a few passages carry most of the variance, as they do for a rare code. Never above n - 1, nor below
    `LEAST_FREEDOM` where n allows it.
    """
    n = len(errors)
    kurtosis = ratio(n * (errors**4).sum(axis=0), (errors**2).sum(axis=0) ** 2)
    excess = np.maximum(np.nan_to_num(kurtosis, nan=1.0) - (n - 3) / (n - 1), 1e-9)
    return np.clip(2 * n / excess, min(LEAST_FREEDOM, n - 1), n - 1)


def quantiles(degrees: np.ndarray, level: float) -> np.ndarray:
    """The two-sided quantiles of Student's t for an array of degrees of freedom."""
    return np.array([student_quantile((1 + level) / 2, round(float(d), 6)) for d in degrees])


def ratio_interval(
    parts: np.ndarray,
    whole: np.ndarray,
    *,
    scale: str = "share",
    n: int = REPLICATES,
    seed: int = SEED,
    stream: Hashable = "",
    level: float = LEVEL,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ratios of sums over passages with bootstrap intervals: value, low, high for every column of `parts`.

    `parts` is passages × columns, `whole` one number for each passage; a value is Σ parts / Σ whole. The passages are
    drawn again (`replicates`), and the standard deviation s of the replicates, times √(n / (n - 1)), is made into an
    interval with Student's t of `freedom` degrees, taken from how the passages share the variance:

    * `scale="share"` (parts of a whole, 0 to 1): Wilson's interval (Wilson 1927, Journal of the American Statistical
      Association 22) with the effective size m = p (1 - p) / s², at most Σ whole, in place of the number of sentences
      (for samples in clusters Franco, Little, Louis & Slud 2019, Journal of Survey Statistics and Methodology 7(3)):
      (p + t²/2m ± t √(p (1 - p) / m + t²/4m²)) / (1 + t²/m);
    * `scale="rate"` (anything from 0 up): a t-interval of the logarithm, exp(ln r ± t s'), with s' the standard
      deviation of the logarithms (Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 12).

    The value is missing where Σ whole is 0; the interval also with fewer than two passages, for a ratio of 0, and for a
    share of 1, as drawing the same passages again can then only give the same.
    """
    parts, whole = np.asarray(parts, dtype=float), np.asarray(whole, dtype=float)
    sums, total, count = parts.sum(axis=0), whole.sum(), len(whole)
    value = ratio(sums, total)
    low, high = np.full(len(sums), np.nan), np.full(len(sums), np.nan)
    free = (sums > 0) & ((sums < total) if scale == "share" else True)
    if count < 2 or total == 0 or not free.any():
        return value, low, high
    drawn = replicates(
        np.column_stack([parts, whole]),
        lambda s: ratio(s[:, :-1], s[:, -1:]),
        n=n,
        seed=seed,
        stream=stream,
    )[:, free]
    p = value[free]
    t = quantiles(freedom(parts[:, free] - p * whole[:, None]), level)
    # A replicate without a whole says nothing, nor has one of 0 a logarithm.
    known = np.isfinite(drawn) & ((drawn > 0) | (scale == "share"))
    safe = np.where(known, drawn, 1.0)
    spread = _deviation(safe if scale == "share" else np.log(safe), known) * math.sqrt(count / (count - 1))
    if scale == "share":
        # Passages that all have the same mixture give no spread; the share is then as sure as its count allows.
        size = np.clip(p * (1 - p) / np.maximum(spread, 1e-12) ** 2, 1.0, total)
        middle = (p + t**2 / (2 * size)) / (1 + t**2 / size)
        half = t / (1 + t**2 / size) * np.sqrt(p * (1 - p) / size + t**2 / (4 * size**2))
        low[free], high[free] = np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
    else:
        low[free], high[free] = np.exp(np.log(p) - t * spread), np.exp(np.log(p) + t * spread)
    return value, low, high


def _deviation(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Standard deviation of each column over its known rows; 0 where none is known."""
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    return np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / count)


def filled(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, passages: int, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares with their intervals, also of shares of 0 and 1, which no bootstrap can give.

    Clopper & Pearson (1934), Biometrika 26(4), with the passage as the unit: a code that none of n passages has, may
    have a share of up to 1 - ((1 - level) / 2)^(1/n); a share of 1 likewise. Missing with fewer than two passages.
    """
    if passages < 2:
        return value, low, high
    reach = 1 - ((1 - level) / 2) ** (1 / passages)
    low = np.where(value == 0, 0.0, np.where(value == 1, 1 - reach, low))
    return value, low, np.where(value == 0, reach, np.where(value == 1, 1.0, high))


def difference_interval(
    first: tuple[np.ndarray, np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """second - first of two independent values, each given as (value, low, high), with the interval of the difference.

    Newcombe (1998), Interval Estimation for the Difference Between Independent Proportions, Statistics in Medicine
    17(8), method 10; in general Zou & Donner (2008), Statistics in Medicine 27(10): with d = b - a,
    low = d - √((b - low_b)² + (high_a - a)²), high = d + √((high_b - b)² + (a - low_a)²).
    """
    (a, low_a, high_a), (b, low_b, high_b) = first, second
    d = b - a
    return d, d - np.sqrt((b - low_b) ** 2 + (high_a - a) ** 2), d + np.sqrt((high_b - b) ** 2 + (a - low_a) ** 2)
