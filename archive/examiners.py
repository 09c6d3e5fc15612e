"""Worker processes that examine pages: one that hangs or dies costs its page, not the run."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from archive.errors import UnreadableError
from archive.examine import Circumstances, Examination, examine
from archive.kept import KeptPage, keep
from archive.read import ocr

if TYPE_CHECKING:
    from archive.captures.stored import Stored

Value = TypeVar("Value")
Result = KeptPage | UnreadableError

# A page is read in about a hundredth of a second, a hostile one never: after so long its reader is ended.
SECONDS = 90
# A page of 10 MB takes 300 MB, the worst of 5 MB 900; no report is a page of more.
MEMORY_MB = 2048
# Pages under way for each worker while the oldest is waited for: a PDF takes some thirty times as long as a page, and
# the others should not idle meanwhile. Not more in all than are held, and read one by one should a worker end.
AHEAD, MOST_AHEAD = 32, 256
# Why a page is unreadable after which its worker is not used again.
ENDINGS = ("timeout", "too_large_for_memory", "reader_crashed")


def patience() -> float:
    """How many seconds a page may take: more where scans are read by text recognition."""
    return SECONDS + (ocr.ALL_SECONDS if ocr.is_on() else 0)


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to do: get a page's bytes, and those of its later pages, and look at them."""

    look: Callable[[bytes, Circumstances], Examination]
    payload: bytes | Stored
    known: Circumstances
    later: tuple[Stored, ...] = ()

    def run(self) -> KeptPage:
        """Do it. Raises UnreadableError."""
        if isinstance(self.payload, bytes) and not self.later:
            return keep(self.look(self.payload, self.known))
        from archive.captures.stored import payload_of  # noqa: PLC0415 (only who reads WARC files need know how)

        later = tuple(payload_of(page) for page in self.later)
        return keep(self.look(payload_of(self.payload), replace(self.known, later=later)))


def run_all(tasks: Iterable[Task], run: Callable[[Task], KeptPage] = Task.run) -> list[Result]:
    """What each task gives, or why it gives nothing."""
    results: list[Result] = []
    for task in tasks:
        try:
            results.append(run(task))
        except UnreadableError as error:
            results.append(error)
    return results


@dataclass(frozen=True, slots=True)
class Examining:
    """A page on its way through a worker of a pool."""

    task: Task
    pool: ProcessPoolExecutor
    future: Future[KeptPage]


