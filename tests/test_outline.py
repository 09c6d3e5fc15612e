"""Sections and paragraphs: found on every kind of text, adding up to it."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archive.clean import clean_text
from archive.outline import outline
from archive.paragraphs import glued_heading
from tests import speech


def tops(text: str) -> list[tuple[str, str]]:
    """Kind and heading of each section of the first level."""
    return [(part.kind, part.heading) for part in outline(text)[0] if part.level == 1]


LINES = st.one_of(
    st.sampled_from(
        [
            "一、2023年工作回顾",
            "二、做好渡口工作",
            "（一）修桥。桥修好了。",
            "1.种树",
            "一是修路。路修好了。",
            "附件",
            "名词解释",
        ]
    ),
    st.sampled_from(["各位代表：", "各位代表！让我们划船。", "", "第一部分 过去五年", "“十四五”时期工作回顾"]),
    st.text(alphabet="一二（）()、.1附件是。各位代表\u3000甲", max_size=12),
)


@given(st.lists(LINES, min_size=1, max_size=25))
def test_paragraphs_add_up_and_sections_nest_in_any_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    sections, paragraphs = outline(text)
    assert "\n".join(text[part.start : part.start + part.length] for part in paragraphs) == text
    assert [part.n for part in paragraphs] == list(range(1, len(paragraphs) + 1))
    assert [part.n for part in sections] == list(range(1, len(sections) + 1))
    for part in sections:
        assert 1 <= part.level <= 3
        assert text.startswith(part.heading, part.start)
        for other in sections[part.n :]:
            apart = other.start >= part.start + part.length
            assert apart or (other.start + other.length <= part.start + part.length and other.level > part.level)
    places = {part.n: part for part in sections}
    for paragraph in paragraphs:
        if paragraph.section is not None:
            part = places[paragraph.section]
            assert part.start <= paragraph.start
            assert paragraph.start + paragraph.length <= part.start + part.length


def test_sections_have_kinds_levels_and_places() -> None:
    text = "\n".join([*speech.report(), "名词解释", "1、渡口计划：是一种计划。"])
    sections, _ = outline(text)
    assert tops(text) == [
        ("review", "一、2023年工作回顾"), ("plan", "二、2024年主要任务"),
        ("government", "三、加强政府自身建设"), ("closing", ""), ("glossary", "名词解释"),
    ]  # fmt: skip
    chapters = [part for part in sections if part.level == 1]
    for one, following in pairwise(chapters):
        assert one.start + one.length + 1 == following.start
    assert chapters[-1].start + chapters[-1].length == len(text)


def test_headings_nest_to_three_levels() -> None:
    text = "\n".join(
        [
            "一、2024年工作安排",
            "一是修桥。桥要修好。",
            "二是修路。路要修好。",
            "（一）种果树",
            "1.梨树。种好梨树。",
            "一是浇水。每天浇水。",
            "二是松土。每周松土。",
            "2.桃树。种好桃树。",
            "（二）养蜂",
            "各位代表！让我们种树养蜂。",
        ]
    )
    found = [(part.level, part.heading) for part in outline(text)[0]]
    assert found == [
        (1, "一、2024年工作安排"), (2, "一是修桥"), (2, "二是修路"), (2, "（一）种果树"),
        (3, "1.梨树"), (3, "2.桃树"), (2, "（二）养蜂"), (1, ""),
    ]  # fmt: skip


def test_chapters_without_numbers() -> None:
    text = "\n".join(
        [
            "各位代表：",
            "2023年工作回顾",
            "修了桥。",
            "2024年工作安排",
            "要修路。",
            "加强政府自身建设",
            "少开会。",
            "各位代表！让我们修路。",
        ]
    )
    assert [kind for kind, _ in tops(text)] == ["review", "plan", "government", "closing"]


def test_chapters_whose_headings_do_not_say_what_they_are() -> None:
    text = "\n".join(
        [
            "一、心系渡口，谱写新篇",
            "修了桥。",
            "二、再向前行，不负所托",
            "主要预期目标是：造船十条。",
            "三、步履不停，来日方长",
            "要修路。",
        ]
    )
    assert [kind for kind, _ in tops(text)] == ["review", "plan", "plan"]


def test_a_term_is_no_year() -> None:
    both = "一、“十四五”时期和2025年工作回顾\n二、“十四五”时期成就和“十五五”时期主要目标任务\n三、“十五五”时期主要目标"
    assert [kind for kind, _ in tops(both)] == ["review", "term", "plan"]
    assert tops("一、本届政府五年工作回顾")[0][0] == "term"


def test_a_heading_on_two_lines_and_attachments() -> None:
    lines = [
        "一、2023年工作回顾",
        "修了桥。",
        "二、持续提升政府",
        "治理效能和服务水平",
        "少开会。",
        "各位代表！让我们少开会。",
    ]
    attached = [
        "附件1",
        "十件实事",
        "一、修桥。修三座桥。",
        "二、修路。修三条路。",
        "附件2",
        "名词解释",
        "1.渡口：过河处。",
    ]
    text = "\n".join(lines + attached)
    sections, _ = outline(text)
    assert tops(text) == [
        ("review", "一、2023年工作回顾"), ("government", "二、持续提升政府\n治理效能和服务水平"), ("closing", ""),
        ("other", "附件1\n十件实事"), ("glossary", "附件2\n名词解释"),
    ]  # fmt: skip
    assert [part.heading for part in sections if part.level == 2] == ["一、修桥", "二、修路"]


def test_a_paragraph_that_begins_with_a_number_is_no_heading() -> None:
    sections, _ = outline("一、" + speech.paragraph(1))
    assert sections == []


def test_a_page_of_nothing_but_headings_is_outlined_in_time() -> None:
    began = time.process_time()
    sections, _ = outline("一、甲\n（一）乙\n" * 100_000)
    assert time.process_time() - began < 20
    assert [(section.start, section.length) for section in sections[-2:]] == [(899_991, 9), (899_995, 5)]


def test_a_section_glued_to_its_first_sentence_comes_apart_where_it_is_clear() -> None:
    assert glued_heading("（一）渡口建设迈出新步伐面对多变的水情，我们修了桥。") == "（一）渡口建设迈出新步伐"
    assert glued_heading("（一）渡口建设全面加强桥梁管理有序推进。修了桥。") == ""
    assert glued_heading("（一）深化渡口改革，渡口发展步伐加快。修了桥。") == ""
    words = "（二）优化渡口环境取得新成效", "坚持用修桥的办法破解难题，修了三座桥。"
    body = "".join(speech.paragraph(number) for number in range(16))
    text = clean_text(["一、2023年工作回顾" + body + words[0] + words[1] + body])
    assert "\n".join(words) in text


def test_chapters_of_a_speech_run_into_one_line_come_apart() -> None:
    body = "".join(speech.paragraph(number) for number in range(12))
    chapters = ["一、2023年工作回顾", "二、2024年工作总体要求和重点任务", "三、全面提升政府治理效能"]
    flat = "".join(chapter + body for chapter in chapters)
    text = clean_text([*speech.report()[:4], flat + speech.CLOSING])
    assert tops(text) == [*zip(("review", "plan", "government"), chapters, strict=True), ("closing", "")]


def test_sections_whose_chapter_is_lost_are_no_chapters() -> None:
    sections, _ = outline("（一）修桥。桥修好了。\n（二）修路。路修好了。\n二、2024年工作安排\n（一）种树\n（二）养蜂")
    assert [(part.level, part.kind) for part in sections] == [
        (2, "other"), (2, "other"), (1, "plan"), (2, "plan"), (2, "plan"),
    ]  # fmt: skip
