"""How alike two texts are worded, and which passages they share."""

from hypothesis import given
from hypothesis import strategies as st

from archive.fold import fold_text
from archive.wording import find_passages, measure_likeness
from tests import speech


def test_a_text_is_like_itself_and_unlike_another() -> None:
    one, other = "\n".join(speech.report()), "\n".join(speech.report(seed=7))
    same = measure_likeness(one, one)
    assert (same.shared, same.jaccard, round(same.cosine, 9)) == (1, 1, 1)
    apart = measure_likeness(one, other)
    assert 0 < apart.jaccard < apart.shared < 1
    assert measure_likeness("", one).shared == 0


def test_a_borrowed_passage_is_found_whole_across_punctuation() -> None:
    passage = "我们在渡口边上修了三座桥，又在桥下种了一百棵柳树，孩子们夏天都来乘凉。"
    text = speech.paragraph(1) + passage + speech.paragraph(2)
    other = "另一个地方也写道：" + passage.replace("，", "、") + "别的都不同。"
    (found,) = find_passages(text, other, 20)
    assert fold_text(text[found.start : found.start + found.length]) == fold_text(passage)
    there = other[found.other_start : found.other_start + found.other_length]
    assert fold_text(there) == fold_text(passage)
    assert find_passages(text, speech.paragraph(9), 40) == []


PIECES = st.lists(st.sampled_from(["渡口边上", "修桥，", "种树。", "养老", "①", "Ａb"]), max_size=20)


@given(PIECES, PIECES)
def test_passages_stand_in_both_texts_and_never_overlap(one: list[str], two: list[str]) -> None:
    text, other = "".join(one), "".join(two)
    end = 0
    for passage in find_passages(text, other, 4):
        words = text[passage.start : passage.start + passage.length]
        there = other[passage.other_start : passage.other_start + passage.other_length]
        assert fold_text(words) == fold_text(there)
        assert len(fold_text(words)) >= 4
        assert passage.start >= end
        end = passage.start + passage.length
