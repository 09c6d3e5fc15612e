"""The search page: what it finds, how it spreads, its other forms, what it says when it finds nothing."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from datasette.app import Datasette
from selectolax.lexbor import LexborHTMLParser

from archive.fold import fold
from archive.home import Home
from archive.site.asking import BadAskingError, read_asking
from tests.small_archive import HOSTILE


def get(site: Datasette, path: str, **parameters: str) -> httpx.Response:
    return asyncio.run(site.client.get(f"{path}?{urlencode(parameters)}" if parameters else path))


def ids(site: Datasette, **parameters: str) -> list[str]:
    answer = get(site, "/search.json", size="max", **parameters)
    assert answer.status_code == 200, answer.text
    return [result["id"] for result in answer.json()["results"]]


def page(site: Datasette, **parameters: str) -> LexborHTMLParser:
    answer = get(site, "/search", **parameters)
    assert answer.status_code == 200, answer.text[:500]
    tree = LexborHTMLParser(answer.text)
    assert len(tree.css("h1")) == 1
    identifiers = [element.attributes["id"] for element in tree.css("[id]")]
    assert len(identifiers) == len(set(identifiers))
    return tree


def words_of(tree: LexborHTMLParser, css: str) -> str:
    return " ".join(" ".join(element.text() for element in tree.css(css)).split())


@pytest.fixture(scope="module")
def texts(published: Home) -> dict[str, str]:
    with closing(sqlite3.connect(published.snapshot)) as db:
        return {
            id: fold(text)
            for id, text in db.execute("select id, coalesce(title, '') || char(10) || text from full_reports")
        }


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("营商环境", lambda text: "营商环境" in text),
        ("旧改 水库", lambda text: "旧改" in text and "水库" in text),
        ("旧改 OR 水环境", lambda text: "旧改" in text or "水环境" in text),
        ("各位代表 -旧改", lambda text: "各位代表" in text and "旧改" not in text),
        ("14亿元", lambda text: "14亿元" in text),
        ("4亿元", lambda text: False),
        ("84.6亿元", lambda text: "84.6亿元" in text),
        ("“二级旧里以下房屋改造12万平方米，累计”", lambda text: "二级旧里以下房屋改造12万平方米,累计" in text),
        ("各位代表 -“持续優化營商環境，为市场主体”", lambda text: "各位代表" in text and "持续优化营商环境,为市场主体" not in text),
    ],
)  # fmt: skip
def test_it_finds_what_the_texts_hold(site: Datasette, texts: dict[str, str], query: str, holds) -> None:
    assert sorted(ids(site, q=query)) == sorted(id for id, text in texts.items() if holds(text))


def test_facets_count_under_the_other_filters(site: Datasette) -> None:
    told = get(site, "/search.json", q="各位代表", level="county", years="2019-2020").json()
    assert told["total"] == sum(told["facets"]["year"][year] for year in ("2019", "2020"))
    assert set(told["facets"]["level"]) == {"county", "prefecture", "province"}
    assert list(told["facets"]["year"]) == sorted(told["facets"]["year"], reverse=True)
    top = get(site, "/search.json", q="各位代表").json()["facets"]["region"]
    assert set(top) == {"示例省"}
    below = get(site, "/search.json", q="各位代表", region="示例省/样例市").json()["facets"]["region"]
    assert set(below) == {f"示例省/样例市/{name}" for name in ("甲子区", "乙丑区", "丙寅县")}


def test_order(site: Datasette) -> None:
    newest = [int(id[7:11]) for id in ids(site, q="各位代表", sort="newest")]
    assert newest == sorted(newest, reverse=True)
    oldest = [int(id[7:11]) for id in ids(site, q="各位代表", sort="oldest")]
    assert oldest == sorted(oldest)
    assert sorted(ids(site, q="各位代表")) == sorted(ids(site, q="各位代表", sort="oldest"))


def test_a_passage_leads_to_its_paragraph(site: Datasette) -> None:
    tree = page(site, q="营商环境", region="示例省/样例市/甲子区", years="2022")
    (mark,) = tree.css("mark")
    assert mark.text() == "營商環境"
    (place,) = tree.css("a.place")
    address = place.attributes["href"] or ""
    report = LexborHTMLParser(asyncio.run(site.client.get(address.partition("#")[0])).text)
    assert "營商環境" in report.css_first(f"[id='{address.partition('#')[2]}']").text()
    told = get(site, "/search.json", q="营商环境", years="2022").json()["results"][0]["passages"][0]
    assert [told["text"][start:end] for start, end in told["marks"]] == ["營商環境"]


def test_pages_add_up_and_each_search_has_one_address(site: Datasette) -> None:
    everything = ids(site, q="各位代表")
    found, address = [], "/search.json?q=各位代表&size=4"
    while address:
        told = get(site, address).json()
        found += [result["id"] for result in told["results"]]
        address = told["next"]
    assert found == everything
    tree = page(site, q="  各位代表 ", sort="newest", level="county", page="2")
    permanent = tree.css_first("a.permanent").attributes["href"]
    assert permanent == tree.css_first("link[rel=canonical]").attributes["href"]
    assert words_of(LexborHTMLParser(get(site, permanent or "").text), ".reports h2") == words_of(tree, ".reports h2")
    assert "没有这一页" in words_of(page(site, q="各位代表", page="99"), ".nothing")


def test_csv_has_every_result_and_every_paragraph(site: Datasette, texts: dict[str, str]) -> None:
    answer = get(site, "/search.csv", q="旧改")
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["id"] for row in rows] == ids(site, q="旧改")
    answer = get(site, "/search.csv", q="旧改", by="paragraph")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert sum(int(row["hits"]) for row in rows) == sum(
        text.partition("\n")[2].count("旧改") for text in texts.values()
    )
    assert all("旧改" in fold(row["paragraph_text"]) for row in rows)


def test_no_cell_is_a_formula(site: Datasette) -> None:
    from archive.site.plugins.searching import write_rows

    assert write_rows([["=1+1", "-2", 3, None, "水,\n火"]]) == "'=1+1,'-2,3,,\"水,\n火\"\r\n"


def test_nothing_found_says_what_would_be(site: Datasette) -> None:
    said = words_of(page(site, q="营商环境 没有这词"), ".nothing")
    assert "没有这词 0 份报告" in said
    assert re.search(r"营商环境 [1-9]", said)
    assert "营商环境 各位" in words_of(page(site, q="营商环境各位"), ".nothing")
    assert "旧改 历史风貌" in words_of(page(site, q="旧改、历史风貌"), ".nothing")
    assert "去掉筛选条件" in words_of(page(site, q="旧改", years="1999"), ".nothing")
    for suggestion in page(site, q="营商环境各位").css(".nothing ul a"):
        assert LexborHTMLParser(get(site, suggestion.attributes["href"] or "").text).css("mark")


def test_without_a_word_everything_is_listed(site: Datasette, texts: dict[str, str]) -> None:
    assert len(ids(site)) == len(texts)
    assert page(site).css("details.help[open]")


@pytest.mark.parametrize(
    "parameters",
    [
        {"q": HOSTILE}, {"q": "水", "region": HOSTILE}, {"q": "水", "level": HOSTILE}, {"q": '" OR 1=1 --'},
        {"q": "'; drop table reports; --"}, {"q": "水", "trust": "' or ''='"}, {"q": "水" * 1000}, {"q": "a " * 500},
        {"q": "\0水"}, {"q": "-" * 900}, {"q": "水 OR " * 160}, {"q": " ".join(f"{n}年" for n in range(180))},
        {"q": " ".join(f"-词{n}、语" for n in range(120))},
    ],
)  # fmt: skip
def test_anything_can_be_asked(site: Datasette, parameters: dict[str, str], capfd: pytest.CaptureFixture[str]) -> None:
    for path in ("/search", "/search.json", "/search.csv"):
        answer = get(site, path, **parameters)
        assert answer.status_code == 200, answer.text[:300]
        assert path != "/search" or "<script" not in answer.text
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "parameters",
    [{"q": "水" * 1001}, {"sort": "x"}, {"page": "0"}, {"page": "-1"}, {"page": "9" * 40}, {"size": "101"},
     {"years": "20"}, {"years": "2020 or 1=1"}, {"years": "20202021"}],
)  # fmt: skip
def test_what_means_nothing_is_said(site: Datasette, parameters: dict[str, str]) -> None:
    answer = get(site, "/search", **parameters)
    assert answer.status_code == 400
    assert "LexborHTMLParser" not in answer.text
    assert get(site, "/search.json", **parameters).json()["ok"] is False


def test_years_as_people_write_them() -> None:
    for given, span in {
        "2020": (2020, 2020),
        "2019-2021": (2019, 2021),
        "2019-": (2019, 0),
        "-2021": (0, 2021),
    }.items():
        asked = read_asking({"years": given})
        assert (asked.filters.first, asked.filters.last) == span
        assert asked.parameters()["years"] == given
    with pytest.raises(BadAskingError):
        read_asking({"years": "x"})


def test_english(site: Datasette) -> None:
    tree = page(site, q="旧改", lang="en")
    assert "reports hold" in words_of(tree, ".total") or "reports" in words_of(tree, ".total")
    assert not re.search("[\u4e00-\u9fff]", words_of(tree, ".help dd"))


def test_the_styles_are_served(site: Datasette) -> None:
    assert (Path(__file__).parents[1] / "archive/site/static/search.css").exists()
    assert get(site, "/static/search.css").status_code == 200
