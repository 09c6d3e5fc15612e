"""A Dask cluster on loopback for as long as a context lasts: a scheduler and so many workers, processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.command import environment


@dataclass
class Running:
    """Where the scheduler is, its process, and its workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def dask_cluster(folder: Path, workers: int = 2, given: dict[str, str] | None = None) -> Iterator[Running]:
    """Start it as a person would, `dask scheduler` and `dask worker`, and wait for all; it ends with the context.

    `given` is their environment.
    """
    from distributed import Client

    file = folder / "scheduler.json"
    quiet = {"DASK_LOGGING__DISTRIBUTED": "critical", "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "0"}
    given = (given or environment()) | quiet | {"TMPDIR": str(folder)}

    file.unlink(missing_ok=True)

    def start(name: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", name, *words]
        with (folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, env=given, stdout=log, stderr=log, cwd=folder, start_new_session=True)

    scheduler = start(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file), "--no-dashboard", "--no-show"
    )
    running: list[subprocess.Popen[bytes]] = []
    try:
        deadline = time.monotonic() + 90
        while not file.exists():
            assert time.monotonic() < deadline, (folder / "scheduler.log").read_text()
            time.sleep(0.05)
        address = json.loads(file.read_text())["address"]
        for _ in range(workers):
            running.append(start("worker", address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"))
        with Client(address, timeout=90, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=90)
        yield Running(address, scheduler, running)
    finally:
        for process in (*running, scheduler):
            process.terminate()
        for process in (*running, scheduler):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                # A worker and its nanny, which this context started in a session of their own.
                os.killpg(process.pid, 9)
                process.wait()
