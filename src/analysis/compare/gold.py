"""Validation: how right the figure table is, scored against gold tables, and how right judged samples are.

A gold table holds the figures that a careful reader finds in a text. `read_gold` reads them, `predict` runs the rules
over the same texts, `judge` puts both side by side and says of every cell whether it is right; all further tables
(`scores`, `confusion`, `period_kinds`, `worst_sentences`) are counts over what `judge` gives.

A figure counts as found when value and unit agree with a gold figure, both lists being aligned in text order. Gold
figures marked optional cost nothing, found or missed. The other columns are judged on found figures that are required
and whose gold cell is not empty.
"""

from __future__ import annotations

import csv
import json
import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from ..project.errors import InputError, closest, unknown
from ..project.periods import parse_period
from ..project.registry import COMPARATORS, GENRES, MEASURES, STATUSES, THEMES
from ..texts.sentences import split_sentences
from ..texts.sources import is_date

# Where gold tables lie, seen from the root of a project.
FOLDER = Path("tests/gold")

TEXT_COLUMNS = ("text", "date", "genre")
ATTRIBUTES = ("value_max", "comparator", "measure", "indicator", "period", "status", "theme")
COLUMNS = ("recall", "precision", *ATTRIBUTES)
# The columns with a fixed set of values, in the order in which tables show them.
CHOICES = {"comparator": COMPARATORS, "measure": MEASURES, "status": STATUSES, "theme": THEMES}
PERIOD_KINDS = ("right", "overlap", "apart", "missing", "unasked")
VERDICTS = ("right", "wrong")

# The share of its characters, in pairs, that an indicator must have in common with the gold one.
LEAST_OVERLAP = 0.5
LEVEL = 0.95

_FIELDS = ("sid", "mention", "value", "unit", *ATTRIBUTES, "optional")
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；][”’」』）]*|[^\n]+")
_UNIT_NAMES = {"％": "%", "百分比": "%", "个百分点": "百分点", "人民币": "元", "元人民币": "元"}


# --- gold tables ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gold:
    """Gold texts and their figures.

    `texts`: text (its name), date, genre, content. `sentences`: text, sid (`S001` …), start, end (in the content),
    sentence. `figures`, in text order: text, number (from 1 in each text), sid, mention, value, value_max, unit,
    comparator, measure, indicator, period, status, theme, optional.
    """

    texts: pd.DataFrame
    sentences: pd.DataFrame
    figures: pd.DataFrame


def open_gold(folder: Path | str) -> Gold:
    """`read_gold` of the folder figures of `folder`; without a row where there is no such folder."""
    texts = Path(folder) / "figures"
    if texts.is_dir():
        return read_gold(texts)
    columns = ["text", "number", *_FIELDS]
    empty = [pd.DataFrame(columns=names) for names in (["text", "sid", "start", "end", "sentence"], columns)]
    return Gold(pd.DataFrame(columns=[*TEXT_COLUMNS, "content"]), *empty)


def gold_counts(gold: Gold) -> dict[str, int]:
    """How much a gold table holds: texts, characters, required and optional figures."""
    optional = int(gold.figures["optional"].sum())
    return {
        "texts": len(gold.texts),
        "characters": int(gold.texts["content"].str.len().sum()),
        "required": len(gold.figures) - optional,
        "optional": optional,
    }


def read_gold(folder: Path | str) -> Gold:
    """The gold tables of a folder: texts.csv (text, date, genre), and `<text>.txt` with `<text>.jsonl` for each row.

    A line of the jsonl file is one figure with the fields of `Gold.figures`; `sid` counts sentences, which end at
    。！？； with the closing quotes after them, or at the end of a line. Fields that are left out are null.

    Raises InputError with file and line for what is missing, no JSON, not of the kind that its column holds, not in its
    sentence, or out of order.
    """
    folder = Path(folder)
    texts, sentences, figures = [], [], []
    for row in _text_rows(folder / "texts.csv"):
        content = _text_of(folder / f"{row['text']}.txt", "write the text that texts.csv names, or take its row out")
        own = list(_gold_sentences(content))
        texts.append({**row, "content": content})
        sentences += [{"text": row["text"], **sentence} for sentence in own]
        path = folder / f"{row['text']}.jsonl"
        figures += [{"text": row["text"], **figure} for figure in _gold_figures(path, own)]
    numbers = {"value": "float64", "value_max": "float64", "number": "int64", "optional": "bool"}
    columns = ["text", "number", *_FIELDS]
    table = pd.DataFrame(figures, columns=columns)
    table = table.astype({name: numbers.get(name, "string") for name in columns})
    return Gold(pd.DataFrame(texts, columns=[*TEXT_COLUMNS, "content"]), pd.DataFrame(sentences), table)


