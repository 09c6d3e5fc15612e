"""WARC files and their index: what is kept, found again, survives kills, and is made anew from the files alone."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import brotli
import pytest
from sqlite_utils import Database
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.captures import CaptureStore
from archive.captures.file import WarcFile
from archive.captures.warc import decode_body
from archive.database import open_archive
from archive.errors import BadArgumentsError, DamagedInputError, MachineError
from archive.home import Home

URL = "http://www.jiazi.example/zfgzbg/2024.html"
AT = "2026-01-15T09:30:00Z"
LATER = "2026-01-16T09:30:00Z"
LATEST = "2026-01-17T09:30:00Z"
HTML = [("Content-Type", "text/html; charset=utf-8"), ("ETag", '"1"')]
BODY = "<p>甲子区政府工作报告</p>".encode()


@pytest.fixture
def db(home: Home) -> Iterator[Database]:
    db = open_archive(home)
    yield db
    db.close()


@pytest.fixture
def store(home: Home, db: Database) -> Iterator[CaptureStore]:
    with CaptureStore(home, db, "jiazi-20260115T093000Z") as store:
        yield store


def warc_files(home: Home) -> list[Path]:
    return sorted(home.captures.iterdir())


def dump(db: Database) -> dict[str, list[dict]]:
    return {table: list(db.query(f"select * from {table} order by 1, 2")) for table in ("captures", "revisits", "runs")}


def fill(store: CaptureStore) -> None:
    """Some of everything."""
    first = store.add_response(URL, AT, 200, HTML, BODY, "jiazi")
    store.add_response(URL, LATER, 200, HTML, BODY, "jiazi")
    newer = [("ETag", '"2"')]
    store.add_revisit(first, LATEST, "not-modified", 304, newer)
    packed = gzip.compress(BODY + b"x")
    store.add_response(f"{URL}?p=2", AT, 200, [*HTML, ("Content-Encoding", "gzip")], packed, "jiazi")
    store.add_response(f"{URL}?gone", AT, 404, [], b"", "jiazi", "not_found")
    store.add_resource(None, None, "text/plain", BODY)
    store.add_resource(f"{URL}?hand", "2020-02-03", "text/html", BODY, "jiazi")
    store.add_run({"id": "jiazi-1", "source": "jiazi", "started_at": AT, "finished_at": LATER, "verdict": "ok"})


def test_no_record_no_file(home: Home, store: CaptureStore) -> None:
    assert store.newest(URL) is None
    store.close()
    assert warc_files(home) == []


def test_a_response_is_kept_as_it_came(home: Home, store: CaptureStore, db: Database) -> None:
    packed = gzip.compress(BODY)
    headers = [
        ("Content-Type", "text/html"),
        ("Content-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("Content-Disposition", "attachment; filename=\xb1\xa8.html"),
    ]
    capture = store.add_response(URL, AT, 200, headers, packed, "jiazi", "page", "HTTP/1.0")
    sha256 = hashlib.sha256(BODY).hexdigest()
    assert capture.sha256 == sha256
    assert capture.id == hashlib.sha256(f"{URL}\n{sha256}\n{AT}".encode()).hexdigest()[:16]
    assert store.payload(capture) == BODY
    again = store.response(capture)
    assert (again.status, again.body) == (200, packed)
    assert again.headers == [pair for pair in headers if pair[0] != "Transfer-Encoding"]
    assert store.get(capture.id) == capture == store.find(capture.id)
    with warc_files(home)[0].open("rb") as file:
        records = ArchiveIterator(file, check_digests="raise")
        info, record = ((found, found.content_stream().read()) for found in records)
    assert info[0].rec_type == "warcinfo"
    assert record[1] == BODY
    assert record[0].rec_headers.get("WARC-Target-URI") == URL
    assert record[0].rec_headers.get("WARC-Date") == AT
    assert db.table("captures").count == 1


def test_the_same_again_is_a_revisit(store: CaptureStore, db: Database) -> None:
    first = store.add_response(URL, AT, 200, HTML, BODY)
    again = store.add_response(URL, LATER, 200, [("ETag", '"2"')], gzip_of(BODY), verdict="page")
    assert again.id == first.id
    packed = store.add_response(URL, LATER, 200, [("Content-Encoding", "gzip")], gzip.compress(BODY))
    assert packed.id == first.id
    assert packed.last_seen_at == LATER
    assert store.counts == {"captures": 1, "revisits": 1}
    assert db.table("revisits").count == 1


def gzip_of(body: bytes) -> bytes:
    """The body itself: some servers say gzip and send plain bytes, and the other way round."""
    return body


def test_what_came_back_is_a_new_capture(store: CaptureStore) -> None:
    ids = {
        store.add_response(URL, when, 200, HTML, body).id
        for when, body in ((AT, BODY), (LATER, b"other"), (LATEST, BODY))
    }
    assert len(ids) == 3


def test_an_error_does_not_hide_the_page(store: CaptureStore) -> None:
    page = store.add_response(URL, AT, 200, HTML, BODY)
    store.add_response(URL, LATER, 503, [], b"busy", verdict="server_error")
    assert store.add_response(URL, LATEST, 200, HTML, BODY).id == page.id
    newest = store.newest(URL, ("page",))
    assert newest is not None
    assert newest.id == page.id


def test_redirects_differ_by_where_they_point(store: CaptureStore) -> None:
    one = store.add_response(URL, AT, 301, [("Location", "/a")], b"", verdict="redirect")
    assert store.add_response(URL, LATER, 301, [("Location", "/a")], b"", verdict="redirect").id == one.id
    assert store.add_response(URL, LATEST, 301, [("Location", "/b")], b"", verdict="redirect").id != one.id


def test_a_304_moves_the_last_sighting_and_the_validators(store: CaptureStore) -> None:
    capture = store.add_response(URL, AT, 200, HTML, BODY)
    store.add_revisit(capture, LATER, "not-modified", 304, [("ETag", '"9"')])
    store.add_revisit(capture, LATER, "not-modified", 304, [("ETag", '"9"')])
    found = store.find(capture.id)
    assert (found.last_seen_at, found.etag, found.fetched_at) == (LATER, '"9"', AT)
    assert store.counts["revisits"] == 1


def test_a_page_saved_by_hand(store: CaptureStore, db: Database) -> None:
    unknown = store.add_resource(None, None, "text/plain", BODY)
    assert (unknown.url, unknown.fetched_at, unknown.status) == (None, None, None)
    assert store.add_resource(None, None, "text/plain", BODY) == unknown
    dated = store.add_resource(URL, "2020-02-03", "text/html", BODY, "jiazi")
    assert dated.fetched_at == "2020-02-03T00:00:00Z"
    assert store.add_resource(URL, None, "text/html", BODY) == dated
    assert store.add_resource(URL, "2020-02-03T00:00:00Z", "text/html", BODY) == dated
    later = store.add_resource(URL, "2021-02-03T08:00:00+08:00", "text/html", BODY)
    assert (later.id, later.last_seen_at) == (dated.id, "2021-02-03T00:00:00Z")
    earlier = store.add_resource(URL, "2019-01-01", "text/html", BODY)
    assert earlier.id != dated.id
    assert store.payload(unknown) == BODY
    assert store.response(dated).headers == [("Content-Type", "text/html")]
    assert db.table("captures").count == 3


@pytest.mark.parametrize("url", ["", "x.html", "javascript:alert(1)", "file:///etc/passwd"])
def test_an_address_that_is_none(store: CaptureStore, url: str) -> None:
    with pytest.raises(BadArgumentsError, match="no web address"):
        store.add_resource(url, None, "text/html", BODY)
    with pytest.raises(BadArgumentsError, match="no date or time"):
        store.add_resource(URL, "last week", "text/html", BODY)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("gzip", gzip.compress(BODY[:5], mtime=0) + gzip.compress(BODY[5:], mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", BODY),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY, wbits=-15)),
        ("br", brotli.compress(BODY)),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY), mtime=0)),
        ("identity", BODY),
    ],
)
def test_content_encodings(encoding: str, packed: bytes) -> None:
    assert decode_body(packed, [("content-encoding", encoding)]) == BODY


def test_a_bomb_is_kept_and_never_unpacked(store: CaptureStore) -> None:
    bomb = gzip.compress(bytes(101 * 1024 * 1024), 1)
    capture = store.add_response(URL, AT, 200, [("Content-Encoding", "gzip")], bomb, verdict="damaged")
    with pytest.raises(DamagedInputError, match="unpacks to more than"):
        store.payload(capture)
    assert store.response(capture).body == bomb
    small = store.add_response(f"{URL}?s", AT, 200, [("Content-Encoding", "br")], brotli.compress(bytes(20_000_000)))
    with pytest.raises(DamagedInputError):
        store.payload(small, limit=1_000_000)


def test_encodings_nobody_knows(store: CaptureStore) -> None:
    for number, encoding in enumerate(("zstd", "br", "deflate")):
        capture = store.add_response(f"{URL}?{number}", AT, 200, [("Content-Encoding", encoding)], b"\xff\xfe\xfd")
        with pytest.raises(DamagedInputError):
            store.payload(capture)


def test_reindex_gives_the_same_rows(home: Home, store: CaptureStore, db: Database) -> None:
    fill(store)
    db.execute("update captures set examined = 'v1' where url is null")
    before = dump(db)
    assert before["captures"]
    found = store.reindex()
    assert (found.captures, found.revisits, found.runs) == (5, 2, 1)
    assert not found.torn
    assert not found.damaged
    assert dump(db) == before
    other = Database(memory=True)
    other.close()
    home.database.unlink()
    fresh = open_archive(home)
    CaptureStore(home, fresh, "read-only").reindex()
    fresh.execute("update captures set examined = 'v1' where url is null")
    assert dump(fresh) == before
    fresh.close()


def test_catch_up_after_a_lost_database(home: Home, store: CaptureStore, db: Database) -> None:
    fill(store)
    before = dump(db)
    store.close()
    for table in ("captures", "revisits", "runs"):
        db.execute(f"delete from {table}")
    assert CaptureStore(home, db, "read-only").catch_up().captures == 5
    assert dump(db) == before
    assert CaptureStore(home, db, "read-only").catch_up().captures == 0


def test_what_a_full_disk_kept_out_of_the_index_is_found(home: Home, store: CaptureStore, db: Database) -> None:
    """The record is in its file, its row could not be written, and the run ended in order, as crashed."""
    store.add_response(URL, AT, 200, HTML, BODY, "jiazi")
    last = store.add_response(f"{URL}?p=2", AT, 200, HTML, BODY + b"x", "jiazi")
    run = {"id": "jiazi-20260115T093000Z", "source": "jiazi", "started_at": AT, "finished_at": LATER}
    store.add_run(run | {"verdict": "crashed"})
    before = dump(db)
    store.close()
    db.execute("delete from captures where id = ?", [last.id])
    reader = CaptureStore(home, db, "read-only")
    assert list(reader.verify()) != []
    found = reader.catch_up()
    assert (found.captures, found.runs, found.torn, found.damaged) == (1, 0, [], [])
    assert dump(db) == before
    assert list(reader.verify()) == []
    assert reader.catch_up().captures == 0


def test_a_kill_at_any_byte_costs_at_most_one_record(tmp_path: Path) -> None:
    """The file as a kill leaves it: every whole record is indexed, the torn one is cut off, nothing else changes."""
    home = Home(tmp_path / "whole").prepare()
    db = open_archive(home)
    with CaptureStore(home, db, "a") as store:
        fill(store)
    whole = warc_files(home)[0].read_bytes()
    ends = [row["warc_offset"] + row["warc_length"] for row in db.query("select * from captures order by warc_offset")]
    db.close()
    cuts = random.Random(7).sample(range(len(whole)), 25)
    for number, cut in enumerate([*cuts, 0, ends[0], len(whole) - 1]):
        other = Home(tmp_path / str(number)).prepare()
        (other.captures / "a-00001.warc.gz").write_bytes(whole[:cut])
        db = open_archive(other)
        with CaptureStore(other, db, "a") as store:
            found = store.catch_up()
            assert found.captures == sum(end <= cut for end in ends)
            assert not found.damaged
            assert list(store.verify()) == []
            assert store.catch_up().torn == []
            store.add_response(f"{URL}?after", AT, 200, HTML, BODY)
            assert [path.name for path in warc_files(other)] == ["a-00001.warc.gz", "a-00002.warc.gz"]
        db.close()


def test_a_file_being_written_is_left_alone(home: Home, store: CaptureStore, db: Database) -> None:
    store.add_response(URL, AT, 200, HTML, BODY)
    path = warc_files(home)[0]
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(whole[:100])
    assert CaptureStore(home, db, "other").catch_up().torn == []
    store.close()
    assert len(CaptureStore(home, db, "other").catch_up().torn) == 1
    assert path.read_bytes() == whole


def test_damage_in_the_middle_costs_what_it_hits(home: Home, store: CaptureStore, db: Database) -> None:
    fill(store)
    store.close()
    path = warc_files(home)[0]
    rows = list(db.query("select * from captures order by warc_offset"))
    data = bytearray(path.read_bytes())
    hit = rows[1]["warc_offset"]
    data[hit + 40] ^= 0xFF
    path.write_bytes(data)
    reader = CaptureStore(home, db, "read-only")
    problems = list(reader.verify())
    assert len(problems) == 1
    assert f"at byte {hit}" in problems[0]
    with pytest.raises(DamagedInputError, match="restore the file"):
        reader.payload(reader.find(rows[1]["id"]))
    found = reader.reindex()
    assert found.captures == 4
    assert len(found.damaged) == 1


def test_verify_sees_a_row_that_lies(store: CaptureStore, db: Database) -> None:
    fill(store)
    assert list(store.verify()) == []
    db.execute("update captures set sha256 = 'x' where url is null")
    assert len(list(store.verify())) == 1
    db.execute("delete from captures where url is null")
    assert "not in the index" in next(store.verify())
    db.execute("update captures set warc_offset = 1 where status = 404")
    assert any("is not there" in line for line in store.verify())


def test_no_disk_is_one_line(home: Home, store: CaptureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.add_response(URL, AT, 200, HTML, BODY)
    size = warc_files(home)[0].stat().st_size

    def full(self: WarcFile, packed: bytes) -> None:
        assert self._file is not None
        self._file.write(packed[:50])
        self._file.flush()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(WarcFile, "_write", full)
        with pytest.raises(MachineError, match="No space left"):
            store.add_response(f"{URL}?2", AT, 200, HTML, BODY)
    assert warc_files(home)[0].stat().st_size == size
    store.add_response(f"{URL}?2", AT, 200, HTML, BODY)
    assert len(warc_files(home)) == 2
    assert list(store.verify()) == []


def test_files_have_an_end(home: Home, store: CaptureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.captures.file.MAX_FILE", 3000)
    for number in range(6):
        store.add_response(f"{URL}?{number}", AT, 200, HTML, os.urandom(600))
    assert len(warc_files(home)) == 3
    assert list(store.verify()) == []


# ---- other crawlers' files


def foreign_warc(*, gzipped: bool = True) -> bytes:
    """What a crawler of somebody else writes: pages and pictures, chunks, a revisit, an error."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=gzipped)
    date = "2024-03-01T08:00:00Z"

    def answer(url: str, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
        facts = {"WARC-Date": date}
        writer.write_record(
            writer.create_warc_record(url, "response", BytesIO(body), len(body), "", facts, http_headers=http)
        )

    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "other"}))
    answer(URL, "200 OK", [("Content-Type", "text/html")], BODY)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    answer(f"{URL}?c", "200 OK", [("Content-Type", "text/html"), ("Transfer-Encoding", "chunked")], chunks)
    answer("http://a.example/s.css", "200 OK", [("Content-Type", "text/css")], b"p {}")
    answer("http://a.example/i.png", "200 OK", [("Content-Type", "image/png")], b"\x89PNG")
    answer("http://a.example/404", "404 Not Found", [("Content-Type", "text/html")], b"no")
    answer("http://a.example/r", "200 OK", [("Content-Type", "application/octet-stream")], b"%PDF-1.4")
    record = writer.create_warc_record(
        "http://a.example/hand.txt", "resource", BytesIO(BODY), len(BODY), "text/plain", {"WARC-Date": date}
    )
    writer.write_record(record)
    payload = record.rec_headers.get("WARC-Payload-Digest")
    revisit = writer.create_revisit_record(URL, payload, URL, date, warc_headers_dict={"WARC-Date": LATER})
    writer.write_record(revisit)
    return out.getvalue()


