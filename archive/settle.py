"""Reports from copies: which copies are one report, which is best, what the report's row says.

What changed has left marks (unsettled.py); they are worked off group by group, so that an archive of any size is
settled in the memory of one group, and a new copy costs the rows it touches. The outcome does not depend on the order
in which copies arrived: every value is computed from the copies alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.copies import Ranked, Standing, group_copies
from archive.database import writing
from archive.elsewhere import Here, Workers, settle_elsewhere
from archive.findings import write_problem
from archive.fold import fold_text
from archive.likeness import Key, Likeness, find_company, settle_likes
from archive.model import Problem
from archive.regions import Regions
from archive.reports import delete_report, text_of, write_report
from archive.settle_differences import DifferencesWork, forget_differences, mark_differences
from archive.sketches import Searchers, drop_sketch, find_like, index_sketches
from archive.units import UnitsWork
from archive.unsettled import BATCH, is_marked, mark, unmark, work_off
from archive.versions import Sighting, date_versions

Row = dict[str, Any]

# Problems that settling a key writes anew.
ANOTHER_TEXT, REISSUED = "another_text", "reissued"
# Problems of a text that make it longer than it was (damage.py).
INFLATING = ("repeated", "tag_cloud", "too_long", "token_noise", "pinyin_in_brackets")
# What the ids of reports without region or year begin with (DESIGN §7).
LOOSE = "unresolved-"
IS_LOOSE = "home is null and (region is null or year is null)"
# New texts put into the index in one transaction; sorted together, they touch each of its pages once (60 MB).
INDEXED_AT_ONCE = 5000


def settle_all(db: Database, regions: Regions, workers: Workers | None = None) -> None:
    """Settle all that is marked. On a kill, what is settled stays so and the rest stays marked.

    What can be worked out elsewhere is by `workers`, or here where none are given.
    """
    workers = workers or Here()
    with writing(db):
        mark(db, "copy", [id for (id,) in db.execute("select id from copies where report is null").fetchall()])
    indexed = INDEXED_AT_ONCE
    while indexed:
        with writing(db):
            indexed = index_sketches(db, INDEXED_AT_ONCE)
    work_off(db, "folded", lambda digest: settle_gone(db, digest))
    with searchers_for(db, workers.jobs) as searchers:
        settle_copies(db, Likeness(db, searchers))
    work_off(db, "key", lambda key: settle_key(db, Key.parse(key), regions))
    settle_elsewhere(db, DifferencesWork(), workers)
    settle_elsewhere(db, UnitsWork(), workers)
    work_off(db, "text", lambda digest: drop_text(db, digest))


def settle_copies(db: Database, likeness: Likeness) -> None:
    """Find where copies belong. No sketch changes meanwhile, so that their likes can be found ahead."""
    expect = likeness.expect
    while is_marked(db, "copy", "again", "report"):
        work_off(db, "copy", lambda copy_id: settle_likes(likeness, copy_id, new=True), expect)
        work_off(db, "again", lambda copy_id: settle_likes(likeness, copy_id, new=False), expect)
        work_off(db, "report", lambda report_id: settle_loss(db, report_id))
    work_off(db, "seen", lambda capture: settle_times(db, capture))
    work_off(db, "loose", lambda copy_id: settle_loose(likeness, copy_id))


@contextmanager
def searchers_for(db: Database, jobs: int) -> Iterator[Searchers | None]:
    """Threads that find likes, where there are workers, cores and questions enough to make them worth their start."""
    threads = min(jobs, os.cpu_count() or 1)
    if threads < 2:
        yield None
        return
    (marked,) = db.execute("select count(*) from unsettled where kind in ('copy', 'again')").fetchone()
    # As bytes: a name need not be UTF-8.
    [path] = db.execute("select cast(file as blob) from pragma_database_list where name = 'main'").fetchone()
    if marked <= BATCH or not path:
        yield None
        return
    with closing(Searchers(Path(os.fsdecode(path)), threads)) as searchers:
        yield searchers


def settle_gone(db: Database, digest: str) -> None:
    """A folded text lost a copy: what was found in that one looks anew, and a text without copies is forgotten."""
    new = "select 1 from copies where folded_sha256 = ? and report is null limit 1"
    if db.execute(new, [digest]).fetchone() is None:
        for like in (digest, *find_like(db, digest)):
            sql = "select id from copies where folded_sha256 = ? and (region is null or year is null)"
            mark(db, "again", [id for (id,) in db.execute(sql, [like]).fetchall()])
    if db.execute("select 1 from copies where folded_sha256 = ? limit 1", [digest]).fetchone() is None:
        drop_sketch(db, digest)


def settle_loss(db: Database, report_id: str) -> None:
    """A report lost a copy: its region and year are settled anew, or its loose copies each."""
    report = next(db.query("select * from reports where id = ?", [report_id]), None)
    if report is None:
        return
    if not report_id.startswith(LOOSE):
        key = Key.of(report)
        mark(db, "key", [key.id] if key else [])
        return
    # A copy that has found a home is still said to be here until that is settled.
    left = [
        id for (id,) in db.execute(f"select id from copies where report = ? and {IS_LOOSE}", [report_id]).fetchall()
    ]
    mark(db, "loose", left)
    if not left:
        delete_report(db, report_id)


def drop_text(db: Database, digest: str) -> None:
    """Forget a text that no copy and no report has any more."""
    db.execute(
        "delete from texts where sha256 = :text and not exists (select 1 from copies where text_sha256 = :text)"
        " and not exists (select 1 from reports where text_sha256 = :text)",
        {"text": digest},
    )


def standing_of(db: Database, copy: Row) -> Standing:
    """A copy's row as what its rank rests on."""
    codes = {code for (code,) in db.execute("select code from problems where copy = ?", [copy["id"]]).fetchall()}
    return Standing(
        id=copy["id"],
        folded=fold_text(text_of(db, copy)),
        chars=copy["chars"],
        damage=copy["damage"],
        complete=bool(copy["complete"]),
        inflated=not codes.isdisjoint(INFLATING),
        run_together="paragraphs_run_together" in codes,
        origin=copy["origin"],
        seen_from=copy["seen_from"],
        sha256=copy["text_sha256"],
    )


