"""What a report is made of, as rows: sections, paragraphs, terms with their mentions, targets, as places in its text.

Finding them is pure and takes longer than anything else of the settling: it is done by the workers that read pages
(`Workers`), some texts at a time, while the rows of others are written here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlite_utils import Database

from archive.database import insert_rows, writing
from archive.glossary import find_terms
from archive.outline import Paragraph, outline
from archive.targets import find_targets
from archive.unsettled import mark, unmark

UNITS = ("sections", "paragraphs", "terms", "mentions", "targets")
# Texts that a worker takes at once, each of some 3 ms: handing them out is then nothing beside it.
AT_ONCE = 16

Row = dict[str, Any]
Units = dict[str, list[Row]]
Value = TypeVar("Value")


class Workers(Protocol):
    """Who works out something elsewhere: `begin` returns a function that waits for the value."""

    jobs: int

    def begin(self, work: Callable[..., Value], *arguments: Any) -> Callable[[], Value]:
        """Begin `work(*arguments)`."""
        ...


class Here:
    """Works it out at once, in this process."""

    jobs = 1

    def begin(self, work: Callable[..., Value], *arguments: Any) -> Callable[[], Value]:
        """Do the work; the function returned only hands it over."""
        value = work(*arguments)
        return lambda: value


@dataclass(frozen=True, slots=True)
class Text:
    """A report's text, with what its units depend on beside it."""

    report: str
    sha256: str
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


def find_all_units(texts: Sequence[Text]) -> list[Units]:
    """The units of each."""
    return [find_units(text) for text in texts]


def settle_units(db: Database, workers: Workers) -> None:
    """Write the units of all reports that are marked; a mark is taken off with what it stands for."""
    under_way: deque[tuple[list[Text], Callable[[], list[Units]]]] = deque()
    for texts in marked_texts(db):
        under_way.append((texts, workers.begin(find_all_units, texts)))
        if len(under_way) > 2 * workers.jobs:
            write_units(db, *under_way.popleft())
    while under_way:
        write_units(db, *under_way.popleft())


def marked_texts(db: Database) -> Iterator[list[Text]]:
    """The texts of reports that are marked, some at a time. A mark whose report is gone is taken off."""
    last = ""
    while True:
        sql = "select id from unsettled where kind = 'units' and id > ? order by id limit ?"
        ids = [id for (id,) in db.execute(sql, [last, AT_ONCE]).fetchall()]
        if not ids:
            return
        last = ids[-1]
        sql = (
            "select r.id, t.sha256, t.text, r.year, r.region_name from reports r"
            " join texts t on t.sha256 = r.text_sha256 where r.id = ?"
        )
        found = [row for id in ids for row in db.execute(sql, [id]).fetchall()]
        yield [Text(*row) for row in found]
        with writing(db):
            unmark(db, "units", set(ids) - {row[0] for row in found})


def write_units(db: Database, texts: Sequence[Text], find: Callable[[], list[Units]]) -> None:
    """Write units in place of what was there. A report that is another by now keeps its mark for who changed it."""
    found = find()
    with writing(db):
        for text, units in zip(texts, found, strict=True):
            same = "select 1 from reports where id = ? and text_sha256 = ? and year is ? and region_name is ?"
            if db.execute(same, [text.report, text.sha256, text.year, text.region_name]).fetchone() is None:
                continue
            delete_units(db, text.report)
            for table, rows in units.items():
                insert_rows(db, table, [{"report": text.report, **row} for row in rows])
            held = sum(row["length"] > 0 for row in units["paragraphs"])
            db.execute("update reports set paragraphs = ? where id = ?", [held, text.report])
            unmark(db, "units", [text.report])


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
