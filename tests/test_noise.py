"""What sites and prints put into a text goes; what only looks like it stays."""

from __future__ import annotations

import pytest

from archive.characters import map_characters
from archive.clean import clean_text, join_session, undo_markup
from archive.furniture import is_furniture
from archive.head import find_salutation, is_title, read_session, simplify
from archive.model import Page, PageRules
from archive.near_miss import decide
from archive.noise import drop_inserted_lines, drop_page_furniture, drop_readings, drop_repeats, drop_tokens
from archive.paragraphs import part_at_spaces, part_flattened, split_line
from archive.read.html import read_html
from archive.read.lines import Glyph, Sheet, set_lines
from archive.read.margins import PAGE_NUMBER
from archive.read.wrapped import join_print
from archive.speaker import read_speaker
from archive.split import split_candidates
from tests import speech

PROSE = [speech.paragraph(number, 4) for number in range(12)]


# --- readings, tokens, markup written out -----------------------------------------------------------------------------


def test_readings_go_where_there_are_many_with_tones() -> None:
    assert drop_readings(["現(xiàn)在，我們(men)報(bào)告區(qū)長(zhǎng)的工作(zuò)"]) == ["現在，我們報告區長的工作"]


def test_abbreviations_in_brackets_stay() -> None:
    lines = ["人工智能(ai)和细颗粒物（pm）的指标", "一处(xiàn)误植"]
    assert drop_readings(lines) == lines


def test_a_token_at_the_end_of_paragraphs_goes() -> None:
    assert drop_tokens([f"{line}vfO" for line in PROSE]) == PROSE


def test_a_token_parts_what_was_run_together() -> None:
    assert drop_tokens(["  ".join(f"{line}v7R" for line in PROSE)]) == PROSE


def test_words_and_figures_that_end_paragraphs_stay() -> None:
    lines = [f"{line}，新增5G" if number < 3 else f"{line}，共2024" for number, line in enumerate(PROSE)]
    assert drop_tokens(lines) == lines


def test_entities_written_out_become_what_they_name() -> None:
    assert (
        map_characters("&nbsp;&ldquo;渡口&rdquo;&ens\np;计划&#12289;&#x4E00;&notanentity;")
        == " “渡口” 计划、一&notanentity;"
    )
    assert map_characters("研发R&D投入；A&B") == "研发R&D投入；A&B"


def test_line_ends_and_tags_written_out_are_line_ends() -> None:
    assert undo_markup(r"第一段。\r\n\r\n第二段。\n第三段。").split("\n") == ["第一段。", "第二段。", "第三段。"]
    assert undo_markup("<p>第一段，<b>重点</b>。</p><br/>第二段。").split() == ["第一段，重点。", "第二段。"]
    assert undo_markup("城镇化率<60%，增速>5%") == "城镇化率<60%，增速>5%"


# --- page furniture ---------------------------------------------------------------------------------------------------


def test_bare_numbers_that_count_the_pages_go_and_others_stay() -> None:
    pages = [part for number, line in enumerate(PROSE, 1) for part in (line, str(number))]
    assert drop_page_furniture(pages) == PROSE
    table = ["项目", "12", "投资", "3", "完工", "7"]
    assert drop_page_furniture(table) == table


def test_running_heads_go_beside_page_numbers_and_where_they_cut_sentences() -> None:
    cut = [part for line in PROSE[:6] for part in (line[:60], "甲子区第三届人代会文件", line[60:])]
    assert drop_page_furniture(cut) == [part for line in PROSE[:6] for part in (line[:60], line[60:])]
    numbered = [part for n, line in enumerate(PROSE, 1) for part in (line, f"— {n} —", "政府工作报告 2024")]
    assert drop_page_furniture(numbered) == PROSE


def test_lines_that_recur_between_whole_sentences_stay() -> None:
    lines = [part for line in PROSE for part in (line, "牵头单位：区商务委")]
    assert drop_page_furniture(lines) == lines


