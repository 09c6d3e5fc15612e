"""The commands `baogao sources`: list them, check their files and sites, make a new one from a page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.table import Table

from archive.errors import BadArgumentsError
from archive.home import Home
from archive.regions import load_regions
from archive.sourcefile import Source
from archive.sources import nearest, read_platforms
from archive.terminal import known_sources, mistakes, say
from archive.urls import is_fetchable

SOME_FAILED, ALL_FAILED = 10, 11


@click.group()
def sources() -> None:
    """The sources: list them, check their files and sites, make a new one from a page."""


@sources.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_sources(home: Home, as_json: bool) -> None:
    """List all sources, the retired and refused ones too."""
    found = known_sources(home)
    if as_json:
        click.echo(json.dumps([source.model_dump(mode="json") for source in found.values()], ensure_ascii=False))
        return
    table = Table("id", "name", "kind", "region", "platform", "first address", "state", box=None)
    for source in found.values():
        facts = (source.region or "–", source.platform or "–", source.start[0], state_of(source))
        table.add_row(source.id, source.name, source.kind, *facts)
    Console().print(table)
    crawled = sum(source.crawled for source in found.values())
    say(f"{len(found)} sources, {crawled} crawled, {sum(source.unverified for source in found.values())} unverified")


def state_of(source: Source) -> str:
    """Whether a source is crawled, and what stands in its way, in a few words."""
    if source.state:
        return source.state if source.refused else f"retired {source.state}"
    words = ["unverified"] if source.unverified else ["in use"]
    return ", ".join([*words, f"{source.wall} wall"] if source.wall else words)


@sources.command("check")
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--live", is_flag=True, help="Ask the sites: what answers, what changed, how to mend it.")
@click.option("--json", "as_json", is_flag=True, help="With --live: a line of JSON a source.")
@click.pass_obj
def check_sources(home: Home, names: tuple[str, ...], live: bool, as_json: bool) -> None:
    """Check all source files and fixtures, the built-in ones and those of the home."""
    found = known_sources(home)
    for name in names:
        if name not in found:
            raise BadArgumentsError(f"no source is called {name!r}{nearest(name, found)}")
    if live:
        check_live(home, {name: found[name] for name in names or found if found[name].crawled}, as_json=as_json)
        return
    from crawler.fixtures import SITES, broken_fixtures, missing_fixtures  # noqa: PLC0415

    platforms = read_platforms(home)[0]
    regions = load_regions(home.regions if home.regions.exists() else None)
    for source in found.values():
        if source.region and source.region not in regions.by_code:
            note_mistake(f"{source.id}: region: no region has the code {source.region!r}: see archive/regions.csv")
        if source.id in platforms:
            note_mistake(f"{source.id}: a platform is called so too: give the file another name")
    for line, is_mistake in broken_fixtures(found, home):
        note_mistake(line) if is_mistake else say(f"baogao: {line}")
    if SITES.is_dir():
        for line in missing_fixtures(found, home):
            note_mistake(line)
    else:
        say("the fixtures of the built-in sources are not installed: they come with a checkout of the project")
    say(f"{len(found)} source files, {len(mistakes)} {'mistake' if len(mistakes) == 1 else 'mistakes'}")


def note_mistake(line: str) -> None:
    """Say a mistake, and let the command end with the code for it."""
    mistakes.append(line)
    say(f"baogao: {line}")


def check_live(home: Home, chosen: dict[str, Source], *, as_json: bool) -> None:
    """Ask the sites of sources; ends with 10 where some do not answer as their file says, 11 where none does."""
    from crawler.asking import Ask, follow_plan  # noqa: PLC0415
    from crawler.live import Looked, look_at_sources  # noqa: PLC0415

    platforms = read_platforms(home)[0]
    regions = home.regions if home.regions.exists() else None
    seen: list[Looked] = []

    def tell(looked: Looked) -> None:
        seen.append(looked)
        if as_json:
            facts = {key: getattr(looked, key) for key in ("source", "state", "detail", "mend")}
            click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            mend = f"\n    {looked.mend}" if looked.mend else ""
            click.echo(f"{looked.source}: {looked.state}{f': {looked.detail}' if looked.detail else ''}{mend}")

    async def plan(ask: Ask) -> None:
        await look_at_sources(ask, chosen, platforms, regions, tell)

    hosts = [urlsplit(url).netloc for source in chosen.values() for url in source.start]
    follow_plan(plan, private=hosts)
    well = sum(looked.well for looked in seen)
    say(f"{len(seen)} sources looked at, {well} answer as their file says")
    if seen and well < len(seen):
        raise SystemExit(SOME_FAILED if well else ALL_FAILED)


@sources.command("new")
@click.argument("url")
@click.option("--id", "wanted", metavar="NAME", help="What to call it. Default: from the host's name.")
@click.pass_obj
def new_source(home: Home, url: str, wanted: str | None) -> None:
    """Make a source from one page: a report, a list of reports, or a portal's front page.

    At most a dozen requests, robots.txt and delays obeyed. Writes the file, the page as a fixture, and what the archive
    makes of that page, unreviewed; says what it is unsure of.
    """
    if not is_fetchable(url):
        raise BadArgumentsError(f"{url!r} is no web address: begin it with http:// or https://")
    from crawler.asking import Ask, follow_plan  # noqa: PLC0415
    from crawler.drafting import choose_id, write_draft  # noqa: PLC0415
    from crawler.scout import Draft, Scout  # noqa: PLC0415

    known, platforms = known_sources(home), read_platforms(home)[0]
    if wanted and (wanted in known or wanted in platforms):
        raise BadArgumentsError(f"{wanted!r} is taken: choose another name")
    home.prepare()
    drafts: list[Draft] = []

    async def plan(ask: Ask) -> None:
        regions = home.regions if home.regions.exists() else None
        drafts.append(await Scout(ask, platforms, regions).look(url))

    follow_plan(plan, private=[urlsplit(url).netloc])
    [draft] = drafts
    if draft.failed:
        say(f"baogao: {url}: {draft.failed}: nothing is written")
        raise SystemExit(ALL_FAILED)
    id = wanted or choose_id(draft.url, {*known, *platforms})
    others = [source.id for source in known.values() if source.crawled and source.owns(draft.url)]
    if others:
        draft.unsure.append(f"{', '.join(others)} has this host already: its pages would be crawled twice")
    written = write_draft(home.sources, id, draft, datetime.now(UTC).date().isoformat())
    show_draft(draft, id)
    say(f"written: {', '.join(str(path) for path in written)}")
    say(f"next: baogao crawl {id}")


def show_draft(draft: object, id: str) -> None:
    """Say what was found out of a site, and what is unsure."""
    from crawler.discover import report_links  # noqa: PLC0415
    from crawler.scout import Draft  # noqa: PLC0415

    assert isinstance(draft, Draft)
    say(f"{id}: {draft.name}; {draft.requests} requests")
    say(f"platform: {draft.platform}{f', by {draft.signs[0]}' if draft.signs else ''}")
    if draft.region:
        say(f"region: {draft.region}, by {draft.region_why}")
    if draft.column and draft.column.markup:
        from archive.sourcefile import ListRules  # noqa: PLC0415

        links = len(report_links(draft.column.markup, ListRules()))
        years = f", {draft.years[0]}–{draft.years[-1]}" if draft.years else ""
        say(f"column: {draft.column.url}: {links} links to reports{years}")
    if draft.finding and draft.article:
        identity = draft.finding.identity
        say(f"read: {identity.title or 'no title'}, {identity.year}, {len(draft.finding.text)} characters")
    for sentence in draft.unsure:
        say(f"unsure: {sentence}")
