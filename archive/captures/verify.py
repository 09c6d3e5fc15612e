"""Every record read again, every digest computed again: do the files still hold what the index says?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from archive.captures.index import ID, Row, capture_row, files, http_of, is_capture
from archive.captures.warc import Place, digest, walk
from archive.home import Home


def verify(home: Home, db: Database) -> Iterator[str]:
    """Read every record again and compute every digest again. Yields one line a problem; nothing where all is well."""
    wanted = {
        (row["warc_file"], row["warc_offset"]): row
        for row in db.query("select id, sha256, bytes, warc_file, warc_offset, warc_length from captures")
    }
    wanted |= {
        (row["warc_file"], row["warc_offset"]): row
        for row in db.query("select capture, seen_at, warc_file, warc_offset, warc_length from revisits")
    }
    indexed = {row["id"] for row in wanted.values() if "id" in row}
    for path in files(home):
        for place in walk(path):
            row = wanted.pop((path.name, place.offset), None)
            for fault in faults(place, row, indexed):
                yield f"{path.name} at byte {place.offset}: {fault}"
    for (name, offset), row in sorted(wanted.items()):
        yield f"{name} at byte {offset}: the record of capture {row.get('id') or row['capture']} is not there"


def faults(place: Place, row: Row | None, indexed: set[str]) -> Iterator[str]:
    """What is wrong with a stretch of a file and its row, one line each; `indexed` are the ids in the index."""
    record = place.record
    if record is None:
        if row is not None or place.damaged:
            yield f"{place.length} bytes hold no readable record; restore the file from a backup"
        return
    if (block := record.get("WARC-Block-Digest")) and block != digest(record.block):
        yield f"the digest of the record is not {block}; restore the file from a backup"
    if not is_capture(record):
        if row is None and record.kind == "revisit" and record.get(ID):
            yield "a revisit that is not in the index; run `baogao reindex`"
        return
    if (said := record.get("WARC-Payload-Digest")) and said != digest(http_of(record)[1]):
        yield f"the digest of the payload is not {said}; restore the file from a backup"
    found = capture_row(record, "", place.offset, place.length)
    if found["id"] != record.get(ID):
        yield f"the record says it is capture {record.get(ID)}, its contents are those of {found['id']}"
    if row is None:
        # Two sources that captured one page in the same second have two records of one capture.
        if found["id"] in indexed:
            return
        yield f"capture {found['id']} is not in the index; run `baogao reindex`"
    elif any(row.get(name) != found[name] for name in ("id", "sha256", "bytes", "warc_length")):
        yield f"the index says other things of capture {found['id']} than the file; run `baogao reindex`"
