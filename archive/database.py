"""The working database: connecting, making the tables, migrating. What the rows mean stands in schema.py."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from archive.errors import BadArgumentsError, DamagedInputError, MachineError, refusal
from archive.home import Home
from archive.schema import TABLES, VIEWS

# A crawl of several sources writes from several processes, each for milliseconds at a time; a minute means trouble.
BUSY_SECONDS = 60

# Pages kept at hand while writing: with SQLite's own 2 MB the index of shingles is read again for every text (a third
# of the time of `find_like` at 2,000 texts).
CACHE_KIB = 65536

migrations = Migrations("baogao")


@migrations(name="001_tables")
def create_tables(db: Database) -> None:
    """Make every table of the schema."""
    for name in TABLES:
        create_table(db, name)
    # Once every table is there: reports and copies point at each other. Declared for those who read (the site makes
    # links of them), never enforced: a build fills the tables in an order of its own.
    db.add_foreign_keys(
        [(name, column, other, key) for name, table in TABLES.items() for column, other, key in table.links]
    )


@migrations(name="002_likes_by_text")
def drop_fingerprints(db: Database) -> None:
    """Likes are found by `sketches` and `shingles`, which the next build fills, no longer by copies."""
    db.execute("drop table if exists fingerprints")


def create_table(db: Database, name: str) -> None:
    """Make one table of the schema with its indexes."""
    table = TABLES[name]
    columns = {column: kind for column, (kind, _) in table.columns.items()}
    sql = db.create_table_sql(name, columns, pk=table.pk).rstrip().rstrip(";")
    db.execute(sql + (" without rowid" if table.without_rowid else ""))
    for indexed in table.indexes:
        db.table(name).create_index(indexed, if_not_exists=True)


def add_missing(db: Database) -> None:
    """Add what an archive of an earlier version lacks: tables, and columns, null until the next build fills them."""
    sql = "select t.name, c.name from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table'"
    there = {(table, column) for table, column in db.execute(sql).fetchall()}
    present = {table for table, _ in there}
    missing = [
        (name, column, kind)
        for name, table in TABLES.items()
        for column, (kind, _) in table.columns.items()
        if name in present and (name, column) not in there
    ]
    if not missing and present >= set(TABLES):
        return
    with writing(db):
        for name in TABLES:
            if name not in present:
                create_table(db, name)
        for name, column, kind in missing:
            db.table(name).add_column(column, kind)
        for name, table in TABLES.items():
            for indexed in table.indexes:
                db.table(name).create_index(indexed, if_not_exists=True)


def refuse_newer(db: Database, path: Path) -> None:
    """Raise BadArgumentsError where a later version of Baogao has changed the tables in ways this one does not know."""
    known = {migration.name for migration in migrations.applied(db)}
    ours = {migration.name for migration in migrations.pending(Database(memory=True))}
    if later := sorted(known - ours):
        message = (
            f"{path} was made by a later version of Baogao ({', '.join(later)} is not known here): install that "
            "version, or move the file away, then `baogao reindex` and `baogao build` make it anew from the WARC files"
        )
        raise BadArgumentsError(message)


def is_up_to_date(db: Database) -> bool:
    """Whether a database has every table, column and view that this version reads."""
    views = dict(db.execute("select name, sql from sqlite_master where type = 'view'").fetchall())
    return all(views.get(name) == f"CREATE VIEW [{name}] AS {select}" for name, (_, select) in VIEWS.items()) and all(
        set(table.columns) <= {row[1] for row in db.execute(f"pragma table_info([{name}])").fetchall()}
        for name, table in TABLES.items()
    )


def open_archive(home: Home) -> Database:
    """Open the working database for reading and writing, made or migrated where needed.

    The caller holds the home's lock where it writes. Raises MachineError where the disk refuses and DamagedInputError
    where the file is no database.
    """
    home.prepare()
    try:
        connection = sqlite3.connect(home.database, timeout=BUSY_SECONDS)
        db = Database(connection)
        db.execute("pragma journal_mode = wal")
        # A commit in WAL mode with synchronous=normal survives kill -9; a power cut costs index rows that
        # captures.catch_up reads from the WARC files again.
        db.execute("pragma synchronous = normal")
        db.execute(f"pragma busy_timeout = {BUSY_SECONDS * 1000}")
        db.execute(f"pragma cache_size = -{CACHE_KIB}")
        refuse_newer(db, home.database)
        migrations.apply(db)
        add_missing(db)
        create_views(db)
    except sqlite3.OperationalError as error:
        raise refusal(home.database, error) from error
    except sqlite3.DatabaseError as error:
        message = (
            f"{home.database} is damaged ({error}): move it away, "
            "then `baogao reindex` and `baogao build` make it anew from the WARC files"
        )
        raise DamagedInputError(message) from error
    return db


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction that has the write lock from its start, so that what it reads stays true while it writes.

    Several children of a crawl write at once, and sqlite-utils commits every statement outside a transaction by itself.
    """
    if db.conn.in_transaction:
        yield
        return
    db.conn.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()


