from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.read.text import read_text


def test_lines_are_paragraphs() -> None:
    data = "\ufeff　　政府工作报告\r\n\r\n \t\n各位代表：\u200b\x0c二、第二页\u2028三、末行 ".encode()
    page = read_text(data, None)
    assert page.paragraphs == ("政府工作报告", "各位代表：", "二、第二页", "三、末行")
    assert (page.reader, page.title, page.published_on, page.parts) == ("text", None, None, ())
    assert page.facts == {"encoding": "utf-8"}


def test_a_paragraph_cut_by_a_page_stays_cut() -> None:
    assert read_text("首演、\n首秀\n".encode(), None).paragraphs == ("首演、", "首秀")


def test_header_charset_is_a_fact_and_no_law() -> None:
    page = read_text("各位代表：现在，我代表甲子区人民政府作报告。".encode("gbk"), "text/plain; charset=utf-8")
    assert page.paragraphs == ("各位代表：现在，我代表甲子区人民政府作报告。",)
    assert page.facts == {"encoding": "gb18030", "declared_encoding": "utf-8"}


def test_markup_in_a_text_declares_nothing() -> None:
    assert "declared_encoding" not in read_text(b'<meta charset="big5">x', "text/plain").facts


def test_undecodable_bytes_are_a_problem() -> None:
    page = read_text("甲子区坚持稳中求进。".encode() + b"\xff\xfe\xfd" + "好".encode(), None)
    assert [problem.code for problem in page.problems] == ["undecodable_bytes"]


@given(st.binary(max_size=300))
def test_any_bytes_give_paragraphs_without_empty_ones(data: bytes) -> None:
    assert all(paragraph.strip() for paragraph in read_text(data, None).paragraphs)
