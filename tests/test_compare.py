"""Comparing: what differs between two copies, by kind, and between two years, paragraph by paragraph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.compare import Comparison, Row, compare_copies, compare_years
from archive.differences import KINDS, find_differences
from archive.fold import fold_text
from tests.speech import body, report

TEXT = "\n".join(report())
WORDS = st.text(alphabet="甲乙丙12.%，。“\n ?", max_size=40)


def differences(a: str, b: str) -> list[tuple[str, str, str]]:
    return [
        (found.kind, a[found.start_a : found.end_a], b[found.start_b : found.end_b]) for found in find_differences(a, b)
    ]


def check_places(compared: Comparison, a: str, b: str) -> None:
    """Every row stands where it says, in order, and nothing but white space is left out."""
    for side, text in (("a", a), ("b", b)):
        at, left_out = 0, ""
        for row in compared.rows:
            start, words = getattr(row, f"start_{side}"), getattr(row, side)
            if start is None:
                assert words == ""
                continue
            assert start >= at
            assert text[start : start + len(words)] == words
            left_out += text[at:start]
            at = start + len(words)
        assert fold_text(left_out + text[at:]) == ""


# --- two copies --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("产煤53082万吨，增长。", "产煤5.31亿吨，增长。", [("numbers", "53082万", "5.31亿")]),
        ("增长5.1%，", "增长51%，", [("numbers", "5.1%", "51%")]),
        ("增长%，达到84.6亿", "增长5.2%，达到84.9亿", [("numbers", "", "5.2%"), ("numbers", "84.6", "84.9")]),
        ("我们要坚持“一个中心”", "我们坚持(一个中心)", [("wording", "要", "")]),
        ("数字經濟：增长５％!", "数字经济:增长5%！", []),
        ("各位代表：???家强", "各位代表：中国国家强", [("damage", "???", "中国国")]),
        ("前后", "前" + "一二三四五六七八九十" * 2 + "，后", [("missing", "", "一二三四五六七八九十" * 2)]),
        ("前" + "一二三四五六七八九十" * 2 + "，后", "前后", [("added", "一二三四五六七八九十" * 2, "")]),
        ("", "甲", [("wording", "", "甲")]),
        ("", "", []),
    ],
)
def test_what_differs_by_kind(a: str, b: str, expected: list[tuple[str, str, str]]) -> None:
    assert differences(a, b) == expected


def test_a_character_lost_throughout_is_damage_in_either_copy() -> None:
    without = TEXT.replace("的", "")
    assert differences(without, TEXT) == [("damage", "", "的")] * TEXT.count("的")
    assert differences(TEXT, without) == [("damage", "的", "")] * TEXT.count("的")


def test_words_that_were_rewritten_are_one_difference() -> None:
    assert differences("要坚持稳中求进工作总基调。", "要推进高质量发展工作新局面。") == [
        ("wording", "坚持稳中求进工作总基调", "推进高质量发展工作新局面")
    ]


@given(WORDS, WORDS)
def test_differences_are_all_there_is(a: str, b: str) -> None:
    """With every difference of `a` replaced by what `b` has there, the texts are the same, marks aside."""
    made, done = "", 0
    for found in find_differences(a, b):
        assert found.kind in KINDS
        made += a[done : found.start_a] + b[found.start_b : found.end_b]
        done = found.end_a
    assert fold_text(made + a[done:]) == fold_text(b)


@given(WORDS, WORDS)
def test_rows_hold_both_texts(a: str, b: str) -> None:
    check_places(compare_copies(a, b), a, b)
    check_places(compare_years(a, b), a, b)


def test_paragraphs_run_together_change_nothing() -> None:
    compared = compare_copies(TEXT.replace("\n", "").replace("，", ","), TEXT)
    assert compared.row_counts == {"kept": len(report()), "changed": 0, "gone": 0, "new": 0}
    assert (compared.differences, compared.similarity) == (0, 1.0)
    assert [row.b for row in compared.rows] == report()


def test_a_missing_passage_is_rows_of_its_own() -> None:
    lines = report()
    compared = compare_copies("\n".join([*lines[:10], *lines[12:]]), TEXT)
    assert [row.kind for row in compared.rows] == [*["kept"] * 10, "new", "new", *["kept"] * (len(lines) - 12)]
    assert compared.counts["missing"] == 2


def test_words_at_the_end_of_a_paragraph_stay_in_it() -> None:
    compared = compare_copies("甲乙丙丁。\n戊己", "甲乙丙丁。另有其他。\n戊己")
    assert [(row.a, row.b) for row in compared.rows] == [("甲乙丙丁。", "甲乙丙丁。另有其他。"), ("戊己", "戊己")]


# --- two years ---------------------------------------------------------------------------------------------------------


def show(row: Row) -> tuple[str, str, str]:
    return row.kind, row.a, row.b


def test_paragraphs_of_two_years_are_paired() -> None:
    a = "2024年甲子区政府工作报告\n新建学校12所，改造老街3条。\n渡口重开。\n各位代表，让我们携手同行！"
    b = "2025年甲子区政府工作报告\n新建学校15所，改造老街3条。\n果园丰收，社员分红。\n各位代表，让我们携手同行！"
    compared = compare_years(a, b)
    assert [show(row) for row in compared.rows] == [
        ("changed", "2024年甲子区政府工作报告", "2025年甲子区政府工作报告"),
        ("changed", "新建学校12所，改造老街3条。", "新建学校15所，改造老街3条。"),
        ("gone", "渡口重开。", ""),
        ("new", "", "果园丰收，社员分红。"),
        ("kept", "各位代表，让我们携手同行！", "各位代表，让我们携手同行！"),
    ]
    assert [(piece.a, piece.b) for piece in compared.rows[1].pieces if piece.kind] == [("12", "15")]
    assert 0.5 < compared.similarity < 1


def test_a_paragraph_that_moved_is_found() -> None:
    one, other, third = "新建学校十二所，老街重开。", "果园丰收，社员分红，游人如织。", "断头路打通六条，公交准点。"
    compared = compare_years("\n".join((one, other, third)), "\n".join((other, third, one)))
    assert [(row.kind, row.elsewhere) for row in compared.rows] == [
        ("gone", 3), ("kept", None), ("kept", None), ("new", 0),
    ]  # fmt: skip


def test_the_same_year_twice_is_kept_whole() -> None:
    lines = body()
    compared = compare_years("\n".join(lines), "\n".join(lines))
    assert compared.row_counts == {"kept": len(lines), "changed": 0, "gone": 0, "new": 0}
    assert compared.similarity == 1.0


def test_nothing_and_something() -> None:
    assert compare_years("", "").rows == ()
    assert [row.kind for row in compare_years("", "甲\n\n乙").rows] == ["new", "new"]
