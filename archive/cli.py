"""The commands that need no network. crawler/cli.py adds those that do, and is the console script."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from archive.build import build_archive
from archive.captures import CaptureStore
from archive.database import open_archive, open_readonly
from archive.errors import BadArgumentsError, BaogaoError, DamagedInputError, MachineError, UnreadableError
from archive.examine import Circumstances, examine
from archive.hand import HandPage, Refused, WarcPath, check_time, find_pages, read_manifest
from archive.home import Home, find_home
from archive.model import PageRules
from archive.read import check_payload
from archive.show import show
from archive.sources import Source, read_sources, source_of
from archive.status import archive_status, coverage_rows

Thing = TypeVar("Thing")
# Files that a reader cannot use are still kept where they are recognisably a page: a better reader may come.
NO_PAGES = {"image": "a picture", "rar": "a RAR archive", "7z": "a 7z archive", "gzip": "a gzip file"}
KEPT_THOUGH_DAMAGED = ("truncated_file", "encrypted", "damaged_file")


def say(message: str) -> None:
    """A line for a person, on stderr."""
    click.echo(message, err=True)


# Mistakes in source files, said once; a command that went well in spite of them ends with the code for them.
mistakes: list[str] = []


def known_sources(home: Home) -> dict[str, Source]:
    """The sources whose files are right; each file that is not gets a line, and the rest goes on."""
    sources, wrong = read_sources(home)
    for line in wrong:
        if line not in mistakes:
            mistakes.append(line)
            say(f"baogao: {line}")
    return sources


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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="Where the archive is kept. Default: $BAOGAO_HOME, else ./var")
@click.version_option(package_name="baogao")
@click.pass_context
def cli(context: click.Context, home: str | None) -> None:
    """Baogao: an archive of Chinese local government work reports (政府工作报告)."""
    context.obj = find_home(home)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--url", help="Address of the page, for a single file.")
@click.option("--manifest", type=click.Path(path_type=Path), help="CSV of path,url,fetched_at; paths relative to it.")
@click.option("--max-size", default=100, show_default=True, metavar="MB", help="Largest file taken.")
@click.pass_obj
def add(home: Home, paths: tuple[Path, ...], url: str | None, manifest: Path | None, max_size: int) -> None:
    """Take pages saved by hand as captures: files, folders, zips, tables, WARC and WACZ."""
    if not paths and not manifest:
        raise click.UsageError("give files or folders, or --manifest FILE.csv")
    if url and (len(paths) != 1 or paths[0].is_dir()):
        raise click.UsageError("--url goes with a single file; use --manifest for several")
    listed = [(path, url, None) for path in paths] + (read_manifest(manifest) if manifest else [])
    for path, _, fetched_at in listed:
        check_time(fetched_at, str(path))
    sources = known_sources(home)
    refused = pages = 0
    with home.lock():
        db = open_archive(home)
        with CaptureStore(home, db, "added") as store:
            store.catch_up()
            for path, address, fetched_at in listed:
                for found in find_pages(path, max_size * 1_000_000, address, fetched_at):
                    pages += isinstance(found, HandPage)
                    refused += not take(store, found, sources)
            counts = store.counts
        db.close()
    held = max(0, pages - counts["captures"] - counts["revisits"] - refused)
    said = f"{counts['captures']} new captures, {counts['revisits']} seen again, {held} already held"
    say(f"{said}, {refused} refused or damaged")
    if refused:
        raise SystemExit(DamagedInputError.exit_code)


def take(store: CaptureStore, found: HandPage | Refused | WarcPath, sources: dict[str, Source]) -> bool:
    """Keep one page as a capture. False, after one line, where it is refused or damaged."""
    if isinstance(found, Refused):
        say(f"{found.name}: {found.why}")
        return False
    try:
        if isinstance(found, WarcPath):
            for _ in store.import_warc(found.path, lambda url: source_id(url, sources)):
                pass
            return True
        sound = True
        try:
            kind = check_payload(found.data)
            if kind in NO_PAGES:
                raise UnreadableError("unsupported_type", f"{NO_PAGES[kind]} is no page: nothing to read in it")
        except UnreadableError as error:
            if error.code not in KEPT_THOUGH_DAMAGED:
                raise
            say(f"{found.name}: kept, but {error.message}")
            sound = False
        source = source_id(found.url, sources)
        store.add_resource(found.url, found.fetched_at, found.content_type, found.data, source)
    except DamagedInputError as error:
        say(f"{getattr(found, 'name', '')}{': ' if isinstance(found, HandPage) else ''}{error}")
        return False
    return sound


def source_id(url: str | None, sources: dict[str, Source]) -> str | None:
    """The id of the source at whose hosts a URL is."""
    source = source_of(url, sources)
    return source.id if source else None


@cli.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", help="Address the page is from: chooses its source's rules.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON a file.")
@click.option("--max-size", default=100, show_default=True, metavar="MB", help="Largest file read.")
@click.pass_obj
def read(home: Home, paths: tuple[Path, ...], url: str | None, as_json: bool, max_size: int) -> None:
    """Show what the archive makes of a page: its candidates, fields with their evidence, damage. Touches no home."""
    sources = known_sources(home)
    extra = home.regions if home.regions.exists() else None
    failed = 0
    for path in paths:
        for found in find_pages(path, max_size * 1_000_000, url):
            try:
                if isinstance(found, WarcPath):
                    raise UnreadableError("warc", "a WARC file: use `baogao add`, then `baogao build`")
                if isinstance(found, Refused):
                    raise UnreadableError("refused", found.why)
                source = source_of(found.url, sources)
                rules = source.page_rules(found.fetched_at) if source else PageRules()
                known = Circumstances(found.url, None, rules, source.region if source else None, extra)
                examination = examine(found.data, known)
                show(found.name, examination, as_json)
                for problem in examination.page.problems:
                    if problem.code == "truncated_file":
                        failed += 1
                        say(f"{found.name}: {problem.detail}")
            except UnreadableError as error:
                failed += 1
                name = found.path if isinstance(found, WarcPath) else found.name
                say(f"{name}: {error.message}")
    if failed:
        raise SystemExit(DamagedInputError.exit_code)


@cli.command()
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


@cli.command()
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


@cli.command()
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


@cli.command()
@click.option("--accept", metavar="REASON", help="Publish in spite of a gate; the reason is recorded.")
@click.pass_obj
def publish(home: Home, accept: str | None) -> None:
    """Check the gates and publish a snapshot for Datasette."""
    from archive.publish import publish as publish_snapshot  # noqa: PLC0415

    with home.lock():
        done = publish_snapshot(home, accept=accept)
    say(f"published {done.reports} reports as version {done.version}: {done.path}")


@cli.command()
@click.option("--port", default=8001, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.pass_obj
def serve(home: Home, port: int, host: str) -> None:
    """Serve the published snapshot with Datasette; a new snapshot appears without a restart."""
    from archive.serve import serve as serve_snapshot  # noqa: PLC0415

    serve_snapshot(home, port, host)


@cli.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def status(home: Home, as_json: bool) -> None:
    """Show the state of the archive and of each source."""
    db = open_readonly(home.database)
    found = archive_status(db)
    db.close()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    years = f"{found['years'][0]}–{found['years'][-1]}" if found["years"] else "none"
    click.echo(
        f"{home.root}: {found['reports']} reports of {found['regions']} regions, years {years}; "
        f"{found['copies']} copies, {found['rejections']} rejections, {found['captures']} captures"
    )
    trust = ", ".join(f"{count} {trust}" for trust, count in found["trust"].items()) or "none"
    click.echo(f"texts: {trust}; {found['unresolved']} unresolved, {found['unreadable']} pages unreadable")
    if found["to_be_read_anew"]:
        click.echo(f"{found['to_be_read_anew']} captures wait to be read by today's rules: run `baogao build`")
    table = Table("source", "last run", "verdict", "last success", "captures", "copies", "reports", box=None)
    for row in found["sources"]:
        state = "retired" if row["retired"] else row["verdict"] or "never crawled"
        cells = (row["id"], row["last_run"] or "–", state, row["last_success"] or "–")
        table.add_row(*cells, *(str(row[name]) for name in ("captures", "copies", "reports")))
    Console().print(table)


@cli.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def coverage(home: Home, as_json: bool) -> None:
    """Show which regions and years the archive has, and what is missing."""
    db = open_readonly(home.database)
    rows = coverage_rows(db)
    db.close()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    years = sorted({row["year"] for row in rows})
    cells = {(row["region"], row["year"]): row["state"] for row in rows}
    names = {row["region"]: row["region_name"] for row in rows}
    signs = {"have": "●", "damaged": "◐", "missing": "·"}
    table = Table("region", *map(str, years), box=None)
    for region, name in names.items():
        table.add_row(f"{region} {name}", *(signs.get(cells.get((region, year), ""), " ") for year in years))
    Console().print(table)
    click.echo("● have  ◐ only damaged copies  · expected and missing")


def main(command: Callable[..., Any]) -> None:
    """Run a command line: every error a person can cause is one line on stderr and an exit code of DESIGN §4."""
    try:
        command(standalone_mode=False)
        if mistakes:
            sys.exit(BadArgumentsError.exit_code)
    except click.exceptions.Abort:
        say("interrupted: what was done so far is kept; run it again to go on")
        sys.exit(13)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except BaogaoError as error:
        say(f"baogao: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        say(f"baogao: the machine refuses: {error}; free the disk or choose another --home")
        sys.exit(MachineError.exit_code)
    except KeyboardInterrupt:
        say("interrupted: what was done so far is kept; run it again to go on")
        sys.exit(13)
