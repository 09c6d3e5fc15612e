"""What the front page shows of a snapshot. Takes a read-only connection."""

from __future__ import annotations

import sqlite3

from archive.site.coverage import read_coverage
from archive.site.queries import EXAMPLES, Row, count_found, fetch, read_snapshot

NEWEST = 8


def read_front(db: sqlite3.Connection) -> Row:
    """What the front page shows: counts, the newest reports, the coverage grid, the version."""
    (counts,) = fetch(
        db,
        "select count(*) as reports, coalesce(sum(chars), 0) as chars, min(year) as first_year, max(year) as last_year,"
        " count(distinct region || coalesce(township, '')) as regions, count(distinct year) as years,"
        " coalesce(sum(region is null or year is null), 0) as unresolved,"
        " (select count(*) from copies) as copies, (select count(*) from sources) as sources from reports",
    )
    newest = fetch(
        db,
        "select id, title, region_name, name, township, year, trust, chars, delivered_on, first_seen_at from reports"
        " order by first_seen_at is null, first_seen_at desc, year desc, id limit ?",
        [NEWEST],
    )
    (run,) = fetch(
        db, "select max(coalesce(finished_at, started_at)) as at, count(distinct source) as sources from runs"
    )
    return {
        "counts": counts,
        "newest": newest,
        "run": run,
        "coverage": read_coverage(db),
        "snapshot": read_snapshot(db),
        "examples": [example for example in EXAMPLES if count_found(db, example)],
    }
