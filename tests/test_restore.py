"""Restoring: what one copy has lost another gives; what nobody shows stays missing, marked, and is never guessed."""

from __future__ import annotations

import re
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.draft import ORDER, UNSEEN
from archive.restore import DamagedCopy, Restoration, restore
from tests.speech import report

TEXT = "\n".join(report())
WITH_BOTH = TEXT.replace("工作是", "工作为国以诚办事，是国家，以").replace("得到了", "得到国以了")


def losing(text: str, character: str, *codes: str) -> DamagedCopy:
    """A copy that has lost a character throughout."""
    return DamagedCopy(f"no {character}", text.replace(character, ""), character, frozenset({"lost_character", *codes}))


def unsettled_runs(text: str, one: str, other: str) -> list[str]:
    """The stretches of nothing but the two characters in which both stand."""
    runs = ("".join(run) for _, run in groupby(text, lambda sign: sign in (one, other)))
    return [run for run in runs if one in run and other in run]


def check_order(found: Restoration, copies: list[DamagedCopy]) -> None:
    """The base is in the text, in order; each character that is not from it is in the copy said to have given it."""
    given_by = {place: part.copy for part in found.restored for place in range(part.start, part.start + part.length)}
    by_id = {copy.id: copy.text for copy in copies}
    assert "".join(sign for place, sign in enumerate(found.text) if place not in given_by) == copies[0].text
    assert all(found.text[place] in by_id[copy] for place, copy in given_by.items())


# --- two copies, each without another character ------------------------------------------------------------------------


@given(st.text(alphabet="国以甲乙丙，。“\n 5m㎡", max_size=40))
def test_two_copies_each_without_another_character_give_the_text(text: str) -> None:
    copies = [losing(text, "国"), losing(text, "以")]
    found = restore(copies)
    check_order(found, copies)
    open_runs = unsettled_runs(text, "国", "以")
    kept = re.sub("[国以]+", lambda run: run[0].replace("国", "") if "以" in run[0] else run[0], text)
    assert found.text == kept
    assert [gap.reason for gap in found.missing] == [ORDER] * len(open_runs)
    assert [found.text[gap.start : gap.start + gap.length] for gap in found.missing] == [
        run.replace("国", "") for run in open_runs
    ]
    assert found.lost == ("国" if open_runs else "")


@settings(max_examples=25)
@given(st.sampled_from(sorted(set(TEXT) - set("\n ，。、：（）—！.%"))), st.data())
def test_a_whole_report_comes_back(one: str, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from(sorted(set(TEXT) - set("\n ，。、：（）—！.%" + one))))
    if unsettled_runs(TEXT, one, other):
        return
    found = restore([losing(TEXT, one), losing(TEXT, other)])
    assert (found.text, found.missing, found.lost) == (TEXT, (), "")


@given(st.text(alphabet="国以甲乙，。\n", max_size=40))
def test_a_third_copy_settles_the_order(text: str) -> None:
    # Between any two runs of lost characters stands one that all three have.
    text = re.sub("(国以|以国|[国以甲])", r"\1乙", re.sub("[国以]{3,}", "国以", text))
    copies = [losing(text, "国"), losing(text, "以"), losing(text, "甲")]
    found = restore(copies)
    assert (found.text, found.missing) == (text, ())


def test_neighbours_of_which_no_copy_has_both_are_marked() -> None:
    found = restore([losing(WITH_BOTH, "国"), losing(WITH_BOTH, "以")])
    assert len(found.missing) == WITH_BOTH.count("国以")
    assert {(gap.characters, gap.reason, found.text[gap.start]) for gap in found.missing} == {("国", ORDER, "以")}
    assert found.text.count("国") == WITH_BOTH.count("国家")
    assert restore([*(losing(WITH_BOTH, sign) for sign in "国以诚")]).text == WITH_BOTH


# --- what is never done ------------------------------------------------------------------------------------------------


@given(st.text(alphabet="国以甲乙，。\n", max_size=40))
def test_one_damaged_copy_alone_gets_nothing(text: str) -> None:
    alone = losing(text + "丙", "国")
    for copies in ([alone], [alone, DamagedCopy("the same elsewhere", alone.text, "国", alone.codes)]):
        found = restore(copies)
        assert (found.text, found.restored) == (alone.text, ())
        assert [(gap.characters, gap.reason, gap.start, gap.length) for gap in found.missing] == [
            ("国", UNSEEN, 0, len(alone.text))
        ]


@given(st.text(alphabet="国以甲乙丙，\n", max_size=30), st.text(alphabet="国以甲乙丙，\n", max_size=30))
def test_nothing_comes_from_nowhere(one: str, other: str) -> None:
    copies = [losing(one, "国"), losing(other, "以", "cut")]
    found = restore(copies)
    check_order(found, copies)
    assert {sign for part in found.restored for sign in found.text[part.start : part.start + part.length]} <= {"国"}


