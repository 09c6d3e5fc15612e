"""Running the console script as a person would, in a process of its own.

These processes are forked from one that has loaded the modules already: loading them takes longer than most commands.
Where a test shows that nothing depends on the order of a set, they are started from nothing: strings then hash anew. So
is what is killed or served, where that is tested.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from archive.home import Home
from archive.schema import TABLES

ROOT = Path(__file__).parents[1]

# Seconds: many times what any command of a test takes.
PATIENCE = 240

# The process they are forked from inherits it, and loads the checkout's own code, whatever is installed.
os.environ["PYTHONPATH"] = str(ROOT)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["crawler.cli", "crawler.run", "archive.build", "archive.publish"])


def keep_compiled(given: MutableMapping[str, str]) -> None:
    """Let the processes of an environment share what Python compiles, also where it is told to leave no files behind.

    They go beside the modules, into folders that git ignores: a folder elsewhere would have all libraries compiled anew.
    """
    given.pop("PYTHONDONTWRITEBYTECODE", None)


def environment() -> dict[str, str]:
    """The environment of a command: the checkout's own code, no colours."""
    return os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def baogao(
    home: Home | Path, *words: str | Path, check: bool = True, anew: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run `baogao --home HOME WORDS…` to its end, started from nothing if `anew`; a failure shows what it said."""
    root = home.root if isinstance(home, Home) else home
    line = ["--home", str(root), *map(str, words)]
    if anew:
        command = [sys.executable, "-m", "crawler.cli", *line]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(), timeout=PATIENCE)
    else:
        done = run_forked(line)
    if check and done.returncode:
        raise AssertionError(f"{line} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def run_forked(line: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command line in a process forked from the one that has loaded the modules."""
    with tempfile.TemporaryDirectory(prefix="baogao-said-") as folder:
        said = [Path(folder, name) for name in ("out", "err")]
        for path in said:
            path.touch()
        process = FORKS.Process(target=run_here, args=(line, environment(), Path.cwd(), said))
        process.start()
        process.join(PATIENCE)
        out, err = (path.read_text(encoding="utf-8") for path in said)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise AssertionError(f"{line} did not end in {PATIENCE} seconds:\n{out}\n{err}")
        return subprocess.CompletedProcess(line, process.exitcode, out, err)


def run_here(line: list[str], given: dict[str, str], folder: Path, said: list[Path]) -> None:
    """Be the console script: its words, environment and folder, its output into files."""
    os.environ.clear()
    os.environ.update(given)
    os.chdir(folder)
    for number, path in enumerate(said, 1):
        os.dup2(os.open(path, os.O_WRONLY), number)
    from crawler import cli

    assert Path(cli.__file__).is_relative_to(ROOT)
    # What it starts begins as it would begin there.
    sys.modules["__main__"] = cli
    sys.argv = ["baogao", *line]
    cli.main()


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
