"""What a site or a print put into a text, taken out again: tokens, readings, insertions, page furniture, repeats. Pure.

Nothing here adds a character; each rule asks for evidence from the whole text before it takes one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from archive.furniture import patterns
from archive.head import DASHES, HAN, HEAD_LINES, SALUTATION, SITE_TAG, is_title, tidy_title

# What sites write into a text, with the reason it is theirs. {title} stands for the title of the report itself.
INSERTIONS: tuple[tuple[str, str], ...] = (
    (r"{title}第[一二三四五六七八九十]+部分", "010b puts it before 一、 二、 三、"),
    (r"{title}全文完$", "010b ends every article with it"),
    (r"(?<=[。！])[（(]政府工作报告[）)]", "010b, between two sentences"),
)

# 現(xiàn)在, 們(men): so many with a tone mark, and all brackets of Latin letters after a Han character are readings.
TONED = re.compile(rf"(?<=[{HAN}])[(（][a-zü]{{0,3}}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{{0,4}}[)）]")
READING = re.compile(rf"(?<=[{HAN}])[(（]\s?[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{{1,7}}\s?[)）]")
READINGS = 5  # a report explains a handful of Latin abbreviations in brackets, none with tone marks

# vfO, v7R at the end of paragraphs, another for each page (SOURCES §1, gongwensou).
TOKEN = re.compile(r"(?<=[^0-9A-Za-z])[0-9A-Za-z]{2,6}(?=\s|$)")
TOKENS, TOKEN_SHARE = 5, 0.2  # of the lines: where lines are wrapped too, most do not end a paragraph

PAGE_NUMBER = re.compile(
    rf"^[{DASHES}·\s]+\d{{1,3}}[{DASHES}·\s]+$|^第\s*\d+\s*页(?:[,，/\s]*共\s*\d+\s*页)?$|^\d{{1,3}}\s*/\s*\d{{1,3}}$"
)
# Bare numbers are page numbers where they count up, three at least, with a good part of a page between them.
COUNTED, PAGE_PROSE = 3, 150
# A running head is short, and stands beside so many page numbers and half of them; without numbers it cuts sentences.
HEAD_LENGTH, HEAD_TIMES = 40, 3

# A run of paragraphs that stood before is a page shown again; a summary that repeats the opening is shorter.
REPEATED_CHARS, REPEATED_PARAGRAPHS, TELLING = 1500, 5, 40


def drop_insertions(paragraphs: list[str]) -> list[str]:
    """Take out what a site wrote into the text around the report's own title."""
    titles = {tidy_title(line) for line in paragraphs[:HEAD_LINES] if is_title(line)}
    for line in paragraphs[:HEAD_LINES]:
        if match := re.match(r"[^，。；]{2,40}?政府工作报告(?=全文)", SITE_TAG.sub("", line)):
            titles.add(match[0])
    if not titles:
        return paragraphs
    title = "(?:" + "|".join(re.escape(title) for title in sorted(titles, key=len, reverse=True)) + ")"
    rules = [re.compile(pattern.replace("{title}", title)) for pattern, _ in INSERTIONS]
    kept = []
    for paragraph in paragraphs:
        line = paragraph
        for rule in rules:
            line = rule.sub("", line)
        if line.strip():
            kept.append(line.strip())
    return kept


def drop_inserted_lines(paragraphs: list[str]) -> list[str]:
    """Take out links and advertisements that a site put between two paragraphs."""
    return [line for line in paragraphs if not patterns("body").match(line)]


def drop_readings(paragraphs: list[str]) -> list[str]:
    """Take out the pinyin that mirrors put in brackets after characters."""
    if sum(len(TONED.findall(line)) for line in paragraphs) < READINGS:
        return paragraphs
    return [READING.sub("", line) for line in paragraphs]


def drop_tokens(paragraphs: list[str]) -> list[str]:
    """Take out the token that a page put at the end of its paragraphs; a text run together comes apart there."""
    ends = Counter(word for line in paragraphs for word in TOKEN.findall(line) if not word.isdecimal())
    token, times = max(ends.items(), key=lambda item: item[1], default=("", 0))
    if times < max(TOKENS, TOKEN_SHARE * len(paragraphs)):
        return paragraphs
    marked = re.compile(rf"(?<=[^0-9A-Za-z]){re.escape(token)}(?:\s+|$)")
    return [part for line in paragraphs for part in map(str.rstrip, marked.split(line)) if part]


