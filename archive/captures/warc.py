"""WARC records: build one, read one, walk the records of a file (ISO 28500), undo a content encoding.

Knows bytes and headers only; which record is a capture and where it is indexed is captures.py's business.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid5

import brotli
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from archive.errors import DamagedInputError

Headers = Sequence[tuple[str, str]]

# No page or attachment of this kind is longer; DESIGN §4 has the same limit for `baogao add`.
MAX_PAYLOAD = 100 * 1024 * 1024
# A record is its payload and a few headers; this only keeps a forged file from filling the memory.
MAX_RECORD = 1024 * 1024 * 1024
CHUNK = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b\x08"

NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

# Record ids are made from what the record holds, so that a revisit can name its capture.
NAMESPACE = UUID("6f1c4c2e-7a0b-5d3e-9b0a-62616f67616f")


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record as read: its type, its headers (lower-case names), its block of bytes."""

    kind: str
    headers: Mapping[str, str]
    block: bytes

    def get(self, name: str) -> str | None:
        """A header of the record, None where it has none; `name` in any case."""
        return self.headers.get(name.lower())


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a WARC file: one record, or bytes that are none.

    `torn` where the file ends within it (a writer was killed), `damaged` where its bytes are wrong; then no record.
    """

    offset: int
    length: int
    record: Record | None
    torn: bool = False

    @property
    def damaged(self) -> bool:
        """Whether these bytes should be a record and are not."""
        return self.record is None and not self.torn


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An HTTP answer as captured: `headers` as sent (but for Transfer-Encoding), `body` still content-encoded."""

    status: int
    headers: Headers
    body: bytes


def digest(data: bytes) -> str:
    """The labelled SHA-256 of `data`, as WARC headers want it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def record_id(name: str) -> str:
    """The record id of what is called `name`: the same name gives the same id."""
    return f"<urn:uuid:{uuid5(NAMESPACE, name)}>"


def pack(kind: str, headers: Iterable[tuple[str, str | None]], content_type: str, block: bytes) -> bytes:
    """One record as a gzip member of its own. Headers whose value is None are left out."""
    given = [(name, value) for name, value in headers if value is not None]
    lines = StatusAndHeaders("", [("WARC-Type", kind), *given], protocol="WARC/1.1")
    if not any(name == "WARC-Block-Digest" for name, _ in given):
        lines.add_header("WARC-Block-Digest", digest(block))
    if kind not in ("warcinfo", "revisit") and not any(name == "WARC-Payload-Digest" for name, _ in given):
        # Without a value here warcio adds a SHA-1.
        lines.add_header("WARC-Payload-Digest", digest(block))
    # The HTTP head goes in as bytes: warcio would rewrite header lines that are not ASCII, and leaves a revisit's block
    # out where it has not parsed one itself; hence it is not told of revisits.
    told = "resource" if kind == "revisit" else kind
    record = ArcWarcRecord("warc", told, lines, BytesIO(block), None, content_type, len(block))
    out = BytesIO()
    WARCWriter(out, gzip=True, warc_version="WARC/1.1").write_record(record)
    return out.getvalue()


def http_block(version: str, status: int, headers: Headers, body: bytes) -> bytes:
    """An HTTP response as bytes; header values are Latin-1, as on the wire."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    head = [f"{version} {status} {phrase}".rstrip()]
    head += [f"{name}: {one_line(value)}" for name, value in headers]
    return "\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body


def one_line(value: str) -> str:
    """A header's value without line breaks, which would end the head early."""
    return " ".join(value.split("\r\n")).replace("\r", " ").replace("\n", " ")


def split_http(block: bytes) -> tuple[int | None, list[tuple[str, str]], bytes]:
    """Status, headers and body of an HTTP response; (None, [], block) where it is none."""
    head, separator, body = block.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    protocol, _, rest = first.partition(" ")
    code = rest[:3]
    if not separator or not protocol.startswith("HTTP/") or not code.isdigit():
        return None, [], block
    headers = [(name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines) if colon]
    return int(code), headers, body


