"""What is published of data/processed: rows with names, sources, sentences and links beside them.

The functions named after the tables of the registry (`PANEL`, `CITY_TABLES`) make them: data frames in, data
frames out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..project.folders import Project
from ..project.links import document_link, figure_link, passage_id
from ..project.registry import CITY_TABLES, PANEL, THEMES, frame
from ..texts.sentences import sentence_texts
from .files import COMPARATORS

if TYPE_CHECKING:
    import pandas as pd

    from ..extract.indicators import Indicator
    from ..present.language import Words

#: The reading view is linked in the language of the texts.
LINK_LANGUAGE = "zh"
#: Groups of instruments stand beside the schemes as one of their own.
GROUP = "group"


# --------------------------------------------------------------------------------------------------------------- names


@dataclass(frozen=True)
class Names:
    """What keys are called: `cities` and `indicators` as their files have them, `codes` scheme → code → (zh, en) in the
    order of reports, `groups` instrument → group.
    """

    cities: Mapping[str, Mapping[str, Any]]
    indicators: Mapping[str, Indicator]
    codes: Mapping[str, Mapping[str, tuple[str, str]]]
    groups: Mapping[str, str | None]


def read_names(project: Project) -> Names:
    """The names in data/reference. Raises InputError where a file there is wrong."""
    from ..extract.coding import load_schemes
    from ..extract.indicators import load_indicators
    from ..texts.cities import read_cities

    zh, en = both_languages()
    schemes = load_schemes(project.reference, ("pathway", "instrument"))
    instrument = schemes["instrument"]
    codes = {"theme": {code: (zh(f"theme_{code}"), en(f"theme_{code}")) for code in THEMES}}
    for name, scheme in schemes.items():
        codes[name] = {code: (scheme.name(code, "zh"), scheme.name(code, "en")) for code in scheme.codes}
    codes[GROUP] = {group: (instrument.name(group, "zh"), instrument.name(group, "en")) for group in instrument.groups}
    entries = load_indicators(project.reference / "indicators.yml").by_key
    groups = {code: instrument.group(code) for code in instrument.codes}
    return Names(read_cities(project), entries, codes, groups)


def both_languages() -> tuple[Words, Words]:
    from ..present.language import Words

    return Words("zh"), Words("en")


# ---------------------------------------------------------------------------------------------------- tables of a city


def _texts(values: Sequence[str | None]) -> Any:
    import pandas as pd

    return pd.array(values, dtype="string")


def _sourced(rows: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """`rows` with city, date, publisher and edition of their documents."""
    own = documents.set_index("document")
    found = {name: rows["document"].map(own[name]) for name in ("city", "date", "publisher", "edition")}
    return rows.assign(**found)


def _figure_links(rows: pd.DataFrame) -> Any:
    """Where figures stand in the reading view, seen from the folder of the tables."""
    places = zip(rows["document"], rows["passage"], rows["start"], strict=True)
    return _texts([f"../{figure_link(document, passage, start, LINK_LANGUAGE)}" for document, passage, start in places])


def _passage_links(rows: pd.DataFrame) -> Any:
    """Where passages stand in the reading view, seen from the folder of the tables."""
    pages = {document: f"../{document_link(document, LINK_LANGUAGE)}" for document in rows["document"].unique()}
    places = zip(rows["document"], rows["passage"], strict=True)
    return _texts([f"{pages[document]}#{passage_id(passage)}" for document, passage in places])


def panel(
    tables: Mapping[str, pd.DataFrame],
    *,
    cities: Mapping[str, Mapping[str, Any]],
    indicators: Mapping[str, Indicator],
) -> pd.DataFrame:
    """The columns of `PANEL` for every row of the table `indicators`, in its order.

    In: `tables` (indicators, documents, passages), `cities` as `read_cities` gives them, the entries of the dictionary
    of indicators by key. A city or an indicator that is not there any more keeps its key as its name.
    """
    import pandas as pd

    rows, documents = tables["indicators"], tables["documents"].set_index("document")

    def named(column: str, names: Mapping[str, str]) -> pd.Series:
        return rows[column].map(lambda key: names.get(key, key)).astype("string")

    found = rows.assign(
        city_zh=named("city", {key: str(entry["name_zh"]) for key, entry in cities.items()}),
        city_en=named("city", {key: str(entry["name_en"]) for key, entry in cities.items()}),
        indicator_zh=named("indicator", {key: entry.name_zh for key, entry in indicators.items()}),
        indicator_en=named("indicator", {key: entry.name_en for key, entry in indicators.items()}),
        comparator=rows["comparator"].map(COMPARATORS).astype("string"),
        date=rows["document"].map(documents["date"]).astype("string"),
        edition=rows["document"].map(documents["edition"]).astype("string"),
        sentence_text=pd.array(sentence_texts(rows, tables["passages"]), dtype="string"),
        link=pd.array(
            [
                figure_link(document, passage, start, LINK_LANGUAGE)
                for document, passage, start in zip(rows["document"], rows["passage"], rows["start"], strict=True)
            ],
            dtype="string",
        ),
    )
    return found[PANEL.names].reset_index(drop=True)


def figures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` of data/processed (figures, passages, documents) of a city. Out: as registered in `CITY_TABLES`."""
    rows = tables["figures"]
    found = rows.assign(
        comparator=rows["comparator"].map(COMPARATORS),
        sentence_text=_texts(sentence_texts(rows, tables["passages"])),
        link=_figure_links(rows),
    )
    return frame(CITY_TABLES["figures"], _sourced(found, tables["documents"]))


