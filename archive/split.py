"""A page → candidates: the items of a bundle page, the reports that stand one after another, or the page as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from archive.head import OPENING, SALUTATION, SITE_TAG, is_title, simplify
from archive.model import Candidate, Page, Problem
from archive.noise import drop_repeats

BULLET = re.compile(r"^[-•·●]$")
DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
# The bundles of 010b have 7 to 10 items. A page with more than this is no bundle: each item is read by itself.
MOST_ITEMS = 1000
# Two speeches on one page are further apart than a summary is from the speech it repeats (SOURCES §4, rule 5).
APART = 3000


def split_candidates(page: Page) -> list[Candidate]:
    """The candidates of a page, in page order, numbered from 1. A text that is shown again and again counts once."""
    once = tuple(drop_repeats(page.paragraphs))
    if repeated := sum(map(len, page.paragraphs)) - sum(map(len, once)):
        problem = Problem("repeated", "minor", f"{repeated} characters were shown more than once, taken once")
        candidates = split_candidates(replace(page, paragraphs=once))
        return [replace(candidate, problems=(problem,)) for candidate in candidates]
    for parts in (page.parts, list(bundle_items(page.paragraphs)), list(speeches(page.paragraphs))):
        if 0 < len(parts) <= MOST_ITEMS:
            return [candidate_of(number, tuple(part), page) for number, part in enumerate(parts, 1)]
    if not page.paragraphs:
        return []
    return [Candidate(1, page.paragraphs, page.title or first_title(page.paragraphs), page.published_on)]


def candidate_of(number: int, paragraphs: tuple[str, ...], page: Page) -> Candidate:
    """One item of a bundle: its first line is its title, a lone date at its end its day of publication."""
    lines = [line for line in paragraphs if not BULLET.match(line.strip())]
    published_on = page.published_on
    if lines and DAY.match(lines[-1].strip()):
        published_on = lines.pop().strip()
    title = first_title(lines) or (lines[0].strip() if lines and len(lines[0]) <= 80 else page.title)
    return Candidate(number, tuple(lines), title, published_on)


def first_title(lines: tuple[str, ...] | list[str]) -> str | None:
    """The first title line among the first lines of a text."""
    return next((line.strip() for line in lines[:30] if is_title(line)), None)


def bundle_items(paragraphs: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Items set as a lone bullet, a title, a text and a lone date (010b). Nothing unless there are two of them."""
    starts = [
        number
        for number, line in enumerate(paragraphs[:-2])
        if BULLET.match(line.strip()) and (SITE_TAG.match(paragraphs[number + 1]) or len(paragraphs[number + 1]) <= 60)
    ]
    if len(starts) > MOST_ITEMS:
        return
    items = []
    for start, end in zip(starts, [*starts[1:], len(paragraphs)], strict=False):
        dated = [number for number in range(start, end) if DAY.match(paragraphs[number].strip())]
        # What follows the date of the last item is the foot of the page.
        items.append(paragraphs[start : dated[-1] + 1] if dated else paragraphs[start:end])
    if len(items) >= 2:
        yield from items


def speeches(paragraphs: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Whole reports one after another on one page. Nothing unless there are two, each with its own salutation."""
    openings: list[tuple[int, int]] = []
    for number, line in enumerate(paragraphs):
        if SALUTATION.match(line) and OPENING.search(simplify("".join(paragraphs[number : number + 2])[:120])):
            start = head_start(paragraphs, number, openings[-1][1] if openings else -1)
            openings.append((start, number))
    starts = [0, *(start for start, opening in openings[1:] if start < opening)]
    parts = [paragraphs[a:b] for a, b in zip(starts, [*starts[1:], len(paragraphs)], strict=True)]
    if len(parts) >= 2 and min(sum(map(len, part)) for part in parts) >= APART:
        yield from parts


def head_start(paragraphs: tuple[str, ...], opening: int, floor: int) -> int:
    """Where the head above a salutation begins: its title line, at most 12 lines up; the salutation itself if none."""
    for number in range(opening - 1, max(floor, opening - 12), -1):
        if is_title(paragraphs[number]):
            return number
    return opening
