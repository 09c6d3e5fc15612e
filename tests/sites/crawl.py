"""Crawls several sources with the real spiders in one process, then takes what they captured into the archive.

`python -m tests.sites.crawl HOME NAME… [KEY=VALUE…]`: a process a source, as `baogao crawl` has it, costs seconds each.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from archive.database import open_archive
from archive.home import Home
from archive.ingest import Ingester
from archive.sources import read_sources
from tests.sites.check import write_source
from tests.sites.make import Site
from tests.sites.reports import REGIONS
from tests.sites.serve import World

ROOT = Path(__file__).parents[2]
# As fast as it goes: manners have tests of their own.
HASTE = {"DOWNLOAD_DELAY": "0", "AUTOTHROTTLE_ENABLED": "0"}


def furnish(home: Home, sites: Iterable[Site]) -> Home:
    """A home that knows the world's regions and the sources of these sites."""
    home.prepare()
    home.sources.mkdir(exist_ok=True)
    home.regions.write_bytes(REGIONS.read_bytes())
    for site in sites:
        write_source(site, home.sources)
    return home


def crawl(home: Home, world: World, names: Iterable[str], *, read: bool = True, **settings: str) -> str:
    """Crawl sources and, if it is to be `read`, ingest what they captured; the log of the crawl."""
    given = [f"{key}={value}" for key, value in ({"ITEM_PIPELINES": "{}"} | HASTE | settings).items()]
    command = [sys.executable, "-m", "tests.sites.crawl", str(home.root), *names, *given]
    environment = os.environ | {
        "http_proxy": world.proxy,
        "no_proxy": "",
        "PYTHONPATH": str(ROOT),
        "BAOGAO_HOME": str(home.root),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise AssertionError(done.stderr)
    if read:
        ingest(home)
    return done.stderr


def ingest(home: Home) -> None:
    """What a crawl's pipeline does, once for all sources."""
    db = open_archive(home)
    ingester = Ingester(home, db, read_sources(home)[0], jobs=1)
    for _ in ingester.ingest_many(ingester.pending()):
        pass
    ingester.finish()
    ingester.close()
    db.close()


def main(root: str, *words: str) -> None:
    """Run the spiders in one reactor."""
    from scrapy.crawler import CrawlerProcess
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("BAOGAO_HOME", root, priority="cmdline")
    for key, _, value in (word.partition("=") for word in words if "=" in word):
        settings.set(key, value, priority="cmdline")
    process = CrawlerProcess(settings)
    with Home(Path(root)).lock():
        for name in (word for word in words if "=" not in word):
            process.crawl(name)
        process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
