"""What is worked out elsewhere, units of reports for one: by workers while others are written, never lost, never of
another text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.database import open_archive, writing
from archive.elsewhere import AHEAD, AT_ONCE, Here, Workers, settle_elsewhere
from archive.examiners import Examiners
from archive.home import Home
from archive.units import UNITS, Text, UnitsWork, find_units, mark_units
from tests import speech

TEXTS = {f"990001-{year}": speech.report(year=year) for year in range(1990, 1990 + 2 * AT_ONCE + 3)}


def add_report(db: Database, id: str, text: str) -> None:
    """A report with its text, marked as settling does."""
    digest = f"{hash(text):x}"
    db.execute("insert or ignore into texts values (?, ?)", [digest, text])
    db.table("reports").upsert({"id": id, "text_sha256": digest, "year": int(id[-4:])}, pk="id")
    mark_units(db, id, is_new=True)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_archive(Home(tmp_path))
    with writing(db):
        for id, lines in TEXTS.items():
            add_report(db, id, "\n".join(lines))
    yield db
    db.close()


def units_of(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows."""
    return {table: db.execute(f"select * from {table} order by 1, 2").fetchall() for table in UNITS}


def is_marked(db: Database) -> bool:
    """Whether any report still waits."""
    return db.execute("select 1 from unsettled where kind = 'units'").fetchone() is not None


def settle_units(db: Database, workers: Workers) -> None:
    settle_elsewhere(db, UnitsWork(), workers)


class Cut(Exception):
    pass


class Counting(Here):
    """Notes how many lots were under way at once."""

    def __init__(self, workers: Workers) -> None:
        self.jobs, self.ahead = workers.jobs, workers.ahead
        self.now = self.most = 0

    def begin(self, work: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        wait = super().begin(work, *arguments)
        self.now += 1
        self.most = max(self.most, self.now)

        def end() -> Any:
            self.now -= 1
            return wait()

        return end


class CutOff(Here):
    """Ends with the third piece of work."""

    def __init__(self) -> None:
        self.begun = 0

    def begin(self, work: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        self.begun += 1
        if self.begun == 3:
            raise Cut
        return super().begin(work, *arguments)


def test_what_was_cut_off_goes_on(db: Database) -> None:
    with pytest.raises(Cut):
        settle_units(db, CutOff())
    assert is_marked(db)
    settle_units(db, Here())
    assert not is_marked(db)
    assert {id for (id,) in db.execute("select distinct report from sections")} == set(TEXTS)
    found = units_of(db)
    with writing(db):
        for id in TEXTS:
            mark_units(db, id, is_new=False)
    settle_units(db, Here())
    assert units_of(db) == found


def test_workers_find_what_is_found_here(db: Database) -> None:
    workers = Examiners(2)
    try:
        settle_units(db, workers)
    finally:
        workers.close()
    found = units_of(db)
    with writing(db):
        for id in TEXTS:
            mark_units(db, id, is_new=True)
    assert not any(units_of(db).values())
    settle_units(db, Here())
    assert units_of(db) == found


def test_a_report_that_has_changed_meanwhile_waits_for_who_changed_it(db: Database) -> None:
    changed, gone, *_ = TEXTS

    class Changing(Here):
        def begin(self, work: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
            with writing(db):
                add_report(db, changed, "\n".join([*TEXTS[changed], "新添的一段。"]))
                db.execute("delete from reports where id = ?", [gone])
            return super().begin(work, *arguments)

    settle_units(db, Changing())
    assert db.execute("select id from unsettled where kind = 'units' order by id").fetchall() == [(changed,), (gone,)]
    assert db.execute("select count(*) from paragraphs where report in (?, ?)", [changed, gone]).fetchone() == (0,)
    settle_units(db, Here())
    assert not is_marked(db)
    assert db.execute("select count(*) from paragraphs where report = ?", [changed]).fetchone()[0] > 0


def parent_only(parent: int) -> int:
    """Ends any process but that one."""
    if os.getpid() != parent:
        os._exit(1)
    return 7


def test_work_of_a_worker_that_dies_is_done_here() -> None:
    workers = Examiners(1)
    try:
        assert workers.begin(parent_only, os.getpid())() == 7
        assert workers.begin(len, "四个汉字")() == 4
    finally:
        workers.close()


def test_a_report_without_a_year_has_no_targets(db: Database) -> None:
    text = "\n".join(speech.report())
    assert find_units(Text("x", text, None, None))["targets"] == []
    assert find_units(Text("x", text, 2020, None))["sections"]


@pytest.mark.parametrize(("jobs", "at_once"), [(1, 1), (2, 1 + 2 * AHEAD)])
def test_a_single_worker_takes_turns_with_the_main_process(
    db: Database, jobs: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.elsewhere.AT_ONCE", 1)
    counting = Counting(Examiners(jobs))
    settle_units(db, counting)
    assert counting.most == at_once
