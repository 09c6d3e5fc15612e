"""What a report is made of, as rows: sections, paragraphs, terms and their mentions, targets, as places in its text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from sqlite_utils import Database

from archive.database import insert_rows
from archive.glossary import find_terms
from archive.outline import Paragraph, outline
from archive.targets import find_targets
from archive.unsettled import mark

UNITS = ("sections", "paragraphs", "terms", "mentions", "targets")

Row = dict[str, Any]
Units = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Text:
    """A report's text, with what its units depend on beside it."""

    report: str
    text: str
    year: int | None
    region_name: str | None


def find_units(text: Text) -> Units:
    """Table → rows without the report's id.

    A report whose year is not known has no targets: nobody could say of which year they are.
    """
    sections, paragraphs = outline(text.text)
    terms = find_terms(text.text, sections)
    mentions = [(term.n, mention) for term in terms for mention in term.mentions]
    targets = find_targets(text.text, sections, text.year, text.region_name) if text.year else []
    return {
        "sections": list(map(row_of, sections)),
        "paragraphs": list(map(row_of, paragraphs)),
        "terms": [{**row_of(term), "mentions": len(term.mentions)} for term in terms],
        "targets": [
            {"n": n, "paragraph": paragraph_at(paragraphs, target.start or 0), **row_of(target)}
            for n, target in enumerate(targets, 1)
        ],
        "mentions": [
            {"n": n, "term": term, "paragraph": paragraph_at(paragraphs, place.start), **row_of(place)}
            for n, (term, place) in enumerate(mentions, 1)
        ],
    }


class UnitsWork:
    """Finding the units of reports (elsewhere.py)."""

    kind = "units"

    def read(self, db: Database, id: str) -> Text | None:
        """A report's text."""
        sql = (
            "select r.id, t.text, r.year, r.region_name from reports r"
            " join texts t on t.sha256 = r.text_sha256 where r.id = ?"
        )
        row = db.execute(sql, [id]).fetchone()
        return Text(*row) if row else None

    def do(self, piece: Text) -> Units:
        """Its units."""
        return find_units(piece)

    def write(self, db: Database, piece: Text, value: Units) -> None:
        """Write them in place of what was there."""
        delete_units(db, piece.report)
        for table, rows in value.items():
            insert_rows(db, table, [{"report": piece.report, **row} for row in rows])
        held = sum(row["length"] > 0 for row in value["paragraphs"])
        db.execute("update reports set paragraphs = ? where id = ?", [held, piece.report])


def mark_units(db: Database, report_id: str, *, is_new: bool) -> None:
    """Note that a report's units are to be found; those of another text go at once, their places are not in this."""
    if is_new:
        delete_units(db, report_id)
    mark(db, "units", [report_id])


def paragraph_at(paragraphs: Sequence[Paragraph], place: int) -> int:
    """The number of the paragraph a character stands in."""
    return bisect_right(paragraphs, place, key=lambda paragraph: paragraph.start)


def row_of(unit: Any) -> Row:
    """A unit's fields as a row; unlike dataclasses.asdict it copies nothing, which took half of the time."""
    return {name: getattr(unit, name) for name in names_of(unit.__class__)}


@cache
def names_of(kind: type) -> tuple[str, ...]:
    """The names of a dataclass's fields."""
    return tuple(field.name for field in fields(kind))


def delete_units(db: Database, report_id: str) -> None:
    """Delete a report's units."""
    for table in UNITS:
        db.execute(f"delete from {table} where report = ?", [report_id])
