"""The commands that count and compare wording over the whole archive, as CSV for a statistics program."""

from __future__ import annotations

import csv
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from archive.database import open_readonly
from archive.dictionary import KINDS, long_rows, read_dictionary, wide_rows
from archive.errors import BadArgumentsError, MachineError
from archive.home import Home
from archive.terminal import say
from archive.wording import SHORTEST, find_passages, measure_likeness

OUT = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: standard output."
)
DATABASE = click.option(
    "--database",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A downloaded reports.db. Default: the archive of the home.",
)


@click.command()
@click.argument("dictionary", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--wide", is_flag=True, help="A row a region and year, a column a category (or term, without categories)."
)
@click.option(
    "--in", "kinds", metavar="KINDS", default="", help=f"Only these parts, commas between: {', '.join(KINDS)}."
)
@DATABASE
@OUT
@click.pass_obj
def count(home: Home, dictionary: Path, wide: bool, kinds: str, database: Path | None, out: Path | None) -> None:
    """Count the terms of a dictionary in every report: a panel by region and year, with zeros and holes told apart.

    DICTIONARY is a CSV file with a column `term` and, where there are categories, a column `category`. A cell without
    report has an empty count and says why (`state`, `why`); a report that does not use a term has 0.
    """
    words = read_dictionary(dictionary)
    asked = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    if unknown := next((kind for kind in asked if kind not in KINDS), None):
        raise BadArgumentsError(f"--in {unknown}: no kind of section; they are {', '.join(KINDS)}")
    db = open_readonly(database or home.database)
    rows = (wide_rows if wide else long_rows)(db.conn, words, asked)
    written = write_rows(out, rows)
    say(f"{len(words.terms)} terms, {written} rows; dictionary {words.digest}, {version_of(db.conn)}")
    db.close()


@click.command()
@click.argument("report", required=False)
@click.option("--shortest", type=click.IntRange(10, 1000), default=SHORTEST, show_default=True, help="Characters.")
@click.option("--all", "everywhere", is_flag=True, help="Look in the reports of all regions, not of relatives alone.")
@DATABASE
@OUT
@click.pass_obj
def similar(
    home: Home, report: str | None, shortest: int, everywhere: bool, database: Path | None, out: Path | None
) -> None:
    """Measure how far reports repeat last year's and their parent's; with REPORT, list its borrowed passages.

    Borrowed are passages that also stand in another region's report of the same or an earlier year: of the regions
    above and beside, with --all of any.
    """
    db = open_readonly(database or home.database)
    rows = list_passages(db.conn, report, shortest, everywhere) if report else list_likeness(db.conn)
    written = write_rows(out, rows)
    say(f"{written} rows; {version_of(db.conn)}")
    db.close()


def list_likeness(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """Each report beside last year's of its region and the same year's of the region above."""
    sql = (
        "select id, region, region_name, year, parent, text_sha256 from reports"
        " where id = region || '-' || year order by id"
    )
    for report, region, name, year, parent, sha256 in connection.execute(sql).fetchall():
        row: dict[str, Any] = {"region": region, "region_name": name, "year": year, "report": report}
        for other, relative in (("previous", f"{region}-{year - 1}"), ("parent", f"{parent}-{year}")):
            text = text_of_report(connection, relative)
            like = measure_likeness(text_of(connection, sha256), text) if text else None
            row |= {
                other: relative if like else None,
                f"{other}_shared": round(like.shared, 4) if like else None,
                f"{other}_jaccard": round(like.jaccard, 4) if like else None,
                f"{other}_cosine": round(like.cosine, 4) if like else None,
            }
        yield row


def list_passages(
    connection: sqlite3.Connection, report: str, shortest: int, everywhere: bool
) -> Iterator[dict[str, Any]]:
    """The passages of a report that stand in others too, by their order in it and the age of the others."""
    own = connection.execute("select region, parent, year, text_sha256 from reports where id = ?", [report]).fetchone()
    if own is None:
        raise BadArgumentsError(f"{report} is no report of this archive: give an id such as 310101-2020")
    region, parent, year, sha256 = own
    text = text_of(connection, sha256)
    near = (
        "1" if everywhere else "(region = :parent or parent = :parent or region = (select parent from regions_above))"
    )
    sql = (
        "with regions_above as (select parent from reports where region = :parent and parent is not null limit 1)"
        " select id, region_name, year, delivered_on, text_sha256 from reports"
        f" where region <> :region and year <= :year and {near} order by year, delivered_on, id"
    )
    found = []
    asked = {"parent": parent, "region": region, "year": year}
    for other, name, other_year, day, digest in connection.execute(sql, asked).fetchall():
        for passage in find_passages(text, text_of(connection, digest), shortest):
            row = {
                "report": report,
                "start": passage.start,
                "length": passage.length,
                "passage": text[passage.start : passage.start + passage.length],
                "other": other,
                "other_region_name": name,
                "other_year": other_year,
                "other_delivered_on": day,
                "other_start": passage.other_start,
                "other_length": passage.other_length,
            }
            found.append(row)
    yield from sorted(
        found, key=lambda row: (row["start"], row["other_year"], row["other_delivered_on"] or "", row["other"])
    )


def text_of(connection: sqlite3.Connection, sha256: str) -> str:
    """A text by its digest."""
    return str(connection.execute("select text from texts where sha256 = ?", [sha256]).fetchone()[0])


def text_of_report(connection: sqlite3.Connection, report: str) -> str | None:
    """A report's text; None where the archive does not have it."""
    row = connection.execute("select text_sha256 from reports where id = ?", [report]).fetchone()
    return text_of(connection, row[0]) if row else None


def version_of(connection: sqlite3.Connection) -> str:
    """What to cite the counted archive as."""
    sql = "select version from snapshots where sha256 is null order by published_at desc limit 1"
    row = connection.execute(sql).fetchone()
    return f"snapshot {row[0]}" if row else "the working archive, not a snapshot: cite none of these numbers"


def write_rows(out: Path | None, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as CSV in UTF-8 with a mark that Excel knows it by; returns how many."""
    written = 0
    with opened(out) as file:
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow(row)
            written += 1
    return written


@contextmanager
def opened(out: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there when it is whole. Raises MachineError where it cannot be written."""
    if out is None:
        yield sys.stdout
        return
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            yield file
        draft.replace(out)
    except OSError as error:
        raise MachineError(f"{out} cannot be written ({error.strerror}): choose another place") from error
    finally:
        draft.unlink(missing_ok=True)
