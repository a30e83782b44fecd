"""Any text: the tables of texts that no project lists, from files, standard input, folders or gold tables."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..project.errors import InputError
from ..project.registry import frame
from ..texts.metadata import about
from ..texts.sentences import split_sentences
from ..texts.sources import Document, read_all, read_any
from .executors import started
from .steps import Text, text_tables

if TYPE_CHECKING:
    import pandas as pd

#: From this many texts on, a folder is read by several processes.
SERIAL = 8


@dataclass(frozen=True)
class Folder:
    """What was read from a folder: `documents` (document, date), `passages` and `indicators` as registered."""

    documents: pd.DataFrame
    passages: pd.DataFrame
    indicators: pd.DataFrame

    @property
    def dates(self) -> dict[str, str]:
        return {row.document: row.date for row in self.documents.itertuples() if isinstance(row.date, str)}


def file_tables(
    file: Path | str,
    reference: Path,
    wanted: Collection[str],
    *,
    date: str | None = None,
    genre: str | None = None,
    names: Iterable[str] = (),
    schemes: Iterable[str] | None = None,
    tell: Callable[[str], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables `wanted` of the texts in a file, `-` for standard input, and those that they need (see `text_tables`).

    `date` is what the file or the head of the text says where it is not given. `tell` is called with a line for each
    text that says what was found and what was left out, where that is worth a line; `progress` with the characters
    done and those to do of a text that is read in parts (see `PART`). Raises InputError for a file
    without text.
    """
    import pandas as pd

    tables = []
    for read in read_all(file):
        made = _tables(_text(read, date, genre, tuple(names)), reference, wanted, schemes, progress)
        line = found_line(read, made["removals"])
        if tell and line:
            tell(line)
        tables.append(made)
    if len(tables) == 1:
        return tables[0]
    return {name: frame(name, pd.concat([made[name] for made in tables], ignore_index=True)) for name in tables[0]}


def _text(read: Document, date: str | None, genre: str | None = None, names: tuple[str, ...] = ()) -> Text:
    """A text as read, with its date: what is given counts before what the file and the text's head say."""
    date = date or about(read).date or None
    return Text(read.document, read.text, date=date, genre=genre, names=names, printed=read.printed, taken=read.taken)


#: A text of more characters is read in parts of so many, each on its own: what a part takes is free for the next one.
#: No heading or speaker reaches from one part into the next.
PART = 400_000


def _tables(
    text: Text,
    reference: Path,
    wanted: Collection[str],
    schemes: Iterable[str] | None,
    progress: Callable[[int, int], None] | None,
) -> dict[str, pd.DataFrame]:
    """The tables of a text, of a long one part by part with passages, sentences and lines counted on."""
    import pandas as pd

    if len(text.text) <= PART:
        return text_tables(text, reference, wanted, schemes=schemes)
    made: dict[str, list[pd.DataFrame]] = {}
    passages = sentences = lines = done = 0
    for start, end in _parts(text.text):
        printed = None if text.printed is None else text.printed[start:end]
        taken = tuple(one._replace(line=max(1, one.line)) for one in text.taken) if start == 0 else ()
        part = replace(text, text=text.text[start:end], printed=printed, taken=taken)
        found = text_tables(part, reference, wanted, schemes=schemes)
        spoken = sum(len(split_sentences(one)) for one in found["passages"]["text"])
        counted = len(found["passages"])
        for name, table in found.items():
            for column, before in (("passage", passages), ("sentence", sentences), ("line", lines)):
                if column in table:
                    table[column] += before
            made.setdefault(name, []).append(table)
        passages, sentences, lines = passages + counted, sentences + spoken, lines + part.text.count("\n")
        done += end - start
        if progress:
            progress(done, len(text.text))
    return {name: frame(name, pd.concat(tables, ignore_index=True)) for name, tables in made.items()}


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Where the parts of a long text begin and end, each at a line's end where there is one."""
    start = 0
    while start < len(text):
        end = text.rfind("\n", start, start + PART) + 1 if start + PART < len(text) else len(text)
        # A single line longer than a part is cut where it is too long.
        end = end if end > start else start + PART
        yield start, end
        start = end


#: Losses of characters in a line, of which no reader need be told.
_SMALL = ("stray_space", "space_in_number", "entity_space", "invisible", "ornament", "label_prefix")


def found_line(read: Document, removals: pd.DataFrame) -> str:
    """What a text came in, what is known of it and which lines were left out; nothing for plain text kept whole."""
    losses = removals["rule"][~removals["rule"].isin(_SMALL)].value_counts()
    traditional = read.printed is not None
    if read.kind == "plain text" and not traditional and losses.empty:
        return ""
    known = about(read)
    kind = read.kind + (f" ({read.encoding})" if read.encoding else "")
    said = [kind, *(["traditional characters"] if traditional else []), known.title, known.date, known.publisher]
    lost = ", ".join(f"{rule.replace('_', ' ')} {count}" for rule, count in losses.items())
    return f"{read.path}: {', '.join(part for part in said if part)}" + (f"; left out: {lost}" if lost else "")


def figure_reader(
    reference: Path,
) -> Callable[[str, str, str | None, str | None], tuple[pd.DataFrame, pd.DataFrame]]:
    """A function of name, text, date and genre that gives the passages and the figures of the text."""

    def read(document: str, text: str, date: str | None, genre: str | None) -> tuple[pd.DataFrame, pd.DataFrame]:
        made = text_tables(Text(document, text, date=date, genre=genre), reference, ["figures"])
        return made["passages"], made["figures"]

    return read


def _indicators(path: Path, reference: Path) -> tuple[str | None, pd.DataFrame, pd.DataFrame]:
    """Date, passages and indicators of one text of a folder."""
    read = read_any(path)
    named = re.search(r"(?<!\d)20\d\d(?!\d)", path.stem)
    date = about(read).date or (named[0] if named else None)
    made = text_tables(_text(read, date), reference, ["indicators"])
    return date, made["passages"], made["indicators"]


def tabulate_folder(folder: Path | str, reference: Path, *, jobs: int | None = None) -> Folder:
    """The indicators of every *.txt in `folder`, each dated by its head or else by the year in its name.

    `reference` is the folder of the dictionaries. Raises InputError where there is no such folder or no text in it.
    """
    import pandas as pd

    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise InputError("there is no such folder", cure="give the path of a folder with *.txt in it", path=folder)
    paths = sorted(path for path in folder.glob("*.txt") if path.is_file())
    if not paths:
        raise InputError("no text in this folder", cure="put the texts there as *.txt", path=folder)
    read = partial(_indicators, reference=Path(reference))
    jobs = min(jobs or os.cpu_count() or 1, len(paths))
    if jobs > 1 and len(paths) >= SERIAL:
        with started(jobs) as pool:
            found = list(pool.map(read, paths, chunksize=max(1, len(paths) // (8 * jobs))))
    else:
        found = [read(path) for path in paths]
    dated = [(path.stem, date) for path, (date, _, _) in zip(paths, found, strict=True)]
    return Folder(
        pd.DataFrame(dated, columns=["document", "date"]).astype("string"),
        pd.concat([passages for _, passages, _ in found], ignore_index=True),
        frame("indicators", pd.concat([indicators for _, _, indicators in found], ignore_index=True)),
    )
