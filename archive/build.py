"""`baogao build`: every capture through ingest anew, then all reports settled. Same captures, same code, same rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.captures import CaptureStore
from archive.cluster import Cluster
from archive.corrected import changed_corrections
from archive.database import open_archive, writing
from archive.examiners import Examiners
from archive.findings import forget_findings
from archive.home import Home
from archive.ingest import Ingester
from archive.regions import Regions, load_regions
from archive.rules import rules_version
from archive.sourcefile import Source

Follow = Callable[[Iterable[Any], int, str], Iterator[Any]]


@dataclass
class Built:
    """What a build did.

    `damaged` has a line for each capture that could not be read, `idle` for each correction that found nothing.
    """

    captures: int = 0
    copies: int = 0
    rejections: int = 0
    reports: int = 0
    damaged: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """The one line of outcome."""
        return (
            f"{self.captures} pages: {self.copies} copies of {self.reports} reports, "
            f"{self.rejections} rejections, {len(self.damaged)} unreadable"
        )


def build_archive(
    home: Home, sources: Mapping[str, Source], jobs: int, follow: Follow, scheduler: str | None = None
) -> Built:
    """Ingest all captures in `jobs` worker processes (0: one a core) and settle. The caller holds the lock.

    With a `scheduler` (tcp://…) the pages are read by the workers of a Dask cluster; the rows are the same, and written
    here. Raises BadArgumentsError and MachineError where there is no such cluster or its workers have other code.

    A build that was cut off leaves every capture either as it was or as it now is; the next build goes on.
    """
    examiners = join_cluster(home, scheduler) if scheduler else Examiners(jobs or os.cpu_count() or 1)
    try:
        with closing(open_archive(home)) as db:
            return build_rows(home, db, sources, examiners, follow)
    finally:
        examiners.close()


def build_rows(
    home: Home, db: Database, sources: Mapping[str, Source], examiners: Examiners | Cluster, follow: Follow
) -> Built:
    """Index what no run has indexed, ingest all captures, settle."""
    built = Built()
    with CaptureStore(home, db, "read-only") as store:
        built.damaged += store.catch_up().damaged
    write_regions(db, load_regions(home.regions if home.regions.exists() else None))
    pages = "select id from captures where verdict = 'page' order by warc_file, warc_offset"
    ids = [row[0] for row in db.execute(pages).fetchall()]
    drop_strays(db)
    ingester = Ingester(home, db, sources, examiners=examiners)
    for outcome in follow(ingester.ingest_many(ids), len(ids), "reading captures"):
        built.captures += 1
        built.copies += outcome.copies
        built.rejections += outcome.rejections
        if outcome.unreadable:
            built.damaged.append(f"{name_of(db, outcome.capture)}: {outcome.unreadable}")
    ingester.finish()
    built.idle = ingester.idle
    built.reports = db.table("reports").count
    return built


def join_cluster(home: Home, scheduler: str) -> Cluster:
    """The workers of a cluster, once it is sure that they would read as this machine does."""
    regions = home.regions.read_bytes() if home.regions.exists() else None
    return Cluster(scheduler, rules_version(), regions)


def read_unread(home: Home, sources: Mapping[str, Source]) -> int:
    """Ingest the pages that no rules have read yet, as a killed run leaves them, and settle; says how many were read.

    A page whose reader broke down is tried again, too: a machine in trouble breaks down readers. Pages that older rules
    have read stay as they are: `baogao build` reads them anew. The caller holds the lock.
    """
    db = open_archive(home)
    try:
        drop_strays(db)
        unread = (
            "select id from captures where verdict = 'page' and (examined is null or id in (select capture"
            " from rejections where reason = 'unreadable' and detail like 'reader_crashed:%')) order by id"
        )
        ids = [row[0] for row in db.execute(unread).fetchall()]
        unsettled = db.execute("select 1 from unsettled limit 1").fetchone()
        ingester = Ingester(home, db, sources)
        read = 0
        try:
            if ids or unsettled or changed_corrections(db, ingester.corrections):
                read = sum(outcome.unreadable is None for outcome in ingester.ingest_many(ids))
                ingester.finish()
        finally:
            ingester.close()
        return read
    finally:
        db.close()


def name_of(db: Database, capture_id: str) -> str:
    """A capture in words: its address, or its id where it has none."""
    row = db.execute("select url from captures where id = ?", [capture_id]).fetchone()
    return f"capture {capture_id}" + (f" ({row[0]})" if row and row[0] else "")


def drop_strays(db: Database) -> None:
    """Forget what captures gave that are gone from the index or are no pages by today's verdict."""
    known = "select id from captures where verdict = 'page'"
    rows = f"select capture from copies where capture not in ({known}) union "
    rows += f"select capture from rejections where capture not in ({known})"
    with writing(db):
        for (gone,) in db.execute(rows).fetchall():
            forget_findings(db, gone)


def write_regions(db: Database, regions: Regions) -> None:
    """The gazetteer as rows."""
    rows = [
        {
            "id": f"{unit.code}-{unit.valid_from}",
            "code": unit.code,
            "name": unit.name,
            "level": unit.level,
            "province": unit.province,
            "prefecture": unit.prefecture,
            "path": unit.path,
            "valid_from": unit.valid_from,
            "valid_until": unit.valid_until,
            "successors": unit.successors,
        }
        for unit in regions.all
    ]
    with writing(db):
        db.execute("delete from regions")
        db.table("regions").insert_all(rows)
