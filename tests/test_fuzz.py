"""A share of `make fuzz` with fixed seeds, what the fuzzing itself has to notice, and what it once found."""

from __future__ import annotations

import time
import zipfile
from contextlib import suppress
from dataclasses import replace
from html import escape
from io import BytesIO

import pytest

from archive.errors import UnreadableError
from archive.examine import Circumstances, examine
from archive.furniture import is_furniture
from archive.read import read_page
from archive.read.decode import declared_encoding, decode
from archive.read.html import fold
from archive.read.lines import LARGEST, Glyph, Sheet, set_lines
from archive.read.pdf import MOST_CODES
from archive.split import MOST_ITEMS, split_candidates
from tests import fuzz, fuzz_file, make_pdf, speech
from tests.hostile_text import repeat, report_with
from tests.make_docx import make_docx, p
from tests.mutate import KINDS, mutated_file, seeds
from tests.mutate_zip import members_of

# Two in ten of them go through the real sandbox.
SHARE = range(15, 65)
MEGABYTE = 1_000_000
# Each takes about a second on an idle machine; quadratic cost would be hours.
PATIENCE = 20.0  # seconds of the processor


def test_every_kind_has_seeds() -> None:
    assert all(seeds()[kind] for kind in KINDS)


def test_the_same_number_gives_the_same_file() -> None:
    assert [mutated_file(number, 5) for number in range(50)] == [mutated_file(number, 5) for number in range(50)]


def test_a_share_of_the_files_ends_as_it_must() -> None:
    outcomes = list(fuzz.run(SHARE, seed=1, jobs=2))
    assert [fuzz.describe(outcome) + outcome.trace for outcome in outcomes if outcome.code == "crash"] == []
    assert sorted(outcome.number for outcome in outcomes) == list(SHARE)
    assert {outcome.code for outcome in outcomes} >= {"read", "report", "damaged_file"}


def test_a_worker_that_dies_is_noticed() -> None:
    worker = fuzz.Worker(seed=0)
    worker.give(0)
    worker.kill()
    outcome = worker.take()
    assert (outcome.kind, outcome.code) == ("html", "crash")


def test_what_does_not_hold_is_noticed() -> None:
    examination = examine("\n".join(speech.report()).encode(), Circumstances())
    assert list(fuzz_file.faults(examination)) == []
    (finding,) = examination.findings
    added = replace(finding, text=finding.text + "囍")
    assert list(fuzz_file.faults(replace(examination, findings=(added,))))
    halved = replace(finding, lost="\ud800")
    assert list(fuzz_file.faults(replace(examination, findings=(halved,))))


