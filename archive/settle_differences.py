"""Writing where a copy differs from the best copy of its report. settle.py calls it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from archive.copy_differences import CopyDifference, compare_with_best, count_kinds, keep_first
from archive.findings import write_problem
from archive.model import Problem

Row = dict[str, Any]

NUMBER_DIFFERS = "number_differs"
# Numbers of one copy that are problems of their own; the rest are said in one.
SAID = 20


def write_differences(db: Database, copy: Row, best: Row, report: str) -> None:
    """Write how a copy's text differs from the best copy's, unless it was compared with this one before."""
    if copy["compared_with"] == best["text_sha256"]:
        return
    forget_differences(db, copy)
    if copy["text_sha256"] != best["text_sha256"]:
        found = compare_with_best(read_text(db, copy), read_text(db, best))
        insert_differences(db, copy["id"], keep_first(found))
        numbers = [each for each in found if each.kind == "numbers" and each.words and each.best_words]
        write_numbers(db, copy["id"], numbers, report)
        differs = json.dumps(count_kinds(found))
    else:
        differs = "{}"
    sql = "update copies set differs = ?, compared_with = ? where id = ?"
    db.execute(sql, [differs, best["text_sha256"], copy["id"]])


def read_text(db: Database, copy: Row) -> str:
    """A copy's text."""
    return str(db.execute("select text from texts where sha256 = ?", [copy["text_sha256"]]).fetchone()[0])


def forget_differences(db: Database, copy: Row) -> None:
    """Delete what was said of a copy against an earlier best one, or because it was not the best itself."""
    if copy["compared_with"] is None:
        return
    db.execute("delete from differences where copy = ?", [copy["id"]])
    db.execute("delete from problems where copy = ? and code = ?", [copy["id"], NUMBER_DIFFERS])
    db.execute("update copies set differs = null, compared_with = null where id = ?", [copy["id"]])


def insert_differences(db: Database, copy: str, differences: Sequence[CopyDifference]) -> None:
    """Write the rows of one copy."""
    sql = (
        "insert into differences (copy, n, kind, start, length, words, best_start, best_length, best_words, times)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    rows = [
        (copy, n, d.kind, d.start, d.length, d.words, d.best_start, d.best_length, d.best_words, d.times)
        for n, d in enumerate(differences, 1)
    ]
    db.conn.executemany(sql, rows)


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