def test_other_words_are_never_blended() -> None:
    lines = TEXT.split("\n")
    lines[10] = lines[10].replace("群众得到了实在的好处", "国民广泛受益")
    lines.insert(14, "另有国内外专家到访。")
    edited = "\n".join(lines).replace("亿元", "万元")
    found = restore([losing(TEXT.replace("工作是", "国工作是"), "国"), DamagedCopy("edited", edited)])
    assert found.text == TEXT
    assert found.restored == ()


def test_the_better_of_two_copies_decides() -> None:
    text = TEXT.replace("工作是", "国工作是", 40)
    damaged = losing(text, "国")
    wrong = text.replace("国工作是", "工作是", 1)
    assert restore([damaged, DamagedCopy("better", text), DamagedCopy("worse", wrong)]).text == text
    found = restore([damaged, DamagedCopy("better", wrong), DamagedCopy("worse", text)])
    assert (found.text, {part.copy for part in found.restored}) == (wrong, {"better"})


# --- copies that differ otherwise too ----------------------------------------------------------------------------------


def test_punctuation_and_spacing_may_differ() -> None:
    text = TEXT.replace("工作是", "国工作是，国")
    plain = text.replace("的", "").replace("，", ",").replace("。\n", "。 ").replace("（", "(").replace("）", ") ")
    found = restore([losing(text, "国"), DamagedCopy("plain", plain, "的", frozenset({"lost_character"}))])
    assert (found.text, found.missing) == (text, ())


def test_a_paragraph_begins_behind_a_sentence_and_nowhere_else() -> None:
    text = "国家稳定。\n国家富强\n国家兴旺。"
    run_together = DamagedCopy("run together", text.replace("\n", ""))
    found = restore([losing(text, "国"), run_together])
    assert found.text == "国家稳定。\n国家富强\n家兴旺。"
    assert [(gap.characters, gap.start, gap.length) for gap in found.missing] == [("国", 10, 1)]


def test_what_is_behind_the_end_of_the_other_copy_stays_missing() -> None:
    text = TEXT.replace("工作是", "国工作是")
    half = DamagedCopy("half", text[: len(text) // 2], "", frozenset({"cut"}))
    found = restore([losing(text, "国"), half])
    (gap,) = found.missing
    assert (gap.characters, gap.reason, found.lost) == ("国", UNSEEN, "国")
    assert found.text[: gap.start] == text[: gap.start]
    assert found.text[gap.start :] == text[gap.start :].replace("国", "")
    assert abs(gap.start - len(text) // 2) <= 2


def test_an_end_comes_from_a_copy_that_goes_on() -> None:
    text = TEXT.replace("工作是", "国工作是")
    half = DamagedCopy("half", text[: len(text) // 2] + "...", "", frozenset({"cut"}))
    found = restore([half, losing(text, "国"), losing(text, "的")])
    assert (found.text, found.missing, found.cut) == (text, (), False)
    assert {part.copy for part in found.restored} == {"no 国", "no 的"}
    assert restore([half]).cut


def test_what_a_page_has_behind_the_report_is_no_end() -> None:
    whole = DamagedCopy("called cut", TEXT, "", frozenset({"cut"}))
    found = restore([whole, DamagedCopy("with furniture", f"{TEXT}\n来源：本站编辑部。相关阅读：工作报告解读。")])
    assert (found.text, found.restored, found.cut) == (TEXT, (), True)
    without_end = DamagedCopy("no end", "\n".join(report()[:-1]), "", frozenset({"cut"}))
    assert restore([without_end, losing(TEXT, "的")]).text.endswith(report()[-1].replace("的", ""))


def test_figures_that_are_gone_come_back_and_others_stay() -> None:
    gone = DamagedCopy("no figures", re.sub(r"[0-9]+(?:\.[0-9]+)?", "", TEXT), "", frozenset({"digits_lost"}))
    assert restore([gone, losing(TEXT, "的")]).text == TEXT
    for code in ("false_year", "digits_lost"):
        assert restore([gone, DamagedCopy("not to be trusted", TEXT, "", frozenset({code}))]).restored == ()
    other = TEXT.replace("11.0亿元", "99.0亿元")
    half = DamagedCopy("some", re.sub(r"(?<=增加)[0-9]+", "", TEXT), "", frozenset({"digits_lost"}))
    assert "99.0" not in restore([half, DamagedCopy("other figures", other)]).text


def test_marks_give_way_to_what_they_stand_for() -> None:
    marked = TEXT.replace("织布小镇", "????小镇").replace("北坡", "\ufffd\ufffd")
    codes = frozenset({"question_marks", "unreadable_characters"})
    assert restore([DamagedCopy("marked", marked, "", codes), losing(TEXT, "的")]).text == TEXT
    hidden = TEXT.replace("甲子区", "XX区").replace("2023年", "20xx年")
    assert restore([DamagedCopy("hidden", hidden, "", frozenset({"anonymised"})), losing(TEXT, "的")]).text == TEXT
