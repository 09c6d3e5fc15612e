"""What a file may say and no database or page can hold: control characters, and halves of characters. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from archive.model import Page, Problem

# C0 and C1 without white space, which damaged .doc and .rtf files are full of: SQLite ends a text at U+0000.
CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# Half of a pair, which a PDF's font or an entity may name: no encoding writes it.
HALVES = re.compile("[\ud800-\udfff]")
EITHER = re.compile(f"{CONTROLS.pattern}|{HALVES.pattern}")


def make_storable(page: Page) -> Page:
    """The page without control characters, with U+FFFD for each half of a character; damage.py counts those."""
    facts = {name: clean(words) for name, words in page.facts.items()}
    return replace(
        page,
        paragraphs=clean_all(page.paragraphs),
        title=clean(page.title) if page.title else page.title,
        facts=facts,
        problems=tuple(clean_problem(problem) for problem in page.problems),
        parts=tuple(clean_all(part) for part in page.parts),
    )


def clean_all(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """The paragraphs that are left, each without what cannot be stored."""
    if not any(EITHER.search(paragraph) for paragraph in paragraphs):
        return paragraphs
    return tuple(cleaned for paragraph in paragraphs if (cleaned := clean(paragraph).strip()))


def clean_problem(problem: Problem) -> Problem:
    """A problem whose detail quotes the file."""
    return replace(problem, detail=clean(problem.detail)) if EITHER.search(problem.detail) else problem


def clean(words: str) -> str:
    """Words without what cannot be stored."""
    return HALVES.sub("\ufffd", CONTROLS.sub("", words)) if EITHER.search(words) else words
