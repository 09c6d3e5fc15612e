"""Terms with their definitions, in every form of a glossary, and where the speech uses them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.glossary import Term, find_terms
from archive.outline import outline
from tests import speech

SPEECH = [*speech.report(), "启动“渡口计划”，试点两岸通办③，启动渡口计划二期。推进“三船一桥”改革，建成72号码头。"]


def terms_of(*glossary: str, before: list[str] | None = None) -> list[Term]:
    """The terms of a report with this glossary at its end."""
    text = "\n".join([*(before or SPEECH), speech.CLOSING, *glossary])
    terms = find_terms(text, outline(text)[0])
    for term in terms:
        assert text[term.start : term.start + term.length].startswith(term.term)
        assert text[term.start : term.start + term.length].endswith(term.definition)
        for place in term.mentions:
            assert place.start + place.length <= text.index(glossary[0])
    return terms


def said(terms: list[Term]) -> list[tuple[str, str]]:
    """Terms and definitions alone."""
    return [(term.term, term.definition) for term in terms]


@pytest.mark.parametrize(
    "glossary",
    [
        ["名词解释", "1、“渡口计划”：是指修船。", "2.两岸通办：指两岸都办。"],
        ["名词解释", "（以先后为序）", "1、“渡口计划”", "是指修船。", "2、两岸通办", "指两岸都办。"],
        ["名词解释", "［1］“渡口计划”：", "是指修船。", "［2］两岸通办：", "指两岸都办。"],
        ["《政府工作报告》用语解释", "①“渡口计划”:是指修船。", "②两岸通办:指两岸都办。"],
        ["附件2", "名词解释", "“渡口计划”：是指修船。", "两岸通办：指两岸都办。"],
        ["名词解释", "1、“渡口计划”是指修船。", "2、两岸通办指两岸都办。"],
    ],
)
def test_every_form_of_glossary(glossary: list[str]) -> None:
    terms = terms_of(*glossary)
    assert said(terms) == [("“渡口计划”", "是指修船。"), ("两岸通办", "指两岸都办。")]
    assert [len(term.mentions) for term in terms] == [2, 1]


def test_a_term_without_a_sign_behind_it_ends_where_the_speech_does_not_go_on() -> None:
    terms = terms_of("名词解释", "1、72号码头该地块位于渡口东面。", "2、“三船一桥”改革“三船”即三条船。")
    assert said(terms) == [("72号码头", "该地块位于渡口东面。"), ("“三船一桥”改革", "“三船”即三条船。")]


def test_a_number_in_a_term_is_no_number_of_an_item() -> None:
    terms = terms_of(
        "名词解释", "1.“渡口计划”：三步：一、修船；二、造桥。", "2.6个码头：东西南北中和岛。", "3.10种鱼：鲤鱼等。"
    )
    assert [term.term for term in terms] == ["“渡口计划”", "6个码头", "10种鱼"]


def test_a_definition_may_have_several_paragraphs() -> None:
    terms = terms_of("名词解释", "1.“渡口计划”：修船。", "分为两期：", "到明年完成。", "2.两岸通办：都办。")
    assert said(terms)[0] == ("“渡口计划”", "修船。\n分为两期：\n到明年完成。")


def test_notes_whose_marks_were_lost_come_apart_where_the_speech_uses_the_term() -> None:
    terms = terms_of("名词解释", "①“渡口计划”:修船。两岸通办:都办。鱼市:没有说起。")
    assert said(terms) == [("“渡口计划”", "修船。"), ("两岸通办", "都办。鱼市:没有说起。")]


def test_parts_of_a_term_are_mentioned_where_the_whole_is_not() -> None:
    (term,) = terms_of("名词解释", "1.“渡口计划”、“三船一桥”：修船造桥。")
    assert len(term.mentions) == 3


def test_a_report_without_glossary_has_no_terms() -> None:
    text = "\n".join(speech.report())
    assert find_terms(text, outline(text)[0]) == []


@given(st.lists(st.text(alphabet="1２、.①：:“”是指即，。甲乙 ", max_size=20), max_size=8))
def test_any_glossary_is_read(lines: list[str]) -> None:
    terms_of("名词解释", *lines, before=["一、2023年工作回顾", "甲乙甲。"])


# How many terms each seed explains; 闵行 2019 lost the marks of its last two.
SEEDS = {
    "310101-2020": 19,
    "310101-2019": 11,
    "310112-2019": 12,
    "310109-2019": 8,
    "310109-2020": 13,
    "310101-2025": 19,
}


def test_all_terms_of_the_seeds() -> None:
    from archive.examine import Circumstances, examine

    shared = Path(__file__).parents[2] / "shared" / "seeds"
    if not shared.exists():
        pytest.skip("the seed pages are not beside this checkout (../shared/seeds)")
    counts = {}
    for path in sorted(shared.glob("0*.txt")):
        for finding in examine(path.read_bytes(), Circumstances()).findings:
            terms = find_terms(finding.text, outline(finding.text)[0])
            if not terms:
                continue
            counts[f"{finding.identity.region}-{finding.identity.year}"] = len(terms)
            for term in terms:
                assert 2 <= len(term.term) <= 40
                assert term.definition.endswith(("。", "”")), term.term
            assert sum(not term.mentions for term in terms) <= 1
    assert counts == SEEDS
