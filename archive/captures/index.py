"""The index of the captures: rows made from WARC records, made again after a kill or a loss.

One function makes a capture's row from its record, whether the record was just written or is read back years later:
that is why `reindex` gives the same rows.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path, PosixPath
from typing import Any

from sqlite_utils import Database

from archive.captures.warc import (
    NOT_MODIFIED,
    Headers,
    Place,
    Record,
    decode_body,
    digest,
    header_of,
    read_at,
    split_http,
    walk,
)
from archive.database import writing
from archive.errors import BadArgumentsError, DamagedInputError
from archive.home import Home
from archive.schema import TABLES
from archive.unsettled import mark
from archive.urls import url_key

Row = dict[str, Any]

# Our own facts, as extra headers of a record (WARC 1.1 §5 allows them); without them the index could not be made again.
ID, SOURCE, VERDICT, FETCHED = "Baogao-Capture", "Baogao-Source", "Baogao-Verdict", "Baogao-Fetched"
UNKNOWN = "unknown"
# The verdict of a run that broke off (crawler/runs.py).
CRASHED = "crashed"
RUN_TARGET = "urn:baogao:run:"
# A page without an address gets its payload's digest as one.
NO_URL = "urn:sha256:"

CAPTURE_COLUMNS = tuple(TABLES["captures"].columns)
REVISIT_COLUMNS = tuple(TABLES["revisits"].columns)
RUN_COLUMNS = tuple(TABLES["runs"].columns)


@dataclass
class CatchUp:
    """What indexing found: how many rows were new, and the stretches of files that hold no record, in words."""

    captures: int = 0
    revisits: int = 0
    runs: int = 0
    torn: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def utc_now() -> str:
    """The present time as the archive writes it: ISO 8601, UTC, seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_time(text: str) -> str:
    """A date or time as the archive writes it; without a zone it is taken as UTC. Raises BadArgumentsError."""
    try:
        moment = datetime.combine(date.fromisoformat(text), time()) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no date or time: write it as 2025-01-31 or 2025-01-31T09:30:00Z"
        raise BadArgumentsError(message) from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def capture_id(url: str | None, sha256: str, fetched_at: str | None) -> str:
    """A capture's id: it depends on what was captured where and when, on nothing else."""
    return hashlib.sha256(f"{url or ''}\n{sha256}\n{fetched_at or ''}".encode()).hexdigest()[:16]


def payload_of(record: Record) -> tuple[bytes, bool]:
    """The payload of a capture's record, and whether its content encoding could be undone.

    Where it could not, the payload is the bytes as they came.
    """
    headers, body = http_of(record)
    try:
        return decode_body(body, headers), True
    except DamagedInputError:
        return body, False


def http_of(record: Record) -> tuple[Headers, bytes]:
    """HTTP headers and body of a record as transferred; a resource has only its content type."""
    if record.kind == "resource":
        return [("Content-Type", record.get("Content-Type") or "")], record.block
    _, headers, body = split_http(record.block)
    return headers, body


def capture_row(record: Record, file: str, offset: int, length: int) -> Row:
    """The index row of a `response` or `resource` record at a place of a file."""
    target = record.get("WARC-Target-URI") or ""
    url = None if target.startswith(NO_URL) else target
    headers, _ = http_of(record)
    payload, _ = payload_of(record)
    sha256 = hashlib.sha256(payload).hexdigest()
    fetched_at = None if record.get(FETCHED) == UNKNOWN else utc_time(record.get("WARC-Date") or "")
    return {
        "id": capture_id(url, sha256, fetched_at),
        "url": url,
        "url_key": url_key(url) if url else None,
        "fetched_at": fetched_at,
        "last_seen_at": fetched_at,
        "sha256": sha256,
        "bytes": len(payload),
        "content_type": header_of(headers, "Content-Type") or None,
        "status": split_http(record.block)[0] if record.kind == "response" else None,
        "verdict": record.get(VERDICT) or "page",
        "source": record.get(SOURCE),
        "etag": header_of(headers, "ETag"),
        "last_modified": header_of(headers, "Last-Modified"),
        "warc_file": file,
        "warc_offset": offset,
        "warc_length": length,
        "examined": None,
    }


