"""Writing what a report is made of: sections, paragraphs, terms with their mentions, targets, as places in its text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlite_utils import Database

from archive.database import insert_rows
from archive.glossary import find_terms
from archive.outline import Paragraph, outline
from archive.targets import find_targets

UNITS = ("sections", "paragraphs", "terms", "mentions", "targets")


def write_units(db: Database, report_id: str, text: str, year: int | None, region_name: str | None) -> None:
    """Write a report's units in place of what was there. The caller holds the transaction.

    A report whose year is not known has no targets: nobody could say of which year they are.
    """
    delete_units(db, report_id)
    sections, paragraphs = outline(text)
    insert(db, "sections", report_id, map(row_of, sections))
    insert(db, "paragraphs", report_id, map(row_of, paragraphs))
    held = sum(part.length > 0 for part in paragraphs)
    db.execute("update reports set paragraphs = ? where id = ?", [held, report_id])
    terms = find_terms(text, sections)
    insert(db, "terms", report_id, ({**row_of(term), "mentions": len(term.mentions)} for term in terms))
    mentions = [(term.n, mention) for term in terms for mention in term.mentions]
    targets = find_targets(text, sections, year, region_name) if year else []
    insert(
        db,
        "targets",
        report_id,
        (
            {"n": n, "paragraph": paragraph_at(paragraphs, target.start or 0), **row_of(target)}
            for n, target in enumerate(targets, 1)
        ),
    )
    insert(
        db,
        "mentions",
        report_id,
        (
            {"n": n, "term": term, "paragraph": paragraph_at(paragraphs, place.start), **row_of(place)}
            for n, (term, place) in enumerate(mentions, 1)
        ),
    )


def paragraph_at(paragraphs: Sequence[Paragraph], place: int) -> int:
    """The number of the paragraph a character stands in."""
    return bisect_right(paragraphs, place, key=lambda paragraph: paragraph.start)


def row_of(unit: Any) -> dict[str, Any]:
    """A unit's fields as a row; unlike dataclasses.asdict it copies nothing, which took half of the time."""
    return {name: getattr(unit, name) for name in names_of(type(unit))}


@cache
def names_of(kind: type[Any]) -> tuple[str, ...]:
    """The names of a dataclass's fields."""
    return tuple(field.name for field in fields(kind))


def insert(db: Database, table: str, report_id: str, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows of one report."""
    insert_rows(db, table, [{"report": report_id, **row} for row in rows])


def delete_units(db: Database, report_id: str) -> None:
    """Delete a report's units."""
    for table in UNITS:
        db.execute(f"delete from {table} where report = ?", [report_id])