def start_worker(memory_mb: int) -> None:
    """Bound a worker's memory, and make it end when the process that started it does: else it would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20, most))

    def watch() -> None:
        parent.join()
        os._exit(1)

    # Ctrl-C reaches the whole group; the parent says what happens, not every worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True).start()


def start_pool(jobs: int) -> ProcessPoolExecutor:
    """So many workers."""
    # spawn: a forked child would share the crawler's sockets and locks.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=start_worker, initargs=(MEMORY_MB,))


def end_pool(pool: ProcessPoolExecutor, *, kill: bool) -> None:
    """End the workers of a pool, at once with `kill`."""
    if kill:
        for process in list((pool._processes or {}).values()):
            process.kill()
    pool.shutdown(wait=not kill, cancel_futures=True)


class Examiners:
    """Worker processes that examine pages; one that hangs or dies costs its page, not the run."""

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = jobs
        # A single worker takes turns with this process: one job keeps one core busy, and leaves the others to the site
        # that is served meanwhile.
        self.ahead = max(2 * jobs, min(AHEAD * jobs, MOST_AHEAD)) if jobs > 1 else 0
        self.pool: ProcessPoolExecutor | None = None
        # Where pages are read one at a time that were in workers that ended.
        self.alone: Examiners | None = None
        # The threads of a cluster's worker share its workers (cluster.py).
        self.lock, self.lock_alone = threading.Lock(), threading.Lock()

    def start(self, work: Callable[..., Value], *arguments: Any) -> tuple[ProcessPoolExecutor, Future[Value]]:
        """Hand work to the workers, who begin with the first; where they have ended since, to new ones."""
        with self.lock:
            pool = self.pool = self.pool or start_pool(self.jobs)
            try:
                return pool, pool.submit(work, *arguments)
            except RuntimeError:  # BrokenProcessPool is one
                end_pool(pool, kill=True)
            pool = self.pool = start_pool(self.jobs)
            return pool, pool.submit(work, *arguments)

    def warm_up(self) -> None:
        """Begin a worker before there is anything to do: it loads what it needs meanwhile. Work begins the others."""
        self.start(os.getpid)

    def submit(self, payload: bytes | Stored, known: Circumstances, later: tuple[Stored, ...] = ()) -> Examining:
        """Begin to examine a page in a worker, which reads it from its WARC file where only its place is given.

        `later` are the later pages of its article.
        """
        return self.submit_task(Task(examine, payload, known, later))

    def submit_task(self, task: Task) -> Examining:
        """Begin a task in a worker."""
        return Examining(task, *self.start(task.run))

    def examine_each(self, tasks: Iterable[Task]) -> list[Result]:
        """What pages give that are examined one after the other."""
        return run_all(tasks, lambda task: self.result(self.submit_task(task)))

    def attempt(self, work: Callable[..., Value], *arguments: Any) -> Value | None:
        """What work gives in a worker; None where it ended its worker, or took more time or memory than a page may."""
        pool, future = self.start(work, *arguments)
        try:
            return future.result(timeout=patience())
        except (FutureTimeoutError, MemoryError, BrokenProcessPool, CancelledError):
            self.end(pool)
            return None

    def begin(self, work: Callable[..., Value], *arguments: Any) -> Callable[[], Value]:
        """Begin other work in a worker; the function returned waits for its value, and does it here if none is left."""
        pool, future = self.start(work, *arguments)

        def wait() -> Value:
            try:
                return future.result()
            except (BrokenProcessPool, CancelledError):
                self.end(pool)
                return work(*arguments)

        return wait

    def result(self, examining: Examining) -> KeptPage:
        """What was found, or UnreadableError where the page could not be read in time or ended its worker."""
        try:
            return wait_for(examining)
        except UnreadableError as error:
            if error.code == "timeout":
                self.end(examining.pool)
            raise
        except (BrokenProcessPool, CancelledError):
            self.end(examining.pool)
        # The workers ended, by this page or by another that was with it.
        return self.read_alone(examining.task)

    def read_alone(self, task: Task) -> KeptPage:
        """Do a task while no other is done there. Raises UnreadableError.

        A worker that has read others may die, or lack memory, because of one of them: only a new one's end is blamed
        on the page.
        """
        with self.lock_alone:
            alone = self.alone = self.alone or Examiners(1)
            while True:
                used = alone.pool
                examining = alone.submit_task(task)
                try:
                    return wait_for(examining)
                except BrokenProcessPool:
                    error = UnreadableError("reader_crashed", "the reader died on this page")
                except UnreadableError as raised:
                    error = raised
                if error.code not in ENDINGS:
                    raise error
                alone.end(examining.pool)
                if used is not examining.pool or error.code == "timeout":
                    raise error

    def end_alone(self) -> None:
        """End the worker for pages that are read alone; the next such page begins another."""
        with self.lock_alone:
            if self.alone is not None:
                self.alone.close()
                self.alone = None

    def end(self, pool: ProcessPoolExecutor) -> None:
        """End a pool at once; the next page begins another."""
        with self.lock:
            end_pool(pool, kill=True)
            if self.pool is pool:
                self.pool = None

    def close(self) -> None:
        """End the workers."""
        if self.pool is not None:
            end_pool(self.pool, kill=False)
            self.pool = None
        self.end_alone()


def wait_for(examining: Examining) -> KeptPage:
    """What was found, or UnreadableError: timeout, too_large_for_memory or the reader's own."""
    try:
        return examining.future.result(timeout=patience())
    except FutureTimeoutError:
        raise UnreadableError("timeout", f"reading took more than {patience():g} seconds") from None
    except MemoryError:
        message = f"reading it takes more than {MEMORY_MB} MB of memory: look whether it is a report, and save it anew"
        raise UnreadableError("too_large_for_memory", message) from None
