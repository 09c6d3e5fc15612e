"""The site's own pages beside the report: coverage, comparison, the keeper's pages, feed, robots, references, errors."""

from __future__ import annotations

import asyncio
import json
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from datasette.app import Datasette
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from archive.home import Home
from archive.publish import publish
from archive.site import make_app
from archive.site.citing import Citation, escape_bibtex, name_government, write_bibtex, write_csl, write_ris
from archive.site.coverage import parents, read_coverage, span
from tests.browsing import LOST, PAGES
from tests.small_archive import HOSTILE, Writer, write_report

HAN = re.compile("[\u4e00-\u9fff]")


def get(site: Datasette, path: str, **headers: str) -> httpx.Response:
    return asyncio.run(site.client.get(path, headers=headers))


def page(site: Datasette, path: str, status: int = 200, **headers: str) -> LexborHTMLParser:
    answer = get(site, path, **headers)
    assert answer.status_code == status, answer.text[:2000]
    return LexborHTMLParser(answer.text)


def get_query(path: str) -> str:
    """What a page's address searches for."""
    return parse_qs(urlsplit(path).query).get("q", ["-"])[0]


def words_of(tree: LexborHTMLParser, css: str) -> str:
    return " ".join(" ".join(element.text() for element in tree.css(css)).split())


# --- language


