"""The commands that make the archive from its captures, and check it: build, reindex, verify."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any

import click

from archive.build import build_archive
from archive.captures import CaptureStore
from archive.check_rows import check_readings, check_rows
from archive.database import open_archive, open_readonly
from archive.errors import DamagedInputError
from archive.home import Home
from archive.ingest import Ingester
from archive.terminal import follow, known_sources, say


def conclude(as_json: bool, facts: dict[str, Any], lines: Iterable[str], summary: str, *, damaged: bool) -> None:
    """Say how a command ended, as lines for a person or as one line of JSON, and end with 3 where all is not well."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        for line in lines:
            say(line)
        say(summary)
    if damaged:
        raise SystemExit(DamagedInputError.exit_code)


@click.command()
@click.option(
    "--jobs",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Worker processes. Default: one a core. With 1, it and the main process take turns on one core.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Read on a Dask cluster: tcp://HOST:8786.")
@click.option("--json", "as_json", is_flag=True, help="The outcome as one line of JSON.")
@click.pass_obj
def build(home: Home, jobs: int, scheduler: str | None, as_json: bool) -> None:
    """Ingest every capture anew, then settle all reports. Same captures and same code give the same rows."""
    with home.lock():
        result = build_archive(home, known_sources(home), jobs, follow, scheduler)
    lines = (*result.damaged, *result.idle)
    conclude(as_json, asdict(result), lines, result.summary(), damaged=bool(lines))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The outcome as one line of JSON.")
@click.pass_obj
def reindex(home: Home, as_json: bool) -> None:
    """Rebuild the capture index from the WARC files."""
    with home.lock(), closing(open_archive(home)) as db, CaptureStore(home, db, "read-only") as store:
        found = store.reindex()
    summary = f"{found.captures} captures, {found.revisits} revisits, {found.runs} runs; now `baogao build`"
    conclude(as_json, asdict(found), (*found.torn, *found.damaged), summary, damaged=bool(found.damaged))


@click.command()
@click.option("--again", is_flag=True, help="Read every capture again, too, and compare: takes as long as a build.")
@click.option("--json", "as_json", is_flag=True, help="The outcome as one line of JSON.")
@click.pass_obj
def verify(home: Home, again: bool, as_json: bool) -> None:
    """Check the digest of every capture, and every row against its capture."""
    with closing(open_readonly(home.database)) as db:
        faults = list(find_faults(home, db, again))
        total = db.table("captures").count
    sound = f"all {total} captures are as they were written, and every row agrees with its capture"
    summary = f"{len(faults)} faults in {total} captures and their rows" if faults else sound
    conclude(as_json, {"captures": total, "faults": faults}, faults, summary, damaged=bool(faults))


def find_faults(home: Home, db: Any, again: bool) -> Iterator[str]:
    """What is wrong, one line each: in the files, in the rows, and with `again` in what reading gives now."""
    with CaptureStore(home, db, "read-only") as store:
        yield from store.verify()
    yield from check_rows(db)
    if again:
        with home.lock(), closing(open_archive(home)) as writable:
            ingester = Ingester(home, writable, known_sources(home), jobs=os.cpu_count() or 1)
            try:
                yield from check_readings(ingester)
            finally:
                ingester.close()
