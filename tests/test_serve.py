"""Serving: the port, a new snapshot under load without a failed request, and that nothing is left running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest

from archive.errors import DamagedInputError, MachineError
from archive.home import Home
from archive.publish import publish
from archive.serve import choose_port, serve
from tests.serving import serving
from tests.small_archive import change_something, write_small_archive


def children(process: subprocess.Popen[str]) -> set[int]:
    """The processes a process has started."""
    return {int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()}


def wait_until_gone(pids: set[int], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


def version_of(client: httpx.Client) -> str:
    rows = client.get("reports/snapshots.json?_shape=array&sha256__isnull=1").json()
    return str(rows[-1]["version"])


def test_a_new_snapshot_appears_and_no_request_fails(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    first = publish(home)
    with serving(home) as (address, process):
        failures: list[str] = []
        answered: list[int] = []
        done = threading.Event()

        def hammer(keep_alive: bool) -> None:
            with httpx.Client(base_url=address, timeout=20) as kept:
                while not done.is_set():
                    try:
                        get = kept.get if keep_alive else lambda path: httpx.get(f"{address}{path}", timeout=20)
                        answer = get("reports/reports/990101-2020")
                        answered.append(answer.status_code)
                        if answer.status_code != 200 or "甲子区" not in answer.text:
                            failures.append(f"{answer.status_code} {answer.text[:80]}")
                    except httpx.HTTPError as error:
                        failures.append(repr(error))

        threads = [threading.Thread(target=hammer, args=(number % 2 == 0,)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            with httpx.Client(base_url=address, timeout=20) as client:
                assert version_of(client) == first.version
                old = children(process)
                change_something(home)
                second = publish(home)
                deadline = time.monotonic() + 30
                while version_of(client) != second.version:
                    assert time.monotonic() < deadline
                    time.sleep(0.2)
                assert client.get("reports.db").headers["content-disposition"] == (
                    f'attachment; filename="reports-{second.version}.db"'
                )
            time.sleep(1)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert failures == []
        assert len(answered) > 50
        assert wait_until_gone(old)
        assert len(children(process)) == 1


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running(tmp_path: Path, signal_number: int) -> None:
    home = write_small_archive(tmp_path)
    publish(home)
    with serving(home) as (address, process):
        workers = children(process)
        assert httpx.get(address).status_code == 200
        process.send_signal(signal_number)
        process.wait(20)
        assert process.returncode == (0 if signal_number != signal.SIGKILL else -signal.SIGKILL)
        assert len(workers) == 1
        assert wait_until_gone(workers)
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    publish(home)
    with serving(home) as (address, process):
        (worker,) = children(process)
        os.kill(worker, signal.SIGKILL)
        # The supervisor holds the socket: who asks meanwhile waits and is answered.
        assert httpx.get(address, timeout=30).status_code == 200
        assert children(process) != {worker}


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    publish(home)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MachineError) as refused:
            serve(home, port)
    assert refused.value.exit_code == 4
    assert str(port) in str(refused.value)
    assert "--port" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_nothing_published_is_one_line(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(MachineError, match="baogao publish"):
        serve(home, 0)
    home.prepare()
    home.snapshot.write_bytes(b"not a database" * 1000)
    with pytest.raises(DamagedInputError, match="is damaged"):
        serve(home, 0)


def test_choosing_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(MachineError, match="is taken"):
        choose_port(taken.getsockname()[1])
    free = choose_port(0)
    assert choose_port(free) == free
    assert choose_port(None) > 0
