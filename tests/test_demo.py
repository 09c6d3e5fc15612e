"""`baogao demo`: three sites crawled for real, and every report, field and copy as the sites were written to give.

The same crawled again with a SIGKILL in the middle: what a killed crawl left is no loss.
"""

import signal
import subprocess
import sys
import time

import pytest

from archive.home import Home
from crawler.demo import expected_rejections, expected_reports, forbidden_urls
from tests.command import baogao, dump, environment, rows

FIELDS = (
    "id", "region", "region_name", "year", "title", "delivered_on", "congress", "session", "speaker", "speaker_post",
    "trust", "lost", "copies",
)  # fmt: skip


def start_demo(home: Home) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "crawler.cli", "--home", str(home.root), "demo", "--no-serve"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(), start_new_session=True
    )


def end_all(process: subprocess.Popen[str]) -> None:
    """SIGKILL the command; its children end with it by themselves."""
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)


def reports(home: Home) -> list[dict]:
    return [
        dict(zip(FIELDS, row, strict=True))
        for row in rows(home, f"select {', '.join(FIELDS)} from reports order by id")
    ]


def texts(home: Home) -> list[tuple]:
    return sorted(rows(home, "select id, text from full_reports"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("demo") / "home")
    said = baogao(home, "demo", "--no-serve").stderr
    assert "4/4" in said
    return home


def test_every_report_with_every_field(demo: Home) -> None:
    expected = [
        {field: row[field] for field in FIELDS} for row in sorted(expected_reports(), key=lambda row: row["id"])
    ]
    assert reports(demo) == expected
    assert len(expected) >= 30


def test_every_near_miss_is_rejected_for_its_reason(demo: Home) -> None:
    sql = "select reason, count(*) from rejections where reason <> 'list_page' group by reason"
    assert dict(rows(demo, sql)) == expected_rejections()


def test_robots_txt_was_obeyed(demo: Home) -> None:
    urls = {url for (url,) in rows(demo, "select url from captures")}
    assert urls.isdisjoint(forbidden_urls())
    assert any(url.endswith("/robots.txt") for url in urls)


def test_every_text_is_free_of_the_sites_words(demo: Home) -> None:
    for report, text in texts(demo):
        lines = text.split("\n")
        assert lines[0].replace(" ", "").endswith("政府工作报告"), report
        for word in ("【字体", "打印本页", "分享到", "上一篇", "版权所有", "全文完", "第一部分", "扫一扫", "责任编辑"):
            assert word not in text, (report, word)


def test_it_is_published(demo: Home) -> None:
    assert demo.snapshot.exists()
    assert (demo.published / "SHA256SUMS").exists()


def test_building_anew_gives_the_same_rows(demo: Home) -> None:
    before = dump(demo, without=("snapshots",))
    baogao(demo, "build", anew=True)
    assert dump(demo, without=("snapshots",)) == before


def test_a_second_crawl_changes_nothing_but_sightings_also_when_the_first_try_was_killed(demo: Home) -> None:
    before = dump(demo)
    process = start_demo(demo)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if 2 * seen_again(demo) >= len(before["captures"]):
            break
        time.sleep(0.02)
    assert process.poll() is None
    end_all(process)
    baogao(demo, "demo", "--no-serve")
    after = dump(demo)
    for name in ("reports", "texts", "rejections", "problems"):
        assert after[name] == before[name], name
    assert {row[0] for row in after["captures"]} == {row[0] for row in before["captures"]}
    assert len(after["revisits"]) >= len(after["captures"]) - 3
    assert baogao(demo, "verify").returncode == 0


def seen_again(home: Home) -> int:
    """How many answers were as before."""
    return int(rows(home, "select count(*) from revisits")[0][0])


def test_replay_needs_no_network_and_gives_the_same(demo: Home) -> None:
    before = texts(demo)
    baogao(demo, "crawl", "--replay", "demo_portal", "demo_wenku", "demo_zhaoshang")
    assert texts(demo) == before