def indicators(tables: Mapping[str, pd.DataFrame], names: Names) -> pd.DataFrame:
    """In: `tables` (indicators, passages, documents). Out: as registered, rows in the order of the table, from 0."""
    rows = tables["indicators"].reset_index(drop=True)
    found = panel({**tables, "indicators": rows}, cities=names.cities, indicators=names.indicators)
    return frame(
        CITY_TABLES["indicators"],
        _sourced(found.assign(link=_figure_links(rows), end=rows["end"]), tables["documents"]),
    )


def targets(tables: Mapping[str, pd.DataFrame], named: pd.DataFrame) -> pd.DataFrame:
    """In: `tables` (indicators, documents) and what `indicators` made of them. Out: as registered.

    A target is a planned row that stands for its text and is about the city itself (`compare.targets.standing`).
    Before it: of what is reported so for single years before the first year of the target, that of the latest year.
    Reported: what `compare.targets.promised_and_reported` finds.
    """
    from ..compare.growth import before
    from ..compare.targets import promised_and_reported, standing

    rows, documents = tables["indicators"].reset_index(drop=True), tables["documents"]
    planned, reported = standing(rows, "planned"), standing(rows, "achieved")
    later: dict[tuple[Any, ...], Any] = {}
    for pair in promised_and_reported(_answered(rows, planned, reported), documents).itertuples():
        later[pair.document_then, pair.indicator, pair.passage_then, pair.start_then] = pair
    places = zip(*(planned[name] for name in ("document", "indicator", "passage", "start")), strict=True)
    answers = [later.get(place) for place in places]
    earlier = before(planned, reported)
    columns: dict[str, list[Any]] = {"met": [None if pair is None else pair.met for pair in answers]}
    for name in ("value", "value_max", "comparator", "period", "mention", "document"):
        told = earlier[f"{name}_before"]
        columns[f"before_{name}"] = told.astype(object).where(told.notna(), None).tolist()
        columns[f"reported_{name}"] = [None if pair is None else getattr(pair, f"{name}_now") for pair in answers]
    for prefix in ("before", "reported"):
        columns[f"{prefix}_comparator"] = [COMPARATORS.get(sign) for sign in columns[f"{prefix}_comparator"]]
    found = named.loc[planned.index].reset_index(drop=True)
    return frame(CITY_TABLES["targets"], found.assign(**columns))


