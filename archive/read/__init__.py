"""Readers: the bytes of one capture → its paragraphs. `read_page` picks the reader by the bytes."""

from __future__ import annotations

from archive.errors import UnreadableError
from archive.model import Page, PageRules
from archive.read.sandbox import read_in_child
from archive.read.sniff import check_payload, sniff
from archive.read.storable import make_storable

__all__ = ["check_payload", "read_page", "sniff"]

# Files that a hostile hand can make run for ever or fill the memory: each is read in a child process of its own.
SANDBOXED = ("pdf", "docx", "doc", "odt", "ofd", "rtf")

# What people call the files that no reader is for.
UNSUPPORTED = {
    "xls": "an Excel workbook (.xls)",
    "xlsx": "an Excel workbook (.xlsx)",
    "ppt": "a PowerPoint presentation (.ppt)",
    "works": "a Microsoft Works document (.wps)",
    "ole": "an OLE file of an unknown program, or cut short",
    "zip": "a zip archive",
    "rar": "a RAR archive",
    "7z": "a 7z archive",
    "gzip": "a gzip archive",
    "image": "a picture",
    "warc": "a WARC file",
}


def read_page(
    data: bytes, url: str | None = None, content_type: str | None = None, rules: PageRules | None = None
) -> Page:
    """What the right reader makes of the bytes of a capture.

    `content_type` is the header the server sent: a hint for the encoding of HTML and text, never for the type. `rules`
    are those of the source for HTML. Nothing in the page is past storing (storable.py). Raises UnreadableError: empty,
    unknown_type, unsupported_type, encrypted, truncated_file, damaged_file, no_text, no_html_part, too_deep, timeout,
    too_large_for_memory or reader_crashed.
    """
    return make_storable(read_kind(sniff(data), data, url, content_type, rules or PageRules()))


def read_kind(kind: str, data: bytes, url: str | None, content_type: str | None, rules: PageRules) -> Page:
    """What the reader of one type makes of the bytes, as `read_page`."""
    if kind == "pdf":
        return read_pdf_with_scans(data)
    if kind in SANDBOXED:
        return read_in_child(kind, data)
    # The HTML readers are heavy to load, and the child of the sandbox loads this package too.
    if kind == "html":
        from archive.read.html import read_html  # noqa: PLC0415

        return read_html(data, url, content_type, rules)
    if kind == "mhtml":
        from archive.read.html import read_mhtml  # noqa: PLC0415

        return read_mhtml(data, url, rules)
    if kind == "text":
        from archive.read.text import read_text  # noqa: PLC0415

        return read_text(data, content_type)
    check_payload(data)
    what = UNSUPPORTED.get(kind, f"of type {kind}")
    message = f"the file is {what}, for which there is no reader: save it as PDF or docx"
    raise UnreadableError("unsupported_type", message)


def read_pdf_with_scans(data: bytes) -> Page:
    """A PDF; pages of it that are pictures are read by text recognition where that is on (archive.read.ocr)."""
    page = None
    try:
        page = read_in_child("pdf", data)
        if not {problem.code for problem in page.problems} & {"page_without_text", "garbled_page"}:
            return page
    except UnreadableError as error:
        if error.code != "no_text":
            raise
        without = error
    from archive.read import ocr  # noqa: PLC0415 (few files want it)

    if not ocr.is_on():
        if page is None:
            raise without
        return page
    try:
        return read_in_child("pdf ocr", data, seconds=ocr.ALL_SECONDS, memory_mb=ocr.MEMORY_MB)
    except UnreadableError as error:
        if page is None:
            raise
        return ocr.mark_failure(page, error.message)
