"""A page that hangs, dies or eats memory costs itself, and none of those that are in the workers with it."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing

import pytest

from archive import examiners
from archive.captures import CaptureStore
from archive.database import open_archive
from archive.errors import UnreadableError
from archive.examine import Circumstances, Examination, examine
from archive.examiners import Examiners
from archive.home import Home
from archive.ingest import Ingester
from archive.kept import KeptPage
from tests import speech
from tests.many import fill

GOOD = "\n".join(speech.report()).encode()
BAD = {b"hang": "timeout", b"die": "reader_crashed", b"eat": "too_large_for_memory"}


def examine_or_fail(payload: bytes, known: Circumstances) -> Examination:
    """What `examine` does, but for the pages of BAD."""
    if payload == b"hang":
        time.sleep(60)
    elif payload == b"die":
        os._exit(1)
    elif payload == b"eat":
        _ = bytearray(examiners.MEMORY_MB * 2**20)
    return examine(payload, known)


@pytest.mark.parametrize(("bad", "jobs"), [(b"hang", 2), (b"die", 1), (b"eat", 1)])
def test_a_bad_page_costs_itself(bad: bytes, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiners, "examine", examine_or_fail)
    monkeypatch.setattr(examiners, "SECONDS", 12)  # a busy machine begins a worker in five
    workers = Examiners(jobs)
    try:
        found: list[int | str] = []
        # As the ingest does: a few ahead.
        ahead = [workers.submit(payload, Circumstances()) for payload in (GOOD, bad, GOOD, GOOD)]
        for examining in ahead:
            try:
                found.append(len(workers.result(examining).findings))
            except UnreadableError as error:
                found.append(error.code)
        assert found == [1, BAD[bad], 1, 1]
        assert len(workers.result(workers.submit(GOOD, Circumstances())).findings) == 1
    finally:
        workers.close()


def test_workers_that_ended_meanwhile_are_replaced() -> None:
    workers = Examiners(1)
    try:
        for begin in (workers.warm_up, lambda: workers.submit(GOOD, Circumstances()), lambda: workers.begin(len, "")):
            assert workers.begin(os.getpid)() > 0
            assert workers.pool is not None
            [process] = workers.pool._processes.values()
            process.kill()
            process.join()
            # The pool's own thread notices a moment later.
            while not workers.pool._broken:
                time.sleep(0.01)
            begin()
            assert workers.begin(os.getpid)() != process.pid
    finally:
        workers.close()


def test_pages_that_were_under_way_with_a_bad_one_are_read_in_one_other_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiners, "examine", examine_or_fail)
    begun: list[int] = []
    start_pool = examiners.start_pool

    def start_and_note(jobs: int) -> ProcessPoolExecutor:
        begun.append(jobs)
        return start_pool(jobs)

    monkeypatch.setattr(examiners, "start_pool", start_and_note)
    workers = Examiners(2)
    try:
        ahead = [workers.submit(payload, Circumstances()) for payload in (b"die", *[GOOD] * 9)]
        with pytest.raises(UnreadableError, match="died on this page"):
            workers.result(ahead[0])
        assert [len(workers.result(examining).findings) for examining in ahead[1:]] == [1] * 9
        # The first of all, one for the bad page, one for those that were with it.
        assert begun == [2, 1, 1]
    finally:
        workers.close()


class Counting(Examiners):
    """Reads nothing, and notes how many pages were under way at once."""

    now = most = 0

    def submit(self, *arguments: object) -> None:
        self.now += 1
        self.most = max(self.most, self.now)

    def result(self, examining: object) -> KeptPage:
        self.now -= 1
        raise UnreadableError("timeout", "not read")


@pytest.mark.parametrize(("jobs", "at_once"), [(1, 1), (2, 12)])
def test_a_single_worker_takes_turns_with_the_main_process(home: Home, jobs: int, at_once: int) -> None:
    counting = Counting(jobs)
    with closing(open_archive(fill(home, 12))) as db:
        with CaptureStore(home, db, "read-only") as store:
            store.catch_up()
        ingester = Ingester(home, db, {}, examiners=counting)
        assert len(list(ingester.examine_many(ingester.pending()))) == 12
    assert counting.most == at_once
