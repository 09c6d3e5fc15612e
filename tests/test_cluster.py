"""A build on a Dask cluster gives the rows a build here gives, byte for byte, also when a worker is killed."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from archive.build import build_archive
from archive.captures import CaptureStore
from archive.captures.stored import Stored, payload_of, warc_folder
from archive.cluster import examine_batch, seal, unseal
from archive.database import open_archive
from archive.errors import BadArgumentsError, DamagedInputError, MachineError, UnreadableError
from archive.examine import Circumstances
from archive.examiners import Examiners, Task
from archive.home import Home
from archive.terminal import follow
from tests.cluster import dask_cluster
from tests.command import dump
from tests.many import fill
from tests.test_examiners import GOOD, examine_or_fail

pytest.importorskip("distributed", reason="skipped: the extra `cluster` (Dask) is not installed")


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return fill(Home(tmp_path_factory.mktemp("captured") / "home"), 40, paragraphs=2)


def copy_of(home: Home, to: Path) -> Home:
    shutil.copytree(home.root, to)
    return Home(to)


def test_rows_are_the_same_on_a_cluster_and_when_one_of_its_workers_is_killed(captured: Home, tmp_path: Path) -> None:
    here, there = copy_of(captured, tmp_path / "here"), copy_of(captured, tmp_path / "there")
    alone = build_archive(here, {}, 1, follow)
    killed: list[int] = []
    with dask_cluster(tmp_path) as cluster:

        def kill_one(things, total, doing):  # type: ignore[no-untyped-def]
            for number, thing in enumerate(things):
                if number == 3:
                    # The worker with its nanny, so that no other takes its place.
                    killed.append(cluster.workers[0].pid)
                    os.killpg(cluster.workers[0].pid, signal.SIGKILL)
                yield thing

        together = build_archive(there, {}, 0, kill_one, cluster.address)
    assert killed
    assert (alone.captures, alone.copies) == (together.captures, together.copies)
    assert alone.damaged == together.damaged == []
    assert dump(here) == dump(there)
    assert len(dump(here)["reports"]) > 10


def test_where_the_scheduler_is_lost_this_machine_goes_on(
    captured: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask

    # So long the client tries to find it again.
    monkeypatch.setattr("archive.cluster.JOIN_SECONDS", 8)
    there = copy_of(captured, tmp_path / "there")
    with dask_cluster(tmp_path, workers=1) as cluster, dask.config.set({"distributed.comm.timeouts.connect": "1s"}):

        def kill_it(things, total, doing):  # type: ignore[no-untyped-def]
            for number, thing in enumerate(things):
                if number == 3:
                    cluster.scheduler.kill()
                yield thing

        built = build_archive(there, {}, 0, kill_it, cluster.address)
    assert (built.captures, built.damaged) == (40, [])
    assert len(dump(there)["reports"]) > 10


def test_no_cluster_is_said_in_one_line(captured: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.cluster.JOIN_SECONDS", 1)
    with pytest.raises(MachineError, match="dask scheduler"):
        build_archive(captured, {}, 0, follow, "tcp://127.0.0.1:9")
    with pytest.raises(BadArgumentsError, match="tcp://HOST:8786"):
        build_archive(captured, {}, 0, follow, "nonsense://x")


def test_captures_are_read_from_any_place_fsspec_knows(captured: Home, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.put(f"{captured.captures}/", "/shared/captures/", recursive=True)
    away = Home(tmp_path / "away", "memory://shared/captures").prepare()
    shutil.copy(captured.regions, away.regions)
    db, db_here = open_archive(away), open_archive(captured)
    with CaptureStore(away, db, "read-only") as store:
        assert store.catch_up().captures == 40
        assert list(store.verify()) == []
        with CaptureStore(captured, db_here, "read-only") as first:
            [id] = db.execute("select id from captures order by id limit 1").fetchone()
            assert store.payload(store.find(id)) == first.payload(first.find(id))
    assert not list(away.captures.iterdir())
    db.close()
    db_here.close()


def test_a_damaged_record_is_that_pages_trouble(captured: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Stored(str(captured.captures), "many-000000-00001.warc.gz", 5, 100, "x", None)
    with pytest.raises(UnreadableError, match="restore the file") as error:
        payload_of(stored)
    assert error.value.code == "damaged_capture"
    monkeypatch.setitem(__import__("sys").modules, "upath", None)
    with pytest.raises(DamagedInputError, match=r"baogao\[cluster\]"):
        warc_folder("s3://bucket/captures")


def test_a_page_that_ends_its_reader_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.examiners.SECONDS", 12)  # a busy machine begins a worker in five
    tasks = [Task(examine_or_fail, payload, Circumstances()) for payload in (GOOD, b"die", GOOD)]
    children = Examiners(1)
    monkeypatch.setattr("archive.cluster.own_examiners", lambda: children)
    first, bad, last = unseal(examine_batch(seal(tasks), None))
    children.close()
    assert isinstance(bad, UnreadableError)
    assert bad.code == "reader_crashed"
    assert first == last
    assert len(first.findings) == 1
