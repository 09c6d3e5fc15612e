"""WARC, ARC and WACZ files of other crawlers: the documents in them, as a store can take them over."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.limitreader import LimitReader
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeadersParserException

from archive.captures.index import utc_time
from archive.captures.warc import GZIP_MAGIC, MAX_PAYLOAD, Headers
from archive.errors import BadArgumentsError, DamagedInputError
from archive.urls import is_fetchable

# A record's head is a few hundred bytes; one without an end must not fill the memory.
MAX_HEAD = 1024 * 1024

# Reports come as pages, text, PDF and office files; a crawl's pictures, styles and scripts stay behind.
DOCUMENT_TYPES = re.compile(
    r"text/(?:html|plain|xml|csv|rtf)|application/(?:xhtml\+xml|xml|pdf|x-pdf|rtf|msword|ofd|wps-office.*|kswps"
    r"|vnd\.(?:ms-word|ms-works|ms-excel|openxmlformats-officedocument|oasis\.opendocument).*)",
    re.IGNORECASE,
)
# Types a server gives when it does not know: then the first bytes decide (PDF, OLE2 of .doc, zip of .docx, RTF).
VAGUE_TYPES = re.compile(
    r"|application/(?:octet-stream|x-download|force-download|zip)|binary/octet-stream", re.IGNORECASE
)
DOCUMENT_MAGIC = (b"%PDF", b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"{\\rtf")

UNREADABLE = (
    OSError,
    zlib.error,
    zipfile.BadZipFile,
    # zipfile's for a password and for a compression it does not know.
    RuntimeError,
    NotImplementedError,
    # warcio's: the first two are said, the others are what a record without a target or with half a head ends in.
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    EOFError,
    AttributeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document another crawler captured; `status` is None for one without an HTTP answer. `body` is de-chunked."""

    url: str
    fetched_at: str
    content_type: str
    status: int | None
    version: str
    headers: Headers
    body: bytes


class Rationed:
    """A stream that gives only as many bytes as the record being read can have."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.offset = 0
        self.ration = MAX_HEAD

    def tell(self) -> int:
        """Bytes given so far."""
        return self.offset

    def allow(self, length: int) -> None:
        """Allow the rest of a record of this length and the head of the next."""
        self.ration = max(length, 0) + MAX_HEAD

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes. Raises DamagedInputError where a record is longer than it says."""
        try:
            # One piece at a time: what stands before the place where a gzip file is cut is still given.
            piece = self.stream.read1(size) if isinstance(self.stream, gzip.GzipFile) else self.stream.read(size)
        except EOFError as error:
            # warcio takes an EOFError for the end of a sound file.
            raise DamagedInputError("the file is cut") from error
        self.offset += len(piece)
        self.ration -= len(piece)
        if self.ration < 0:
            raise DamagedInputError("a record is longer than it says")
        return piece


def documents(path: Path) -> Iterator[Document]:
    """The documents of a WARC, ARC or WACZ file, revisits filled in from what they refer to, in file order.

    Raises DamagedInputError, naming the file, where it cannot be read on.
    """
    try:
        if zipfile.is_zipfile(path):
            yield from documents_of_wacz(path)
        else:
            with path.open("rb") as file:
                yield from documents_of_stream(file)
    except DamagedInputError as error:
        raise DamagedInputError(f"{path}: not readable as WARC ({error}); what stands before was taken") from error
    except UNREADABLE as error:
        message = f"{path}: not readable as WARC ({str(error)[:60]!r}); what stands before was taken"
        raise DamagedInputError(message) from error


def documents_of_wacz(path: Path) -> Iterator[Document]:
    """The documents of every WARC file in a WACZ (a zip with `archive/*.warc.gz`)."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if re.search(r"\.warc(?:\.gz)?$", name, re.IGNORECASE)]
        if not names:
            raise DamagedInputError("a zip file without a WARC file in it")
        for name in sorted(names):
            with archive.open(name) as file:
                yield from documents_of_stream(cast("BinaryIO", file))


def documents_of_stream(file: BinaryIO) -> Iterator[Document]:
    """The documents of one WARC or ARC stream, gzipped a record at a time, as a whole, or not at all."""
    packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    with gzip.GzipFile(fileobj=file) if packed else file as plain:
        stream = Rationed(cast("BinaryIO", plain))
        seen: dict[str, Document] = {}
        records = 0
        for record in ArchiveIterator(stream, arc2warc=True):
            length = record.rec_headers.get_header("Content-Length") or "0"
            stream.allow(int(length) if length.isdigit() else 0)
            records += 1
            document = document_of(record, seen)
            if document:
                for name in ("WARC-Record-ID", "WARC-Payload-Digest"):
                    if key := record.rec_headers.get_header(name):
                        seen.setdefault(key, document)
                yield document
        if not records:
            raise DamagedInputError("it holds no record")


def document_of(record: ArcWarcRecord, seen: dict[str, Document]) -> Document | None:
    """The document a record holds or, for a revisit, refers to; None where it holds none."""
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if record.rec_type not in ("response", "resource", "revisit") or not is_fetchable(url):
        return None
    try:
        fetched_at = utc_time(record.rec_headers.get_header("WARC-Date") or "")
    except BadArgumentsError:
        return None
    if record.rec_type == "revisit":
        names = ("WARC-Refers-To", "WARC-Payload-Digest")
        first = next((seen[key] for name in names if (key := record.rec_headers.get_header(name)) in seen), None)
        if first is None:
            return None
        return Document(url, fetched_at, first.content_type, first.status, first.version, first.headers, first.body)
    if record.rec_type == "response" and record.http_headers is None:
        return None
    headers = [(name, value) for name, value in record.http_headers.headers] if record.http_headers else []
    given = record.http_headers.get_header("Content-Type") if record.http_headers else record.content_type
    content_type = (given or "").strip()
    media = content_type.partition(";")[0].strip()
    status = status_of(record)
    if record.http_headers and (status is None or not 200 <= status < 300 or status == 206):
        return None
    if not DOCUMENT_TYPES.fullmatch(media) and not VAGUE_TYPES.fullmatch(media):
        return None
    body = body_of(record)
    if body is None or (not DOCUMENT_TYPES.fullmatch(media) and not body.startswith(DOCUMENT_MAGIC)):
        return None
    version = record.http_headers.protocol if record.http_headers else ""
    return Document(url, fetched_at, content_type, status, version, headers, body)


def status_of(record: ArcWarcRecord) -> int | None:
    """The HTTP status of a record, None where it has none."""
    code = record.http_headers.get_statuscode() if record.http_headers else ""
    return int(code) if code.isdigit() else None


def body_of(record: ArcWarcRecord) -> bytes | None:
    """The body as transferred, without chunks; None where it is longer than a document may be."""
    chunked = record.http_headers and "chunked" in (record.http_headers.get_header("Transfer-Encoding") or "").lower()
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    body = stream.read(MAX_PAYLOAD + 1)
    rest = record.raw_stream
    if isinstance(rest, LimitReader) and rest.limit > 0 and not rest.read(1):
        raise DamagedInputError("a record is cut")
    return body if len(body) <= MAX_PAYLOAD else None
