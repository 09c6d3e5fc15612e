"""Worker processes that examine pages: one that hangs or dies costs its page, not the run."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool

from archive.errors import UnreadableError
from archive.examine import Circumstances, Examination, examine
from archive.read import ocr

# A page is read in about a hundredth of a second, a hostile one never: after so long its reader is ended.
SECONDS = 90


def patience() -> float:
    """How many seconds a page may take: more where scans are read by text recognition."""
    return SECONDS + (ocr.ALL_SECONDS if ocr.is_on() else 0)


def end_with_parent() -> None:
    """Make a worker end when the process that started it does, killed or not: else it would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    # Ctrl-C reaches the whole group; the parent says what happens, not every worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True).start()


class Examiners:
    """Worker processes that examine pages; one that hangs or dies costs its page, not the run."""

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = jobs
        self.pool: ProcessPoolExecutor | None = None

    def submit(self, payload: bytes, known: Circumstances) -> Future[Examination]:
        """Begin to examine a page in a worker."""
        if self.pool is None:
            # spawn: a forked child would share the crawler's sockets and locks.
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=end_with_parent)
        return self.pool.submit(examine, payload, known)

    def result(self, future: Future[Examination]) -> Examination:
        """The examination, or UnreadableError where the page could not be read in time or ended its worker."""
        try:
            return future.result(timeout=patience())
        except FutureTimeoutError:
            self.close(kill=True)
            raise UnreadableError("timeout", f"reading took more than {patience():g} seconds") from None
        except BrokenProcessPool:
            self.close(kill=True)
            raise UnreadableError("reader_crashed", "the reader died on this page") from None

    def close(self, *, kill: bool = False) -> None:
        """End the workers, at once with `kill`."""
        if self.pool is None:
            return
        if kill:
            for process in list((self.pool._processes or {}).values()):
                process.kill()
        self.pool.shutdown(wait=not kill, cancel_futures=True)
        self.pool = None