def insert_rows(db: Database, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with the same columns. By name: an archive of an earlier version has its columns in another order.

    What the ingest and the settling write thousands of times goes through here: sqlite-utils looks the table up anew
    for every call, and a row of copies takes eight times as long.
    """
    if rows:
        columns = list(rows[0])
        sql = f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"
        db.conn.executemany(sql, [list(row.values()) for row in rows])


def upsert_row(db: Database, table: str, row: Mapping[str, Any]) -> None:
    """Insert a row, or set its columns in the row that has its `id`."""
    columns = list(row)
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns if column != "id")
    sql = f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"
    db.execute(f"{sql} on conflict (id) do update set {changes}", list(row.values()))


def connect_readonly(path: Path, *, immutable: bool = False, **how: Any) -> sqlite3.Connection:
    """Connect to a file for reading; `immutable` where nobody will write it, `how` as sqlite3.connect has it."""
    return sqlite3.connect(readonly_uri(path, immutable=immutable), uri=True, **how)


def readonly_uri(path: Path, *, immutable: bool = False) -> str:
    """The address SQLite knows a file by: in the path as it is, a ?, # or % would make it another file's."""
    return f"{path.absolute().as_uri()}?{'immutable=1' if immutable else 'mode=ro'}"


def open_readonly(path: Path) -> Database:
    """Open a working database for reading only.

    Raises MachineError where there is none or it waits to be brought up to date, BadArgumentsError where a later
    version made it, DamagedInputError where it is none.
    """
    if not path.exists():
        raise MachineError(f"{path} does not exist yet: crawl or add pages and `baogao build` first")
    db = Database(connect_readonly(path, timeout=BUSY_SECONDS))
    try:
        refuse_newer(db, path)
        # A published file is as its version made it; only a working one is brought up to date.
        published = "_sqlite_migrations" not in db.table_names()
        current = published or is_up_to_date(db)
    except sqlite3.DatabaseError as error:
        db.close()
        message = f"{path} is damaged ({error}): move it away, then `baogao reindex` and `baogao build` make it anew"
        raise DamagedInputError(message) from error
    if not current:
        db.close()
        message = (
            f"{path} was made by an earlier version of Baogao: `baogao reindex` brings it up to date, as any run does"
        )
        raise MachineError(message)
    return db


def create_views(db: Database) -> None:
    """Make the views, or make them anew where their definition changed."""
    present = dict(db.execute("select name, sql from sqlite_master where type = 'view'").fetchall())
    for name, (_, select) in VIEWS.items():
        sql = f"CREATE VIEW [{name}] AS {select}"
        if present.get(name) != sql:
            with writing(db):
                db.execute(f"drop view if exists [{name}]")
                db.execute(sql)
