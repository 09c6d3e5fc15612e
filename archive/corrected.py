"""Corrections in the database: which captures are to be read anew because of them, what they overruled, aliases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple

from sqlite_utils import Database

from archive.corrections import WHETHER, Correction
from archive.database import writing
from archive.model import Overruled

# Fields that make the id of a report.
OF_ID = ("region", "township", "year")


def write_overruled(db: Database, capture: str, part: int, overruled: Iterable[Overruled]) -> None:
    """Note what corrections overruled in one candidate."""
    rows = [(f"{capture}-{part}", capture, *astuple(one)) for one in overruled]
    sql = "insert into overruled (copy, capture, id, field, value, was, report) values (?, ?, ?, ?, ?, ?, ?)"
    db.conn.executemany(sql, rows)


def changed_corrections(db: Database, corrections: Iterable[Correction]) -> set[str]:
    """The ids whose corrections are not those under which all captures were last read."""
    now = {(one.id, one.field, one.value, one.evidence, one.who, one.on) for one in corrections}
    before = set(db.execute("select id, field, value, evidence, who, [on] from corrections_read").fetchall())
    return {row[0] for row in now ^ before}


def concerned(db: Database, corrections: Sequence[Correction]) -> list[str]:
    """The captures whose rows are not as these corrections want them, because they were read under others; by id."""
    found: set[str] = set()
    for id in changed_corrections(db, corrections):
        for sql in (
            "select id from captures where verdict = 'page' and id = :capture",
            "select capture from overruled where id = :id or report = :id",
            "select capture from copies where region || coalesce('-' || township, '') || '-' || year = :id"
            " and region = substr(:id, 1, 6)",
            "select capture from copies where (region is null or year is null)"
            " and 'unresolved-' || substr(text_sha256, 1, 12) = :id",
        ):
            rows = db.execute(sql, {"id": id, "capture": id.rpartition("-")[0]}).fetchall()
            found |= {capture for (capture,) in rows}
    return sorted(found)


def remember_corrections(db: Database, corrections: Iterable[Correction]) -> None:
    """Note under which corrections all captures have been read now."""
    rows = [(one.id, one.field, one.value, one.evidence, one.who, one.on) for one in corrections]
    with writing(db):
        db.execute("delete from corrections_read")
        db.conn.executemany("insert into corrections_read values (?, ?, ?, ?, ?, ?)", rows)


def write_corrections(db: Database, corrections: Iterable[Correction], where: str) -> list[str]:
    """Write the corrections that found something, with what they overruled, and the aliases of ids they changed.

    Gives a line for each that found nothing. Call it when all is settled.
    """
    lost = []
    with writing(db):
        db.execute("delete from corrections")
        for one in corrections:
            rows = db.execute("select distinct was from overruled where id = ? and field = ?", [one.id, one.field])
            found = rows.fetchall()
            if not found:
                lost.append(f"{where}, line {one.line}: {told_of_nothing(db, one)}")
                continue
            was = "; ".join(sorted(value for (value,) in found if value is not None)) or None
            values = [one.id, one.field, one.value or None, one.evidence, one.who, one.on, was]
            db.execute("insert into corrections values (?, ?, ?, ?, ?, ?, ?)", values)
        write_aliases(db)
    return lost


def told_of_nothing(db: Database, one: Correction) -> str:
    """Why a correction changes nothing, and what to do."""
    copy = db.execute("select 1 from copies where id = ?", [one.id]).fetchone()
    rejected = db.execute("select reason from rejections where capture || '-' || part = ?", [one.id]).fetchone()
    if rejected and one.field != WHETHER:
        return f"{one.id} is no report ({rejected[0]}): add a line with is_report yes, or take this one out"
    if copy or rejected:
        return f"{one.id} says so by itself by now: take the line out"
    beside = db.execute("select 1 from overruled where id = ? or copy = ?", [one.id, one.id]).fetchone()
    if beside:
        return f"another correction decides the {one.field} of {one.id}: keep one of the two"
    return f"there is no copy or report {one.id}: mend the id, or take the line out"


def write_aliases(db: Database) -> None:
    """An id that a correction of region, township or year took from all its copies leads on to where they are now."""
    db.execute("delete from aliases where old_id in (select id from reports)")
    marks = ", ".join("?" for _ in OF_ID)
    sql = (
        "select distinct o.report, c.report, k.why from overruled o join copies c on c.id = o.copy join"
        " (select id, field, who || ', ' || [on] || ': ' || evidence as why from corrections) k"
        f" on k.id = o.id and k.field = o.field where o.field in ({marks}) and c.report is not null"
        " and o.report not in (select id from reports) order by 1, 2 desc, 3 desc"
    )
    for old, now, why in db.execute(sql, OF_ID).fetchall():
        db.execute(
            "insert into aliases (old_id, id, why) values (?, ?, ?) on conflict (old_id)"
            " do update set id = excluded.id, why = excluded.why",
            [old, now, f"corrected by {why}"],
        )
