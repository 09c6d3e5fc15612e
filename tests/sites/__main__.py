"""`make world`: crawls the whole test world, twice, and prints what was found, asked and transferred, site by site."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote

from archive.database import open_archive
from archive.home import Home
from archive.sources import read_platforms
from tests.sites.crawl import crawl, furnish
from tests.sites.make import Site, make_site, site_ids
from tests.sites.serve import World

# On government sites; everywhere, what a second crawl may transfer of the first one's bytes.
MOST_REQUESTS_A_PAGE = 1.3
MOST_AGAIN = 0.05
TABLES = ("rejections", "reports", "problems", "texts", "sections", "paragraphs")
HEAD = f"{'site':14}{'reports':>9}{'missing':>9}{'others':>8}{'requests':>10}{'a page':>8}{'again':>7}{'bytes':>9}"


def rows(home: Home, sql: str) -> list[tuple]:
    """The rows of a query."""
    db = open_archive(home)
    found = db.execute(sql).fetchall()
    db.close()
    return found


def main() -> int:
    """Crawl, crawl again, compare, print; 1 where something is missed."""
    sites = [make_site(id) for id in site_ids()]
    pages = sum(len(site.answers) for site in sites)
    print(f"{len(sites)} sites, {pages} addresses, {sum(len(site.expected) for site in sites)} copies of reports")
    with tempfile.TemporaryDirectory() as folder, World(sites) as world:
        home = furnish(Home(Path(folder) / "home"), sites)
        names = [site.id for site in sites]
        began = time.monotonic()
        crawl(home, world, names)
        first, seconds = len(world.asked), time.monotonic() - began
        before = {table: sorted(rows(home, f"select * from {table}"), key=repr) for table in TABLES}
        crawl(home, world, names)
        same = before == {table: sorted(rows(home, f"select * from {table}"), key=repr) for table in TABLES}
        print(f"first crawl {first} requests in {seconds:.0f} s, all at once in one process\n\n{HEAD}")
        bad = [line for site in sites if (line := report_on(site, home, world, first))]
        sent = [sum(one.sent for one in part) for part in (world.asked[:first], world.asked[first:])]
        print(
            f"\nsecond crawl: {len(world.asked) - first} requests, {sent[1] / sent[0]:.1%} of the bytes; rows the same: {same}"
        )
        bad += [] if same else ["a second crawl changed rows"]
        bad += [] if sent[1] < MOST_AGAIN * sent[0] else ["a second crawl transferred too much"]
        wanted = {id for site in sites for id in site.expected.values()}
        strange = {id for (id,) in rows(home, "select id from reports")} ^ wanted
        bad += [f"reports: {', '.join(sorted(strange)[:5])}"] if strange else []
        for line in bad:
            print(f"FAILED {line}")
        return 1 if bad else 0


def report_on(site: Site, home: Home, world: World, first: int) -> str | None:
    """Print a site's line; what is wrong with it, if anything is."""
    found = {(unquote(url), id) for url, id in rows(home, f"select url, report from copies where source = '{site.id}'")}
    wanted = {(unquote(url).partition("#")[0], id) for url, id in site.expected.items()}
    asked = [one for one in world.asked[:first] if one.host == site.host]
    again = [one for one in world.asked[first:] if one.host == site.host]
    share = sum(one.sent for one in again) / max(sum(one.sent for one in asked), 1)
    rate = len(asked) / max(len(wanted), 1)
    missing, others = len(wanted - found), len(found - wanted)
    print(
        f"{site.id:14}{len(wanted):>9}{missing:>9}{others:>8}{len(asked):>10}{rate:>8.2f}{len(again):>7}{share:>9.1%}"
    )
    government = read_platforms()[0].get(site.id)
    if missing or others:
        return f"{site.id}: {missing} missing, {others} others"
    if government and government.kind == "government" and rate > MOST_REQUESTS_A_PAGE:
        return f"{site.id}: {rate:.2f} requests a page kept"
    return None


if __name__ == "__main__":
    sys.exit(main())
