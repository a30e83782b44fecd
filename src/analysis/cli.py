"""The command `resource-cities`: build, report, figures, indicators, codes, entities, add, remove, list, check, sheet,
agree.

Exit code 0 done, 1 failed, 2 wrong usage or input; an error is one line that names file, line and cure.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .project.characters import text_columns
from .project.errors import InputError, unknown
from .project.folders import Project, find_project
from .project.limits import OPEN_FILES, check_limits

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("table", "csv", "jsonl")
_ACCESS = "give your user access to it, or work in a copy of the project"
_SPACE = "free some space and run again"
_LIMIT = "raise the limit (ulimit) and run again"
#: What the system refuses, and what helps.
_REFUSED = {
    errno.EACCES: _ACCESS,
    errno.EPERM: _ACCESS,
    errno.EROFS: _ACCESS,
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: _LIMIT,
    errno.EMFILE: _LIMIT,
    errno.ENFILE: _LIMIT,
    errno.ENOMEM: "close other programs or give fewer --jobs, and run again",
    errno.EEXIST: "there must be a folder here; move the file away",
    errno.ENOTDIR: "there must be a folder here; move the file away",
    errno.EISDIR: "there must be a file here; move the folder away",
    errno.ELOOP: "put the file itself in place of the link",
    errno.ENAMETOOLONG: "give it a shorter name",
}


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"{self.prog}: {message}; see '{self.prog} --help'\n")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _commands() -> Sequence[tuple[str, Callable[..., int], Callable[[argparse.ArgumentParser], Any], str, str]]:
    """Name, what runs it, its options, what it does and an example of each command."""
    return (
        (
            "build",
            _build,
            _build_options,
            "data/raw → data/processed, only what changed",
            "build --documents hebi-2024",
        ),
        (
            *("report", _report, _report_options),
            "render notebooks to reports/ in HTML and PDF, only what changed",
            "report city --city hebi --format pdf",
        ),
        (
            *("figures", _figures, _text_options),
            "the figure table of any text",
            "figures report.txt --date 2024-09 --format csv",
        ),
        (
            *("indicators", _indicators, _indicator_options),
            "the indicators and targets of any text, on common units",
            "indicators report.txt --date 2026-01 --place 鹤壁市,鹤壁",
        ),
        (
            *("codes", _codes, _code_options),
            "the coded sentences of any text",
            "codes report.txt --scheme theme,pathway --format jsonl",
        ),
        (
            *("entities", _entities, _indicator_options),
            "the named things and industries of any text",
            "entities report.txt --date 2026-01 --place 鹤壁市,鹤壁",
        ),
        (
            *("add", _add, _add_options),
            "register texts: sources.csv, data/raw/published, hash",
            "add new.txt --city hebi --date 2025-01-10 --genre government_work_report",
        ),
        ("remove", _remove, _remove_options, "take texts out of sources.csv and data/raw", "remove hebi-2025"),
        ("list", _list, lambda _: None, "the texts that are registered", "list"),
        ("check", _check, lambda _: None, "registry, dictionaries and tables: what is wrong, where", "check"),
        (
            *("sheet", _sheet, _sheet_options),
            "sentences drawn blind for coders to fill in, as XLSX and CSV",
            "sheet --scheme pathway --sentences 200 --seed 7",
        ),
        (
            *("agree", _agree, _agree_options),
            "how far the filled sheets of coders agree, and the dictionary with them",
            "agree one.xlsx two.xlsx --scheme pathway",
        ),
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="resource-cities",
        description="Read policy texts of resource-based cities, tabulate their figures, render reports.",
        epilog="example: resource-cities report --city hebi --lang zh",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run, options, says, example in _commands():
        command = commands.add_parser(name, help=says, description=says, epilog=f"example: resource-cities {example}")
        command.set_defaults(run=run)
        options(command)
    return parser


def _work_options(command: argparse.ArgumentParser) -> None:
    """The options of commands that work in several processes."""
    cores = os.cpu_count() or 1
    command.add_argument("--jobs", type=int, default=cores, help="processes (default: the cores)")
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="run on the Dask cluster of this scheduler, such as tcp://10.0.0.1:8786"
    )


def _build_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--documents", type=_words, default=[], metavar="A,B", help="only these documents")
    _work_options(command)
    command.add_argument("--force", action="store_true", help="make everything anew")
    command.add_argument("--explain", action="store_true", help="say why each document is made anew")


def _report_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "notebooks", nargs="*", metavar="NOTEBOOK", help="01_corpus, city, 3 …: all where none is named"
    )
    command.add_argument("--city", type=_words, default=[], metavar="A,B", help="only these cities")
    command.add_argument("--lang", type=_words, default=["zh", "en"], metavar="zh,en", help="languages")
    command.add_argument("--format", type=_words, default=["html", "pdf"], metavar="html,pdf", help="formats")
    _work_options(command)
    command.add_argument("--force", action="store_true", help="render again even where nothing changed")
    command.add_argument("--explain", action="store_true", help="say why each report is made and make none")


def _table_options(command: argparse.ArgumentParser) -> None:
    """The options of commands that print a table of any text."""
    command.add_argument("files", nargs="+", metavar="FILE", help="text files; - reads standard input")
    command.add_argument("--format", choices=FORMATS, default="table", help="how to print (default: table)")


def _text_options(command: argparse.ArgumentParser) -> None:
    _table_options(command)
    command.add_argument("--date", help="date of the text, YYYY[-MM[-DD]] (default: what its head says)")
    command.add_argument("--genre", help="press_conference, interview, government_work_report or other")


def _indicator_options(command: argparse.ArgumentParser) -> None:
    _text_options(command)
    command.add_argument(
        "--place", type=_words, default=[], metavar="A,B", help="names of its own place (default: told by the text)"
    )


def _code_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--scheme", type=_words, default=[], metavar="theme,pathway,instrument", help="coding schemes (default: all)"
    )
    _table_options(command)


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files", nargs="+", metavar="FILE", help="texts, folders of texts, or a CSV table with a column path"
    )
    command.add_argument("--city", default="", help="Chinese name, pinyin, code or key (default: told by the text)")
    command.add_argument(
        "--name-zh", default="", help="Chinese name of a city that no list here has; --city is its key"
    )
    command.add_argument("--name-en", default="", help="and its English name")
    command.add_argument("--date", default="", help="YYYY, YYYY-MM or YYYY-MM-DD (default: told by the text)")
    command.add_argument("--genre", default="", help="press_conference, interview, government_work_report or other")
    command.add_argument("--document", default="", help="key of the document (default: <city>-<year>)")
    command.add_argument("--title", default="", help="title (default: told by the text)")
    command.add_argument("--publisher", default="", help="who published it")
    command.add_argument("--digest", action="store_true", help="the text is in your own words (default: as published)")
    command.add_argument("--yes", action="store_true", help="add it though place or date look strange")


def _remove_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("documents", nargs="+", metavar="DOCUMENT", help="key of a document, as 'list' shows it")


def _sheet_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--scheme", required=True, help="theme, pathway or instrument")
    command.add_argument("--sentences", type=int, default=200, help="how many are drawn (default: 200)")
    command.add_argument("--seed", type=int, default=7, help="another seed, other sentences (default: 7)")
    command.add_argument(
        "--to", metavar="PATH", help="name of the files without ending (default: coding/<scheme>-<seed>)"
    )


def _agree_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("sheets", nargs="+", metavar="SHEET", help="filled sheets of one draw, XLSX or CSV")
    command.add_argument("--scheme", required=True, help="theme, pathway or instrument")


def _jobs(number: int) -> int:
    if number < 1:
        raise InputError(f"--jobs {number} is no number of processes", cure="give 1 or more")
    return number


def _build(options: argparse.Namespace) -> int:
    from .build.run import build
    from .project.progress import BuildProgress

    project, jobs, progress = find_project(), _jobs(options.jobs), BuildProgress(sys.stderr)
    with contextlib.closing(progress):
        built = build(
            project,
            options.documents,
            jobs=jobs,
            scheduler=options.scheduler,
            force=options.force,
            progress=progress,
        )
    if options.explain:
        for document in built.documents:
            print(f"{document}: {built.made.get(document, 'unchanged')}")
        for document in built.removed:
            print(f"{document}: removed")
    _say(f"{len(built.documents)} documents, {len(built.made)} made anew → {project.shown(project.processed)}")
    return 0


def _report(options: argparse.Namespace) -> int:
    from .build.run import build
    from .publish.jobs import left_out, plan
    from .publish.manifest import clean_outputs, explain
    from .publish.render import alone, render
    from .publish.unshown import unshown

    project, jobs = find_project(), _jobs(options.jobs)
    build(project, jobs=jobs, scheduler=options.scheduler)
    planned = plan(project, options.notebooks, options.city, options.lang, options.format)
    if options.explain:
        for job, reason in explain(project, planned, options.force):
            print(f"{job.id}: {reason or 'up to date'}")
        return 0
    # This process only waits while reports are made, so it writes the tables meanwhile.
    with alone(project), _beside(lambda: _write_tables(project)) as tables:
        results = render(project, planned, jobs, sys.stderr, force=options.force, scheduler=options.scheduler)
        if not (options.notebooks or options.city):
            clean_outputs(project)
        tables.result()
        _write_around(project)
    _say(
        f"{len(results.done)} reports made, {len(results.skipped)} up to date, {len(results.failed)} failed, "
        f"{results.seconds:.1f} s → {project.shown(project.reports)}/index.html"
    )
    made = {city for result in results.done for city in (result.job.city, *(result.job.cities or ())) if city}
    notes = [] if options.notebooks or options.city else left_out(project)
    for line in (*notes, *(unshown(project, made) if made else ()), *(result.message for result in results.failed)):
        _tell(line)
    return 1 if results.failed else 0


@contextlib.contextmanager
def _beside(work: Callable[[], None]) -> Iterator[Future[None]]:
    """Do `work` in a thread: waited for at the end, but not by one who is interrupted."""
    done: Future[None] = Future()

    def run() -> None:
        try:
            work()
            done.set_result(None)
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        yield done
    except Exception:
        done.exception()
        raise
    done.result()


def _write_tables(project: Project) -> None:
    """Write the tables of the cities and the panel, whose package lists them; only what changed is made again."""
    from .publish.city_tables import write_tables
    from .publish.panel import write_panel

    write_tables(project)
    write_panel(project)


def _write_around(project: Project) -> None:
    """Write the reading views and the index, which link to the reports that are there, and the fonts of all pages."""
    from .project.links import VIEWS
    from .publish.index_page import write_index
    from .publish.manifest import read_manifest
    from .publish.reading_view import write_documents
    from .rendering.webfonts import write_shared

    write_documents(project)
    write_index(project, read_manifest(project))
    write_shared(project.reports, (page for part in (".", VIEWS) for page in (project.reports / part).glob("*.html")))


def _print(table: pd.DataFrame, options: argparse.Namespace, what: str, shown: Sequence[str]) -> int:
    """Print a table as text columns (`shown`), CSV, or one JSON object a row (`null` for what is missing).

    Where there is no row that is said on the standard error; CSV has its head all the same. Returns the exit code.
    """
    if options.format == "csv":
        print(table.to_csv(index=False, lineterminator="\n"), end="")
    elif options.format == "jsonl" and len(table):
        print(table.to_json(orient="records", lines=True, force_ascii=False), end="")
    elif len(table):
        _print_columns(table[list(shown)])
    if table.empty:
        print(f"resource-cities: no {what} found in {', '.join(options.files)}", file=sys.stderr)
    for error in options.refused:
        print(f"resource-cities: {error}", file=sys.stderr)
    return 2 if options.refused else 0


def _print_columns(table: pd.DataFrame) -> None:
    rows = [list(table)] + [
        ["" if v is None else f"{v:g}" if isinstance(v, float) else _visible(str(v)) for v in row]
        for row in table.astype(object).where(table.notna(), None).itertuples(index=False)
    ]
    widths = [max(text_columns(row[i]) for row in rows) for i in range(len(table.columns))]
    for row in rows:
        padded = (cell + " " * (width - text_columns(cell)) for cell, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())


def _read(options: argparse.Namespace, table: str) -> pd.DataFrame:
    """The rows of `table` for all files of the command. Raises InputError for bad options and bad files."""
    from .build.any_text import file_tables
    from .project.progress import ReadingProgress
    from .project.registry import GENRES
    from .texts.sources import is_date

    reference = find_project().reference
    if options.genre and options.genre not in GENRES:
        raise unknown("genre", options.genre, GENRES)
    if options.date and not is_date(options.date):
        raise InputError(f"bad date '{options.date}'", cure="write YYYY, YYYY-MM or YYYY-MM-DD")
    about: dict[str, Any] = {
        "date": options.date,
        "genre": options.genre,
        "names": getattr(options, "place", ()),
        "tell": _tell,
    }
    with contextlib.closing(ReadingProgress(sys.stderr)) as progress:
        about["progress"] = progress
        return _all_files(options, lambda name: file_tables(name, reference, [table], **about)[table])


def _all_files(options: argparse.Namespace, read: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """What `read` makes of each file of the command; those that hold no text are kept in `options.refused`.

    Raises InputError where none holds any, and for what is wrong with anything but a file.
    """
    import pandas as pd

    tables, refused = [], []
    for name in options.files:
        try:
            tables.append(read(name))
        except InputError as error:
            if str(error.path) not in (name, "standard input"):
                raise
            refused.append(error)
    options.refused = refused
    if not tables:
        for one in refused[:-1]:
            print(f"resource-cities: {one}", file=sys.stderr)
        raise refused[-1]
    return pd.concat(tables, ignore_index=True)


def _tell(line: str) -> None:
    """Say on the standard error what was found in a file."""
    print(_visible(line), file=sys.stderr)


def _figures(options: argparse.Namespace) -> int:
    shown = ("mention", "value", "value_max", "unit", "comparator", "measure", "indicator", "period", "status", "theme")
    return _print(_read(options, "figures"), options, "figure", shown)


def _indicators(options: argparse.Namespace) -> int:
    shown = ("indicator", "period", "value", "value_max", "unit", "comparator", "constraint", "status", "scope")
    return _print(_read(options, "indicators"), options, "indicator", (*shown, "representative", "mention"))


def _entities(options: argparse.Namespace) -> int:
    shown = ("passage", "sentence", "name", "kind", "verb", "status", "industry", "theme", "key")
    return _print(_read(options, "entities"), options, "entity", shown)


def _codes(options: argparse.Namespace) -> int:
    import pandas as pd

    from .build.any_text import file_tables
    from .texts.sentences import sentences

    reference = find_project().reference

    def read(name: str) -> pd.DataFrame:
        made = file_tables(name, reference, ["codes"], schemes=options.scheme or None, tell=_tell)
        texts = pd.DataFrame(list(sentences(made["passages"])), columns=["document", "passage", "sentence", "text"])
        return texts.merge(made["codes"].drop(columns="passage"), on=["document", "sentence"], how="left")

    table = _all_files(options, read)
    shown = ("passage", "sentence", "scheme", "code", "evidence", "text")
    return _print(table[["document", *shown[:2], "text", *shown[2:5]]], options, "sentence", shown)


def _add(options: argparse.Namespace) -> int:
    from .project.progress import BuildProgress
    from .texts.metadata_table import entries_of
    from .texts.register import Entry, add_sources

    project = find_project()
    names = ("city", "date", "genre", "document", "title", "publisher", "digest", "name_zh", "name_en")
    given = {name: getattr(options, name) for name in names}
    entries, refused = entries_of([Path(name) for name in options.files], Entry(Path(), **given))
    if options.document and len(entries) > 1:
        raise InputError("--document names one text", cure="give one FILE, or a column document in a table")
    bar = BuildProgress(sys.stderr) if sys.stderr.isatty() and len(entries) > 1 else None
    with contextlib.closing(bar) if bar else contextlib.nullcontext():
        heard = (lambda number, name: bar(number, len(entries), name)) if bar else None
        added = add_sources(project, entries, insist=options.yes, done=heard)
    for row in added.rows:
        _say(f"{row['document']}  {row['city']}  {row['date']}  {row['genre']}  {row['title']}")
    for note in (*added.notes, *refused, *added.refused):
        _tell(f"resource-cities: {note}")
    if added.rows:
        where = project.shown(project.sources)
        _say(f"{len(added.rows)} added to {where}; 'resource-cities report' takes them in")
    return 2 if refused or added.refused else 0


def _remove(options: argparse.Namespace) -> int:
    from .texts.register import remove_sources

    project = find_project()
    for path in remove_sources(project, options.documents):
        _say(f"removed {project.shown(path)}")
    return 0


def _list(_options: argparse.Namespace) -> int:
    from .texts.sources import document_file, read_sources

    project = find_project()
    sources = read_sources(project)
    if len(sources):
        editions = [document_file(project, row)[1] for row in sources.to_dict("records")]
        _print_columns(sources.assign(edition=editions)[["document", "city", "date", "genre", "edition", "title"]])
    return 0


def _codes_of(scheme: str, project: Project) -> dict[str, tuple[str, str]]:
    """Code → name and definition of a scheme, and `none`."""
    from .compare import NONE
    from .extract.coding import load_schemes

    codes = load_schemes(project.reference, [scheme])[scheme].codes
    told = {
        code: (f"{about['name_zh']} {about['name_en']}", str(about["definition_zh"])) for code, about in codes.items()
    }
    return {**told, NONE: ("无 none", "没有合适的编码。No code fits.")}


def _sheet(options: argparse.Namespace) -> int:
    from .build.corpus import open_corpus
    from .compare import draw_sentences
    from .publish.coding_sheet import write_sheet

    project = find_project()
    codes = _codes_of(options.scheme, project)
    drawn = draw_sentences(open_corpus(), options.sentences, seed=options.seed)
    path = Path(options.to) if options.to else project.root / "coding" / f"{options.scheme}-{options.seed}"
    for file in write_sheet(path, drawn, codes):
        print(project.shown(file))
    return 0


def _agree(options: argparse.Namespace) -> int:
    from . import compare
    from .build.corpus import open_corpus
    from .publish.coding_sheet import read_sheets

    codes = _codes_of(options.scheme, find_project())
    sentences, told = read_sheets([Path(sheet) for sheet in options.sheets], list(codes))
    agreed = compare.agreed_codes(told)
    corpus = open_corpus()
    for name, table in (
        ("agreement", compare.agreement(told)),
        ("confusion of the first two", compare.coder_confusion(told).reset_index(names="")),
        ("dictionary", compare.dictionary_scores(corpus, options.scheme, sentences, agreed)),
    ):
        print(f"{name}:")
        _print_columns(table.round(3))
        print()
    return 0


def _check(options: argparse.Namespace) -> int:
    from .build.check import check

    found = check(find_project())
    for line in found:
        print(line)
    print(f"{len(found)} problems" if found else "all is well")
    return 1 if found else 0


def _say(line: str) -> None:
    """Print what became of finished work; where the output takes nothing any more, the work is done all the same."""
    try:
        print(_visible(line), flush=True)
    except OSError:
        _no_more_output()


def _visible(text: str) -> str:
    """`text` with control characters as escapes, so that none of a text reaches the terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text)


