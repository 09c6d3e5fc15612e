"""Reading hostile files: one child process a file, with limits on memory, time and what it may write."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from archive.errors import UnreadableError
from archive.model import Page, Problem

PROJECT = Path(__file__).parents[2]

# READING §6.1, sandbox: with these every hostile file tried ended in time and none hurt the process that asked.
WALL_SECONDS = 45.0
CPU_SHARE = 2 / 3  # 30 of 45 seconds
MEMORY_MB = 1024
OPEN_FILES = 64
WRITTEN_BYTES = 64 * 2**20

# An orphan, whose parent was killed, ends itself this many seconds after its parent would have ended it.
ORPHAN_SECONDS = 5


def read_in_child(reader: str, data: bytes, *, seconds: float = WALL_SECONDS, memory_mb: int = MEMORY_MB) -> Page:
    """What a reader of archive.read.child makes of `data`, read in a child process of its own.

    `seconds` limits the time on the clock (two thirds of it on the processor), `memory_mb` the address space. Raises
    UnreadableError: the reader's own, or timeout, too_large_for_memory or reader_crashed. Any thread may call it.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as log:
        given.write(data)
        given.seek(0)
        code = run_child([reader, str(seconds), str(memory_mb)], given, answer, log, seconds)
        answer.seek(0)
        log.seek(0)
        if code == 0:
            return unpack_outcome(json.loads(answer.read()))
        raise explain_end(code, log.read(), seconds, memory_mb)


def run_child(arguments: list[str], given: IO[bytes], answer: IO[bytes], log: IO[bytes], seconds: float) -> int | None:
    """The exit code of a child that read `given` and wrote `answer`; None where it was killed at the limit."""
    # -P: what lies in the folder someone stands in is not to be imported by the child.
    command = [sys.executable, "-P", "-m", "archive.read.child", *arguments]
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    child = subprocess.Popen(
        command, stdin=given, stdout=answer, stderr=log, env=environment, cwd="/", start_new_session=True
    )
    try:
        return child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.returncode is None:
            # It leads a group of its own, so that whatever it started goes with it.
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def limit_self(seconds: float, memory_mb: int) -> None:
    """Put the limits on this process, which is the child: before it has loaded anything that parses."""
    cpu = max(1, round(seconds * CPU_SHARE))
    limits = {
        resource.RLIMIT_AS: memory_mb * 2**20,
        resource.RLIMIT_CPU: cpu,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_FSIZE: WRITTEN_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        # Where the machine's own limit is lower, it stands: nobody may raise it.
        _, most = resource.getrlimit(limit)
        allowed = value if most == resource.RLIM_INFINITY else min(value, most)
        # A second between the warning signal and the end.
        hard = allowed + 1 if limit == resource.RLIMIT_CPU and most == resource.RLIM_INFINITY else allowed
        resource.setrlimit(limit, (allowed, hard))
    signal.alarm(round(seconds) + ORPHAN_SECONDS)


def explain_end(code: int | None, log: bytes, seconds: float, memory_mb: int) -> UnreadableError:
    """The error for a child that ended otherwise than with an answer; `code` is negative for a signal."""
    if code is None or -code in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL):
        message = f"reading it takes longer than {seconds:g} seconds: look whether it is a report, and save it anew"
        return UnreadableError("timeout", message)
    lines = log.decode("utf-8", "replace").strip().splitlines()
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    if lines and lines[-1].startswith("MemoryError"):
        return too_large(memory_mb)
    why = f"{how}: {lines[-1]}" if lines else how
    return UnreadableError("reader_crashed", f"the reader broke down on it ({why}): save it in another format")


def too_large(memory_mb: int) -> UnreadableError:
    """The error for a file that wants more memory than the child may have."""
    message = f"reading it takes more than {memory_mb} MB of memory: look whether it is a report, and save it anew"
    return UnreadableError("too_large_for_memory", message)


def pack_outcome(outcome: Page | UnreadableError) -> dict[str, Any]:
    """A page, or the error in its place, as JSON data."""
    if isinstance(outcome, UnreadableError):
        return {"error": [outcome.code, outcome.message]}
    fields = {name: getattr(outcome, name) for name in ("paragraphs", "reader", "title", "published_on", "parts")}
    return {"page": {**fields, "facts": dict(outcome.facts), "problems": [asdict(found) for found in outcome.problems]}}


def unpack_outcome(packed: Mapping[str, Any]) -> Page:
    """The page packed by `pack_outcome`. Raises the error that was packed in its place."""
    if "error" in packed:
        raise UnreadableError(*packed["error"])
    page = packed["page"]
    return Page(
        paragraphs=tuple(page["paragraphs"]),
        reader=page["reader"],
        title=page["title"],
        published_on=page["published_on"],
        facts=dict(page["facts"]),
        problems=tuple(Problem(**found) for found in page["problems"]),
        parts=tuple(tuple(part) for part in page["parts"]),
    )
