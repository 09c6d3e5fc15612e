"""Panels over a built archive of fictional reports: equal to a naive recount, holes explained; the examples run."""

from __future__ import annotations

import csv
import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.dictionary import Dictionary, long_rows, read_dictionary, wide_rows
from archive.errors import BadArgumentsError
from archive.fold import count_chars, fold
from archive.home import Home
from archive.outline import outline
from archive.panels import PANELS
from crawler.demo import REGIONS
from crawler.demo.reports import all_reports
from tests.command import baogao

# A source that should have given a year before the first: the hole of the panels.
SOURCE = """
name = "甲子区人民政府"
region = "990101"
start = ["http://www.jiazi.gov.example/index.html"]
[expect]
years = [2014, 2020]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An archive of the demo's reports, added as text files and built."""
    home = Home(tmp_path_factory.mktemp("panels") / "home").prepare()
    folder = tmp_path_factory.mktemp("texts")
    for report in all_reports():
        text = "\n".join([*report.head, *report.body, *report.glossary])
        (folder / f"{report.sitting.region}-{report.sitting.year}.txt").write_text(text, encoding="utf-8")
    shutil.copy(REGIONS, home.regions)
    (home.root / "sources").mkdir(exist_ok=True)
    (home.root / "sources" / "jiazi.toml").write_text(SOURCE, encoding="utf-8")
    baogao(home, "add", folder)
    baogao(home, "build", "--jobs", "1")
    return home


@pytest.fixture
def db(built: Home) -> Iterator[sqlite3.Connection]:
    """A connection to it."""
    connection = sqlite3.connect(built.database)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def texts_of(db: sqlite3.Connection) -> dict[str, str]:
    """The texts of all reports."""
    sql = "select r.id, t.text from reports r join texts t on t.sha256 = r.text_sha256"
    return {row["id"]: row["text"] for row in db.execute(sql)}


def test_one_row_a_region_and_year_and_holes_are_explained(db: sqlite3.Connection) -> None:
    rows = db.execute("select * from panel").fetchall()
    assert len({(row["region"], row["year"]) for row in rows}) == len(rows)
    texts = texts_of(db)
    assert {row["report"] for row in rows if row["report"]} == set(texts)
    for row in rows:
        if row["report"] is None:
            assert row["state"] == "missing"
            assert "expected of source" in row["why"]
            assert row["chars"] is None
        else:
            text = texts[row["report"]]
            assert row["chars"] == count_chars(text)
            assert row["paragraphs"] == sum(bool(line) for line in text.split("\n"))
            assert row["capture"]
    assert any("jiazi" in row["why"] for row in rows if row["region"] == "990101")
    county = next(row for row in rows if row["region"] == "990101" and row["report"])
    assert (county["parent"], county["region_now"], county["level"]) == ("990100", "990101", "county")
    for name in PANELS:
        db.execute(f"select * from {name}").fetchall()


def test_the_growth_panel_says_what_the_texts_say(db: sqlite3.Connection) -> None:
    texts = texts_of(db)
    rows = [dict(row) for row in db.execute("select * from growth_panel")]
    planned = [row for row in rows if row["kind"] == "planned"]
    assert len(planned) >= 20
    for row in planned:
        naive = re.search(
            r"(?:预期目标|主要目标|目标安排)[为是]：地区生产总值增长([\d.]+)%(左右|以上)?", texts[row["report"]]
        )
        assert naive
        assert (row["low"], row["modifier"]) == (float(naive[1]), naive[2])
        assert row["sentence"] in texts[row["report"]]
        assert row["link"] == f"/reports/reports/{row['report']}#p{row['paragraph']}"
        if row["parent_low"] is not None:
            assert row["gap"] == pytest.approx(row["low"] - row["parent_low"])
    assert any(row["gap"] is not None for row in planned)
    for row in rows:
        if row["report"] and row["kind"] is None:
            assert "地区生产总值增长" not in texts[row["report"]]


def test_targets_stand_beside_what_the_next_report_says(db: sqlite3.Connection) -> None:
    texts = texts_of(db)
    rows = [row for row in db.execute("select * from target_outcomes") if row["reached"] is not None]
    assert len(rows) >= 10
    for row in rows:
        assert row["next_report"] == f"{row['region']}-{row['year'] + 1}"
        if row["indicator"] == "gdp_growth":
            assert f"{row['reached']:g}%" in texts[row["next_report"]].replace(".0%", "%")


