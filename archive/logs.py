"""The logs of a home: one JSON line an event for programs, large files put aside packed, old ones deleted."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from archive.home import Home

EVENTS: Final = "events.jsonl"


def note_event(home: Home, event: str, at: str, **facts: Any) -> None:
    """Append `{"at", "event", …}` to `log/events.jsonl`, in one write: a kill leaves whole lines.

    Raises OSError where the disk refuses.
    """
    line = json.dumps({"at": at, "event": event, **facts}, ensure_ascii=False, default=str) + "\n"
    handle = os.open(home.log / EVENTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def rotate_logs(home: Home, now: datetime, *, days: int, megabytes: float) -> list[str]:
    """Put aside every log larger than so many megabytes, delete those put aside so many days ago; says what it did.

    A log is copied and emptied, not renamed: the shell of a cron job goes on writing to the file it opened. The caller
    holds the home's lock.
    """
    said = []
    for path in sorted(home.log.iterdir()):
        if path.suffix == ".gz":
            made = datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)
            if now - made > timedelta(days=days):
                path.unlink()
                said.append(f"{path.name} deleted")
        elif path.suffix in (".log", ".jsonl") and path.stat().st_size > megabytes * 1e6:
            said.append(f"{path.name} put aside as {put_aside(path, now).name}")
        elif path.suffix == ".part":
            path.unlink()
    return said


def put_aside(path: Path, now: datetime) -> Path:
    """Pack a log's contents into a file of their own, and empty it."""
    packed = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%S}.gz")
    part = packed.with_suffix(".part")
    with path.open("rb") as file, gzip.open(part, "wb") as out:
        shutil.copyfileobj(file, out)
    part.replace(packed)
    # The clock of the file system need not be ours.
    with contextlib.suppress(OSError):
        os.utime(packed, (now.timestamp(), now.timestamp()))
    os.truncate(path, 0)
    return packed
