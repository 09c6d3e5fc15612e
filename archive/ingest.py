"""THE FILE TO READ FIRST: the steps one capture goes through, in order.

capture → read → split → clean → identify → damage      examine.py, pure, in a worker process
        → copies or rejections with a reason             store_findings, one transaction a capture
        → the reports they belong to                     settle.py, when a run or a build ends
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from archive.captures import CaptureStore
from archive.copies import fingerprint
from archive.errors import DamagedInputError, UnreadableError
from archive.examine import Circumstances, Examination, examine
from archive.fold import fold_text
from archive.home import Home
from archive.identify import evidence_rows
from archive.model import Capture, Finding, PageRules
from archive.problems import write_problem
from archive.regions import load_regions
from archive.settle import settle_all
from archive.sources import Source, source_of
from archive.urls import url_key

# A page is read in about a hundredth of a second, a hostile one never: after so long its reader is ended.
SECONDS = 90
EMPTY = ("too_short", "the page holds no text")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one capture gave. `skipped`: these rules had read it before. `unreadable`: in words, why it gave nothing."""

    capture: str
    copies: int = 0
    rejections: int = 0
    problems: int = 0
    skipped: bool = False
    unreadable: str | None = None


@cache
def rules_version() -> str:
    """A digest of the code and data that decide what the archive makes of a page."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".csv") and "site" not in path.parts and "publish" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


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


def origin_of(capture: Capture, sources: Mapping[str, Source]) -> str:
    """The kind of place a capture is from: its source's, official for any other .gov.cn host, else unknown."""
    if source := sources.get(capture.source or "") or source_of(capture.url, sources):
        return source.origin
    host = (capture.url or "").partition("://")[2].partition("/")[0].partition(":")[0]
    return "official" if host.endswith(".gov.cn") else "unknown"


