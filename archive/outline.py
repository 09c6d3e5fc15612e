"""The build of a report: its sections with their kinds, its paragraphs, each as a place in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

NUMERALS = "一二三四五六七八九十"
# What stands before a heading, outermost first: a heading ends all that are open of its own rank or a lower one.
MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"^第([{NUMERALS}]{{1,3}})(?:部分|[章篇])[：:、\s]?")),
    ("chapter", re.compile(rf"^([{NUMERALS}]{{1,3}})、")),
    ("section", re.compile(rf"^[（(]([{NUMERALS}]{{1,3}})[）)]")),
    ("item", re.compile(r"^(\d{1,2})(?:、|[.．](?!\d))")),
    ("ordinal", re.compile(rf"^([{NUMERALS}]{{1,2}})是")),
)
RANKS = {"title": 0, "part": 1} | {mark: rank for rank, (mark, _) in enumerate(MARKS[1:], 2)}
# Levels below the third are lists, not headings (issue 8).
DEEPEST = 3
# A heading is a line of its own; a longer line is a paragraph that begins with a number (READING §6.4).
HEADING = 60
# A paragraph's first sentence is its heading where it is no longer: the longest of 62 provincial reports has 44.
LEAD = 45
GLOSSARY = re.compile(
    r"^(?:附件[\d一二三]?)?.{0,40}(?:名词解释|用语解释|名词注释|名词说明|名词术语解释|有关用语|注释[:：]?$)"
)
ATTACHMENT = re.compile(r"^附\s?件\s?[\d一二三四]?[:：]?$")
# A chapter without a number: 2024年工作回顾, “十五五”时期的主要目标任务.
UNNUMBERED = re.compile(
    r"^(?:关于)?(?:\d{4}年|过去|“十[一二三四五六]五”|今年|今后|本届)[^，。；：！、,;:!]{2,24}"
    r"(?:回顾|总结|成就|成绩|安排|任务|目标|工作|建议|举措)$|^(?:全面|切实)?加强政府自身建设$"
)
# The last words to the delegates stand in so many lines: 各位代表！ on a line of its own, then one or two.
LAST_LINES = 4
# No more deeper headings than so many stand between two that follow one another (the most of 62 reports: 23).
BETWEEN = 60

BACK = re.compile(r"回顾|总结|成绩|成就|完成情况|过去")
AHEAD = re.compile(r"目标|任务|安排|规划|展望|今后|今年")
YEAR = re.compile(r"\d{4}年|一年|[二两]〇.{2}年")
FIVE_YEARS = re.compile(r"五年|本届|“十[一二三四五六]五”")
GOVERNMENT = re.compile(
    r"自身建设|政府(?:系统)?建设|(?:服务型|法治|满意的?)政府|政府治理|政府现代化|政府职能|政府履职|治理效能"
    r"|党的全面领导|治理体系和治理能力"
)
GOALS = re.compile(r"(?:预期目标|奋斗目标|主要目标)(?:建议)?[是为]")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: its `kind`, its `level` from 1 to 3, its place in characters.

    `heading` is as printed, with the line ends where it goes over several lines; empty for the closing words. A heading
    that begins its paragraph (（一）稳住经济。…) goes up to the end of its sentence.
    """

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


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading before its level is known. `lead`: the paragraph goes on behind it."""

    line: int
    mark: str
    number: int
    words: str
    lead: bool = False


def outline(text: str) -> tuple[list[Section], list[Paragraph]]:
    """Sections and paragraphs of a report's text; paragraphs and line ends add up to the text."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    sections = close_sections(name_kinds(level_headings(find_headings(lines)), lines), starts, len(text))
    by_line = {section.start: section.n for section in sections}
    paragraphs: list[Paragraph] = []
    innermost: int | None = None
    for number, line in enumerate(lines):
        innermost = by_line.get(starts[number], innermost)
        paragraphs.append(Paragraph(number + 1, innermost, starts[number], len(line)))
    return sections, paragraphs


