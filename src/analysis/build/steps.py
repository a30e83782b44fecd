"""Steps: the one way from a text to its tables, for the build and for any text beside it.

The heavy libraries are loaded when the first text is read, so that a build which finds nothing to do needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.folders import file_stamp
from ..project.registry import frame
from ..project.rules import FOLDER as RULES
from ..project.rules import using

if TYPE_CHECKING:
    import pandas as pd

    from ..extract.coding import Scheme
    from ..extract.corrections import Correction
    from ..extract.entities import Industries, Vocabulary
    from ..extract.figures.units import Units
    from ..extract.indicators import Indicators
    from ..texts.characters import Removal
    from ..texts.sources import Document

#: The tables of a text, each made of those before it.
TABLES = (
    "passages",
    "removals",
    "figures",
    "entities",
    "commitments",
    "formulas",
    "indicators",
    "terms",
    "codes",
    "questions",
    "corrections",
)
#: The tables that need others, beside the passages.
_NEEDS = {
    "indicators": {"figures"},
    "terms": {"figures"},
    "commitments": {"figures", "entities"},
    "questions": {"figures", "entities", "codes", "commitments"},
    "corrections": {"figures", "entities", "indicators"},
}
#: Those that need what section and paragraph say of the passages.
_OF_STATES = {"entities", "commitments"}


@dataclass(frozen=True)
class Text:
    """A text and what is known of it: date and genre may be unknown; `names` are those of its own place.

    `printed` is the text as printed where that is in traditional characters, `taken` what its reader left out,
    `corrections` what a researcher corrects in its tables.
    """

    document: str
    text: str
    city: str = ""
    date: str | None = None
    genre: str | None = None
    names: tuple[str, ...] = ()
    printed: str | None = None
    taken: tuple[Removal, ...] = ()
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, eq=False)
class Dictionaries:
    """What the steps read in the folder `reference` (data/reference), each file when it is first needed."""

    reference: Path

    @cached_property
    def units(self) -> Units:
        from ..extract.figures.units import read_units

        return read_units(self.reference / "units.csv")

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        from ..extract.coding import load_schemes

        return load_schemes(self.reference)

    @cached_property
    def theme(self) -> Scheme:
        """The scheme that figures are told apart by."""
        from ..extract.coding import load_schemes

        return load_schemes(self.reference, ["theme"])["theme"]

    @cached_property
    def indicators(self) -> Indicators:
        from ..extract.indicators import load_indicators

        return load_indicators(self.reference / "indicators.yml")

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words by which entities are found."""
        from ..extract.entities import load_vocabulary

        return load_vocabulary(self.reference / "entities.yml")

    @cached_property
    def industries(self) -> Industries:
        from ..extract.entities import load_industries

        return load_industries(self.reference / "industries.yml")

    @cached_property
    def corrections(self) -> dict[str, tuple[Correction, ...]]:
        """What a researcher corrects, by document."""
        from ..extract.corrections import FILE, load_corrections

        return load_corrections(self.reference / FILE)


#: The files that `Dictionaries` reads.
_FILES = (
    "units.csv",
    "themes.yml",
    "pathways.yml",
    "instruments.yml",
    "indicators.yml",
    "entities.yml",
    "industries.yml",
    "corrections.yml",
)


@lru_cache(maxsize=8)
def _dictionaries(reference: Path, *_stamps: tuple[int, int]) -> Dictionaries:
    return Dictionaries(reference)


def dictionaries(reference: Path) -> Dictionaries:
    """The dictionaries of `reference`, read once for each state of their files."""
    return _dictionaries(reference, *(file_stamp(reference / name) for name in _FILES))