@pytest.mark.parametrize("place", [None, 6], ids=["alone", "inside"])
@pytest.mark.parametrize(
    "unit",
    [
        *("0", "-", "—", "*", "XX", "各位代表", "一、", "1.一。2.二。", "（", "【", "<", "&", "<!---->", " ", "一 "),
        *("甲\n", "-\n"),
    ],
)
def test_a_megabyte_of_hostile_text_costs_seconds(unit: str, place: int | None) -> None:
    text = report_with(repeat(unit, MEGABYTE // (4 if "\n" in unit else 1)), place)
    began = time.process_time()
    with suppress(UnreadableError):
        examine(text.encode(), Circumstances())
    assert time.process_time() - began < PATIENCE


@pytest.mark.parametrize(
    "unit", ["<meta ", "<!-- ", "<p ", "\u0301\u0316", "-", "<table><tr><td>", "<rt><span><option>", "&#"]
)
def test_a_megabyte_of_hostile_markup_costs_seconds(unit: str) -> None:
    title = f"<title>{escape(repeat(unit, MEGABYTE // 4))}</title>"
    body = "".join(f"<p>{line}</p>" for line in speech.report())
    began = time.process_time()
    examine((title + repeat(unit, MEGABYTE) + body).encode(), Circumstances())
    assert time.process_time() - began < PATIENCE


@pytest.mark.parametrize("run", [b"\xa1@", b"\x81A", b"\xe4\xb8\xad\xff", "各位代表".encode(), b"\xff"])
def test_bytes_of_two_encodings_are_decoded_in_time(run: bytes) -> None:
    began = time.process_time()
    decode("中国的".encode() * 10 + run * (MEGABYTE // 4 // len(run)), None)
    assert time.process_time() - began < PATIENCE


def test_two_encodings_are_told_apart_within_one_run() -> None:
    text, other = "各位代表，现在报告工作。" * 30, "请予审议，谢谢大家。" * 30
    decoded = decode(text.encode() + other.encode("gb18030"), None)
    assert decoded.text == text + other
    assert (decoded.encoding, decoded.also, decoded.undecodable) == ("utf-8", "gb18030", 0)


def test_an_encoding_is_sought_where_it_may_be_declared() -> None:
    assert declared_encoding(b" " * 5000 + b"<meta charset=gbk>") == "gbk"
    assert declared_encoding(b" " * 9000 + b"<meta charset=gbk>" + b" " * MEGABYTE) is None


def test_nothing_past_storing_is_read() -> None:
    page = read_page(rb"{\rtf1\ansi\u65 ?" + b"\x00\x01\x02 B\x7f\\u56320 ?" + rb" C\par}")
    assert page.paragraphs == ("A B\ufffd C",)


def test_a_font_without_end_ends_soon() -> None:
    pdf = make_pdf.set_document(make_pdf.official_blocks()[:6])
    cmap = b"begincmap 1 beginbfrange <00000000> <ffffffff> <4e00> endbfrange endcmap"
    pdf.objects[900] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap)
    data = pdf.save().replace(b"/Type0 ", b"/Type0 /ToUnicode 900 0 R ")
    began = time.monotonic()
    page = read_page(data)
    assert time.monotonic() - began < PATIENCE
    assert page.reader == "pdf pdfium"
    assert MOST_CODES >= 65_536


def test_what_is_drawn_off_the_page_is_not_printed() -> None:
    row = [Glyph(character, 100 + 16 * place, 700, 16, 16) for place, character in enumerate("甲子区")]
    none = float("nan")
    off = [
        *(Glyph("乙", x, y, 16, 16) for x, y in ((1e300, 700), (100, -1e300), (none, 700), (100, none))),
        *(Glyph("乙", 100, 700, width, size) for width, size in ((1e9, 16), (9, 1e30), (9, none), (0, 0))),
    ]
    (lines,) = set_lines([Sheet(595, 842, [*row, *off])])
    assert [line.text for line in lines] == ["甲子区"]
    many = [Glyph("丙", 100, LARGEST - place, LARGEST, 1) for place in range(20_000)]
    began = time.process_time()
    set_lines([Sheet(595, 842, many)])
    assert time.process_time() - began < PATIENCE


def test_a_member_packed_as_no_office_program_packs_is_damage() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as container:
        for name, content in members_of(make_docx(p("甲子区"))).items():
            container.writestr(name, content)
    with pytest.raises(UnreadableError) as error:
        read_page(buffer.getvalue())
    assert error.value.code == "damaged_file"
    assert "packed by method 14" in error.value.message


def test_an_error_is_one_line_whatever_the_parser_says() -> None:
    with pytest.raises(UnreadableError) as error:
        read_page(make_docx(" " * 20_000_000))
    assert "\n" not in error.value.message


def test_a_page_of_endless_items_is_one_candidate() -> None:
    page = read_page("-\n甲\n2020-01-01\n".encode() * (MOST_ITEMS + 1))
    assert len(split_candidates(page)) == 1
    assert len(split_candidates(read_page("-\n甲\n2020-01-01\n".encode() * 9))) == 9


def test_a_title_is_folded_no_farther_than_a_title() -> None:
    began = time.process_time()
    fold("a" + "\u0301\u0316" * 100_000)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("row", ["返回顶部" * 30, "0" * 60, "打印本页关闭窗口" * 20, "大中小" * 20])
def test_a_row_of_buttons_is_told_in_time(row: str) -> None:
    began = time.process_time()
    assert is_furniture(row, "tail")
    assert not is_furniture(row + "区", "tail")
    assert time.process_time() - began < 1
