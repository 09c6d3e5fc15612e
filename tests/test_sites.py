"""The test world: every platform's and aggregator's site, read page by page and crawled with the real spiders."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from archive.database import open_archive
from archive.fold import fold_text
from archive.home import Home
from archive.platforms import column_addresses, detect_platforms
from archive.sources import load_source, read_platforms
from tests.sites.check import examine_entry, write_source
from tests.sites.crawl import crawl, furnish
from tests.sites.damage import cleaned
from tests.sites.make import Site, make_site, site_ids
from tests.sites.serve import World

# The whole world is crawled by `make world`.
SHARE = 2
PLATFORMS = read_platforms()[0]


@pytest.fixture(scope="module")
def sites() -> list[Site]:
    return [make_site(id, SHARE) for id in site_ids()]


@pytest.mark.parametrize("id", site_ids())
def test_both_layouts_are_read(id: str, tmp_path: Path) -> None:
    site = make_site(id)
    source = load_source(write_source(site, tmp_path), PLATFORMS)
    files, parts = site.spec.get("files", ()), site.spec.get("parts", 1)
    pages = [entry for entry in site.entries if entry.report and entry.report.sitting.year not in files]
    new, old = [entry for entry in pages if not entry.old], [entry for entry in pages if entry.old]
    assert old or "old_until" not in site.spec
    for entry in (*new[:2], *old[:1]) if parts == 1 and not site.spec.get("bundle") else ():
        assert entry.report is not None
        examination = examine_entry(site, source, entry)
        [finding] = examination.findings
        identity = finding.identity
        assert (identity.is_report, identity.reason) == (True, "report")
        assert (identity.region, identity.year) == (entry.report.region.code, entry.report.sitting.year)
        said = "\n".join(cleaned(entry.report, site.spec.get("damage", "none")))
        assert fold_text(finding.text) == fold_text(said)
        assert "selector_missed" not in {problem.code for problem in finding.problems}


@pytest.mark.parametrize("id", sorted(set(PLATFORMS) - {"plain"}))
def test_a_platform_is_known_by_one_page(id: str) -> None:
    site = make_site(id)
    for entry in (site.entries[0], site.entries[-1]):
        url = f"http://{site.host}{entry.path}"
        html = site.answers[entry.path].body.decode()
        assert detect_platforms(html, url, PLATFORMS)[0].platform == id
        assert [found.platform for found in detect_platforms("<p></p>", url, PLATFORMS)][:1] in ([id], [])
    assert detect_platforms("<html><p>各位代表</p></html>", "http://a.example/a/12.html", PLATFORMS) == []
    for address in column_addresses(PLATFORMS[id], site.answers[site.entries[0].path].body.decode(), url):
        assert address.startswith(("http://", "https://"))


@pytest.fixture(scope="module")
def crawled(sites: list[Site], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, World, int]]:
    """A home after one crawl of every site, the world that was crawled, and how many requests that took."""
    home = furnish(Home(tmp_path_factory.mktemp("world") / "home"), sites)
    with World(sites) as world:
        crawl(home, world, [site.id for site in sites])
        yield home, world, len(world.asked)


def rows(home: Home, sql: str) -> list[tuple]:
    db = open_archive(home)
    found = db.execute(sql).fetchall()
    db.close()
    return found


def test_every_report_is_found_and_nothing_else(crawled: tuple, sites: list[Site]) -> None:
    home, world, _ = crawled
    for site in sites:
        found = sorted(
            (unquote(url), id) for url, id in rows(home, f"select url, report from copies where source = '{site.id}'")
        )
        assert found == sorted((unquote(url).partition("#")[0], id) for url, id in site.expected.items()), site.id
        asked = [asked.path for asked in world.at(site.host)]
        assert len(asked) == len(set(asked)), f"{site.id}: some page was asked for twice"
        assert world.most_at_once[site.host] == 1
    verdicts = set(rows(home, "select verdict from runs"))
    assert verdicts == {("ok",)}
    # One report a region and year, whatever the number of copies.
    wanted = {id for site in sites for id in site.expected.values()}
    assert {id for (id,) in rows(home, "select id from reports")} == wanted


def test_a_second_crawl_transfers_next_to_nothing(crawled: tuple, sites: list[Site], tmp_path: Path) -> None:
    first, world, requests = crawled
    shutil.copytree(first.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    tables = ("copies", "rejections", "reports", "problems", "texts")
    before = {table: rows(home, f"select * from {table} order by 1, 2") for table in tables if table != "copies"}
    seen = rows(home, "select id, report, text_sha256, rank, why from copies order by id")
    crawl(home, world, [site.id for site in sites])
    # Of two reports a site the bundles of 010b, one page without validators, would be a tenth.
    sent = [
        sum(asked.sent for asked in part if "010b" not in asked.host)
        for part in (world.asked[:requests], world.asked[requests:])
    ]
    assert sent[1] < 0.05 * sent[0]
    assert {table: rows(home, f"select * from {table} order by 1, 2") for table in before} == before
    assert rows(home, "select id, report, text_sha256, rank, why from copies order by id") == seen
    assert set(rows(home, "select verdict from runs where started_at = (select max(started_at) from runs)")) <= {
        ("ok_nothing_new",)
    }
