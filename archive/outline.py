"""The build of a report: its sections with their kinds, its paragraphs, each as a place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

NUMERALS = "一二三四五六七八九十"
CHAPTER = re.compile(rf"^[{NUMERALS}]{{1,3}}、")
SECTION = re.compile(rf"^[（(][{NUMERALS}]{{1,3}}[）)]")
GLOSSARY = re.compile(r"^.{0,40}(?:名词解释|用语解释|名词注释|名词说明|名词术语解释|有关用语|注释[:：]?$)")
# A heading is a line of its own; a longer line is a paragraph that begins with a number (READING §6.4).
HEADING = 60

# (kind, words of a chapter's heading), the first that fits counts.
KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("glossary", GLOSSARY),
    ("government", re.compile(r"自身建设|政府建设|政府系统建设")),
    (
        "term",
        re.compile(
            r"五年(?:来|工作|的|回顾)|本届政府|过去五年|“十[一二三四五]五”(?:时期|期间|发展)?.{0,6}(?:回顾|成就|成绩)"
        ),
    ),
    ("review", re.compile(r"回顾|总结|成绩|成就|完成情况|过去一年")),
    ("plan", re.compile(r"安排|任务|目标|重点|打算|要求|思路|工作|规划|举措|展望|今年|明年")),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: `kind` of KINDS or "other", `level` 1 for 一、 and 2 for （一）, its place in characters."""

    n: int
    kind: str
    level: int
    heading: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph's place, and the number of the innermost section it stands in (None: the head)."""

    n: int
    section: int | None
    start: int
    length: int


def outline(text: str) -> tuple[list[Section], list[Paragraph]]:
    """Sections and paragraphs of a report's text; paragraphs and line ends add up to the text."""
    sections: list[Section] = []
    paragraphs: list[Paragraph] = []
    open_kind, place = "other", 0
    starts: list[tuple[int, str, int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        level = heading_level(line)
        if level == 1:
            open_kind = kind_of(line)
        if level:
            starts.append((place, open_kind, level, line))
        paragraphs.append(Paragraph(number, len(starts) or None, place, len(line)))
        place += len(line) + 1
    # From the end: where the next heading of this level or a higher one begins. A search from each heading would take
    # quadratic time on a page of nothing but headings.
    follows = {1: len(text), 2: len(text)}
    for n, (start, kind, level, heading) in reversed([*enumerate(starts, 1)]):
        end = follows[level]
        follows |= {below: start for below in follows if below >= level}
        sections.append(Section(n, kind, level, heading, start, end - start - (end < len(text))))
    return sections[::-1], paragraphs


def heading_level(line: str) -> int:
    """1 for a chapter's heading, 2 for a section's, 0 for a paragraph."""
    if len(line) > HEADING or re.search(r"[。！？]$", line):
        return 0
    if CHAPTER.match(line) or GLOSSARY.match(line):
        return 1
    return 2 if SECTION.match(line) else 0


def kind_of(heading: str) -> str:
    """The kind of a chapter by its heading."""
    return next((kind for kind, words in KINDS if words.search(heading)), "other")
