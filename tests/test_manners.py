"""Manners, as the server measures them; and the traps of addresses, which must not multiply captures."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from archive.database import open_archive
from archive.home import Home
from archive.sourcefile import CrawlRules, Source
from crawler.manners import asked_pause
from crawler.seen import Seen
from tests.sites.crawl import crawl, furnish
from tests.sites.make import HTML, Answer, Site, make_site
from tests.sites.serve import World

DELAY, PAUSE = 0.3, 0.8
SHARE = 3


def site_at(host: str) -> Site:
    """A copy of the plain platform's site on a host of its own."""
    site = make_site("trs", SHARE)
    site.spec["host"], site.id = host, host.partition(".")[0]
    site.answers = {
        path: Answer(
            answer.body.replace(b"www.renshen.gov.example", host.encode()), answer.content_type, etag=answer.etag
        )
        for path, answer in site.answers.items()
    }
    return site


def a_report(site: Site) -> str:
    """A report that others are asked for after: Scrapy takes the last link first."""
    return [entry.path for entry in site.entries if entry.report][-1]


def robots(*lines: str, status: int = 200, wait: float = 0.0, to: str = "") -> Callable[[str, int], Answer | None]:
    """A rule that answers robots.txt."""

    def rule(path: str, count: int) -> Answer | None:
        if path != "/robots.txt":
            return None
        time.sleep(wait)
        given = (("Location", to),) if to else ()
        return Answer("\n".join(lines).encode(), "text/plain", status, headers=given)

    return rule


def refuse(path: str, status: int, times: int, **headers: str) -> Callable[[str, int], Answer | None]:
    """A rule that refuses a page so many times."""
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda asked, count: (
        Answer(b"<html>403 Forbidden</html>", HTML, status, headers=given) if asked == path and count < times else None
    )


# What "patient" asks for in its robots.txt.
ASKED = 0.9
NAMES = (
    "steady", "patient", "slow", "broken", "moved", "failing", "forbidding", "waiting", "busy", "guarded", "walled",
)  # fmt: skip


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Home, dict[str, Site]]:
    """One crawl of eleven sites that differ in what they ask of a visitor."""
    sites = {name: site_at(f"{name}.gov.example") for name in NAMES}
    home = furnish(Home(tmp_path_factory.mktemp("manners") / "home"), [])
    for name, site in sites.items():
        text = f'name = "{name}"\nplatform = "trs"\nstart = ["{site.start}"]\n[crawl]\ndelay = {DELAY}\n'
        (home.sources / f"{name}.toml").write_text(text, encoding="utf-8")
    newest = {name: a_report(site) for name, site in sites.items()}
    with World(sites.values()) as world:
        forbidden = newest["forbidding"]
        world.rules = {
            f"{name}.gov.example": rule
            for name, rule in {
                "slow": robots("User-agent: baogao", f"Disallow: {newest['slow']}", wait=1.0),
                "patient": robots("User-agent: *", f"Crawl-delay: {ASKED}", "Disallow: /none/"),
                "broken": robots("<!DOCTYPE html><html><body>首页 Disallow: / 欢迎</body></html>"),
                "moved": robots(status=302, to="http://moved.gov.example/rules/robots.txt"),
                "failing": robots("error", status=500),
                "forbidding": robots("User-agent: *", f"Disallow: {forbidden}"),
                "waiting": refuse(newest["waiting"], 503, 1, Retry_After="2"),
                "busy": refuse(newest["busy"], 429, 1),
                "guarded": refuse(newest["guarded"], 412, 9),
                "walled": lambda path, count: (
                    Answer(b"<html>403</html>", HTML, 403) if path.endswith(".html") and "index" not in path else None
                ),
            }.items()
        }
        sites["moved"].answers["/rules/robots.txt"] = Answer(
            f"User-agent: *\nDisallow: {newest['moved']}\n".encode(), "text/plain"
        )
        crawl(
            home,
            world,
            NAMES,
            DOWNLOAD_DELAY=str(DELAY),
            AUTOTHROTTLE_ENABLED="1",
            AUTOTHROTTLE_START_DELAY=str(DELAY),
            BAOGAO_FIRST_PAUSE=str(PAUSE),
            read=False,
        )
    return world, home, sites


