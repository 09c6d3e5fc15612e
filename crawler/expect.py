"""What a source should have given and has not: its file's expectation against what a run found."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlite_utils import Database

from archive.sourcefile import Expectation, Source

# Sessions end in March and sites publish 4 to 26 days later, some after weeks (USERS §5.4): from May on the report of
# the year should be there.
DUE_FROM: Final = (5, 1)
# "monthly" with a month of patience.
MONTHLY: Final = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Given:
    """What a source gave: how many reports, of which years, and the day the newest was first seen (ISO)."""

    reports: int = 0
    years: frozenset[int] = frozenset()
    newest: str | None = None


def shortfall(expect: Expectation, given: Given, today: date) -> str | None:
    """What is missing of what a source should give, in words; None where nothing is."""
    said = []
    latest = today.year if (today.month, today.day) >= DUE_FROM else today.year - 1
    if expect.years:
        first, until = expect.years
        last = latest if until == "now" else min(until, latest)
        if missing := [year for year in range(first, last + 1) if year not in given.years]:
            said.append(f"no report of {', '.join(spans(missing))}")
    if expect.minimum and given.reports < expect.minimum:
        said.append(f"{given.reports} reports where {expect.minimum} are expected")
    if expect.cadence == "yearly" and max(given.years, default=0) < latest and not said:
        said.append(f"nothing of {latest} yet" if given.years else "no report at all")
    if expect.cadence == "monthly" and (not given.newest or date.fromisoformat(given.newest[:10]) < today - MONTHLY):
        said.append(f"nothing new since {given.newest[:10]}" if given.newest else "no report at all")
    return "; ".join(said) or None


def spans(years: Collection[int]) -> Iterator[str]:
    """Years in order, neighbours drawn together: 2005–2007, 2010."""
    waiting = sorted(years)
    while waiting:
        last = next((n for n in range(len(waiting)) if waiting[n] - waiting[0] != n), len(waiting)) - 1
        yield str(waiting[0]) if last == 0 else f"{waiting[0]}–{waiting[last]}"
        del waiting[: last + 1]


def given_by(db: Database, source: Source, since: str) -> Given:
    """What a source showed since a time (ISO): the reports of the captures that were seen then.

    Of a source that lets its pages rest, all it ever gave counts. A region's own site is judged by its own reports.
    """
    sql = (
        "select distinct c.report, c.year, p.fetched_at from copies c join captures p on p.id = c.capture"
        " where c.source = ? and c.report is not null and c.year is not null"
    )
    values: list[str] = [source.id]
    if source.region:
        sql += " and c.region = ?"
        values.append(source.region)
    if source.crawl.recheck is None:
        sql += " and coalesce(p.last_seen_at, p.fetched_at) >= ?"
        values.append(since)
    rows = db.execute(sql, values).fetchall()
    newest = max((seen for _, _, seen in rows if seen), default=None)
    return Given(len({report for report, _, _ in rows}), frozenset(year for _, year, _ in rows), newest)
