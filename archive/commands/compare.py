"""`baogao compare A B`: what differs between two reports, copies or files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract
from sqlite_utils import Database

from archive.commands.comparison import Side, describe, list_comparison, print_comparison, write_html
from archive.compare import compare_copies, compare_years
from archive.database import open_readonly
from archive.errors import BadArgumentsError
from archive.examine import Circumstances, examine
from archive.hand import HandPage, Refused, WarcPath, find_pages
from archive.home import Home
from archive.model import Finding

MAX_BYTES = 100_000_000  # as `add` and `read` take by default
# Pairs of paragraphs that are weighed, at most: 5,000 in either text, 100 MB of memory.
MOST_PAIRS = 25_000_000
BY = ("characters", "paragraphs")
PART = re.compile(r"(?P<path>.+)#(?P<part>\d{1,4})")


@click.command()
@click.argument("a")
@click.argument("b")
@click.option(
    "--by", type=click.Choice(["characters", "paragraphs"]), help="Default: paragraphs for two reports' years."
)
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a page instead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead.")
@click.option("--all", "everything", is_flag=True, help="Show the paragraphs in which nothing differs too.")
@click.pass_obj
def compare(home: Home, a: str, b: str, by: str | None, html: Path | None, as_json: bool, everything: bool) -> None:
    """Show what differs between two reports, copies or files, punctuation and spacing aside.

    A and B are ids of reports (310101-2020) or copies, or files that `baogao read` reads; FILE#2 is the second report
    in a file. Two texts of one report are compared character by character, two years paragraph by paragraph.
    """
    sides = find_side(home, a), find_side(home, b)
    chosen = by or ("paragraphs" if speak_of_two(*sides) else "characters")
    if chosen == "paragraphs" and sides[0].text.count("\n") * sides[1].text.count("\n") > MOST_PAIRS:
        raise BadArgumentsError(f"{a} and {b} have too many paragraphs to pair: compare them with --by characters")
    function = compare_copies if chosen == "characters" else compare_years
    compared = function(sides[0].text, sides[1].text)
    if html:
        write_html(html, sides, compared, chosen)
        click.echo(f"{html}: {describe(compared, chosen)}", err=True)
    elif as_json:
        click.echo(json.dumps(list_comparison(sides, compared, chosen), ensure_ascii=False))
    else:
        print_comparison(sides, compared, chosen, everything=everything)


def speak_of_two(a: Side, b: Side) -> bool:
    """Whether two texts are known to be of two years or of two regions."""
    pairs = ((a.year, b.year), (a.region, b.region))
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def find_side(home: Home, name: str) -> Side:
    """The text that a name on the command line means: a file, else a report or a copy of the home.

    Raises BadArgumentsError for a name that is none of them, with the nearest that is.
    """
    path, part = Path(name), 0
    if not path.exists() and (numbered := PART.fullmatch(name)):
        path, part = Path(numbered["path"]), int(numbered["part"])
    if path.is_file():
        return read_side(home, path, part)
    if not home.database.exists():
        message = f"{name}: no such file, and {home.database} does not exist yet: crawl or add pages, `baogao build`"
        raise BadArgumentsError(message)
    db = open_readonly(home.database)
    try:
        return stored_side(db, name, home.root)
    finally:
        db.close()


def stored_side(db: Database, name: str, home: Path) -> Side:
    """A report or copy of the archive."""
    alias = db.execute("select id from aliases where old_id = ?", [name]).fetchone()
    for kind, table, title in (("report", "reports", "title"), ("copy", "copies", "coalesce(title, title_as_shown)")):
        sql = (
            f"select r.id, {title}, r.region, r.year, r.origin, t.text from {table} r"
            " join texts t on t.sha256 = r.text_sha256 where r.id = ?"
        )
        for id in (name, *(alias or ())):
            if row := db.execute(sql, [id]).fetchone():
                return Side(f"{kind} {row[0]}", row[1], row[2], row[3], row[4], row[5])
    known = [row[0] for row in db.execute("select id from reports union select id from copies order by 1").fetchall()]
    # ratio, 0 to 100: two ids of one region, or of one year, agree in more than half.
    nearest = ", ".join(found for found, _, _ in extract(name, known, scorer=ratio, limit=3, score_cutoff=60))
    said = f"nearest of {len(known)} known: {nearest}" if nearest else f"`baogao coverage` lists what {home} holds"
    raise BadArgumentsError(f"{name}: no file, report or copy of this name; {said}")


def read_side(home: Home, path: Path, part: int) -> Side:
    """The report in a file, or its whole text where it has none; `part` counts from 1, 0 asks for the only one.

    Raises UnreadableError for a file no reader can read, BadArgumentsError where it is not clear which report is meant.
    """
    extra = home.regions if home.regions.exists() else None
    findings: list[Finding] = []
    for found in find_pages(path, MAX_BYTES):
        if isinstance(found, WarcPath):
            raise BadArgumentsError(f"{path}: a WARC file: `baogao add` it, `baogao build`, and compare the copies")
        if isinstance(found, Refused):
            raise BadArgumentsError(f"{found.name}: {found.why}")
        assert isinstance(found, HandPage)
        findings += examine(found.data, Circumstances(found.url, extra_regions=extra)).findings
    reports = [finding for finding in findings if finding.identity.is_report] or findings
    if not reports:
        raise BadArgumentsError(f"{path}: holds no text")
    if part > len(reports) or (len(reports) > 1 and not part):
        names = ", ".join(
            f"#{number} {finding.identity.title or finding.candidate.title or 'without title'}"
            for number, finding in enumerate(reports[:6], 1)
        )
        more = ", …" if len(reports) > 6 else ""
        raise BadArgumentsError(f"{path} holds {len(reports)} texts: say which, as in {path}#1: {names}{more}")
    finding = reports[max(part, 1) - 1]
    identity = finding.identity
    name = f"{path}#{part}" if part else str(path)
    title = identity.title or finding.candidate.title
    return Side(
        name, title, identity.region, identity.year, None if identity.is_report else identity.reason, finding.text
    )
