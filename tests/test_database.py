"""The working database: tables as the schema says, transactions that are whole, damage said in one line."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from archive.database import is_up_to_date, open_archive, open_readonly, writing
from archive.errors import BadArgumentsError, DamagedInputError, MachineError
from archive.home import Home
from archive.schema import TABLES, VIEWS
from tests.command import environment


def test_every_table_view_and_column_is_there(home: Home) -> None:
    db = open_archive(home)
    for name, table in TABLES.items():
        assert set(db[name].columns_dict) == set(table.columns), name
        assert all(meaning for _, meaning in table.columns.values())
    assert set(VIEWS) <= set(db.view_names())
    for name in VIEWS:
        list(db.query(f"select * from {name} limit 1"))
    db.close()


def test_opening_again_changes_nothing(home: Home) -> None:
    open_archive(home).close()
    before = sqlite3.connect(home.database).execute("select sql from sqlite_master order by 1").fetchall()
    open_archive(home).close()
    assert sqlite3.connect(home.database).execute("select sql from sqlite_master order by 1").fetchall() == before


def test_an_archive_of_an_earlier_version_gets_what_it_lacks(home: Home) -> None:
    db = open_archive(home)
    with writing(db):
        db.execute("drop table mentions")
        db.execute("drop view full_targets")
        db.execute("alter table terms drop column length")
    db.close()
    db = open_archive(home)
    assert set(db["terms"].columns_dict) == set(TABLES["terms"].columns)
    assert db["mentions"].exists()
    db.close()


def test_a_transaction_is_whole_and_keeps_others_out(home: Home) -> None:
    db = open_archive(home)

    def fail_midway() -> None:
        with writing(db):
            db.execute("insert into texts values ('a', 'b')")
            other = sqlite3.connect(home.database, timeout=0)
            assert other.execute("select count(*) from texts").fetchone() == (0,)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("insert into texts values ('c', 'd')")
            other.close()
            raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        fail_midway()
    assert db.execute("select count(*) from texts").fetchone() == (0,)
    with writing(db), writing(db):
        db.execute("insert into texts values ('a', 'b')")
    assert sqlite3.connect(home.database).execute("select count(*) from texts").fetchone() == (1,)
    db.close()


def test_a_damaged_file_says_how_to_mend_it(home: Home) -> None:
    home.database.write_bytes(b"SQLite format 3\0" + b"no" * 2000)
    with pytest.raises(DamagedInputError, match="reindex"):
        open_archive(home)


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
