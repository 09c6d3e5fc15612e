"""The sample sites as a crawler and a person meet them, and what the archive's own steps make of their pages."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections import Counter
from http.client import HTTPConnection
from urllib.parse import urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from archive.examine import Circumstances, examine
from archive.fold import fold_text
from archive.sources import load_sources
from crawler.demo import REGIONS, SOURCES, SampleSites, expected_rejections, expected_reports, forbidden_urls
from crawler.demo.copies import load_copies
from crawler.demo.reports import all_reports
from crawler.demo.server import sample_sites

PORTAL = "http://www.yangli.gov.example"
LIST = f"{PORTAL}/zwgk/zfgzbg/index.html"


@pytest.fixture(scope="module")
def sites():
    with SampleSites() as running:
        yield running


@pytest.fixture
def fetch(sites):
    """Ask through the proxy; gives (status, headers, body)."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": sites.proxy_url}))

    def ask(url, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, headers=named)
        try:
            with opener.open(request, timeout=10) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    return ask


def test_a_page_through_the_proxy(fetch, sites):
    before = sites.asked_for(LIST)
    status, headers, body = fetch(LIST)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "政府工作报告" in body.decode()
    assert sites.asked_for(LIST) == before + 1
    assert sites.requests[-1].status == 200


def test_an_unchanged_page_is_not_sent_again(fetch):
    _, headers, _ = fetch(LIST)
    assert fetch(LIST, If_None_Match=headers["ETag"])[0] == 304
    assert fetch(LIST, If_None_Match='"another"')[0] == 200
    assert fetch(LIST, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert fetch(LIST, If_Modified_Since="Fri, 01 Jan 2010 00:00:00 GMT")[0] == 200
    assert fetch(LIST, If_Modified_Since="yesterday")[0] == 200
    # The tag decides where both are given.
    assert fetch(LIST, If_None_Match='"another"', If_Modified_Since=headers["Last-Modified"])[0] == 200


def test_what_is_not_there(fetch):
    assert fetch(f"{PORTAL}/nothing.html")[0] == 404
    status, _, body = fetch("http://www.elsewhere.example/")
    assert status == 502
    assert b"www.elsewhere.example" in body


def test_every_site_has_a_robots_file(fetch):
    for host in sample_sites():
        status, headers, body = fetch(f"http://{host}/robots.txt")
        assert (status, headers.get_content_type()) == (200, "text/plain")
        assert body.startswith(b"User-agent: *")
    rules = fetch(f"{PORTAL}/robots.txt")[2].decode()
    for url in forbidden_urls():
        assert f"Disallow: {urlsplit(url).path.rpartition('/')[0]}/" in rules


def test_a_person_finds_the_sites_by_path(sites):
    with urllib.request.urlopen(f"{sites.proxy_url}/", timeout=10) as response:
        front = response.read().decode()
    for host in sample_sites():
        assert f'href="/{host}/"' in front
        with urllib.request.urlopen(f"{sites.proxy_url}/{host}", timeout=10) as response:
            assert response.url == f"{sites.proxy_url}/{host}/"


def test_head_sends_no_body_and_keeps_the_connection(sites):
    connection = HTTPConnection("127.0.0.1", sites.server.server_port, timeout=10)
    for _ in range(2):
        connection.request("HEAD", LIST)
        response = connection.getresponse()
        assert response.status == 200
        assert int(response.headers["Content-Length"]) > 1000
        assert response.read() == b""
    connection.close()


def test_stopping_gives_the_port_back():
    with SampleSites() as first:
        port = first.server.server_port
    with SampleSites(port=port) as second:
        assert second.proxy_url.endswith(str(port))
    SampleSites().stop()


@pytest.mark.parametrize("shape", ["http://{host}{path}", "http://127.0.0.1:1/{host}{path}"])
def test_links_lead_somewhere_in_both_forms(shape):
    for host, site in sample_sites().items():
        known = {shape.format(host=host, path=path) for path in site}
        for path, resource in site.items():
            if "html" not in resource.content_type:
                continue
            encoding = "utf-8" if "charset" in resource.content_type else "gbk"
            tree = LexborHTMLParser(resource.body.decode(encoding))
            links = [node.attributes["href"] for node in tree.css("a[href]") if node.attributes["href"] != "#"]
            assert links
            assert {urljoin(shape.format(host=host, path=path), link) for link in links} <= known, path


def test_the_aggregator_says_gb2312_and_needs_gbk():
    site = sample_sites()["www.wenku.example"]
    pages = [resource for path, resource in site.items() if path.endswith(".html")]
    assert all(resource.content_type == "text/html" and b"charset=gb2312" in resource.body for resource in pages)
    beyond = 0
    for resource in pages:
        text = resource.body.decode("gbk")
        try:
            text.encode("gb2312")
        except UnicodeEncodeError:
            beyond += 1
    assert beyond


def crawl(source):
    """The pages a polite crawl of a source comes to, by path: lists and next lists, reports, their attachments."""
    host = source.all_hosts()[0]
    site = sample_sites()[host]
    encoding = "gbk" if host == "www.wenku.example" else "utf-8"
    lists, found = [urlsplit(source.start[0]).path], {}
    for path in lists:
        tree = LexborHTMLParser(site[path].body.decode(encoding))
        links = [node.attributes["href"] for node in tree.css(source.list.link) if source.list.text in node.text()]
        assert links, path
        lists += [urljoin(path, node.attributes["href"]) for node in tree.css(source.list.next)]
        found |= {urljoin(path, link): site[urljoin(path, link)] for link in links}
    for path, page in list(found.items()):
        for node in LexborHTMLParser(page.body.decode(encoding, "ignore")).css("a[href$='.pdf']"):
            to = urljoin(path, node.attributes["href"])
            found[to] = site[to]
    return {path: page for path, page in found.items() if f"http://{host}{path}" not in forbidden_urls()}


@pytest.fixture(scope="module")
def findings():
    """Every finding of every page, as (source, finding)."""
    made = []
    for source in load_sources(folder=SOURCES).values():
        for path, page in crawl(source).items():
            known = Circumstances(
                url=f"http://{source.all_hosts()[0]}{path}",
                content_type=page.content_type,
                rules=source.page_rules("2026-11-22"),
                region=source.region,
                extra_regions=REGIONS,
            )
            made += [(source.id, finding) for finding in examine(page.body, known).findings]
    return made


def test_the_archive_finds_every_copy_and_rejects_the_rest(findings):
    copies = Counter(f"{f.identity.region}-{f.identity.year}" for _, f in findings if f.identity.is_report)
    assert copies == {wanted["id"]: wanted["copies"] for wanted in expected_reports()}
    assert Counter(f.identity.reason for _, f in findings if not f.identity.is_report) == expected_rejections()


def test_whole_copies_say_what_was_said(findings):
    texts = {report.id: fold_text(report.text) for report in all_reports()}
    whole = ("html", "pdf", "plain", "contents")
    odd = {(copy.site, copy.report.id) for copy in load_copies() if copy.form not in whole}
    for source, finding in findings:
        id = f"{finding.identity.region}-{finding.identity.year}"
        if finding.identity.is_report and (source.removeprefix("demo_"), id) not in odd:
            assert fold_text(finding.text) == texts[id], (source, id)


def test_damage_is_what_the_sites_did(findings):
    lost = {copy.report.id: copy.lost for copy in load_copies() if copy.lost}
    seen = {f"{f.identity.region}-{f.identity.year}": f.lost for _, f in findings if f.lost}
    assert seen == lost
    cut = [f for _, f in findings if any(problem.code == "cut" for problem in f.problems)]
    assert [f"{f.identity.region}-{f.identity.year}" for f in cut] == ["990101-2023"]
    wrong = [f for _, f in findings if f.identity.is_report and f.identity.title_year not in (None, f.identity.year)]
    assert [f"{f.identity.region}-{f.identity.year}" for f in wrong] == ["990102-2023"]


def test_expected_covers_what_the_demo_promises():
    wanted = expected_reports()
    assert len(wanted) == 30
    assert {row["trust"] for row in wanted} == {"official", "republished", "damaged"}
    assert {row["lost"] for row in wanted if row["trust"] == "damaged"} == {"国", "新"}
    assert {row["copies"] for row in wanted} == {1, 2, 3}
    assert len({row["region"] for row in wanted}) == 8
    assert {row["year"] for row in wanted} == set(range(2021, 2027))