def find_headings(lines: Sequence[str]) -> list[Heading]:
    """Every line that is or begins with a heading, the closing words among them, in order."""
    found = [heading for number, line in enumerate(lines) if (heading := read_heading(number, line))]
    found = [join_lines(heading, lines) for heading in found]
    if not any(heading.mark == "chapter" and looks_back(heading.words) for heading in found):
        taken = {heading.line for heading in found}
        free = (number for number, line in enumerate(lines) if number not in taken and UNNUMBERED.match(line))
        found = sorted([*found, *(Heading(n, "title", 0, lines[n]) for n in free)], key=lambda h: h.line)
    return add_closing(keep_sequences(found), lines)


def read_heading(number: int, line: str) -> Heading | None:
    """The heading a line is or begins with, by its mark and its length."""
    if len(line) <= HEADING and (GLOSSARY.match(line) or ATTACHMENT.match(line)):
        return Heading(number, "glossary" if GLOSSARY.match(line) else "attachment", 0, line)
    for mark, pattern in MARKS:
        if not (match := pattern.match(line)):
            continue
        value = int(match[1]) if match[1].isdecimal() else numeral(match[1])
        sentence = re.match(r"[^。！？；!?;]*", line[: HEADING + 1])
        end = sentence.end() if sentence else 0
        if end == len(line) and len(line) <= HEADING:
            return Heading(number, mark, value, line)
        # 。 ends a heading that has a line of its own too.
        if end <= LEAD and line[end : end + 1] in "。！!" and end + 1 < len(line) + (mark != "chapter"):
            return Heading(number, mark, value, line[:end], lead=end + 1 < len(line))
        return None
    return None


def numeral(words: str) -> int:
    """The number of a Chinese numeral up to 99: 十二 → 12."""
    tens, ten, ones = words.rpartition("十")
    return (NUMERALS.index(tens[0]) + 1 if tens else 1) * 10 * bool(ten) + (NUMERALS.index(ones[0]) + 1 if ones else 0)


def join_lines(heading: Heading, lines: Sequence[str]) -> Heading:
    """A heading with its second line, where only both say what it is: 附件 / 名词解释, 三、提升政府 / 治理效能."""
    following = lines[heading.line + 1] if heading.line + 1 < len(lines) else ""
    if heading.mark not in ("attachment", "chapter") or not following or len(following) > HEADING // 2:
        return heading
    if re.search(r"[，。；：！,;:!]", following) or (heading.mark == "chapter" and read_heading(0, following)):
        return heading
    words = f"{heading.words}\n{following}"
    if heading.mark == "attachment":
        return replace(heading, words=words, mark="glossary" if GLOSSARY.match(following) else "attachment")
    known = kind_of(heading.words) is not None or kind_of(heading.words + following) is None
    return heading if known else replace(heading, words=words)


def keep_sequences(found: list[Heading]) -> list[Heading]:
    """Only headings that belong: a glossary's items are none, a lead counts where it is one of a row from the first.

    In an attachment the rows begin with 一、; elsewhere 一、 is a chapter and has a line of its own.
    """
    kept: list[Heading] = []
    inside = ""
    skip = -1
    for place, heading in enumerate(found):
        if heading.line == skip:
            continue
        if heading.mark in ("glossary", "attachment"):
            inside = heading.mark
            skip = heading.line + heading.words.count("\n")
        elif inside == "glossary":
            continue
        elif heading.lead or heading.mark in ("item", "ordinal"):
            if heading.mark in ("part", "chapter") and inside != "attachment":
                continue
            if not in_row(found, place):
                continue
        kept.append(heading)
    return kept


def in_row(found: Sequence[Heading], place: int) -> bool:
    """Whether the heading before or behind this one, of its mark and under the same, has the number next to its own."""
    heading = found[place]
    for step in (-1, 1):
        other = place + step
        while 0 <= other < len(found) and RANKS.get(found[other].mark, 0) > RANKS[heading.mark]:
            other += step if abs(other - place) < BETWEEN else step * len(found)
        beside = found[other] if 0 <= other < len(found) else heading
        if beside.mark == heading.mark and beside.number == heading.number + step:
            return True
    return False