@pytest.mark.parametrize(
    "line", ["推荐阅读：2016年工作报告心得", "广告：质量保证", "开通会员，免费下载本文档", "展开全文"]
)
def test_what_a_site_sets_between_paragraphs_goes(line: str) -> None:
    assert drop_inserted_lines([PROSE[0], line, PROSE[1]]) == PROSE[:2]


@pytest.mark.parametrize(
    "line",
    ["【打印】 【收藏】 【关闭窗口】", "返 回　关闭窗口", "微信 微博 QQ空间", "放大 + 缩小 - 默认 ○"[:-2], "—END—", "全文完",
     "【癸未市政府工作报告】相关文章：", "《 样例日报 》（ 2026年01月14日 01 版）", "（区政府办公室供稿）", "[阅读全文请先登录]"],
)  # fmt: skip
def test_rows_of_buttons_and_notes_at_the_end_are_furniture(line: str) -> None:
    assert is_furniture(line, "tail")


@pytest.mark.parametrize("line", ["谢谢大家！", "大力推广分享经济", "区长 田禾", "全面完成各项任务。", "打印设备产业"])
def test_a_reports_own_last_lines_are_no_furniture(line: str) -> None:
    assert not is_furniture(line, "tail")


# --- texts shown again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [2, 6])
def test_a_text_shown_again_is_kept_once(times: int) -> None:
    lines = speech.report()
    assert drop_repeats(lines * times) == lines
    assert drop_repeats(["".join(lines) * times]) == ["".join(lines)]
    (candidate,) = split_candidates(Page(tuple(lines * times), "text"))
    assert list(candidate.paragraphs) == lines
    assert [problem.code for problem in candidate.problems] == ["repeated"]


def test_a_summary_that_repeats_a_paragraph_is_no_page_shown_again() -> None:
    lines = [*PROSE[:3], *PROSE]
    assert drop_repeats(lines) == lines


# --- texts flattened or run together ----------------------------------------------------------------------------------


def test_a_flattened_text_comes_apart_at_its_spaces() -> None:
    lines = ["一、去年工作", *PROSE[:10], "二、今年安排", *PROSE[10:], *PROSE, "名词解释", "1.渡口计划：指一种计划。"]
    flat = " ".join(lines)
    assert len(flat) > 3000
    assert part_flattened([flat]) == lines


def test_spaces_behind_every_sentence_or_before_headings_alone_part_nothing() -> None:
    spaced = "".join(PROSE).replace("。", "。 ")
    assert part_at_spaces(spaced) == [spaced]
    headed = " （一）".join(PROSE)
    assert part_at_spaces(headed) == [headed]


def test_a_chapters_heading_takes_all_its_words() -> None:
    line = "二、2025年主要目标和重点工作2025年是关键之年。三、2026年重点工作安排做好2026年工作，意义重大。"
    assert split_line(line) == [
        "二、2025年主要目标和重点工作", "2025年是关键之年。", "三、2026年重点工作安排", "做好2026年工作，意义重大。",
    ]  # fmt: skip


def test_indents_in_one_giant_paragraph_begin_paragraphs_behind_headings_too() -> None:
    lines = ["政府工作报告", "甲子区区长　田禾", "各位代表：", "一、去年工作", *PROSE, "二、今年安排", *PROSE]
    page = read_html(("<p>" + "".join(f"　　{line}" for line in lines) + "</p>").encode(), None, None, PageRules())
    assert ["".join(line.split()) for line in page.paragraphs] == ["".join(line.split()) for line in lines]


# --- heads ------------------------------------------------------------------------------------------------------------


def test_a_remark_to_the_delegates_is_no_salutation() -> None:
    second_page = [*PROSE, "各位代表！使命在肩，让我们一起奋斗！"]
    assert find_salutation(second_page) is None
    assert clean_text(second_page).split("\n") == second_page
    assert find_salutation([*PROSE[:2], "各位代表：", *PROSE]) == 2


