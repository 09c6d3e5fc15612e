"""The working database: tables as the schema says, transactions that are whole, damage said in one line."""

import sqlite3

import pytest

from archive.database import open_archive, writing
from archive.errors import DamagedInputError
from archive.home import Home
from archive.schema import TABLES, VIEWS


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
