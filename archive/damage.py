"""What a text has lost or gained on its way here, measured: detectors, each a small pure function with its figure.

SOURCES §5 is the catalogue. A problem is "major" where the text is not what was said, "minor" where a reader should
know, "note" otherwise. A clean text must never be called damaged.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from archive.columns import find_interleaved
from archive.damaged_build import find_contents, find_false_year, find_length, find_missing_chapters, find_tail
from archive.fold import SIMPLIFIED
from archive.head import simplify
from archive.model import Candidate, Problem

TABLE = Path(__file__).parent / "common_characters.csv"
HAN_CHARACTER = re.compile(r"[\u4e00-\u9fff]")

# A character is missed where its lowest rate in any clean report promises so many, its mean rate so many, and it
# stands in the text at most so often (READING §4.1).
LOWEST_PROMISES, MEAN_PROMISES, AT_MOST = 3, 12, 1
# An aggregator's single paragraph (SOURCES §5).
RUN_TOGETHER = 3000
# Excel's limit for a cell, at which resellers' texts end (USERS §1.3).
CELL_LIMIT = 32767

# Of 92 clean texts (62 reports of provinces, 30 of the demo) the one with most has 1 traditional character in 14,000.
SOME_TRADITIONAL, ALL_TRADITIONAL = 0.01, 0.1
# In the same 92 no unit stands without its figure and one pair of marks is crossed.
DIGITS_LOST, CROSSED, CROSSED_SHARE = 3, 4, 0.01
COUNTED = "0-9一二三四五六七八九十百千万亿〇零○两几多数半余近.．％%‰"
FIGURE_LOST = re.compile(
    rf"(?<![{COUNTED}）)、，])(?:%|个百分点)|(?:达到?|完成|实现|增长|为|突破)(?:亿元|万元|亿美元|万人|万吨|公里)|年月日"
)
PAIRS = ("“”", "《》", "（）")
ADDRESS = re.compile(r"(?:https?://|www\.)[A-Za-z0-9./_-]{4,80}")


@cache
def common_characters() -> tuple[tuple[str, float, float], ...]:
    """Characters with their lowest and mean rate per 1,000 Han, over 69 reports of 2019–2026 (62 of provinces, 7 of
    districts), only those spread evenly: lowest at least a quarter of the mean."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple((row["character"], float(row["lowest"]), float(row["mean"])) for row in csv.DictReader(file))


