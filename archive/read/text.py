"""Plain text → lines; where every line of the print is a line of the text, its paragraphs."""

from __future__ import annotations

from collections.abc import Iterator

from archive.columns import find_interleaved
from archive.damage import CELL_LIMIT
from archive.model import Page, Problem
from archive.read.decode import declared_encoding, decode
from archive.read.serialise import drop_zero_width
from archive.read.wrapped import join_print


def read_text(data: bytes, content_type: str | None) -> Page:
    """Read a plain-text page: one paragraph a line, form feeds end lines, white space at the ends and empty lines go.

    Where the lines are those of a print, its indents or blank lines say where paragraphs begin. `facts` has `encoding`
    and, where the header names one, `declared_encoding`.
    """
    decoded = decode(data, declared_encoding(data, content_type, markup=False))
    # splitlines also ends a line at form feeds and at U+2028 and U+2029, which some exports use.
    lines = [drop_zero_width(line).rstrip() for line in decoded.text.splitlines()]
    problems = (*decoded.problems, *find_interleaved(lines), *find_cell_limit(decoded.text))
    paragraphs = join_print(lines)
    return Page(tuple(line for line in paragraphs if line), "text", facts=decoded.facts, problems=problems)


def find_cell_limit(text: str) -> Iterator[Problem]:
    """A text that fills a cell of a table to its limit, which Excel counts in UTF-16 (USERS §1.3)."""
    if len(text.encode("utf-16-le", "surrogatepass")) == 2 * CELL_LIMIT:
        yield Problem("cut_at_cell_limit", "major", f"ends at {CELL_LIMIT} characters, a table cell's limit")
