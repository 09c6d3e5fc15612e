"""The text of a report: its best copy's, or, where no copy is whole, restored from several. settle.py calls it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from archive.damage import find_damage
from archive.draft import ORDER, RESTORABLE, UNSEEN
from archive.fold import count_chars
from archive.model import Candidate, Problem
from archive.restore import DamagedCopy, Missing, Restoration, restore

Row = dict[str, Any]

# What is said of a restored text itself: what was not filled, and what the detectors find in it still.
OWN = (*sorted(RESTORABLE), ORDER, UNSEEN)


def settle_text(db: Database, report_id: str, members: Sequence[Row]) -> Row:
    """The columns of a report that say what its text is; writes what was restored and what is still missing.

    `members` are the rows of its copies in order of rank. Where the best is damaged and others show what it has lost,
    the text is restored from them: `trust` is "restored" when nothing major is wrong any more, else "damaged".
    """
    forget_restoration(db, report_id)
    best = members[0]
    trust = "damaged" if best["damage"] else "official" if best["origin"] == "official" else "republished"
    changed_at = first_seen([copy for copy in members if copy["text_sha256"] == best["text_sha256"]])
    settled: Row = {name: best[name] for name in ("text_sha256", "chars", "lost")}
    settled |= {"trust": trust, "changed_at": changed_at}
    if not best["damage"] or len(members) == 1:
        return settled
    copies = [damaged_copy(db, copy) for copy in members]
    if copies[0].codes.isdisjoint(RESTORABLE):
        return settled
    found = restore(copies)
    if not found.restored:
        return settled
    digest = hashlib.sha256(found.text.encode()).hexdigest()
    db.execute("insert or ignore into texts values (?, ?)", [digest, found.text])
    problems = say_missing(found, best["year"])
    write_restoration(db, report_id, found, problems)
    major = (copies[0].codes - RESTORABLE) | {problem.code for problem in problems if problem.severity == "major"}
    used = {part.copy for part in found.restored} | {best["id"]}
    return {
        "text_sha256": digest,
        "chars": count_chars(found.text),
        "lost": found.lost or None,
        "trust": "damaged" if major else "restored",
        # The text is as it is since the last of the copies it needs was there.
        "changed_at": max(
            (copy["seen_from"] for copy in members if copy["id"] in used and copy["seen_from"]), default=None
        ),
    }


def first_seen(copies: Sequence[Row]) -> str | None:
    """When the first of some copies was seen."""
    return min((copy["seen_from"] for copy in copies if copy["seen_from"]), default=None)


def damaged_copy(db: Database, copy: Row) -> DamagedCopy:
    """A copy's row with its text and the codes of what is majorly wrong with it."""
    sql = "select distinct code from problems where copy = ? and severity = 'major'"
    codes = frozenset(code for (code,) in db.execute(sql, [copy["id"]]).fetchall())
    text = db.execute("select text from texts where sha256 = ?", [copy["text_sha256"]]).fetchone()[0]
    return DamagedCopy(copy["id"], text, copy["lost"] or "", codes)


def say_missing(found: Restoration, year: int | None) -> list[Problem]:
    """The problems of a restored text: what no copy has, and what its detectors find in it."""
    problems = [describe(gap, found.text) for gap in found.missing if gap.length < len(found.text)]
    detected = find_damage(found.text, Candidate(1, tuple(found.text.split("\n"))), year)
    problems += [problem for problem in detected if problem.code in RESTORABLE]
    if found.cut:
        problems.append(Problem("cut", "major", f"no copy goes on, ends in {found.text[-12:]}"))
    return problems


def describe(gap: Missing, text: str) -> Problem:
    """What is still missing at one place, as a problem: a major one where the text promises one more at least."""
    characters = "、".join(gap.characters)
    if gap.reason == ORDER:
        detail = f"{characters} is lost here, before or after: no copy shows the order"
        return Problem(ORDER, "minor", detail, gap.start, gap.length)
    promised = max(text.count(sign) for sign in gap.characters) / max(len(text) - gap.length, 1) * gap.length
    detail = f"{characters} may be lost here: no copy shows this passage with it"
    return Problem(UNSEEN, "major" if promised >= 1 else "minor", detail, gap.start, gap.length)


def forget_restoration(db: Database, report_id: str) -> None:
    """Delete what was restored of a report, and what was said of its restored text."""
    db.execute("delete from restored where report = ?", [report_id])
    marks = ", ".join("?" * len(OWN))
    db.execute(f"delete from problems where report = ? and copy is null and code in ({marks})", [report_id, *OWN])


def write_restoration(db: Database, report_id: str, found: Restoration, problems: Sequence[Problem]) -> None:
    """Write which characters of a report's text come from which copy, and what is still wrong with it."""
    db.conn.executemany(
        "insert into restored values (?, ?, ?, ?, ?)",
        [(report_id, n, part.start, part.length, part.copy) for n, part in enumerate(found.restored, 1)],
    )
    for problem in problems:
        said = "\n".join((report_id, problem.code, problem.detail, str(problem.start)))
        row = [hashlib.sha256(said.encode()).hexdigest()[:16], report_id, problem.code, problem.severity]
        place = [problem.detail, problem.start, problem.length]
        sql = "insert or ignore into problems (id, report, code, severity, detail, start, length)"
        db.execute(f"{sql} values (?, ?, ?, ?, ?, ?, ?)", [*row, *place])