def count_han(text: str) -> Counter[str]:
    """How often each Han character (U+3400 to U+9FFF) stands in a text; five times faster than counting matches."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    counts = np.bincount(codes[(codes >= 0x3400) & (codes < 0xA000)], minlength=1)
    return Counter({chr(code): int(counts[code]) for code in np.flatnonzero(counts)})


def find_lost_characters(text: str) -> Iterator[Problem]:
    """Common characters that should occur dozens of times and do not: a copy that deletes one throughout."""
    counts = count_han(simplify(text))  # 國 is no loss of 国
    thousands = counts.total() / 1000
    for character, lowest, mean in common_characters():
        promised = thousands * lowest >= LOWEST_PROMISES and thousands * mean >= MEAN_PROMISES
        if promised and counts[character] <= AT_MOST:
            detail = f"{character} is missing throughout, about {round(thousands * mean)} times"
            yield Problem("lost_character", "major", detail)


def find_question_marks(text: str) -> Iterator[Problem]:
    """Runs of ???? where characters could not be converted."""
    found = list(re.finditer(r"\?{3,}", text))
    if len(found) >= 3:
        yield Problem("question_marks", "major", f"{len(found)} runs of ???", found[0].start(), len(found[0][0]))


def find_undecodable(text: str) -> Iterator[Problem]:
    """Replacement characters and private-use characters: bytes or glyphs nobody could read."""
    found = list(re.finditer(r"[\ufffd\ue000-\uf8ff]", text))
    if found:
        yield Problem("unreadable_characters", "major", f"{len(found)} characters", found[0].start(), 1)


def find_pinyin(text: str) -> Iterator[Problem]:
    """Pinyin in brackets after characters: 現(xiàn)在, a mark of mirrored pages (SOURCES §1b)."""
    found = list(re.finditer(r"(?<=[\u4e00-\u9fff])[(（][a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]*[)）]", text))
    if len(found) >= 5:
        yield Problem("pinyin_in_brackets", "major", f"{len(found)} times", found[0].start(), len(found[0][0]))


def find_stars(text: str) -> Iterator[Problem]:
    """Stars in place of words."""
    found = list(re.finditer(r"\*{1,}", text))
    if len(found) >= 3:
        yield Problem("stars", "major", f"{len(found)} places", found[0].start(), len(found[0][0]))


def find_anonymised(text: str) -> Iterator[Problem]:
    """Names and years made unreadable: XX镇, 20xx年."""
    found = list(re.finditer(r"(?<![xX×])[xX×]{2,}[省市县区镇乡旗村]|20[xX×]{2}年", text))
    if found:
        yield Problem(
            "anonymised", "major", f"{len(found)} places, first {found[0][0]}", found[0].start(), len(found[0][0])
        )


def find_missing_years(text: str) -> Iterator[Problem]:
    """Headings that lost their year: 一、年工作回顾."""
    if match := re.search(r"^[一二三]、年[^，。]{0,10}(?:回顾|安排|任务|总结)", text, re.MULTILINE):
        yield Problem("missing_year", "major", match[0], match.start(), len(match[0]))


def find_repeats(text: str) -> Iterator[Problem]:
    """Long paragraphs that stand more than twice: a page repeated (USERS §1.3: six times)."""
    counts = Counter(line for line in text.split("\n") if len(line) >= 80)
    line, times = max(counts.items(), key=lambda item: item[1], default=("", 0))
    if times >= 3:
        yield Problem("repeated", "major", f"a paragraph stands {times} times", text.find(line), len(line))


def find_token_noise(text: str) -> Iterator[Problem]:
    """The same short ASCII token at the end of most paragraphs (SOURCES §5: gongwensou)."""
    ends = [match[0] for line in text.split("\n") if (match := re.search(r"[!-~]{3}$", line[-3:]))]
    token, times = max(Counter(ends).items(), key=lambda item: item[1], default=("", 0))
    if times >= 5 and times > 0.5 * len(text.split("\n")):
        yield Problem("token_noise", "major", f"{token} ends {times} paragraphs")


def find_escapes(text: str) -> Iterator[Problem]:
    r"""Markup written out: &nbsp; and literal \r\n."""
    found = list(re.finditer(r"&(?:nbsp|ensp|emsp|quot|amp|ldquo|rdquo);|\\r\\n|\\n", text))
    if found:
        yield Problem("escaped_markup", "minor", f"{len(found)} places", found[0].start(), len(found[0][0]))


def find_traditional(text: str) -> Iterator[Problem]:
    """Traditional characters in a text of the mainland: a mirror converted it (SOURCES §5)."""
    counts = count_han(text)
    traditional = sorted(counts.keys() & SIMPLIFIED.keys(), key=text.find)
    share = sum(counts[character] for character in traditional) / max(counts.total(), 1)
    if share >= SOME_TRADITIONAL:
        severity = "major" if share >= ALL_TRADITIONAL else "minor"
        detail = f"{share:.0%} of the characters are traditional ones"
        yield Problem("traditional", severity, detail, text.find(traditional[0]), 1)


def find_lost_digits(text: str) -> Iterator[Problem]:
    """Figures that are gone while their units stand: 增长%, 达到亿元, 年月日 (SOURCES §5: spans pasted from Word)."""
    found = list(FIGURE_LOST.finditer(text))
    if len(found) >= DIGITS_LOST:
        detail = f"{len(found)} figures are gone, first before {found[0][0]}"
        yield Problem("digits_lost", "major", detail, found[0].start(), len(found[0][0]))


def find_crossed_marks(text: str) -> Iterator[Problem]:
    """Quotes and brackets that open twice or close twice: lines out of order, or marks that are gone."""
    places: list[int] = []
    marks = 0
    for pair in PAIRS:
        found = [match.start() for match in re.finditer(f"[{pair}]", text)]
        marks += len(found)
        places += [place for before, place in pairwise(found) if text[before] == text[place]]
    if len(places) >= max(CROSSED, CROSSED_SHARE * marks):
        yield Problem("crossed_marks", "minor", f"{len(places)} of {marks} marks", min(places), 1)


def find_addresses(text: str) -> Iterator[Problem]:
    """Web addresses: the mark of a reseller or of a site (USERS §1.3)."""
    found = list(ADDRESS.finditer(text))
    if found:
        detail = f"{len(found)} addresses, first {found[0][0]}"
        yield Problem("watermark", "minor", detail, found[0].start(), len(found[0][0]))


DETECTORS: tuple[Callable[[str], Iterator[Problem]], ...] = (
    find_lost_characters,
    find_question_marks,
    find_undecodable,
    find_pinyin,
    find_stars,
    find_anonymised,
    find_missing_years,
    find_repeats,
    find_token_noise,
    find_escapes,
    find_traditional,
    find_lost_digits,
    find_crossed_marks,
    find_missing_chapters,
    find_tail,
    find_length,
    find_addresses,
)
# What cleaning takes out: where the text has none of it left, the page had.
CLEANED: tuple[Callable[[str], Iterator[Problem]], ...] = (find_pinyin, find_token_noise, find_escapes)


def find_damage(text: str, candidate: Candidate, year: int | None = None) -> tuple[Problem, ...]:
    """Every problem of a cleaned text, and what its raw candidate shows: run together, cut at a cell's limit.

    `year` is the year the report was found to be of. A problem of the raw candidate has no place in the text.
    """
    problems = [problem for detect in DETECTORS for problem in detect(text)]
    problems += find_false_year(text, year)
    problems += find_interleaved(candidate.paragraphs)
    problems += find_contents(candidate.paragraphs)
    raw = "\n".join(candidate.paragraphs)
    codes = {problem.code for problem in problems}
    for found in (problem for detect in CLEANED for problem in detect(raw) if problem.code not in codes):
        problems.append(replace(found, severity="note", detail=f"{found.detail}, taken out", start=None, length=None))
    longest = max(map(len, candidate.paragraphs), default=0)
    if longest > RUN_TOGETHER:
        detail = f"a paragraph of {longest} characters, split again at its headings"
        problems.append(Problem("paragraphs_run_together", "minor", detail))
    if len(raw) == CELL_LIMIT:
        problems.append(Problem("cut_at_cell_limit", "major", f"ends at {CELL_LIMIT} characters, a table cell's limit"))
    return tuple(problems)


def lost_characters(problems: tuple[Problem, ...]) -> str:
    """The characters a text has lost throughout, "" for none."""
    return "".join(problem.detail[0] for problem in problems if problem.code == "lost_character")
