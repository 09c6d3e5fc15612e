"""The console script `baogao`: archive's commands, and crawl, run, demo, sources, which know the network."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from archive.cli import cli
from archive.cli import main as run_command
from archive.database import open_archive
from archive.errors import BadArgumentsError
from archive.home import Home
from archive.settings import load_settings
from archive.sources import nearest
from archive.terminal import follow, known_sources, say
from crawler.schedule import schedule
from crawler.sources import sources

if TYPE_CHECKING:
    # Scrapy takes a third of a second to load: only the commands that crawl pay for it.
    from crawler.crawl import RunOutcome

cli.add_command(schedule)
cli.add_command(sources)


class CrawlProgress:
    """Says how a crawl goes: every change on a terminal, the end of each source in a log."""

    def __init__(self) -> None:
        self.terminal = Console(stderr=True)
        self.shown: dict[str, str] = {}

    def __call__(self, outcome: RunOutcome) -> None:
        """Say where one source stands."""
        counts = f"{outcome.requests} requests, {outcome.captures} captures, {outcome.revisits} unchanged"
        found = f"{outcome.copies} copies, {outcome.rejections} rejections"
        if outcome.verdict:
            reason = f" ({outcome.reason})" if outcome.reason else ""
            line = f"{outcome.source}: {outcome.verdict}{reason}: {counts}, {found}, {outcome.seconds:.0f} s"
        elif self.terminal.is_terminal:
            line = f"{outcome.source}: {counts}, {found} …"
        else:
            return
        if self.shown.get(outcome.source) != line:
            self.shown[outcome.source] = line
            self.terminal.print(line, highlight=False, soft_wrap=True)


def choose_sources(home: Home, names: tuple[str, ...], *, everything: bool) -> list[str]:
    """The sources to crawl: those named, all that are not retired, or those that are due."""
    sources = known_sources(home)
    for name in names:
        if name not in sources:
            raise BadArgumentsError(f"no source is called {name!r}{nearest(name, sources)}")
    if names:
        return list(names)
    if everything:
        return [name for name, source in sources.items() if source.crawled]
    from crawler.due import due_sources  # noqa: PLC0415

    db = open_archive(home)
    try:
        return due_sources(db, sources, datetime.now(UTC))
    finally:
        db.close()


@cli.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option("--all", "everything", is_flag=True, help="Crawl all sources, due or not.")
@click.option("--replay", is_flag=True, help="Answer from the WARC files: no network, nothing written to them.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Sources crawled at once.")
@click.option("--json", "as_json", is_flag=True, help="How each source ended, as one line of JSON.")
@click.pass_obj
def crawl(home: Home, names: tuple[str, ...], everything: bool, replay: bool, jobs: int, as_json: bool) -> None:
    """Crawl the sources named, or all that are due."""
    from crawler.crawl import crawl_sources  # noqa: PLC0415
    from crawler.run import exit_code_of  # noqa: PLC0415

    with home.lock():
        chosen = choose_sources(home, names, everything=everything)
        outcomes = crawl_sources(home, chosen, replay=replay, jobs=jobs, on_progress=CrawlProgress(), on_found=say)
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], ensure_ascii=False))
    if not chosen:
        say("no source is due; --all crawls them anyway")
    if code := exit_code_of(outcomes) if outcomes else 0:
        raise SystemExit(code)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="The outcome as one line of JSON.")
@click.pass_obj
def run(home: Home, as_json: bool) -> None:
    """What cron calls: crawl what is due, publish, tell of what goes wrong. One line of outcome."""
    from crawler.run import run_once  # noqa: PLC0415

    settings = load_settings(home)
    outcome = run_once(home.prepare(), known_sources(home), settings)
    if as_json:
        click.echo(json.dumps(outcome.facts(), ensure_ascii=False))
    else:
        say(outcome.line)
    if outcome.code:
        raise SystemExit(outcome.code)


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the site. Default: 8001, or a free one.")
@click.option("--no-serve", is_flag=True, help="Stop before serving.")
@click.pass_context
def demo(context: click.Context, port: int | None, no_serve: bool) -> None:
    """Crawl three bundled sample sites on loopback, build, publish and serve what they gave."""
    from archive.build import build_archive  # noqa: PLC0415
    from archive.publish import publish  # noqa: PLC0415
    from archive.serve import choose_port, serve  # noqa: PLC0415
    from crawler.crawl import crawl_sources  # noqa: PLC0415
    from crawler.demo import REGIONS, SOURCES, SampleSites  # noqa: PLC0415
    from crawler.run import INTERRUPTED, exit_code_of  # noqa: PLC0415

    home: Home = context.obj if told_home(context) else Home(Path("var") / "demo")
    chosen_port = 0 if no_serve else choose_port(port)
    home.prepare()
    names = [path.stem for path in sorted(SOURCES.glob("*.toml"))]
    refuse_real_archive(home, names)
    home.sources.mkdir(exist_ok=True)
    for path in SOURCES.glob("*.toml"):
        shutil.copy(path, home.sources)
    shutil.copy(REGIONS, home.regions)
    with SampleSites() as sites:
        say(f"1/4 crawling three sample sites ({', '.join(names)}), served on loopback at {sites.proxy_url}")
        with home.lock():
            outcomes = crawl_sources(home, names, proxy=sites.proxy_url, jobs=3, on_progress=CrawlProgress())
            if code := exit_code_of(outcomes):
                interrupted = code == INTERRUPTED
                say("interrupted: run it again to go on" if interrupted else f"the crawl failed: see {home.log}")
                raise SystemExit(code)
            say("2/4 building the archive from the captures")
            built = build_archive(home, known_sources(home), 0, follow)
            say(f"    {built.summary()}")
            say("3/4 publishing")
            done = publish(home)
            say(f"    version {done.version}: {done.reports} reports in {done.path}")
        if no_serve:
            say(f"4/4 not serving (--no-serve): `baogao --home {home.root} serve` does")
            return
        say(f"4/4 serving; Ctrl-C ends it. The sample sites themselves stay at {sites.proxy_url}/")
        serve(home, chosen_port, announce=lambda address: click.echo(f"The archive: {address}"))


def refuse_real_archive(home: Home, names: list[str]) -> None:
    """Raise BadArgumentsError where a home holds other captures than the demo's: fictional reports stay out of it."""
    if not home.database.exists():
        return
    db = open_archive(home)
    places = ", ".join("?" for _ in names)
    sql = f"select 1 from captures where coalesce(source, '') not in ({places}) limit 1"
    strange = db.execute(sql, names).fetchone()
    db.close()
    if strange:
        message = f"{home.root} holds a real archive and the demo's reports are fictional: give the demo another --home"
        raise BadArgumentsError(message)


def told_home(context: click.Context) -> bool:
    """Whether a person said which home to use."""
    import os  # noqa: PLC0415

    parent = context.parent
    return bool((parent and parent.params.get("home")) or os.environ.get("BAOGAO_HOME"))


def main() -> None:
    """The console script."""
    run_command(cli)


if __name__ == "__main__":
    main()
