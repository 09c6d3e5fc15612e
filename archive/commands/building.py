"""The commands that make the archive from its captures: build, reindex, verify."""

from __future__ import annotations

import click

from archive.build import build_archive
from archive.captures import CaptureStore
from archive.database import open_archive, open_readonly
from archive.errors import DamagedInputError
from archive.home import Home
from archive.terminal import follow, known_sources, say


@click.command()
@click.option("--jobs", default=0, metavar="N", help="Worker processes. Default: one a core.")
@click.pass_obj
def build(home: Home, jobs: int) -> None:
    """Ingest every capture anew, then settle all reports. Same captures and same code give the same rows."""
    with home.lock():
        result = build_archive(home, known_sources(home), jobs, follow)
    for line in result.damaged:
        say(line)
    say(result.summary())
    if result.damaged:
        raise SystemExit(DamagedInputError.exit_code)


@click.command()
@click.pass_obj
def reindex(home: Home) -> None:
    """Rebuild the capture index from the WARC files."""
    with home.lock():
        db = open_archive(home)
        with CaptureStore(home, db, "read-only") as store:
            found = store.reindex()
        db.close()
    for line in (*found.torn, *found.damaged):
        say(line)
    say(f"{found.captures} captures, {found.revisits} revisits, {found.runs} runs; now `baogao build`")
    if found.damaged:
        raise SystemExit(DamagedInputError.exit_code)


@click.command()
@click.pass_obj
def verify(home: Home) -> None:
    """Check the digest of every capture."""
    db = open_readonly(home.database)
    wrong, total = 0, db.table("captures").count
    with CaptureStore(home, db, "read-only") as store:
        for line in store.verify():
            wrong += 1
            say(line)
    sound = f"all {total} captures are as they were written"
    say(f"{wrong} of {total} damaged: restore the files from a backup, or fetch the pages again" if wrong else sound)
    if wrong:
        raise SystemExit(DamagedInputError.exit_code)
