"""Damage is found where it is, and never where it is not."""

import textwrap
from itertools import zip_longest

import pytest

from archive.columns import find_interleaved
from archive.damage import CELL_LIMIT, common_characters, find_damage, lost_characters
from archive.identify import Clues, identify
from archive.model import Candidate
from archive.read import read_page
from archive.regions import load_regions
from crawler.demo import REGIONS
from crawler.demo.reports import all_reports
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


def test_traditional_characters_are_not_lost_simplified_ones() -> None:
    traditional = BALANCED.translate(str.maketrans("国发会经济区业东实学", "國發會經濟區業東實學"))
    assert "lost_character" not in codes(traditional)


def test_a_balanced_text_has_lost_nothing() -> None:
    assert codes(BALANCED) == set()


def test_a_short_text_is_not_judged() -> None:
    assert "lost_character" not in codes(speech.paragraph(1))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("question_marks", "今年????的工作????很好????。"),
        ("unreadable_characters", "今年的工作\ufffd很好。"),
        ("pinyin_in_brackets", "现(xiàn)在报(bào)告区(qū)长(zhǎng)工(gōng)作。"),
        ("stars", "我们**推进，*发展，**落实。"),
        ("anonymised", "XX镇在20xx年的工作。"),
        ("missing_year", "一、年工作回顾\n做了很多。"),
        ("repeated", "\n".join([speech.paragraph(1)] * 3)),
        ("token_noise", "\n".join(speech.sentence(n) + "vfO" for n in range(8))),
        ("escaped_markup", "今年&nbsp;的工作\\r\\n很好。"),
        ("traditional", "過去一年，我們堅持穩中求進，經濟總體平穩。"),
        ("digits_lost", "收入增长%，下降个百分点，总额达到亿元。"),
        ("crossed_marks", "建“渡口“工程，办“学堂“实事，修《规划》》，立《办法》》。"),
        ("missing_chapter", "一、2023年工作回顾\n做了很多。\n三、加强政府自身建设\n还要再做。"),
        ("tag_cloud", "让我们努力奋斗！\n" + "丙寅县 丁卯河 渡口 " * 40),
        ("tag_cloud", "工作做得很好。" * 40 + "丙寅县政府工作报告全文。" * 5),
        ("too_long", "渡口。" * 30_000),
        ("watermark", "工作做得很好。\nwww.wenku.example/12031.html"),
    ],
)
def test_each_kind_is_found_with_its_place(code: str, text: str) -> None:
    found = [problem for problem in find_damage(text, Candidate(1, (text[:100],))) if problem.code != "lost_character"]
    (problem,) = found
    assert problem.code == code
    assert problem.detail
    if code not in ("too_long", "token_noise"):
        assert problem.start is not None
        assert problem.length
        assert 0 <= problem.start < problem.start + problem.length <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "收入增长5.2%，提高了多个百分点，总额突破百亿元，新增超亿元项目。",
        "他说：“把‘渡口’修好（年内）。”见《规划（2024—2030年）》。",
        "一、工作回顾\n好。\n（三）民生\n好。\n二、任务\n一、修路\n二、架桥\n三、建设\n好。",
        "一、工作回顾\n好。二、今年的任务是修路。\n三、自身建设\n好。",
        "于潜镇的後山社区很好。" + "过去一年，我们坚持稳中求进。" * 20,
        speech.CLOSING + "\n名词解释\n" + "渡口计划：指在甲子区修建渡口的计划。" * 30,
    ],
)
def test_what_is_whole_is_left_alone(text: str) -> None:
    assert codes(text) == set()


def test_a_text_converted_in_part_is_less_than_one_converted_as_a_whole() -> None:
    whole, part = "過去一年，我們堅持穩中求進。", "过去一年，我们坚持稳中求进。"
    severities = {
        problem.severity for text in (whole, part * 20 + whole) for problem in find_damage(text, Candidate(1, ()))
    }
    assert severities == {"major", "minor"}


