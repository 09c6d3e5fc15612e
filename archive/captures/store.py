"""The captures: WARC files that are the truth, and the index that finds a capture in them.

Every record is on the disk before its index row is committed, so a kill at any moment costs at most the record being
written. A writer makes its own files and never appends to another's.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from archive.captures import foreign
from archive.captures import index as capture_index
from archive.captures.file import WarcFile
from archive.captures.index import FETCHED, ID, NO_URL, RUN_TARGET, SOURCE, UNKNOWN, VERDICT, CatchUp, utc_now, utc_time
from archive.captures.stored import Stored
from archive.captures.verify import verify
from archive.captures.warc import (
    IDENTICAL,
    MAX_PAYLOAD,
    MAX_RECORD,
    NOT_MODIFIED,
    Headers,
    StoredResponse,
    decode_body,
    digest,
    header_of,
    http_block,
    pack,
    read_at,
    record_id,
    split_http,
)
from archive.database import writing
from archive.errors import BadArgumentsError, DamagedInputError, refusal
from archive.home import Home
from archive.model import Capture
from archive.urls import is_fetchable, url_key

COLUMNS = ", ".join(field.name for field in fields(Capture))
WARC_PROFILES = {"not-modified": NOT_MODIFIED, "identical-payload": IDENTICAL}


class CaptureStore:
    """Writes captures to `captures/<stem>-00001.warc.gz` and on, and finds them again.

    No record, no file. `counts` says what this store has written: captures, revisits. The caller holds the home's lock
    where it writes; several stores with different stems may write at once.
    """

    def __init__(self, home: Home, db: Database, stem: str) -> None:
        self.home = home
        self.db = db
        self.stem = stem
        self.counts: Counter[str] = Counter()
        self._warc = WarcFile(home.captures, stem)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file being written. The database stays open; it is the caller's."""
        self._warc.close()

    # ---- writing

    def add_response(
        self,
        url: str,
        fetched_at: str,
        status: int,
        headers: Headers,
        body: bytes,
        source: str | None = None,
        verdict: str = "page",
        http_version: str = "HTTP/1.1",
    ) -> Capture:
        """Keep an HTTP answer, `body` as transferred (content encoding kept, de-chunked).

        Where the same answer was the last of its kind at this URL, that capture is returned and a revisit kept instead.
        Raises MachineError where the disk refuses.
        """
        kept = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
        try:
            payload = decode_body(body, kept)
        except DamagedInputError:
            payload = body
        sha256, fetched_at = hashlib.sha256(payload).hexdigest(), utc_time(fetched_at)
        known = self.newest(url, (verdict,))
        if known and known.sha256 == sha256 and known.status == status and self._points_to_same(known, kept):
            self.add_revisit(known, fetched_at, "identical-payload", status, kept)
            return self.get(known.id) or known
        version = http_version if http_version.startswith("HTTP/1.") else "HTTP/1.1"
        facts = [("WARC-Payload-Digest", digest(body)), (SOURCE, source), (VERDICT, verdict)]
        block = http_block(version, status, kept, body)
        id = capture_index.capture_id(url, sha256, fetched_at)
        return self._add_capture("response", id, url, fetched_at, facts, "application/http; msgtype=response", block)

    def add_resource(
        self, url: str | None, fetched_at: str | None, content_type: str, payload: bytes, source: str | None = None
    ) -> Capture:
        """Keep a page saved by hand; None for an address or a time nobody knows. Adding the same again changes nothing.

        The same bytes seen at the same URL at a later time are kept as a revisit. Raises BadArgumentsError for an
        address that is none, DamagedInputError for more bytes than a record holds, MachineError where the disk refuses.
        """
        if url is not None and not is_fetchable(url):
            raise BadArgumentsError(f"{url!r} is no web address: give one beginning with http:// or https://, or none")
        if len(payload) >= MAX_RECORD:
            raise DamagedInputError(f"{len(payload):,} bytes are more than a record holds ({MAX_RECORD:,}): refused")
        sha256 = hashlib.sha256(payload).hexdigest()
        fetched_at = utc_time(fetched_at) if fetched_at else None
        known = self._last_with(url, sha256)
        if known and (fetched_at is None or known.fetched_at == fetched_at):
            return known
        newest = self.newest(url) if url else known
        if known and newest and newest.id == known.id and (known.fetched_at or "") < (fetched_at or ""):
            self.add_revisit(known, fetched_at or "", "identical-payload")
            return self.get(known.id) or known
        facts = [(SOURCE, source), (VERDICT, "page"), (FETCHED, None if fetched_at else UNKNOWN)]
        target = url or f"{NO_URL}{sha256}"
        id = capture_index.capture_id(url, sha256, fetched_at)
        return self._add_capture("resource", id, target, fetched_at or utc_now(), facts, content_type, payload)

    def add_revisit(
        self, capture: Capture, seen_at: str, kind: str, status: int | None = None, headers: Headers = ()
    ) -> None:
        """Keep that the bytes of `capture` were still there. `kind`: "not-modified" (a 304) or "identical-payload".

        `status` and `headers` are those of the answer that said so. A sighting that is known is not written again.
        """
        seen_at = utc_time(seen_at)
        known = "select 1 from revisits where capture = ? and seen_at = ?"
        if seen_at == capture.fetched_at or self.db.execute(known, [capture.id, seen_at]).fetchone():
            return
        target = capture.url or f"{NO_URL}{capture.sha256}"
        facts = [
            ("WARC-Record-ID", record_id(f"{capture.id} {seen_at}")),
            ("WARC-Date", seen_at),
            ("WARC-Target-URI", target),
            ("WARC-Profile", WARC_PROFILES[kind]),
            ("WARC-Refers-To", record_id(capture.id)),
            ("WARC-Refers-To-Target-URI", target),
            ("WARC-Refers-To-Date", capture.fetched_at),
            ("WARC-Truncated", "length"),
            ("WARC-Payload-Digest", self._payload_digest(capture)),
            (ID, capture.id),
        ]
        block = http_block("HTTP/1.1", status, headers, b"") if status else b""
        packed = pack("revisit", facts, "application/http; msgtype=response", block)
        name, offset, length = self._warc.append(packed, seen_at)
        row: capture_index.Row = {"capture": capture.id, "seen_at": seen_at, "kind": kind}
        row |= {"warc_file": name, "warc_offset": offset, "warc_length": length}
        with self._commit():
            capture_index.insert_revisit(self.db, row, headers)
        self.counts["revisits"] += 1

    def add_run(self, run: Mapping[str, Any]) -> None:
        """Keep the row of a run that has ended: a WARC `metadata` record, and the table `runs`."""
        row = {name: run.get(name) for name in capture_index.RUN_COLUMNS}
        when = row["finished_at"] or utc_now()
        facts = [
            ("WARC-Record-ID", record_id(f"run {row['id']}")),
            ("WARC-Date", when),
            ("WARC-Target-URI", f"{RUN_TARGET}{row['id']}"),
        ]
        block = json.dumps(row, ensure_ascii=False).encode()
        self._warc.append(pack("metadata", facts, "application/json", block), when)
        with self._commit():
            capture_index.upsert_run(self.db, row)

    def import_warc(self, path: Path, find_source: Callable[[str], str | None] = lambda url: None) -> Iterator[Capture]:
        """Copy the documents of another crawler's WARC, ARC or WACZ file, with their dates; yields each capture.

        Copied are successful answers and resources that are HTML, PDF, text or office files, and revisits of them.
        `find_source` gives the source of a URL. Raises DamagedInputError where the file cannot be read on; what was
        yielded before is kept.
        """
        for found in foreign.documents(path):
            source = find_source(found.url)
            if found.status is None:
                yield self.add_resource(found.url, found.fetched_at, found.content_type, found.body, source)
            else:
                yield self.add_response(
                    found.url, found.fetched_at, found.status, found.headers, found.body, source, "page", found.version
                )

    # ---- finding

    def get(self, id: str) -> Capture | None:
        """The capture with this id, None where there is none."""
        return self._one("where id = ?", [id])

    def find(self, id: str) -> Capture:
        """The capture with this id. Raises DamagedInputError where there is none."""
        if capture := self.get(id):
            return capture
        raise DamagedInputError(f"no capture is called {id!r} in {self.home.database}: run `baogao reindex`")

    def newest(self, url: str, verdicts: Sequence[str] = ()) -> Capture | None:
        """The latest capture of exactly this URL, of those verdicts only where some are given."""
        chosen = f" and verdict in ({', '.join('?' for _ in verdicts)})" if verdicts else ""
        where = f"where url_key = ? and url = ?{chosen} order by fetched_at is null, fetched_at desc, id limit 1"
        return self._one(where, [url_key(url), url, *verdicts])

    def received_since(self, capture: Capture, time: str) -> bool:
        """Whether the bytes of a capture came at `time` or later: when it was made, or when the same came again."""
        sql = "select max(seen_at) from revisits where capture = ? and kind = 'identical-payload'"
        last = self.db.execute(sql, [capture.id]).fetchone()[0]
        return max(capture.fetched_at or "", last or "") >= time

    def payload(self, capture: Capture, limit: int = MAX_PAYLOAD) -> bytes:
        """The payload, content encoding undone.

        Raises DamagedInputError where the record is damaged, the encoding cannot be undone, or it unpacks to more than
        `limit` bytes.
        """
        return self.stored(capture).read(limit)

    def stored(self, capture: Capture) -> Stored:
        """Where the payload of a capture is."""
        place = (capture.warc_file, capture.warc_offset, capture.warc_length)
        return Stored(str(self.home.warc), *place, capture.id, capture.url)

    def response(self, capture: Capture) -> StoredResponse:
        """The HTTP answer of a capture, for a cache to give again. A resource answers 200 with its content type."""
        record = read_at(self.home.warc / capture.warc_file, capture.warc_offset, capture.warc_length)
        status = split_http(record.block)[0] if record.kind == "response" else 200
        headers, body = capture_index.http_of(record)
        return StoredResponse(status or 200, headers, body)

    # ---- the whole index

    def catch_up(self) -> CatchUp:
        """Index what the files hold and the index does not: capture_index.catch_up."""
        return capture_index.catch_up(self.home, self.db)

    def reindex(self) -> CatchUp:
        """Make the index anew from the files: capture_index.reindex."""
        return capture_index.reindex(self.home, self.db)

    def verify(self) -> Iterator[str]:
        """Check every digest; yields one line a problem: archive.captures.verify."""
        return verify(self.home, self.db)

    # ---- inside

    def _one(self, where: str, parameters: Sequence[str]) -> Capture | None:
        row = self.db.execute(f"select {COLUMNS} from captures {where}", parameters).fetchone()
        return Capture(*row) if row else None

    def _last_with(self, url: str | None, sha256: str) -> Capture | None:
        """The latest capture of these bytes at this URL, or of these bytes without a URL."""
        return self._one(
            "where sha256 = ? and url is ? and verdict = 'page' order by fetched_at is null, fetched_at desc limit 1",
            [sha256, url],  # type: ignore[list-item]
        )

    def _points_to_same(self, known: Capture, headers: Headers) -> bool:
        """Whether an answer redirects to where `known` does: redirects have the same bytes wherever they point."""
        location = header_of(headers, "Location")
        if not location and known.verdict != "redirect":
            return True
        return header_of(self.response(known).headers, "Location") == location

    def _payload_digest(self, capture: Capture) -> str:
        """The payload digest a capture's own record states: of the bytes as transferred."""
        record = read_at(self.home.warc / capture.warc_file, capture.warc_offset, capture.warc_length)
        return record.get("WARC-Payload-Digest") or digest(capture_index.http_of(record)[1])

    def _add_capture(
        self,
        kind: str,
        id: str,
        target: str,
        when: str,
        facts: Sequence[tuple[str, str | None]],
        content_type: str,
        block: bytes,
    ) -> Capture:
        """Write a capture's record, then its row. The row is made from the record, as `reindex` will."""
        if known := self.get(id):
            return known
        named = [
            ("WARC-Record-ID", record_id(id)),
            ("WARC-Date", when),
            ("WARC-Target-URI", target),
            *facts,
            (ID, id),
        ]
        packed = pack(kind, named, content_type, block)
        name, offset, length = self._warc.append(packed, when)
        row = capture_index.capture_row(
            capture_index.Record(kind, headers_of(named, content_type), block), name, offset, length
        )
        with self._commit():
            capture_index.insert_capture(self.db, row)
        self.counts["captures"] += 1
        return Capture(**{field.name: row[field.name] for field in fields(Capture)})

    @contextmanager
    def _commit(self) -> Iterator[None]:
        """One committed transaction. Raises MachineError where the database cannot be written."""
        try:
            with writing(self.db):
                yield
        except sqlite3.OperationalError as error:
            raise refusal(self.home.database, error) from error


def headers_of(named: Sequence[tuple[str, str | None]], content_type: str) -> dict[str, str]:
    """The headers of a record about to be written as a reader will find them."""
    found = {name.lower(): value for name, value in named if value is not None}
    return found | {"content-type": content_type}