def test_heads_in_traditional_characters_are_read() -> None:
    assert simplify("政府工作報告") == "政府工作报告"
    assert is_title("2024年甲子區人民政府工作報告")
    session = read_session("——2019年1月21日在甲子區第七屆人民代表大會第四次會議上")
    assert session is not None
    assert (session.place, session.congress) == ("甲子區", "甲子區第七屆人民代表大會")
    assert read_speaker("甲子區區長 安寧") == ("安寧", "区长") or read_speaker("甲子區區長 安寧") == ("安寧", "區長")


@pytest.mark.parametrize(
    "lines",
    [
        ["——2022年1月7日在乙丑区第七届", "人民代表大会第一次会议上"],
        ["2005年2月28日在样例市壬申区", "第一届人民代表大会第三次会议上"],
        ["——2022年1月7日在", "乙丑区第七届人民", "代表大会第一次会议上"],
    ],
)
def test_a_broken_session_line_is_one_again(lines: list[str]) -> None:
    assert join_session([*lines, "区长 田禾"]) == ["".join(lines), "区长 田禾"]


def test_a_title_of_its_own_goes_before_that_of_the_page() -> None:
    body = "".join(f"<p>{line}</p>" for line in PROSE)
    page = (
        "<title>2024年甲子区人民政府工作报告_甲子区</title><h1>2024年甲子区人民政府工作报告</h1><div><table><tr><td>政府工作报告</td></tr>"
        "<tr><td>（2024年1月9日在甲子区第三届</td></tr><tr><td>人民代表大会第四次会议上）</td></tr></table></div>"
        f"<div class=TRS_Editor><p>各位代表：</p>{body}</div>"
    )
    paragraphs = read_html(page.encode(), None, None, PageRules()).paragraphs
    assert paragraphs[:3] == ("政府工作报告", "（2024年1月9日在甲子区第三届", "人民代表大会第四次会议上）")


def test_members_greeted_beside_the_delegates_make_no_consultative_report() -> None:
    lines = speech.report()
    lines[3] = "各位代表、各位委员："
    assert decide("\n".join(lines), lines[0], has_session=True).reason == "report"


# --- prints -----------------------------------------------------------------------------------------------------------


def printed(indent: str, between: list[str]) -> list[str]:
    lines = []
    for paragraph in PROSE:
        first = 28 - len(indent)
        rest = [paragraph[at : at + 28] for at in range(first, len(paragraph), 28)]
        lines += [indent + paragraph[:first], *rest, *between]
    return lines


def test_lines_of_a_print_are_joined_by_their_indents_or_blank_lines() -> None:
    assert join_print(printed("　　", [])) == PROSE
    assert join_print(printed("", [""])) == PROSE


def test_paragraphs_of_a_page_are_no_lines_of_a_print() -> None:
    assert join_print(speech.report()) == speech.report()
    verse = [f"　　{line[:14]}" for line in PROSE]
    assert join_print(verse) == [line.strip() for line in verse]


def test_a_short_second_column_is_read_after_the_first() -> None:
    def row(text: str, x: float, y: float) -> list[Glyph]:
        return [Glyph(character, x + 12 * n, y, 12, 12) for n, character in enumerate(text)]

    left, right = [line[:17] for line in PROSE * 2], [line[20:37] for line in PROSE[:6]]
    glyphs = [glyph for n, text in enumerate(left) for glyph in row(text, 80, 700 - 20 * n)]
    glyphs += [glyph for n, text in enumerate(right) for glyph in row(text, 310, 700 - 20 * n)]
    (lines,) = set_lines([Sheet(595, 842, glyphs)])
    assert [line.text for line in lines] == [*left, *right]


@pytest.mark.parametrize(
    "text",
    ["11/22/26, 12:05 PM 政府工作报告", "2026/11/22 12:05 政府工作报告", "http://www.jiazi.gov.example/t1.html 1/12"],
)
def test_what_browsers_print_around_a_page_is_a_page_number(text: str) -> None:
    assert PAGE_NUMBER.fullmatch(text)
