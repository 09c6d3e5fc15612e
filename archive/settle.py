"""Reports from copies: which copies are one report, which is best, what the report's row says.

The outcome does not depend on the order in which copies arrived: every value is computed from the copies alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.copies import CONTAINMENT, COVERED, SHARED, Ranked, Standing, group_copies, origin_rank, similarity
from archive.database import writing
from archive.findings import write_problem
from archive.fold import fold_text
from archive.model import Problem
from archive.regions import Regions
from archive.settle_text import forget_restoration, settle_text
from archive.units import delete_units, write_units

Row = dict[str, Any]

# A copy's fields that a report takes from its best copy, or from the next that has them.
TAKEN = ("title", "delivered_on", "congress", "session", "speaker", "speaker_post")
SUFFIXES = ("", *(f"-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"))
WRONG_LABEL = "text_of_another"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What the copies of one report agree in. `township` is "" for other levels."""

    region: str
    township: str
    year: int

    @property
    def id(self) -> str:
        """The id of the first report of this key: 310101-2020."""
        return "-".join(part for part in (self.region, self.township, str(self.year)) if part)


def settle_all(db: Database, regions: Regions) -> None:
    """Settle every report whose copies changed, then number the reports: all of it, or on a kill nothing."""
    with writing(db):
        dirty = changed_keys(db)
        unresolved = list(db.query("select * from copies where region is null or year is null order by id"))
        homes = {copy["id"]: find_home_of(db, copy) for copy in unresolved}
        for copy in unresolved:
            home = homes[copy["id"]]
            if home and copy["report"] not in report_ids(db, home):
                dirty.add(home)
        for key in sorted(dirty):
            settle_key(db, key, [copy for copy in unresolved if homes[copy["id"]] == key], regions)
        settle_unresolved(db, [copy for copy in unresolved if homes[copy["id"]] is None])
        drop_empty(db)
        refresh_times(db)
        number_reports(db)


def changed_keys(db: Database) -> set[Key]:
    """Keys of copies that have no report yet, and of reports that have lost or gained copies."""
    new = "select region, township, year from copies where report is null and region is not null and year is not null"
    lost = (
        "select region, township, year from reports r where region is not null and year is not null"
        " and copies <> (select count(*) from copies c where c.report = r.id)"
    )
    rows = db.execute(f"{new} union {lost}").fetchall()
    return {Key(region, township or "", year) for region, township, year in rows}


def report_ids(db: Database, key: Key) -> set[str]:
    """Ids of the reports a key has now."""
    sql = "select id from reports where region = ? and coalesce(township, '') = ? and year = ?"
    return {row[0] for row in db.execute(sql, [key.region, key.township, key.year]).fetchall()}


def neighbours(db: Database, copy_id: str) -> Iterator[Row]:
    """Copies that share enough sampled shingles with one to be looked at, most first."""
    own = db.execute("select count(*) from fingerprints where copy = ?", [copy_id]).fetchone()[0]
    sql = (
        "select c.*, count(*) as shared, (select count(*) from fingerprints where copy = c.id) as theirs"
        " from fingerprints a join fingerprints b on a.hash = b.hash and b.copy <> a.copy"
        " join copies c on c.id = b.copy where a.copy = ? group by c.id having shared >= ? order by shared desc, c.id"
    )
    for row in list(db.query(sql, [copy_id, SHARED])):
        if row["shared"] >= CONTAINMENT * max(1, min(own, row["theirs"])):
            yield row


def text_of(db: Database, row: Row) -> str:
    """The text of a copy or report."""
    return str(db.execute("select text from texts where sha256 = ?", [row["text_sha256"]]).fetchone()[0])


def find_home_of(db: Database, copy: Row) -> Key | None:
    """The key whose report an unresolved copy is a part or copy of; None where no text holds it.

    What the copy does know of its region and year must agree.
    """
    folded = fold_text(text_of(db, copy))
    best: tuple[float, Key] | None = None
    for other in neighbours(db, copy["id"]):
        if other["region"] is None or other["year"] is None:
            continue
        if copy["region"] not in (None, other["region"]) or copy["year"] not in (None, other["year"]):
            continue
        share = similarity(folded, fold_text(text_of(db, other)))
        key = Key(other["region"], other["township"] or "", other["year"])
        if share >= COVERED and (best is None or (-share, key) < (-best[0], best[1])):
            best = (share, key)
    return best[1] if best else None


def standing_of(db: Database, copy: Row) -> Standing:
    """A copy's row as what its rank rests on."""
    run_together = db.execute(
        "select 1 from problems where copy = ? and code = 'paragraphs_run_together'", [copy["id"]]
    ).fetchone()
    return Standing(
        id=copy["id"],
        folded=fold_text(text_of(db, copy)),
        chars=copy["chars"],
        damage=copy["damage"],
        complete=bool(copy["complete"]),
        run_together=run_together is not None,
        origin=copy["origin"],
        seen_from=copy["seen_from"],
        sha256=copy["text_sha256"],
    )