def _text_of(path: Path, cure: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError("the file is missing", cure=cure, path=path) from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8", cure="save it as UTF-8", path=path) from None


def _rows(path: Path, columns: Sequence[str], cure: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file that has at least `columns`, each with the number of its line."""
    reader = csv.DictReader(_text_of(path, cure).splitlines(keepends=True))
    for name in columns:
        if name not in (reader.fieldnames or ()):
            raise InputError(f"column '{name}' is absent", cure="name it in the head", path=path, line=1)
    for row in reader:
        yield reader.line_num, {name: str(cell or "").strip() for name, cell in row.items() if name}


def _text_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of texts.csv, checked."""
    seen = set()
    for line, row in _rows(path, TEXT_COLUMNS, "list the gold texts in it: text,date,genre"):
        name = row["text"]
        if not name or name in seen or Path(name).name != name:
            problem = f"text '{name}' stands twice" if name in seen else f"'{name}' is no name of a text"
            raise InputError(problem, cure="give each text a name of its own, that of its file", path=path, line=line)
        if not is_date(row["date"]):
            problem = f"date '{row['date']}' of text '{name}' is no date"
            raise InputError(problem, cure="write 2024-05-31, 2024-05 or 2024", path=path, line=line)
        if row["genre"] not in GENRES:
            problem = f"genre '{row['genre']}' of text '{name}' is unknown{closest(row['genre'], GENRES)}"
            raise InputError(problem, cure=f"use one of: {', '.join(GENRES)}", path=path, line=line)
        seen.add(name)
        yield {column: row[column] for column in TEXT_COLUMNS}


def _gold_sentences(content: str) -> Iterator[dict[str, Any]]:
    found = (match for match in _SENTENCE.finditer(content) if match[0].strip())
    for number, match in enumerate(found, 1):
        yield {"sid": f"S{number:03}", "start": match.start(), "end": match.end(), "sentence": match[0].strip()}


def _gold_figures(path: Path, sentences: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The figures of a jsonl file, checked against the sentences of its text."""
    places = {sentence["sid"]: place for place, sentence in enumerate(sentences)}
    lines = _text_of(path, "write one JSON object a line, one for each figure").splitlines()
    number, last, cursor = 0, -1, 0
    for line, words in enumerate(lines, 1):
        if not words.strip():
            continue
        row = _object(words, path, line)
        place = places.get(str(row["sid"]))
        if place is None:
            problem = f"there is no sentence '{row['sid']}' in the text"
            raise InputError(problem, cure=f"use S001 to S{len(sentences):03}", path=path, line=line)
        sentence, mention = sentences[place], row["mention"]
        if mention not in sentence["sentence"]:
            problem = f"mention '{mention}' is not in sentence {row['sid']}"
            raise InputError(problem, cure="copy it from the sentence as it stands there", path=path, line=line)
        at = sentence["sentence"].find(mention, cursor if place == last else 0)
        if place < last or at < 0:
            problem = f"mention '{mention}' stands before the one of the line above"
            raise InputError(problem, cure="put the lines in the order of the text", path=path, line=line)
        number, last, cursor = number + 1, place, at + len(mention)
        yield {**row, "number": number, "optional": row["optional"] is True}


def _object(words: str, path: Path, line: int) -> dict[str, Any]:
    """One line of a jsonl file as a figure with all fields."""

    def wrong(problem: str, cure: str) -> InputError:
        return InputError(problem, cure=cure, path=path, line=line)

    try:
        row = json.loads(words)
    except ValueError as error:
        raise wrong(f"this is no JSON ({error})", 'write one object a line, {"sid": "S001", …}') from None
    if not isinstance(row, dict):
        raise wrong("this is no JSON object", 'write {"sid": "S001", …}')
    for name in row:
        if name not in _FIELDS:
            raise wrong(f"unknown field '{name}'{closest(name, _FIELDS)}", f"use one of: {', '.join(_FIELDS)}")
    for name in ("sid", "mention", "unit"):
        if not isinstance(row.get(name), str) or (name != "unit" and not row[name]):
            raise wrong(f"{name} is missing or no text", f"write it in quotes, for example {_EXAMPLES[name]}")
    if not _is_amount(row.get("value")):
        raise wrong("value is missing or no number of 0 or more", "write the number in the base unit, without quotes")
    if row.get("value_max") is not None and (not _is_amount(row["value_max"]) or row["value_max"] < row["value"]):
        raise wrong("value_max is no number from value up", "write the upper end of the range, or null")
    for name, choices in CHOICES.items():
        if row.get(name) is not None and row[name] not in choices:
            raise wrong(f"{name} '{row[name]}' is unknown", f"use null or one of: {', '.join(choices)}")
    if row.get("indicator") is not None and not isinstance(row["indicator"], str):
        raise wrong("indicator is no text", "write it in quotes, or null")
    if row.get("period") is not None and parse_period(row["period"]) is None:
        raise wrong(f"period '{row['period']}' is none", "write 2021, 2023-Q1, 2024-01/2024-08, ../2025 or null")
    if not isinstance(row.get("optional", False), bool):
        raise wrong("optional is neither true nor false", "write true, or leave it out")
    return {name: row.get(name) for name in _FIELDS}


_EXAMPLES = {"sid": '"S001"', "mention": '"120亿元"', "unit": '"元"'}


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


# --- what the rules find ----------------------------------------------------------------------------------------


#: Name, text, date and genre → the tables `passages` and `figures` (`analysis.build.any_text.figure_reader`).
Reader = Callable[[str, str, str | None, str | None], tuple[pd.DataFrame, pd.DataFrame]]


def predict(gold: Gold, read: Reader) -> pd.DataFrame:
    """The figures that `read` finds in the gold texts: text, number and sid before the columns of `figures`."""
    tables = []
    for row in gold.texts.itertuples():
        passages, table = read(row.text, row.content, row.date, row.genre)
        own = gold.sentences[gold.sentences["text"] == row.text]
        table.insert(0, "sid", _places(table, passages, row.content, own))
        table.insert(0, "number", np.arange(1, len(table) + 1))
        table.insert(0, "text", row.text)
        tables.append(table)
    if not tables:
        return pd.DataFrame(columns=["text", "number", "sid", "value", "unit"])
    return pd.concat(tables, ignore_index=True)


def _squeezed(text: str) -> tuple[str, list[int]]:
    """`text` without spaces and differences of width, as cleaning may change them, and where its characters stood."""
    plain = [_plain(char) for char in text]
    return "".join(plain), [at for at, words in enumerate(plain) for _ in words]


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", char) if not c.isspace())


def _places(figures: pd.DataFrame, passages: pd.DataFrame, content: str, sentences: pd.DataFrame) -> list[str]:
    """The gold sentence in which each figure stands: its words are looked up in the text as it was before cleaning."""
    words = {row.passage: str(row.text) for row in passages.itertuples()}
    spans = {passage: split_sentences(words[passage]) for passage in set(figures["passage"])}
    squeezed = {passage: _squeezed(words[passage]) for passage in spans}
    plain, origin = _squeezed(content)
    starts, sids = sentences["start"].to_list(), sentences["sid"].to_list()
    found, cursor = [], 0
    for passage, figure in zip(figures["passage"], figures["start"], strict=True):
        start, end = next((a, b) for a, b in spans[passage] if a <= figure < b)
        text, places = squeezed[passage]
        left, right = bisect_left(places, start), bisect_left(places, end)
        at = plain.find(text[left:right], cursor)
        # What cleaning changed in other ways is put where the figure before it stood.
        cursor = max(at, cursor)
        here = cursor + (bisect_left(places, figure) - left if at >= 0 else 0)
        found.append(sids[max(bisect_right(starts, origin[here]) - 1, 0)])
    return found


# --- alignment --------------------------------------------------------------------------------------------------


def plain_unit(unit: Any) -> str:
    """A unit without what gold tables and extractors write differently: spaces, 多 余 几, names of % and 元."""
    words = "" if pd.isna(unit) else re.sub(r"[\s多余几]", "", str(unit))
    return _UNIT_NAMES.get(words, words)


def _same_number(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether numbers agree but for their sign and the last digits of a float."""
    one, other = np.abs(np.asarray(one, dtype=float)), np.abs(np.asarray(other, dtype=float))
    with np.errstate(invalid="ignore"):
        return np.abs(one - other) <= np.maximum(1e-6 * np.maximum(one, other), 1e-9)


def align(gold: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """Gold figures and predicted ones side by side, in text order.

    In: both with text, value, unit and, where known, mention and sid; gold also with optional. Out: text, gold and
    predicted (labels of their rows; missing where the other side has no partner), optional (of the gold figure).

    Only figures that agree in value and unit become partners, and partners never cross. Of all such alignments the one
    with the greatest weight is taken, by the recursion of Needleman & Wunsch (1970), Journal of Molecular Biology
    48(3), without a cost for gaps: a required figure weighs 2, an optional one 1; among equal ones, more partners with
    the same mention and in the same sentence.
    """
    used = ("text", "value", "unit", "mention", "sid", "optional")
    gold, predicted = (table[[name for name in used if name in table]] for table in (gold, predicted))
    rows: list[dict[str, Any]] = []
    names = dict.fromkeys([*gold["text"], *predicted["text"]])
    for name in names:
        left, right = gold[gold["text"] == name], predicted[predicted["text"] == name]
        optional = left["optional"].to_numpy(dtype=bool)
        for i, j in _alignment(_weights(left, right, optional)):
            rows.append(
                {
                    "text": name,
                    "gold": left.index[i] if i is not None else None,
                    "predicted": right.index[j] if j is not None else None,
                    "optional": i is not None and bool(optional[i]),
                }
            )
    types = {"text": "string", "gold": "Int64", "predicted": "Int64", "optional": "bool"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _weights(gold: pd.DataFrame, predicted: pd.DataFrame, optional: np.ndarray) -> np.ndarray:
    """What each pair of figures weighs, 0 where they do not match."""

    def equal(one: pd.Series, other: pd.Series) -> np.ndarray:
        return one.to_numpy(dtype=object)[:, None] == other.to_numpy(dtype=object)[None, :]

    value = [table["value"].to_numpy(dtype=float) for table in (gold, predicted)]
    matches = _same_number(value[0][:, None], value[1][None, :])
    matches &= equal(*(table["unit"].map(plain_unit) for table in (gold, predicted)))
    alike = np.zeros(matches.shape, dtype="int64")
    for name in ("mention", "sid"):
        if name in gold and name in predicted:
            bare = [table[name].astype(str).str.replace(r"\s", "", regex=True) for table in (gold, predicted)]
            alike += equal(*bare)
    # One more partner weighs more than all likenesses together.
    whole = 2 * len(gold) + 1
    return np.where(matches, np.where(optional, 1, 2)[:, None] * whole + alike, 0)


def _alignment(weights: np.ndarray) -> list[tuple[int | None, int | None]]:
    """The pairs of the heaviest alignment in order, None for the side that has no partner."""
    rows, columns = weights.shape
    best = np.zeros((rows + 1, columns + 1), dtype="int64")
    for i in range(rows - 1, -1, -1):
        paired = np.where(weights[i] > 0, weights[i] + best[i + 1, 1:], 0)
        candidates = np.maximum(best[i + 1, :-1], paired)
        # best[i, j] is the greatest candidate from j on, since passing over a predicted figure costs nothing.
        best[i, :-1] = np.maximum.accumulate(candidates[::-1])[::-1]
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < rows and j < columns:
        if weights[i, j] and best[i, j] == weights[i, j] + best[i + 1, j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i, j] == best[i + 1, j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += [(place, None) for place in range(i, rows)]
    return pairs + [(None, place) for place in range(j, columns)]


# --- verdicts ---------------------------------------------------------------------------------------------------


def overlap(one: Any, other: Any) -> float:
    """How far two names agree, 0 to 1: the F1 of their pairs of neighbouring characters, 1 where one holds the other.

    Marks, spaces and a leading 全市, which names nothing, do not count.
    """
    a, b = (re.sub(r"[^\w]|_|全市", "", "" if pd.isna(name) else str(name)) for name in (one, other))
    if not a or not b:
        return 0.0
    if a in b or b in a:
        return 1.0
    left, right = ({x + y for x, y in pairwise(name)} or {name} for name in (a, b))
    return 2 * len(left & right) / (len(left) + len(right))


def judge(gold: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """Every judged cell: text, sid, mention, column, wanted, got, right.

    In: the figures of `Gold` and those of `predict` (any table with text, value, unit; columns that it lacks count as
    empty). One row of `column` recall for each required gold figure (right: it was found), one of precision for each
    figure found that is not an optional one (right: it is in the gold table), and one for each other column of each
    required figure that was found. `right` is missing where the gold cell is empty and something was found: such cells
    are not judged. Where both are empty there is no row.
    """
    pairs = align(gold, predicted)
    sides = [_rows_of(table, ("sid", "mention", *ATTRIBUTES)) for table in (gold, predicted)]
    rows: list[dict[str, Any]] = []
    for pair in pairs.itertuples():
        if pair.optional:
            continue
        wanted = None if pd.isna(pair.gold) else sides[0][pair.gold]
        got = None if pd.isna(pair.predicted) else sides[1][pair.predicted]
        both = wanted is not None and got is not None
        common: dict[str, Any] = {"text": pair.text}
        common |= {name: _words(got if wanted is None else wanted, name) for name in ("sid", "mention")}
        mentions = {"wanted": _words(wanted, "mention"), "got": _words(got, "mention")}
        if wanted is not None:
            rows.append({**common, "column": "recall", **mentions, "right": both})
        if got is not None:
            rows.append({**common, "column": "precision", **mentions, "right": both})
        if wanted is not None and got is not None:
            rows += [{**common, **cell} for cell in _cells(wanted, got)]
    types = {"text": "string", "sid": "string", "mention": "string", "column": "string"}
    types |= {"wanted": "string", "got": "string", "right": "boolean"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _rows_of(table: pd.DataFrame, columns: Sequence[str]) -> dict[Any, dict[str, Any]]:
    """label → row, with those of `columns` that the table has."""
    there = [name for name in columns if name in table]
    values = [table[name].to_list() for name in there]
    return {label: dict(zip(there, cells, strict=True)) for label, *cells in zip(table.index, *values, strict=True)}


def _words(row: Mapping[str, Any] | None, column: str) -> str | None:
    """A cell in words, None where it is empty."""
    value = None if row is None else row.get(column)
    if value is None or pd.isna(value):
        return None
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _cells(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The verdicts on the columns of one figure."""
    for column in ATTRIBUTES:
        one, other = _words(wanted, column), _words(got, column)
        if one is None and other is None:
            continue
        same = None if one is None else _AGREE.get(column, str.__eq__)(one, other or "")
        yield {"column": column, "wanted": one, "got": other, "right": same}


_AGREE: dict[str, Callable[[str, str], bool]] = {
    "indicator": lambda one, other: overlap(one, other) >= LEAST_OVERLAP,
    "value_max": lambda one, other: bool(other) and bool(_same_number(np.array(float(one)), np.array(float(other)))),
}


# --- counts -----------------------------------------------------------------------------------------------------


def wilson(right: Any, n: Any, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of the interval of a share, missing where n is 0.

    Wilson (1927), Probable Inference, the Law of Succession, and Statistical Inference, Journal of the American
    Statistical Association 22(158): with z the normal quantile,
    (p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n).
    """
    right, n = np.asarray(right, dtype=float), np.asarray(n, dtype=float)
    z = NormalDist().inv_cdf((1 + level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = right / n
        middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        low, high = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    # At 0 and 1 the ends are exact; a float would pass them by its last digit.
    return np.where(right == 0, 0.0 * low, low), np.where(right == n, 1.0 + 0.0 * high, high)


def _tally(right: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """`by`, n, right, share, low, high, in the order in which groups appear."""
    groups = right.groupby(list(by), sort=False, observed=True)["right"]
    table = groups.agg(n="size", right="sum").reset_index().astype({"n": "int64", "right": "int64"})
    table["share"] = table["right"] / table["n"]
    table["low"], table["high"] = wilson(table["right"], table["n"])
    return table


def scores(judged: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """How often each column is right: `by` (text, if asked for), column, n, right, share, low, high.

    In: a table of `judge`. Columns in the order of `COLUMNS`; one without a judged cell has no row. low and high are
    the 95 % interval of Wilson, which takes cells for independent.
    """
    known = judged[judged["right"].notna()].astype({"right": "bool"})
    known = known.assign(column=pd.Categorical(known["column"], COLUMNS))
    known = known.sort_values("column", kind="stable")
    table = _tally(known, ["column"] if by is None else [by, "column"]).astype({"column": "string"})
    if by is None:
        return table
    return _in_first_order(table, by, judged[by])


def _in_first_order(table: pd.DataFrame, by: str, keys: pd.Series) -> pd.DataFrame:
    """The rows of `table` in the order in which the values of `by` appear in `keys`."""
    place = {key: number for number, key in enumerate(keys.unique())}
    return table.sort_values(by, key=lambda values: values.map(place), kind="stable", ignore_index=True)


def confusion(judged: pd.DataFrame, column: str) -> pd.DataFrame:
    """Counts of gold value (rows) × value found (columns) of a column with fixed values.

    In: a table of `judge`. Only judged cells, and only values that occur, in the order of the codebook; the column ""
    counts cells left empty. Raises InputError for a column without fixed values.
    """
    if column not in CHOICES:
        raise unknown("column", column, CHOICES)
    own = judged[(judged["column"] == column) & judged["right"].notna()]
    wanted, got = own["wanted"].astype(object), own["got"].fillna("").astype(object)
    present = {*wanted, *got}
    labels = [label for label in CHOICES[column] if label in present]
    empty = [""] if "" in present else []
    return pd.crosstab(wanted, got).reindex(index=labels, columns=labels + empty, fill_value=0)


def confusion_cells(judged: pd.DataFrame, column: str) -> pd.DataFrame:
    """`confusion` cell by cell, rows by rows: column, wanted, got, n; without a row where no such cell was judged."""
    counts = confusion(judged, column)
    cells = [(column, wanted, got, int(counts.loc[wanted, got])) for wanted in counts.index for got in counts.columns]
    return pd.DataFrame(cells, columns=["column", "wanted", "got", "n"])


def mistaken(judged: pd.DataFrame) -> pd.DataFrame:
    """What is taken for what in the columns with fixed values, the most frequent first: column, wanted, got, n."""
    wrong = mistakes(judged)
    wrong = wrong[wrong["column"].isin(list(CHOICES)).to_numpy(dtype=bool)].fillna({"wanted": "", "got": ""})
    counts = wrong.groupby(["column", "wanted", "got"], sort=False).size().rename("n").reset_index()
    return counts.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def mistaken_themes(judged: pd.DataFrame) -> pd.DataFrame:
    """How often each theme of the gold tables is mistaken, the most often first: wanted, wrong, n; those that are."""
    own = judged[(judged["column"] == "theme").to_numpy(dtype=bool) & judged["right"].notna().to_numpy(dtype=bool)]
    counts = own.assign(wrong=~own["right"].astype(bool)).groupby("wanted", sort=False)["wrong"].agg(["sum", "size"])
    table = counts.reset_index().rename(columns={"sum": "wrong", "size": "n"})
    table = table[table["wrong"] > 0]
    return table.sort_values("wrong", ascending=False, kind="stable", ignore_index=True)


def period_kinds(judged: pd.DataFrame) -> pd.DataFrame:
    """What became of the periods: kind, n, for all kinds in the order of `PERIOD_KINDS`.

    In: a table of `judge`. right: the same; overlap: another period that has months in common with the gold one; apart:
    one that has none; missing: none found; unasked: found where the gold table has none, which is not judged.
    """
    own = judged.loc[judged["column"] == "period", ["wanted", "got"]].fillna("")
    kinds = [_period_kind(str(wanted), str(got)) for wanted, got in own.itertuples(index=False)]
    return pd.DataFrame({"kind": PERIOD_KINDS, "n": [kinds.count(kind) for kind in PERIOD_KINDS]})


def _period_kind(wanted: str, got: str) -> str:
    """The kind of one pair of periods, "" for none."""
    if wanted == got:
        return "right"
    one, other = parse_period(wanted), parse_period(got)
    if one is None or other is None:
        return "unasked" if one is None else "missing"
    return "overlap" if one.overlaps(other) else "apart"


def mistakes(judged: pd.DataFrame) -> pd.DataFrame:
    """The wrong cells of a table of `judge`, with sentence_id, one for each sentence of any text."""
    wrong = judged[judged["right"].eq(False).fillna(False).to_numpy(dtype=bool)].reset_index(drop=True)
    return wrong.assign(sentence_id=wrong["text"] + " " + wrong["sid"])


def worst_sentences(judged: pd.DataFrame, sentences: pd.DataFrame, top: int = 10) -> pd.DataFrame:
    """The sentences with most wrong cells: text, sid, sentence, cells (judged), errors, mistakes; at most `top`.

    In: a table of `judge`, and the sentences of `Gold`. Most errors first, then those with fewer cells, then by text.
    `mistakes` lists (column, wanted, got, mention) of each wrong cell.
    """
    known = judged[judged["right"].notna()].astype({"right": "bool"})
    counts = known.groupby(["text", "sid"], sort=False)["right"].agg(cells="size", right="sum").reset_index()
    counts["errors"] = counts["cells"] - counts["right"].astype("int64")
    table = sentences[["text", "sid", "sentence"]].merge(counts[counts["errors"] > 0], on=["text", "sid"])
    table = table.sort_values(["errors", "cells"], ascending=[False, True], kind="stable")
    found = table[["text", "sid", "sentence", "cells", "errors"]].head(top).reset_index(drop=True)
    wrong: dict[tuple[str, str], list[tuple[str, str, str, str]]] = {}
    for row in mistakes(judged).fillna({"wanted": "", "got": ""}).itertuples():
        wrong.setdefault((row.text, row.sid), []).append((row.column, row.wanted, row.got, row.mention))
    found["mistakes"] = [wrong[place] for place in zip(found["text"], found["sid"], strict=True)]
    return found


# --- judged samples ---------------------------------------------------------------------------------------------


def read_samples(folder: Path | str) -> pd.DataFrame:
    """What a reader judged of samples: what, sample, n, right, share, low, high.

    Reads indicators.csv (column verdict) and coding.csv (columns scheme and verdict) of `folder`, where they exist; a
    verdict begins with `right` or `wrong`. `what` is `indicators`, or the scheme of the codes; `sample` is the column
    of that name, "" where a file has none. Raises InputError with file and line for a verdict that is neither, or a
    missing column.
    """
    rows = []
    for name, key in (("indicators.csv", None), ("coding.csv", "scheme")):
        path = Path(folder) / name
        if not path.is_file():
            continue
        for line, row in _rows(path, ["verdict", *([key] if key else [])], ""):
            if not row["verdict"].startswith(VERDICTS):
                problem = f"verdict '{row['verdict']}' begins neither with 'right' nor with 'wrong'"
                raise InputError(problem, cure="begin it with one of them", path=path, line=line)
            what = row[key] if key else path.stem
            rows.append({"what": what, "sample": row.get("sample", ""), "right": row["verdict"].startswith("right")})
    table = _tally(pd.DataFrame(rows, columns=["what", "sample", "right"]), ["what", "sample"])
    return _in_first_order(table.astype({"what": "string", "sample": "string"}), "what", table["what"])
