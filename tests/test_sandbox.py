"""Hostile files end within their limits, and what a reader says comes back unchanged."""

from __future__ import annotations

import json
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from archive.errors import UnreadableError
from archive.model import Page, Problem
from archive.read.office import read_docx
from archive.read.sandbox import explain_end, pack_outcome, read_in_child, unpack_outcome
from tests import make_pdf
from tests.make_docx import make_docx, p

DOCX = make_docx(p("甲子区政府工作报告") + p("各位代表："))


def code_of(reader: str, data: bytes, **limits: float) -> str:
    with pytest.raises(UnreadableError) as error:
        read_in_child(reader, data, **limits)
    assert "\n" not in error.value.message
    return error.value.code


def test_page_and_error_come_back_unchanged():
    page = Page(
        paragraphs=("一\ud800\u2028", "二"),
        reader="pdf",
        title="题",
        published_on="2031-01-09",
        facts={"encoding": "utf-8"},
        problems=(Problem("garbled_page", "major", "page 3", 1, 2),),
        parts=(("一",), ("二", "三")),
    )
    assert unpack_outcome(json.loads(json.dumps(pack_outcome(page)))) == page
    with pytest.raises(UnreadableError) as error:
        unpack_outcome(json.loads(json.dumps(pack_outcome(UnreadableError("no_text", "无")))))
    assert (error.value.code, error.value.message) == ("no_text", "无")


def test_child_reads_as_this_process_does(monkeypatch, tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('imported from where someone stood')")
    monkeypatch.chdir(tmp_path)
    assert read_in_child("docx", DOCX) == read_docx(DOCX)
    assert code_of("docx", DOCX[:100]) == "damaged_file"


def test_threads_and_pool_workers_may_call():
    expected = read_docx(DOCX)
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(read_in_child, ["docx"] * 2, [DOCX] * 2)) == [expected] * 2
    with ProcessPoolExecutor(1) as processes:
        assert processes.submit(read_in_child, "docx", DOCX).result() == expected


def test_form_bomb_ends_at_the_limit():
    bomb = make_pdf.form_bomb()
    assert len(bomb) < 20_000
    began = time.monotonic()
    assert code_of("pdf", bomb, seconds=2) == "timeout"
    assert time.monotonic() - began < 6


def test_memory_is_bounded():
    pdf = make_pdf.set_document(make_pdf.official_blocks())
    pdf.pages = [[" " * 150_000_000]]
    assert code_of("pdf", pdf.save(), memory_mb=220) == "too_large_for_memory"


@pytest.mark.parametrize(
    ("code", "log", "expected"),
    [
        (None, b"", "timeout"),
        (-24, b"", "timeout"),
        (-11, b"", "reader_crashed"),
        (1, b"Traceback\nMemoryError", "too_large_for_memory"),
        (1, b"Traceback\nKeyError: 'x'", "reader_crashed"),
    ],
)
def test_every_end_has_a_name(code, log, expected):
    error = explain_end(code, log, 45, 1024)
    assert error.code == expected
    assert "\n" not in error.message
