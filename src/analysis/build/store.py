"""The store: data/processed as Parquet datasets that pandas, DuckDB and Dask read as they are.

Each table is a folder, data/processed/<table>/, of files that hold the rows of some documents each: a *bucket*. A
document's bucket goes by the SHA-256 of its key, and a bucket that holds too many documents splits in two by the next
bit, so that which documents lie together follows from the set of documents alone and never from the order in which
they came. One changed document costs the files of one bucket, and a store that grew bit by bit is byte for byte the
one built at once.

data/processed/_record/<bucket>.json says what the files of a bucket were made from. It is taken away before they are
touched and lands after all of them, so that a bucket with a record is whole. build.json lands last of all and lists the
documents in the order of sources.csv. Where there are few documents the tables are also written as CSV.

A record: {"documents": {key: {"made_from": {…}, "rows": {table: number}, "digests": {table: hash}}}, "sizes": {table:
bytes}}, documents in the order of the rows.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..project.errors import InputError
from ..project.folders import Project, file_stamp
from ..project.remote import RemotePath, replace_bytes, sizes

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FORMAT = 2
HEAD = "build.json"
RECORDS = "_record"
#: Most documents in a bucket, by the number of documents there are: (documents up to, most in a bucket).
LIMITS = ((2_000, 16), (20_000, 64))
LARGEST = 256
#: Up to so many documents the tables are written as CSV too.
FEW = 100
#: Written as CSV always: the list of what there is.
LIST = "documents"

Record = dict[str, Any]


# --- which document lies where ----------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1 << 17)
def bits(document: str) -> str:
    """The SHA-256 of a document's key as 0 and 1."""
    return f"{int.from_bytes(hashlib.sha256(document.encode()).digest(), 'big'):0256b}"


def limit(count: int) -> int:
    """Most documents in a bucket where there are `count`: small ones spread the work, large ones spare files."""
    return next((most for up_to, most in LIMITS if count <= up_to), LARGEST)


def buckets(documents: Iterable[str], most: int) -> dict[str, list[str]]:
    """Name of each bucket (`b` and the bits that its documents share) → its documents in order; none is empty."""
    found: dict[str, list[str]] = {}

    def split(prefix: str, keys: list[str]) -> None:
        if len(keys) <= most:
            found[f"b{prefix}"] = keys
            return
        for bit in "01":
            part = [key for key in keys if bits(key)[len(prefix)] == bit]
            if part:
                split(prefix + bit, part)

    keys = sorted(set(documents))
    if keys:
        split("", keys)
    return found


def bucket_of(document: str, names: Iterable[str]) -> str | None:
    """The bucket among `names` in which a document lies, if any."""
    names, path = frozenset(names), f"b{bits(document)}"
    return next((path[:length] for length in range(1, len(path)) if path[:length] in names), None)


# --- records ----------------------------------------------------------------------------------------------------------


