"""Plain text → lines. A paragraph cut by a page is mended when cleaning, not here."""

from __future__ import annotations

from archive.model import Page
from archive.read.decode import declared_encoding, decode
from archive.read.serialise import drop_zero_width


def read_text(data: bytes, content_type: str | None) -> Page:
    """Read a plain-text page: one paragraph a line, form feeds end lines, white space at the ends and empty lines go.

    `facts` has `encoding` and, where the header names one, `declared_encoding`.
    """
    decoded = decode(data, declared_encoding(data, content_type, markup=False))
    # splitlines also ends a line at form feeds and at U+2028 and U+2029, which some exports use.
    lines = (drop_zero_width(line).strip() for line in decoded.text.splitlines())
    return Page(tuple(line for line in lines if line), "text", facts=decoded.facts, problems=decoded.problems)
