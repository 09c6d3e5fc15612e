"""PDFs set like official documents come back paragraph by paragraph; broken ones say what is wrong."""

from __future__ import annotations

import subprocess
import sys
import zlib

import pytest

from archive.errors import UnreadableError
from archive.read.layout import lay_out
from archive.read.lines import Glyph, Sheet, join_text, set_lines
from archive.read.margins import PAGE_NUMBER
from archive.read.pdf import collect, is_garbled, read_pdf, record_pages
from archive.read.sniff import check_payload
from tests import make_pdf
from tests.make_pdf import Pdf, Style, official_blocks, official_paragraphs, set_document


def squeeze(paragraphs) -> list[str]:
    return ["".join(paragraph.split()) for paragraph in paragraphs]


@pytest.mark.parametrize(
    "style",
    [
        Style(head="甲子区第四届人民代表大会第二次会议文件"),
        Style(number="{}", justify=False),
        Style(number="第 {} 页 共 20 页", size=12, leading=18, left=60),
        Style(number="- {} -", size=14, leading=21, indent=0, gap=14, head="政府工作报告"),
        Style(columns=2, size=12, leading=20, head="甲子区人民政府公报"),
    ],
    ids=["official", "ragged", "small", "block", "columns"],
)
def test_paragraphs_cross_lines_pages_and_columns(style):
    page = read_pdf(set_document(official_blocks(), style).save())
    assert squeeze(page.paragraphs) == squeeze(official_paragraphs())
    assert page.reader == "pdf"
    assert page.problems == ()


def test_no_space_within_numbers_but_one_before_a_name():
    paragraphs = read_pdf(set_document(official_blocks()).save()).paragraphs
    assert make_pdf.SPEAKER in paragraphs
    assert not any(" " in paragraph for paragraph in paragraphs if paragraph != make_pdf.SPEAKER)


def test_gbk_font_reads_the_same():
    page = read_pdf(set_document(official_blocks(), encoding="gbk").save())
    assert squeeze(page.paragraphs) == squeeze(official_paragraphs())


def test_middle_dot_of_names_survives_ucs2():
    pdf = Pdf()
    pdf.add_page()
    pdf.write(80, 700, 16, "样例自治县县长 阿某·木某")
    assert "阿某·木某" in read_pdf(pdf.save()).paragraphs[0]


@pytest.mark.parametrize("columns", [1, 2])
def test_notes_go_to_the_end(columns):
    notes = [
        "①一站办：指群众在一个窗口办完几个部门的事项，不再来回跑动，材料只交一次。",
        "②首映：指影片第一次公开放映。",
    ]
    blocks = official_blocks()
    blocks[8] = ("noted", blocks[8], [notes[0]])
    blocks[12] = ("noted", blocks[12], [notes[1]])
    size = 16 if columns == 1 else 12
    page = read_pdf(set_document(blocks, Style(columns=columns, size=size, leading=size * 1.75)).save())
    assert squeeze(page.paragraphs) == squeeze(official_paragraphs() + notes)


def test_raised_note_marks_are_dropped_and_powers_kept():
    row = [Glyph(character, 100 + 16 * n, 500, 16, 16) for n, character in enumerate("办好实事")]
    row.append(Glyph("①", 164, 507, 9, 9))
    area = [Glyph("m", 300, 400, 8, 16), Glyph("2", 308, 407, 5, 9), Glyph("新", 313, 400, 16, 16)]
    filler = [Glyph("字", 100 + 16 * n, 300, 16, 16) for n in range(9)]
    lines = set_lines([Sheet(595, 842, row + area + filler)])[0]
    assert [line.text for line in lines] == ["办好实事", "m2新", "字" * 9]


def test_double_struck_and_turned_text():
    pdf = Pdf(rotate=90)
    pdf.add_page()
    for shift in (0, 0.4):
        pdf.write(100 + shift, 200, 16, "假粗体的标题", matrix="0 1 -1 0")
    pdf.write(300, 300, 40, "样", matrix="0.7 0.7 -0.7 0.7")
    assert read_pdf(pdf.save()).paragraphs == ("假粗体的标题",)


def test_vertical_columns_read_from_right_to_left():
    pdf = Pdf(cmap="UniGB-UCS2-V")
    pdf.add_page()
    for n, text in enumerate(("甲子区地方志办公室编印了", "一本小册子，记下往事。")):
        pdf.write(400 - 30 * n, 700, 16, text)
    assert "".join(read_pdf(pdf.save()).paragraphs) == "甲子区地方志办公室编印了一本小册子，记下往事。"


@pytest.mark.parametrize("text", ["— 3 —", "- 12 -", "3/20", "第 3 页 共 20 页", "·3·", "iv", "一3一", "第3页", "７"])
def test_page_numbers(text):
    assert PAGE_NUMBER.fullmatch(text)


