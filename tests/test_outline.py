"""Sections and paragraphs add up to the text."""

import time
from itertools import pairwise

from archive.outline import outline
from tests import speech


def test_paragraphs_add_up_to_the_text() -> None:
    text = "\n".join(speech.report())
    _, paragraphs = outline(text)
    assert "\n".join(text[part.start : part.start + part.length] for part in paragraphs) == text
    assert [part.n for part in paragraphs] == list(range(1, len(paragraphs) + 1))


def test_sections_have_kinds_levels_and_places() -> None:
    text = "\n".join([*speech.report(), "名词解释", "1、渡口计划：是一种计划。"])
    sections, _ = outline(text)
    top = [(part.kind, part.heading) for part in sections if part.level == 1]
    assert top == [
        ("review", "一、2023年工作回顾"), ("plan", "二、2024年主要任务"),
        ("government", "三、加强政府自身建设"), ("glossary", "名词解释"),
    ]  # fmt: skip
    for part in sections:
        assert text[part.start :].startswith(part.heading)
    chapters = [part for part in sections if part.level == 1]
    for one, following in pairwise(chapters):
        assert one.start + one.length + 1 == following.start
    assert chapters[-1].start + chapters[-1].length == len(text)


def test_a_paragraph_that_begins_with_a_number_is_no_heading() -> None:
    sections, _ = outline("一、" + speech.paragraph(1))
    assert sections == []


def test_a_page_of_nothing_but_headings_is_outlined_in_time() -> None:
    began = time.process_time()
    sections, _ = outline("一、甲\n（一）乙\n" * 100_000)
    assert time.process_time() - began < 20
    assert [(section.start, section.length) for section in sections[-2:]] == [(899_991, 9), (899_995, 5)]
