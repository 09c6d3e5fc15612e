"""What commands say to a person: lines, progress, mistakes in source files and corrections."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from archive.corrections import read_corrections
from archive.home import Home
from archive.regions import load_regions
from archive.sourcefile import Source
from archive.sources import read_sources

Thing = TypeVar("Thing")


def say(message: str) -> None:
    """A line for a person, on stderr."""
    click.echo(message, err=True)


# Mistakes in source files and corrections, said once; a command that went well in spite of them ends with their code.
mistakes: list[str] = []


def known_sources(home: Home) -> dict[str, Source]:
    """The sources whose files are right; each file that is not gets a line, and the rest goes on."""
    sources, wrong = read_sources(home)
    for line in wrong:
        if line not in mistakes:
            mistakes.append(line)
            say(f"baogao: {line}")
    known_corrections(home)
    return sources


def known_corrections(home: Home) -> None:
    """Say the mistakes of corrections.csv; the other lines are applied.

    Raises BadArgumentsError where nothing of the file can be used: what it corrected must not turn back unseen.
    """
    regions = load_regions(home.regions if home.regions.exists() else None)
    for line in read_corrections(home.corrections, regions)[1]:
        if line not in mistakes:
            mistakes.append(line)
            say(f"baogao: {line}")


def follow(things: Iterable[Thing], total: int, doing: str) -> Iterator[Thing]:
    """Show progress over `things`: a bar on a terminal, a line now and then in a log."""
    if sys.stderr.isatty():
        columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(doing, total=total)
            for thing in things:
                yield thing
                progress.advance(task)
        return
    step = max(100, total // 10)
    for number, thing in enumerate(things, 1):
        yield thing
        if number % step == 0:
            say(f"{doing}: {number} of {total}")
