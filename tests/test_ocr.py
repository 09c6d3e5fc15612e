"""Scans: read by text recognition where it is switched on and installed, told as scans where not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from archive.errors import UnreadableError
from archive.examiners import patience
from archive.read import ocr, read_page
from archive.read.layout import lay_out
from archive.read.lines import Sheet
from archive.read.ocr import Found, find_lines, find_sizes, is_on, mean_score, set_glyphs
from tests.make_pdf import A4, SALUTATION, SESSION, SPEAKER, TITLE, official_blocks, set_document
from tests.make_scan import make_scan


def lines_at(*texts: str, size: float = 16, slope: float = 0.0) -> list[Found]:
    """Lines of text as an engine finds them, one below the other, from the left edge or indented by white space."""
    found = []
    for number, text in enumerate(texts):
        bare = text.lstrip()
        left = 80 + size * (len(text) - len(bare))
        y = 100 + 28 * number
        right = left + size * sum(map(ocr.em_of, bare))
        found.append(Found(bare, (left, y + left * slope), (right, y + right * slope), 1.2 * size, 0.99))
    return found


FULL = "全年修路的里程数和上年相比增加了不少具体说来一共"


@pytest.mark.parametrize("slope", [0.0, 0.02])
def test_lines_become_characters_that_the_rules_of_printed_pages_take(slope):
    found = lines_at("　　" + FULL[2:], FULL, "十七条。", "　　又修了三座桥。", slope=slope)
    sheet = Sheet(*A4, set_glyphs(found, *A4))
    assert lay_out([sheet]) == [FULL[2:] + FULL + "十七条。", "又修了三座桥。"]


def test_sizes_near_each_other_are_one_and_short_lines_follow():
    found = [*lines_at(FULL, size=16), *lines_at(FULL, size=15), *lines_at("标题在这里呢", size=22)]
    short = Found("六家。", (80, 300), (123, 300), 25, 0.9)
    assert find_sizes([*found, short]) == [16, 16, 22, 16]
    assert find_sizes([]) == []


def test_what_an_engine_says_in_points():
    def box(left, top, right, low):
        return [(left, top), (right, top), (right, low), (left, low)]

    boxes = [box(20, 20, 220, 40), box(20, 60, 40, 260), box(20, 300, 60, 320)]
    texts = ("增长5%;其中(三)", "竖排的一行", " ")
    result = SimpleNamespace(boxes=boxes, txts=texts, scores=(0.9, 0.8, 0.7))
    level, tall = find_lines(result, dots=2)
    assert (level.text, level.start, level.end, level.height) == ("增长5%；其中（三）", (10, 15), (110, 15), 10)
    assert (level.tall, tall.tall) == (False, True)
    assert mean_score([level, tall]) == pytest.approx(0.9 * 10 / 15)
    assert find_lines(SimpleNamespace(boxes=None, txts=None, scores=None), 2) == []
    assert mean_score([]) == 0


def picture_of(*blocks: object) -> bytes:
    return make_scan(set_document(list(blocks)))


def test_off_by_default_and_the_line_says_how(monkeypatch):
    monkeypatch.delenv(ocr.SWITCH, raising=False)
    assert not is_on()
    with pytest.raises(UnreadableError) as error:
        read_page(picture_of("甲子区"))
    assert error.value.code == "no_text"
    assert "pip install baogao[ocr]" in error.value.message
    assert "\n" not in error.value.message


def test_patience_grows_with_it(monkeypatch):
    monkeypatch.setattr(ocr, "is_on", lambda: False)
    usual = patience()
    monkeypatch.setattr(ocr, "is_on", lambda: True)
    assert patience() == usual + ocr.ALL_SECONDS


@pytest.fixture
def engine(monkeypatch):
    """Skips where there is no engine, else switches recognition on."""
    for name in ("rapidocr", "onnxruntime"):
        pytest.importorskip(name, reason=f"skipped: {name} is not installed (pip install baogao[ocr])")
    monkeypatch.setenv(ocr.SWITCH, "1")


def test_a_scan_is_read_and_marked(engine):
    blocks = official_blocks()[:9]
    page = read_page(make_scan(set_document(blocks), crooked=0.6))
    assert page.reader == "pdf ocr"
    assert [line.replace(" ", "") for line in page.paragraphs[:4]] == [
        TITLE,
        SESSION,
        SPEAKER.replace(" ", ""),
        SALUTATION,
    ]
    assert [len(line) for line in page.paragraphs[4:]] == [len(block) for block in blocks[4:]]
    assert "412.6亿元，增长5.2%；" in page.paragraphs[6]
    (problem,) = page.problems
    assert (problem.code, problem.severity) == ("read_by_ocr", "minor")
    assert problem.detail.startswith("page 1: mean score 0.9") or problem.detail == "page 1: mean score 1.00"


def test_a_scan_on_its_side(engine):
    page = read_page(make_scan(set_document(official_blocks()[:9]), crooked=90))
    assert page.paragraphs[0] == TITLE
    assert len(page.paragraphs) == 9


def test_where_the_engine_fails_the_text_stays(engine, monkeypatch):
    """A page without text among others: the time for it is up at once, and the others are kept."""
    monkeypatch.setattr(ocr, "ALL_SECONDS", 1)
    pdf = set_document(official_blocks())
    pdf.resources = "/XObject << /Im0 6 0 R >>"
    pdf.objects[6] = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
        b"\nstream\n\x80\nendstream"
    )
    pdf.pages.insert(1, ["q 500 0 0 700 40 60 cm /Im0 Do Q"])
    page = read_page(pdf.save())
    assert page.paragraphs[0] == TITLE
    assert [problem.code for problem in page.problems] == ["page_without_text", "ocr_failed"]