def revisit_row(record: Record, file: str, offset: int, length: int) -> Row:
    """The index row of a `revisit` record that names one of our captures."""
    kind = "not-modified" if record.get("WARC-Profile") == NOT_MODIFIED else "identical-payload"
    return {
        "capture": record.get(ID),
        "seen_at": utc_time(record.get("WARC-Date") or ""),
        "kind": kind,
        "warc_file": file,
        "warc_offset": offset,
        "warc_length": length,
    }


def insert_capture(db: Database, row: Row) -> bool:
    """Put a capture's row into the index; False where it is there already."""
    return insert(db, "captures", CAPTURE_COLUMNS, row)


def insert_revisit(db: Database, row: Row, headers: Headers) -> bool:
    """Put a revisit's row into the index and move its capture's last sighting; False where it is there already."""
    inserted = insert(db, "revisits", REVISIT_COLUMNS, row)
    # The validators of the latest answer are the ones to ask with next time.
    db.execute(
        "update captures set last_seen_at = :seen, etag = coalesce(:etag, etag),"
        " last_modified = coalesce(:modified, last_modified)"
        " where id = :id and (last_seen_at is null or last_seen_at < :seen)",
        {
            "seen": row["seen_at"],
            "etag": header_of(headers, "ETag"),
            "modified": header_of(headers, "Last-Modified"),
            "id": row["capture"],
        },
    )
    mark(db, "seen", [row["capture"]])
    return inserted


def upsert_run(db: Database, row: Row) -> None:
    """Put a run's row into its table, in place of an earlier one; unknown columns are left out."""
    sql = f"insert or replace into runs ({', '.join(RUN_COLUMNS)}) values ({', '.join('?' for _ in RUN_COLUMNS)})"
    db.execute(sql, [row.get(name) for name in RUN_COLUMNS])


def insert(db: Database, table: str, columns: tuple[str, ...], row: Row) -> bool:
    """Insert a row unless its key is there."""
    sql = f"insert or ignore into {table} ({', '.join(columns)}) values ({', '.join('?' for _ in columns)})"
    return db.execute(sql, [row[name] for name in columns]).rowcount == 1


def catch_up(home: Home, db: Database) -> CatchUp:
    """Index the whole records that are in the files but not in the index, after a kill or the loss of the database.

    Cuts off the torn record a killed writer left at the end of a file (nothing points to it). Where the last record of
    a run that was cut off is gone or damaged, its row goes too, so that the page is asked for again. A run that
    crashed, on a full disk say, ended in order, but may have kept a record whose row it could not write. The caller
    holds the home's lock; a file that a child of this run is writing is left alone.
    """
    result = CatchUp()
    ended = dict(db.execute("select id, coalesce(verdict, '') from runs where finished_at is not null").fetchall())
    last = last_places(db)
    for path in files(home):
        verdict = ended.get(path.name.rsplit("-", 1)[0])
        if verdict not in (None, CRASHED) or being_written(path):
            continue
        offset, length = last.get(path.name, (0, 0))
        with writing(db):
            while verdict is None and length and not is_sound(path, offset, length):
                forget_place(db, path, offset, result)
                offset, length = last_places(db, path.name).get(path.name, (0, 0))
            size = path.stat().st_size
            if size <= offset + length:
                continue
            for found in walk(path, offset + length):
                if verdict is not None and found.record is not None and found.record.kind == "metadata":
                    continue  # the run's own record: the last of its file, without a place in the index
                # Nothing sound behind it, in a file whose writer was cut off: whatever the power cut made of it.
                at_end = found.record is None and found.offset + found.length == size
                place = replace(found, torn=True) if at_end and home.shared is None else found
                if place.torn and home.shared is None:
                    os.truncate(path, place.offset)
                index_place(db, path, place, result)
    return result


