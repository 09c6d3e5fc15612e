"""What the page of comparison shows: two copies of a report, or two years. Takes a read-only connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from archive.compare import Comparison, compare_copies, compare_years
from archive.compare import Row as Pair
from archive.site.queries import Row, fetch
from archive.site.report import find_paragraph, read_outline

# A report has some 200 paragraphs; a page of more than so many rows is a book, and nobody reads it in a browser.
MOST_ROWS = 3000
# Kept paragraphs shown beside a change, for its sense.
CONTEXT = 1


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts: the report it belongs to, and the copy where it is one's and not the report's own."""

    id: str
    report: Row
    copy: Row | None
    text: str


def read_side(db: sqlite3.Connection, id: str) -> Side | None:
    """The text of a report or copy by its id; None where there is none."""
    moved = db.execute("select id from aliases where old_id = ?", [id]).fetchone()
    id = moved[0] if moved else id
    for sql in (
        "select r.id as report, null as copy, t.text from reports r join texts t on t.sha256 = r.text_sha256"
        " where r.id = ?",
        "select c.report, c.id as copy, t.text from copies c join texts t on t.sha256 = c.text_sha256 where c.id = ?",
    ):
        for found in fetch(db, sql, [id]):
            reports = fetch(db, "select * from reports where id = ?", [found["report"]])
            copies = fetch(
                db,
                "select c.*, s.name as source_name, p.fetched_at from copies c left join sources s on s.id = c.source"
                " left join captures p on p.id = c.capture where c.id = ?",
                [found["copy"]],
            )
            if reports:
                return Side(id, reports[0], copies[0] if copies else None, found["text"])
    return None


def order_sides(one: Side, other: Side) -> tuple[Side, Side]:
    """The earlier year first; of two texts of a report the better one last, the report's own before any copy's."""
    if one.report["id"] != other.report["id"]:
        years = [side.report["year"] or 0 for side in (one, other)]
        return (other, one) if years[0] > years[1] else (one, other)
    ranks = [side.copy["rank"] or 0 if side.copy else 0 for side in (one, other)]
    return (other, one) if ranks[0] < ranks[1] else (one, other)


def read_comparison(db: sqlite3.Connection, a: str, b: str, only_changes: bool) -> Row:
    """The comparison of two texts by the ids of reports or copies.

    Gives `a`, `b` (Side), `same_report`, `comparison`, `lines` to show (see number_lines), and what either side may
    be exchanged for, `choices_a` and `choices_b`. A side that is not there is None, and then there is no comparison.
    """
    one, other = read_side(db, a), read_side(db, b)
    if one is None or other is None:
        return {"a": one, "b": other, "comparison": None}
    first, second = order_sides(one, other)
    same_report = first.report["id"] == second.report["id"]
    comparison = (compare_copies if same_report else compare_years)(first.text, second.text)
    return {
        "a": first,
        "b": second,
        "same_report": same_report,
        "comparison": comparison,
        "lines": list(number_lines(db, first, second, comparison, only_changes)),
        "choices_a": read_choices(db, first, same_report),
        "choices_b": read_choices(db, second, same_report),
    }


def number_lines(db: sqlite3.Connection, a: Side, b: Side, comparison: Comparison, only_changes: bool) -> Iterator[Row]:
    """The rows to show: `n`, `row`, and the numbers of their paragraphs, `paragraph_a` and `paragraph_b`, in reports.

    With `only_changes` the kept rows are left out but for those beside a change; `skipped` counts those before a row.
    """
    outlines = [read_outline(db, side.id, side.text)[1] if side.copy is None else [] for side in (a, b)]
    rows = comparison.rows[:MOST_ROWS]
    near: set[int] = set()
    for n, row in enumerate(rows):
        if row.kind != "kept":
            near |= set(range(n - CONTEXT, n + CONTEXT + 1))
    skipped = 0
    for n, row in enumerate(rows):
        if only_changes and n not in near:
            skipped += 1
            continue
        numbers = [find_paragraph(paragraphs, start) for paragraphs, start in zip(outlines, starts(row), strict=True)]
        yield {"n": n, "row": row, "paragraph_a": numbers[0], "paragraph_b": numbers[1], "skipped": skipped}
        skipped = 0


def starts(row: Pair) -> tuple[int | None, int | None]:
    """Where a row begins in either text."""
    return row.start_a, row.start_b


def read_choices(db: sqlite3.Connection, side: Side, same_report: bool) -> list[Row]:
    """What a side may be exchanged for: the other texts of its report, or the other years of its region."""
    report = side.report
    if same_report:
        copies = fetch(
            db,
            "select c.id, c.rank, c.origin, c.url, s.name as source_name from copies c"
            " left join sources s on s.id = c.source where c.report = ? and c.repeats is null order by c.rank, c.id",
            [report["id"]],
        )
        return [{"id": report["id"], "rank": None}, *copies]
    return fetch(
        db,
        "select id, year, title, name, township from reports where region is ? and township is ? and region is not null"
        " order by year desc, id",
        [report["region"], report["township"]],
    )


def as_data(known: Row) -> dict[str, Any]:
    """A comparison as JSON: ids, similarity, counts, and the rows with their pieces."""
    comparison = known["comparison"]
    return {
        "a": known["a"].id,
        "b": known["b"].id,
        "similarity": comparison.similarity,
        "row_counts": comparison.row_counts,
        "counts": comparison.counts,
        "rows": [asdict(row) for row in comparison.rows],
    }