def drop_page_furniture(paragraphs: list[str]) -> list[str]:
    """Take out page numbers (— 3 —, 第 3 页 共 20 页, 3/20, a bare 3 that counts) and running heads."""
    numbers = {place for place, line in enumerate(paragraphs) if PAGE_NUMBER.match(line)} | counted(paragraphs)
    gone = numbers | beside_numbers(paragraphs, numbers) | cutting_heads(paragraphs)
    return [line for place, line in enumerate(paragraphs) if place not in gone]


def counted(paragraphs: Sequence[str]) -> set[int]:
    """The places of bare numbers that count the pages."""
    chain: list[int] = []
    for place, line in enumerate(paragraphs):
        if line.isdecimal() and len(line) <= 3:
            last = int(paragraphs[chain[-1]]) if chain else 0
            if last < int(line) <= last + 2:
                chain.append(place)
    between = sum(map(len, paragraphs[chain[0] : chain[-1]])) if chain else 0
    return set(chain) if len(chain) >= COUNTED and between >= PAGE_PROSE * (len(chain) - 1) else set()


def beside_numbers(paragraphs: Sequence[str], numbers: set[int]) -> set[int]:
    """The places of short lines that stand beside page numbers again and again."""
    beside = [place + step for place in numbers for step in (-1, 1) if 0 <= place + step < len(paragraphs)]
    times = Counter(without_digits(paragraphs[place]) for place in beside)
    least = max(HEAD_TIMES, len(numbers) / 2)
    return {
        place
        for place in beside
        if times[without_digits(paragraphs[place])] >= least and len(paragraphs[place]) <= HEAD_LENGTH
    }


def cutting_heads(paragraphs: Sequence[str]) -> set[int]:
    """The places of a short line that returns, and cuts a sentence more often than not."""
    times = Counter(line for line in paragraphs if len(line) <= HEAD_LENGTH and not SALUTATION.match(line))
    heads = {line for line, count in times.items() if count > HEAD_TIMES}
    if not heads:
        return set()
    cuts = Counter(
        line
        for before, line in pairwise(paragraphs)
        if line in heads and len(before) > HEAD_LENGTH and before[-1] not in "。！？：；…”）"
    )
    return {place for place, line in enumerate(paragraphs) if line in heads and cuts[line] >= HEAD_TIMES}


def without_digits(line: str) -> str:
    """A line as it compares between pages."""
    return re.sub(r"\d+", "#", "".join(line.split()))


def drop_repeats(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs without pages that were shown before (USERS §1.3: whole texts six times)."""
    paragraphs = [once(line) if len(line) >= 2 * REPEATED_CHARS else line for line in paragraphs]
    first: dict[str, int] = {}
    short: set[str] = set()
    kept: list[int] = []
    place = 0
    while place < len(paragraphs):
        line = paragraphs[place]
        length = repeated_run(paragraphs, first[line], place) if line in first else 0
        if length:
            # What stands above a text is shown again with it, and so is what stands below.
            above = first[line] - 1
            while kept and above >= 0 and kept[-1] > above and paragraphs[kept[-1]] == paragraphs[above]:
                kept.pop()
                above -= 1
            place += length
            while place < len(paragraphs) and paragraphs[place] in short:
                place += 1
            continue
        if len(line) >= TELLING:
            first.setdefault(line, place)
        else:
            short.add(line)
        kept.append(place)
        place += 1
    return [paragraphs[place] for place in kept]


def once(line: str) -> str:
    """A text that was run together, once where nothing but the text again follows it."""
    period = line.find(line[:TELLING], REPEATED_CHARS)
    return line[:period].rstrip() if period > 0 and line[period:] == line[: len(line) - period] else line


def repeated_run(paragraphs: Sequence[str], earlier: int, later: int) -> int:
    """How many paragraphs from `later` on repeat those from `earlier` on; 0 where they are too few to be a page."""
    length = chars = 0
    while (
        earlier + length < later
        and later + length < len(paragraphs)
        and paragraphs[earlier + length] == paragraphs[later + length]
    ):
        chars += len(paragraphs[later + length])
        length += 1
    return length if chars >= REPEATED_CHARS and length >= REPEATED_PARAGRAPHS else 0
