"""Damage is found where it is, and never where it is not."""

import csv
import io
import zipfile

import pytest

from archive.clean import clean_text
from archive.damage import common_characters, find_damage, lost_characters
from archive.model import Candidate
from archive.read import read_page
from tests import speech


def codes(text: str, *raw: str) -> set[str]:
    return {problem.code for problem in find_damage(text, Candidate(1, raw or (text[:100],)))}


# A text with the natural share of every watched character, made of nothing but them.
BALANCED = "".join(character * max(1, round(mean * 15)) for character, _, mean in common_characters())


@pytest.mark.parametrize("character", ["国", "以", "我", "中", "发", "的"])
def test_a_character_lost_throughout_is_named(character: str) -> None:
    damaged = BALANCED.replace(character, "")
    problems = find_damage(damaged, Candidate(1, ()))
    assert lost_characters(problems) == character
    (problem,) = [problem for problem in problems if problem.code == "lost_character"]
    assert "about" in problem.detail


def test_a_balanced_text_has_lost_nothing() -> None:
    assert codes(BALANCED) == set()


def test_a_short_text_is_not_judged() -> None:
    assert "lost_character" not in codes(speech.paragraph(1))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("question_marks", "今年????的工作????很好????。"),
        ("unreadable_characters", "今年的工作\ufffd很好。"),
        ("pinyin_in_brackets", "現(xiàn)在報(bào)告區(qū)長(zhǎng)工(gōng)作。"),
        ("stars", "我们**推进，*发展，**落实。"),
        ("anonymised", "XX镇在20xx年的工作。"),
        ("missing_year", "一、年工作回顾\n做了很多。"),
        ("repeated", "\n".join([speech.paragraph(1)] * 3)),
        ("token_noise", "\n".join(speech.sentence(n) + "vfO" for n in range(8))),
        ("escaped_markup", "今年&nbsp;的工作\\r\\n很好。"),
    ],
)
def test_each_kind_is_found(code: str, text: str) -> None:
    assert codes(text) == {code}


def test_a_run_together_page_is_noted() -> None:
    assert codes("一段。", speech.paragraph(0, 80)) == {"paragraphs_run_together"}


def test_a_text_that_fills_a_table_cell_is_cut() -> None:
    assert "cut_at_cell_limit" in codes("一段。", *["一" * 327] * 99, "一" * 295)


def test_a_clean_report_is_not_damaged() -> None:
    lines = speech.report(paragraphs=1)[:8]
    assert codes("\n".join(lines), *lines) == set()


def test_no_false_alarm_on_62_provincial_reports(shared) -> None:
    csv.field_size_limit(10**8)
    texts = {}
    for path in sorted((shared / "data" / "reports-2026-csv").glob("*.csv")):
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
            texts[path.name] = clean_text(row["full_text"].split("\n"))
    with zipfile.ZipFile(shared / "data" / "reports-2025-docx.zip") as archive:
        for member in archive.infolist():
            texts[member.filename] = clean_text(read_page(archive.read(member)).paragraphs)
    assert len(texts) == 62
    assert {name: found for name, text in texts.items() if (found := codes(text))} == {}
