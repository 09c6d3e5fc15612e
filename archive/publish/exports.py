"""A snapshot in other forms: per table CSV, JSON Lines and Parquet, texts in a zip, the file without its index, and
what a reader needs to use and cite them. The same snapshot gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from archive.database import connect_readonly
from archive.errors import MachineError
from archive.lean import no_pandas
from archive.panels import KEYS
from archive.publish.codebook import describe_fields, describe_package
from archive.publish.files import digest_file, link_or_copy, sync, write_sums
from archive.publish.rebuild import add_recipe
from archive.publish.sheets import cite, describe_files, read_edition, tell_provenance
from archive.publish.snapshot import name_errors
from archive.schema import TABLES

# Rows read and written at a time: a thousand texts are 50 MB.
BATCH = 1000
# Tables whose CSV is compressed: a spreadsheet could not open them anyway.
COMPRESSED = ("texts",)
# gzip's and zip's usual; zstd's that halves the file again at a tenth of the speed of 3 is 19 (READING §5.4).
GZIP_LEVEL, ZSTD_LEVEL = 6, 10
# Bytes compressed at a time; frames one after the other are one zstd file (RFC 8878 §3).
ZSTD_FRAME = 64 << 20
# The earliest day a zip file can hold: no clock gets into the bytes.
NO_DAY = (1980, 1, 1, 0, 0, 0)
# Arrow asks for pandas with the first array it makes, and remembers the answer.
with no_pandas():
    pa.array([0])
ARROW = {str: pa.string(), int: pa.int64(), float: pa.float64()}
WITHOUT_INDEX = "reports-without-index.db.zst"


def write_exports(snapshot: Path, folder: Path) -> None:
    """Write all exports of a snapshot into a folder, which is made.

    Raises MachineError where the disk refuses and DamagedInputError where the file is no snapshot.
    """
    try:
        folder.mkdir(parents=True)
        with name_errors(snapshot), closing(connect_readonly(snapshot)) as db:
            edition = read_edition(db)
            tables = {name: write_table(db, name, folder) for name, table in TABLES.items() if table.published}
            write_panels(db, folder, edition.version)
            write_full_reports(db, folder)
            write_texts(db, folder / "texts.zip")
            write_codebook(folder / "codebook.csv")
            (folder / "PROVENANCE.md").write_text(tell_provenance(db, edition), encoding="utf-8")
        link_or_copy(snapshot, folder / "reports.db")
        write_without_index(snapshot, folder / WITHOUT_INDEX)
        (folder / "CITATION.cff").write_text(cite(edition), encoding="utf-8")
        (folder / "README.md").write_text(describe_files(edition), encoding="utf-8")
        digests = {path.name: digest_file(path) for path in sorted(folder.iterdir())}
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        package = describe_package(tables, sizes, digests, edition.describe())
        told = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
        (folder / "datapackage.json").write_text(told, encoding="utf-8")
        digests["datapackage.json"] = digest_file(folder / "datapackage.json")
        write_sums(folder, digests)
        for path in folder.iterdir():
            sync(path)
    except OSError as error:
        raise MachineError(f"{folder}: {error.strerror}; free the disk or mend its permissions") from error


def read_rows(db: sqlite3.Connection, sql: str, kinds: list[type]) -> Iterator[list[tuple[Any, ...]]]:
    """Batches of rows, each value of the kind its column has or None."""
    cursor = db.execute(sql)
    while rows := cursor.fetchmany(BATCH):
        yield [
            tuple(None if cell is None else kind(cell) for cell, kind in zip(row, kinds, strict=True)) for row in rows
        ]


@contextmanager
def open_compressed(path: Path) -> Iterator[BinaryIO]:
    """A gzip file whose bytes hold neither name nor time."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0) as file:
        yield file  # type: ignore[misc]


