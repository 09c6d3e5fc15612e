"""Publishing: gates, the snapshot, its versions, and that a kill leaves the old or the new file whole."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from archive.database import open_archive, writing
from archive.errors import DamagedInputError, GateRefusedError, MachineError
from archive.home import Home
from archive.publish import is_current, next_version, order_version, publish
from archive.publish.contents import is_site_line, read_contents
from archive.publish.gates import Contents, check_gates
from archive.schema import TABLES, VIEWS
from archive.search import fts_query
from archive.site import make_app
from tests.small_archive import Writer, change_something, write_small_archive

CONTENTS = Contents(
    {f"99010{n}-2020": 1000 + n for n in range(100)},
    frozenset((f"99010{n}", 2020) for n in range(100)),
    filled={"title": 0.92, "year": 1.0},
    sources={"jiazi": (20, 10_000.0), "few": (20, 10_000.0)},
)


def without(contents: Contents, count: int) -> Contents:
    ids = sorted(contents.chars)[count:]
    return replace(contents, chars={id: contents.chars[id] for id in ids})


def check_sums(home: Home) -> None:
    """Do as a person would who downloaded the files."""
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=home.published, check=True)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (CONTENTS, None),
        (without(CONTENTS, 2), None),
        (without(CONTENTS, 3), "97 reports, 100 were published"),
        (replace(CONTENTS, chars={}), "no reports"),
        (replace(CONTENTS, places=CONTENTS.places - {("990107", 2020)}), "region-years are gone: 990107 2020"),
        (replace(CONTENTS, chars={id: chars // 2 for id, chars in CONTENTS.chars.items()}), "median report has 524"),
        (replace(CONTENTS, chars=dict.fromkeys(CONTENTS.chars, 1300)), None),
        (replace(CONTENTS, chars=CONTENTS.chars | dict.fromkeys(map(str, range(900)), 10)), None),
        (replace(CONTENTS, integrity="row 3 missing"), "row 3 missing"),
        (replace(CONTENTS, filled={"title": 0.89, "year": 1.0}), "title 89% (it was 92%)"),
        (replace(CONTENTS, filled={"title": 0.91, "year": 1.0}), None),
        (replace(CONTENTS, sources={"jiazi": (9, 7000.0), "few": (4, 1.0)}), "jiazi 7000 characters (it had 10000)"),
        (replace(CONTENTS, sources={"jiazi": (4, 7000.0)}), None),
        (replace(CONTENTS, furnished=("990101-2020", "b", "c", "d")), "lines of a site stand in 4 reports"),
        (replace(CONTENTS, furnished=("990101-2020", "b", "c")), None),
        (replace(CONTENTS, searches={"水": (frozenset({1}), frozenset({1, 2}))}), "水 (1 found, 2 have it)"),
    ],
)
def test_gates(new: Contents, words: str | None) -> None:
    reasons = check_gates(new, CONTENTS)
    if words is None:
        assert reasons == []
    else:
        assert words in " ".join(reasons)


def test_first_snapshot_passes_with_anything_in_it() -> None:
    assert check_gates(CONTENTS) == []
    assert check_gates(Contents({}, frozenset())) != []


def test_versions() -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert next_version(now, []) == next_version(now, ["2026.11.21.3"]) == "2026.11.22"
    assert next_version(now, ["2026.11.22"]) == "2026.11.22.2"
    taken = ["2026.11.22.9", "2026.11.22", "2026.11.22.10"]
    assert next_version(now, taken) == "2026.11.22.11"
    assert sorted(taken, key=order_version) == ["2026.11.22", "2026.11.22.9", "2026.11.22.10"]


def test_publish(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    published = publish(home)
    assert published.path == home.snapshot
    assert published.sha256 == sha256(home.snapshot.read_bytes()).hexdigest()
    check_sums(home)
    assert not list(home.published.glob("unfinished-*"))
    assert not list(home.published.glob("*-journal"))
    with closing(sqlite3.connect(home.snapshot)) as db:
        tables = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
        assert {name for name, table in TABLES.items() if table.published} <= tables
        assert not {name for name, table in TABLES.items() if not table.published} & tables
        for view in VIEWS:
            db.execute(f"select * from [{view}] limit 1").fetchall()
        assert db.execute("pragma journal_mode").fetchone() == ("delete",)
        assert db.execute("select count(*), min(n), max(n) from reports").fetchone() == (
            published.reports,
            1,
            published.reports,
        )
        assert db.execute("select version, sha256, reports, note from snapshots").fetchall() == [
            (published.version, None, published.reports, None)
        ]
        for word in ("营商环境", "旧改", "一网通办", "水", "水利与旧改"):
            found = db.execute(
                "select r.id from reports_fts f join reports r on r.n = f.rowid where f.reports_fts match ?",
                [fts_query(word)],
            ).fetchall()
            there = db.execute(
                "select id from full_reports where instr(replace(replace(replace(text, '優', '优'),"
                " '營', '营'), '環', '环'), ?)",
                [word],
            ).fetchall()
            assert sorted(found) == sorted(there) != [], word


def test_earlier_snapshots_are_kept_and_numbered(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    editions = []
    for _ in range(5):
        editions.append(publish(home))
        change_something(home)
    versions = [edition.version for edition in editions]
    assert len(set(versions)) == 5
    names = {path.name for path in home.published.iterdir()}
    kept = {f"reports-{version}{end}" for version in versions[-3:] for end in (".db", ".inspect.json")}
    assert names == {"reports.db", "SHA256SUMS", *kept, *(f"exports-{version}" for version in versions[-3:])}
    assert (home.published / f"reports-{versions[-1]}.db").samefile(home.snapshot)
    for edition in editions[-3:]:
        path = home.published / f"reports-{edition.version}.db"
        assert sha256(path.read_bytes()).hexdigest() == edition.sha256
        assert f"{edition.sha256}  {path.name}\n" in (home.published / "SHA256SUMS").read_text()
    with closing(sqlite3.connect(home.snapshot)) as db:
        rows = dict(db.execute("select version, sha256 from snapshots"))
    assert rows == {edition.version: edition.sha256 for edition in editions[:-1]} | {versions[-1]: None}


def test_without_a_change_there_is_no_new_version(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    first = publish(home)
    bytes_before = home.snapshot.read_bytes()
    again = publish(home)
    assert (again.version, again.sha256, again.new) == (first.version, first.sha256, False)
    assert home.snapshot.read_bytes() == bytes_before
    # Exports that are not there are made up for.
    shutil.rmtree(home.published / f"exports-{first.version}")
    assert not publish(home).new
    assert (home.published / f"exports-{first.version}" / "SHA256SUMS").exists()
    change_something(home)
    assert publish(home).version == f"{first.version}.2"


def rows(home: Home, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(home.snapshot)) as db:
        return db.execute(sql).fetchall()


def test_what_changed_is_told_and_ids_stay_reachable(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    first = publish(home)
    assert rows(home, "select * from snapshot_changes") == []
    with closing(open_archive(home)) as db, writing(db):
        # One report is found to be another's, one moves, one gets another speaker, one is withdrawn.
        db.execute("update reports set id = '990101-2020-b' where id = '990101-2020'")
        db.execute("update copies set report = '990101-2020-b' where report = '990101-2020'")
        db.execute("update reports set speaker = '孙示例' where id = '990101-2021'")
        db.execute("delete from copies where report = '990102-2022'")
        db.execute("delete from reports where id = '990102-2022'")
    second = publish(home, accept="示例")
    changes = rows(home, f"select report, change, fields from snapshot_changes where version = '{second.version}'")
    assert sorted(changes) == [
        ("990101-2020", "gone", None),
        ("990101-2020-b", "new", None),
        ("990101-2021", "fields", "speaker"),
        ("990102-2022", "gone", None),
    ]
    aliases = rows(home, "select old_id, id, since from aliases order by old_id")
    assert aliases == [("990101-2020", "990101-2020-b", second.version), ("990102-2022", None, second.version)]
    with closing(open_archive(home)) as db, writing(db):
        db.execute("update reports set id = '990101-2020-c' where id = '990101-2020-b'")
        db.execute("update copies set report = '990101-2020-c' where report = '990101-2020-b'")
    publish(home)
    # The first id leads to where its report is now, over two steps; the history of both snapshots is there.
    assert dict(rows(home, "select old_id, id from aliases where id is not null")) == {
        "990101-2020": "990101-2020-c", "990101-2020-b": "990101-2020-c",
    }  # fmt: skip
    assert len(rows(home, "select * from snapshot_changes")) == 6
    with closing(open_archive(home)) as db, writing(db):
        db.execute("update reports set id = '990101-2020' where id = '990101-2020-c'")
        db.execute("update copies set report = '990101-2020' where report = '990101-2020-c'")
    publish(home)
    assert dict(rows(home, "select old_id, id from aliases where id is not null")) == {
        "990101-2020-b": "990101-2020", "990101-2020-c": "990101-2020",
    }  # fmt: skip
    assert first.version < second.version


def test_a_gate_refuses_and_is_overruled(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    first = publish(home)
    before = home.snapshot.read_bytes()
    with closing(open_archive(home)) as db, db.conn:
        db["reports"].delete_where("year = 2023")
    with pytest.raises(GateRefusedError) as refused:
        publish(home)
    assert refused.value.exit_code == 12
    assert "990101 2023" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert home.snapshot.read_bytes() == before
    assert not list(home.published.glob("unfinished-*"))
    assert not list(home.published.glob(f"reports-{first.version}.2*"))
    second = publish(home, accept="示例：2023 was a false year")
    assert second.reports < first.reports
    with closing(sqlite3.connect(home.snapshot)) as db:
        assert db.execute("select note from snapshots where version = ?", [second.version]).fetchone() == (
            "示例：2023 was a false year",
        )


def test_nothing_to_publish_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="does not exist yet"):
        publish(Home(tmp_path / "none"))
    writer = Writer(tmp_path / "empty")
    writer.close()
    with pytest.raises(GateRefusedError, match="holds no reports"):
        publish(writer.home)
    assert not writer.home.snapshot.exists()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    publish(home)
    home.snapshot.unlink()
    home.snapshot.write_bytes(b"no database at all" * 100)
    with pytest.raises(DamagedInputError, match=r"reports\.db is damaged"):
        publish(home)


PUBLISH = (
    "import sys; from archive.publish import publish; from archive.home import Home; from pathlib import Path;"
    "publish(Home(Path(sys.argv[1])))"
)


def test_kill_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    first = publish(home)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", PUBLISH, str(home.root)]
    change_something(home)
    started = time.monotonic()
    subprocess.run(command, env=environment, check=True)
    seconds = time.monotonic() - started
    for share in (0.5, 0.75, 0.95):
        change_something(home)
        process = subprocess.Popen(command, env=environment)
        time.sleep(seconds * share)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with closing(sqlite3.connect(f"file:{home.snapshot}?mode=ro", uri=True)) as db:
            assert db.execute("pragma integrity_check").fetchone() == ("ok",)
            assert db.execute("select count(*) from reports_fts where reports_fts match '\"政府\"'").fetchone() != (0,)
            assert db.execute("select count(*) from reports").fetchone() == (first.reports,)
            version = db.execute("select version from snapshots where sha256 is null").fetchone()[0]
        # What stands has all its exports: they are there before it is.
        assert (home.published / f"exports-{version}" / "SHA256SUMS").exists()
    change_something(home)
    publish(home)
    assert not list(home.published.glob("unfinished-*"))
    names = [path.name for path in home.published.glob("reports-*")]
    assert len(names) == 6
    kept = {name.removeprefix("reports-").removesuffix(".db") for name in names if name.endswith(".db")}
    assert {path.name.removeprefix("exports-") for path in home.published.glob("exports-*")} == kept
    check_sums(home)


def test_a_kill_between_rename_and_bookkeeping_is_caught_up_with(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    first = publish(home)
    (home.published / f"reports-{first.version}.db").unlink()
    (home.published / "SHA256SUMS").unlink()
    (home.published / "unfinished-2020.01.01.db").write_bytes(b"half a file")
    (home.published / "unfinished-exports-2020.01.01").mkdir()
    (home.published / "exports-2020.01.01").mkdir()
    change_something(home)
    second = publish(home)
    kept = home.published / f"reports-{first.version}.db"
    assert sha256(kept.read_bytes()).hexdigest() == first.sha256
    names = {line.split()[1] for line in (home.published / "SHA256SUMS").read_text().splitlines()}
    assert names == {"reports.db", kept.name, f"reports-{second.version}.db"}
    assert not list(home.published.glob("unfinished-*"))
    exported = {path.name for path in home.published.glob("exports-*")}
    assert exported == {f"exports-{first.version}", f"exports-{second.version}"}


def test_what_the_gates_look_at_is_read_from_the_snapshot(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    publish(home)
    with closing(sqlite3.connect(home.snapshot)) as db:
        found = read_contents(db)
        count = len(found.chars)
        assert found.filled["region"] == db.execute("select count(region) from reports").fetchone()[0] / count
        assert (
            found.sources["yangli"][0]
            == db.execute("select count(*) from copies where source = 'yangli'").fetchone()[0]
        )
        assert found.furnished == ()
        db.execute(
            "update texts set text = text || char(10) || '【字体：大 中 小】' where sha256 = (select text_sha256 from reports)"
        )
        db.execute("update texts set text = text || char(10) || '推进政务服务自助打印，方便群众。' where rowid = 2")
        assert len(read_contents(db).furnished) >= 1
        assert not is_site_line("推进政务服务自助打印，方便群众。")


def test_a_snapshot_that_shows_nothing_new_is_current(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    assert not is_current(home)
    publish(home)
    assert is_current(home)
    for change in (
        "update copies set rank = rank + 1",
        "delete from problems",
        "insert into runs (id, source, started_at, verdict) values ('x', 'yangli', '2030', 'gone')",
    ):
        with closing(open_archive(home)) as db:
            db.execute(change)
        assert not is_current(home), change
        publish(home, accept="a test")


def test_the_home_may_have_any_name(tmp_path: Path) -> None:
    """A name that means something in an address, as SQLite has them, is no other folder's."""
    home = write_small_archive(tmp_path / "100%25 of c#, or?mode=rw")
    publish(home)
    assert is_current(home)
    answer = asyncio.run(make_app(home.snapshot).client.get("/reports/reports/990101-2020"))
    assert answer.status_code == 200
    assert "甲子区" in answer.text
    assert [path.name for path in tmp_path.iterdir()] == [home.root.name]