def text_tables(
    text: Text,
    reference: Path,
    wanted: Collection[str] = TABLES,
    *,
    schemes: Iterable[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables of one text by name, as registered: those of `wanted` and those that they need.

    `reference` is the folder of dictionaries and rules; `schemes` limits the coding schemes of the table `codes`.
    Raises InputError for what is wrong with them.
    """
    with using(reference / RULES):
        needed = set(wanted).union(*(_NEEDS.get(name, ()) for name in wanted))
        return _text_tables(text, dictionaries(reference), needed, schemes)


def _text_tables(
    text: Text, known: Dictionaries, wanted: set[str], schemes: Iterable[str] | None
) -> dict[str, pd.DataFrame]:
    from ..extract.coding import code_sentences, load_schemes
    from ..extract.corrections import corrected
    from ..extract.figures import tabulate
    from ..extract.formulas import formulas
    from ..extract.indicators import harmonise
    from ..extract.terms import count_terms
    from ..texts.clean import clean
    from ..texts.script import originals

    key, city, reference = text.document, text.city, known.reference
    made: dict[str, pd.DataFrame] = {}
    # What is wrong with a dictionary is said before any text is read with another.
    coding = None
    if "codes" in wanted:
        coding = known.schemes if schemes is None else load_schemes(reference, schemes)
    passages, made["removals"] = clean(text.text, key, text.taken)
    if text.printed is not None:
        passages["original"] = originals(passages["text"], text.text, text.printed)
        passages = made["passages"] = frame("passages", passages)
    made["passages"] = passages
    done: list[dict[str, Any]] = []

    def keep(name: str, table: pd.DataFrame) -> None:
        made[name], changes = corrected(name, table, text.corrections, known.units)
        done.extend(changes)

    if "figures" in wanted:
        dated = {"date": text.date, "genre": text.genre}
        keep("figures", tabulate(passages, document=key, city=city, **dated, units=known.units, scheme=known.theme))
    if wanted & _OF_STATES:
        made |= _named_things(text, known, made, wanted, keep)
    if "formulas" in wanted:
        made["formulas"] = formulas(passages, document=key, city=city)
    if "indicators" in wanted:
        own = {"document": key, "city": city}
        keep(
            "indicators",
            harmonise(made["figures"], passages, **own, indicators=known.indicators, names=text.names),
        )
    if "terms" in wanted:
        lists = {"terms": reference / "terms.txt", "stop_words": reference / "stopwords.txt"}
        made["terms"] = count_terms(passages, made["figures"], document=key, **lists)
    if coding is not None:
        made["codes"] = code_sentences(passages, coding)
    if "questions" in wanted:
        from ..extract.promises import questions

        made["questions"] = questions(passages, made, document=key, city=city)
    if "corrections" in wanted:
        made["corrections"] = frame("corrections", done)
    return made


def _named_things(
    text: Text,
    known: Dictionaries,
    made: dict[str, pd.DataFrame],
    wanted: set[str],
    keep: Callable[[str, pd.DataFrame], None],
) -> dict[str, pd.DataFrame]:
    """The entities of a text, which `keep` puts into `made`, and where they are wanted its commitments."""
    from ..extract.entities import entities
    from ..extract.figures.sections import passage_statuses
    from ..extract.terms import read_words

    passages, own = made["passages"], {"document": text.document, "city": text.city}
    kinds, texts = passages["kind"].tolist(), passages["text"].tolist()
    states = passage_statuses(list(zip(kinds, texts, strict=True)), text.date, text.genre)
    found = entities(
        passages,
        states,
        **own,
        names=text.names,
        vocabulary=known.vocabulary,
        industries=known.industries,
        terms=tuple(read_words(known.reference / "terms.txt")),
        scheme=known.theme,
    )
    keep("entities", found)
    if "commitments" not in wanted:
        return {}
    from ..extract.promises import commitments

    promised = commitments(passages, made["figures"], made["entities"], states, **own, date=text.date, genre=text.genre)
    return {"commitments": promised}


def document_tables(
    reference: Path, document: Document, row: Mapping[str, Any], names: Iterable[str] = ()
) -> dict[str, pd.DataFrame]:
    """The tables of one document of sources.csv by name, its row of `documents` first.

    `row` is its row of sources.csv, `names` are those of its city.
    """
    about = (row["city"], row["date"], row["genre"], tuple(names))
    given = dictionaries(reference).corrections.get(document.document, ())
    own = tuple(one for one in given if one.edition in (None, document.edition))
    text = Text(document.document, document.text, *about, document.printed, document.taken, own)
    made = text_tables(text, reference)
    listed = {
        **row,
        "edition": document.edition,
        "sha256": document.sha256,
        "encoding": document.encoding,
        "language": document.language,
        "characters": int(made["passages"]["characters"].sum()),
    }
    return {"documents": frame("documents", [listed]), **made}