def wacz(warc: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.warc.gz", warc)
        archive.writestr("datapackage.json", "{}")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["warc.gz", "warc", "whole.gz", "wacz"])
def test_another_crawlers_file(home: Home, store: CaptureStore, db: Database, tmp_path: Path, kind: str) -> None:
    plain, packed = foreign_warc(gzipped=False), foreign_warc()
    path = tmp_path / f"x.{kind}"
    path.write_bytes({"warc.gz": packed, "warc": plain, "whole.gz": gzip.compress(plain), "wacz": wacz(packed)}[kind])
    captures = list(store.import_warc(path, lambda url: "jiazi" if "jiazi" in url else None))
    assert len(captures) == 5
    urls = {capture.url: capture for capture in captures}
    assert set(urls) == {URL, f"{URL}?c", "http://a.example/r", "http://a.example/hand.txt"}
    assert urls[URL].fetched_at == "2024-03-01T08:00:00Z"
    assert (urls[URL].last_seen_at, urls[URL].source) == (LATER, "jiazi")
    assert store.payload(urls[f"{URL}?c"]) == BODY
    assert urls["http://a.example/hand.txt"].status is None
    before = dump(db)
    assert len(list(store.import_warc(path))) == 5
    assert dump(db) == before


def test_files_that_are_none(store: CaptureStore, tmp_path: Path) -> None:
    whole, plain = foreign_warc(), foreign_warc(gzipped=False)
    endless = gzip.compress(b"WARC/1.0\r\nX: " + b"a" * 20_000_000)
    for name, data in (
        ("empty.zip", wacz(b"")[:40]),
        ("noise", random.Random(1).randbytes(5000)),
        ("html", b"<html>" * 100),
        ("cut.warc.gz", whole[: len(whole) // 2]),
        ("cut.warc", plain[: plain.rindex(BODY) + 9]),
        ("nothing.warc", b""),
        ("endless.warc.gz", endless),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(DamagedInputError, match=name):
            list(store.import_warc(path))
    assert store.newest(URL) is not None
