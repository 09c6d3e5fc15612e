"""Writing problems: one row for one thing said of one copy."""

from __future__ import annotations

import hashlib

from sqlite_utils import Database

from archive.model import Problem


def write_problem(db: Database, copy_id: str, problem: Problem) -> None:
    """Write one problem of a copy; the same problem twice is one row."""
    said = [copy_id, problem.code, problem.detail, str(problem.start)]
    problem_id = hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
    place = [problem.code, problem.severity, problem.detail, problem.start, problem.length]
    db.execute("insert or ignore into problems values (?, null, ?, ?, ?, ?, ?, ?)", [problem_id, copy_id, *place])
