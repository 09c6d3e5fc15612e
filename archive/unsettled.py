"""What is still to be settled, as rows: whatever changes an archive leaves a mark, whoever settles takes it off.

A mark is taken off in the transaction that does its work: settling that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlite_utils import Database

from archive.database import writing

# copy: new, its likes are to be found · again: its likes have changed · report: has lost a copy · key: a region and
# year whose reports are to be settled · loose: a copy of unknown region or year that stands in no report · seen: a
# capture whose bytes were seen again · differs: a copy that is to be compared with the best one · units: a report whose
# units are to be found · folded, text: digests of a text that a copy had
KINDS = ("copy", "again", "report", "key", "loose", "seen", "differs", "units", "folded", "text")
# Marks worked off in one transaction: others that wait to write wait for less than a second.
BATCH = 50


def mark(db: Database, kind: str, ids: Iterable[str]) -> None:
    """Note that these are to be settled."""
    db.conn.executemany("insert or ignore into unsettled values (?, ?)", [(kind, id) for id in ids])


def unmark(db: Database, kind: str, ids: Iterable[str]) -> None:
    """Note that these are settled."""
    db.conn.executemany("delete from unsettled where kind = ? and id = ?", [(kind, id) for id in ids])


def is_marked(db: Database, *kinds: str) -> bool:
    """Whether anything of these kinds is to be settled."""
    sql = f"select 1 from unsettled where kind in ({', '.join('?' for _ in kinds)}) limit 1"
    return db.execute(sql, kinds).fetchone() is not None


def work_off(
    db: Database, kind: str, settle: Callable[[str], None], expect: Callable[[list[str]], None] | None = None
) -> None:
    """Settle all marks of a kind, in the order of their ids, a batch in a transaction; `expect` is told each batch."""
    while True:
        with writing(db):
            sql = "select id from unsettled where kind = ? order by id limit ?"
            ids = [id for (id,) in db.execute(sql, [kind, BATCH]).fetchall()]
            if expect:
                expect(ids)
            for id in ids:
                # Settling one may settle others with it.
                if db.execute("delete from unsettled where kind = ? and id = ?", [kind, id]).rowcount:
                    settle(id)
        if not ids:
            return