@pytest.mark.parametrize("path", (PAGES | LOST).values())
def test_every_page_speaks_one_language(site: Datasette, path: str) -> None:
    """In English no Chinese stands outside what is marked as Chinese; the head of the page is what it should be."""
    address = path.partition("#")[0]
    answer = get(site, address + ("&" if "?" in address else "?") + "lang=en")
    tree = LexborHTMLParser(answer.text)
    assert tree.css_first("html").attributes["lang"] == "en"
    assert len(tree.css("h1")) == len(tree.css("main")) == 1
    assert tree.css("script, [style], [onclick]") == []
    identifiers = [element.attributes["id"] for element in tree.css("[id]")]
    assert len(identifiers) == len(set(identifiers))
    for element in tree.css("input:not([type=hidden]), select, textarea"):
        id = element.attributes.get("id")
        within = element.parent is not None and element.parent.tag == "label"
        assert within or element.attributes.get("aria-label") or tree.css_first(f"label[for='{id}']"), element.html
    asked = get_query(path)
    levels = [int(element.tag[1]) for element in tree.css("h1, h2, h3, h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    if tree.css("table.rows td, .row-facts, .tables, .codebook, .page-list, .facets"):
        return  # Datasette's own pages show the data, which is Chinese
    for element in tree.css("[lang=zh-CN], .years, .cite, .newest, .copies, .problems, code, pre"):
        element.decompose()
    assert HAN.findall(words_of(tree, "main").replace(asked, "")) == []


def test_the_language_is_kept_in_a_cookie_and_told_to_caches(site: Datasette) -> None:
    answer = get(site, "/?lang=en")
    assert answer.headers["set-cookie"].startswith("lang=en; Path=/;")
    assert answer.headers["content-language"] == "en"
    assert "Accept-Language, Cookie" in answer.headers["vary"]
    assert page(site, "/", cookie="lang=en").css_first("html").attributes["lang"] == "en"
    assert page(site, "/", **{"accept-language": "en"}).css_first("html").attributes["lang"] == "en"
    assert "set-cookie" not in get(site, "/").headers
    assert [link.attributes["href"] for link in page(site, "/coverage").css("link[hreflang]")] == [
        "/coverage?lang=zh", "/coverage?lang=en",
    ]  # fmt: skip
    assert get(site, "/reports/reports.json?lang=en").status_code == 200


# --- coverage


def test_places_and_what_they_lie_in() -> None:
    assert (span("000000"), span("990000")) == (("000000", "999999"), ("990000", "999999"))
    assert (span("990100"), span("990101")) == (("990100", "990199"), ("990101", "990101"))
    assert parents("990101") == ["990100", "990000", "000000"]
    assert parents("990000") == ["000000"]


def test_every_empty_cell_has_its_reason(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.add_basis()
    for year in (2019, 2021, 2023):
        writer.add_report("990100", year)
    writer.add_report("990101", 2022)
    writer.db.table("regions").update("990102-1990", {"valid_until": 2020, "successors": "990101"})
    writer.db.table("sources").insert({"id": "bing", "name": "丙寅县网", "kind": "government", "region": "990121"})
    writer.db.table("sources").insert(
        {"id": "jia", "name": "甲子区网", "kind": "government", "region": "990101", "expect_from": 2022}
    )
    run = {"id": "yangli-1", "source": "yangli", "started_at": "2026-03-01T00:00:00Z", "verdict": "blocked"}
    writer.db.table("runs").insert(run)
    writer.close()
    publish(writer.home)
    site = make_app(writer.home.snapshot)
    told = {cell.attributes["title"] or "" for cell in page(site, "/coverage/990100").css(".grid td a")}
    assert {
        "样例市 2020：来源 yangli 应有，尚未得到；最近一次采集：blocked",
        "乙丑区 2021：该区划只存在于 1990–2020 年",
        "乙丑区 2020：还没有来源收录该地区",
        "丙寅县 2019：有来源“丙寅县网”，但没有这一年的报告",
        "甲子区 2021：来源“甲子区网”的报告自 2022 年起",
        "样例市2019年，官方 · 1 份抄本",
    } <= told
    english = {cell.attributes["title"] for cell in page(site, "/coverage/990100?lang=en").css(".grid td a")}
    assert "乙丑区 2021: this region existed only 1990–2020" in english
    # A cell leads to its reason on the region's page.
    years = page(site, "/coverage/990102")
    assert "该区划只存在于" in words_of(years, "#y2021")
    rows = get(site, "/coverage/990100.json").json()
    assert [line["code"] for line in rows["coverage"]["lines"]] == ["990100", "990101", "990102", "990121"]


def test_the_map_of_a_large_archive_goes_down_by_province_and_prefecture(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    row = {"province": "示例省", "level": "county", "trust": "official", "copies": 1, "chars": 9}
    writer.db.table("reports").insert_all(
        row
        | {"id": f"99{city:02}{n:02}-2020", "region": f"99{city:02}{n:02}", "year": 2020, "n": city * 100 + n}
        | {"name": f"示{n}县", "prefecture": f"样{city}市"}
        for city in range(1, 5)
        for n in range(1, 31)
    )
    writer.close()
    publish(writer.home)
    site = make_app(writer.home.snapshot)
    nation = page(site, "/coverage")
    assert words_of(nation, ".grid tbody") == "示例省 120"
    assert nation.css_first(".grid .number").attributes["href"] == "/coverage/990000"
    province = page(site, "/coverage/990000")
    assert words_of(province, ".grid tbody") == "样1市 30 样2市 30 样3市 30 样4市 30"
    assert len(page(site, "/coverage/990100").css(".grid tbody tr")) == 30
    assert page(site, "/coverage/119900", 404).css_first("h1")


def test_what_sources_still_owe_does_not_hide_what_is_there(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.add_basis()
    writer.add_report("990101", 2020)
    writer.db.table("sources").insert_all(
        {"id": f"s{n}", "name": "示例网", "kind": "government", "region": f"98{n:04}", "expect_from": 2000}
        for n in range(1, 80)
    )
    coverage = read_coverage(writer.db.conn)
    assert [line.name for line in coverage.lines] == ["甲子区"]
    assert (coverage.years, coverage.waiting) == ((2020,), 80)


def test_coverage_of_an_empty_archive(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.close()
    assert read_coverage(Writer(tmp_path).db.conn).lines == ()


# --- a report's relatives, terms, restored characters, differences


def test_a_report_shows_terms_restored_characters_and_differences(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.add_basis()
    text = write_report("甲子区", "county", 2020, "赵示例")
    report = writer.add_report("990101", 2020, text, trust="restored")
    copy = writer.add_copy(
        report, "https://ku.example/1", text[:400], rank=2, relation="near", origin="forum",
        differs=json.dumps({"numbers": 2, "missing": 0, "wording": 1}),
    )  # fmt: skip
    writer.add_outline(report)
    entry = text.index("一网通办：")
    used = text.index("一网通办")
    term = {"report": report, "n": 1, "term": "一网通办", "definition": "指只进一张网。", "start": entry, "length": 9}
    writer.db.table("terms").insert(term | {"mentions": 1})
    place = {"report": report, "n": 1, "term": 1, "paragraph": 9, "start": used, "length": 4}
    writer.db.table("mentions").insert(place)
    writer.db.table("restored").insert({"report": report, "n": 1, "start": used + 1, "length": 1, "copy": copy})
    writer.db.table("differences").insert(
        {"copy": copy, "n": 1, "kind": "numbers", "start": 1, "length": 3, "words": "31条", "best_words": "<b>13条",
         "times": 2}
    )  # fmt: skip
    writer.close()
    publish(writer.home)
    tree = page(make_app(writer.home.snapshot), f"/reports/reports/{report}")
    terms = tree.css(".text a.term")
    assert "".join(term.text() for term in terms) == "一网通办"
    assert {term.attributes["data-says"] for term in terms} == {"指只进一张网。"}
    assert (
        tree.css_first(terms[0].attributes["href"] or "").text() == "一网通办：指群众和企业办事只进一张网、只跑一次。"
    )
    assert words_of(tree, "ins.restored") == "网"
    assert words_of(tree, ".differences summary") == "不同之处：数字 2、措辞 1"
    assert words_of(tree, ".differences li") == "数字 ×2 <b>13条 31条"


def test_a_paragraph_keeps_its_address_when_others_come(site: Datasette, tmp_path: Path) -> None:
    text = write_report("甲子区", "county", 2020, "赵示例")
    writer = Writer(tmp_path)
    writer.add_basis()
    writer.add_report("990101", 2020, text.replace("各位代表：", "（供参阅）\n各位代表：", 1))
    writer.close()
    publish(writer.home)
    here, there = (
        {element.text(): element.css_first(".pilcrow").attributes["id"] for element in tree.css(".text p, .text h2")}
        for tree in (page(one, "/reports/reports/990101-2020") for one in (site, make_app(writer.home.snapshot)))
    )
    assert here.items() < there.items()
    assert len(set(there.values())) == len(there)


# --- how to cite

CITED = Citation(
    "990101-2020", "甲子区人民政府", "2020年 {报告} & 100%", 2020, "2020-01-12", "第九届第三次会议",
    "https://x.example/a{b}", "2026-03-02", "https://baogao.example/reports/reports/990101-2020", "2026.11.22", None,
)  # fmt: skip


def test_references_are_well_formed(site: Datasette) -> None:
    assert "title = {{2020年 \\{报告\\} \\& 100\\%}}" in write_bibtex(CITED)
    assert escape_bibtex("a\\b_c~") == "a\\textbackslash{}b\\_c\\textasciitilde{}"
    (item,) = json.loads(write_csl(CITED))
    assert item["issued"] == {"date-parts": [[2020, 1, 12]]}
    assert (item["version"], item["archive_location"], item["type"]) == ("2026.11.22", "990101-2020", "report")
    lines = write_ris(CITED).split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines[:-1])
    assert lines[0] == "TY  - RPRT"
    assert lines[-2] == "ER  - "
    for form, start in (("bib", "@techreport{baogao-990101-2020,"), ("ris", "TY  - RPRT"), ("csl.json", "[\n")):
        answer = get(site, f"/reports/reports/990101-2020.{form}")
        assert answer.text.startswith(start)
        assert f"baogao-990101-2020.{form}" in answer.headers["content-disposition"]
    assert get(site, "/reports/reports/990101-1900.bib").status_code == 404
    assert get(site, "/reports/reports/990101-2020.json?_shape=array").json()[0]["id"] == "990101-2020"


@pytest.mark.parametrize(
    ("name", "government"),
    [
        ("甲子区", "甲子区人民政府"),
        ("示例地区", "示例地区行政公署"),
        ("示例盟", "示例盟行政公署"),
        ("", "（地区未定）"),
    ],
)
def test_the_government_that_gave_a_report(name: str, government: str) -> None:
    assert name_government(name) == government


# --- comparison


def test_two_years_and_two_copies_are_compared(site: Datasette, published: Home) -> None:
    tree = page(site, "/compare?a=990101-2021&b=990101-2020")
    assert words_of(tree, "h1") == "甲子区：2020 年与 2021 年"
    assert [option.attributes["value"] for option in tree.css("#a option[selected]")] == ["990101-2020"]
    assert "2020" in words_of(tree, ".pair.changed .side:first-child del")
    assert "2021" in words_of(tree, ".pair.changed .side:last-child ins")
    for link in tree.css(".pair .number")[:4]:
        address, _, anchor = (link.attributes["href"] or "").partition("#")
        assert page(site, address).css_first(f"[id={anchor}]").text() in link.parent.text()
    changes = page(site, "/compare?a=990101-2020&b=990101-2021&view=inline&only=changes")
    assert len(changes.css(".pair")) < len(tree.css(".pair"))
    copies = get(site, "/reports/copies.json?report=990101-2020&_shape=array&_sort=rank").json()
    cut = page(site, f"/compare?a=990101-2020&b={quote(copies[1]['id'])}")
    assert "99" not in words_of(cut, ".tallies dd")[:3]
    assert [option.attributes["value"] for option in cut.css("#b option[selected]")] == ["990101-2020"]
    same = page(site, f"/compare?a={quote(copies[2]['id'])}&b=990101-2020")
    assert "一字不差" in words_of(same, ".hint")
    data = get(site, "/compare.json?a=990101-2020&b=990101-2021").json()
    assert {row["kind"] for row in data["rows"]} <= {"kept", "changed", "gone", "new"}
    assert data["a"] == "990101-2020"


def test_comparison_of_what_is_not_there(site: Datasette) -> None:
    assert page(site, "/compare").css("form #a")
    tree = page(site, "/compare?a=990101-2020&b=%3Cb%3E", 404)
    assert "没有编号为 <b> 的" in words_of(tree, ".detail")
    assert get(site, "/compare.json?a=1&b=2").status_code == 404
    hostile = get(site, f"/compare?a=990102-2019&b=990102-2020&view={quote(HOSTILE)}")
    assert "<script" not in hostile.text


# --- machines


def test_feed_is_atom(site: Datasette) -> None:
    answer = get(site, "/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    name = {"a": "http://www.w3.org/2005/Atom"}
    assert len(feed.findall("a:entry", name)) == 28
    ids = [entry.findtext("a:id", namespaces=name) for entry in feed.iter("{*}entry")]
    assert len(ids) == len(set(ids))
    assert feed.findtext("a:updated", namespaces=name) == "2026-03-02T04:05:06Z"
    county = etree.fromstring(get(site, "/feed.atom?region=990102").content)
    assert {entry.findtext("a:title", namespaces=name)[:7] for entry in county.iter("{*}entry")} >= {"2020年乙丑"}
    assert len(list(etree.fromstring(get(site, "/feed.atom?region=990100").content).iter("{*}entry"))) == 22


def test_robots_are_kept_from_facets_and_shown_the_reports(site: Datasette) -> None:
    robots = get(site, "/robots.txt").text
    assert "Disallow: /*?\n" in robots
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    index = etree.fromstring(get(site, "/sitemap.xml").content)
    (part,) = [place.text for place in index.iter("{*}loc")]
    pages = [place.text for place in etree.fromstring(get(site, urlsplit(part).path).content).iter("{*}loc")]
    assert len(pages) == 29 + 10
    assert "http://localhost/reports/reports/990101-2020" in pages
    for address in pages[:8]:
        answer = get(site, urlsplit(address).path)
        assert answer.status_code == 200
        assert 'content="noindex' not in answer.text
    assert get(site, "/sitemap-2.xml").status_code == 404
    for link in page(site, "/reports/reports?_search=水").css(".facets a, .sorts a"):
        assert link.attributes["rel"] == "nofollow"


def test_headers_shut_the_page_in(site: Datasette) -> None:
    for path in ("/", "/nothing", "/coverage.json", "/feed.atom", "/static/site.css"):
        headers = get(site, path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"


# --- lost and corrected


def test_someone_lost_is_helped(site: Datasette) -> None:
    tree = page(site, "/reports/reports/990121-2020", 404)
    assert "示例省 › 样例市 › 丙寅县" in words_of(tree, ".lead")
    assert [link.text() for link in tree.css(".years a")] == ["2019", "2021", "2022", "2023", "2024"]
    assert tree.css("a[href='/coverage/990121']")


def test_an_id_that_moved_leads_to_where_it_is(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.add_basis()
    writer.add_report("990101", 2020)
    writer.db.table("aliases").insert({"old_id": "990101-2019", "id": "990101-2020", "since": "1", "why": "year"})
    writer.close()
    publish(writer.home)
    site = make_app(writer.home.snapshot)
    for form in ("", ".txt", ".bib"):
        answer = get(site, f"/reports/reports/990101-2019{form}")
        assert answer.status_code == 301
        assert answer.headers["location"] == f"/reports/reports/990101-2020{form}"


def test_an_error_becomes_a_line_of_corrections(site: Datasette) -> None:
    tree = page(site, "/about?id=990101-2020&field=title&value=甲,“乙”&evidence=x&who=y&on=2026-11-22")
    assert words_of(tree, "pre.cite") == 'id,field,value,evidence,who,on 990101-2020,title,"甲,“乙”",x,y,2026-11-22'
    assert page(site, f"/about?id={quote(HOSTILE)}&value=1").css("main script") == []


def test_the_keepers_pages(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.add_basis()
    writer.add_report("990101", 2020)
    writer.add_problem("990101-2020", "cut", severity="major")
    row = {"source": "ku", "requests": 12, "captures": 3, "bytes": 2048, "seconds": 9.5}
    for n, verdict in enumerate(("ok", "blocked", None)):
        run = {"id": f"ku-{n}", "started_at": f"2026-03-0{n + 1}T00:00:00Z", "verdict": verdict, "reason": HOSTILE}
        writer.db.table("runs").insert(row | run)
    writer.close()
    publish(writer.home)
    site = make_app(writer.home.snapshot)
    runs = page(site, "/runs")
    assert [cell.text() for cell in runs.css("tbody .badge")] == ["未结束", "被网站拒绝", "有新页面"]
    assert runs.css("main script") == []
    assert len(page(site, "/runs?source=nobody").css("tbody tr")) == 0
    problems = page(site, "/problems")
    assert "文本被截断" in words_of(problems, "tbody")
    sources = page(site, "/sources")
    assert "示例报告库" in words_of(sources, "tbody")
    for name in ("sources", "runs", "problems"):
        assert get(site, f"/{name}.json").json()


def test_no_link_leads_nowhere(site: Datasette) -> None:
    """Every page's links within the site, one of a kind (path and names of parameters), are followed once."""
    wanted: dict[tuple[str, tuple[str, ...]], str] = {}
    for path in PAGES.values():
        tree = page(site, path.partition("#")[0])
        anchors = {element.attributes["id"] for element in tree.css("[id]")}
        for link in tree.css("a[href]"):
            address = urlsplit(link.attributes["href"] or "")
            if address.scheme or address.netloc:
                continue
            if not address.path:
                assert address.fragment in anchors, f"{path}: #{address.fragment}"
                continue
            names = tuple(sorted(parse_qs(address.query, keep_blank_values=True)))
            kind = re.sub(r"\d{6}-\d{4}|/\d{6}|[0-9a-f]{16}(-\d)?|\d{4}|(?<=downloads/\d).*", "*", address.path)
            if "lang" not in names:
                wanted.setdefault((kind, names), address._replace(fragment="").geturl())
    assert len(wanted) > 50
    failed = {address: status for address in wanted.values() if (status := get(site, address).status_code) >= 400}
    assert failed == {}
