"""One snapshot: a copy of the working database without what is ours alone, with a search index and its own date."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from archive.database import connect_readonly
from archive.errors import DamagedInputError, refusal
from archive.fold import fold
from archive.publish.contents import read_contents
from archive.publish.gates import Contents
from archive.publish.history import write_history
from archive.schema import TABLES
from archive.search import EVERY, HAN, TOKENIZE, fts_query, tokens

# Body first: in FTS5 every entry of a later column costs two bytes more (READING §5.2 trap 4). Contentless: the text
# stands in `texts` already, and `rebuild`, which would index it unsplit, is refused (trap 6).
INDEX = f"""create virtual table reports_fts using fts5(body, title, content='', tokenize="{TOKENIZE}")"""

# Searched in the new index and in the texts: words of these reports, one of a single character, and a word from the
# middle of several reports.
PROBES = ("营商环境", "旧改", "一网通办", "水", "政府工作报告")
PROBED_REPORTS = 8
PROBE = re.compile(f"[{HAN}]{{4}}")


@dataclass(frozen=True, slots=True)
class Edition:
    """One row of `snapshots`. `sha256` is None for the one being made: no file can hold its own digest. `content` is
    history.digest_contents of what it published, None for one made before this was kept.
    """

    version: str
    published_at: str
    sha256: str | None
    reports: int
    note: str | None
    content: str | None = None


def make_snapshot(
    archive: Path, target: Path, edition: Edition, before: Iterable[Edition], standing: Path | None = None
) -> Contents:
    """Write the snapshot of the database `archive` to the new file `target`; returns what the gates look at.

    `edition` says what it is (its `reports` is counted here), `before` which snapshots came earlier, `standing` is the
    file of the last. Raises MachineError where the disk refuses and DamagedInputError where the working database is
    damaged.
    """
    with name_errors(archive), closing(connect_readonly(archive)) as db:
        db.execute("vacuum into ?", [str(target)])
    with name_errors(target), closing(sqlite3.connect(target)) as db:
        # The file is thrown away if anything fails before it is renamed: no journal, no waiting for the disk.
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.execute("pragma foreign_keys = off")
        for name in unpublished_tables(db):
            db.execute(f"drop table [{name}]")
        number_reports(db)
        searches = index_reports(db)
        reports = db.execute("select count(*) from reports").fetchone()[0]
        rows = [*before, replace(edition, sha256=None, reports=reports)]
        db.executemany(
            "insert or replace into snapshots (version, published_at, sha256, reports, note, content)"
            " values (?, ?, ?, ?, ?, ?)",
            [astuple(row) for row in rows],
        )
        db.commit()
        if standing is not None:
            write_history(db, standing, edition.version)
        db.execute("analyze")
        db.commit()
        db.execute("vacuum")
        db.execute("pragma journal_mode = delete")
        integrity = db.execute("pragma integrity_check(1)").fetchone()[0]
        return read_contents(db, integrity, searches)


def unpublished_tables(db: sqlite3.Connection) -> list[str]:
    """The tables of `db` that are no part of what is published."""
    published = {name for name, table in TABLES.items() if table.published}
    names = db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'")
    return [name for (name,) in names if name not in published]


def number_reports(db: sqlite3.Connection) -> None:
    """Give each report its `n`, in the order of ids: the index needs whole numbers without doubles."""
    ids = db.execute("select id from reports order by id").fetchall()
    db.executemany("update reports set n = ? where id = ?", [(n, id) for n, (id,) in enumerate(ids, start=1)])


def read_texts(db: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """Number, title (maybe empty) and text of every report."""
    yield from db.execute(
        "select r.n, coalesce(r.title, ''), coalesce(t.text, '') from reports r"
        " left join texts t on t.sha256 = r.text_sha256 order by r.n"
    )


def index_reports(db: sqlite3.Connection) -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    """Make the search index and try it: probe → (numbers of reports the index finds, of those that contain it)."""
    db.execute(INDEX)
    there: dict[str, set[int]] = {probe: set() for probe in choose_probes(db)}

    def rows() -> Iterator[tuple[int, str, str]]:
        for n, title, text in read_texts(db):
            folded = fold(f"{title}\n{text}")
            for probe, numbers in there.items():
                if probe in folded:
                    numbers.add(n)
            yield n, tokens(text), f"{tokens(title)} {EVERY}"

    db.executemany("insert into reports_fts (rowid, body, title) values (?, ?, ?)", rows())
    db.execute("insert into reports_fts (reports_fts) values ('optimize')")
    db.commit()
    return {
        probe: (
            frozenset(n for (n,) in db.execute("select rowid from reports_fts where reports_fts match ?", [asked])),
            frozenset(numbers),
        )
        for probe, numbers in there.items()
        if (asked := fts_query(probe))
    }


def choose_probes(db: sqlite3.Connection) -> list[str]:
    """Words to try the index with: PROBES, and one from the middle of several reports."""
    count = db.execute("select count(*) from reports").fetchone()[0]
    step = max(1, count // PROBED_REPORTS)
    texts = db.execute(
        "select t.text from reports r join texts t on t.sha256 = r.text_sha256 where r.n % ? = 0 limit ?",
        [step, PROBED_REPORTS],
    )
    found = (PROBE.search(fold(text), len(text) // 2) for (text,) in texts)
    return list(dict.fromkeys((*PROBES, *(hit.group() for hit in found if hit))))


def read_published(path: Path) -> tuple[Contents, list[Edition]]:
    """Contents and editions of a published file. Raises DamagedInputError where it is no snapshot."""
    with name_errors(path), closing(connect_readonly(path)) as db:
        there = {row[1] for row in db.execute("pragma table_info(snapshots)")}
        content = "content" if "content" in there else "null"
        editions = db.execute(
            f"select version, published_at, sha256, reports, note, {content} from snapshots order by version"
        )
        return read_contents(db), [Edition(*row) for row in editions]


def count_rows(path: Path) -> dict[str, int]:
    """Rows of each table of a snapshot."""
    with name_errors(path), closing(connect_readonly(path, immutable=True)) as db:
        names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name")]
        return {name: db.execute(f"select count(*) from [{name}]").fetchone()[0] for name in names}


@contextmanager
def name_errors(path: Path) -> Iterator[None]:
    """SQLite's errors about `path`, as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise refusal(path, error) from error
    except sqlite3.DatabaseError as error:
        raise DamagedInputError(f"{path} is damaged ({error}): move it away and make it anew") from error
