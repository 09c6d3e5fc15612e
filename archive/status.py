"""What `status` and `coverage` tell, as plain data: the state of an archive, source by source and year by year."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archive.rules import rules_version


def archive_status(db: Database) -> dict[str, Any]:
    """Counts of the archive, its sources with their last run, and what waits to be done."""

    def count(sql: str, *values: object) -> int:
        return int(db.execute(f"select count(*) from {sql}", list(values)).fetchone()[0])

    return {
        "captures": count("captures"),
        "reports": count("reports"),
        "copies": count("copies"),
        "rejections": count("rejections"),
        "unreadable": count("rejections where reason = 'unreadable'"),
        "major_problems": count("problems where severity = 'major'"),
        "unresolved": count("reports where id like 'unresolved-%'"),
        "to_be_read_anew": count("captures where verdict = 'page' and examined is not ?", rules_version()),
        "regions": count("(select distinct region from reports where region is not null)"),
        "years": [
            row[0] for row in db.execute("select distinct year from reports where year > 0 order by 1").fetchall()
        ],
        "trust": dict(db.execute("select trust, count(*) from reports group by trust order by trust").fetchall()),
        "rejected": dict(
            db.execute("select reason, count(*) from rejections group by 1 order by 2 desc, 1").fetchall()
        ),
        "sources": list(db.query("select * from source_status order by id")),
    }


def coverage_rows(db: Database) -> list[dict[str, Any]]:
    """Region × year with state and reason, by code and year."""
    sql = (
        "select c.*, coalesce((select path from regions g where g.code = c.region and g.valid_from <= c.year"
        " and (g.valid_until is null or c.year <= g.valid_until) limit 1), c.region) as region_name"
        " from coverage c order by region, year"
    )
    return list(db.query(sql))
