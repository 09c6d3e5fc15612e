"""What the pages for the archive's keeper show: sources, runs, problems, changes. Takes a read-only connection."""

from __future__ import annotations

import sqlite3

from archive.site.queries import Row, fetch

# A page of runs: a year of one source's, or a night of a few hundred sources.
MOST_RUNS = 400
MOST_CHANGES = 100
# Reports of unresolved region or year listed on the page of problems; the table holds the rest.
MOST_UNRESOLVED = 50


def read_sources(db: sqlite3.Connection) -> list[Row]:
    """Every source with its last run and what it gave, those that need a hand first."""
    return fetch(
        db,
        "select t.*, s.platform, s.start, s.expect_from, s.expect_until,"
        " (select name from regions where code = t.region order by valid_from desc limit 1) as region_name,"
        " case when t.retired is not null then 3 when t.verdict is null then 2 when t.verdict like 'ok%' then 1"
        "  else 0 end as place"
        " from source_status t join sources s on s.id = t.id order by place, t.kind, t.id",
    )


def read_runs(db: sqlite3.Connection, source: str | None = None) -> list[Row]:
    """The newest runs, of one source or of all."""
    return fetch(
        db,
        "select r.*, s.name as source_name from runs r left join sources s on s.id = r.source"
        " where ? is null or r.source = ? order by r.started_at desc, r.id limit ?",
        [source, source, MOST_RUNS],
    )


def read_problems(db: sqlite3.Connection) -> Row:
    """Problems by code, rejections by reason, and the reports whose region or year is not resolved."""
    problems = fetch(
        db,
        "select code, min(severity) as severity, count(*) as problems, count(distinct report) as reports,"
        " count(distinct copy) as copies, min(report) as example from problems group by code"
        " order by case min(severity) when 'major' then 1 when 'minor' then 2 else 3 end, reports desc, code",
    )
    rejections = fetch(
        db,
        "select reason, count(*) as rejections, min(title) as example from rejections group by reason"
        " order by rejections desc, reason",
    )
    unresolved = fetch(
        db,
        "select id, title, region_name, name, township, year, chars, copies from reports"
        " where region is null or year is null order by chars desc, id limit ?",
        [MOST_UNRESOLVED],
    )
    (counts,) = fetch(
        db,
        "select (select count(*) from reports where region is null or year is null) as unresolved,"
        " (select count(*) from reports where trust = 'damaged') as damaged, (select count(*) from reports) as reports,"
        " (select count(*) from corrections) as corrections",
    )
    return {"problems": problems, "rejections": rejections, "unresolved": unresolved, "counts": counts}


def read_changes(db: sqlite3.Connection, region: str | None = None) -> list[Row]:
    """The newest reports and changed texts, newest first; of one region, or with zeros at the end of all below it."""
    stem = (region or "").removesuffix("00").removesuffix("00")
    return fetch(
        db,
        "select c.*, r.trust, r.name, r.township, r.chars, r.copies, r.delivered_on, r.congress, r.session, r.speaker"
        " from changes c join reports r on r.id = c.id where coalesce(r.region, '') like ? || '%'"
        " order by c.changed_at desc, c.id limit ?",
        [stem, MOST_CHANGES],
    )
