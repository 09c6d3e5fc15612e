"""Crawls of many sources, one child process each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archive.captures import CaptureStore, utc_now
from archive.database import open_archive
from archive.errors import LockedError
from archive.home import LOCK_HELD, Home
from archive.settings import load_settings
from crawler.runs import repair

# The number of a pipe whose other end the parent of a crawl holds: it ends when the parent does, however it does.
PARENT_PIPE: Final = "BAOGAO_PARENT_PIPE"

# How long children get to end by themselves after a signal: one page in flight (DOWNLOAD_TIMEOUT) and the settling.
PATIENCE: Final = 90.0

# The longest crawl of one source, in hours, unless told otherwise: archive.settings.RunSettings says why.
MOST_HOURS: Final = 6.0


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How the crawl of one source stands or ended. `verdict` is one of crawler.runs.RUN_VERDICTS, None while it goes.

    `exit_code` is the child's, None while it goes or where it was never started.
    """

    source: str
    run: str | None = None
    verdict: str | None = None
    reason: str = ""
    requests: int = 0
    captures: int = 0
    revisits: int = 0
    copies: int = 0
    rejections: int = 0
    errors: int = 0
    seconds: float = 0.0
    exit_code: int | None = None

    @property
    def failed(self) -> bool:
        """Whether the verdict is a bad one; a crawl that has none yet, or never will, has not succeeded either."""
        return not (self.verdict or "").startswith("ok")


def crawl_sources(
    home: Home,
    names: Sequence[str],
    *,
    replay: bool = False,
    proxy: str | None = None,
    jobs: int = 2,
    settings: Mapping[str, Any] | None = None,
    hours: float | None = None,
    on_progress: Callable[[RunOutcome], None] | None = None,
    on_found: Callable[[str], object] | None = None,
) -> list[RunOutcome]:
    """Crawl sources, one child process each, at most `jobs` (one or more) at once; outcomes in the order of `names`.

    The children's output goes to `log/<source>.log`. `proxy` (an http address) is for the children only; `settings` are
    Scrapy's, over ours. A source gets `hours` (default MOST_HOURS), then its crawl is ended. `on_progress` is called
    with a source's outcome so far whenever it has changed, `on_found` with each thing an earlier run left behind.
    SIGINT and SIGTERM are passed on; sources that were not started then end as "interrupted". The home's lock is taken
    where the caller does not hold it. Raises LockedError, MachineError and BadArgumentsError (a slip in baogao.toml).
    """
    load_settings(home)
    with held(home):
        db = open_archive(home)
        try:
            with CaptureStore(home, db, f"repair-{compact(utc_now())}") as store:
                for line in repair(store):
                    if on_found:
                        on_found(line)
            given = {"CLOSESPIDER_TIMEOUT": round((hours or MOST_HOURS) * 3600), **(settings or {})}
            return list(run_children(home, db, names, replay, proxy, jobs, given, on_progress))
        finally:
            db.close()


def run_children(
    home: Home,
    db: Database,
    names: Sequence[str],
    replay: bool,
    proxy: str | None,
    jobs: int,
    settings: Mapping[str, Any],
    on_progress: Callable[[RunOutcome], None] | None,
) -> list[RunOutcome]:
    """Start children as others end, until all sources are done or a signal came."""
    outcomes = {name: RunOutcome(name) for name in names}
    waiting, running = list(outcomes), dict[str, subprocess.Popen[bytes]]()
    began: dict[str, str] = {}
    deadlines: dict[str, float] = {}
    reading, writing = os.pipe()
    with signals_passed_to(running) as signalled:
        try:
            while waiting or running:
                while waiting and len(running) < jobs and not signalled:
                    name = waiting.pop(0)
                    began[name] = utc_now()
                    # Its crawl ends itself after that time; one that hangs is ended.
                    deadlines[name] = time.monotonic() + float(settings["CLOSESPIDER_TIMEOUT"]) + PATIENCE
                    running[name] = start_child(home, name, replay, proxy, settings, reading)
                for name, child in list(running.items()):
                    if time.monotonic() > deadlines[name]:
                        child.kill()
                    code = child.poll()
                    outcome = look_up(db, outcomes[name], began[name], code, replay)
                    if code is not None:
                        del running[name]
                    if outcome != outcomes[name] and on_progress:
                        on_progress(outcome)
                    outcomes[name] = outcome
                if signalled:
                    for name in waiting:
                        outcomes[name] = replace(outcomes[name], verdict="interrupted", reason="not begun")
                    waiting.clear()
                    if time.monotonic() - signalled[0] > PATIENCE:
                        for child in running.values():
                            child.kill()
                time.sleep(0.2)
        finally:
            # Whatever ends this function ends its children.
            os.close(writing)
            os.close(reading)
            for child in running.values():
                child.wait()
    return list(outcomes.values())


