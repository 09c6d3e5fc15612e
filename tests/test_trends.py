"""Trends: the counts are those of a scan of the texts; chart, table, files say the same."""

from __future__ import annotations

import asyncio
import csv
import io
import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from datasette.app import Datasette
from selectolax.lexbor import LexborHTMLParser

from archive.fold import fold
from archive.hits import find_phrase
from archive.home import Home
from archive.publish import publish
from archive.search import HAN, make_phrase
from archive.site.finding import NO_FILTERS, read_catalogue
from archive.site.trends import Memory, count_phrase, read_phrases, trace_phrases
from tests.small_archive import HOSTILE, Writer


def get(site: Datasette, path: str, **parameters: str) -> httpx.Response:
    return asyncio.run(site.client.get(f"{path}?{urlencode(parameters)}"))


def told(site: Datasette, **parameters: str) -> list[dict[str, Any]]:
    phrases: list[dict[str, Any]] = get(site, "/trends.json", **parameters).json()["phrases"]
    return phrases


def check_counts(path: Path, words: list[str]) -> None:
    """Counts out of the index against a scan of every text."""
    with closing(sqlite3.connect(path)) as db:
        catalogue, memory = read_catalogue(db), Memory()
        rows = db.execute("select r.n - 1, t.text from reports r join texts t on t.sha256 = r.text_sha256").fetchall()
        texts = {place: fold(text) for place, text in rows}
        for word in words:
            phrase = make_phrase(word, quoted=True)
            assert phrase
            counts = count_phrase(db, catalogue, memory, phrase)
            found = dict(zip(counts.places.tolist(), counts.numbers.tolist(), strict=True))
            numbers = {place: sum(1 for _ in find_phrase(text, phrase)) for place, text in texts.items()}
            assert found == {place: number for place, number in numbers.items() if number}, word


def test_counts_are_those_of_the_texts(published: Home) -> None:
    with closing(sqlite3.connect(published.snapshot)) as db:
        runs = [run for (text,) in db.execute("select text from texts") for run in re.findall(f"[{HAN}]+", fold(text))]
    chance = random.Random(0)
    drawn = [run[:length] for run in chance.sample(runs, 60) if (length := chance.randint(1, 6))]
    words = ["水", "旧改", "营商环境", "年", "2400个", "84.6亿元", "12%", "5g", "各位代表！", "政府", "没有这个词"]
    check_counts(published.snapshot, [*words, *drawn])


def test_counts_are_those_of_real_texts(tmp_path: Path) -> None:
    shared = Path(__file__).parents[2] / "shared"
    if not shared.is_dir():
        pytest.skip("skipped: the real texts (../shared) are not at hand")
    paths = sorted((shared / "seeds").glob("*.txt")) + sorted((shared / "data").glob("reports-*-csv/*.csv"))
    writer = Writer(tmp_path)
    writer.add_basis()
    for year, path in enumerate(paths[:12], 2001):
        writer.add_report("990101", year, path.read_text(encoding="utf-8-sig"))
    writer.close()
    publish(writer.home, accept="real texts, as they are")
    check_counts(
        writer.home.snapshot,
        [
            "水",
            "发展",
            "高质量发展",
            "经济",
            "营商环境",
            "2025年",
            "5%",
            "个",
            "人",
            "亿元",
            "一",
            "社会主义现代化",
            "ai",
            "、",
        ][:-1],
    )


