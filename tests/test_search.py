"""Folding and Chinese search: what is found is exactly what stands there."""

from __future__ import annotations

import pytest

from archive.fold import SIMPLIFIED, count_chars, fold, fold_character, fold_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("２０２０年，ＧＤＰ增长６．５％", "2020年gdp增长65"),
        ("數字經濟", "数字经济"),
        ("乾安縣、於潛鎮", "乾安县於潜镇"),
        ("café Ⅱ期 ㎡", "cafeii期m2"),
        ("营\u200b商\u00ad环境", "营商环境"),
        ("二〇二五年", "二〇二五年"),
        ("——！…", ""),
    ],
)
def test_fold_text_keeps_han_letters_and_digits(text: str, folded: str) -> None:
    assert fold_text(text) == folded
    assert count_chars(text) == len(folded)


def test_fold_keeps_punctuation_and_parts_circled_numbers() -> None:
    assert fold("增长６％，") == "增长6%,"
    assert fold("①10个") == " 1 10个"


def test_fold_table_is_settled_and_spares_gb2312() -> None:
    assert len(SIMPLIFIED) > 4000
    for character, simplified in SIMPLIFIED.items():
        assert fold_character(character) == fold_character(simplified) == simplified
        with pytest.raises(UnicodeEncodeError):
            character.encode("gb2312")