def _no_more_output() -> None:
    """Send the rest of the output nowhere, so that the end of the process does not try again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _escape_what_the_terminal_lacks() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _say_what_is_refused(error: OSError) -> int:
    """Say in one line what the system refuses; returns the exit code. Any other error is raised again."""
    code = error.errno or 0
    output = error.filename is None and code in (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG)
    if code not in _REFUSED and not output:
        raise error
    said, cure = (error.strerror or str(error)).lower(), _REFUSED.get(code, _SPACE)
    if error.filename is not None:
        _tell(f"resource-cities: {InputError(said, cure=cure, path=os.fsdecode(error.filename))}")
        return 2
    _no_more_output()
    what = "the output cannot be written: " if output else ""
    _tell(f"resource-cities: {what}{said}; {cure}")
    return 1


#: Seconds that a command takes to tidy up after a signal; what it leaves after that the next run removes.
_LAST = 1.0


class _Stopped(KeyboardInterrupt):
    """A signal from outside, by its number."""


@contextlib.contextmanager
def _stopped_by_signals(own: bool) -> Iterator[None]:
    """Make the signals that end a process end it by `_Stopped`, so that it takes its workers and drafts with it.

    The first one counts; those that follow while it tidies up are heard no more. Where the process is the command's own
    it ends soon in any case, and its workers end with it.
    """
    numbers = [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)]
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # What was ignored from the start (nohup) stays so.
    before = {number: handler for number in numbers if (handler := signal.getsignal(number)) != signal.SIG_IGN}

    def stop(number: int, _frame: object) -> None:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        if own:
            last = threading.Timer(_LAST, os._exit, [128 + number])
            last.daemon = True
            last.start()
        raise _Stopped(number)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    _escape_what_the_terminal_lacks()
    options = _parser().parse_args(arguments)
    try:
        with _stopped_by_signals(arguments is None):
            check_limits(OPEN_FILES if options.command == "report" else 0)
            code = options.run(options)
        if sys.stdout:
            sys.stdout.flush()
        return code
    except InputError as error:
        _tell(f"resource-cities: {error}")
        return 2
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): end quietly, as other commands do.
        _no_more_output()
        return 0
    except OSError as error:
        return _say_what_is_refused(error)
    except MemoryError:
        _tell(f"resource-cities: out of memory; {_REFUSED[errno.ENOMEM]}")
        return 1
    except KeyboardInterrupt as stopped:
        number = stopped.args[0] if isinstance(stopped, _Stopped) else signal.SIGINT
        _tell(f"resource-cities: stopped by {signal.Signals(number).name}; run again to go on")
        if arguments is None:
            # Not by the long way, on which threads that still write would be waited for.
            sys.stderr.flush()
            os._exit(128 + number)
        return 128 + number
