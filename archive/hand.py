"""Pages saved by hand: files, folders, zips and tables → pages with what is known of their address and time."""

from __future__ import annotations

import csv
import email
import email.utils
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from archive.errors import BadArgumentsError, DamagedInputError
from archive.read import sniff
from archive.urls import is_fetchable

# Names of the columns of a table of pages (DESIGN §4), the first that is there counts.
TEXT_COLUMNS = ("full_text", "content", "text", "正文", "全文", "内容")
URL_COLUMNS = ("source_url", "url", "网址", "链接", "来源网址")

CONTENT_TYPES = {
    "html": "text/html",
    "mhtml": "multipart/related",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "odt": "application/vnd.oasis.opendocument.text",
    "ofd": "application/ofd",
    "rtf": "application/rtf",
    "text": "text/plain",
}
# A member that unpacks to more than so many times its size is a bomb (READING §6.3).
RATIO = 300
DEPTH = 3
# A report fills one cell; Python's limit of 131,072 characters is for tables of numbers.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True)
class HandPage:
    """One page someone saved. `name` says where it is (`file.zip/page.html`, `table.csv, row 3`)."""

    name: str
    data: bytes
    url: str | None = None
    fetched_at: str | None = None

    @property
    def content_type(self) -> str:
        """The media type by the bytes."""
        return CONTENT_TYPES.get(sniff(self.data), "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or member that is not taken, and why, in words that say how to mend it."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class WarcPath:
    """A WARC or WACZ file: its records are taken one by one."""

    path: Path


Found = HandPage | Refused | WarcPath


def find_pages(path: Path, max_bytes: int, url: str | None = None, fetched_at: str | None = None) -> Iterator[Found]:
    """The pages of a file or folder, in the order of their names. Hidden files are left alone.

    `url` and `fetched_at` are what the caller knows of a single file.
    """
    if path.is_dir():
        inside = sorted(member for member in path.rglob("*") if member.is_file())
        shown = [
            member for member in inside if not any(part.startswith(".") for part in member.relative_to(path).parts)
        ]
        for member in shown:
            yield from find_pages(member, max_bytes)
        return
    try:
        size = path.stat().st_size
        if re.search(r"\.(?:warc(?:\.gz)?|wacz|arc(?:\.gz)?)$", path.name, re.IGNORECASE):
            yield WarcPath(path)
            return
        if size > max_bytes:
            yield Refused(str(path), too_large(size, max_bytes))
            return
        data = path.read_bytes()
    except OSError as error:
        yield Refused(str(path), f"cannot be read ({error.strerror}): check the path and its permissions")
        return
    yield from unfold(HandPage(str(path), data, url, fetched_at), path.suffix.lower(), max_bytes, DEPTH)


def too_large(size: int, max_bytes: int) -> str:
    """Why a file over the limit is refused."""
    return f"{size / 1e6:.0f} MB is more than the limit of {max_bytes / 1e6:.0f} MB: raise it with --max-size"


def unfold(page: HandPage, suffix: str, max_bytes: int, depth: int) -> Iterator[Found]:
    """A page as it is, or the pages in it where it is a table or a zip."""
    kind = sniff(page.data)
    if kind == "text" and suffix == ".csv":
        yield from rows_of(page, read_csv(page))
    elif kind == "xlsx":
        yield from rows_of(page, read_xlsx(page))
    elif kind == "zip" and depth:
        yield from members_of(page, max_bytes, depth)
    else:
        said_url, said_time = saved_from(page.data, kind)
        yield HandPage(page.name, page.data, page.url or said_url, page.fetched_at or said_time)


def saved_from(data: bytes, kind: str) -> tuple[str | None, str | None]:
    """Address and time a saved page states of itself: a browser's "saved from url" comment, an MHTML file's headers."""
    if kind == "html" and (match := re.search(rb"<!--\s*saved from url=\(\d+\)(\S+)\s*-->", data[:4096])):
        url = match[1].decode("ascii", "ignore")
        return (url if is_fetchable(url) else None), None
    if kind == "mhtml":
        headers = email.message_from_bytes(data.split(b"\n\n", 1)[0].split(b"\r\n\r\n", 1)[0])
        url = str(headers.get("Snapshot-Content-Location") or headers.get("Content-Location") or "").strip()
        when = email.utils.parsedate_to_datetime(str(headers["Date"])) if headers.get("Date") else None
        time = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when and when.tzinfo else None
        return (url if is_fetchable(url) else None), time
    return None, None


def read_csv(page: HandPage) -> Iterator[dict[str, str]]:
    """The rows of a CSV table in UTF-8 or GB18030."""
    try:
        text = page.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = page.data.decode("gb18030", "replace")
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield {str(name): value for name, value in row.items() if isinstance(value, str)}


def read_xlsx(page: HandPage) -> Iterator[dict[str, str]]:
    """The rows of the first sheet of a workbook."""
    import openpyxl  # noqa: PLC0415 (slow to load, and workbooks are rare)

    book = openpyxl.load_workbook(io.BytesIO(page.data), read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        names = [str(value or "") for value in next(rows, ())]
        for row in rows:
            yield {name: str(value) for name, value in zip(names, row, strict=False) if value is not None}
    finally:
        book.close()


def rows_of(page: HandPage, rows: Iterator[dict[str, str]]) -> Iterator[Found]:
    """A page for each row of a table of pages; a table without a column of texts is refused."""
    try:
        for number, row in enumerate(rows, 2):
            column = next((name for name in TEXT_COLUMNS if name in row), None)
            if column is None and number == 2:
                why = f"a table without a column of texts: name it {' or '.join(TEXT_COLUMNS)}"
                yield Refused(page.name, why)
                return
            url = next((row[name].strip() for name in URL_COLUMNS if row.get(name)), None)
            name = f"{page.name}, row {number}"
            if not column or not row[column].strip():
                yield Refused(name, f"the cell of {column or TEXT_COLUMNS[0]} is empty: nothing to keep")
                continue
            yield HandPage(name, row[column].encode(), url if is_fetchable(url) else None, page.fetched_at)
    except (csv.Error, ValueError, KeyError, zipfile.BadZipFile) as error:
        yield Refused(page.name, f"not readable as a table ({error}): save it again as CSV in UTF-8")


def members_of(page: HandPage, max_bytes: int, depth: int) -> Iterator[Found]:
    """The pages in a zip file, by name. Nothing is unpacked to the disk, and no member beyond the limits at all."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(page.data))
    except (zipfile.BadZipFile, ValueError) as error:
        yield Refused(page.name, f"the zip file is damaged ({error}): download it again")
        return
    with archive:
        for member in sorted(archive.infolist(), key=lambda info: info.filename):
            name = f"{page.name}/{decode_name(member)}"
            if member.is_dir() or member.filename.startswith("__MACOSX/"):
                continue
            if member.file_size > max_bytes or member.file_size > RATIO * max(member.compress_size, 1024):
                yield Refused(name, too_large(member.file_size, max_bytes))
                continue
            try:
                data = archive.read(member)
            except (zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError, EOFError) as error:
                yield Refused(name, f"cannot be unpacked ({error}): unpack it yourself and add the files")
                continue
            yield from unfold(HandPage(name, data), Path(member.filename).suffix.lower(), max_bytes, depth - 1)


def decode_name(member: zipfile.ZipInfo) -> str:
    """A member's name. Without the UTF-8 flag Chinese archivers write GBK, which zipfile reads as cp437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def read_manifest(path: Path) -> list[tuple[Path, str | None, str | None]]:
    """The files a manifest names: path (relative to the manifest), URL and time, None for what it does not say.

    Raises BadArgumentsError, naming line and mend, for a manifest that cannot be used.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadArgumentsError(f"{path}: not readable as a CSV in UTF-8 ({error})") from error
    if rows and "path" not in rows[0]:
        raise BadArgumentsError(f"{path}: the first line names the columns path,url,fetched_at")
    listed = []
    for number, row in enumerate(rows, 2):
        url = (row.get("url") or "").strip() or None
        if url and not is_fetchable(url):
            raise BadArgumentsError(f"{path}, line {number}: url: {url!r} is no web address; leave it empty if unknown")
        if not (row.get("path") or "").strip():
            raise BadArgumentsError(f"{path}, line {number}: path is empty")
        listed.append((path.parent / row["path"].strip(), url, (row.get("fetched_at") or "").strip() or None))
    return listed


def check_time(text: str | None, where: str) -> None:
    """Raise BadArgumentsError where a time someone gave is none."""
    from archive.captures.index import utc_time  # noqa: PLC0415

    if text:
        try:
            utc_time(text)
        except (BadArgumentsError, DamagedInputError) as error:
            raise BadArgumentsError(f"{where}: {error}") from error
