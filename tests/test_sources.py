"""The source files that come with the project: short, complete, each with a fixture."""

from __future__ import annotations

import csv
import statistics
from pathlib import Path

import pytest

from archive.home import Home
from archive.platforms import column_addresses
from archive.sourcefile import Source
from archive.sources import BUILT_IN, load_sources, read_platforms, source_of
from crawler.fixtures import SITES, missing_fixtures
from tests.sites.make import site_ids

SOURCES = load_sources()
PLATFORMS, MISTAKES = read_platforms()
REGIONS = list(csv.DictReader((BUILT_IN.parent / "regions.csv").read_text(encoding="utf-8").splitlines()))
GOVERNMENT = [source for source in SOURCES.values() if source.kind == "government"]


def lines(source: Source) -> int:
    return len((BUILT_IN / f"{source.id}.toml").read_text(encoding="utf-8").splitlines())


def test_a_source_is_short() -> None:
    assert MISTAKES == []
    assert max(lines(source) for source in GOVERNMENT if source.platform) <= 10
    assert statistics.median(map(lines, GOVERNMENT)) <= 12


def test_every_province_and_every_district_of_shanghai_has_one() -> None:
    now = [region for region in REGIONS if not region["valid_until"]]
    provinces = {region["code"] for region in now if region["level"] == "province" and region["code"] < "7"}
    districts = {region["code"] for region in now if region["code"].startswith("3101") and region["level"] == "county"}
    there = {source.region for source in GOVERNMENT if source.crawled}
    assert (len(provinces), len(districts)) == (31, 16)
    assert provinces | districts <= there
    assert {source.region for source in SOURCES.values() if source.region} <= {region["code"] for region in REGIONS}
    assert len({source.region for source in GOVERNMENT} - provinces - districts) >= 20


def test_what_nobody_has_seen_says_so_and_expects_something() -> None:
    for source in GOVERNMENT:
        if source.crawled:
            assert source.unverified
            assert source.expect.years or source.expect.cadence, source.id
            assert source.platform in PLATFORMS
    for source in SOURCES.values():
        assert source.id not in PLATFORMS, "a fixture's folder is called as one or the other"
        assert source.retired is None or source.retired.why


def test_every_source_has_a_fixture(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert list(missing_fixtures(SOURCES, home)) == []
    assert set(PLATFORMS) <= set(site_ids())
    own = {source.id for source in SOURCES.values() if source.platform is None and source.crawled}
    assert own <= set(site_ids())
    for id in site_ids():
        assert id in PLATFORMS or id in SOURCES
        assert (SITES / id / "article.html").exists()


def test_farms_and_lapsed_domains_are_refused() -> None:
    for host in ("www.fanwen112.com", "um.sanwen.net", "m.ilynn.cn", "999gcw.com", "benet-wh.com.cn"):
        source = source_of(f"http://{host}/fanwen/1.html", SOURCES)
        assert source is not None
        assert (source.origin, source.crawled) == ("farm", False)
        assert source.state is not None
        assert source.state.startswith("refused: ")


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://www.pudong.gov.cn/zwgk/zfbg/2025/77/339245.html", "shanghai_pudong"),
        ("http://pudong.gov.cn/zwgk/", "shanghai_pudong"),
        ("http://101.230.193.164/article.html?infoid=1", "shanghai_baoshan"),
        ("https://www.ln.gov.cn/web/zwgkx/", "liaoning"),
        ("http://maluzhen.010b.com/info/1/page/2", "010b"),
        ("http://www.gongxunwk.com/doc/2666392.html", "guanlizhidu"),
        ("https://elsewhere.example/", None),
    ],
)
def test_whose_address_it_is(url: str, id: str | None) -> None:
    source = source_of(url, SOURCES)
    assert (source.id if source else None) == id


# Addresses of articles as SOURCES §2 has them, and the list each belongs to.
@pytest.mark.parametrize(
    ("platform", "article", "column"),
    [
        ("trs", "http://www.tjhb.gov.cn/zwgk/ndbg/202601/t20260128_7234038.html", "http://www.tjhb.gov.cn/zwgk/ndbg/"),
        ("jcms", "http://weichang.gov.cn/art/2021/8/16/art_11213_831697.html", "http://weichang.gov.cn/col/col11213/index.html"),
        ("ucap", "http://rd.sanya.gov.cn/rdsite/c100026d/202403/0123456789abcdef0123456789abcdef.shtml", "http://rd.sanya.gov.cn/rdsite/c100026d/list.shtml"),
        ("epoint", "http://wcrd.wuchang.gov.cn/zyfb/003004/20210619/01234567-89ab-cdef-0123-456789abcdef.html", "http://wcrd.wuchang.gov.cn/zyfb/003004/moreinfo.html"),
        ("gkmlpt", "http://www.lg.gov.cn/xxgk/zwgk/zfgzbg/content/post_2856791.html", "http://www.lg.gov.cn/xxgk/zwgk/zfgzbg/index.html"),
        ("shanghai", "http://www.shqp.gov.cn/shqp/zwgk/gzbg/20190823/507643.html", "http://www.shqp.gov.cn/shqp/zwgk/gzbg/index.html"),
        ("shanghai", "http://www.pudong.gov.cn/zwgk/zfbg/2025/77/339245.html", "http://www.pudong.gov.cn/zwgk/zfbg/index.html"),
    ],
)  # fmt: skip
def test_an_articles_address_leads_to_its_list(platform: str, article: str, column: str) -> None:
    assert list(column_addresses(PLATFORMS[platform], "", article)) == [column]
