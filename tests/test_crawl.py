"""The real `scrapy crawl` in a child process against a local site: captures, manners, replay, kills."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.captures import CaptureStore
from archive.database import open_archive, writing
from archive.home import Home
from archive.sourcefile import Source
from crawler.crawl import crawl_sources
from crawler.due import due_sources
from crawler.httpcache import TRUST_DAYS
from crawler.runs import RUN_VERDICTS, run_verdict
from tests.server import CHALLENGE, Site, list_page, report_page

ROOT = Path(__file__).parents[1]
READABLE = {"/2024.html", "/2023.html", "/2022.html", "/2021.html", "/stub.html", "/files/2020.pdf"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def fresh(home: Home, site: Site) -> Home:
    """A home that knows the local site and has not crawled it yet."""
    return furnish(home, site)


@pytest.fixture(scope="module")
def first(site: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple:
    """One undisturbed crawl: its home, how the process ended, and what the site was asked for. Not to be changed."""
    home = furnish(Home(tmp_path_factory.mktemp("first") / "home").prepare(), site)
    done = scrapy(home, "crawl", "jiazi")
    asked = Counter(site.asked)
    site.asked.clear()
    return home, done, asked


@pytest.fixture
def crawled(first: tuple, tmp_path: Path) -> Home:
    """A copy of the home of the first crawl."""
    shutil.copytree(first[0].root, tmp_path / "copy")
    return Home(tmp_path / "copy")


def furnish(home: Home, site: Site) -> Home:
    add_source(home, "jiazi", f'start = ["{site.url}/zfgzbg/index.html"]')
    shutil.copy(ROOT / "crawler" / "demo" / "regions.csv", home.regions)
    return home


def add_source(home: Home, name: str, lines: str) -> None:
    home.sources.mkdir(exist_ok=True)
    (home.sources / f"{name}.toml").write_text(f'name = "甲子区"\n{lines}\n[crawl]\ndelay = 0\n', encoding="utf-8")


def environment(home: Home, **more: str) -> dict[str, str]:
    return os.environ | {
        "BAOGAO_HOME": str(home.root),
        "SCRAPY_SETTINGS_MODULE": "crawler.settings",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def scrapy(home: Home, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(
        command, env=environment(home, **more), cwd=home.root, capture_output=True, text=True, timeout=120, check=False
    )


def rows(home: Home, sql: str) -> list[tuple]:
    db = open_archive(home)
    found = db.execute(sql).fetchall()
    db.close()
    return found


def paths(home: Home, where: str = "1") -> list[str]:
    found = rows(home, f"select url from captures where {where} order by url")
    return [re.sub("https?://[^/]*", "", url) for (url,) in found]


def dump(home: Home) -> dict[str, list[tuple]]:
    """What a crawl must give whatever happened on the way: no times, no places in files."""
    return {
        "captures": rows(home, "select distinct url, sha256, verdict, source from captures order by 1, 2"),
        "copies": rows(home, "select url, part, report, text_sha256, relation, rank from copies order by 1, 2"),
        "reports": rows(home, "select id, title, year, text_sha256, copies from reports order by id"),
    }


def test_a_crawl_captures_reads_and_settles(first: tuple, crawled: Home, site: Site) -> None:
    done = first[1]
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert set(paths(crawled, "verdict = 'page'")) == READABLE
    assert paths(crawled, "verdict = 'list'") == ["/zfgzbg/index.html", "/zfgzbg/index_2.html"]
    others = dict(rows(crawled, "select verdict, url from captures where verdict not in ('page', 'list')"))
    assert {verdict: url.removeprefix(site.url) for verdict, url in others.items()} == {
        "robots": "/robots.txt",
        "redirect": "/moved.html",
        "not_found": "/gone.html",
        "challenge": "/shield.html",
    }
    # Five years, one of them from the attachment of a page that has no text of its own.
    assert rows(crawled, "select id from reports order by id") == [(f"990101-{year}",) for year in range(2020, 2025)]
    [(verdict, captures, finished)] = rows(crawled, "select verdict, captures, finished_at from runs")
    assert (verdict, captures) == ("ok", 12)
    assert finished is not None
    assert rows(crawled, "select count(*) from captures where examined is null and verdict = 'page'") == [(0,)]


def test_manners(first: tuple, site: Site) -> None:
    asked = first[2]
    assert asked["/robots.txt"] == 1
    assert asked["/forbidden/2017.html"] == 0
    assert asked["/news.html"] == 0
    assert asked["/shield.html"] == 1
    assert len(site.agents) == 1
    assert next(iter(site.agents)).startswith("baogao/0.1 (+https://github.com/")


def test_bytes_are_kept_as_they_came(crawled: Home, site: Site) -> None:
    db = open_archive(crawled)
    with CaptureStore(crawled, db, "read-only") as store:
        packed = store.newest(f"{site.url}/2023.html")
        assert packed is not None
        assert store.payload(packed) == report_page(2023)
        assert store.response(packed).body == site.pages["/2023.html"]()[2]
        shield = store.newest(f"{site.url}/shield.html")
        assert shield is not None
        assert store.payload(shield) == CHALLENGE
        assert list(store.verify()) == []
    db.close()


def test_a_second_crawl_adds_only_what_changed(crawled: Home, site: Site) -> None:
    everything = "select id, url, sha256, fetched_at, warc_file, warc_offset from captures order by id"
    before = rows(crawled, everything)
    reports = dump(crawled)["reports"]
    site.conditional.clear()
    assert scrapy(crawled, "crawl", "jiazi").returncode == 0
    assert rows(crawled, everything) == before
    assert dump(crawled)["reports"] == reports
    assert {path for path, count in site.conditional.items() if count} == {"/2024.html", "/2022.html", "/2021.html"}
    kinds = dict(rows(crawled, "select c.url, r.kind from revisits r join captures c on c.id = r.capture"))
    assert kinds[f"{site.url}/2024.html"] == "not-modified"
    assert kinds[f"{site.url}/2023.html"] == "identical-payload"
    assert len(kinds) == len(before)
    assert rows(crawled, "select verdict from runs order by id")[-1] == ("ok_nothing_new",)
    site.page("/2024.html", report_page(2024, "<p>更正</p>"), etag='"b1"')
    assert scrapy(crawled, "crawl", "jiazi").returncode == 0
    site.page("/2024.html", report_page(2024), etag='"a1"')
    assert len(rows(crawled, "select id from captures")) == len(before) + 1


def test_validators_that_lie(crawled: Home, site: Site) -> None:
    """New validators on the same bytes make no capture; the same on new bytes hide them for TRUST_DAYS at most."""
    url = f"{site.url}/2024.html"
    of_page = f"select kind from revisits r join captures c on c.id = r.capture where c.url = '{url}' order by r.rowid"
    count = "select count(*) from captures"
    before = rows(crawled, count)
    site.page("/2024.html", report_page(2024), etag='"z9"')
    assert scrapy(crawled, "crawl", "jiazi").returncode == 0
    assert (rows(crawled, count), rows(crawled, of_page)) == (before, [("identical-payload",)])

    # The ETag that came last.
    site.page("/2024.html", report_page(2024, "<p>更正</p>"), etag='"z9"')
    assert scrapy(crawled, "crawl", "jiazi").returncode == 0
    assert (rows(crawled, count), rows(crawled, of_page)[-1]) == (before, ("not-modified",))
    db = open_archive(crawled)
    with writing(db):
        for table, column in (("captures", "fetched_at"), ("revisits", "seen_at")):
            earlier = f"strftime('%Y-%m-%dT%H:%M:%SZ', {column}, '-{TRUST_DAYS + 1} days')"
            db.execute(f"update {table} set {column} = {earlier}")
    db.close()
    assert scrapy(crawled, "crawl", "jiazi").returncode == 0
    site.page("/2024.html", report_page(2024), etag='"a1"')
    assert rows(crawled, count)[0][0] == before[0][0] + 1


def test_replay_needs_no_site(crawled: Home, site: Site) -> None:
    before, asked = dump(crawled), sum(site.asked.values())
    files = sorted(path.name for path in crawled.captures.iterdir())
    db = open_archive(crawled)
    for table in ("copies", "rejections", "reports", "texts", "problems", "sketches", "shingles"):
        db.execute(f"delete from {table}")
    db.execute("update captures set examined = null")
    db.close()
    done = scrapy(crawled, "crawl", "jiazi", BAOGAO_REPLAY="1")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert sum(site.asked.values()) == asked
    assert dump(crawled) == before
    assert sorted(path.name for path in crawled.captures.iterdir()) == files


@pytest.mark.parametrize("after", [3, 7])
def test_a_killed_crawl_ends_like_any_other(fresh: Home, crawled: Home, site: Site, after: int) -> None:
    site.asked.clear()
    site.delay = 0.1
    command = [sys.executable, "-m", "scrapy", "crawl", "jiazi"]
    child = subprocess.Popen(command, env=environment(fresh), stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while sum(site.asked.values()) < after and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert len(paths(fresh)) < 12
    site.delay = 0.0
    done = scrapy(fresh, "crawl", "jiazi")
    assert done.returncode == 0, done.stderr
    assert dump(fresh) == dump(crawled)
    assert rows(fresh, "select verdict from runs order by started_at, id")[0] == ("crashed",)
    db = open_archive(fresh)
    with CaptureStore(fresh, db, "read-only") as store:
        assert list(store.verify()) == []
    db.close()


def test_many_sources_one_child_each(fresh: Home, site: Site) -> None:
    site.page("/other/index.html", list_page({"/2024.html": "2024年甲子区政府工作报告"}))
    add_source(fresh, "other", f'kind = "aggregator"\nstart = ["{site.url}/other/index.html"]')
    add_source(fresh, "nowhere", 'start = ["http://127.0.0.1:9/"]')
    seen: list[str] = []
    outcomes = crawl_sources(
        fresh,
        ["jiazi", "other", "nowhere"],
        jobs=3,
        settings={"RETRY_TIMES": 0},
        on_progress=lambda outcome: seen.append(outcome.source),
    )
    assert [(outcome.source, outcome.verdict) for outcome in outcomes] == [
        ("jiazi", "ok"),
        ("other", "ok"),
        ("nowhere", "gone"),
    ]
    assert set(seen) == {"jiazi", "other", "nowhere"}
    assert {path.name.rsplit("-", 2)[0] for path in fresh.captures.iterdir()} == {"jiazi", "other", "nowhere"}
    assert (fresh.log / "jiazi.log").stat().st_size > 0


def test_children_end_with_their_parent(fresh: Home, site: Site) -> None:
    site.asked.clear()
    site.delay = 0.5
    parent = parent_of_a_crawl(fresh)
    wait_for(lambda: sum(site.asked.values()) >= 3)
    parent.kill()
    parent.wait()
    assert parent.stdout is not None
    parent.stdout.close()
    time.sleep(0.7)
    asked = sum(site.asked.values())
    time.sleep(1.2)
    site.delay = 0.0
    assert sum(site.asked.values()) == asked


def test_a_signal_ends_a_crawl_in_good_order(fresh: Home, site: Site) -> None:
    site.asked.clear()
    site.delay = 0.2
    parent = parent_of_a_crawl(fresh)
    wait_for(lambda: sum(site.asked.values()) >= 3)
    parent.send_signal(signal.SIGTERM)
    out, _ = parent.communicate(timeout=60)
    site.delay = 0.0
    assert out.strip() == "['interrupted']"
    assert rows(fresh, "select verdict, finished_at is not null from runs") == [("interrupted", 1)]


def parent_of_a_crawl(home: Home) -> subprocess.Popen[str]:
    """A process of its own that crawls jiazi through a child and prints the verdict."""
    code = "from archive.home import find_home; from crawler.crawl import crawl_sources;"
    command = [sys.executable, "-c", f"{code} print([o.verdict for o in crawl_sources(find_home(), ['jiazi'])])"]
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    return subprocess.Popen(command, env=environment(home), stdin=nothing, stdout=pipe, text=True)


def test_a_full_disk_ends_the_run_in_one_line(fresh: Home, site: Site) -> None:
    size = 3_000_000
    site.page("/2021.html", b"%PDF" + os.urandom(size), "application/pdf")
    command = ["bash", "-c", f"ulimit -f {size // 2048}; exec {sys.executable} -m scrapy crawl jiazi"]
    done = subprocess.run(command, env=environment(fresh), capture_output=True, text=True, timeout=120, check=False)
    site.page("/2021.html", report_page(2021), etag='"a4"')
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert "free the disk" in done.stderr.splitlines()[-1]
    assert scrapy(fresh, "crawl", "jiazi").returncode == 0
    assert [verdict for (verdict,) in rows(fresh, "select verdict from runs order by id")] == ["crashed", "ok"]
    assert len(rows(fresh, "select id from reports")) == 5


def wait_for(condition: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_one_line_for_what_a_person_can_cause(fresh: Home) -> None:
    with fresh.lock():
        done = scrapy(fresh, "crawl", "jiazi")
    assert done.returncode == 14
    assert "another run" in done.stderr.strip().splitlines()[-1]
    unknown = scrapy(fresh, "crawl", "jiazy")
    assert unknown.returncode == 2
    assert "did you mean 'jiazi'?" in unknown.stderr
    add_source(fresh, "broken", 'strat = ["http://a.example/"]')
    broken = scrapy(fresh, "list")
    assert broken.returncode == 2
    assert broken.stderr.count("\n") == 1
    assert "did you mean 'start'?" in broken.stderr
    add_source(fresh, "broken", 'start = ["http://a.example/"]\nlist.link = "a["')
    selector = scrapy(fresh, "list")
    assert (selector.returncode, selector.stderr.count("\n")) == (2, 1)
    assert "list.link" in selector.stderr


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "scrapy", "crawl", "cezhidao"]
    home = Home(tmp_path / "file")
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4
    assert "not writable" in done.stderr
    assert "Traceback" not in done.stderr


def test_scrapy_lists_every_source(fresh: Home) -> None:
    done = scrapy(fresh, "list")
    assert {"jiazi", "010b", "cezhidao"} <= set(done.stdout.split())


# ---- pure parts


def stats(**given: object) -> dict[str, object]:
    usual = {"finish_reason": "finished", "responses": 9, "items": 5, "lists": 2, "verdicts": {"page": 5, "list": 2}}
    return usual | given


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (stats(captures=7, copies=5), "ok"),
        (stats(revisits=7, skipped=5, known=5), "ok_nothing_new"),
        (stats(captures=7, copies=5, shortfall="no report of 2019"), "fewer_than_expected"),
        (stats(items=0, verdicts={"list": 2}), "empty"),
        (stats(items=0, known=4, verdicts={"list": 2}), "parse_changed"),
        (stats(known=4, copies=0, rejections=5), "parse_changed"),
        (stats(items=0, verdicts={"challenge": 1}), "blocked"),
        (stats(verdicts={"page": 1, "list": 1, "captcha": 8}), "blocked"),
        (stats(items=0, forbidden=1, verdicts={"robots": 1}), "robots_denied"),
        (stats(items=0, verdicts={"redirect": 2}), "moved"),
        (stats(items=0, failed=1, verdicts={}), "gone"),
        (stats(items=0, verdicts={"not_found": 1}), "gone"),
        (stats(items=0, failed=3, timeouts=3, verdicts={}), "slow"),
        (stats(exceptions=1), "crashed"),
        (stats(finish_reason="machine refused"), "crashed"),
        (stats(finish_reason="shutdown"), "interrupted"),
    ],
)
def test_run_verdicts(given: dict[str, object], verdict: str) -> None:
    found, reason = run_verdict(given)
    assert found == verdict
    assert reason
    assert found in RUN_VERDICTS


@pytest.mark.parametrize(
    ("now", "days", "due"),
    [
        ("2026-01-10T03:00:00+00:00", 0.9, True),
        ("2026-01-10T03:00:00+00:00", 0.5, False),
        ("2025-12-20T03:00:00+00:00", 0.9, True),
        ("2026-03-20T03:00:00+00:00", 3, False),
        ("2026-03-20T03:00:00+00:00", 7, True),
        ("2026-04-30T03:00:00+00:00", 7, True),
        ("2026-07-01T03:00:00+00:00", 7, True),  # an election summer
        ("2027-07-01T03:00:00+00:00", 7, False),
        ("2027-07-01T03:00:00+00:00", 28, True),
    ],
)
def test_what_is_due(home: Home, now: str, days: float, due: bool) -> None:
    moment = datetime.fromisoformat(now)
    source = Source(id="a", name="a", start=("http://a.example/",))
    db = open_archive(home)
    assert due_sources(db, {"a": source}, moment) == ["a"]
    started = (moment - timedelta(days=days)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    db.table("runs").insert({"id": "a-1", "source": "a", "started_at": started, "verdict": "ok"})
    assert due_sources(db, {"a": source}, moment) == (["a"] if due else [])
    db.execute("update runs set verdict = 'crashed'")
    assert due_sources(db, {"a": source}, moment) == ["a"]
    db.close()