def _json(path: Path) -> dict[str, Any]:
    """A JSON object, an empty one where the file is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def read_head(processed: Path) -> dict[str, Any]:
    """build.json: {"format", "documents": keys in order, "csv": {table: hash}, "state": digest of the store}.

    Empty where no build was finished.
    """
    head = _json(processed / HEAD)
    return head if head.get("format") == FORMAT else {}


def state(records: Mapping[str, Record]) -> str:
    """A digest of all that the store holds."""
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()[:24]


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object in one step, and not at all where the file already holds it."""
    data = (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
    if not (path.is_file() and path.read_bytes() == data):
        replace_bytes(path, data)


def read_records(processed: Path) -> dict[str, Record]:
    """Bucket → record of those buckets whose files are all there with the size they were written with."""
    found, listed = {}, {name: sizes(processed / name) for name in _tables()}
    for name in sorted(sizes(processed / RECORDS)):
        bucket = name.removesuffix(".json")
        record = _json(processed / RECORDS / name) if bucket != name and not name.startswith(".") else {}
        if not _is_record(record):
            continue
        there = record["sizes"]
        if all(listed[table].get(f"{bucket}.parquet") == there.get(table) for table in listed) and not _is_changed(
            processed, bucket
        ):
            found[bucket] = record
    return found


def _is_record(record: Record) -> bool:
    """Whether a record has the types that are relied on."""
    documents, there = record.get("documents"), record.get("sizes")
    if not (isinstance(documents, dict) and isinstance(there, dict) and there):
        return False
    return all(
        isinstance(entry, dict)
        and all(isinstance(entry.get(name), dict) for name in ("made_from", "digests", "rows"))
        and all(isinstance(entry["rows"].get(table), int) for table in _tables())
        for entry in documents.values()
    )


def _is_changed(processed: Path, bucket: str) -> bool:
    """Whether a file of a bucket was written after its record and can no longer be read: somebody else did that."""
    if isinstance(processed, RemotePath):
        return False
    written = file_stamp(processed / RECORDS / f"{bucket}.json")[0]
    for table in _tables():
        path = processed / table / f"{bucket}.parquet"
        if file_stamp(path)[0] > written:
            try:
                _read_parquet(path)
            except InputError:
                return True
    return False


def strays(processed: Path, kept: Iterable[str]) -> list[Path]:
    """Files of the store that belong to none of the buckets `kept`: what a stopped run left behind."""
    kept = list(kept)
    folders = [(name, ".parquet") for name in _tables()] + [(RECORDS, ".json")]
    return [
        processed / folder / name
        for folder, suffix in folders
        for name in sorted(set(sizes(processed / folder)) - {bucket + suffix for bucket in kept})
    ]


def _tables() -> list[str]:
    from ..project.registry import TABLES

    return list(TABLES)


# --- Arrow ------------------------------------------------------------------------------------------------------------


@functools.cache
def arrow_schema(name: str) -> pa.Schema:
    """The types of the registry for a table, as Arrow has them."""
    import pyarrow as pa

    from ..project.registry import TABLES

    types = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return pa.schema([pa.field(c.name, types[c.type], nullable=not c.required) for c in TABLES[name].columns])


@functools.cache
def _written_schema(name: str) -> pa.Schema:
    """The types of a table with the note from which pandas tells its own types when it reads the files."""
    import pyarrow as pa

    from ..project.registry import frame

    return pa.Table.from_pandas(frame(name, []), arrow_schema(name), preserve_index=False).schema


def to_arrow(name: str, table: pd.DataFrame) -> pa.Table:
    """A table as Arrow. An empty string in a column that may be empty is null, as it is in CSV."""
    import pyarrow as pa
    import pyarrow.compute as pc

    schema, columns = _written_schema(name), []
    for column in schema:
        # `Table.from_pandas` does the same with threads, which cost more than these short columns.
        cells = pa.array(table[column.name].array, column.type, from_pandas=True)
        if column.nullable and column.type == pa.string():
            cells = pc.if_else(pc.equal(cells, ""), None, cells)
        columns.append(cells)
    return pa.Table.from_arrays(columns, schema=schema).combine_chunks()


def to_pandas(name: str, table: pa.Table) -> pd.DataFrame:
    """The rows of a table with the types of the registry."""
    import pandas as pd
    import pyarrow as pa

    from ..project.registry import frame

    return frame(name, table.to_pandas(types_mapper={pa.string(): pd.StringDtype()}.get))


def digest(table: pa.Table) -> str:
    """A digest of the rows of a table."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()[:24]


def _parquet(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file; equal tables give equal bytes, however they are chunked."""
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(table.combine_chunks(), out, compression="zstd", compression_level=3, write_page_checksum=True)
    return out.getvalue()


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # `pq.read_table` goes the way of datasets, which costs more than a small file does.
    try:
        file = pq.ParquetFile(pa.BufferReader(path.read_bytes()), page_checksum_verification=True)
        return file.read(use_threads=False)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        # Without its record the next build makes the documents of this file anew.
        (path.parents[1] / RECORDS / f"{path.stem}.json").unlink(missing_ok=True)
        raise InputError(
            "this built file is damaged", cure="run 'resource-cities build', which makes it anew", path=path
        ) from None


# --- writing ----------------------------------------------------------------------------------------------------------


def prepare(processed: Path) -> None:
    """The folders of the store."""
    for name in (*_tables(), RECORDS):
        (processed / name).mkdir(parents=True, exist_ok=True)


def read_bucket(processed: Path, bucket: str, record: Record, documents: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Document → table → rows, of those `documents` that a bucket holds; none where it has other columns than now."""
    wanted = set(documents)
    found: dict[str, dict[str, Any]] = {key: {} for key in record["documents"] if key in wanted}
    for name in _tables() if found else ():
        table = _read_parquet(processed / name / f"{bucket}.parquet")
        if not table.schema.equals(arrow_schema(name)):
            return {}
        at = 0
        for key, entry in record["documents"].items():
            if key in found:
                found[key][name] = table.slice(at, entry["rows"][name])
            at += entry["rows"][name]
    return found


def write_buckets(
    processed: Path, old: Iterable[str], new: Mapping[str, Mapping[str, tuple[Record, Mapping[str, pa.Table]]]]
) -> None:
    """Put buckets in the place of the buckets `old` that hold their documents.

    `new` is bucket → document → its entry for the record and its rows by table.
    """
    import pyarrow as pa

    gone = sorted({*old, *new})
    for bucket in gone:
        (processed / RECORDS / f"{bucket}.json").unlink(missing_ok=True)
    written: dict[str, dict[str, int]] = {bucket: {} for bucket in new}
    for name in _tables():
        for bucket, documents in new.items():
            data = _parquet(pa.concat_tables([tables[name] for _, tables in documents.values()]))
            replace_bytes(processed / name / f"{bucket}.parquet", data)
            written[bucket][name] = len(data)
        for bucket in set(gone) - set(new):
            (processed / name / f"{bucket}.parquet").unlink(missing_ok=True)
    for bucket, documents in new.items():
        record = {"documents": {key: entry for key, (entry, _) in documents.items()}, "sizes": written[bucket]}
        write_json(processed / RECORDS / f"{bucket}.json", record)


# --- reading ----------------------------------------------------------------------------------------------------------


def _not_built(project: Project) -> InputError:
    return InputError(
        "the tables are not built", cure="run 'resource-cities build'", path=project.shown(project.processed)
    )


def _documents(project: Project, documents: Iterable[str] | None) -> list[str]:
    """Those of `documents` (all where None) that are built, in the order of sources.csv."""
    head = read_head(project.processed)
    if not head:
        raise _not_built(project)
    kept = None if documents is None else set(documents)
    return [key for key in head["documents"] if kept is None or key in kept]


def read_table(project: Project, name: str, documents: Iterable[str] | None = None) -> pd.DataFrame:
    """One table of data/processed with the types of the registry, in the order of sources.csv.

    `documents` limits it to some documents; only the files that hold them are read. Raises InputError where the tables
    were not built.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    order = _documents(project, documents)
    folder = project.processed / name
    names = frozenset(n.removesuffix(".parquet") for n in sizes(folder) if not n.startswith("."))
    kept: dict[str, list[str]] = {}
    for key in order:
        if bucket := bucket_of(key, names):
            kept.setdefault(bucket, []).append(key)
    tables = []
    for bucket, keys in sorted(kept.items()):
        table = _read_parquet(folder / f"{bucket}.parquet")
        if not table.schema.equals(arrow_schema(name)):
            raise _not_built(project)
        tables.append(table.filter(pc.is_in(table["document"], pa.array(keys, pa.string()))))
    whole = pa.concat_tables([arrow_schema(name).empty_table(), *tables])
    place = np.asarray(pc.index_in(whole["document"], pa.array(order, pa.string())))
    whole = whole.take(pa.array(np.argsort(place, kind="stable")))
    return to_pandas(name, whole)


def read_tables(project: Project, documents: Iterable[str] | None = None) -> dict[str, pd.DataFrame]:
    """All tables of data/processed by name; `documents` as in `read_table`."""
    return {name: read_table(project, name, documents) for name in _tables()}


def is_built(project: Project) -> bool:
    """Whether a build was finished."""
    return bool(read_head(project.processed))


def document_list(project: Project) -> list[dict[str, str]]:
    """The rows of the table `documents` as text, without pandas. Raises InputError where the tables were not built."""
    path = project.processed / f"{LIST}.csv"
    if not (is_built(project) and path.is_file()):
        raise _not_built(project)
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def entries(project: Project, documents: Iterable[str] | None = None) -> Iterator[tuple[str, Record]]:
    """Key and entry in the record of those of `documents` that are built, in order; without reading a table."""
    processed = project.processed
    order = _documents(project, documents)
    names = frozenset(n.removesuffix(".json") for n in sizes(processed / RECORDS) if not n.startswith("."))
    lying = {key: bucket_of(key, names) for key in order}
    found = {
        bucket: _json(processed / RECORDS / f"{bucket}.json").get("documents", {})
        for bucket in sorted({bucket for bucket in lying.values() if bucket})
    }
    for key, bucket in lying.items():
        if bucket and key in found[bucket]:
            yield key, found[bucket][key]


def rows_of(project: Project, table: str) -> dict[str, int]:
    """Document → how many rows of a table it has; documents without any are left out."""
    return {key: entry["rows"][table] for key, entry in entries(project) if entry["rows"][table]}


def digests_of(project: Project, documents: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """Document → table → a digest of its rows, in the order of sources.csv."""
    return {key: entry["digests"] for key, entry in entries(project, documents)}


NOTE = """# data/processed

Built by `resource-cities build`; change nothing here. Each table is a folder of Parquet files that any reader of
Parquet takes as one table. Rows of a document stand together and in order; the order of the documents is that of
`documents.csv`. Up to {few} documents each table is also here as CSV (UTF-8).

由 `resource-cities build` 生成，请勿在此修改。每张表为一个 Parquet 文件夹，可由任何 Parquet 工具作为一张表读取；
同一文献的各行相连且有序，文献次序见 `documents.csv`。文献不超过 {few} 篇时，各表另存为 CSV（UTF-8）。

```python
pandas.read_parquet("data/processed/figures")
duckdb.sql("from 'data/processed/figures/*.parquet'")
dask.dataframe.read_parquet("data/processed/figures")
```

"""


def reading_note() -> str:
    """How to read the store, as Markdown for the head of its codebook."""
    return NOTE.format(few=FEW)


# --- CSV --------------------------------------------------------------------------------------------------------------


def write_csv(project: Project, documents: Sequence[str], hashes: Mapping[str, str], unchanged: bool) -> dict[str, str]:
    """Bring the CSV files up to date with the store; returns table → hash of its file.

    `hashes` are those of the last time; where the store is `unchanged` a file that still has its hash is left alone.
    Tables other than the list of documents are written for few documents only, and their files removed for many.
    """
    made = {}
    for name in _tables():
        path = project.processed / f"{name}.csv"
        if name != LIST and len(documents) > FEW:
            path.unlink(missing_ok=True)
            continue
        held = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        if not (unchanged and held and held == hashes.get(name)):
            data = read_table(project, name).to_csv(index=False, lineterminator="\n").encode()
            if hashlib.sha256(data).hexdigest() != held:
                replace_bytes(path, data)
            held = hashlib.sha256(data).hexdigest()
        made[name] = held
    return made