def add_closing(found: list[Heading], lines: Sequence[str]) -> list[Heading]:
    """The headings with the place of the closing words: the last lines of the speech, from 各位代表 on."""
    tail = next((h.line for h in found if h.mark in ("glossary", "attachment")), len(lines))
    headed = max((h.line for h in found if h.line < tail), default=-1)
    first = max(headed + 1, tail - LAST_LINES)
    addressed = [number for number in range(first, tail) if lines[number].startswith("各位代表")]
    closing = addressed[-1] if addressed else tail - 1
    if not found or closing < first or not (addressed or re.search("让我们|奋斗", lines[closing])):
        return found
    return sorted([*found, Heading(closing, "closing", 0, "")], key=lambda heading: heading.line)


def level_headings(found: Sequence[Heading]) -> list[tuple[Heading, int]]:
    """Each heading with its level, from 1; deeper ones than the third are left out."""
    open_ranks: list[int] = []
    levelled: list[tuple[Heading, int]] = []
    for heading in found:
        rank = RANKS.get(heading.mark, 0)
        while open_ranks and open_ranks[-1] >= rank:
            open_ranks.pop()
        open_ranks.append(rank)
        # A （一） whose chapter has lost its heading is no chapter.
        level = max(len(open_ranks), 1 + (rank > RANKS["chapter"]))
        if level <= DEEPEST:
            levelled.append((heading, level))
    return levelled


def name_kinds(levelled: list[tuple[Heading, int]], lines: Sequence[str]) -> list[tuple[Heading, int, str]]:
    """Each heading with its level and kind.

    A chapter's kind is in its heading's words. Where they say nothing (一、牢记嘱托，…) the first chapter is a review,
    and what names the goals is a plan. Sections have their chapter's kind; one of a plan may be about the government.
    """
    named: list[tuple[Heading, int, str]] = []
    kind = "other"
    kinds: dict[int, str] = {}
    seen_review = False
    tops = iter([heading.line for heading, level in levelled if level == 1][1:])
    for heading, level in levelled:
        end = next(tops, len(lines)) if level == 1 else 0
        words = heading.words.replace("\n", "")
        if heading.mark in ("glossary", "closing"):
            kind = heading.mark
        elif heading.mark == "attachment":
            kind = "other"
        elif level == 1:
            ahead = seen_review or any(GOALS.search(line) for line in lines[heading.line : end])
            numbered = heading.mark in ("part", "chapter", "title")
            kind = kind_of(words) or (("plan" if ahead else "review") if numbered else "other")
            seen_review = seen_review or kind in ("review", "term")
        about = kind if level == 1 else kinds.get(level - 1, kind)
        if about == "plan" and level > 1 and kind_of(words) == "government":
            about = "government"
        kinds[level] = about
        named.append((heading, level, about))
    return named


def kind_of(heading: str) -> str | None:
    """The kind of a chapter by its heading: review, term, plan or government; None where the words do not say.

    term looks back on several years and not on one alone.
    """
    if GOVERNMENT.search(heading):
        return "government"
    if looks_back(heading):
        periods = set(re.findall("“十[一二三四五六]五”", heading))
        mixed = len(periods) > 1 and AHEAD.search(heading)
        return "term" if mixed or (FIVE_YEARS.search(heading) and not YEAR.search(heading)) else "review"
    if AHEAD.search(heading) or re.search("重点|打算|要求|思路|举措|工作|明年|考虑|建议|说明|纲要", heading):
        return "plan"
    return None


def looks_back(heading: str) -> bool:
    """Whether a heading speaks of what was done."""
    return BACK.search(heading) is not None


def close_sections(named: Sequence[tuple[Heading, int, str]], starts: Sequence[int], end: int) -> list[Section]:
    """The sections with their places: each goes up to the next heading of its level or a higher one."""
    sections: list[Section] = []
    # From the end: a search from each heading would take quadratic time on a page of nothing but headings.
    follows = dict.fromkeys(range(1, DEEPEST + 1), end)
    for n, (heading, level, kind) in reversed([*enumerate(named, 1)]):
        start, stop = starts[heading.line], follows[level]
        follows |= {below: start for below in follows if below >= level}
        sections.append(Section(n, kind, level, heading.words, start, stop - start - (stop < end)))
    return sections[::-1]
