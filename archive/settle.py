"""Reports from copies: which copies are one report, which is best, what the report's row says.

What changed has left marks (unsettled.py); they are worked off group by group, so that an archive of any size is
settled in the memory of one group, and a new copy costs the rows it touches. The outcome does not depend on the order
in which copies arrived: every value is computed from the copies alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlite_utils import Database

from archive.copies import Ranked, Standing, group_copies
from archive.database import writing
from archive.findings import write_problem
from archive.fold import fold_text
from archive.likeness import Key, Likeness, find_company, settle_likes
from archive.model import Problem
from archive.regions import Regions
from archive.reports import delete_report, text_of, write_report
from archive.sketches import drop_sketch, find_like, index_sketches
from archive.unsettled import is_marked, mark, unmark, work_off
from archive.versions import Sighting, date_versions

Row = dict[str, Any]

# Problems that settling a key writes anew.
ANOTHER_TEXT, REISSUED = "another_text", "reissued"
# Problems of a text that make it longer than it was (damage.py).
INFLATING = ("repeated", "tag_cloud", "too_long", "token_noise", "pinyin_in_brackets")
# What the ids of reports without region or year begin with (DESIGN §7).
LOOSE = "unresolved-"
# New texts put into the index in one transaction; sorted together, they touch each of its pages once (60 MB).
INDEXED_AT_ONCE = 5000


def settle_all(db: Database, regions: Regions) -> None:
    """Settle all that is marked. On a kill, what is settled stays so and the rest stays marked."""
    likeness = Likeness(db)
    with writing(db):
        mark(db, "copy", [id for (id,) in db.execute("select id from copies where report is null").fetchall()])
    indexed = INDEXED_AT_ONCE
    while indexed:
        with writing(db):
            indexed = index_sketches(db, INDEXED_AT_ONCE)
    work_off(db, "folded", lambda digest: settle_gone(db, digest))
    while is_marked(db, "copy", "again", "report"):
        work_off(db, "copy", lambda copy_id: settle_likes(likeness, copy_id, new=True))
        work_off(db, "again", lambda copy_id: settle_likes(likeness, copy_id, new=False))
        work_off(db, "report", lambda report_id: settle_loss(db, report_id))
    work_off(db, "seen", lambda capture: settle_times(db, capture))
    work_off(db, "loose", lambda copy_id: settle_loose(likeness, copy_id))
    work_off(db, "key", lambda key: settle_key(db, Key.parse(key), regions))
    work_off(db, "text", lambda digest: drop_text(db, digest))


def settle_gone(db: Database, digest: str) -> None:
    """A folded text lost a copy: what was found in that one looks anew, and a text without copies is forgotten."""
    new = "select 1 from copies where folded_sha256 = ? and report is null limit 1"
    if db.execute(new, [digest]).fetchone() is None:
        for like in (digest, *find_like(db, digest)):
            sql = "select id from copies where folded_sha256 = ? and (region is null or year is null)"
            mark(db, "again", [id for (id,) in db.execute(sql, [like]).fetchall()])
    if db.execute("select 1 from copies where folded_sha256 = ? limit 1", [digest]).fetchone() is None:
        drop_sketch(db, digest)


def settle_loss(db: Database, report_id: str) -> None:
    """A report lost a copy: its region and year are settled anew, or its loose copies each."""
    report = next(db.query("select * from reports where id = ?", [report_id]), None)
    if report is None:
        return
    if not report_id.startswith(LOOSE):
        key = Key.of(report)
        mark(db, "key", [key.id] if key else [])
        return
    left = [id for (id,) in db.execute("select id from copies where report = ?", [report_id]).fetchall()]
    mark(db, "loose", left)
    if not left:
        delete_report(db, report_id)


def drop_text(db: Database, digest: str) -> None:
    """Forget a text that no copy and no report has any more."""
    db.execute(
        "delete from texts where sha256 = :text and not exists (select 1 from copies where text_sha256 = :text)"
        " and not exists (select 1 from reports where text_sha256 = :text)",
        {"text": digest},
    )
