"""Running the console script as a person would, in a process of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from archive.home import Home
from archive.schema import TABLES

ROOT = Path(__file__).parents[1]


def keep_compiled(given: MutableMapping[str, str]) -> None:
    """Let the processes of an environment share what Python compiles, also where it is told to leave no files behind."""
    if given.pop("PYTHONDONTWRITEBYTECODE", None) and "PYTHONPYCACHEPREFIX" not in given:
        given["PYTHONPYCACHEPREFIX"] = tempfile.mkdtemp(prefix="baogao-pycache-")
        atexit.register(shutil.rmtree, given["PYTHONPYCACHEPREFIX"], ignore_errors=True)


def environment() -> dict[str, str]:
    """The environment of a command: the checkout's own code, whatever is installed."""
    return os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def baogao(home: Home | Path, *words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run `baogao --home HOME WORDS…` to its end; a failure shows what it said."""
    root = home.root if isinstance(home, Home) else home
    command = [sys.executable, "-m", "crawler.cli", "--home", str(root), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(), timeout=240)
    if check and done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def rows(home: Home, sql: str) -> list[tuple]:
    """The rows of a query on the working database."""
    with sqlite3.connect(home.database) as db:
        return db.execute(sql).fetchall()


def dump(home: Home, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple]]:
    """All rows of all tables, but where the records stand in the WARC files."""
    tables = {}
    for name, table in TABLES.items():
        if name not in without:
            columns = ", ".join(f"[{column}]" for column in table.columns if not column.startswith("warc_"))
            tables[name] = sorted(rows(home, f"select {columns} from [{name}]"), key=repr)
    return tables