def test_every_unit_stands_where_it_says(db: sqlite3.Connection) -> None:
    texts = texts_of(db)
    for row in db.execute("select * from targets"):
        if row["start"] is not None:
            numbers = [part.start for part in outline(texts[row["report"]])[1]]
            assert numbers[row["paragraph"] - 1] <= row["start"]
    for row in db.execute(
        "select m.*, t.term as words from mentions m join terms t on t.report = m.report and t.n = m.term"
    ):
        assert (
            texts[row["report"]][row["start"] : row["start"] + row["length"]] in row["words"].strip("“”") + row["words"]
        )


WORDS = st.lists(
    st.sampled_from(["渡口", "养老", "绿色", "５G", "百分之", "。", "生產", "不会出现的词"]), min_size=1, unique=True
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS)
def test_panels_equal_a_naive_recount(db: sqlite3.Connection, terms: list[str]) -> None:
    texts = texts_of(db)
    words = Dictionary(tuple(terms), tuple("" for _ in terms), "")
    for row in long_rows(db, words):
        if row["report"] is None:
            assert row["count"] is None
        else:
            folded = fold(texts[row["report"]])
            assert row["count"] == folded.count(fold(row["term"]))
            assert row["per_1000"] == round(1000 * row["count"] / row["chars"], 4)
    for row in wide_rows(db, words):
        if row["report"] is not None:
            assert row["total"] == sum(fold(texts[row["report"]]).count(fold(term)) for term in terms)


def test_only_parts_are_counted_where_asked(db: sqlite3.Connection) -> None:
    texts = texts_of(db)
    words = Dictionary(("安排", "回顾"), ("", ""), "")
    plan = {(row["report"], row["term"]): row for row in long_rows(db, words, ["plan"]) if row["report"]}
    for report, text in texts.items():
        spoken = [part for part in outline(text)[0] if part.kind == "plan" and part.level == 1]
        naive = sum(text[part.start : part.start + part.length].count("安排") for part in spoken)
        nested = sum(
            text[part.start : part.start + part.length].count("安排")
            for part in outline(text)[0]
            if part.kind == "government"
            and part.level == 2
            and any(p.start < part.start < p.start + p.length for p in spoken)
        )
        assert plan[report, "安排"]["count"] == naive - nested
        assert plan[report, "安排"]["chars"] < count_chars(text)


def test_the_command_writes_a_panel(built: Home, tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    words.write_text("词,类别\n渡口,水\n码头,水\n果园,田\n", encoding="gb18030")
    out = tmp_path / "panel.csv"
    done = baogao(built, "count", words, "--wide", "--out", out)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"水", "田", "total", "state", "why", "dictionary"} <= set(rows[0])
    assert {row["水"] for row in rows if not row["report"]} == {""}
    assert "cite none" in done.stderr
    assert baogao(built, "count", words, "--in", "heading", check=False).returncode == 2


def test_reports_are_measured_beside_last_years_and_their_parents(built: Home) -> None:
    rows = list(csv.DictReader(io.StringIO(baogao(built, "similar").stdout)))
    both = [row for row in rows if row["previous"]]
    assert both
    assert all(0 <= float(row["previous_shared"]) <= 1 for row in both)
    assert any(row["parent"] for row in rows)
    passages = list(
        csv.DictReader(io.StringIO(baogao(built, "similar", rows[-1]["report"], "--all", "--shortest", "10").stdout))
    )
    for row in passages:
        assert len(row["passage"]) == int(row["length"]) >= 10
        assert int(row["other_year"]) <= int(rows[-1]["year"])


def test_dictionaries_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    with pytest.raises(BadArgumentsError, match="cannot be read"):
        read_dictionary(path)
    for content, why in (
        ("", "empty"),
        ("a,b\nc,d\n", "no column `term`"),
        ("term\n", "names no term"),
        ("词\n水\n水\n", "twice"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(BadArgumentsError, match=why):
            read_dictionary(path)
    path.write_text("水\n树\n", encoding="utf-8")
    assert read_dictionary(path).terms == ("水", "树")


def test_the_examples_run_and_draw(built: Home, tmp_path: Path) -> None:
    pytest.importorskip("pandas", reason="skipped: pandas is not installed")
    from tests.examples import environment_words, growth_targets, targets_outcomes

    growth = growth_targets.main(built.database, tmp_path)
    words = environment_words.main(built.database, tmp_path)
    pairs = targets_outcomes.main(built.database, tmp_path)
    assert len(growth) == len(words)
    assert growth.report.isna().sum() == words.total.isna().sum() > 0
    assert pairs.reached.notna().sum() > 0
    for name in ("growth_targets", "environment_words", "targets_outcomes"):
        assert (tmp_path / f"{name}.png").stat().st_size > 5000
        assert "<svg" in (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
