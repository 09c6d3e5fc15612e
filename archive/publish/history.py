"""What a new snapshot owes the one before: ids once published stay reachable, and what changed is told.

Works on the draft of a snapshot, with the snapshot that stands attached as `old`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

from archive.schema import TABLES

# Written while publishing, from what was published: no part of what is compared.
OF_PUBLISHING = frozenset({"aliases", "snapshots", "snapshot_changes"})
# Columns whose change is none of the report: its number in the index, and sightings.
NOT_COMPARED = frozenset({"n", "first_seen_at"})
# Aliases of aliases are followed so far; each step is a snapshot in which the id moved once more.
MOST_STEPS = 20
ARCHIVE = Path(__file__).parents[1]


def digest_contents(db: sqlite3.Connection) -> str:
    """A digest of every row that would be published and of the code that publishes: equal where nothing changed.

    Texts are told by their digests, and a report's number, given when publishing, is left out.
    """
    digest = hashlib.sha256()
    code = [*sorted((ARCHIVE / "publish").glob("*.py")), *(ARCHIVE / name for name in ("schema.py", "search.py"))]
    for path in (*code, ARCHIVE / "fold.py", ARCHIVE / "fold.csv"):
        digest.update(path.read_bytes())
    for name, table in TABLES.items():
        if not table.published or name in OF_PUBLISHING:
            continue
        left_out = {"texts": {"text"}, "reports": {"n"}}.get(name, set())
        columns = ", ".join(f"[{column}]" for column in table.columns if column not in left_out)
        key = table.pk if isinstance(table.pk, str) else "], [".join(table.pk)
        digest.update(f"\0{name}\0".encode())
        for row in db.execute(f"select {columns} from [{name}] order by [{key}]"):
            digest.update(repr(row).encode())
    return digest.hexdigest()


def write_history(db: sqlite3.Connection, standing: Path, version: str) -> None:
    """Carry aliases and changes over from the snapshot that stands, and add those of this one."""
    db.execute("attach ? as old", [str(standing)])
    try:
        there = {name for (name,) in db.execute("select name from old.sqlite_master where type = 'table'")}
        for name in ("aliases", "snapshot_changes"):
            if name in there:
                columns = ", ".join(f"[{column}]" for column in TABLES[name].columns)
                db.execute(f"insert or ignore into main.[{name}] ({columns}) select {columns} from old.[{name}]")
        write_changes(db, version)
        write_aliases(db, version)
        db.commit()
    finally:
        db.execute("detach old")


def write_changes(db: sqlite3.Connection, version: str) -> None:
    """A row for each report that is new, gone, has another text or other fields than in the snapshot that stands."""
    names = {row[1] for row in db.execute("pragma old.table_info(reports)")}
    compared = [
        column for column in TABLES["reports"].columns if column in names and column not in {*NOT_COMPARED, "id"}
    ]
    listed = ", ".join(f"[{column}]" for column in ("id", *compared))
    old = {row[0]: row[1:] for row in db.execute(f"select {listed} from old.reports")}
    new = {row[0]: row[1:] for row in db.execute(f"select {listed} from main.reports")}
    text = compared.index("text_sha256")
    rows = []
    for id in sorted(old.keys() | new.keys()):
        before, after = old.get(id), new.get(id)
        if before == after:
            continue
        fields: list[str] = []
        if before is None or after is None:
            change = "new" if before is None else "gone"
        else:
            fields = [column for column, was, now in zip(compared, before, after, strict=True) if was != now]
            change = "text" if before[text] != after[text] else "fields"
        told = (before[text] if before else None, after[text] if after else None)
        rows.append((version, id, change, ";".join(fields) or None, *told))
    db.executemany(
        "insert or replace into snapshot_changes (version, report, change, fields, text_before, text_after)"
        " values (?, ?, ?, ?, ?, ?)",
        rows,
    )


def write_aliases(db: sqlite3.Connection, version: str) -> None:
    """Where each id that was published and is no more leads now.

    To the report that has its best copy, else any of its copies, else its text; one that leads nowhere stays, with a
    null id, as withdrawn. An id that came back is no alias any more.
    """
    gone = db.execute(
        "select id, best_copy, text_sha256 from old.reports where id not in (select id from main.reports) order by id"
    ).fetchall()
    for id, best_copy, text in gone:
        found = (
            db.execute("select report from main.copies where id = ? and report is not null", [best_copy]).fetchone()
            or db.execute(
                "select n.report from old.copies o join main.copies n on n.id = o.id where o.report = ?"
                " and n.report is not null group by n.report order by count(*) desc, n.report limit 1",
                [id],
            ).fetchone()
            or db.execute("select id from main.reports where text_sha256 = ? order by id limit 1", [text]).fetchone()
        )
        why = "its copies belong there now" if found else "withdrawn: none of its copies is in the archive any more"
        db.execute(
            "insert or replace into main.aliases (old_id, id, since, why) values (?, ?, ?, ?)",
            [id, found[0] if found else None, version, why],
        )
    db.execute("delete from main.aliases where old_id in (select id from main.reports)")
    for _ in range(MOST_STEPS):
        moved = db.execute(
            "update main.aliases as a set id = (select b.id from main.aliases b where b.old_id = a.id)"
            " where a.id is not null and a.id not in (select id from main.reports)"
            " and exists (select 1 from main.aliases b where b.old_id = a.id and b.old_id <> a.old_id)"
        ).rowcount
        if not moved:
            break