def start_child(
    home: Home, name: str, replay: bool, proxy: str | None, settings: Mapping[str, Any], pipe: int
) -> subprocess.Popen[bytes]:
    """Start `scrapy crawl NAME` in a process of its own; works from any folder."""
    root = str(home.root.resolve())
    code = str(Path(__file__).resolve().parents[1])
    environment = os.environ | {
        "BAOGAO_HOME": root,
        LOCK_HELD: root,
        PARENT_PIPE: str(pipe),
        "SCRAPY_SETTINGS_MODULE": "crawler.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, [code, os.environ.get("PYTHONPATH")])),
        "BAOGAO_REPLAY": "1" if replay else "",
    }
    if proxy:
        environment |= dict.fromkeys(("http_proxy", "HTTP_PROXY"), proxy) | dict.fromkeys(("no_proxy", "NO_PROXY"), "")
    command = [sys.executable, "-m", "scrapy", "crawl", name]
    for key, value in settings.items():
        command += ["-s", f"{key}={value}"]
    with (home.log / f"{name}.log").open("ab") as log:
        log.write(f"---- {utc_now()} {name}\n".encode())
        log.flush()
        # Its own session: a terminal's Ctrl-C reaches the children through us, once.
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(pipe,),
            start_new_session=True,
        )


def look_up(db: Database, before: RunOutcome, began: str, code: int | None, replay: bool) -> RunOutcome:
    """A source's outcome as the table of runs has it now; a child that left no verdict has crashed."""
    columns = "id, verdict, reason, requests, captures, revisits, copies, rejections, errors, seconds"
    sql = f"select {columns} from runs where source = ? and started_at >= ? order by started_at desc, id desc limit 1"
    row = db.execute(sql, [before.source, began]).fetchone()
    outcome = before
    if row:
        id, verdict, reason, *counts, seconds = row
        numbers = dict(zip(("requests", "captures", "revisits", "copies", "rejections", "errors"), counts, strict=True))
        numbers = {key: number or 0 for key, number in numbers.items()}
        outcome = RunOutcome(before.source, id, verdict, reason or "", **numbers, seconds=seconds or 0.0)
    if code is None:
        return outcome
    if code == 0 and replay:
        return replace(before, verdict="ok", reason="replayed", exit_code=code)
    if outcome.verdict is None:
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return replace(outcome, verdict="crashed", reason=f"{how}: see log/{before.source}.log", exit_code=code)
    return replace(outcome, exit_code=code)


@contextmanager
def held(home: Home) -> Iterator[None]:
    """The home's lock, taken here unless a caller in this very process has it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(home.lock())
        except LockedError:
            # The lock belongs to an open file, not to a process: our own caller's keeps us out like anyone's.
            if (home.root / "lock").read_text().strip() != str(os.getpid()):
                raise
        yield


@contextmanager
def signals_passed_to(running: Mapping[str, subprocess.Popen[bytes]]) -> Iterator[list[float]]:
    """Pass SIGINT and SIGTERM on to the children; the list has the times at which signals came.

    In another thread than the main one Python cannot catch signals, and nothing is passed on.
    """
    came: list[float] = []

    def pass_on(number: int, _: object) -> None:
        came.append(time.monotonic())
        for child in list(running.values()):
            if child.poll() is None:
                child.send_signal(number)

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def compact(time: str) -> str:
    """A time as it stands in a file's name: 20260115T093000Z."""
    return time.replace("-", "").replace(":", "")