def paths(world: World, name: str) -> list[str]:
    return [asked.path for asked in world.at(f"{name}.gov.example")]


def test_never_faster_and_never_two_at_once(measured: tuple) -> None:
    world, _, _ = measured
    for name in NAMES:
        assert world.most_at_once[f"{name}.gov.example"] == 1, name
        gaps = world.gaps(f"{name}.gov.example")
        # What a busy machine notes late makes the next gap look short, by as much as the one before is long.
        assert all(gap + following >= DELAY for gap, following in pairwise(gaps)), (name, gaps)
        assert sum(gaps) >= len(gaps) * DELAY - 0.3, (name, gaps)


def test_a_crawl_delay_of_robots_txt_is_kept(measured: tuple) -> None:
    world, _, _ = measured
    gaps = world.gaps("patient.gov.example")
    assert len(gaps) > SHARE
    assert all(gap + following >= ASKED for gap, following in pairwise(gaps)), gaps
    assert sum(gaps) >= len(gaps) * ASKED - 0.5, gaps
    assert len(paths(world, "patient")) == len(paths(world, "steady"))


def test_robots_is_asked_first_and_once(measured: tuple) -> None:
    world, _, _ = measured
    for name in set(NAMES) - {"failing"}:
        assert paths(world, name)[0] == "/robots.txt"
        assert paths(world, name).count("/robots.txt") == 1


def test_robots_is_obeyed_also_where_it_is_slow_or_elsewhere(measured: tuple) -> None:
    world, _, sites = measured
    for name in ("slow", "moved", "forbidding"):
        newest = a_report(sites[name])
        assert newest not in paths(world, name)
        assert len(paths(world, name)) > SHARE
    # What is no robots.txt forbids nothing; what the server fails to give forbids all.
    assert len(paths(world, "broken")) == len(paths(world, "steady"))
    assert set(paths(world, "failing")) == {"/robots.txt"}


def test_retry_after_is_honoured(measured: tuple) -> None:
    world, home, sites = measured
    newest = a_report(sites["waiting"])
    asked = [(asked.path, asked.began, asked.ended) for asked in world.at("waiting.gov.example")]
    at = [number for number, (path, _, _) in enumerate(asked) if path == newest]
    assert len(at) == 2
    # Not only that page: the host was left alone for two seconds.
    assert asked[at[0] + 1][1] - asked[at[0]][2] >= 1.95
    db = open_archive(home)
    pages = db.execute("select count(*) from captures where source = 'waiting' and verdict = 'page'").fetchone()
    assert pages == db.execute("select count(*) from captures where source = 'steady' and verdict = 'page'").fetchone()
    db.close()