def test_by_year_region_and_first_seen(site: Datasette, published: Home) -> None:
    (trend,) = told(site, q="营商环境")
    with closing(sqlite3.connect(published.snapshot)) as db:
        rows = db.execute(
            "select r.year, r.chars, r.region_name, r.id, t.text from full_reports r join texts t using(text)"
        )
        texts = [(*row[:4], fold(row[4]).count("营商环境")) for row in rows]
    for year in {row[0] for row in texts}:
        here = [row for row in texts if row[0] == year]
        cell = trend["years"][str(year)]
        assert cell["reports"] == len(here)
        assert cell["count"] == sum(row[4] for row in here)
        assert cell["per_1000"] == pytest.approx(1000 * cell["count"] / sum(row[1] for row in here))
        assert cell["share"] == pytest.approx(sum(row[4] > 0 for row in here) / len(here))
    assert trend["total"]["count"] == sum(row[4] for row in texts)
    assert {report["year"] for report in trend["first_reports"]} == {min(row[0] for row in texts if row[4])}
    (below,) = told(site, q="营商环境", region="示例省/样例市", level="county", years="2020-2022")
    assert set(below["regions"]) == {f"示例省/样例市/{name}" for name in ("甲子区", "乙丑区", "丙寅县")}
    assert set(below["years"]) == {"2020", "2021", "2022"}
    assert sum(cell["count"] for cell in below["regions"].values()) == below["total"]["count"]


def test_phrases_are_parted_as_people_write_them() -> None:
    for query in ("养老，托育", "养老 托育", "养老、托育", "养老;托育", "养老 OR 托育", "养老|托育 养老"):
        assert [phrase.literal for phrase in read_phrases(query)] == ["养老", "托育"]
    assert [phrase.literal for phrase in read_phrases("“养老、托育” 互联网+")] == ["养老、托育", "互联网+"]
    assert len(read_phrases(" ".join(f"{n}年" for n in range(30)))) == 8


def test_page_chart_and_files(site: Datasette) -> None:
    for language in ("zh", "en"):
        for measure in ("per_1000", "count", "share"):
            answer = get(site, "/trends", q="营商环境，旧改", measure=measure, lang=language)
            assert answer.status_code == 200
            tree = LexborHTMLParser(answer.text)
            (chart,) = tree.css("figure svg")
            assert [label.text() for label in chart.css(".role-legend-label text")] == ["营商环境", "旧改"]
            assert "style=" not in (chart.html or "")
    table = " ".join(tree.css_first("table.numbers").text().split())
    assert "2019" in table
    assert "2024" in table
    rows = list(csv.DictReader(io.StringIO(get(site, "/trends.csv", q="营商环境，旧改").text.removeprefix("\ufeff"))))
    trends = told(site, q="营商环境，旧改")
    for row in rows:
        trend = next(trend for trend in trends if trend["phrase"] == row["phrase"])
        cell = trend["years"][row["year"]] if row["year"] else trend["regions"][row["region"]]
        assert int(row["count"]) == cell["count"]
    svg = get(site, "/trends.svg", q="旧改")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.text.startswith("<svg")


@pytest.mark.parametrize(
    ("parameters", "status"),
    [({}, 200), ({"q": "没有这个词"}, 200), ({"q": "，。"}, 200), ({"q": HOSTILE}, 200), ({"q": "水" * 1001}, 400),
     ({"q": "水", "region": HOSTILE}, 200), ({"q": "水", "years": "x"}, 400),
     ({"q": "')] | //*", "level": "';--"}, 200)],
)  # fmt: skip
def test_anything_can_be_asked(site: Datasette, parameters: dict[str, str], status: int) -> None:
    assert get(site, "/trends", q="水", measure="x").status_code == 400
    for path in ("/trends", "/trends.json", "/trends.csv"):
        answer = get(site, path, **parameters)
        assert answer.status_code == status, (path, answer.text[:300])
        assert "<script" not in answer.text or path != "/trends"


def test_no_years_no_chart(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.close()
    with closing(sqlite3.connect(writer.home.database)) as db:
        db.execute("create virtual table reports_fts using fts5(body, title, content='')")
        phrases = read_phrases("水")
        (trend,) = trace_phrases(db, read_catalogue(db), phrases, NO_FILTERS)
    assert (trend.years, trend.total.count, trend.total.per_1000) == ({}, 0, None)
