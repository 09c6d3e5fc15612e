"""How a copy differs from the best one: each kind is told apart, numbers above all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.copy_differences import KEPT, compare_with_best, count_kinds, keep_first
from archive.numbers import find_numbers, is_rounded
from tests.speech import report

BEST = "\n".join(report())
LINE = "全区粮食产量53082万吨，增长5.3%，完成投资120亿元，建成道路31条，总投资12,345万元。"


def told(copy: str, best: str = BEST) -> list[tuple[str, str, str]]:
    return [(each.kind, each.words, each.best_words) for each in compare_with_best(copy, best)]


@pytest.mark.parametrize(
    ("there", "here", "difference"),
    [
        ("53082万吨", "5.31亿吨", [("numbers", "5.31亿吨", "53082万吨")]),
        ("5.3%", "53%", [("numbers", "53%", "5.3%")]),
        ("5.3%", "5.8%", [("numbers", "5.8%", "5.3%")]),
        ("31条", "13条", [("numbers", "13条", "31条")]),
        ("120亿元", "12亿元", [("numbers", "12亿元", "120亿元")]),
        ("120亿元", "1200000万元", [("wording", "1200000万", "120亿")]),
        ("120亿元", "１２０亿元", []),
        ("12,345万元", "12345万元", []),
        ("12,345万元", "1.2345亿元", [("wording", "1.2345亿", "12,345万")]),
        ("5.3%，完成", "5 .3 %,\n完成", []),
        ("120亿元", "???亿元", [("damage", "???", "120")]),
        ("建成道路", "建设道路", [("wording", "设", "成")]),
    ],
)
def test_numbers_are_compared_by_value(there: str, here: str, difference: list[tuple[str, str, str]]) -> None:
    assert told(LINE.replace(there, here), LINE) == difference


def test_a_number_that_is_only_rounded_is_told_from_a_wrong_one() -> None:
    (rounded,) = compare_with_best(LINE.replace("53082万吨", "5.31亿吨"), LINE)
    (wrong,) = compare_with_best(LINE.replace("53082万吨", "5.13亿吨"), LINE)
    assert (rounded.rounded, wrong.rounded) == (True, False)


def test_places_are_those_of_the_texts() -> None:
    copy = BEST.replace("——2024年", "——\n\n2024年", 1).replace("第3项工作", "第8项工作", 1)
    (found,) = compare_with_best(copy, BEST)
    assert copy[found.start : found.start + found.length] == "8"
    assert BEST[found.best_start : found.best_start + found.best_length] == "3"


def test_a_character_lost_throughout_is_one_difference() -> None:
    (found,) = compare_with_best(BEST.replace("成", ""), BEST)
    assert (found.kind, found.best_words, found.times) == ("damage", "成", BEST.count("成"))
    (other_way,) = compare_with_best(BEST, BEST.replace("成", ""))
    assert (other_way.kind, other_way.words) == ("damage", "成")


def test_passages_missing_added_and_repeated() -> None:
    lines = BEST.split("\n")
    assert [kind for kind, *_ in told("\n".join(lines[:-6]))] == ["missing"]
    assert [kind for kind, *_ in told("\n".join([*lines[:8], *lines[9:]]))] == ["missing"]
    added = "欢迎关注示例公众号，每日推送最新的公文写作范文与素材。"
    assert [kind for kind, *_ in told("\n".join([*lines[:8], added, *lines[8:]]))] == ["added"]
    assert [kind for kind, *_ in told("\n".join([*lines[:9], *lines[7:]]))] == ["damage"]


def test_what_is_kept_is_bounded_and_numbers_come_first() -> None:
    copy = "".join(f"第{n}项投入{n + 1}亿元{chr(0x4E00 + n)}" for n in range(200))
    best = "".join(f"第{n}项投入{n + 2}亿元{chr(0x5E00 + n)}" for n in range(200))
    kept = keep_first(compare_with_best(copy, best))
    assert len(kept) == KEPT
    assert {each.kind for each in kept} == {"numbers"}
    assert [each.best_start for each in kept] == sorted(each.best_start for each in kept)


@given(
    st.lists(st.sampled_from(["全市", "生产", "5.3%", "12亿", "1,234万", "国", "，", "\n", "53"]), max_size=12),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_places_lie_within_and_equal_texts_do_not_differ(parts: list[str], data: st.DataObject) -> None:
    best = "".join(parts)
    assert compare_with_best(best, best) == []
    copy = "".join(data.draw(st.permutations(parts)))
    for each in compare_with_best(copy, best):
        assert 0 <= each.start <= each.start + each.length <= len(copy)
        assert 0 <= each.best_start <= each.best_start + each.best_length <= len(best)
        assert each.kind in count_kinds([each])


def test_numbers_have_values() -> None:
    found = {number.words: number.value for number in find_numbers("53082万吨、5.31亿吨、12,345元、1.2018年、3千瓦")}
    assert found == {"53082万吨": 530820000, "5.31亿吨": 531000000, "12,345元": 12345, "1": 1, "2018年": 2018, "3千": 3}
    exact, rough, other = find_numbers("53082万 5.31亿 5.32亿")
    assert is_rounded(exact, rough)
    assert not is_rounded(exact, other)
    assert not is_rounded(rough, other)