def copies_of(db: Database, key: Key) -> list[Row]:
    """The copies of one region and year, and unresolved ones found to belong to them."""
    own = "select * from copies where region = ? and coalesce(township, '') = ? and year = ?"
    guests = "select * from copies where home = ?"
    rows = [*db.query(own, [key.region, key.township, key.year]), *db.query(guests, [key.id])]
    return sorted(rows, key=lambda copy: copy["id"])


def write_versions(db: Database, copies: list[Row]) -> None:
    """Write since when and until when each address showed each text, into the table and the rows given."""
    seen = []
    for copy in copies:
        sql = "select fetched_at, last_seen_at from captures where id = ?"
        times = db.execute(sql, [copy["capture"]]).fetchone() or (copy["seen_from"], copy["seen_until"])
        seen.append(Sighting(copy["id"], copy["capture"], copy["url_key"], copy["text_sha256"], *times))
    versions = date_versions(seen)
    for copy in copies:
        version = versions[copy["id"]]
        now = {
            "version": version.number,
            "repeats": version.repeats,
            "seen_from": version.seen_from,
            "seen_until": version.seen_until,
        }
        if any(copy[name] != value for name, value in now.items()):
            sql = "update copies set version = ?, repeats = ?, seen_from = ?, seen_until = ? where id = ?"
            db.execute(sql, [*now.values(), copy["id"]])
            copy.update(now)


def settle_times(db: Database, capture: str) -> None:
    """A capture's bytes were seen again: the times of the versions its copies belong to."""
    for copy in list(db.query("select * from copies where capture = ?", [capture])):
        home = Key.parse(copy["home"]) if copy["home"] else Key.of(copy)
        if home:
            write_versions(db, copies_of(db, home))
        else:
            mark(db, "loose", [copy["id"]])


def suffixes() -> Iterator[str]:
    """What a region's reports of one year are told apart by: nothing, -b, -c … -z, -27, -28 …"""
    yield from ("", *(f"-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"))
    yield from (f"-{number}" for number in count(27))


def settle_key(db: Database, key: Key, regions: Regions) -> None:
    """Settle the reports of one region and year."""
    copies = copies_of(db, key)
    write_versions(db, copies)
    by_id = {copy["id"]: copy for copy in copies}
    groups = group_copies([standing_of(db, copy) for copy in copies if copy["repeats"] is None])
    place = place_of(key, regions, copies)
    settled = [key.id + suffix for suffix, _ in zip(suffixes(), groups, strict=False)]
    for report_id, group in zip(settled, groups, strict=True):
        settle_report(db, report_id, group, by_id, place)
        others = ", ".join(other for other in settled if other != report_id)
        if others:
            detail = f"another text of this region and year is {others}"
            write_problem(db, group[0].id, Problem(ANOTHER_TEXT, "minor", detail), report_id)
    for gone in report_ids(db, key) - set(settled):
        delete_report(db, gone)


