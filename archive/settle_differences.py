"""Writing where a copy differs from the best copy of its report. settle.py calls it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.copy_differences import CopyDifference, compare_with_best, count_kinds, keep_first
from archive.database import insert_rows
from archive.findings import write_problem
from archive.model import Problem
from archive.unsettled import mark

Row = dict[str, Any]

NUMBER_DIFFERS = "number_differs"
# What is written of a difference beside its copy and number.
WRITTEN = ("kind", "start", "length", "words", "best_start", "best_length", "best_words", "times")
# Numbers of one copy that are problems of their own; the rest are said in one.
SAID = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """A copy and the best one of its report, with their texts."""

    copy: str
    report: str
    text: str
    best_text: str
    best_sha256: str


class DifferencesWork:
    """Finding where copies differ from the best one (elsewhere.py)."""

    kind = "differs"

    def read(self, db: Database, id: str) -> Pair | None:
        """The texts of a copy and the best one of its report; None for the best one itself."""
        sql = (
            "select c.id, c.report, t.text, bt.text, b.text_sha256 from copies c join reports r on r.id = c.report"
            " join copies b on b.id = r.best_copy join texts t on t.sha256 = c.text_sha256"
            " join texts bt on bt.sha256 = b.text_sha256 where c.id = ? and c.id <> b.id"
        )
        row = db.execute(sql, [id]).fetchone()
        return Pair(*row) if row else None

    def do(self, piece: Pair) -> list[CopyDifference]:
        """All differences."""
        return compare_with_best(piece.text, piece.best_text)

    def write(self, db: Database, piece: Pair, value: list[CopyDifference]) -> None:
        """Write those that tell most, and how many there are by kind."""
        insert_differences(db, piece.copy, keep_first(value))
        numbers = [each for each in value if each.kind == "numbers" and each.words and each.best_words]
        write_numbers(db, piece.copy, numbers, piece.report)
        note_compared(db, piece.copy, piece.best_sha256, count_kinds(value))


def mark_differences(db: Database, copy: Row, best: Row) -> None:
    """Note that a copy is to be compared with the best one of its report, unless it was compared with that before."""
    if copy["compared_with"] == best["text_sha256"]:
        return
    forget_differences(db, copy)
    if copy["text_sha256"] == best["text_sha256"]:
        note_compared(db, copy["id"], best["text_sha256"], {})
    else:
        mark(db, DifferencesWork.kind, [copy["id"]])


def note_compared(db: Database, copy: str, best_sha256: str, kinds: dict[str, int]) -> None:
    """Write with which text a copy was compared, and in how many places they differ, by kind."""
    db.execute("update copies set differs = ?, compared_with = ? where id = ?", [json.dumps(kinds), best_sha256, copy])


def forget_differences(db: Database, copy: Row) -> None:
    """Delete what was said of a copy against an earlier best one, or because it was not the best itself."""
    if copy["compared_with"] is None:
        return
    db.execute("delete from differences where copy = ?", [copy["id"]])
    db.execute("delete from problems where copy = ? and code = ?", [copy["id"], NUMBER_DIFFERS])
    db.execute("update copies set differs = null, compared_with = null where id = ?", [copy["id"]])


def insert_differences(db: Database, copy: str, differences: Sequence[CopyDifference]) -> None:
    """Write the rows of one copy."""
    rows = [
        {"copy": copy, "n": n, **{name: getattr(difference, name) for name in WRITTEN}}
        for n, difference in enumerate(differences, 1)
    ]
    insert_rows(db, "differences", rows)


def write_numbers(db: Database, copy: str, numbers: Sequence[CopyDifference], report: str) -> None:
    """Each number that is another in the best copy is a problem; one that is only rounded is a note."""
    for each in numbers[:SAID]:
        severity = "note" if each.rounded else "minor"
        detail = f"{each.words} here, {each.best_words} in the best copy"
        problem = Problem(NUMBER_DIFFERS, severity, detail, each.start, each.length)
        write_problem(db, copy, problem, report)
    if len(numbers) > SAID:
        detail = f"{len(numbers) - SAID} more numbers differ from the best copy"
        write_problem(db, copy, Problem(NUMBER_DIFFERS, "minor", detail), report)
