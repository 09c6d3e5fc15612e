"""Do the rows say what the captures gave? Copies, rejections, texts and reports, each against what it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from sqlite_utils import Database

from archive.errors import UnreadableError
from archive.ingest import Ingester
from archive.rules import rules_version

# What no sound archive has, as a query whose rows are (what, which one), and how it is mended.
CONTRADICTIONS: Mapping[str, str] = {
    "a copy of a capture that is not in the index": (
        "select id, capture from copies where capture not in (select id from captures)"
    ),
    "a rejection of a capture that is not in the index": (
        "select capture || '-' || part, capture from rejections where capture not in (select id from captures)"
    ),
    "a copy that names another address, time or source than its capture": (
        "select c.id, c.url from copies c join captures p on p.id = c.capture"
        " where c.url is not p.url or c.source is not p.source or c.id <> c.capture || '-' || c.part"
    ),
    "a copy whose text is not kept": (
        "select id, text_sha256 from copies where text_sha256 not in (select sha256 from texts)"
    ),
    "a copy without a report": "select id, 'it waits to be settled' from copies where report is null",
    "a copy of a report that is not there": (
        "select id, report from copies where report is not null and report not in (select id from reports)"
    ),
    "a report whose text is not kept": (
        "select id, text_sha256 from reports where text_sha256 not in (select sha256 from texts)"
    ),
    "a report without its best copy": (
        "select r.id, r.best_copy from reports r"
        " where not exists (select 1 from copies c where c.id = r.best_copy and c.report = r.id)"
    ),
    "a report that counts its copies wrongly": (
        "select id, copies from reports r where copies <> (select count(*) from copies c where c.report = r.id)"
    ),
    "a page that was read and left no row": (
        "select id, url from captures p where verdict = 'page' and examined is not null"
        " and not exists (select 1 from copies where capture = p.id)"
        " and not exists (select 1 from rejections where capture = p.id)"
    ),
    "a paragraph beyond the end of its report": (
        "select p.report, p.n from paragraphs p join reports r on r.id = p.report"
        " join texts t on t.sha256 = r.text_sha256 where p.start + p.length > length(t.text)"
    ),
    "a revisit of a capture that is not in the index": (
        "select capture, seen_at from revisits where capture not in (select id from captures)"
    ),
}
MEND = "run `baogao build`"


def check_rows(db: Database) -> Iterator[str]:
    """One line for each row that contradicts what it rests on; nothing where all is well."""
    for (said,) in db.execute("pragma integrity_check(3)").fetchall():
        if said != "ok":
            yield f"archive.db: {said}; move it away, then `baogao reindex` and `baogao build`"
    for what, sql in CONTRADICTIONS.items():
        for one, more in db.execute(sql).fetchall():
            yield f"{one}: {what} ({more}); {MEND}"
    for digest, text in db.execute("select sha256, text from texts"):
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            yield f"text {digest}: its digest is another; {MEND}"


def check_readings(ingester: Ingester) -> Iterator[str]:
    """Read every capture again, and say where its rows are not what these rules make of it."""
    db = ingester.db
    sql = "select id from captures where verdict = 'page' and examined = ? order by warc_file, warc_offset"
    ids = [id for (id,) in db.execute(sql, [rules_version()]).fetchall()]
    for capture, found in ingester.examine_many(ids):
        rows = db.execute("select text_sha256 from copies where capture = ? order by part", [capture.id]).fetchall()
        if isinstance(found, UnreadableError):
            now = []
        else:
            now = [finding.text_sha256 for finding in found.findings if finding.identity.is_report]
        if [digest for (digest,) in rows] != now:
            yield f"capture {capture.id} ({capture.url}): it gives {len(now)} texts that its rows do not have; {MEND}"
