"""The commands that take pages saved by hand: add keeps them, read shows what becomes of them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from archive.captures import CaptureStore
from archive.database import open_archive
from archive.errors import DamagedInputError, UnreadableError
from archive.examine import Circumstances, examine
from archive.hand import HandPage, Refused, WarcPath, check_time, find_pages, read_manifest
from archive.home import Home
from archive.model import PageRules
from archive.read import check_payload
from archive.show import show
from archive.sourcefile import Source
from archive.sources import source_of
from archive.terminal import known_sources, say

# Files that a reader cannot use are still kept where they are recognisably a page: a better reader may come.
NO_PAGES = {"image": "a picture", "rar": "a RAR archive", "7z": "a 7z archive", "gzip": "a gzip file"}
KEPT_THOUGH_DAMAGED = ("truncated_file", "encrypted", "damaged_file")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--url", help="Address of the page, for a single file.")
@click.option("--manifest", type=click.Path(path_type=Path), help="CSV of path,url,fetched_at; paths relative to it.")
@click.option("--max-size", type=click.IntRange(1), default=100, show_default=True, metavar="MB", help="Largest taken.")
@click.option("--json", "as_json", is_flag=True, help="The outcome as one line of JSON.")
@click.pass_obj
def add(
    home: Home, paths: tuple[Path, ...], url: str | None, manifest: Path | None, max_size: int, as_json: bool
) -> None:
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
    if as_json:
        facts = {"captures": counts["captures"], "revisits": counts["revisits"], "held": held, "refused": refused}
        click.echo(json.dumps(facts))
    else:
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


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", help="Address the page is from: chooses its source's rules.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON a file.")
@click.option("--max-size", type=click.IntRange(1), default=100, show_default=True, metavar="MB", help="Largest read.")
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
