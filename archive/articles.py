"""Articles on several pages: which addresses are later pages of one, and how their pages are joined. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from archive.furniture import is_furniture
from archive.head import OPENING, SALUTATION, is_title, tidy_title
from archive.model import Page

# bx2200.com 12036_2.html, district.ce.cn …_1.shtml (SOURCES §1). No article seen has more pages than ahmhxc's 20.
LATER_PAGE = re.compile(r"^(?P<stem>.+)_(?P<number>[1-9]|1\d|2\d)(?P<suffix>\.s?html?)$")
MOST_PAGES = 29
# A later page repeats navigation and title in at most so many lines.
REPEATED = 12


def first_page_key(url_key: str) -> str | None:
    """The key of the first page of the article whose later page `url_key` would be; None where it has no number."""
    match = LATER_PAGE.match(url_key)
    return match["stem"] + match["suffix"] if match else None


def later_page_keys(url_key: str) -> list[str]:
    """The keys the later pages of an article would have, in order; some sites begin with 1, most with 2."""
    stem, dot, suffix = url_key.rpartition(".")
    if not dot or not re.fullmatch(r"s?html?", suffix):
        return []
    return [f"{stem}_{number}.{suffix}" for number in range(1, MOST_PAGES + 1)]


def begins_speech(page: Page) -> bool:
    """Whether a page has the salutation and opening of a report of its own: then it is no later page of another."""
    start = "\n".join(page.paragraphs)[:3000]
    return SALUTATION.search(start) is not None and OPENING.search(start) is not None


def join_pages(first: Page, later: Sequence[Page]) -> Page:
    """The article as one page: what later pages repeat of head and navigation goes, and the pagers between them."""
    paragraphs = list(first.paragraphs)
    titles = {tidy_title(line) for line in paragraphs[:REPEATED] if is_title(line)}
    for page in later:
        while paragraphs and is_furniture(paragraphs[-1], "tail"):
            paragraphs.pop()
        paragraphs += after_repeated_head(page.paragraphs, titles)
    problems = (*first.problems, *(problem for page in later for problem in page.problems))
    return replace(first, paragraphs=tuple(paragraphs), problems=problems)


def after_repeated_head(paragraphs: Sequence[str], titles: set[str]) -> Sequence[str]:
    """A later page from where its text goes on: after a repeated title near its top, and after furniture."""
    start = 0
    for number, line in enumerate(paragraphs[:REPEATED]):
        if tidy_title(line) in titles or is_title(line):
            start = number + 1
    while start < len(paragraphs) and is_furniture(paragraphs[start], "head"):
        start += 1
    return paragraphs[start:]
