"""Writing what examinations found: copies with their texts, problems and fingerprints; rejections with their reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from archive.corrected import write_overruled
from archive.database import insert_rows, writing
from archive.errors import UnreadableError
from archive.identify import evidence_rows
from archive.kept import KeptFinding, KeptPage
from archive.model import Capture, Problem
from archive.sketches import store_sketch
from archive.sourcefile import Source
from archive.unsettled import mark
from archive.urls import url_key

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


def write_sources(db: Database, sources: Mapping[str, Source]) -> None:
    """The source files as rows."""
    rows = []
    for source in sources.values():
        first, last = source.expect.years or (None, None)
        rows.append(
            {
                "id": source.id,
                "name": source.name,
                "kind": source.kind,
                "region": source.region,
                "platform": source.platform,
                "start": source.start[0],
                "unverified": int(source.unverified),
                "retired": source.state,
                "expect_from": first,
                "expect_until": last if isinstance(last, int) else None,
            }
        )
    with writing(db):
        db.execute("delete from sources")
        db.table("sources").insert_all(rows)


def forget_findings(db: Database, capture_id: str) -> None:
    """Delete what an earlier reading of a capture gave, and mark what is to be settled because of it."""
    rows = db.execute(
        "select id, report, text_sha256, folded_sha256 from copies where capture = ?", [capture_id]
    ).fetchall()
    for copy_id, report, text, folded in rows:
        for kind, id in (("report", report), ("text", text), ("folded", folded)):
            mark(db, kind, [id] if id else [])
        # What is said of other copies because of this one is said again where it still holds.
        speaking = db.execute("select distinct copy from problems where other = ?", [copy_id]).fetchall()
        mark(db, "again", [other for (other,) in speaking])
        db.execute("delete from problems where copy = ? or other = ?", [copy_id, copy_id])
        db.execute("delete from differences where copy = ?", [copy_id])
    db.execute("delete from copies where capture = ?", [capture_id])
    db.execute("delete from rejections where capture = ?", [capture_id])
    db.execute("delete from overruled where capture = ?", [capture_id])


def mark_examined(db: Database, capture_id: str, rules: str) -> None:
    """Note which version of the rules read a capture."""
    db.execute("update captures set examined = ? where id = ?", [rules, capture_id])


def reject(db: Database, capture: str, part: int, title: str | None, reason: str, detail: str, chars: int) -> None:
    """Write a rejection."""
    db.execute("insert into rejections values (?, ?, ?, ?, ?, ?)", [capture, part, title, reason, detail, chars])


def store_unreadable(db: Database, capture: Capture, error: UnreadableError, rules: str) -> Outcome:
    """Write that a capture could not be read, in place of what it gave before."""
    with writing(db):
        forget_findings(db, capture.id)
        reject(db, capture.id, 0, None, "unreadable", f"{error.code}: {error.message}", 0)
        mark_examined(db, capture.id, rules)
    return Outcome(capture.id, rejections=1, unreadable=error.message)


def store_findings(db: Database, capture: Capture, page: KeptPage, origin: str, rules: str) -> Outcome:
    """Write the copies and rejections of one capture in one transaction, in place of what it gave before."""
    copies = rejections = problems = 0
    with writing(db):
        forget_findings(db, capture.id)
        for finding in page.findings:
            write_overruled(db, capture.id, finding.part, finding.overruled)
            identity = finding.identity
            if not identity.is_report:
                reject(db, capture.id, finding.part, finding.title, identity.reason, identity.detail, finding.chars)
                rejections += 1
                continue
            store_copy(db, capture, finding, page.reader, origin)
            copies += 1
            problems += len(finding.problems)
        if page.continues:
            reject(db, capture.id, 0, page.title, "later_page", f"joined to capture {page.continues}", 0)
            rejections += 1
        elif not page.findings:
            reason, detail = ("list_page", "none of the bundle's items is on it") if page.holds_text else EMPTY
            reject(db, capture.id, 0, page.title, reason, detail, 0)
            rejections += 1
        mark_examined(db, capture.id, rules)
    return Outcome(capture.id, copies, rejections, problems)


def store_copy(db: Database, capture: Capture, finding: KeptFinding, reader: str, origin: str) -> None:
    """Write one copy with its text, problems and fingerprint. Its report is settled later."""
    identity = finding.identity
    copy_id = f"{capture.id}-{finding.part}"
    db.execute("insert or ignore into texts values (?, ?)", [finding.text_sha256, finding.text])
    row = {
        "id": copy_id,
        "capture": capture.id,
        "part": finding.part,
        "source": capture.source,
        "url": capture.url,
        "url_key": url_key(capture.url) if capture.url else None,
        "published_on": finding.published_on,
        "title_as_shown": finding.title,
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
        "text_sha256": finding.text_sha256,
        "folded_sha256": finding.folded_sha256,
        "chars": finding.chars,
        "complete": int(identity.complete),
        "lost": finding.lost or None,
        "damage": sum(problem.severity == "major" for problem in finding.problems),
        "reader": reader,
        "origin": origin,
        "evidence": json.dumps(evidence_rows(identity.evidence), ensure_ascii=False),
        "seen_from": capture.fetched_at,
        "seen_until": capture.last_seen_at,
    }
    insert_rows(db, "copies", [row])
    for problem in finding.problems:
        write_problem(db, copy_id, problem)
    store_sketch(db, finding.folded_sha256, finding.hashes)
    mark(db, "copy", [copy_id])


def write_problem(
    db: Database, copy_id: str, problem: Problem, report: str | None = None, other: str | None = None
) -> None:
    """Write one problem of a copy, which belongs to `report` and speaks of the copy `other`; twice is one row."""
    said = [copy_id, problem.code, problem.detail, str(problem.start)]
    problem_id = hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
    place = [problem.code, problem.severity, problem.detail, problem.start, problem.length, other]
    sql = "insert or ignore into problems (id, report, copy, code, severity, detail, start, length, other)"
    db.execute(f"{sql} values (?, ?, ?, ?, ?, ?, ?, ?, ?)", [problem_id, report, copy_id, *place])