def test_who_refuses_is_asked_more_slowly_and_then_not_at_all(measured: tuple) -> None:
    world, home, sites = measured
    for name in ("busy", "guarded"):
        newest = a_report(sites[name])
        asked = world.at(f"{name}.gov.example")
        refused = next(number for number, one in enumerate(asked) if one.path == newest)
        assert asked[refused + 1].began - asked[refused].ended >= PAUSE - 0.1
    # 412 is a shield's no: it is not asked again in this run.
    assert paths(world, "guarded").count(a_report(sites["guarded"])) == 1
    db = open_archive(home)
    verdicts = dict(db.execute("select source, verdict from runs").fetchall())
    db.close()
    assert verdicts["walled"] == "blocked"
    assert verdicts["failing"] == "robots_denied"
    assert verdicts["steady"] == "ok"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("", None),
        ("soon", None),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
    ],
)
def test_how_long_a_host_asks_to_be_left_alone(said: str, seconds: float | None) -> None:
    assert asked_pause(said, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds


# ---- traps

REPORT = "<html><head><title>{title}</title></head><body><div id='zoom'>{body}</div></body></html>"


def test_traps_do_not_multiply_captures(tmp_path: Path) -> None:
    site = site_at("traps.gov.example")
    reports = [entry for entry in site.entries if entry.report]
    first, second, third = (entry.path for entry in reports)
    words = [entry.title for entry in reports]
    host = site.host

    def list_page(number: int) -> Answer:
        links = {
            first: words[0],
            f"{first}?PHPSESSID=7f": words[0],
            f"{first};jsessionid=0A1B?_=99": words[0],
            f"/(S(lit3py55)){first}": words[0],
            first.replace("/zwgk/", "/ZWGK/"): words[0],
            f"{first}?print=1": f"{words[0]} 打印",
            f"/print{first}": words[0],
            second: words[1],
            f"https://{host}{second}": words[1],
            f"http://{host}:80{second}#top": words[1],
            third: words[2],
            f"http://www.{host}{third}": words[2],
            f"./..//..{third}": words[2],
        }
        items = "".join(f'<li><a href="{url}">{text}</a></li>' for url, text in links.items())
        calendar = f'<a href="?date=2024-{number + 1:02}">&gt;</a>'
        page = f'<ul>{items}</ul><p>今天第{number}位访客</p>{calendar}<a href="index.html?page={number + 1}">下一页</a>'
        return Answer(f"<html><body>{page}</body></html>".encode(), "text/html; charset=utf-8")

    def rule(path: str, count: int) -> Answer | None:
        if not path.startswith("/zwgk/zfgzbg/index.html"):
            return None
        number = path.partition("page=")[2]
        return list_page(int(number) if number.isdigit() else 1)

    home = furnish(Home(tmp_path / "home"), [])
    text = f'name = "traps"\nplatform = "trs"\nstart = ["http://{host}/zwgk/zfgzbg/index.html"]\n'
    (home.sources / "traps.toml").write_text(text, encoding="utf-8")
    site.spec["mirrors"] = [f"www.{host}"]
    with World([site]) as world:
        world.rules = {host: rule}
        crawl(home, world, ["traps"], read=False)
        asked = [(one.host, one.path) for one in world.asked]
    db = open_archive(home)
    pages = db.execute("select url from captures where verdict = 'page' order by url").fetchall()
    db.close()
    assert sorted(url for (url,) in pages) == sorted(f"http://{host}{path}" for path in (first, second, third))
    # The pager goes on for ever, and every page of it has other bytes.
    assert len(asked) == 1 + 2 + 3, asked


def source(**rules: object) -> Source:
    return Source(
        id="a", name="a", start=("http://a.example/",), hosts=("*.a.example",), crawl=CrawlRules.model_validate(rules)
    )


def test_one_page_is_asked_for_once() -> None:
    seen = Seen(source())
    assert seen.add("http://www.a.example/Gzbg/1.html", "2024年 政府工作报告")
    assert not seen.add("https://a.example/Gzbg/1.html")
    assert not seen.add("http://a.example/gzbg/1.HTML", "2024年政府工作报告")
    assert seen.add("http://a.example/gzbg/2.html", "2024年政府工作报告")
    # cezhidao's ids differ in case alone and name different reports.
    assert seen.add("http://a.example/reports/fkzP", "2025年甲子区政府工作报告")
    assert seen.add("http://a.example/reports/fkZp", "2025年乙丑区政府工作报告")


def test_a_source_says_which_addresses_are_one_page() -> None:
    forum = Seen(source(same=[[r"forum\.php\?(?:.*&)?tid=(\d+).*", r"thread-\1-1-1.html"]]))
    assert forum.add("http://a.example/thread-47-1-1.html")
    assert not forum.add("http://a.example/forum.php?mod=viewthread&tid=47&extra=page%3D1")
    mirrors = Seen(source(mirrors=True))
    assert mirrors.add("http://x.a.example/info")
    assert not mirrors.add("http://y.a.example/info")
