"""THE FILE TO READ FIRST: the steps one capture goes through, in order.

capture → read → split → clean → identify → damage      examine.py, pure, in a worker process
        → what of it becomes rows                        kept.py, there too
        → copies or rejections with a reason             findings.py, some captures in a transaction
        → the reports they belong to                     settle.py, when a run or a build ends
        → what these are made of                         units.py, found by the workers again
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

from sqlite_utils import Database

from archive.articles import first_page_key, later_page_keys
from archive.captures import CaptureStore
from archive.cluster import Cluster
from archive.corrected import concerned, remember_corrections, write_corrections
from archive.corrections import Correction, read_corrections
from archive.database import writing
from archive.errors import UnreadableError
from archive.examine import Circumstances
from archive.examiners import Examiners
from archive.findings import Outcome, store_findings, store_unreadable, write_sources
from archive.home import Home
from archive.kept import KeptPage
from archive.model import Capture, PageRules
from archive.regions import load_regions
from archive.rules import rules_version
from archive.settle import settle_all
from archive.sourcefile import Source
from archive.sources import source_of
from archive.urls import url_key

Thing = TypeVar("Thing")


# Captures written in one transaction: a commit then takes little beside them, and others wait for a few milliseconds.
WRITTEN_AT_ONCE = 16


def batched(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """The things in lists of `size`, the last one shorter; itertools has it from Python 3.12 on."""
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some


def circumstances(home: Home, capture: Capture, sources: Mapping[str, Source]) -> Circumstances:
    """What is known of a capture beside its bytes: its source's rules for the day of capture, and its region."""
    source = sources.get(capture.source or "") or source_of(capture.url, sources)
    return Circumstances(
        url=capture.url,
        content_type=capture.content_type,
        rules=source.page_rules(capture.fetched_at) if source else PageRules(),
        region=source.region if source else None,
        extra_regions=home.regions if home.regions.exists() else None,
    )


def nearest_capture(db: Database, url_key: str, fetched_at: str | None) -> str | None:
    """The page capture of an address that is nearest in time to another's; None where there is none."""
    sql = (
        "select id from captures where url_key = ? and verdict = 'page'"
        " order by abs(coalesce(julianday(fetched_at), 0) - coalesce(julianday(?), 0)), id limit 1"
    )
    row = db.execute(sql, [url_key, fetched_at]).fetchone()
    return str(row[0]) if row else None


def first_page_of(db: Database, capture: Capture) -> str | None:
    """The capture of the first page of the article whose later page this is, by its address; None for any other."""
    first = first_page_key(url_key(capture.url)) if capture.url else None
    return nearest_capture(db, first, capture.fetched_at) if first else None


def later_pages_of(db: Database, capture: Capture) -> list[str]:
    """The captures of the later pages of an article whose first page this is, in order and without a gap."""
    found: list[str] = []
    for number, key in enumerate(later_page_keys(url_key(capture.url)) if capture.url else (), 1):
        if page := nearest_capture(db, key, capture.fetched_at):
            found.append(page)
        elif number > 1:
            break
    return found


def origin_of(capture: Capture, sources: Mapping[str, Source]) -> str:
    """The kind of place a capture is from: its source's, official for any other .gov.cn host, else unknown."""
    if source := sources.get(capture.source or "") or source_of(capture.url, sources):
        return source.origin
    host = (capture.url or "").partition("://")[2].partition("/")[0].partition(":")[0]
    return "official" if host.endswith(".gov.cn") else "unknown"


class Ingester:
    """Takes captures into the archive: examines each, writes its copies and rejections, settles at the end."""

    def __init__(
        self,
        home: Home,
        db: Database,
        sources: Mapping[str, Source],
        jobs: int = 1,
        examiners: Examiners | Cluster | None = None,
    ) -> None:
        self.home = home
        self.db = db
        self.sources = sources
        self.store = CaptureStore(home, db, "read-only")
        self.examiners = examiners or Examiners(jobs)
        self.regions = load_regions(home.regions if home.regions.exists() else None)
        # Its mistakes are said where a command starts (terminal.py).
        self.corrections, _ = read_corrections(home.corrections, self.regions)
        self.idle: list[str] = []
        write_sources(db, sources)

    def ingest_capture(self, capture_id: str) -> Outcome:
        """Examine one capture, unless these rules have read it before, and write what it gave."""
        row = self.db.execute("select examined from captures where id = ?", [capture_id]).fetchone()
        if row and row[0] == rules_version():
            return Outcome(capture_id, skipped=True)
        outcome = next(self.ingest_many([capture_id]))
        if first := first_page_of(self.db, self.store.find(capture_id)):
            # The article's first page was read without this one.
            list(self.ingest_many([first]))
        return outcome

    def ingest_many(self, capture_ids: Iterable[str]) -> Iterator[Outcome]:
        """Examine captures in the workers, some ahead, and write them in the order given, some in a transaction."""
        for some in batched(self.examine_many(capture_ids), WRITTEN_AT_ONCE):
            with writing(self.db):
                outcomes = [self.store_capture(capture, found) for capture, found in some]
            yield from outcomes

    def store_capture(self, capture: Capture, found: KeptPage | UnreadableError) -> Outcome:
        """Write what an examination gave."""
        if isinstance(found, UnreadableError):
            return store_unreadable(self.db, capture, found, rules_version())
        return store_findings(self.db, capture, found, origin_of(capture, self.sources), rules_version())

    def examine_many(self, capture_ids: Iterable[str]) -> Iterator[tuple[Capture, KeptPage | UnreadableError]]:
        """Captures in the order given with what the workers make of them, writing nothing."""
        ahead: list[tuple[Capture, Any]] = []
        for capture_id in capture_ids:
            capture = self.store.find(capture_id)
            known = circumstances(self.home, capture, self.sources)
            known = replace(known, first=first_page_of(self.db, capture))
            known = replace(known, capture=capture.id, corrections=self.corrections_of(capture.id))
            later = tuple(self.store.stored(self.store.find(page)) for page in later_pages_of(self.db, capture))
            ahead.append((capture, self.examiners.submit(self.store.stored(capture), known, later)))
            if len(ahead) > self.examiners.ahead:
                yield self.conclude(*ahead.pop(0))
        while ahead:
            yield self.conclude(*ahead.pop(0))

    def corrections_of(self, capture_id: str) -> tuple[Correction, ...]:
        """The corrections that may concern a capture: those of its candidates, and all that name reports."""
        return tuple(one for one in self.corrections if one.of_report or one.id.rpartition("-")[0] == capture_id)

    def conclude(self, capture: Capture, examining: Any) -> tuple[Capture, KeptPage | UnreadableError]:
        """Wait for an examination."""
        try:
            return capture, self.examiners.result(examining)
        except UnreadableError as error:
            return capture, error

    def pending(self) -> list[str]:
        """Pages these rules have not read yet, by id: what a killed run left, or what new rules should read anew."""
        sql = "select id from captures where verdict = 'page' and (examined is null or examined <> ?) order by id"
        return [row[0] for row in self.db.execute(sql, [rules_version()]).fetchall()]

    def finish(self) -> None:
        """Read anew what corrections have changed, and settle the reports of all copies.

        `idle` then has a line for each correction that finds nothing to correct.
        """
        for _ in self.ingest_many(concerned(self.db, self.corrections)):
            pass
        settle_all(self.db, self.regions, self.examiners)
        self.idle = write_corrections(self.db, self.corrections, str(self.home.corrections))
        remember_corrections(self.db, self.corrections)

    def close(self) -> None:
        """End the workers."""
        self.examiners.close()
