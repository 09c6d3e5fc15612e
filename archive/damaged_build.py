"""What the build of a text shows of its damage: chapters that are missing, what hangs on behind, years that are false.

Each detector is a small pure function with its figure, as in damage.py, which runs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archive.head import find_salutation, read_number
from archive.model import Problem

# 92 clean texts (62 reports of provinces, 30 of the demo) have no chapter without the one before it, no contents in
# front, and behind their last sentence neither words nor the title of another report. The longest, Guangdong's of 2025
# with its glossary, has 34,000 characters.
CONTENTS = 4  # headings in front of the speech (SOURCES §5)
TAIL = 400  # characters without a stop at the end
TITLES = 5  # of reports, in the last fifth
LONGEST = 80_000  # characters

STOP = re.compile("[。！？；!?;…]")
NUMERALS = "一二三四五六七八九十"
CHAPTER = re.compile(rf"^([{NUMERALS}]{{1,2}})、[^。；]{{2,42}}$", re.MULTILINE)
INSIDE = re.compile(rf"(?:^|(?<=[。！？；：”]))\s?([{NUMERALS}]{{1,2}})、", re.MULTILINE)
HEADING = re.compile(rf"(?:[{NUMERALS}]{{1,3}}、|[（(][{NUMERALS}]{{1,3}}[）)]).{{1,42}}")
TITLE = "政府工作报告"

# What can only be said after a meeting of the party, and the first year that a report which says it can plan. All were
# held in October or November but that of July 2024, of which a session of the same summer could speak.
KNOWN_FROM: dict[str, int] = {
    **{"十六大": 2003, "十七大": 2008, "十八大": 2013, "十九大": 2018, "二十大": 2023},
    **{"十七届三中全会": 2009, "十七届四中全会": 2010, "十七届五中全会": 2011, "十七届六中全会": 2012},
    **{"十八届三中全会": 2014, "十八届四中全会": 2015, "十八届五中全会": 2016, "十八届六中全会": 2017},
    **{"十九届四中全会": 2020, "十九届五中全会": 2021, "十九届六中全会": 2022},
    **{"二十届三中全会": 2024, "二十届四中全会": 2026},
}
SPIRIT = re.compile(rf"(?:{'|'.join(KNOWN_FROM)})(?=[^。；，]{{0,16}}精神)")


def find_missing_chapters(text: str) -> Iterator[Problem]:
    """A chapter without the one before it: 一、 三、 (READING §4.5); what stood between is gone.

    A heading that was not parted from its paragraph counts as there.
    """
    seen: set[int] = set()
    inside = {read_number(match[1]) for match in INSIDE.finditer(text)}
    for match in CHAPTER.finditer(text):
        number = read_number(match[1]) or 0
        if seen and number > 1 and number - 1 not in seen | inside:
            detail = f"chapter {number} follows chapter {max(seen)}"
            yield Problem("missing_chapter", "minor", detail, match.start(), len(match[0]))
        seen.add(number)


def find_tail(text: str) -> Iterator[Problem]:
    """A tag cloud, or titles of other reports, behind the last sentence (USERS §1.3: 46,000 characters)."""
    end = max((match.end() for match in STOP.finditer(text)), default=0)
    last_fifth = len(text) * 4 // 5
    titles = text.count(TITLE, last_fifth)
    if end and len(text) - end >= TAIL:
        yield Problem("tag_cloud", "major", f"{len(text) - end} characters behind the end", end, len(text) - end)
    elif titles >= TITLES:
        start = text.index(TITLE, last_fifth)
        yield Problem("tag_cloud", "major", f"{titles} titles of reports behind the end", start, len(TITLE))


def find_length(text: str) -> Iterator[Problem]:
    """A text longer than any report: it is one among others, or has far too much behind it."""
    if len(text) > LONGEST:
        yield Problem("too_long", "major", f"{len(text)} characters, more than twice the longest report known")


def find_false_year(text: str, year: int | None) -> Iterator[Problem]:
    """Words that nobody could say in the year the report is of: its years are false (SOURCES §5: sample farms)."""
    for match in SPIRIT.finditer(text) if year else ():
        if KNOWN_FROM[match[0]] > (year or 0):
            severity = "major" if f"{year}年" in text else "minor"
            detail = f"speaks of {match[0]}, over before a report of {KNOWN_FROM[match[0]]}, in one of {year}"
            yield Problem("false_year", severity, detail, match.start(), len(match[0]))
            return


def find_contents(paragraphs: Sequence[str]) -> Iterator[Problem]:
    """A table of contents in front of the speech (SOURCES §5); cleaning takes it out."""
    salutation = find_salutation(tuple(paragraphs))
    headings = sum(HEADING.fullmatch(line.strip()) is not None for line in paragraphs[: salutation or 0])
    if headings >= CONTENTS:
        yield Problem("contents_in_front", "note", f"{headings} headings in front of the speech, taken out")