def _answered(rows: pd.DataFrame, planned: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """Of `rows` the reports, and the plans for whose time the same is reported: the others need no search."""
    from ..project.periods import years

    keys = ("indicator", "unit", "period")
    known = set(zip(*(reported[name].tolist() for name in keys), strict=True))
    asked = [
        (key, unit, period) in known or (key, unit, str(years(period)[1])) in known
        for key, unit, period in zip(*(planned[name].tolist() for name in keys), strict=True)
    ]
    plans = planned.index[asked]
    return rows.loc[sorted((*plans, *reported.index))] if len(plans) else rows.iloc[:0]


#: count, total, share, low, high
_Share: TypeAlias = tuple[int, int, float | None, float | None, float | None]


def shares(tables: Mapping[str, pd.DataFrame], names: Names) -> pd.DataFrame:
    """In: `tables` (codes, passages, documents). Out: as registered.

    The shares and intervals of the city are those of its report: what `analysis.compare.code_shares` gives for main
    codes. An interval for each document would cost too
    much time.
    """
    import pandas as pd

    from ..compare.groups import DECIMALS, group_codes
    from ..compare.shares import code_shares, main_codes

    documents = tables["documents"]
    city, dates = str(documents["city"].iloc[0]), sorted(documents["date"])
    joined = {name: "|".join(sorted(set(documents[name].dropna()))) or None for name in ("publisher", "edition")}
    whole = {"level": "city", "document": None, **joined}
    whole["date"] = dates[0] if dates[0] == dates[-1] else f"{dates[0]}/{dates[-1]}"
    own = documents[["document", "date", "publisher", "edition"]].assign(level="document").to_dict("records")
    coded = pd.concat([tables["codes"], group_codes(tables["codes"], names.groups)], ignore_index=True)
    rows: list[tuple[Mapping[str, Any], str, str, _Share]] = []
    for scheme, called in names.codes.items():
        table = code_shares(coded, documents, scheme=scheme, order=list(called))
        told = table[["code", "count", "total", "share", "low", "high"]].astype(object)
        rows += [(whole, scheme, code, tuple(one)) for code, *one in told.where(table.notna(), None).to_numpy()]
        main = main_codes(coded, scheme)
        counts = Counter(zip(main["document"], main["code"], strict=True))
        for document in own:
            numbers = [counts[document["document"], code] for code in called]
            total = sum(numbers)
            for code, count in zip(called, numbers, strict=True):
                rows.append((document, scheme, code, (count, total, count / total if total else None, None, None)))
    found: dict[str, Any] = {name: [source[name] for source, *_ in rows] for name in whole}
    labels = [names.codes[scheme][code] for _, scheme, code, _ in rows]
    found |= {"scheme": [row[1] for row in rows], "code": [row[2] for row in rows]}
    found |= {"code_zh": [zh for zh, _ in labels], "code_en": [en for _, en in labels]}
    for place, name in enumerate(("count", "total", "share", "low", "high")):
        found[name] = [row[3][place] for row in rows]
    table = frame(CITY_TABLES["shares"], pd.DataFrame({**found, "unit": "sentence", "city": city}))
    return table.round(dict.fromkeys(("share", "low", "high"), DECIMALS))


def codes(tables: Mapping[str, pd.DataFrame], names: Names) -> pd.DataFrame:
    """In: `tables` (codes, passages, documents). Out: as registered."""
    from ..texts.sentences import sentences

    rows, passages = tables["codes"], tables["passages"]
    texts = {(document, number): text for document, _, number, text in sentences(passages)}
    kinds = dict(zip(zip(passages["document"], passages["passage"], strict=True), passages["kind"], strict=True))
    called = {(scheme, code): label for scheme, own in names.codes.items() for code, label in own.items()}
    # A code that is not in the scheme any more keeps its key as its name.
    labels = [called.get(key, (key[1], key[1])) for key in zip(rows["scheme"], rows["code"], strict=True)]
    found = rows.assign(
        code_zh=_texts([zh for zh, _ in labels]),
        code_en=_texts([en for _, en in labels]),
        main=~rows.duplicated(["document", "sentence", "scheme"]),
        sentence_text=_texts([texts[place] for place in zip(rows["document"], rows["sentence"], strict=True)]),
        link=_passage_links(rows),
        kind=_texts([kinds[place] for place in zip(rows["document"], rows["passage"], strict=True)]),
    )
    return frame(CITY_TABLES["codes"], _sourced(found, tables["documents"]))


def terms(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` (terms, documents). Out: as registered."""
    rows = tables["terms"]
    rate = (10_000 * rows["count"] / rows.groupby("document")["count"].transform("sum")).round(4)
    return frame(CITY_TABLES["terms"], _sourced(rows.assign(unit="word", per_10000=rate), tables["documents"]))


def formulas(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` (formulas, passages, documents). Out: as registered."""
    rows = tables["formulas"]
    texts = _texts(sentence_texts(rows, tables["passages"]))
    found = rows.assign(sentence_text=texts, link=_passage_links(rows))
    return frame(CITY_TABLES["formulas"], _sourced(found, tables["documents"]))


def entities(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` (entities, passages, documents). Out: as registered."""
    rows = tables["entities"]
    texts = _texts(sentence_texts(rows, tables["passages"]))
    found = rows.assign(sentence_text=texts, link=_passage_links(rows))
    return frame(CITY_TABLES["entities"], _sourced(found, tables["documents"]))


def commitments(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` (commitments, passages, documents). Out: as registered."""
    rows = tables["commitments"]
    texts = _texts(sentence_texts(rows, tables["passages"]))
    found = rows.assign(sentence_text=texts, link=_passage_links(rows))
    return frame(CITY_TABLES["commitments"], _sourced(found, tables["documents"]))


def questions(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """In: `tables` (questions, documents). Out: as registered."""
    rows = tables["questions"]
    return frame(CITY_TABLES["questions"], _sourced(rows.assign(link=_passage_links(rows)), tables["documents"]))


def row_by_row(tables: Mapping[str, pd.DataFrame], names: Names) -> dict[str, pd.DataFrame]:
    """Those of `CITY_TABLES` whose rows follow from one document each."""
    return {
        "figures": figures(tables),
        "indicators": indicators(tables, names),
        "codes": codes(tables, names),
        "terms": terms(tables),
        "entities": entities(tables),
        "commitments": commitments(tables),
        "questions": questions(tables),
        "formulas": formulas(tables),
        "removals": frame(CITY_TABLES["removals"], _sourced(tables["removals"], tables["documents"])),
        "documents": frame(CITY_TABLES["documents"], tables["documents"]),
    }