def last_places(db: Database, name: str | None = None) -> dict[str, tuple[int, int]]:
    """Offset and length of the last indexed record of each WARC file, or of that one."""
    chosen = "where warc_file = :name" if name else ""
    rows = db.execute(
        "select warc_file, max(warc_offset), warc_length from"
        f" (select warc_file, warc_offset, warc_length from captures {chosen}"
        f"  union all select warc_file, warc_offset, warc_length from revisits {chosen}) group by warc_file",
        {"name": name} if name else {},
    )
    return {file: (offset, length) for file, offset, length in rows.fetchall()}


def is_sound(path: Path, offset: int, length: int) -> bool:
    """Whether there is a whole record at a place of a file, with the digest it states."""
    try:
        record = read_at(path, offset, length)
    except DamagedInputError:
        return False
    return record.get("WARC-Block-Digest") == digest(record.block)


def forget_place(db: Database, path: Path, offset: int, result: CatchUp) -> None:
    """Take the rows of a lost record out of the index, with what was read from it."""
    where = "warc_file = ? and warc_offset = ?"
    rows = db.execute(f"select id, url from captures where {where}", [path.name, offset]).fetchall()
    for id, url in rows:
        # What was read from it stays until the next build drops it; the page is asked for again before.
        result.torn.append(f"{path.name}: the last record, capture {id} of {url}, is lost and will be asked for again")
    if not rows:
        result.torn.append(f"{path.name}: the last record, of a page seen again, is lost")
    db.execute(f"delete from captures where {where}", [path.name, offset])
    db.execute(f"delete from revisits where {where}", [path.name, offset])


def reindex(home: Home, db: Database) -> CatchUp:
    """Forget the index and make it again from the files, in one transaction: the same rows as before.

    Which rules last read a capture is no fact of the files; it is kept where the capture comes back.
    """
    result = CatchUp()
    with writing(db):
        db.execute("create temp table was_examined as select id, examined from captures where examined is not null")
        db.execute("delete from captures")
        db.execute("delete from revisits")
        revisits: list[tuple[str, Path, Place]] = []
        for path in files(home):
            for place in walk(path):
                if place.record is not None and place.record.kind == "revisit":
                    # Their block is a few header lines. Applied in the order of time, as they happened.
                    revisits.append((place.record.get("WARC-Date") or "", path, place))
                else:
                    index_place(db, path, place, result)
        for _, path, place in sorted(revisits, key=lambda found: (found[0], found[1].name, found[2].offset)):
            index_place(db, path, place, result)
        db.execute(
            "update captures set examined = (select examined from was_examined w where w.id = captures.id)"
            " where id in (select id from was_examined)"
        )
        db.execute("drop table was_examined")
    return result


def index_place(db: Database, path: Path, place: Place, result: CatchUp) -> None:
    """Put what a stretch of a file holds into the index, or into the list of what it does not hold."""
    record = place.record
    if record is None:
        where = f"{path.name}: {place.length} bytes from byte {place.offset} on"
        if place.torn:
            result.torn.append(f"{where} are a record that was being written when its writer was killed")
        else:
            result.damaged.append(f"{where} hold no readable record: restore the file from a backup")
    elif is_capture(record):
        result.captures += insert_capture(db, capture_row(record, path.name, place.offset, place.length))
    elif record.kind == "revisit" and record.get(ID):
        row = revisit_row(record, path.name, place.offset, place.length)
        result.revisits += insert_revisit(db, row, http_of(record)[0])
    elif record.kind == "metadata" and (record.get("WARC-Target-URI") or "").startswith(RUN_TARGET):
        upsert_run(db, json.loads(record.block))
        result.runs += 1


def is_capture(record: Record) -> bool:
    """Whether a record is one of our captures."""
    return record.kind in ("response", "resource") and record.get(ID) is not None


def files(home: Home) -> list[Path]:
    """The WARC files of a home, in the order of their names."""
    return sorted(home.warc.glob("*.warc.gz"))


def being_written(path: Path) -> bool:
    """Whether another process, or this one, has the file open for writing; nobody here writes elsewhere."""
    if not isinstance(path, PosixPath):
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
