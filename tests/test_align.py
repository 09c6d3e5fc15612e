"""Alignment: edits that cover both texts, find what copies share, and mind no punctuation."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.align import Edit, align, align_texts, fold_with_places
from archive.fold import fold_text
from tests.speech import report

LETTERS = st.text(alphabet="甲乙丙丁", max_size=40)
WHOLE = fold_text("".join(report()))


def apply(edits: list[Edit], a: str, b: str) -> str:
    """`b` made of `a` by the edits, after checking that they cover both and call nothing equal that is not."""
    at_a = at_b = 0
    made = ""
    for edit in edits:
        assert (edit.start_a, edit.start_b) == (at_a, at_b)
        at_a, at_b = edit.end_a, edit.end_b
        kept, taken = a[edit.start_a : at_a], b[edit.start_b : at_b]
        assert edit.kind == (
            "equal" if kept == taken else "insert" if not kept else "delete" if not taken else "replace"
        )
        made += kept if edit.kind == "equal" else taken
    assert (at_a, at_b) == (len(a), len(b))
    return made


@given(LETTERS, LETTERS)
def test_edits_make_one_text_of_the_other(a: str, b: str) -> None:
    assert apply(align(a, b), a, b) == b


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_edits_of_long_texts_make_one_of_the_other(chance: random.Random) -> None:
    a, b = ("".join(chance.choice("甲乙丙") for _ in range(chance.randrange(900))) for _ in range(2))
    a, b = (WHOLE + text + WHOLE[: chance.randrange(500)] for text in (a, b))
    assert apply(align(a, b), a, b) == b


def test_equal_texts_are_one_edit() -> None:
    assert align("甲乙", "甲乙") == [("equal", 0, 2, 0, 2)]
    assert align("", "") == []


def test_a_character_lost_throughout_is_all_that_differs() -> None:
    damaged = WHOLE.replace("的", "")
    edits = align(damaged, WHOLE)
    assert apply(edits, damaged, WHOLE) == WHOLE
    lost = [WHOLE[edit.start_b : edit.end_b] for edit in edits if edit.kind != "equal"]
    assert set(lost) == {"的"}
    assert len(lost) == WHOLE.count("的")


def test_a_passage_that_is_missing_is_one_edit() -> None:
    cut = WHOLE[:300] + WHOLE[500:]
    missing = [edit for edit in align(WHOLE, cut) if edit.kind != "equal"]
    assert [(edit.kind, edit.end_a - edit.start_a) for edit in missing] == [("delete", 200)]


def test_texts_without_anything_in_common_are_one_replacement() -> None:
    assert align("甲" * 20_000, "乙" * 20_000) == [("replace", 0, 20_000, 0, 20_000)]


def test_texts_too_long_and_too_unlike_to_align_are_one_replacement() -> None:
    assert align("甲" * 120_000, "乙" * 120_000) == [("replace", 0, 120_000, 0, 120_000)]
    assert [edit.kind for edit in align(WHOLE + "甲" * 120_000, WHOLE + "乙" * 120_000)] == ["equal", "replace"]


def test_folded_characters_know_their_place() -> None:
    folded = fold_with_places("１.5㎡ 和，《國》")
    assert folded.text == "15m2和国"
    assert folded.places.tolist() == [0, 2, 3, 3, 5, 8]


def test_punctuation_and_forms_make_no_difference() -> None:
    a, b = "　各位代表：\n数字經濟增长５％！", "各位代表:数字经济增长5%。。"
    assert align_texts(a, b) == [("equal", 0, len(a), 0, len(b))]
    assert align_texts("——", "…") == [("equal", 0, 2, 0, 1)]


def test_punctuation_goes_with_what_stands_before_it() -> None:
    a, b = "一，二。三", "一、国,二；三四。"
    edits = align_texts(a, b)
    assert [(edit.kind, a[edit.start_a : edit.end_a], b[edit.start_b : edit.end_b]) for edit in edits] == [
        ("equal", "一，", "一、"),
        ("insert", "", "国,"),
        ("equal", "二。三", "二；三"),
        ("insert", "", "四。"),
    ]


@given(st.text(alphabet="甲乙，。 \n", max_size=30), st.text(alphabet="甲乙，。 \n", max_size=30))
def test_edits_of_texts_cover_both(a: str, b: str) -> None:
    edits = align_texts(a, b)
    assert "".join(a[edit.start_a : edit.end_a] for edit in edits) == a
    assert "".join(b[edit.start_b : edit.end_b] for edit in edits) == b
    for edit in edits:
        same = fold_text(a[edit.start_a : edit.end_a]) == fold_text(b[edit.start_b : edit.end_b])
        assert same == (edit.kind == "equal")
