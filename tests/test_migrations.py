"""An archive of an earlier version is brought up to date whole, one of a later version refused with the way out."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from archive.database import is_up_to_date, open_archive, open_readonly, writing
from archive.errors import BadArgumentsError, MachineError
from archive.home import Home
from archive.schema import VIEWS
from tests.command import environment


def as_it_was(home: Home) -> None:
    """Make the database of a home what the first version made: columns, views and tables of later ones are not there."""
    db = open_archive(home)
    with writing(db):
        for view in VIEWS:
            db.execute(f"drop view [{view}]")
        db.execute("alter table runs drop column seconds_reading")
        db.execute("drop table unsettled")
        db.execute("create table fingerprints (hash integer, copy text)")
        db.execute("delete from _sqlite_migrations where name <> '001_tables'")
        db.execute(
            "insert into runs (id, source, started_at, verdict) values ('a-1', 'a', '2026-01-01T00:00:00Z', 'ok')"
        )
    db.close()


def test_an_old_archive_is_upgraded_in_place(home: Home) -> None:
    as_it_was(home)
    with pytest.raises(MachineError, match="earlier version"):
        open_readonly(home.database)
    db = open_archive(home)
    assert is_up_to_date(db)
    assert "fingerprints" not in db.table_names()
    assert db.execute("select verdict, seconds_reading from runs").fetchall() == [("ok", None)]
    db.close()
    open_readonly(home.database).close()


@pytest.mark.parametrize("step", ["drop_fingerprints", "add_missing", "create_views"])
def test_an_upgrade_that_is_cut_off_is_done_by_the_next(home: Home, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    as_it_was(home)
    code = (
        "import os, archive.database as d\nfrom archive.home import find_home\n"
        "def die(*a): os._exit(9)\n"
        + (
            "d.migrations._migrations[1].fn = lambda db: (db.execute('drop table fingerprints'), die())\n"
            if step == "drop_fingerprints"
            else ""
        )
        + (
            "before = d.create_table\nd.create_table = lambda db, name: (before(db, name), die())\n"
            if step == "add_missing"
            else ""
        )
        + ("d.create_views = die\n" if step == "create_views" else "")
        + "d.open_archive(find_home())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment() | {"BAOGAO_HOME": str(home.root)}, check=False
    )
    assert done.returncode == 9
    with closing(sqlite3.connect(home.database)) as half:
        # What was begun in a transaction is as it was before.
        has = {name for (name,) in half.execute("select name from sqlite_master where type = 'table'")}
        assert ("fingerprints" in has) == (step == "drop_fingerprints")
        assert ("unsettled" in has) == (step == "create_views")
    db = open_archive(home)
    assert is_up_to_date(db)
    assert db.execute("select count(*) from runs").fetchone() == (1,)
    db.close()


def test_an_archive_of_a_later_version_is_refused(home: Home) -> None:
    db = open_archive(home)
    db.table("_sqlite_migrations").insert({"migration_set": "baogao", "name": "999_future", "applied_at": "2030"})
    db.close()
    for open_it in (lambda: open_archive(home), lambda: open_readonly(home.database)):
        with pytest.raises(BadArgumentsError, match=r"later version.*999_future.*reindex"):
            open_it()


def test_a_database_that_another_holds_is_said_to_be_held(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_was(home)
    monkeypatch.setattr("archive.database.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(home.database)) as other:
        other.execute("begin immediate")
        with pytest.raises(MachineError, match="another program has it open"):
            open_archive(home)
