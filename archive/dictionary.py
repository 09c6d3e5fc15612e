"""A researcher's dictionary of terms, counted over every region and year: the rows of a panel, holes explained."""

from __future__ import annotations

import csv
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.counting import count_phrases
from archive.errors import BadArgumentsError
from archive.fold import count_chars

# The columns of a dictionary by the names people give them; a file of one column without a header is a list of terms.
TERM_COLUMNS = ("term", "word", "keyword", "phrase", "词", "词语", "词汇", "关键词", "名词")
CATEGORY_COLUMNS = ("category", "group", "dimension", "topic", "类别", "分类", "维度", "主题")
# What a row of the panel says of its cell.
CELL = ("region", "region_now", "region_name", "parent", "level", "year", "delivered_on", "state", "why", "report")
KINDS = ("review", "term", "plan", "government", "closing", "glossary", "other")
BROKEN = "\ufffd"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Terms with the category of each ("" where there is none), in the order of the file, and the file's digest."""

    terms: tuple[str, ...]
    categories: tuple[str, ...]
    digest: str


def read_dictionary(path: Path) -> Dictionary:
    """A dictionary from a CSV file: a column of terms, and one of categories where there is one.

    Raises BadArgumentsError where the file cannot be read, has no column of terms, or names a term twice in a category.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadArgumentsError(f"{path} cannot be read ({error.strerror}): check the path") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
        if BROKEN in text:
            raise BadArgumentsError(f"{path} is neither UTF-8 nor GB 18030: save it as CSV UTF-8") from None
    lines = [line for line in csv.reader(text.splitlines()) if any(cell.strip() for cell in line)]
    if not lines:
        raise BadArgumentsError(f"{path} is empty: give a column `term`, and `category` if you have categories")
    header = [cell.strip().lower() for cell in lines[0]]
    term = next((header.index(name) for name in TERM_COLUMNS if name in header), None)
    category = next((header.index(name) for name in CATEGORY_COLUMNS if name in header), None)
    if term is None and len(header) > 1:
        raise BadArgumentsError(f"{path} has no column `term` (its columns: {', '.join(lines[0])}): name it so")
    rows = lines if term is None else lines[1:]
    pairs = []
    for row in rows:
        cells = [cell.strip() for cell in row] + [""] * len(header)
        if cells[term or 0]:
            pairs.append((cells[term or 0], cells[category] if category is not None else ""))
    twice = next((pair for place, pair in enumerate(pairs) if pair in pairs[:place]), None)
    if twice:
        raise BadArgumentsError(f"{path} has {twice[0]} twice{f' in {twice[1]}' if twice[1] else ''}: take one out")
    if not pairs:
        raise BadArgumentsError(f"{path} names no term: write one a line below `term`")
    terms, categories = zip(*pairs, strict=True)
    return Dictionary(terms, categories, hashlib.sha256(data).hexdigest()[:12])


def count_cells(
    connection: sqlite3.Connection, phrases: Sequence[str], kinds: Sequence[str] = ()
) -> Iterator[tuple[dict[str, Any], int | None, int | None, tuple[int | None, ...]]]:
    """Each region and year: its columns of `panel`, characters, paragraphs, and the count of each phrase.

    In an empty cell all counts are None. With `kinds` (of sections) only those parts of a text are counted.
    """
    names = ", ".join(CELL)
    sql = f"select {names}, text_sha256, chars, paragraphs from panel order by region, year"
    for row in connection.execute(sql).fetchall():
        cell = dict(zip(CELL, row, strict=False))
        *_, sha256, chars, paragraphs = row
        if cell["report"] is None:
            yield cell, None, None, (None,) * len(phrases)
            continue
        (text,) = connection.execute("select text from texts where sha256 = ?", [sha256]).fetchone()
        if kinds:
            text = cut_kinds(connection, cell["report"], text, kinds)
            chars, paragraphs = count_chars(text), sum(bool(line) for line in text.split("\n"))
        yield cell, chars, paragraphs, count_phrases(text, phrases)


def cut_kinds(connection: sqlite3.Connection, report: str, text: str, kinds: Sequence[str]) -> str:
    """The sections of these kinds, down to the innermost, a line end between."""
    sql = (
        "select p.start, p.length from paragraphs p join sections s on s.report = p.report and s.n = p.section"
        f" where p.report = ? and s.kind in ({', '.join('?' * len(kinds))}) order by p.n"
    )
    return "\n".join(text[start : start + length] for start, length in connection.execute(sql, [report, *kinds]))


def long_rows(connection: sqlite3.Connection, words: Dictionary, kinds: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """A row a region, year and term."""
    for cell, chars, paragraphs, counts in count_cells(connection, words.terms, kinds):
        for term, category, count in zip(words.terms, words.categories, counts, strict=True):
            yield {
                **cell,
                "category": category,
                "term": term,
                "count": count,
                "chars": chars,
                "paragraphs": paragraphs,
                "per_1000": per_1000(count, chars),
                "dictionary": words.digest,
            }


def wide_rows(connection: sqlite3.Connection, words: Dictionary, kinds: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """A row a region and year: a column a category with the sum of its terms, or a term that has no category."""
    groups: dict[str, list[int]] = {}
    for place, (term, category) in enumerate(zip(words.terms, words.categories, strict=True)):
        groups.setdefault(category or term, []).append(place)
    for cell, chars, paragraphs, counts in count_cells(connection, words.terms, kinds):
        sums = {
            name: None if counts[0] is None else sum(counts[p] or 0 for p in places) for name, places in groups.items()
        }
        whole = None if counts[0] is None else sum(count or 0 for count in counts)
        yield {
            **cell,
            "chars": chars,
            "paragraphs": paragraphs,
            **sums,
            "total": whole,
            "per_1000": per_1000(whole, chars),
            "dictionary": words.digest,
        }


def per_1000(count: int | None, chars: int | None) -> float | None:
    """Uses in a thousand characters."""
    return round(1000 * count / chars, 4) if count is not None and chars else None