def end_with_parent() -> None:
    """Make a worker end when the process that started it does, killed or not: else it would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Examiners:
    """Worker processes that examine pages; one that hangs or dies costs its page, not the run."""

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = jobs
        self.pool: ProcessPoolExecutor | None = None

    def submit(self, payload: bytes, known: Circumstances) -> Future[Examination]:
        """Begin to examine a page in a worker."""
        if self.pool is None:
            # spawn: a forked child would share the crawler's sockets and locks.
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=end_with_parent)
        return self.pool.submit(examine, payload, known)

    def result(self, future: Future[Examination]) -> Examination:
        """The examination, or UnreadableError where the page could not be read in time or ended its worker."""
        try:
            return future.result(timeout=SECONDS)
        except FutureTimeoutError:
            self.close(kill=True)
            raise UnreadableError("timeout", f"reading took more than {SECONDS} seconds") from None
        except BrokenProcessPool:
            self.close(kill=True)
            raise UnreadableError("reader_crashed", "the reader died on this page") from None

    def close(self, *, kill: bool = False) -> None:
        """End the workers, at once with `kill`."""
        if self.pool is None:
            return
        if kill:
            for process in list((self.pool._processes or {}).values()):
                process.kill()
        self.pool.shutdown(wait=not kill, cancel_futures=True)
        self.pool = None


class Ingester:
    """Takes captures into the archive: examines each, writes its copies and rejections, settles at the end."""

    def __init__(self, home: Home, db: Database, sources: Mapping[str, Source], jobs: int = 1) -> None:
        self.home = home
        self.db = db
        self.sources = sources
        self.store = CaptureStore(home, db, "read-only")
        self.examiners = Examiners(jobs)
        write_sources(db, sources)

    def ingest_capture(self, capture_id: str) -> Outcome:
        """Examine one capture, unless these rules have read it before, and write what it gave."""
        row = self.db.execute("select examined from captures where id = ?", [capture_id]).fetchone()
        if row and row[0] == rules_version():
            return Outcome(capture_id, skipped=True)
        return next(self.ingest_many([capture_id]))

    def ingest_many(self, capture_ids: Iterable[str]) -> Iterator[Outcome]:
        """Examine captures in the workers, a few ahead, and write them in the order given."""
        ahead: list[tuple[Capture, Future[Examination] | UnreadableError]] = []
        for capture_id in capture_ids:
            capture = self.store.find(capture_id)
            try:
                payload = self.store.payload(capture)
                ahead.append((capture, self.examiners.submit(payload, circumstances(self.home, capture, self.sources))))
            except DamagedInputError as error:
                ahead.append((capture, UnreadableError("damaged_capture", str(error))))
            if len(ahead) > 2 * self.examiners.jobs:
                yield self.conclude(*ahead.pop(0))
        while ahead:
            yield self.conclude(*ahead.pop(0))

    def conclude(self, capture: Capture, examining: Future[Examination] | UnreadableError) -> Outcome:
        """Wait for an examination and write it."""
        try:
            if isinstance(examining, UnreadableError):
                raise examining
            examination = self.examiners.result(examining)
        except UnreadableError as error:
            with self.db.conn:
                forget_findings(self.db, capture.id)
                reject(self.db, capture.id, 0, None, "unreadable", f"{error.code}: {error.message}", 0)
                mark_examined(self.db, capture.id)
            return Outcome(capture.id, rejections=1, unreadable=error.message)
        return store_findings(self.db, capture, examination, origin_of(capture, self.sources))

    def pending(self) -> list[str]:
        """Pages these rules have not read yet, by id: what a killed run left, or what new rules should read anew."""
        sql = "select id from captures where verdict = 'page' and (examined is null or examined <> ?) order by id"
        return [row[0] for row in self.db.execute(sql, [rules_version()]).fetchall()]

    def finish(self) -> None:
        """Settle the reports of all copies, and number them."""
        settle_all(self.db, load_regions(self.home.regions if self.home.regions.exists() else None))

    def close(self) -> None:
        """End the workers."""
        self.examiners.close()


def write_sources(db: Database, sources: Mapping[str, Source]) -> None:
    """The source files as rows."""
    rows = []
    for source in sources.values():
        first, last = source.expect.years or (None, None)
        retired = f"{source.retired.since}: {source.retired.why}" if source.retired else None
        rows.append(
            {
                "id": source.id,
                "name": source.name,
                "kind": source.kind,
                "region": source.region,
                "platform": source.platform,
                "start": source.start[0],
                "unverified": int(source.unverified),
                "retired": retired,
                "expect_from": first,
                "expect_until": last if isinstance(last, int) else None,
            }
        )
    with db.conn:
        db.execute("delete from sources")
        db.table("sources").insert_all(rows)


def forget_findings(db: Database, capture_id: str) -> None:
    """Delete what an earlier reading of a capture gave."""
    of_capture = "(select id from copies where capture = ?)"
    for sql in (
        f"delete from fingerprints where copy in {of_capture}",
        f"delete from problems where copy in {of_capture}",
        # What is said of other copies because of this one, settle says again where it still holds.
        "delete from problems where code = 'text_of_another' and exists (select 1 from copies c where c.capture = ?"
        " and instr(detail, c.id))",
        "delete from copies where capture = ?",
        "delete from rejections where capture = ?",
    ):
        db.execute(sql, [capture_id])


def mark_examined(db: Database, capture_id: str) -> None:
    """Note which rules read a capture."""
    db.execute("update captures set examined = ? where id = ?", [rules_version(), capture_id])


def reject(db: Database, capture: str, part: int, title: str | None, reason: str, detail: str, chars: int) -> None:
    """Write a rejection."""
    db.execute("insert into rejections values (?, ?, ?, ?, ?, ?)", [capture, part, title, reason, detail, chars])


def store_findings(db: Database, capture: Capture, examination: Examination, origin: str) -> Outcome:
    """Write the copies and rejections of one capture in one transaction, in place of what it gave before."""
    copies = rejections = problems = 0
    with db.conn:
        forget_findings(db, capture.id)
        for finding in examination.findings:
            folded = fold_text(finding.text)
            identity, candidate = finding.identity, finding.candidate
            if not identity.is_report:
                reject(db, capture.id, candidate.part, candidate.title, identity.reason, identity.detail, len(folded))
                rejections += 1
                continue
            store_copy(db, capture, finding, folded, examination.page.reader, origin)
            copies += 1
            problems += len(finding.problems)
        if not examination.findings:
            reason, detail = (
                ("list_page", "none of the bundle's items is on it") if examination.page.paragraphs else EMPTY
            )
            reject(db, capture.id, 0, examination.page.title, reason, detail, 0)
            rejections += 1
        mark_examined(db, capture.id)
    return Outcome(capture.id, copies, rejections, problems)


def store_copy(db: Database, capture: Capture, finding: Finding, folded: str, reader: str, origin: str) -> None:
    """Write one copy with its text, problems and fingerprints. Its report is settled later."""
    identity, candidate = finding.identity, finding.candidate
    copy_id = f"{capture.id}-{candidate.part}"
    digest = hashlib.sha256(finding.text.encode()).hexdigest()
    db.execute("insert or ignore into texts values (?, ?)", [digest, finding.text])
    db.table("copies").insert(
        {
            "id": copy_id,
            "capture": capture.id,
            "part": candidate.part,
            "source": capture.source,
            "url": capture.url,
            "url_key": url_key(capture.url) if capture.url else None,
            "published_on": candidate.published_on,
            "title_as_shown": candidate.title,
            "title": identity.title,
            "region": identity.region,
            "region_name": identity.region_name,
            "township": identity.township,
            "year": identity.year,
            "title_year": identity.title_year,
            "delivered_on": identity.delivered_on,
            "congress": identity.congress,
            "session": identity.session,
            "speaker": identity.speaker,
            "speaker_post": identity.speaker_post,
            "text_sha256": digest,
            "folded_sha256": hashlib.sha256(folded.encode()).hexdigest(),
            "chars": len(folded),
            "complete": int(identity.complete),
            "lost": finding.lost or None,
            "damage": sum(problem.severity == "major" for problem in finding.problems),
            "reader": reader,
            "origin": origin,
            "evidence": json.dumps(evidence_rows(identity.evidence), ensure_ascii=False),
            "seen_from": capture.fetched_at,
            "seen_until": capture.last_seen_at,
        }
    )
    for problem in finding.problems:
        write_problem(db, copy_id, problem)
    db.conn.executemany("insert into fingerprints values (?, ?)", [(value, copy_id) for value in fingerprint(folded)])