@pytest.mark.parametrize(
    ("words", "year", "severity"),
    [
        ("全面贯彻党的二十大和二十届二中全会精神", 2016, "minor"),
        ("深入学习党的二十大精神，2016年的工作", 2016, "major"),
        ("以优异成绩迎接党的二十大胜利召开", 2022, None),
        ("全面贯彻党的二十大精神", 2023, None),
        ("贯彻二十届三中全会精神", 2024, None),
        ("贯彻二十届三中全会精神", None, None),
    ],
)
def test_a_year_in_which_nobody_could_say_so_is_false(words: str, year: int | None, severity: str | None) -> None:
    found = [problem for problem in find_damage(words, Candidate(1, ()), year) if problem.code == "false_year"]
    assert [problem.severity for problem in found] == ([severity] if severity else [])


def test_what_cleaning_took_out_is_noted() -> None:
    noise = [f"{speech.sentence(number)}vfO" for number in range(8)]
    (problem,) = find_damage("很好。", Candidate(1, tuple(noise)))
    assert (problem.code, problem.severity) == ("token_noise", "note")
    assert problem.detail == "vfO ends 8 paragraphs, taken out"


def test_contents_in_front_are_noted() -> None:
    lines = speech.report()
    contents = [line for line in lines if line.startswith(("一、", "二、", "三、", "（"))]
    assert "contents_in_front" in codes("\n".join(lines), *contents, *lines)
    assert "contents_in_front" not in codes("\n".join(lines), *lines)


def set_in_lines(paragraphs: list[str], width: int = 24) -> list[str]:
    return [line for text in paragraphs for line in textwrap.wrap("一一" + text, width)]


def read_across(lines: list[str], gap: str, page: int = 60) -> str:
    """The lines as columns of so many a page, read across both."""
    pages = [lines[start : start + page] for start in range(0, len(lines), page)]
    rows = [zip_longest(page[: len(page) // 2], page[len(page) // 2 :], fillvalue="") for page in pages]
    return "\n".join(f"{left}{gap}{right}" for page in rows for left, right in page)


@pytest.mark.parametrize("gap", ["\u3000\u3000", "\n"])
def test_columns_read_across_are_found(gap: str) -> None:
    for report in all_reports()[:3]:
        lines = set_in_lines(list(report.paragraphs))
        assert [problem.code for problem in find_interleaved(lines)] == []
        (problem,) = find_interleaved(read_across(lines, gap).split("\n"))
        assert problem.code == "interleaved_columns"
        page = read_page(read_across(lines, gap).encode())
        assert "interleaved_columns" in {problem.code for problem in page.problems}


def test_a_cell_that_is_full_is_cut_however_it_is_laid_out() -> None:
    text = "\n\n".join(speech.report(paragraphs=40))
    full = text[:CELL_LIMIT].ljust(CELL_LIMIT, "文")
    assert [problem.code for problem in read_page(full.encode()).problems] == ["cut_at_cell_limit"]
    assert read_page(full[1:].encode()).problems == ()


def test_damage_of_the_head_has_its_place() -> None:
    head = ["甲子区政府工作报告", "——2024116日在甲子区第届人民代表大会第次会议上"]
    text = "\n".join(speech.report(head=head))
    problems = {problem.code: problem for problem in identify(text, Clues(), load_regions(REGIONS)).problems}
    for code, words in (("damaged_date", "2024116日"), ("damaged_session", "第届人民代表大会第次会议")):
        place = problems[code].start or 0
        assert text[place : place + (problems[code].length or 0)] == words
    (gone,) = (
        problem
        for problem in identify(text.replace("2024116日", " 日"), Clues(), load_regions(REGIONS)).problems
        if problem.code == "damaged_date"
    )
    assert gone.start == text.index("——")


def test_a_run_together_page_is_noted() -> None:
    assert codes("一段。", speech.paragraph(0, 80)) == {"paragraphs_run_together"}


def test_a_text_that_fills_a_table_cell_is_cut() -> None:
    assert "cut_at_cell_limit" in codes("一段。", *["一" * 327] * 99, "一" * 295)


def test_a_clean_report_is_not_damaged() -> None:
    lines = speech.report(paragraphs=1)[:8]
    assert codes("\n".join(lines), *lines) == set()