def write_table(db: sqlite3.Connection, name: str, folder: Path) -> str:
    """Write one table as CSV, JSON Lines and Parquet, in the order of its key; returns the name of the CSV."""
    table = TABLES[name]
    columns = list(table.columns)
    kinds = [kind for kind, _ in table.columns.values()]
    key = table.pk if isinstance(table.pk, str) else "], [".join(table.pk)
    listed = ", ".join(f"[{column}]" for column in columns)
    schema = pa.schema([(column, ARROW[kind]) for column, (kind, _) in table.columns.items()])
    csv_name = f"{name}.csv.gz" if name in COMPRESSED else f"{name}.csv"
    with ExitStack() as opened:
        csv_file = opened.enter_context(
            open_compressed(folder / csv_name) if name in COMPRESSED else (folder / csv_name).open("wb")
        )
        lines = opened.enter_context(open_compressed(folder / f"{name}.jsonl.gz"))
        parquet = opened.enter_context(pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd"))
        csv_file.write(as_csv([tuple(columns)]))
        for rows in read_rows(db, f"select {listed} from [{name}] order by [{key}]", kinds):
            csv_file.write(as_csv(rows))
            lines.write(as_lines(columns, rows))
            parquet.write_table(as_arrow(rows, schema))
    return csv_name


def write_panels(db: sqlite3.Connection, folder: Path, version: str) -> None:
    """The views that are ready to merge, as CSV; each row names the snapshot it is from, to be cited with it."""
    for name, key in KEYS.items():
        cursor = db.execute(f"select ? as version, * from [{name}] order by {', '.join(key)}", [version])
        with (folder / f"{name}.csv").open("wb") as file:
            file.write(as_csv([tuple(column[0] for column in cursor.description)]))
            while rows := cursor.fetchmany(BATCH):
                file.write(as_csv(rows))


def as_csv(rows: list[tuple[Any, ...]]) -> bytes:
    """Rows as CSV (RFC 4180) in UTF-8."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def as_lines(columns: list[str], rows: list[tuple[Any, ...]]) -> bytes:
    """Rows as JSON Lines."""
    told = (json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in told).encode()


def as_arrow(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    """Rows as an Arrow table."""
    arrays = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_full_reports(db: sqlite3.Connection, folder: Path) -> None:
    """Reports with their texts: all in JSON Lines, and Parquet a year (`unresolved` where there is none)."""
    columns = [*TABLES["reports"].columns, "text"]
    kinds = [*(kind for kind, _ in TABLES["reports"].columns.values()), str]
    schema = pa.schema([(column, ARROW[kind]) for column, kind in zip(columns, kinds, strict=True)])
    listed = ", ".join(f"[{column}]" for column in columns)
    years = [year for (year,) in db.execute("select distinct year from reports order by year")]
    with open_compressed(folder / "full_reports.jsonl.gz") as lines:
        for year in years:
            path = folder / f"full_reports-{year or 'unresolved'}.parquet"
            sql = f"select {listed} from full_reports where year is {int(year) if year else 'null'} order by id"
            with pq.ParquetWriter(path, schema, compression="zstd") as parquet:
                for rows in read_rows(db, sql, kinds):
                    lines.write(as_lines(columns, rows))
                    parquet.write_table(as_arrow(rows, schema))


def write_texts(db: sqlite3.Connection, path: Path) -> None:
    """Each report's text as a file of a zip: `2020/310101-2020 上海市-黄浦区.txt`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=GZIP_LEVEL) as archive:
        for id, year, place, text in db.execute("select id, year, region_name, text from full_reports order by id"):
            name = f"{id} {place.replace('/', '-')}" if place else id
            entry = zipfile.ZipInfo(f"{year or 'unresolved'}/{name}.txt", NO_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text + "\n")


def write_codebook(path: Path) -> None:
    """Every table and column as CSV."""
    rows: list[tuple[Any, ...]] = [("table", "column", "type", "unit", "key", "meaning", "source")]
    for name, table in TABLES.items():
        if table.published:
            rows += [
                (field.table, field.column, field.type, field.unit, int(field.is_key), field.meaning, field.source)
                for field in describe_fields(name)
            ]
    path.write_bytes(as_csv(rows))


def write_without_index(snapshot: Path, path: Path) -> None:
    """The snapshot with an empty search index and the recipe for it, compressed: the index is most of a download
    (READING §5.4).
    """
    draft = path.with_suffix("")
    shutil.copyfile(snapshot, draft)
    with name_errors(draft), closing(sqlite3.connect(draft)) as db:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.execute("drop table reports_fts")
        add_recipe(db)
        db.execute("vacuum")
    codec = pa.Codec("zstd", compression_level=ZSTD_LEVEL)
    with draft.open("rb") as source, path.open("wb") as target:
        while piece := source.read(ZSTD_FRAME):
            target.write(codec.compress(piece, asbytes=True))
    draft.unlink()
