"""`sources new`, `sources check` and `check --live` against the test world."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.database import open_archive
from archive.home import Home
from archive.sources import load_sources, read_platforms
from crawler.asking import Answer
from crawler.discover import column_links, shows_column
from crawler.fixtures import broken_fixtures
from crawler.markup import Markup
from crawler.scout import MOST_REQUESTS, Draft, Scout, searches
from tests import speech
from tests.command import ROOT
from tests.sites.crawl import crawl, furnish
from tests.sites.make import Site, make_site
from tests.sites.serve import World

SHARE = 2
PLATFORMS = sorted(read_platforms()[0])


@pytest.fixture(scope="module")
def sites() -> dict[str, Site]:
    return {id: make_site(id, SHARE) for id in PLATFORMS}


@pytest.fixture(scope="module")
def world(sites: dict[str, Site]) -> Iterator[World]:
    with World(sites.values()) as running:
        yield running


def a_report(site: Site) -> str:
    """The address of the newest page that is a report itself."""
    files = site.spec.get("files", ())
    return next(f"http://{site.host}{e.path}" for e in site.entries if e.report and e.report.sitting.year not in files)


def run(world: World, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"http_proxy": world.proxy, "no_proxy": "", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, timeout=240, check=False
    )


def test_one_page_of_each_platform_gives_a_source_that_crawls_its_site(
    world: World, sites: dict[str, Site], tmp_path: Path
) -> None:
    home = furnish(Home(tmp_path / "home"), [])
    pages = {a_report(site): id for id, site in sites.items()}
    done = run(world, "tests.sites.scouting", str(home.root), *pages)
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert {pages[draft["url"]]: draft["platform"] for draft in said} == {id: id for id in PLATFORMS}
    assert {pages[draft["url"]]: draft["region"] for draft in said} == {
        id: sites[id].spec.get("region") for id in PLATFORMS
    }
    assert max(draft["requests"] for draft in said) <= 4
    mine = load_sources(home)
    assert {draft["id"] for draft in said} <= set(mine)
    crawl(home, world, [draft["id"] for draft in said], COOKIES_ENABLED="0")
    db = open_archive(home)
    whole = []
    for draft in said:
        site = sites[pages[draft["url"]]]
        found = db.execute("select distinct report from copies where source = ?", [draft["id"]]).fetchall()
        if {id for (id,) in found} == set(site.expected.values()):
            whole.append(site.id)
    db.close()
    assert whole == [pages[draft["url"]] for draft in said], "every one of ten without an edit"


def test_the_commands(world: World, sites: dict[str, Site], tmp_path: Path) -> None:
    home = furnish(Home(tmp_path / "home"), [])
    site = sites["trs"]
    cli = ("crawler.cli", "--home", str(home.root), "sources")
    made = run(world, *cli, "new", f"http://{site.host}/")
    assert made.returncode == 0, made.stderr
    assert "platform: trs, by /t20" in made.stderr
    assert "region: 990123, by SiteIDCode" in made.stderr
    assert f"column: {site.start}" in made.stderr
    assert {path.name for path in home.sources.rglob("*")} == {"renshen.toml", "renshen", "page.html", "expected.toml"}
    assert len((home.sources / "renshen.toml").read_text("utf-8").splitlines()) <= 10

    [(unreviewed, is_mistake)] = broken_fixtures(load_sources(home), home)
    assert ("set reviewed = true" in unreviewed, is_mistake) == (True, False)
    expected = home.sources / "renshen" / "expected.toml"
    expected.write_text(expected.read_text("utf-8").replace("year = 2026", "year = 2025"), encoding="utf-8")
    bare = 'name = "甲"\nkind = "aggregator"\nstart = ["http://bare.example/"]\n'
    (home.sources / "bare.toml").write_text(bare, encoding="utf-8")
    wrong = run(world, *cli, "check")
    assert wrong.returncode == 2
    assert "renshen: year: expected is 2025" in wrong.stderr
    assert "bare: has neither a fixture of its own nor one of its platform" in wrong.stderr

    (home.sources / "gone.toml").write_text(
        f'name = "甲"\nplatform = "trs"\nstart = ["http://{sites["jcms"].host}/old/column.html"]\n', encoding="utf-8"
    )
    live = run(world, *cli, "check", "--live", "--json", "renshen", "gone")
    seen = {entry["source"]: entry for entry in map(json.loads, live.stdout.splitlines())}
    assert live.returncode == 10, live.stderr
    assert seen["renshen"]["state"] == "answers"
    assert seen["gone"]["state"] == "not_found"
    assert seen["gone"]["mend"] == f'start = ["{sites["jcms"].start}"]'


def test_what_answers_nothing_is_not_made_a_source(world: World, tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    done = run(world, "crawler.cli", "--home", str(home.root), "sources", "new", "http://nowhere.example/zfgzbg/")
    assert (done.returncode, "not_found (404 or 410): nothing is written" in done.stderr) == (11, True)
    assert not home.sources.exists()


# ---- pure parts

HERE = "http://www.jiazi.example/"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="/zwgk/zfgzbg/">政府工作报告</a><a href="/a.html">新闻</a>', ["/zwgk/zfgzbg/"]),
        ('<a href="/x/qzfgzbg/index.html">更多</a>', ["/x/qzfgzbg/index.html"]),
        ('<a href="/gzbg/">更多</a><a href="/c110/list.shtml">历年政府工作报告</a>', ["/c110/list.shtml", "/gzbg/"]),
        ('<a href="/zfgzbg/202401/t20240125_1002.html">政府工作报告</a>', []),
        ('<a href="/gkgz-baogao/20240125/1002.html">2024年政府工作报告</a>', []),
        ('<a href="/zyfb/003004/moreinfo.html" title="政府工作报告">政府工作报告</a>', ["/zyfb/003004/moreinfo.html"]),
        ('<a href="/zfgzbg/">2024年政府工作报告解读</a>', ["/zfgzbg/"]),
        ('<a href="/news/">工作动态</a>', []),
    ],
)
def test_columns_are_known_by_name_and_address(html: str, found: list[str]) -> None:
    assert [link.url.removeprefix(HERE[:-1]) for link in column_links(Markup(html, HERE))] == found


def test_a_list_of_reports_is_a_column_and_a_page_of_text_is_none() -> None:
    rules = read_platforms()[0]["plain"].list
    links = "".join(f'<li><a href="{year}.html">{year}年甲子区政府工作报告</a></li>' for year in range(2020, 2025))
    assert shows_column(Markup(links, HERE), rules)
    assert not shows_column(Markup(links + "<p>" + "工作取得新的成效。" * 120 + "</p>", HERE), rules)
    assert not shows_column(Markup(links + '<a href="a.pdf">附件</a>', HERE), rules)
    assert not shows_column(Markup("".join(links.split("</li>")[:2]), HERE), rules)


def test_a_sites_own_search() -> None:
    html = """<form action="/search"><input name="qt"></form><form method="post" action="/login"><input name="q"></form>
    <form action="s?site=1"><input name="x"><input name="searchWord"></form>"""
    words = "%E6%94%BF%E5%BA%9C%E5%B7%A5%E4%BD%9C%E6%8A%A5%E5%91%8A"
    assert list(searches(Markup(html, HERE))) == [f"{HERE}search?qt={words}", f"{HERE}s?site=1&searchWord={words}"]


def look(pages: dict[str, str], url: str = HERE) -> tuple[Draft, list[str]]:
    """What a scout makes of a site given as pages by path, and which addresses it asked for."""
    asked: list[str] = []

    async def ask(url: str) -> Answer:
        asked.append(url)
        html = pages.get(url.removeprefix(HERE[:-1]))
        return (
            Answer(url, url, "not_found")
            if html is None
            else Answer(url, url, "page", html.encode(), "text/html; charset=utf-8")
        )

    return asyncio.run(Scout(ask, read_platforms()[0]).look(url)), asked


LIST = "".join(f'<li><a href="/r/{year}.html">{year}年甲子区政府工作报告</a></li>' for year in range(2021, 2025))
BODY = "".join(f"<p>{line}</p>" for line in speech.report())


@pytest.mark.parametrize(
    "pages",
    [
        {"/": '<a href="/map.html">网站地图</a>', "/map.html": '<a href="/zwgk/gzbg/">政府工作报告</a>'},
        {
            "/": "<p>首页</p>",
            "/sitemap.xml": "<urlset><url><loc>http://www.jiazi.example/zwgk/gzbg/</loc></url></urlset>",
        },
        {
            "/": '<form action="/s"><input name="q"></form>',
            "/s?q=%E6%94%BF%E5%BA%9C%E5%B7%A5%E4%BD%9C%E6%8A%A5%E5%91%8A": '<a href="/r/2024.html">2024年政府工作报告</a>',
            "/r/2024.html": f'<a href="/zwgk/gzbg/">工作报告</a><div id="zoom">{BODY}</div>',
        },
    ],
    ids=["sitemap", "sitemap.xml", "search"],
)
def test_a_column_that_the_front_page_does_not_name(pages: dict[str, str]) -> None:
    draft, asked = look(pages | {"/zwgk/gzbg/": LIST})
    assert draft.column is not None
    assert (draft.column.url, draft.years) == (f"{HERE}zwgk/gzbg/", (2021, 2022, 2023, 2024))
    assert len(asked) <= MOST_REQUESTS


def test_a_scout_gives_up_in_time() -> None:
    maze = {
        f"/{n}/gzbg/": f'<a href="/{n + 1}/gzbg/">政府工作报告</a><a href="/{n + 2}/zfgzbg/">工作报告</a>'
        for n in range(99)
    }
    draft, asked = look(
        maze | {"/": '<a href="/0/gzbg/">政府工作报告</a>' + "".join(f'<a href="/{n}/zfbg/">x</a>' for n in range(50))}
    )
    assert draft.column is None
    assert len(asked) <= MOST_REQUESTS
    assert "no column was found: put the address of the list into start" in draft.unsure


def test_a_file_is_no_page_to_begin_with() -> None:
    draft, _ = look({"/a.pdf": "%PDF-1.5"}, f"{HERE}a.pdf")
    assert draft.failed == "is a file: give the page that links to it"
