"""The rows of a report: its own, those of its units, and what its copies' rows say of it."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archive.copies import Ranked, origin_rank
from archive.database import upsert_row
from archive.settle_text import forget_restoration, settle_text
from archive.units import delete_units, mark_units
from archive.unsettled import mark

Row = dict[str, Any]

# A copy's fields that a report takes from its best copy, or from the next that has them.
TAKEN = ("title", "delivered_on", "congress", "session", "speaker", "speaker_post")


def text_of(db: Database, row: Row) -> str:
    """The text of a copy or report."""
    return str(db.execute("select text from texts where sha256 = ?", [row["text_sha256"]]).fetchone()[0])


def write_report(
    db: Database, report_id: str, members: list[tuple[Row, Ranked]], repeats: list[Row], place: Row
) -> None:
    """Write a report's row, its units, and what its copies say of it.

    `members` are in order of rank; `repeats` are copies that show again, at the same address, what a member showed.
    """
    best = members[0][0]
    # The source is the most trusted place that shows the report, though the text may come from further down.
    source = min((copy for copy, _ in members), key=lambda copy: (origin_rank(copy["origin"]), copy["url"] is None))
    times = sorted(copy["seen_from"] for copy, _ in members if copy["seen_from"])
    text = settle_text(db, report_id, [copy for copy, _ in members])
    row: Row = {
        "id": report_id,
        **place,
        **{name: next((copy[name] for copy, _ in members if copy[name] is not None), None) for name in TAKEN},
        **text,
        "copies": len(members),
        "best_copy": best["id"],
        "source_url": source["url"],
        "published_on": source["published_on"],
        "origin": source["origin"],
        "first_seen_at": times[0] if times else None,
    }
    old = db.execute("select text_sha256 from reports where id = ?", [report_id]).fetchone()
    upsert_row(db, "reports", row)
    if old is not None and old[0] != row["text_sha256"]:
        mark(db, "text", [old[0]])
    # Not only where the text is new: other rules find other units in the same text.
    mark_units(db, report_id, is_new=old is None or old[0] != row["text_sha256"])
    ranks: dict[str, tuple[str, float, int | None, str]]
    ranks = {copy["id"]: (ranked.relation, ranked.similarity, ranked.rank, ranked.why) for copy, ranked in members}
    for copy in repeats:
        relation, share, _, _ = ranks[copy["repeats"]]
        again = "same" if relation == "best" else relation
        ranks[copy["id"]] = (again, share, None, "the same text at the same address again")
    for copy_id, values in ranks.items():
        sql = "update copies set report = ?, relation = ?, similarity = ?, rank = ?, why = ? where id = ?"
        db.execute(sql, [report_id, *values, copy_id])
        db.execute("update problems set report = ? where copy = ? and report is not ?", [report_id, copy_id, report_id])


def delete_report(db: Database, report_id: str) -> None:
    """Delete a report that no copy belongs to any more."""
    text = db.execute("select text_sha256 from reports where id = ?", [report_id]).fetchone()
    mark(db, "text", [text[0]] if text else [])
    delete_units(db, report_id)
    db.execute("delete from reports where id = ?", [report_id])
    forget_restoration(db, report_id)