def settle_report(db: Database, report_id: str, group: list[Ranked], by_id: dict[str, Row], place: Row) -> None:
    """Write one report of copies that are one text, and what settling says of each of them."""
    members = [(by_id[ranked.id], ranked) for ranked in group]
    there = {ranked.id for ranked in group}
    repeats = [copy for copy in by_id.values() if copy["repeats"] in there]
    for copy in (*(copy for copy, _ in members), *repeats):
        db.execute("delete from problems where copy = ? and code in (?, ?)", [copy["id"], ANOTHER_TEXT, REISSUED])
    write_report(db, report_id, members, repeats, place)
    best = members[0][0]
    for copy in (best, *repeats):
        forget_differences(db, copy)
    for copy, _ in members[1:]:
        mark_differences(db, copy, best)
    for copy, _ in members:
        if (copy["version"] or 1) > 1:
            detail = f"version {copy['version']} of the text at this address, seen there from {copy['seen_from']}"
            write_problem(db, copy["id"], Problem(REISSUED, "note", detail), report_id)


def report_ids(db: Database, key: Key) -> set[str]:
    """Ids of the reports a key has now."""
    sql = "select id from reports where region = ? and coalesce(township, '') = ? and year = ? and id not like ?"
    found = db.execute(sql, [key.region, key.township, key.year, f"{LOOSE}%"]).fetchall()
    return {id for (id,) in found}


def settle_loose(likeness: Likeness, copy_id: str) -> None:
    """Settle the text of a copy that belongs to no region or year yet: a report of its own until it is known better."""
    db = likeness.db
    copy = next(db.query("select * from copies where id = ?", [copy_id]), None)
    if copy is None or copy["home"] is not None or Key.of(copy) is not None:
        return
    copies = find_company(likeness, copy)
    unmark(db, "loose", [copy["id"] for copy in copies])
    before = {copy["report"] for copy in copies if copy["report"] is not None}
    write_versions(db, copies)
    by_id = {copy["id"]: copy for copy in copies}
    for group in group_copies([standing_of(db, copy) for copy in copies if copy["repeats"] is None]):
        best = by_id[group[0].id]
        place: Row = {"region": best["region"], "region_name": best["region_name"], "year": best["year"]}
        settle_report(db, loose_id(db, best), group, by_id, place)
    for old in before:
        if db.execute(f"select 1 from copies where report = ? and {IS_LOOSE} limit 1", [old]).fetchone() is None:
            delete_report(db, old)


def loose_id(db: Database, best: Row) -> str:
    """The id of a report without region or year: the start of its text's digest.

    Where the same text is known once by its region and once by its year, say, a letter tells the reports apart.
    """
    sql = (
        "select distinct coalesce(region, ''), coalesce(township, ''), coalesce(year, 0) from copies"
        f" where text_sha256 = ? and {IS_LOOSE} order by 1, 2, 3"
    )
    known = (best["region"] or "", best["township"] or "", best["year"] or 0)
    ways = [tuple(row) for row in db.execute(sql, [best["text_sha256"]]).fetchall()]
    suffix = next(suffix for suffix, way in zip(suffixes(), ways, strict=False) if way == known)
    return f"{LOOSE}{best['text_sha256'][:12]}{suffix}"


def place_of(key: Key, regions: Regions, copies: list[Row]) -> Row:
    """The columns of a report that say where and when."""
    unit = regions.at(key.region, key.year)
    named = sorted(copy["region_name"] for copy in copies if copy["region_name"])
    return {
        "region": key.region,
        "region_now": regions.code_today(unit) if unit else None,
        "parent": key.region if key.township else regions.parent_code(unit, key.year) if unit else None,
        "region_name": named[0] if named else None,
        "province": unit.province if unit else None,
        "prefecture": (unit.prefecture or (unit.name if unit.level == "prefecture" else None)) if unit else None,
        "name": key.township or (unit.name if unit else None),
        "township": key.township or None,
        "level": "township" if key.township else (unit.level if unit else None),
        "year": key.year,
    }