def settle_key(db: Database, key: Key, guests: list[Row], regions: Regions) -> None:
    """Settle the reports of one region and year: their copies, and unresolved ones found to belong to them."""
    sql = "select * from copies where region = ? and coalesce(township, '') = ? and year = ? order by id"
    copies = {copy["id"]: copy for copy in (*db.query(sql, [key.region, key.township, key.year]), *guests)}
    settled = set()
    groups = group_copies([standing_of(db, copy) for copy in copies.values()])
    for suffix, group in zip(SUFFIXES, groups, strict=False):
        report_id = key.id + suffix
        settled.add(report_id)
        write_report(db, report_id, [(copies[ranked.id], ranked) for ranked in group], place_of(key, regions, copies))
    for gone in report_ids(db, key) - settled:
        delete_report(db, gone)
    for copy in copies.values():
        note_wrong_labels(db, copy, key)


def settle_unresolved(db: Database, copies: list[Row]) -> None:
    """Each text that belongs to no region or year yet is a report of its own until it is known better."""
    by_id = {copy["id"]: copy for copy in copies}
    # Next year's report is never this year's, nor a sister district's, whatever else is not known of them.
    known: dict[tuple[str, str, str], list[Standing]] = defaultdict(list)
    for copy in copies:
        known[str(copy["region"]), str(copy["township"]), str(copy["year"])].append(standing_of(db, copy))
    settled = set()
    for group in (group for likely in known.values() for group in group_copies(likely)):
        best = by_id[group[0].id]
        report_id = f"unresolved-{best['text_sha256'][:12]}"
        settled.add(report_id)
        place: Row = {"region": best["region"], "region_name": best["region_name"], "year": best["year"]}
        write_report(db, report_id, [(by_id[ranked.id], ranked) for ranked in group], place)
    for (old,) in db.execute("select id from reports where id like 'unresolved-%'").fetchall():
        if old not in settled:
            delete_report(db, old)


def place_of(key: Key, regions: Regions, copies: dict[str, Row]) -> Row:
    """The columns of a report that say where and when."""
    unit = regions.at(key.region, key.year)
    named = sorted(copy["region_name"] for copy in copies.values() if copy["region_name"])
    return {
        "region": key.region,
        "region_name": named[0] if named else None,
        "province": unit.province if unit else None,
        "prefecture": (unit.prefecture or (unit.name if unit.level == "prefecture" else None)) if unit else None,
        "name": key.township or (unit.name if unit else None),
        "township": key.township or None,
        "level": "township" if key.township else (unit.level if unit else None),
        "year": key.year,
    }


def write_report(db: Database, report_id: str, members: list[tuple[Row, Ranked]], place: Row) -> None:
    """Write a report's row, its outline, and what its copies say of it. `members` are in order of rank."""
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
    old = db.execute("select n from reports where id = ?", [report_id]).fetchone()
    db.table("reports").upsert({**row, "n": old[0] if old else None}, pk="id")
    # Not only where the text is new: other rules find other units in the same text.
    write_units(db, report_id, text_of(db, text))
    for copy, ranked in members:
        values = [report_id, ranked.relation, ranked.similarity, ranked.rank, ranked.why, copy["id"]]
        db.execute("update copies set report=?, relation=?, similarity=?, rank=?, why=? where id=?", values)
        db.execute("update problems set report = ? where copy = ?", [report_id, copy["id"]])


def delete_report(db: Database, report_id: str) -> None:
    """Delete a report that no copy belongs to any more."""
    delete_units(db, report_id)
    db.execute("delete from reports where id = ?", [report_id])
    forget_restoration(db, report_id)


def drop_empty(db: Database) -> None:
    """Delete reports without copies, and texts that nothing points at."""
    for (gone,) in db.execute("select id from reports where id not in (select report from copies)").fetchall():
        delete_report(db, gone)
    used = "select text_sha256 from copies union select text_sha256 from reports"
    db.execute(f"delete from texts where sha256 not in ({used})")


def note_wrong_labels(db: Database, copy: Row, key: Key) -> None:
    """Where a copy's text is also another region's or year's, say so on both (DESIGN §7): one label is wrong."""
    folded = None
    for other in neighbours(db, copy["id"]):
        if other["region"] is None or other["year"] is None:
            continue
        there = Key(other["region"], other["township"] or "", other["year"])
        if there == key:
            continue
        folded = folded or fold_text(text_of(db, copy))
        share = similarity(folded, fold_text(text_of(db, other)))
        if share < COVERED:
            continue
        for one, another, label in ((copy, other, there), (other, copy, key)):
            detail = f"{share:.0%} of the text stands in the report of {label.id} too (copy {another['id']})"
            write_problem(db, one["id"], Problem(WRONG_LABEL, "minor", detail))
            report = "update problems set report = (select report from copies where id = copy) where copy = ?"
            db.execute(report, [one["id"]])


def refresh_times(db: Database) -> None:
    """Carry the times of captures over to copies: a revisit moves only the capture's."""
    db.execute(
        "update copies set seen_until = (select last_seen_at from captures where id = copies.capture)"
        " where seen_until is not (select last_seen_at from captures where id = copies.capture)"
    )


def number_reports(db: Database) -> None:
    """Number the reports from 1 in the order of their ids, the search index's key."""
    ranked = "(select id, row_number() over (order by id) as place from reports)"
    db.execute(f"update reports set n = place from {ranked} as ranked where ranked.id = reports.id and n is not place")
