"""A slice of a flat page → paragraphs, with the page's own characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.read.tree import Flat, Mark

# Characters without width, and control characters: ZWSP, ZWNJ, ZWJ, word joiner, BOM, soft hyphen; C0 and C1 controls
# other than white space.
NO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")

# Runs of white space first become one space or one line end: a pattern that looked for the line end among spaces would
# take quadratic time.
BLANK = re.compile("[ \t\r\n\f]+")

# A line end of the source between two wide characters is no space (CSS Text 3 §4.1.3, "segment break transformation").
WIDE = "\u2014\u2018-\u201d\u2026\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60"
SOURCE_LINE_END = re.compile(f"(?<=[{WIDE}])\n(?=[{WIDE}])")

# The indent of a paragraph that was written without a tag: two or more ideographic spaces (four no-break spaces) after
# the end of a sentence or of a source line. Letter-spaced titles have such spaces between single characters only.
INDENT = re.compile(
    "(?:(?<=[。！？；”）!?;:)]) ?|\n)(?:\u3000[\u3000\u00a0 ]*[\u3000\u00a0]|\u00a0(?:[ \u3000]?\u00a0){3,})"
)

# A paragraph that holds so many indents holds a whole text; then one also stands behind a heading, which has no stop.
# What follows is longer than a letter-spaced title's character or a name's.
MANY_INDENTS, MANY_BARE, LONG_RUN = 5, 15, 1000
BARE_INDENT = re.compile("(?<=[^\u3000 ])\u3000\u3000+(?=(?:[^\u3000 \u00a0] ?){5})")

# How a paragraph set in by spaces begins where its indent is kept, and how it is known.
SET_IN = "\u3000\u3000"
LEADING_INDENT = re.compile("[ \n]*(?:\u3000[\u3000\u00a0 ]*[\u3000\u00a0]|\u00a0(?:[ \u3000]?\u00a0){3,})")

SENTENCE_END = re.compile("[。！？；]")
MANY_LINES = 3  # lines in a cell: a header broken over two or three lines is still one cell of a table
LATIN_END, LATIN_START = re.compile(r"[0-9A-Za-z]$"), re.compile(r"^[0-9A-Za-z]")


def paragraphs_of(
    flat: Flat, start: int, end: int, dropped: Sequence[tuple[int, int]] = (), *, keep_indents: bool = False
) -> list[str]:
    """The paragraphs of `flat.items[start:end]`, without the `dropped` slices (sorted, apart from each other).

    A block or a `<br>` ends a paragraph, inline tags never put a space between. A row of a data table is one line, its
    cells joined by a space; the cells of a layout table are read one after the other. With `keep_indents` a paragraph
    that was set in by spaces begins with two ideographic ones.
    """
    out: list[str] = []
    rows: list[list[list[str]]] = []  # open rows, each a list of cells, each a list of paragraphs
    run: list[str] = []

    def end_paragraph() -> None:
        target = rows[-1][-1] if rows else out
        target.extend(tidy("".join(run), keep_indents))
        run.clear()

    def end_row() -> None:
        lines = lines_of_row(rows.pop())
        (rows[-1][-1] if rows else out).extend(lines)

    for piece_start, piece_end in kept_slices(start, end, dropped):
        for item in flat.items[piece_start:piece_end]:
            if item.__class__ is str:
                run.append(item)
                continue
            if run:
                end_paragraph()
            if item is Mark.ROW:
                rows.append([[]])
            elif item is Mark.CELL and rows:
                rows[-1].append([])
            elif item is Mark.END_ROW and rows:
                end_row()
        end_paragraph()
    while rows:
        end_row()
    return out


def kept_slices(start: int, end: int, dropped: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of a slice without the dropped ones."""
    kept = []
    for drop_start, drop_end in dropped:
        if start < drop_start < end:
            kept.append((start, drop_start))
        if drop_start < end:
            start = max(start, drop_end)
    if start < end:
        kept.append((start, end))
    return kept


def lines_of_row(cells: list[list[str]]) -> list[str]:
    """One line for a row of data; all paragraphs for a row that only lays out the page."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or any(is_laid_out(cell) for cell in filled):
        return [paragraph for cell in filled for paragraph in cell]
    return [" ".join(join_lines(cell) for cell in filled)]


def is_laid_out(cell: list[str]) -> bool:
    """Whether a cell holds paragraphs rather than one entry of a table."""
    return len(cell) > MANY_LINES or (len(cell) > 1 and any(SENTENCE_END.search(paragraph) for paragraph in cell))


def join_lines(lines: list[str]) -> str:
    """The broken lines of one table entry as one: a space only between Latin words or figures."""
    joined = lines[0]
    for line in lines[1:]:
        joined += (" " if LATIN_END.search(joined[-1:]) and LATIN_START.search(line) else "") + line
    return joined


def tidy(run: str, keep_indents: bool = False) -> list[str]:
    """The paragraphs in a run of text: split at indents, white space collapsed, none empty."""
    if not run or run.isspace():
        return []
    run = BLANK.sub(lambda blank: "\n" if "\n" in blank[0] else " ", drop_zero_width(run))
    pieces = INDENT.split(run)
    if len(pieces) > MANY_INDENTS or (len(run) > LONG_RUN and len(BARE_INDENT.findall(run)) > MANY_BARE):
        pieces = [part for piece in pieces for part in BARE_INDENT.split(piece)]
    if "\n" in run:
        pieces = [SOURCE_LINE_END.sub("", piece) for piece in pieces]
    tidied = [" ".join(piece.split()) for piece in pieces]
    if keep_indents:
        first = SET_IN if LEADING_INDENT.match(run) else ""
        tidied = [(SET_IN if number else first) + piece if piece else "" for number, piece in enumerate(tidied)]
    return [piece for piece in tidied if piece]


def drop_zero_width(text: str) -> str:
    """Text without characters that have no width."""
    return text if text.isprintable() else NO_WIDTH.sub("", text)