@pytest.mark.parametrize("text", ["2031年", "3.1%", "一、", "第三次会议", "增长3"])
def test_no_page_numbers(text):
    assert not PAGE_NUMBER.fullmatch(text)


def test_a_number_that_ends_a_text_is_no_page_number():
    def sheet(*lines):
        return Sheet(
            595,
            842,
            [Glyph(c, 80 + 16 * n, y, 16, 16) for y, text in lines for n, c in enumerate(text)],
        )

    full = "全年修路的里程数和上年相比增加了不少具体说来是一共增加"
    assert lay_out([sheet((130, full), (102, "17"))]) == [full + "17"]
    assert lay_out([sheet((130, full), (60, "17"))]) == [full]


def test_joining_keeps_latin_words_apart():
    assert join_text("使用 smart", "city 平台") == "使用 smart city 平台"
    assert join_text("增长5", "00家") == "增长500家"


# --- broken, locked and hostile files ---------------------------------------------------------------------------------


def test_page_that_is_a_picture_is_named():
    pdf = set_document(official_blocks())
    pdf.resources = "/XObject << /Im0 6 0 R >>"
    image = zlib.compress(bytes(64 * 64))
    pdf.objects[6] = (
        (
            b"<< /Type /XObject /Subtype /Image /Width 64 /Height 64 /ColorSpace /DeviceGray /BitsPerComponent 8"
            b" /Filter /FlateDecode /Length %d >>\nstream\n" % len(image)
        )
        + image
        + b"\nendstream"
    )
    pdf.pages.insert(1, ["q 500 0 0 700 40 60 cm /Im0 Do Q"])
    page = read_pdf(pdf.save())
    assert [(found.code, found.severity, found.detail) for found in page.problems] == [
        ("page_without_text", "major", "page 2")
    ]
    pdf.pages = pdf.pages[1:2]
    with pytest.raises(UnreadableError) as error:
        read_pdf(pdf.save())
    assert error.value.code == "no_text"


def test_unknown_encoding_is_read_by_pdfium_or_called_garbled():
    assert is_garbled("年" * 20 + "\ufffd" * 2)
    assert is_garbled("龘靐齉爩鱻麤灪籲" * 10)
    assert not is_garbled("".join(make_pdf.PROSE))


def test_truncated_file_gives_what_is_left():
    data = set_document(official_blocks()).save()
    page = read_pdf(data[: len(data) * 2 // 3])
    assert page.paragraphs[0] == make_pdf.TITLE
    assert ("truncated_file", "major") in {(found.code, found.severity) for found in page.problems}
    with pytest.raises(UnreadableError) as error:
        check_payload(data[: len(data) * 2 // 3])
    assert error.value.code == "truncated_file"


def test_truncated_beyond_reading():
    data = set_document(official_blocks()).save()
    with pytest.raises(UnreadableError) as error:
        read_pdf(data[:300])
    assert error.value.code == "truncated_file"


def test_rubbish_between_head_and_end_is_damaged():
    with pytest.raises(UnreadableError) as error:
        read_pdf(b"%PDF-1.4\n" + b"rubbish " * 100 + b"\n%%EOF\n")
    assert error.value.code == "damaged_file"


@pytest.mark.parametrize("password", [b"", b"secret"])
def test_password(password):
    data = make_pdf.encrypt(set_document(official_blocks()), password)
    if password:
        for reads in (read_pdf, check_payload):
            with pytest.raises(UnreadableError) as error:
                reads(data)
            assert error.value.code == "encrypted"
            assert "\n" not in error.value.message
    else:
        assert check_payload(data) == "pdf"
        assert squeeze(read_pdf(data).paragraphs) == squeeze(official_paragraphs())


def test_page_that_breaks_the_reader_keeps_the_others():
    pdf = set_document(official_blocks())
    pdf.pages[1] = ["/F1 /nonsense Tf", *pdf.pages[1][:3], "BT /F1 16 Tf [ (", *pdf.pages[1][3:]]
    page = read_pdf(pdf.save())
    assert page.paragraphs[0] == make_pdf.TITLE
    assert "".join(page.paragraphs).endswith(make_pdf.PROSE[11])


def test_pdfminer_and_pdfium_agree():
    pdfium = pytest.importorskip("archive.read.pdfium")
    data = set_document(official_blocks(), Style(head="甲子区人民政府")).save()
    assert lay_out(collect(pdfium.record_pages(data))) == lay_out(collect(record_pages(data)))


def test_reading_html_loads_no_pdf_library():
    code = "import sys, archive.read; sys.exit(any(name.startswith(('pdfminer', 'pypdfium2')) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
