"""The site on a real snapshot, asked in-process: pages, search, provenance, hostile text, errors."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from datasette.app import Datasette
from datasette.utils.asgi import Request
from datasette.views.base import DatasetteError
from selectolax.lexbor import LexborHTMLParser

from archive.fold import fold
from archive.home import Home
from archive.outline import outline
from archive.publish import publish
from archive.schema import TABLES, VIEWS
from archive.site import make_app, phrases, words
from archive.site.codes import PROBLEMS, TRUST_MEANINGS
from archive.site.plugins import answering
from archive.site.queries import is_link
from archive.site.reading import Place, lay_out
from tests.small_archive import HOSTILE, REGIONS, Writer, write_report

ROOT = Path(__file__).parents[1]


def get(site: Datasette, path: str) -> httpx.Response:
    return asyncio.run(site.client.get(path))


def page(site: Datasette, path: str, status: int = 200) -> LexborHTMLParser:
    """A page as a browser sees it, with what every page must have."""
    answer = get(site, path)
    assert answer.status_code == status, answer.text[:2000]
    tree = LexborHTMLParser(answer.text)
    assert tree.css_first("html").attributes["lang"] == "zh-CN"
    assert len(tree.css("h1")) == 1
    assert tree.css("script") == []
    for element in tree.css("link[href], img[src], form[action]"):
        address = element.attributes.get("href") or element.attributes.get("src") or element.attributes.get("action")
        assert address
        assert address.startswith("/") or element.attributes.get("rel") == "alternate", address
    identifiers = [element.attributes["id"] for element in tree.css("[id]")]
    assert len(identifiers) == len(set(identifiers))
    return tree


def words_of(tree: LexborHTMLParser, css: str) -> str:
    return " ".join(" ".join(element.text() for element in tree.css(css)).split())


# --- front page


def test_front_page_says_what_the_archive_holds(site: Datasette, published: Home) -> None:
    tree = page(site, "/")
    assert "报告29" in words_of(tree, ".counts")
    assert "2019–2024" in words_of(tree, ".counts")
    assert tree.css_first("form[role=search]").attributes["action"] == "/search"
    assert tree.css_first("form[role=search] input").attributes["name"] == "q"
    assert words_of(tree, ".grid tbody th").split() == [name for name, *_ in REGIONS.values()]
    assert tree.css_first('.grid a[href="/reports/reports/990121-2019"]').attributes["class"] == "cell damaged"
    # What no source has promised is not called missing.
    assert [cell.attributes["title"] for cell in tree.css(".grid .no_source")] == ["丙寅县 2020：还没有来源收录该地区"]
    assert len(tree.css(".newest li")) == 8
    digest = sha256(published.snapshot.read_bytes()).hexdigest()
    assert digest in words_of(tree, "#download ~ dl")
    for link in tree.css(".examples a"):
        assert int(words_of(page(site, link.attributes["href"] or ""), ".total strong")) > 0


def test_a_year_a_source_should_give_is_shown_as_missing(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.add_basis()
    for year in (2019, 2021):
        writer.add_report("990100", year)
    writer.add_report("990101", 2021, id="990101-2021")
    writer.add_report("990101", 2021, id="990101-2021-b")
    writer.close()
    publish(writer.home)
    tree = page(make_app(writer.home.snapshot), "/")
    assert ["2020" in (cell.attributes["title"] or "") for cell in tree.css(".grid .missing")] == [True]
    assert tree.css('.grid a[href="/reports/reports?region=990101&year=2021"]')


def test_front_page_of_a_large_archive_has_a_row_a_province(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    row = {"province": "示例省", "level": "county", "year": 2020, "trust": "official", "copies": 1, "chars": 9}
    writer.db.table("reports").insert_all(
        row | {"id": f"99{n:04}-2020", "region": f"99{n:04}", "name": f"示{n}县", "n": n} for n in range(1, 140)
    )
    writer.close()
    publish(writer.home)
    tree = page(make_app(writer.home.snapshot), "/")
    assert words_of(tree, ".grid tbody") == "示例省 139"


def test_front_page_of_an_empty_archive(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.close()
    publish(writer.home, accept="to try it")
    site = make_app(writer.home.snapshot)
    assert "还没有报告" in words_of(page(site, "/"), ".columns")
    assert words_of(page(site, "/reports/reports?_search=水"), ".total strong") == "0"


# --- search


@pytest.mark.parametrize("word", ["营商环境", "旧改", "一网通办", "水", "各位代表", "新建改建道路", "没有这个词"])
def test_search_box_finds_exactly_what_contains_the_word(site: Datasette, published: Home, word: str) -> None:
    with closing(sqlite3.connect(published.snapshot)) as db:
        expected = sorted(id for id, text in db.execute("select id, text from full_reports") if word in fold(text))
    found = get(site, f"/reports/reports.json?_search={quote(word)}&_shape=array&_size=max").json()
    assert sorted(row["id"] for row in found) == expected
    lines = get(site, f"/reports/reports.csv?_search={quote(word)}&_size=max").text.split()
    assert len(lines) - 1 == len(expected)
    tree = page(site, f"/reports/reports?_search={quote(word)}")
    assert int(words_of(tree, ".total strong")) == len(expected)
    assert len(tree.css(".reports > li")) == min(20, len(expected))
    assert {fold(mark.text()) for mark in tree.css("mark")} == ({word} if expected else set())


@pytest.mark.parametrize("typed", ['"', "OR", "-", "NEAR(水", "水*", "(", "水 AND", "-水", "^", "{a}:b", "水" * 3000])
def test_search_box_takes_anything(site: Datasette, typed: str) -> None:
    page(site, f"/reports/reports?{urlencode({'_search': typed})}")


def test_list_has_facets_in_chinese_and_a_table_view(site: Datasette) -> None:
    tree = page(site, "/reports/reports?_search=水")
    assert [heading.text().split()[0] for heading in tree.css(".facet h2")] == ["年份", "省份", "级别", "可信程度"]
    assert [link.text() for link in tree.css("#facet-year a")][:2] == ["2024", "2021"]
    assert "县级" in words_of(tree, "#facet-level")
    chosen = page(site, "/reports/reports?_search=水&level=county&year=2024&_sort=region")
    assert [link.attributes["href"] for link in chosen.css(".reports h2 a")] == [
        f"/reports/reports/{code}-2024?q=%E6%B0%B4#hit" for code in ("990101", "990102", "990121")
    ]
    for path in ("?_view=table", "?_col=id&_col=year", "?_nocol=title&_search=水"):
        assert page(site, f"/reports/reports{path}").css("table.rows tbody tr")


# --- a report


def test_report_is_set_for_reading(site: Datasette) -> None:
    tree = page(site, "/reports/reports/990101-2020?q=营商环境")
    assert words_of(tree, "h1") == "2020年甲子区人民政府工作报告"
    assert words_of(tree, ".text h2") == "一、2019年工作回顾 二、2020年工作安排 名词解释"
    assert [link.text() for link in tree.css(".contents a")] == [h.text() for h in tree.css(".text h2, .text h3")]
    for link in tree.css(".contents a, .found a[href^='#'], .facts a[href^='#']"):
        assert tree.css_first(f"[id='{(link.attributes['href'] or '')[1:]}']") is not None
    assert [mark.text() for mark in tree.css(".text mark")] == ["营商环境"]
    assert tree.css_first("#hit").text() == "营商环境"
    text = write_report("甲子区", "county", 2020, "赵示例")
    assert [block.text() for block in tree.css_first(".text").css("p, h2, h3")] == text.split("\n")
    for fact in ("示例省 › 样例市 › 甲子区", "2020-01-12", "甲子区第九届人民代表大会第三次会议", "赵示例"):
        assert fact in words_of(tree, ".report-head")
    assert TRUST_MEANINGS["official"] in words_of(tree, ".trust")
    assert "990101-2020" in words_of(tree, ".cite")
    assert words_of(tree, "section[aria-labelledby=years] .years") == "2019 2020 2021 2022 2023 2024"
    assert words_of(tree, "section[aria-labelledby=family] .years") == "示例省 样例市 乙丑区"


def test_every_copy_is_shown_with_address_time_and_digest(site: Datasette, published: Home) -> None:
    tree = page(site, "/reports/reports/990101-2020")
    with closing(sqlite3.connect(published.snapshot)) as db:
        copies = db.execute(
            "select url, fetched_at, payload_sha256, why from provenance where report = '990101-2020' order by rank"
        ).fetchall()
    shown = [LexborHTMLParser(item.html or "") for item in tree.css(".copies > li")]
    assert len(shown) == len(copies) == 4
    for item, (url, fetched_at, digest, why) in zip(shown, copies, strict=True):
        said = words_of(item, "li")
        assert digest in said
        assert why in said
        assert (url or "网址不详") in said
        assert (fetched_at[:10] if fetched_at else "时间不详") in said
    assert [link.attributes["href"] for item in shown for link in item.css(".url a")] == [copies[0][0], copies[1][0]]
    # The copy that is used says nothing of how like itself it is.
    assert ["相似度" in words_of(item, "dt") for item in shown] == [False, True, True, True]


def test_damage_is_said_in_plain_words_and_marked(site: Datasette) -> None:
    tree = page(site, "/reports/reports/990121-2019")
    assert "残缺" in words_of(tree, ".trust")
    assert words_of(tree, ".lost") == "我"
    assert "通篇缺字：我" in words_of(tree, ".problems .major")
    assert [place.text() for place in tree.css(".place")] == ["3200户"]


def test_plain_text_json_and_unknown_reports(site: Datasette) -> None:
    text = get(site, "/reports/reports/990101-2020.txt")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.text == write_report("甲子区", "county", 2020, "赵示例") + "\n"
    rows = get(site, "/reports/reports/990101-2020.json?_shape=array").json()
    assert rows[0]["title"] == "2020年甲子区人民政府工作报告"
    for path in ("/reports/reports/990101-1900", "/reports/reports/990101-1900.txt"):
        assert "没有这份报告" in words_of(page(site, path, 404), "h1")
    for path in ("/nothing/here", "/reports/nothing/here", "/reports/-/here"):
        assert "没有这一页" in words_of(page(site, path, 404), "h1")
    assert get(site, "/reports/reports/990101-1900.json").json()["status"] == 404


def test_a_page_that_took_too_long_is_not_called_lost(site: Datasette) -> None:
    error = DatasetteError("SQL query took too long", title="SQL Interrupted", status=400)
    answer = asyncio.run(answering.handle_exception(site, Request.fake("/reports/reports.json"), error)())
    assert answer.status == 400


def test_report_without_title_address_time_or_outline(site: Datasette) -> None:
    tree = page(site, "/reports/reports/990121-2021")
    assert words_of(tree, "h1") == "丙寅县2021年政府工作报告"
    assert "原文没有标题" in words_of(tree, ".report-head")
    assert "网址不详" in words_of(tree, ".facts")
    assert len(tree.css(".text h2")) == 3


def test_hostile_text_stays_text(site: Datasette) -> None:
    for path in (
        "/reports/reports/990102-2019?q=水利",
        "/reports/reports?_search=水利",
        "/reports/reports?_view=table&year=2019",
        "/reports/copies?report=990101-2020",
        f"/reports/reports?{urlencode({'_search': HOSTILE})}",
        f"/reports/reports/990101-2020?{urlencode({'q': HOSTILE})}",
        f"/reports/reports?{urlencode({'_where': HOSTILE})}",
        f"/reports?{urlencode({'sql': 'select ' + repr(HOSTILE) + ' as x'})}",
        "/",
    ):
        answer = get(site, path)
        assert "<script" not in answer.text, path
        tree = LexborHTMLParser(answer.text)
        assert tree.css("main script, main img, main [onerror]") == []
        assert [link for link in tree.css("a[href]") if (link.attributes["href"] or "").startswith("javascript")] == []
    assert words_of(page(site, "/reports/reports/990102-2019"), "h1") == f"{HOSTILE} 乙丑区 2019"


@pytest.mark.parametrize(
    ("url", "link"),
    [("https://x.example/", True), ("HTTP://x.example", True), ("javascript:alert(1)", False), ("http://[", False),
     (None, False), ("urn:sha256:ab", False), ("data:text/html,x", False), ("//x.example", False)],
)  # fmt: skip
def test_only_web_addresses_become_links(url: object, link: bool) -> None:
    assert is_link(url) is link


# --- Datasette's own


def test_tables_follow_their_links_and_say_what_columns_mean(site: Datasette) -> None:
    tree = page(site, "/reports")
    assert "抄本 copies" in words_of(tree, ".tables")
    assert page(site, "/reports/copies").css('a[href="/reports/reports/990101-2020"]')
    assert "编号：代码-启用年份" in words_of(page(site, "/reports/regions"), ".codebook")
    assert page(site, "/reports/captures").css("table.rows")
    for name in VIEWS:
        page(site, f"/reports/{name}")
    assert page(site, "/reports/regions/990101-1990").css(".row-facts")
    assert words_of(page(site, "/reports?sql=select+1+as+one"), "table.rows tbody") == "1"
    assert page(site, "/reports?sql=selec", 400).css(".detail")
    assert get(site, "/reports/full_reports.json?_search=旧改&_shape=array").json()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("best: whole, official", "居首：完整，政府或人大网站"),
        ("forum after press", "论坛，排在报刊之后"),
        ("国 is missing throughout, about 105 times", "“国”一次未见，本应约有 105 处"),
        ("3 places, first {0}", "3 处，首处为 {0}"),
        ("ends in 上人才192名,不...", "止于“上人才192名,不...”"),
        ("the title says 2024, the report plans 2023", "标题写 2024 年，报告安排的是 2023 年"),
        (
            "day of the speech says 2026 (2026-01-26), heading of the plan says 2025 (二、2025年任务)",
            "讲话日期为 2026 年（2026-01-26），安排部分的小标题为 2025 年（二、2025年任务）",
        ),
        ("something nobody foresaw", "something nobody foresaw"),
    ],
)
def test_what_the_steps_say_is_said_in_chinese(told: str, said: str) -> None:
    assert phrases.say(told) == said


def test_every_problem_the_code_can_find_has_chinese_words() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "archive").rglob("*.py")]
    codes = {code for source in sources for code in re.findall(r'Problem\(\s*"(\w+)"', source)}
    assert len(codes) > 20
    assert codes - PROBLEMS.keys() == set(), "give these words in archive/site/codes.py"


def test_every_published_table_and_column_has_chinese_words() -> None:
    published = [name for name, table in TABLES.items() if table.published]
    missing = [name for name in (*published, *VIEWS) if name not in words.TABLES]
    missing += [
        f"{name}.{column}"
        for name in published
        for column, (_, meaning) in TABLES[name].columns.items()
        if words.name_column(name, column, meaning) == meaning
    ]
    assert missing == [], "give these words in archive/site/words.py"


def test_download_is_the_published_file_under_its_version(site: Datasette, published: Home) -> None:
    answer = get(site, "/reports.db")
    assert answer.content == published.snapshot.read_bytes()
    assert re.search(r'filename="reports-\d{4}\.\d\d\.\d\d\.db"', answer.headers["content-disposition"])


def test_headers_and_write_access(site: Datasette) -> None:
    headers = get(site, "/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    for sql in ("delete from reports", "drop table texts", "pragma writable_schema = 1", "attach 'x.db' as x"):
        assert get(site, f"/reports.json?{urlencode({'sql': sql})}").status_code == 400


def test_errors_print_no_traceback(site: Datasette, capfd: pytest.CaptureFixture[str]) -> None:
    get(site, "/reports/reports/nothing")
    get(site, "/reports?sql=selec")
    printed = capfd.readouterr()
    assert "Traceback" not in printed.out + printed.err


def test_a_file_without_its_versioned_name_is_served_too(published: Home, tmp_path: Path) -> None:
    path = tmp_path / "reports.db"
    path.write_bytes(published.snapshot.read_bytes())
    assert "报告29" in words_of(page(make_app(path), "/"), ".counts")


# --- layout


def test_marks_are_cut_where_they_begin_and_end() -> None:
    text = "标题\n各位代表：\n一、回顾\n营商环境好"
    sections, paragraphs = outline(text)
    start = text.index("营商")
    layout = lay_out(
        text, "标题", sections, paragraphs, [Place(start, start + 4), Place(start + 2, start + 5, "problem", "缺字")]
    )
    assert [(block.kind, block.level) for block in layout.blocks] == [
        ("title", 0), ("paragraph", 0), ("heading", 1), ("paragraph", 0),
    ]  # fmt: skip
    assert [(part.text, part.hit, part.problem) for part in layout.blocks[-1].parts] == [
        ("营商", True, None), ("环境", True, "缺字"), ("好", False, "缺字"),
    ]  # fmt: skip
    assert [part.first_hit for part in layout.blocks[-1].parts] == [True, False, False]
    assert [heading[2] for heading in layout.headings] == ["一、回顾"]


def test_an_empty_search_shows_everything(site: Datasette) -> None:
    everything = get(site, "/reports/reports.json").json()["filtered_table_rows_count"]
    for blank in ("", "+", "%20%20", "%E3%80%80"):
        shown = get(site, f"/reports/reports.json?_search={blank}&_facet=year").json()
        assert shown["filtered_table_rows_count"] == everything, blank


def test_tables_of_a_later_stage_are_shown_once_they_hold_something(site: Datasette) -> None:
    hidden = {table["name"] for table in get(site, "/reports.json").json()["tables"] if table["hidden"]}
    assert {"targets", "terms"} <= hidden
