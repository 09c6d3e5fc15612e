"""Serving: holds the listening socket and keeps a worker on the newest snapshot, without dropping a request.

The socket outlives every worker. When a new snapshot is published, a fresh worker starts beside the old one; once it
answers, the old one takes no more connections and ends with its last answer.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from archive.database import connect_readonly
from archive.errors import DamagedInputError, MachineError
from archive.home import Home
from archive.publish.snapshot import name_errors

# How often the published file is looked at, and how long a worker may take to start: it opens the snapshot and fills
# its caches, a second or two with gigabytes (READING §5.4).
LOOK_SECONDS, START_SECONDS = 0.5, 120
# A worker that dies is started again, after a pause where it died young, so that a broken file does not spin.
PAUSE_SECONDS = 5
# How long the workers get to finish before they are killed; they stop by themselves after 5 (worker.STOP_SECONDS).
STOP_SECONDS = 8
# Datasette's own.
USUAL_PORT = 8001
# Connections waiting while a worker is busy.
BACKLOG = 512


@dataclass(slots=True)
class Worker:
    """A running worker and the end of the pipe that keeps it alive."""

    process: subprocess.Popen[bytes]
    lifeline: int
    started: float

    def end(self) -> None:
        """Close the lifeline of a worker that is gone."""
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1


def serve(
    home: Home,
    port: int,
    host: str = "127.0.0.1",
    announce: Callable[[str], object] | None = None,
) -> None:
    """Serve the published snapshot until SIGTERM or SIGINT. `announce` gets the address once it answers.

    Port 0 takes any free port; without `announce` the address is printed. To be called from the main thread. Raises
    MachineError where nothing is published, the port is taken or not ours to take, or the site does not start, and
    DamagedInputError where what is published is no snapshot.
    """
    if not home.snapshot.exists():
        raise MachineError(f"{home.snapshot} does not exist yet: `baogao publish` makes it")
    check_snapshot(home.snapshot)
    with listen(host, port) as listening, stop_requested() as stop:
        address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}/"
        tell = announce or print_address
        Supervisor(home.snapshot, listening, stop).run(lambda: tell(address))


def print_address(address: str) -> None:
    """Say where the site is."""
    print(f"serving {address} (Ctrl-C ends it)", flush=True)


def check_snapshot(path: Path) -> None:
    """Raise DamagedInputError where a file is no snapshot."""
    with name_errors(path), closing(connect_readonly(path)) as db:
        found = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
    if not {"reports", "reports_fts", "snapshots"} <= found:
        raise DamagedInputError(f"{path} is no snapshot: move it away, then `baogao publish` makes it anew")


def choose_port(port: int | None, host: str = "127.0.0.1") -> int:
    """`port` where it is free; for None USUAL_PORT, or any free one where that is taken.

    Raises MachineError where `port` is taken.
    """
    for wanted in (USUAL_PORT, 0) if port is None else (port,):
        try:
            with listen(host, wanted) as listening:
                return int(listening.getsockname()[1])
        except MachineError:
            if wanted != USUAL_PORT or port is not None:
                raise
    raise AssertionError("port 0 is either had or refused")


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket. Raises MachineError where the port cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except OSError as error:
        message = f"{host} is no address of this machine ({error.strerror}): choose another with --host"
        raise MachineError(message) from error
    with listening:
        try:
            listening.bind(address)
        except OSError as error:
            said = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
            message = f"port {port} on {host} {said}: choose another with --port, or end the program that has it"
            raise MachineError(message) from error
        listening.listen(BACKLOG)
        yield listening


@contextmanager
def stop_requested() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set while the block runs."""
    stop = threading.Event()

    def request(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """Keeps one worker on the newest snapshot, and the ones before it until they have finished."""

    def __init__(self, snapshot: Path, listening: socket.socket, stop: threading.Event) -> None:
        self.snapshot, self.listening, self.stop = snapshot, listening, stop
        self.current: Worker | None = None
        self.draining: list[Worker] = []

    def run(self, answering: Callable[[], object]) -> None:
        """Serve until asked to stop; calls `answering` when the first worker answers. Raises MachineError."""
        served = identify_file(self.snapshot)
        try:
            self.current = self.start()
            if self.current is None:
                if self.stop.is_set():
                    return
                raise MachineError(f"the site on {self.snapshot} did not start: its own words stand above")
            answering()
            while not self.stop.wait(LOOK_SECONDS):
                self.draining = [worker for worker in self.draining if not forget_gone(worker)]
                newest = identify_file(self.snapshot)
                if newest not in (None, served):
                    served = newest
                    self.replace()
                elif forget_gone(self.current):
                    self.restart()
        finally:
            self.end()

    def start(self) -> Worker | None:
        """Start a worker and wait until it answers; None where it does not, or where asked to stop meanwhile."""
        ready, told = os.pipe()
        alive, lifeline = os.pipe()
        command = [sys.executable, "-m", "archive.site.worker"]
        numbers = [self.listening.fileno(), told, alive]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        process = subprocess.Popen(
            [*command, *map(str, numbers), str(self.snapshot.resolve())], pass_fds=numbers, env=environment
        )
        os.close(told)
        os.close(alive)
        worker = Worker(process, lifeline, time.monotonic())
        answers = False
        while not answers and not self.stop.is_set() and time.monotonic() < worker.started + START_SECONDS:
            if select.select([ready], [], [], 0.1)[0]:
                answers = os.read(ready, 5) == b"ready"
                break
        os.close(ready)
        if answers:
            return worker
        end_workers([worker])
        return None

    def replace(self) -> None:
        """Put a fresh worker on a new snapshot; the old one finishes. Where it does not start, the old one stays."""
        fresh = self.start()
        if fresh is None:
            return
        if self.current is not None:
            self.current.process.send_signal(signal.SIGUSR1)
            self.draining.append(self.current)
        self.current = fresh

    def restart(self) -> None:
        """Put a worker in the place of one that died."""
        assert self.current is not None
        if time.monotonic() < self.current.started + PAUSE_SECONDS:
            self.stop.wait(PAUSE_SECONDS)
        fresh = self.start()
        if fresh is not None:
            self.current = fresh
        else:
            self.stop.wait(PAUSE_SECONDS)

    def end(self) -> None:
        """End every worker."""
        end_workers([*self.draining, *([self.current] if self.current else [])])


def identify_file(path: Path) -> tuple[int, int, int] | None:
    """What changes when another file takes a name; None while there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def forget_gone(worker: Worker) -> bool:
    """Whether a worker has ended; its lifeline is closed then."""
    if worker.process.poll() is None:
        return False
    worker.end()
    return True


def end_workers(workers: list[Worker]) -> None:
    """Ask workers to stop, and kill those that do not."""
    for worker in workers:
        worker.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for worker in workers:
        try:
            worker.process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
        worker.end()