def header_of(headers: Headers, name: str) -> str | None:
    """The first value of a header, its name in any case."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def decode_body(body: bytes, headers: Headers, limit: int = MAX_PAYLOAD) -> bytes:
    """`body` with the content encodings of its headers undone, the last one first.

    A gzip stream that ends too early gives what was there. Raises DamagedInputError for an encoding nobody knows, bytes
    that are not in it, and more than `limit` bytes.
    """
    named = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    for encoding in reversed([word.strip().lower() for word in named.split(",")]):
        if encoding in ("", "identity") or not body:
            continue
        try:
            if encoding in ("gzip", "x-gzip"):
                # Servers that compress files already compressed on disk say gzip and send plain bytes.
                body = inflate(body, 16 + zlib.MAX_WBITS, limit) if body[:2] == GZIP_MAGIC[:2] else body
            elif encoding == "deflate":
                # RFC 9110 §8.4.1.2 wants a zlib wrapper; some servers leave it out.
                wrapped = len(body) > 1 and (body[0] & 15) == 8 and int.from_bytes(body[:2]) % 31 == 0
                body = inflate(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, limit)
            elif encoding == "br":
                body = unbrotli(body, limit)
            else:
                raise DamagedInputError(f"content encoding {encoding!r} is unknown: the bytes are kept as they came")
        except (zlib.error, brotli.error) as error:
            raise DamagedInputError(f"the bytes are not in the content encoding {encoding} ({error})") from error
    return body


def inflate(data: bytes, window: int, limit: int) -> bytes:
    """All members of a deflated stream. Raises zlib.error, and DamagedInputError past `limit` bytes."""
    out = bytearray()
    while data:
        stream = zlib.decompressobj(window)
        while data and not stream.eof:
            out += stream.decompress(data, CHUNK)
            data = stream.unconsumed_tail
            refuse_beyond(limit, len(out))
        data = stream.unused_data if stream.unused_data[:2] == GZIP_MAGIC[:2] and window > zlib.MAX_WBITS else b""
    return bytes(out)


def unbrotli(data: bytes, limit: int) -> bytes:
    """A Brotli stream undone. Raises brotli.error, and DamagedInputError past `limit` bytes."""
    stream = brotli.Decompressor()
    out = bytearray(stream.process(data, output_buffer_limit=CHUNK))
    while not stream.is_finished():
        piece = stream.process(b"", output_buffer_limit=CHUNK)
        if not piece:
            break
        out += piece
        refuse_beyond(limit, len(out))
    return bytes(out)


def refuse_beyond(limit: int, length: int) -> None:
    """Raise DamagedInputError where `length` bytes are more than anyone wants unpacked."""
    if length > limit:
        raise DamagedInputError(f"unpacks to more than {limit:,} bytes: refused")


def read_record(data: bytes) -> Record:
    """The one record of an unpacked gzip member. Raises DamagedInputError."""
    try:
        found = next(iter(ArchiveIterator(BytesIO(data), no_record_parse=True)))
        block = found.raw_stream.read()
    except (StopIteration, ArchiveLoadFailed, StatusAndHeadersParserException, EOFError) as error:
        raise DamagedInputError(f"no WARC record ({error})") from error
    headers = {name.lower(): value for name, value in found.rec_headers.headers}
    declared = headers.get("content-length", "")
    if not declared.isdigit() or int(declared) != len(block):
        raise DamagedInputError("a WARC record whose length is not what it says")
    return Record(found.rec_type or "", headers, block)


def read_at(path: Path, offset: int, length: int) -> Record:
    """The record at a place of a file. Raises DamagedInputError naming file and place."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            packed = file.read(length)
        if len(packed) != length:
            raise DamagedInputError("the file is shorter than that")
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        data = stream.decompress(packed, MAX_RECORD)
        if not stream.eof:
            raise DamagedInputError("the record is cut")
        return read_record(data)
    except (OSError, zlib.error, DamagedInputError) as error:
        raise DamagedInputError(f"{path.name} at byte {offset}: {error}; restore the file from a backup") from error


def walk(path: Path, start: int = 0) -> Iterator[Place]:
    """Every stretch of a WARC file from byte `start` on, in order.

    Damaged bytes are skipped up to the next gzip member that holds a record.
    """
    with path.open("rb") as file:
        offset = start
        size = file.seek(0, 2)
        while offset < size:
            place = read_member(file, offset, size)
            if place.record is None:
                following = next_member(file, offset + 1)
                # Nothing sound behind it: a writer was cut off here, unless the bytes themselves are wrong.
                if following is not None or not place.torn:
                    place = Place(offset, (following or size) - offset, None)
            yield place
            offset = place.offset + place.length


def read_member(file: BinaryIO, offset: int, size: int) -> Place:
    """The gzip member that begins at `offset`; without a record where it is cut or wrong."""
    file.seek(offset)
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    out = bytearray()
    rest = b""
    try:
        while not stream.eof:
            rest = stream.unconsumed_tail or file.read(CHUNK)
            if not rest:
                return Place(offset, size - offset, None, torn=True)
            out += stream.decompress(rest, CHUNK)
            refuse_beyond(MAX_RECORD, len(out))
        length = file.tell() - len(stream.unused_data) - offset
        return Place(offset, length, read_record(bytes(out)))
    except (zlib.error, DamagedInputError):
        return Place(offset, size - offset, None)


def next_member(file: BinaryIO, offset: int) -> int | None:
    """Where the next gzip member that begins like a WARC record is, from `offset` on; None at the end."""
    file.seek(offset)
    held = b""
    while piece := file.read(CHUNK):
        held += piece
        at = held.find(GZIP_MAGIC)
        while at >= 0:
            if begins_record(file, offset + at):
                return offset + at
            at = held.find(GZIP_MAGIC, at + 1)
        keep = len(GZIP_MAGIC) - 1
        offset += len(held) - keep
        held = held[-keep:]
        file.seek(offset + keep)
    return None


def begins_record(file: BinaryIO, offset: int) -> bool:
    """Whether the bytes at `offset` unpack to something that begins like a WARC record."""
    file.seek(offset)
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(file.read(CHUNK), 16).startswith(b"WARC/")
    except zlib.error:
        return False
