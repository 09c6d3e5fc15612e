"""Which sources to crawl now: by their cadence, the season of sessions, and how their last run went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlite_utils import Database

from archive.sourcefile import Source

# How long a source rests. A little less than the word says, so that a cron job at a fixed hour never finds a source
# not quite due.
RESTS: Final = {"daily": timedelta(hours=20), "weekly": timedelta(days=6, hours=12), "monthly": timedelta(days=27)}

# Counties elected new congresses that year, as every fifth.
ELECTION_YEAR: Final = 2021


def due_sources(db: Database, sources: Mapping[str, Source], now: datetime) -> list[str]:
    """The sources to crawl now, longest waiting first: those never crawled, then by their last run.

    Retired and refused ones never. A run that broke off is due again at once; one that went badly rests a day at most.
    Runs of the future, written while a clock was wrong, are as if they were not.
    """
    present = (now + timedelta(minutes=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    sql = "select source, started_at, verdict from runs where started_at = (select max(r.started_at) from runs r"
    last = {
        source: (started, verdict)
        for source, started, verdict in db.execute(
            f"{sql} where r.source = runs.source and r.started_at <= ?)", [present]
        ).fetchall()
    }
    due: list[tuple[str, str]] = []
    for name, source in sources.items():
        if not source.crawled:
            continue
        started, verdict = last.get(name, ("", None))
        if not started or verdict in (None, "crashed", "interrupted"):
            due.append((started, name))
            continue
        rest = rest_of(source, now)
        if not verdict.startswith("ok"):
            rest = min(rest, RESTS["daily"])
        if now - datetime.fromisoformat(started) >= rest:
            due.append((started, name))
    return [name for _, name in sorted(due)]


def rest_of(source: Source, now: datetime) -> timedelta:
    """How long a source rests between two runs at this time of the year.

    Sessions are held from late December to early March; some sites publish weeks later (ANCHORS §4, pain 7): the
    season's rhythm from 20 December to 15 March, then weekly to the end of April, else the source's own. New county
    congresses meet from June to August every fifth year (2021, 2026: USERS §5.4): weekly then, too.
    """
    season, otherwise = RESTS[source.crawl.cadence.season], RESTS[source.crawl.cadence.otherwise]
    day = (now.month, now.day)
    if day >= (12, 20) or day <= (3, 15):
        return season
    new_congresses = now.year % 5 == ELECTION_YEAR % 5 and 6 <= now.month <= 8
    return min(max(season, RESTS["weekly"]), otherwise) if day <= (4, 30) or new_congresses else otherwise
