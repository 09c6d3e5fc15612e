"""The fictional reports: the same every time, unlike each other, and nothing a detector or a reader would trip over."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from pdfminer.high_level import extract_text

from archive.clean import clean_text
from archive.damage import find_lost_characters
from archive.identify import Clues, identify
from archive.regions import load_regions
from crawler.demo import REGIONS, expected_reports
from crawler.demo.copies import load_copies
from crawler.demo.pdf import wrap, write_pdf
from crawler.demo.phrases import load_stock
from crawler.demo.reports import all_reports, count, write_report

# Two reports of which so much is shared are taken for different by a wide margin (READING §3.2: non-duplicates .136).
SHARED_AT_MOST = 0.15
RUN = 16

BY_ID = {report.id: report for report in all_reports()}


def plain(text: str) -> str:
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", text.lower())


def runs(text: str) -> list[str]:
    return [text[n : n + RUN] for n in range(len(text) - RUN + 1)]


def shared(shorter: list[str], longer: set[str]) -> float:
    """Share of the shorter text that lies in runs of RUN characters both have."""
    covered = bytearray(len(shorter) + RUN - 1)
    for n, run in enumerate(shorter):
        if run in longer:
            covered[n : n + RUN] = b"\1" * RUN
    return sum(covered) / len(covered)


def test_about_thirty_reports_of_a_report_s_length():
    assert len(BY_ID) == 30
    assert all(6000 <= len(report.text) <= 9000 for report in all_reports())


def test_no_two_reports_are_near_copies():
    texts = sorted(((report.id, runs(plain(report.text))) for report in all_reports()), key=lambda item: len(item[1]))
    sets = {id: set(of) for id, of in texts}
    worst = max((shared(short, sets[long]), id, long) for (id, short), (long, _) in combinations(texts, 2))
    assert worst[0] < SHARED_AT_MOST, worst


def test_the_same_words_in_every_process():
    code = (
        "import hashlib; from crawler.demo.reports import all_reports;"
        "print(hashlib.sha256(''.join(r.text for r in all_reports()).encode()).hexdigest())"
    )
    root = str(Path(__file__).parents[1])
    environment = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": root}
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == hashlib.sha256("".join(r.text for r in all_reports()).encode()).hexdigest()


def test_every_pattern_was_filled():
    for report in all_reports():
        assert not re.search(r"[\[\]{}<>$|]", report.text)
        assert not re.search(r"[，。；、：]{2}|^[，。；]", report.text, re.MULTILINE), report.id


@pytest.mark.parametrize("word", ["营商环境", "旧改", "一网通办", "养老", "数字经济", "名词解释"])
def test_words_people_search_for_stand_in_some_reports_only(word):
    holders = [report.id for report in all_reports() if word in report.text]
    assert 3 <= len(holders) < len(BY_ID)


def test_no_common_character_is_missing():
    for report in all_reports():
        assert [problem.detail for problem in find_lost_characters(report.text)] == [], report.id


def test_characters_that_copies_lose_are_common_enough_to_be_missed():
    lost = [(copy.report, copy.lost) for copy in load_copies() if copy.lost]
    assert len(lost) == len({character for _, character in lost}) == 5
    assert all(report.text.count(character) >= 30 for report, character in lost)


@pytest.mark.parametrize("wanted", expected_reports(), ids=lambda wanted: wanted["id"])
def test_each_is_recognised_as_what_it_is(wanted):
    text = clean_text(BY_ID[wanted["id"]].paragraphs)
    identity = identify(text, Clues(), load_regions(REGIONS))
    assert identity.is_report
    assert identity.complete
    assert not identity.problems
    fields = ("region", "region_name", "year", "title", "delivered_on")
    fields += ("congress", "session", "speaker", "speaker_post")
    assert {field: getattr(identity, field) for field in fields} == {field: wanted[field] for field in fields}


def test_no_name_of_a_real_region_stands_in_a_report():
    real = {name for name in load_regions().by_name if len(name) >= 3 and name != "中华人民共和国"}
    for report in all_reports():
        assert not [name for name in real if name in report.text], report.id


def test_names_of_roads_and_firms_stay_in_a_region():
    roads = load_stock().names["road"]
    used = [{road for road in roads if road in write_report("990100", year).text} for year in (2021, 2024)]
    assert used[0]
    assert len(used[0] | used[1]) <= 7


def test_december_reports_plan_the_next_year():
    report = write_report("990221", 2023)
    assert report.sitting.delivered_on == "2022-12-20"
    assert "一、2022年" in report.text
    assert "2023年" in report.text


def test_pdf_says_what_the_report_says():
    report = next(copy.report for copy in load_copies() if copy.form == "pdf")
    file = write_pdf(report.title, report.head[1:], (*report.body, *report.glossary))
    assert file.startswith(b"%PDF-1.4")
    text = extract_text(io.BytesIO(file))
    pages = re.findall(r"— (\d+) —", text)
    assert pages == [str(n) for n in range(1, len(pages) + 1)]
    assert len(pages) > 5
    # pdfminer knows no character for · in this encoding: the report has none.
    assert "·" not in report.text
    squeezed = re.sub(r"\s", "", re.sub(r"— \d+ —", "", text))
    assert squeezed == re.sub(r"\s", "", report.text)


def test_pdf_lines_break_where_they_may():
    lines = list(wrap("完成一般公共预算收入123.4亿元，增长5.6%；" * 8, 28))
    assert "".join(lines) == "完成一般公共预算收入123.4亿元，增长5.6%；" * 8
    assert all(line[0] not in "，；%." for line in lines)
    assert not any(re.search(r"[\d.]$", a) and re.match(r"[\d.%]", b) for a, b in pairwise(lines))
    with pytest.raises(ValueError, match="basic plane"):
        write_pdf("𠮷", (), ())


@pytest.mark.parametrize(("number", "words"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (31, "三十一")])
def test_count(number, words):
    assert count(number) == words
